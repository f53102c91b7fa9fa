//! A file becomes a drive item: in one request, or slice by slice over as many runs as it takes.

use crate::error::Error;
use crate::graph::service::Graph;
use crate::graph::transfer::item::DriveItem;
use crate::graph::transfer::saved_session::{Progress, SavedSession};
use crate::graph::transfer::source::Source;
use crate::graph::transfer::target::{Conflict, Target};
use crate::http::{self, Content, Part, Repeats, Response, Url};

/// What is sent in one request at the most; above, in slices.
const MOST_AT_ONCE: u64 = 4 << 20;
/// The bound on the response to the whole file, or to a new session.
pub(crate) const MAX_ANSWER: usize = 1 << 20;

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

impl Upload<'_> {
    /// Sends the file; the item that it became. That stays in `saved`: the caller removes it once
    /// the item has been printed.
    ///
    /// # Errors
    ///
    /// `Graph` when it is refused, `Local` when the file was changed meanwhile, `Unavailable` when
    /// it takes another run to go on, `Protocol` when the item is not what was sent.
    pub(crate) fn run(&self, saved: &mut SavedSession) -> Result<DriveItem, Error> {
        if let Some(item) = self.stored_earlier(saved)? {
            let listener = self.graph.client().http().listener();
            listener.note(|| "an earlier run has stored the file".to_owned());
            return Ok(item);
        }
        let item = if self.source.size() <= MOST_AT_ONCE {
            self.send_whole(saved)
        } else {
            self.send_slices(saved).map_err(|error| {
                let is_passing = matches!(error, Error::Unavailable(_));
                if is_passing && saved.is_there() && error.report().hint.is_none() {
                    error.hint("run it again to go on where it broke off")
                } else {
                    error
                }
            })
        };
        let item = item.map_err(explained)?;
        // Before the file is read for its hash: that takes long, and only this response has the id.
        if let Some(id) = item.id() {
            saved.save(self.source, &Progress::Stored(id.to_owned()));
        }
        self.verify(&item).inspect_err(|_| saved.remove())?;
        Ok(item)
    }

    /// Sends the file in one request. Unless that may be repeated freely, another run has to know
    /// that it may have been stored.
    fn send_whole(&self, saved: &mut SavedSession) -> Result<DriveItem, Error> {
        if self.target.conflict != Conflict::Replace {
            saved.save(self.source, &Progress::Sent);
        }
        let response = self.put_whole().map_err(|error| {
            if !error.report().is_unsure {
                saved.forget();
            } else if saved.is_there() && self.target.conflict == Conflict::Fail {
                return error.hint("it may have been applied: run it again, it looks first");
            }
            error
        });
        let mut response = response?;
        self.source.check().inspect_err(|_| saved.forget())?;
        match response.body.read_all_json(MAX_ANSWER) {
            Ok(body) => DriveItem::read(&body, &response.redactor),
            // It is stored, under a name that only this response had.
            Err(fault) if self.target.conflict == Conflict::Rename => Err(fault.error.unsure()),
            Err(fault) if fault.is_passing => self.graph.drive_item(self.target.item()),
            Err(fault) => Err(fault.error),
        }
    }

    fn put_whole(&self) -> Result<Response, Error> {
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
        let reply = match self.graph.call().send(&request) {
            Err(Error::Local(_)) if self.source.check().is_err() => {
                return Err(self.source.changed());
            }
            reply => reply?,
        };
        reply.accepted()
    }

    /// The caller's headers, and the type of what is sent unless they say it.
    pub(crate) fn headers(&self, media: &str) -> Vec<(String, String)> {
        let mut headers = self.graph.headers_and(&[]);
        headers.retain(|(name, _)| !name.eq_ignore_ascii_case("content-type"));
        headers.push(("content-type".to_owned(), media.to_owned()));
        headers
    }
}

pub(crate) fn url(text: &str) -> Result<Url, Error> {
    Url::parse(text).map_err(|reason| Error::parameters(format!("path: {reason}")))
}

fn explained(error: Error) -> Error {
    let is_taken = error
        .report()
        .code
        .as_deref()
        .is_some_and(|code| code.eq_ignore_ascii_case("nameAlreadyExists"));
    if is_taken && error.report().hint.is_none() {
        error.hint("--conflict replace replaces it, --conflict rename takes another name")
    } else {
        error
    }
}
