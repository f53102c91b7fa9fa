//! The private key that signs assertions.

use std::fmt;
use std::path::Path;
use std::sync::Arc;

use rustls::SignatureScheme;
use rustls::crypto::ring::sign::RsaSigningKey;
use rustls::pki_types::{PrivateKeyDer, PrivatePkcs1KeyDer, PrivatePkcs8KeyDer};
use rustls::sign::SigningKey;

use crate::auth::credential::certificate::{certificate_key, modulus_bits, public_key};
use crate::auth::credential::der::{Der, OCTET_STRING, OID};
use crate::auth::credential::pbes2;
#[cfg(feature = "pfx")]
use crate::auth::credential::pem::binary_kind;
use crate::auth::credential::pem::{Binary, PemFlaw, Section, sections};
use crate::error::{Error, quoted};
use crate::secret::Secret;

/// An RSA key of 2048 to 4096 bits; what it is made of cannot be printed.
#[derive(Clone)]
pub(crate) struct PrivateKey(Arc<dyn SigningKey>);

/// The algorithm of a signature ([RFC 7518 §3.1](https://www.rfc-editor.org/rfc/rfc7518#section-3.1)).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Algorithm {
    Ps256,
    Rs256,
}

/// What a PEM file holds for us.
#[derive(Debug, Default)]
pub(crate) struct Contents {
    pub(crate) key: Option<PrivateKey>,
    /// In the order of the file, as DER.
    pub(crate) certificates: Vec<Vec<u8>>,
}

impl Contents {
    /// Reads a PEM file, with the passphrase of an encrypted key; `place` names it in errors.
    ///
    /// # Errors
    ///
    /// `Parameters` with the command that puts things right; never a byte of the file.
    pub(crate) fn read(
        bytes: &[u8],
        passphrase: Option<&Secret>,
        place: &str,
    ) -> Result<Self, Error> {
        #[cfg(feature = "pfx")]
        if binary_kind(bytes) == Some(Binary::Pfx) {
            let pfx =
                crate::auth::credential::pfx::Pfx::read(bytes, passphrase).ok_or_else(|| {
                    Error::parameters("is a PFX that the passphrase does not open, or damaged")
                        .hint("check the passphrase: one line end after it is no part of it")
                        .at(place)
                })?;
            let key = Some(load(&pfx.key, true, place)?);
            return Ok(Self {
                key,
                certificates: pfx.certificates,
            });
        }
        let sections = sections(bytes).map_err(|flaw| refuse_pem(flaw, place))?;
        let mut contents = Self::default();
        for section in sections {
            if section.label == "CERTIFICATE" {
                let der = section.der().map_err(|flaw| refuse_pem(flaw, place))?;
                contents.certificates.push(der.to_vec());
            } else if section.label.ends_with("PRIVATE KEY") {
                if contents.key.is_some() {
                    let error = Error::parameters("holds more than one private key");
                    return Err(error
                        .hint("leave the one that belongs to the certificate")
                        .at(place));
                }
                contents.key = Some(read_key(&section, passphrase, place)?);
            }
        }
        Ok(contents)
    }
}

impl Contents {
    /// Reads the certificates only; a key beside them stays shut.
    pub(crate) fn read_certificates(bytes: &[u8], place: &str) -> Result<Self, Error> {
        let sections = sections(bytes).map_err(|flaw| refuse_pem(flaw, place))?;
        let certificates = sections
            .iter()
            .filter(|section| section.label == "CERTIFICATE");
        let certificates = certificates.map(|section| section.der().map(<[u8]>::to_vec));
        let certificates: Result<_, _> = certificates.collect();
        let certificates = certificates.map_err(|flaw| refuse_pem(flaw, place))?;
        Ok(Self {
            key: None,
            certificates,
        })
    }
}

impl PrivateKey {
    /// The signature over `message`.
    pub(crate) fn sign(&self, algorithm: Algorithm, message: &[u8]) -> Result<Vec<u8>, Error> {
        let scheme = match algorithm {
            Algorithm::Ps256 => SignatureScheme::RSA_PSS_SHA256,
            Algorithm::Rs256 => SignatureScheme::RSA_PKCS1_SHA256,
        };
        let signer = self.0.choose_scheme(&[scheme]);
        let signature = signer.and_then(|signer| signer.sign(message).ok());
        signature.ok_or_else(|| Error::local("the private key could not sign"))
    }

