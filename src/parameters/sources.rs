//! Where parameters come from: flags win over the file, the file over the variables.

use std::ffi::OsString;
use std::path::{Path, PathBuf};

use crate::auth::{Authority, TokenCache};
use crate::error::{Error, quoted};
use crate::http::Url;
use crate::parameters::file::{Located, ParametersFile};
use crate::secret::Secret;

/// Looks up an environment variable.
pub(crate) type Lookup<'a> = &'a dyn Fn(&str) -> Option<OsString>;

/// What a command line says, which wins over the file.
#[derive(Clone, Debug, Default)]
pub(crate) struct Flags {
    pub(crate) tenant: Option<String>,
    pub(crate) client_id: Option<String>,
    pub(crate) authority: Option<String>,
    pub(crate) secret_file: Option<PathBuf>,
    pub(crate) certificate_file: Option<PathBuf>,
    pub(crate) auth: Option<Auth>,
    pub(crate) scope: Option<String>,
    pub(crate) graph: Option<String>,
    /// A host that may have a token for Graph though it is no Graph host that is known.
    pub(crate) trusted_graph_host: Option<String>,
    pub(crate) token_cache: Option<PathBuf>,
    pub(crate) ca_file: Option<PathBuf>,
    /// No Graph is asked, so that the scope may be that of any service.
    pub(crate) has_free_scope: bool,
}

/// The kinds of credential.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Auth {
    Certificate,
    Federated,
    GitHub,
    ManagedIdentity,
    Secret,
}

impl Auth {
    pub(crate) const ALL: [Self; 5] = [
        Self::Secret,
        Self::Certificate,
        Self::Federated,
        Self::ManagedIdentity,
        Self::GitHub,
    ];

    /// As `--auth` spells it.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Certificate => "certificate",
            Self::Federated => "federated",
            Self::GitHub => "github",
            Self::ManagedIdentity => "managed-identity",
            Self::Secret => "secret",
        }
    }
}

/// All places that parameters come from.
pub(crate) struct Sources<'a> {
    pub(crate) flags: &'a Flags,
    pub(crate) file: Option<ParametersFile>,
    pub(crate) lookup: Lookup<'a>,
}

impl<'a> Sources<'a> {
    /// Flags and variables, and the file at `path` if there is one.
    pub(crate) fn read(
        flags: &'a Flags,
        path: Option<&Path>,
        lookup: Lookup<'a>,
    ) -> Result<Self, Error> {
        Ok(Self {
            flags,
            file: path.map(ParametersFile::read).transpose()?,
            lookup,
        })
    }

    pub(crate) fn authority(&self) -> Result<Authority, Error> {
        let is_flagged = self.flags.authority.is_some() || self.flags.tenant.is_some();
        let oidc = self
            .file
            .as_ref()
            .and_then(|file| file.get("oidc_authority"));
        if let Some(oidc) = oidc.filter(|_| !is_flagged) {
            let authority = Authority::parse_oidc(oidc.text.expose());
            return authority.map_err(|error| error.at(&oidc.place));
        }
        let given = self.find("--authority", &self.flags.authority, "authority", None)?;
        let host = self.variable("AZURE_AUTHORITY_HOST")?;
        let tenant = match &self.flags.tenant {
            Some(tenant) => Some(placed(tenant, "--tenant")),
            None if given.is_none() => self.variable("AZURE_TENANT_ID")?,
            None => None,
        };
        let (text, place) = match (given, tenant) {
            (Some(given), None) => (given.text.expose().trim().to_owned(), given.place),
            (given, Some(tenant)) => {
                let host = match given.as_ref().or(host.as_ref()) {
                    Some(host) => Authority::host_from(host.text.expose()),
                    None => "https://login.microsoftonline.com".to_owned(),
                };
                let url = Url::parse(&host).map_err(|reason| {
                    let place = given.or(host_place(&self.variable("AZURE_AUTHORITY_HOST")));
                    let place = place.map(|placed| placed.place).unwrap_or_default();
                    Error::parameters(reason).at(&place)
                })?;
                let text = format!("{}/{}", url.origin(), tenant.text.expose().trim());
                (text, tenant.place)
            }
            (None, None) => {
                return Err(self.missing("authority", "--tenant", "AZURE_TENANT_ID"));
            }
        };
        Authority::parse(&text).map_err(|error| error.at(&place))
    }

