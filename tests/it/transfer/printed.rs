//! A file that is stored, and a run that ends before it has printed the item; and an item that is
//! not what was sent.

use std::fs;

use super::{asked, drive, kept, noise, requests, run, slices, well_mannered};
use crate::support::{Mgd, Run, run_by, skipped, tool};
use crate::tenant::{Reply, Tenant};

const PLACE: &str = "drives/D/root:/b.bin";
const SMALL: usize = 70_000;
const BIG: usize = 5 << 20;

fn file_of(length: usize) -> (Tenant, Mgd, Vec<u8>) {
    let (tenant, mgd) = drive();
    let bytes = noise(length);
    mgd.scratch.write("f", &bytes, 0o600);
    (tenant, mgd, bytes)
}

fn upload(mgd: &Mgd, more: &[&str]) -> Run {
    run(mgd, &[&["upload", "f", PLACE], more].concat())
}

/// An upload that stores the file and cannot say so.
fn unprinted(mgd: &Mgd, more: &str) {
    let line = format!("mgd parameters.json upload f {PLACE} {more} > /dev/full");
    let full = "mgd: stdout: not written: no space left on device\n";
    mgd.shell(&line).ended(6, "", full);
}

fn writes(tenant: &Tenant) -> usize {
    let seen = requests(tenant).into_iter();
    seen.filter(|seen| seen.method != "GET").count()
}

#[test]
fn a_file_that_was_stored_and_not_printed_is_printed_by_the_next_run() {
    for length in [SMALL, BIG] {
        for (conflict, name) in [
            ("fail", "b.bin"),
            ("rename", "1 b.bin"),
            ("replace", "b.bin"),
        ] {
            let (tenant, mgd, bytes) = file_of(length);
            let is_there = conflict != "fail";
            if is_there {
                tenant.put_file("b.bin", "old");
            }
            unprinted(&mgd, &format!("--conflict {conflict}"));
            let before = (writes(&tenant), tenant.file_names());
            let run = upload(&mgd, &["--conflict", conflict]).ok();
            assert_eq!(run.stderr, "");
            assert_eq!(run.json()["name"], name, "{length} {conflict}");
            assert!(tenant.file(name).unwrap() == bytes);
            assert_eq!((writes(&tenant), tenant.file_names()), before);
            assert!(kept(&mgd).is_empty());
            well_mannered(&tenant);
        }
    }
}

#[test]
fn what_was_stored_and_has_changed_since_is_stored_anew() {
    for length in [SMALL, BIG] {
        let (tenant, mgd, bytes) = file_of(length);
        unprinted(&mgd, "--conflict replace");
        tenant.put_file("b.bin", "other");
        upload(&mgd, &["--conflict", "replace"]).ok();
        assert!(tenant.file("b.bin").unwrap() == bytes);

        let (tenant, mgd, bytes) = file_of(length);
        unprinted(&mgd, "");
        tenant.remove_file("b.bin");
        upload(&mgd, &[]).ok();
        assert!(tenant.file("b.bin").unwrap() == bytes);

        let (tenant, mgd, _) = file_of(length);
        unprinted(&mgd, "");
        mgd.scratch.write("f", "another file", 0o600);
        let run = upload(&mgd, &[]);
        assert_eq!((run.code, run.stdout.as_str()), (1, ""), "{}", run.stderr);
        assert!(run.stderr.contains("nameAlreadyExists"), "{}", run.stderr);
        assert!(tenant.file("b.bin").unwrap() != b"another file");
        assert!(kept(&mgd).is_empty());
    }
}

#[test]
fn a_small_file_whose_response_was_lost_is_looked_for_by_the_next_run() {
    let (tenant, mgd, bytes) = file_of(SMALL);
    tenant.on("/v1.0/drives/D/root:", [Reply::pass().unanswered()]);
    let lost = upload(&mgd, &[]);
    assert_eq!((lost.code, lost.stdout.as_str()), (4, ""));
    let hint = "mgd: hint: it may have been applied: run it again, it looks first\n";
    assert!(lost.stderr.ends_with(hint), "{}", lost.stderr);
    let run = upload(&mgd, &[]).ok();
    assert_eq!(run.json()["name"], "b.bin");
    assert!(tenant.file("b.bin").unwrap() == bytes);
    assert_eq!(writes(&tenant), 1);
    assert!(kept(&mgd).is_empty());

    let (tenant, mgd, bytes) = file_of(SMALL);
    tenant.on("/v1.0/drives/D/root:", [Reply::hang_up()]);
    assert_eq!(upload(&mgd, &[]).code, 4);
    upload(&mgd, &[]).ok();
    assert!(tenant.file("b.bin").unwrap() == bytes);
    assert_eq!(writes(&tenant), 2);
}

