//! The certificate and the key that prove the identity, from their files.

use std::path::{Path, PathBuf};

use crate::auth::{Binary, Credential, Signer, binary_kind, key_of, signer_from};
use crate::error::Error;
use crate::fs::{SecretFile, shown};
use crate::parameters::credential_choice::{Level, PATH};
use crate::parameters::file::{Located, ParametersFile, read_secret_file};
use crate::parameters::sources::Sources;
use crate::secret::Secret;

const MAX_PEM: usize = 1 << 20;
const PASSWORD: &str = "AZURE_CLIENT_CERTIFICATE_PASSWORD";

impl Sources<'_> {
    /// The certificate with its key, as a level names it.
    pub(crate) fn certificate(&self, level: Level) -> Result<Credential, Error> {
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
            Signer::with_thumbprint(key, text, &thumbprint.place).map(Credential::signer)
        }
        (None, Some(_), None) => Err(Error::parameters("`private_key_file` is given alone")
            .hint("add certificate_file, or the thumbprint that the portal shows")
            .at(&file.name())),
        (None, None, _) => Err(Error::parameters("`thumbprint` is given alone")
            .hint("add private_key_file")
            .at(&file.name())),
    }
}

/// Refuses a thumbprint that is another certificate's.
fn check_thumbprint(signer: &Signer, thumbprint: Option<&Located>) -> Result<(), Error> {
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
    guarded: SecretFile,
    place: String,
}

impl PemFile {
    fn bytes(&self) -> &[u8] {
        self.guarded.bytes()
    }
}

/// Reads a PEM file; with a private key in it nobody else may read it.
fn read(path: &Path, what: &str) -> Result<PemFile, Error> {
    let guarded = SecretFile::read(path, what, MAX_PEM)?;
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
