//! How long one process can be held up by another, or by a token endpoint.

use std::time::Duration;

use super::crowd::held;
use super::{Cached, now, whole};
use crate::support::{Child, Mgd, Run, lines, three_users, wait_until};
use crate::tenant::{Reply, Tenant};

const NOTHING: [&str; 0] = [];
const MINUTES: Duration = Duration::from_secs(300);

#[test]
fn a_process_that_is_stopped_while_it_asks_for_a_token_holds_the_others_up_for_30_s_only() {
    let tenant = Tenant::start();
    let mgd = Mgd::new(&tenant).promises(Duration::from_secs(35));
    let held = Reply::pass().delay(Duration::from_millis(500));
    tenant.on(&tenant.token_path(), [held]);
    let stopped = mgd.start(["parameters.json"]);
    wait_until(|| tenant.token_posts() == 1);
    stopped.signal("-STOP");
    let others: Vec<Child> = (0..20).map(|_| mgd.start(["parameters.json"])).collect();
    let runs = others
        .into_iter()
        .map(|child| Run::from(child.wait_with_output().unwrap()));
    let warned = runs.map(|run| {
        assert_eq!((run.code, &*run.stdout), (0, &*three_users(&tenant)));
        let is_quiet = run.stderr.is_empty();
        assert!(is_quiet || run.stderr == super::warning("its lock is held for too long"));
        usize::from(!is_quiet)
    });
    assert_eq!(warned.sum::<usize>(), 1);
    assert_eq!(tenant.token_posts(), 2);
    // It wakes up late, and nothing of what the others did is lost.
    stopped.signal("-CONT");
    Run::from(stopped.wait_with_output().unwrap()).ok();
    let posts = tenant.token_posts();
    whole(&mgd.list(NOTHING), &tenant, "");
    assert_eq!(tenant.token_posts(), posts);
}

#[test]
fn an_attempt_to_get_a_token_ends_after_25_s() {
    let tenant = Tenant::start();
    let mgd = Mgd::new(&tenant).promises(Duration::from_secs(25));
    tenant.always(&tenant.token_path(), Reply::pass().delay(MINUTES));
    let run = mgd.list(["--retry-max-time", "1"]);
    assert_eq!((run.code, &*run.stdout), (4, ""));
    let cause = "no whole response within 25 s";
    assert!(run.stderr.contains(cause), "{}", run.stderr);
}

#[test]
fn a_cache_is_not_cleared_while_another_process_holds_its_lock_for_30_s() {
    let tenant = Tenant::start();
    let mgd = Mgd::new(&tenant).promises(Duration::from_secs(30));
    mgd.list(NOTHING).ok();
    let _lock = held(&mgd);
    let run = mgd.list(["cache", "clear"]);
    assert_eq!(run.code, 4);
    let cause = "its lock is held";
    assert!(run.stderr.contains(cause), "{}", run.stderr);
    assert_eq!(tenant.token_posts(), 1);
}

fn aging(tenant: &Tenant, mgd: &Mgd) {
    Cached::new(tenant, &tenant.issue_token())
        .with("refresh_on", (now() - 10).to_string().into())
        .write(mgd);
}

#[test]
fn a_silent_token_endpoint_holds_one_run_with_a_good_token_up_for_10_s() {
    let tenant = Tenant::start();
    let mgd = Mgd::new(&tenant).promises(Duration::from_secs(10));
    tenant.always(&tenant.token_path(), Reply::pass().delay(MINUTES));
    aging(&tenant, &mgd);
    whole(&mgd.list(NOTHING), &tenant, "");
    assert_eq!(lines(&tenant).len(), 2);
    // Nobody tries again for five minutes, in this process or another.
    let mgd = mgd.promises(Duration::from_secs(1));
    for _ in 0..3 {
        whole(&mgd.list(NOTHING), &tenant, "");
    }
    assert_eq!(tenant.token_posts(), 1);
}
