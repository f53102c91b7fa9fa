//! What the tenant remembers of a request, and the decoding of forms and queries.

use std::time::Instant;

/// One request as it arrived, and the status it was answered with.
#[derive(Clone, Debug)]
pub struct Seen {
    /// The connection it came on; the tenant's first is 1.
    pub connection: usize,
    /// The method as sent.
    pub method: String,
    /// Path and query as sent.
    pub target: String,
    /// Header fields as sent, in order.
    pub headers: Vec<(String, String)>,
    /// The body with its transfer coding taken off.
    pub body: Vec<u8>,
    /// When its request line was complete.
    pub at: Instant,
    /// The status answered; 0 for a connection closed without an answer.
    pub status: u16,
}

impl Seen {
    /// The first header field of this name, in any case of letters.
    pub fn header(&self, name: &str) -> Option<&str> {
        find(&self.headers, name)
    }

    /// Method and target: `GET /v1.0/users`.
    pub fn line(&self) -> String {
        format!("{} {}", self.method, self.target)
    }

    /// The target without its query.
    pub fn path(&self) -> &str {
        path_of(&self.target)
    }

    /// The body read as a form, in order.
    pub fn form(&self) -> Vec<(String, String)> {
        form(&self.body)
    }
}

/// The first of the header fields with this name.
pub(super) fn find<'a>(headers: &'a [(String, String)], name: &str) -> Option<&'a str> {
    let found = headers
        .iter()
        .find(|(given, _)| given.eq_ignore_ascii_case(name));
    found.map(|(_, value)| value.as_str())
}

/// A target without its query.
pub(super) fn path_of(target: &str) -> &str {
    target.split_once('?').map_or(target, |(path, _)| path)
}

/// The pairs of an `application/x-www-form-urlencoded` text.
pub(super) fn form(body: &[u8]) -> Vec<(String, String)> {
    body.split(|byte| *byte == b'&')
        .filter(|pair| !pair.is_empty())
        .map(|pair| {
            let cut = pair.iter().position(|byte| *byte == b'=');
            let (name, value) = cut.map_or((pair, &b""[..]), |at| (&pair[..at], &pair[at + 1..]));
            (decode(name, true), decode(value, true))
        })
        .collect()
}

/// Percent-decoding, with or without the form's reading of `+`.
pub(super) fn decode(text: &[u8], plus_is_space: bool) -> String {
    let mut out = Vec::with_capacity(text.len());
    let mut rest = text;
    while let Some((first, tail)) = rest.split_first() {
        rest = tail;
        match (first, tail) {
            (b'%', [high, low, after @ ..]) if is_hex(*high, *low) => {
                out.push(nibble(*high) << 4 | nibble(*low));
                rest = after;
            }
            (b'+', _) if plus_is_space => out.push(b' '),
            _ => out.push(*first),
        }
    }
    String::from_utf8_lossy(&out).into_owned()
}

fn is_hex(high: u8, low: u8) -> bool {
    high.is_ascii_hexdigit() && low.is_ascii_hexdigit()
}

fn nibble(digit: u8) -> u8 {
    match digit {
        b'0'..=b'9' => digit - b'0',
        _ => (digit | 0x20) - b'a' + 10,
    }
}
