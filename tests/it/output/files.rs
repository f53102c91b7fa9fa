//! `-O FILE`: replaced when all is there, and not before.

use std::fs;
use std::os::unix::fs::{PermissionsExt as _, symlink};
use std::time::Duration;

use crate::support::{Mgd, Run, asked, items, page, script, wait_until};
use crate::tenant::{Reply, Tenant};

/// Two pages and the document they make.
fn whole() -> (Tenant, Mgd, String) {
    let (tenant, mgd) = script([
        ("items", page("1 2", "items?p=2")),
        ("items?p=2", page("3", "")),
    ]);
    (tenant, mgd, format!("{{\"value\":[{}]}}\n", items("1 2 3")))
}

fn mode(mgd: &Mgd, name: &str) -> u32 {
    let metadata = fs::metadata(mgd.scratch.path(name)).unwrap();
    metadata.permissions().mode() & 0o7777
}

/// Nothing may lie about but what the run began with and these.
#[track_caller]
fn assert_files(mgd: &Mgd, names: &[&str]) {
    let mut expected = [&["ca.pem", "cache", "parameters.json"], names].concat();
    expected.sort_unstable();
    assert_eq!(mgd.scratch.names(), expected);
}

#[test]
fn a_file_is_made_with_the_usual_mode() {
    let (tenant, mgd, document) = whole();
    mgd.get(&["items", "-O", "out.json"]).ended(0, "", "");
    assert_eq!(mgd.scratch.read("out.json"), document);
    asked(&tenant, &["items", "items?p=2"]);
    assert_files(&mgd, &["out.json"]);
    fs::write(mgd.scratch.path("usual"), "").unwrap();
    assert_eq!(mode(&mgd, "out.json"), mode(&mgd, "usual"));
}

#[test]
fn a_file_that_is_replaced_keeps_its_mode() {
    for old in [0o600, 0o640, 0o666, 0o444] {
        let (_tenant, mgd, document) = whole();
        mgd.scratch.write(
            "out.json",
            "longer than what takes its place".repeat(9),
            old,
        );
        mgd.get(&["items", "-O", "out.json"]).ended(0, "", "");
        assert_eq!(mgd.scratch.read("out.json"), document);
        assert_eq!(mode(&mgd, "out.json"), old);
        assert_files(&mgd, &["out.json"]);
    }
}

#[test]
fn a_link_to_a_file_has_its_target_replaced() {
    let (_tenant, mgd, document) = whole();
    mgd.scratch.write("data/real.json", "old", 0o640);
    symlink("data/real.json", mgd.scratch.path("out.json")).unwrap();
    mgd.get(&["items", "--output-file=out.json"])
        .ended(0, "", "");
    assert_eq!(mgd.scratch.read("data/real.json"), document);
    assert_eq!(mode(&mgd, "data/real.json"), 0o640);
    let link = fs::read_link(mgd.scratch.path("out.json")).unwrap();
    assert_eq!(link.to_str(), Some("data/real.json"));
    assert_eq!(fs::read_dir(mgd.scratch.path("data")).unwrap().count(), 1);
    assert_files(&mgd, &["data", "out.json"]);
}

#[test]
fn the_old_file_survives_a_listing_that_fails() {
    let failures = [
        (Reply::bare(404).body("no"), 1),
        (Reply::html(200), 5),
        (Reply::json("{\"value\":[{\"id\":\"3\"},"), 5),
        (Reply::json("{\"value\":[{\"id\":\"3\"}]}").cut_after(20), 4),
    ];
    for (failure, code) in failures {
        let (tenant, mgd) = script([("items", page("1 2", "items?p=2"))]);
        tenant.always("/v1.0/items?p=2", failure);
        mgd.scratch.write("out.json", "yesterday's", 0o640);
        let run = mgd.get(&["items", "-O", "out.json", "--retry-max-time", "1"]);
        assert_eq!(
            (run.code, run.stdout.as_str()),
            (code, ""),
            "{}",
            run.stderr
        );
        assert!(!run.stderr.contains("--resume"), "{}", run.stderr);
        assert_eq!(mgd.scratch.read("out.json"), "yesterday's");
        assert_eq!(mode(&mgd, "out.json"), 0o640);
        assert_files(&mgd, &["out.json"]);
    }
}

