//! The state file: whose it is, whether it can be trusted, whether it can be written.

use std::fs::{self, Permissions};
use std::os::unix::fs::{PermissionsExt as _, chown, symlink};

use super::{BEGINS, MARKER, PATH, STATE, add, arguments, delta, gets, tenant};
use crate::support::{Run, jsonl, run_as_nobody, run_by, skipped, tool};
use crate::tenant::Tenant;

const MANY: &str = "mgd: hint: give each listing a state of its own\n";
const DAMAGED: &str = "mgd: hint: restore it, or remove it for a full round as at first\n";

#[test]
fn a_state_of_another_listing_is_refused_and_left_alone() {
    let (tenant, mgd) = tenant("a");
    delta(&mgd, &[]).ok();
    let kept = mgd.scratch.read(STATE);
    let count = tenant.requests().len();
    let run = |path: &str| mgd.run(["delta", path, "--state", STATE, "-p", "parameters.json"]);
    for (path, named) in [
        ("groups/delta", "/v1.0/groups/delta"),
        ("users/delta?$select=id", "/v1.0/users/delta?$select=id"),
        ("beta/users/delta", "/beta/users/delta"),
    ] {
        let line = format!(
            "mgd: state s.state: is of another path, /v1.0/users/delta, and not of {named}\n"
        );
        run(path).refused(2, &(line + MANY));
    }
    let other = "00000000-1111-2222-3333-444444444444";
    let line = |what: &str, one: &str, two: &str| {
        format!("mgd: state s.state: is of another {what}, {one}, and not of {two}\n{MANY}")
    };
    let client = crate::tenant::CLIENT_ID;
    delta(&mgd, &["--client-id", other]).refused(2, &line("application", client, other));
    let authority = format!("{}/{other}", tenant.origin());
    let expected = line("authority", &tenant.authority(), &authority);
    delta(&mgd, &["--authority", &authority]).refused(2, &expected);
    let elsewhere = Tenant::start();
    let expected = line("Graph", &tenant.origin(), &elsewhere.origin());
    delta(&mgd, &["--graph", &elsewhere.origin()]).refused(2, &expected);
    assert_eq!(mgd.scratch.read(STATE), kept);
    assert_eq!(
        (tenant.requests().len(), elsewhere.requests().len()),
        (count, 0)
    );
}

#[test]
fn the_same_listing_in_other_words_is_the_same() {
    let (tenant, mgd) = tenant("a");
    delta(&mgd, &[]).ok();
    let absolute = tenant
        .url("/v1.0/users/delta")
        .replace("https://localhost", "HTTPS://LOCALHOST");
    for path in ["/users/delta", "v1.0/users/delta", &absolute] {
        let run = mgd.run(["delta", path, "--state", STATE, "-p", "parameters.json"]);
        run.ended(0, "", "");
    }
}

#[test]
fn a_damaged_state_is_an_error_and_never_a_full_round() {
    let (tenant, mgd) = tenant("a");
    delta(&mgd, &[]).ok();
    let kept = mgd.scratch.read(STATE);
    let count = tenant.requests().len();
    let half = &kept[..kept.len() / 2];
    let away = kept.replace(
        "\"link\":\"https://localhost",
        "\"link\":\"https://other.example",
    );
    let newer = kept.replace("\"version\":1", "\"version\":2");
    for (content, cause) in [
        ("", "is damaged, or no state of a listing"),
        (half, "is damaged, or no state of a listing"),
        (
            "{\"authority\":\"x\"}",
            "is damaged, or no state of a listing",
        ),
        (&newer, "was written by another version of mgd"),
    ] {
        mgd.scratch.write(STATE, content, 0o600);
        let line = format!("mgd: state s.state: {cause}\n");
        delta(&mgd, &[]).refused(6, &(line + DAMAGED));
        assert_eq!(mgd.scratch.read(STATE), content);
    }
    mgd.scratch.write(STATE, &away, 0o600);
    let run = delta(&mgd, &[]);
    assert_eq!(run.code, 6);
    assert!(
        run.stderr.contains("its link leads away from"),
        "{}",
        run.stderr
    );
    assert!(!run.stderr.contains("deltatoken"), "{}", run.stderr);
    assert_eq!(tenant.requests().len(), count);
}

