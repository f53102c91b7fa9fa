//! What has changed since the last run: rounds of pages, and a state that outlives the process.
//!
//! Nothing is lost whatever ends the process, because the order is always the same: a page is
//! read, the caller makes it last, the state moves on, the next page is asked for. What a reader has
//! from a full round that did not come to its first state may be gone since: only another full round
//! tells, and a reader who forgets all before it. So there is a state before there is a line.

mod address;
mod state;
mod store;

use std::path::PathBuf;

use crate::error::Error;
use crate::graph::delta::state::{At, Round, State};
use crate::graph::delta::store::{Store, damaged, told};
use crate::graph::list::pages::{Counts, Pages, Step};
use crate::graph::odata::error::is_lost_place;
use crate::graph::redirect::resolve;
use crate::graph::service::Graph;
use crate::http::Url;

/// Where the state is.
#[derive(Clone, Debug)]
pub(crate) struct Files {
    pub(crate) state: PathBuf,
    /// Where it is written, if not there.
    pub(crate) out: Option<PathBuf>,
}

/// A listing of changes.
#[derive(Debug)]
pub(crate) struct Delta<'g> {
    graph: &'g Graph,
    store: Store,
    /// What the listing is asked for at.
    url: Url,
    /// The page that is asked for next.
    link: Url,
    state: State,
    /// Whether the file that is written holds `state`.
    is_kept: bool,
    /// The state once the caller has made everything last that was handed out.
    pending: Option<State>,
    pages: Option<Pages<'g>>,
    /// How many pages there were of the round that the last reset ended.
    reached: Option<u64>,
    is_from_now: bool,
    /// Whether the reader may know things from before the round, so that it begins with a reset.
    owes_reset: bool,
    /// What comes after the reset.
    held: Option<Step>,
    /// Whether `pages` began with all that there is.
    is_of_all: bool,
}

/// What reading on has brought. After anything but an item the caller makes what it was given
/// last, and calls [`Delta::keep`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Event {
    /// An item; it is [`Delta::item`].
    Item,
    /// A page has ended.
    Page,
    /// All that there is follows, in a round from its start; what was known before is void.
    Reset(Reset),
    /// The round has ended.
    Round,
}

/// Why a full round begins with a reset.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Reset {
    /// Graph no longer knows the delta token.
    Expired,
    /// A full round before it did not come to its end.
    Unfinished,
    /// The first page of the round was requested again and is not what it was.
    Changed,
}

impl Graph {
    /// Goes on with the listing of changes at a path, or begins it where there is no state.
    ///
    /// # Errors
    ///
    /// `Parameters` when the path is none of changes, or the state is of another listing;
    /// `Local` when the state cannot be used; `Unavailable` when another process uses it.
    pub(crate) fn delta(
        &self,
        path: &str,
        files: Files,
        is_from_now: bool,
    ) -> Result<Delta<'_>, Error> {
        let url = self.resolve("GET", path)?;
        address::check(path, &url)?;
        let from_now = address::from_now(&url)?;
        let store = Store::lock(files)?;
        let new = State::new(self, &url);
        let (found, out) = store.read(&new)?;
        if is_from_now && found.is_some() {
            return Err(Error::parameters(told(store.path(), "is there already"))
                .hint("without --from-now it goes on; to pass over what has changed, remove it"));
        }
        let is_kept = found.is_some() && store.target() == store.path();
        let is_known = found.is_some() || out.is_some();
        let state = found.unwrap_or(new);
        store.try_out(&state)?;
        if is_kept && state.round == Round::Full && state.at == At::Next {
            let listener = self.client().http().listener();
            listener.note(|| "a full round is under way: it goes on".to_owned());
        }
        let link = if is_from_now {
            from_now
        } else {
            let link = self.link(&state.link);
            link.map_err(|reason| damaged(store.path(), &format!("is damaged: its link {reason}")))?
        };
        Ok(Delta {
            graph: self,
            store,
            url,
            link,
            owes_reset: is_known && !is_from_now && state.is_before_all(),
            held: None,
            is_of_all: false,
            state,
            is_kept,
            pending: None,
            pages: None,
            reached: None,
            is_from_now,
        })
    }
}

impl<'g> Delta<'g> {
    /// Says that the reader may know items already, though there is no state: they may be gone.
    pub(crate) fn expect_earlier_items(&mut self) {
        self.owes_reset |= self.state.is_before_all() && !self.is_from_now;
    }

    /// Reads on: in the round that is under way, else in a new one.
    ///
    /// # Errors
    ///
    /// Any [`Error`]; the state is then where the next run goes on.
    pub(crate) fn next(&mut self) -> Result<Event, Error> {
        loop {
            let event = self.read_on()?;
            // What there is already is not asked for, and the place among it is none to keep.
            if self.is_from_now && event != Event::Round {
                continue;
            }
            self.is_from_now = false;
            let is_line = matches!(event, Event::Item | Event::Reset(_));
            if is_line && !self.is_kept {
                self.store.write(&self.state)?;
                self.is_kept = true;
            }
            return Ok(event);
        }
    }

