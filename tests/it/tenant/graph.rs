//! The part of Microsoft Graph the tenant answers by itself.

use super::batch;
use super::changes;
use super::drive;
use super::faults;
use super::paging::{self, Options};
use super::people;
use super::reply::Reply;
use super::seen::decode;
use super::state::State;
use super::wire::Incoming;

const EVENTUAL: &str = "ConsistencyLevel";

/// Answers a request below `/v1.0/` or `/beta/`.
pub(super) fn answer(state: &mut State, request: &Incoming) -> Reply {
    if let Err(refusal) = admit(state, request) {
        return refusal;
    }
    if request.method == "POST" && request.path().ends_with("/$batch") {
        return batch::answer(state, request);
    }
    let path = request.path();
    if path.starts_with("/v1.0/drives/D/") && !path.ends_with("/delta") {
        return drive::answer(state, request);
    }
    if !matches!(request.method.as_str(), "GET" | "HEAD") {
        return Reply::status(405);
    }
    route(state, request)
}

/// Answers a GET that was let in.
pub(super) fn route(state: &mut State, request: &Incoming) -> Reply {
    let path = decode(request.path().as_bytes(), false);
    if path.ends_with("/delta") {
        return changes::answer(state, request);
    }
    let mut parts = path.splitn(4, '/').skip(1);
    let (version, set, key) = (parts.next(), parts.next(), parts.next());
    let context = format!(
        "{}/{}/$metadata#users",
        state.origin,
        version.unwrap_or_default()
    );
    match (set, key) {
        (Some("users"), None) => collection(state, request, &context),
        (Some("users"), Some("$count")) => count(state, request),
        (Some("users"), Some(key)) if !key.contains('/') => single(state, request, key, &context),
        _ => faults::graph(
            404,
            "ResourceNotFound",
            "Resource not found for the segment.",
        ),
    }
}

fn admit(state: &State, request: &Incoming) -> Result<(), Reply> {
    let refuse = |text| Err(faults::graph(401, "InvalidAuthenticationToken", text));
    let Some(value) = request.header("Authorization") else {
        return refuse("Access token is empty.");
    };
    let token = value.strip_prefix("Bearer ").unwrap_or_default();
    match state.tokens.get(token) {
        None => refuse("Access token validation failure. Invalid signature."),
        Some(token) if token.revoked => refuse("The access token has been revoked."),
        Some(token) if token.issued.elapsed() >= token.lifetime => {
            refuse("Lifetime validation failed, the token is expired.")
        }
        Some(_) => Ok(()),
    }
}

fn collection(state: &mut State, request: &Incoming, context: &str) -> Reply {
    let options = match paging::options(&request.target) {
        Ok(options) => options,
        Err(refusal) => return refusal,
    };
    if options.token_changed {
        state.violations.push(format!(
            "GET {} came with a page token or a query other than its link had: {}",
            request.path(),
            request.target
        ));
        return faults::graph(
            400,
            "Directory_InvalidPageToken",
            "The page token is not valid.",
        );
    }
    let eventual = is_eventual(request);
    let link = next_link(state, request, &options);
    faults::graph_json(page(state, &options, eventual, context, link))
}

fn is_eventual(request: &Incoming) -> bool {
    request
        .header(EVENTUAL)
        .is_some_and(|value| value.eq_ignore_ascii_case("eventual"))
}

fn page_end(state: &State, options: &Options) -> usize {
    let size = options.top.unwrap_or(state.settings.page_size).max(1);
    options.offset.saturating_add(size).min(state.users)
}

fn next_link(state: &State, request: &Incoming, options: &Options) -> Option<String> {
    let end = page_end(state, options);
    if end >= state.users {
        return None;
    }
    let query = paging::link_query(&options.rest, end);
    let link = format!("{}{}?{query}", state.origin, request.path());
    let text = serde_json::Value::from(link).to_string();
    // JSON may escape any character, and Graph does so with the ampersand.
    let text = match end % 2 {
        0 => text,
        _ => text.replace('&', "\\u0026"),
    };
    Some(format!("\"@odata.nextLink\":{text}"))
}

fn page(
    state: &State,
    options: &Options,
    eventual: bool,
    context: &str,
    link: Option<String>,
) -> String {
    let users: Vec<String> = (options.offset..page_end(state, options))
        .map(|index| people::user(index, &options.fields, None))
        .collect();
    let value = format!("\"value\":[{}]", users.join(","));
    let counted = options.count && eventual && options.offset == 0;
    let mut members = vec![format!("\"@odata.context\":\"{context}\"")];
    members.extend(counted.then(|| format!("\"@odata.count\":{}", state.users)));
    if state.settings.link_after_value {
        members.push(value);
        members.extend(link);
    } else {
        members.extend(link);
        members.push(value);
    }
    format!("{{{}}}", members.join(","))
}

fn count(state: &State, request: &Incoming) -> Reply {
    if !is_eventual(request) {
        return faults::graph(
            400,
            "Request_BadRequest",
            "$count is not currently supported without the header ConsistencyLevel: eventual.",
        );
    }
    faults::graph_headers(Reply::text(state.users.to_string()))
}

fn single(state: &State, request: &Incoming, key: &str, context: &str) -> Reply {
    let Some(index) = people::find(key, state.users) else {
        let text = format!("Resource '{key}' does not exist.");
        return faults::graph(404, "Request_ResourceNotFound", &text);
    };
    match paging::options(&request.target) {
        Ok(options) => {
            let context = format!("{context}/$entity");
            faults::graph_json(people::user(index, &options.fields, Some(&context)))
        }
        Err(refusal) => refusal,
    }
}
