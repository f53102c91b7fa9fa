//! A download that a later run takes up.

use std::fs;
use std::os::unix::fs::{PermissionsExt as _, symlink};
use std::time::Duration;

use super::{assert_files, bytes_of, drive_of, noise, run, slices, well_mannered};
use crate::support::{Child, Mgd, Run, wait_until};
use crate::tenant::{Reply, Tenant};

const TOTAL: usize = 300_000;

fn mode(mgd: &Mgd, name: &str) -> u32 {
    let metadata = fs::metadata(mgd.scratch.path(name)).unwrap();
    metadata.permissions().mode() & 0o7777
}

/// Starts a download that stops after 100,000 bytes for as long as the test needs.
fn stalled(tenant: &Tenant, mgd: &Mgd, path: &str) -> Child {
    let stall = Reply::pass().stall_after(100_000, Duration::from_secs(60));
    tenant.on("/storage/", [stall]);
    let child = mgd.start(["parameters.json", "download", path, "-O", "out"]);
    let part = mgd.scratch.path("out.part");
    wait_until(|| fs::metadata(&part).is_ok_and(|part| part.len() == 100_000));
    child
}

fn end(child: Child, name: &str) -> Run {
    child.signal(name);
    Run::from(child.wait_with_output().unwrap())
}

/// A drive and a part of its file that a run has left.
fn left(bytes: &[u8]) -> (Tenant, Mgd, String) {
    let (tenant, mgd, path) = drive_of(bytes);
    let child = stalled(&tenant, &mgd, &path);
    assert_eq!(end(child, "-KILL").code, 137);
    (tenant, mgd, path)
}

#[test]
fn a_signal_ends_it_quietly_and_another_run_goes_on() {
    for (name, code) in [("-INT", 130), ("-TERM", 143), ("-KILL", 137)] {
        let bytes = noise(TOTAL);
        let (tenant, mgd, path) = drive_of(&bytes);
        mgd.scratch.write("out", "yesterday's", 0o640);
        let child = stalled(&tenant, &mgd, &path);
        end(child, name).ended(code, "", "");
        assert_eq!(mgd.scratch.read("out"), "yesterday's");
        assert_eq!(
            (mode(&mgd, "out.part"), mode(&mgd, "out.part.json")),
            (0o600, 0o600)
        );
        assert!(!mgd.scratch.read("out.part.json").contains("canary"));
        run(&mgd, &["download", &path, "-O", "out"]).ended(0, "", "");
        assert_eq!(bytes_of(&mgd, "out"), bytes);
        assert_eq!(slices(&tenant), ["GET", "GET bytes=100000-"]);
        assert_eq!(mode(&mgd, "out"), 0o640);
        assert_files(&mgd, &["out"]);
        well_mannered(&tenant);
    }
}

#[test]
fn a_part_of_an_older_version_is_begun_anew() {
    let (tenant, mgd, path) = left(&noise(TOTAL));
    let new = noise(TOTAL + 9);
    tenant.put_file("a.bin", new.clone());
    run(&mgd, &["download", &path, "-O", "out"]).ended(0, "", "");
    assert_eq!(bytes_of(&mgd, "out"), new);
    assert_eq!(slices(&tenant), ["GET", "GET bytes=100000-"]);
    assert_files(&mgd, &["out"]);
}

#[test]
fn a_part_of_something_else_is_begun_anew() {
    let bytes = noise(TOTAL);
    let (tenant, mgd, path) = left(&bytes);
    let other = noise(2000);
    let id = tenant.put_file("b.bin", other.clone());
    let path_of_other = format!("drives/D/items/{id}/content");
    run(&mgd, &["download", &path_of_other, "-O", "out"]).ended(0, "", "");
    assert_eq!(bytes_of(&mgd, "out"), other);
    assert_eq!(slices(&tenant), ["GET", "GET"]);

    end(stalled(&tenant, &mgd, &path), "-KILL");
    let note = mgd.scratch.read("out.part.json");
    for note in [
        note.replace("a94c27e0", "b94c27e0"),
        String::new(),
        note[..40].to_owned(),
    ] {
        mgd.scratch.write("out.part.json", note, 0o600);
        mgd.scratch.write("out.part", vec![b'x'; 100_000], 0o600);
        run(&mgd, &["download", &path, "-O", "out"]).ended(0, "", "");
        assert_eq!(bytes_of(&mgd, "out"), bytes);
        assert_eq!(slices(&tenant).last().unwrap(), "GET");
    }
    mgd.scratch.write("out.part", vec![b'x'; 100_000], 0o600);
    run(&mgd, &["download", &path, "-O", "out"]).ended(0, "", "");
    assert_eq!(bytes_of(&mgd, "out"), bytes);
    assert_files(&mgd, &["out"]);
}

