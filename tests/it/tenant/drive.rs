//! A drive: its items, upload sessions, and the storage on another origin that holds the bytes.

use std::collections::HashMap;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::json;

use super::faults;
use super::reply::Reply;
use super::seen::decode;
use super::state::State;
use super::wire::Incoming;

/// What stands in every URL of the storage, and nowhere else may be.
pub const URL_MARK: &str = "canary-url";

const SLICE: usize = 320 << 10;
const LONGEST_SLICE: usize = 60 << 20;

/// The drive `D` and its storage.
#[derive(Default)]
pub(super) struct Drive {
    /// The storage's origin, once it is there.
    pub(super) storage: String,
    pub(super) items: Vec<Item>,
    pub(super) sessions: HashMap<String, Session>,
    /// Whether items are described without a hash.
    pub(super) is_hashless: bool,
    urls: usize,
}

pub(super) struct Item {
    id: String,
    pub(super) name: String,
    pub(super) bytes: Vec<u8>,
    version: usize,
}

pub(super) struct Session {
    target: Target,
    conflict: String,
    bytes: Vec<u8>,
    total: Option<usize>,
}

#[derive(Clone)]
enum Target {
    Name(String),
    Id(String),
}

impl Drive {
    pub(super) fn find(&self, name: &str) -> Option<&Item> {
        self.items.iter().find(|item| item.name == name)
    }

    /// Makes an item, or gives it other content; says its id.
    pub(super) fn put(&mut self, name: &str, bytes: Vec<u8>) -> String {
        self.urls += 1;
        let version = self.urls;
        if let Some(item) = self.items.iter_mut().find(|item| item.name == name) {
            item.bytes = bytes;
            item.version = version;
            return item.id.clone();
        }
        let id = format!("01ITEM{version}");
        self.items.push(Item {
            id: id.clone(),
            name: name.to_owned(),
            bytes,
            version,
        });
        id
    }

    fn index(&self, target: &Target) -> Option<usize> {
        self.items.iter().position(|item| match target {
            Target::Name(name) => item.name == *name,
            Target::Id(id) => item.id == *id,
        })
    }

    /// Stores a file as `conflict` says.
    fn store(&mut self, target: &Target, conflict: &str, bytes: Vec<u8>) -> Reply {
        let known = self.index(target).map(|at| self.items[at].name.clone());
        let (status, name) = match (target, known) {
            (_, Some(name)) if conflict == "replace" => (200, name),
            (_, Some(name)) if conflict == "rename" => (201, format!("1 {name}")),
            (_, Some(_)) => {
                let text = "An item with the same name already exists.";
                return faults::graph(409, "nameAlreadyExists", text);
            }
            (Target::Name(name), None) => (201, name.clone()),
            (Target::Id(_), None) => return not_found(),
        };
        self.put(&name, bytes);
        let reply = self.describe(&Target::Name(name));
        Reply { status, ..reply }
    }

    fn describe(&self, target: &Target) -> Reply {
        let Some(at) = self.index(target) else {
            return not_found();
        };
        let item = &self.items[at];
        let (id, version) = (&item.id, item.version);
        let mut described = json!({
            "@odata.context": "{origin}/v1.0/$metadata#drives('D')/root/$entity",
            "id": id,
            "name": item.name,
            "size": item.bytes.len(),
            "eTag": format!("\"{id},{version}\""),
            "file": { "mimeType": "application/octet-stream" },
        });
        if !self.is_hashless {
            described["file"]["hashes"] = json!({ "quickXorHash": quick_xor_hash(&item.bytes) });
        }
        // Spaces, as some services send them.
        faults::graph_json(serde_json::to_string_pretty(&described).expect("JSON"))
    }
}

