//! One item of a listing, and the iterator over them.

use serde::de::DeserializeOwned;

use crate::error::Error;
use crate::graph::list::pages::Pages;
use crate::graph::service::Graph;

/// An item as Graph sent it: every name, string and number as it came, in its order, without
/// white space between tokens.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Item(Vec<u8>);

impl Item {
    /// The item as JSON.
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }

    /// Reads the item into a type of the caller's.
    ///
    /// # Errors
    ///
    /// [`Error::Protocol`] when it is not of that shape.
    pub fn parse<T: DeserializeOwned>(&self) -> Result<T, Error> {
        serde_json::from_slice(&self.0)
            .map_err(|error| Error::protocol(format!("graph: item is not as expected: {error}")))
    }
}

/// The items of all pages, one after the other; see [`Graph::items`].
#[derive(Debug)]
pub struct Items<'g> {
    pages: Result<Pages<'g>, Option<Error>>,
}

impl Graph {
    /// Lists what is at a path, such as `users?$select=displayName`, over all its pages. A single
    /// object is one item. After an error the iterator is at its end.
    ///
    /// # Errors
    ///
    /// Each item may be any [`Error`]; [`Report::resume`](crate::Report) says where to go on.
    pub fn items(&self, path: &str) -> Items<'_> {
        Items {
            pages: self.pages(path).map_err(Some),
        }
    }
}

impl Items<'_> {
    /// As [`Pages::without_prefetch`].
    #[must_use]
    pub fn without_prefetch(self) -> Self {
        Self {
            pages: self.pages.map(Pages::without_prefetch),
        }
    }
}

impl Iterator for Items<'_> {
    type Item = Result<Item, Error>;

    fn next(&mut self) -> Option<Self::Item> {
        let pages = match &mut self.pages {
            Ok(pages) => pages,
            Err(error) => return error.take().map(Err),
        };
        match pages.next_item() {
            Ok(Some(text)) => Some(Ok(Item(text.to_owned()))),
            Ok(None) => None,
            Err(error) => {
                self.pages = Err(None);
                Some(Err(error))
            }
        }
    }
}
