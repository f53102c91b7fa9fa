//! A big file goes slice by slice to an upload session, over as many runs as it takes.

use std::ops::ControlFlow;

use serde_json::Value;

use crate::error::Error;
use crate::graph::call::Call;
use crate::graph::redirect::resolve;
use crate::graph::transfer::item::DriveItem;
use crate::graph::transfer::ranges::{MissingRange, first_missing};
use crate::graph::transfer::saved_session::{Progress, Saved, SavedSession};
use crate::graph::transfer::session::{Sent, Status, UploadSession};
use crate::graph::transfer::upload::{MAX_ANSWER, Upload, url};
use crate::http::{self, Content, Failed, Part};

/// How many sessions a run begins before it believes that none lasts.
const MOST_SESSIONS: u32 = 5;
/// What a slice must at least have brought, if not all of it was taken.
const WORTH: u64 = 64 * 1024;
const START: MissingRange = MissingRange {
    start: 0,
    end: None,
};

/// What came of sending slices to a session.
enum Outcome {
    Stored(DriveItem),
    /// The session is unknown all at once; whether its last slice was sent.
    Gone(bool),
}

impl Upload<'_> {
    /// Sends the file to the session that is kept, or to a new one.
    pub(crate) fn send_slices(&self, saved: &mut SavedSession) -> Result<DriveItem, Error> {
        let http = self.graph.client().http();
        let mut call = self.graph.call();
        let mut is_last_sent = false;
        if let Some(Saved {
            fingerprint,
            progress: Progress::Session { url, is_last },
        }) = saved.earlier(self.graph.root()?.origin())
        {
            let session = UploadSession::new(self.graph, url);
            if !self.source.is(&fingerprint) {
                session.cancel();
                saved.remove();
                return Err(self.source.changed());
            }
            is_last_sent = is_last;
            http.listener()
                .note(|| "going on with the upload session of an earlier run".to_owned());
            match self.send_to(&session, None, is_last_sent, saved, &mut call)? {
                Outcome::Stored(item) => return Ok(item),
                Outcome::Gone(is_last) => is_last_sent = is_last,
            }
        }
        for _ in 0..MOST_SESSIONS {
            if is_last_sent && let Some(item) = self.look(saved)? {
                return Ok(item);
            }
            let (session, lacks) = self.begin(&mut call)?;
            self.save(saved, &session, false);
            match self.send_to(&session, Some(lacks), false, saved, &mut call)? {
                Outcome::Stored(item) => return Ok(item),
                Outcome::Gone(is_last) => is_last_sent = is_last,
            }
        }
        saved.remove();
        Err(Error::unavailable(format!(
            "graph: {MOST_SESSIONS} upload sessions were lost before the file was whole"
        )))
    }

    fn save(&self, saved: &mut SavedSession, session: &UploadSession<'_>, is_last: bool) {
        let url = session.url.clone();
        saved.save(self.source, &Progress::Session { url, is_last });
    }

    /// Begins a session. One too many does no harm, so this is repeated where it helps.
    fn begin(&self, call: &mut Call<'_>) -> Result<(UploadSession<'_>, MissingRange), Error> {
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
        let (_, response) = call.read(&request, MAX_ANSWER)?;
        let response: Value = serde_json::from_slice(&response).unwrap_or_default();
        let fail = |reason: &str| Error::protocol(format!("graph: the upload session {reason}"));
        let link = response.get("uploadUrl").and_then(Value::as_str);
        let link = link.ok_or_else(|| fail("has no url"))?;
        let link = resolve(url.origin(), None, link)
            .map_err(|reason| fail(&format!("has a url that cannot be used: it {reason}")))?;
        http.listener()
            .note(|| format!("the upload session is at {}", link.host()));
        let lacks = first_missing(&response).unwrap_or(START);
        Ok((UploadSession::new(self.graph, link), lacks))
    }

    /// Sends what a session lacks; it is asked where that is not known.
    fn send_to(
        &self,
        session: &UploadSession<'_>,
        mut known: Option<MissingRange>,
        mut is_last_sent: bool,
        saved: &mut SavedSession,
        call: &mut Call<'_>,
    ) -> Result<Outcome, Error> {
        let total = self.source.size();
        // What a session forgets and takes again is no progress.
        let mut farthest = 0;
        loop {
            let lacks = match known.take() {
                Some(lacks) => lacks,
                None => match self.ask(session, is_last_sent, saved, call)? {
                    ControlFlow::Continue(lacks) => lacks,
                    ControlFlow::Break(outcome) => return Ok(outcome),
                },
            };
            let start = lacks.start;
            if start >= total {
                let error = Error::protocol("the upload session wants more than there is");
                return Err(self.given_up(session, saved, error));
            }
            self.check(session, saved)?;
            let end = lacks.end.unwrap_or(total).min(total);
            let end = end.min(start + self.slice);
            if end == total && !is_last_sent {
                is_last_sent = true;
                self.save(saved, session, true);
            }
            let failed = match self.send_slice(session, call, start, end) {
                Sent::Done(body) if end == total => {
                    self.check(session, saved)?;
                    let redactor = self.graph.client().http().redactor();
                    return DriveItem::read(&body, redactor).map(Outcome::Stored);
                }
                Sent::Done(_) => {
                    let error = Error::protocol("the upload session ended before the file did");
                    return Err(self.given_up(session, saved, error));
                }
                Sent::Gone => return Ok(Outcome::Gone(is_last_sent)),
                Sent::Refused(error) => return Err(self.given_up(session, saved, error)),
                Sent::Taken(next) => {
                    let next = next.unwrap_or(MissingRange {
                        start: end,
                        end: None,
                    });
                    let is_worth = next.start >= end || next.start >= start + WORTH;
                    if is_worth && next.start < total {
                        if next.start > farthest {
                            farthest = next.start;
                            call.renew();
                        }
                        known = Some(next);
                        continue;
                    }
                    // Byte by byte it would never end: a little counts as a failed attempt, which
                    // the next one goes on from.
                    known = Some(next).filter(|next| (start + 1..total).contains(&next.start));
                    let error = Error::unavailable("the upload session makes no progress");
                    Failed::broken(error)
                }
                Sent::Unclear(failed) => failed,
            };
            let waited = call.failed(session.url.origin(), failed);
            waited.map_err(|error| self.given_up(session, saved, error))?;
        }
    }

    fn send_slice(
        &self,
        session: &UploadSession<'_>,
        call: &mut Call<'_>,
        start: u64,
        end: u64,
    ) -> Sent {
        let part = Part {
            file: &self.source.file,
            start,
            length: end - start,
            watch: &|sent| (self.watch)(start + sent),
        };
        session.put(call, &part, self.source.size())
    }

    /// Asks a session what it lacks; one that cannot say so is of no use to another run either.
    fn ask(
        &self,
        session: &UploadSession<'_>,
        is_last_sent: bool,
        saved: &mut SavedSession,
        call: &mut Call<'_>,
    ) -> Result<ControlFlow<Outcome, MissingRange>, Error> {
        loop {
            let status = session.status(call);
            match status.map_err(|error| self.given_up(session, saved, error))? {
                Status::Lacks(lacks) => return Ok(ControlFlow::Continue(lacks)),
                Status::Gone => return Ok(ControlFlow::Break(Outcome::Gone(is_last_sent))),
                // The response that said so was lost, or the file is being put together.
                Status::Whole if is_last_sent => {}
                Status::Whole => {
                    let error = Error::protocol("the upload session ended before the file did");
                    return Err(self.given_up(session, saved, error));
                }
            }
            if let Some(item) = self.look(saved)? {
                return Ok(ControlFlow::Break(Outcome::Stored(item)));
            }
            let error = "the upload session has the whole file, but the file is not there";
            let failed = Failed::broken(Error::unavailable(error));
            call.failed(session.url.origin(), failed)?;
        }
    }

    /// Gives the session up when the file is not what it was.
    fn check(&self, session: &UploadSession<'_>, saved: &mut SavedSession) -> Result<(), Error> {
        self.source.check().inspect_err(|_| {
            session.cancel();
            saved.remove();
        })
    }

    /// Ends a session with which no other run could go on either. A full drive can be emptied.
    fn given_up(
        &self,
        session: &UploadSession<'_>,
        saved: &mut SavedSession,
        error: Error,
    ) -> Error {
        if matches!(error, Error::Local(_)) && self.source.check().is_err() {
            session.cancel();
            saved.remove();
            return self.source.changed();
        }
        if error.report().status == Some(507) {
            return error.hint("make room in the drive, and run it again to go on");
        }
        if !matches!(error, Error::Unavailable(_) | Error::Local(_)) {
            session.cancel();
            saved.remove();
        }
        error
    }
}
