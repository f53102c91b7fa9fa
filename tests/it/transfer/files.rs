//! Where a download goes.

use std::fs;
use std::os::unix::fs::{FileTypeExt as _, PermissionsExt as _, symlink};
use std::time::Duration;

use super::{assert_files, bytes_of, drive_of, noise, run};
use crate::support::{Command, Run, run_as_nobody, run_by, skipped, tool};
use crate::tenant::Reply;

#[test]
fn where_to_must_be_said() {
    let (tenant, mgd, path) = drive_of(b"abc");
    let lines = "mgd: download: where to is missing\n\
                 mgd: hint: -O FILE names a file, and -O - is stdout\n";
    run(&mgd, &["download", &path]).refused(2, lines);
    assert_eq!(run(&mgd, &["download", "-O", "out"]).code, 2);
    assert_eq!(run(&mgd, &["download", "users/", "-O", "out"]).code, 2);
    assert_eq!(tenant.connections(), 0);
    assert_eq!(mgd.scratch.names(), ["ca.pem", "parameters.json"]);
}

#[test]
fn places_that_cannot_be_written_are_told_before_anything_is_asked() {
    let (tenant, mgd, path) = drive_of(b"abc");
    fs::create_dir(mgd.scratch.path("folder")).unwrap();
    for (place, line) in [
        ("folder", "mgd: folder: is a directory\n"),
        (
            "none/out",
            "mgd: none/out: not written: no such file or directory\n",
        ),
        (
            "ca.pem/out",
            "mgd: ca.pem/out: not written: not a directory\n",
        ),
    ] {
        run(&mgd, &["download", &path, "-O", place]).refused(6, line);
    }
    assert_eq!(tenant.connections(), 0);
}

#[test]
fn a_folder_that_may_not_be_written_is_told() {
    let (tenant, mgd, path) = drive_of(b"abc");
    mgd.scratch.write("closed/x", "", 0o600);
    fs::set_permissions(
        mgd.scratch.path("closed"),
        fs::Permissions::from_mode(0o755),
    )
    .unwrap();
    // What is root's and cannot be changed by others may hold a secret.
    mgd.scratch.write("secret", "x", 0o644);
    let line = format!(
        "download {path} -O closed/out --ca-file ca.pem --client-id c --authority {} \
         --graph {} --secret-file secret --token-cache none",
        tenant.authority(),
        tenant.origin()
    );
    let run = need!(run_as_nobody(&mgd, &mgd.command(line.split(' '))));
    run.refused(6, "mgd: closed/out.part: not written: permission denied\n");
    assert_eq!(tenant.connections(), 0);
}

#[test]
fn a_file_has_the_usual_mode_or_that_of_the_one_it_replaces() {
    let (_tenant, mgd, path) = drive_of(b"abc");
    let mode = |name: &str| {
        let metadata = fs::metadata(mgd.scratch.path(name)).unwrap();
        metadata.permissions().mode() & 0o7777
    };
    run(&mgd, &["download", &path, "-O", "out"]).ended(0, "", "");
    fs::write(mgd.scratch.path("usual"), "").unwrap();
    assert_eq!(mode("out"), mode("usual"));
    let line = format!("umask 027 && mgd parameters.json download '{path}' -O masked");
    mgd.shell(&line).ended(0, "", "");
    assert_eq!(mode("masked"), 0o640);
    mgd.scratch.write("old", "longer than abc", 0o604);
    run(&mgd, &["download", &path, "-O", "old"]).ended(0, "", "");
    assert_eq!(
        (mode("old"), mgd.scratch.read("old").as_str()),
        (0o604, "abc")
    );
}

#[test]
fn a_disk_that_knows_no_permissions_will_do() {
    let strace = need!(tool("strace"));
    let (_tenant, mgd, path) = drive_of(b"abc");
    let command = mgd.command(["parameters.json", "download", &path, "-O", "out"]);
    let options = [
        "-f",
        "-qq",
        "-o",
        "/dev/null",
        "-e",
        "trace=fchmod",
        "-e",
        "inject=fchmod:error=EPERM",
        "--",
    ];
    let output = run_by(&strace, &options, &command).output().unwrap();
    let run = Run::from(output);
    if run.stderr.contains("ptrace") {
        skipped(&format!("strace cannot trace here: {}", run.stderr));
        return;
    }
    run.ended(0, "", "");
    assert_eq!(bytes_of(&mgd, "out"), b"abc");
    assert_files(&mgd, &["out"]);
}

