//! Which credential proves the identity, and where it comes from.

use std::path::{Path, PathBuf};

use crate::auth::{
    Authority, Binary, Credential, Federated, Selector, Signer, Source, binary_kind, detect,
    key_of, signer_from, signer_from_thumbprint,
};
use crate::error::Error;
use crate::file::{Guarded, shown};
use crate::parameters::file::{ParametersFile, Placed, read_secret, read_secret_file};
use crate::parameters::judge;
use crate::parameters::sources::{Auth, Sources};
use crate::secret::Secret;

/// What kind of credential is taken, and from where.
#[derive(Debug)]
pub(super) struct Pick {
    auth: Auth,
    level: Level,
}

/// A level of precedence.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Level {
    Flags,
    File,
    Variables,
}

const MAX_PEM: usize = 1 << 20;
const PASSWORD: &str = "AZURE_CLIENT_CERTIFICATE_PASSWORD";
const PATH: &str = "AZURE_CLIENT_CERTIFICATE_PATH";
const SECRET: &str = "AZURE_CLIENT_SECRET";
const TOKEN_FILE: &str = "AZURE_FEDERATED_TOKEN_FILE";
const ARC_AGENT: &str = "/opt/azcmagent/bin/himds";
/// What the firmware of Azure's virtual machines says.
const CHASSIS: &str = "/sys/class/dmi/id/chassis_asset_tag";
const AZURE_CHASSIS: &str = "7783-7084-3265-9085-8269-3286-77";

