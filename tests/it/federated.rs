//! Another issuer vouches for the application: its token is sent, and no secret.

mod contents;
mod github;
mod machine;

use std::os::unix::fs::PermissionsExt as _;
use std::time::Duration;

use serde_json::{Value, json};

use crate::support::{Mgd, Run, lines, three_users, wait_until};
use crate::tenant::{CLIENT_ID, Reply, Seen, TENANT_ID, Tenant};

/// A token of another issuer; each run is searched for its middle.
pub const JWT: &str = "eyJhbGciOiJSUzI1NiJ9.canary-token_of-another.c2ln-bmF0dXJl";
/// The same, issued later.
pub const NEWER: &str = "eyJhbGciOiJSUzI1NiJ9.canary-token_of-another.bGF0ZXI";
pub const JWT_BEARER: &str = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";

/// An answer that grants a token which the tenant's Graph accepts.
pub fn grant(tenant: &Tenant) -> Reply {
    let token = tenant.issue_token();
    let body = json!({ "token_type": "Bearer", "expires_in": 3599, "access_token": token });
    Reply::json(body.to_string())
}

/// The field of a form, if it was sent.
pub fn field(seen: &Seen, name: &str) -> Option<String> {
    let found = seen.form().into_iter().find(|(known, _)| known == name);
    found.map(|(_, value)| value)
}

/// The assertions that were sent to the token endpoint, one a request.
pub fn assertions(tenant: &Tenant) -> Vec<String> {
    let requests = tenant.requests().into_iter();
    let posts = requests.filter(|seen| seen.method == "POST");
    posts
        .map(|seen| field(&seen, "client_assertion").unwrap_or_default())
        .collect()
}

/// The run was whole and silent.
#[track_caller]
pub fn whole(run: &Run, tenant: &Tenant) {
    let told = (run.code, run.stderr.as_str(), run.stdout.as_str());
    assert_eq!(told, (0, "", three_users(tenant).as_str()));
}

/// The program with a `federated_token_file` of this content in the place of `secret`.
fn with_token(tenant: &Tenant, content: impl AsRef<[u8]>) -> Mgd {
    let mgd = Mgd::new(tenant);
    mgd.edit(|parameters| {
        parameters["secret"] = Value::Null;
        parameters["federated_token_file"] = "token".into();
    });
    mgd.scratch.write("token", content, 0o600);
    mgd
}

/// What a token request of a federated application holds, in order.
#[track_caller]
pub fn assert_form(seen: &Seen, tenant: &Tenant, assertion: &str) {
    let scope = tenant.url("/.default");
    let fields = [
        ("client_id", CLIENT_ID),
        ("grant_type", "client_credentials"),
        ("scope", &scope),
        ("client_assertion", assertion),
        ("client_assertion_type", JWT_BEARER),
    ];
    let fields = fields.map(|(name, value)| (name.to_owned(), value.to_owned()));
    assert_eq!(seen.form(), fields);
}

#[test]
fn the_content_of_the_file_is_sent_in_the_place_of_a_secret() {
    for end in ["", "\n", "\r\n"] {
        let tenant = Tenant::start();
        tenant.on(&tenant.token_path(), [grant(&tenant)]);
        let mgd = with_token(&tenant, format!("{JWT}{end}"));
        whole(&mgd.list([] as [&str; 0]), &tenant);
        let post = format!("POST {}", tenant.token_path());
        assert_eq!(lines(&tenant), [post.as_str(), "GET /v1.0/users"]);
        assert_form(&tenant.requests()[0], &tenant, JWT);
        assert_eq!(tenant.violations(), [] as [String; 0]);
        // The token that it was exchanged for is kept.
        whole(&mgd.list([] as [&str; 0]), &tenant);
        assert_eq!(tenant.token_posts(), 1);
    }
}

