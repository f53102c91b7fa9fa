//! Many requests in few: JSON batching
//! ([learn.microsoft.com/graph/json-batching](https://learn.microsoft.com/graph/json-batching)).

mod chunk;
mod follow;
mod given;
mod line;
mod lines;
mod object;
mod outcome;
mod post;
mod responses;
mod retry;
mod run;
mod window;

pub(crate) use chunk::Chunk;
pub(crate) use lines::Lines;
pub(crate) use outcome::{BatchError, Outcome};
pub(crate) use run::run;

/// How many requests Graph takes in one.
pub(crate) const MOST: usize = 20;
