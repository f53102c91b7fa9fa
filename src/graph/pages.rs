//! Follows a listing from page to page, one item in memory.

mod begin;
mod changes;

use std::collections::HashSet;
use std::hash::{DefaultHasher, Hash as _, Hasher as _};

use crate::error::{Error, Resume};
use crate::graph::ahead::Ahead;
use crate::graph::call::Call;
use crate::graph::members::Members;
use crate::graph::page::{Links, Page, Progress, Shape, Stop};
use crate::graph::place::Place;
use crate::graph::refusal::is_lost_place;
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
    ahead: Option<Ahead>,
    is_asking_ahead: bool,
    place: Place,
    call: Call<'g>,
    /// The links as an answer that later broke off had them: a repeat's may lead nowhere.
    first_links: Links,
    /// Where a round of changes ended.
    delta_link: Option<Url>,
    /// The page before, if it took more than one try: its next link may lead nowhere.
    shaky: Option<(Url, Place)>,
    /// The page that was gone back to: a second time would be a loop.
    gone_back: Option<u64>,
    seen: HashSet<u64>,
    members: Members,
    shape: Option<Shape>,
    counts: Counts,
    limit: Option<u64>,
    is_first_page_only: bool,
    /// Whether it is a round of changes, whose pages end one by one and whose end is a delta link.
    is_of_changes: bool,
    more: Option<String>,
    is_resumed: bool,
    is_done: bool,
}

enum Turn {
    Item,
    Other,
    Page,
    End,
}

