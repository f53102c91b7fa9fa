//! Managed identity: Azure vouches for the machine, and no secret is kept anywhere
//! (learn.microsoft.com/entra/identity/managed-identities-azure-resources/overview).

mod arc;
mod detect;
mod request;
mod response;
mod schedule;

use std::path::PathBuf;
use std::time::SystemTime;

use zeroize::Zeroizing;

use crate::auth::credential::managed_identity::request::{Proof, Question};
use crate::auth::credential::managed_identity::response::{EndpointResponse, NOT_AZURE};
use crate::auth::credential::managed_identity::schedule::Cause;
use crate::auth::token::AccessToken;
use crate::error::Error;
use crate::http::{self, Failed, Http, Origin, Request, TransportError, Url};
use crate::secret::Secret;

pub(crate) use crate::auth::credential::managed_identity::detect::detect;
pub(crate) use crate::auth::credential::managed_identity::request::resource;
pub(crate) use crate::auth::credential::managed_identity::schedule::Schedule;

/// Which of the machine's identities is meant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Selector {
    /// The one that lives and dies with the machine; also what a platform takes by itself.
    System,
    /// A user-assigned one, by the id of its application.
    ClientId(String),
    /// A user-assigned one, by the id of its service principal.
    ObjectId(String),
    /// A user-assigned one, by its Azure resource id.
    ResourceId(String),
}

/// Where this machine asks for tokens.
#[derive(Clone, Debug)]
pub(crate) struct Source {
    kind: Kind,
    endpoint: Url,
    /// What names the endpoint.
    variable: &'static str,
}

#[derive(Clone, Debug)]
enum Kind {
    /// App Service, Functions, Container Apps, Automation
    /// (learn.microsoft.com/azure/app-service/overview-managed-identity).
    AppService { header: Secret },
    /// Azure Machine Learning
    /// (learn.microsoft.com/azure/machine-learning/how-to-identity-based-service-authentication).
    MachineLearning {
        secret: Secret,
        default_client_id: Option<String>,
    },
    /// A machine elsewhere that Azure Arc looks after
    /// (learn.microsoft.com/azure/azure-arc/servers/managed-identity-authentication).
    Arc { tokens: PathBuf },
    /// Cloud Shell; the identity is that of whoever sits in front of it.
    CloudShell,
    /// A virtual machine's Instance Metadata Service
    /// (learn.microsoft.com/entra/identity/managed-identities-azure-resources/how-to-use-vm-token).
    Imds,
}

const MAX_ANSWER: usize = 1 << 20;

/// A try that brought no token.
#[derive(Debug)]
struct Failure {
    error: Error,
    cause: Cause,
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        Self {
            error,
            cause: Cause::Final,
        }
    }
}

impl Source {
    /// What Microsoft calls it.
    pub(crate) fn name(&self) -> &'static str {
        match self.kind {
            Kind::AppService { .. } => "App Service",
            Kind::MachineLearning { .. } => "Azure ML",
            Kind::Arc { .. } => "Azure Arc",
            Kind::CloudShell => "Cloud Shell",
            Kind::Imds => "IMDS",
        }
    }

    /// One attempt to get a token for a resource (see [`resource`]); no cache is asked or filled.
    ///
    /// # Errors
    ///
    /// `Parameters` when this source cannot select such an identity, or its key cannot be read;
    /// `Token` when the identity is refused, most often because the machine has none;
    /// `Unavailable` when no usable answer came in time; `Protocol` when a response cannot be right.
    pub(crate) fn attempt(
        &self,
        http: &Http,
        selector: &Selector,
        resource: &str,
        schedule: &mut Schedule,
    ) -> Result<AccessToken, Failed> {
        let question = self
            .question(selector, resource)
            .map_err(|error| error.at(&self.place()))?;
        self.ask(http, &question, selector, resource)
            .map_err(|failure| Failed {
                failure: match schedule.next(failure.cause) {
                    Some(wait) => http::Failure::Scheduled(wait),
                    None => http::Failure::Final,
                },
                error: failure.error,
            })
    }

    /// When the attempts for one token are made.
    pub(crate) fn schedule(&self) -> Schedule {
        Schedule::new(matches!(self.kind, Kind::Imds))
    }

    pub(crate) fn origin(&self) -> &Origin {
        self.endpoint.origin()
    }

    /// One try: a question and its response, or Arc's two.
    fn ask(
        &self,
        http: &Http,
        question: &Question,
        selector: &Selector,
        resource: &str,
    ) -> Result<AccessToken, Failure> {
        let place = self.place();
        let at = |error: Error| error.at(&place);
        let mut proof = question.proof.clone();
        let mut reply = self.exchange(http, question, proof.as_ref())?;
        if let Kind::Arc { tokens } = &self.kind {
            if let Some(named) = arc::challenge(&reply).map_err(at)? {
                let key = arc::read_key(named, tokens, &reply.redactor).map_err(at)?;
                let proof = proof.insert(Proof::Basic(key));
                reply = self.exchange(http, question, Some(proof))?;
            }
            if reply.status == 200 {
                arc::confirm(selector, &reply.body).map_err(at)?;
            }
        }
        if reply.status == 200 {
            let token = response::token(&reply, resource, SystemTime::now());
            return Ok(token.map_err(at)?);
        }
        let mut error = response::refusal(&reply, selector).at(&place);
        if reply.status == 404 && matches!(self.kind, Kind::Imds) {
            // Other clouds have something of theirs at this address.
            error = error.hint(NOT_AZURE);
        }
        Err(Failure {
            error,
            cause: Cause::Status(reply.status, reply.retry_after),
        })
    }

    fn exchange(
        &self,
        http: &Http,
        question: &Question,
        proof: Option<&Proof>,
    ) -> Result<EndpointResponse, Failure> {
        let proof = proof.map(Proof::header);
        let mut response = http
            .exchange(&Request {
                headers: &question.headers,
                proof: proof.as_ref().map(|(name, value)| (*name, value)),
                is_near: true,
                ..match &question.form {
                    Some(form) => Request::form(&question.url, form),
                    None => Request::get(&question.url),
                }
            })
            .map_err(|fault| self.unanswered(fault))?;
        let body = response.body.read_all_json(MAX_ANSWER).map(Zeroizing::new);
        Ok(EndpointResponse {
            status: response.status,
            retry_after: response.retry_after(),
            challenges: response
                .headers("www-authenticate")
                .map(str::to_owned)
                .collect(),
            client_request_id: response.client_request_id,
            body: body.map_err(|fault| self.cut(fault))?,
            redactor: response.redactor,
        })
    }

    fn cut(&self, fault: TransportError) -> Failure {
        let cause = if fault.is_passing {
            Cause::Cut
        } else {
            Cause::Final
        };
        Failure {
            error: fault.error.at(&self.place()),
            cause,
        }
    }

    /// No response, told for what it most often means at this source.
    fn unanswered(&self, fault: TransportError) -> Failure {
        if !fault.is_passing {
            return fault.error.at(&self.place()).into();
        }
        let error = match self.kind {
            Kind::Imds => fault.error.at("no managed identity here").hint(NOT_AZURE),
            Kind::Arc { .. } => fault
                .error
                .at(&self.place())
                .hint("is the agent running? azcmagent show"),
            _ => fault.error.at(&self.place()),
        };
        Failure {
            error,
            cause: Cause::Unanswered,
        }
    }

    fn place(&self) -> String {
        format!("managed identity ({})", self.name())
    }
}

#[cfg(test)]
pub(crate) mod scripted;
#[cfg(test)]
mod tests;
