//! One line of the input: a request, checked as if it stood on the command line.

use crate::error::Error;
use crate::graph::batch::given::{Given, no_request};
use crate::graph::batch::object;
use crate::graph::service::{Graph, check_header};

/// A request of a batch.
#[derive(Debug)]
pub(crate) struct Line {
    /// Where it stands, from 1.
    pub(crate) number: u64,
    /// How many requests came before it; blank lines are none.
    pub(crate) index: u64,
    pub(crate) id: Id,
    pub(crate) method: String,
    pub(crate) version: &'static str,
    /// The URL below the version, from its slash on.
    pub(crate) target: String,
    pub(crate) headers: Vec<(String, String)>,
    /// The body as it came.
    pub(crate) body: Option<Vec<u8>>,
    /// The keys of the requests that must have been carried out before.
    pub(crate) depends_on: Vec<String>,
    /// How long the line was.
    pub(crate) length: usize,
}

/// What a request is called.
#[derive(Debug)]
pub(crate) struct Id {
    /// As it was given.
    pub(crate) token: Vec<u8>,
    /// As it is compared: Graph knows no case in ids.
    pub(crate) key: String,
}

/// Those that a batch takes.
const METHODS: [&str; 5] = ["GET", "POST", "PUT", "PATCH", "DELETE"];

impl Line {
    /// Reads a line: an object, or a path alone or behind a method; `index` requests came before.
    ///
    /// # Errors
    ///
    /// `Parameters` when it is no request, or would reach another object than the one meant.
    pub(crate) fn parse(
        text: &[u8],
        number: u64,
        index: u64,
        graph: &Graph,
    ) -> Result<Self, Error> {
        let line = read(text, number, index, graph);
        line.map_err(|error| error.at(&format!("line {number}")))
    }

    pub(crate) fn is_get(&self) -> bool {
        self.method == "GET"
    }
}

fn read(text: &[u8], number: u64, index: u64, graph: &Graph) -> Result<Line, Error> {
    let given = match text.trim_ascii().first() {
        Some(b'{') => Given::read(text)?,
        Some(b'[') => return Err(no_request("is no request")),
        _ => Given::default(),
    };
    let [id, method, url, headers, body, depends_on] = given.values;
    let mut method = match method {
        Some(token) => Some(string("method", &token)?),
        None => None,
    };
    let path = match (&url, text.trim_ascii().first()) {
        (Some(url), _) => string("url", url)?,
        (None, Some(b'{')) => return Err(Error::parameters("url: missing")),
        (None, Some(b'"')) => object::text(text).ok_or_else(|| Error::parameters("is no path"))?,
        (None, _) => {
            let text = str::from_utf8(text).map_err(|_| Error::parameters("is not UTF-8"))?;
            let (first, path) = method_and_path(text.trim());
            method = first.map(str::to_owned);
            path.to_owned()
        }
    };
    let method = read_method(method, body.is_some())?;
    let (version, target) = target(graph, &method, &path)?;
    let id = id.map_or(Ok(Id::of_line(number)), Id::read)?;
    let depends_on = depends_on.map_or(Ok(Vec::new()), |ids| read_ids(&ids))?;
    if depends_on.contains(&id.key) {
        return Err(Error::parameters("dependsOn: names the request itself"));
    }
    Ok(Line {
        number,
        index,
        id,
        method,
        version,
        target,
        headers: read_headers(headers.as_deref(), body.is_some(), graph)?,
        body,
        depends_on,
        length: text.len(),
    })
}

impl Id {
    fn read(token: Vec<u8>) -> Result<Self, Error> {
        let fail = |what: &str| Err(Error::parameters(format!("id: {what}")));
        match key(&token) {
            Some(key) if key.is_empty() => fail("is empty"),
            Some(key) => Ok(Self { token, key }),
            None => fail("is neither a string nor a number"),
        }
    }

    fn of_line(number: u64) -> Self {
        Self {
            token: format!("\"{number}\"").into_bytes(),
            key: number.to_string(),
        }
    }

    /// As it is written in a message.
    pub(crate) fn shown(&self) -> String {
        const LONG: usize = 80;
        let text = object::text(&self.token).unwrap_or_else(|| self.key.clone());
        match text.char_indices().nth(LONG) {
            Some((end, _)) => format!("{}…", &text[..end]),
            None => text,
        }
    }
}

