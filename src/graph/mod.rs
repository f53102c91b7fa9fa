//! Microsoft Graph: requests, pages, items.

#[cfg(feature = "cli")]
pub(crate) mod batch;
mod call;
#[cfg(feature = "cli")]
mod delta;
mod list;
mod odata;
pub(crate) mod prefetch;
mod raw;
#[cfg(feature = "cli")]
mod redirect;
mod request;
mod service;
#[cfg(feature = "cli")]
mod transfer;

pub use crate::graph::list::item::{Item, Items};
#[cfg(feature = "cli")]
pub(crate) use crate::graph::list::links::Links;
#[cfg(feature = "cli")]
pub(crate) use crate::graph::list::members::Members;
pub use crate::graph::list::page::Shape;
pub use crate::graph::list::pages::{Counts, Pages};
#[cfg(feature = "cli")]
pub(crate) use crate::graph::odata::query::Query;
#[cfg(feature = "cli")]
pub(crate) use delta::{Delta, Event, Files, Reset};
pub use request::{Request, Response};
pub use service::Graph;
pub(crate) use service::check_root;
#[cfg(feature = "cli")]
pub(crate) use transfer::{
    Conflict, Digest, Download, Facts, Hash, SavedSession, Source, Step, Target, Upload, Version,
};
