//! The token: how it is asked for, what is told when it is refused, when another one is got.

mod answers;
mod passing;
mod refusals;
mod renewal;

use crate::support::{Mgd, lines, three_users};
use crate::tenant::{CLIENT_ID, Reply, SECRET, Seen, TENANT_ID, Tenant};

const USERS: &str = "GET /v1.0/users";

/// The line of a token request.
fn post() -> String {
    format!("POST /{TENANT_ID}/oauth2/v2.0/token")
}

/// An error of the token endpoint of which every character is known before.
pub fn entra(status: u16, error: &str, code: u32, text: &str) -> Reply {
    let body = serde_json::json!({
        "error": error,
        "error_description": described(code, text, "{client-request-id}"),
        "error_codes": [code],
        "timestamp": "2026-11-22 10:11:12Z",
        "trace_id": "0d1c2b3a-4f5e-4d6c-8b7a-998877665500",
        "correlation_id": "{client-request-id}",
    });
    Reply::bare(status)
        .header("Content-Type", "application/json; charset=utf-8")
        .body(body.to_string())
}

/// What that error says of itself, on several lines.
fn described(code: u32, text: &str, correlation_id: &str) -> String {
    format!(
        "AADSTS{code}: {text}\r\nTrace ID: 0d1c2b3a-4f5e-4d6c-8b7a-998877665500\r\n\
         Correlation ID: {correlation_id}\r\nTimestamp: 2026-11-22 10:11:12Z"
    )
}

/// The line on stderr that tells such an error.
pub fn told(error: &str, code: u32, text: &str, tenant: &Tenant) -> String {
    let text = described(code, text, &correlation_id(tenant)).replace("\r\n", " ");
    format!("mgd: token endpoint: {error}: {text}\n")
}

/// The id of the last token request.
fn correlation_id(tenant: &Tenant) -> String {
    let requests = tenant.requests();
    let post = requests.iter().rfind(|seen| seen.method == "POST").unwrap();
    post.header("client-request-id").unwrap().to_owned()
}

/// The token that a request to Graph came with.
fn bearer(seen: &Seen) -> &str {
    let value = seen.header("Authorization").unwrap();
    value.strip_prefix("Bearer ").unwrap()
}

#[test]
fn one_post_asks_for_the_token_and_nothing_is_discovered() {
    let tenant = Tenant::start();
    let mgd = Mgd::new(&tenant);
    let run = mgd.list([] as [&str; 0]).ok();
    assert_eq!(
        (run.stdout, run.stderr.as_str()),
        (three_users(&tenant), "")
    );
    assert_eq!(lines(&tenant), [post().as_str(), USERS]);
    let requests = tenant.requests();
    let scope = tenant.url("/.default");
    let fields = [
        ("client_id", CLIENT_ID),
        ("grant_type", "client_credentials"),
        ("scope", &scope),
        ("client_secret", SECRET),
    ];
    let fields = fields.map(|(name, value)| (name.to_owned(), value.to_owned()));
    assert_eq!(requests[0].form(), fields);
    assert_eq!(
        requests[0].header("Content-Type"),
        Some("application/x-www-form-urlencoded")
    );
    assert_eq!(requests[0].header("Accept"), Some("application/json"));
    assert_eq!(requests[0].header("Authorization"), None);
    assert_eq!(
        bearer(&requests[1]).len(),
        bearer(&requests[1]).trim().len()
    );
    assert_eq!(tenant.violations(), [] as [String; 0]);
}

#[test]
fn a_secret_of_awkward_characters_is_encoded_as_a_form_wants_it() {
    let tenant = Tenant::start();
    Mgd::new(&tenant).list([] as [&str; 0]).ok();
    let body = String::from_utf8(tenant.requests()[0].body.clone()).unwrap();
    let encoded = "client_secret=cana%26ry%2Bs%25cret%3D+%C3%A9~7Qx";
    assert!(body.split('&').any(|field| field == encoded));
}

#[test]
fn a_scope_given_as_a_string_or_unsorted_is_sent_sorted() {
    let tenant = Tenant::start();
    tenant.on(
        &tenant.token_path(),
        [entra(400, "invalid_scope", 70011, "No.")],
    );
    let mgd = Mgd::new(&tenant);
    mgd.edit(|parameters| parameters["scope"] = "https://b/.default  https://a/.default".into());
    let run = mgd.list([] as [&str; 0]);
    let hint = "mgd: hint: an application's scope must be https://graph.microsoft.com/.default\n";
    run.refused(3, &(told("invalid_scope", 70011, "No.", &tenant) + hint));
    let form = tenant.requests()[0].form();
    let scope = form.iter().find(|(name, _)| name == "scope").unwrap();
    assert_eq!(scope.1, "https://a/.default https://b/.default");
}

#[test]
fn without_a_scope_it_is_that_of_the_endpoint() {
    let tenant = Tenant::start();
    let mgd = Mgd::new(&tenant);
    mgd.edit(|parameters| parameters["scope"] = serde_json::Value::Null);
    let run = mgd.list([] as [&str; 0]).ok();
    assert_eq!(
        (run.stdout, run.stderr.as_str()),
        (three_users(&tenant), "")
    );
    let form = tenant.requests()[0].form();
    assert!(form.contains(&("scope".to_owned(), tenant.url("/.default"))));
}