#[test]
fn a_state_that_others_could_have_written_is_refused() {
    let (tenant, mgd) = tenant("a");
    delta(&mgd, &[]).ok();
    let count = tenant.requests().len();
    let path = mgd.scratch.path(STATE);
    fs::set_permissions(&path, Permissions::from_mode(0o620)).unwrap();
    delta(&mgd, &[]).refused(
        6,
        "mgd: state s.state: can be changed by others (mode 0620)\n\
         mgd: hint: chmod go-w 's.state'\n",
    );
    fs::rename(&path, mgd.scratch.path("t")).unwrap();
    symlink("t", &path).unwrap();
    delta(&mgd, &[]).refused(6, "mgd: state s.state: is a symbolic link\n");
    fs::remove_file(&path).unwrap();
    fs::set_permissions(mgd.scratch.path("t"), Permissions::from_mode(0o600)).unwrap();
    fs::hard_link(mgd.scratch.path("t"), &path).unwrap();
    delta(&mgd, &[]).refused(6, "mgd: state s.state: has a second name (hard link)\n");
    assert_eq!(tenant.requests().len(), count);
}

#[test]
fn a_folder_is_no_state() {
    let (tenant, mgd) = tenant("a");
    fs::create_dir(mgd.scratch.path("folder")).unwrap();
    for path in ["folder", "folder/", ".", "..", "missing/"] {
        let run = mgd.run(["delta", PATH, "--state", path, "-p", "parameters.json"]);
        let line = format!("mgd: state {path}: is a directory\nmgd: hint: name a file in it\n");
        run.refused(6, &line);
    }
    let run = mgd.run([
        "delta",
        PATH,
        "--state",
        "missing/s",
        "-p",
        "parameters.json",
    ]);
    run.refused(
        6,
        "mgd: state missing/s: no lock beside it: no such file or directory\n\
         mgd: hint: make its folder first\n",
    );
    for path in ["", "-"] {
        let run = mgd.run(["delta", PATH, "--state", path, "-p", "parameters.json"]);
        let hint = "if a shell wrote this, a variable may have been empty";
        run.refused(
            2,
            &format!("mgd: state: names no file\nmgd: hint: {hint}\n"),
        );
    }
    let run = mgd.run([
        "delta",
        PATH,
        "--state",
        "/dev/null",
        "-p",
        "parameters.json",
    ]);
    run.refused(6, "mgd: state /dev/null: is not a regular file\n");
    assert!(!std::path::Path::new("/dev/null.lock").exists());
    assert_eq!(tenant.requests().len(), 0);
    assert_eq!(fs::read_dir(mgd.scratch.path("folder")).unwrap().count(), 0);
}

#[test]
fn a_state_that_cannot_be_written_is_found_out_before_anything_is_asked() {
    let (tenant, mgd) = tenant("a");
    let lock = mgd.scratch.write("folder/s.lock", "", 0o600);
    if chown(lock, Some(65534), None).is_err() {
        skipped("this user can give nobody a file");
        return;
    }
    let allow = |name: &str, mode: u32| {
        fs::set_permissions(mgd.scratch.path(name), Permissions::from_mode(mode)).unwrap();
    };
    allow("folder", 0o555);
    allow("parameters.json", 0o644);
    let mut words = arguments(&[]);
    words[3] = "folder/s";
    let run = need!(run_as_nobody(&mgd, &mgd.command(words)));
    run.refused(6, "mgd: state folder/s: not written: permission denied\n");
    assert_eq!(tenant.requests().len(), 0);
}

