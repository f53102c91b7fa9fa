//! A job of GitHub Actions asks for a token and exchanges it.

use serde_json::{Value, json};

use super::{JWT, NEWER, assert_form, assertions, grant, whole};
use crate::support::{Mgd, lines};
use crate::tenant::{Reply, Tenant};

const PATH: &str = "/idtoken?api-version=2.0&job=1";
const ASKED: &str = "GET /idtoken?api-version=2.0&job=1&audience=api%3A%2F%2FAzureADTokenExchange";
const REQUEST_TOKEN: &str = "canary-token_of-the-job";

fn issued(token: &str) -> Reply {
    Reply::json(json!({ "count": 1, "value": token }).to_string())
}

/// The program in a job whose tokens come from `issuer`; the file names no credential.
fn in_a_job(tenant: &Tenant, issuer: &Tenant) -> Mgd {
    let mgd = Mgd::new(tenant)
        .env("ACTIONS_ID_TOKEN_REQUEST_URL", issuer.url(PATH))
        .env("ACTIONS_ID_TOKEN_REQUEST_TOKEN", REQUEST_TOKEN);
    mgd.edit(|parameters| parameters["secret"] = Value::Null);
    mgd
}

#[test]
fn a_job_asks_for_a_token_for_entra_and_exchanges_it() {
    // Over TLS, under the authority that the parameters name.
    let tenant = Tenant::start();
    tenant.on("/idtoken", [issued(JWT)]);
    tenant.on(&tenant.token_path(), [grant(&tenant)]);
    let mgd = in_a_job(&tenant, &tenant);
    whole(&mgd.list(["--auth", "github"]), &tenant);
    let post = format!("POST {}", tenant.token_path());
    assert_eq!(lines(&tenant), [ASKED, &post, "GET /v1.0/users"]);
    let requests = tenant.requests();
    let bearer = format!("Bearer {REQUEST_TOKEN}");
    assert_eq!(requests[0].header("Authorization"), Some(bearer.as_str()));
    assert_eq!(requests[0].header("Accept"), Some("application/json"));
    assert_form(&requests[1], &tenant, JWT);
    assert_eq!(requests[1].header("Authorization"), None);
    assert_eq!(tenant.violations(), [] as [String; 0]);
    whole(&mgd.list(["--auth", "github"]), &tenant);
    assert_eq!(tenant.requests().len(), 4);
}

#[test]
fn a_url_without_a_query_gets_one() {
    let (tenant, issuer) = (Tenant::start(), Tenant::start_plain());
    issuer.on("/idtoken", [issued(JWT)]);
    tenant.on(&tenant.token_path(), [grant(&tenant)]);
    let mgd =
        in_a_job(&tenant, &issuer).env("ACTIONS_ID_TOKEN_REQUEST_URL", issuer.url("/idtoken"));
    whole(&mgd.list(["--auth=github"]), &tenant);
    let asked = "GET /idtoken?audience=api%3A%2F%2FAzureADTokenExchange";
    assert_eq!(lines(&issuer), [asked]);
}

#[test]
fn each_try_has_a_token_of_its_own() {
    let (tenant, issuer) = (Tenant::start(), Tenant::start_plain());
    issuer.on("/idtoken", [issued(JWT), Reply::status(503), issued(NEWER)]);
    let unavailable = Reply::bare(503).retry_after("1");
    tenant.on(&tenant.token_path(), [unavailable, grant(&tenant)]);
    let mgd = in_a_job(&tenant, &issuer);
    whole(&mgd.list(["--auth", "github"]), &tenant);
    assert_eq!(lines(&issuer), [ASKED; 3]);
    assert_eq!(assertions(&tenant), [JWT, NEWER]);
}

#[test]
fn a_job_without_permission_is_told_which() {
    let tenant = Tenant::start();
    let hint = "inside GitHub Actions the job needs `permissions: id-token: write`";
    for name in [
        "ACTIONS_ID_TOKEN_REQUEST_URL",
        "ACTIONS_ID_TOKEN_REQUEST_TOKEN",
    ] {
        let mgd = in_a_job(&tenant, &tenant).env(name, "");
        let line = format!("mgd: {name}: not set\nmgd: hint: {hint}\n");
        mgd.list(["--auth", "github"]).refused(2, &line);
    }
    let mgd = Mgd::new(&tenant);
    let run = mgd.list(["--auth", "github"]);
    assert_eq!(run.code, 2);
    assert!(
        run.stderr
            .ends_with(&format!(": not set\nmgd: hint: {hint}\n"))
    );
    assert_eq!((tenant.connections(), tenant.requests().len()), (0, 0));
}

