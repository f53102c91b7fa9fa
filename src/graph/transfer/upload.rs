//! A file becomes a drive item: in one request, or slice by slice over as many runs as it takes.

use std::os::unix::fs::FileExt as _;

use serde_json::Value;

use crate::error::Error;
use crate::graph::authorized::authorized;
use crate::graph::service::Graph;
use crate::graph::transfer::facts::Facts;
use crate::graph::transfer::item::DriveItem;
use crate::graph::transfer::kept::Kept;
use crate::graph::transfer::ranges::{Lacking, lacking};
use crate::graph::transfer::session::{Sent, Session, Status};
use crate::graph::transfer::source::Source;
use crate::graph::transfer::target::{Conflict, Target};
use crate::http::{self, Attempts, Content, Failure, Part, Repeats, Url};

/// What is sent in one request at the most; above, in slices.
const MOST_AT_ONCE: u64 = 4 << 20;
/// How many sessions a run begins before it believes that none lasts.
const MOST_SESSIONS: u32 = 5;
/// The bound on the answer to the whole file, or to a new session.
const MAX_ANSWER: usize = 1 << 20;
const START: Lacking = Lacking {
    start: 0,
    end: None,
};

/// A file on its way to a place.
pub(crate) struct Upload<'u> {
    pub(crate) graph: &'u Graph,
    pub(crate) source: &'u Source,
    pub(crate) target: &'u Target,
    /// In bytes.
    pub(crate) slice: u64,
    /// Hears how many bytes have been sent.
    pub(crate) watch: &'u dyn Fn(u64),
}

/// What came of sending slices to a session.
enum Outcome {
    Stored(DriveItem),
    /// The session is unknown all at once; whether its last slice was sent.
    Gone(bool),
}

