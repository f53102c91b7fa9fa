//! `mgd check`: with each fault in turn the line that fails is the right one.

mod credential;
mod faults;
mod ways;

use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use serde_json::json;

use crate::support::{Mgd, Run, lines};
use crate::tenant::{CLIENT_ID, Reply, TENANT_ID, Tenant};

/// A token with these roles in it.
fn token(roles: &[&str]) -> Reply {
    let claims = json!({ "roles": roles }).to_string();
    let text = format!("e30.{}.tok", BASE64_URL_SAFE_NO_PAD.encode(claims));
    let body = json!({ "token_type": "Bearer", "expires_in": 3599, "access_token": text });
    Reply::json(body.to_string())
}

/// A tenant whose token has a role and whose Graph has two users, and the program for it.
fn healthy() -> (Tenant, Mgd) {
    let tenant = Tenant::start();
    tenant.always(&tenant.token_path(), token(&["User.Read.All", "Mail.Send"]));
    let users = Reply::json(r#"{"value":[{"id":"1"},{"id":"2"}]}"#);
    tenant.always("/v1.0/users", users);
    let mgd = Mgd::new(&tenant);
    (tenant, mgd)
}

fn check(mgd: &Mgd) -> Run {
    mgd.list(["check", "--retry-max-time", "0.1"])
}

fn consent(tenant: &Tenant) -> String {
    let origin = tenant.origin();
    format!("{origin}/{TENANT_ID}/adminconsent?client_id={CLIENT_ID}")
}

/// The report without the addresses of this machine, which may be several.
fn without_addresses(run: &Run) -> String {
    let line = |line: &str| match line.split_once("dns: localhost: ") {
        Some((start, _)) => format!("{start}dns: localhost: …\n"),
        None => format!("{line}\n"),
    };
    run.stdout.lines().map(line).collect()
}

/// What did not pass: the verdict and the check of each such line.
fn troubles(run: &Run) -> Vec<String> {
    let lines = run.stdout.lines().filter(|line| !line.starts_with(' '));
    let mut troubles = Vec::new();
    for line in lines {
        let Some((verdict, text)) = line.split_once("  ") else {
            continue;
        };
        // What was skipped stands in one line: names and a reason, and others after a semicolon.
        let parts = if verdict == "skip" {
            text.split("; ").collect()
        } else {
            vec![text]
        };
        for part in parts.into_iter().filter(|_| verdict != "pass") {
            let names = part.split(": ").next().unwrap().split(", ");
            troubles.extend(names.map(|name| format!("{verdict} {name}")));
        }
    }
    troubles
}

/// The line of a check that failed, and its remedy.
#[track_caller]
fn failed<'r>(run: &'r Run, check: &str) -> (&'r str, &'r str) {
    told(run, &format!("fail  {check}: "))
}

#[track_caller]
fn told<'r>(run: &'r Run, start: &str) -> (&'r str, &'r str) {
    let mut lines = run.stdout.lines();
    let line = lines.find_map(|line| line.strip_prefix(start));
    let line = line.unwrap_or_else(|| panic!("no {start} in:\n{}", run.stdout));
    let hint = lines.next().and_then(|line| line.strip_prefix("      "));
    (line, hint.unwrap_or_default())
}

#[test]
fn a_healthy_quickstart_passes_line_by_line() {
    let (tenant, mgd) = healthy();
    let run = check(&mgd);
    let ca = mgd.scratch.path("ca.pem");
    let ca = ca.file_name().unwrap().to_string_lossy();
    let stdout = format!(
        "pass  parameters: application {CLIENT_ID} at {authority}\n\
         pass  files: nobody else can read what is secret or change it: parameters.json (mode 0600)\n\
         pass  credential: secret from parameters file parameters.json\n\
         pass  cache: cache/msal_token_cache.json (not there yet), its lock is free\n\
         pass  proxy: localhost without a proxy\n\
         pass  dns: localhost: …\n\
         pass  connect: localhost: port {port}\n\
         pass  tls: localhost: its certificate is good, by {ca}\n\
         pass  clock: within a minute of that of localhost\n\
         pass  token: granted, good for 60 minutes\n\
         pass  roles: User.Read.All, Mail.Send\n\
         pass  graph: {endpoint}: 2 items\n\
         12 passed\n",
        authority = tenant.authority(),
        port = tenant.port(),
        endpoint = tenant.url("/v1.0/users"),
    );
    assert_eq!(
        (run.code, run.stderr.as_str(), without_addresses(&run)),
        (0, "", stdout)
    );
    let post = format!("POST {}", tenant.token_path());
    let expected = ["GET /".to_owned(), post, "GET /v1.0/users".to_owned()];
    assert_eq!(lines(&tenant), expected);
    assert_eq!(tenant.violations(), [] as [String; 0]);
    // A token in the cache says nothing of the secret as it is now: a new one is asked for.
    let again = check(&mgd).ok();
    assert!(again.stdout.contains("cache.json (mode 0600), its lock"));
    assert_eq!(tenant.token_posts(), 2);
}

#[test]
fn json_is_one_object_a_line() {
    let (tenant, mgd) = healthy();
    let refusal = Reply::entra_error(401, "invalid_client", 7_000_222, "Expired.");
    tenant.on(&tenant.token_path(), [refusal]);
    let run = mgd.list(["check", "--json"]);
    let objects: Vec<serde_json::Value> = run
        .stdout
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    assert_eq!((run.code, run.stderr.as_str(), objects.len()), (3, "", 12));
    let first = json!({
        "result": "pass",
        "check": "parameters",
        "message": format!("application {CLIENT_ID} at {}", tenant.authority()),
    });
    assert_eq!(objects[0], first);
    let failed = &objects[9];
    assert_eq!(
        (&failed["result"], &failed["check"]),
        (&json!("fail"), &json!("token"))
    );
    assert_eq!(
        (&failed["exit"], &failed["status"]),
        (&json!(3), &json!(401))
    );
    assert_eq!(failed["code"], "invalid_client");
    let skipped = json!({ "result": "skip", "check": "graph", "message": "there is no token" });
    assert_eq!(objects[11], skipped);
}
