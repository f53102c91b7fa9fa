//! A credential of one application is never sent as another's.

use super::Bench;
use crate::federated::assertions;
use crate::tenant::{CLIENT_ID, TENANT_ID};

const OTHER: &str = "0a1b2c3d-aaaa-bbbb-cccc-0123456789ab";
const HINT: &str = "give this application's own credential, or unset the AZURE_* variables";

const VARIABLES: [(&str, &str); 3] = [
    ("secret", "AZURE_CLIENT_SECRET"),
    ("certificate", "AZURE_CLIENT_CERTIFICATE_PATH"),
    ("federated", "AZURE_FEDERATED_TOKEN_FILE"),
];

#[test]
fn what_the_variables_hold_for_another_application_is_refused_in_each_kind() {
    for (kind, variable) in VARIABLES {
        for (name, used) in [
            ("AZURE_CLIENT_ID", CLIENT_ID),
            ("AZURE_TENANT_ID", TENANT_ID),
        ] {
            let bench = need!(Bench::new());
            let bench = bench.with_variables(&[kind]).with(name, OTHER);
            let line = format!(
                "mgd: {variable}: belongs to another application: {name} is not {used}\n\
                 mgd: hint: {HINT}\n"
            );
            bench.list(&[]).refused(2, &line);
            bench.list(&["--auth", kind]).refused(2, &line);
            bench.assert_nothing_sent();
        }
    }
}

#[test]
fn the_credential_that_is_named_is_the_one_that_was_picked() {
    for (kind, variable) in VARIABLES {
        let bench = need!(Bench::new());
        let bench = bench
            .with_variables(&["secret", "certificate", "federated"])
            .with("AZURE_CLIENT_ID", OTHER);
        let run = bench.list(&["--auth", kind]);
        let line = format!(
            "mgd: {variable}: belongs to another application: AZURE_CLIENT_ID is not {CLIENT_ID}\n"
        );
        assert_eq!((run.code, run.stdout.as_str()), (2, ""), "{}", run.stderr);
        assert!(run.stderr.starts_with(&line), "{}", run.stderr);
        bench.assert_nothing_sent();
    }
}

#[test]
fn a_flag_makes_it_another_application_too() {
    for (kind, variable) in VARIABLES {
        for (option, name) in [
            ("--client-id", "AZURE_CLIENT_ID"),
            ("--tenant", "AZURE_TENANT_ID"),
        ] {
            let bench = need!(Bench::new());
            let bench = bench.with_variables(&[kind]);
            let line = format!(
                "mgd: {variable}: belongs to another application: {name} is not {OTHER}\n\
                 mgd: hint: {HINT}\n"
            );
            bench.get(&[option, OTHER]).refused(2, &line);
            bench.assert_nothing_sent();
        }
    }
}

#[test]
fn the_same_application_in_other_letters_is_no_other() {
    for (kind, _) in VARIABLES {
        let bench = need!(Bench::new());
        let bench = bench
            .with_variables(&[kind])
            .with("AZURE_CLIENT_ID", &CLIENT_ID.to_uppercase())
            .with("AZURE_TENANT_ID", &format!(" {}", TENANT_ID.to_uppercase()));
        let run = bench.list(&["-v"]);
        bench.assert_went_by(&run, kind, "the variables");
    }
}

#[test]
fn a_credential_of_the_file_is_the_files_whatever_the_variables_say() {
    for (kind, _) in VARIABLES {
        let bench = need!(Bench::new());
        let bench = bench
            .with_variables(&["secret", "certificate", "federated"])
            .with("AZURE_CLIENT_ID", OTHER)
            .with("AZURE_TENANT_ID", OTHER);
        bench.name_in_file(&[kind]);
        let run = bench.list(&["-v"]);
        bench.assert_went_by(&run, kind, "parameters file parameters.json");
    }
}

#[test]
fn a_job_is_not_told_of_a_variable_that_is_not_set() {
    // Its token is the repository's, and belongs to no application.
    let bench = need!(Bench::new());
    let url = bench.machine.url("/metadata");
    let bench = bench
        .with("AZURE_CLIENT_ID", OTHER)
        .with("ACTIONS_ID_TOKEN_REQUEST_URL", &url)
        .with("ACTIONS_ID_TOKEN_REQUEST_TOKEN", "canary");
    let run = bench.list(&["--auth=github"]);
    assert!(
        !run.stderr.contains("AZURE_FEDERATED_TOKEN_FILE"),
        "{}",
        run.stderr
    );
    assert_eq!(assertions(&bench.tenant), [] as [&str; 0]);
}
