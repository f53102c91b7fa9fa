//! Where the output goes, and in what form.

mod files;
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
