//! `-O FILE` where others have files too: modes, links, devices, descriptors.

use std::fs::{self, Permissions};
use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _, chown, lchown, symlink};
use std::path::Path;

use crate::support::{Command, Mgd, Run, items, page, run_as_nobody, script, skipped};
use crate::tenant::Tenant;

const NOBODY: Option<u32> = Some(65534);

/// A listing of one page and the document it makes.
fn listing() -> (Tenant, Mgd, String) {
    let (tenant, mgd) = script([("items", page("1 2", ""))]);
    let document = format!("{{\"value\":[{}]}}\n", items("1 2"));
    (tenant, mgd, document)
}

fn set_mode(path: &Path, mode: u32) {
    fs::set_permissions(path, Permissions::from_mode(mode)).unwrap();
}

/// Gives a file, or a link itself, to a user; says so where that cannot be done.
fn give(path: &Path, user: Option<u32>) -> bool {
    let is_given = lchown(path, user, None).is_ok();
    if !is_given {
        skipped("only root can give files away");
    }
    is_given
}

fn sticky(mgd: &Mgd) {
    fs::create_dir(mgd.scratch.path("shared")).unwrap();
    set_mode(&mgd.scratch.path("shared"), 0o1777);
}

/// The output was not begun, for this reason, and nobody was asked.
#[track_caller]
fn not_written(tenant: &Tenant, run: &Run, path: &str, reason: &str) {
    run.refused(6, &format!("mgd: {path}: not written: {reason}\n"));
    assert_eq!(tenant.connections(), 0);
}

#[test]
fn no_more_than_the_permissions_of_a_file_are_taken_over() {
    for (old, new) in [(0o4755, 0o755), (0o2750, 0o750), (0o1604, 0o604)] {
        let (_tenant, mgd, document) = listing();
        let path = mgd.scratch.write("out", "old", old);
        mgd.get(&["items", "-O", "out"]).ended(0, "", "");
        assert_eq!(mgd.scratch.read("out"), document);
        assert_eq!(fs::metadata(path).unwrap().mode() & 0o7777, new);
    }
}

#[test]
fn a_file_of_another_user_gives_the_new_one_nothing() {
    for mode in [0o4755, 0o666, 0o600] {
        let (_tenant, mgd, document) = listing();
        let path = mgd.scratch.write("out", "old", 0o600);
        if !give(&path, NOBODY) {
            return;
        }
        set_mode(&path, mode);
        let line = "umask 027 && mgd parameters.json get items -O out";
        mgd.shell(line).ended(0, "", "");
        assert_eq!(mgd.scratch.read("out"), document);
        let facts = fs::metadata(path).unwrap();
        assert_eq!((facts.uid(), facts.mode() & 0o7777), (0, 0o640));
    }
}

#[test]
fn a_file_with_two_names_gives_no_more_than_the_umask_allows() {
    let (_tenant, mgd, _) = listing();
    let path = mgd.scratch.write("out", "old", 0o666);
    fs::hard_link(&path, mgd.scratch.path("other")).unwrap();
    let line = "umask 077 && mgd parameters.json get items -O out";
    mgd.shell(line).ended(0, "", "");
    assert_eq!(fs::metadata(path).unwrap().mode() & 0o7777, 0o600);
    assert_eq!(mgd.scratch.read("other"), "old");
}

#[test]
fn a_group_keeps_its_permissions_only_if_it_is_the_same() {
    let (_tenant, mgd, _) = listing();
    let path = mgd.scratch.write("out", "old", 0o600);
    if chown(&path, None, Some(12345)).is_err() {
        skipped("only root can give files away");
        return;
    }
    set_mode(&path, 0o664);
    let facts = || {
        let facts = fs::metadata(&path).unwrap();
        (facts.gid(), facts.mode() & 0o7777)
    };
    mgd.get(&["items", "-O", "out"]).ended(0, "", "");
    assert_eq!(facts(), (12345, 0o664));
    for path in [&path, &mgd.scratch.path("parameters.json")] {
        chown(path, NOBODY, None).unwrap();
    }
    chown(mgd.folder(), NOBODY, None).unwrap();
    let arguments = ["get", "items", "-O", "out", "--token-cache=none"];
    let arguments = [&["parameters.json"], &arguments[..]].concat();
    let (tenant, own, _) = listing();
    let text = own.scratch.read("parameters.json");
    fs::write(mgd.scratch.path("parameters.json"), text).unwrap();
    fs::write(mgd.scratch.path("ca.pem"), tenant.ca_pem()).unwrap();
    let run = need!(run_as_nobody(&mgd, &mgd.command(arguments)));
    run.ended(0, "", "");
    assert_eq!(facts(), (65534, 0o604));
}

