//! A command line that cannot be understood.

use std::ffi::OsString;
use std::os::unix::ffi::OsStringExt as _;

use super::{confined, refused};
use crate::support::three_users;
use crate::tenant::Tenant;

const HELP: &str = "mgd help lists commands, mgd help get its options";
const OPTIONS: &str = "mgd help get lists the options";
const LIMIT: &str = "--limit: end after N items";

#[test]
fn what_does_not_exist_or_contradicts_itself_is_named() {
    let cases = [
        (&["gte"][..], "unknown command gte", "did you mean get?"),
        (
            &["zebra"],
            "unknown command zebra",
            "did you mean mgd get zebra?",
        ),
        (
            &["parameters.json", "other.json"],
            "unknown command other.json",
            "mgd help lists the commands; a parameters file ends in .json",
        ),
        (
            &["get", "--limt", "5"],
            "unknown option --limt",
            "did you mean --limit?",
        ),
        (
            &["get", "--limt=5"],
            "unknown option --limt",
            "did you mean --limit?",
        ),
        (
            &["get", "--frobnicate"],
            "unknown option --frobnicate",
            OPTIONS,
        ),
        (&["get", "-x"], "unknown option -x", OPTIONS),
        (&["get", "-vx"], "unknown option -x", OPTIONS),
        (&["get", "--limit"], "--limit: needs a value", LIMIT),
        (
            &["get", "-H"],
            "-H: needs a value",
            "--header: add a header to every request",
        ),
        (
            &["get", "-p"],
            "-p: needs a value",
            "--parameters: parameters file",
        ),
        (
            &["get", "--beta=yes"],
            "--beta: takes no value",
            "--beta: use the beta version of Graph",
        ),
        (
            &["get", "--limit", "0"],
            "error parsing option '--limit' with value '0': must be at least 1",
            LIMIT,
        ),
        (
            &["get", "--limit=-1"],
            "error parsing option '--limit' with value '-1': is not a number of items",
            LIMIT,
        ),
        (
            &["get", "-o", "xml"],
            "error parsing option '--output' with value 'xml': is not json, jsonl, tsv or raw",
            "--output: json (default), jsonl, tsv (with --select), raw",
        ),
        (
            &["get", "--max-time", "0"],
            "error parsing option '--max-time' with value '0': is not a number of seconds above 0",
            "--max-time: end after this time, whatever is done",
        ),
        (
            &["get", "--retry-max-time=1h"],
            "error parsing option '--retry-max-time' with value '1h': is not a number of seconds \
             above 0",
            "--retry-max-time: retry a request for so long (600)",
        ),
        (
            &["get", "--max-item", "16X"],
            "error parsing option '--max-item' with value '16X': is not a number of bytes, such \
             as 1000000 or 16M",
            "--max-item: refuse an item longer than this (16M)",
        ),
        (&["get", "a", "b"], "unrecognized argument: b", HELP),
        (
            &["parameters.json", "-H", "Authorization: x"],
            "header Authorization: is not the caller's to set",
            "",
        ),
        (
            &["parameters.json", "-Hhost:x"],
            "header host: is not the caller's to set",
            "",
        ),
        (
            &["parameters.json", "-HContent-Length: 1"],
            "header Content-Length: is not the caller's to set",
            "",
        ),
        (
            &["parameters.json", "-HTransfer-Encoding: chunked"],
            "header Transfer-Encoding: is not the caller's to set",
            "",
        ),
        (
            &["parameters.json", "--header=CONNECTION: close"],
            "header CONNECTION: is not the caller's to set",
            "",
        ),
        (
            &["parameters.json", "-H", "nocolon"],
            "-H: has no colon",
            "write -H 'Name: value'",
        ),
        (
            &["parameters.json", "-H", ": x"],
            "header: its name is not a header's name",
            "",
        ),
        (
            &["parameters.json", "-H", "a b: x"],
            "header: its name is not a header's name",
            "",
        ),
        (
            &["parameters.json", "-H", "a: b\r\nc: d"],
            "header a: its value is not plain ASCII",
            "",
        ),
        (
            &["parameters.json", "--skip", "5"],
            "--skip goes with --resume",
            "",
        ),
        (
            &[
                "parameters.json",
                "get",
                "users",
                "--resume",
                "https://localhost/x",
            ],
            "--resume names what to read: leave the path out",
            "",
        ),
        (
            &["parameters.json", "-o", "raw", "--limit", "5"],
            "-o raw is one response as it came: --limit and --skip do not go with it",
            "",
        ),
    ];
    let tenant = Tenant::start();
    let mgd = confined(&tenant);
    for (line, message, hint) in cases {
        refused(&mgd.run(line), &tenant, message, hint);
        let mut object = serde_json::json!({ "level": "error", "message": message, "exit": 2 });
        if !hint.is_empty() {
            object["hint"] = hint.into();
        }
        for errors in [&["--errors", "json"][..], &["--errors=json"]] {
            let run = mgd.run(errors.iter().chain(line));
            let told: serde_json::Value = serde_json::from_str(&run.stderr).expect(&run.stderr);
            assert_eq!(
                (told, run.code, run.stdout.as_str()),
                (object.clone(), 2, "")
            );
        }
    }
}

#[test]
fn without_a_word_it_says_what_could_be_said() {
    let tenant = Tenant::start();
    let hint = "mgd FILE.json lists what the file's endpoint holds; see mgd help";
    refused(
        &confined(&tenant).run([] as [&str; 0]),
        &tenant,
        "nothing to do",
        hint,
    );
}

#[test]
fn an_argument_that_is_not_utf_8_is_refused() {
    let tenant = Tenant::start();
    let mgd = confined(&tenant);
    let argument = OsString::from_vec(b"users/\xff\xfe".to_vec());
    let message = "argument users/\u{fffd}\u{fffd}: is not UTF-8";
    refused(
        &mgd.run([OsString::from("get"), argument]),
        &tenant,
        message,
        "",
    );
}

#[test]
fn an_argument_cannot_steer_the_terminal() {
    let tenant = Tenant::start();
    let run = confined(&tenant).run(["a\u{1b}[31m\nb"]);
    let hint = "mgd help lists the commands; a parameters file ends in .json";
    refused(&run, &tenant, r"unknown command a\u{1b}[31m b", hint);
}

#[test]
fn without_path_and_endpoint_there_is_nothing_to_read() {
    let tenant = Tenant::start();
    let mgd = confined(&tenant);
    let text = super::parameters(&tenant, &[("endpoint", "null")]);
    mgd.scratch.write("parameters.json", text, 0o600);
    let message = "path: missing, and the parameters name no endpoint";
    let hint = "give a path, as in mgd get users";
    refused(&mgd.list([] as [&str; 0]), &tenant, message, hint);
    // Where Graph is known, it is its users.
    let run = mgd.list(["--graph", &tenant.origin()]).ok();
    assert_eq!(
        (run.stdout, run.stderr.as_str()),
        (three_users(&tenant), "")
    );
}
