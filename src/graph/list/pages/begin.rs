//! How a listing begins, and how far its caller wants it to go.

use std::collections::HashSet;

use crate::error::{Error, Resume};
use crate::graph::list::cursor::Cursor;
use crate::graph::list::members::Members;
use crate::graph::list::pages::{Counts, Pages, hash};
use crate::graph::service::Graph;
use crate::http::Url;

impl Graph {
    /// Follows the listing at a path, or at an absolute URL on this Graph.
    ///
    /// # Errors
    ///
    /// [`Error::Parameters`] when the path would name another object than the one meant.
    pub fn pages(&self, path: &str) -> Result<Pages<'_>, Error> {
        let url = self.resolve("GET", path)?;
        Ok(Pages::new(self, url, Cursor::default()))
    }

    /// Goes on with a listing that broke off, as [`Report::resume`](crate::Report) says. Where the
    /// page no longer begins with the items that were handed out, the listing ends with
    /// [`Error::Unavailable`] before it has handed out any.
    ///
    /// # Errors
    ///
    /// [`Error::Parameters`] when the link is not on this Graph.
    pub fn resume(&self, from: &Resume) -> Result<Pages<'_>, Error> {
        let url = self.link(&from.link).map_err(|reason| {
            Error::parameters(format!("link to resume {reason}"))
                .hint("give the link in single quotes, as it was printed")
        })?;
        let mut pages = Pages::new(self, url, Cursor::after(from.skip, from.hash));
        pages.is_resumed = true;
        Ok(pages)
    }
}

impl<'g> Pages<'g> {
    pub(crate) fn new(graph: &'g Graph, link: Url, cursor: Cursor) -> Self {
        let mut pages = Self {
            graph,
            link,
            page: None,
            ahead: None,
            is_asking_ahead: true,
            cursor,
            call: graph.call(),
            delta_link: None,
            before: None,
            interrupted: None,
            backtracked: None,
            seen: HashSet::new(),
            members: Members::default(),
            shown_link: None,
            shape: None,
            counts: Counts::default(),
            limit: None,
            is_first_page_only: false,
            holds_links: false,
            is_of_changes: false,
            more: None,
            is_resumed: false,
            is_refused: false,
            is_lost: false,
            is_done: false,
        };
        pages.seen.insert(hash(pages.link.as_str()));
        pages
    }

    /// Ends after this many items, without asking for a page more than they need.
    #[must_use]
    pub fn with_limit(mut self, items: u64) -> Self {
        self.limit = Some(items);
        self.holds_links = true;
        self
    }

    /// Ends after the first page and keeps its next link among the members.
    #[must_use]
    pub fn with_first_page_only(mut self) -> Self {
        self.is_first_page_only = true;
        self
    }

    /// Has no member before the items lead on from them, for a caller who writes no members.
    #[cfg(feature = "cli")]
    pub(crate) fn with_links_held(mut self) -> Self {
        self.holds_links = true;
        self
    }

    /// Asks for no page before the one in front of it has ended. By default the next one is asked
    /// for on a second connection, by a short-lived thread, when its link comes early in a page
    /// that takes more than one read; who leaves early has then caused one request too many.
    #[must_use]
    pub fn without_prefetch(mut self) -> Self {
        self.is_asking_ahead = false;
        self
    }
}
