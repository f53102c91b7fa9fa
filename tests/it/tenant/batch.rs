//! `$batch`: many requests in one, each answered by itself, and the answers in another order.

use std::collections::HashMap;

use base64::Engine as _;
use serde_json::Value;

use super::faults;
use super::graph;
use super::reply::{Kind, Reply};
use super::seen::{Seen, find};
use super::state::State;
use super::wire::Incoming;

const MOST: usize = 20;

/// A request in a batch.
struct Part {
    id: String,
    needs: Vec<String>,
    request: Incoming,
}

/// Answers a POST to `$batch`.
pub(super) fn answer(state: &mut State, outer: &Incoming) -> Reply {
    let parts = match read(outer) {
        Ok(parts) => parts,
        Err(what) => return faults::graph(400, "BadRequest", &what),
    };
    let mut statuses: HashMap<String, u16> = HashMap::new();
    let mut answers = Vec::new();
    while statuses.len() < parts.len() {
        let is_ready = |part: &&Part| {
            !statuses.contains_key(&part.id)
                && part.needs.iter().all(|need| statuses.contains_key(need))
        };
        let Some(part) = parts.iter().find(is_ready) else {
            return faults::graph(400, "BadRequest", "The requests depend on each other.");
        };
        let is_met = part.needs.iter().all(|need| statuses[need] < 400);
        let reply = if is_met {
            carry_out(state, part)
        } else {
            faults::graph(424, "FailedDependency", "A dependency failed.")
        };
        statuses.insert(part.id.clone(), reply.status);
        answers.push(write(&part.id, &reply));
    }
    // Graph promises no order.
    answers.reverse();
    let body = format!("{{\"responses\":[\n{}\n]}}", answers.join(",\n"));
    faults::graph_json(body)
}

fn read(outer: &Incoming) -> Result<Vec<Part>, String> {
    let fail = |what: &str| Err(what.to_owned());
    let body: Value = match serde_json::from_slice(&outer.body) {
        Ok(body) => body,
        Err(_) => return fail("The body is not JSON."),
    };
    let Some(requests) = body["requests"].as_array() else {
        return fail("There are no requests.");
    };
    if requests.is_empty() || requests.len() > MOST {
        return fail("Number of batch request steps exceeds the maximum value of 20.");
    }
    let version = outer.path().trim_end_matches("/$batch");
    let parts: Result<Vec<_>, _> = requests
        .iter()
        .map(|request| part(request, version, outer))
        .collect();
    let parts = parts?;
    for (index, part) in parts.iter().enumerate() {
        let is_known = |id: &String| parts.iter().any(|other| other.id == *id);
        if parts[..index].iter().any(|other| other.id == part.id) {
            return fail("Request Id's must be unique.");
        }
        if !part.needs.iter().all(is_known) {
            return fail("A dependency is not in the batch.");
        }
    }
    Ok(parts)
}

fn part(request: &Value, version: &str, outer: &Incoming) -> Result<Part, String> {
    let text = |name: &str| request[name].as_str().unwrap_or_default();
    let (id, method, url) = (text("id").to_lowercase(), text("method"), text("url"));
    if id.is_empty() || method.is_empty() || url.is_empty() || url.contains("$batch") {
        return Err("A request is not complete.".to_owned());
    }
    if url.contains("://") && !url.contains('?') {
        return Err("The url is not relative.".to_owned());
    }
    let mut headers = Vec::new();
    for (name, value) in request["headers"].as_object().into_iter().flatten() {
        let value = value.as_str().ok_or("A header is no string.")?;
        headers.push((name.clone(), value.to_owned()));
    }
    let has_body = request.get("body").is_some();
    if has_body && find(&headers, "Content-Type").is_none() {
        return Err("Content-Type is missing.".to_owned());
    }
    let needs = request["dependsOn"].as_array().into_iter().flatten();
    let needs = needs.map(|id| id.as_str().unwrap_or_default().to_lowercase());
    Ok(Part {
        id,
        needs: needs.collect(),
        request: Incoming {
            method: method.to_owned(),
            target: format!("{version}/{}", url.trim_start_matches('/')),
            headers,
            body: match request.get("body") {
                Some(body) => body.to_string().into_bytes(),
                None => Vec::new(),
            },
            at: outer.at,
            keep: true,
        },
    })
}

fn carry_out(state: &mut State, part: &Part) -> Reply {
    let request = &part.request;
    let line = format!("{} {}", request.method, request.target);
    if find(&request.headers, "Authorization").is_some() {
        let violation = format!("{line} came in a batch with a header of its own for the token");
        state.violations.push(violation);
    }
    let early = state.throttles.early(&line, request.at);
    let reply = match early.map(|(_, text)| text.to_owned()) {
        Some(text) => {
            let violation = format!("{line} came again in a batch before {text} s were up");
            state.violations.push(violation);
            Reply::status(429).retry_after(&text)
        }
        None => match state.parts.next(&request.target) {
            Some(reply) if reply.kind == Kind::Pass => reply.over(own(state, request)),
            Some(reply) => reply,
            None => own(state, request),
        },
    };
    state.throttles.sent(&line, &reply);
    state.carried_out.push(Seen {
        connection: 0,
        method: request.method.clone(),
        target: request.target.clone(),
        headers: request.headers.clone(),
        body: request.body.clone(),
        at: request.at,
        status: reply.status,
    });
    reply
}

fn own(state: &mut State, request: &Incoming) -> Reply {
    match request.method.as_str() {
        "GET" => graph::route(state, request),
        "POST" | "PUT" => {
            let body = String::from_utf8_lossy(&request.body).into_owned();
            Reply {
                status: 201,
                ..faults::graph_json(body)
            }
        }
        _ => Reply::bare(204),
    }
}

fn write(id: &str, reply: &Reply) -> String {
    let fields = reply.headers.iter();
    let fields: Vec<_> = fields
        .map(|(name, value)| format!("{}: {}", Value::from(&**name), Value::from(&**value)))
        .collect();
    let is_json = find(&reply.headers, "Content-Type").is_some_and(|media| media.contains("json"));
    let body = match &reply.body {
        None => "null".to_owned(),
        Some(body) if is_json => String::from_utf8_lossy(body).into_owned(),
        Some(body) => {
            let text = base64::engine::general_purpose::STANDARD.encode(body);
            Value::from(text).to_string()
        }
    };
    let (id, fields) = (Value::from(id), fields.join(", "));
    let status = reply.status;
    format!(
        "{{ \"id\": {id}, \"status\": {status}, \"headers\": {{{fields}}},\n\"body\": {body} }}"
    )
}
