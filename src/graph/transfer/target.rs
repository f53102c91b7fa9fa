//! Where an upload goes.

use crate::error::Error;
use crate::graph::service::Graph;

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
        let Some(place) = Place::of(whole) else {
            return fail("is no place for a file").map_err(|error| error.hint(FORMS));
        };
        let is_named = matches!(place, Place::Named(_));
        if !is_named && conflict.is_some_and(|conflict| conflict != Conflict::Replace) {
            return fail("names an item by its id, so that it is replaced")
                .map_err(|error| error.hint("leave --conflict out, or name the file by its path"));
        }
        let (Place::Named(item) | Place::Known(item)) = place;
        let usual = if is_named {
            Conflict::Fail
        } else {
            Conflict::Replace
        };
        Ok(Target {
            item: format!("{}{item}", url.origin()),
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

#[derive(Debug, PartialEq, Eq)]
enum Place<'p> {
    /// By a path below an item: `…root:/folder/name`.
    Named(&'p str),
    /// By its id.
    Known(&'p str),
}

impl<'p> Place<'p> {
    /// What `path` names, with or without what an upload is asked for by behind it.
    fn of(path: &'p str) -> Option<Self> {
        const ENDS: [&str; 2] = ["/content", "/createUploadSession"];
        if let Some(colon) = path.find(":/") {
            let name = &path[colon + 2..];
            let (name, end) = name.split_once(':').unwrap_or((name, ""));
            let is_known = end.is_empty() || ENDS.contains(&end);
            let item = &path[..colon + 2 + name.len()];
            return (is_known && !name.is_empty()).then_some(Self::Named(item));
        }
        let item = ENDS.iter().find_map(|end| path.strip_suffix(end));
        let item = item.unwrap_or(path);
        let mut segments = item.rsplit('/');
        let (last, before) = (segments.next()?, segments.next()?);
        let is_item = before.eq_ignore_ascii_case("items") && !last.ends_with(':');
        (is_item || last.eq_ignore_ascii_case("driveItem")).then_some(Self::Known(item))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_named_by_a_path_or_an_item_by_its_id() {
        for (path, item) in [
            (
                "/v1.0/drives/D/root:/a/b.txt",
                "/v1.0/drives/D/root:/a/b.txt",
            ),
            (
                "/v1.0/drives/D/root:/a/b.txt:",
                "/v1.0/drives/D/root:/a/b.txt",
            ),
            ("/v1.0/drives/D/root:/b:/content", "/v1.0/drives/D/root:/b"),
            (
                "/v1.0/drives/D/items/I:/b:/createUploadSession",
                "/v1.0/drives/D/items/I:/b",
            ),
            (
                "/v1.0/drives/D/root:/content",
                "/v1.0/drives/D/root:/content",
            ),
            (
                "/v1.0/drives/D/root:/a/content",
                "/v1.0/drives/D/root:/a/content",
            ),
        ] {
            assert_eq!(Place::of(path), Some(Place::Named(item)), "{path}");
        }
        for path in [
            "/v1.0/drives/D/items/I",
            "/v1.0/drives/D/items/I/content",
            "/v1.0/drives/D/items/I/createUploadSession",
        ] {
            let item = "/v1.0/drives/D/items/I";
            assert_eq!(Place::of(path), Some(Place::Known(item)), "{path}");
        }
        for path in [
            "/v1.0/drives/D",
            "/v1.0/drives/D/root",
            "/v1.0/drives/D/root/content",
            "/v1.0/drives/D/root:/a:/children",
            "/v1.0/drives/D/root:/a:b",
            "/v1.0/drives/D/root:/:/content",
            "/v1.0/drives/D/items/I:",
            "/v1.0/users/U/photo/$value",
        ] {
            assert_eq!(Place::of(path), None, "{path}");
        }
    }
}
