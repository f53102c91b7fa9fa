//! The ways in which keys go wrong.

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use serde_json::{Value, json};

use crate::certificates::maker::{Identity, body, converted, other};

/// A way to fail: its name, the files, and what the parameters say.
pub struct Failure {
    pub name: &'static str,
    pub pem: Vec<u8>,
    pub parameters: Value,
}

pub fn failure(name: &'static str, pem: impl Into<Vec<u8>>) -> Failure {
    Failure {
        name,
        pem: pem.into(),
        parameters: json!({ "certificate_file": "c.pem" }),
    }
}

pub fn damaged(own: &Identity) -> Vec<Failure> {
    let both = own.pem();
    let key = &own.key;
    let bare = body(key);
    vec![
        failure("it is good", both.clone()),
        failure("it lost its line ends", both.replace('\n', "")),
        failure("line ends became spaces", both.replace('\n', " ")),
        failure("line ends became \\n", both.replace('\n', "\\n")),
        failure("line ends became \\r\\n", both.replace('\n', "\\r\\n")),
        failure(
            "it is cut off in the key",
            &both.as_bytes()[..both.len() - 500],
        ),
        failure(
            "it is cut off after a line",
            &both.as_bytes()[..both.len() - 28],
        ),
        failure("it has no first line", key.split_once('\n').unwrap().1),
        failure("it has no lines around", bare.clone()),
        failure(
            "it has a strange character",
            both.replace("MII", "M\u{1b}[31mII"),
        ),
        failure(
            "the key stands in the label",
            format!("-----BEGIN {bare}-----"),
        ),
        failure(
            "the label goes on",
            format!("-----BEGIN PRIVATE KEY\n{bare}\n-----END PRIVATE KEY-----"),
        ),
        failure(
            "another end",
            key.replace("-----END PRIVATE", "-----END RSA PRIVATE"),
        ),
        failure(
            "the wrong label",
            key.replace("PRIVATE KEY", "RSA PRIVATE KEY"),
        ),
        failure(
            "it says that it is a certificate",
            key.replace("PRIVATE KEY", "CERTIFICATE"),
        ),
        failure(
            "it says that it is encrypted",
            key.replace("PRIVATE KEY", "ENCRYPTED PRIVATE KEY"),
        ),
        failure(
            "it is of an unknown kind",
            key.replace("PRIVATE KEY", "DSA PRIVATE KEY"),
        ),
        failure("it is twice there", format!("{both}{key}")),
        failure("it is another's", format!("{}{key}", other().certificate)),
        failure("it is alone", key.clone()),
        failure("it is JSON", json!({ "private_key": key }).to_string()),
        failure("it is Latin-1", [key.as_bytes(), b"\xe9"].concat()),
        failure("it is DER", own.key_der()),
        failure("base64 in base64", BASE64_STANDARD.encode(&both)),
    ]
}

/// PEM where something else belongs.
pub fn misplaced(own: &Identity) -> Vec<Failure> {
    let key = own.key.as_str();
    let line = key.replace('\n', "\\n");
    let bare = body(key);
    let with = |name, parameters| Failure {
        name,
        pem: own.pem().into_bytes(),
        parameters,
    };
    vec![
        with(
            "as the path of the key",
            json!({ "certificate_file": "c.pem", "private_key_file": key }),
        ),
        with(
            "as a path, in one line",
            json!({ "certificate_file": "c.pem", "private_key_file": line }),
        ),
        with(
            "as a path, without its lines",
            json!({ "certificate_file": "c.pem", "private_key_file": bare }),
        ),
        with(
            "as the path of the certificate",
            json!({ "certificate_file": own.pem() }),
        ),
        with(
            "as the thumbprint",
            json!({ "thumbprint": key, "private_key_file": "c.pem" }),
        ),
        with("as the secret", json!({ "secret": key })),
        with("as the path of the secret", json!({ "secret_file": key })),
        with(
            "as the path of the passphrase",
            json!({ "certificate_file": "c.pem", "private_key_passphrase_file": key }),
        ),
        with(
            "as a member that is not known",
            json!({ "certificate_file": "c.pem", "private_key": key }),
        ),
        with(
            "as an object",
            json!({ "certificate_file": { "private_key": key } }),
        ),
        with("as a list", json!({ "certificate_file": [key] })),
    ]
}

pub fn encrypted(own: &Identity) -> Vec<(Failure, String)> {
    let lines = [
        "pkcs8 -topk8 -v2 aes-256-cbc -passout file:pass -in k",
        "pkcs8 -topk8 -v2 des3 -passout file:pass -in k",
        "pkcs8 -topk8 -v2 aes-256-cbc -v2prf hmacWithSHA1 -passout file:pass -in k",
        "pkcs8 -topk8 -scrypt -passout file:pass -in k",
        "rsa -aes256 -traditional -passout file:pass -in k",
    ];
    lines
        .into_iter()
        .map(|line| {
            let key = converted(line, &own.key);
            (failure(line, format!("{}{key}", own.certificate)), key)
        })
        .collect()
}
