//! Who the application is and what it asks for: flags, parameters file and variables, checked
//! once, before anything is sent.

mod file;
mod judge;

use std::ffi::OsString;
use std::path::{Path, PathBuf};

use crate::auth::{Authority, ConfidentialClient, Credential, TokenCache};
use crate::error::Error;
use crate::graph::Graph;
use crate::http::{Network, Url};
use crate::parameters::file::{ParametersFile, Placed, read_secret};
use crate::parameters::judge::GivenAuthority;
use crate::secret::Secret;

/// An application and what it asks for, checked.
#[derive(Clone, Debug)]
pub struct Parameters {
    authority: String,
    client_id: String,
    credential: Credential,
    scope: Option<String>,
    root: Option<String>,
    endpoint: Option<String>,
    token_cache: TokenCache,
    ca_file: Option<PathBuf>,
    proxy: Option<Secret>,
}

/// What a command line says, which wins over the file.
#[derive(Clone, Debug, Default)]
pub(crate) struct Flags {
    pub(crate) tenant: Option<String>,
    pub(crate) client_id: Option<String>,
    pub(crate) authority: Option<String>,
    pub(crate) secret_file: Option<PathBuf>,
    pub(crate) scope: Option<String>,
    pub(crate) graph: Option<String>,
    pub(crate) token_cache: Option<PathBuf>,
    pub(crate) ca_file: Option<PathBuf>,
}

/// Looks up an environment variable.
type Lookup<'a> = &'a dyn Fn(&str) -> Option<OsString>;

impl Parameters {
    /// Reads a parameters file; what it leaves out comes from the `AZURE_*` variables.
    ///
    /// # Errors
    ///
    /// [`Error::Parameters`] with the place and the remedy.
    pub fn load(path: impl AsRef<Path>) -> Result<Self, Error> {
        Self::gather(&Flags::default(), Some(path.as_ref()), &|name| {
            std::env::var_os(name)
        })
    }

    /// Takes everything from the `AZURE_*` variables (those of azure-identity).
    ///
    /// # Errors
    ///
    /// [`Error::Parameters`] with the variable and the remedy.
    pub fn from_variables() -> Result<Self, Error> {
        Self::gather(&Flags::default(), None, &|name| std::env::var_os(name))
    }

    /// Puts flags, file and variables together.
    pub(crate) fn gather(
        flags: &Flags,
        path: Option<&Path>,
        variable: Lookup<'_>,
    ) -> Result<Self, Error> {
        let sources = Sources {
            flags,
            file: path.map(ParametersFile::read).transpose()?,
            variable,
        };
        let authority = sources.authority()?;
        let client_id = sources.client_id()?;
        let secret = sources.secret(&authority, &client_id)?;
        judge::secret(&secret)?;
        let scope = sources.find("--scope", &flags.scope, "scope", None)?;
        let endpoint = sources.find("", &None, "endpoint", None)?;
        let root = match &flags.graph {
            Some(root) => Some(Placed {
                text: Secret::new(root),
                place: "--graph".to_owned(),
            }),
            None => endpoint.clone(),
        };
        let root = root.map(|root| judge::root(&root)).transpose()?;
        judge::clouds(&authority, scope.as_ref(), root.as_ref(), endpoint.as_ref())?;
        let scope = scope.map(|scope| scope.text.expose().to_owned());
        let given = endpoint.map(|endpoint| endpoint.text.expose().trim().to_owned());
        let usual = authority.authority.graph_root();
        let usual = usual.map(|host| format!("https://{host}"));
        let origin = root
            .as_ref()
            .map(|root| root.origin().to_string())
            .or(usual);
        Ok(Self {
            authority: authority.text.clone(),
            client_id: client_id.text.expose().to_owned(),
            credential: Credential::secret(secret.text.expose()),
            scope: scope.or_else(|| Some(format!("{}/.default", root.as_ref()?.origin()))),
            root: root.map(|root| root.origin().to_string()),
            endpoint: given.or_else(|| Some(format!("{}/v1.0/users", origin?))),
            token_cache: sources.token_cache(),
            ca_file: flags
                .ca_file
                .clone()
                .or_else(|| sources.file.as_ref()?.get_path("ca_file")),
            proxy: sources
                .file
                .as_ref()
                .and_then(|file| Some(file.get("proxy")?.text.clone())),
        })
    }

    /// The URL that is read when no other is named; by default the users, on the cloud's Graph.
    /// `None` when the cloud has no Graph that is known.
    pub fn endpoint(&self) -> Option<&str> {
        self.endpoint.as_deref()
    }

