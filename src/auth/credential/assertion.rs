//! The signed assertion that stands for a secret
//! ([RFC 7523](https://www.rfc-editor.org/rfc/rfc7523), learn.microsoft.com/entra/identity-platform/certificate-credentials).

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use base64::Engine as _;
use base64::prelude::{BASE64_STANDARD, BASE64_URL_SAFE_NO_PAD};
use serde::Serialize;

use crate::auth::credential::certificate::{Validity, names, rsa_bits, sha1, sha256};
use crate::auth::credential::key::{Algorithm, PrivateKey};
use crate::error::Error;
use crate::http::guid;
use crate::secret::Secret;

/// A key, and the certificate or thumbprint by which Entra knows it.
#[derive(Clone, Debug)]
pub(crate) struct Signer {
    key: PrivateKey,
    name: Name,
    /// The certificates that were given, leaf first.
    chain: Vec<Vec<u8>>,
    sends_chain: bool,
    validity: Option<Validity>,
}

#[derive(Clone, Debug)]
enum Name {
    Sha1(Vec<u8>),
    Sha256(Vec<u8>),
}

/// The request that an assertion is for.
#[derive(Clone, Copy, Debug)]
pub(crate) struct AssertionRequest<'a> {
    pub(crate) endpoint: &'a str,
    pub(crate) client_id: &'a str,
    /// AD FS knows certificates by SHA-1 only.
    pub(crate) is_adfs: bool,
    pub(crate) now: SystemTime,
}

impl Name {
    /// SHA-1 is what the sample and AD FS know a certificate by, and it goes with RS256.
    fn algorithm(&self) -> Algorithm {
        match self {
            Self::Sha1(_) => Algorithm::Rs256,
            Self::Sha256(_) => Algorithm::Ps256,
        }
    }
}

/// How long an assertion is good for.
const LIFETIME: Duration = Duration::from_secs(600);
/// How far its start is dated back, for clocks that differ.
const BACKDATED: Duration = Duration::from_secs(60);

impl Signer {
    /// A key with the certificate among `certificates` that is its own; `place` names the file of
    /// the certificate in errors.
    ///
    /// # Errors
    ///
    /// `Parameters` when none is, or it cannot be read.
    pub(crate) fn with_certificate(
        key: PrivateKey,
        mut certificates: Vec<Vec<u8>>,
        place: &str,
    ) -> Result<Self, Error> {
        let fail = |cause: &str, hint: &str| Err(Error::parameters(cause).hint(hint).at(place));
        let Some(leaf) = certificates.iter().position(|one| key.belongs_to(one)) else {
            return fail(
                "the certificate is not the private key's",
                "openssl x509 -noout -pubkey -in CERT and openssl pkey -pubout -in KEY must agree",
            );
        };
        let own = certificates.swap_remove(leaf);
        let certificates = in_order(own, certificates);
        let own = &certificates[0];
        let (Some(validity), Some(bits), Some(thumbprint)) =
            (Validity::read(own), rsa_bits(own), sha256(own))
        else {
            return fail("the certificate cannot be read", "export it again");
        };
        if bits < 2048 {
            return fail(
                "the certificate's key is too small",
                "use RSA with at least 2048 bits",
            );
        }
        Ok(Self {
            key,
            name: Name::Sha256(thumbprint),
            chain: certificates,
            sends_chain: false,
            validity: Some(validity),
        })
    }

    /// A key with the thumbprint that the portal shows: 40 hexadecimal digits are SHA-1, 64 are
    /// SHA-256; colons, spaces and case do not matter.
    pub(crate) fn with_thumbprint(key: PrivateKey, text: &str, place: &str) -> Result<Self, Error> {
        let digits: String = text
            .chars()
            .filter(|c| !c.is_whitespace() && !matches!(c, ':' | '-' | '\u{200e}'))
            .collect();
        let bytes = hexadecimal(&digits);
        let name = match bytes.map(|bytes| (bytes.len(), bytes)) {
            Some((20, bytes)) => Name::Sha1(bytes),
            Some((32, bytes)) => Name::Sha256(bytes),
            _ => {
                let cause = "is no thumbprint: 40 hexadecimal digits (SHA-1) or 64 (SHA-256)";
                let hint = "copy it from Certificates & secrets, or give certificate_file instead";
                return Err(Error::parameters(cause).hint(hint).at(place));
            }
        };
        Ok(Self {
            key,
            name,
            chain: Vec::new(),
            sends_chain: false,
            validity: None,
        })
    }

    /// Whether a thumbprint is that of the certificate at hand.
    pub(crate) fn is_known_as(&self, thumbprint: &str) -> bool {
        let own = self.chain.first();
        match (own, Self::with_thumbprint(self.key.clone(), thumbprint, "")) {
            (
                Some(own),
                Ok(Self {
                    name: Name::Sha1(hash),
                    ..
                }),
            ) => hash == sha1(own),
            (
                Some(own),
                Ok(Self {
                    name: Name::Sha256(hash),
                    ..
                }),
            ) => Some(hash) == sha256(own),
            _ => false,
        }
    }

