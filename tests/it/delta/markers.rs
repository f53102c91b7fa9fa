//! Readers who may know what was deleted meanwhile: a reset comes before all that there is.

use std::fs;

use super::{
    BEGINS, CHANGED, MARKER, RESET, add, append, delta, gets, is_at_start, known, state, tenant,
};
use crate::support::{Mgd, items, jsonl};
use crate::tenant::{Reply, Tenant};

const DELETED: &str = r#"{"id":"a","@removed":{"reason":"deleted"}}"#;

/// A page of changes with these ids, and a link of this kind to this query.
fn page(tenant: &Tenant, ids: &str, kind: &str, query: &str) -> Reply {
    let link = tenant.url(&format!("/v1.0/users/delta?{query}"));
    let items = items(ids);
    Reply::json(format!(
        "{{\"value\":[{items}],\"@odata.{kind}\":\"{link}\"}}"
    ))
}

/// A first run whose first page breaks off for good behind an item that does not wait in a buffer.
fn broken(mgd: &Mgd, tenant: &Tenant, more: &[&str]) {
    let item = format!("{{\"id\":\"a\",\"x\":\"{}\"}}", "y".repeat(80_000));
    let page = Reply::json(format!("{{\"value\":[{item},7]}}")).cut_after(item.len() + 12);
    tenant.on("/v1.0/users/delta", [page.clone(), page.clone(), page]);
    let run = append(mgd, &[&["--retry-max-time", "1"], more].concat());
    assert_eq!(run.code, 4, "{}", run.stderr);
    tenant.clear_script();
}

#[test]
fn a_page_that_broke_off_for_good_is_void_for_the_next_run() {
    let (tenant, mgd) = tenant("a b c");
    broken(&mgd, &tenant, &[]);
    assert!(is_at_start(&mgd, "s.state"));
    let lines = mgd.scratch.read("out");
    let ids: Vec<_> = known(&lines).into_keys().collect();
    assert_eq!(ids, ["a"]);
    tenant.change(DELETED);
    append(&mgd, &[]).ended(0, "", BEGINS);
    let out = mgd.scratch.read("out");
    assert_eq!(out, format!("{lines}{MARKER}{}", jsonl("b c")));
    let ids: Vec<_> = known(&out).into_keys().collect();
    assert_eq!(ids, ["b", "c"]);
}

#[test]
fn a_place_that_is_written_elsewhere_may_follow_lines_in_any_state() {
    let out = &["--state-out", "new"][..];
    for at in ["start", "next", "delta"] {
        let (tenant, mgd) = tenant("a b c");
        match at {
            "start" => {
                broken(&mgd, &tenant, out);
                assert!(is_at_start(&mgd, "new"));
            }
            "next" => {
                tenant.on("/v1.0/users/delta?$skiptoken", [Reply::status(403)]);
                assert_eq!(delta(&mgd, out).code, 1);
            }
            _ => assert_eq!(delta(&mgd, out).code, 0),
        }
        let _ = fs::remove_file(mgd.scratch.path("out"));
        tenant.change(DELETED);
        let expected = format!("{MARKER}{}", jsonl("b c"));
        delta(&mgd, out).ended(0, &expected, BEGINS);
    }
}

#[test]
fn a_file_that_holds_lines_has_a_reader_who_knows_them() {
    for (content, begins, marker) in [("{\"id\":\"a\"}\n", BEGINS, MARKER), ("", "", "")] {
        let (_tenant, mgd) = tenant("b c");
        mgd.scratch.write("out", content, 0o600);
        append(&mgd, &[]).ended(0, "", begins);
        let out = mgd.scratch.read("out");
        assert_eq!(out, format!("{content}{marker}{}", jsonl("b c")));
        // Once: from now on deletions are told.
        append(&mgd, &[]).ended(0, "", "");
        assert_eq!(mgd.scratch.read("out"), out);
    }
}

#[test]
fn one_reset_is_enough_where_graph_asks_for_one_too() {
    let (tenant, mgd) = tenant("a b");
    broken(&mgd, &tenant, &[]);
    let start = "/v1.0/users/delta?$deltatoken=";
    let gone = Reply::graph_error(410, "resyncRequired", "m").header("Location", start);
    tenant.on("/v1.0/users/delta", [gone]);
    delta(&mgd, &[]).ended(0, &format!("{MARKER}{}", jsonl("a b")), RESET);
}

#[test]
fn a_round_that_cannot_begin_resets_nobody() {
    let (tenant, mgd) = tenant("a b c");
    broken(&mgd, &tenant, &[]);
    tenant.on("/v1.0/users/delta", [Reply::status(403)]);
    let run = delta(&mgd, &[]);
    assert_eq!((run.code, run.stdout.as_str()), (1, ""));
    assert!(is_at_start(&mgd, "s.state"));
    delta(&mgd, &[]).ended(0, &format!("{MARKER}{}", jsonl("a b c")), BEGINS);
}