#[test]
fn the_jobs_own_token_goes_over_tls_only() {
    let tenant = Tenant::start();
    let mgd = in_a_job(&tenant, &tenant).env(
        "ACTIONS_ID_TOKEN_REQUEST_URL",
        "http://pipelines.example/idtoken",
    );
    mgd.list(["--auth", "github"]).refused(
        2,
        "mgd: ACTIONS_ID_TOKEN_REQUEST_URL: is plain http, which would show the token to the \
         network\n",
    );
    assert_eq!(tenant.requests().len(), 0);
}

#[test]
fn what_the_issuer_refuses_is_told_and_nothing_is_exchanged() {
    let mirror = format!("<pre>authorization: Bearer {REQUEST_TOKEN}</pre>");
    let needs = "the job needs `permissions: id-token: write`, and its token is good while it runs";
    let cases = [
        (
            Reply::bare(401).body(mirror),
            3,
            "HTTP 401 with <pre>authorization: Bearer [redacted]</pre>",
            needs,
        ),
        (Reply::bare(403), 3, "HTTP 403 with an empty body", needs),
        (issued("canary"), 5, "the response holds no token", ""),
        (Reply::json("{}"), 5, "the response holds no token", ""),
        (
            Reply::text("canary.canary.canary"),
            5,
            "the response holds no token",
            "",
        ),
    ];
    for (reply, code, cause, hint) in cases {
        let (tenant, issuer) = (Tenant::start(), Tenant::start_plain());
        issuer.on("/idtoken", [reply]);
        let mut line = format!("mgd: GitHub Actions: {cause}\n");
        if !hint.is_empty() {
            line.push_str(&format!("mgd: hint: {hint}\n"));
        }
        in_a_job(&tenant, &issuer)
            .list(["--auth", "github"])
            .refused(code, &line);
        assert_eq!((lines(&issuer).len(), tenant.requests().len()), (1, 0));
    }
}

#[test]
fn a_redirect_does_not_carry_the_jobs_token_away() {
    let (tenant, issuer, stranger) = (
        Tenant::start(),
        Tenant::start_plain(),
        Tenant::start_plain(),
    );
    let away = stranger.url("/idtoken");
    issuer.on("/idtoken", [Reply::bare(302).header("Location", &away)]);
    let run = in_a_job(&tenant, &issuer).list(["--auth", "github"]);
    assert_eq!((run.code, run.stdout.as_str()), (5, ""), "{}", run.stderr);
    assert_eq!(stranger.requests().len() + tenant.requests().len(), 0);
}

#[test]
fn nothing_of_the_job_is_printed_however_much_is_told() {
    let (tenant, issuer) = (Tenant::start(), Tenant::start_plain());
    issuer.on("/idtoken", [issued(JWT)]);
    tenant.on(&tenant.token_path(), [grant(&tenant)]);
    // The run itself looks for the token and for what it was exchanged for.
    let run = in_a_job(&tenant, &issuer)
        .list(["--auth", "github", "-vv"])
        .ok();
    assert!(!run.stderr.contains(REQUEST_TOKEN), "{}", run.stderr);
    assert!(
        run.stderr.contains("identity: github from "),
        "{}",
        run.stderr
    );
}

#[test]
fn an_answer_that_breaks_off_is_asked_for_again() {
    let (tenant, issuer) = (Tenant::start(), Tenant::start_plain());
    issuer.on("/idtoken", [issued(JWT).cut_after(20), issued(NEWER)]);
    tenant.on(&tenant.token_path(), [grant(&tenant)]);
    let run = in_a_job(&tenant, &issuer).list(["--auth", "github"]);
    whole(&run, &tenant);
    assert_eq!(assertions(&tenant), [NEWER]);
}
