//! One request that carries many, and what came back for it.

use crate::error::Error;
use crate::graph::batch::MOST;
use crate::graph::batch::answers::{self, Item, wrong};
use crate::graph::batch::chunk::Chunk;
use crate::graph::call::{Call, MAX_REFUSAL, Reply};
use crate::graph::service::Graph;
use crate::http::{self, Content, Failure, Repeats, Url};

/// Why there is no usable answer.
#[derive(Debug)]
pub(super) struct Lost {
    pub(super) error: Error,
    /// Whether the requests may have been carried out all the same.
    pub(super) is_unsure: bool,
    /// What asking again depends on, where it may help.
    pub(super) failure: Option<Failure>,
}

/// Asks for the requests at these places; each has an answer or none.
pub(super) fn post(
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
    match reply.answer.status {
        // The batch itself may be said to have failed because of a request in it.
        200..=299 | 424 => read(reply, places, graph.max_item()),
        501 | 505 | 507 => Err(Lost::for_sure(refused(reply))),
        status @ (408 | 500..) if !is_reading => {
            let failure = Failure::Status(status, reply.answer.retry_after());
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

fn read(mut reply: Reply, places: &[usize], max: usize) -> Result<Vec<Option<Item>>, Lost> {
    let body = reply.answer.body.read_all(max.saturating_mul(MOST));
    let body = body.map_err(|fault| Lost {
        failure: fault.is_passing.then_some(Failure::Broken),
        is_unsure: true,
        error: fault.error,
    })?;
    let has_list = matches!(answers::responses(&body), Ok(Some(_)));
    if reply.answer.status == 424 && !has_list {
        return Err(Lost::for_sure(reply.refusal(Some(&body))));
    }
    answers::read(&body, places).map_err(|reason| {
        let code = reply.refusal(Some(&body)).report().code.clone();
        let error = match code.filter(|_| !has_list) {
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

fn refused(mut reply: Reply) -> Error {
    let body = reply.answer.body.read_all(MAX_REFUSAL).ok();
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
