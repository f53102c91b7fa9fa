//! Who the application is and what it asks for: flags, parameters file and variables, checked
//! once, before anything is sent.

mod certificate;
mod credential_choice;
#[cfg(feature = "cli")]
mod draft;
#[cfg(feature = "cli")]
mod faults;
mod file;
mod identity;
mod sources;
mod validate;

use std::path::{Path, PathBuf};

use crate::auth::{Authority, ConfidentialClient, Credential, TokenCache};
use crate::error::Error;
use crate::graph::{Graph, check_root};
use crate::http::{Network, Url};
#[cfg(feature = "cli")]
pub(crate) use crate::parameters::draft::{Draft, Proof};
use crate::parameters::file::Located;
#[cfg(feature = "cli")]
pub(crate) use crate::parameters::sources::Auth;
pub(crate) use crate::parameters::sources::Flags;
use crate::parameters::sources::{Lookup, Sources};
#[cfg(feature = "cli")]
pub(crate) use crate::parameters::validate::is_guid;
use crate::secret::Secret;

/// The page on which an administrator consents; it takes no credential to know it.
///
/// # Errors
///
/// `Parameters` when the authority or the application is missing or cannot be one.
pub(crate) fn consent_url(
    flags: &Flags,
    path: Option<&Path>,
    lookup: Lookup<'_>,
) -> Result<String, Error> {
    let sources = Sources::read(flags, path, lookup)?;
    let authority = sources.authority()?;
    let client_id = sources.client_id()?;
    Ok(authority.consent_url(client_id.text.expose()))
}

/// Where tokens are kept; a file is read only where no flag says so.
///
/// # Errors
///
/// `Parameters` when the file cannot be used.
pub(crate) fn token_cache(
    flags: &Flags,
    path: Option<&Path>,
    lookup: Lookup<'_>,
) -> Result<TokenCache, Error> {
    let path = path.filter(|_| flags.token_cache.is_none());
    Ok(Sources::read(flags, path, lookup)?.token_cache())
}

/// All that is wrong with them at once; none where all is right.
#[cfg(feature = "cli")]
pub(crate) fn faults(flags: &Flags, path: Option<&Path>, lookup: Lookup<'_>) -> Vec<Error> {
    let judge = |sources: &Sources<'_>| Parameters::of(sources).map(drop);
    faults::all(flags, path, lookup, &judge)
}

/// A file that is to be at `path`, checked as one that is there.
///
/// # Errors
///
/// `Parameters` for what every command would refuse, and for ids that cannot be ones.
#[cfg(feature = "cli")]
pub(crate) fn draft(flags: &Flags, proof: &Proof, path: &Path) -> Result<Draft, Error> {
    let judge = |sources: &Sources<'_>| Parameters::of(sources).map(drop);
    Draft::new(flags, proof, path, &judge)
}

