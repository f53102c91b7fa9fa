//! Many processes, one token.

use std::fs::File;

use serde_json::Value;

use super::{Cached, content, put, warning, whole};
use crate::support::{Child, Mgd, Run, lines};
use crate::tenant::{Reply, Tenant};

const NOTHING: [&str; 0] = [];

fn together(mgd: &Mgd, tenant: &Tenant, count: usize) {
    let children: Vec<Child> = (0..count).map(|_| mgd.start(["parameters.json"])).collect();
    for child in children {
        whole(&Run::from(child.wait_with_output().unwrap()), tenant, "");
    }
}

#[test]
fn fifty_processes_on_a_cold_cache_ask_for_one_token() {
    let tenant = Tenant::start();
    let mgd = Mgd::new(&tenant);
    together(&mgd, &tenant, 50);
    assert_eq!((tenant.token_posts(), tenant.requests().len()), (1, 51));
    assert_eq!(tenant.violations(), [] as [String; 0]);
}

#[test]
fn many_processes_with_an_expired_token_ask_for_one() {
    let tenant = Tenant::start();
    let mgd = Mgd::new(&tenant);
    Cached::new(&tenant, &tenant.issue_token())
        .living(100)
        .write(&mgd);
    together(&mgd, &tenant, 20);
    assert_eq!((tenant.token_posts(), tenant.requests().len()), (1, 21));
}

#[test]
fn many_processes_whose_token_was_revoked_ask_for_one() {
    let tenant = Tenant::start();
    let mgd = Mgd::new(&tenant);
    mgd.list(NOTHING).ok();
    tenant.revoke_tokens();
    together(&mgd, &tenant, 10);
    assert_eq!(tenant.token_posts(), 2);
}

#[test]
fn many_processes_obey_one_that_was_throttled() {
    let tenant = Tenant::start();
    let mgd = Mgd::new(&tenant);
    tenant.on(&tenant.token_path(), [Reply::status(429).retry_after("1")]);
    together(&mgd, &tenant, 20);
    assert_eq!(tenant.token_posts(), 2);
    assert_eq!(tenant.violations(), [] as [String; 0]);
}

/// A run that is told to wait for hours, and leaves word of it.
fn throttled(tenant: &Tenant, mgd: &Mgd) {
    tenant.on(
        &tenant.token_path(),
        [Reply::status(429).retry_after("9999")],
    );
    let run = mgd.list(NOTHING);
    assert_eq!((run.code, run.stdout.as_str()), (4, ""));
    assert_eq!(tenant.requests().len(), 1);
}

#[test]
fn a_wait_that_was_given_up_is_obeyed_by_the_next_process() {
    let tenant = Tenant::start();
    let mgd = Mgd::new(&tenant);
    throttled(&tenant, &mgd);
    let run = mgd.list(NOTHING);
    let line = run
        .stderr
        .strip_prefix("mgd: token endpoint: throttled; retry in ");
    let seconds = line
        .and_then(|line| line.strip_suffix(" s does not fit --retry-max-time 600 s\n"))
        .expect(&run.stderr);
    let seconds: u64 = seconds.parse().unwrap();
    // Of the 9999 s an hour: then somebody asks whether that still holds.
    assert!((3500..=3600).contains(&seconds), "{seconds}");
    assert_eq!((run.code, run.stdout.as_str()), (4, ""));
    let run = mgd.list(["--errors", "json"]);
    let told: Value = serde_json::from_str(&run.stderr).unwrap();
    assert!(told["retry_after"].as_f64().unwrap() > 3500.0);
    assert_eq!((run.code, &told["exit"]), (4, &4.into()));
    assert_eq!(tenant.requests().len(), 1);
}

#[test]
fn a_wait_does_not_concern_another_application_or_a_token_at_hand() {
    let tenant = Tenant::start();
    let mgd = Mgd::new(&tenant);
    throttled(&tenant, &mgd);
    Cached::new(&tenant, &tenant.issue_token()).write(&mgd);
    whole(&mgd.list(NOTHING), &tenant, "");
    let run = mgd.list(["--client-id", "0a1b2c3d-aaaa-bbbb-cccc-0123456789ab"]);
    // It asks; that the tenant throttles the path as a whole is the tenant's simplicity.
    assert_eq!(run.code, 4);
    assert_eq!(tenant.token_posts(), 2);
}

#[test]
fn a_short_wait_that_others_left_is_waited_for() {
    let tenant = Tenant::start();
    let mgd = Mgd::new(&tenant);
    tenant.on(&tenant.token_path(), [Reply::status(429).retry_after("2")]);
    let run = mgd.list(["--retry-max-time", "1"]);
    assert_eq!((run.code, run.stdout.as_str()), (4, ""));
    whole(&mgd.list(NOTHING), &tenant, "");
    assert_eq!(tenant.token_posts(), 2);
    assert_eq!(tenant.violations(), [] as [String; 0]);
}

