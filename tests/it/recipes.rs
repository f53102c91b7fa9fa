//! Every recipe of docs/recipes.md, run as it stands there against a tenant that has what it asks
//! for.

use std::collections::HashMap;
use std::path::Path;
use std::process::Stdio;

use serde_json::{Value, json};

use crate::faults::wire::dead_port;
use crate::managed_identity::{POD, issued};
use crate::proxies::connect::proxy;
use crate::support::{Command, Mgd, Run, lines};
use crate::tenant::{Reply, Tenant};

const DOCUMENT: &str = include_str!("../../docs/recipes.md");

/// The shell block below a heading.
fn recipe(heading: &str) -> &'static str {
    let (_, section) = DOCUMENT
        .split_once(&format!("\n## {heading}\n"))
        .unwrap_or_else(|| panic!("no recipe {heading}"));
    let section = section.split("\n## ").next().unwrap();
    let (_, block) = section.split_once("```sh\n").expect("a shell block");
    block.split_once("```").expect("the end of a block").0
}

/// Runs a recipe with the program as `mgd` and these variables.
fn run(mgd: &Mgd, heading: &str, variables: &[(&str, &str)]) -> Run {
    let folder = mgd.folder();
    let program = mgd.command([] as [&str; 0]).get_program().to_owned();
    std::fs::create_dir_all(folder.join("bin")).unwrap();
    let link = folder.join("bin/mgd");
    if !link.exists() {
        std::os::unix::fs::symlink(program, link).unwrap();
    }
    let script = format!("set -euo pipefail\n{}", recipe(heading));
    let command = mgd.command([] as [&str; 0]);
    let own = command.get_envs().filter_map(|(name, value)| {
        let value = value?.to_str()?;
        Some((name.to_str()?, value))
    });
    let mut variables: HashMap<_, _> = own.chain(variables.iter().copied()).collect();
    let path = format!("{}:/usr/bin:/bin", folder.join("bin").display());
    variables.insert("PATH", &path);
    let mut shell = Command::new("/bin/bash");
    shell
        .current_dir(folder)
        .env_clear()
        .envs(variables)
        .args(["-c", &script])
        .stdin(Stdio::null());
    Run::from(shell.output().unwrap())
}

/// Runs a recipe that must succeed with nothing on stderr, and gives a file that it wrote.
#[track_caller]
fn written(mgd: &Mgd, heading: &str, variables: &[(&str, &str)], file: &str) -> String {
    let file_of_parameters = ("MGD_PARAMETERS", "parameters.json");
    let variables = [&[file_of_parameters], variables].concat();
    let run = run(mgd, heading, &variables);
    assert_eq!((run.code, run.stderr.as_str()), (0, ""), "{}", run.stdout);
    mgd.scratch.read(file)
}

fn collection(items: Value) -> Reply {
    Reply::json(json!({ "value": items }).to_string())
}

