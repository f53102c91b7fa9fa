//! `If-None-Match`, and the 304 that says that nothing has changed.

use crate::support::{DIFFERS, asked, jsonl, page, script};
use crate::tenant::Reply;

const HEADER: [&str; 2] = ["-H", "If-None-Match: W/\"x\""];
const NOTE: &str = "mgd: not modified (HTTP 304): nothing was written\n";

#[test]
fn what_is_unchanged_is_no_error_and_leaves_the_file_alone() {
    for output in ["json", "jsonl", "raw", "tsv"] {
        for header in [
            "If-None-Match: W/\"x\"",
            "If-Modified-Since: Sun, 06 Nov 1994 08:49:37 GMT",
        ] {
            let (tenant, mgd) = script([]);
            tenant.always("/v1.0/items", Reply::bare(304).header("ETag", "W/\"x\""));
            let options = ["items", "-H", header, "-o", output, "--select", "id"];
            mgd.get(&options).ended(0, "", NOTE);
            let file = mgd.scratch.write("out", "yesterday's", 0o600);
            let before = std::fs::metadata(&file).unwrap();
            mgd.get(&[&options[..], &["-O", "out"]].concat())
                .ended(0, "", NOTE);
            use std::os::unix::fs::MetadataExt as _;
            let after = std::fs::metadata(&file).unwrap();
            assert_eq!(
                (before.ino(), before.mtime_nsec()),
                (after.ino(), after.mtime_nsec())
            );
            mgd.get(&[&options[..], &["-O", "new"]].concat())
                .ended(0, "", NOTE);
            let names = mgd.scratch.names();
            assert!(!names.iter().any(|name| name.contains("new")), "{names:?}");
        }
    }
}

#[test]
fn what_has_changed_is_written() {
    let (tenant, mgd) = script([("items", page("1", ""))]);
    let run = mgd.get(&[&["items", "-ojsonl"], &HEADER[..]].concat());
    run.ended(0, &jsonl("1"), "");
    assert!(tenant.requests()[1].header("If-None-Match").is_some());
}

#[test]
fn nobody_who_set_no_condition_gets_a_304() {
    for output in ["json", "raw"] {
        let (tenant, mgd) = script([("items", Reply::bare(304))]);
        let run = mgd.get(&["items", "-o", output]);
        assert_eq!((run.code, run.stdout.as_str()), (5, ""), "{}", run.stderr);
        asked(&tenant, &["items"]);
    }
}

#[test]
fn a_later_page_cannot_be_unchanged() {
    let (_tenant, mgd) = script([
        ("items", page("1", "items?p=2")),
        ("items?p=2", Reply::bare(304)),
    ]);
    let run = mgd.get(&[&["items", "-ojsonl"], &HEADER[..]].concat());
    assert_eq!((run.code, run.stdout), (5, jsonl("1")), "{}", run.stderr);
}

#[test]
fn a_page_that_broke_off_cannot_be_unchanged() {
    let (tenant, mgd) = script([]);
    let cut = page("1 2 3", "").cut_after(35);
    tenant.on("/v1.0/items", [cut, Reply::bare(304)]);
    let run = mgd.get(&[&["items", "-ojsonl"], &HEADER[..]].concat());
    assert_eq!((run.code, run.stdout), (5, jsonl("1 2")), "{}", run.stderr);
    assert_ne!(run.stderr, DIFFERS);
}