/// The kind of credential that is taken, and from which level: flags, then the file, then the
/// variables in the order of azure-identity. `--auth` picks the kind.
///
/// # Errors
///
/// `Parameters` when a level has two, or `--auth` names one that is not given.
pub(super) fn pick(sources: &Sources<'_>) -> Result<Option<Pick>, Error> {
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
        return Ok(Some(Pick { auth, level }));
    }
    match sources.flags.auth {
        // These need no word in a file: the machine has them or it has not.
        Some(auth @ (Auth::GitHub | Auth::ManagedIdentity)) => Ok(Some(Pick {
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

impl Pick {
    /// Whether Azure vouches for the machine, so that no authority and no client id is needed.
    pub(super) fn is_managed(&self) -> bool {
        self.auth == Auth::ManagedIdentity
    }

    /// Which credential was taken and why, for `-v`.
    pub(super) fn why(&self, sources: &Sources<'_>) -> String {
        format!(
            "identity: {} from {}",
            self.auth.name(),
            sources.name(self.level)
        )
    }

    /// The credential of a managed identity, and the id that it goes by in the cache.
    pub(super) fn managed(&self, sources: &Sources<'_>) -> Result<(Credential, String), Error> {
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
    pub(super) fn credential(
        &self,
        sources: &Sources<'_>,
        authority: &Authority,
        client_id: &Placed,
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
        match self.auth {
            Auth::Certificate => sources.certificate(self.level),
            Auth::Federated => sources.federated(self.level).map(Credential::federated),
            Auth::GitHub => Federated::github(sources.lookup).map(Credential::federated),
            Auth::ManagedIdentity => Ok(self.managed(sources)?.0),
            Auth::Secret => {
                let secret = sources.secret(self.level)?;
                judge::secret(&secret)?;
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

    /// Whether this machine says of itself that Azure vouches for it. Its metadata service is not
    /// asked: a parameters file that was forgotten must not become a request to somewhere.
    fn is_on_azure(&self) -> Result<bool, Error> {
        for name in [
            "IDENTITY_ENDPOINT",
            "MSI_ENDPOINT",
            "AZURE_POD_IDENTITY_AUTHORITY_HOST",
        ] {
            if self.variable(name)?.is_some() {
                return Ok(true);
            }
        }
        let tag = std::fs::read_to_string(CHASSIS).unwrap_or_default();
        Ok(tag.trim() == AZURE_CHASSIS || Path::new(ARC_AGENT).exists())
    }

    fn machine(&self) -> Result<Source, Error> {
        detect(self.lookup, Path::new(ARC_AGENT).exists())
    }

    /// Which of the machine's identities is meant: as the file says, else the one whose client id
    /// is given, else the machine's own.
    fn selector(&self) -> Result<Selector, Error> {
        if let Some(given) = self
            .file
            .as_ref()
            .and_then(|file| file.get("managed_identity"))
        {
            return selector(given.text.expose()).ok_or_else(|| {
                Error::parameters("names no identity")
                    .hint(
                        "write true, or { \"client_id\": \"…\" }, object_id or resource_id in \
                         its place",
                    )
                    .at(&given.place)
            });
        }
        let flag = self.flags.client_id.clone();
        let id = match flag {
            Some(id) => Some(id),
            None => self
                .variable("AZURE_CLIENT_ID")?
                .map(|id| id.text.expose().to_owned()),
        };
        Ok(id.map_or(Selector::System, Selector::ClientId))
    }

    /// The same for an identity that stands for itself, so that a client id on the command line is
    /// its own.
    fn own_selector(&self) -> Result<Selector, Error> {
        let selector = self.selector()?;
        let Some(flag) = &self.flags.client_id else {
            return Ok(selector);
        };
        match selector {
            Selector::System => Ok(Selector::ClientId(flag.clone())),
            Selector::ClientId(id) if id.eq_ignore_ascii_case(flag) => Ok(Selector::ClientId(id)),
            _ => Err(Error::parameters(
                "--client-id: `managed_identity` in the parameters file names another identity",
            )
            .hint("leave out one of the two")),
        }
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

    fn secret(&self, level: Level) -> Result<Placed, Error> {
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

    fn certificate(&self, level: Level) -> Result<Credential, Error> {
        let file = self.file.as_ref();
        let passphrase = self.passphrase()?;
        let passphrase = passphrase.as_ref();
        let (credential, sends_chain) = match (level, file) {
            (Level::Flags, _) => {
                let path = self.flags.certificate_file.clone().unwrap_or_default();
                (
                    one_file(&path, passphrase)?,
                    match file {
                        Some(file) if file.get("certificate_file").is_some() => sends_chain(file)?,
                        _ => false,
                    },
                )
            }
            (Level::File, Some(file)) => (from_file(file, passphrase)?, sends_chain(file)?),
            _ => {
                let path = self
                    .variable(PATH)?
                    .map(|placed| placed.text.expose().to_owned());
                let path = PathBuf::from(path.unwrap_or_default());
                let chain = self.variable("AZURE_CLIENT_SEND_CERTIFICATE_CHAIN")?;
                let chain = chain.is_some_and(|chain| is_true(chain.text.expose()));
                (one_file(&path, passphrase)?, chain)
            }
        };
        Ok(if sends_chain {
            credential.with_certificate_chain()
        } else {
            credential
        })
    }

    fn passphrase(&self) -> Result<Option<Secret>, Error> {
        let path = self
            .file
            .as_ref()
            .and_then(|file| file.get_path("private_key_passphrase_file"));
        Ok(match path {
            Some(path) => Some(read_secret_file(&path, "passphrase file")?.text),
            None => self.variable(PASSWORD)?.map(|placed| placed.text),
        })
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

/// The certificate that a parameters file names: in one PEM with its key, in two, or by its
/// thumbprint.
fn from_file(file: &ParametersFile, passphrase: Option<&Secret>) -> Result<Credential, Error> {
    let key = file.get_path("private_key_file");
    let thumbprint = file.get("thumbprint");
    match (file.get_path("certificate_file"), key, thumbprint) {
        (Some(path), None, thumbprint) => {
            let file = read(&path, "certificate file")?;
            let signer = signer_from((file.bytes(), &file.place), None, passphrase)?;
            check_thumbprint(&signer, thumbprint)?;
            Ok(Credential::signer(signer))
        }
        (Some(path), Some(key), thumbprint) => {
            let certificate = read(&path, "certificate file")?;
            let key = read(&key, "private key file")?;
            let key = Some((key.bytes(), key.place.as_str()));
            let signer = signer_from((certificate.bytes(), &certificate.place), key, passphrase)?;
            check_thumbprint(&signer, thumbprint)?;
            Ok(Credential::signer(signer))
        }
        (None, Some(key), Some(thumbprint)) => {
            let key = read(&key, "private key file")?;
            let key = key_of(key.bytes(), passphrase, &key.place)?;
            let text = thumbprint.text.expose();
            Ok(Credential::signer(signer_from_thumbprint(
                key,
                text,
                &thumbprint.place,
            )?))
        }
        (None, Some(_), None) => Err(Error::parameters("`private_key_file` stands alone")
            .hint("add certificate_file, or the thumbprint that the portal shows")
            .at(&file.name())),
        (None, None, _) => Err(Error::parameters("`thumbprint` stands alone")
            .hint("add private_key_file")
            .at(&file.name())),
    }
}

/// Refuses a thumbprint that is another certificate's.
fn check_thumbprint(signer: &Signer, thumbprint: Option<&Placed>) -> Result<(), Error> {
    match thumbprint {
        Some(thumbprint) if !signer.is_known_as(thumbprint.text.expose()) => Err(
            Error::parameters("is not the thumbprint of the certificate")
                .hint("put null there: the certificate is enough")
                .at(&thumbprint.place),
        ),
        _ => Ok(()),
    }
}

fn one_file(path: &Path, passphrase: Option<&Secret>) -> Result<Credential, Error> {
    let file = read(path, "certificate file")?;
    let signer = signer_from((file.bytes(), &file.place), None, passphrase)?;
    Ok(Credential::signer(signer))
}

struct PemFile {
    guarded: Guarded,
    place: String,
}

impl PemFile {
    fn bytes(&self) -> &[u8] {
        self.guarded.bytes()
    }
}

/// Reads a PEM file; with a private key in it nobody else may read it.
fn read(path: &Path, what: &str) -> Result<PemFile, Error> {
    let guarded = Guarded::read(path, what, MAX_PEM)?;
    const KEY: &[u8] = b"PRIVATE KEY";
    // What is binary and no certificate holds a key, or may.
    let kind = binary_kind(guarded.bytes());
    let is_pfx = kind.is_some_and(|kind| kind != Binary::Certificate);
    if is_pfx
        || guarded
            .bytes()
            .windows(KEY.len())
            .any(|window| window == KEY)
    {
        guarded.check_private(what)?;
    } else {
        guarded.check_unwritable(what)?;
    }
    Ok(PemFile {
        guarded,
        place: format!("{what} {}", shown(path)),
    })
}

fn sends_chain(file: &ParametersFile) -> Result<bool, Error> {
    let Some(placed) = file.get("send_certificate_chain") else {
        return Ok(false);
    };
    match placed.text.expose().to_ascii_lowercase().as_str() {
        "true" | "1" if file.get("certificate_file").is_none() => {
            Err(Error::parameters("there is no certificate to send")
                .hint("add certificate_file, or take this out")
                .at(&placed.place))
        }
        "true" | "1" => Ok(true),
        "false" | "0" | "" => Ok(false),
        _ => Err(Error::parameters("is neither true nor false").at(&placed.place)),
    }
}

fn is_true(text: &str) -> bool {
    matches!(text.to_ascii_lowercase().as_str(), "true" | "1")
}

/// `true`, the id of a client, or an object that names one id.
fn selector(text: &str) -> Option<Selector> {
    let text = text.trim();
    if text == "true" {
        return Some(Selector::System);
    }
    let Some(object) = text.strip_prefix('{') else {
        let is_resource = text.starts_with("/subscriptions/");
        let is_plain = judge::is_guid(text);
        return match (is_resource, is_plain) {
            (true, _) => Some(Selector::ResourceId(text.to_owned())),
            (_, true) => Some(Selector::ClientId(text.to_owned())),
            _ => None,
        };
    };
    let object = format!("{{{object}");
    let named: std::collections::BTreeMap<String, String> = serde_json::from_str(&object).ok()?;
    let mut named = named.into_iter();
    let (name, id) = named.next()?;
    if named.next().is_some() || id.is_empty() {
        return None;
    }
    match name.as_str() {
        "client_id" => Some(Selector::ClientId(id)),
        "object_id" => Some(Selector::ObjectId(id)),
        "resource_id" => Some(Selector::ResourceId(id)),
        _ => None,
    }
}
