//! Listings written for a test, and what is expected of them.

use crate::support::{Mgd, lines};
use crate::tenant::{Reply, Tenant};

/// A tenant that gives these replies, one to each path below `/v1.0/`, and the program for it.
pub fn script<'p>(replies: impl IntoIterator<Item = (&'p str, Reply)>) -> (Tenant, Mgd) {
    let tenant = Tenant::start();
    for (path, reply) in replies {
        tenant.on(&format!("/v1.0/{path}"), [reply]);
    }
    let mgd = Mgd::new(&tenant);
    (tenant, mgd)
}

/// A page with a link to the path `next`, if that is not empty, and an item for each of the ids,
/// which are separated by spaces.
pub fn page(ids: &str, next: &str) -> Reply {
    let link = match next {
        "" => String::new(),
        next => format!("\"@odata.nextLink\":\"{{origin}}/v1.0/{next}\","),
    };
    Reply::json(format!("{{{link}\"value\":[{}]}}", items(ids)))
}

/// The items with these ids, as they stand in a document.
pub fn items(ids: &str) -> String {
    jsonl(ids).trim_end().replace('\n', ",")
}

/// The items with these ids, one a line.
pub fn jsonl(ids: &str) -> String {
    ids.split(' ')
        .filter(|id| !id.is_empty())
        .map(|id| format!("{{\"id\":\"{id}\"}}\n"))
        .collect()
}

/// What stderr says when a page that was requested again is another.
pub const DIFFERS: &str = "mgd: graph: a page was requested again and its items differ\n\
    mgd: hint: start over: it cannot be continued without losing or repeating items\n";

/// How stderr says where to go on: behind the items with these ids.
pub fn resume_hint(tenant: &Tenant, path: &str, ids: &str) -> String {
    let link = tenant.url(&format!("/v1.0/{path}"));
    let skip = skipping(ids);
    format!("mgd: hint: go on with --resume '{link}' --skip {skip}\n")
}

/// The same after a document, which only lines can follow.
pub fn resume_hint_of_json(tenant: &Tenant, path: &str, ids: &str) -> String {
    format!("{} -o jsonl\n", resume_hint(tenant, path, ids).trim_end())
}

/// What `--skip` says of the items with these ids: how many they are, and their hash.
pub fn skipping(ids: &str) -> String {
    const ODD: u64 = 0x9e37_79b9_7f4a_7c15;
    let fold = |hash: u64, word: u64| {
        let wide = u128::from((hash ^ word).wrapping_add(ODD)) * u128::from(ODD);
        wide as u64 ^ (wide >> 64) as u64
    };
    let tokens = ids.split_whitespace().map(|id| format!("\"{id}\""));
    let hash = tokens.fold(0, |hash, token| {
        let (words, rest) = token.as_bytes().as_chunks::<8>();
        let words = words.iter().map(|word| u64::from_le_bytes(*word));
        let hash = words.fold(fold(hash, token.len() as u64), fold);
        let rest = rest
            .iter()
            .fold(0, |word, byte| word << 8 | u64::from(*byte));
        fold(hash, rest)
    });
    match ids.split_whitespace().count() {
        0 => "0".to_owned(),
        count => format!("{count}:{hash:016x}"),
    }
}

/// One token must have been asked for, then these paths below `/v1.0/` in this order, in good
/// manners.
#[track_caller]
pub fn asked(tenant: &Tenant, paths: &[&str]) {
    let token = format!("POST {}", tenant.token_path());
    let gets = paths.iter().map(|path| format!("GET /v1.0/{path}"));
    let expected: Vec<_> = [token].into_iter().chain(gets).collect();
    assert_eq!(lines(tenant), expected);
    assert_eq!(tenant.violations(), [] as [String; 0]);
}
