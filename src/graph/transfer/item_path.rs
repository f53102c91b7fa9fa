//! Paths of drive items: what they name, and where the content of that is.

/// A path that names a drive item, taken apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct ItemPath<'p> {
    /// `…/root:/folder/name`, or `…/items/ID`.
    pub(crate) item: &'p str,
    /// Whether it is named by its path below another item, not by its id.
    pub(crate) is_named: bool,
    /// What is wanted of it: nothing, or one of [`ACTIONS`].
    pub(crate) action: &'p str,
}

const CONTENT: &str = "/content";
const ACTIONS: [&str; 2] = [CONTENT, "/createUploadSession"];

impl<'p> ItemPath<'p> {
    /// Reads a path without its query; `None` names no drive item, or something of one that is
    /// not its content: a conversion, an older version, a picture.
    pub(crate) fn read(path: &'p str) -> Option<Self> {
        let mut colons = path.match_indices(":/").map(|(at, _)| at);
        if let Some(named) = colons.find_map(|colon| Self::below(path, colon)) {
            return Some(named);
        }
        let (item, action) = ACTIONS
            .iter()
            .find_map(|action| Some((path.strip_suffix(action)?, *action)))
            .unwrap_or((path, ""));
        let is_known = is_item(item) && !is_root(item) && !item.contains(":/");
        let is_known = is_known && !item.ends_with(':');
        is_known.then_some(Self {
            item,
            is_named: false,
            action,
        })
    }

    /// Below the item whose path ends at `colon`.
    fn below(path: &'p str, colon: usize) -> Option<Self> {
        let start = colon + 2;
        let (name, action) = path[start..]
            .split_once(':')
            .unwrap_or((&path[start..], ""));
        let is_known = action.is_empty() || ACTIONS.contains(&action);
        let is_file = is_known && !name.is_empty() && is_base(&path[..colon]);
        is_file.then_some(Self {
            item: &path[..start + name.len()],
            is_named: true,
            action,
        })
    }

    /// The path of the drive that holds the item, where it says that.
    pub(crate) fn drive(&self) -> Option<&'p str> {
        let base = self.item.rfind(":/").filter(|_| self.is_named);
        let base = &self.item[..base.unwrap_or(self.item.len())];
        let (parent, _) = base.rsplit_once('/')?;
        if is_root(base) {
            return Some(parent);
        }
        let (drive, _) = parent.rsplit_once('/')?;
        is_drive(drive).then_some(drive)
    }

    /// Whether it is the content of the item that is named.
    pub(crate) fn is_content(&self) -> bool {
        self.action == CONTENT
    }

    /// The path of the item's content.
    pub(crate) fn content(&self) -> String {
        let colon = if self.is_named { ":" } else { "" };
        format!("{}{colon}{CONTENT}", self.item)
    }
}

fn is(text: &str, name: &str) -> bool {
    text.eq_ignore_ascii_case(name)
}

/// Whether a path names an item that others can be named below.
fn is_base(path: &str) -> bool {
    is_root(path) || is_item(path) || is_in(path, "special")
}

fn is_root(path: &str) -> bool {
    let parent = path.rsplit_once('/');
    parent.is_some_and(|(drive, last)| is(last, "root") && is_drive(drive))
}

/// By its id, or as what a shared link or a list item stands for. Other services have
/// collections named `items` too.
fn is_item(path: &str) -> bool {
    is_in(path, "items")
        || path
            .rsplit('/')
            .next()
            .is_some_and(|last| is(last, "driveItem"))
}

/// Whether a path names a member of this collection of a drive.
fn is_in(path: &str, collection: &str) -> bool {
    let parent = path
        .rsplit_once('/')
        .and_then(|(parent, _)| parent.rsplit_once('/'));
    parent.is_some_and(|(drive, last)| is(last, collection) && is_drive(drive))
}

