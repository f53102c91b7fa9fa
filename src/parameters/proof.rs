//! Which credential proves the identity, and where it comes from.

use std::path::{Path, PathBuf};

use crate::auth::{Authority, Credential, key_of, signer_from, signer_from_thumbprint};
use crate::error::Error;
use crate::file::Guarded;
use crate::parameters::file::{ParametersFile, Placed, read_secret};
use crate::parameters::judge;
use crate::parameters::sources::{Auth, Sources};
use crate::secret::Secret;

/// A credential and why it was taken.
pub(super) struct Proof {
    pub(super) credential: Credential,
    pub(super) why: String,
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

/// The credential of the highest level that has one: flags, then the file, then the variables in
/// the order of azure-identity. `--auth` picks the kind.
pub(super) fn choose(
    sources: &Sources<'_>,
    authority: &Authority,
    client_id: &Placed,
) -> Result<Proof, Error> {
    for level in [Level::Flags, Level::File, Level::Variables] {
        let kinds = sources.kinds(level)?;
        let kind = match (sources.flags.auth, &kinds[..]) {
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
        if level == Level::Variables {
            sources.check_same("AZURE_CLIENT_ID", client_id.text.expose())?;
            sources.check_same("AZURE_TENANT_ID", authority.tenant())?;
        }
        let credential = match kind {
            Auth::Certificate => sources.certificate(level)?,
            Auth::Secret => {
                let secret = sources.secret(level)?;
                judge::secret(&secret)?;
                Credential::secret(secret.text.expose())
            }
        };
        let why = format!("identity: {} from {}", kind.name(), sources.name(level));
        return Ok(Proof { credential, why });
    }
    Err(match sources.flags.auth {
        Some(auth) => Error::parameters(format!("--auth {0}: no {0} is given", auth.name())),
        None => sources.missing("secret", "--secret-file, --certificate-file", SECRET),
    })
}

impl Sources<'_> {
    fn name(&self, level: Level) -> String {
        match (level, &self.file) {
            (Level::File, Some(file)) => file.name(),
            (Level::Variables, _) => "the variables".to_owned(),
            _ => "the command line".to_owned(),
        }
    }

    /// The kinds of credential that a level has.
    fn kinds(&self, level: Level) -> Result<Vec<Auth>, Error> {
        let (secret, certificate) = match level {
            Level::Flags => (
                self.flags.secret_file.is_some(),
                self.flags.certificate_file.is_some(),
            ),
            Level::File => {
                let has = |key| {
                    self.file
                        .as_ref()
                        .is_some_and(|file| file.get(key).is_some())
                };
                let certificate = ["certificate_file", "thumbprint", "private_key_file"];
                (
                    has("secret") || has("secret_file"),
                    certificate.into_iter().any(has),
                )
            }
            Level::Variables => (
                self.variable(SECRET)?.is_some(),
                self.variable(PATH)?.is_some(),
            ),
        };
        let kinds = [(secret, Auth::Secret), (certificate, Auth::Certificate)];
        Ok(kinds
            .into_iter()
            .filter(|(is_there, _)| *is_there)
            .map(|(_, kind)| kind)
            .collect())
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
                (one_file(&path, passphrase)?, file.is_some_and(sends_chain))
            }
            (Level::File, Some(file)) => (from_file(file, passphrase)?, sends_chain(file)),
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
            Some(path) => Some(read_secret(&path)?.text),
            None => self.variable(PASSWORD)?.map(|placed| placed.text),
        })
    }

    /// Refuses a credential from the variables when they are those of another application.
    fn check_same(&self, name: &str, used: &str) -> Result<(), Error> {
        match self.variable(name)? {
            Some(other) if !other.text.expose().trim().eq_ignore_ascii_case(used) => {
                let credential = match self.variable(SECRET)? {
                    Some(_) => SECRET,
                    None => PATH,
                };
                Err(Error::parameters(format!(
                    "{credential}: belongs to another application: {name} is not {used}"
                ))
                .hint("give this application's own secret, or unset the AZURE_* variables"))
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
        (Some(path), None, _) => one_file(&path, passphrase),
        (Some(path), Some(key), _) => {
            let certificate = read(&path, "certificate file")?;
            let key = read(&key, "private key file")?;
            let key = Some((key.bytes(), key.place.as_str()));
            let signer = signer_from((certificate.bytes(), &certificate.place), key, passphrase)?;
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
    if guarded
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
        place: format!("{what} {}", path.display()),
    })
}

fn sends_chain(file: &ParametersFile) -> bool {
    file.get("send_certificate_chain")
        .is_some_and(|placed| is_true(placed.text.expose()))
}

fn is_true(text: &str) -> bool {
    matches!(text.to_ascii_lowercase().as_str(), "true" | "1")
}
