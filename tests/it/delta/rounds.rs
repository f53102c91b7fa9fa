//! Rounds: all that there is, then what has changed.

use super::{CHANGED, MARKER, PATH, STATE, add, delta, gets, state, tenant};
use crate::support::{asked, jsonl, script};
use crate::tenant::{CLIENT_ID, Reply};

#[test]
fn the_first_round_lists_all_and_the_next_ones_what_has_changed() {
    let (tenant, mgd) = tenant("a b c d e");
    delta(&mgd, &[]).ended(0, &jsonl("a b c d e"), "");
    let page = "users/delta?$skiptoken=0.0.5.2.'%2b+%2F%c3%A9'";
    let last = "users/delta?$skiptoken=0.0.5.4.'%2b+%2F%c3%A9'";
    asked(&tenant, &[PATH, page, last]);

    delta(&mgd, &[]).ended(0, "", "");
    add(&tenant, "b");
    tenant.change(r#"{"id":"c","@removed":{"reason":"deleted"}}"#);
    add(&tenant, "f");
    let changes = format!(
        "{}{}\n{}",
        jsonl("b"),
        r#"{"id":"c","@removed":{"reason":"deleted"}}"#,
        jsonl("f")
    );
    delta(&mgd, &[]).ended(0, &changes, "");
    delta(&mgd, &[]).ended(0, "", "");
    assert_eq!(
        gets(&tenant, 3),
        [
            "users/delta?$deltatoken=0.0.5.0.'%2b+%2F%c3%A9'",
            "users/delta?$deltatoken=0.0.5.0.'%2b+%2F%c3%A9'",
            "users/delta?$skiptoken=0.5.8.2.'%2b+%2F%c3%A9'",
            "users/delta?$deltatoken=0.0.8.0.'%2b+%2F%c3%A9'",
        ]
    );
    assert_eq!(tenant.violations(), [] as [String; 0]);
}

#[test]
fn the_state_says_whose_listing_it_is_and_where_it_stands() {
    let (tenant, mgd) = tenant("a");
    delta(&mgd, &[]).ok();
    let expected = serde_json::json!({
        "version": 1,
        "url": tenant.url("/v1.0/users/delta"),
        "authority": tenant.authority(),
        "client_id": CLIENT_ID,
        "round": "changes",
        "at": "delta",
        "link": tenant.url("/v1.0/users/delta?$deltatoken=0.0.1.0.'%2b+%2F%c3%A9'"),
    });
    assert_eq!(state(&mgd), expected);
    assert!(mgd.scratch.read(STATE).ends_with("}\n"));
    use std::os::unix::fs::MetadataExt as _;
    let mode = std::fs::metadata(mgd.scratch.path(STATE)).unwrap().mode();
    assert_eq!(mode & 0o7777, 0o600);
    let names = mgd.scratch.names();
    assert!(names.contains(&"s.state.lock".to_owned()));
    assert!(
        !names.iter().any(|name| name.ends_with(".tmp")),
        "{names:?}"
    );
}

#[test]
fn the_query_is_sent_in_the_first_call_only_and_headers_with_every_one() {
    let (tenant, mgd) = tenant("a b c");
    let path = "users/delta?$select=id,displayName";
    let run = |more: &[&str]| {
        let arguments = ["delta", path, "--state", STATE, "-p", "parameters.json"];
        let header = ["-H", "ConsistencyLevel: eventual"];
        let prefer = [
            "--prefer",
            "odata.maxpagesize=1",
            "--prefer=IdType=\"ImmutableId\"",
        ];
        mgd.run([&arguments[..], &header, &prefer, more].concat())
    };
    run(&[]).ended(0, &jsonl("a b c"), "");
    add(&tenant, "d e");
    run(&[]).ended(0, &jsonl("d e"), "");
    let requests = tenant.requests();
    let gets: Vec<_> = requests
        .iter()
        .filter(|seen| seen.method == "GET")
        .collect();
    assert_eq!(gets.len(), 5);
    for get in &gets {
        let prefer = get.header("Prefer");
        assert_eq!(prefer, Some("odata.maxpagesize=1, IdType=\"ImmutableId\""));
        assert_eq!(get.header("ConsistencyLevel"), Some("eventual"));
        assert!(get.header("Authorization").is_some());
    }
    let selects = gets.iter().filter(|get| get.target.contains("$select"));
    assert_eq!(selects.count(), 1);
    assert_eq!(tenant.violations(), [] as [String; 0]);
}

#[test]
fn every_token_of_a_change_is_kept() {
    let items = [
        r#"{"id":"a","n":123456789012345678901234567890.50,"s":"Zo\u00eb \/ ë"}"#,
        r#"{"id":"b","@removed":{"reason":"changed"}}"#,
        r#"{"id":"c","deleted":{"state":"deleted"},"x":null}"#,
        r##"{"members@delta":[{"@odata.type":"#microsoft.graph.user","id":"d","@removed":{"reason":"deleted"}}],"id":"e"}"##,
    ];
    let body = |link: &str| {
        let spaced = items.map(|item| item.replace(',', " ,\n "));
        Reply::json(format!(
            "{{\"value\": [{}],\"@odata.{link}\":\"{{origin}}/v1.0/d/delta?$deltatoken=1\"}}",
            spaced.join(", ")
        ))
    };
    let (_tenant, mgd) = script([("d/delta", body("deltaLink"))]);
    let run = mgd.run(["delta", "d/delta", "--state", "s", "-p", "parameters.json"]);
    run.ended(0, &(items.join("\n") + "\n"), "");
}

#[test]
fn an_empty_page_goes_on_and_items_that_are_not_whole_are_told() {
    let link =
        |kind: &str, name: &str| format!("\"@odata.{kind}\":\"{{origin}}/v1.0/d/delta?{name}\"");
    let (tenant, mgd) = script([]);
    tenant.on(
        "/v1.0/d/delta",
        [
            Reply::json(format!("{{{},\"value\":[]}}", link("nextLink", "p=2"))),
            Reply::json(format!("{{{}}}", link("nextLink", "p=3"))),
            Reply::json(format!(
                "{{\"value\":[{{\"id\":\"a\",\"members@odata.nextLink\":\"x\"}}],{}}}",
                link("deltaLink", "p=4")
            )),
        ],
    );
    let run = mgd.run(["delta", "d/delta", "--state", "s", "-p", "parameters.json"]);
    run.ended(
        0,
        "{\"id\":\"a\",\"members@odata.nextLink\":\"x\"}\n",
        "mgd: 1 of 1 items are not whole: they carry a further link of their own (…@odata.nextLink)\n",
    );
    asked(&tenant, &["d/delta", "d/delta?p=2", "d/delta?p=3"]);
}

#[test]
fn a_page_that_breaks_off_is_asked_for_again_and_no_change_is_doubled() {
    for is_link_last in [false, true] {
        let (tenant, mgd) = tenant("a b c d e");
        tenant.set_link_after_value(is_link_last);
        for at in [20, 100] {
            tenant.on("/v1.0/users/delta", [Reply::pass().cut_after(at)]);
        }
        tenant.on(
            "/v1.0/users/delta?$skiptoken",
            [Reply::pass().cut_after(110)],
        );
        delta(&mgd, &[]).ended(0, &jsonl("a b c d e"), "");
        assert_eq!(tenant.replies_left(), 0);
        delta(&mgd, &[]).ended(0, "", "");
    }
}

#[test]
fn what_changes_while_its_page_is_asked_for_again_is_not_lost() {
    const FIRST: &str = r#"{"id":"a","x":1},{"id":"b","x":1}"#;
    for again in [
        r#"{"id":"a","x":2},{"id":"b","x":1}"#,
        r#"{"id":"b","x":1},{"id":"a","x":2}"#,
        r#"{"id":"a","x":2}"#,
    ] {
        let (tenant, mgd) = tenant("");
        let page = |items: &str| {
            let link = tenant.url("/v1.0/users/delta?$deltatoken=x");
            Reply::json(format!(
                "{{\"value\":[{items}],\"@odata.deltaLink\":\"{link}\"}}"
            ))
        };
        // Behind the items, and before the link.
        let cut = page(FIRST).cut_after(45);
        tenant.on("/v1.0/users/delta", [cut, page(again), page(again)]);
        // The reader may know what was deleted in between.
        let lines = |items: &str| items.replace("},{", "}\n{") + "\n";
        let (first, again) = (lines(FIRST), lines(again));
        delta(&mgd, &[]).ended(0, &format!("{first}{MARKER}{again}"), CHANGED);
        assert_eq!(tenant.replies_left(), 0);
    }
}

#[test]
fn links_of_up_to_64_kb_are_kept_and_followed() {
    let (tenant, mgd) = tenant("");
    let link = |name: &str| {
        let start = tenant.url(&format!("/v1.0/users/delta?{name}="));
        format!("{start}{}", "x".repeat(65_534 - start.len()))
    };
    let (next, last) = (link("$skiptoken"), link("$deltatoken"));
    let page = |kind: &str, link: &str, id: &str| {
        Reply::json(format!(
            "{{\"@odata.{kind}\":\"{link}\",\"value\":[{{\"id\":\"{id}\"}}]}}"
        ))
    };
    tenant.on("/v1.0/users/delta", [page("nextLink", &next, "a")]);
    let second = [Reply::status(403), page("deltaLink", &last, "b")];
    tenant.on("/v1.0/users/delta?$skiptoken", second);
    let run = delta(&mgd, &[]);
    assert_eq!((run.code, run.stdout), (1, jsonl("a")));
    assert_eq!(state(&mgd)["link"], next);
    delta(&mgd, &[]).ended(0, &jsonl("b"), "");
    assert_eq!(state(&mgd)["link"], last);
    tenant.on(
        "/v1.0/users/delta?$deltatoken",
        [page("deltaLink", &last, "c")],
    );
    delta(&mgd, &[]).ended(0, &jsonl("c"), "");
}

#[test]
fn throttling_and_a_refused_token_are_waited_out() {
    let (tenant, mgd) = tenant("a b c");
    tenant.on("/v1.0/users/delta", [Reply::status(429).retry_after("0.2")]);
    tenant.on(
        "/v1.0/users/delta?$skiptoken",
        [Reply::status(503).retry_after("0.1"), Reply::status(401)],
    );
    delta(&mgd, &[]).ended(0, &jsonl("a b c"), "");
    assert_eq!(tenant.token_posts(), 2);
    assert_eq!(tenant.violations(), [] as [String; 0]);
}

#[test]
fn what_was_done_is_told_when_asked() {
    let (_tenant, mgd) = tenant("a b c");
    let run = delta(&mgd, &["-v"]).ok();
    let expected = "mgd: the round has ended: 3 items on 2 pages\n";
    assert!(run.stderr.ends_with(expected), "{}", run.stderr);
    let run = delta(&mgd, &["-vv"]).ok();
    assert!(
        !run.stderr.contains("0.0.3.0"),
        "a token is shown: {}",
        run.stderr
    );
}

#[test]
fn a_place_is_not_shown_wherever_it_stands() {
    let (tenant, mgd) = tenant("");
    let page = |kind: &str, place: &str| {
        let link = tenant.url(&format!("/v1.0/d/delta{place}"));
        Reply::json(format!("{{\"value\":[],\"@odata.{kind}\":\"{link}\"}}"))
    };
    let pages = [
        page("nextLink", "(token='canary')?$top=1"),
        page("nextLink", "?$skipToken=canary"),
        page("deltaLink", "?token=canary"),
    ];
    tenant.on("/v1.0/d/delta", pages);
    let run = mgd.run([
        "delta",
        "d/delta",
        "--state",
        "s",
        "-p",
        "parameters.json",
        "-vv",
    ]);
    let run = run.ok();
    assert_eq!(tenant.replies_left(), 0);
    assert!(!run.stderr.contains("canary"), "{}", run.stderr);
}

#[test]
fn a_path_that_is_not_of_changes_is_refused_with_the_right_one() {
    let (tenant, mgd) = tenant("a");
    let run = |path: &str| mgd.run(["delta", path, "--state", "s", "-p", "parameters.json"]);
    run("users?$select=id").refused(
        2,
        "mgd: path users: does not end in /delta\n\
         mgd: hint: did you mean 'users/delta?$select=id'?\n",
    );
    run("users/delta?$deltatoken=latest").refused(
        2,
        "mgd: path: names a position by $deltatoken\n\
         mgd: hint: leave it out: the state holds the position, and --from-now begins at the latest\n",
    );
    run("users//delta").refused(
        2,
        "mgd: path users//delta: has an empty segment\n\
         mgd: hint: if a shell wrote this, it may have eaten a $word or an empty variable: put the \
         argument into single quotes\n",
    );
    assert_eq!(mgd.run(["delta", PATH, "-p", "parameters.json"]).code, 2);
    assert_eq!(
        mgd.run(["delta", "--state", "s", "-p", "parameters.json"])
            .code,
        2
    );
    assert_eq!(tenant.requests().len(), 0);
    assert!(!mgd.scratch.names().iter().any(|name| name.starts_with('s')));
}