    /// Whether a certificate is for this key: by the key alone, as a verifier of servers refuses
    /// certificates for reasons that do not matter here.
    pub(crate) fn belongs_to(&self, certificate: &[u8]) -> bool {
        let own = self.0.public_key();
        let own = own.as_ref().and_then(|own| public_key(own.as_ref()));
        own.is_some() && own == certificate_key(certificate)
    }
}

impl fmt::Debug for PrivateKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[redacted]")
    }
}

/// Puts a key under an encryption that is read here.
const ENCRYPT_ANEW: &str = "openssl pkcs8 -topk8 -v2 aes-256-cbc -v2prf hmacWithSHA256 -in OLD -out NEW && chmod 600 NEW # DES or RC2: add -provider legacy -provider default";

fn read_key(
    section: &Section<'_>,
    passphrase: Option<&Secret>,
    place: &str,
) -> Result<PrivateKey, Error> {
    let fail = |cause: &str, hint: &str| {
        Err(Error::parameters(cause)
            .hint(with_names(hint, place))
            .at(place))
    };
    let der = section.der().map_err(|flaw| refuse_pem(flaw, place))?;
    match section.label {
        "PRIVATE KEY" => load(der, true, place),
        "RSA PRIVATE KEY" => load(der, false, place),
        "ENCRYPTED PRIVATE KEY" => {
            let Some(passphrase) = passphrase else {
                return fail(
                    "the private key is encrypted and no passphrase was given",
                    "give private_key_passphrase_file or AZURE_CLIENT_CERTIFICATE_PASSWORD",
                );
            };
            let key = pbes2::decrypt(der, passphrase).map_err(|flaw| match flaw {
                pbes2::JsonError::Unsupported => {
                    Error::parameters("the private key is encrypted in a way that is not supported")
                        .hint(with_names(ENCRYPT_ANEW, place))
                        .at(place)
                }
                pbes2::JsonError::WrongPassphrase => {
                    let error = Error::parameters("the passphrase does not open the private key");
                    error
                        .hint("check the passphrase: one line end after it is no part of it")
                        .at(place)
                }
            })?;
            load(&key, true, place)
        }
        "EC PRIVATE KEY" => fail(
            "the private key is an elliptic curve's",
            "Entra takes RSA: openssl req -x509 -newkey rsa:2048 -noenc -keyout key.pem -out cert.pem",
        ),
        _ => fail(
            "the private key is of a kind that cannot be read",
            "openssl pkcs8 -topk8 -nocrypt -in OLD -out NEW && chmod 600 NEW",
        ),
    }
}

/// Loads PKCS#8 ([RFC 5958](https://www.rfc-editor.org/rfc/rfc5958)) or PKCS#1
/// ([RFC 8017](https://www.rfc-editor.org/rfc/rfc8017)).
fn load(der: &[u8], is_pkcs8: bool, place: &str) -> Result<PrivateKey, Error> {
    const RSA: &str = "make one with RSA: openssl genrsa -out key.pem 2048";
    let fail = |cause: String, hint: &str| Err(Error::parameters(cause).hint(hint).at(place));
    let bits = if is_pkcs8 {
        pkcs8_bits(der)
    } else {
        pkcs1_bits(der)
    };
    let Some(bits) = bits else {
        return fail(
            "the private key is no RSA key that can be read".to_owned(),
            RSA,
        );
    };
    if !(2048..=4096).contains(&bits) {
        let cause = format!("the private key has {bits} bits: it must have 2048 to 4096");
        return fail(cause, RSA);
    }
    if has_small_exponent(der, is_pkcs8) {
        let cause = "the private key has an unusual public exponent: it must be 65537";
        return fail(cause.to_owned(), RSA);
    }
    let key = if is_pkcs8 {
        PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(der))
    } else {
        PrivateKeyDer::Pkcs1(PrivatePkcs1KeyDer::from(der))
    };
    match RsaSigningKey::new(&key) {
        Ok(key) => Ok(PrivateKey(Arc::new(key))),
        Err(_) => fail("the private key is damaged".to_owned(), "export it again"),
    }
}

/// Whether the public exponent is below the one that everybody uses.
fn has_small_exponent(der: &[u8], is_pkcs8: bool) -> bool {
    let exponent = || {
        let mut fields = Der::new(der).sequence()?;
        fields.number()?;
        if is_pkcs8 {
            fields.sequence()?;
            fields = Der::new(fields.expect(OCTET_STRING)?).sequence()?;
            fields.number()?;
        }
        modulus_bits(&mut fields)?;
        fields.number()
    };
    exponent().is_some_and(|exponent| exponent < 65_537)
}