    fn read_on(&mut self) -> Result<Event, Error> {
        let step = match self.held.take() {
            Some(step) => Ok(step),
            None => self.step(),
        };
        // Not before Graph has given a page: a round that cannot begin resets nobody.
        if self.owes_reset
            && let Ok(step) = step
        {
            self.owes_reset = false;
            self.held = Some(step);
            self.pending = Some(self.state.clone());
            return Ok(Event::Reset(Reset::Unfinished));
        }
        match step {
            Ok(Step::Item) => Ok(Event::Item),
            // The changes since a delta token say what is gone; a list of all does not.
            Ok(Step::Again) if !self.is_of_all => self.read_on(),
            Ok(Step::Again) => {
                self.pending = Some(self.state.moved(Round::Full, At::Start, &self.link));
                Ok(Event::Reset(Reset::Changed))
            }
            Ok(Step::Page) => {
                let link = self.pages.as_ref().map_or(&self.link, Pages::link);
                let state = self.state.moved(self.state.round, At::Next, link);
                self.pending = Some(state);
                Ok(Event::Page)
            }
            Ok(Step::End(link)) => {
                self.pending = Some(self.state.moved(Round::Changes, At::Delta, &link));
                self.link = link;
                self.reached = None;
                Ok(Event::Round)
            }
            Err(error) => {
                self.reset(error)?;
                self.owes_reset = false;
                Ok(Event::Reset(Reset::Expired))
            }
        }
    }

    fn step(&mut self) -> Result<Step, Error> {
        if self.pages.is_none() {
            self.is_of_all = self.state.is_before_all();
        }
        let (graph, link) = (self.graph, &self.link);
        let pages = self
            .pages
            .get_or_insert_with(|| Pages::of_changes(graph, link.clone()));
        pages.step()
    }

    /// The item that was reached last.
    pub(crate) fn item(&self) -> &[u8] {
        self.pages.as_ref().map(Pages::text).unwrap_or_default()
    }

    /// What has gone by in this round.
    pub(crate) fn counts(&self) -> Counts {
        self.pages.as_ref().map(Pages::counts).unwrap_or_default()
    }

    /// Moves the state on, past all that was handed out.
    ///
    /// # Errors
    ///
    /// `Local` when it cannot be written.
    pub(crate) fn keep(&mut self) -> Result<(), Error> {
        let Some(state) = self.pending.take() else {
            return Ok(());
        };
        if state.at == At::Delta {
            self.pages = None;
        }
        if state != self.state || !self.is_kept {
            self.store.write(&state)?;
        }
        self.is_kept = true;
        self.state = state;
        Ok(())
    }

    /// Begins anew where Graph says so, or else at the start. Gives the error back if it says
    /// something else, or says so again and again.
    fn reset(&mut self, error: Error) -> Result<(), Error> {
        let resync = error.report().resync.as_ref();
        if self.is_from_now || resync.is_none() && !is_lost_place(&error) {
            return Err(self.hinted(error));
        }
        let location = resync.and_then(|resync| resync.location.as_deref());
        let fresh = match location {
            Some(location) => self.location(location)?,
            None => self.url.clone(),
        };
        let pages = self.counts().pages;
        let is_same = pages == 0 && fresh == self.link;
        if is_same || self.reached.is_some_and(|reached| pages <= reached) {
            return Err(error.hint("graph asks for a new start again and again"));
        }
        self.reached = Some(pages);
        self.pages = None;
        self.pending = Some(self.state.moved(Round::Full, At::Start, &fresh));
        self.link = fresh;
        Ok(())
    }

    /// Graph has more ways to say that a place is too old than are known.
    fn hinted(&self, error: Error) -> Error {
        let is_first = self.state.at != At::Start && self.counts().pages == 0;
        let report = error.report();
        if is_first && report.hint.is_none() && matches!(report.status, Some(400 | 404)) {
            error.hint("if the delta token has expired, remove the state for a full resync")
        } else {
            error
        }
    }

    /// Where a `Location` says to begin anew, which is on Graph or nowhere.
    fn location(&self, location: &str) -> Result<Url, Error> {
        let graph = self.graph.root()?.origin();
        let asked = self.pages.as_ref().map_or(&self.link, Pages::link);
        let fail = |reason: &str| {
            let text = format!("graph: the url to begin anew at {reason}: not followed");
            Error::protocol(text)
        };
        let url = resolve(graph, Some(asked), location).map_err(|reason| fail(&reason))?;
        if url.origin() == graph {
            Ok(url)
        } else {
            Err(fail(&format!(
                "leads away from {graph} to {}",
                url.origin()
            )))
        }
    }
}
