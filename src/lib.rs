#![doc = include_str!("../docs/library.md")]
#![cfg_attr(
    not(feature = "cli"),
    allow(dead_code, reason = "what only the program uses")
)]

mod auth;
#[cfg(feature = "cli")]
#[doc(hidden)]
pub mod cli;
mod error;
mod form;
mod fs;
mod graph;
mod http;
mod json;
pub(crate) mod log;
mod parameters;
mod redact;
mod secret;
pub(crate) mod text;
pub(crate) mod time;

// The public interface is:
pub use crate::auth::{AccessToken, ConfidentialClient, Credential, TokenCache};
pub use crate::error::{Error, Report, Resume};
pub use crate::graph::{Counts, Graph, Item, Items, Pages, Request, Response, Shape};
pub use crate::http::Network;
pub use crate::log::Notice;
pub use crate::parameters::Parameters;
pub use crate::redact::Redactor;
pub use crate::secret::Secret;