    pub(crate) fn client_id(&self) -> Result<Located, Error> {
        let flag = &self.flags.client_id;
        let found = self.find("--client-id", flag, "client_id", Some("AZURE_CLIENT_ID"))?;
        let mut found =
            found.ok_or_else(|| self.missing("client_id", "--client-id", "AZURE_CLIENT_ID"))?;
        found.text = Secret::new(found.text.expose().trim());
        if found.text.expose().is_empty() {
            let error = Error::parameters("is empty");
            return Err(error
                .hint("put the application (client) id there")
                .at(&found.place));
        }
        Ok(found)
    }

    pub(crate) fn token_cache(&self) -> TokenCache {
        let given = self.flags.token_cache.clone().or_else(|| {
            let file = self.file.as_ref()?;
            let text = file.get("token_cache")?.text.expose();
            if text == "none" {
                Some(PathBuf::from(text))
            } else {
                file.get_path("token_cache")
            }
        });
        let given = given.or_else(|| (self.lookup)("MGD_TOKEN_CACHE").map(PathBuf::from));
        match given {
            Some(path) if path.as_os_str() == "none" => TokenCache::none(),
            Some(path) if !path.as_os_str().is_empty() => TokenCache::at(path),
            _ => TokenCache::usual(),
        }
    }

    /// The command that clears the token cache which these sources name.
    pub(crate) fn clear_command(&self) -> String {
        let (option, path) = match (&self.flags.token_cache, &self.file) {
            (Some(cache), _) => ("--token-cache", cache.as_path()),
            (None, Some(file)) => ("-p", file.path()),
            (None, None) => return "mgd cache clear".to_owned(),
        };
        let path = quoted(&path.to_string_lossy());
        format!("mgd {option} {path} cache clear")
    }

    /// The value of a flag, else of a key in the file, else of a variable.
    pub(crate) fn find(
        &self,
        name: &str,
        flag: &Option<String>,
        key: &str,
        variable: Option<&str>,
    ) -> Result<Option<Located>, Error> {
        if let Some(text) = flag {
            return Ok(Some(placed(text, name)));
        }
        if let Some(found) = self.file.as_ref().and_then(|file| file.get(key)) {
            return Ok(Some(found.clone()));
        }
        variable.map_or(Ok(None), |name| self.variable(name))
    }

    /// A variable; an empty one counts as unset.
    pub(crate) fn variable(&self, name: &str) -> Result<Option<Located>, Error> {
        match (self.lookup)(name) {
            Some(value) if !value.is_empty() => {
                let text = value
                    .into_string()
                    .map_err(|_| Error::parameters(format!("{name}: is not UTF-8")))?;
                Ok(Some(placed(&text, name)))
            }
            _ => Ok(None),
        }
    }

    pub(crate) fn no_credential(&self) -> Error {
        self.missing(
            "secret",
            "--secret-file, --certificate-file",
            "AZURE_CLIENT_SECRET",
        )
    }

    pub(crate) fn missing(&self, key: &str, flag: &str, variable: &str) -> Error {
        match &self.file {
            Some(file) => Error::parameters(format!("`{key}` is missing"))
                .hint(format!("add \"{key}\", or give {flag} or {variable}"))
                .at(&file.name()),
            None => Error::parameters(format!("{key}: missing")).hint(format!(
                "give a parameters file (mgd FILE.json), {flag} or {variable}"
            )),
        }
    }
}

fn host_place(variable: &Result<Option<Located>, Error>) -> Option<Located> {
    variable.as_ref().ok().and_then(Clone::clone)
}

pub(crate) fn placed(text: &str, place: &str) -> Located {
    Located {
        text: Secret::new(text),
        place: place.to_owned(),
    }
}
