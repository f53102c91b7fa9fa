//! What is taken, and what cannot be decided.

use super::{Bench, is_on_azure};
use crate::support::skipped;
use crate::tenant::SECRET;

const ORDER: [&str; 3] = ["secret", "certificate", "federated"];
const KINDS: [&str; 4] = ["secret", "certificate", "federated", "managed-identity"];
const FILE: &str = "parameters file parameters.json";
const VARIABLES: &str = "the variables";

#[test]
fn the_variables_are_taken_in_the_order_of_microsofts_libraries() {
    for (first, kind) in KINDS.iter().enumerate() {
        let bench = need!(Bench::new());
        let bench = bench.with_variables(&ORDER[first.min(3)..]);
        let run = bench.get(&["-v"]);
        bench.assert_went_by(&run, kind, VARIABLES);
        let is_managed = *kind == "managed-identity";
        assert_eq!(bench.machine.requests().is_empty(), !is_managed);
    }
}

#[test]
fn auth_picks_among_the_variables() {
    let bench = need!(Bench::new());
    let bench = bench.with_variables(&ORDER);
    for kind in KINDS {
        let run = bench.get(&["-v", "--auth", kind]);
        bench.assert_went_by(&run, kind, VARIABLES);
    }
}

#[test]
fn the_machine_is_asked_unbidden_where_a_variable_says_that_azure_vouches_for_it() {
    for (endpoint, secret) in [
        ("IDENTITY_ENDPOINT", "IDENTITY_HEADER"),
        ("MSI_ENDPOINT", "MSI_SECRET"),
    ] {
        let bench = need!(Bench::new());
        let url = bench.machine.url("/metadata");
        let bench = bench.with(endpoint, &url).with(secret, "canary");
        let run = bench.get(&["-v"]);
        bench.assert_went_by(&run, "managed-identity", VARIABLES);
    }
}

#[test]
fn the_machine_is_not_asked_where_nothing_says_that_azure_vouches_for_it() {
    if is_on_azure() {
        return skipped("this machine is Azure's");
    }
    let bench = need!(Bench::new());
    let bench = bench.with_variables(&[]).with(super::POD, "");
    let run = bench.get(&[]);
    assert_eq!((run.code, run.stdout.as_str()), (2, ""), "{}", run.stderr);
    assert!(
        run.stderr.starts_with("mgd: secret: missing\n"),
        "{}",
        run.stderr
    );
    bench.assert_nothing_sent();
}

#[test]
fn a_file_that_names_no_credential_does_not_turn_to_the_machine() {
    let bench = need!(Bench::new());
    let run = bench.list(&[]);
    assert_eq!((run.code, run.stdout.as_str()), (2, ""), "{}", run.stderr);
    let line = format!("mgd: {FILE}: `secret` is missing\n");
    assert!(run.stderr.starts_with(&line), "{}", run.stderr);
    bench.assert_nothing_sent();
}

#[test]
fn the_file_wins_over_the_variables() {
    for kind in KINDS {
        let bench = need!(Bench::new());
        let others: Vec<_> = ORDER.into_iter().filter(|other| *other != kind).collect();
        let bench = bench.with_variables(&others);
        bench.name_in_file(&[kind]);
        let run = bench.list(&["-v"]);
        bench.assert_went_by(&run, kind, FILE);
    }
}

#[test]
fn the_variables_complete_a_file_that_names_no_credential() {
    for (first, kind) in ORDER.iter().enumerate() {
        let bench = need!(Bench::new());
        let bench = bench.with_variables(&ORDER[first..]);
        let run = bench.list(&["-v"]);
        bench.assert_went_by(&run, kind, VARIABLES);
    }
}