impl Pages<'_> {
    /// What the answer is; asks and reads as far as it takes to know.
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
                Ok(Turn::Item) => break,
                Ok(Turn::Other | Turn::Page) => {}
                Ok(Turn::End) => return Ok(None),
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

    fn turn(&mut self) -> Result<Turn, Error> {
        if self.is_done {
            return Ok(Turn::End);
        }
        let Some(page) = &mut self.page else {
            return self.open();
        };
        let is_kept = self.is_first_page_only;
        match page.advance(&mut self.place, &mut self.members, is_kept) {
            Ok(Progress::Item { is_partial }) => {
                if self.limit == Some(self.counts.items) {
                    self.more = Some(String::new());
                    self.is_done = true;
                    return Ok(Turn::End);
                }
                self.counts.items += 1;
                self.counts.partial += u64::from(is_partial);
                Ok(Turn::Item)
            }
            Ok(Progress::Shape(shape)) => {
                self.shape.get_or_insert(shape);
                Ok(Turn::Other)
            }
            Ok(Progress::Link) => {
                self.ask_ahead();
                Ok(Turn::Other)
            }
            Ok(Progress::End) => self.end_page(),
            Err(Stop::Broken(_)) if self.limit == Some(self.counts.items) => {
                // All that was asked for is there; whether more follows is not worth a repeat.
                self.more = Some(String::new());
                self.is_done = true;
                Ok(Turn::End)
            }
            Err(Stop::Broken(error)) => self.repeat(error),
            Err(Stop::Differs) => self.begin_anew(),
            Err(Stop::Wrong(error)) => Err(error),
        }
    }

    /// Asks for the next page while this one streams. Not after a try that failed, until a page has
    /// come at the first one: a service that is throttled or in trouble is left in peace. Whatever
    /// is wrong with the link is told when the page has ended.
    fn ask_ahead(&mut self) {
        let is_wanted = self.is_asking_ahead && self.limit.is_none() && !self.is_first_page_only;
        if !is_wanted || self.call.failures() > 0 || self.ahead.is_some() {
            return;
        }
        let link = self.page.as_ref().and_then(Page::next_link);
        let link = link.and_then(|link| self.graph.link(link).ok());
        let link = link.filter(|link| !self.seen.contains(&hash(link.as_str())));
        self.ahead = link.and_then(|link| self.graph.ask_ahead(link));
    }

    fn open(&mut self) -> Result<Turn, Error> {
        // While a page is asked for again, the one after it is kept.
        let ahead = self.ahead.take_if(|ahead| ahead.url == self.link);
        match self.graph.get_after(ahead, &self.link, &mut self.call) {
            Ok(answer) => {
                let is_first = self.shape.is_none() && !self.is_of_changes;
                self.place.rewind();
                let page = Page::new(answer, self.graph.max_item(), is_first)?;
                self.page = Some(if self.is_of_changes {
                    page.of_changes()
                } else {
                    page
                });
                Ok(Turn::Other)
            }
            Err(error) if is_lost_place(&error) => self.go_back(error),
            Err(error) => Err(error),
        }
    }

    /// Asks a page again that broke off.
    fn repeat(&mut self, error: Error) -> Result<Turn, Error> {
        if let Some(page) = self.page.take() {
            self.counts.bytes += page.bytes();
            if self.first_links.is_empty() {
                self.first_links = page.into_links();
            }
        }
        if self.shape.is_none() {
            // Nothing of it was handed out: an object must not be put together from two answers.
            self.members = Members::default();
        }
        self.call
            .failed(self.link.origin(), Failed::broken(error))?;
        Ok(Turn::Other)
    }

    /// Goes back to the page whose repeat gave a link that leads nowhere, once, and passes over
    /// what it gave.
    fn go_back(&mut self, error: Error) -> Result<Turn, Error> {
        let Some((link, place)) = self.shaky.take() else {
            return Err(error);
        };
        if self.gone_back.replace(hash(link.as_str())) == Some(hash(link.as_str())) {
            return Err(error);
        }
        self.graph.client().http().listener().note(|| {
            "graph does not know the link that a repeated page gave: going back to it".to_owned()
        });
        self.seen.remove(&hash(self.link.as_str()));
        self.link = link;
        self.place = place;
        self.first_links = Links::default();
        self.ahead = None;
        self.call.renew();
        Ok(Turn::Other)
    }

    fn end_page(&mut self) -> Result<Turn, Error> {
        if self.place.end().is_err() {
            return self.begin_anew();
        }
        let is_repeated = self.call.failures() > 0;
        self.call.renew();
        self.counts.pages += 1;
        let Some(page) = self.page.take() else {
            return Ok(Turn::End);
        };
        self.counts.bytes += page.bytes();
        let mut links = std::mem::take(&mut self.first_links);
        if links.is_empty() {
            links = page.into_links();
        }
        if self.is_of_changes {
            self.delta_link = self.end_of_round(&links)?;
        }
        let next = links.next;
        let is_enough = self.limit.is_some_and(|limit| self.counts.items >= limit);
        let Some(next) = next else {
            self.is_done = true;
            return Ok(Turn::End);
        };
        if self.is_first_page_only || is_enough {
            self.more = Some(next);
            self.is_done = true;
            return Ok(Turn::End);
        }
        let link = self.followed(&next, "the next link")?;
        if !self.seen.insert(hash(link.as_str())) {
            return Err(Error::protocol(
                "graph: the next link was followed before: a loop",
            ));
        }
        let before = std::mem::replace(&mut self.link, link);
        let place = std::mem::take(&mut self.place);
        self.shaky = is_repeated.then_some((before, place));
        Ok(Turn::Page)
    }

    fn followed(&self, link: &str, kind: &str) -> Result<Url, Error> {
        let url = self.graph.link(link);
        url.map_err(|reason| Error::protocol(format!("graph: {kind} {reason}: not followed")))
    }

    /// The error with the place at which to go on, if anything was handed out that need not come
    /// again.
    fn located(&self, mut error: Error) -> Error {
        if self.is_resumed || self.counts.items > 0 && self.shape == Some(Shape::Collection) {
            error.report_mut().resume = Some(Resume {
                link: self.link.as_str().to_owned(),
                skip: self.place.handed(),
            });
        }
        error
    }
}

fn hash(link: &str) -> u64 {
    let mut hasher = DefaultHasher::new();
    link.hash(&mut hasher);
    hasher.finish()
}
