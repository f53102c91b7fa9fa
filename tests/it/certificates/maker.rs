//! Makes keys with `openssl` when they are needed, and certificates for them: nothing that looks
//! like a key is kept.

use std::process::Stdio;
use std::sync::LazyLock;
use std::time::Duration;

use base64::Engine as _;
use base64::prelude::{BASE64_STANDARD, BASE64_URL_SAFE_NO_PAD};
use rcgen::{CertificateParams, DnType, KeyPair, PKCS_RSA_SHA256, SigningKey};
use serde_json::Value;

use crate::support::{Command, Scratch, skipped, tool};

/// An RSA key, as PKCS#8, and its certificate.
#[derive(Clone)]
pub struct Identity {
    pub key: String,
    pub certificate: String,
}

/// What opens the encrypted keys.
pub const PASSPHRASE: &str = "cana ry&pass=ph%räse~5Kw";

static OWN: LazyLock<Identity> = LazyLock::new(|| Identity::new(&key(2048)));
static OTHER: LazyLock<Identity> = LazyLock::new(|| Identity::new(&key(2048)));

/// The application's; `None`, and said so, where there is no `openssl`.
pub fn own() -> Option<&'static Identity> {
    tool("openssl").map(|_| &*OWN)
}

/// Another one.
pub fn other() -> &'static Identity {
    &OTHER
}

/// A new RSA key of so many bits.
pub fn key(bits: u32) -> String {
    let line = format!("genpkey -algorithm RSA -pkeyopt rsa_keygen_bits:{bits}");
    text(openssl(&line, &[]))
}

/// A new RSA key, unless that takes too long for a test.
pub fn key_in_time(bits: u32) -> Option<String> {
    let mut child = Command::new("openssl")
        .args(["genrsa", &bits.to_string()])
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    for _ in 0..100 {
        if child.try_wait().unwrap().is_some() {
            return Some(text(child.wait_with_output().unwrap().stdout));
        }
        std::thread::sleep(Duration::from_millis(50));
    }
    child.kill().unwrap();
    child.wait().unwrap();
    skipped(&format!("a key of {bits} bits takes too long here"));
    None
}

/// What `openssl` prints, run beside these files.
#[track_caller]
pub fn openssl(line: &str, files: &[(&str, &[u8])]) -> Vec<u8> {
    let scratch = Scratch::new();
    for (name, bytes) in files {
        scratch.write(name, bytes, 0o600);
    }
    let output = Command::new("openssl")
        .current_dir(scratch.path(""))
        .args(line.split_whitespace())
        .stdin(Stdio::null())
        .output()
        .unwrap();
    let told = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "openssl {line}: {told}");
    output.stdout
}

/// The key in another form: what `openssl` makes of it, with the passphrase in the file `pass`.
#[track_caller]
pub fn converted(line: &str, key: &str) -> String {
    let files = [("k", key.as_bytes()), ("pass", PASSPHRASE.as_bytes())];
    text(openssl(line, &files))
}

pub fn text(bytes: Vec<u8>) -> String {
    String::from_utf8(bytes).unwrap()
}

/// The JSON in a part of an assertion.
#[track_caller]
pub fn decoded(part: &str) -> Value {
    serde_json::from_slice(&BASE64_URL_SAFE_NO_PAD.decode(part).unwrap()).unwrap()
}

/// What stands between the lines of a PEM text with one section.
pub fn body(pem: &str) -> String {
    let is_body = |line: &&str| !line.starts_with("-----");
    pem.lines().filter(is_body).collect()
}

/// The DER in a PEM text with one section.
pub fn der(pem: &str) -> Vec<u8> {
    BASE64_STANDARD.decode(body(pem)).unwrap()
}

/// What a certificate says when nothing else is asked for.
pub fn params() -> CertificateParams {
    let mut params = CertificateParams::default();
    params.distinguished_name.push(DnType::CommonName, "daemon");
    params.not_before = rcgen::date_time_ymd(2025, 1, 1);
    params.not_after = rcgen::date_time_ymd(2099, 1, 1);
    params
}

/// A key as the maker of certificates wants it.
pub fn signing(key: &str) -> impl SigningKey + use<> {
    KeyPair::from_pkcs8_pem_and_sign_algo(key, &PKCS_RSA_SHA256).unwrap()
}

impl Identity {
    /// A key, as PKCS#8, with a certificate that it signs itself.
    pub fn new(key: &str) -> Self {
        Self::with(key, &params())
    }

    /// A key with a certificate of one's own making.
    pub fn with(key: &str, params: &CertificateParams) -> Self {
        Self {
            key: key.to_owned(),
            certificate: params.self_signed(&signing(key)).unwrap().pem(),
        }
    }

    /// The certificate and then the key, in one text.
    pub fn pem(&self) -> String {
        format!("{}{}", self.certificate, self.key)
    }

    /// The certificate as DER.
    pub fn der(&self) -> Vec<u8> {
        der(&self.certificate)
    }

    /// The key as DER.
    pub fn key_der(&self) -> Vec<u8> {
        der(&self.key)
    }

    /// The key as PKCS#1.
    pub fn key_pkcs1(&self) -> String {
        converted("rsa -traditional -in k", &self.key)
    }

    /// The thumbprint as the portal shows it: SHA-1 in capitals.
    pub fn sha1(&self) -> String {
        hexadecimal(&ring::digest::SHA1_FOR_LEGACY_USE_ONLY, &self.der())
    }

    /// The thumbprint by SHA-256.
    pub fn sha256(&self) -> String {
        hexadecimal(&ring::digest::SHA256, &self.der())
    }
}

fn hexadecimal(algorithm: &'static ring::digest::Algorithm, bytes: &[u8]) -> String {
    let hash = ring::digest::digest(algorithm, bytes);
    hash.as_ref()
        .iter()
        .map(|byte| format!("{byte:02X}"))
        .collect()
}

/// `AB:CD:…`.
pub fn colons(digits: &str) -> String {
    let pairs = digits.as_bytes().chunks(2);
    let pairs: Vec<_> = pairs.map(|pair| str::from_utf8(pair).unwrap()).collect();
    pairs.join(":")
}
