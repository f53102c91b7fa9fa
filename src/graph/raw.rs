//! One answer as it came.

use crate::error::Error;
use crate::graph::call::Call;
use crate::graph::list::links::Links;
use crate::graph::service::Graph;
use crate::http::{Body, TransportError, Url};

/// The body of one response, whatever it is.
#[derive(Debug)]
pub(crate) struct Raw<'g> {
    graph: &'g Graph,
    url: Url,
    call: Call<'g>,
    body: Body,
    has_given: bool,
    is_unchanged: bool,
    links: Links,
}

impl Graph {
    /// Gets one response, unread and unmerged.
    pub(crate) fn raw(&self, path: &str) -> Result<Raw<'_>, Error> {
        let url = self.resolve("GET", path)?;
        self.raw_at(url)
    }

    /// Gets the response behind a link that Graph gave.
    pub(crate) fn raw_link(&self, link: &str) -> Result<Raw<'_>, Error> {
        let url = self.link(link);
        let url = url.map_err(|reason| Error::parameters(format!("link to resume {reason}")))?;
        self.raw_at(url)
    }

    fn raw_at(&self, url: Url) -> Result<Raw<'_>, Error> {
        let mut call = self.call();
        let response = self.get(&url, &mut call)?;
        Ok(Raw {
            graph: self,
            url,
            call,
            is_unchanged: response.status == 304,
            body: response.body,
            has_given: false,
            links: Links::new(),
        })
    }
}

impl Raw<'_> {
    /// Reads the next bytes; 0 is the end. A response that breaks off before it gave any is asked
    /// for again.
    pub(crate) fn read(&mut self, buffer: &mut [u8]) -> Result<usize, Error> {
        let n = loop {
            match self.body.read(buffer) {
                Ok(n) => break n,
                Err(fault) if !self.has_given => self.repeat(fault)?,
                Err(fault) => return Err(fault.error),
            }
        };
        self.has_given |= n > 0;
        self.links.see(&buffer[..n]);
        Ok(n)
    }

    fn repeat(&mut self, fault: TransportError) -> Result<(), Error> {
        self.call.failed(self.url.origin(), fault.into())?;
        self.body = self.graph.get(&self.url, &mut self.call)?.body;
        Ok(())
    }

    /// Whether there is none because it is what the caller's `If-None-Match` names (HTTP 304).
    pub(crate) fn is_unchanged(&self) -> bool {
        self.is_unchanged
    }

    /// Whether the body had a next link.
    pub(crate) fn has_more(&self) -> bool {
        self.links.has_next()
    }
}
