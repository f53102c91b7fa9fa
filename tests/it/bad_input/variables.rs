//! Flags, file and variables: who wins, and whose secret it is.

use std::ffi::OsString;
use std::os::unix::ffi::OsStringExt as _;

use super::{confined, parameters, refused, said};
use crate::support::{Mgd, Run, three_users};
use crate::tenant::{CLIENT_ID, SECRET, TENANT_ID, Tenant};

const OTHER: &str = "0a1b2c3d-aaaa-bbbb-cccc-0123456789ab";
const OWN: &str = "give this application's own credential, or unset the AZURE_* variables";

#[track_caller]
fn whole(run: &Run, tenant: &Tenant) {
    let told = (run.code, run.stderr.as_str(), run.stdout.as_str());
    assert_eq!(told, (0, "", three_users(tenant).as_str()));
}

/// The variables of azure-identity for this tenant.
fn with_variables(tenant: &Tenant, mgd: Mgd) -> Mgd {
    mgd.env("AZURE_AUTHORITY_HOST", tenant.origin() + "/")
        .env("AZURE_TENANT_ID", TENANT_ID)
        .env("AZURE_CLIENT_ID", CLIENT_ID)
        .env("AZURE_CLIENT_SECRET", SECRET)
}

/// The path and what no variable can say.
fn get(tenant: &Tenant) -> Vec<String> {
    let origin = tenant.origin();
    ["get", "users", "--ca-file=ca.pem", "--graph", &origin]
        .map(str::to_owned)
        .to_vec()
}

#[test]
fn the_variables_alone_are_enough() {
    let tenant = Tenant::start();
    let mgd = with_variables(&tenant, confined(&tenant));
    whole(&mgd.run(get(&tenant)), &tenant);
    let form = tenant.requests()[0].form();
    assert!(form.contains(&("client_id".to_owned(), CLIENT_ID.to_owned())));
    assert!(form.contains(&("client_secret".to_owned(), SECRET.to_owned())));
    assert!(form.contains(&("scope".to_owned(), tenant.url("/.default"))));
}

#[test]
fn a_variable_that_is_missing_is_named_and_no_file_is_sought() {
    // `parameters.json` stands in the current folder, and nobody has named it.
    let file = "give a parameters file (mgd FILE.json)";
    let cases = [
        (
            "AZURE_TENANT_ID",
            "authority",
            format!("{file}, --tenant or AZURE_TENANT_ID"),
        ),
        (
            "AZURE_CLIENT_ID",
            "client_id",
            format!("{file}, --client-id or AZURE_CLIENT_ID"),
        ),
        (
            "AZURE_CLIENT_SECRET",
            "secret",
            format!("{file}, --secret-file, --certificate-file or AZURE_CLIENT_SECRET"),
        ),
    ];
    for (name, key, hint) in cases {
        // There a managed identity takes the place of the secret.
        if name == "AZURE_CLIENT_SECRET" && crate::which::is_on_azure() {
            continue;
        }
        let tenant = Tenant::start();
        let mgd = with_variables(&tenant, confined(&tenant));
        let without = mgd.command(get(&tenant)).env_remove(name).output().unwrap();
        refused(&without.into(), &tenant, &format!("{key}: missing"), &hint);
        let empty = mgd.command(get(&tenant)).env(name, "").output().unwrap();
        refused(&empty.into(), &tenant, &format!("{key}: missing"), &hint);
        let strange = OsString::from_vec(b"\xff".to_vec());
        let strange = mgd
            .command(get(&tenant))
            .env(name, strange)
            .output()
            .unwrap();
        refused(
            &strange.into(),
            &tenant,
            &format!("{name}: is not UTF-8"),
            "",
        );
    }
}

#[test]
fn what_is_wrong_with_a_variable_is_told_of_the_variable() {
    let value = "put the secret's Value there, which the portal shows once, when it is made";
    let tenant_id = "give the directory (tenant) id from the application's overview page";
    let cases = [
        (
            "AZURE_CLIENT_SECRET",
            OTHER.to_owned(),
            "AZURE_CLIENT_SECRET: is a guid: that is the Secret ID, not the secret".to_owned(),
            value,
        ),
        (
            "AZURE_CLIENT_SECRET",
            "canary\n".to_owned(),
            "AZURE_CLIENT_SECRET: begins or ends with white space, or holds a line end".to_owned(),
            value,
        ),
        (
            "AZURE_TENANT_ID",
            "common".to_owned(),
            "AZURE_TENANT_ID: an application needs one tenant, not all of them".to_owned(),
            tenant_id,
        ),
        (
            "AZURE_AUTHORITY_HOST",
            "http://login.microsoftonline.com".to_owned(),
            "AZURE_AUTHORITY_HOST: is plain http, which would show the token to the network"
                .to_owned(),
            "",
        ),
    ];
    for (name, value, message, hint) in cases {
        let tenant = Tenant::start();
        let mgd = with_variables(&tenant, confined(&tenant)).env(name, value);
        refused(&mgd.run(get(&tenant)), &tenant, &message, hint);
    }
}

