//! Follows a listing from page to page, one item in memory.

mod begin;
mod changes;

use std::collections::HashSet;
use std::hash::{DefaultHasher, Hash as _, Hasher as _};

use crate::error::{Error, Resume};
use crate::graph::call::Call;
use crate::graph::list::cursor::Cursor;
use crate::graph::list::members::Members;
use crate::graph::list::page::{Page, PageError, Progress, Role, Shape, differs};
use crate::graph::odata::error::is_lost_place;
use crate::graph::prefetch::Prefetch;
use crate::graph::service::Graph;
use crate::http::{Failed, Url};

#[cfg(feature = "cli")]
pub(crate) use changes::Step;

/// What has gone by so far.
#[derive(Clone, Copy, Debug, Default)]
#[non_exhaustive]
pub struct Counts {
    /// Pages read to their end.
    pub pages: u64,
    /// Items handed out.
    pub items: u64,
    /// Items that carry a further link of their own, so that they are not whole.
    pub partial: u64,
    /// Bytes of bodies.
    pub bytes: u64,
}

/// A listing in the order of Graph's pages.
#[derive(Debug)]
pub struct Pages<'g> {
    graph: &'g Graph,
    /// The page being read, or to be read next.
    link: Url,
    page: Option<Page>,
    /// The page after it, if it was asked for already.
    ahead: Option<Prefetch>,
    is_asking_ahead: bool,
    cursor: Cursor,
    call: Call<'g>,
    /// Where a round of changes ended.
    delta_link: Option<Url>,
    /// The page before, which has a fresh link where Graph refuses the one that it gave.
    before: Option<Before>,
    /// What was handed out of the page that a fresh link is wanted for.
    interrupted: Option<Cursor>,
    /// The page that was gone back to: a second time would be a loop.
    backtracked: Option<u64>,
    seen: HashSet<u64>,
    members: Members,
    /// The next link that stands among the members before the items.
    shown_link: Option<String>,
    shape: Option<Shape>,
    counts: Counts,
    limit: Option<u64>,
    is_first_page_only: bool,
    /// Whether links stand behind the items, or nowhere.
    holds_links: bool,
    /// Whether it is a round of changes, whose pages end one by one and whose end is a delta link.
    is_of_changes: bool,
    more: Option<String>,
    is_resumed: bool,
    /// Whether Graph has refused the link.
    is_refused: bool,
    /// Whether what was handed out cannot be continued.
    is_lost: bool,
    is_done: bool,
}

/// A page that has ended.
#[derive(Debug)]
struct Before {
    link: Url,
    cursor: Cursor,
    /// Whether it took more than one attempt: the link that it gave may then be unknown to Graph.
    is_retried: bool,
}

/// What helps where a listing cannot go on.
const START_OVER: &str = "start over: it cannot be continued without losing or repeating items";

enum ListStep {
    Item,
    Other,
    /// The page is handed out again from its start.
    Again,
    Page,
    End,
}