/// How an id is compared; numbers are taken for their text.
fn key(token: &[u8]) -> Option<String> {
    match token.first() {
        Some(b'"') => object::text(token).map(|text| text.to_ascii_lowercase()),
        Some(b'-' | b'0'..=b'9') => String::from_utf8(token.to_owned()).ok(),
        _ => None,
    }
}

fn read_ids(token: &[u8]) -> Result<Vec<String>, Error> {
    let ids = object::items(token).ok();
    let keys = ids.and_then(|ids| ids.iter().map(|id| key(id)).collect());
    keys.ok_or_else(|| Error::parameters("dependsOn: is not a list of ids"))
}

/// Takes the method, in capitals, from before the path.
fn method_and_path(text: &str) -> (Option<&str>, &str) {
    let (first, rest) = text.split_once([' ', '\t']).unwrap_or((text, ""));
    match METHODS.contains(&first) {
        true => (Some(first), rest.trim_start()),
        false => (None, text),
    }
}

fn read_method(method: Option<String>, has_body: bool) -> Result<String, Error> {
    let method = match method {
        Some(method) => method.to_ascii_uppercase(),
        None if has_body => return Err(Error::parameters("method: missing beside a body")),
        None => "GET".to_owned(),
    };
    if METHODS.contains(&method.as_str()) {
        return Ok(method);
    }
    let error = Error::parameters(format!("method {method}: is none that a batch takes"));
    Err(error.hint(format!("it is one of {}", METHODS.join(" "))))
}

/// The line's headers, then those of all requests that it does not set itself.
fn read_headers(
    token: Option<&[u8]>,
    has_body: bool,
    graph: &Graph,
) -> Result<Vec<(String, String)>, Error> {
    let mut headers = Vec::new();
    if let Some(token) = token {
        let members = object::members(token)
            .map_err(|_| Error::parameters("headers: is not an object of strings"))?;
        for (name, value) in members {
            let name = object::text(&name).unwrap_or_default();
            let value = string(&format!("header {name}"), &value)?;
            headers.push((name, value));
        }
    }
    for (index, (name, value)) in headers.iter().enumerate() {
        check_header(name, value)?;
        if has(&headers[..index], name) {
            return Err(Error::parameters(format!("header {name}: comes twice")));
        }
    }
    let own = headers.len();
    for (name, value) in graph.headers_and(&[]) {
        if has(&headers[..own], &name) {
            continue;
        }
        match find(&mut headers, &name) {
            // An object has no member twice; a list of values means the same.
            Some(known) => *known = format!("{known}, {value}"),
            None => headers.push((name, value)),
        }
    }
    if has_body && !has(&headers, "content-type") {
        headers.push(("Content-Type".to_owned(), "application/json".to_owned()));
    }
    Ok(headers)
}

fn has(headers: &[(String, String)], name: &str) -> bool {
    headers
        .iter()
        .any(|(known, _)| known.eq_ignore_ascii_case(name))
}

fn find<'h>(headers: &'h mut [(String, String)], name: &str) -> Option<&'h mut String> {
    let known = headers
        .iter_mut()
        .find(|(known, _)| known.eq_ignore_ascii_case(name));
    known.map(|(_, value)| value)
}

/// The version that a path names, and what stands below it.
fn target(graph: &Graph, method: &str, path: &str) -> Result<(&'static str, String), Error> {
    let url = graph.resolve(method, path)?;
    let below = |version: &'static str| {
        let rest = url.path_and_query().strip_prefix('/')?;
        let target = rest.strip_prefix(version)?;
        target
            .starts_with('/')
            .then(|| (version, target.to_owned()))
    };
    let (version, target) = below("v1.0").or_else(|| below("beta")).ok_or_else(|| {
        let error = Error::parameters(format!("url {path}: is below neither v1.0 nor beta"));
        error.hint("a batch reaches nothing else")
    })?;
    let path = target.split('?').next().unwrap_or_default();
    if path.eq_ignore_ascii_case("/$batch") {
        return Err(Error::parameters("a batch cannot hold another"));
    }
    Ok((version, target))
}

fn string(what: &str, token: &[u8]) -> Result<String, Error> {
    object::text(token).ok_or_else(|| Error::parameters(format!("{what}: is no string")))
}
