//! One request that carries many, and what came back for it.

use std::time::SystemTime;

use crate::error::Error;
use crate::graph::batch::chunk::Chunk;
use crate::graph::batch::responses::{BatchResponses, Item, wrong};
use crate::graph::call::{Call, GraphResponse, MAX_REFUSAL};
use crate::graph::service::Graph;
use crate::http::{self, Content, Failure, Repeats, Url};

/// Why there is no usable answer.
#[derive(Debug)]
pub(crate) struct Lost {
    pub(crate) error: Error,
    /// Whether the requests may have been carried out all the same.
    pub(crate) is_unsure: bool,
    /// What asking again depends on, where it may help.
    pub(crate) failure: Option<Failure>,
}

/// Asks for the requests at these places; each has a response or none.
pub(crate) fn post(
    graph: &Graph,
    chunk: &Chunk,
    places: &[usize],
    call: &mut Call<'_>,
) -> Result<Vec<Option<Item>>, Lost> {
    let body = chunk.body(places);
    let url = url(graph, chunk).map_err(Lost::for_sure)?;
    let is_reading = places.iter().all(|place| chunk.lines[*place].is_get());
    let request = http::Request {
        method: "POST",
        headers: &[("content-type".to_owned(), "application/json".to_owned())],
        content: Content::Bytes(&body),
        repeats: if is_reading {
            Repeats::Freely
        } else {
            Repeats::Unapplied
        },
        ..http::Request::get(&url)
    };
    let reply = call.send(&request).map_err(Lost::without_answer)?;
    match reply.response.status {
        // The batch itself may be said to have failed because of a request in it.
        200..=299 | 424 => read(reply, chunk, places, graph.max_item()),
        501 | 505 | 507 => Err(Lost::for_sure(refused(reply))),
        status @ (408 | 500..) if !is_reading => {
            let failure = Failure::Status(status, reply.response.retry_after());
            Err(Lost {
                error: refused(reply),
                is_unsure: true,
                failure: Some(failure),
            })
        }
        _ => Err(Lost::for_sure(refused(reply))),
    }
}

fn url(graph: &Graph, chunk: &Chunk) -> Result<Url, Error> {
    let origin = graph.root()?.origin();
    let url = format!("{origin}/{}/$batch", chunk.version());
    Url::parse(&url).map_err(|reason| Error::parameters(format!("url {url}: {reason}")))
}

fn read(
    mut reply: GraphResponse,
    chunk: &Chunk,
    places: &[usize],
    max_item: usize,
) -> Result<Vec<Option<Item>>, Lost> {
    let now = reply.response.date().unwrap_or_else(SystemTime::now);
    let mut responses = BatchResponses::new(chunk, places, max_item, now);
    let mut buffer = vec![0; 32 * 1024];
    let outcome = loop {
        match reply.response.body.read(&mut buffer) {
            Ok(0) => break responses.finish(),
            Ok(n) => {
                if let Err(reason) = responses.take(&buffer[..n]) {
                    break Err(reason);
                }
            }
            Err(fault) => {
                return Err(Lost {
                    failure: fault.is_passing.then_some(Failure::Broken),
                    is_unsure: true,
                    error: fault.error,
                });
            }
        }
    };
    outcome.map_err(|reason| {
        let instead = responses.without_list();
        if reply.response.status == 424 && instead.is_some() {
            return Lost::for_sure(reply.refusal(instead));
        }
        let code = instead.and_then(|body| reply.refusal(Some(body)).report().code.clone());
        let error = match code {
            Some(code) => wrong(&format!("an error inside a success: {code}")),
            None => wrong(&reason),
        };
        Lost {
            error,
            is_unsure: true,
            failure: None,
        }
    })
}

fn refused(mut reply: GraphResponse) -> Error {
    let body = reply.response.body.read_all(MAX_REFUSAL).ok();
    reply.refusal(body.as_deref())
}

impl Lost {
    fn for_sure(error: Error) -> Self {
        Self {
            error,
            is_unsure: false,
            failure: None,
        }
    }

    fn without_answer(error: Error) -> Self {
        Self {
            is_unsure: error.report().is_unsure,
            failure: matches!(error, Error::Unavailable(_)).then_some(Failure::Broken),
            error,
        }
    }
}
