//! Answers that cannot be right, and failures in the middle.

use super::{add, delta, gets, is_at_start, tenant};
use crate::support::{Mgd, Run, jsonl, script};
use crate::tenant::{Reply, Tenant};

const VALUE: &str = "\"value\":[{\"id\":\"a\"}]";
const NEXT: &str = "\"@odata.nextLink\":\"{origin}/v1.0/d/delta?p=2\"";
const DELTA: &str = "\"@odata.deltaLink\":\"{origin}/v1.0/d/delta?p=3\"";

fn run(mgd: &Mgd) -> Run {
    mgd.run(["delta", "d/delta", "--state", "s", "-p", "parameters.json"])
}

#[track_caller]
fn assert_wrong(reply: Reply, what: &str) -> (Tenant, Mgd) {
    let (tenant, mgd) = script([("d/delta", reply)]);
    let run = run(&mgd);
    assert_eq!((run.code, run.stdout.as_str()), (5, ""), "{}", run.stderr);
    assert!(run.stderr.contains(what), "{what} in {}", run.stderr);
    assert!(!mgd.scratch.path("s").exists() || is_at_start(&mgd, "s"));
    (tenant, mgd)
}

#[test]
fn a_page_has_a_next_link_or_a_delta_link() {
    for (members, what) in [
        (VALUE.to_owned(), "neither a next link nor a delta link"),
        (
            format!("{VALUE},\"@odata.deltaLink\":null"),
            "neither a next link nor",
        ),
        (
            format!("{NEXT},{VALUE},{DELTA}"),
            "both a next link and a delta link",
        ),
        (format!("{DELTA},{VALUE},{DELTA}"), "two delta links"),
        (format!("{NEXT},{VALUE},{NEXT}"), "two next links"),
        (
            format!("{VALUE},\"@odata.deltaLink\":7"),
            "a delta link that is no string",
        ),
        (format!("{DELTA},\"value\":{{\"id\":\"a\"}}"), "no array"),
        (
            format!("{DELTA},{VALUE},\"error\":{{\"code\":\"x\"}}"),
            "an error inside a success",
        ),
    ] {
        assert_wrong(Reply::json(format!("{{{members}}}")), what);
    }
}

#[test]
fn what_is_no_page_is_refused() {
    assert_wrong(
        Reply::json("{\"id\":\"a\"}"),
        "neither a next link nor a delta link",
    );
    assert_wrong(Reply::text("17"), "the response is not valid");
    assert_wrong(Reply::bare(204), "no content");
    assert_wrong(Reply::html(200), "web page");
    assert_wrong(Reply::bare(302).header("Location", "/x"), "HTTP 302");
}

#[test]
fn a_link_to_another_host_is_not_followed_and_gets_no_token() {
    let other = Tenant::start();
    for name in ["nextLink", "deltaLink"] {
        let link = format!("\"@odata.{name}\":\"{}\"", other.url("/v1.0/d/delta?p=2"));
        assert_wrong(
            Reply::json(format!("{{{link},{VALUE}}}")),
            "leads away from",
        );
    }
    assert_eq!(other.connections(), 0);
}

#[test]
fn a_link_seen_before_is_a_loop() {
    let (tenant, mgd) = script([]);
    let page = |link: &str| Reply::json(format!("{{{link},{VALUE}}}"));
    tenant.always("/v1.0/d/delta", page(NEXT));
    let run = run(&mgd);
    assert_eq!((run.code, run.stdout), (5, jsonl("a")));
    assert!(
        run.stderr.contains("followed before: a loop"),
        "{}",
        run.stderr
    );
    assert_eq!(gets(&tenant, 0), ["d/delta", "d/delta?p=2"]);
}

#[test]
fn a_round_that_fails_goes_on_at_the_page_that_failed() {
    let (tenant, mgd) = tenant("a b c d e");
    tenant.on("/v1.0/users/delta?$skiptoken=0.0.5.4", [Reply::status(403)]);
    let run = delta(&mgd, &[]);
    assert_eq!((run.code, run.stdout), (1, jsonl("a b c d")));
    assert!(!run.stderr.contains("--resume"), "{}", run.stderr);
    add(&tenant, "f");
    delta(&mgd, &[]).ended(0, &jsonl("e"), "");
    delta(&mgd, &[]).ended(0, &jsonl("f"), "");
    assert_eq!(tenant.violations(), [] as [String; 0]);
}

#[test]
fn a_reader_that_left_has_not_had_the_page() {
    let (_tenant, mgd) = tenant("a b c");
    // What a pipe took before it broke is beyond the promise: here nobody reads at all.
    let line = "exec 3>&1; { sleep 0.2; mgd delta users/delta --state t.state -p parameters.json; \
                echo $? >&3; } | true";
    let run = mgd.shell(line);
    assert_eq!((run.stdout.as_str(), run.stderr.as_str()), ("141\n", ""));
    assert!(is_at_start(&mgd, "t.state"));
}

#[test]
fn a_full_disk_under_stdout_leaves_the_state_where_it_was() {
    let (tenant, mgd) = tenant("a b c");
    let line = "mgd delta users/delta --state s.state -p parameters.json > /dev/full";
    let run = mgd.shell(line);
    let stderr = "mgd: stdout: not written: no space left on device\n";
    assert_eq!((run.code, run.stderr.as_str()), (6, stderr));
    assert!(is_at_start(&mgd, "s.state"));
    assert_eq!(gets(&tenant, 0), ["users/delta"]);
}
