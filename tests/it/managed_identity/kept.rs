//! The machine's token is kept as MSAL keeps it.

use serde_json::{Value, json};

use super::{IDENTITY, IMDS, POD, issued, issued_until, on_a_machine, with_identity};
use crate::cache::now;
use crate::federated::whole;
use crate::support::{Mgd, lines};
use crate::tenant::{Reply, Tenant};

const NOTHING: [&str; 0] = [];

fn entries(mgd: &Mgd) -> Vec<(String, Value)> {
    let document = std::fs::read_to_string(mgd.cache()).unwrap();
    let document: Value = serde_json::from_str(&document).unwrap();
    let entries = document["AccessToken"].as_object().unwrap();
    let entries = entries.iter();
    entries
        .map(|(name, entry)| (name.clone(), entry.clone()))
        .collect()
}

#[test]
fn the_second_run_asks_nobody() {
    for (identity, id) in [
        (json!(true), "SYSTEM_ASSIGNED_MANAGED_IDENTITY"),
        (json!(IDENTITY), IDENTITY),
    ] {
        let (tenant, imds) = (Tenant::start(), Tenant::start_plain());
        imds.on(IMDS, [issued(&tenant)]);
        let mgd = with_identity(&tenant, identity).env(POD, imds.origin());
        let before = now();
        whole(&mgd.list(NOTHING), &tenant);
        whole(&mgd.list(NOTHING), &tenant);
        assert_eq!(lines(&imds).len(), 1);
        assert_eq!(lines(&tenant), ["GET /v1.0/users"; 2]);
        let resource = tenant.origin();
        let [(name, entry)] = &entries(&mgd)[..] else {
            panic!("not one entry");
        };
        let expected =
            format!("-localhost-accesstoken-{id}-managed_identity-{resource}").to_lowercase();
        assert_eq!(*name, expected);
        let of = |member: &str| entry[member].as_str().unwrap_or_default().to_owned();
        assert_eq!(of("environment"), "localhost");
        assert_eq!(of("realm"), "managed_identity");
        assert_eq!(of("client_id"), id);
        assert_eq!(of("target"), resource);
        // Replaced at half of its life, as the source names no moment.
        let cached_at: u64 = of("cached_at").parse().unwrap();
        assert!((before..=now()).contains(&cached_at));
        assert_eq!(of("expires_on"), (cached_at + 86_399).to_string());
        let refresh_on: u64 = of("refresh_on").parse().unwrap();
        assert!((43_198..=43_200).contains(&(refresh_on - cached_at)));
    }
}

#[test]
fn each_identity_has_its_own_token() {
    let (tenant, imds) = (Tenant::start(), Tenant::start_plain());
    imds.on(IMDS, [issued(&tenant), issued(&tenant)]);
    let mgd = on_a_machine(&tenant, &imds);
    whole(&mgd.list(NOTHING), &tenant);
    mgd.edit(|parameters| parameters["managed_identity"] = IDENTITY.into());
    whole(&mgd.list(NOTHING), &tenant);
    mgd.edit(|parameters| parameters["managed_identity"] = true.into());
    whole(&mgd.list(NOTHING), &tenant);
    assert_eq!(lines(&imds).len(), 2);
    assert_eq!(entries(&mgd).len(), 2);
}

#[test]
fn a_moment_of_expiry_is_understood_in_every_form() {
    let in_an_hour = now() + 3600;
    for (member, value) in [
        ("expires_on", json!(in_an_hour.to_string())),
        ("expires_on", json!(in_an_hour)),
        ("expires_in", json!("3600")),
        ("expires_in", json!(3600)),
    ] {
        let (tenant, imds) = (Tenant::start(), Tenant::start_plain());
        let mut body = json!({ "access_token": tenant.issue_token(), "token_type": "Bearer" });
        body[member] = value;
        imds.on(IMDS, [Reply::json(body.to_string())]);
        let mgd = on_a_machine(&tenant, &imds);
        whole(&mgd.list(NOTHING), &tenant);
        let expires_on = entries(&mgd)[0].1["expires_on"]
            .as_str()
            .unwrap()
            .to_owned();
        let expires_on: u64 = expires_on.parse().unwrap();
        assert!((in_an_hour - 5..=in_an_hour + 60).contains(&expires_on));
    }
}

#[test]
fn a_token_that_has_expired_already_is_not_kept_for_another_run() {
    let (tenant, imds) = (Tenant::start(), Tenant::start_plain());
    let body = json!({ "access_token": tenant.issue_token(), "expires_on": "1577836800" });
    imds.on(IMDS, [Reply::json(body.to_string()), issued(&tenant)]);
    let mgd = on_a_machine(&tenant, &imds);
    let _ = mgd.list(NOTHING);
    whole(&mgd.list(NOTHING), &tenant);
    assert_eq!(lines(&imds).len(), 2);
}

#[test]
fn a_token_that_graph_refuses_is_asked_for_anew_once() {
    let (tenant, imds) = (Tenant::start(), Tenant::start_plain());
    imds.on(IMDS, [issued_until(&tenant), issued_until(&tenant)]);
    tenant.on("/v1.0/users", [Reply::status(401)]);
    whole(&on_a_machine(&tenant, &imds).list(NOTHING), &tenant);
    assert_eq!(lines(&imds).len(), 2);
    tenant.always("/v1.0/users", Reply::status(401));
    imds.on(IMDS, [issued(&tenant), issued(&tenant)]);
    let run = on_a_machine(&tenant, &imds).list(NOTHING);
    assert_eq!((run.code, run.stdout.as_str()), (3, ""), "{}", run.stderr);
    assert_eq!(lines(&imds).len(), 4);
}
