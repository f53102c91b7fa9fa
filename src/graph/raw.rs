//! One answer as it came.

use crate::error::Error;
use crate::graph::service::Graph;
use crate::graph::splitter::{Piece, Splitter, is_name};
use crate::http::Body;

/// The body of one answer, whatever it is.
#[derive(Debug)]
pub(crate) struct Raw {
    body: Body,
    /// Looks on for a next link; gone when the body turns out not to be a page.
    splitter: Option<Splitter>,
    has_link: bool,
}

impl Graph {
    /// Gets one answer, unread and unmerged.
    pub(crate) fn raw(&self, path: &str) -> Result<Raw, Error> {
        let url = self.resolve(path)?;
        self.raw_at(&url)
    }

    /// Gets the answer behind a link that Graph gave.
    pub(crate) fn raw_link(&self, link: &str) -> Result<Raw, Error> {
        let url = self.link(link);
        let url = url.map_err(|reason| Error::parameters(format!("link to resume {reason}")))?;
        self.raw_at(&url)
    }

    fn raw_at(&self, url: &crate::http::Url) -> Result<Raw, Error> {
        let mut attempts = self.client().http().attempts();
        let answer = self.get(url, &mut attempts)?;
        let splitter = Some(Splitter::new(self.max_item()));
        Ok(Raw {
            body: answer.body,
            splitter,
            has_link: false,
        })
    }
}

impl Raw {
    /// Reads the next bytes; 0 is the end.
    pub(crate) fn read(&mut self, buffer: &mut [u8]) -> Result<usize, Error> {
        let n = self.body.read(buffer).map_err(|fault| fault.error)?;
        if let Some(splitter) = &mut self.splitter {
            match find_link(splitter, &buffer[..n]) {
                Some(found) => self.has_link |= found,
                None => self.splitter = None,
            }
        }
        Ok(n)
    }

    /// Whether the body had a next link.
    pub(crate) fn has_more(&self) -> bool {
        self.has_link
    }
}

/// Whether a next link ends in `input`; `None` when it is no JSON.
fn find_link(splitter: &mut Splitter, input: &[u8]) -> Option<bool> {
    let mut at = 0;
    let mut has_link = false;
    loop {
        match splitter.next(input, &mut at).ok()? {
            Some(Piece::Member { key, value }) => {
                has_link |= is_name(key, "@odata.nextLink") && value.starts_with(b"\"");
            }
            Some(_) => {}
            None => return Some(has_link),
        }
    }
}
