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

/// How stderr says where to go on.
pub fn resume_hint(tenant: &Tenant, path: &str, skip: u32) -> String {
    let link = tenant.url(&format!("/v1.0/{path}"));
    format!("mgd: hint: go on with --resume '{link}' --skip {skip}\n")
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
