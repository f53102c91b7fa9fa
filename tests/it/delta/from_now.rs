//! `--from-now`: a state without a first round.

use super::{PATH, add, delta, gets, tenant};
use crate::support::{jsonl, script};
use crate::tenant::Reply;

#[test]
fn from_now_writes_the_state_and_no_item() {
    for (path, asked) in [
        (PATH, "users/delta?$deltatoken=latest"),
        (
            "groups/delta?$select=id",
            "groups/delta?$select=id&$deltatoken=latest",
        ),
        ("drives/D/root/delta", "drives/D/root/delta?token=latest"),
        (
            "sites/S/lists/L/items/delta",
            "sites/S/lists/L/items/delta?token=latest",
        ),
    ] {
        let (tenant, mgd) = tenant("a b c");
        let arguments = ["delta", path, "--state", "s", "-p", "parameters.json"];
        mgd.run([&arguments[..], &["--from-now"]].concat())
            .ended(0, "", "");
        assert_eq!(gets(&tenant, 0), [asked]);
        add(&tenant, "d");
        mgd.run(arguments).ended(0, &jsonl("d"), "");
        assert_eq!(tenant.violations(), [] as [String; 0]);
    }
}

#[test]
fn a_reset_after_from_now_lists_all() {
    let (tenant, mgd) = tenant("a b");
    delta(&mgd, &["--from-now"]).ok();
    tenant.forget_places(410, "resyncRequired", false);
    let expected = format!("{}{}", super::MARKER, jsonl("a b"));
    delta(&mgd, &[]).ended(0, &expected, super::RESET);
}

#[test]
fn from_now_is_refused_where_there_is_a_state() {
    let (tenant, mgd) = tenant("a");
    delta(&mgd, &[]).ok();
    let before = (tenant.requests().len(), mgd.scratch.read("s.state"));
    delta(&mgd, &["--from-now"]).refused(
        2,
        "mgd: state s.state: is there already\n\
         mgd: hint: without --from-now it goes on; to pass over what has changed, remove it\n",
    );
    assert_eq!(
        (tenant.requests().len(), mgd.scratch.read("s.state")),
        before
    );
}

#[test]
fn a_service_that_lists_all_the_same_is_read_to_the_end_without_a_word() {
    let page = |rest: &str| Reply::json(format!("{{\"value\":[{{\"id\":\"a\"}}],{rest}}}"));
    let (tenant, mgd) = script([]);
    let link =
        |name: &str, token: &str| format!("\"@odata.{name}\":\"{{origin}}/v1.0/d/delta?{token}\"");
    tenant.on(
        "/v1.0/d/delta",
        [
            page(&link("nextLink", "$skiptoken=2")),
            page(&link("deltaLink", "$deltatoken=3")),
        ],
    );
    let arguments = ["delta", "d/delta", "--state", "s", "-p", "parameters.json"];
    mgd.run([&arguments[..], &["--from-now"]].concat())
        .ended(0, "", "");
    assert!(mgd.scratch.read("s").contains("$deltatoken=3"));
}

#[test]
fn from_now_that_fails_leaves_no_state() {
    let (tenant, mgd) = tenant("a");
    tenant.on("/v1.0/users/delta", [Reply::status(403)]);
    assert_eq!(delta(&mgd, &["--from-now"]).code, 1);
    tenant.on("/v1.0/users/delta", [Reply::status(410)]);
    let run = delta(&mgd, &["--from-now"]);
    assert_eq!((run.code, run.stdout.as_str()), (1, ""));
    assert!(!mgd.scratch.path("s.state").exists());
}
