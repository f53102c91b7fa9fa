//! What each platform is asked, to the byte.

use serde_json::{Value, json};

use super::{
    IDENTITY, IMDS, POD, RESOURCE, assert_nothing_sent, encoded, issued, issued_until, resource,
    with_identity,
};
use crate::federated::whole;
use crate::support::lines;
use crate::tenant::{Seen, Tenant};

const HEADER: &str = "canary-header";

/// Ways to name an identity in the file, and the field that follows from it.
fn identities(names: [&str; 3]) -> [(Value, String); 7] {
    let [client, object, resource] = names;
    let resource = format!("&{resource}={}", encoded(RESOURCE));
    [
        (json!(true), String::new()),
        (json!(IDENTITY), format!("&{client}={IDENTITY}")),
        (
            json!({ "client_id": IDENTITY }),
            format!("&{client}={IDENTITY}"),
        ),
        (
            json!({ "object_id": IDENTITY }),
            format!("&{object}={IDENTITY}"),
        ),
        (json!({ "resource_id": RESOURCE }), resource.clone()),
        (json!(RESOURCE), resource),
        (
            json!({ "client_id": "a b&c" }),
            format!("&{client}=a+b%26c"),
        ),
    ]
}

/// The header fields that are not HTTP's own, sorted, the id of the request left out.
fn headers(seen: &Seen) -> Vec<String> {
    const USUAL: [&str; 8] = [
        "accept",
        "accept-encoding",
        "connection",
        "content-length",
        "content-type",
        "host",
        "user-agent",
        "x-ms-client-request-id",
    ];
    let fields = seen.headers.iter();
    let mut fields: Vec<_> = fields
        .map(|(name, value)| (name.to_ascii_lowercase(), value))
        .filter(|(name, _)| !USUAL.contains(&name.as_str()))
        .map(|(name, value)| format!("{name}: {value}"))
        .collect();
    fields.sort();
    fields
}

#[test]
fn imds_is_asked_for_each_kind_of_identity() {
    for (identity, field) in identities(["client_id", "object_id", "msi_res_id"]) {
        let (tenant, imds) = (Tenant::start(), Tenant::start_plain());
        imds.on(IMDS, [issued(&tenant)]);
        let mgd = with_identity(&tenant, identity).env(POD, imds.origin() + "/");
        whole(&mgd.list([] as [&str; 0]), &tenant);
        let resource = resource(&tenant);
        let asked = format!("GET {IMDS}?api-version=2018-02-01&{resource}{field}");
        assert_eq!(lines(&imds), [asked]);
        let version = env!("CARGO_PKG_VERSION");
        assert_eq!(
            headers(&imds.requests()[0]),
            [
                "metadata: true",
                "x-client-sku: mgd",
                &format!("x-client-ver: {version}")
            ]
        );
        let id = imds.requests()[0]
            .header("x-ms-client-request-id")
            .map(str::len);
        assert_eq!(id, Some(36));
        assert_eq!(lines(&tenant), ["GET /v1.0/users"]);
        assert_eq!(tenant.violations(), [] as [String; 0]);
    }
}

#[test]
fn app_service_is_asked_with_its_header() {
    for (identity, field) in identities(["client_id", "object_id", "mi_res_id"]) {
        let (tenant, platform) = (Tenant::start(), Tenant::start_plain());
        platform.on("/msi/token", [issued_until(&tenant)]);
        let mgd = with_identity(&tenant, identity)
            .env(POD, "http://127.0.0.1:9")
            .env("IDENTITY_ENDPOINT", platform.url("/msi/token"))
            .env("IDENTITY_HEADER", HEADER);
        let run = mgd.list(["-vv"]).ok();
        assert!(!run.stderr.contains("canary"), "{}", run.stderr);
        let resource = resource(&tenant);
        let asked = format!("GET /msi/token?api-version=2019-08-01&{resource}{field}");
        assert_eq!(lines(&platform), [asked]);
        assert_eq!(
            headers(&platform.requests()[0]),
            ["metadata: true", &format!("x-identity-header: {HEADER}")]
        );
        assert_eq!(lines(&tenant), ["GET /v1.0/users"]);
    }
}

#[test]
fn azure_ml_is_asked_with_its_secret_and_for_a_client_id_only() {
    let client = format!("&clientid={IDENTITY}");
    for (identity, preset, field) in [
        (json!(true), "", ""),
        (json!(true), IDENTITY, client.as_str()),
        (json!(IDENTITY), "another", &client),
    ] {
        let (tenant, platform) = (Tenant::start(), Tenant::start_plain());
        platform.on("/MSI/auth", [issued_until(&tenant)]);
        let mgd = with_identity(&tenant, identity)
            .env(POD, "http://127.0.0.1:9")
            .env("MSI_ENDPOINT", platform.url("/MSI/auth"))
            .env("MSI_SECRET", HEADER)
            .env("DEFAULT_IDENTITY_CLIENT_ID", preset);
        let run = mgd.list(["-vv"]).ok();
        assert!(!run.stderr.contains("canary"), "{}", run.stderr);
        let resource = resource(&tenant);
        let asked = format!("GET /MSI/auth?api-version=2017-09-01&{resource}{field}");
        assert_eq!(lines(&platform), [asked]);
        assert_eq!(
            headers(&platform.requests()[0]),
            [format!("secret: {HEADER}")]
        );
    }
    for name in ["object_id", "resource_id"] {
        let (tenant, platform) = (Tenant::start(), Tenant::start_plain());
        let mgd = with_identity(&tenant, json!({ name: IDENTITY }))
            .env("MSI_ENDPOINT", platform.url("/MSI/auth"))
            .env("MSI_SECRET", HEADER);
        mgd.list([] as [&str; 0]).refused(
            2,
            "mgd: managed identity (Azure ML): selects an identity by its client id only\n\
             mgd: hint: give the identity's client id\n",
        );
        assert_nothing_sent([&tenant, &platform]);
    }
}