#[test]
fn a_strangers_link_is_not_followed() {
    let (tenant, mgd, document) = listing();
    sticky(&mgd);
    let victim = mgd.scratch.write("victim", "precious", 0o600);
    let link = mgd.scratch.path("shared/out");
    symlink(&victim, &link).unwrap();
    symlink(mgd.folder(), mgd.scratch.path("shared/way")).unwrap();
    fs::create_dir(mgd.scratch.path("theirs")).unwrap();
    symlink(&victim, mgd.scratch.path("theirs/out")).unwrap();
    for name in ["shared/out", "shared/way", "theirs/out", "theirs"] {
        if !give(&mgd.scratch.path(name), NOBODY) {
            return;
        }
    }
    for (path, name) in [
        ("shared/out", "out"),
        ("shared/way/victim", "way"),
        ("shared/./way/../victim", "way"),
        ("theirs/out", "out"),
    ] {
        let reason =
            format!("the symbolic link {name} on its path belongs to another user (uid 65534)");
        for command in ["get", "request", "download"] {
            let run = mgd.list([command, "items", "-O", path]);
            not_written(&tenant, &run, path, &reason);
        }
    }
    assert_eq!(mgd.scratch.read("victim"), "precious");
    // A link of the folder's owner, who could exchange the file as well.
    assert!(give(&link, Some(0)));
    mgd.get(&["items", "-O", "shared/out"]).ended(0, "", "");
    assert_eq!(mgd.scratch.read("victim"), document);
}

#[test]
fn an_inherited_descriptor_is_written_where_it_stands() {
    for (name, line) in [
        ("/dev/stdout", ">> log"),
        ("/dev/fd/1", ">> log"),
        ("/proc/self/fd/1", ">> log"),
        ("/dev/stderr", "2>> log"),
        ("/dev/fd/3", "3>> log"),
        ("/proc/self/fd/3", "3>> log"),
        ("link", ">> log"),
    ] {
        for command in ["get", "request", "download --no-verify"] {
            let (_tenant, mgd, document) = listing();
            symlink("/dev/stdout", mgd.scratch.path("link")).unwrap();
            mgd.scratch.write("log", "first\n", 0o600);
            let line = format!("mgd parameters.json {command} items -O {name} {line}");
            mgd.shell(&line).ended(0, "", "");
            let log = mgd.scratch.read("log");
            let written = log.strip_prefix("first\n").unwrap();
            assert_eq!(written.trim_end(), document.trim_end(), "{line}");
        }
    }
    // What is written next, by whoever opened it, stands behind.
    let (_tenant, mgd, document) = listing();
    let line = "{ mgd parameters.json get items -O /dev/fd/3; echo last >&3; } 3> log";
    mgd.shell(line).ended(0, "", "");
    assert_eq!(mgd.scratch.read("log"), format!("{document}last\n"));
}

#[test]
fn a_descriptor_that_nobody_opened_for_it_is_refused() {
    let (tenant, mgd, _) = listing();
    for number in [3, 4, 5, 6, 7, 63, 9999] {
        let path = format!("/dev/fd/{number}");
        let run = mgd.get(&["items", "-O", &path]);
        let reason = run
            .stderr
            .trim_end()
            .rsplit(": ")
            .next()
            .unwrap()
            .to_owned();
        not_written(&tenant, &run, &path, &reason);
    }
    let line = "mgd parameters.json get items -O /dev/fd/3 3< ca.pem";
    let run = mgd.shell(line);
    not_written(&tenant, &run, "/dev/fd/3", "is not open for writing");
}

#[test]
fn what_is_neither_a_file_nor_a_stream_of_ours_is_refused() {
    let (tenant, mgd, _) = listing();
    sticky(&mgd);
    let _socket = std::os::unix::net::UnixListener::bind(mgd.scratch.path("socket")).unwrap();
    not_written(
        &tenant,
        &mgd.get(&["items", "-O", "socket"]),
        "socket",
        "is a socket",
    );
    let fifo = mgd.scratch.path("shared/fifo");
    let made = Command::new("mkfifo").arg(&fifo).status();
    assert!(made.unwrap().success());
    if !give(&fifo, NOBODY) {
        return;
    }
    let device = mgd.scratch.path("shared/null");
    let made = Command::new("mknod")
        .arg(&device)
        .args(["c", "1", "3"])
        .status();
    let mut paths = vec!["shared/fifo"];
    if made.unwrap().success() && give(&device, NOBODY) {
        paths.push("shared/null");
    }
    for path in paths {
        for command in ["get", "request", "download"] {
            let run = mgd.list([command, "items", "-O", path]);
            not_written(&tenant, &run, path, "belongs to another user (uid 65534)");
        }
    }
}
