//! How a listing begins, and how far its caller wants it to go.

use std::collections::HashSet;

use crate::error::Error;
use crate::graph::members::Members;
use crate::graph::page::Links;
use crate::graph::pages::{Counts, Pages, hash};
use crate::graph::place::Place;
use crate::graph::service::Graph;
use crate::http::Url;

impl Graph {
    /// Follows the listing at a path, or at an absolute URL on this Graph.
    ///
    /// # Errors
    ///
    /// [`Error::Parameters`] when the path would name another object than the one meant.
    pub fn pages(&self, path: &str) -> Result<Pages<'_>, Error> {
        Ok(Pages::new(
            self,
            self.resolve("GET", path)?,
            Place::default(),
        ))
    }

    /// Goes on with a listing that broke off, as [`Report::resume`](crate::Report) says.
    ///
    /// # Errors
    ///
    /// [`Error::Parameters`] when the link is not on this Graph.
    pub fn resume(&self, link: &str, skip: u64) -> Result<Pages<'_>, Error> {
        let url = self.link(link).map_err(|reason| {
            Error::parameters(format!("link to resume {reason}"))
                .hint("give the link in single quotes, as it was printed")
        })?;
        Ok(Pages::new(self, url, Place::skipping(skip)))
    }
}

impl<'g> Pages<'g> {
    pub(super) fn new(graph: &'g Graph, link: Url, place: Place) -> Self {
        let mut pages = Self {
            graph,
            link,
            page: None,
            ahead: None,
            is_asking_ahead: true,
            place,
            call: graph.call(),
            first_links: Links::default(),
            delta_link: None,
            shaky: None,
            gone_back: None,
            seen: HashSet::new(),
            members: Members::default(),
            shape: None,
            counts: Counts::default(),
            limit: None,
            is_first_page_only: false,
            is_of_changes: false,
            more: None,
            is_resumed: place.handed() > 0,
            is_done: false,
        };
        pages.seen.insert(hash(pages.link.as_str()));
        pages
    }

    /// Ends after this many items, without asking for a page more than they need.
    #[must_use]
    pub fn with_limit(mut self, items: u64) -> Self {
        self.limit = Some(items);
        self
    }

    /// Ends after the first page and keeps its next link among the members.
    #[must_use]
    pub fn with_first_page_only(mut self) -> Self {
        self.is_first_page_only = true;
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
