//! What goes wrong with a page that was asked for ahead, or with the one in front of it.

use std::time::{Duration, Instant};

use crate::pages::ahead::{A, B, C, STALL, after_first, slow};
use crate::support::{Mgd, asked, items, jsonl, lines, page, resume_hint, script};
use crate::tenant::{Reply, Tenant};

/// A page that streams, and these answers to the request for the one after it.
fn then(replies: impl IntoIterator<Item = Reply>) -> (Tenant, Mgd) {
    let (tenant, mgd) = script([("items", slow(A, "items?p=2"))]);
    tenant.on("/v1.0/items?p=2", replies);
    (tenant, mgd)
}

fn both() -> String {
    [A, B].map(jsonl).concat()
}

#[track_caller]
fn assert_whole(tenant: &Tenant, mgd: &Mgd, paths: &[&str]) {
    mgd.get(&["items", "-ojsonl"]).ended(0, &both(), "");
    asked(tenant, paths);
    assert!(after_first(tenant, 1) < STALL, "it was not asked for ahead");
    assert_eq!(tenant.replies_left(), 0);
}

#[test]
fn a_throttled_page_is_asked_for_again_when_its_wait_is_over() {
    for status in [408, 429, 503, 504, 509] {
        // Longer than the page in front of it goes on.
        let (tenant, mgd) = then([Reply::bare(status).retry_after("0.9"), page(B, "")]);
        assert_whole(&tenant, &mgd, &["items", "items?p=2", "items?p=2"]);
    }
}

#[test]
fn a_server_error_counts_as_the_first_of_three_tries() {
    let broken = Reply::graph_error(500, "generalException", "No.").retry_after("0.05");
    let (tenant, mgd) = then([broken.clone(), broken.clone(), broken.clone(), broken]);
    let run = mgd.get(&["items", "-ojsonl"]);
    assert_eq!((run.code, run.stdout), (4, jsonl(A)));
    let hint = resume_hint(&tenant, "items?p=2", "");
    assert!(run.stderr.ends_with(&hint), "{}", run.stderr);
    assert_eq!(tenant.replies_left(), 1);
}

#[test]
fn a_refused_token_gets_a_fresh_one() {
    let (tenant, mgd) = then([Reply::status(401), page(B, "")]);
    mgd.get(&["items", "-ojsonl"]).ended(0, &both(), "");
    let posts = tenant.token_path();
    let two = "GET /v1.0/items?p=2";
    let token = format!("POST {posts}");
    let expected = [&*token, "GET /v1.0/items", two, &token, two];
    assert_eq!(lines(&tenant), expected);
    let bearers: Vec<_> = tenant.requests();
    let of = |index: usize| bearers[index].header("authorization").map(str::to_owned);
    assert_eq!(of(1), of(2));
    assert_ne!(of(2), of(4));
}

#[test]
fn a_refusal_is_told_after_the_page_in_front_of_it() {
    let (tenant, mgd) = then([Reply::bare(403).body("no")]);
    let run = mgd.get(&["items", "-ojsonl"]);
    let hint = resume_hint(&tenant, "items", A);
    assert_eq!((run.code, run.stdout), (1, jsonl(A)));
    assert!(run.stderr.ends_with(&hint), "{}", run.stderr);
    asked(&tenant, &["items", "items?p=2"]);
}

#[test]
fn a_connection_that_breaks_before_the_answer_is_made_anew() {
    let (tenant, mgd) = then([Reply::hang_up(), page(B, "")]);
    assert_whole(&tenant, &mgd, &["items", "items?p=2", "items?p=2"]);
}

#[test]
fn a_page_ahead_that_breaks_off_is_asked_for_again() {
    for at in [0, 5, 60, 100] {
        let (tenant, mgd) = then([page(B, "").cut_after(at), page(B, "")]);
        assert_whole(&tenant, &mgd, &["items", "items?p=2", "items?p=2"]);
    }
}

#[test]
fn what_was_asked_for_ahead_by_a_page_that_breaks_off_is_dropped() {
    // The page ahead was right when it was asked for, and the repeat may end elsewhere, even where
    // its link is the same.
    for next in ["items?p=2", "items?p=3"] {
        let start = slow(A, "items?p=2").cut_after(130);
        let (tenant, mgd) = script([("items", start), ("items?p=2", page(C, ""))]);
        tenant.on("/v1.0/items", [page(A, next)]);
        tenant.on(&format!("/v1.0/{next}"), [page(B, "")]);
        assert_whole(&tenant, &mgd, &["items", "items?p=2", "items", next]);
    }
}

#[test]
fn a_place_that_is_lost_is_found_again_from_the_page_before() {
    let lost = Reply::graph_error(400, "DirectoryPageTokenNotFoundException", "No.");
    let (tenant, mgd) = script([
        ("items", slow(A, "items?p=2")),
        ("items?p=2", Reply::hang_up()),
        ("items?p=bad", lost),
        ("items?p=3", page(C, "")),
    ]);
    let again = [slow(B, "items?p=bad"), slow(B, "items?p=3")];
    tenant.on("/v1.0/items?p=2", again);
    let run = mgd.get(&["items", "-ojsonl"]);
    run.ended(0, &[A, B, C].map(jsonl).concat(), "");
    let (two, bad) = ("items?p=2", "items?p=bad");
    asked(&tenant, &["items", two, two, bad, two, "items?p=3"]);
}

/// A page that streams, with this link before its items.
fn linked(link: &str) -> Reply {
    let link = format!("\"@odata.nextLink\":\"{link}\"");
    let body = format!("{{{link},\"value\":[{}]}}", items(A));
    Reply::json(body).stall_after(130, STALL)
}

#[test]
fn a_link_to_another_origin_is_never_asked_for() {
    let other = Tenant::start();
    let link = other.url("/v1.0/items?p=2");
    let (tenant, mgd) = script([("items", linked(&link))]);
    let run = mgd.get(&["items", "-ojsonl"]);
    assert_eq!((run.code, run.stdout), (5, jsonl(A)));
    assert!(run.stderr.contains("leads away from"), "{}", run.stderr);
    asked(&tenant, &["items"]);
    assert_eq!(other.connections(), 0);
}

#[test]
fn a_link_that_was_followed_before_is_never_asked_for() {
    let (tenant, mgd) = script([
        ("items", page("1", "items?p=2")),
        ("items?p=2", linked("{origin}/v1.0/items")),
    ]);
    let run = mgd.get(&["items", "-ojsonl"]);
    assert_eq!(run.code, 5);
    assert!(run.stderr.contains("was followed before: a loop"));
    asked(&tenant, &["items", "items?p=2"]);
}

#[test]
fn the_end_of_all_time_ends_the_wait_for_a_page_ahead() {
    let (tenant, mgd) = then([page(B, "").delay(Duration::from_secs(20))]);
    let start = Instant::now();
    let run = mgd.get(&["items", "-ojsonl", "--max-time", "2"]);
    assert_eq!((run.code, run.stdout), (4, jsonl(A)));
    assert!(start.elapsed() < Duration::from_secs(10));
    asked(&tenant, &["items", "items?p=2"]);
}
