//! Where the output goes, and in what form.

mod files;
mod owners;
mod raw;

use std::fs::OpenOptions;

use crate::support::{Mgd, Run, asked, jsonl, page, script, tool};
use crate::tenant::{Reply, Tenant};

/// Two pages with blanks between their tokens.
fn pages() -> (Tenant, Mgd) {
    script([
        (
            "items",
            Reply::json(
                "{ \"a\" : [ 1, { } ],\n\"@odata.nextLink\" : \"{origin}/v1.0/items?p=2\",\r\n\
                 \"value\" : [ { \"id\" : \"1 , 2\", \"n\" : 1.0 } ] }",
            ),
        ),
        (
            "items?p=2",
            Reply::json("{\t\"value\":[ [ ] , 7 ], \"b\" : null }\n"),
        ),
    ])
}

const DOCUMENT: &str = "{\"a\":[1,{}],\"value\":[{\"id\":\"1 , 2\",\"n\":1.0},[],7],\"b\":null}\n";

#[test]
fn json_is_one_compact_document() {
    for options in [&[][..], &["-o", "json"], &["--output=json"], &["-O", "-"]] {
        let (tenant, mgd) = pages();
        let run = mgd.get(&[&["items"], options].concat());
        run.ended(0, DOCUMENT, "");
        asked(&tenant, &["items", "items?p=2"]);
    }
}

#[test]
fn jsonl_is_an_item_a_line() {
    let (tenant, mgd) = pages();
    let run = mgd.get(&["items", "-ojsonl"]);
    run.ended(0, "{\"id\":\"1 , 2\",\"n\":1.0}\n[]\n7\n", "");
    asked(&tenant, &["items", "items?p=2"]);
}

#[test]
fn an_unknown_form_is_refused() {
    let (tenant, mgd) = pages();
    let run = mgd.get(&["items", "-o", "yaml"]);
    assert_eq!((run.code, run.stdout.as_str()), (2, ""));
    assert!(
        run.stderr.contains("is not json, jsonl, tsv or raw"),
        "{}",
        run.stderr
    );
    assert_eq!(tenant.connections(), 0);
}

#[test]
fn an_empty_listing_is_a_document_and_no_lines() {
    for (output, expected) in [("json", "{\"value\":[]}\n"), ("jsonl", "")] {
        let (tenant, mgd) = script([("items", page("", ""))]);
        mgd.get(&["items", "-o", output]).ended(0, expected, "");
        asked(&tenant, &["items"]);
    }
}

const INDENTED: &str = r#"{
  "a": [
    1,
    {}
  ],
  "value": [
    {
      "id": "1 , 2",
      "n": 1.0
    },
    [],
    7
  ],
  "b": null
}
"#;

/// Lists the items on a terminal, where there is a program that makes one.
fn on_terminal(mgd: &Mgd, output: &str) -> Option<Run> {
    let script = tool("script")?;
    let line = format!("\"$MGD\" parameters.json get items -o {output} 2>stderr.txt");
    Some(mgd.shell(&format!("{} -qec '{line}' /dev/null", script.display())))
}

#[test]
fn a_terminal_gets_the_document_indented() {
    let (tenant, mgd) = pages();
    let run = need!(on_terminal(&mgd, "json"));
    run.ended(0, &INDENTED.replace('\n', "\r\n"), "");
    assert_eq!(mgd.scratch.read("stderr.txt"), "");
    asked(&tenant, &["items", "items?p=2"]);
}

/// Text that steers a terminal and turns the reading direction.
const STEERING: &str = "a\u{1b}[31m\u{9b}31m\u{202e}b";
const SHOWN: &str = "a\\u001b[31m\\u009b31m\\u202eb";

