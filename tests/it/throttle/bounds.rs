//! The bounds on all waiting.

use super::{USERS, asked, assert_asked, assert_whole, run};
use crate::support::{Mgd, Run, lines, masked};
use crate::tenant::{Reply, Tenant};

const THROTTLED: &str = "mgd: graph: TooManyRequests: Too many requests. (HTTP 429, request-id ID)";

fn endless(reply: Reply) -> Tenant {
    let tenant = Tenant::start();
    tenant.always(USERS, reply);
    tenant
}

/// Given up with the last response and the wait it asked for shown, and without having come too
/// early.
#[track_caller]
fn assert_given_up(tenant: &Tenant, run: &Run, wait: &str) {
    assert_eq!((run.code, run.stdout.as_str()), (4, ""));
    assert_eq!(masked(&run.stderr), format!("{THROTTLED}{wait}\n"));
    assert_eq!(tenant.violations(), [] as [String; 0]);
    assert!(asked(tenant).iter().all(|seen| seen.status == 429));
}

#[test]
fn endless_throttling_ends_with_the_time_to_retry() {
    let tenant = endless(Reply::status(429));
    let run = Mgd::new(&tenant).list(["--retry-max-time", "1"]);
    assert_given_up(&tenant, &run, "");
    assert!(!asked(&tenant).is_empty());
}

#[test]
fn the_time_to_retry_counts_all_waits_for_a_page() {
    let tenant = endless(Reply::status(429).retry_after("0.5"));
    let run = Mgd::new(&tenant).list(["--retry-max-time", "1.2"]);
    let wait = "; retry in 0.5 s does not fit --retry-max-time 1.2 s";
    assert_given_up(&tenant, &run, wait);
    // Two waits of half a second fit, a third does not.
    let tries = asked(&tenant).len();
    assert!((1..=3).contains(&tries), "{tries}");
}

#[test]
fn hardly_any_time_to_retry_means_one_try() {
    let tenant = endless(Reply::status(429).retry_after("0.1"));
    let run = Mgd::new(&tenant).list(["--retry-max-time", "0.05"]);
    let wait = "; retry in 0.1 s does not fit --retry-max-time 0.05 s";
    assert_given_up(&tenant, &run, wait);
    assert_eq!(asked(&tenant).len(), 1);
}

#[test]
fn endless_throttling_ends_with_the_time_for_everything() {
    let tenant = endless(Reply::status(429).retry_after("0.8"));
    let run = Mgd::new(&tenant).list(["--max-time", "2"]);
    assert_given_up(&tenant, &run, "; retry in 0.8 s does not fit --max-time");
    let tries = asked(&tenant).len();
    assert!((1..=3).contains(&tries), "{tries}");
}

#[test]
fn a_throttled_token_endpoint_ends_with_the_time_to_retry() {
    let tenant = Tenant::start();
    let slow_down = Reply::entra_error(429, "temporarily_unavailable", 90055, "Too many.");
    tenant.always(&tenant.token_path(), slow_down.retry_after("30"));
    let run = Mgd::new(&tenant).list(["--retry-max-time", "1"]);
    assert_eq!((run.code, run.stdout.as_str()), (4, ""));
    let start = "mgd: token endpoint: temporarily_unavailable: AADSTS90055: Too many. ";
    assert!(run.stderr.starts_with(start), "{}", run.stderr);
    let end = "; retry in 30 s does not fit --retry-max-time 1 s\n";
    assert!(run.stderr.contains(end), "{}", run.stderr);
    assert_eq!(lines(&tenant), [format!("POST {}", tenant.token_path())]);
}

#[test]
fn each_whole_page_renews_the_time_to_retry() {
    let tenant = Tenant::with_users(3);
    tenant.set_page_size(1);
    let wait = || Reply::status(429).retry_after("1");
    let next = format!("{USERS}?");
    tenant.on(USERS, [wait()]);
    tenant.on(&next, [wait(), Reply::pass(), wait()]);
    let run = Mgd::new(&tenant).list(["--retry-max-time", "2.5"]);
    let statuses: Vec<_> = asked(&tenant).iter().map(|seen| seen.status).collect();
    assert_eq!(statuses, [429, 200, 429, 200, 429, 200]);
    assert_eq!((run.code, run.stderr.as_str()), (0, ""));
    let clean = Mgd::new(&tenant).list([] as [&str; 0]).ok();
    assert_eq!(run.stdout, clean.stdout);
    assert_eq!(tenant.violations(), [] as [String; 0]);
}

#[test]
fn a_page_that_is_throttled_for_too_long_leaves_what_came_before_and_says_how_to_go_on() {
    let tenant = Tenant::with_users(3);
    tenant.set_page_size(1);
    tenant.on(&format!("{USERS}?"), [Reply::status(429).retry_after("9")]);
    let run = Mgd::new(&tenant).list(["-o", "jsonl", "--retry-max-time", "2"]);
    assert_eq!((run.code, run.ids().len()), (4, 1));
    let seen = asked(&tenant);
    assert_eq!(seen.len(), 2);
    let link = tenant.url(&seen[1].target).replace('\'', "'\\''");
    let wait = "; retry in 9 s does not fit --retry-max-time 2 s";
    let hint = format!("mgd: hint: go on with --resume '{link}' --skip 0\n");
    assert_eq!(masked(&run.stderr), format!("{THROTTLED}{wait}\n{hint}"));
}

#[test]
fn a_run_that_is_told_to_wait_longer_than_it_may_does_not_wait() {
    let tenant = Tenant::start();
    let run = run(
        &tenant,
        [Reply::status(503).retry_after("3")],
        &["--max-time", "2"],
    );
    assert_asked(&tenant, &[503]);
    assert_eq!((run.code, run.stdout.as_str()), (4, ""));
    assert_eq!(
        masked(&run.stderr),
        "mgd: graph: serviceNotAvailable: The service is temporarily unavailable. \
         (HTTP 503, request-id ID); retry in 3.0 s does not fit --max-time\n"
    );
}

#[test]
fn a_wait_within_both_bounds_is_waited() {
    let tenant = Tenant::start();
    let arguments = ["--max-time", "30", "--retry-max-time", "20"];
    let run = run(&tenant, [Reply::status(503).retry_after("0.5")], &arguments);
    assert_whole(&tenant, &run, &[503, 200]);
}
