//! A service that asks for patience: what is asked again, when, over which connection, and when
//! it is given up.

mod bounds;
mod retry_after;
mod shared;
mod statuses;

use crate::support::{Mgd, Run};
use crate::tenant::{Reply, Seen, Tenant};

const USERS: &str = "/v1.0/users";

/// Runs the quickstart on a tenant whose users are asked for in vain first.
fn run(tenant: &Tenant, replies: impl IntoIterator<Item = Reply>, arguments: &[&str]) -> Run {
    tenant.on(USERS, replies);
    Mgd::new(tenant).list(arguments)
}

/// The requests for users.
fn asked(tenant: &Tenant) -> Vec<Seen> {
    let requests = tenant.requests().into_iter();
    requests.filter(|seen| seen.method == "GET").collect()
}

/// The run must have been whole and silent, after GETs of the users that were answered so and
/// after no wait that was too short.
#[track_caller]
fn assert_whole(tenant: &Tenant, run: &Run, statuses: &[u16]) {
    assert_eq!((run.code, run.stderr.as_str()), (0, ""));
    assert_asked(tenant, statuses);
    assert_eq!(tenant.token_posts(), 1);
    assert_eq!(tenant.replies_left(), 0);
    let clean = Mgd::new(tenant).list([] as [&str; 0]).ok();
    assert_eq!(run.stdout, clean.stdout);
}

/// The users must have been asked for as often as there are statuses, and never too early.
#[track_caller]
fn assert_asked(tenant: &Tenant, statuses: &[u16]) {
    let seen: Vec<_> = asked(tenant)
        .iter()
        .map(|seen| (seen.line(), seen.status))
        .collect();
    let expected: Vec<_> = statuses
        .iter()
        .map(|status| (format!("GET {USERS}"), *status))
        .collect();
    assert_eq!(seen, expected);
    assert_eq!(tenant.violations(), [] as [String; 0]);
}
