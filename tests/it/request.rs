//! `mgd request`: any method, its body, its answer as it came, and what is never sent twice.

mod answers;
mod bodies;
mod fields;
mod repeats;

use crate::support::{Mgd, Run};
use crate::tenant::{Reply, Seen, Tenant};

/// Runs `mgd parameters.json request ARGUMENTS`.
fn request(mgd: &Mgd, arguments: &[&str]) -> Run {
    mgd.list([&["request"], arguments].concat())
}

/// A tenant that gives these replies to everything below `/v1.0/`, one after the other, and what
/// the program came to there.
fn answered(replies: impl IntoIterator<Item = Reply>, arguments: &[&str]) -> (Tenant, Run) {
    let tenant = Tenant::start();
    tenant.on("/v1.0/", replies);
    let run = request(&Mgd::new(&tenant), arguments);
    (tenant, run)
}

/// What reached Graph, the token endpoint left out.
fn sent(tenant: &Tenant) -> Vec<Seen> {
    let seen = tenant.requests().into_iter();
    seen.filter(|seen| !seen.path().ends_with("/token"))
        .collect()
}

/// The one request that reached Graph.
#[track_caller]
fn only(tenant: &Tenant) -> Seen {
    let mut sent = sent(tenant);
    assert_eq!(sent.len(), 1, "{sent:?}");
    sent.remove(0)
}

fn created() -> Reply {
    let reply = Reply::bare(201).header("Content-Type", "application/json");
    reply.body(r#"{"id": "1"}"#)
}
