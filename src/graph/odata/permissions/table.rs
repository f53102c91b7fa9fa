//! Microsoft's permissions reference, as far as daemons need it: users, groups, sites, drives,
//! applications, devices and audit logs.

use std::sync::OnceLock;

use miniz_oxide::inflate::decompress_to_vec;

/// The lines of `table.txt`, where each is a segment of a path in lower case, indented below the
/// one before it in the path: `*` is any id, `*:` an id or a path that goes on. Behind a segment
/// stand, for the path that ends with it, methods by their letters (GET, POST, pAtch, pUt, DELETE)
/// and the permissions that suffice for each of them; what is higher than one in the list is left out
/// (learn.microsoft.com/graph/permissions-reference).
///
/// The permission to be named stands first, with `~` where it is not the least: the reference has
/// several that cannot be compared, or none. Methods that the reference contradicts itself on, or
/// that a permission to read shall change something with, are left out.
///
/// The program has the lines as `build.rs` packs them: each begins with a digit for its indent.
fn packed() -> &'static str {
    static PACKED: OnceLock<String> = OnceLock::new();
    PACKED.get_or_init(|| {
        const DEFLATED: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/permissions.deflate"));
        // What we deflated ourselves can be read; a test compares it.
        let packed = decompress_to_vec(DEFLATED).unwrap_or_default();
        String::from_utf8(packed).unwrap_or_default()
    })
}

/// The depth of each line, and what it says.
pub(crate) fn lines() -> impl Iterator<Item = (usize, &'static str)> {
    let mut child = 0_usize;
    packed().lines().map(move |line| {
        let (level, row) = line.split_at(1);
        let depth = child.saturating_sub(usize::from(level.as_bytes()[0] - b'0'));
        child = depth + 1;
        (depth, row)
    })
}

/// The permissions for a method of the path with these segments, none where none is known. A row that names a segment hides
/// one that takes any, so that `users/delta` is not the user of that name.
pub(crate) fn find(method: &str, path: &[String]) -> Vec<&'static str> {
    let (mut depth_of_match, mut named) = (0, 0_u32);
    let mut best = (0, "");
    for (depth, row) in lines() {
        let (segment, cells) = row.split_once(' ').unwrap_or((row, ""));
        let Some(part) = path.get(depth).filter(|_| depth <= depth_of_match) else {
            continue;
        };
        let is_named = segment == part;
        if !is_named && !is_any(segment, part) {
            depth_of_match = depth;
            continue;
        }
        depth_of_match = depth + 1;
        let bit = 1 << (31 - depth.min(31));
        named &= !(bit | (bit - 1));
        named |= if is_named { bit } else { 0 };
        if depth_of_match == path.len() && named >= best.0 {
            best = (named, cells);
        }
    }
    let letter = match method {
        "GET" => 'G',
        "POST" => 'P',
        "PATCH" => 'A',
        "PUT" => 'U',
        "DELETE" => 'D',
        _ => return Vec::new(),
    };
    let mut is_wanted = false;
    let words = best.1.split(' ').filter(|word| {
        let is_letters = word.bytes().all(|byte| byte.is_ascii_uppercase());
        if is_letters {
            is_wanted = word.contains(letter);
        }
        is_wanted && !is_letters
    });
    words.collect()
}

/// Whether the segment of a row takes any id, and `part` may be one: no operator of OData, no cast
/// and no function.
fn is_any(segment: &str, part: &str) -> bool {
    let goes_on = part.ends_with(':');
    let mut words = ["$", "%24", "microsoft.graph."].iter();
    let is_word = words.any(|start| part.starts_with(start));
    let is_wanted = segment == if goes_on { "*:" } else { "*" };
    is_wanted && !is_word && !part.is_empty() && !part.contains('(')
}
