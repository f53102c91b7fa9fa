//! Which credential proves the identity, and where it comes from.

use std::path::PathBuf;

use crate::auth::{Authority, Credential, Federated, Selector};
use crate::error::Error;
use crate::parameters::file::{Located, read_secret};
use crate::parameters::sources::{Auth, Sources};
use crate::parameters::validate;

/// What kind of credential is taken, and from where.
#[derive(Debug)]
pub(crate) struct Chosen {
    auth: Auth,
    level: Level,
}

/// A level of precedence.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Level {
    Flags,
    File,
    Variables,
}

pub(crate) const PATH: &str = "AZURE_CLIENT_CERTIFICATE_PATH";
const SECRET: &str = "AZURE_CLIENT_SECRET";
const TOKEN_FILE: &str = "AZURE_FEDERATED_TOKEN_FILE";

/// The kind of credential that is taken, and from which level: flags, then the file, then the
/// variables in the order of azure-identity. `--auth` picks the kind.
///
/// # Errors
///
/// `Parameters` when a level has two, or `--auth` names one that is not given.
pub(crate) fn pick(sources: &Sources<'_>) -> Result<Option<Chosen>, Error> {
    for level in [Level::Flags, Level::File, Level::Variables] {
        let kinds = sources.kinds(level)?;
        let auth = match (sources.flags.auth, &kinds[..]) {
            (_, []) => continue,
            (Some(auth), kinds) if kinds.contains(&auth) => auth,
            (Some(_), _) => continue,
            (None, [first, ..]) if level == Level::Variables => *first,
            (None, [one]) => *one,
            (None, [one, other, ..]) => {
                let cause = format!("a {} and a {} stand together", one.name(), other.name());
                return Err(Error::parameters(cause)
                    .hint("put null for the one that is not meant, or pick one with --auth")
                    .at(&sources.name(level)));
            }
        };
        return Ok(Some(Chosen { auth, level }));
    }
    match sources.flags.auth {
        // These need no word in a file: the machine has them or it has not.
        Some(auth @ (Auth::GitHub | Auth::ManagedIdentity)) => Ok(Some(Chosen {
            auth,
            level: Level::Variables,
        })),
        Some(auth) => Err(Error::parameters(format!(
            "--auth {0}: no {0} is given",
            auth.name()
        ))),
        None => Ok(None),
    }
}

impl Chosen {
    /// Whether Azure vouches for the machine, so that no authority and no client id is needed.
    pub(crate) fn is_managed(&self) -> bool {
        self.auth == Auth::ManagedIdentity
    }

    /// Which credential was taken and why, for `-v`.
    pub(crate) fn why(&self, sources: &Sources<'_>) -> String {
        format!(
            "identity: {} from {}",
            self.auth.name(),
            sources.name(self.level)
        )
    }

    /// The credential of a managed identity, and the id that it goes by in the cache.
    pub(crate) fn managed(&self, sources: &Sources<'_>) -> Result<(Credential, String), Error> {
        let selector = sources.own_selector()?;
        let id = match &selector {
            Selector::System => "SYSTEM_ASSIGNED_MANAGED_IDENTITY".to_owned(),
            Selector::ClientId(id) | Selector::ObjectId(id) | Selector::ResourceId(id) => {
                id.clone()
            }
        };
        Ok((
            Credential::managed_identity(sources.machine()?, selector),
            id,
        ))
    }

    /// The credential of the application.
    pub(crate) fn credential(
        &self,
        sources: &Sources<'_>,
        authority: &Authority,
        client_id: &Located,
    ) -> Result<Credential, Error> {
        let variable = match self.auth {
            Auth::Certificate => Some(PATH),
            Auth::Federated => Some(TOKEN_FILE),
            Auth::Secret => Some(SECRET),
            // What GitHub and Azure say of this process is not another application's.
            Auth::GitHub | Auth::ManagedIdentity => None,
        };
        if let Some(variable) = variable.filter(|_| self.level == Level::Variables) {
            sources.check_same(variable, "AZURE_CLIENT_ID", client_id.text.expose())?;
            sources.check_same(variable, "AZURE_TENANT_ID", authority.tenant())?;
        }
        self.proof(sources)
    }

