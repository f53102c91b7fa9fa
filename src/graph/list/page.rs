//! One page as it arrives.

mod error;

use crate::error::{Error, without_mark};
use crate::graph::list::cursor::Cursor;
use crate::graph::list::members::{Member, Members};
use crate::graph::list::page::error::{RAW, inside_success, wrong, wrong_json};
use crate::graph::list::splitter::{Piece, Splitter, is_name};
use crate::graph::odata::path::MAX_LINK;
use crate::http::{Body, Response, Url};
use crate::redact::Redactor;

pub(crate) use crate::graph::list::page::error::{PageError, differs};

/// What a response turned out to be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Shape {
    /// A collection: an array `value`, on one page or many.
    Collection,
    /// No content.
    Nothing,
    /// A single object.
    Object,
    /// Plain text, such as the number that `$count` gives.
    Text,
    /// Not sent, because it is what the caller's `If-None-Match` names (HTTP 304).
    Unchanged,
}

/// What a page is read for.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Role {
    /// Whether it is the first of its listing, so that it may be a single object.
    pub(crate) is_first: bool,
    /// Whether it may be unchanged, because the caller has set a condition.
    pub(crate) is_conditional: bool,
    /// Whether it is of changes: a delta link has a meaning in it, and an `id` may come twice.
    pub(crate) is_of_changes: bool,
    /// Whether its next link is kept among the members.
    pub(crate) keeps_link: bool,
    /// Whether its links are held back until it has ended: they would skip items otherwise.
    pub(crate) holds_links: bool,
}

/// The body of a response, taken apart as it is read.
#[derive(Debug)]
pub(crate) struct Page {
    body: Body,
    redactor: Redactor,
    state: State,
    role: Role,
    max_item: usize,
    buffer: Vec<u8>,
    filled: usize,
    at: usize,
    splitter: Splitter,
    /// Whether the response calls itself JSON.
    is_json: bool,
    has_value: bool,
    has_link: bool,
    has_delta_link: bool,
    links: Links,
    /// Whether the link was told while the page went on.
    has_told_link: bool,
    /// An `error` among the members of a success.
    error: Option<Vec<u8>>,
    has_other_members: bool,
    /// A `value` that is neither an array nor null.
    has_single_value: bool,
    /// A single object or text, once it is whole.
    whole: Option<Vec<u8>>,
    bytes: u64,
}

/// Where a listing goes on: now, or when something has changed.
#[derive(Debug, Default)]
pub(crate) struct Links {
    pub(crate) next: Option<String>,
    pub(crate) delta: Option<String>,
    /// The same as members, where they were held back.
    pub(crate) held: Vec<Member>,
}

/// What comes next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    Json,
    Nothing,
    Unchanged,
    Text,
    /// All of a single object or text.
    Whole,
    Over,
}

/// What reading on has brought.
#[derive(Debug)]
pub(crate) enum Progress {
    /// A new item, or all of an object or text; it is [`Page::text`].
    Item { is_partial: bool },
    /// The response is known to be this.
    Shape(Shape),
    /// The page goes on though its next link has come; told once.
    Link,
    /// The page has ended.
    End,
}

const BUFFER: usize = 32 * 1024;
const NEXT: &str = "@odata.nextLink";
const DELTA: &str = "@odata.deltaLink";
/// The bound on all members beside a collection, and on a text.
const MAX_MEMBERS: usize = 1 << 20;

impl Page {
    /// Takes a successful response to a request for `url`.
    pub(crate) fn new(
        mut response: Response,
        url: &Url,
        max_item: usize,
        role: Role,
    ) -> Result<Self, Error> {
        let media = response
            .header("content-type")
            .unwrap_or_default()
            .to_ascii_lowercase();
        let media = media
            .split(';')
            .next()
            .unwrap_or_default()
            .trim()
            .to_owned();
        let state = match (response.status, media.as_str()) {
            (204, _) if role.is_first => State::Nothing,
            (304, _) if role.is_first && role.is_conditional => State::Unchanged,
            (204 | 304, _) => {
                let error = Error::protocol("graph: no content where a page must be");
                return Err(error.status(response.status));
            }
            (_, "text/plain") if role.is_first => State::Text,
            (_, "text/html") => {
                let body = response.body.read_all(MAX_MEMBERS).unwrap_or_default();
                let excerpt = response.redactor.excerpt(&body);
                let message = format!("graph: the response is a web page: {excerpt}");
                // Graph itself has web pages: those of OneNote.
                let is_of_graph = response.header("request-id").is_some();
                let hint = if is_of_graph || url.path_and_query().contains("/onenote/") {
                    RAW
                } else {
                    "a proxy or a captive portal may have responded"
                };
                return Err(Error::protocol(message).hint(hint).status(response.status));
            }
            _ => State::Json,
        };
        Ok(Self {
            body: response.body,
            redactor: response.redactor,
            state,
            role,
            max_item,
            buffer: vec![0; BUFFER],
            filled: 0,
            at: 0,
            splitter: Splitter::new(max_item),
            is_json: media.is_empty() || media.contains("json"),
            has_value: false,
            has_link: false,
            has_delta_link: false,
            links: Links::default(),
            has_told_link: false,
            error: None,
            has_other_members: false,
            has_single_value: false,
            whole: None,
            bytes: 0,
        })
    }

