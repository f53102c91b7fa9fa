//! Which requests of a batch are asked again, and when: a pure function of what was answered.

use std::time::Duration;

use crate::graph::batch::chunk::Chunk;
use crate::graph::batch::responses::Item;

/// Tries that a 500 or 502 gets.
const FEW: u8 = 3;

/// How a request stands.
#[derive(Debug, Default)]
pub(crate) struct Standing {
    /// Its last response.
    pub(crate) last: Option<Item>,
    /// How often it was answered with 500 or 502.
    pub(crate) server_errors: u8,
}

impl Standing {
    fn is_success(&self) -> bool {
        self.last.as_ref().is_some_and(Item::is_success)
    }

    /// Whether its own answer is worth asking again. A request that changes something is, where
    /// it is certain that it was not carried out.
    fn is_passing(&self, is_get: bool) -> bool {
        let Some(item) = &self.last else {
            return false;
        };
        match item.status {
            429 => true,
            503 => is_get || item.retry_after.is_some(),
            408 | 504 | 509 => is_get,
            500 | 502 => is_get && self.server_errors < FEW,
            _ => false,
        }
    }
}

/// The places, among those just asked, of the requests to ask again: those whose own answer is
/// worth it, and those that failed because they depend on one of these. None of them may depend
/// on anything else that failed: a repeat does not name that any more, so that it would be
/// carried out though it must not.
pub(crate) fn again(chunk: &Chunk, standings: &[Standing], asked: &[usize]) -> Vec<usize> {
    let mut again: Vec<usize> = Vec::new();
    loop {
        let joins = |place: &usize| {
            let (needs, standing) = (&chunk.needs[*place], &standings[*place]);
            let is_met = |need: &usize| again.contains(need) || standings[*need].is_success();
            let last = standing.last.as_ref();
            let follows = last.is_some_and(|item| item.status == 424)
                && needs.iter().any(|need| again.contains(need));
            !again.contains(place)
                && (follows || standing.is_passing(chunk.lines[*place].is_get()))
                && needs.iter().all(is_met)
        };
        let more: Vec<usize> = asked.iter().copied().filter(joins).collect();
        if more.is_empty() {
            again.sort_unstable();
            return again;
        }
        again.extend(more);
    }
}

/// The longest wait that any of these asks for.
pub(crate) fn longest_wait(standings: &[Standing], places: &[usize]) -> Option<Duration> {
    let items = places
        .iter()
        .filter_map(|place| standings[*place].last.as_ref());
    items.filter_map(|item| item.retry_after).max()
}