fn every_number(value: &mut Value, set: &Value) {
    match value {
        Value::Number(_) => *value = set.clone(),
        Value::Array(values) => values.iter_mut().for_each(|value| every_number(value, set)),
        Value::Object(map) => map.values_mut().for_each(|value| every_number(value, set)),
        _ => {}
    }
}

#[test]
fn a_wait_that_a_wrong_clock_or_nobody_wrote_is_passed_over() {
    let absurd = [
        (super::now() + 10 * 365 * 86_400).into(),
        u64::MAX.into(),
        Value::from(-1),
        Value::from("soon"),
        Value::Null,
    ];
    for absurd in absurd {
        let tenant = Tenant::start();
        let mgd = Mgd::new(&tenant);
        throttled(&tenant, &mgd);
        let path = "cache/msal_token_cache.json.not_before";
        let mut word: Value = serde_json::from_str(&mgd.scratch.read(path)).unwrap();
        every_number(&mut word, &absurd);
        mgd.scratch.write(path, word.to_string(), 0o600);
        // The service has forgotten it too: it is another one that answers.
        let other = Tenant::start();
        let key = word.to_string().replace(&tenant.origin(), &other.origin());
        mgd.scratch.write(path, key, 0o600);
        other.write_files(mgd.folder());
        whole(&mgd.list(NOTHING), &other, "");
        assert_eq!(other.token_posts(), 1, "{word}");
    }
}

/// The lock of the cache, in another's hands until it is dropped.
pub(super) fn held(mgd: &Mgd) -> File {
    held_as(mgd, "lock")
}

fn held_as(mgd: &Mgd, suffix: &str) -> File {
    let path = format!("cache/msal_token_cache.json.{suffix}");
    let path = mgd.scratch.write(&path, "", 0o600);
    let lock = File::options().read(true).write(true).open(path).unwrap();
    lock.lock().unwrap();
    lock
}

#[test]
fn a_lock_that_is_held_for_too_long_is_one_warning() {
    let tenant = Tenant::start();
    let mgd = Mgd::new(&tenant);
    put(&mgd, "{}");
    let lock = held(&mgd);
    let run = mgd.list(["--retry-max-time", "1"]);
    let told = warning("its lock is held for too long");
    whole(&run, &tenant, &told);
    assert_eq!(lines(&tenant).len(), 2);
    // What was got is kept all the same.
    assert!(
        content(&mgd)["AccessToken"]
            .as_object()
            .is_some_and(|entries| entries.len() == 1)
    );
    drop(lock);
    whole(&mgd.list(NOTHING), &tenant, "");
    assert_eq!(tenant.token_posts(), 1);
}

#[test]
fn where_both_locks_are_held_for_too_long_it_gives_up() {
    let tenant = Tenant::start();
    let mgd = Mgd::new(&tenant);
    put(&mgd, "{}");
    let _locks = (held(&mgd), held_as(&mgd, "lock2"));
    let run = mgd.list(["--retry-max-time", "1"]);
    let message = "mgd: token cache cache/msal_token_cache.json: other processes hold its locks\n\
                   mgd: hint: end the processes that were stopped\n";
    run.refused(4, message);
    assert_eq!(lines(&tenant), [] as [String; 0]);
}

#[test]
fn a_good_token_is_not_replaced_early_where_that_cannot_be_recorded() {
    let tenant = Tenant::start();
    let mgd = Mgd::new(&tenant);
    Cached::new(&tenant, &tenant.issue_token())
        .with("refresh_on", (super::now() - 10).to_string().into())
        .write(&mgd);
    std::fs::create_dir(mgd.scratch.path("cache/msal_token_cache.json.not_before")).unwrap();
    whole(&mgd.list(NOTHING), &tenant, "");
    assert_eq!(tenant.token_posts(), 0);
}

#[test]
fn a_token_that_the_holder_of_the_lock_stores_is_taken_while_it_is_held() {
    let tenant = Tenant::start();
    let mgd = Mgd::new(&tenant);
    put(&mgd, "{}");
    let lock = held(&mgd);
    let child = mgd.start(["parameters.json"]);
    std::thread::sleep(std::time::Duration::from_millis(200));
    Cached::new(&tenant, &tenant.issue_token()).write(&mgd);
    whole(&Run::from(child.wait_with_output().unwrap()), &tenant, "");
    assert_eq!(lines(&tenant), ["GET /v1.0/users"]);
    drop(lock);
}

#[test]
fn a_token_due_for_replacement_is_replaced_by_one_process_and_used_by_the_others() {
    let tenant = Tenant::start();
    let mgd = Mgd::new(&tenant);
    Cached::new(&tenant, &tenant.issue_token())
        .with("refresh_on", (super::now() - 10).to_string().into())
        .write(&mgd);
    together(&mgd, &tenant, 20);
    assert_eq!((tenant.token_posts(), tenant.requests().len()), (1, 21));
}
