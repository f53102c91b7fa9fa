//! Identity: who the application is, how it proves it, and the token it gets.

mod authority;
mod cache;
mod client;
mod credential;
mod discovery;
pub(crate) mod refresh_reason;
pub(crate) mod remedy;
mod renew;
mod token;
pub(crate) mod token_request;

pub(crate) use crate::auth::authority::cloud::{
    graph_hosts, is_for_graph, known_graph, may_have_graph_token,
};
#[cfg(feature = "cli")]
pub(crate) use crate::auth::cache::entry::CachedToken;
pub use crate::auth::cache::store::TokenCache;
pub(crate) use crate::auth::credential::assertion::Signer;
#[cfg(feature = "cli")]
pub(crate) use crate::auth::credential::certificate::{Validity, issuer};
pub(crate) use crate::auth::credential::federated::Federated;
pub(crate) use crate::auth::credential::managed_identity::{Selector, Source, detect};
pub(crate) use crate::auth::credential::pem::{Binary, binary_kind};
pub(crate) use crate::auth::credential::signer::{key_of, signer_from};
pub(crate) use crate::auth::refresh_reason::RefreshReason;
pub(crate) use authority::Authority;
pub use client::ConfidentialClient;
pub use credential::Credential;
pub use token::AccessToken;
