//! A batch from its first round to its last: what passes is asked again, everything else is
//! handed out.

use crate::error::Error;
use crate::graph::batch::chunk::Chunk;
use crate::graph::batch::follow::follow;
use crate::graph::batch::outcome::{BatchError, Outcome};
use crate::graph::batch::post::{Lost, post};
use crate::graph::batch::responses::{Item, unanswered};
use crate::graph::batch::retry::{Standing, again, longest_wait};
use crate::graph::call::Call;
use crate::graph::redirect::is_redirect;
use crate::graph::service::Graph;
use crate::http::{Failed, Failure};

struct Run<'r> {
    graph: &'r Graph,
    chunk: &'r Chunk,
    standings: Vec<Standing>,
    is_given: Vec<bool>,
    give: &'r mut dyn FnMut(Outcome),
    /// Where to follow requests to, and whether that is wanted.
    moved: Option<Vec<usize>>,
}

/// Sends the requests of a chunk and gives each line once its response is the last; with
/// `follows`, what is said to lie elsewhere is fetched from there.
///
/// # Errors
///
/// What was answered before is given, and so is each request that changes something and may have
/// been carried out; the others are not.
pub(crate) fn run(
    graph: &Graph,
    chunk: &Chunk,
    follows: bool,
    give: &mut dyn FnMut(Outcome),
) -> Result<(), BatchError> {
    let count = chunk.lines.len();
    let mut run = Run {
        graph,
        chunk,
        standings: (0..count).map(|_| Standing::default()).collect(),
        is_given: vec![false; count],
        give,
        moved: follows.then(Vec::new),
    };
    let result = run.rounds();
    // What would have been asked again keeps its last response.
    (0..count).for_each(|place| run.settle(place));
    for place in run.moved.take().unwrap_or_default() {
        run.follow(place);
    }
    result.map_err(|stop| BatchError {
        error: match chunk.numbers() {
            (first, last) if first == last => stop.error.at(&format!("line {first}")),
            (first, last) => stop.error.at(&format!("lines {first} to {last}")),
        },
        ..stop
    })
}

impl Run<'_> {
    fn rounds(&mut self) -> Result<(), BatchError> {
        let mut call = self.graph.call();
        let mut open: Vec<usize> = (0..self.chunk.lines.len()).collect();
        while !open.is_empty() {
            let items = match post(self.graph, self.chunk, &open, &mut call) {
                Ok(items) => items,
                Err(lost) => {
                    open = self.lose(&open, lost, &mut call)?;
                    continue;
                }
            };
            for (&place, item) in open.iter().zip(items) {
                self.note(place, item);
            }
            let again = again(self.chunk, &self.standings, &open);
            for place in open.iter().filter(|place| !again.contains(place)) {
                self.settle(*place);
            }
            open = again;
            if !open.is_empty() && !self.wait(&open, &mut call) {
                return Ok(());
            }
        }
        Ok(())
    }

    /// Takes the response to a request, or that there is none.
    fn note(&mut self, place: usize, item: Option<Item>) {
        let standing = &mut self.standings[place];
        let is_server_error = |item: &Item| matches!(item.status, 500 | 502);
        standing.server_errors += u8::from(item.as_ref().is_some_and(is_server_error));
        standing.last = item;
        if standing.last.is_none() {
            let what = if self.chunk.lines[place].is_get() {
                "graph responded to the batch, but not to this request in it"
            } else {
                "graph responded to the batch, but not to this request in it: it may have been applied"
            };
            self.give_none(place, "mgd.noAnswer", what);
        }
    }

    /// Waits until these can be asked again; false says that the time does not allow it.
    ///
    /// No word is left for other processes: what is throttled may be one mailbox.
    fn wait(&self, again: &[usize], call: &mut Call<'_>) -> bool {
        let Ok(root) = self.graph.root() else {
            return false;
        };
        let (count, all) = (again.len(), self.chunk.lines.len());
        let error = format!("{count} of {all} requests of a batch are not retried");
        let failed = Failed {
            error: Error::unavailable(error),
            failure: Failure::Status(429, longest_wait(&self.standings, again)),
        };
        let waited = call.failed(root.origin(), failed);
        if let Err(error) = &waited {
            let listener = self.graph.client().http().listener();
            listener.warn(&error.to_string());
        }
        waited.is_ok()
    }

    /// Deals with requests that have no response together: what only reads is asked again, unless
    /// it was to come after something of which nobody knows whether it was done.
    fn lose(
        &mut self,
        open: &[usize],
        lost: Lost,
        call: &mut Call<'_>,
    ) -> Result<Vec<usize>, BatchError> {
        if !lost.is_unsure {
            return Err(lost.error.into());
        }
        let message = format!("it may have been applied: {}", lost.error);
        let (mut left, writes): (Vec<usize>, Vec<usize>) = open
            .iter()
            .partition(|place| self.chunk.lines[**place].is_get());
        for place in writes {
            self.give_none(place, "mgd.outcomeUnknown", &message);
        }
        loop {
            let is_lost = |place: &usize| {
                let mut needs = self.chunk.needs[*place].iter();
                needs.any(|need| self.is_given[*need] && self.standings[*need].last.is_none())
            };
            let Some(index) = left.iter().position(is_lost) else {
                break;
            };
            let place = left.remove(index);
            let what = "not retried: it depends on a request whose outcome is unknown";
            self.give_none(place, "mgd.noAnswer", what);
        }
        let http = self.graph.client().http();
        let Some(failure) = lost.failure.filter(|_| !http.is_out_of_time()) else {
            return Err(lost.error.into());
        };
        if left.is_empty() {
            return Err(BatchError {
                error: lost.error,
                is_final: false,
            });
        }
        let error = lost.error;
        call.failed(self.graph.root()?.origin(), Failed { error, failure })?;
        Ok(left)
    }

    /// Gives a request its last response, if it has one and was not given.
    fn settle(&mut self, place: usize) {
        let line = &self.chunk.lines[place];
        if self.is_given[place] {
            return;
        }
        let Some(item) = &mut self.standings[place].last else {
            return;
        };
        let is_elsewhere = is_redirect(item.status) && line.is_get();
        if let Some(moved) = self.moved.as_mut().filter(|_| is_elsewhere) {
            moved.push(place);
        } else {
            let answered = Outcome {
                index: line.index,
                text: std::mem::take(&mut item.line),
                failed: (!item.is_success()).then(|| line.id.shown()),
                is_partial: item.is_partial,
            };
            self.give(place, answered);
            return;
        }
        self.is_given[place] = true;
    }

    fn follow(&mut self, place: usize) {
        let line = &self.chunk.lines[place];
        let last = self.standings[place].last.as_ref();
        let status = last.map_or(0, |item| item.status);
        let location = last.and_then(|item| item.location.clone());
        match follow(self.graph, line, status, location.as_deref()) {
            Ok((text, status)) => {
                let answered = Outcome {
                    index: line.index,
                    text,
                    failed: (status >= 400).then(|| line.id.shown()),
                    is_partial: false,
                };
                self.give(place, answered);
            }
            Err(error) => self.give_none(place, "mgd.notFollowed", &error.to_string()),
        }
    }

    fn give_none(&mut self, place: usize, code: &str, message: &str) {
        self.standings[place].last = None;
        let line = &self.chunk.lines[place];
        let answered = Outcome {
            index: line.index,
            text: unanswered(line, code, message),
            failed: Some(line.id.shown()),
            is_partial: false,
        };
        self.give(place, answered);
    }

    fn give(&mut self, place: usize, answered: Outcome) {
        self.is_given[place] = true;
        (self.give)(answered);
    }
}
