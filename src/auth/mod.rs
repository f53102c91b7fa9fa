//! Identity: who the application is, how it proves it, and the token it gets.

mod advice;
mod authority;
mod cache;
mod client;
mod credential;
mod entry;
#[allow(dead_code, reason = "no parameter names a federated credential yet")]
mod federated;
#[allow(
    dead_code,
    unused_imports,
    reason = "no parameter names a managed identity yet"
)]
mod managed_identity;
mod request;
mod token;

pub(crate) use authority::{Authority, known_graph};
pub use cache::TokenCache;
pub use client::ConfidentialClient;
pub(crate) use client::Renewal;
pub use credential::Credential;
pub use token::AccessToken;
