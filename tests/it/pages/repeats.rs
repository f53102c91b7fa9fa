//! Pages that Graph refuses, and the link that a page gives which took more than one try.

use crate::support::{DIFFERS, Mgd, asked, jsonl, page, resume_hint, script, skipping};
use crate::tenant::{Reply, Tenant};

/// A Graph error without the request id, which nobody could foresee.
fn error(status: u16, code: &str) -> Reply {
    let body = format!("{{\"error\":{{\"code\":\"{code}\",\"message\":\"No.\"}}}}");
    Reply::bare(status)
        .header("Content-Type", "application/json")
        .body(body)
}

fn throttled() -> Reply {
    error(429, "TooManyRequests").retry_after("0.05")
}

fn lost() -> Reply {
    error(400, "DirectoryPageTokenNotFoundException")
}

#[test]
fn a_throttled_page_keeps_the_order_and_every_item_once() {
    let (tenant, mgd) = script([
        ("items", page("1 2", "items?p=2")),
        ("items?p=2", throttled()),
        ("items?p=3", page("5", "")),
    ]);
    tenant.on("/v1.0/items?p=2", [throttled(), page("3 4", "items?p=3")]);
    let run = mgd.get(&["items", "-ojsonl"]);
    run.ended(0, &jsonl("1 2 3 4 5"), "");
    asked(
        &tenant,
        &["items", "items?p=2", "items?p=2", "items?p=2", "items?p=3"],
    );
}

#[test]
fn a_throttled_page_with_an_empty_body_is_tried_again() {
    for status in [408, 429, 503, 504, 509] {
        let (tenant, mgd) = script([("items", page("1", "items?p=2"))]);
        let empty = Reply::bare(status).retry_after("0.05");
        tenant.on("/v1.0/items?p=2", [empty, page("2", "")]);
        mgd.get(&["items", "-ojsonl"]).ended(0, &jsonl("1 2"), "");
        asked(&tenant, &["items", "items?p=2", "items?p=2"]);
    }
}

#[test]
fn a_refused_page_ends_the_listing_where_it_can_be_taken_up() {
    let (tenant, mgd) = script([
        ("items", page("1 2", "items?p=2")),
        ("items?p=2", page("3", "items?p=3")),
        ("items?p=3", error(404, "Request_ResourceNotFound")),
    ]);
    let run = mgd.get(&["items", "-ojsonl"]);
    // Graph has refused the link of the third page: the second has another.
    let hint = resume_hint(&tenant, "items?p=2", "3");
    let stderr = format!("mgd: graph: Request_ResourceNotFound: No. (HTTP 404)\n{hint}");
    run.ended(1, &jsonl("1 2 3"), &stderr);
    asked(&tenant, &["items", "items?p=2", "items?p=3"]);
}