#[test]
fn flags_win_over_the_file_and_the_variables() {
    let bench = need!(Bench::new());
    let bench = bench.with_variables(&ORDER);
    for kind in KINDS {
        bench.name_in_file(&[kind]);
        let run = bench.list(&["-v", "--secret-file", "secret"]);
        bench.assert_went_by(&run, "secret", "the command line");
        let run = bench.list(&["-v", "--certificate-file", "certificate"]);
        bench.assert_went_by(&run, "certificate", "the command line");
    }
    let run = bench.list(&["--secret-file=secret", "--certificate-file=certificate"]);
    run.refused(
        2,
        "mgd: the command line: a secret and a certificate stand together\n\
         mgd: hint: put null for the one that is not meant, or pick one with --auth\n",
    );
    let both = [
        "-v",
        "--secret-file=secret",
        "--certificate-file=certificate",
    ];
    for kind in ["secret", "certificate"] {
        let run = bench.list(&[&both[..], &["--auth", kind]].concat());
        bench.assert_went_by(&run, kind, "the command line");
    }
}

#[test]
fn two_kinds_in_one_file_are_refused_unless_one_is_picked() {
    let bench = need!(Bench::new());
    for (index, one) in KINDS.into_iter().enumerate() {
        for other in KINDS.into_iter().skip(index + 1) {
            bench.name_in_file(&[one, other]);
            let seen = bench.tenant.requests().len();
            let run = bench.list(&[]);
            let line = format!("mgd: {FILE}: a {one} and a {other} stand together\n");
            assert_eq!((run.code, run.stdout.as_str()), (2, ""), "{}", run.stderr);
            assert!(run.stderr.starts_with(&line), "{}", run.stderr);
            assert!(run.stderr.contains("--auth"), "{}", run.stderr);
            assert_eq!(bench.tenant.requests().len(), seen);
            for kind in [one, other] {
                let run = bench.list(&["-v", "--auth", kind]);
                bench.assert_went_by(&run, kind, FILE);
            }
        }
    }
}

#[test]
fn auth_reaches_past_the_file_for_a_kind_that_it_does_not_name() {
    let bench = need!(Bench::new());
    let bench = bench.with_variables(&["federated"]);
    bench.name_in_file(&["secret"]);
    let run = bench.list(&["-v", "--auth=federated"]);
    bench.assert_went_by(&run, "federated", VARIABLES);
    let run = bench.list(&["-v", "--auth=managed-identity"]);
    bench.assert_went_by(&run, "managed-identity", VARIABLES);
    let run = bench.list(&["-v"]);
    bench.assert_went_by(&run, "secret", FILE);
}

#[test]
fn a_kind_that_is_not_given_is_refused() {
    let bench = need!(Bench::new());
    for kind in ORDER {
        let others: Vec<_> = ORDER.into_iter().filter(|other| *other != kind).collect();
        bench.name_in_file(&others[..1]);
        let run = bench.list(&["--auth", kind]);
        let line = format!("mgd: --auth {kind}: no {kind} is given\n");
        assert_eq!((run.code, run.stdout.as_str()), (2, ""), "{}", run.stderr);
        assert!(run.stderr.starts_with(&line), "{}", run.stderr);
    }
    bench.assert_nothing_sent();
}

#[test]
fn a_kind_that_there_is_not_is_refused_with_those_that_there_are() {
    let bench = need!(Bench::new());
    for name in ["", "Secret", "managed_identity", "workload"] {
        let run = bench.list(&["--auth", name]);
        assert_eq!((run.code, run.stdout.as_str()), (2, ""), "{}", run.stderr);
        for kind in KINDS.into_iter().chain(["github"]) {
            assert!(run.stderr.contains(kind), "{}", run.stderr);
        }
    }
    bench.assert_nothing_sent();
}

#[test]
fn nothing_is_said_of_the_choice_unless_it_is_asked_for() {
    let bench = need!(Bench::new());
    bench.name_in_file(&["secret"]);
    let run = bench.list(&[]).ok();
    assert_eq!(run.stderr, "");
    let run = bench.list(&["-v", "-q"]);
    assert!(!run.stderr.contains(SECRET));
}
