//! A round of changes: pages that end one by one, and a delta link at the end.

use crate::error::Error;
use crate::graph::list::cursor::Cursor;
use crate::graph::list::page::{Links, Page};
use crate::graph::list::pages::{ListStep, Pages};
use crate::graph::service::Graph;
use crate::http::Url;

/// What reading a round of changes has brought.
#[derive(Debug)]
pub(crate) enum Step {
    /// An item; it is [`Pages::text`].
    Item,
    /// The first page is handed out again, because it is not what it was.
    Again,
    /// A page has ended, and [`Pages::link`] is the next.
    Page,
    /// The round has ended, and changes go on at this link.
    End(Url),
}

impl<'g> Pages<'g> {
    /// Reads a round of changes, of which each page has a next link or the delta link.
    pub(crate) fn of_changes(graph: &'g Graph, link: Url) -> Self {
        let mut pages = Self::new(graph, link, Cursor::default());
        pages.is_of_changes = true;
        // The next page is asked for when this one is safe.
        pages.is_asking_ahead = false;
        pages
    }

    /// Reads on in a round of changes, no further than to the end of a page: the next one is not
    /// asked for before the next step.
    pub(crate) fn step(&mut self) -> Result<Step, Error> {
        loop {
            match self.turn()? {
                ListStep::Item => return Ok(Step::Item),
                ListStep::Again if self.counts.pages == 0 => return Ok(Step::Again),
                ListStep::Other | ListStep::Again => {}
                ListStep::Page => return Ok(Step::Page),
                ListStep::End => {
                    let link = self.delta_link.clone();
                    return link.map(Step::End).ok_or_else(|| {
                        Error::protocol("graph: a round of changes without its delta link")
                    });
                }
            }
        }
    }

    /// The item that was reached last.
    pub(crate) fn text(&self) -> &[u8] {
        self.page.as_ref().map(Page::text).unwrap_or_default()
    }

    /// The page that is being read, or is read next.
    pub(crate) fn link(&self) -> &Url {
        &self.link
    }

    /// The delta link of a page, which has that or a next link.
    pub(crate) fn end_of_round(&self, links: &Links) -> Result<Option<Url>, Error> {
        match (&links.next, &links.delta) {
            (Some(_), None) => Ok(None),
            (None, Some(link)) => self.followed(link, "the delta link").map(Some),
            (Some(_), Some(_)) => Err(Error::protocol(
                "graph: a page of changes with both a next link and a delta link",
            )),
            (None, None) => Err(Error::protocol(
                "graph: a page of changes with neither a next link nor a delta link",
            )),
        }
    }
}
