//! Query options of a collection, and the opaque tokens its links carry.

use super::faults;
use super::people::FIELDS;
use super::reply::Reply;
use super::seen::decode;

const SKIP_TOKEN: &str = "$skiptoken";

/// The options of a request for users.
pub(super) struct Options {
    /// The query as sent, without its page token.
    pub(super) rest: String,
    pub(super) top: Option<usize>,
    pub(super) fields: Vec<&'static str>,
    pub(super) count: bool,
    pub(super) offset: usize,
    pub(super) token_changed: bool,
}

/// Reads the options of a query, or says what is wrong with them.
pub(super) fn options(target: &str) -> Result<Options, Reply> {
    let query = target.split_once('?').map_or("", |(_, query)| query);
    let mut options = Options {
        rest: String::new(),
        top: None,
        fields: FIELDS.to_vec(),
        count: false,
        offset: 0,
        token_changed: false,
    };
    let mut token = None;
    for piece in query.split('&').filter(|piece| !piece.is_empty()) {
        let (name, value) = piece.split_once('=').unwrap_or((piece, ""));
        let plain = decode(value.as_bytes(), true);
        match decode(name.as_bytes(), true).as_str() {
            SKIP_TOKEN => {
                token = Some(value);
                continue;
            }
            "$top" => options.top = Some(top(&plain)?),
            "$select" => options.fields = select(&plain)?,
            "$count" => options.count = plain == "true",
            _ => {}
        }
        if !options.rest.is_empty() {
            options.rest.push('&');
        }
        options.rest.push_str(piece);
    }
    if let Some(token) = token {
        match offset(token, &options.rest) {
            Some(offset) => options.offset = offset,
            None => options.token_changed = true,
        }
    }
    Ok(options)
}

fn top(value: &str) -> Result<usize, Reply> {
    match value.parse::<usize>() {
        Ok(number @ 1..=999) => Ok(number),
        Ok(_) => Err(faults::graph(
            400,
            "Request_UnsupportedQuery",
            &format!(
                "Invalid page size specified: '{value}'. Must be between 1 and 999 inclusive."
            ),
        )),
        Err(_) => Err(faults::graph(
            400,
            "BadRequest",
            &format!("Invalid value '{value}' for $top: a non-negative integer is needed."),
        )),
    }
}

fn select(value: &str) -> Result<Vec<&'static str>, Reply> {
    let wanted: Vec<&str> = value.split(',').map(str::trim).collect();
    let strange = wanted.iter().find(|name| !FIELDS.contains(name));
    match strange {
        Some(name) => Err(faults::graph(
            400,
            "BadRequest",
            &format!("Could not find a property named '{name}' on type 'microsoft.graph.user'."),
        )),
        None => Ok(FIELDS
            .into_iter()
            .filter(|name| wanted.contains(name))
            .collect()),
    }
}

/// The query of the link to the page at this offset.
pub(super) fn link_query(rest: &str, offset: usize) -> String {
    let joint = if rest.is_empty() { "" } else { "&" };
    format!("{rest}{joint}{SKIP_TOKEN}={}", token(rest, offset))
}

// Escapes in both cases of hex, a bare plus and an apostrophe: a client that decodes and
// encodes again sends another text.
fn token(rest: &str, offset: usize) -> String {
    let check = checksum(rest, offset);
    format!(
        "RFNwd%23{offset:x}%2b+'{:04x}{:04X}'%2F%c3%A9~m",
        check >> 16,
        check & 0xffff
    )
}

fn offset(token_sent: &str, rest: &str) -> Option<usize> {
    let (digits, _) = token_sent.strip_prefix("RFNwd%23")?.split_once('%')?;
    let offset = usize::from_str_radix(digits, 16).ok()?;
    (token(rest, offset) == token_sent).then_some(offset)
}

fn checksum(rest: &str, offset: usize) -> u32 {
    let bytes = rest.bytes().chain(offset.to_le_bytes());
    bytes.fold(0x811c_9dc5, |sum: u32, byte| {
        (sum ^ u32::from(byte)).wrapping_mul(0x0100_0193)
    })
}
