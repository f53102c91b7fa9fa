//! Graph itself: one authorised request.

use crate::auth::{ConfidentialClient, graph_hosts, is_for_graph, may_have_graph_token};
use crate::error::Error;
use crate::graph::call::Call;
use crate::graph::odata::path;
use crate::graph::prefetch::Prefetch;
use crate::http::{self, Response, Url};
use crate::text::nearest;

/// Microsoft Graph, as one application sees it.
#[derive(Debug)]
pub struct Graph {
    client: ConfidentialClient,
    root: Option<Url>,
    is_beta: bool,
    headers: Vec<(String, String)>,
    max_item: usize,
}

/// The bound on an item where none is given: 16 MiB.
const MAX_ITEM: usize = 16 << 20;

/// What is ours to set, or would let the token out, or would break the framing.
const RESERVED: [&str; 7] = [
    "authorization",
    "host",
    "content-length",
    "transfer-encoding",
    "connection",
    "accept-encoding",
    "expect",
];

impl Graph {
    /// The Graph of the client's cloud, version 1.0.
    pub fn new(client: ConfidentialClient) -> Self {
        let root = client.authority().graph_root();
        let root = root.and_then(|host| Url::parse(&format!("https://{host}")).ok());
        Self {
            client,
            root,
            is_beta: false,
            headers: Vec::new(),
            max_item: MAX_ITEM,
        }
    }

    /// The Graph at this root, for instance `https://dod-graph.microsoft.us`. The token is sent
    /// to this origin and to no other.
    ///
    /// # Errors
    ///
    /// [`Error::Parameters`] when it is no https URL, or when the client's scope is Graph's and the
    /// host is neither a Graph host of Microsoft's nor loopback: a slip of the pen must not give
    /// the token away.
    pub fn with_root(self, root: &str) -> Result<Self, Error> {
        let url = read_root(root)?;
        check_root(self.client.scope(), &url).map_err(|error| {
            let error = error.hint("give a reverse proxy of Graph as a trusted root");
            error.at(&format!("graph root {root}"))
        })?;
        Ok(Self {
            root: Some(url),
            ..self
        })
    }

    /// The Graph at this root, wherever that is: a reverse proxy that may have the token.
    ///
    /// # Errors
    ///
    /// [`Error::Parameters`] when it is no https URL.
    pub fn with_trusted_root(self, root: &str) -> Result<Self, Error> {
        Ok(Self {
            root: Some(read_root(root)?),
            ..self
        })
    }

    /// Paths that name no version mean the beta version.
    #[must_use]
    pub fn with_beta(mut self) -> Self {
        self.is_beta = true;
        self
    }

    /// Sends this header with every request, on every page.
    ///
    /// # Errors
    ///
    /// [`Error::Parameters`] when it is no header, or one that is not the caller's to set.
    pub fn with_header(mut self, name: &str, value: &str) -> Result<Self, Error> {
        check_header(name, value)?;
        self.headers.push((name.to_owned(), value.to_owned()));
        Ok(self)
    }

    /// Whether a header of this name goes with every request.
    pub(crate) fn has_header(&self, name: &str) -> bool {
        let mut names = self.headers.iter().map(|(known, _)| known);
        names.any(|known| known.eq_ignore_ascii_case(name))
    }

    /// Whether the caller wants a response only where something has changed
    /// ([RFC 9110 §13.1](https://www.rfc-editor.org/rfc/rfc9110#section-13.1)).
    pub(crate) fn is_conditional(&self) -> bool {
        self.has_header("If-None-Match") || self.has_header("If-Modified-Since")
    }

    /// Takes no item longer than this many bytes; 16 MiB by default.
    #[must_use]
    pub fn with_max_item(mut self, bytes: usize) -> Self {
        self.max_item = bytes;
        self
    }

    /// The client that proves the application's identity.
    pub fn client(&self) -> &ConfidentialClient {
        &self.client
    }

    pub(crate) fn max_item(&self) -> usize {
        self.max_item
    }

