//! A listing: the splitter says what ended in the text of a page, `pages` says what that means.

pub(crate) mod capture;
pub(crate) mod cursor;
pub(crate) mod item;
pub(crate) mod links;
pub(crate) mod members;
pub(crate) mod page;
pub(crate) mod pages;
pub(crate) mod splitter;