#[test]
fn cloud_shell_is_asked_by_a_form() {
    let (tenant, platform) = (Tenant::start(), Tenant::start_plain());
    platform.on("/oauth2/token", [issued(&tenant)]);
    let mgd = with_identity(&tenant, json!(true))
        .env(POD, "http://127.0.0.1:9")
        .env("MSI_ENDPOINT", platform.url("/oauth2/token"))
        .env("AZUREPS_HOST_ENVIRONMENT", "cloud-shell/1.0");
    whole(&mgd.list([] as [&str; 0]), &tenant);
    assert_eq!(lines(&platform), ["POST /oauth2/token"]);
    let requests = platform.requests();
    assert_eq!(
        requests[0].form(),
        [("resource".to_owned(), tenant.origin())]
    );
    assert_eq!(headers(&requests[0]), ["metadata: true"]);
    assert_eq!(
        requests[0].header("Content-Type"),
        Some("application/x-www-form-urlencoded")
    );
    let mgd =
        with_identity(&tenant, json!(IDENTITY)).env("MSI_ENDPOINT", platform.url("/oauth2/token"));
    mgd.list([] as [&str; 0]).refused(
        2,
        "mgd: managed identity (Cloud Shell): has one identity, and none can be selected\n\
         mgd: hint: leave the identity's id out\n",
    );
    assert_eq!(platform.requests().len(), 1);
}

#[test]
fn service_fabric_is_refused_before_its_header_is_sent() {
    let (tenant, platform) = (Tenant::start(), Tenant::start_plain());
    let mgd = with_identity(&tenant, json!(true))
        .env(POD, platform.origin())
        .env(
            "IDENTITY_ENDPOINT",
            platform.url("/metadata/identity/oauth2/token"),
        )
        .env("IDENTITY_HEADER", HEADER)
        .env("IDENTITY_SERVER_THUMBPRINT", "00".repeat(20));
    mgd.list([] as [&str; 0]).refused(
        2,
        "mgd: managed identity (Service Fabric): its certificate is known by its thumbprint \
         alone, which is not supported\n\
         mgd: hint: use a certificate or a secret of the application\n",
    );
    assert_nothing_sent([&tenant, &platform]);
}

#[test]
fn an_endpoint_in_the_network_is_not_asked_over_plain_http() {
    let tenant = Tenant::start();
    for (name, more) in [
        ("IDENTITY_ENDPOINT", ("IDENTITY_HEADER", HEADER)),
        ("MSI_ENDPOINT", ("MSI_SECRET", HEADER)),
        (POD, ("UNUSED", "")),
    ] {
        let mgd = with_identity(&tenant, json!(true))
            .env(POD, "http://127.0.0.1:9")
            .env(name, "http://identity.example/token")
            .env(more.0, more.1);
        let line =
            format!("mgd: {name}: is plain http, which would show the token to the network\n");
        mgd.list([] as [&str; 0]).refused(2, &line);
    }
    assert_eq!(tenant.connections(), 0);
}

#[test]
fn an_identity_header_goes_to_a_private_address_or_where_it_is_asked_to() {
    let (tenant, platform) = (Tenant::start(), Tenant::start());
    // Loopback, though not by the address of any.
    let elsewhere = format!("https://[::ffff:127.0.0.1]:{}/token", platform.port());
    for (name, secret) in [
        ("IDENTITY_ENDPOINT", "IDENTITY_HEADER"),
        ("MSI_ENDPOINT", "MSI_SECRET"),
    ] {
        let mgd = with_identity(&tenant, json!(true))
            .env(POD, "http://127.0.0.1:9")
            .env(name, &elsewhere)
            .env(secret, HEADER);
        let line = format!(
            "mgd: {name}: [::ffff:127.0.0.1] is not a private address\n\
             mgd: hint: --auth managed-identity lets it have this machine's identity header\n"
        );
        let before = platform.connections();
        mgd.list([] as [&str; 0]).refused(2, &line);
        assert_eq!(platform.connections(), before);
        let run = mgd.list(["--auth", "managed-identity", "--retry-max-time", "0.001"]);
        assert_ne!(run.code, 2, "{}", run.stderr);
        assert_ne!(platform.connections(), before, "{}", run.stderr);
    }
    for url in [
        "https://10.1.2.3/",
        "https://169.254.1.2/",
        "https://[fd00::1]/",
    ] {
        let mgd = with_identity(&tenant, json!(true))
            .env("IDENTITY_ENDPOINT", url)
            .env("IDENTITY_HEADER", HEADER);
        let run = mgd.list(["--dry-run"]);
        assert_eq!(run.code, 0, "{}", run.stderr);
    }
}