    /// The credential alone, whoever it is for.
    pub(crate) fn proof(&self, sources: &Sources<'_>) -> Result<Credential, Error> {
        match self.auth {
            Auth::Certificate => sources.certificate(self.level),
            Auth::Federated => sources.federated(self.level).map(Credential::federated),
            Auth::GitHub => Federated::github(sources.lookup).map(Credential::federated),
            Auth::ManagedIdentity => Ok(self.managed(sources)?.0),
            Auth::Secret => {
                let secret = sources.secret(self.level)?;
                validate::secret(&secret)?;
                Ok(Credential::secret(secret.text.expose()))
            }
        }
    }
}

impl Sources<'_> {
    fn name(&self, level: Level) -> String {
        match (level, &self.file) {
            (Level::File, Some(file)) => file.name(),
            (Level::Variables, _) => "the variables".to_owned(),
            _ => "the command line".to_owned(),
        }
    }

    /// The kinds of credential that a level has, the first one first.
    fn kinds(&self, level: Level) -> Result<Vec<Auth>, Error> {
        let has = |key| {
            self.file
                .as_ref()
                .is_some_and(|file| file.get(key).is_some())
        };
        let certificate = ["certificate_file", "thumbprint", "private_key_file"];
        let kinds = match level {
            Level::Flags => vec![
                (Auth::Secret, self.flags.secret_file.is_some()),
                (Auth::Certificate, self.flags.certificate_file.is_some()),
            ],
            Level::File => {
                // A managed identity may be what vouches for the application, and not a
                // credential beside the other.
                let is_federated = self.flags.auth == Some(Auth::Federated);
                vec![
                    (Auth::Secret, has("secret") || has("secret_file")),
                    (Auth::Certificate, certificate.into_iter().any(has)),
                    (
                        Auth::Federated,
                        has("federated_token_file") || is_federated && has("managed_identity"),
                    ),
                    (Auth::ManagedIdentity, has("managed_identity")),
                ]
            }
            Level::Variables => vec![
                (Auth::Secret, self.variable(SECRET)?.is_some()),
                (Auth::Certificate, self.variable(PATH)?.is_some()),
                (Auth::Federated, self.variable(TOKEN_FILE)?.is_some()),
                (
                    Auth::ManagedIdentity,
                    self.file.is_none() && self.is_on_azure()?,
                ),
            ],
        };
        Ok(kinds
            .into_iter()
            .filter(|(_, is_there)| *is_there)
            .map(|(kind, _)| kind)
            .collect())
    }

    fn federated(&self, level: Level) -> Result<Federated, Error> {
        let file = match (level, &self.file) {
            (Level::File, Some(file)) => file.get_path("federated_token_file"),
            _ => self
                .variable(TOKEN_FILE)?
                .map(|path| PathBuf::from(path.text.expose())),
        };
        match file {
            Some(path) => Ok(Federated::File(path)),
            None => Ok(Federated::ManagedIdentity(
                self.machine()?,
                self.selector()?,
            )),
        }
    }

    fn secret(&self, level: Level) -> Result<Located, Error> {
        let found = match (level, &self.file) {
            (Level::Flags, _) => self
                .flags
                .secret_file
                .as_deref()
                .map(read_secret)
                .transpose()?,
            (Level::File, Some(file)) => match (file.get("secret"), file.get_path("secret_file")) {
                (Some(_), Some(_)) => {
                    return Err(
                        Error::parameters("`secret` and `secret_file` stand together")
                            .hint("keep one of the two and put null for the other")
                            .at(&file.name()),
                    );
                }
                (Some(secret), None) => Some(secret.clone()),
                (None, Some(path)) => Some(read_secret(&path)?),
                (None, None) => None,
            },
            _ => self.variable(SECRET)?,
        };
        found.ok_or_else(|| self.missing("secret", "--secret-file", SECRET))
    }

    /// Refuses a credential from the variables when they are those of another application.
    fn check_same(&self, credential: &str, name: &str, used: &str) -> Result<(), Error> {
        match self.variable(name)? {
            Some(other) if !other.text.expose().trim().eq_ignore_ascii_case(used) => {
                let cause = format!("belongs to another application: {name} is not {used}");
                Err(Error::parameters(cause)
                    .hint("give this application's own credential, or unset the AZURE_* variables")
                    .at(credential))
            }
            _ => Ok(()),
        }
    }
}
