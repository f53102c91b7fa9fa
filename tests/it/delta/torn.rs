//! A file on stdout that an earlier run left within a line.

use std::fs::{self, OpenOptions};
use std::process::Stdio;

use super::{BEGINS, MARKER, append, arguments, tenant};
use crate::support::{Run, jsonl};

fn note(bytes: usize) -> String {
    format!(
        "mgd: stdout: the torn line at its end was cut off ({bytes} bytes): its item comes again\n"
    )
}

/// What is said and written before a full round into a file with this content.
fn resets(content: &str) -> (&'static str, &'static str) {
    match content {
        "" => ("", ""),
        _ => (BEGINS, MARKER),
    }
}

#[test]
fn a_torn_line_is_cut_off_and_its_item_comes_again() {
    let long = format!("{{\"id\":\"z\",\"x\":\"{}\n", "y".repeat(300_000));
    for (left, kept, cut) in [
        ("{", "", 1),
        ("{\"id\":\"x\"}\n{\"id\":\"a", "{\"id\":\"x\"}\n", 8),
        ("{\"id\":\"x\"}\n{\"id\":\"é\\", "{\"id\":\"x\"}\n", 10),
        (long.trim_end(), "", long.len() - 1),
    ] {
        let (_tenant, mgd) = tenant("a b c");
        mgd.scratch.write("out", left, 0o600);
        let (begins, marker) = resets(kept);
        append(&mgd, &[]).ended(0, "", &format!("{}{begins}", note(cut)));
        let expected = format!("{kept}{marker}{}", jsonl("a b c"));
        assert_eq!(mgd.scratch.read("out"), expected);
    }
}

#[test]
fn what_is_not_ours_is_kept_and_gets_its_line_end() {
    for (left, kept) in [
        ("", ""),
        ("{\"id\":\"x\"}\n", "{\"id\":\"x\"}\n"),
        ("{\"id\":\"x\"}", "{\"id\":\"x\"}\n"),
        ("notes", "notes\n"),
        ("{\n  \"a\": [", "{\n  \"a\": [\n"),
        ("\n", "\n"),
    ] {
        let (_tenant, mgd) = tenant("a");
        mgd.scratch.write("out", left, 0o600);
        let (begins, marker) = resets(kept);
        append(&mgd, &[]).ended(0, "", begins);
        let expected = format!("{kept}{marker}{}", jsonl("a"));
        assert_eq!(mgd.scratch.read("out"), expected);
    }
}

#[test]
fn a_file_that_is_shared_by_a_group_of_commands_has_no_hole() {
    let (_tenant, mgd) = tenant("a b c");
    let line = "{ printf '{\"id\":\"x\"}\\n{\"id\":'; \
                mgd delta users/delta --state s -p parameters.json; echo end; } > out";
    let run = mgd.shell(line).ok();
    assert_eq!(run.stderr, format!("{}{BEGINS}", note(6)));
    let expected = format!("{{\"id\":\"x\"}}\n{MARKER}{}end\n", jsonl("a b c"));
    assert_eq!(mgd.scratch.read("out"), expected);
}

#[test]
fn a_file_that_is_written_in_the_middle_is_left_alone() {
    let (_tenant, mgd) = tenant("a");
    mgd.scratch
        .write("out", "{\"x\":\"0123456789 0123456789 0123456789", 0o600);
    let out = OpenOptions::new()
        .write(true)
        .open(mgd.scratch.path("out"))
        .unwrap();
    let mut command = mgd.command(arguments(&[]));
    let run: Run = command.stdout(Stdio::from(out)).output().unwrap().into();
    run.ended(0, "", BEGINS);
    let expected = format!("{MARKER}{{\"id\":\"a\"}}\n3456789");
    assert_eq!(mgd.scratch.read("out"), expected);
}

#[test]
fn lines_longer_than_any_buffer_are_written_whole() {
    let (tenant, mgd) = tenant("");
    let long = format!("{{\"id\":\"a\",\"x\":\"{}\"}}", "y".repeat(200_000));
    for _ in 0..3 {
        tenant.change(&long.replace("\"a\"", "\"b\""));
        tenant.change(&long);
    }
    append(&mgd, &[]).ended(0, "", "");
    let out = fs::read_to_string(mgd.scratch.path("out")).unwrap();
    assert_eq!(out, format!("{}\n{long}\n", long.replace("\"a\"", "\"b\"")));
}
