//! Microsoft Graph: requests, pages, items.

mod ahead;
#[cfg(feature = "cli")]
pub(crate) mod batch;
mod call;
mod capture;
mod cursor;
#[cfg(feature = "cli")]
mod delta;
mod forbidden;
mod item;
mod lexical;
mod links;
mod members;
mod page;
mod pages;
mod path;
mod permissions;
mod query;
mod raw;
#[cfg(feature = "cli")]
mod redirect;
mod refusal;
mod request;
mod resync;
mod service;
mod splitter;
#[cfg(feature = "cli")]
mod transfer;

#[cfg(feature = "cli")]
pub(crate) use delta::{Delta, Event, Files, Reset};
pub use item::{Item, Items};
#[cfg(feature = "cli")]
pub(crate) use links::Links;
#[cfg(feature = "cli")]
pub(crate) use members::Members;
pub use page::Shape;
pub use pages::{Counts, Pages};
#[cfg(feature = "cli")]
pub(crate) use query::Query;
pub use request::{Request, Response};
pub use service::Graph;
pub(crate) use service::check_root;
#[cfg(feature = "cli")]
pub(crate) use transfer::{
    Conflict, Digest, Download, Facts, Hash, SavedSession, Source, Step, Target, Upload, Version,
};
