//! Microsoft's permissions reference, as far as daemons need it.

use std::sync::OnceLock;

use miniz_oxide::inflate::decompress_to_vec;

/// 507 rules, a line each and sorted: the start of a path in lower case, what reading needs, what
/// writing needs. In a cell the least permission stands first and after it, in no order of worth,
/// those of other families that suffice as well. `A.Read.All` stands for `A.ReadWrite.All` too, and
/// `A*` for all that begin so. An empty cell leaves the answer to a shorter path, `-` says that
/// none is known (learn.microsoft.com/graph/permissions-reference).
///
/// They stand in `table.txt`; the program has them deflated by `build.rs`, a sixth of their size.
pub(super) fn rules() -> &'static str {
    static RULES: OnceLock<String> = OnceLock::new();
    RULES.get_or_init(|| {
        const DEFLATED: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/permissions.deflate"));
        // What we deflated ourselves can be read; a test compares it.
        let rules = decompress_to_vec(DEFLATED).unwrap_or_default();
        String::from_utf8(rules).unwrap_or_default()
    })
}
