//! Content of any size, to and from Graph.

mod download;
mod facts;
mod item;
mod location;
mod outside;
mod quick_xor_hash;
mod ranges;

pub(crate) use download::{Download, Step, Version};
pub(crate) use facts::{Digest, Facts, Hash};
