//! Places that Graph has forgotten: one line says so, then all that there is follows.

use super::{BEGINS, MARKER, RESET, add, delta, gets, state, tenant};
use crate::support::jsonl;
use crate::tenant::{Reply, Tenant};

const CODES: [(u16, &str); 9] = [
    (410, "syncStateNotFound"),
    (400, "syncStateNotFound"),
    (400, "SyncStateNotFound"),
    (400, "SYNCSTATENOTFOUND"),
    (400, "SyncStateInvalid"),
    (410, "resyncRequired"),
    (410, "resyncChangesApplyDifferences"),
    (410, "resyncChangesUploadDifferences"),
    (410, "itemNotFound"),
];

#[test]
fn a_forgotten_place_is_told_by_one_line_and_a_full_round() {
    for (status, code) in CODES {
        for has_location in [false, true] {
            let (tenant, mgd) = tenant("a b c");
            delta(&mgd, &[]).ok();
            add(&tenant, "d");
            tenant.forget_places(status, code, has_location);
            let expected = format!("{MARKER}{}", jsonl("a b c d"));
            delta(&mgd, &[]).ended(0, &expected, RESET);
            let start = match has_location {
                true => "users/delta?$deltatoken=",
                false => "users/delta",
            };
            assert_eq!(gets(&tenant, 3)[0], start, "{code}");
            delta(&mgd, &[]).ended(0, "", "");
            assert_eq!(tenant.violations(), [] as [String; 0]);
        }
    }
}

#[test]
fn a_code_on_an_inner_level_counts_and_an_unknown_one_does_not() {
    let error = |code: &str| {
        let body = format!(
            "{{\"error\":{{\"code\":\"badRequest\",\"message\":\"m\",\"innerError\":{{\"code\":\"{code}\"}}}}}}"
        );
        Reply::bare(400)
            .header("Content-Type", "application/json")
            .body(body)
    };
    let (tenant, mgd) = tenant("a");
    delta(&mgd, &[]).ok();
    tenant.on("/v1.0/users/delta", [error("syncstatenotfound")]);
    delta(&mgd, &[]).ended(0, &format!("{MARKER}{}", jsonl("a")), RESET);
    let before = state(&mgd);
    tenant.on("/v1.0/users/delta", [error("other")]);
    let run = delta(&mgd, &[]);
    assert_eq!((run.code, run.stdout.as_str()), (1, ""));
    let hint = "mgd: hint: if the delta token has expired, remove the state for a full resync\n";
    assert!(run.stderr.ends_with(hint), "{}", run.stderr);
    assert_eq!(state(&mgd), before);
}

#[test]
fn a_place_can_be_forgotten_in_the_middle_of_a_run() {
    for has_location in [false, true] {
        let (tenant, mgd) = tenant("a b c d e");
        let mut gone = Reply::graph_error(410, "SyncStateNotFound", "generation");
        if has_location {
            gone = gone.header("Location", "/v1.0/users/delta?$deltatoken=");
        }
        tenant.on("/v1.0/users/delta?$skiptoken=0.0.5.4", [gone]);
        let expected = format!("{}{MARKER}{}", jsonl("a b c d"), jsonl("a b c d e"));
        delta(&mgd, &[]).ended(0, &expected, RESET);
        delta(&mgd, &[]).ended(0, "", "");
    }
}

#[test]
fn a_start_elsewhere_is_not_followed_and_gets_no_token() {
    let other = Tenant::start();
    for location in [
        other.url("/v1.0/users/delta"),
        "//localhost/x".to_owned(),
        "http://127.0.0.1:1/x".to_owned(),
        "mailto:x".to_owned(),
    ] {
        let (tenant, mgd) = tenant("a");
        delta(&mgd, &[]).ok();
        let before = state(&mgd);
        let gone = Reply::status(410).header("Location", &location);
        tenant.on("/v1.0/users/delta", [gone]);
        let run = delta(&mgd, &[]);
        assert_eq!((run.code, run.stdout.as_str()), (5, ""), "{}", run.stderr);
        assert!(run.stderr.contains("not followed"), "{}", run.stderr);
        assert_eq!(state(&mgd), before);
    }
    assert_eq!(other.connections(), 0);
}

#[test]
fn a_start_may_be_relative_and_loses_its_fragment() {
    for location in [
        "//localhost:{port}/v1.0/users/delta?$deltatoken=#x",
        "../users/delta?$deltatoken=",
        "?$deltatoken=",
    ] {
        let (tenant, mgd) = tenant("a");
        delta(&mgd, &[]).ok();
        let location = location.replace("{port}", &tenant.port().to_string());
        let gone = Reply::status(410).header("Location", &location);
        tenant.on("/v1.0/users/delta", [gone]);
        delta(&mgd, &[]).ended(0, &format!("{MARKER}{}", jsonl("a")), RESET);
        assert_eq!(gets(&tenant, 2), ["users/delta?$deltatoken="]);
    }
}