#[test]
fn a_refused_page_leaves_the_document_open() {
    let (tenant, mgd) = script([
        ("items", page("1", "items?p=2")),
        ("items?p=2", error(403, "accessDenied")),
    ]);
    let run = mgd.get(&["items", "--errors", "json"]);
    assert_eq!(
        (run.code, run.stdout.as_str()),
        (1, r#"{"value":[{"id":"1"}"#)
    );
    let line: serde_json::Value = serde_json::from_str(&run.stderr).unwrap();
    let expected = serde_json::json!({
        "link": tenant.url("/v1.0/items"),
        "skip": 1,
        "hash": skipping("1").strip_prefix("1:"),
    });
    assert_eq!(line["resume"], expected);
    assert_eq!((&line["exit"], &line["status"]), (&1.into(), &403.into()));
    asked(&tenant, &["items", "items?p=2"]);
}

#[test]
fn a_page_with_a_server_error_is_tried_three_times() {
    let (tenant, mgd) = script([("items", page("1 2", "items?p=2"))]);
    let broken = error(500, "generalException").retry_after("0.05");
    tenant.always("/v1.0/items?p=2", broken);
    let run = mgd.get(&["items", "-ojsonl"]);
    let hint = resume_hint(&tenant, "items?p=2", "");
    let stderr = format!("mgd: graph: generalException: No. (HTTP 500)\n{hint}");
    run.ended(4, &jsonl("1 2"), &stderr);
    asked(&tenant, &["items", "items?p=2", "items?p=2", "items?p=2"]);
}

#[test]
fn a_first_page_that_is_refused_has_nothing_to_go_on_with() {
    let (tenant, mgd) = script([("items", error(404, "x"))]);
    mgd.get(&["items"])
        .refused(1, "mgd: graph: x: No. (HTTP 404)\n");
    asked(&tenant, &["items"]);
}

/// A second page that is throttled once, and whose link is then unknown to Graph.
fn poisoned() -> (Tenant, Mgd) {
    let (tenant, mgd) = script([
        ("items", page("1", "items?p=2")),
        ("items?p=2", throttled()),
        ("items?p=bad", lost()),
        ("items?p=3", page("4", "")),
    ]);
    tenant.on("/v1.0/items?p=2", [page("2 3", "items?p=bad")]);
    (tenant, mgd)
}

#[test]
fn a_lost_place_after_a_repeat_is_found_again_from_the_page_before() {
    let (tenant, mgd) = poisoned();
    tenant.on("/v1.0/items?p=2", [page("2 3", "items?p=3")]);
    let run = mgd.get(&["items", "-ojsonl"]);
    run.ended(0, &jsonl("1 2 3 4"), "");
    let (two, bad) = ("items?p=2", "items?p=bad");
    asked(&tenant, &["items", two, two, bad, two, "items?p=3"]);
}

#[test]
fn a_lost_place_is_told_on_any_level_of_the_error() {
    let (tenant, mgd) = script([
        ("items", throttled()),
        ("items?p=2", Reply::bare(400).body(
            r#"{"error":{"code":"Request_BadRequest","message":"m","innerError":{"code":"DirectoryPageTokenNotFoundException"}}}"#,
        )),
    ]);
    tenant.on(
        "/v1.0/items",
        [page("1", "items?p=2"), page("1", "items?p=3")],
    );
    tenant.on("/v1.0/items?p=3", [page("2", "")]);
    mgd.get(&["items", "-ojsonl"]).ended(0, &jsonl("1 2"), "");
    asked(
        &tenant,
        &["items", "items", "items?p=2", "items", "items?p=3"],
    );
}

#[test]
fn the_way_back_may_end_in_the_same_link() {
    let (tenant, mgd) = poisoned();
    tenant.on("/v1.0/items?p=2", [page("2 3", "items?p=bad")]);
    tenant.on("/v1.0/items?p=bad", [page("4", "")]);
    mgd.get(&["items", "-ojsonl"])
        .ended(0, &jsonl("1 2 3 4"), "");
    let (two, bad) = ("items?p=2", "items?p=bad");
    asked(&tenant, &["items", two, two, bad, two, bad]);
}

const LOST: &str = "mgd: graph: DirectoryPageTokenNotFoundException: No. (HTTP 400)\n";

/// Two pages, of which the first is throttled once and the second breaks off and is then unknown to
/// Graph: the first page, asked for anew, is this one, and this is what it leads to.
fn interrupted(anew: Reply, rest: Reply) -> (Tenant, Mgd) {
    let (tenant, mgd) = script([("items?p=3", rest)]);
    tenant.on("/v1.0/items", [throttled(), page("1 2", "items?p=2"), anew]);
    let cut = page("3 4 5", "").cut_after(35);
    tenant.on("/v1.0/items?p=2", [cut, lost()]);
    (tenant, mgd)
}

#[test]
fn a_page_that_broke_off_and_is_lost_goes_on_by_a_fresh_link() {
    for rest in ["3 4 5", "3 4", "3 4 x y"] {
        let (tenant, mgd) = interrupted(page("1 2", "items?p=3"), page(rest, ""));
        let run = mgd.get(&["items", "-ojsonl"]);
        run.ended(0, &jsonl(&format!("1 2 {rest}")), "");
        let two = "items?p=2";
        asked(&tenant, &["items", "items", two, two, "items", "items?p=3"]);
    }
}

#[test]
fn a_page_that_broke_off_and_is_another_by_its_fresh_link_cannot_be_continued() {
    for (anew, rest) in [
        (page("1 2", "items?p=3"), "x 3 4"),
        (page("1 2", "items?p=3"), "3"),
        (page("1 2", ""), "3 4"),
        (page("1 2 3", "items?p=3"), "3 4"),
        (page("1", "items?p=3"), "3 4"),
    ] {
        let (_tenant, mgd) = interrupted(anew, page(rest, ""));
        let run = mgd.get(&["items", "-ojsonl"]);
        run.ended(4, &jsonl("1 2 3 4"), DIFFERS);
    }
    // The link of the first page would have the items of the second come again.
    let (_tenant, mgd) = interrupted(error(404, "x"), page("", ""));
    let run = mgd.get(&["items", "-ojsonl"]);
    let (_, hint) = DIFFERS.split_once('\n').unwrap();
    let line = "mgd: graph: x: No. (HTTP 404)\n";
    run.ended(1, &jsonl("1 2 3 4"), &format!("{line}{hint}"));
}

#[test]
fn a_page_that_broke_off_and_whose_repeat_is_refused_starts_over() {
    let (tenant, mgd) = script([("items", page("1 2", "items?p=2"))]);
    let cut = page("3 4 5", "").cut_after(35);
    tenant.on("/v1.0/items?p=2", [cut, error(404, "x")]);
    let run = mgd.get(&["items", "-ojsonl"]);
    let (_, hint) = DIFFERS.split_once('\n').unwrap();
    let line = "mgd: graph: x: No. (HTTP 404)\n";
    run.ended(1, &jsonl("1 2 3 4"), &format!("{line}{hint}"));
}

#[test]
fn a_place_that_is_lost_twice_is_an_error() {
    let (tenant, mgd) = poisoned();
    tenant.on("/v1.0/items?p=2", [page("2 3", "items?p=bad")]);
    tenant.on("/v1.0/items?p=bad", [lost()]);
    let run = mgd.get(&["items", "-ojsonl"]);
    let hint = resume_hint(&tenant, "items?p=2", "2 3");
    run.ended(1, &jsonl("1 2 3"), &format!("{LOST}{hint}"));
    let (two, bad) = ("items?p=2", "items?p=bad");
    asked(&tenant, &["items", two, two, bad, two, bad]);
}

#[test]
fn a_place_that_is_lost_twice_is_an_error_though_the_way_back_was_throttled() {
    let (tenant, mgd) = poisoned();
    tenant.on("/v1.0/items?p=2", [throttled(), page("2 3", "items?p=bad")]);
    tenant.on("/v1.0/items?p=bad", [lost()]);
    let run = mgd.get(&["items", "-ojsonl"]);
    let hint = resume_hint(&tenant, "items?p=2", "2 3");
    run.ended(1, &jsonl("1 2 3"), &format!("{LOST}{hint}"));
    let (two, bad) = ("items?p=2", "items?p=bad");
    asked(&tenant, &["items", two, two, bad, two, two, bad]);
}

#[test]
fn a_lost_place_without_a_repeat_before_is_an_error() {
    let (tenant, mgd) = script([("items", page("1", "items?p=2")), ("items?p=2", lost())]);
    let run = mgd.get(&["items", "-ojsonl"]);
    let hint = resume_hint(&tenant, "items", "1");
    run.ended(1, &jsonl("1"), &format!("{LOST}{hint}"));
    asked(&tenant, &["items", "items?p=2"]);
}

#[test]
fn a_page_before_that_has_changed_is_no_way_back() {
    for again in ["2 9", "2", "2 3 9", "3 2"] {
        let (tenant, mgd) = poisoned();
        tenant.on("/v1.0/items?p=2", [page(again, "items?p=3")]);
        let run = mgd.get(&["items", "-ojsonl"]);
        run.ended(4, &jsonl("1 2 3"), DIFFERS);
        let (two, bad) = ("items?p=2", "items?p=bad");
        asked(&tenant, &["items", two, two, bad, two]);
    }
}