fn is_drive(path: &str) -> bool {
    let mut segments = path.rsplit('/');
    let last = segments.next().unwrap_or_default();
    let before = segments.next().unwrap_or_default();
    is(last, "drive") || is(before, "drives") || is(before, "shares")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(path: &str) -> Option<(&str, bool, &str)> {
        ItemPath::read(path).map(|path| (path.item, path.is_named, path.action))
    }

    #[test]
    fn a_file_is_named_by_its_path() {
        for (path, item, action) in [
            (
                "/v1.0/drives/D/root:/a/b.txt",
                "/v1.0/drives/D/root:/a/b.txt",
                "",
            ),
            (
                "/v1.0/drives/D/root:/a/b.txt:",
                "/v1.0/drives/D/root:/a/b.txt",
                "",
            ),
            (
                "/v1.0/drives/D/root:/b:/content",
                "/v1.0/drives/D/root:/b",
                "/content",
            ),
            (
                "/v1.0/drives/D/items/I:/b:/createUploadSession",
                "/v1.0/drives/D/items/I:/b",
                "/createUploadSession",
            ),
            (
                "/v1.0/drives/D/root:/content",
                "/v1.0/drives/D/root:/content",
                "",
            ),
            (
                "/v1.0/drives/D/root:/a/content",
                "/v1.0/drives/D/root:/a/content",
                "",
            ),
            (
                "/v1.0/users/U/drive/special/approot:/a",
                "/v1.0/users/U/drive/special/approot:/a",
                "",
            ),
            (
                "/v1.0/sites/h:/teams/root:/drive/root:/a:/content",
                "/v1.0/sites/h:/teams/root:/drive/root:/a",
                "/content",
            ),
            (
                "/v1.0/shares/S/driveItem:/a",
                "/v1.0/shares/S/driveItem:/a",
                "",
            ),
        ] {
            assert_eq!(read(path), Some((item, true, action)), "{path}");
        }
    }

    #[test]
    fn an_item_is_named_by_its_id() {
        for item in [
            "/v1.0/drives/D/items/I",
            "/v1.0/users/U/drive/items/I",
            "/v1.0/sites/S/Drives/D/Items/I",
            "/v1.0/shares/S/driveItem",
            "/v1.0/shares/S/items/I",
            "/v1.0/sites/S/lists/L/items/1/driveItem",
        ] {
            for action in ["", "/content", "/createUploadSession"] {
                let path = format!("{item}{action}");
                assert_eq!(read(&path), Some((item, false, action)), "{path}");
            }
        }
    }

    #[test]
    fn the_drive_is_known_where_the_path_says_it() {
        for (path, drive) in [
            ("/v1.0/drives/D/root:/a/b", Some("/v1.0/drives/D")),
            ("/v1.0/drives/D/items/I:/a", Some("/v1.0/drives/D")),
            ("/v1.0/drives/D/items/I", Some("/v1.0/drives/D")),
            (
                "/v1.0/users/U/drive/special/approot:/a",
                Some("/v1.0/users/U/drive"),
            ),
            (
                "/v1.0/sites/h:/x:/drive/root:/a",
                Some("/v1.0/sites/h:/x:/drive"),
            ),
            ("/v1.0/shares/S/driveItem", None),
            ("/v1.0/shares/S/driveItem:/a", None),
        ] {
            assert_eq!(ItemPath::read(path).unwrap().drive(), drive, "{path}");
        }
    }

    #[test]
    fn anything_else_is_no_file() {
        for path in [
            "/v1.0/drives/D",
            "/v1.0/drives/D/root",
            "/v1.0/drives/D/root/content",
            "/v1.0/drives/D/root:/a:/children",
            "/v1.0/drives/D/root:/a:b",
            "/v1.0/drives/D/root:/:/content",
            "/v1.0/drives/D/items/I:",
            "/v1.0/drives/D/items/I/versions/V/content",
            "/v1.0/drives/D/items/I/thumbnails/0/small/content",
            "/v1.0/sites/h:/teams/x",
            "/v1.0/sites/S/lists/L/items/1",
            "/v1.0/external/connections/C/items/I",
            "/v1.0/users/U/onenote/pages/P/content",
            "/v1.0/users/U/photo/$value",
        ] {
            assert_eq!(read(path), None, "{path}");
        }
    }

    #[test]
    fn the_content_has_a_path_of_its_own() {
        for (path, content) in [
            ("/v1.0/drives/D/root:/a", "/v1.0/drives/D/root:/a:/content"),
            ("/v1.0/drives/D/items/I", "/v1.0/drives/D/items/I/content"),
        ] {
            assert_eq!(ItemPath::read(path).unwrap().content(), content);
            assert_eq!(ItemPath::read(content).unwrap().content(), content);
        }
    }
}
