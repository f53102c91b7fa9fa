//! What a good client never does: come before its time, or put a credential where it can be read.

use std::collections::HashMap;
use std::time::{Duration, Instant};

use super::SECRET;
use super::reply::Reply;
use super::seen::{decode, find, form};
use super::state::State;
use super::token;
use super::wire::Incoming;

/// The paths that are to be left alone for a time.
#[derive(Default)]
pub(super) struct Throttles(HashMap<String, Throttle>);

struct Throttle {
    sent: Instant,
    wait: Duration,
    text: String,
}

impl Throttle {
    // A request that came before the refusal was sent could not know of it.
    fn missing(&self, at: Instant) -> Option<Duration> {
        let passed = at.checked_duration_since(self.sent)?;
        self.wait.checked_sub(passed).filter(|left| !left.is_zero())
    }
}

impl Throttles {
    /// Notes that this reply goes out now in answer to a request for this path.
    pub(super) fn sent(&mut self, path: &str, reply: &Reply) {
        let Some((text, wait)) = enforced(reply) else {
            return;
        };
        let sent = Instant::now();
        let longer = self.0.get(path).and_then(|known| known.missing(sent));
        if longer.is_none_or(|left| left <= wait) {
            let text = text.to_owned();
            self.0
                .insert(path.to_owned(), Throttle { sent, wait, text });
        }
    }

    /// How much too early a request for this path is, and the wait that it was told.
    pub(super) fn early(&self, path: &str, at: Instant) -> Option<(Duration, &str)> {
        let throttle = self.0.get(path)?;
        throttle.missing(at).map(|left| (left, &*throttle.text))
    }
}

fn enforced(reply: &Reply) -> Option<(&str, Duration)> {
    if reply.status != 429 && reply.status < 500 {
        return None;
    }
    let text = find(&reply.headers, "Retry-After")?;
    let plain = text
        .bytes()
        .all(|byte| byte.is_ascii_digit() || byte == b'.');
    let seconds = text.parse::<f64>().ok().filter(|_| plain)?;
    let wait = Duration::try_from_secs_f64(seconds).unwrap_or(Duration::MAX);
    Some((text, wait))
}

/// Refuses a request that comes before its `Retry-After` is up.
pub(super) fn refuse_early(state: &mut State, request: &Incoming) -> Option<Reply> {
    let path = request.path();
    let (left, text) = state.throttles.early(path, request.at)?;
    let line = format!("{} {path}", request.method);
    let violation = format!(
        "{line} came {:.3} s before its Retry-After ({text} s) was up",
        left.as_secs_f64()
    );
    let reply = Reply::status(429).retry_after(text);
    state.violations.push(violation);
    Some(reply)
}

/// Notes a credential that stands where it does not belong.
pub(super) fn note_leaks(state: &mut State, request: &Incoming) {
    let path = request.path();
    let to_token_endpoint = token::is_endpoint(path);
    let mut places = vec![("the target", request.target.as_bytes())];
    for (name, value) in &request.headers {
        let bearer = name.eq_ignore_ascii_case("Authorization") && !to_token_endpoint;
        if !bearer {
            places.push(("a header field", value.as_bytes()));
        }
    }
    if !to_token_endpoint {
        places.push(("the body", &request.body));
    }
    for (place, bytes) in places {
        for what in credentials_in(bytes) {
            let line = format!("{} {path}", request.method);
            let violation = format!("{line} came with {what} in {place}");
            state.violations.push(violation);
        }
    }
}

/// Notes an assertion that was sent before: each is for one request.
pub(super) fn note_repeats(state: &mut State, request: &Incoming) {
    let fields = form(&request.body);
    let assertion = fields.iter().find(|(name, _)| name == "client_assertion");
    if let Some((_, assertion)) = assertion
        && !state.assertions.note(assertion)
    {
        let violation = format!("POST {} came with a jti used before", request.path());
        state.violations.push(violation);
    }
}

fn credentials_in(bytes: &[u8]) -> impl Iterator<Item = &'static str> {
    // What is longer is a file, in which nothing is encoded.
    const LONG: usize = 128 * 1024;
    let mut texts = vec![String::from_utf8_lossy(bytes).into_owned()];
    if bytes.len() < LONG {
        texts.extend([false, true].map(|is_form| decode(bytes, is_form)));
    }
    let known = [
        (SECRET, "the client secret"),
        (token::MARK, "an access token"),
    ];
    known
        .into_iter()
        .filter(move |(canary, _)| texts.iter().any(|text| text.contains(canary)))
        .map(|(_, what)| what)
}
