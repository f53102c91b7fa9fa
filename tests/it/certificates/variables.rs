//! The variables of azure-identity.

use super::maker::{PASSPHRASE, converted, own};
use super::{assertions, refused, tenant_of, works};
use crate::support::Mgd;
use crate::tenant::{CLIENT_ID, SECRET, TENANT_ID, Tenant};

const PATH: &str = "AZURE_CLIENT_CERTIFICATE_PATH";
const OTHER: &str = "0a1b2c3d-aaaa-bbbb-cccc-0123456789ab";

/// The program with the variables alone; `c.pem` holds `pem`.
fn with_variables(tenant: &Tenant, pem: &str) -> Mgd {
    let mgd = Mgd::without_files()
        .env("AZURE_AUTHORITY_HOST", tenant.origin())
        .env("AZURE_TENANT_ID", TENANT_ID)
        .env("AZURE_CLIENT_ID", CLIENT_ID)
        .env(PATH, "c.pem");
    mgd.scratch.write("ca.pem", tenant.ca_pem(), 0o600);
    mgd.scratch.write("c.pem", pem, 0o600);
    mgd
}

fn get(tenant: &Tenant) -> Vec<String> {
    let origin = tenant.origin();
    [
        "get",
        "users",
        "--ca-file=ca.pem",
        "--token-cache=none",
        "--graph",
        &origin,
    ]
    .map(str::to_owned)
    .to_vec()
}

#[test]
fn the_variables_alone_are_enough() {
    let own = need!(own());
    let tenant = tenant_of(own);
    works(
        &with_variables(&tenant, &own.pem()).run(get(&tenant)),
        &tenant,
    );
    let key = converted("pkcs8 -topk8 -passout file:pass -in k", &own.key);
    let mgd = with_variables(&tenant, &format!("{}{key}", own.certificate));
    let mgd = mgd.env("AZURE_CLIENT_CERTIFICATE_PASSWORD", PASSPHRASE);
    works(&mgd.run(get(&tenant)), &tenant);
}

#[test]
fn the_chain_is_sent_when_the_variable_says_so() {
    let own = need!(own());
    for (value, is_sent) in [
        ("true", true),
        ("True", true),
        ("1", true),
        ("false", false),
        ("0", false),
        ("", false),
    ] {
        let tenant = tenant_of(own);
        let mgd = with_variables(&tenant, &own.pem());
        let mgd = mgd.env("AZURE_CLIENT_SEND_CERTIFICATE_CHAIN", value);
        works(&mgd.run(get(&tenant)), &tenant);
        assert_eq!(
            assertions(&tenant)[0].0.get("x5c").is_some(),
            is_sent,
            "{value}"
        );
    }
}

#[test]
fn a_secret_wins_over_a_certificate_as_in_azure_identity() {
    let own = need!(own());
    let tenant = tenant_of(own);
    let mgd = with_variables(&tenant, &own.pem()).env("AZURE_CLIENT_SECRET", SECRET);
    works(&mgd.run(get(&tenant)), &tenant);
    assert_eq!(assertions(&tenant).len(), 0);
    let line = get(&tenant)
        .into_iter()
        .chain(["--auth=certificate".to_owned()]);
    works(&mgd.run(line), &tenant);
    assert_eq!(assertions(&tenant).len(), 1);
}

#[test]
fn a_certificate_is_never_used_for_another_application() {
    let own = need!(own());
    let tenant = tenant_of(own);
    for (name, used) in [
        ("AZURE_CLIENT_ID", CLIENT_ID),
        ("AZURE_TENANT_ID", TENANT_ID),
    ] {
        let mgd = super::client(&tenant, &serde_json::json!({}))
            .env("AZURE_CLIENT_ID", CLIENT_ID)
            .env("AZURE_TENANT_ID", TENANT_ID)
            .env(PATH, "c.pem")
            .env(name, OTHER);
        mgd.scratch.write("c.pem", own.pem(), 0o600);
        let message = format!("{PATH}: belongs to another application: {name} is not {used}");
        let run = mgd.list([] as [&str; 0]);
        assert_eq!((run.code, tenant.connections()), (2, 0), "{}", run.stderr);
        assert!(
            run.stderr.starts_with(&format!("mgd: {message}\n")),
            "{}",
            run.stderr
        );
    }
}

#[test]
fn what_is_not_used_is_not_what_is_named() {
    let own = need!(own());
    let tenant = tenant_of(own);
    let mgd = super::client(&tenant, &serde_json::json!({}))
        .env("AZURE_CLIENT_ID", OTHER)
        .env("AZURE_CLIENT_SECRET", "another")
        .env(PATH, "c.pem");
    mgd.scratch.write("c.pem", own.pem(), 0o600);
    let run = mgd.list(["--auth=certificate"]);
    assert_eq!((run.code, tenant.connections()), (2, 0));
    assert!(
        run.stderr.starts_with(&format!("mgd: {PATH}: ")),
        "{}",
        run.stderr
    );
}

#[test]
fn the_hint_for_a_certificate_of_another_application_speaks_of_no_secret() {
    let own = need!(own());
    let tenant = tenant_of(own);
    let mgd = super::client(&tenant, &serde_json::json!({}))
        .env("AZURE_CLIENT_ID", OTHER)
        .env(PATH, "c.pem");
    mgd.scratch.write("c.pem", own.pem(), 0o600);
    let run = mgd.list([] as [&str; 0]);
    assert_eq!((run.code, tenant.connections()), (2, 0));
    assert!(!run.stderr.contains("own secret"), "{}", run.stderr);
}

#[test]
fn the_parameters_file_may_name_the_application_and_the_variable_its_certificate() {
    let own = need!(own());
    let tenant = tenant_of(own);
    let mgd = super::client(&tenant, &serde_json::json!({})).env(PATH, "c.pem");
    mgd.scratch.write("c.pem", own.pem(), 0o600);
    works(&mgd.list([] as [&str; 0]), &tenant);
}

#[test]
fn a_file_that_the_variable_names_is_judged_like_any_other() {
    let own = need!(own());
    let tenant = tenant_of(own);
    let mgd = with_variables(&tenant, &own.pem());
    mgd.scratch.write("c.pem", own.pem(), 0o644);
    let message = "certificate file c.pem: holds a secret and is open to others (mode 0644)";
    refused(
        &mgd.run(get(&tenant)),
        &tenant,
        message,
        "chmod 600 'c.pem'",
    );
    let mgd = mgd.env(PATH, "missing.pem");
    let message = "certificate file missing.pem: no such file or directory";
    refused(&mgd.run(get(&tenant)), &tenant, message, "check the path");
}
