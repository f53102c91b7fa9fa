//! An upload session, by its URL: neither the bearer nor the caller's headers go there
//! (learn.microsoft.com/graph/api/driveitem-createuploadsession).

use serde_json::Value;

use crate::error::Error;
use crate::graph::call::Call;
use crate::graph::service::Graph;
use crate::graph::transfer::outside::outside_error;
use crate::graph::transfer::ranges::{MissingRange, first_missing, is_complete};
use crate::http::{self, Content, Failed, Part, Url};

/// A session that takes slices.
#[derive(Debug)]
pub(crate) struct UploadSession<'h> {
    graph: &'h Graph,
    pub(crate) url: Url,
}

/// What came of sending a slice.
#[derive(Debug)]
pub(crate) enum Sent {
    /// The file is whole; this is the response's body.
    Done(Vec<u8>),
    /// The slice is there, and these bytes come next if the session says so.
    Taken(Option<MissingRange>),
    /// The session is unknown.
    Gone,
    /// Nobody knows what has come through; the session does.
    Unclear(Failed),
    Refused(Error),
}

/// What a session says of itself.
#[derive(Debug)]
pub(crate) enum Status {
    Lacks(MissingRange),
    /// It has all of the file.
    Whole,
    Gone,
}

/// The bound on a response.
const MAX_ANSWER: usize = 1 << 20;

impl<'h> UploadSession<'h> {
    pub(crate) fn new(graph: &'h Graph, url: Url) -> Self {
        Self { graph, url }
    }

    /// Sends a slice of a file of `total` bytes, once.
    pub(crate) fn put(&self, call: &mut Call<'_>, part: &Part<'_>, total: u64) -> Sent {
        let end = part.start + part.length - 1;
        let range = format!("bytes {}-{end}/{total}", part.start);
        let headers = [("content-range".to_owned(), range)];
        let request = http::Request {
            method: "PUT",
            headers: &headers,
            content: Content::Part(part),
            ..self.request()
        };
        let mut response = match call.send_once(&request) {
            Ok(response) => response,
            Err(fault) if fault.is_passing => return Sent::Unclear(fault.into()),
            Err(fault) => return Sent::Refused(fault.error),
        };
        let origin = self.url.origin();
        match response.status {
            200..=202 => match response.body.read_all_json(MAX_ANSWER) {
                Ok(body) => taken(response.status, body),
                Err(_) if response.status == 202 => Sent::Taken(None),
                Err(fault) => Sent::Unclear(Failed::broken(fault.error)),
            },
            404 | 410 => Sent::Gone,
            416 => {
                let error = outside_error(response, origin, "slice taken");
                Sent::Unclear(Failed::broken(error))
            }
            _ => {
                let failure = response.failure();
                let error = outside_error(response, origin, "slice taken");
                match failure {
                    Some(failure) => Sent::Unclear(Failed { error, failure }),
                    None => Sent::Refused(error),
                }
            }
        }
    }

    /// Asks what the session lacks.
    pub(crate) fn status(&self, call: &mut Call<'_>) -> Result<Status, Error> {
        let request = self.request();
        let origin = self.url.origin();
        loop {
            let mut response = call.send_bare(&request)?;
            match response.status {
                404 | 410 => return Ok(Status::Gone),
                200..300 => {}
                _ => {
                    return Err(outside_error(
                        response,
                        origin,
                        "word of the upload session",
                    ));
                }
            }
            let fault = match response.body.read_all_json(MAX_ANSWER) {
                Ok(body) => {
                    let session = serde_json::from_slice(&body).unwrap_or(Value::Null);
                    if is_complete(&session) {
                        return Ok(Status::Whole);
                    }
                    let lacks = first_missing(&session).map(Status::Lacks);
                    return lacks.ok_or_else(|| {
                        let host = origin.name();
                        let text = "the upload session does not say what it lacks";
                        Error::protocol(format!("{host}: {text}"))
                    });
                }
                Err(fault) => fault,
            };
            call.failed(origin, fault.into())?;
        }
    }

    /// Gives the session up. Where that cannot be said, it ends by itself in time.
    pub(crate) fn cancel(&self) {
        let request = http::Request {
            method: "DELETE",
            ..self.request()
        };
        let mut call = Call::without_retry(self.graph.client());
        if let Ok(mut response) = call.send_once(&request) {
            response.body.drain();
        }
    }

    fn request(&self) -> http::Request<'_> {
        http::Request {
            is_secret: true,
            ..http::Request::get(&self.url)
        }
    }
}

/// What a 2xx to a slice says. Outlook answers 200 where OneDrive answers 202.
fn taken(status: u16, body: Vec<u8>) -> Sent {
    let response = serde_json::from_slice(&body).unwrap_or(Value::Null);
    match first_missing(&response) {
        None if status != 202 => Sent::Done(body),
        lacks => Sent::Taken(lacks),
    }
}