#[test]
fn a_small_file_that_is_refused_leaves_nothing_behind() {
    let (tenant, mgd, _) = file_of(SMALL);
    tenant.put_file("b.bin", "old");
    for _ in 0..2 {
        assert_eq!(upload(&mgd, &[]).code, 1);
        assert!(kept(&mgd).is_empty());
    }
    assert!(asked(&tenant).iter().all(|line| line.starts_with("PUT")));
}

/// The answer of the tenant, with this in its item.
fn item(name: &str, facts: &str) -> Reply {
    let body = format!("{{\"id\":\"01ITEM1\",\"name\":\"{name}\",{facts}}}");
    Reply::pass().body(body)
}

const OTHER_SIZE: &str = "\"size\":7";
const OTHER_HASH: &str =
    "\"file\":{\"hashes\":{\"quickXorHash\":\"AAAAAAAAAAAAAAAAAAAAAAAAAAA=\"}}";

#[test]
fn an_item_that_is_not_what_was_sent_is_refused() {
    for length in [SMALL, BIG] {
        let reason = format!("has 7 bytes, and the file {length}");
        let hash = "has another hash than the file".to_owned();
        for (facts, reason) in [(OTHER_SIZE, reason), (OTHER_HASH, hash)] {
            let (tenant, mgd, _) = file_of(length);
            let path = match length {
                SMALL => "/v1.0/drives/D/root:",
                _ => "/storage/up/",
            };
            tenant.on(path, [item("b.bin", facts)]);
            let lines = format!(
                "mgd: graph: the stored item {reason}\nmgd: hint: it is not what was sent: \
                 upload it again with --conflict replace\n"
            );
            upload(&mgd, &[]).refused(5, &lines);
            assert!(kept(&mgd).is_empty());
        }
    }
}

#[test]
fn an_office_file_that_sharepoint_rewrites_costs_a_warning() {
    for (name, code) in [
        ("b.xlsx", 0),
        ("b.DOCX", 0),
        ("b.ppt", 0),
        ("b.document", 5),
        ("b.txt", 5),
        ("xlsx", 5),
    ] {
        let (tenant, mgd, _) = file_of(SMALL);
        tenant.on("/v1.0/drives/D/root:", [item(name, OTHER_SIZE)]);
        let run = upload(&mgd, &[]);
        assert_eq!(run.code, code, "{name}: {}", run.stderr);
        let warning = "mgd: warning: the stored item has 7 bytes, and the file 70000; \
                       SharePoint rewrites Office files\n";
        assert_eq!(run.stderr == warning, code == 0, "{}", run.stderr);
        assert_eq!(run.stdout.contains(name), code == 0);
    }
}

#[test]
fn a_line_that_a_crash_cut_short_does_not_hide_the_one_before() {
    let (tenant, mgd, bytes) = file_of(BIG);
    unprinted(&mgd, "");
    let [path] = &kept(&mgd)[..] else {
        panic!("nothing is kept")
    };
    let text = fs::read_to_string(path).unwrap();
    let last = text.rfind('{').unwrap();
    for end in (last..text.len()).step_by(16) {
        fs::write(path, &text[..end]).unwrap();
        let run = upload(&mgd, &[]).ok();
        assert_eq!(run.json()["name"], "b.bin");
        assert!(kept(&mgd).is_empty());
        // Private, for the next cut.
        mgd.scratch.write(
            path.strip_prefix(mgd.folder()).unwrap().to_str().unwrap(),
            "",
            0o600,
        );
    }
    assert!(tenant.file("b.bin").unwrap() == bytes);
    assert_eq!(
        slices(&tenant)
            .iter()
            .filter(|line| line.starts_with("PUT"))
            .count(),
        1
    );
}

#[test]
fn an_item_is_known_by_its_id_before_the_file_is_read_for_its_hash() {
    let (tenant, mgd, bytes) = file_of(SMALL);
    tenant.put_file("b.bin", "old");
    let strace = need!(tool("strace"));
    // The file is read once to be sent and once for its hash.
    for number in 2.. {
        let inject = format!("inject=pread64:signal=KILL:when={number}");
        let options = [
            "-f",
            "-qq",
            "-o",
            "trace.log",
            "-e",
            "trace=pread64",
            "-e",
            &inject,
            "--",
        ];
        let command = mgd.command([
            "parameters.json",
            "upload",
            "f",
            PLACE,
            "--conflict",
            "rename",
        ]);
        let killed = Run::from(run_by(&strace, &options, &command).output().unwrap());
        if killed.code != 137 {
            return skipped(&format!("strace cannot trace here: {}", killed.stderr));
        }
        if tenant.file_names().len() > 1 {
            break;
        }
        for file in kept(&mgd) {
            fs::remove_file(file).unwrap();
        }
    }
    let names = tenant.file_names();
    let again = upload(&mgd, &["--conflict", "rename"]).ok();
    assert_eq!((again.stderr.as_str(), tenant.file_names()), ("", names));
    assert!(tenant.file("1 b.bin").unwrap() == bytes);
}