    pub(crate) fn root(&self) -> Result<&Url, Error> {
        self.root.as_ref().ok_or_else(|| {
            Error::parameters("graph root: unknown for this authority")
                .hint("give `endpoint` in the parameters file, or --graph")
        })
    }

    /// The URL of a path, or of an absolute URL on this Graph, for a request of this method.
    pub(crate) fn resolve(&self, method: &str, path: &str) -> Result<Url, Error> {
        path::resolve(self.root()?, method, path, self.is_beta)
    }

    /// The URL of a link that this Graph gave.
    pub(crate) fn link(&self, link: &str) -> Result<Url, String> {
        let root = self.root().map_err(|error| error.to_string())?;
        path::on_same_origin(root, link)
            .map_err(|reason| self.client.http().redactor().redact(&reason))
    }

    /// A call, which has sent nothing yet.
    pub(crate) fn call(&self) -> Call<'_> {
        Call::new(&self.client)
    }

    /// One GET with the bearer, tried again where that can help.
    ///
    /// # Errors
    ///
    /// Whatever is no 2xx, sorted by who must act.
    pub(crate) fn get(&self, url: &Url, call: &mut Call<'_>) -> Result<Response, Error> {
        self.get_after(None, url, call)
    }

    /// Asks for a page ahead of time, if that can be done without waiting for anything.
    pub(crate) fn prefetch(&self, url: Url) -> Option<Prefetch> {
        Prefetch::ask(&self.client, url, &self.headers)
    }

    /// [`get`](Self::get), with what was asked for ahead as the first try.
    pub(crate) fn get_after(
        &self,
        ahead: Option<Prefetch>,
        url: &Url,
        call: &mut Call<'_>,
    ) -> Result<Response, Error> {
        let request = http::Request {
            headers: &self.headers,
            ..http::Request::get(url)
        };
        let reply = call.send_after(ahead, &request)?;
        if reply.response.status == 304 && self.is_conditional() {
            return Ok(reply.response);
        }
        reply.accepted()
    }

    /// The headers of every request and these.
    pub(crate) fn headers_and(&self, more: &[(&str, &str)]) -> Vec<(String, String)> {
        let more = more
            .iter()
            .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
        self.headers.iter().cloned().chain(more).collect()
    }
}

fn read_root(root: &str) -> Result<Url, Error> {
    Url::parse(root).map_err(|reason| Error::parameters(format!("graph root {root}: {reason}")))
}

/// Refuses to send a token for these scopes to a host that is no Graph, if it is one for Graph.
pub(crate) fn check_root(scopes: &str, root: &Url) -> Result<(), Error> {
    if !is_for_graph(scopes) || may_have_graph_token(root) {
        return Ok(());
    }
    let host = root.host();
    let error = Error::parameters(format!(
        "{host} is not a Microsoft Graph host, and the token for Graph would be sent to it"
    ));
    let trust = format!("--trust-graph-host {host}");
    Err(error.hint(match nearest(host, graph_hosts()) {
        Some(known) => format!("did you mean {known}? a reverse proxy needs {trust}"),
        None => format!("a reverse proxy of Graph needs {trust}"),
    }))
}

/// Whether a header is one, and the caller's to set.
pub(crate) fn check_header(name: &str, value: &str) -> Result<(), Error> {
    let is_token = |b: u8| b.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&b);
    if name.is_empty() || !name.bytes().all(is_token) {
        // Not repeated: it may be a token.
        return Err(Error::parameters("header: its name is not a header's name"));
    }
    if RESERVED.contains(&name.to_ascii_lowercase().as_str()) {
        return Err(Error::parameters(format!(
            "header {name}: is not the caller's to set"
        )));
    }
    if !value.bytes().all(|b| matches!(b, b'\t' | 0x20..=0x7e)) {
        return Err(Error::parameters(format!(
            "header {name}: its value is not plain ASCII"
        )));
    }
    Ok(())
}
