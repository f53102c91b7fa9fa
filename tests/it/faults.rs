//! Answers that break off, lie, or are no answers.

mod bodies;
mod bounds;
mod chunks;
mod cuts;
mod ends;
mod errors;
mod framing;
mod gzip;
mod hosts;
mod redirects;
mod statuses;
mod voice;
pub mod wire;

use crate::support::{Mgd, Run};
use crate::tenant::{Reply, Tenant};

const USERS: &str = "/v1.0/users";

/// How the quickstart ends when the users are this reply, which may not be asked for twice.
fn once(reply: Reply) -> Run {
    let tenant = Tenant::start();
    once_on(&tenant, reply, &[])
}

fn once_on(tenant: &Tenant, reply: Reply, arguments: &[&str]) -> Run {
    tenant.always(USERS, reply);
    let run = Mgd::new(tenant).list(arguments);
    assert_eq!(asked(tenant), 1, "{run:?}");
    run
}

/// How often the users were asked for.
fn asked(tenant: &Tenant) -> usize {
    let requests = tenant.requests();
    requests.iter().filter(|seen| seen.method == "GET").count()
}

/// What the quickstart prints when all is well.
fn clean(tenant: &Tenant) -> String {
    Mgd::new(tenant).list([] as [&str; 0]).ok().stdout
}
