//! Identity: who the application is, how it proves it, and the token it gets.

mod advice;
mod assertion;
mod authority;
mod cache;
mod certificate;
mod client;
mod cloud;
mod credential;
mod der;
mod discovery;
mod entry;
mod federated;
mod inventory;
mod keys;
mod managed_identity;
mod metadata;
mod pbes2;
mod pem;
#[cfg(feature = "pfx")]
mod pfx;
mod renew;
mod renewal;
mod request;
mod signer;
mod throttle;
mod token;

pub(crate) use assertion::Signer;
pub(crate) use authority::Authority;
pub use cache::TokenCache;
#[cfg(feature = "cli")]
pub(crate) use certificate::{Validity, issuer};
pub use client::ConfidentialClient;
pub(crate) use cloud::{graph_hosts, is_for_graph, known_graph, may_have_graph_token};
pub use credential::Credential;
#[cfg(feature = "cli")]
pub(crate) use entry::Listed;
pub(crate) use federated::Federated;
pub(crate) use managed_identity::{Selector, Source, detect};
pub(crate) use pem::{Binary, binary_kind};
pub(crate) use renewal::Renewal;
pub(crate) use signer::{key_of, signer_from};
pub use token::AccessToken;
