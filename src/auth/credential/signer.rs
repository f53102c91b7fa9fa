//! A signer from the files that hold its key and certificate.

use crate::auth::credential::assertion::Signer;
use crate::auth::credential::key::{Contents, PrivateKey};
use crate::error::Error;
use crate::secret::Secret;

/// Reads the files of a certificate credential: one PEM with both, or two.
///
/// # Errors
///
/// `Parameters` for each way in which they cannot be used, with the remedy.
pub(crate) fn signer_from(
    certificate: (&[u8], &str),
    key: Option<(&[u8], &str)>,
    passphrase: Option<&Secret>,
) -> Result<Signer, Error> {
    let (bytes, place) = certificate;
    let contents = match key {
        Some((key, key_place)) => {
            let mut contents = Contents::read_certificates(bytes, place)?;
            contents.key = Some(key_of(key, passphrase, key_place)?);
            contents
        }
        None => Contents::read(bytes, passphrase, place)?,
    };
    if contents.certificates.is_empty() {
        return Err(Error::parameters("holds no certificate")
            .hint("give the certificate that was uploaded, -----BEGIN CERTIFICATE-----")
            .at(place));
    }
    let Some(key) = contents.key else {
        return Err(Error::parameters("holds no private key")
            .hint("add the key to this file, or name its file in private_key_file")
            .at(place));
    };
    Signer::with_certificate(key, contents.certificates, place)
}

/// The private key in a file that should hold one.
pub(crate) fn key_of(
    bytes: &[u8],
    passphrase: Option<&Secret>,
    place: &str,
) -> Result<PrivateKey, Error> {
    let contents = Contents::read(bytes, passphrase, place)?;
    contents.key.ok_or_else(|| {
        let cause = if contents.certificates.is_empty() {
            "holds no private key"
        } else {
            "holds a certificate where the private key belongs"
        };
        Error::parameters(cause)
            .hint("give the .pem or .key file that was made together with the certificate")
            .at(place)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_holds_no_key_or_no_certificate_is_refused_without_being_quoted() {
        let canary = "Y2FuYXJ5Y2FuYXJ5Y2FuYXJ5";
        for text in [
            canary.to_owned(),
            format!("-----BEGIN CERTIFICATE-----\n{canary}\n-----END CERTIFICATE-----\n"),
            format!("-----BEGIN PRIVATE KEY-----\n{canary}\n-----END PRIVATE KEY-----\n"),
            format!("-----BEGIN RSA PRIVATE KEY-----\n{canary}"),
            format!("-----BEGIN {canary}-----\n-----END {canary}-----\n"),
        ] {
            let errors = [
                signer_from((text.as_bytes(), "c.pem"), None, None).map(drop),
                signer_from(
                    (text.as_bytes(), "c.pem"),
                    Some((text.as_bytes(), "k")),
                    None,
                )
                .map(drop),
                key_of(text.as_bytes(), None, "k.pem").map(drop),
            ];
            for error in errors {
                let error = error.unwrap_err();
                assert!(matches!(error, Error::Parameters(_)));
                assert!(!format!("{error} {error:?}").contains(canary));
            }
        }
    }
}
