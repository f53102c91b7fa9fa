//! One request of any method, and whatever is answered.

use crate::error::Error;
use crate::graph::call::GraphResponse;
use crate::graph::service::{Graph, check_header};
use crate::http::{self, Content, Repeats, Stream, Url};

/// A request to Graph that follows no page: something is made, changed, removed, or read as it is.
///
/// A GET is sent again wherever that can help; anything else only where it is certain that it was
/// not carried out: after 429, after 503 with `Retry-After`, and where no connection came about.
#[derive(Debug)]
pub struct Request<'g> {
    graph: &'g Graph,
    method: String,
    url: Url,
    headers: Vec<(String, String)>,
    body: Body,
}

#[derive(Debug)]
enum Body {
    None,
    Bytes(Vec<u8>),
    Stream(Stream),
}

/// Those of RFC 9110 and RFC 5789 that an API has a use for.
const METHODS: [&str; 7] = ["GET", "HEAD", "OPTIONS", "POST", "PUT", "PATCH", "DELETE"];

impl Graph {
    /// A request to a path, or to an absolute URL on this Graph.
    ///
    /// # Errors
    ///
    /// [`Error::Parameters`] when the path would name another object than the one meant, or the
    /// method is none.
    pub fn request(&self, method: &str, path: &str) -> Result<Request<'_>, Error> {
        let method = method.to_ascii_uppercase();
        if !METHODS.contains(&method.as_str()) {
            let error = Error::parameters(format!("method {method}: is not one of HTTP"));
            return Err(error.hint(format!("it is one of {}", METHODS.join(" "))));
        }
        let url = self.resolve(&method, path)?;
        Ok(Request {
            graph: self,
            method,
            url,
            headers: self.headers_and(&[]),
            body: Body::None,
        })
    }
}

impl Request<'_> {
    /// Sends this header too.
    ///
    /// # Errors
    ///
    /// [`Error::Parameters`] when it is no header, or one that is not the caller's to set.
    pub fn with_header(mut self, name: &str, value: &str) -> Result<Self, Error> {
        check_header(name, value)?;
        self.headers.push((name.to_owned(), value.to_owned()));
        Ok(self)
    }

    #[cfg(feature = "cli")]
    pub(crate) fn method(&self) -> &str {
        &self.method
    }

    #[cfg(feature = "cli")]
    pub(crate) fn url(&self) -> &str {
        self.url.as_str()
    }

    #[cfg(feature = "cli")]
    pub(crate) fn headers(&self) -> &[(String, String)] {
        &self.headers
    }

    /// Whether a header of this name goes along, in any case.
    #[cfg(feature = "cli")]
    pub(crate) fn has_header(&self, name: &str) -> bool {
        let mut names = self.headers.iter().map(|(known, _)| known);
        names.any(|known| known.eq_ignore_ascii_case(name))
    }

    /// Sends these bytes, with the type of JSON unless a header says otherwise.
    #[must_use]
    pub fn with_body(mut self, bytes: impl Into<Vec<u8>>) -> Self {
        self.body = Body::Bytes(bytes.into());
        self
    }

    /// Sends what `reader` gives, of this length in bytes or until it ends. Once its reading has
    /// begun, the request is not sent again.
    #[must_use]
    pub fn with_reader(
        mut self,
        reader: impl std::io::Read + 'static,
        length: Option<u64>,
    ) -> Self {
        self.body = Body::Stream(Stream::new(reader, length));
        self
    }

    /// Sends it; whatever Graph answers is a response, an error too.
    ///
    /// # Errors
    ///
    /// [`Error::Unavailable`] when no response came in time, [`Error::Protocol`] when it is no HTTP,
    /// [`Error::Local`] when the reader fails, and those of
    /// [`acquire_token`](crate::ConfidentialClient::acquire_token).
    pub fn send(mut self) -> Result<Response, Error> {
        let has_type = self
            .headers
            .iter()
            .any(|(name, _)| name.eq_ignore_ascii_case("content-type"));
        if !has_type && !matches!(self.body, Body::None) {
            let json = ("content-type".to_owned(), "application/json".to_owned());
            self.headers.push(json);
        }
        let is_reading = matches!(self.method.as_str(), "GET" | "HEAD" | "OPTIONS");
        let request = http::Request {
            method: &self.method,
            headers: &self.headers,
            content: match &self.body {
                Body::None => Content::Nothing,
                Body::Bytes(bytes) => Content::Bytes(bytes),
                Body::Stream(stream) => Content::Stream(stream),
            },
            repeats: if is_reading {
                Repeats::Freely
            } else {
                Repeats::Unapplied
            },
            ..http::Request::get(&self.url)
        };
        let reply = self.graph.call().send(&request)?;
        Ok(Response { reply })
    }
}

/// What Graph responded with to a [`Request`]: a head, and a body that is read as it arrives.
#[derive(Debug)]
pub struct Response {
    reply: GraphResponse,
}

impl Response {
    /// The HTTP status.
    pub fn status(&self) -> u16 {
        self.reply.response.status
    }

    /// Whether the status is a 2xx.
    pub fn is_success(&self) -> bool {
        matches!(self.status(), 200..300)
    }

    /// The first header of this name, if it is text.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.reply.response.header(name)
    }

    /// All headers: names in small letters, values as they came.
    pub fn headers(&self) -> impl Iterator<Item = (&str, &[u8])> {
        self.reply.response.fields()
    }

    /// Reads the next bytes of the body; 0 is the end.
    ///
    /// # Errors
    ///
    /// [`Error::Unavailable`] when it breaks off.
    pub fn read(&mut self, buffer: &mut [u8]) -> Result<usize, Error> {
        let read = self.reply.response.body.read(buffer);
        read.map_err(|fault| fault.error)
    }

    /// The error that a response without success amounts to, of which this is the body, or its
    /// first megabyte.
    pub fn refusal(&self, body: &[u8]) -> Error {
        self.reply.refusal(Some(body))
    }
}
