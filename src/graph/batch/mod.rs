//! Many requests in few: JSON batching
//! ([learn.microsoft.com/graph/json-batching](https://learn.microsoft.com/graph/json-batching)).

mod again;
mod answers;
mod chunk;
mod follow;
mod line;
mod lines;
mod object;
mod post;
mod run;
mod window;

pub(crate) use chunk::Chunk;
pub(crate) use lines::Lines;
pub(crate) use run::{Answered, Stop, run};

/// How many requests Graph takes in one.
pub(crate) const MOST: usize = 20;
