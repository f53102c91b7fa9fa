//! Content of any size, to and from Graph.

mod content;
mod download;
mod facts;
mod item;
mod item_path;
mod outside;
mod quick_xor_hash;
mod ranges;
mod saved_session;
mod session;
mod slices;
mod source;
mod stored;
mod target;
mod upload;

pub(crate) use download::{Download, Step, Version};
pub(crate) use facts::{Digest, Facts, Hash};
pub(crate) use saved_session::SavedSession;
pub(crate) use source::Source;
pub(crate) use target::{Conflict, Target};
pub(crate) use upload::Upload;