impl Upload<'_> {
    /// Sends the file; the item that it became.
    ///
    /// # Errors
    ///
    /// `Graph` when it is refused, `Local` when the file was changed meanwhile, `Unavailable` when
    /// it takes another run to go on.
    pub(crate) fn run(&self, kept: &mut Kept) -> Result<DriveItem, Error> {
        let item = if self.source.size() <= MOST_AT_ONCE {
            self.send_whole()
        } else {
            self.send_slices(kept)
        };
        item.map_err(explained)
    }

    fn send_whole(&self) -> Result<DriveItem, Error> {
        let url = url(&self.target.content())?;
        let part = Part {
            file: &self.source.file,
            start: 0,
            length: self.source.size(),
            watch: self.watch,
        };
        let headers = self.headers("application/octet-stream");
        let request = http::Request {
            method: "PUT",
            headers: &headers,
            content: Content::Part(&part),
            repeats: match self.target.conflict {
                Conflict::Replace => Repeats::Freely,
                Conflict::Fail | Conflict::Rename => Repeats::Unapplied,
            },
            ..http::Request::get(&url)
        };
        let mut attempts = self.graph.client().http().attempts();
        let reply = match authorized(self.graph.client(), &request, &mut attempts) {
            Err(Error::Local(_)) if self.source.check().is_err() => {
                return Err(self.source.changed());
            }
            reply => reply?,
        };
        let mut answer = reply.accepted()?;
        self.source.check()?;
        match answer.body.read_all(MAX_ANSWER) {
            Ok(body) => DriveItem::read(&body),
            // It is stored, under a name that only this answer had.
            Err(fault) if self.target.conflict == Conflict::Rename => Err(fault.error.unsure()),
            Err(fault) if fault.is_passing => self.graph.drive_item(self.target.item()),
            Err(fault) => Err(fault.error),
        }
    }

    fn send_slices(&self, kept: &mut Kept) -> Result<DriveItem, Error> {
        let http = self.graph.client().http();
        let mut attempts = http.attempts();
        let mut is_last_sent = false;
        if let Some(earlier) = kept.earlier() {
            let session = Session::new(http, earlier.url);
            if earlier.fingerprint != self.source.fingerprint() {
                session.cancel();
                kept.remove();
                return Err(self.source.changed());
            }
            is_last_sent = earlier.is_last_sent;
            http.listener()
                .note(|| "going on with the upload session of an earlier run".to_owned());
            if let Status::Lacks(lacks) = session.status(&mut attempts)? {
                match self.send_to(&session, lacks, kept, &mut attempts)? {
                    Outcome::Stored(item) => return Ok(item),
                    Outcome::Gone(is_last) => is_last_sent |= is_last,
                }
            }
        }
        for _ in 0..MOST_SESSIONS {
            if is_last_sent && let Some(item) = self.look(kept)? {
                kept.remove();
                return Ok(item);
            }
            let (session, lacks) = self.begin(&mut attempts)?;
            kept.keep(&session.url, &self.source.fingerprint(), false);
            match self.send_to(&session, lacks, kept, &mut attempts)? {
                Outcome::Stored(item) => return Ok(item),
                Outcome::Gone(is_last) => is_last_sent = is_last,
            }
        }
        kept.remove();
        Err(Error::unavailable(format!(
            "graph: {MOST_SESSIONS} upload sessions were lost before the file was whole"
        )))
    }

    /// Begins a session. One too many does no harm, so this is repeated where it helps.
    fn begin(&self, attempts: &mut Attempts) -> Result<(Session<'_>, Lacking), Error> {
        let http = self.graph.client().http();
        let url = url(&self.target.session())?;
        let conflict = self.target.conflict.name();
        let body = format!("{{\"item\":{{\"@microsoft.graph.conflictBehavior\":\"{conflict}\"}}}}");
        let headers = self.headers("application/json");
        let request = http::Request {
            method: "POST",
            headers: &headers,
            content: Content::Bytes(body.as_bytes()),
            ..http::Request::get(&url)
        };
        let answer = loop {
            let mut answer = authorized(self.graph.client(), &request, attempts)?.accepted()?;
            let fault = match answer.body.read_all(MAX_ANSWER) {
                Ok(body) => break body,
                Err(fault) => fault,
            };
            let wait = http.next_wait(url.origin(), attempts, Failure::Broken);
            match wait.filter(|_| fault.is_passing) {
                Some(wait) => http.sleep(&fault.error.to_string(), wait),
                None => return Err(fault.error),
            }
        };
        let answer: Value = serde_json::from_slice(&answer).unwrap_or_default();
        let fail = |reason: &str| Error::protocol(format!("graph: the upload session {reason}"));
        let link = answer.get("uploadUrl").and_then(Value::as_str);
        let link = link.ok_or_else(|| fail("has no url"))?;
        let link = Url::parse(&crate::form::encode_unsendable(link)).map_err(|reason| {
            fail(&format!(
                "has a url that cannot be used: it {}",
                plain(&reason)
            ))
        })?;
        http.listener()
            .note(|| format!("the upload session is at {}", link.host()));
        let lacks = lacking(&answer).unwrap_or(START);
        Ok((Session::new(http, link), lacks))
    }

    /// Sends what a session lacks.
    fn send_to(
        &self,
        session: &Session<'_>,
        mut lacks: Lacking,
        kept: &mut Kept,
        attempts: &mut Attempts,
    ) -> Result<Outcome, Error> {
        let http = self.graph.client().http();
        let total = self.source.size();
        let mut is_last_sent = false;
        loop {
            let Lacking { start, end } = lacks;
            if start >= total {
                return Err(Error::protocol(format!(
                    "{}: the upload session wants more than there is",
                    session.url.origin().name()
                )));
            }
            self.check(session, kept)?;
            let end = end.unwrap_or(total).min(total).min(start + self.slice);
            if end == total && !is_last_sent {
                is_last_sent = true;
                kept.keep(&session.url, &self.source.fingerprint(), true);
            }
            let part = Part {
                file: &self.source.file,
                start,
                length: end - start,
                watch: &|sent| (self.watch)(start + sent),
            };
            let (error, failure) = match session.put(&part, total) {
                Sent::Done(body) if end == total => {
                    self.check(session, kept)?;
                    kept.remove();
                    return DriveItem::read(&body).map(Outcome::Stored);
                }
                Sent::Done(_) => {
                    let text = "the upload session ended before the file did";
                    return Err(self.given_up(session, kept, Error::protocol(text)));
                }
                Sent::Gone => return Ok(Outcome::Gone(is_last_sent)),
                Sent::Refused(error) => return Err(self.given_up(session, kept, error)),
                Sent::Taken(next) => {
                    let next = next.unwrap_or(Lacking {
                        start: end,
                        end: None,
                    });
                    if next.start > start && next.start < total {
                        *attempts = http.attempts();
                        lacks = next;
                        continue;
                    }
                    let error = Error::unavailable("the upload session makes no progress");
                    (error, Failure::Broken)
                }
                Sent::Unclear(error, failure) => (error, failure),
            };
            match http.next_wait(session.url.origin(), attempts, failure) {
                Some(wait) => http.sleep(&error.to_string(), wait),
                None => return Err(error.hint("run it again to go on where it broke off")),
            }
            lacks = match session.status(attempts)? {
                Status::Lacks(lacks) => lacks,
                Status::Gone => return Ok(Outcome::Gone(is_last_sent)),
            };
        }
    }

    /// Gives the session up when the file is not what it was.
    fn check(&self, session: &Session<'_>, kept: &mut Kept) -> Result<(), Error> {
        self.source.check().inspect_err(|_| {
            session.cancel();
            kept.remove();
        })
    }

    /// Ends a session with which no other run could go on either. A full drive can be emptied.
    fn given_up(&self, session: &Session<'_>, kept: &mut Kept, error: Error) -> Error {
        if matches!(error, Error::Local(_)) && self.source.check().is_err() {
            session.cancel();
            kept.remove();
            return self.source.changed();
        }
        if error.report().status == Some(507) {
            return error.hint("make room in the drive, and run it again to go on");
        }
        if !matches!(error, Error::Unavailable(_) | Error::Local(_)) {
            session.cancel();
            kept.remove();
        }
        error
    }

    /// Whether the file is stored already, by a last slice whose answer was lost: the session is
    /// gone then too.
    fn look(&self, kept: &mut Kept) -> Result<Option<DriveItem>, Error> {
        let item = match self.graph.drive_item(self.target.item()) {
            Ok(item) => item,
            Err(error) if error.report().status == Some(404) => return Ok(None),
            Err(error) => return Err(error),
        };
        let facts = Facts::of(&item.value);
        let size = self.source.size();
        let hash = match &facts.hash {
            Some(hash) => {
                let mut digest = hash.digest();
                let read_at = |buffer: &mut [u8], at| self.source.file.read_at(buffer, at);
                let read = digest.update_from(size, &read_at);
                read.map_err(|_| self.source.changed())?;
                Some(digest.finish())
            }
            None => None,
        };
        let is_same = facts.differ(size, hash.as_ref()).is_none();
        let is_certain = facts.size.is_some() && hash.is_some();
        match self.target.conflict {
            Conflict::Fail | Conflict::Replace if is_same && is_certain => Ok(Some(item)),
            Conflict::Replace => Ok(None),
            Conflict::Fail if !is_same => Ok(None),
            Conflict::Fail | Conflict::Rename => {
                kept.remove();
                let text = "the answer to the last slice was lost, and the upload session is gone";
                Err(Error::unavailable(format!("graph: {text}")).unsure())
            }
        }
    }

    /// The caller's headers, and the type of what is sent unless they say it.
    fn headers(&self, media: &str) -> Vec<(String, String)> {
        let mut headers = self.graph.headers_and(&[]);
        headers.retain(|(name, _)| !name.eq_ignore_ascii_case("content-type"));
        headers.push(("content-type".to_owned(), media.to_owned()));
        headers
    }
}

fn url(text: &str) -> Result<Url, Error> {
    Url::parse(text).map_err(|reason| Error::parameters(format!("path: {reason}")))
}

/// A reason why a URL is none, without a part of the URL in it.
fn plain(reason: &str) -> &str {
    if reason.starts_with("has the scheme") {
        "is no https url"
    } else {
        reason
    }
}

fn explained(error: Error) -> Error {
    let is_taken = error
        .report()
        .code
        .as_deref()
        .is_some_and(|code| code.eq_ignore_ascii_case("nameAlreadyExists"));
    if is_taken && error.report().hint.is_none() {
        error.hint("--conflict replace takes its place, and --conflict rename another name")
    } else {
        error
    }
}
