//! Where an upload goes.

use crate::error::Error;
use crate::graph::service::Graph;
use crate::graph::transfer::item_path::ItemPath;

/// What becomes of a file that has the name already.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Conflict {
    /// It stays, and nothing is stored.
    Fail,
    /// The new one gets another name.
    Rename,
    /// It is replaced.
    Replace,
}

/// The file that an upload makes or replaces.
#[derive(Debug)]
pub(crate) struct Target {
    /// The URL of its drive item.
    item: String,
    /// The URL of the drive, where the path says it.
    drive: Option<String>,
    /// Whether it is named by its path, not by the id of an item that is there.
    is_named: bool,
    pub(crate) conflict: Conflict,
}

const FORMS: &str = "a path names a file, as in drives/ID/root:/folder/name.txt or \
                     drives/ID/items/FOLDER:/name.txt, or an item to replace, as in \
                     drives/ID/items/ID";

impl Graph {
    /// Where an upload to `path` goes.
    ///
    /// # Errors
    ///
    /// `Parameters` when it is no place for a file.
    pub(crate) fn upload_target(
        &self,
        path: &str,
        conflict: Option<Conflict>,
    ) -> Result<Target, Error> {
        let url = self.resolve("PUT", path)?;
        let fail = |reason: &str| Err(Error::parameters(format!("path {path}: {reason}")));
        let whole = url.path_and_query();
        if whole.contains('?') {
            return fail("holds a query, which an upload has no use for");
        }
        let lower = whole.to_ascii_lowercase();
        if lower.contains("/attachments") && !lower.contains(":/") {
            return fail("attachments are not uploaded").map_err(|error| {
                error.hint("below 3 MB: mgd request POST with contentBytes in base64")
            });
        }
        let Some(path) = ItemPath::read(whole) else {
            return fail("names no file of a drive").map_err(|error| error.hint(FORMS));
        };
        let is_named = path.is_named;
        if !is_named && conflict.is_some_and(|conflict| conflict != Conflict::Replace) {
            return fail("names an item by its id, so that it is replaced")
                .map_err(|error| error.hint("leave --conflict out, or name the file by its path"));
        }
        let usual = if is_named {
            Conflict::Fail
        } else {
            Conflict::Replace
        };
        Ok(Target {
            item: format!("{}{}", url.origin(), path.item),
            drive: path.drive().map(|drive| format!("{}{drive}", url.origin())),
            is_named,
            conflict: conflict.unwrap_or(usual),
        })
    }
}

impl Target {
    /// The URL of the item.
    pub(crate) fn item(&self) -> &str {
        &self.item
    }

    /// The URL of an item of the same drive by its id.
    pub(crate) fn by_id(&self, id: &str) -> Option<String> {
        let is_plain = |b: u8| b.is_ascii_alphanumeric() || b"!-_.".contains(&b);
        let drive = self.drive.as_ref().filter(|_| id.bytes().all(is_plain))?;
        Some(format!("{drive}/items/{id}"))
    }

    /// The URL that takes the whole content.
    pub(crate) fn content(&self) -> String {
        let (item, conflict) = (&self.item, self.conflict.name());
        if self.is_named {
            format!("{item}:/content?@microsoft.graph.conflictBehavior={conflict}")
        } else {
            format!("{item}/content")
        }
    }

    /// The URL that begins an upload session.
    pub(crate) fn session(&self) -> String {
        let colon = if self.is_named { ":" } else { "" };
        format!("{}{colon}/createUploadSession", self.item)
    }
}

impl Conflict {
    pub(crate) const ALL: [Self; 3] = [Self::Fail, Self::Rename, Self::Replace];

    /// Its name for Graph and on the command line.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Fail => "fail",
            Self::Rename => "rename",
            Self::Replace => "replace",
        }
    }
}
