//! What proves the application's identity.

use crate::secret::Secret;

/// What the application proves its identity with
/// ([RFC 6749 §2.3](https://www.rfc-editor.org/rfc/rfc6749#section-2.3)).
#[derive(Clone, Debug)]
pub struct Credential(Kind);

#[derive(Clone, Debug)]
enum Kind {
    Secret(Secret),
}

impl Credential {
    /// A client secret: its value, not the id beside it.
    pub fn secret(value: impl Into<String>) -> Self {
        Self(Kind::Secret(Secret::new(value)))
    }

    /// The form fields that prove the identity.
    pub(crate) fn fields(&self) -> Vec<(&'static str, Secret)> {
        match &self.0 {
            Kind::Secret(secret) => vec![("client_secret", secret.clone())],
        }
    }
}
