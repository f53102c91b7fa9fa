//! The ways to say that it is the machine's identity that is meant, and what goes with it.

use serde_json::json;

use super::{
    IDENTITY, IMDS, POD, assert_nothing_sent, encoded, issued, on_a_machine, resource,
    with_identity,
};
use crate::faults::wire::dead_port;
use crate::federated::whole;
use crate::support::{Mgd, lines};
use crate::tenant::{CLIENT_ID, Reply, TENANT_ID, Tenant};

#[test]
fn the_flag_alone_is_enough() {
    for (option, variable, field) in [
        ("", "", String::new()),
        ("", IDENTITY, format!("&client_id={IDENTITY}")),
        (IDENTITY, "another", format!("&client_id={IDENTITY}")),
    ] {
        let (tenant, imds) = (Tenant::start(), Tenant::start_plain());
        imds.on(IMDS, [issued(&tenant)]);
        let mgd = Mgd::new(&tenant)
            .env(POD, imds.origin())
            .env("AZURE_CLIENT_ID", variable);
        let graph = tenant.origin();
        let mut line = vec![
            "get",
            "users",
            "--auth=managed-identity",
            "--ca-file=ca.pem",
        ];
        line.extend(["--graph", &graph]);
        if !option.is_empty() {
            line.extend(["--client-id", option]);
        }
        whole(&mgd.run(line), &tenant);
        let resource = resource(&tenant);
        let asked = format!("GET {IMDS}?api-version=2018-02-01&{resource}{field}");
        assert_eq!(lines(&imds), [asked]);
    }
}

#[test]
fn the_flag_wins_over_a_secret_in_the_file() {
    let (tenant, imds) = (Tenant::start(), Tenant::start_plain());
    imds.on(IMDS, [issued(&tenant)]);
    let mgd = Mgd::new(&tenant).env(POD, imds.origin());
    whole(&mgd.list(["--auth", "managed-identity"]), &tenant);
    let resource = resource(&tenant);
    let asked = format!("GET {IMDS}?api-version=2018-02-01&{resource}");
    assert_eq!(lines(&imds), [asked]);
    assert_eq!(tenant.token_posts(), 0);
}

#[test]
fn what_belongs_to_an_application_is_neither_needed_nor_in_the_way() {
    let (tenant, imds) = (Tenant::start(), Tenant::start_plain());
    imds.on(IMDS, [issued(&tenant)]);
    let mgd = on_a_machine(&tenant, &imds)
        .env("AZURE_TENANT_ID", TENANT_ID)
        .env("AZURE_CLIENT_ID", CLIENT_ID);
    mgd.edit(|parameters| {
        parameters["authority"] = tenant.authority().into();
        parameters["client_id"] = CLIENT_ID.into();
    });
    whole(&mgd.list([] as [&str; 0]), &tenant);
    // The file says which identity: the machine's own.
    assert!(!lines(&imds)[0].contains(CLIENT_ID), "{:?}", lines(&imds));
    assert_eq!(tenant.token_posts(), 0);
}

#[test]
fn a_scope_is_asked_for_as_its_resource() {
    let (tenant, imds) = (Tenant::start(), Tenant::start_plain());
    imds.on(IMDS, [issued(&tenant)]);
    let mgd = on_a_machine(&tenant, &imds);
    mgd.edit(|parameters| parameters["scope"] = json!(["api://an-api/.default"]));
    whole(&mgd.list([] as [&str; 0]), &tenant);
    let resource = encoded("api://an-api");
    let asked = format!("GET {IMDS}?api-version=2018-02-01&resource={resource}");
    assert_eq!(lines(&imds), [asked]);
}

#[test]
fn a_scope_that_is_not_one_whole_resource_is_refused() {
    let (tenant, imds) = (Tenant::start(), Tenant::start_plain());
    let mgd = on_a_machine(&tenant, &imds);
    for (scope, cause) in [
        (
            "https://a/.default https://b/.default",
            "a managed identity is asked for exactly one resource",
        ),
        (
            "https://a/User.Read.All",
            "a managed identity is asked for a whole resource, not for https://a/User.Read.All",
        ),
    ] {
        mgd.edit(|parameters| parameters["scope"] = scope.into());
        let line =
            format!("mgd: scope: {cause}\nmgd: hint: give one scope that ends in /.default\n");
        mgd.list([] as [&str; 0]).refused(2, &line);
    }
    assert_nothing_sent([&tenant, &imds]);
}

