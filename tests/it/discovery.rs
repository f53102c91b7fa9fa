//! An authority that says by itself where its endpoints are: it is asked once, and believed about
//! its own places only.

mod adfs;
mod beliefs;
mod faults;
mod kept;

use serde_json::{Value, json};

use crate::federated::{field, grant, whole};
use crate::support::{Mgd, lines};
use crate::tenant::{CLIENT_ID, Reply, SECRET, TENANT_ID, Tenant};

const NOTHING: [&str; 0] = [];
/// A token endpoint that nobody would compute.
const FOUND: &str = "/elsewhere/oauth2/v2.0/token";

/// The path of the authority.
fn base() -> String {
    format!("/{TENANT_ID}/v2.0")
}

fn configuration() -> String {
    format!("{}/.well-known/openid-configuration", base())
}

/// What a good authority says of itself.
fn metadata(tenant: &Tenant) -> Value {
    json!({
        "issuer": tenant.url(&base()),
        "token_endpoint": tenant.url(FOUND),
        "authorization_endpoint": tenant.url("/elsewhere/oauth2/v2.0/authorize"),
        "token_endpoint_auth_methods_supported": ["client_secret_post", "private_key_jwt"],
        "jwks_uri": tenant.url("/elsewhere/discovery/v2.0/keys"),
        "tenant_region_scope": null,
    })
}

/// The program with `oidc_authority` in the place of `authority`.
fn with_oidc(tenant: &Tenant) -> Mgd {
    let mgd = Mgd::new(tenant);
    mgd.edit(|parameters| {
        parameters["authority"] = Value::Null;
        parameters["oidc_authority"] = tenant.url(&base()).into();
    });
    mgd
}

/// A tenant that says this of itself once and grants a token where it says, and the program.
fn saying(change: impl FnOnce(&mut Value, &Tenant)) -> (Tenant, Mgd) {
    let tenant = Tenant::start();
    let mut metadata = metadata(&tenant);
    change(&mut metadata, &tenant);
    tenant.on(&configuration(), [Reply::json(metadata.to_string())]);
    tenant.on(FOUND, [grant(&tenant)]);
    let mgd = with_oidc(&tenant);
    (tenant, mgd)
}

/// The file beside the cache.
const KEPT: &str = "cache/msal_token_cache.json.authorities";

fn discovery() -> String {
    format!("GET {}", configuration())
}

fn post() -> String {
    format!("POST {FOUND}")
}

#[test]
fn the_authority_is_asked_once_and_the_token_where_it_says() {
    let (tenant, mgd) = saying(|_, _| ());
    whole(&mgd.list(NOTHING), &tenant);
    assert_eq!(lines(&tenant), [&discovery(), &post(), "GET /v1.0/users"]);
    let requests = tenant.requests();
    assert_eq!(requests[0].header("Authorization"), None);
    assert_eq!(requests[0].header("Accept"), Some("application/json"));
    assert_eq!(requests[0].body, b"");
    assert_eq!(
        field(&requests[1], "client_secret").as_deref(),
        Some(SECRET)
    );
    assert_eq!(field(&requests[1], "client_id").as_deref(), Some(CLIENT_ID));
    assert_eq!(tenant.violations(), [] as [String; 0]);
}

#[test]
fn an_authority_in_the_forms_that_people_paste_is_asked_at_the_same_place() {
    for end in ["/", "//", " "] {
        let (tenant, mgd) = saying(|_, _| ());
        mgd.edit(|parameters| {
            parameters["oidc_authority"] = (tenant.url(&base()) + end).into();
        });
        whole(&mgd.list(NOTHING), &tenant);
        assert_eq!(lines(&tenant)[0], discovery());
        // It is the same authority without the slash, and known already.
        let mgd = mgd.edit(|parameters| {
            parameters["oidc_authority"] = tenant.url(&base()).into();
        });
        whole(&mgd.list(NOTHING), &tenant);
        assert_eq!(lines(&tenant).len(), 4);
    }
}

#[test]
fn a_flag_that_names_another_authority_leaves_this_one_alone() {
    let tenant = Tenant::start();
    let mgd = with_oidc(&tenant);
    let authority = tenant.authority();
    whole(&mgd.list(["--authority", &authority]), &tenant);
    let token = format!("POST {}", tenant.token_path());
    assert_eq!(lines(&tenant), [token.as_str(), "GET /v1.0/users"]);
}

#[test]
fn what_is_no_authority_is_refused_before_anybody_is_asked() {
    let tenant = Tenant::start();
    let mgd = with_oidc(&tenant);
    for (text, cause) in [
        (
            "http://login.contoso.com/t/v2.0",
            "is plain http, which would show the token to the network",
        ),
        ("https://login.contoso.com", "has no path"),
        ("https://login.contoso.com/", "has no path"),
        ("https://login.contoso.com/t?p=1", "holds a query"),
        (
            "https://login.contoso.com@evil.example/t",
            "holds a user name",
        ),
        ("login.contoso.com/t", "is not an absolute url"),
    ] {
        mgd.edit(|parameters| parameters["oidc_authority"] = text.into());
        let run = mgd.list(NOTHING);
        let cause = format!(": oidc_authority: {cause}\n");
        assert_eq!((run.code, run.stdout.as_str()), (2, ""), "{}", run.stderr);
        assert!(run.stderr.contains(&cause), "{}", run.stderr);
    }
    assert_eq!(tenant.connections(), 0);
}
