//! Content as it arrives, wherever Graph says that it lies; what breaks off is resumed.

use crate::error::Error;
use crate::graph::call::Call;
use crate::graph::service::Graph;
use crate::graph::transfer::content::{ContentRequest, Found};
use crate::graph::transfer::item_path::ItemPath;
use crate::graph::transfer::outside::outside_error;
use crate::graph::transfer::ranges::ContentRange;
use crate::http::{Body, Failed, Origin, Response, Url};

/// Content that is being read.
#[derive(Debug)]
pub(crate) struct Download<'g> {
    graph: &'g Graph,
    url: Url,
    call: Call<'g>,
    body: Option<Body>,
    /// Where the body comes from.
    origin: Origin,
    /// How many bytes have been handed out, those of earlier runs included.
    place: u64,
    version: Version,
    /// Behind the last byte that the body may have.
    end: Option<u64>,
    /// Where the attempts were renewed last. Bytes that come again are no progress.
    renewed_at: u64,
    /// How often a URL that was fresh has been refused since then.
    refused: u32,
    /// Whether Graph itself has the content, so that it is asked for the rest of it.
    is_direct: bool,
}

/// Which content it is, as far as that is known.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Version {
    /// Strong ones only: with others the bytes may differ.
    pub(crate) etag: Option<String>,
    pub(crate) total: Option<u64>,
}

/// What reading on has brought.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Step {
    /// The content begins, perhaps anew: whatever was handed out before is void.
    Begin,
    /// So many bytes are in the buffer.
    Bytes(usize),
    /// All of it was handed out.
    End,
}

enum Opened {
    Whole(Response, Origin),
    Rest(Response, Origin),
    /// The rest of what is at hand cannot be had: another version, or no ranges.
    Other,
}

/// How often a fresh URL may be refused before that is believed.
const MOST_REFUSED: u32 = 3;
/// What has to come before the attempts are renewed: less, again and again, is no progress.
const WORTH: u64 = 64 * 1024;

impl Graph {
    /// The content at a path, or at an absolute URL on this Graph; of a drive item it is the
    /// content that is meant. Nothing is asked yet.
    pub(crate) fn download(&self, path: &str) -> Result<Download<'_>, Error> {
        let url = content_url(self.resolve("GET", path)?)?;
        Ok(Download {
            graph: self,
            call: self.call(),
            body: None,
            origin: url.origin().clone(),
            url,
            place: 0,
            version: Version::default(),
            end: None,
            renewed_at: 0,
            refused: 0,
            is_direct: false,
        })
    }
}