/// Answers below `/v1.0/drives/D/`, to whoever was let in.
pub(super) fn answer(state: &mut State, request: &Incoming) -> Reply {
    let path = decode(request.path().as_bytes(), false);
    let query = request
        .target
        .split_once('?')
        .map_or("", |(_, query)| query);
    let Some((target, action)) = address(&path) else {
        return not_found();
    };
    let drive = &mut state.drive;
    match (request.method.as_str(), action) {
        ("GET", "") => drive.describe(&target),
        ("GET", "content") => match drive.index(&target) {
            None => not_found(),
            Some(at) => {
                drive.urls += 1;
                let (id, number) = (&drive.items[at].id, drive.urls);
                let storage = &drive.storage;
                let location = format!("{storage}/storage/dl/{id}?tempauth={URL_MARK}-{number}");
                Reply::status(302).header("Location", &location)
            }
        },
        ("PUT", "content") => {
            let named = query.strip_prefix("@microsoft.graph.conflictBehavior=");
            let conflict = match target {
                Target::Name(_) => named.unwrap_or("none"),
                Target::Id(_) => "replace",
            };
            drive.store(&target, conflict, request.body.clone())
        }
        ("POST", "createUploadSession") => {
            let body: serde_json::Value = serde_json::from_slice(&request.body).unwrap_or_default();
            let conflict = body["item"]["@microsoft.graph.conflictBehavior"].as_str();
            drive.urls += 1;
            let number = drive.urls.to_string();
            let storage = &drive.storage;
            let url = format!("{storage}/storage/up/{number}?tempauth={URL_MARK}-{number}");
            let session = Session {
                target,
                conflict: conflict.unwrap_or("none").to_owned(),
                bytes: Vec::new(),
                total: None,
            };
            drive.sessions.insert(number, session);
            let answer = json!({
                "uploadUrl": url,
                "expirationDateTime": "2036-01-29T09:21:55.523Z",
                "nextExpectedRanges": ["0-"],
            });
            faults::graph_json(answer.to_string())
        }
        _ => Reply::status(405),
    }
}

/// Answers below `/storage/`, to whoever has the URL.
pub(super) fn storage(state: &mut State, request: &Incoming) -> Reply {
    note_manners(state, request);
    let path = request.path().to_owned();
    let mut parts = path.split('/').skip(2);
    match (parts.next(), parts.next()) {
        (Some("dl"), Some(id)) => download(state, request, id),
        (Some("up"), Some(number)) => upload(state, request, number),
        _ => Reply::bare(404),
    }
}

fn note_manners(state: &mut State, request: &Incoming) {
    const USUAL: [&str; 10] = [
        "host",
        "user-agent",
        "accept",
        "accept-encoding",
        "client-request-id",
        "range",
        "if-range",
        "content-range",
        "content-length",
        "connection",
    ];
    let line = format!("{} {}", request.method, request.path());
    for (name, _) in &request.headers {
        if !USUAL.contains(&name.to_ascii_lowercase().as_str()) {
            state.violations.push(format!("{line} came with {name}"));
        }
    }
    let host = request.header("Host").unwrap_or_default();
    if !state.drive.storage.ends_with(host) {
        state.violations.push(format!("{line} came to {host}"));
    }
}

fn download(state: &State, request: &Incoming, id: &str) -> Reply {
    let Some(item) = state.drive.items.iter().find(|item| item.id == id) else {
        return Reply::bare(404);
    };
    let (bytes, total) = (&item.bytes, item.bytes.len());
    let etag = format!("\"{{{id}}},{}\"", item.version);
    let reply = |status| Reply::bare(status).header("ETag", &etag);
    let range = request.header("Range");
    let start = range.and_then(|range| range.strip_prefix("bytes=")?.strip_suffix('-'));
    let start = start.and_then(|start| start.parse::<usize>().ok());
    let is_same = request.header("If-Range").is_none_or(|known| known == etag);
    match start.filter(|_| is_same) {
        None => reply(200).body(bytes.clone()),
        Some(start) if start >= total => {
            reply(416).header("Content-Range", &format!("bytes */{total}"))
        }
        Some(start) => {
            let range = format!("bytes {start}-{}/{total}", total - 1);
            let reply = reply(206).header("Content-Range", &range);
            reply.body(bytes[start..].to_vec())
        }
    }
}