#[test]
fn a_disk_without_room_is_found_out_before_anything_is_asked() {
    let (unshare, _) = (need!(tool("unshare")), need!(tool("mount")));
    let (tenant, mgd) = tenant("a");
    let script = "mount -t tmpfs -o size=8k none full && touch full/s.lock && chmod 600 full/s.lock \
                  && { head -c 100000 /dev/zero > full/fill 2>/dev/null; exec \"$0\" \"$@\"; }";
    fs::create_dir(mgd.scratch.path("full")).unwrap();
    let mut words = arguments(&[]);
    words[3] = "full/s";
    let mut command = mgd.command(words);
    command.env("PATH", "/usr/sbin:/usr/bin:/sbin:/bin");
    let run = run_by(&unshare, &["--mount", "/bin/sh", "-c", script], &command);
    let run: Run = { run }.output().unwrap().into();
    if run.stderr.contains("unshare") || run.stderr.contains("mount") {
        skipped("no file system may be mounted here");
        return;
    }
    run.refused(
        6,
        "mgd: state full/s: not written: no space left on device\n",
    );
    assert_eq!(tenant.requests().len(), 0);
}

#[test]
fn the_state_can_be_written_to_another_file() {
    let (tenant, mgd) = tenant("a b c");
    let out = ["--state-out", "new"];
    delta(&mgd, &out).ended(0, &jsonl("a b c"), "");
    assert!(!mgd.scratch.path(STATE).exists());
    // The reader failed: the same comes again, and it may know what is gone by now.
    let again = format!("{MARKER}{}", jsonl("a b c"));
    delta(&mgd, &out).ended(0, &again, BEGINS);
    fs::rename(mgd.scratch.path("new"), mgd.scratch.path(STATE)).unwrap();
    let kept = mgd.scratch.read(STATE);
    // It is written though nothing has changed, so that it can be moved.
    delta(&mgd, &out).ended(0, "", "");
    assert_eq!(mgd.scratch.read("new"), kept);
    add(&tenant, "d");
    delta(&mgd, &out).ended(0, &jsonl("d"), "");
    assert_eq!(mgd.scratch.read(STATE), kept);
    assert_ne!(mgd.scratch.read("new"), kept);
}

#[test]
fn a_state_that_is_written_where_it_was_read_is_one_file() {
    let (tenant, mgd) = tenant("a b c");
    delta(&mgd, &["--state-out", "./s.state"]).ended(0, &jsonl("a b c"), "");
    add(&tenant, "d");
    delta(&mgd, &["--state-out", STATE]).ended(0, &jsonl("d"), "");
}

#[test]
fn a_file_that_is_no_state_of_the_listing_is_not_overwritten() {
    let (tenant, mgd) = tenant("a");
    let parameters = mgd.scratch.read("parameters.json");
    let run = delta(&mgd, &["--state-out", "parameters.json"]);
    let line = "mgd: state parameters.json: is damaged, or no state of a listing\n";
    run.refused(6, &(line.to_owned() + DAMAGED));
    assert_eq!(mgd.scratch.read("parameters.json"), parameters);
    assert_eq!(gets(&tenant, 0), [] as [&str; 0]);
}

#[test]
fn a_round_without_news_leaves_the_state_file_untouched() {
    let (_tenant, mgd) = tenant("a");
    delta(&mgd, &[]).ok();
    let inode = || {
        use std::os::unix::fs::MetadataExt as _;
        fs::metadata(mgd.scratch.path(STATE)).unwrap().ino()
    };
    let before = inode();
    delta(&mgd, &[]).ended(0, "", "");
    assert_eq!(inode(), before);
}

#[test]
fn a_folder_in_which_all_can_exchange_files_holds_no_state() {
    for (mode, is_refused) in [
        (0o777, true),
        (0o757, true),
        (0o1777, false),
        (0o775, false),
    ] {
        let (tenant, mgd) = tenant("a");
        fs::create_dir(mgd.scratch.path("all")).unwrap();
        fs::set_permissions(mgd.scratch.path("all"), Permissions::from_mode(mode)).unwrap();
        for options in [
            &["--state", "all/s"][..],
            &["--state", "new", "--state-out", "all/s"],
        ] {
            let arguments = ["delta", PATH, "-p", "parameters.json"];
            let run = mgd.run([&arguments[..], options].concat());
            if is_refused {
                let line = format!(
                    "mgd: state all/s: others can exchange files in the folder (mode {mode:04o})\n\
                     mgd: hint: give it a folder that only you can write\n"
                );
                run.refused(6, &line);
                assert_eq!(tenant.connections(), 0);
            } else {
                run.ok();
            }
        }
    }
}