#[test]
fn what_a_link_leads_to_is_replaced() {
    let (_tenant, mgd, path) = drive_of(b"abc");
    mgd.scratch.write("data/real", "old", 0o640);
    symlink("data/real", mgd.scratch.path("out")).unwrap();
    run(&mgd, &["download", &path, "-O", "out"]).ended(0, "", "");
    assert_eq!(mgd.scratch.read("data/real"), "abc");
    assert_eq!(
        fs::read_link(mgd.scratch.path("out")).unwrap().to_str(),
        Some("data/real")
    );
    assert_files(&mgd, &["data", "out"]);
}

#[test]
fn devices_and_pipes_are_written_and_not_replaced() {
    let (_tenant, mgd, path) = drive_of(b"abc");
    run(&mgd, &["download", &path, "-O", "/dev/null"]).ended(0, "", "");
    let line = "mgd: /dev/full: not written: no space left on device\n";
    run(&mgd, &["download", &path, "-O", "/dev/full"]).refused(6, line);
    let line =
        format!("mkfifo p && {{ cat p & }} && mgd parameters.json download '{path}' -O p && wait");
    mgd.shell(&line).ended(0, "abc", "");
}

#[test]
fn a_block_device_is_not_replaced() {
    let (tenant, mgd, path) = drive_of(b"abc");
    let mknod = need!(tool("mknod"));
    let disk = mgd.scratch.path("disk");
    // Of a number that no disk here has.
    let made = Command::new(mknod)
        .arg(&disk)
        .args(["b", "7", "199"])
        .output();
    if !made.unwrap().status.success() {
        skipped("only root makes devices");
        return;
    }
    let lines = "mgd: disk: is a block device\nmgd: hint: use -O -, and dd with conv=fsync\n";
    run(&mgd, &["download", &path, "-O", "disk"]).refused(6, lines);
    mgd.run(["parameters.json", "-O", "disk"]).refused(6, lines);
    let kind = fs::metadata(&disk).unwrap().file_type();
    assert!(kind.is_block_device());
    assert_eq!(tenant.connections(), 0);
}

#[test]
fn a_reader_who_leaves_ends_it_quietly() {
    let (_tenant, mgd, path) = drive_of(&noise(3_000_000));
    let line = format!(
        "{{ mgd parameters.json download '{path}' -O -; echo $? >&2; }} | head -c 9 >/dev/null"
    );
    mgd.shell(&line).ended(0, "", "141\n");
}

#[test]
fn a_full_disk_is_told_and_gone_on_with_when_there_is_room() {
    let bytes = noise(300_000);
    let (_tenant, mgd, path) = drive_of(&bytes);
    let line = format!("trap '' XFSZ; ulimit -f 200; mgd parameters.json download '{path}' -O out");
    let full = mgd.shell(&line);
    let lines = "mgd: out.part: not written: file too large\n\
                 mgd: hint: run it again to go on: out.part is kept\n";
    let place = mgd.folder().canonicalize().unwrap().display().to_string() + "/";
    assert_eq!(
        (full.code, full.stderr.replace(&place, "").as_str()),
        (6, lines)
    );
    let part = bytes_of(&mgd, "out.part");
    assert!(!part.is_empty() && bytes.starts_with(&part));
    run(&mgd, &["download", &path, "-O", "out"]).ended(0, "", "");
    assert_eq!(bytes_of(&mgd, "out"), bytes);
    assert_files(&mgd, &["out"]);
}

#[test]
fn a_terminal_sees_how_far_it_is() {
    let script = need!(tool("script"));
    let (tenant, mgd, path) = drive_of(&noise(300_000));
    let drip = Reply::pass().drip(50_000, Duration::from_millis(120));
    tenant.on("/storage/", [drip]);
    let line = format!("\"$MGD\" parameters.json download {path} -O out");
    let run = mgd.shell(&format!("{} -qec '{line}' /dev/null", script.display()));
    assert!(run.stdout.contains(" kB of 300 kB, "), "{}", run.stdout);
    assert!(run.stdout.contains(" left"), "{}", run.stdout);
    assert_eq!(run.code, 0);
}