    /// Sends the certificates along with each assertion.
    pub(crate) fn send_chain(&mut self) {
        self.sends_chain = true;
    }

    pub(crate) fn validity(&self) -> Option<Validity> {
        self.validity
    }

    /// What is to be said about the certificate at `now`, if anything.
    pub(crate) fn warning(&self, now: SystemTime) -> Option<String> {
        self.validity?.warning(now)
    }

    /// An assertion for one request.
    pub(crate) fn assertion(&self, asked: &AssertionRequest<'_>) -> Result<Secret, Error> {
        let name = self.name_for(asked.is_adfs);
        let input = self.input(&name, asked, &guid()?)?;
        let signature = self.key.sign(name.algorithm(), input.as_bytes())?;
        let signature = BASE64_URL_SAFE_NO_PAD.encode(signature);
        Ok(Secret::new(format!("{input}.{signature}")))
    }

    /// What the service knows the certificate by.
    fn name_for(&self, is_adfs: bool) -> Name {
        match self.chain.first() {
            Some(own) if is_adfs => Name::Sha1(sha1(own)),
            _ => self.name.clone(),
        }
    }

    /// Header and claims ([RFC 7515 §7.1](https://www.rfc-editor.org/rfc/rfc7515#section-7.1)).
    fn input(&self, name: &Name, asked: &AssertionRequest<'_>, jti: &str) -> Result<String, Error> {
        let (x5t, x5t_s256) = match name {
            Name::Sha1(hash) => (Some(BASE64_URL_SAFE_NO_PAD.encode(hash)), None),
            Name::Sha256(hash) => (None, Some(BASE64_URL_SAFE_NO_PAD.encode(hash))),
        };
        let header = Header {
            alg: match name.algorithm() {
                Algorithm::Ps256 => "PS256",
                Algorithm::Rs256 => "RS256",
            },
            typ: "JWT",
            x5t,
            x5t_s256,
            x5c: self
                .chain
                .iter()
                .filter(|_| self.sends_chain)
                .map(|der| BASE64_STANDARD.encode(der))
                .collect(),
        };
        let seconds = |moment: SystemTime| {
            moment
                .duration_since(UNIX_EPOCH)
                .unwrap_or_default()
                .as_secs()
        };
        let claims = Claims {
            aud: asked.endpoint,
            iss: asked.client_id,
            sub: asked.client_id,
            jti,
            iat: seconds(asked.now),
            nbf: seconds(asked.now - BACKDATED),
            exp: seconds(asked.now + LIFETIME),
        };
        let part = |json: Result<Vec<u8>, serde_json::Error>| {
            json.map(|json| BASE64_URL_SAFE_NO_PAD.encode(json))
                .map_err(|_| Error::local("the assertion cannot be put into JSON"))
        };
        let header = part(serde_json::to_vec(&header))?;
        let claims = part(serde_json::to_vec(&claims))?;
        Ok(format!("{header}.{claims}"))
    }
}

/// The leaf and those that certify it, each the one before (RFC 7515 §4.1.6).
fn in_order(leaf: Vec<u8>, mut others: Vec<Vec<u8>>) -> Vec<Vec<u8>> {
    let mut chain = vec![leaf];
    while let Some((issuer, subject)) = chain.last().and_then(|last| names(last)) {
        let next = others
            .iter()
            .position(|one| names(one).is_some_and(|(_, name)| name == issuer));
        match next {
            Some(next) if issuer != subject => {
                let next = others.swap_remove(next);
                chain.push(next);
            }
            _ => break,
        }
    }
    chain
}

fn hexadecimal(digits: &str) -> Option<Vec<u8>> {
    let digits = digits.as_bytes();
    let (pairs, []) = digits.as_chunks::<2>() else {
        return None;
    };
    let byte = |pair: &[u8; 2]| {
        let high = char::from(pair[0]).to_digit(16)?;
        let low = char::from(pair[1]).to_digit(16)?;
        u8::try_from(high * 16 + low).ok()
    };
    pairs.iter().map(byte).collect()
}

#[derive(Serialize)]
struct Header {
    alg: &'static str,
    typ: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    x5t: Option<String>,
    #[serde(rename = "x5t#S256", skip_serializing_if = "Option::is_none")]
    x5t_s256: Option<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    x5c: Vec<String>,
}

#[derive(Serialize)]
struct Claims<'c> {
    aud: &'c str,
    iss: &'c str,
    sub: &'c str,
    jti: &'c str,
    iat: u64,
    nbf: u64,
    exp: u64,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn thumbprints_are_read_from_hexadecimal_digits() {
        assert_eq!(hexadecimal("00fFA0"), Some(vec![0, 255, 160]));
        assert_eq!(hexadecimal(""), Some(Vec::new()));
        for text in ["0", "0g", "+1", "é", "0x", "00 0"] {
            assert_eq!(hexadecimal(text), None, "{text}");
        }
    }
}
