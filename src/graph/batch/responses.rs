//! The responses to the requests of a batch.

use std::time::{Duration, SystemTime};

use crate::error::Error;
use crate::graph::batch::chunk::{Chunk, wire_id};
use crate::graph::batch::line::Line;
use crate::graph::batch::object;
use crate::graph::list::members::Member;
use crate::graph::list::splitter::{JsonError, Piece, Splitter, is_name};
use crate::http;

/// The response to one request.
#[derive(Debug)]
pub(crate) struct Item {
    pub(crate) status: u16,
    /// Whether it carries a further link: it is the first page of more.
    pub(crate) is_partial: bool,
    /// The wait that it asks for, if it does so intelligibly.
    pub(crate) retry_after: Option<Duration>,
    /// Where it says that the thing lies, if it does.
    pub(crate) location: Option<String>,
    /// The line of the output.
    pub(crate) line: Vec<u8>,
}

impl Item {
    pub(crate) fn is_success(&self) -> bool {
        self.status < 400
    }
}

/// The body that answers the requests at these places, read as it arrives: no more of it is held
/// than the lines of the output and one item.
#[derive(Debug)]
pub(crate) struct BatchResponses<'a> {
    chunk: &'a Chunk,
    places: &'a [usize],
    now: SystemTime,
    items: Vec<Option<Item>>,
    splitter: Splitter,
    has_list: bool,
    /// What the body may still have.
    left: usize,
    /// Its beginning, until the list comes: without one it may be an error.
    start: Vec<u8>,
}

/// What may stand beside the items.
const MOST_BESIDE: usize = 1 << 20;

impl<'a> BatchResponses<'a> {
    /// No item may be longer than `max_item` bytes; `now` is by the clock of the server.
    pub(crate) fn new(
        chunk: &'a Chunk,
        places: &'a [usize],
        max_item: usize,
        now: SystemTime,
    ) -> Self {
        Self {
            chunk,
            places,
            now,
            items: places.iter().map(|_| None).collect(),
            splitter: Splitter::of("responses", max_item),
            has_list: false,
            left: max_item
                .saturating_mul(places.len())
                .saturating_add(MOST_BESIDE),
            start: Vec::new(),
        }
    }

    /// Reads on in the body.
    ///
    /// # Errors
    ///
    /// What is wrong with a body that cannot be right.
    pub(crate) fn take(&mut self, bytes: &[u8]) -> Result<(), String> {
        self.left = self.left.checked_sub(bytes.len()).ok_or("it is too long")?;
        if !self.has_list && self.start.len() < MOST_BESIDE {
            self.start.extend_from_slice(bytes);
        }
        let mut at = 0;
        while let Some(piece) = self.splitter.next(bytes, &mut at).map_err(flawed)? {
            match piece {
                Piece::Start => {
                    self.has_list = true;
                    self.start = Vec::new();
                }
                Piece::Item {
                    text, is_partial, ..
                } => {
                    let (head, index) = Head::read(text, self.places, self.now)?;
                    let line = &self.chunk.lines[self.places[index]];
                    let item = Item {
                        status: head.status,
                        is_partial,
                        retry_after: head.retry_after,
                        location: head.location,
                        line: written(text, line)?,
                    };
                    if self.items[index].replace(item).is_some() {
                        return Err("it has two responses to one request".to_owned());
                    }
                }
                Piece::Member { key, .. } if is_name(key, "responses") => {
                    return Err("`responses` is no array".to_owned());
                }
                Piece::Member { .. } | Piece::End => {}
            }
        }
        Ok(())
    }

    /// Each request's response, where it has one.
    ///
    /// # Errors
    ///
    /// As for [`take`](Self::take).
    pub(crate) fn finish(&mut self) -> Result<Vec<Option<Item>>, String> {
        self.splitter.finish().map_err(flawed)?;
        if !self.has_list {
            return Err("it has no `responses`".to_owned());
        }
        Ok(std::mem::take(&mut self.items))
    }