#[test]
fn the_file_wins_over_the_variables_and_keeps_its_own_secret() {
    let tenant = Tenant::start();
    let mgd = confined(&tenant)
        .env("AZURE_AUTHORITY_HOST", "https://login.microsoftonline.com")
        .env("AZURE_TENANT_ID", OTHER)
        .env("AZURE_CLIENT_ID", OTHER)
        .env("AZURE_CLIENT_SECRET", "another");
    whole(&mgd.list([] as [&str; 0]), &tenant);
    assert_eq!(tenant.token_posts(), 1);
}

#[test]
fn a_secret_from_the_variables_is_never_sent_for_another_application() {
    let tenant = Tenant::start();
    let text = parameters(&tenant, &[("secret", "null")]);
    let cases = [
        ("AZURE_CLIENT_ID", CLIENT_ID),
        ("AZURE_TENANT_ID", TENANT_ID),
    ];
    for (name, used) in cases {
        let mgd = with_variables(&tenant, confined(&tenant)).env(name, OTHER);
        mgd.scratch.write("parameters.json", &text, 0o600);
        let message =
            format!("AZURE_CLIENT_SECRET: belongs to another application: {name} is not {used}");
        refused(&mgd.list([] as [&str; 0]), &tenant, &message, OWN);
    }
    for (option, name) in [
        ("--client-id", "AZURE_CLIENT_ID"),
        ("--tenant", "AZURE_TENANT_ID"),
    ] {
        let mgd = with_variables(&tenant, confined(&tenant));
        let line = [get(&tenant), vec![option.to_owned(), OTHER.to_owned()]].concat();
        let message =
            format!("AZURE_CLIENT_SECRET: belongs to another application: {name} is not {OTHER}");
        refused(&mgd.run(line), &tenant, &message, OWN);
    }
    // The same application in other letters, or with nothing said of whose it is.
    let mgd = confined(&tenant)
        .env("AZURE_CLIENT_SECRET", SECRET)
        .env("AZURE_CLIENT_ID", CLIENT_ID.to_uppercase());
    mgd.scratch.write("parameters.json", &text, 0o600);
    whole(&mgd.list([] as [&str; 0]), &tenant);
}

#[test]
fn flags_win_over_the_file() {
    let tenant = Tenant::start();
    let mgd = confined(&tenant);
    let text = parameters(
        &tenant,
        &[
            ("authority", "\"{origin}/another-tenant\""),
            ("client_id", "\"another\""),
            ("secret", "\"another\""),
            ("scope", "\"https://another/.default\""),
            ("endpoint", "\"https://localhost:9/v1.0/users\""),
            ("ca_file", "\"missing.pem\""),
        ],
    );
    mgd.scratch.write("parameters.json", text, 0o600);
    mgd.scratch.write("s", SECRET, 0o600);
    let (origin, scope) = (tenant.origin(), tenant.url("/.default"));
    let authority = tenant.authority();
    for identity in [["--tenant", TENANT_ID], ["--authority", &authority]] {
        let rest = [
            "parameters.json",
            "get",
            "users",
            "--client-id",
            CLIENT_ID,
            "--secret-file",
            "s",
            "--scope",
            &scope,
            "--graph",
            &origin,
            "--ca-file",
            "ca.pem",
            "--token-cache",
            "none",
        ];
        whole(&mgd.run(rest.iter().chain(&identity)), &tenant);
    }
    assert_eq!(tenant.token_posts(), 2);
}

#[test]
fn a_secret_of_the_files_own_is_not_judged_when_a_flag_wins() {
    let tenant = Tenant::start();
    let mgd = confined(&tenant);
    mgd.scratch.write("s", "", 0o600);
    let run = mgd.list(["--secret-file", "s"]);
    let hint = "put the secret's Value there, which the portal shows once, when it is made";
    refused(&run, &tenant, "secret file s: is empty", hint);
    let run = mgd.list(["--authority", "https://login.microsoftonlin.com/t"]);
    let message = "--authority: login.microsoftonlin.com is no login host of Microsoft's";
    let hint = "did you mean login.microsoftonline.com?";
    run.refused(2, &said(message, hint));
}

#[test]
fn the_parameters_file_may_be_named_by_a_variable_and_a_flag_wins() {
    let tenant = Tenant::start();
    let mgd = confined(&tenant).env("MGD_PARAMETERS", "parameters.json");
    whole(&mgd.run(["get"]), &tenant);
    whole(&mgd.run(["get", "users"]), &tenant);
    let message = "parameters file missing.json: no such file or directory";
    mgd.run(["get", "-p", "missing.json"])
        .refused(2, &said(message, "check the path"));
    mgd.run(["missing.json"])
        .refused(2, &said(message, "check the path"));
    let mgd = mgd.env("MGD_PARAMETERS", "missing.json");
    mgd.run(["get"])
        .refused(2, &said(message, "check the path"));
    whole(&mgd.run(["get", "-p", "parameters.json"]), &tenant);
    whole(
        &mgd.run(["get", "users", "--parameters=parameters.json"]),
        &tenant,
    );
    assert_eq!(tenant.token_posts(), 1);
}
