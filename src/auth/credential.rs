//! What proves the application's identity.

pub(crate) mod assertion;
pub(crate) mod certificate;
pub(crate) mod der;
pub(crate) mod federated;
pub(crate) mod key;
pub(crate) mod managed_identity;
pub(crate) mod pbes2;
pub(crate) mod pem;
#[cfg(feature = "pfx")]
pub(crate) mod pfx;
pub(crate) mod signer;

use std::time::SystemTime;

use crate::auth::credential::assertion::{AssertionRequest, Signer};
use crate::auth::credential::certificate::Validity;
use crate::auth::credential::federated::Federated;
use crate::auth::credential::managed_identity::{Schedule, Selector, Source};
use crate::auth::credential::signer::{key_of, signer_from};
use crate::error::Error;
use crate::http::{Failed, Http};
use crate::secret::Secret;

/// What the application proves its identity with
/// ([RFC 6749 §2.3](https://www.rfc-editor.org/rfc/rfc6749#section-2.3)).
#[derive(Clone, Debug)]
pub struct Credential(Kind);

#[derive(Clone, Debug)]
enum Kind {
    Certificate(Box<Signer>),
    Federated(Box<Federated>),
    ManagedIdentity(Box<(Source, Selector)>),
    Secret(Secret),
}

/// The form field that says that an assertion is a JWT
/// ([RFC 7523 §2.2](https://www.rfc-editor.org/rfc/rfc7523#section-2.2)), which is no secret.
pub(crate) const ASSERTION_TYPE: &str = "client_assertion_type";
const JWT_BEARER: &str = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";

impl Credential {
    /// A client secret: its value, not the id beside it.
    pub fn secret(value: impl Into<String>) -> Self {
        Self(Kind::Secret(Secret::new(value)))
    }

    /// A certificate and its RSA key, as PEM; both may stand in one text. The passphrase opens an
    /// encrypted key (PKCS#8 with PBES2, as OpenSSL 3 writes it).
    ///
    /// # Errors
    ///
    /// [`Error::Parameters`] when one of them cannot be used, or they do not belong together.
    pub fn certificate(
        certificate: &[u8],
        private_key: &[u8],
        passphrase: Option<&Secret>,
    ) -> Result<Self, Error> {
        let key = Some((private_key, "private key"));
        let signer = signer_from((certificate, "certificate"), key, passphrase)?;
        Ok(Self::signer(signer))
    }

    /// An RSA key and the thumbprint of its certificate: 40 hexadecimal digits of SHA-1, as the
    /// portal shows it, or 64 of SHA-256.
    ///
    /// # Errors
    ///
    /// [`Error::Parameters`] when one of them cannot be used.
    pub fn thumbprint(
        thumbprint: &str,
        private_key: &[u8],
        passphrase: Option<&Secret>,
    ) -> Result<Self, Error> {
        let key = key_of(private_key, passphrase, "private key")?;
        Signer::with_thumbprint(key, thumbprint, "thumbprint").map(Self::signer)
    }

    /// Sends the certificate along, and those of its issuers that were given with it, as an
    /// application needs that trusts a subject and not a thumbprint.
    #[must_use]
    pub fn with_certificate_chain(mut self) -> Self {
        if let Kind::Certificate(signer) = &mut self.0 {
            signer.send_chain();
        }
        self
    }

    pub(crate) fn federated(federated: Federated) -> Self {
        Self(Kind::Federated(Box::new(federated)))
    }

    pub(crate) fn managed_identity(source: Source, selector: Selector) -> Self {
        Self(Kind::ManagedIdentity(Box::new((source, selector))))
    }

    pub(crate) fn signer(signer: Signer) -> Self {
        Self(Kind::Certificate(Box::new(signer)))
    }

    /// The secret that never changes, if there is one.
    pub(crate) fn fixed_secret(&self) -> Option<&Secret> {
        match &self.0 {
            Kind::Secret(secret) => Some(secret),
            Kind::Certificate(_) | Kind::Federated(_) | Kind::ManagedIdentity(_) => None,
        }
    }

    /// Where a token comes from without a token request, and for whom.
    pub(crate) fn managed(&self) -> Option<(&Source, &Selector)> {
        match &self.0 {
            Kind::ManagedIdentity(managed) => Some((&managed.0, &managed.1)),
            Kind::Certificate(_) | Kind::Federated(_) | Kind::Secret(_) => None,
        }
    }

    /// When the attempts for one token are made, where an endpoint of its own says so.
    pub(crate) fn schedule(&self) -> Schedule {
        let source = match &self.0 {
            Kind::ManagedIdentity(managed) => Some(&managed.0),
            Kind::Federated(federated) => federated.managed(),
            Kind::Certificate(_) | Kind::Secret(_) => None,
        };
        source.map_or(Schedule::new(false), Source::schedule)
    }

    /// The form fields that prove the identity in one request.
    pub(crate) fn proof(
        &self,
        asked: &AssertionRequest<'_>,
        http: &Http,
        schedule: &mut Schedule,
    ) -> Result<Vec<(&'static str, Secret)>, Failed> {
        let assertion = match &self.0 {
            Kind::Secret(secret) => return Ok(vec![("client_secret", secret.clone())]),
            Kind::ManagedIdentity(_) => return Ok(Vec::new()),
            Kind::Certificate(signer) => signer.assertion(asked)?,
            Kind::Federated(federated) => federated.assertion(http, schedule)?,
        };
        Ok(vec![
            ("client_assertion", assertion),
            (ASSERTION_TYPE, Secret::new(JWT_BEARER)),
        ])
    }

    /// The dates of the certificate, if there is one and it was given whole.
    pub(crate) fn validity(&self) -> Option<Validity> {
        match &self.0 {
            Kind::Certificate(signer) => signer.validity(),
            Kind::Federated(_) | Kind::ManagedIdentity(_) | Kind::Secret(_) => None,
        }
    }

    /// What is to be said about it at `now`, though it can be used.
    pub(crate) fn warning(&self, now: SystemTime) -> Option<String> {
        match &self.0 {
            Kind::Certificate(signer) => signer.warning(now),
            Kind::Federated(_) | Kind::ManagedIdentity(_) | Kind::Secret(_) => None,
        }
    }
}