#[test]
fn a_reset_without_progress_is_an_error_and_no_loop() {
    let (tenant, mgd) = tenant("a b c d e");
    delta(&mgd, &[]).ok();
    tenant.always("/v1.0/users/delta", Reply::status(410));
    let run = delta(&mgd, &[]);
    assert_eq!((run.code, run.stdout.as_str()), (1, MARKER));
    let hint = "mgd: hint: graph asks for a new start again and again\n";
    assert!(run.stderr.ends_with(hint), "{}", run.stderr);
    assert_eq!(gets(&tenant, 3).len(), 2);

    // What was begun goes on, and still is no loop.
    let run = delta(&mgd, &[]);
    assert_eq!((run.code, run.stdout.as_str()), (1, ""));
    assert_eq!(gets(&tenant, 5), ["users/delta"]);
    tenant.clear_script();
    delta(&mgd, &[]).ended(0, &format!("{MARKER}{}", jsonl("a b c d e")), BEGINS);
}

#[test]
fn a_round_that_gets_further_each_time_may_begin_anew() {
    let (tenant, mgd) = tenant("a b c d e");
    let page = |from: u32| format!("/v1.0/users/delta?$skiptoken=0.0.5.{from}");
    tenant.on(&page(2), [Reply::status(410)]);
    tenant.on(&page(4), [Reply::status(410)]);
    let expected = [
        jsonl("a b"),
        MARKER.to_owned(),
        jsonl("a b c d"),
        MARKER.to_owned(),
        jsonl("a b c d e"),
    ];
    delta(&mgd, &[]).ended(0, &expected.concat(), &format!("{RESET}{RESET}"));

    tenant.forget_places(410, "resyncRequired", false);
    tenant.always("/v1.0/users/delta?$skiptoken", Reply::status(410));
    let run = delta(&mgd, &[]);
    let expected = format!(
        "{MARKER}{}",
        format!("{}{MARKER}", jsonl("a b")) + &jsonl("a b")
    );
    assert_eq!((run.code, run.stdout), (1, expected), "{}", run.stderr);
}

#[test]
fn a_first_round_that_cannot_begin_is_an_error() {
    let (tenant, mgd) = tenant("a");
    tenant.always(
        "/v1.0/users/delta",
        Reply::graph_error(400, "syncStateNotFound", "m"),
    );
    let run = delta(&mgd, &[]);
    assert_eq!((run.code, run.stdout.as_str()), (1, ""));
    assert_eq!(gets(&tenant, 0), ["users/delta"]);
}

#[test]
fn after_the_marker_the_state_says_that_a_full_round_is_under_way() {
    let (tenant, mgd) = tenant("a b c");
    delta(&mgd, &[]).ok();
    tenant.forget_places(410, "resyncRequired", true);
    tenant.on(
        "/v1.0/users/delta?$deltatoken=",
        [Reply::pass(), Reply::status(403)],
    );
    let run = delta(&mgd, &[]);
    assert_eq!((run.code, run.stdout.as_str()), (1, MARKER));
    let found = state(&mgd);
    assert_eq!(
        (&found["round"], &found["at"]),
        (&"full".into(), &"start".into())
    );
    assert_eq!(found["link"], tenant.url("/v1.0/users/delta?$deltatoken="));
    assert_eq!(found["url"], tenant.url("/v1.0/users/delta"));

    tenant.on("/v1.0/users/delta?$skiptoken", [Reply::status(403)]);
    let run = delta(&mgd, &[]);
    let expected = format!("{MARKER}{}", jsonl("a b"));
    assert_eq!((run.code, run.stdout), (1, expected));
    let found = state(&mgd);
    assert_eq!(
        (&found["round"], &found["at"]),
        (&"full".into(), &"next".into())
    );
    let run = delta(&mgd, &["-v"]).ok();
    assert_eq!(run.stdout, jsonl("c"));
    let note = "mgd: a full round is under way: it goes on\n";
    assert!(run.stderr.contains(note), "{}", run.stderr);
    let found = state(&mgd);
    assert_eq!(
        (&found["round"], &found["at"]),
        (&"changes".into(), &"delta".into())
    );
}

#[test]
fn a_page_token_that_no_server_knows_begins_a_full_round() {
    let (tenant, mgd) = tenant("a b c");
    let lost = Reply::graph_error(400, "Directory_ExpiredPageToken", "expired");
    tenant.on("/v1.0/users/delta?$skiptoken", [lost]);
    let expected = format!("{}{MARKER}{}", jsonl("a b"), jsonl("a b c"));
    delta(&mgd, &[]).ended(0, &expected, RESET);
}
