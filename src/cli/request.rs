//! `mgd request`: one request of any method, and its response as it came.

use std::path::PathBuf;

use serde::de::IgnoredAny;

use crate::cli::args::request::Request;
use crate::cli::body::Body;
use crate::cli::console::Console;
use crate::cli::exit::Failure;
use crate::cli::indent::indent;
use crate::cli::setup::Setup;
use crate::cli::sink::Sink;
use crate::cli::{fields, preview};
use crate::error::{Error, printable};
use crate::fs::has_waiting_input;
use crate::graph::{Links, Response};
use crate::log::Notice;

/// So much of a body is laid out for a person, or read for its error.
const MAX_SHOWN: usize = 1 << 20;

pub(crate) fn run(args: &Request, mut setup: Setup) -> Result<(), Failure> {
    let console = Console::new(setup.log);
    let call = Call::of(args, &setup.calls.headers)?;
    setup.query.others.extend(call.query);
    let parameters = setup.parameters()?;
    let graph = setup.graph(&parameters, setup.network(&console))?;
    let asking = setup.query.apply_to(&call.path)?;
    let mut request = graph.request(&call.method, &asking.path)?;
    if asking.is_eventual && !request.has_header("ConsistencyLevel") {
        request = request.with_header("ConsistencyLevel", "eventual")?;
    }
    if call.body != Body::None && !request.has_header("Content-Type") {
        request = request.with_header("Content-Type", "application/json")?;
    }
    if let Some(etag) = &args.if_match {
        request = request.with_header("If-Match", etag)?;
    }
    if let Some(preview) = setup.preview {
        return preview::show(preview, &request, &call.body, &setup, &parameters);
    }
    let sink = sink(args.output_file.as_ref())?;
    if call.body == Body::None && takes_body(&call.method) && has_waiting_input() {
        let text = "stdin holds data that is not sent: --body - sends it";
        console.log(&Notice::Warning(text));
    }
    let response = call.body.put(request)?.send();
    console.clear();
    let is_write = !is_reading(&call.method);
    answer(args, response?, sink, is_write, &console)
}

/// What the operands and the options for the body come to.
struct Call {
    method: String,
    path: String,
    query: Vec<String>,
    body: Body,
}

impl Call {
    fn of(args: &Request, headers: &[String]) -> Result<Self, Error> {
        let (method, path) = match args.operands.as_slice() {
            [method] if is_method(method) => {
                let hint = format!("as in mgd request {method} users/ID");
                return Err(Error::parameters("path: missing").hint(hint));
            }
            [path] => (None, path),
            [method, path] => (Some(method.to_ascii_uppercase()), path),
            [] => {
                return Err(Error::parameters("path: missing")
                    .hint("as in mgd request PATCH users/ID -f jobTitle=Engineer"));
            }
            [_, _, stray, ..] => {
                return Err(Error::parameters(format!("{stray}: one operand too many"))
                    .hint("mgd request METHOD PATH; what holds a space goes into quotes"));
            }
        };
        let has_fields = !args.typed.is_empty() || !args.fields.is_empty();
        if has_fields && args.body.is_some() {
            return Err(Error::parameters("--body and fields do not go together"));
        }
        let mut query = Vec::new();
        let is_reading = method.as_deref().is_some_and(is_reading);
        let body = match &args.body {
            Some(given) => Body::read(given, !has_type(headers))?,
            None if has_fields && is_reading => {
                query = fields::query(&args.typed, &args.fields)?;
                Body::None
            }
            None if has_fields => Body::Text(fields::object(&args.typed, &args.fields)?),
            None => Body::None,
        };
        let default = if body == Body::None { "GET" } else { "POST" };
        Ok(Self {
            method: method.unwrap_or_else(|| default.to_owned()),
            path: path.clone(),
            query,
            body,
        })
    }
}

fn is_reading(method: &str) -> bool {
    matches!(method, "GET" | "HEAD" | "OPTIONS")
}

fn takes_body(method: &str) -> bool {
    !is_reading(method) && method != "DELETE"
}

fn is_method(word: &str) -> bool {
    is_reading(word) || matches!(word, "POST" | "PUT" | "PATCH" | "DELETE")
}

fn has_type(headers: &[String]) -> bool {
    let mut names = headers.iter().filter_map(|header| header.split(':').next());
    names.any(|name| name.trim().eq_ignore_ascii_case("content-type"))
}

fn sink(path: Option<&PathBuf>) -> Result<Sink, Failure> {
    path.map_or_else(Sink::stdout, |path| Sink::file(path))
}

fn answer(
    args: &Request,
    mut response: Response,
    mut sink: Sink,
    is_write: bool,
    console: &Console,
) -> Result<(), Failure> {
    if args.include {
        sink.write(head(&response).as_bytes())?;
    }
    let status = response.status();
    // Asked for with If-None-Match: nothing has changed, and nothing follows.
    let is_success = response.is_success() || status == 304;
    let mut links = Links::new();
    let body = copy(&mut response, &mut sink, &mut links);
    let body = match body {
        Ok(body) => body,
        Err(Failure::Error(error)) => {
            sink.flush()?;
            let applied = format!("Graph responded with {status}: the request was carried out");
            return Err(Failure::Error(if is_write && is_success {
                error.hint(applied)
            } else {
                error
            }));
        }
        Err(failure) => return Err(failure),
    };
    // Whoever asked for a file wants to keep yesterday's, and all the more where it is unchanged.
    if sink.is_all_or_nothing() && !response.is_success() {
        drop(sink);
    } else {
        sink.finish()?;
    }
    if !is_success {
        return Err(response.refusal(&body).into());
    }
    if links.has_next() {
        console.note("more pages follow: mgd get follows them");
    }
    Ok(())
}

/// The status line and the headers, as curl shows them.
fn head(response: &Response) -> String {
    let mut head = format!("HTTP/1.1 {}\n", response.status());
    for (name, value) in response.headers() {
        let value = printable(&String::from_utf8_lossy(value));
        head.push_str(&format!("{name}: {value}\n"));
    }
    head + "\n"
}

/// Writes the body as it came, and laid out where a person reads; returns its first megabyte.
fn copy(response: &mut Response, sink: &mut Sink, links: &mut Links) -> Result<Vec<u8>, Failure> {
    let mut first = Vec::new();
    let mut buffer = vec![0; 32 * 1024];
    let mut is_held = sink.is_terminal();
    loop {
        let n = response.read(&mut buffer)?;
        if n == 0 {
            break;
        }
        links.see(&buffer[..n]);
        let kept = n.min(MAX_SHOWN.saturating_sub(first.len()));
        first.extend_from_slice(&buffer[..kept]);
        if is_held && kept < n {
            // Too long to be laid out: as it came, then.
            sink.write(&first)?;
            sink.write(&buffer[kept..n])?;
            is_held = false;
        } else if !is_held {
            sink.write(&buffer[..n])?;
        }
    }
    if is_held && !first.is_empty() {
        let laid_out = if serde_json::from_slice::<IgnoredAny>(&first).is_ok() {
            indent(sink, &first, 0)
        } else {
            std::io::Write::write_all(sink, &first)
        };
        laid_out.map_err(|error| sink.failed(&error))?;
        sink.write(b"\n")?;
    }
    Ok(first)
}
