//! What the value of an option can be.

use std::time::Duration;

use crate::parameters::Auth;
use crate::time;

/// How items are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Format {
    Json,
    Jsonl,
    Raw,
    Tsv,
}

/// How stderr is written, when not as text.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Errors {
    Json,
    Text,
}

pub(crate) fn format(text: &str) -> Result<Format, String> {
    match text {
        "json" => Ok(Format::Json),
        "jsonl" => Ok(Format::Jsonl),
        "raw" => Ok(Format::Raw),
        "tsv" => Ok(Format::Tsv),
        _ => Err("is not json, jsonl, tsv or raw".to_owned()),
    }
}

pub(crate) fn priority(text: &str) -> Result<&'static str, String> {
    match text.to_ascii_lowercase().as_str() {
        "low" => Ok("Low"),
        "normal" => Ok("Normal"),
        "high" => Ok("High"),
        _ => Err("is not low, normal or high".to_owned()),
    }
}

pub(crate) fn auth(text: &str) -> Result<Auth, String> {
    let found = Auth::ALL.into_iter().find(|auth| auth.name() == text);
    found.ok_or_else(|| {
        "is not secret, certificate, federated, managed-identity or github".to_owned()
    })
}

pub(crate) fn errors(text: &str) -> Result<Errors, String> {
    match text {
        "json" => Ok(Errors::Json),
        "text" => Ok(Errors::Text),
        _ => Err("is not json or text".to_owned()),
    }
}

pub(crate) fn count(text: &str) -> Result<u64, String> {
    match text.parse() {
        Ok(0) => Err("must be at least 1".to_owned()),
        Ok(count) => Ok(count),
        Err(_) => Err("is not a number of items".to_owned()),
    }
}

/// How many items are passed over, and their hash.
pub(crate) fn skip(text: &str) -> Result<(u64, Option<u64>), String> {
    let (count, hash) = match text.split_once(':') {
        Some((count, hash)) => (count, Some(u64::from_str_radix(hash, 16))),
        None => (text, None),
    };
    match (count.parse(), hash.transpose()) {
        (Ok(count), Ok(hash)) => Ok((count, hash)),
        _ => Err("is not a number of items and their hash, such as 57:28db63106507ab33".to_owned()),
    }
}

pub(crate) fn seconds(text: &str) -> Result<Duration, String> {
    time::seconds(text)
        .filter(|span| !span.is_zero() && *span < Duration::MAX)
        .ok_or_else(|| "is not a number of seconds above 0".to_owned())
}

pub(crate) fn bytes(text: &str) -> Result<usize, String> {
    let (digits, factor) = match text.as_bytes().last() {
        Some(b'k' | b'K') => (&text[..text.len() - 1], 1 << 10),
        Some(b'm' | b'M') => (&text[..text.len() - 1], 1 << 20),
        Some(b'g' | b'G') => (&text[..text.len() - 1], 1 << 30),
        _ => (text, 1_usize),
    };
    digits
        .parse()
        .ok()
        .and_then(|number: usize| number.checked_mul(factor))
        .filter(|bytes| *bytes > 0)
        .ok_or_else(|| "is not a number of bytes, such as 1000000 or 16M".to_owned())
}
