//! What is wrong with the application: parameters, credential, tenant, consent.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;

use serde_json::json;

use super::{check, consent, failed, healthy, token, told, troubles};
use crate::support::{lines, masked};
use crate::tenant::{Reply, TENANT_ID};

const REST: [&str; 10] = [
    "credential",
    "cache",
    "proxy",
    "dns",
    "connect",
    "tls",
    "clock",
    "token",
    "roles",
    "graph",
];

fn skipped(checks: &[&str]) -> Vec<String> {
    checks.iter().map(|check| format!("skip {check}")).collect()
}

#[test]
fn the_id_of_the_secret_in_the_place_of_its_value() {
    let (tenant, mgd) = healthy();
    mgd.edit(|parameters| parameters["secret"] = json!(TENANT_ID));
    let run = check(&mgd);
    let told = (
        "parameters file parameters.json:9: secret: is a guid: that is the Secret ID, not the \
         secret",
        "put the secret's Value there, which the portal shows once, when it is made",
    );
    assert_eq!((run.code, failed(&run, "parameters")), (2, told));
    let mut expected = vec!["fail parameters".to_owned(), "skip files".to_owned()];
    expected.extend(skipped(&REST));
    assert_eq!((troubles(&run), run.stderr.as_str()), (expected, ""));
    assert_eq!(lines(&tenant), [] as [String; 0]);
}

#[test]
fn a_file_that_others_can_read() {
    let (tenant, mgd) = healthy();
    let path = mgd.scratch.path("parameters.json");
    fs::set_permissions(path, fs::Permissions::from_mode(0o644)).unwrap();
    let run = check(&mgd);
    let told = (
        "parameters file parameters.json: holds a secret and is open to others (mode 0644)",
        "chmod 600 'parameters.json'",
    );
    assert_eq!((run.code, failed(&run, "files")), (2, told));
    let mut expected = vec!["fail files".to_owned(), "skip parameters".to_owned()];
    expected.extend(skipped(&REST));
    assert_eq!(troubles(&run), expected);
    assert_eq!(lines(&tenant), [] as [String; 0]);
}

#[test]
fn a_token_that_is_refused_is_told_with_its_remedy() {
    let cases = [
        (
            (401, "invalid_client", 7_000_215, "Invalid client secret."),
            "paste the secret's Value, not its Secret ID; check client_id, and that no quote or \
             line end came along",
        ),
        (
            (400, "invalid_request", 90_002, "Tenant 'x' not found."),
            "the tenant in `authority` is misspelt, or in another cloud",
        ),
        (
            (400, "unauthorized_client", 700_016, "Not found."),
            "check client_id and the tenant in `authority`; if both are right, the application \
             is not installed there: {consent}",
        ),
    ];
    for ((status, error, number, text), hint) in cases {
        let (tenant, mgd) = healthy();
        // A token in the cache is good, and no help.
        mgd.list(["token"]).ok();
        let refusal = Reply::entra_error(status, error, number, text);
        tenant.on(&tenant.token_path(), [refusal]);
        let run = check(&mgd);
        let (line, remedy) = failed(&run, "token");
        let start = format!("token endpoint: {error}: AADSTS{number}: {text}");
        assert!(line.starts_with(&start), "{line}");
        assert_eq!(remedy, hint.replace("{consent}", &consent(&tenant)));
        assert_eq!(run.code, 3);
        let expected = ["fail token", "skip roles", "skip graph"];
        assert_eq!(troubles(&run), expected);
    }
}

#[test]
fn a_token_without_roles_and_a_refusal_name_the_consent() {
    let (tenant, mgd) = healthy();
    tenant.always(&tenant.token_path(), token(&[]));
    tenant.always("/v1.0/users", Reply::status(403));
    let run = check(&mgd);
    let (line, hint) = told(&run, "warn  roles: ");
    assert_eq!(
        line,
        "none: no application permission was added, or admin consent is missing"
    );
    let expected = format!(
        "add application permissions (not delegated ones) to the registration, then have an \
         administrator open {}",
        consent(&tenant)
    );
    assert_eq!(hint, expected);
    let (line, hint) = failed(&run, "graph");
    assert!(
        line.starts_with("graph: Authorization_RequestDenied: "),
        "{line}"
    );
    assert!(hint.contains(&consent(&tenant)), "{hint}");
    assert_eq!(run.code, 1);
    assert_eq!(troubles(&run), ["warn roles", "fail graph"]);
}

#[test]
fn a_token_that_cannot_be_read_is_no_fault() {
    let (tenant, mgd) = healthy();
    tenant.clear_script();
    let run = check(&mgd).ok();
    assert_eq!(troubles(&run), ["skip roles"]);
    let line = format!(
        "pass  graph: {}: 3 items\nskip  roles: the token does not let itself be read\n\
         11 passed, 1 skipped\n",
        tenant.url("/v1.0/users")
    );
    assert!(run.stdout.ends_with(&line), "{}", run.stdout);
}