impl Download<'_> {
    pub(crate) fn url(&self) -> &Url {
        &self.url
    }

    /// Goes on behind the bytes that an earlier run left of this version.
    pub(crate) fn go_on_at(&mut self, place: u64, version: Version) {
        self.place = place;
        self.renewed_at = place;
        self.version = version;
    }

    pub(crate) fn place(&self) -> u64 {
        self.place
    }

    pub(crate) fn version(&self) -> &Version {
        &self.version
    }

    /// Reads on; what breaks off is resumed, or begun anew where that cannot be.
    pub(crate) fn read(&mut self, buffer: &mut [u8]) -> Result<Step, Error> {
        loop {
            let Some(body) = &mut self.body else {
                match self.open()? {
                    true => return Ok(Step::Begin),
                    false => continue,
                }
            };
            match body.read(buffer) {
                Ok(0) if self.version.total.is_some_and(|total| self.place < total) => {
                    let host = self.origin.name();
                    let error = Error::unavailable(format!("{host}: the content broke off"));
                    self.retry(Failed::broken(error))?;
                }
                Ok(0) => return Ok(Step::End),
                Ok(n) => {
                    self.count(n as u64)?;
                    return Ok(Step::Bytes(n));
                }
                Err(fault) => self.retry(fault.into())?,
            }
        }
    }

    fn count(&mut self, bytes: u64) -> Result<(), Error> {
        self.place += bytes;
        if self.end.is_some_and(|end| self.place > end) {
            let host = self.origin.name();
            return Err(Error::protocol(format!(
                "{host}: the content is longer than it says"
            )));
        }
        if self.place >= self.renewed_at + WORTH {
            self.renewed_at = self.place;
            self.refused = 0;
            self.call.renew();
        }
        Ok(())
    }

    /// Waits before the content is asked for again.
    fn retry(&mut self, failed: Failed) -> Result<(), Error> {
        self.body = None;
        self.call.failed(&self.origin, failed)
    }

    /// Asks for what is missing; says whether the content begins anew.
    fn open(&mut self) -> Result<bool, Error> {
        if self.place > 0 && self.version.etag.is_some() {
            match self.find(true)? {
                Opened::Rest(response, origin) => {
                    self.begin(response, origin);
                    return Ok(false);
                }
                Opened::Whole(response, origin) => {
                    self.begin_anew(response, origin);
                    return Ok(true);
                }
                Opened::Other => {
                    let listener = self.graph.client().http().listener();
                    listener.note(|| "the rest cannot be had: beginning anew".to_owned());
                }
            }
        }
        match self.find(false)? {
            Opened::Whole(response, origin) => self.begin_anew(response, origin),
            // With a range of the caller's.
            Opened::Rest(_, origin) => {
                let text = format!("{}: a part of the content came, not all", origin.name());
                return Err(Error::protocol(text).status(206));
            }
            Opened::Other => return Err(Error::protocol("graph: no content")),
        }
        Ok(true)
    }

    fn begin(&mut self, response: Response, origin: Origin) {
        self.origin = origin;
        self.body = Some(response.body);
    }

    fn begin_anew(&mut self, response: Response, origin: Origin) {
        let is_as_kept = is_as_kept(&response);
        let etag = response.header("etag").filter(|etag| is_strong(etag));
        let length = response.header("content-length");
        self.version = Version {
            etag: etag.filter(|_| is_as_kept).map(str::to_owned),
            total: match response.status {
                204 => Some(0),
                _ => length
                    .filter(|_| is_as_kept)
                    .and_then(|length| length.trim().parse().ok()),
            },
        };
        self.place = 0;
        self.end = self.version.total;
        self.begin(response, origin);
    }

    /// Asks Graph where the content is, and there for it, or for the rest of it. Always both: a
    /// URL that proves something by itself is good for minutes.
    fn find(&mut self, is_rest: bool) -> Result<Opened, Error> {
        loop {
            let range = if is_rest { self.range() } else { Vec::new() };
            let request = ContentRequest {
                graph: self.graph,
                range: &range,
                is_direct: self.is_direct,
            };
            let Found {
                response,
                origin,
                is_outside,
            } = request.send(&self.url, &mut self.call)?;
            self.is_direct = !is_outside;
            self.origin = origin.clone();
            let opened = match response.status {
                200 if !is_outside && is_entity(&response) => {
                    let error = Error::parameters("graph: the response is an entity, not content");
                    return Err(error.hint("mgd get PATH prints it").status(200));
                }
                200 | 204 => Opened::Whole(response, origin),
                206 if is_rest => match self.rest_in(&response) {
                    // Less than all of the rest may come.
                    Some(range) => {
                        self.version.total = Some(range.total);
                        self.end = Some(range.end);
                        Opened::Rest(response, origin)
                    }
                    None => Opened::Other,
                },
                206 => Opened::Rest(response, origin),
                416 if is_rest => Opened::Other,
                401 | 403 | 404 | 410 if is_outside => {
                    self.refused += 1;
                    let error = outside_error(response, &origin, "content");
                    if self.refused >= MOST_REFUSED {
                        return Err(error);
                    }
                    self.retry(Failed::broken(error))?;
                    continue;
                }
                status @ 200..300 => {
                    let text = format!("{}: no content (HTTP {status})", origin.name());
                    return Err(Error::protocol(text).status(status));
                }
                _ => return Err(outside_error(response, &origin, "content")),
            };
            return Ok(opened);
        }
    }

    /// What a response holds that goes on where we are, in the same version.
    fn rest_in(&self, response: &Response) -> Option<ContentRange> {
        let range = response
            .header("content-range")
            .and_then(ContentRange::read)?;
        let is_rest = range.start == self.place
            && self.version.total.is_none_or(|total| total == range.total)
            && is_as_kept(response)
            && response.header("etag") == self.version.etag.as_deref();
        is_rest.then_some(range)
    }

    /// What asks for the rest, in this version alone.
    fn range(&self) -> Vec<(String, String)> {
        let Some(etag) = &self.version.etag else {
            return Vec::new();
        };
        let range = format!("bytes={}-", self.place);
        vec![
            ("range".to_owned(), range),
            ("if-range".to_owned(), etag.clone()),
        ]
    }
}

/// The URL of the content of a drive item, whatever is wanted of it otherwise.
fn content_url(url: Url) -> Result<Url, Error> {
    let whole = url.path_and_query();
    let (path, query) = whole.split_at(whole.find('?').unwrap_or(whole.len()));
    match ItemPath::read(path) {
        Some(item) if item.action.is_empty() => {
            let url = format!("{}{}{query}", url.origin(), item.content());
            Url::parse(&url).map_err(|reason| Error::parameters(format!("path: {reason}")))
        }
        _ => Ok(url),
    }
}

/// Whether a response is OData and no stored file, which may be JSON too
/// ([OData JSON §3.1](https://docs.oasis-open.org/odata/odata-json-format/v4.01/odata-json-format-v4.01.html#sec_ControllingtheAmountofControlInforma)).
fn is_entity(response: &Response) -> bool {
    let media = response.header("content-type").unwrap_or_default();
    media.to_ascii_lowercase().contains("odata.metadata=")
}

/// Whether the bytes of the response are those that are kept, not an encoding of them.
fn is_as_kept(response: &Response) -> bool {
    let mut codings = response.headers("content-encoding");
    codings.all(|coding| matches!(coding.trim(), "" | "identity"))
}

/// [RFC 9110 §8.8.1](https://www.rfc-editor.org/rfc/rfc9110#section-8.8.1)
fn is_strong(etag: &str) -> bool {
    etag.len() > 1 && etag.starts_with('"') && etag.ends_with('"')
}
