//! Whether a file is stored, and as what it was sent.

use std::os::unix::fs::FileExt as _;

use crate::error::Error;
use crate::graph::transfer::facts::{Facts, Hash};
use crate::graph::transfer::item::DriveItem;
use crate::graph::transfer::saved_session::{Progress, Saved, SavedSession};
use crate::graph::transfer::target::Conflict;
use crate::graph::transfer::upload::Upload;

impl Upload<'_> {
    /// The item that an earlier run stored, if that ended before it was printed and the item is
    /// still what this file would become.
    pub(crate) fn stored_earlier(
        &self,
        saved: &mut SavedSession,
    ) -> Result<Option<DriveItem>, Error> {
        let earlier = saved.earlier(self.graph.root()?.origin());
        let Some(Saved {
            fingerprint,
            progress,
        }) = earlier
        else {
            return Ok(None);
        };
        let is_same = self.source.is(&fingerprint);
        let item = match progress {
            Progress::Session { .. } => return Ok(None),
            Progress::Sent if is_same => self.look(saved)?,
            Progress::Stored(id) if is_same => self.find(&id)?,
            Progress::Sent | Progress::Stored(_) => None,
        };
        if item.is_none() {
            saved.forget();
        }
        Ok(item)
    }

    /// The item of this id, if it has this content; an Office file may have been rewritten.
    fn find(&self, id: &str) -> Result<Option<DriveItem>, Error> {
        let url = self.target.by_id(id);
        let url = url.as_deref().unwrap_or(self.target.item());
        let Some(item) = self.item_at(url)? else {
            return Ok(None);
        };
        let is_it = item.id() == Some(id);
        let is_same = is_office(&item) || self.difference(&item)?.is_none();
        Ok(Some(item).filter(|_| is_it && is_same))
    }

    /// Whether the file is stored already, by a request whose response was lost.
    pub(crate) fn look(&self, saved: &mut SavedSession) -> Result<Option<DriveItem>, Error> {
        let Some(item) = self.item_at(self.target.item())? else {
            return Ok(None);
        };
        let is_same = self.difference(&item)?.is_none();
        let facts = Facts::of(&item.value);
        let is_certain = facts.size.is_some() && facts.hash.is_some();
        match self.target.conflict {
            Conflict::Fail | Conflict::Replace if is_same && is_certain => Ok(Some(item)),
            Conflict::Replace => Ok(None),
            Conflict::Fail if !is_same => Ok(None),
            Conflict::Fail | Conflict::Rename => Err(unknown(saved)),
        }
    }

    fn item_at(&self, url: &str) -> Result<Option<DriveItem>, Error> {
        match self.graph.drive_item(url) {
            Ok(item) => Ok(Some(item)),
            Err(error) if error.report().status == Some(404) => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// Holds the item that a file became against the file.
    ///
    /// # Errors
    ///
    /// `Protocol` when it has another size or hash; `Local` when the file was changed meanwhile.
    pub(crate) fn verify(&self, item: &DriveItem) -> Result<(), Error> {
        let Some(difference) = self.difference(item)? else {
            return Ok(());
        };
        self.source.check()?;
        if is_office(item) {
            let text = format!("the stored item {difference}; SharePoint rewrites Office files");
            self.graph.client().http().listener().warn(&text);
            return Ok(());
        }
        let error = Error::protocol(format!("graph: the stored item {difference}"));
        Err(error.hint("it is not what was sent: upload it again with --conflict replace"))
    }

    /// What tells the item from the file, in a few words.
    fn difference(&self, item: &DriveItem) -> Result<Option<String>, Error> {
        let facts = Facts::of(&item.value);
        let size = self.source.size();
        Ok(match facts.size {
            Some(stored) if stored != size => {
                Some(format!("has {stored} bytes, and the file {size}"))
            }
            _ => {
                let hash = facts
                    .hash
                    .as_ref()
                    .map(|hash| self.hash(hash))
                    .transpose()?;
                let differ = facts.differ(size, hash.as_ref());
                differ.map(|_| "has another hash than the file".to_owned())
            }
        })
    }

    /// The file's hash, of the kind of `like`.
    fn hash(&self, like: &Hash) -> Result<Hash, Error> {
        let mut digest = like.digest();
        let read_at = |buffer: &mut [u8], at| self.source.file.read_at(buffer, at);
        match digest.update_from(self.source.size(), &read_at) {
            Ok(()) => Ok(digest.finish()),
            Err(error) => Err(self.source.unread(&error)),
        }
    }
}

/// The error that nobody knows whether a file is stored. The next run begins anew.
fn unknown(saved: &mut SavedSession) -> Error {
    saved.remove();
    Error::unavailable("graph: no response says whether the file is stored").unsure()
}

/// Whether SharePoint rewrites files of this kind, to put its own properties into them.
fn is_office(item: &DriveItem) -> bool {
    const KINDS: [&str; 11] = [
        "doc", "dot", "xls", "xlt", "xla", "ppt", "pot", "pps", "ppa", "vsd", "vss",
    ];
    let name = item.value.get("name").and_then(|name| name.as_str());
    let extension = name.and_then(|name| name.rsplit_once('.'));
    let extension = extension.map(|(_, extension)| extension.to_ascii_lowercase());
    let is_known = |extension: &String| KINDS.iter().any(|kind| extension.starts_with(kind));
    extension.is_some_and(|extension| extension.len() <= 4 && is_known(&extension))
}