impl Pages<'_> {
    /// What the response is; asks and reads as far as it takes to know.
    ///
    /// # Errors
    ///
    /// As for [`next_item`](Self::next_item).
    pub fn shape(&mut self) -> Result<Shape, Error> {
        loop {
            if let Some(shape) = self.shape {
                return Ok(shape);
            }
            self.turn().map_err(|error| self.located(error))?;
        }
    }

    /// The next item of the listing, or the whole of a single object or text; `None` is the end.
    ///
    /// # Errors
    ///
    /// Any [`Error`], with the place to resume at where items had been handed out.
    pub fn next_item(&mut self) -> Result<Option<&[u8]>, Error> {
        loop {
            match self.turn() {
                Ok(ListStep::Item) => break,
                Ok(ListStep::Other | ListStep::Again | ListStep::Page) => {}
                Ok(ListStep::End) => return Ok(None),
                Err(error) => {
                    self.is_done = true;
                    return Err(self.located(error));
                }
            }
        }
        Ok(self.page.as_ref().map(Page::text))
    }

    pub(crate) fn members(&self) -> &Members {
        &self.members
    }

    /// What has gone by so far.
    pub fn counts(&self) -> Counts {
        let open = self.page.as_ref().map_or(0, Page::bytes);
        Counts {
            bytes: self.counts.bytes + open,
            ..self.counts
        }
    }

    /// Whether there is more than was handed out, after the end.
    pub fn has_more(&self) -> bool {
        self.more.is_some()
    }

    fn turn(&mut self) -> Result<ListStep, Error> {
        if self.is_done {
            return Ok(ListStep::End);
        }
        let Some(page) = &mut self.page else {
            return self.open();
        };
        match page.advance(&mut self.cursor, &mut self.members) {
            Ok(Progress::Item { is_partial }) => {
                if self.limit == Some(self.counts.items) {
                    return Ok(self.end_early());
                }
                self.counts.items += 1;
                self.counts.partial += u64::from(is_partial);
                Ok(ListStep::Item)
            }
            Ok(Progress::Shape(shape)) => {
                if self.shape.is_none() && self.is_first_page_only && !self.holds_links {
                    self.shown_link = page.next_link().map(str::to_owned);
                }
                self.shape.get_or_insert(shape);
                Ok(ListStep::Other)
            }
            Ok(Progress::Link) => {
                self.prefetch();
                Ok(ListStep::Other)
            }
            Ok(Progress::End) => self.end_page(),
            Err(PageError::Broken(_)) if self.limit == Some(self.counts.items) => {
                // All that was asked for is there; whether more follows is not worth a repeat.
                Ok(self.end_early())
            }
            Err(PageError::Broken(error)) => self.repeat(error),
            Err(PageError::Differs) => self.differ(),
            Err(PageError::Wrong(error)) => Err(error),
        }
    }

    /// Ends within a page, because all that was wanted was handed out.
    fn end_early(&mut self) -> ListStep {
        self.members.commit();
        self.more = Some(String::new());
        self.is_done = true;
        ListStep::End
    }

    /// Asks for the next page while this one streams. Not after a try that failed, until a page has
    /// come at the first one: a service that is throttled or in trouble is left in peace. Whatever
    /// is wrong with the link is told when the page has ended.
    fn prefetch(&mut self) {
        let is_wanted = self.is_asking_ahead && self.limit.is_none() && !self.is_first_page_only;
        if !is_wanted || self.call.failures() > 0 || self.ahead.is_some() {
            return;
        }
        let link = self.page.as_ref().and_then(Page::next_link);
        let link = link.and_then(|link| self.graph.link(link).ok());
        let link = link.filter(|link| !self.seen.contains(&hash(link.as_str())));
        self.ahead = link.and_then(|link| self.graph.prefetch(link));
    }

    fn open(&mut self) -> Result<ListStep, Error> {
        let ahead = self.ahead.take().filter(|ahead| ahead.url == self.link);
        match self.graph.get_after(ahead, &self.link, &mut self.call) {
            Ok(response) => {
                let role = Role {
                    is_first: self.shape.is_none() && !self.is_of_changes,
                    is_conditional: !self.is_resumed && self.graph.is_conditional(),
                    is_of_changes: self.is_of_changes,
                    keeps_link: self.is_first_page_only,
                    holds_links: self.holds_links,
                };
                self.cursor.rewind();
                let page = Page::new(response, &self.link, self.graph.max_item(), role)?;
                self.page = Some(page);
                Ok(ListStep::Other)
            }
            Err(error) if is_lost_place(&error) => self.go_back(error),
            Err(error) => {
                self.is_refused = matches!(error, Error::Graph(_));
                Err(error)
            }
        }
    }

    /// Requests a page again that broke off. Its items and its link come from one response, so that
    /// the link of this one is abandoned, and with it the page that was asked for ahead.
    fn repeat(&mut self, error: Error) -> Result<ListStep, Error> {
        self.drop_page();
        if self.shape.is_none() {
            // Nothing of it was handed out: an object must not be put together from two answers.
            self.members = Members::default();
        }
        self.call
            .failed(self.link.origin(), Failed::broken(error))?;
        Ok(ListStep::Other)
    }

    fn drop_page(&mut self) {
        let page = self.page.take();
        self.counts.bytes += page.as_ref().map_or(0, Page::bytes);
        self.members.roll_back();
        self.ahead = None;
    }

    /// Goes back to the page whose repeat gave a link that Graph refuses, once: requested anew it
    /// has a fresh link, and must have the items that it had.
    fn go_back(&mut self, error: Error) -> Result<ListStep, Error> {
        let backtracked = self.backtracked;
        let is_worth_it = |before: &mut Before| {
            before.is_retried && backtracked != Some(hash(before.link.as_str()))
        };
        let Some(before) = self.before.take_if(is_worth_it) else {
            self.is_refused = true;
            return Err(error);
        };
        self.graph.client().http().listener().note(|| {
            "graph refuses the link that a repeated page gave: requesting that page anew".to_owned()
        });
        self.backtracked = Some(hash(before.link.as_str()));
        self.seen.remove(&hash(self.link.as_str()));
        self.link = before.link;
        let cursor = std::mem::replace(&mut self.cursor, before.cursor);
        self.interrupted = (cursor.handed() > 0).then_some(cursor);
        self.counts.pages -= 1;
        self.ahead = None;
        self.call.renew();
        Ok(ListStep::Other)
    }

    /// A page that was requested again does not have the items that were handed out. One of changes
    /// is handed out again from its start: what went by may have changed once more.
    fn differ(&mut self) -> Result<ListStep, Error> {
        if !self.is_of_changes {
            self.is_lost = true;
            return Err(differs());
        }
        self.drop_page();
        self.cursor = Cursor::default();
        self.interrupted = None;
        Ok(ListStep::Again)
    }

    fn end_page(&mut self) -> Result<ListStep, Error> {
        let Some(page) = self.page.take() else {
            return Ok(ListStep::End);
        };
        self.counts.bytes += page.bytes();
        let links = page.into_links();
        let is_shown = self.shown_link.is_none() || self.shown_link == links.next;
        let is_continued = self.interrupted.is_none() || links.next.is_some();
        if self.cursor.end().is_err() || !is_shown || !is_continued {
            return self.differ();
        }
        let is_retried = self.call.failures() > 0;
        self.call.renew();
        self.counts.pages += 1;
        if self.is_of_changes {
            self.delta_link = self.end_of_round(&links)?;
        }
        for (key, value) in &links.held {
            self.members.take(key, value);
        }
        self.members.commit();
        let is_enough = self.limit.is_some_and(|limit| self.counts.items >= limit);
        let Some(next) = links.next else {
            self.is_done = true;
            return Ok(ListStep::End);
        };
        if self.is_first_page_only || is_enough {
            self.more = Some(next);
            self.is_done = true;
            return Ok(ListStep::End);
        }
        let link = self.followed(&next, "the next link")?;
        if !self.seen.insert(hash(link.as_str())) {
            return Err(Error::protocol(
                "graph: the next link was followed before: a loop",
            ));
        }
        let mut cursor = std::mem::replace(
            &mut self.cursor,
            self.interrupted.take().unwrap_or_default(),
        );
        cursor.complete();
        self.before = Some(Before {
            link: std::mem::replace(&mut self.link, link),
            cursor,
            is_retried,
        });
        Ok(ListStep::Page)
    }

    fn followed(&self, link: &str, kind: &str) -> Result<Url, Error> {
        let url = self.graph.link(link);
        url.map_err(|reason| Error::protocol(format!("graph: {kind} {reason}: not followed")))
    }

    /// The error with the way to go on, if anything was handed out that need not come again. Where
    /// Graph has refused the link, the page before gives another.
    fn located(&self, mut error: Error) -> Error {
        let is_begun = self.counts.items > 0 && self.shape == Some(Shape::Collection);
        if !is_begun && !self.is_resumed {
            return error;
        }
        let (link, cursor) = match &self.before {
            _ if self.is_lost || self.interrupted.is_some() => return error.hint(START_OVER),
            _ if !self.is_refused => (&self.link, &self.cursor),
            Some(before) if self.cursor.handed() == 0 => (&before.link, &before.cursor),
            _ if error.report().hint.is_none() => return error.hint(START_OVER),
            _ => return error,
        };
        let (skip, hash) = (cursor.handed(), cursor.hash());
        error.report_mut().resume = Some(Resume::new(link.as_str(), skip, hash));
        error
    }
}

fn hash(link: &str) -> u64 {
    let mut hasher = DefaultHasher::new();
    link.hash(&mut hasher);
    hasher.finish()
}