#[test]
fn a_part_that_the_first_version_left_is_gone_on_with() {
    let bytes = noise(TOTAL);
    let (tenant, mgd, path) = drive_of(&bytes);
    let boot = fs::read_to_string("/proc/sys/kernel/random/boot_id").unwrap();
    let (boot, url) = (boot.trim(), tenant.url(&format!("/v1.0/{path}")));
    let (authority, client) = (tenant.authority(), crate::tenant::CLIENT_ID);
    let note = format!(
        "{{\"boot\":\"{boot}\",\"etag\":\"\\\"{{01ITEM1}},1\\\"\",\
         \"of\":\"{authority} {client} {url}\",\"total\":{TOTAL}}}"
    );
    mgd.scratch.write("out.part.json", note, 0o600);
    mgd.scratch.write("out.part", &bytes[..100_000], 0o600);
    run(&mgd, &["download", &path, "-O", "out"]).ended(0, "", "");
    assert_eq!(bytes_of(&mgd, "out"), bytes);
    assert_eq!(slices(&tenant), ["GET bytes=100000-"]);
    assert_files(&mgd, &["out"]);
}

#[test]
fn bytes_that_a_fresh_start_of_the_machine_may_have_lost_count_only_with_a_hash() {
    let bytes = noise(TOTAL);
    for (is_hashless, expected) in [(false, "GET bytes=100000-"), (true, "GET")] {
        let (tenant, mgd, path) = left(&bytes);
        if is_hashless {
            tenant.hide_hashes();
        }
        let note = mgd.scratch.read("out.part.json");
        let boot = fs::read_to_string("/proc/sys/kernel/random/boot_id").unwrap();
        assert!(note.contains(boot.trim()));
        mgd.scratch
            .write("out.part.json", note.replace(boot.trim(), "earlier"), 0o600);
        run(&mgd, &["download", &path, "-O", "out"]).ended(0, "", "");
        assert_eq!(bytes_of(&mgd, "out"), bytes);
        assert_eq!(slices(&tenant).last().unwrap(), expected);
    }
}

#[test]
fn a_part_that_was_damaged_is_noticed_by_its_hash_and_thrown_away() {
    let bytes = noise(TOTAL);
    let (_tenant, mgd, path) = left(&bytes);
    let mut part = bytes_of(&mgd, "out.part");
    part[5] ^= 1;
    mgd.scratch.write("out.part", part, 0o600);
    let run_once = || run(&mgd, &["download", &path, "-O", "out"]);
    assert_eq!(run_once().code, 5);
    assert_files(&mgd, &[]);
    run_once().ended(0, "", "");
    assert_eq!(bytes_of(&mgd, "out"), bytes);
}

#[test]
fn a_part_that_is_whole_needs_one_byte_more() {
    let bytes = noise(TOTAL);
    let (tenant, mgd, path) = left(&bytes);
    mgd.scratch.write("out.part", &bytes, 0o600);
    run(&mgd, &["download", &path, "-O", "out"]).ended(0, "", "");
    assert_eq!(bytes_of(&mgd, "out"), bytes);
    assert_eq!(slices(&tenant).last().unwrap(), "GET bytes=299999-");
}

#[test]
fn two_processes_do_not_write_one_file() {
    let bytes = noise(TOTAL);
    let (tenant, mgd, path) = drive_of(&bytes);
    let child = stalled(&tenant, &mgd, &path);
    let asked = tenant.requests().len();
    let second = run(&mgd, &["download", &path, "-O", "out"]);
    let lines = "mgd: out.part: another process writes it\n\
                 mgd: hint: wait until it has ended, or name another file\n";
    second.refused(6, lines);
    assert_eq!(tenant.requests().len(), asked);
    end(child, "-KILL");
}

#[test]
fn a_link_in_the_place_of_the_part_is_not_followed() {
    let (tenant, mgd, path) = drive_of(b"abc");
    mgd.scratch.write("precious", "precious", 0o600);
    symlink("precious", mgd.scratch.path("out.part")).unwrap();
    let line = "mgd: out.part: not written: is a symbolic link\n";
    run(&mgd, &["download", &path, "-O", "out"]).refused(6, line);
    assert_eq!(mgd.scratch.read("precious"), "precious");
    assert_eq!(tenant.connections(), 0);
}
