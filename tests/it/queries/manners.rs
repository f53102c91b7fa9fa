//! Headers by option, ids for support, and the word to wait that all processes share.

use super::listed;
use crate::support::Mgd;
use crate::tenant::{Reply, Tenant};

#[test]
fn what_is_preferred_goes_in_one_header_and_the_priority_in_its_own() {
    let (tenant, run) = listed(&[
        "users",
        "--prefer",
        "odata.maxpagesize=5",
        "--prefer=return=minimal",
        "-H",
        "prefer: IdType=\"ImmutableId\"",
        "--throttle-priority",
        "low",
    ]);
    run.ok();
    let seen = tenant.requests().remove(1);
    let prefer = seen.headers.iter();
    let prefer = prefer.filter(|(name, _)| name.eq_ignore_ascii_case("prefer"));
    let prefer: Vec<_> = prefer.map(|(_, value)| value.as_str()).collect();
    assert_eq!(
        prefer,
        ["IdType=\"ImmutableId\", odata.maxpagesize=5, return=minimal"]
    );
    assert_eq!(seen.header("x-ms-throttle-priority"), Some("Low"));
}

#[test]
fn every_request_has_an_id_of_its_own() {
    let tenant = Tenant::with_users(5);
    Mgd::new(&tenant).get(&["users", "--top", "2"]).ok();
    let seen = tenant.requests();
    let mut ids: Vec<_> = seen
        .iter()
        .map(|seen| seen.header("client-request-id").unwrap())
        .collect();
    assert!(ids.iter().all(|id| id.len() == 36));
    ids.sort_unstable();
    ids.dedup();
    assert_eq!(ids.len(), seen.len());
}

#[test]
fn another_process_waits_as_long_as_the_first_was_told_to() {
    let tenant = Tenant::start();
    let mgd = Mgd::new(&tenant);
    mgd.get(&["users"]).ok();
    tenant.on("/v1.0/users", [Reply::status(429).retry_after("3000")]);
    let told = mgd.get(&["users"]);
    assert_eq!(told.code, 4, "{}", told.stderr);
    let before = tenant.requests().len();
    let run = mgd.get(&["groups", "--errors", "json"]);
    assert_eq!((run.code, run.stdout.as_str()), (4, ""));
    assert_eq!(tenant.requests().len(), before, "it asked all the same");
    let line: serde_json::Value = serde_json::from_str(&run.stderr).unwrap();
    let message = line["message"].as_str().unwrap();
    let reason = "localhost: throttled; retry in ";
    assert!(message.starts_with(reason), "{message}");
    assert!(line["retry_after"].as_f64().unwrap() > 2900.0);
}

#[test]
fn a_short_wait_is_waited_for_and_another_application_asks_at_once() {
    let tenant = Tenant::start();
    let mgd = Mgd::new(&tenant);
    tenant.on("/v1.0/users", [Reply::status(429).retry_after("1")]);
    let bound = ["users", "--retry-max-time", "0.5"];
    assert_eq!(mgd.get(&bound).code, 4);
    let told = mgd.get(&["users", "-v"]).ok();
    let reason = "mgd: throttled by localhost; retry in ";
    assert!(told.stderr.contains(reason), "{}", told.stderr);
    assert_eq!(tenant.violations(), [] as [String; 0]);
}

#[test]
fn clearing_the_cache_takes_the_word_to_wait_away() {
    let tenant = Tenant::start();
    let mgd = Mgd::new(&tenant);
    tenant.on("/v1.0/users", [Reply::status(429).retry_after("3000")]);
    assert_eq!(mgd.get(&["users"]).code, 4);
    let before = tenant.requests().len();
    assert_eq!(mgd.get(&["groups"]).code, 4);
    assert_eq!(tenant.requests().len(), before);
    mgd.list(["cache", "clear"]).ok();
    mgd.get(&["groups"]);
    assert!(tenant.requests().len() > before);
}

#[test]
fn a_write_that_cannot_be_sent_again_leaves_the_word_to_wait_too() {
    let tenant = Tenant::start();
    let mgd = Mgd::new(&tenant);
    tenant.on("/v1.0/x", [Reply::status(429).retry_after("3000")]);
    let run = mgd.shell("echo '{}' | mgd -p parameters.json request x --body -");
    assert_eq!(run.code, 4, "{}", run.stderr);
    let before = tenant.requests().len();
    assert_eq!(mgd.get(&["groups"]).code, 4);
    assert_eq!(tenant.requests().len(), before, "it asked all the same");
}
