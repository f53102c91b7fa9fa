//! One page as it arrives.

mod stop;

use crate::error::Error;
use crate::graph::members::Members;
use crate::graph::page::stop::{inside_success, wrong, wrong_json};
use crate::graph::place::Place;
use crate::graph::splitter::{Piece, Splitter, is_name};
use crate::http::{Answer, Body};
use crate::redact::Redactor;

pub(crate) use crate::graph::page::stop::{Stop, differs};

/// What an answer turned out to be.
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
}

/// The body of an answer, taken apart as it is read.
#[derive(Debug)]
pub(crate) struct Page {
    body: Body,
    redactor: Redactor,
    state: State,
    /// Whether it is the first of its listing, so that it may be a single object.
    is_first: bool,
    /// Whether a delta link has a meaning in it.
    is_of_changes: bool,
    buffer: Vec<u8>,
    filled: usize,
    at: usize,
    splitter: Splitter,
    /// Whether the answer calls itself JSON.
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
}

impl Links {
    pub(crate) fn is_empty(&self) -> bool {
        self.next.is_none() && self.delta.is_none()
    }
}

/// What comes next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    Json,
    Nothing,
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
    /// The answer is known to be this.
    Shape(Shape),
    /// The page goes on though its next link has come; told once.
    Link,
    /// The page has ended.
    End,
}

const BUFFER: usize = 32 * 1024;
const MAX_LINK: usize = 64 * 1024;
/// The bound on all members beside a collection, and on a text.
const MAX_MEMBERS: usize = 1 << 20;

impl Page {
    /// Takes a 2xx answer.
    pub(crate) fn new(mut answer: Answer, max_item: usize, is_first: bool) -> Result<Self, Error> {
        let media = answer
            .header("content-type")
            .unwrap_or_default()
            .to_ascii_lowercase();
        let media = media
            .split(';')
            .next()
            .unwrap_or_default()
            .trim()
            .to_owned();
        let state = match media.as_str() {
            _ if answer.status == 204 && is_first => State::Nothing,
            _ if answer.status == 204 => {
                return Err(Error::protocol("graph: no content where a page must be").status(204));
            }
            "text/plain" if is_first => State::Text,
            "text/html" => {
                let body = answer.body.read_all(MAX_MEMBERS).unwrap_or_default();
                let excerpt = answer.redactor.excerpt(&body);
                let message = format!("graph: the answer is a web page: {excerpt}");
                let hint = "a proxy or a captive portal may have answered";
                return Err(Error::protocol(message).hint(hint).status(answer.status));
            }
            _ => State::Json,
        };
        Ok(Self {
            body: answer.body,
            redactor: answer.redactor,
            state,
            is_first,
            is_of_changes: false,
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

    /// Takes it for a page of changes, which has a delta link where their round ends.
    pub(crate) fn of_changes(mut self) -> Self {
        self.is_of_changes = true;
        self
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

    /// Reads on to the next thing worth telling. Items that `place` knows to have been handed out
    /// are passed over; `keep_link` keeps the next link among the members.
    pub(crate) fn advance(
        &mut self,
        place: &mut Place,
        members: &mut Members,
        keep_link: bool,
    ) -> Result<Progress, Stop> {
        match self.state {
            State::Json => {}
            State::Nothing => {
                self.state = State::Over;
                return Ok(Progress::Shape(Shape::Nothing));
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
                    if self.is_first {
                        members.pass_value();
                    }
                    self.check_members(members)?;
                    return Ok(Progress::Shape(Shape::Collection));
                }
                Some(Piece::Item {
                    text,
                    id,
                    is_partial,
                }) => {
                    // What has changed once more has the same id.
                    let id = id.filter(|_| !self.is_of_changes);
                    if place.pass(id, text)? {
                        return Ok(Progress::Item { is_partial });
                    }
                }
                Some(Piece::End) => {}
                Some(Piece::Member { key, value }) => {
                    let is_link = is_name(key, "@odata.nextLink");
                    if is_link {
                        if std::mem::replace(&mut self.has_link, true) {
                            return Err(wrong("two next links on a page"));
                        }
                        self.links.next = read_link(value, "a next link")?;
                    } else if self.is_of_changes && is_name(key, "@odata.deltaLink") {
                        if std::mem::replace(&mut self.has_delta_link, true) {
                            return Err(wrong("two delta links on a page"));
                        }
                        self.links.delta = read_link(value, "a delta link")?;
                    } else if is_name(key, "error") && value != b"null" {
                        self.error = Some(value.to_owned());
                    } else if is_name(key, "value") && !self.is_first {
                        return Err(wrong("`value` of a later page is no array"));
                    } else if key.get(1) != Some(&b'@')
                        && !(is_name(key, "value") && value == b"null")
                    {
                        self.has_other_members = true;
                    }
                    self.has_single_value |= is_name(key, "value") && value != b"null";
                    if !is_link || keep_link {
                        members.take(key, value);
                    }
                    self.check_members(members)?;
                }
            }
        }
    }

    /// All of a plain text, unless it is JSON under a wrong name.
    fn plain_text(&mut self) -> Result<Option<Vec<u8>>, Stop> {
        let mut text = Vec::new();
        while self.fill(false)? {
            let input = &self.buffer[..self.filled];
            let is_start = text.is_empty();
            if is_start && input.iter().find(|b| !b.is_ascii_whitespace()) == Some(&b'{') {
                return Ok(None);
            }
            if text.len() + input.len() > MAX_MEMBERS {
                return Err(wrong("a plain text longer than 1 MiB"));
            }
            text.extend_from_slice(input);
        }
        Ok(Some(text))
    }

    /// Reads more of the body; false is its end.
    fn fill(&mut self, is_json: bool) -> Result<bool, Stop> {
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

    fn end(&mut self, members: &mut Members) -> Result<Progress, Stop> {
        self.splitter
            .finish()
            .map_err(|flaw| wrong_json(flaw, self.bytes, self.is_json))?;
        let is_page = self.has_value || !self.is_first || self.links.next.is_some();
        if let Some(error) = &self.error
            && (is_page || error.starts_with(b"{") && !self.has_other_members)
        {
            return Err(inside_success(error, &self.redactor));
        }
        if is_page && self.has_single_value {
            return Err(wrong("a next link beside a `value` that is no array"));
        }
        if is_page {
            // Without `value`, or with null, and with a next link it is a page that has no items.
            members.forget(&|key| !self.has_value && is_name(key, "value"));
            members.pass_value();
            self.state = State::Over;
            return Ok(Progress::Shape(Shape::Collection));
        }
        self.whole = Some(members.object());
        self.state = State::Whole;
        Ok(Progress::Shape(Shape::Object))
    }

    /// A single object is one item, and may be as long as one; what stands beside a collection
    /// may not.
    fn check_members(&self, members: &Members) -> Result<(), Stop> {
        if members.bytes() > MAX_MEMBERS && (self.has_value || !self.is_first) {
            return Err(wrong("more than 1 MiB beside `value`"));
        }
        Ok(())
    }
}

fn read_link(value: &[u8], kind: &str) -> Result<Option<String>, Stop> {
    if value.len() > MAX_LINK {
        return Err(wrong(&format!("{kind} longer than 64 kB")));
    }
    serde_json::from_slice(value).map_err(|_| wrong(&format!("{kind} that is no string")))
}