    /// The client that these parameters describe, on this network; their CA file and proxy are
    /// added to it.
    ///
    /// # Errors
    ///
    /// [`Error::Parameters`] when the authority cannot be one.
    pub fn client(&self, mut network: Network) -> Result<ConfidentialClient, Error> {
        if let Some(path) = &self.ca_file {
            network = network.with_ca_file(path);
        }
        if let Some(proxy) = &self.proxy {
            network = network.with_proxy(proxy.expose());
        }
        let client =
            ConfidentialClient::new(&self.authority, &self.client_id, self.credential.clone())?
                .with_token_cache(self.token_cache.clone())
                .with_network(network);
        Ok(match &self.scope {
            Some(scope) => client.with_scope(scope),
            None => client,
        })
    }

    /// Graph for these parameters.
    ///
    /// # Errors
    ///
    /// [`Error::Parameters`] when authority or Graph root cannot be used.
    pub fn graph(&self, network: Network) -> Result<Graph, Error> {
        let graph = Graph::new(self.client(network)?);
        match &self.root {
            Some(root) => graph.with_root(root),
            None => Ok(graph),
        }
    }
}

struct Sources<'a> {
    flags: &'a Flags,
    file: Option<ParametersFile>,
    variable: Lookup<'a>,
}

impl Sources<'_> {
    fn authority(&self) -> Result<GivenAuthority, Error> {
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
        let authority = Authority::parse(&text).map_err(|error| error.at(&place))?;
        Ok(GivenAuthority { authority, text })
    }

    fn client_id(&self) -> Result<Placed, Error> {
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

    fn secret(&self, authority: &GivenAuthority, client_id: &Placed) -> Result<Placed, Error> {
        if let Some(path) = &self.flags.secret_file {
            return read_secret(path);
        }
        if let Some(file) = &self.file {
            match (file.get("secret"), file.get_path("secret_file")) {
                (Some(_), Some(_)) => {
                    return Err(
                        Error::parameters("`secret` and `secret_file` stand together")
                            .hint("keep one of the two and put null for the other")
                            .at(&file.name()),
                    );
                }
                (Some(secret), None) => return Ok(secret.clone()),
                (None, Some(path)) => return read_secret(&path),
                (None, None) => {}
            }
        }
        let secret = self
            .variable("AZURE_CLIENT_SECRET")?
            .ok_or_else(|| self.missing("secret", "--secret-file", "AZURE_CLIENT_SECRET"))?;
        self.check_same("AZURE_CLIENT_ID", client_id.text.expose())?;
        self.check_same("AZURE_TENANT_ID", authority.authority.tenant())?;
        Ok(secret)
    }

    /// Refuses a secret from the variables when they are those of another application.
    fn check_same(&self, name: &str, used: &str) -> Result<(), Error> {
        match self.variable(name)? {
            Some(other) if !other.text.expose().trim().eq_ignore_ascii_case(used) => {
                Err(Error::parameters(format!(
                    "AZURE_CLIENT_SECRET: belongs to another application: {name} is not {used}"
                ))
                .hint("give this application's own secret, or unset the AZURE_* variables"))
            }
            _ => Ok(()),
        }
    }

    fn token_cache(&self) -> TokenCache {
        let given = self.flags.token_cache.clone().or_else(|| {
            let file = self.file.as_ref()?;
            let text = file.get("token_cache")?.text.expose();
            if text == "none" {
                Some(PathBuf::from(text))
            } else {
                file.get_path("token_cache")
            }
        });
        let given = given.or_else(|| (self.variable)("MGD_TOKEN_CACHE").map(PathBuf::from));
        match given {
            Some(path) if path.as_os_str() == "none" => TokenCache::none(),
            Some(path) if !path.as_os_str().is_empty() => TokenCache::at(path),
            _ => TokenCache::usual(),
        }
    }

    /// The value of a flag, else of a key in the file, else of a variable.
    fn find(
        &self,
        name: &str,
        flag: &Option<String>,
        key: &str,
        variable: Option<&str>,
    ) -> Result<Option<Placed>, Error> {
        if let Some(text) = flag {
            return Ok(Some(placed(text, name)));
        }
        if let Some(found) = self.file.as_ref().and_then(|file| file.get(key)) {
            return Ok(Some(found.clone()));
        }
        variable.map_or(Ok(None), |name| self.variable(name))
    }

    /// A variable; an empty one counts as unset.
    fn variable(&self, name: &str) -> Result<Option<Placed>, Error> {
        match (self.variable)(name) {
            Some(value) if !value.is_empty() => {
                let text = value
                    .into_string()
                    .map_err(|_| Error::parameters(format!("{name}: is not UTF-8")))?;
                Ok(Some(placed(&text, name)))
            }
            _ => Ok(None),
        }
    }

    fn missing(&self, key: &str, flag: &str, variable: &str) -> Error {
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

fn host_place(variable: &Result<Option<Placed>, Error>) -> Option<Placed> {
    variable.as_ref().ok().and_then(Clone::clone)
}

fn placed(text: &str, place: &str) -> Placed {
    Placed {
        text: Secret::new(text),
        place: place.to_owned(),
    }
}
