//! Query options that no shell can spoil, headers by option, and tables.

mod manners;
mod options;
mod previews;
mod tables;

use crate::support::{Mgd, Run, lines};
use crate::tenant::{Reply, Tenant};

/// Runs `mgd parameters.json get ARGUMENTS` against a tenant that answers everything with an
/// empty listing.
fn listed(arguments: &[&str]) -> (Tenant, Run) {
    let tenant = Tenant::start();
    tenant.always("/v1.0/", Reply::json(r#"{"value":[]}"#));
    let run = Mgd::new(&tenant).get(arguments);
    (tenant, run)
}

/// The target of the one request that reached Graph, and whether it asked for the eventually
/// consistent index.
#[track_caller]
fn asked(tenant: &Tenant) -> (String, bool) {
    assert_eq!(lines(tenant).len(), 2, "{:?}", lines(tenant));
    let seen = tenant.requests().remove(1);
    let is_eventual = seen.header("ConsistencyLevel") == Some("eventual");
    (seen.target, is_eventual)
}