    /// The item, object or text that was reached last.
    pub(crate) fn text(&self) -> &[u8] {
        match &self.whole {
            Some(whole) => whole,
            None => self.splitter.last(&self.buffer[..self.filled]),
        }
    }

    pub(crate) fn bytes(&self) -> u64 {
        self.bytes
    }

    pub(crate) fn into_links(self) -> Links {
        self.links
    }

    pub(crate) fn next_link(&self) -> Option<&str> {
        self.links.next.as_deref()
    }

    /// Reads on to the next thing worth telling. Items that `cursor` knows to have been handed out
    /// are passed over.
    pub(crate) fn advance(
        &mut self,
        cursor: &mut Cursor,
        members: &mut Members,
    ) -> Result<Progress, PageError> {
        match self.state {
            State::Json => {}
            State::Nothing => {
                self.state = State::Over;
                return Ok(Progress::Shape(Shape::Nothing));
            }
            State::Unchanged => {
                self.state = State::Over;
                return Ok(Progress::Shape(Shape::Unchanged));
            }
            State::Text => {
                if let Some(text) = self.plain_text()? {
                    self.whole = Some(text);
                    self.state = State::Whole;
                    return Ok(Progress::Shape(Shape::Text));
                }
                self.state = State::Json;
            }
            State::Whole => {
                self.state = State::Over;
                return Ok(Progress::Item {
                    is_partial: self.splitter.is_partial(),
                });
            }
            State::Over => return Ok(Progress::End),
        }
        loop {
            let piece = self
                .splitter
                .next(&self.buffer[..self.filled], &mut self.at)
                .map_err(|flaw| wrong_json(flaw, self.bytes, self.is_json))?;
            match piece {
                None => {
                    let is_news = self.has_value && self.links.next.is_some() && self.filled > 0;
                    if is_news && !self.splitter.is_over() && !self.has_told_link {
                        self.has_told_link = true;
                        // It is used up, and must not be read twice.
                        (self.at, self.filled) = (0, 0);
                        return Ok(Progress::Link);
                    }
                    if !self.fill(true)? {
                        return self.end(members);
                    }
                }
                Some(Piece::Start) => {
                    self.has_value = true;
                    if let Some(error) = &self.error {
                        return Err(inside_success(error, &self.redactor));
                    }
                    self.begin_collection(members)?;
                    return Ok(Progress::Shape(Shape::Collection));
                }
                Some(Piece::Item {
                    text,
                    id,
                    is_partial,
                }) => {
                    // What has changed once more has the same id.
                    let id = id.filter(|_| !self.role.is_of_changes);
                    if cursor.pass(id, text)? {
                        return Ok(Progress::Item { is_partial });
                    }
                }
                Some(Piece::End) => {}
                Some(Piece::Member { key, value }) => {
                    let is_next = is_name(key, NEXT);
                    let is_delta = is_name(key, DELTA);
                    if is_next {
                        if std::mem::replace(&mut self.has_link, true) {
                            return Err(wrong("two next links on a page"));
                        }
                        self.links.next = read_link(value, "a next link")?;
                    } else if self.role.is_of_changes && is_delta {
                        if std::mem::replace(&mut self.has_delta_link, true) {
                            return Err(wrong("two delta links on a page"));
                        }
                        self.links.delta = read_link(value, "a delta link")?;
                    } else if is_name(key, "error") && value != b"null" {
                        self.error = Some(value.to_owned());
                    } else if is_name(key, "value") && !self.role.is_first {
                        if value != b"null" {
                            return Err(wrong("`value` of a later page is no array"));
                        }
                        // It has no items.
                        continue;
                    } else if key.get(1) != Some(&b'@')
                        && !(is_name(key, "value") && value == b"null")
                    {
                        self.has_other_members = true;
                    }
                    self.has_single_value |= is_name(key, "value") && value != b"null";
                    let is_page = self.has_value || !self.role.is_first;
                    let is_held = self.role.holds_links && is_page;
                    if is_next && !self.role.keeps_link {
                        // It is followed.
                    } else if is_held && (is_next || is_delta) {
                        self.links.held.push((key.to_owned(), value.to_owned()));
                    } else {
                        members.take(key, value);
                    }
                    self.check_members(members)?;
                }
            }
        }
    }

