//! Following `Location`: where a chain of redirects goes on, and what may go along.

use crate::error::Error;
use crate::form::encode_unsendable;
use crate::http::{Origin, Response, Url};

/// A chain of redirects that begins at a URL.
///
/// Once it has left Graph's origin, neither the bearer nor the caller's headers go anywhere
/// again, not even back to Graph: a stranger has chosen what would be asked for with them.
#[derive(Debug)]
pub(crate) struct RedirectFollower {
    graph: Origin,
    url: Url,
    hops: u32,
    has_left: bool,
}

/// How many redirects are followed.
const MAX_HOPS: u32 = 5;
/// As long as a next link may be.
const MAX_LOCATION: usize = 64 * 1024;

impl RedirectFollower {
    /// Nothing was asked for yet.
    pub(crate) fn new(graph: &Origin, url: Url) -> Self {
        Self {
            has_left: url.origin() != graph,
            graph: graph.clone(),
            url,
            hops: 0,
        }
    }

    /// What is asked for next.
    pub(crate) fn url(&self) -> &Url {
        &self.url
    }

    /// Whether neither the bearer nor the caller's headers may go along.
    pub(crate) fn has_left_graph(&self) -> bool {
        self.has_left
    }

    /// Whether a redirect led here: its URL may open by itself what lies behind it.
    pub(crate) fn is_redirected(&self) -> bool {
        self.hops > 0
    }

    /// Goes to where a response leads; false says that it is no redirect.
    ///
    /// # Errors
    ///
    /// `Protocol` when that is nowhere, not safe, or one hop too many.
    pub(crate) fn follow(&mut self, response: &Response) -> Result<bool, Error> {
        let status = response.status;
        if !is_redirect(status) {
            return Ok(false);
        }
        let fields = response.fields().filter(|(name, _)| *name == "location");
        let mut locations = fields.map(|(_, value)| String::from_utf8_lossy(value));
        let location = locations.next();
        if locations.any(|other| Some(&other) != location.as_ref()) {
            return Err(self.refuse(status, "redirect with two Locations"));
        }
        self.hop(status, location.as_deref()).map(|()| true)
    }

    /// Goes to where a redirect of this status leads by its `Location`.
    ///
    /// # Errors
    ///
    /// As [`follow`](Self::follow); the message repeats nothing of the URL, which may be a secret.
    pub(crate) fn hop(&mut self, status: u16, location: Option<&str>) -> Result<(), Error> {
        let location = location.filter(|location| !location.is_empty());
        let location = location.ok_or_else(|| self.refuse(status, "redirect without Location"))?;
        if self.hops == MAX_HOPS {
            return Err(self.refuse(status, &format!("more than {MAX_HOPS} redirects")));
        }
        let url = resolve(&self.graph, Some(&self.url), location);
        let url = url.map_err(|reason| {
            self.refuse(status, &format!("redirect not followed: its url {reason}"))
        })?;
        self.hops += 1;
        self.has_left |= *url.origin() != self.graph;
        self.url = url;
        Ok(())
    }

    fn refuse(&self, status: u16, text: &str) -> Error {
        let host = self.url.origin().name();
        Error::protocol(format!("{host}: {text} (HTTP {status})")).status(status)
    }
}

pub(crate) fn is_redirect(status: u16) -> bool {
    matches!(status, 301..=303 | 307 | 308)
}

/// The URL that a response of Graph, or of a host that Graph led to, gives by this reference:
/// relative to `base` ([RFC 3986 §5](https://www.rfc-editor.org/rfc/rfc3986#section-5)), or
/// absolute where there is none. It is https unless Graph itself is plain http, on loopback.
///
/// # Errors
///
/// What is wrong with it, in a few words and without a part of it.
pub(crate) fn resolve(graph: &Origin, base: Option<&Url>, reference: &str) -> Result<Url, String> {
    if reference.len() > MAX_LOCATION {
        return Err("is longer than 64 kB".to_owned());
    }
    let reference = reference.split('#').next().unwrap_or_default().trim();
    let reference = encode_unsendable(reference);
    let url = absolute(base, &reference)?;
    if graph.is_tls() && !url.starts_with("https:") {
        return Err("is plain http".to_owned());
    }
    Url::parse(&url)
}

/// The algorithm of RFC 3986 §5.2.2.
fn absolute(base: Option<&Url>, reference: &str) -> Result<String, &'static str> {
    let scheme = reference.split_once(':').map(|(scheme, _)| scheme);
    let scheme = scheme.filter(|scheme| is_scheme(scheme));
    let rest = &reference[scheme.map_or(0, |scheme| scheme.len() + 1)..];
    let scheme = scheme.map(str::to_ascii_lowercase);
    let own = match &base {
        Some(base) if base.origin().is_tls() => Some("https"),
        base => base.map(|_| "http"),
    };
    let rest_of_network = rest.strip_prefix("//");
    match (scheme.as_deref().or(own), rest_of_network, base) {
        (Some(scheme @ ("https" | "http")), Some(rest), _) => {
            let end = rest.find(['/', '?']).unwrap_or(rest.len());
            let (authority, rest) = rest.split_at(end);
            let (path, query) = split_query(rest);
            let path = without_dots(path);
            Ok(format!("{scheme}://{authority}{path}{query}"))
        }
        (_, None, Some(base)) if scheme.is_none() => Ok(relative(base, rest)),
        _ => Err("is no https url"),
    }
}

/// A reference without scheme and authority.
fn relative(base: &Url, reference: &str) -> String {
    let known = base.path_and_query().split('#').next().unwrap_or_default();
    let ((known, known_query), (path, query)) = (split_query(known), split_query(reference));
    let origin = base.origin();
    if path.is_empty() {
        let query = if query.is_empty() { known_query } else { query };
        return format!("{origin}{known}{query}");
    }
    let folder = match known.rfind('/') {
        _ if path.starts_with('/') => "",
        Some(end) => &known[..=end],
        None => "/",
    };
    let path = without_dots(&format!("{folder}{path}"));
    format!("{origin}{path}{query}")
}

/// The path, and the query with its mark.
fn split_query(text: &str) -> (&str, &str) {
    text.split_at(text.find('?').unwrap_or(text.len()))
}

/// RFC 3986 §5.2.4, of a path that is empty or begins with a slash.
fn without_dots(path: &str) -> String {
    let mut kept = Vec::new();
    let mut segments = path.split('/').skip(1).peekable();
    while let Some(segment) = segments.next() {
        let is_last = segments.peek().is_none();
        match segment {
            "." => {}
            ".." => drop(kept.pop()),
            segment => {
                kept.push(segment);
                continue;
            }
        }
        if is_last {
            kept.push("");
        }
    }
    kept.iter().flat_map(|segment| ["/", segment]).collect()
}

fn is_scheme(text: &str) -> bool {
    let is_plain = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'+' | b'-' | b'.');
    text.starts_with(|first: char| first.is_ascii_alphabetic()) && text.bytes().all(is_plain)
}

#[cfg(test)]
mod tests;
