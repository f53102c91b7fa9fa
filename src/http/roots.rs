//! Which certificate authorities are trusted.

use std::fs;
use std::io::BufRead as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use rustls::RootCertStore;
use ureq::tls::{Certificate, RootCerts};

use crate::error::Error;
use crate::fs::{SecretFile, cause, check_trusted_folder, shown};

/// The roots, and in a few words where they come from.
#[derive(Clone, Debug)]
pub(crate) struct Roots {
    pub(crate) certificates: RootCerts,
    pub(crate) origin: String,
    /// Files with them that another user than the caller or root can change.
    pub(crate) strangers: Vec<String>,
}

/// Where distributions keep their store: Debian and Alpine, Fedora, SUSE, others.
const SYSTEM: [&str; 7] = [
    "/etc/ssl/certs/ca-certificates.crt",
    "/etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem",
    "/etc/pki/tls/certs/ca-bundle.crt",
    "/etc/ssl/ca-bundle.pem",
    "/etc/ssl/cert.pem",
    "/etc/pki/tls/cacert.pem",
    "/etc/certs/ca-certificates.crt",
];

const MAX_STORE: usize = 8 << 20;

/// The roots of `--ca-file`, else of `SSL_CERT_FILE` and `SSL_CERT_DIR`, else the system's, else
/// Mozilla's as they were when this program was built.
///
/// # Errors
///
/// `Parameters` when a place that was named cannot be read, holds no certificate or can be changed by
/// others; the system's store is used as far as it can be.
pub(crate) fn load(ca_file: Option<&Path>) -> Result<Roots, Error> {
    if let Some(path) = ca_file {
        return named(&[path.to_owned()], &[], "ca file");
    }
    let file: Vec<PathBuf> = std::env::var_os("SSL_CERT_FILE")
        .filter(|value| !value.is_empty())
        .map(PathBuf::from)
        .into_iter()
        .collect();
    let folders: Vec<PathBuf> = std::env::var_os("SSL_CERT_DIR")
        .filter(|value| !value.is_empty())
        .map(|value| std::env::split_paths(&value).collect())
        .unwrap_or_default();
    if !file.is_empty() || !folders.is_empty() {
        return named(&file, &folders, "SSL_CERT_FILE or SSL_CERT_DIR");
    }
    Ok(system().unwrap_or_else(|| Roots {
        certificates: RootCerts::WebPki,
        origin: "the roots built in (Mozilla's)".to_owned(),
        strangers: Vec::new(),
    }))
}

fn named(files: &[PathBuf], folders: &[PathBuf], what: &str) -> Result<Roots, Error> {
    let mut found = Vec::new();
    let mut strangers = Vec::new();
    for path in files {
        let store = read(path, what, &mut strangers)?;
        let before = found.len();
        add(&mut found, &store)
            .map_err(|reason| Error::parameters(format!("{what} {}: {reason}", shown(path))))?;
        if found.len() == before {
            return Err(none(what, path));
        }
    }
    for folder in folders {
        check_trusted_folder(folder, what)?;
        let entries = fs::read_dir(folder).map_err(|error| {
            Error::parameters(format!("{what} {}: {}", shown(folder), cause(&error)))
        })?;
        for entry in entries.flatten() {
            // A store's folder holds the same files under several names, and other things.
            match read(&entry.path(), what, &mut strangers) {
                Ok(store) => {
                    let _ = add(&mut found, &store);
                }
                Err(error) if error.report().is_exposure => return Err(error),
                Err(_) => {}
            }
        }
        if found.is_empty() {
            return Err(none(what, folder));
        }
    }
    let places: Vec<_> = files
        .iter()
        .chain(folders)
        .map(|path| shown(path))
        .collect();
    Ok(Roots {
        strangers,
        ..roots(found, places.join(", "))
    })
}

/// Reads a file that nobody else may change, and notes whose it is.
fn read(path: &Path, what: &str, strangers: &mut Vec<String>) -> Result<Vec<u8>, Error> {
    let file = SecretFile::read(path, what, MAX_STORE)?;
    file.check_trusted(what)?;
    if let Some(uid) = file.other_owner() {
        strangers.push(format!("{what} {}: belongs to uid {uid}", shown(path)));
    }
    Ok(file.into_public())
}

fn none(what: &str, path: &Path) -> Error {
    Error::parameters(format!("{what} {}: holds no certificate", shown(path)))
        .hint("give the CA as PEM: -----BEGIN CERTIFICATE-----")
}

fn system() -> Option<Roots> {
    SYSTEM.iter().find_map(|path| {
        let file = SecretFile::read(Path::new(path), "store", MAX_STORE).ok()?;
        let mut found = Vec::new();
        let _ = add(&mut found, &file.into_public());
        (!found.is_empty()).then(|| roots(found, (*path).to_owned()))
    })
}

fn roots(found: Vec<Certificate<'static>>, origin: String) -> Roots {
    Roots {
        certificates: RootCerts::Specific(Arc::new(found)),
        origin,
        strangers: Vec::new(),
    }
}

/// Adds the certificates of a PEM text that can be trust anchors; the error says that one could
/// not, after all others were added. Read here, because the usual reader decodes in constant time,
/// as keys need it: of a system's store that was most of the work of a short run.
fn add(found: &mut Vec<Certificate<'static>>, pem: &[u8]) -> Result<(), &'static str> {
    const UNREADABLE: &str = "holds PEM that cannot be read";
    let mut result = Ok(());
    let mut body: Option<Vec<u8>> = None;
    let mut rest = pem;
    let mut line = Vec::new();
    // No closure for each byte: the line ends are found by the standard library.
    while rest.read_until(b'\n', &mut line).is_ok_and(|n| n > 0) {
        match (&mut body, line.trim_ascii()) {
            (None, b"-----BEGIN CERTIFICATE-----") => body = Some(Vec::with_capacity(4096)),
            (None, _) => {}
            (Some(text), b"-----END CERTIFICATE-----") => {
                let der = BASE64_STANDARD.decode(text).map_err(|_| UNREADABLE)?;
                if RootCertStore::empty().add(der.as_slice().into()).is_ok() {
                    found.push(Certificate::from_der(&der).to_owned());
                } else {
                    result = Err("holds a certificate that cannot be read");
                }
                body = None;
            }
            (Some(text), line) => text.extend_from_slice(line),
        }
        line.clear();
    }
    if body.is_some() {
        Err(UNREADABLE)
    } else {
        result
    }
}