#[test]
fn the_variables_of_a_workload_are_enough() {
    let tenant = Tenant::start();
    tenant.on(&tenant.token_path(), [grant(&tenant)]);
    let mgd = Mgd::new(&tenant)
        .env("AZURE_AUTHORITY_HOST", tenant.origin() + "/")
        .env("AZURE_TENANT_ID", TENANT_ID)
        .env("AZURE_CLIENT_ID", CLIENT_ID)
        .env("AZURE_FEDERATED_TOKEN_FILE", "projected/token");
    mgd.scratch.write("projected/token", JWT, 0o600);
    let origin = tenant.origin();
    let run = mgd.run(["get", "users", "--ca-file=ca.pem", "--graph", &origin]);
    whole(&run, &tenant);
    assert_form(&tenant.requests()[0], &tenant, JWT);
}

#[test]
fn a_relative_path_stands_on_the_folder_of_the_parameters_file() {
    let tenant = Tenant::start();
    tenant.on(&tenant.token_path(), [grant(&tenant)]);
    let mgd = with_token(&tenant, "no token");
    mgd.edit(|parameters| parameters["ca_file"] = "../ca.pem".into());
    mgd.scratch.write("etc/token", JWT, 0o600);
    mgd.scratch
        .write("etc/p.json", mgd.scratch.read("parameters.json"), 0o600);
    whole(&mgd.run(["etc/p.json"]), &tenant);
    assert_eq!(assertions(&tenant), [JWT]);
}

#[test]
fn a_file_that_all_can_read_is_used_as_kubernetes_makes_it() {
    // A link to a link, open to all in the pod.
    let tenant = Tenant::start();
    let mgd = with_token(&tenant, "");
    mgd.scratch.write("..2026_11_22/token", JWT, 0o644);
    std::os::unix::fs::symlink("..2026_11_22", mgd.scratch.path("..data")).unwrap();
    std::fs::remove_file(mgd.scratch.path("token")).unwrap();
    std::os::unix::fs::symlink("..data/token", mgd.scratch.path("token")).unwrap();
    for mode in [0o644, 0o640, 0o444] {
        let path = mgd.scratch.path("..2026_11_22/token");
        std::fs::set_permissions(path, std::fs::Permissions::from_mode(mode)).unwrap();
        tenant.on(&tenant.token_path(), [grant(&tenant)]);
        whole(&mgd.list(["--token-cache=none"]), &tenant);
    }
    assert_eq!(assertions(&tenant), [JWT; 3]);
}

#[test]
fn the_file_is_read_anew_for_each_try() {
    let tenant = Tenant::start();
    let unavailable = Reply::bare(503).retry_after("1");
    tenant.on(&tenant.token_path(), [unavailable, grant(&tenant)]);
    let mgd = with_token(&tenant, JWT);
    let child = mgd.start(["parameters.json"]);
    wait_until(|| tenant.token_posts() == 1);
    mgd.scratch.write("token", NEWER, 0o600);
    whole(&child.wait_with_output().unwrap().into(), &tenant);
    assert_eq!(assertions(&tenant), [JWT, NEWER]);
    assert_eq!(tenant.violations(), [] as [String; 0]);
}

#[test]
fn the_file_is_read_anew_for_each_token() {
    let tenant = Tenant::start();
    let mgd = with_token(&tenant, JWT);
    for content in [JWT, NEWER] {
        mgd.scratch.write("token", content, 0o600);
        tenant.on(&tenant.token_path(), [grant(&tenant)]);
        whole(&mgd.list(["--token-cache=none"]), &tenant);
    }
    assert_eq!(assertions(&tenant), [JWT, NEWER]);
}

#[test]
fn a_token_that_graph_refuses_is_replaced_with_what_the_file_holds_by_then() {
    let tenant = Tenant::start();
    tenant.on(&tenant.token_path(), [grant(&tenant), grant(&tenant)]);
    let late = Reply::status(401).delay(Duration::from_millis(500));
    tenant.on("/v1.0/users", [late]);
    let mgd = with_token(&tenant, JWT);
    let child = mgd.start(["parameters.json"]);
    wait_until(|| tenant.token_posts() == 1);
    mgd.scratch.write("token", NEWER, 0o600);
    whole(&child.wait_with_output().unwrap().into(), &tenant);
    assert_eq!(assertions(&tenant), [JWT, NEWER]);
}
