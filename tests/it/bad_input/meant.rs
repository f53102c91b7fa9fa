//! Words of other programs, and words in the wrong place: what was meant is named.

use super::{confined, refused};
use crate::support::three_users;
use crate::tenant::{Reply, Tenant};

/// Each line is refused with this message and this hint.
#[track_caller]
fn all_refused(cases: &[(&[&str], &str, &str)]) {
    let tenant = Tenant::start();
    let mgd = confined(&tenant);
    for (line, message, hint) in cases {
        refused(&mgd.run(*line), &tenant, message, hint);
    }
}

#[test]
fn a_path_without_a_command_is_what_get_reads() {
    let hint = "did you mean mgd get users?";
    all_refused(&[
        (&["users"], "unknown command users", hint),
        (&["parameters.json", "users"], "unknown command users", hint),
        (
            &["parameters.json", "users/U/messages?$top=5"],
            "unknown command users/U/messages?$top=5",
            "did you mean mgd get 'users/U/messages?$top=5'?",
        ),
        (
            &["https://graph.microsoft.com/v1.0/users"],
            "https://graph.microsoft.com/v1.0/users: neither a command nor a parameters file",
            "did you mean mgd get https://graph.microsoft.com/v1.0/users?",
        ),
        (
            &["graph.microsoft.com/v1.0/users"],
            "graph.microsoft.com/v1.0/users: neither a command nor a parameters file",
            "did you mean mgd get graph.microsoft.com/v1.0/users?",
        ),
        (
            &["users/ID"],
            "users/ID: neither a command nor a parameters file",
            "did you mean mgd get users/ID?",
        ),
        (
            &["parameters.json", "GET", "users"],
            "unknown command GET",
            "did you mean get?",
        ),
        (
            &["PATCH", "users/ID"],
            "unknown command PATCH",
            "did you mean mgd request PATCH?",
        ),
        (
            &["delete", "users/ID"],
            "unknown command delete",
            "did you mean mgd request DELETE?",
        ),
    ]);
}

#[test]
fn a_secret_is_no_option_and_is_not_shown() {
    let hint = "secrets are never options: name a file that holds it, by --secret-file";
    all_refused(&[
        (
            &["get", "--secret", "s3cret"],
            "unknown option --secret",
            hint,
        ),
        (&["--secret=s3cret", "get"], "unknown option --secret", hint),
        (
            &["token", "--client-secret=s3cret"],
            "unknown option --client-secret",
            hint,
        ),
    ]);
}

#[test]
fn options_of_other_programs_are_known_by_what_they_mean() {
    let pages = "all pages come by default; --limit and --first-page end earlier";
    let request = "mgd request METHOD PATH --body JSON sends any request";
    let method = "the method is the first operand, as in mgd request PATCH users/ID";
    all_refused(&[
        (
            &["get", "--silent"],
            "unknown option --silent",
            "did you mean --quiet?",
        ),
        (&["get", "users", "--all"], "unknown option --all", pages),
        (&["get", "--paginate"], "unknown option --paginate", pages),
        (
            &["get", "--jq", ".value"],
            "unknown option --jq",
            "pipe the output into jq, as in mgd get users | jq '.value[].mail'",
        ),
        (&["get", "-XPOST", "users"], "unknown option -X", request),
        (&["get", "-d", "{}"], "unknown option -d", request),
        (
            &["get", "--method=POST"],
            "unknown option --method",
            request,
        ),
        (&["get", "--input", "f"], "unknown option --input", request),
        (&["get", "--data", "{}"], "unknown option --data", request),
        (&["request", "-X", "PATCH"], "unknown option -X", method),
        (
            &["request", "PATCH", "users/U", "--data={}"],
            "unknown option --data",
            "did you mean --body?",
        ),
    ]);
}

#[test]
fn an_option_of_another_command_names_that_command() {
    all_refused(&[
        (
            &["get", "users", "--body", "{}"],
            "unknown option --body",
            "it is an option of mgd request",
        ),
        (
            &["parameters.json", "--body", "{}"],
            "unknown option --body",
            "it is an option of mgd request",
        ),
        (
            &["get", "users", "-i"],
            "unknown option -i",
            "it is an option of mgd request",
        ),
        (
            &["upload", "f", "p", "--limit", "5"],
            "unknown option --limit",
            "it is an option of mgd get",
        ),
    ]);
}

#[test]
fn a_file_is_no_format() {
    let hint = "did you mean -O FILE?";
    all_refused(&[
        (&["download", "p", "-o", "f"], "unknown option -o", hint),
        (
            &["request", "p", "--output=f"],
            "unknown option --output",
            hint,
        ),
    ]);
    all_refused(&[(
        &["get", "users", "-o", "users.json"],
        "error parsing option '--output' with value 'users.json': is not json, jsonl, tsv or raw",
        "-O users.json writes to a file; -o is the format",
    )]);
}

#[test]
fn an_operand_too_many_after_help_or_version_is_refused() {
    all_refused(&[
        (
            &["help", "get", "users"],
            "help: unexpected operand users",
            "",
        ),
        (
            &["help", "cache", "list", "x"],
            "help: unexpected operand x",
            "",
        ),
        (&["help", "gte"], "unknown command gte", "did you mean get?"),
        (
            &["help", "zebra"],
            "unknown command zebra",
            "mgd help lists the commands",
        ),
        (&["version", "x"], "version: unexpected operand x", ""),
    ]);
    let tenant = Tenant::start();
    let mgd = confined(&tenant);
    let version = mgd.run(["--version"]).ok().stdout;
    assert_eq!(mgd.run(["version"]).ok().stdout, version);
    assert_eq!(mgd.run(["-q", "version"]).ok().stdout, version);
    let help = mgd.run(["help"]).ok().stdout;
    assert_eq!(mgd.run(["help", "help"]).ok().stdout, help);
    assert_eq!(mgd.run(["help", "--help"]).ok().stdout, help);
    assert_eq!(mgd.run(["-p", "x", "help"]).ok().stdout, help);
    let help = mgd.run(["help", "get"]).ok().stdout;
    assert_eq!(mgd.run(["-p", "x", "help", "get"]).ok().stdout, help);
}

#[test]
fn a_url_of_graph_without_a_scheme_is_taken_for_the_url() {
    let tenant = Tenant::start();
    let mgd = confined(&tenant);
    let url = tenant.url("/v1.0/users");
    let bare = url.strip_prefix("https://").unwrap();
    let run = mgd.run(["parameters.json", "get", bare]).ok();
    assert_eq!(run.stdout, three_users(&tenant));
    tenant.always("/beta/", Reply::json("{}"));
    let bare = format!("{}/beta/users/U", bare.split('/').next().unwrap());
    mgd.run(["parameters.json", "request", "GET", &bare]).ok();
    // Of another Graph it is refused as the URL is.
    let tenant = Tenant::start();
    let mgd = confined(&tenant);
    let run = mgd.run(["parameters.json", "get", "graph.microsoft.com/v1.0/users"]);
    let message = format!(
        "url https://graph.microsoft.com/v1.0/users: leads away from {} to \
         https://graph.microsoft.com",
        tenant.origin()
    );
    let hint = "the token is for this Graph only; another is named by --graph";
    refused(&run, &tenant, &message, hint);
}