const RSA_ENCRYPTION: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x01];

fn pkcs8_bits(der: &[u8]) -> Option<usize> {
    let mut fields = Der::new(der).sequence()?;
    fields.number()?;
    // Others, such as RSASSA-PSS, restrict the key to one use.
    if fields.sequence()?.expect(OID)? != RSA_ENCRYPTION {
        return None;
    }
    pkcs1_bits(fields.expect(OCTET_STRING)?)
}

fn pkcs1_bits(der: &[u8]) -> Option<usize> {
    let mut fields = Der::new(der).sequence()?;
    fields.number()?;
    modulus_bits(&mut fields)
}

fn refuse_pem(flaw: PemFlaw, place: &str) -> Error {
    let (cause, hint) = match flaw {
        PemFlaw::Binary(Binary::Pfx) => (
            "is no PEM but a PFX (PKCS#12) file",
            "openssl pkcs12 -in OLD -noenc -out NEW && chmod 600 NEW # an old file: add -legacy",
        ),
        PemFlaw::Binary(Binary::Certificate) => (
            "is no PEM but a certificate in DER",
            "openssl x509 -inform DER -in OLD -out NEW",
        ),
        PemFlaw::Binary(Binary::Key) => (
            "is no PEM but a private key in DER",
            "openssl pkey -inform DER -in OLD -out NEW && chmod 600 NEW",
        ),
        PemFlaw::Binary(Binary::Other) => (
            "is no PEM",
            "give PEM: -----BEGIN CERTIFICATE----- and -----BEGIN PRIVATE KEY-----",
        ),
        PemFlaw::Utf16 => ("is UTF-16", "save it as UTF-8"),
        PemFlaw::Empty => (
            "holds neither a certificate nor a private key",
            "give PEM: -----BEGIN CERTIFICATE----- and -----BEGIN PRIVATE KEY-----",
        ),
        PemFlaw::LegacyEncrypted => ("holds a private key in an old encryption", ENCRYPT_ANEW),
        PemFlaw::Damaged => (
            "holds PEM that is damaged",
            "copy the file anew: a section was cut off, or its line ends became other characters",
        ),
    };
    Error::parameters(cause)
        .hint(with_names(hint, place))
        .at(place)
}

/// A command with the file's own name in it, so that it can be pasted.
fn with_names(command: &str, place: &str) -> String {
    let Some((_, path)) = place.split_once(" file ") else {
        return command.to_owned();
    };
    let new = Path::new(path).with_extension("new.pem");
    let (old, new) = (quoted(path), quoted(&new.to_string_lossy()));
    let words = command.split(' ').map(|word| match word {
        "OLD" => old.as_str(),
        "NEW" => new.as_str(),
        word => word,
    });
    words.collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    /// An `RSAPublicKey` or the head of an `RSAPrivateKey`: two integers in a sequence.
    fn rsa(modulus: &[u8]) -> Vec<u8> {
        let length = u8::try_from(modulus.len()).unwrap();
        let fields = [&[2, 1, 0, 2, length], modulus].concat();
        [&[0x30, length + 5], &*fields].concat()
    }

    fn pkcs8(inner: &[u8]) -> Vec<u8> {
        let element = |tag: u8, content: &[u8]| {
            [&[tag, u8::try_from(content.len()).unwrap()], content].concat()
        };
        let algorithm = [element(OID, RSA_ENCRYPTION), vec![5, 0]].concat();
        let algorithm = element(0x30, &algorithm);
        let fields = [vec![2, 1, 0], algorithm, element(OCTET_STRING, inner)];
        element(0x30, &fields.concat())
    }

    #[test]
    fn the_size_is_read_from_both_forms() {
        let key = rsa(&[0, 0x80, 0, 0, 0]);
        assert_eq!(pkcs1_bits(&key), Some(32));
        assert_eq!(pkcs8_bits(&pkcs8(&key)), Some(32));
        assert_eq!((pkcs8_bits(&key), pkcs1_bits(&pkcs8(&key))), (None, None));
        for end in 0..key.len() {
            assert_eq!(pkcs1_bits(&key[..end]), None);
        }
    }

    #[test]
    fn a_key_that_is_refused_is_refused_by_its_size_first() {
        let small = rsa(&[0x40, 0, 0, 0]);
        let error = load(&small, false, "k.pem").unwrap_err().to_string();
        assert_eq!(
            error,
            "k.pem: the private key has 31 bits: it must have 2048 to 4096"
        );
    }
}