    /// What came instead of a list.
    pub(crate) fn without_list(&self) -> Option<&[u8]> {
        (!self.has_list).then_some(self.start.as_slice())
    }
}

/// What is looked up in a response.
#[derive(Debug, Default)]
struct Head {
    status: u16,
    retry_after: Option<Duration>,
    location: Option<String>,
}

impl Head {
    /// And the index of the request that it belongs to.
    fn read(text: &[u8], places: &[usize], now: SystemTime) -> Result<(Self, usize), String> {
        let (mut ids, mut statuses, mut headers) = (Vec::new(), Vec::new(), None);
        object::each(&[text], &mut |key, value| {
            if is_name(key, "id") {
                ids.push(object::text(value));
            } else if is_name(key, "status") {
                let status = std::str::from_utf8(value).ok();
                statuses.push(status.and_then(|text| text.parse().ok()));
            } else if is_name(key, "headers") {
                headers.get_or_insert_with(|| object::members(value).unwrap_or_default());
            }
        })
        .map_err(flawed)?;
        let headers = headers.unwrap_or_default();
        let status = match (one(ids, "id")?, one(statuses, "status")?) {
            (None, _) => return Err("it has a response without an id".to_owned()),
            (Some(id), Some(status @ 100..=999)) => (id, status),
            (Some(_), _) => return Err("it has a response without a status".to_owned()),
        };
        let (id, status) = status;
        let index = places.iter().position(|place| wire_id(*place) == id);
        let index = index.ok_or("it has a response to no request")?;
        let waits = fields(&headers, "retry-after");
        let head = Self {
            status,
            retry_after: http::retry_after(waits.iter().map(String::as_str), now),
            location: fields(&headers, "location").into_iter().next(),
        };
        Ok((head, index))
    }
}

fn fields(headers: &[Member], name: &str) -> Vec<String> {
    let meant = headers
        .iter()
        .filter(|(key, _)| object::text(key).is_some_and(|key| key.eq_ignore_ascii_case(name)));
    let text =
        |value: &Vec<u8>| object::text(value).or_else(|| String::from_utf8(value.clone()).ok());
    meant.filter_map(|(_, value)| text(value)).collect()
}

/// The line of the output: the response with the id of the input.
fn written(text: &[u8], line: &Line) -> Result<Vec<u8>, String> {
    let id = line.id.token.as_slice();
    let mut written = Vec::with_capacity(text.len() + id.len() + 8);
    written.extend_from_slice(b"{\"id\":");
    written.extend_from_slice(id);
    object::each(&[text], &mut |key, value| {
        if !is_name(key, "id") {
            for part in [b",", key, b":", value] {
                written.extend_from_slice(part);
            }
        }
    })
    .map_err(flawed)?;
    written.extend_from_slice(b"}\n");
    Ok(written)
}

/// The line of the output for a request that has no response.
pub(crate) fn unanswered(line: &Line, code: &str, message: &str) -> Vec<u8> {
    let message = object::token(message);
    let error =
        format!(",\"status\":null,\"error\":{{\"code\":\"{code}\",\"message\":{message}}}}}\n");
    [b"{\"id\":", line.id.token.as_slice(), error.as_bytes()].concat()
}

/// The value of the member that may come once.
fn one<T>(values: Vec<Option<T>>, name: &str) -> Result<Option<T>, String> {
    let mut values = values.into_iter();
    match (values.next(), values.next()) {
        (_, Some(_)) => Err(format!("it has two `{name}`")),
        (value, None) => Ok(value.flatten()),
    }
}

fn flawed(flaw: JsonError) -> String {
    format!("{} at byte {}", flaw.what, flaw.at)
}

/// A response that cannot be right.
pub(crate) fn wrong(reason: &str) -> Error {
    Error::protocol(format!(
        "graph: the response to a batch is not valid: {reason}"
    ))
}
