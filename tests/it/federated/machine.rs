//! A managed identity vouches for the application: its token is exchanged as any other issuer's.

use serde_json::{Value, json};

use super::{JWT, NEWER, assert_form, assertions, grant, whole};
use crate::faults::wire::dead_port;
use crate::support::{Mgd, lines};
use crate::tenant::{CLIENT_ID, Reply, Tenant};

const IMDS: &str = "/metadata/identity/oauth2/token";
const ASKED: &str = "GET /metadata/identity/oauth2/token?api-version=2018-02-01\
                     &resource=api%3A%2F%2FAzureADTokenExchange";

fn issued(token: &str) -> Reply {
    let body = json!({ "access_token": token, "expires_in": "86399", "token_type": "Bearer" });
    Reply::json(body.to_string())
}

/// The program on a machine with this metadata service, with `managed_identity` in the place of
/// `secret`.
fn on_a_machine(tenant: &Tenant, imds: &Tenant, identity: Value) -> Mgd {
    let mgd = Mgd::new(tenant).env("AZURE_POD_IDENTITY_AUTHORITY_HOST", imds.origin());
    mgd.edit(|parameters| {
        parameters["secret"] = Value::Null;
        parameters["managed_identity"] = identity;
    });
    mgd
}

#[test]
fn the_machines_token_for_the_exchange_is_the_assertion() {
    let identity = "0a1b2c3d-aaaa-bbbb-cccc-0123456789ab";
    for (given, field) in [
        (json!(true), String::new()),
        (json!(identity), format!("&client_id={identity}")),
        (
            json!({ "object_id": identity }),
            format!("&object_id={identity}"),
        ),
    ] {
        let (tenant, imds) = (Tenant::start(), Tenant::start_plain());
        imds.on(IMDS, [issued(JWT)]);
        tenant.on(&tenant.token_path(), [grant(&tenant)]);
        let mgd = on_a_machine(&tenant, &imds, given);
        whole(&mgd.list(["--auth", "federated"]), &tenant);
        assert_eq!(lines(&imds), [format!("{ASKED}{field}")]);
        assert_eq!(imds.requests()[0].header("Metadata"), Some("true"));
        let post = format!("POST {}", tenant.token_path());
        assert_eq!(lines(&tenant), [post.as_str(), "GET /v1.0/users"]);
        assert_form(&tenant.requests()[0], &tenant, JWT);
        // It is the application's token that is kept.
        let cache = std::fs::read_to_string(mgd.cache()).unwrap();
        assert!(cache.contains(CLIENT_ID) && !cache.contains(JWT), "{cache}");
        whole(&mgd.list(["--auth", "federated"]), &tenant);
        assert_eq!((imds.requests().len(), tenant.token_posts()), (1, 1));
    }
}

#[test]
fn the_machine_is_asked_before_each_try_and_never_through_a_proxy() {
    let (tenant, imds) = (Tenant::start(), Tenant::start_plain());
    imds.on(IMDS, [issued(JWT), issued(NEWER)]);
    let unavailable = Reply::bare(503).retry_after("1");
    tenant.on(&tenant.token_path(), [unavailable, grant(&tenant)]);
    let dead = format!("http://127.0.0.1:{}", dead_port());
    let mgd = on_a_machine(&tenant, &imds, json!(true))
        .env("ALL_PROXY", &dead)
        .env("http_proxy", &dead)
        .env("no_proxy", "localhost");
    whole(&mgd.list(["--auth", "federated"]), &tenant);
    assert_eq!(lines(&imds), [ASKED, ASKED]);
    assert_eq!(assertions(&tenant), [JWT, NEWER]);
}

#[test]
fn a_machine_without_an_identity_ends_it_before_the_exchange() {
    let (tenant, imds) = (Tenant::start(), Tenant::start_plain());
    let body = json!({ "error": "invalid_request", "error_description": "Identity not found" });
    imds.on(IMDS, [Reply::bare(400).body(body.to_string())]);
    let mgd = on_a_machine(&tenant, &imds, json!(true));
    mgd.list(["--auth", "federated"]).refused(
        3,
        "mgd: managed identity (IMDS): invalid_request: Identity not found\n\
         mgd: hint: assign a system-assigned identity to this machine, or name a user-assigned \
         one by its client id\n",
    );
    assert_eq!(tenant.requests().len(), 0);
}

#[test]
fn an_application_that_does_not_trust_the_machine_is_told_so() {
    let (tenant, imds) = (Tenant::start(), Tenant::start_plain());
    imds.on(IMDS, [issued(JWT)]);
    let text = "The assertion is an Entra-issued token.";
    let refusal = crate::token::entra(401, "invalid_client", 700_222, text);
    tenant.on(&tenant.token_path(), [refusal]);
    let run = on_a_machine(&tenant, &imds, json!(true)).list(["--auth", "federated"]);
    let told = crate::token::told("invalid_client", 700_222, text, &tenant);
    let remedy = "this token cannot stand for a federated credential: use one of an external \
                  issuer";
    run.refused(3, &format!("{told}mgd: hint: {remedy}\n"));
}