fn upload(state: &mut State, request: &Incoming, number: &str) -> Reply {
    let Some(session) = state.drive.sessions.get_mut(number) else {
        return faults::graph(404, "itemNotFound", "The upload session was not found.");
    };
    match request.method.as_str() {
        "GET" => lacking(200, session.bytes.len()),
        "DELETE" => {
            state.drive.sessions.remove(number);
            Reply::bare(204)
        }
        "PUT" => match slice(session, request) {
            Err(violation) => {
                state.violations.push(violation);
                Reply::bare(400)
            }
            Ok(start) if start != session.bytes.len() => Reply::bare(416),
            Ok(_) => {
                session.bytes.extend_from_slice(&request.body);
                if Some(session.bytes.len()) != session.total {
                    return lacking(202, session.bytes.len());
                }
                let Some(session) = state.drive.sessions.remove(number) else {
                    return Reply::bare(500);
                };
                let Session {
                    target,
                    conflict,
                    bytes,
                    ..
                } = session;
                state.drive.store(&target, &conflict, bytes)
            }
        },
        _ => Reply::bare(405),
    }
}

fn lacking(status: u16, start: usize) -> Reply {
    let answer = json!({
        "expirationDateTime": "2036-01-29T09:21:55.523Z",
        "nextExpectedRanges": [format!("{start}-")],
    });
    let reply = Reply::bare(status).header("Content-Type", "application/json");
    reply.body(answer.to_string())
}

/// Where a slice begins, or what is wrong with it.
fn slice(session: &mut Session, request: &Incoming) -> Result<usize, String> {
    let header = request.header("Content-Range").unwrap_or_default();
    let read = || {
        let (range, total) = header.strip_prefix("bytes ")?.split_once('/')?;
        let (start, end) = range.split_once('-')?;
        let number = |text: &str| text.parse::<usize>().ok();
        Some((number(start)?, number(end)?, number(total)?))
    };
    let (start, end, total) = read().ok_or_else(|| format!("a slice came as {header:?}"))?;
    let length = request.body.len();
    let is_whole = end + 1 == start + length && end < total;
    let is_step = length.is_multiple_of(SLICE) || end + 1 == total;
    let is_same = *session.total.get_or_insert(total) == total;
    if is_whole && is_step && is_same && length < LONGEST_SLICE {
        Ok(start)
    } else {
        Err(format!("a slice of {length} bytes came as {header:?}"))
    }
}

/// The item that a path names, and what is wanted of it.
fn address(path: &str) -> Option<(Target, &str)> {
    let rest = path.split_once("/drives/D/")?.1;
    if let Some(rest) = rest.strip_prefix("root:/") {
        let (name, action) = rest.split_once(':').unwrap_or((rest, ""));
        let action = action.strip_prefix('/').unwrap_or(action);
        return Some((Target::Name(name.to_owned()), action));
    }
    let rest = rest.strip_prefix("items/")?;
    let (id, action) = rest.split_once('/').unwrap_or((rest, ""));
    Some((Target::Id(id.to_owned()), action))
}

fn not_found() -> Reply {
    faults::graph(404, "itemNotFound", "The resource could not be found.")
}

/// The hash by its definition: byte after byte, each 11 bits further in a ring of 160, the length
/// over the last 64.
pub fn quick_xor_hash(bytes: &[u8]) -> String {
    let mut ring = [false; 160];
    let mut put = |at: usize, byte: u8| {
        let mut rest = byte;
        while rest != 0 {
            ring[(at + rest.trailing_zeros() as usize) % 160] ^= true;
            rest &= rest - 1;
        }
    };
    for (index, byte) in bytes.iter().enumerate() {
        put(index * 11 % 160, *byte);
    }
    for (index, byte) in (bytes.len() as u64).to_le_bytes().iter().enumerate() {
        put(96 + index * 8, *byte);
    }
    let byte = |bits: &[bool]| {
        bits.iter()
            .rev()
            .fold(0, |byte, bit| byte << 1 | u8::from(*bit))
    };
    STANDARD.encode(ring.chunks(8).map(byte).collect::<Vec<u8>>())
}
