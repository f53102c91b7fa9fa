//! Azure vouches for the machine: each platform's endpoint is asked in its own way, and no
//! application's name is needed.
//!
//! The endpoints here are on loopback; without a variable that says so the program would ask
//! 169.254.169.254, which is somebody's.

mod kept;
mod platforms;
mod refusals;
mod repeats;
mod ways;

use serde_json::{Value, json};

use crate::support::{Mgd, lines};
use crate::tenant::{Reply, Tenant};

const IMDS: &str = "/metadata/identity/oauth2/token";
pub const POD: &str = "AZURE_POD_IDENTITY_AUTHORITY_HOST";
const IDENTITY: &str = "0a1b2c3d-aaaa-bbbb-cccc-0123456789ab";
const RESOURCE: &str = "/subscriptions/s/resourceGroups/g/providers/Microsoft.ManagedIdentity\
                        /userAssignedIdentities/i";
const NOT_AZURE: &str =
    "is this an Azure machine? elsewhere give a secret, a certificate or a federated token";

/// A form value as a query has it.
fn encoded(text: &str) -> String {
    text.replace(':', "%3A").replace('/', "%2F")
}

/// The resource in a query: the root of the tenant's Graph.
fn resource(tenant: &Tenant) -> String {
    format!("resource={}", encoded(&tenant.origin()))
}

/// An answer with a token that the tenant's Graph accepts, as IMDS gives it.
pub fn issued(tenant: &Tenant) -> Reply {
    let body = json!({
        "access_token": tenant.issue_token(),
        "client_id": IDENTITY,
        "expires_in": "86399",
        "ext_expires_in": "86399",
        "not_before": "1577836800",
        "resource": tenant.origin(),
        "token_type": "Bearer",
    });
    Reply::json(body.to_string())
}

/// What App Service and Azure ML say of the time: the moment, and no span.
fn issued_until(tenant: &Tenant) -> Reply {
    let body = json!({
        "access_token": tenant.issue_token(),
        "expires_on": "4102444800",
        "token_type": "Bearer",
        "resource": tenant.origin(),
    });
    Reply::json(body.to_string())
}

/// The program with a file that names nothing but the identity and the tenant's Graph.
fn with_identity(tenant: &Tenant, identity: Value) -> Mgd {
    let mgd = Mgd::new(tenant);
    mgd.edit(|parameters| {
        for key in ["authority", "client_id", "secret", "scope"] {
            parameters.as_object_mut().unwrap().remove(key);
        }
        parameters["managed_identity"] = identity;
    });
    mgd
}

/// The same on a machine with this metadata service.
fn on_a_machine(tenant: &Tenant, imds: &Tenant) -> Mgd {
    with_identity(tenant, json!(true)).env(POD, imds.origin())
}

/// Nobody was asked anything.
#[track_caller]
fn assert_nothing_sent(tenants: [&Tenant; 2]) {
    for tenant in tenants {
        assert_eq!((tenant.connections(), lines(tenant).len()), (0, 0));
    }
}