fn tenant_with(replies: impl IntoIterator<Item = (&'static str, Reply)>) -> (Tenant, Mgd) {
    let tenant = Tenant::start();
    for (path, reply) in replies {
        tenant.on(path, [reply]);
    }
    let mgd = Mgd::new(&tenant);
    (tenant, mgd)
}

/// The query of the request number `index`, decoded.
fn query(tenant: &Tenant, index: usize) -> String {
    let target = tenant.requests()[index].target.clone();
    let (_, query) = target.split_once('?').unwrap();
    query
        .replace("%20", " ")
        .replace("%27", "'")
        .replace("%3A", ":")
}

#[test]
fn each_recipe_has_a_test() {
    let headings: Vec<_> = DOCUMENT
        .lines()
        .filter_map(|line| line.strip_prefix("## "))
        .collect();
    assert_eq!(headings.len(), 15, "{headings:?}");
    let source = include_str!("recipes.rs");
    for heading in headings {
        // The only one in another language is run by the interoperability suite.
        let is_python = heading == "MSAL Python and mgd with one cache";
        assert!(
            is_python || source.contains(&format!("\"{heading}\"")),
            "{heading}"
        );
    }
}

#[test]
fn inactive_users_become_a_table() {
    let user = json!({
        "userPrincipalName": "zoe@contoso.example",
        "signInActivity": { "lastSignInDateTime": "2020-01-02T03:04:05Z" },
    });
    let (tenant, mgd) = tenant_with([("/v1.0/users", collection(json!([user])))]);
    let table = written(&mgd, "Inactive users to a table", &[], "inactive.tsv");
    assert_eq!(table, "zoe@contoso.example\t2020-01-02T03:04:05Z\n");
    let query = query(&tenant, 1);
    assert!(
        query.contains("signInActivity/lastSignInDateTime le 20"),
        "{query}"
    );
}

#[test]
fn licences_are_reported_by_name() {
    let sku = |name: &str, used: u32| json!({ "skuPartNumber": name, "consumedUnits": used, "prepaidUnits": { "enabled": 9 } });
    let skus = json!([sku("SPE_E5", 7), sku("AAD_PREMIUM", 2)]);
    let (_tenant, mgd) = tenant_with([("/v1.0/subscribedSkus", collection(skus))]);
    let table = written(&mgd, "Licence report", &[], "licences.tsv");
    assert_eq!(table, "AAD_PREMIUM\t2\t9\nSPE_E5\t7\t9\n");
}

const SEND_MAIL: &str = "/v1.0/users/alerts@contoso.example/sendMail";

#[test]
fn a_mime_message_is_sent_in_base64() {
    let (tenant, mgd) = tenant_with([(SEND_MAIL, Reply::status(202))]);
    let message = written(&mgd, "Mail from cron", &[], "message.eml");
    assert!(message.starts_with("To: ops@contoso.example\r\n"));
    let sent = &tenant.requests()[1];
    assert_eq!(sent.header("Content-Type"), Some("text/plain"));
    use base64::Engine as _;
    let body = base64::engine::general_purpose::STANDARD.decode(&sent.body);
    assert_eq!(body.unwrap(), message.as_bytes());
}

#[test]
fn a_full_disk_is_told_by_mail_and_another_is_not() {
    let (tenant, mgd) = tenant_with([(SEND_MAIL, Reply::status(202))]);
    let parameters = ("MGD_PARAMETERS", "parameters.json");
    for (limit, requests) in [("101", 0), ("0", 2)] {
        let variables = [parameters, ("LIMIT", limit), ("HOST", "gateway-7")];
        let run = run(&mgd, "Disk-full alert by mail", &variables);
        assert_eq!(run.code, 0, "{}", run.stderr);
        assert_eq!(tenant.requests().len(), requests);
    }
    let body: Value = serde_json::from_slice(&tenant.requests()[1].body).unwrap();
    let message = &body["message"];
    let subject = message["subject"].as_str().unwrap();
    assert!(subject.ends_with(" % full on gateway-7"), "{subject}");
    let to = &message["toRecipients"][0]["emailAddress"]["address"];
    assert_eq!(*to, "ops@contoso.example");
}

#[test]
fn the_members_of_all_groups_are_read_twenty_groups_a_request() {
    let (tenant, mgd) = tenant_with([
        (
            "/v1.0/groups?",
            collection(json!([{ "id": "g1" }, { "id": "g2" }])),
        ),
        (
            "/v1.0/groups/g2/members",
            collection(json!([{ "id": "b" }, { "id": "c" }])),
        ),
    ]);
    let more = json!({ "value": [{ "id": "b" }], "@odata.nextLink": "https://graph.microsoft.com/v1.0/x" });
    tenant.on_part(
        "/v1.0/groups/g1/members",
        [collection(json!([{ "id": "a" }]))],
    );
    tenant.on_part("/v1.0/groups/g2/members", [Reply::json(more.to_string())]);
    let variables = [("MGD_PARAMETERS", "parameters.json")];
    let run = run(&mgd, "Members of all groups", &variables);
    assert_eq!(run.code, 0, "{}", run.stderr);
    let expected = "{\"group\":\"g1\",\"member\":\"a\"}\n\
                    {\"group\":\"g2\",\"member\":\"b\"}\n\
                    {\"group\":\"g2\",\"member\":\"c\"}\n";
    assert_eq!(mgd.scratch.read("members.jsonl"), expected);
    assert_eq!(
        lines(&tenant)[2..],
        [
            "POST /v1.0/$batch",
            "GET /v1.0/groups/g2/members?$select=id&$top=999"
        ]
    );
}

#[test]
fn the_sign_ins_of_a_day_are_read_once() {
    let event = json!({ "id": "e", "createdDateTime": "2026-01-01T00:00:00Z" });
    let (tenant, mgd) = tenant_with([("/v1.0/auditLogs/signIns", collection(json!([event])))]);
    let heading = "Sign-ins to JSON Lines, a file a day";
    let variables = [("MGD_PARAMETERS", "parameters.json")];
    for _ in 0..2 {
        run(&mgd, heading, &variables).ok();
    }
    assert_eq!(tenant.requests().len(), 2, "a token and one listing");
    let names = mgd.scratch.names();
    let file = names.iter().find(|name| name.starts_with("signins-"));
    assert_eq!(mgd.scratch.read(file.unwrap()), format!("{event}\n"));
}

#[test]
fn a_backup_is_stored_in_a_drive() {
    let tenant = Tenant::with_drive();
    let mgd = Mgd::new(&tenant);
    mgd.scratch.write("data", "what must not be lost", 0o600);
    let variables = [("DRIVE", "D"), ("SOURCE", "data")];
    let item = written(
        &mgd,
        "Nightly backup to SharePoint",
        &variables,
        "uploaded.json",
    );
    let item: Value = serde_json::from_str(&item).unwrap();
    let name = item["name"].as_str().unwrap();
    let sent = std::fs::read(mgd.scratch.path("backup.tgz")).unwrap();
    assert_eq!(tenant.file(name), Some(sent));
}

#[test]
fn credentials_that_expire_soon_are_listed() {
    let application = json!({
        "displayName": "reporting",
        "appId": "b7",
        "passwordCredentials": [
            { "endDateTime": "2020-01-01T00:00:00Z" },
            { "endDateTime": "2099-01-01T00:00:00Z" },
        ],
        "keyCredentials": [{ "endDateTime": "2021-01-01T00:00:00Z" }],
    });
    let (_tenant, mgd) = tenant_with([("/v1.0/applications", collection(json!([application])))]);
    let heading = "Application secrets and certificates that expire";
    let table = written(&mgd, heading, &[], "expiring.tsv");
    let expected = "reporting\tb7\t2020-01-01T00:00:00Z\nreporting\tb7\t2021-01-01T00:00:00Z\n";
    assert_eq!(table, expected);
}

#[test]
fn guests_become_a_table() {
    let guest = json!({
        "displayName": "Ada",
        "mail": "ada@fabrikam.example",
        "createdDateTime": "2024-01-01T00:00:00Z",
        "externalUserState": null,
    });
    let (tenant, mgd) = tenant_with([("/v1.0/users", collection(json!([guest])))]);
    let table = written(&mgd, "Guest review", &[], "guests.tsv");
    let expected = "displayName\tmail\tcreatedDateTime\texternalUserState\n\
                    Ada\tada@fabrikam.example\t2024-01-01T00:00:00Z\t\n";
    assert_eq!(table, expected);
    assert!(query(&tenant, 1).contains("userType eq 'Guest'"));
}

#[test]
fn curl_uses_the_token() {
    let tenant = Tenant::start();
    let mgd = Mgd::new(&tenant);
    let graph = tenant.origin();
    let variables = [
        ("GRAPH", graph.as_str()),
        ("CURL_OPTIONS", "--cacert ca.pem"),
    ];
    let users = written(
        &mgd,
        "The token for curl and other programs",
        &variables,
        "users.json",
    );
    let users: Value = serde_json::from_str(&users).unwrap();
    assert_eq!(users["value"].as_array().unwrap().len(), 3);
}

/// What a recipe that writes `users.jsonl` must have written.
#[track_caller]
fn assert_three_users(text: &str) {
    assert_eq!(text.lines().count(), 3, "{text}");
}

#[test]
fn a_proxy_and_the_certificates_to_trust_come_from_variables() {
    let (tenant, wire) = (Tenant::start(), proxy());
    let mgd = Mgd::new(&tenant);
    mgd.edit(|parameters| parameters["ca_file"] = Value::Null);
    let (proxy, ca) = (wire.plain_url(""), mgd.scratch.path("ca.pem"));
    let variables = [("PROXY", proxy.as_str()), ("PROXY_CA", path(&ca))];
    let heading = "Through a proxy with its own CA";
    assert_three_users(&written(&mgd, heading, &variables, "users.jsonl"));
    assert!(wire.heads()[0].starts_with("CONNECT localhost:"));
}

fn path(path: &Path) -> &str {
    path.to_str().unwrap()
}

#[test]
fn a_national_cloud_follows_from_the_authority() {
    let mgd = Mgd::without_files();
    mgd.scratch
        .write("secret", "a-secret-of-some-length", 0o600);
    let (tenant, client) = (
        "3f6b1d52-8c0e-4a97-b1f4-6d2e90c75a18",
        "a94c27e0-15bd-4e6f-93d8-7b0f5c21e6da",
    );
    // Nobody may be asked, so there is nobody.
    let dead = format!("http://127.0.0.1:{}", dead_port());
    let variables = [
        ("TENANT", tenant),
        ("CLIENT", client),
        ("https_proxy", dead.as_str()),
    ];
    let run = run(&mgd, "National cloud", &variables).ok();
    assert!(
        run.stdout.contains("https://graph.microsoft.us/v1.0/users"),
        "{}",
        run.stdout
    );
}

#[test]
fn a_github_job_needs_no_secret() {
    let tenant = Tenant::start();
    let token = "eyJhbGciOiJSUzI1NiJ9.eyJpc3MiOiJnaXRodWIifQ.c2lnbmF0dXJl";
    tenant.on(
        "/idtoken",
        [Reply::json(json!({ "value": token }).to_string())],
    );
    tenant.on(&tenant.token_path(), [crate::federated::grant(&tenant)]);
    let mgd = Mgd::new(&tenant);
    mgd.edit(|parameters| parameters["secret"] = Value::Null);
    let url = tenant.url("/idtoken?job=1");
    let variables = [
        ("TENANT", crate::tenant::TENANT_ID),
        ("CLIENT", crate::tenant::CLIENT_ID),
        ("ACTIONS_ID_TOKEN_REQUEST_URL", url.as_str()),
        ("ACTIONS_ID_TOKEN_REQUEST_TOKEN", "the-jobs-own"),
    ];
    let heading = "GitHub Actions without a secret";
    assert_three_users(&written(&mgd, heading, &variables, "users.jsonl"));
}

#[test]
fn a_device_lists_users_by_its_managed_identity() {
    let (tenant, agent) = (Tenant::start(), Tenant::start_plain());
    agent.on("/metadata/identity", [issued(&tenant)]);
    let mgd = Mgd::new(&tenant);
    mgd.edit(|parameters| {
        for key in ["authority", "client_id", "secret", "scope"] {
            parameters.as_object_mut().unwrap().remove(key);
        }
    });
    let host = agent.origin() + "/";
    let variables = [(POD, host.as_str())];
    let heading = "Azure Arc device";
    assert_three_users(&written(&mgd, heading, &variables, "users.jsonl"));
}
