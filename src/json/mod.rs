//! JSON as text, never as a tree; knows nothing of Graph.

pub(crate) mod lexical;
