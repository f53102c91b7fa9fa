//! Decides the answer to one request and notes both.

use std::collections::hash_map::RandomState;
use std::hash::{BuildHasher, Hasher};

use super::clock::timestamp;
use super::reply::{Kind, Reply};
use super::seen::Seen;
use super::state::State;
use super::wire::Incoming;
use super::{drive, graph, manners, token};

/// The reply to send, once the request is on record.
pub(super) fn decide(state: &mut State, connection: usize, request: &Incoming) -> Reply {
    manners::note_leaks(state, request);
    manners::note_repeats(state, request);
    let reply = choose(state, request);
    state.seen.push(Seen {
        connection,
        method: request.method.clone(),
        target: request.target.clone(),
        headers: request.headers.clone(),
        body: request.body.clone(),
        at: request.at,
        status: reply.status,
    });
    fill(reply, &state.origin, request)
}

fn choose(state: &mut State, request: &Incoming) -> Reply {
    if let Some(refusal) = manners::refuse_early(state, request) {
        return refusal;
    }
    match state.script.next(&request.target) {
        Some(reply) if reply.kind == Kind::Pass => reply.over(own(state, request)),
        Some(reply) => reply,
        None => own(state, request),
    }
}

fn own(state: &mut State, request: &Incoming) -> Reply {
    let path = request.path();
    if token::is_endpoint(path) {
        token::answer(state, request)
    } else if path.starts_with("/storage/") {
        drive::storage(state, request)
    } else if path.starts_with("/v1.0/") || path.starts_with("/beta/") {
        graph::answer(state, request)
    } else {
        let text = "Resource not found for the segment.";
        Reply::graph_error(404, "ResourceNotFound", text)
    }
}

fn fill(mut reply: Reply, origin: &str, request: &Incoming) -> Reply {
    let request_id = fresh_id();
    let given = request.header("client-request-id").filter(|id| {
        let known = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-';
        id.len() <= 64 && id.bytes().all(known)
    });
    let now = timestamp(match token::is_endpoint(request.path()) {
        true => ' ',
        false => 'T',
    });
    let names = [
        ("{origin}", origin),
        ("{request-id}", &request_id),
        ("{client-request-id}", given.unwrap_or(&request_id)),
        ("{timestamp}", &now),
        ("{request-body}", &String::from_utf8_lossy(&request.body)),
    ];
    for (_, value) in &mut reply.headers {
        let filled = replace(value.as_bytes(), &names);
        *value = String::from_utf8_lossy(&filled).into_owned();
    }
    reply.body = reply.body.map(|body| match body.contains(&b'{') {
        true => replace(&body, &names),
        false => body,
    });
    reply
}

fn replace(text: &[u8], names: &[(&str, &str)]) -> Vec<u8> {
    let mut out = Vec::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.iter().position(|byte| *byte == b'{') {
        out.extend_from_slice(&rest[..at]);
        rest = &rest[at..];
        let found = names
            .iter()
            .find(|(name, _)| rest.starts_with(name.as_bytes()));
        let (written, taken) = match found {
            Some((name, value)) => (value.as_bytes(), name.len()),
            None => (&rest[..1], 1),
        };
        out.extend_from_slice(written);
        rest = &rest[taken..];
    }
    out.extend_from_slice(rest);
    out
}

fn fresh_id() -> String {
    let noise = RandomState::new().build_hasher().finish();
    let (high, low) = (noise >> 32, noise & 0xffff_ffff);
    format!("{high:08x}-0c1d-4b6e-8f2a-5e7d{low:08x}")
}
