//! Whether a body that is passed on as it comes is a page with more to follow.

use crate::graph::list::splitter::{Piece, Splitter, is_name};

/// Looks on while a body goes by, for a next link.
#[derive(Debug)]
pub(crate) struct Links {
    /// Gone when the body turns out not to be a page.
    splitter: Option<Splitter>,
    has_next: bool,
}

/// No more of an item is kept than this; what is longer is looked at no further.
const MAX: usize = 16 << 20;

impl Links {
    pub(crate) fn new() -> Self {
        Self {
            splitter: Some(Splitter::new(MAX)),
            has_next: false,
        }
    }

    /// Looks at the next bytes.
    pub(crate) fn see(&mut self, input: &[u8]) {
        let Some(splitter) = &mut self.splitter else {
            return;
        };
        let mut at = 0;
        loop {
            match splitter.next(input, &mut at) {
                Ok(Some(Piece::Member { key, value })) => {
                    self.has_next |= is_name(key, "@odata.nextLink") && value.starts_with(b"\"");
                }
                Ok(Some(_)) => {}
                Ok(None) => return,
                Err(_) => {
                    self.splitter = None;
                    return;
                }
            }
        }
    }

    /// Whether a next link has gone by.
    pub(crate) fn has_next(&self) -> bool {
        self.has_next
    }
}
