//! What a request of a batch is said to have elsewhere, fetched from there.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use crate::error::Error;
use crate::form::encode_unsendable;
use crate::graph::authorized::authorized;
use crate::graph::batch::line::Line;
use crate::graph::batch::object;
use crate::graph::service::Graph;
use crate::http::{self, Answer, Failure, Origin, Url};

/// How many redirects are followed.
const HOPS: usize = 5;
/// The header fields that say what a body is.
const TELLING: [&str; 4] = [
    "content-type",
    "content-disposition",
    "etag",
    "last-modified",
];

/// The line of the output for what lies at `location`, and its status. The token and the headers
/// of the request go to Graph alone.
pub(super) fn follow(
    graph: &Graph,
    line: &Line,
    location: Option<String>,
) -> Result<(Vec<u8>, u16), Error> {
    let mut location = location;
    let mut origin = graph.root()?.origin().clone();
    for _ in 0..HOPS {
        let url = location.take();
        let url =
            url.ok_or_else(|| Error::protocol("it lies elsewhere, and no location is given"))?;
        let url = absolute(&url, &origin)?;
        let (answer, body) = fetch(graph, line, &url)?;
        location = answer.header("location").map(str::to_owned);
        if !matches!(answer.status, 301..=303 | 307 | 308) {
            return Ok((write(line, &answer, &body), answer.status));
        }
        origin = url.origin().clone();
    }
    Err(Error::protocol(format!("more than {HOPS} redirects")))
}

fn absolute(location: &str, from: &Origin) -> Result<Url, Error> {
    let location = encode_unsendable(location);
    let url = if location.starts_with('/') && !location.starts_with("//") {
        Url::parse(&format!("{from}{location}"))
    } else {
        Url::parse(&location)
    };
    url.map_err(|reason| Error::protocol(format!("it is said to lie at a url that {reason}")))
}

fn fetch(graph: &Graph, line: &Line, url: &Url) -> Result<(Answer, Vec<u8>), Error> {
    let client = graph.client();
    let http = client.http();
    let is_own = graph.root()?.origin() == url.origin();
    let request = http::Request {
        headers: if is_own { &line.headers } else { &[] },
        is_secret: !is_own,
        ..http::Request::get(url)
    };
    let mut attempts = http.attempts();
    loop {
        let mut answer = if is_own {
            authorized(client, &request, &mut attempts)?.answer
        } else {
            http.send(&request, &mut attempts)?
        };
        let fault = match answer.body.read_all(graph.max_item()) {
            Ok(body) => return Ok((answer, body)),
            Err(fault) => fault,
        };
        let wait = fault.is_passing.then_some(Failure::Broken);
        match wait.and_then(|failure| http.next_wait(url.origin(), &mut attempts, failure)) {
            Some(wait) => http.sleep(&fault.error.to_string(), wait),
            None => return Err(fault.error),
        }
    }
}

/// An answer in the form of those in a batch: JSON as it is, anything else in Base64.
fn write(line: &Line, answer: &Answer, body: &[u8]) -> Vec<u8> {
    let headers = TELLING.iter().filter_map(|name| {
        let value = answer.header(name)?;
        Some(format!("\"{name}\":{}", object::token(value)))
    });
    let headers = headers.collect::<Vec<_>>().join(",");
    let is_json = answer
        .header("content-type")
        .is_some_and(|media| media.contains("json"));
    let json = Some(body).filter(|_| is_json).and_then(object::compact);
    let body = match json {
        Some(json) => json,
        None if body.is_empty() => b"null".to_vec(),
        None => format!("\"{}\"", STANDARD.encode(body)).into_bytes(),
    };
    let status = answer.status;
    let head = format!(",\"status\":{status},\"headers\":{{{headers}}},\"body\":");
    [
        b"{\"id\":",
        line.id.token.as_slice(),
        head.as_bytes(),
        &body,
        b"}\n",
    ]
    .concat()
}
