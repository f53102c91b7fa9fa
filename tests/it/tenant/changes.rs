//! A listing of changes, at any path that ends in `/delta`: rounds, pages, places that are
//! forgotten.

use std::collections::HashSet;

use serde_json::Value;

use super::faults;
use super::reply::Reply;
use super::state::State;
use super::wire::Incoming;

/// What has changed since the tenant was started, and how long places in it are known.
#[derive(Default)]
pub(super) struct Changes {
    log: Vec<Change>,
    /// Places of an earlier epoch are forgotten.
    epoch: usize,
    forgotten: Option<Forgotten>,
}

struct Change {
    id: String,
    text: String,
    is_removed: bool,
}

/// How a place that is forgotten is answered.
struct Forgotten {
    status: u16,
    code: String,
    has_location: bool,
}

/// A place in the listing: the round begins after `since` changes and ends with `end`, of its
/// entries `from` have been listed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Place {
    epoch: usize,
    since: usize,
    end: usize,
    from: usize,
}

impl Changes {
    /// Notes an object as it is now, or that it is gone.
    pub(super) fn note(&mut self, text: &str) {
        let value: Value = serde_json::from_str(text).expect("an object");
        let id = value["id"].as_str().expect("an id").to_owned();
        let is_removed = value.get("@removed").or(value.get("deleted")).is_some();
        self.log.push(Change {
            id,
            text: text.to_owned(),
            is_removed,
        });
    }

    /// Forgets all places that it gave.
    pub(super) fn forget(&mut self, status: u16, code: &str, has_location: bool) {
        self.epoch += 1;
        self.forgotten = Some(Forgotten {
            status,
            code: code.to_owned(),
            has_location,
        });
    }

    /// What a round lists: what there is, or else every change since.
    fn entries(&self, place: Place) -> Vec<&str> {
        let log = &self.log[..place.end];
        if place.since > 0 {
            return log[place.since..]
                .iter()
                .map(|change| &*change.text)
                .collect();
        }
        let mut known = HashSet::new();
        let latest = log.iter().rev().filter(|change| known.insert(&change.id));
        let mut there: Vec<_> = latest
            .filter(|change| !change.is_removed)
            .map(|change| &*change.text)
            .collect();
        there.reverse();
        there
    }
}

/// Answers a request for changes.
pub(super) fn answer(state: &mut State, request: &Incoming) -> Reply {
    let query = request
        .target
        .split_once('?')
        .map_or("", |(_, query)| query);
    let changes = &state.changes;
    let start = Place {
        epoch: changes.epoch,
        since: 0,
        end: changes.log.len(),
        from: 0,
    };
    let token = query.split('&').find_map(|part| {
        let (name, token) = part.split_once('=')?;
        matches!(name, "$skiptoken" | "$deltatoken" | "token").then_some((name, token))
    });
    let place = match token {
        None | Some((_, "")) => start,
        Some((_, "latest")) => Place {
            since: start.end,
            ..start
        },
        Some((name, token)) if query == format!("{name}={token}") => match read(name, token) {
            Some(place) if place.epoch < changes.epoch => return forgotten(changes, request),
            Some(place) if name == "$skiptoken" => place,
            Some(place) => Place {
                since: place.end,
                end: start.end,
                ..place
            },
            None => return changed(state, request),
        },
        Some(_) => return changed(state, request),
    };
    page(state, request, place)
}

fn page(state: &State, request: &Incoming, place: Place) -> Reply {
    let entries = match place.since {
        // From now on: nothing that there is, whatever came before.
        since if since == place.end => Vec::new(),
        _ => state.changes.entries(place),
    };
    let preferred = request.header("Prefer").and_then(|prefer| {
        let size = prefer
            .split(", ")
            .find_map(|one| one.strip_prefix("odata.maxpagesize="));
        size?.parse().ok()
    });
    let size: usize = preferred.unwrap_or(state.settings.page_size).max(1);
    let end = (place.from + size).min(entries.len());
    let value = format!(
        "\"value\":[{}]",
        entries[place.from.min(end)..end].join(",")
    );
    let link = |kind: &str, name: &str, place| {
        let token = write(name, place);
        let link = format!("{}{}?{name}={token}", state.origin, request.path());
        format!("\"@odata.{kind}\":{}", Value::from(link))
    };
    let link = if end < entries.len() {
        link("nextLink", "$skiptoken", Place { from: end, ..place })
    } else {
        link("deltaLink", "$deltatoken", place)
    };
    let members = match state.settings.link_after_value {
        true => [value, link],
        false => [link, value],
    };
    faults::graph_json(format!("{{{}}}", members.join(",")))
}

// Escapes in both cases of hex, a bare plus and an apostrophe: a client that decodes and encodes
// again sends another text.
fn write(name: &str, place: Place) -> String {
    let Place {
        epoch,
        since,
        end,
        from,
    } = place;
    // A delta token says where its round ended, and no more.
    let (since, from) = if name == "$deltatoken" {
        (0, 0)
    } else {
        (since, from)
    };
    format!("{epoch}.{since}.{end}.{from}.'%2b+%2F%c3%A9'")
}

fn read(name: &str, token: &str) -> Option<Place> {
    let mut numbers = token.split('.').map(|part| part.parse().ok());
    let place = Place {
        epoch: numbers.next()??,
        since: numbers.next()??,
        end: numbers.next()??,
        from: numbers.next()??,
    };
    (write(name, place) == token).then_some(place)
}

fn changed(state: &mut State, request: &Incoming) -> Reply {
    let violation = format!("GET {} is not the link that was given", request.target);
    state.violations.push(violation);
    faults::graph(400, "BadRequest", "The token is not valid.")
}

fn forgotten(changes: &Changes, request: &Incoming) -> Reply {
    let Some(forgotten) = &changes.forgotten else {
        return Reply::status(410);
    };
    let text = "The sync state generation is not found.";
    let reply = faults::graph(forgotten.status, &forgotten.code, text);
    match forgotten.has_location {
        true => reply.header(
            "Location",
            &format!("{{origin}}{}?$deltatoken=", request.path()),
        ),
        false => reply,
    }
}
