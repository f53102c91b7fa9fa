//! What came back for the requests of a batch.

use std::time::{Duration, SystemTime};

use crate::error::Error;
use crate::graph::batch::chunk::wire_id;
use crate::graph::batch::line::Line;
use crate::graph::batch::object;
use crate::graph::members::Member;
use crate::graph::splitter::{Flaw, is_name};
use crate::http;

/// The answer to one request.
#[derive(Debug)]
pub(super) struct Item {
    pub(super) status: u16,
    /// Whether it carries a further link: it is the first page of more.
    pub(super) is_partial: bool,
    /// All members but the id, as they came.
    members: Vec<Member>,
}

/// Reads the body that answers the requests at these places: each one's answer, where it has one.
///
/// # Errors
///
/// What is wrong with a body that cannot be right.
pub(super) fn read(body: &[u8], places: &[usize]) -> Result<Vec<Option<Item>>, String> {
    let list = responses(body)?.ok_or("it has no `responses`")?;
    let texts = object::items(&list).map_err(|flaw| flawed(&flaw))?;
    let mut items: Vec<Option<Item>> = places.iter().map(|_| None).collect();
    for text in texts {
        let (id, item) = Item::read(&text)?;
        let index = places.iter().position(|place| wire_id(*place) == id);
        let index = index.ok_or("it has an answer to what was not asked")?;
        if items[index].replace(item).is_some() {
            return Err("it answers the same request twice".to_owned());
        }
    }
    Ok(items)
}

/// The list of answers, if there is one.
pub(super) fn responses(body: &[u8]) -> Result<Option<Vec<u8>>, String> {
    let members = object::members(body).map_err(|flaw| flawed(&flaw))?;
    one(members, "responses")
}

impl Item {
    fn read(text: &[u8]) -> Result<(String, Self), String> {
        let (members, is_partial) = object::read(text).map_err(|flaw| flawed(&flaw))?;
        let (ids, members): (Vec<_>, Vec<_>) =
            members.into_iter().partition(|(key, _)| is_name(key, "id"));
        let id = one(ids, "id")?.and_then(|token| object::text(&token));
        let status = one(members.clone(), "status")?;
        let status = status.and_then(|token| std::str::from_utf8(&token).ok()?.parse().ok());
        match (id, status) {
            (Some(id), Some(status @ 100..=999)) => {
                let item = Self {
                    status,
                    is_partial,
                    members,
                };
                Ok((id, item))
            }
            (None, _) => Err("it has an answer without an id".to_owned()),
            (_, _) => Err("it has an answer without a status".to_owned()),
        }
    }

    pub(super) fn is_success(&self) -> bool {
        self.status < 400
    }

    /// The wait that it asks for, if it does so intelligibly.
    pub(super) fn retry_after(&self) -> Option<Duration> {
        let values = self.header("retry-after");
        http::retry_after(values.iter().map(String::as_str), SystemTime::now())
    }

    /// Where it says that the thing lies, if it does.
    pub(super) fn location(&self) -> Option<String> {
        self.header("location").into_iter().next()
    }

    fn header(&self, name: &str) -> Vec<String> {
        let headers = self.members.iter().find(|(key, _)| is_name(key, "headers"));
        let headers = headers.and_then(|(_, value)| object::members(value).ok());
        let meant = headers
            .into_iter()
            .flatten()
            .filter(|(key, _)| object::text(key).is_some_and(|key| key.eq_ignore_ascii_case(name)));
        let text = |value: Vec<u8>| object::text(&value).or_else(|| String::from_utf8(value).ok());
        meant.filter_map(|(_, value)| text(value)).collect()
    }

    /// The line of the output.
    pub(super) fn line(&self, line: &Line) -> Vec<u8> {
        let mut text = [b"{\"id\":", line.id.token.as_slice()].concat();
        for (key, value) in &self.members {
            text.push(b',');
            text.extend_from_slice(key);
            text.push(b':');
            text.extend_from_slice(value);
        }
        text.extend_from_slice(b"}\n");
        text
    }
}

/// The line of the output for a request that has no answer.
pub(super) fn unanswered(line: &Line, code: &str, message: &str) -> Vec<u8> {
    let message = object::token(message);
    let error =
        format!(",\"status\":null,\"error\":{{\"code\":\"{code}\",\"message\":{message}}}}}\n");
    [b"{\"id\":", line.id.token.as_slice(), error.as_bytes()].concat()
}

/// The value of the member that may come once.
fn one(members: Vec<Member>, name: &str) -> Result<Option<Vec<u8>>, String> {
    let mut meant = members.into_iter().filter(|(key, _)| is_name(key, name));
    let value = meant.next().map(|(_, value)| value);
    match meant.next() {
        Some(_) => Err(format!("it has two `{name}`")),
        None => Ok(value),
    }
}

fn flawed(flaw: &Flaw) -> String {
    format!("{} at byte {}", flaw.what, flaw.at)
}

/// An answer that cannot be right.
pub(super) fn wrong(reason: &str) -> Error {
    Error::protocol(format!(
        "graph: the answer to a batch is not right: {reason}"
    ))
}
