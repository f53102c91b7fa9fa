//! A wait that one thread or process was told, and all of them keep. The tenant restarts the wait
//! of whoever comes too early.

use std::fs;
use std::time::Duration;

use serde_json::Value;

use super::USERS;
use crate::support::{Child, Mgd, Run, three_users, wait_until};
use crate::tenant::{Reply, Tenant};

const RECORDS: &str = "cache/msal_token_cache.json.not_before";

/// A second's wait, which is told so late.
fn throttled(late: u64) -> Reply {
    let late = Duration::from_millis(late);
    Reply::status(429).retry_after("1").delay(late)
}

#[track_caller]
fn whole(tenant: &Tenant, run: &Run) {
    let ended = (run.code, run.stderr.as_str(), run.stdout.as_str());
    assert_eq!(ended, (0, "", three_users(tenant).as_str()));
    assert_eq!(tenant.violations(), [] as [String; 0]);
}

/// A tenant that has told an application to wait for hours, and its token.
fn told() -> (Tenant, Mgd) {
    let tenant = Tenant::start();
    let mgd = Mgd::new(&tenant);
    mgd.list([] as [&str; 0]).ok();
    tenant.on("/v1.0/x", [Reply::status(429).retry_after("86000")]);
    assert_eq!(mgd.get(&["x"]).code, 4);
    let before = tenant.requests().len();
    assert_eq!(mgd.list([] as [&str; 0]).code, 4);
    assert_eq!(tenant.requests().len(), before, "it asked all the same");
    (tenant, mgd)
}

/// Changes the one record.
fn edit(mgd: &Mgd, change: impl FnOnce(&mut Value)) {
    let mut records: Value = serde_json::from_str(&mgd.scratch.read(RECORDS)).unwrap();
    let members = records.as_object_mut().unwrap();
    assert_eq!(members.len(), 1);
    change(members.values_mut().next().unwrap());
    mgd.scratch.write(RECORDS, records.to_string(), 0o600);
}

/// Moves the times of the record by so many seconds.
fn shift(mgd: &Mgd, seconds: i64) {
    edit(mgd, |record| {
        for time in record.as_object_mut().unwrap().values_mut() {
            *time = (time.as_i64().unwrap() + seconds * 1000).into();
        }
    });
}

#[test]
fn processes_that_were_throttled_one_after_the_other_all_keep_the_last_wait() {
    let tenant = Tenant::start();
    let mgd = Mgd::new(&tenant);
    mgd.list([] as [&str; 0]).ok();
    // Late, so that all have asked when the first is told.
    tenant.on(USERS, [500, 700, 900, 1100].map(throttled));
    let start = |_| mgd.start(["parameters.json"]);
    let children: Vec<Child> = (0..4).map(start).collect();
    for child in children {
        whole(&tenant, &Run::from(child.wait_with_output().unwrap()));
    }
    assert_eq!(tenant.replies_left(), 0);
}

#[test]
fn a_record_of_another_process_is_obeyed_for_an_hour_and_then_asked_about() {
    let (tenant, mgd) = told();
    shift(&mgd, -3500);
    assert_eq!(mgd.list(["--retry-max-time", "1"]).code, 4);
    shift(&mgd, -101);
    whole(&tenant, &mgd.list([] as [&str; 0]));
}

#[test]
fn a_record_that_a_clock_ahead_has_written_stops_nobody() {
    let (tenant, mgd) = told();
    shift(&mgd, 3600);
    whole(&tenant, &mgd.list([] as [&str; 0]));
}

#[test]
fn a_record_of_an_earlier_version_stops_nobody_and_is_replaced() {
    let (tenant, mgd) = told();
    edit(&mgd, |record| *record = (crate::cache::now() + 900).into());
    whole(&tenant, &mgd.list([] as [&str; 0]));
    tenant.on(USERS, [Reply::status(429).retry_after("900")]);
    assert_eq!(mgd.list([] as [&str; 0]).code, 4);
    let before = tenant.requests().len();
    assert_eq!(mgd.list([] as [&str; 0]).code, 4);
    assert_eq!(tenant.requests().len(), before);
}

#[test]
fn a_stopped_process_that_holds_the_records_stops_nobody() {
    let tenant = Tenant::start();
    let mgd = Mgd::new(&tenant);
    mgd.list([] as [&str; 0]).ok();
    let path = mgd.scratch.write(&format!("{RECORDS}.lock"), "", 0o600);
    let lock = fs::File::options().write(true).open(path).unwrap();
    lock.lock().unwrap();
    tenant.on(USERS, [throttled(0)]);
    whole(&tenant, &mgd.list([] as [&str; 0]));
    drop(lock);
}

#[test]
fn a_long_wait_is_one_line_though_stderr_is_no_terminal() {
    let host = "throttled by localhost; retry in ";
    for (arguments, start) in [
        (&["parameters.json"][..], format!("mgd: {host}")),
        (
            &["parameters.json", "--errors", "json"],
            format!("{{\"level\":\"note\",\"message\":\"{host}"),
        ),
        (&["parameters.json", "-q"], String::new()),
    ] {
        let tenant = Tenant::start();
        let mgd = Mgd::new(&tenant);
        tenant.on(USERS, [Reply::status(429).retry_after("7")]);
        let child = mgd.start(arguments);
        wait_until(|| tenant.requests().iter().any(|seen| seen.status == 429));
        let run = if start.is_empty() {
            Run::from(child.wait_with_output().unwrap())
        } else {
            std::thread::sleep(Duration::from_millis(500));
            child.signal("-TERM");
            Run::from(child.wait_with_output().unwrap())
        };
        assert!(run.stderr.starts_with(&start), "{}", run.stderr);
        assert_eq!(run.stderr.lines().count(), usize::from(!start.is_empty()));
    }
}
