//! When no page is asked for before the one in front of it has ended.

use crate::pages::ahead::{A, B, C, STALL, after_first, all, slow, three};
use crate::support::{Mgd, asked, jsonl, page, script};
use crate::tenant::{Reply, Tenant};

#[test]
fn who_wants_no_page_ahead_gets_none() {
    let (tenant, mgd) = three();
    mgd.get(&["items", "-ojsonl", "--no-prefetch"])
        .ended(0, &all(), "");
    asked(&tenant, &["items", "items?p=2", "items?p=3"]);
    assert!(after_first(&tenant, 1) >= STALL);
    assert_eq!(tenant.connections(), 1);
}

#[test]
fn a_limited_listing_asks_for_no_page_ahead() {
    let (tenant, mgd) = three();
    mgd.get(&["items", "-ojsonl", "--limit", "27"])
        .ended(0, &all(), "");
    assert!(after_first(&tenant, 1) >= STALL);
    assert_eq!(tenant.connections(), 1);
}

#[test]
fn one_page_alone_asks_for_no_other() {
    for arguments in [["--first-page"].as_slice(), &["-oraw"]] {
        let (tenant, mgd) = three();
        mgd.get(&[&["items"], arguments].concat()).ok();
        asked(&tenant, &["items"]);
    }
}

#[test]
fn a_link_after_the_items_comes_too_late() {
    let items = crate::support::items(A);
    let link = "\"@odata.nextLink\":\"{origin}/v1.0/items?p=2\"";
    let first = Reply::json(format!("{{\"value\":[{items}],{link}}}"));
    let (tenant, mgd) = script([
        ("items", first.stall_after(60, STALL)),
        ("items?p=2", page(B, "")),
    ]);
    let expected = [A, B].map(jsonl).concat();
    mgd.get(&["items", "-ojsonl"]).ended(0, &expected, "");
    assert!(after_first(&tenant, 1) >= STALL);
}

/// Four pages, the second of which is refused once in this way.
fn refused_once(refusal: Reply) -> (Tenant, Mgd) {
    let (tenant, mgd) = script([
        ("items", page("1", "items?p=2")),
        ("items?p=2", refusal),
        ("items?p=3", slow(B, "items?p=4")),
        ("items?p=4", page(C, "")),
    ]);
    tenant.on("/v1.0/items?p=2", [slow(A, "items?p=3")]);
    (tenant, mgd)
}

#[test]
fn after_a_refusal_a_page_must_come_at_once_before_another_is_asked_for_ahead() {
    for status in [429, 503, 504, 500] {
        let refusal = Reply::bare(status).retry_after("0.05");
        let (tenant, mgd) = refused_once(refusal);
        let expected = format!("{}{}", jsonl("1"), all());
        mgd.get(&["items", "-ojsonl"]).ended(0, &expected, "");
        let two = "items?p=2";
        asked(&tenant, &["items", two, two, "items?p=3", "items?p=4"]);
        let at = |index| after_first(&tenant, index);
        assert!(at(3) - at(2) >= STALL, "{status}: in trouble a moment ago");
        assert!(at(4) - at(3) < STALL, "{status}: all is well again");
    }
}
