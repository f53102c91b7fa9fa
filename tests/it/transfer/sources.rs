//! The file that is uploaded, and the place that it is meant for.

use std::fs;
use std::time::Duration;

use super::{asked, drive, kept, noise, run, well_mannered};
use crate::support::{run_as_nobody, tool};
use crate::tenant::Reply;

const PLACE: &str = "drives/D/root:/b.bin";

#[test]
fn what_is_no_file_of_a_known_size_is_refused() {
    let (tenant, mgd) = drive();
    fs::create_dir(mgd.scratch.path("folder")).unwrap();
    mgd.shell("mkfifo pipe").ok();
    let copy = "mgd: hint: write it to a file first, and upload that\n";
    for (file, lines) in [
        (
            "none",
            "mgd: file none: no such file or directory\n".to_owned(),
        ),
        (
            "folder",
            "mgd: file folder: is a directory\nmgd: hint: name the file in it\n".to_owned(),
        ),
        (
            "-",
            format!("mgd: file -: stdin has no size that is known\n{copy}"),
        ),
        (
            "pipe",
            format!("mgd: file pipe: is no file whose size is known\n{copy}"),
        ),
        (
            "/dev/zero",
            format!("mgd: file /dev/zero: is no file whose size is known\n{copy}"),
        ),
    ] {
        run(&mgd, &["upload", file, PLACE]).refused(2, &lines);
    }
    assert_eq!(tenant.connections(), 0);
}

#[test]
fn a_file_that_may_not_be_read_is_refused() {
    let (tenant, mgd) = drive();
    mgd.scratch.write("closed", "x", 0o600);
    let command = mgd.command(["upload", "closed", PLACE]);
    let run = need!(run_as_nobody(&mgd, &command));
    run.refused(2, "mgd: file closed: permission denied\n");
    assert_eq!(tenant.connections(), 0);
}

#[test]
fn a_path_that_is_no_place_for_a_file_is_refused() {
    let (tenant, mgd) = drive();
    mgd.scratch.write("f", "x", 0o600);
    for path in [
        "drives/D/root",
        "drives/D/root:/a:/children",
        "drives/D/root:/a?x=1",
        "users/U/messages/M/attachments",
        "users/U/messages/M/attachments/createUploadSession",
        "users",
        "drives/D/root:/a/",
    ] {
        let run = run(&mgd, &["upload", "f", path]);
        assert_eq!((run.code, run.stdout.as_str()), (2, ""), "{path}");
        assert!(run.stderr.contains(path), "{}", run.stderr);
    }
    for conflict in ["fail", "rename"] {
        let run = run(
            &mgd,
            &["upload", "f", "drives/D/items/I", "--conflict", conflict],
        );
        assert_eq!(run.code, 2);
        assert!(run.stderr.contains("by its id"), "{}", run.stderr);
    }
    for options in [
        ["--conflict", "none"],
        ["--slice", "1M"],
        ["--slice", "60M"],
    ] {
        let run = run(&mgd, &["upload", "f", PLACE, options[0], options[1]]);
        assert_eq!(run.code, 2, "{}", run.stderr);
    }
    assert_eq!(tenant.connections(), 0);
}

#[test]
fn every_spelling_of_a_place_is_understood() {
    for (path, line) in [
        (PLACE, "PUT /v1.0/drives/D/root:/b.bin:/content?"),
        (
            "drives/D/root:/b.bin:",
            "PUT /v1.0/drives/D/root:/b.bin:/content?",
        ),
        (
            "drives/D/root:/b.bin:/content",
            "PUT /v1.0/drives/D/root:/b.bin:/content?",
        ),
        (
            "beta/drives/D/root:/b.bin:/createUploadSession",
            "PUT /beta/drives/D/root:/b.bin:/content?",
        ),
        (
            "drives/D/root:/b c#.bin",
            "PUT /v1.0/drives/D/root:/b%20c%23.bin:/content?",
        ),
    ] {
        let (tenant, mgd) = drive();
        mgd.scratch.write("f", "abc", 0o600);
        tenant.always("/beta/", Reply::json("{}"));
        run(&mgd, &["upload", "f", path]).ok();
        let line = format!("{line}@microsoft.graph.conflictBehavior=fail");
        assert_eq!(asked(&tenant), [line]);
    }
}

#[test]
fn stdin_that_is_a_file_has_a_size() {
    let (tenant, mgd) = drive();
    mgd.scratch.write("f", "abc", 0o600);
    mgd.shell(&format!(
        "mgd parameters.json upload /dev/stdin {PLACE} < f"
    ))
    .ok();
    assert_eq!(tenant.file("b.bin").unwrap(), b"abc");
}

#[test]
fn without_a_place_to_keep_a_session_it_goes_on_without() {
    let bytes = noise(5 << 20);
    let (tenant, mgd) = drive();
    mgd.scratch.write("f", &bytes, 0o600);
    let arguments = ["upload", "f", PLACE, "--token-cache", "none"];
    run(&mgd, &arguments).ok();
    assert_eq!(tenant.file("b.bin").unwrap(), bytes);
    assert!(kept(&mgd).is_empty());

    mgd.scratch.write("cache/uploads", "in the way", 0o600);
    let run = run(&mgd, &["upload", "f", "drives/D/root:/c.bin"]).ok();
    let warning = "mgd: warning: upload session ";
    assert!(run.stderr.starts_with(warning), "{}", run.stderr);
    assert_eq!(tenant.file("c.bin").unwrap(), bytes);
    well_mannered(&tenant);
}

#[test]
fn a_terminal_sees_how_far_it_is() {
    let script = need!(tool("script"));
    let (tenant, mgd) = drive();
    mgd.scratch.write("f", noise(5 << 20), 0o600);
    tenant.always("/storage/", Reply::pass().delay(Duration::from_millis(250)));
    let line = format!("\"$MGD\" parameters.json upload f {PLACE} --slice 1280K");
    let run = mgd.shell(&format!("{} -qec '{line}' /dev/null", script.display()));
    assert!(run.stdout.contains(" MB of 5.2 MB, "), "{}", run.stdout);
    assert!(
        run.stdout.contains("  \"name\": \"b.bin\",\r\n"),
        "{}",
        run.stdout
    );
}