#[test]
fn graph_that_does_not_work_is_its_own_line() {
    let told = |text: &str, status: u16| {
        format!("graph: {text} (HTTP {status}, request-id ID, client-request-id ID)")
    };
    let cases = [
        (
            404,
            1,
            "Request_ResourceNotFound: The resource does not exist.",
        ),
        (
            401,
            3,
            "InvalidAuthenticationToken: Access token validation failure.",
        ),
        (
            503,
            4,
            "serviceNotAvailable: The service is temporarily unavailable.",
        ),
    ];
    for (status, code, text) in cases {
        let (tenant, mgd) = healthy();
        tenant.always("/v1.0/users", Reply::status(status));
        let run = check(&mgd);
        let (line, _) = failed(&run, "graph");
        assert_eq!(masked(line), told(text, status));
        assert_eq!(
            (run.code, troubles(&run)),
            (code, vec!["fail graph".to_owned()])
        );
    }
    let (tenant, mgd) = healthy();
    tenant.always("/v1.0/users", Reply::html(200));
    let run = check(&mgd);
    assert_eq!(
        (run.code, troubles(&run)),
        (5, vec!["fail graph".to_owned()])
    );
}

#[test]
fn more_pages_are_not_followed() {
    let (tenant, mgd) = healthy();
    let page = r#"{"@odata.nextLink":"{origin}/v1.0/users?p=2","value":[{"id":"1"}]}"#;
    tenant.always("/v1.0/users", Reply::json(page));
    let run = check(&mgd).ok();
    let endpoint = tenant.url("/v1.0/users");
    let line = format!("pass  graph: {endpoint}: 1 item, and more pages\n12 passed\n");
    assert!(run.stdout.ends_with(&line), "{}", run.stdout);
    assert_eq!(lines(&tenant).len(), 3);
}

#[test]
fn a_cache_that_cannot_be_used_is_a_warning() {
    let (_tenant, mgd) = healthy();
    mgd.scratch.write("cache/msal_token_cache.json", "{", 0o600);
    let run = check(&mgd).ok();
    let (line, hint) = told(&run, "warn  cache: ");
    assert_eq!(line, "token cache cache/msal_token_cache.json: is damaged");
    assert!(hint.ends_with("rm 'cache/msal_token_cache.json'"), "{hint}");
    assert_eq!(troubles(&run), ["warn cache"]);
    assert_eq!(run.stderr, "");
    let (_tenant, mgd) = healthy();
    mgd.edit(|parameters| parameters["token_cache"] = json!("none"));
    let run = check(&mgd).ok();
    let (line, _) = told(&run, "pass  cache: ");
    assert_eq!(line, "off: tokens are kept in memory only");
}

#[test]
fn everything_wrong_in_the_file_is_told_at_once() {
    let (tenant, mgd) = healthy();
    let text = "{\n\
        \"authority\": \"https://login.microsoftonline.com/common\",\n\
        \"client_id\": 7,\n\
        \"secert_file\": \"x\",\n\
        \"scope\": \"Enter_the_scope\",\n\
        \"secret\": \"\"\n}\n";
    mgd.scratch.write("parameters.json", text, 0o644);
    let run = check(&mgd);
    let lines: Vec<_> = run.stdout.lines().collect();
    let starts = [
        "fail  parameters: parameters file parameters.json:3: `client_id` must be a string",
        "fail  parameters: parameters file parameters.json:4: unknown key `secert_file`",
        "fail  parameters: parameters file parameters.json:5: scope: still holds the text",
        "fail  files: parameters file parameters.json: holds a secret and is open to others",
        "fail  parameters: parameters file parameters.json:2: authority: ",
    ];
    let failed: Vec<_> = lines
        .iter()
        .filter(|line| line.starts_with("fail"))
        .collect();
    assert_eq!(failed.len(), starts.len(), "{}", run.stdout);
    for (line, start) in failed.iter().zip(starts) {
        assert!(line.starts_with(start), "{line}");
    }
    let end = [
        "skip  credential, cache, proxy, dns, connect, tls, clock, token, roles, graph: \
         first the parameters must be right",
        "0 passed, 5 failed, 10 skipped",
    ];
    assert_eq!(lines[lines.len() - 2..], end);
    assert_eq!(run.code, 2);
    // Any other command stops at the first.
    let run = mgd.list([] as [&str; 0]);
    assert_eq!(run.code, 2);
    let start = "mgd: parameters file parameters.json:3: `client_id` must be a string";
    assert!(run.stderr.starts_with(start), "{}", run.stderr);
    assert_eq!(super::lines(&tenant), [] as [String; 0]);
}