#[test]
fn what_names_no_identity_is_refused() {
    let (tenant, imds) = (Tenant::start(), Tenant::start_plain());
    for identity in [
        json!("an identity"),
        json!(""),
        json!({}),
        json!({ "client_id": "" }),
        json!({ "name": IDENTITY }),
        json!({ "client_id": IDENTITY, "object_id": IDENTITY }),
        json!({ "client_id": 7 }),
    ] {
        let mgd = with_identity(&tenant, identity).env(POD, imds.origin());
        let run = mgd.list([] as [&str; 0]);
        let stderr = "names no identity\nmgd: hint: write true, or { \"client_id\": \"…\" }, \
                      object_id or resource_id in its place\n";
        assert_eq!((run.code, run.stdout.as_str()), (2, ""), "{}", run.stderr);
        assert!(
            run.stderr
                .starts_with("mgd: parameters file parameters.json:")
        );
        assert!(run.stderr.ends_with(stderr), "{}", run.stderr);
    }
    assert_nothing_sent([&tenant, &imds]);
}

#[test]
fn a_machine_that_is_not_meant_is_not_asked() {
    let (tenant, imds) = (Tenant::start(), Tenant::start_plain());
    let mgd = with_identity(&tenant, json!(false)).env(POD, imds.origin());
    let run = mgd.list([] as [&str; 0]);
    assert_eq!((run.code, run.stdout.as_str()), (2, ""), "{}", run.stderr);
    assert_nothing_sent([&tenant, &imds]);
}

#[test]
fn the_endpoint_is_never_asked_through_a_proxy() {
    let (tenant, imds) = (Tenant::start(), Tenant::start_plain());
    imds.on(IMDS, [issued(&tenant), issued(&tenant)]);
    let dead = format!("http://127.0.0.1:{}", dead_port());
    let mut mgd = on_a_machine(&tenant, &imds).env("no_proxy", "localhost");
    for name in [
        "http_proxy",
        "https_proxy",
        "HTTPS_PROXY",
        "all_proxy",
        "ALL_PROXY",
    ] {
        mgd = mgd.env(name, &dead);
    }
    whole(&mgd.list(["--token-cache=none"]), &tenant);
    // That of the file is for Graph too, which is out of reach then.
    mgd.edit(|parameters| parameters["proxy"] = dead.into());
    let mgd = mgd.env("no_proxy", "");
    let run = mgd.list(["--token-cache=none", "--retry-max-time=1"]);
    assert_eq!((run.code, run.stdout.as_str()), (4, ""), "{}", run.stderr);
    assert_eq!((lines(&imds).len(), lines(&tenant).len()), (2, 1));
}

#[test]
fn a_client_id_on_the_line_names_the_identity_that_the_file_leaves_open() {
    for identity in [json!(true), json!({ "client_id": IDENTITY })] {
        let (tenant, imds) = (Tenant::start(), Tenant::start_plain());
        imds.on(IMDS, [issued(&tenant)]);
        let mgd = with_identity(&tenant, identity).env(POD, imds.origin());
        whole(&mgd.list(["--client-id", IDENTITY]), &tenant);
        let resource = resource(&tenant);
        let field = format!("&client_id={IDENTITY}");
        let asked = format!("GET {IMDS}?api-version=2018-02-01&{resource}{field}");
        assert_eq!(lines(&imds), [asked]);
    }
    for identity in [
        json!({ "client_id": CLIENT_ID }),
        json!({ "object_id": IDENTITY }),
    ] {
        let (tenant, imds) = (Tenant::start(), Tenant::start_plain());
        let mgd = with_identity(&tenant, identity).env(POD, imds.origin());
        let run = mgd.list(["--client-id", IDENTITY]);
        let stderr = "mgd: --client-id: `managed_identity` in the parameters file names another \
                      identity\nmgd: hint: leave out one of the two\n";
        run.refused(2, stderr);
        assert_nothing_sent([&tenant, &imds]);
    }
}

#[test]
fn a_token_of_a_machines_identity_names_no_tenant() {
    let (tenant, imds) = (Tenant::start(), Tenant::start_plain());
    let granted = r#"{"access_token":"tok.1","expires_in":"3599","token_type":"Bearer"}"#;
    imds.on(IMDS, [Reply::json(granted)]);
    let run = on_a_machine(&tenant, &imds).list(["token", "--json"]).ok();
    let object = run.json();
    let names: Vec<_> = object.as_object().unwrap().keys().collect();
    assert_eq!(
        names,
        ["accessToken", "expiresOn", "expires_on", "tokenType"]
    );
}