#[test]
fn nothing_that_a_server_sends_steers_the_terminal() {
    let item = format!("{{\"v\":\"{}\"}}", STEERING.replace('\u{1b}', "\\u001b"));
    let page = format!("{{\"value\":[{item}]}}");
    for (arguments, reply) in [
        ("request GET items", Reply::text(STEERING)),
        ("get items", Reply::text(STEERING)),
        ("get items -o raw", Reply::text(STEERING)),
        ("request GET items -i", Reply::text(STEERING)),
        ("get items -o json", Reply::json(page.clone())),
        ("get items -o jsonl", Reply::json(page.clone())),
        ("get items -o tsv --select v", Reply::json(page.clone())),
        ("download items -O -", Reply::bare(200).body(STEERING)),
    ] {
        let script = need!(tool("script"));
        let (_tenant, mgd) = script_of(reply);
        let line = format!("\"$MGD\" parameters.json {arguments} 2>stderr.txt");
        let run = mgd.shell(&format!("{} -qec '{line}' /dev/null", script.display()));
        assert_eq!(
            run.code,
            0,
            "{arguments}: {}",
            mgd.scratch.read("stderr.txt")
        );
        let is_steering = |c: char| c.is_control() && !"\r\n\t".contains(c) || c == '\u{202e}';
        assert!(
            !run.stdout.contains(is_steering),
            "{arguments}: {:?}",
            run.stdout
        );
        assert!(run.stdout.contains(SHOWN), "{arguments}: {:?}", run.stdout);
    }
}

#[test]
fn a_pipe_gets_text_as_it_came() {
    for arguments in [["request", "items"], ["get", "items"]] {
        let (_tenant, mgd) = script_of(Reply::text(STEERING));
        mgd.list(arguments).ended(0, STEERING, "");
    }
    let page = "{\"value\":[{\"v\":\"\u{202e}\u{9b}\"}]}";
    let (_tenant, mgd) = script_of(Reply::json(page));
    let run = mgd.list(["get", "items", "-o", "tsv", "--select", "v"]);
    run.ended(0, "v\n\u{202e}\\u009b\n", "");
}

fn script_of(reply: Reply) -> (Tenant, Mgd) {
    script([("items", reply)])
}

#[test]
fn a_terminal_gets_lines_as_they_are() {
    let (tenant, mgd) = script([("items", page("1 2", ""))]);
    let run = need!(on_terminal(&mgd, "jsonl"));
    run.ended(0, &jsonl("1 2").replace('\n', "\r\n"), "");
    assert_eq!(mgd.scratch.read("stderr.txt"), "");
    asked(&tenant, &["items"]);
}

#[test]
fn a_full_disk_is_this_machines_failure() {
    for output in ["json", "jsonl", "raw"] {
        let (tenant, mgd) = script([("items", page("1", ""))]);
        let full = OpenOptions::new().write(true).open("/dev/full").unwrap();
        let mut command = mgd.command(["parameters.json", "get", "items", "-o", output]);
        let run = Run::from(command.stdout(full).output().unwrap());
        run.refused(6, "mgd: stdout: not written: no space left on device\n");
        asked(&tenant, &["items"]);
    }
}

#[test]
fn a_full_disk_ends_a_long_listing_early() {
    let many: Vec<_> = (0..20_000).map(|id| format!("{id:09}")).collect();
    let (tenant, mgd) = script([
        ("items", page(&many.join(" "), "items?p=2")),
        ("items?p=2", page("x", "")),
    ]);
    let run = mgd.shell("mgd parameters.json get items --no-prefetch > /dev/full");
    run.refused(6, "mgd: stdout: not written: no space left on device\n");
    asked(&tenant, &["items"]);
}

#[test]
fn the_head_of_a_pipe_may_leave() {
    let many: Vec<_> = (0..30_000).map(|id| format!("{id:09}")).collect();
    let (tenant, mgd) = script([
        ("items", page("1", "items?p=2")),
        ("items?p=2", page(&many.join(" "), "items?p=3")),
    ]);
    let list = "mgd parameters.json get items -ojsonl --no-prefetch";
    let run = mgd.shell(&format!("{{ {list}; echo $? > code.txt; }} | head -n 1"));
    run.ended(0, &jsonl("1"), "");
    assert_eq!(mgd.scratch.read("code.txt"), "141\n");
    asked(&tenant, &["items", "items?p=2"]);
}
