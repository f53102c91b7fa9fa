//! What a request of a batch is redirected to, fetched from there.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use crate::error::Error;
use crate::graph::batch::line::Line;
use crate::graph::batch::object;
use crate::graph::redirect::RedirectFollower;
use crate::graph::service::Graph;
use crate::http::{self, Response, Url};

/// The header fields that say what a body is.
const TELLING: [&str; 4] = [
    "content-type",
    "content-disposition",
    "etag",
    "last-modified",
];

/// The line of the output for what a redirect of this status leads to, and its status. The token
/// and the headers of the request go to Graph alone.
pub(crate) fn follow(
    graph: &Graph,
    line: &Line,
    status: u16,
    location: Option<&str>,
) -> Result<(Vec<u8>, u16), Error> {
    let root = graph.root()?.origin();
    let url = format!("{root}/{}{}", line.version, line.target);
    let url = Url::parse(&url).map_err(|reason| Error::parameters(format!("url: {reason}")))?;
    let mut follower = RedirectFollower::new(root, url);
    follower.hop(status, location)?;
    loop {
        let (response, body) = fetch(graph, line, &follower)?;
        if !follower.follow(&response)? {
            return Ok((write(line, &response, &body), response.status));
        }
    }
}

fn fetch(
    graph: &Graph,
    line: &Line,
    follower: &RedirectFollower,
) -> Result<(Response, Vec<u8>), Error> {
    let is_outside = follower.has_left_graph();
    let request = http::Request {
        headers: if is_outside { &[] } else { &line.headers },
        is_secret: is_outside,
        ..http::Request::get(follower.url())
    };
    let mut call = graph.call();
    loop {
        let mut response = if is_outside {
            call.send_bare(&request)?
        } else {
            call.send(&request)?.response
        };
        match response.body.read_all(graph.max_item()) {
            Ok(body) => return Ok((response, body)),
            Err(fault) => call.failed(request.url.origin(), fault.into())?,
        }
    }
}

/// A response in the form of those in a batch: JSON as it is, anything else in Base64.
fn write(line: &Line, response: &Response, body: &[u8]) -> Vec<u8> {
    let headers = TELLING.iter().filter_map(|name| {
        let value = response.header(name)?;
        Some(format!("\"{name}\":{}", object::token(value)))
    });
    let headers = headers.collect::<Vec<_>>().join(",");
    let is_json = response
        .header("content-type")
        .is_some_and(|media| media.contains("json"));
    let json = Some(body).filter(|_| is_json).and_then(object::compact);
    let body = match json {
        Some(json) => json,
        None if body.is_empty() => b"null".to_vec(),
        None => format!("\"{}\"", STANDARD.encode(body)).into_bytes(),
    };
    let status = response.status;
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