    /// Whether it is known to be a page of a collection.
    fn is_page(&self) -> bool {
        self.has_value || !self.role.is_first
    }

    /// What came before is beside a collection.
    fn begin_collection(&mut self, members: &mut Members) -> Result<(), PageError> {
        if self.role.is_first {
            if self.role.holds_links {
                let is_link = |key: &[u8]| is_name(key, NEXT) || is_name(key, DELTA);
                self.links.held.extend(members.withdraw(&is_link));
            }
            check_bound(members.bytes())?;
            members.pass_value();
        }
        Ok(())
    }

    /// All of a plain text, unless it is JSON under a wrong name.
    fn plain_text(&mut self) -> Result<Option<Vec<u8>>, PageError> {
        while first_sign(&self.buffer[..self.filled]).is_none() && self.fill_up()? {}
        let start = &self.buffer[..self.filled];
        if first_sign(start) == Some(b'{') {
            return Ok(None);
        }
        let mut text = without_mark(start).to_owned();
        while self.fill(false)? {
            let input = &self.buffer[..self.filled];
            if text.len() + input.len() > MAX_MEMBERS {
                let error = Error::protocol("graph: a plain text longer than 1 MiB");
                return Err(PageError::Wrong(error.hint(RAW)));
            }
            text.extend_from_slice(input);
        }
        Ok(Some(text))
    }

    /// Reads more of the body behind what is there; false is its end, or that of the buffer.
    fn fill_up(&mut self) -> Result<bool, PageError> {
        let n = self.body.read(&mut self.buffer[self.filled..])?;
        self.filled += n;
        self.bytes += n as u64;
        Ok(n > 0)
    }

    /// Reads more of the body; false is its end.
    fn fill(&mut self, is_json: bool) -> Result<bool, PageError> {
        self.at = 0;
        self.filled = 0;
        self.filled = if is_json {
            self.body
                .read_json(&mut self.buffer, self.splitter.is_over())?
        } else {
            self.body.read(&mut self.buffer)?
        };
        self.bytes += self.filled as u64;
        Ok(self.filled > 0)
    }

    fn end(&mut self, members: &mut Members) -> Result<Progress, PageError> {
        self.splitter
            .finish()
            .map_err(|flaw| wrong_json(flaw, self.bytes, self.is_json))?;
        let is_page = self.is_page() || self.links.next.is_some();
        if let Some(error) = &self.error
            && (is_page || error.starts_with(b"{") && !self.has_other_members)
        {
            return Err(inside_success(error, &self.redactor));
        }
        if is_page && self.has_single_value {
            return Err(wrong("a next link beside a `value` that is no array"));
        }
        if is_page {
            if !self.has_value {
                // Without `value`, or with null, and with a next link it has no items.
                members.withdraw(&|key| is_name(key, "value"));
                self.begin_collection(members)?;
            }
            self.state = State::Over;
            return Ok(Progress::Shape(Shape::Collection));
        }
        self.whole = Some(members.object());
        self.state = State::Whole;
        Ok(Progress::Shape(Shape::Object))
    }

    /// A single object is one item, and may be as long as one; what stands beside a collection
    /// may not.
    fn check_members(&self, members: &Members) -> Result<(), PageError> {
        if self.is_page() {
            check_bound(members.bytes())
        } else if members.bytes() > self.max_item {
            Err(wrong("an object longer than --max-item allows"))
        } else {
            Ok(())
        }
    }
}

fn check_bound(bytes: usize) -> Result<(), PageError> {
    if bytes > MAX_MEMBERS {
        return Err(wrong("more than 1 MiB beside `value`"));
    }
    Ok(())
}

/// The first byte of a text that is neither blank nor of a byte order mark.
fn first_sign(text: &[u8]) -> Option<u8> {
    if "\u{feff}".as_bytes().starts_with(text) {
        return None;
    }
    let text = without_mark(text);
    text.iter().copied().find(|b| !b.is_ascii_whitespace())
}

fn read_link(value: &[u8], kind: &str) -> Result<Option<String>, PageError> {
    let link: Option<String> =
        serde_json::from_slice(value).map_err(|_| wrong(&format!("{kind} that is no string")))?;
    if link.as_ref().is_some_and(|link| link.len() > MAX_LINK) {
        return Err(wrong(&format!("{kind} longer than 64 kB")));
    }
    Ok(link)
}
