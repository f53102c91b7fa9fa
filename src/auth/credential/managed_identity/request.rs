//! What each source is asked.

use crate::auth::credential::managed_identity::{Kind, Selector, Source};
use crate::error::Error;
use crate::form;
use crate::http::Url;
use crate::secret::Secret;

/// A request to a source.
#[derive(Debug)]
pub(crate) struct Question {
    pub(crate) url: Url,
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) proof: Option<Proof>,
    /// A form to POST; without it the request is a GET.
    pub(crate) form: Option<Secret>,
}

/// What shows that the question comes from this machine.
#[derive(Clone, Debug)]
pub(crate) enum Proof {
    /// The value of a header of this name.
    Header(&'static str, Secret),
    /// `Authorization: Basic`, which Arc follows up with the bare key.
    Basic(Secret),
}

impl Proof {
    pub(crate) fn header(&self) -> (&'static str, Secret) {
        match self {
            Self::Header(name, secret) => (name, secret.clone()),
            Self::Basic(key) => {
                let value = ["Basic ", key.expose()].concat();
                ("authorization", Secret::new(value))
            }
        }
    }
}

/// The resource that a scope stands for: a managed identity is asked for one resource, not for
/// scopes.
///
/// # Errors
///
/// `Parameters` when it is not exactly one scope that ends in `/.default`.
pub(crate) fn resource(scope: &str) -> Result<&str, Error> {
    let mut scopes = scope.split_whitespace();
    let (Some(scope), None) = (scopes.next(), scopes.next()) else {
        return Err(Error::parameters(
            "scope: a managed identity is asked for exactly one resource",
        )
        .hint("give one scope that ends in /.default"));
    };
    match scope.strip_suffix("/.default") {
        Some(resource) if !resource.is_empty() => Ok(resource),
        _ => Err(Error::parameters(format!(
            "scope: a managed identity is asked for a whole resource, not for {scope}"
        ))
        .hint("give one scope that ends in /.default")),
    }
}

impl Selector {
    /// The query field that names the identity; `names` are those of client, object and resource
    /// id.
    fn field<'s>(&'s self, names: [&'s str; 3]) -> Option<(&'s str, &'s str)> {
        let [client_id, object_id, resource_id] = names;
        match self {
            Self::System => None,
            Self::ClientId(id) => Some((client_id, id)),
            Self::ObjectId(id) => Some((object_id, id)),
            Self::ResourceId(id) => Some((resource_id, id)),
        }
    }
}

impl Source {
    /// The request for a token.
    ///
    /// # Errors
    ///
    /// `Parameters` when this source cannot select an identity in this way.
    pub(crate) fn question(&self, selector: &Selector, resource: &str) -> Result<Question, Error> {
        const IMDS_NAMES: [&str; 3] = ["client_id", "object_id", "msi_res_id"];
        let metadata = ("metadata".to_owned(), "true".to_owned());
        match &self.kind {
            Kind::Imds => {
                let id = selector.field(IMDS_NAMES);
                let mut question = self.get("2018-02-01", resource, id)?;
                let version = env!("CARGO_PKG_VERSION").to_owned();
                question.headers = vec![
                    metadata,
                    ("x-client-sku".to_owned(), "mgd".to_owned()),
                    ("x-client-ver".to_owned(), version),
                ];
                Ok(question)
            }
            Kind::AppService { header } => {
                let id = selector.field(["client_id", "object_id", "mi_res_id"]);
                let mut question = self.get("2019-08-01", resource, id)?;
                question.headers = vec![metadata];
                question.proof = Some(Proof::Header("x-identity-header", header.clone()));
                Ok(question)
            }
            Kind::MachineLearning {
                secret,
                default_client_id,
            } => {
                let id = match selector {
                    Selector::System => default_client_id.as_deref(),
                    Selector::ClientId(id) => Some(id.as_str()),
                    Selector::ObjectId(_) | Selector::ResourceId(_) => {
                        let cause = "selects an identity by its client id only";
                        return Err(Error::parameters(cause).hint("give the identity's client id"));
                    }
                };
                let id = id.map(|id| ("clientid", id));
                let mut question = self.get("2017-09-01", resource, id)?;
                question.proof = Some(Proof::Header("secret", secret.clone()));
                Ok(question)
            }
            Kind::Arc { .. } => {
                let id = selector.field(IMDS_NAMES);
                let mut question = self.get("2020-06-01", resource, id)?;
                question.headers = vec![metadata];
                Ok(question)
            }
            Kind::CloudShell if *selector != Selector::System => {
                let cause = "has one identity, and none can be selected";
                Err(Error::parameters(cause).hint("leave the identity's id out"))
            }
            Kind::CloudShell => Ok(Question {
                url: self.endpoint.clone(),
                headers: vec![metadata],
                proof: None,
                form: Some(form::encode(&[("resource", resource)])),
            }),
        }
    }

    fn get(
        &self,
        version: &str,
        resource: &str,
        id: Option<(&str, &str)>,
    ) -> Result<Question, Error> {
        let mut fields = vec![("api-version", version), ("resource", resource)];
        fields.extend(id);
        let endpoint = self.endpoint.as_str();
        let separator = if endpoint.contains('?') { '&' } else { '?' };
        let query = form::encode(&fields);
        let url = format!("{endpoint}{separator}{}", query.expose());
        let url = Url::parse_near(&url).map_err(|reason| Error::parameters(&reason))?;
        Ok(Question {
            url,
            headers: Vec::new(),
            proof: None,
            form: None,
        })
    }
}

#[cfg(test)]
mod tests;