#[test]
fn a_file_that_was_not_there_is_not_there_after_a_failure() {
    for options in [&["-ojson"][..], &["-ojsonl"], &["-oraw"]] {
        let (tenant, mgd) = script([("items", Reply::json("{\"value\":[1,2]}").cut_after(12))]);
        tenant.always("/v1.0/items", Reply::bare(400));
        let run = mgd.get(&[&["items", "-O", "out"], options].concat());
        assert_eq!(run.stdout, "");
        assert_ne!(run.code, 0);
        assert_files(&mgd, &[]);
    }
}

#[test]
fn a_file_that_is_killed_off_leaves_no_half() {
    let (tenant, mgd) = script([("items", page("1 2", "items?p=2"))]);
    let forever = Duration::from_secs(60);
    tenant.on("/v1.0/items?p=2", [page("3", "").delay(forever)]);
    mgd.scratch.write("out.json", "yesterday's", 0o600);
    let arguments = ["parameters.json", "get", "items", "-O", "out.json"];
    let child = mgd.start(arguments);
    wait_until(|| tenant.requests().len() == 3);
    let killed = mgd.shell(&format!("kill {}", child.id()));
    killed.ended(0, "", "");
    let run = Run::from(child.wait_with_output().unwrap());
    run.ended(143, "", "");
    assert_eq!(mgd.scratch.read("out.json"), "yesterday's");
    assert_files(&mgd, &["out.json"]);
}

#[test]
fn no_file_is_made_where_there_is_no_folder() {
    let (tenant, mgd, _) = whole();
    let run = mgd.get(&["items", "-O", "none/out.json"]);
    run.refused(
        6,
        "mgd: none/out.json: not written: no such file or directory\n",
    );
    assert_eq!(tenant.connections(), 0);
}

#[test]
fn a_folder_is_no_file() {
    let (tenant, mgd, _) = whole();
    fs::create_dir(mgd.scratch.path("folder")).unwrap();
    let run = mgd.get(&["items", "-O", "folder"]);
    run.refused(6, "mgd: folder: is a directory\n");
    assert_eq!(tenant.connections(), 0);
}

#[test]
fn a_dash_is_stdout_and_makes_no_file() {
    let (tenant, mgd, document) = whole();
    mgd.get(&["items", "-O", "-"]).ended(0, &document, "");
    asked(&tenant, &["items", "items?p=2"]);
    assert_files(&mgd, &[]);
}

#[test]
fn devices_are_written_and_not_replaced() {
    let (tenant, mgd, _) = whole();
    mgd.get(&["items", "-O", "/dev/null"]).ended(0, "", "");
    asked(&tenant, &["items", "items?p=2"]);
    let null = fs::metadata("/dev/null").unwrap();
    assert!(!null.file_type().is_file());
    let (_tenant, mgd, _) = whole();
    let run = mgd.get(&["items", "-O", "/dev/full"]);
    run.refused(6, "mgd: /dev/full: not written: no space left on device\n");
}

#[test]
fn a_pipe_by_name_gets_the_document() {
    let (tenant, mgd, document) = whole();
    let line = "mkfifo pipe && { cat pipe & } && mgd parameters.json get items -O pipe && wait";
    mgd.shell(line).ended(0, &document, "");
    asked(&tenant, &["items", "items?p=2"]);
    assert_files(&mgd, &["pipe"]);
}

#[test]
fn notes_come_with_a_file_too() {
    let (tenant, mgd, _) = whole();
    let run = mgd.get(&["items", "-O", "out.json", "--limit", "1"]);
    run.ended(0, "", "mgd: more items follow: --limit ended the listing\n");
    let document = format!("{{\"value\":[{}]}}\n", items("1"));
    assert_eq!(mgd.scratch.read("out.json"), document);
    asked(&tenant, &["items"]);
}
