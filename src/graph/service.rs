//! Graph itself: one authorised request.

use std::time::SystemTime;

use base64::Engine as _;
use base64::alphabet;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};

use crate::auth::{ConfidentialClient, Renewal};
use crate::error::Error;
use crate::graph::path;
use crate::graph::refusal::{Asked, refusal};
use crate::http::{Answer, Attempts, Request, Url};

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
    /// [`Error::Parameters`] when it is no https URL.
    pub fn with_root(mut self, root: &str) -> Result<Self, Error> {
        let url = Url::parse(root)
            .map_err(|reason| Error::parameters(format!("graph root {root}: {reason}")))?;
        self.root = Some(url);
        Ok(self)
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
        let is_token = |b: u8| b.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&b);
        if name.is_empty() || !name.bytes().all(is_token) {
            return Err(Error::parameters(format!(
                "header {name}: is not a header's name"
            )));
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
        self.headers.push((name.to_owned(), value.to_owned()));
        Ok(self)
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

    /// The URL of a path, or of an absolute URL on this Graph.
    pub(crate) fn resolve(&self, path: &str) -> Result<Url, Error> {
        path::resolve(self.root()?, path, self.is_beta)
    }

    /// The URL of a link that this Graph gave.
    pub(crate) fn link(&self, link: &str) -> Result<Url, String> {
        let root = self.root().map_err(|error| error.to_string())?;
        path::on_same_origin(root, link)
    }

    /// One GET with the bearer, tried again where that can help. A 401 gets one fresh token.
    ///
    /// # Errors
    ///
    /// Whatever is no 2xx, sorted by who must act.
    pub(crate) fn get(&self, url: &Url, attempts: &mut Attempts) -> Result<Answer, Error> {
        let mut token = self.client.acquire_token()?;
        let mut is_fresh = false;
        loop {
            let request = Request {
                headers: &self.headers,
                bearer: Some(token.secret()),
                ..Request::get(url)
            };
            let mut answer = self.client.http().send(&request, attempts)?;
            match answer.status {
                200..300 => return Ok(answer),
                401 if !is_fresh => {
                    is_fresh = true;
                    let claims = answer.headers("www-authenticate").find_map(claims);
                    answer.body.drain();
                    self.client.http().listener().note(|| {
                        let left = token.expires_on().duration_since(SystemTime::now());
                        let left = left.unwrap_or_default().as_secs();
                        format!("graph refused a token with {left} s to live: asking for another")
                    });
                    token = self.client.acquire(match &claims {
                        Some(claims) => Renewal::Claims(claims),
                        None => Renewal::Refused(&token),
                    })?;
                }
                _ => {
                    let asked = Asked {
                        is_write: false,
                        path: url.path_and_query(),
                        token: &token,
                        consent: &self.client.consent_url(),
                    };
                    return Err(refusal(answer, &asked));
                }
            }
        }
    }
}

/// The claims that a challenge asks for
/// (learn.microsoft.com/entra/identity-platform/claims-challenge), as JSON.
fn claims(challenge: &str) -> Option<String> {
    const BASE64: GeneralPurposeConfig =
        GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent);
    let (_, rest) = challenge.split_once("claims=")?;
    let value = rest.trim_start_matches('"').split(['"', ',', ' ']).next()?;
    let is_url_safe = value.contains(['-', '_']);
    let alphabet = if is_url_safe {
        &alphabet::URL_SAFE
    } else {
        &alphabet::STANDARD
    };
    let bytes = GeneralPurpose::new(alphabet, BASE64).decode(value).ok()?;
    let claims = String::from_utf8(bytes).ok()?;
    claims.starts_with('{').then_some(claims)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn claims_are_decoded_with_and_without_padding() {
        let challenge = r#"Bearer realm="", error="insufficient_claims", claims="eyJhIjp7fX0=""#;
        assert_eq!(claims(challenge).as_deref(), Some(r#"{"a":{}}"#));
        assert_eq!(
            claims("Bearer claims=\"eyJhIjp7fX0\"").as_deref(),
            Some(r#"{"a":{}}"#)
        );
        assert_eq!(claims("Bearer claims=\"%%\""), None);
        assert_eq!(claims("Bearer realm=\"\""), None);
    }
}