/// An application and what it asks for, checked.
#[derive(Clone, Debug)]
pub struct Parameters {
    authority: Authority,
    client_id: String,
    credential: Credential,
    /// Which credential was taken and why, for `-v`.
    choice: String,
    scope: Option<String>,
    root: Option<String>,
    /// Whether the root may have a token for Graph though it is no Graph host that is known.
    is_root_trusted: bool,
    endpoint: Option<String>,
    token_cache: TokenCache,
    /// The command that clears it.
    clear_command: String,
    ca_file: Option<PathBuf>,
    proxy: Option<Secret>,
}

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
        lookup: Lookup<'_>,
    ) -> Result<Self, Error> {
        Self::of(&Sources::read(flags, path, lookup)?)
    }

    fn of(sources: &Sources<'_>) -> Result<Self, Error> {
        let flags = sources.flags;
        let pick = credential_choice::pick(sources)?;
        let (authority, client_id, credential) = match &pick {
            Some(pick) if pick.is_managed() => {
                let (credential, id) = pick.managed(sources)?;
                (Authority::managed_identity()?, id, credential)
            }
            pick => {
                let authority = sources.authority()?;
                let client_id = sources.client_id()?;
                let pick = pick.as_ref().ok_or_else(|| sources.no_credential())?;
                let credential = pick.credential(sources, &authority, &client_id)?;
                (authority, client_id.text.expose().to_owned(), credential)
            }
        };
        let choice = pick.map(|pick| pick.why(sources)).unwrap_or_default();
        let scope = sources.find("--scope", &flags.scope, "scope", None)?;
        let endpoint = sources.find("", &None, "endpoint", None)?;
        let root = match &flags.graph {
            Some(root) => Some(Located {
                text: Secret::new(root),
                place: "--graph".to_owned(),
            }),
            None => endpoint.clone(),
        };
        let root = root.map(|root| validate::root(&root)).transpose()?;
        let asked = root.as_ref().filter(|_| !flags.has_free_scope);
        validate::clouds(&authority, scope.as_ref(), asked, endpoint.as_ref())?;
        let usual = authority.graph_root();
        let usual = usual.map(|host| format!("https://{host}"));
        let trusted = flags.trusted_graph_host.as_deref();
        let is_trusted =
            |root: &Url| trusted.is_some_and(|host| host.eq_ignore_ascii_case(root.host()));
        let is_root_trusted = root.as_ref().is_some_and(is_trusted);
        let scope = scope.map(|scope| scope.text.expose().to_owned());
        let scope = scope.or_else(|| {
            // What a proxy is asked for is Graph's, and so is the token.
            let root = root.as_ref().map(|root| root.origin().to_string());
            let resource = if is_root_trusted { usual.clone() } else { root };
            Some(format!("{}/.default", resource?))
        });
        if let (Some(root), Some(scope), false) = (asked, &scope, is_root_trusted) {
            let file = endpoint.as_ref().filter(|_| flags.graph.is_none());
            let place = file.map_or("--graph", |endpoint| &endpoint.place);
            check_root(scope, root).map_err(|error| error.at(place))?;
        }
        let given = endpoint.map(|endpoint| endpoint.text.expose().trim().to_owned());
        let origin = root
            .as_ref()
            .map(|root| root.origin().to_string())
            .or(usual);
        Ok(Self {
            authority,
            client_id,
            credential,
            choice,
            scope,
            is_root_trusted,
            root: root.map(|root| root.origin().to_string()),
            endpoint: given.or_else(|| Some(format!("{}/v1.0/users", origin?))),
            token_cache: sources.token_cache(),
            clear_command: sources.clear_command(),
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
    pub fn client(&self, network: Network) -> Result<ConfidentialClient, Error> {
        let network = self.network(network);
        network.note(&self.choice);
        let authority = self.authority.clone();
        let credential = self.credential.clone();
        let client = ConfidentialClient::of(authority, self.client_id.clone(), credential)
            .with_token_cache(self.token_cache.clone())
            .with_clear_command(&self.clear_command)
            .with_network(network);
        Ok(match &self.scope {
            Some(scope) => client.with_scope(scope),
            None => client,
        })
    }

    pub(crate) fn ca_file(&self) -> Option<&Path> {
        self.ca_file.as_deref()
    }

    /// This network with the CA file and the proxy of the parameters.
    pub(crate) fn network(&self, mut network: Network) -> Network {
        if let Some(path) = &self.ca_file {
            network = network.with_ca_file(path);
        }
        if let Some(proxy) = &self.proxy {
            network = network.with_proxy(proxy.expose());
        }
        network
    }

    pub(crate) fn authority(&self) -> &Authority {
        &self.authority
    }

    pub(crate) fn client_id(&self) -> &str {
        &self.client_id
    }

    pub(crate) fn credential(&self) -> &Credential {
        &self.credential
    }

    /// Which credential was taken and why.
    pub(crate) fn choice(&self) -> &str {
        &self.choice
    }

    pub(crate) fn token_cache(&self) -> &TokenCache {
        &self.token_cache
    }

    /// Graph for these parameters.
    ///
    /// # Errors
    ///
    /// [`Error::Parameters`] when authority or Graph root cannot be used.
    pub fn graph(&self, network: Network) -> Result<Graph, Error> {
        let graph = Graph::new(self.client(network)?);
        match &self.root {
            Some(root) if self.is_root_trusted => graph.with_trusted_root(root),
            Some(root) => graph.with_root(root),
            None => Ok(graph),
        }
    }
}