#[test]
fn no_reader_knows_anything_before_the_first_line() {
    let (tenant, mgd) = tenant("a");
    tenant.on("/v1.0/users/delta", [Reply::status(403)]);
    assert_eq!(delta(&mgd, &[]).code, 1);
    assert!(!mgd.scratch.path("s.state").exists());
    delta(&mgd, &[]).ended(0, &jsonl("a"), "");
}

#[test]
fn a_first_page_that_comes_otherwise_is_void_where_it_lists_all() {
    // Shorter, shifted, and longer with another beginning.
    for (again, rest) in [("b c", ""), ("", "b"), ("b a c d", "")] {
        let (tenant, mgd) = tenant("");
        let cut = page(&tenant, "a b c", "nextLink", "p=2").cut_after(35);
        let whole = || page(&tenant, again, "nextLink", "p=3");
        tenant.on("/v1.0/users/delta", [cut, whole(), whole()]);
        let last = page(&tenant, rest, "deltaLink", "p=4");
        tenant.on("/v1.0/users/delta?p=3", [last]);
        let expected = [jsonl("a b"), MARKER.to_owned(), jsonl(again), jsonl(rest)];
        delta(&mgd, &[]).ended(0, &expected.concat(), CHANGED);
        let paths = [
            "users/delta",
            "users/delta",
            "users/delta",
            "users/delta?p=3",
        ];
        assert_eq!(gets(&tenant, 0), paths);
        assert!(state(&mgd)["link"].as_str().unwrap().ends_with("?p=4"));
    }
}

#[test]
fn a_first_page_of_changes_that_comes_otherwise_voids_nothing() {
    let (tenant, mgd) = tenant("a b c");
    delta(&mgd, &[]).ok();
    add(&tenant, "b c");
    let cut = page(&tenant, "b c", "deltaLink", "p=2").cut_after(35);
    let again = || page(&tenant, "c b", "deltaLink", "p=2");
    tenant.on("/v1.0/users/delta", [cut, again(), again()]);
    delta(&mgd, &[]).ended(0, &jsonl("b c c b"), "");
}

#[test]
fn a_later_page_that_comes_otherwise_voids_nothing_and_gives_the_link() {
    for again in ["c x", "x c", "", "c", "x"] {
        let (tenant, mgd) = tenant("");
        tenant.on(
            "/v1.0/users/delta",
            [page(&tenant, "a b", "nextLink", "p=2")],
        );
        let cut = page(&tenant, "c d e", "nextLink", "p=3").cut_after(35);
        let whole = || page(&tenant, again, "nextLink", "p=4");
        tenant.on("/v1.0/users/delta?p=2", [cut, whole(), whole()]);
        let last = page(&tenant, "f", "deltaLink", "p=5");
        tenant.on("/v1.0/users/delta?p=4", [last]);
        let expected = [jsonl("a b c d"), jsonl(again), jsonl("f")].concat();
        delta(&mgd, &[]).ended(0, &expected, "");
        let first = gets(&tenant, 0);
        let (two, four) = ("users/delta?p=2", "users/delta?p=4");
        assert_eq!(first, ["users/delta", two, two, two, four]);
    }
}

#[test]
fn a_repeat_with_the_same_beginning_goes_on_with_its_own_link() {
    for again in ["a b", "a b c d", "a b x"] {
        let (tenant, mgd) = tenant("");
        let cut = page(&tenant, "a b c", "nextLink", "p=2").cut_after(35);
        let whole = page(&tenant, again, "nextLink", "p=3");
        tenant.on("/v1.0/users/delta", [cut, whole]);
        let last = page(&tenant, "f", "deltaLink", "p=4");
        tenant.on("/v1.0/users/delta?p=3", [last]);
        delta(&mgd, &[]).ended(0, &jsonl(&format!("{again} f")), "");
        assert_eq!(gets(&tenant, 0)[2], "users/delta?p=3");
    }
}

#[test]
fn from_now_on_there_is_no_place_before_the_round_has_ended() {
    let (tenant, mgd) = tenant("a b c");
    mgd.scratch.write("out", jsonl("a"), 0o600);
    let page = page(&tenant, "a", "nextLink", "p=2");
    tenant.on("/v1.0/users/delta", [page]);
    tenant.on("/v1.0/users/delta?p=2", [Reply::status(403)]);
    let run = append(&mgd, &["--from-now"]);
    assert_eq!(run.code, 1);
    assert!(!mgd.scratch.path("s.state").exists());
    append(&mgd, &["--from-now"]).ended(0, "", "");
    append(&mgd, &[]).ended(0, "", "");
    assert_eq!(mgd.scratch.read("out"), jsonl("a"));
}
