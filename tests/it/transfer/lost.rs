//! Uploads that end early, files that change, and last answers that are lost.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::time::Duration;

use super::{asked, drive, kept, noise, run, slices, well_mannered};
use crate::support::{Child, Mgd, Run, wait_until};
use crate::tenant::{Reply, Tenant};

const PLACE: &str = "drives/D/root:/b.bin";
const SLICE: usize = 2560 << 10;
const TOTAL: usize = 2 * SLICE;

fn big() -> (Tenant, Mgd, Vec<u8>) {
    let (tenant, mgd) = drive();
    let bytes = noise(TOTAL);
    mgd.scratch.write("f", &bytes, 0o600);
    (tenant, mgd, bytes)
}

const UPLOAD: [&str; 5] = ["upload", "f", PLACE, "--slice", "2560K"];

fn upload(mgd: &Mgd, more: &[&str]) -> Run {
    run(mgd, &[&UPLOAD, more].concat())
}

fn puts() -> [String; 2] {
    [
        format!("PUT bytes 0-{}/{TOTAL}", SLICE - 1),
        format!("PUT bytes {SLICE}-{}/{TOTAL}", TOTAL - 1),
    ]
}

/// Starts an upload that waits for the answer to its slice of this number, from 1.
fn stalled(tenant: &Tenant, mgd: &Mgd, slice: usize) -> Child {
    let wait = Reply::pass().delay(Duration::from_secs(60));
    let replies = std::iter::repeat_n(Reply::pass(), slice - 1).chain([wait]);
    tenant.on("/storage/up/", replies);
    let arguments = [&["parameters.json"][..], &UPLOAD].concat();
    let child = mgd.start(arguments);
    wait_until(|| slices(tenant).len() == slice);
    child
}

fn end(child: Child, name: &str) -> Run {
    child.signal(name);
    Run::from(child.wait_with_output().unwrap())
}

fn append(mgd: &Mgd) {
    use std::io::Write as _;
    let file = fs::OpenOptions::new()
        .append(true)
        .open(mgd.scratch.path("f"));
    file.unwrap().write_all(b"more").unwrap();
}

/// Other bytes of the same length, written at the same time if one believes the file.
fn overwrite(mgd: &Mgd) {
    use std::os::unix::fs::FileExt as _;
    let file = fs::OpenOptions::new()
        .write(true)
        .open(mgd.scratch.path("f"));
    let file = file.unwrap();
    let written = file.metadata().unwrap().modified().unwrap();
    file.write_all_at(b"other", 0).unwrap();
    file.set_modified(written).unwrap();
}

fn posts(tenant: &Tenant) -> usize {
    let asked = asked(tenant).into_iter();
    asked.filter(|line| line.starts_with("POST")).count()
}

const CHANGED: &str = "was changed while it was uploaded\nmgd: hint: the upload is given up: \
                       run it again when the file stays as it is\n";

#[test]
fn an_upload_that_a_signal_ends_is_taken_up_by_another_run() {
    for (name, code) in [("-INT", 130), ("-TERM", 143), ("-KILL", 137)] {
        let (tenant, mgd, bytes) = big();
        let child = stalled(&tenant, &mgd, 1);
        end(child, name).ended(code, "", "");
        let [session] = &kept(&mgd)[..] else {
            panic!("no session")
        };
        let mode = fs::metadata(session).unwrap().permissions().mode();
        assert_eq!(mode & 0o7777, 0o600);
        let run = upload(&mgd, &[]).ok();
        assert_eq!(
            (run.stderr.as_str(), run.json()["size"].as_u64()),
            ("", Some(TOTAL as u64))
        );
        assert!(tenant.file("b.bin").unwrap() == bytes);
        let [first, second] = puts();
        assert_eq!(slices(&tenant), [first, "GET".to_owned(), second]);
        assert_eq!(posts(&tenant), 1);
        assert!(kept(&mgd).is_empty());
        well_mannered(&tenant);
    }
}

#[test]
fn a_session_that_has_ended_meanwhile_is_begun_anew() {
    let (tenant, mgd, bytes) = big();
    end(stalled(&tenant, &mgd, 1), "-KILL");
    tenant.end_upload_sessions();
    upload(&mgd, &[]).ok();
    assert!(tenant.file("b.bin").unwrap() == bytes);
    let [first, second] = puts();
    assert_eq!(
        slices(&tenant),
        [first.clone(), "GET".to_owned(), first, second]
    );
}

#[test]
fn a_session_that_was_damaged_on_disk_is_begun_anew() {
    for text in [
        "",
        "{",
        "{\"url\":\"ftp://x\",\"file\":\"\",\"last\":false}",
    ] {
        let (tenant, mgd, bytes) = big();
        end(stalled(&tenant, &mgd, 1), "-KILL");
        fs::write(&kept(&mgd)[0], text).unwrap();
        upload(&mgd, &[]).ok();
        assert!(tenant.file("b.bin").unwrap() == bytes);
        assert_eq!(posts(&tenant), 2);
    }
}

#[test]
fn a_file_that_changed_between_two_runs_is_refused_once() {
    let changes: [&dyn Fn(&Mgd); 2] = [&append, &overwrite];
    for change in changes {
        let (tenant, mgd, _) = big();
        end(stalled(&tenant, &mgd, 1), "-KILL");
        change(&mgd);
        let run = upload(&mgd, &[]);
        assert_eq!((run.code, run.stdout.as_str()), (6, ""));
        assert!(run.stderr.ends_with(CHANGED), "{}", run.stderr);
        assert_eq!(slices(&tenant).last().unwrap(), "DELETE");
        assert_eq!(tenant.upload_sessions(), 0);
        assert!(kept(&mgd).is_empty());
        upload(&mgd, &[]).ok();
        let bytes = fs::read(mgd.scratch.path("f")).unwrap();
        assert!(tenant.file("b.bin").unwrap() == bytes);
    }
}

/// A session that the first version kept, of the file `f`.
fn first_version(url: &str, mgd: &Mgd, is_last: bool) -> String {
    use std::os::unix::fs::MetadataExt as _;
    let facts = fs::metadata(mgd.scratch.path("f")).unwrap();
    let (seconds, nanoseconds) = (facts.mtime(), facts.mtime_nsec());
    let (length, inode) = (facts.len(), facts.ino());
    let file = format!("{length} {seconds}.{nanoseconds:09} {inode}");
    format!("{{\"url\":\"{url}\",\"file\":\"{file}\",\"last\":{is_last}}}")
}

#[test]
fn a_session_that_the_first_version_kept_is_gone_on_with() {
    for slice in [1, 2] {
        let (tenant, mgd, bytes) = big();
        end(stalled(&tenant, &mgd, slice), "-KILL");
        let [path] = &kept(&mgd)[..] else {
            panic!("no session")
        };
        let text = fs::read_to_string(path).unwrap();
        let last: serde_json::Value = serde_json::from_str(text.lines().last().unwrap()).unwrap();
        let url = last["url"].as_str().unwrap();
        fs::write(path, first_version(url, &mgd, slice == 2)).unwrap();
        let posts_before = posts(&tenant);
        let run = upload(&mgd, &[]).ok();
        assert_eq!(run.json()["name"], "b.bin");
        assert!(tenant.file("b.bin").unwrap() == bytes);
        assert_eq!(posts(&tenant), posts_before);
        assert!(kept(&mgd).is_empty());
        well_mannered(&tenant);
    }
}

#[test]
fn a_file_that_changes_while_it_is_sent_is_refused() {
    let replace = |mgd: &Mgd| {
        fs::rename(mgd.scratch.path("new"), mgd.scratch.path("f")).unwrap();
    };
    let shorten = |mgd: &Mgd| {
        let file = fs::OpenOptions::new()
            .write(true)
            .open(mgd.scratch.path("f"));
        file.unwrap().set_len(10).unwrap();
    };
    let changes: [&dyn Fn(&Mgd); 4] = [&append, &replace, &shorten, &overwrite];
    for change in changes {
        let (tenant, mgd, _) = big();
        mgd.scratch.write("new", noise(TOTAL), 0o600);
        let slow = Reply::pass().delay(Duration::from_millis(500));
        tenant.on("/storage/up/", [slow]);
        let arguments = [&["parameters.json"][..], &UPLOAD].concat();
        let child = mgd.start(arguments);
        wait_until(|| slices(&tenant).len() == 1);
        change(&mgd);
        let run = Run::from(child.wait_with_output().unwrap());
        assert_eq!((run.code, run.stdout.as_str()), (6, ""), "{}", run.stderr);
        assert!(run.stderr.ends_with(CHANGED), "{}", run.stderr);
        assert_eq!(slices(&tenant), [puts()[0].clone(), "DELETE".to_owned()]);
        assert_eq!(tenant.upload_sessions(), 0);
        assert!(kept(&mgd).is_empty());
    }
}

#[test]
fn a_small_file_that_changes_while_it_is_sent_is_told() {
    let (tenant, mgd) = drive();
    mgd.scratch.write("f", "abc", 0o600);
    let slow = Reply::pass().delay(Duration::from_millis(300));
    tenant.on("/v1.0/drives/", [slow]);
    let child = mgd.start(["parameters.json", "upload", "f", PLACE]);
    wait_until(|| !asked(&tenant).is_empty());
    append(&mgd);
    let run = Run::from(child.wait_with_output().unwrap());
    assert_eq!((run.code, run.stdout.as_str()), (6, ""));
    assert!(run.stderr.ends_with(CHANGED), "{}", run.stderr);
}

#[test]
fn a_last_answer_that_is_lost_is_found_again_by_the_items_hash() {
    let lost = [Reply::pass().cut_after(0), Reply::pass().unanswered()];
    for lost in lost {
        for conflict in ["fail", "replace"] {
            let (tenant, mgd, bytes) = big();
            tenant.on("/storage/up/", [Reply::pass(), lost.clone()]);
            let run = upload(&mgd, &["--conflict", conflict]).ok();
            assert_eq!(run.json()["name"], "b.bin");
            assert!(tenant.file("b.bin").unwrap() == bytes);
            let [first, second] = puts();
            assert_eq!(slices(&tenant), [first, second, "GET".to_owned()]);
            assert_eq!(
                asked(&tenant).last().unwrap(),
                "GET /v1.0/drives/D/root:/b.bin"
            );
            assert!(kept(&mgd).is_empty());
            assert_eq!(tenant.file_names(), ["b.bin"]);
        }
    }
}

#[test]
fn a_session_that_lacks_nothing_any_more_has_stored_the_file() {
    let (tenant, mgd, bytes) = big();
    let nothing = || Reply::bare(200).body("{\"nextExpectedRanges\":[]}");
    let lost = Reply::pass().unanswered();
    tenant.on("/storage/up/", [Reply::pass(), lost, nothing(), nothing()]);
    // The file is in its place when it is looked for again.
    let replies = [Reply::pass(), Reply::graph_error(404, "itemNotFound", "m")];
    tenant.on("/v1.0/drives/D/root:/b.bin", replies);
    let run = upload(&mgd, &[]).ok();
    assert_eq!(run.json()["name"], "b.bin");
    assert!(tenant.file("b.bin").unwrap() == bytes);
    let [first, second] = puts();
    let get = || "GET".to_owned();
    assert_eq!(slices(&tenant), [first, second, get(), get()]);
    assert!(kept(&mgd).is_empty());
    assert_eq!(posts(&tenant), 1);
}

#[test]
fn a_session_that_lacks_nothing_before_all_is_sent_is_refused() {
    let (tenant, mgd, _) = big();
    let nothing = Reply::bare(200).body("{\"nextExpectedRanges\":[]}");
    tenant.on("/storage/up/", [Reply::hang_up(), nothing]);
    upload(&mgd, &[]).refused(5, "mgd: the upload session ended before the file did\n");
    assert!(kept(&mgd).is_empty());
}

#[test]
fn a_last_answer_that_is_lost_without_proof_is_told() {
    for (conflict, has_hash) in [("rename", true), ("fail", false)] {
        let (tenant, mgd, _) = big();
        if !has_hash {
            tenant.hide_hashes();
        }
        tenant.on("/storage/up/", [Reply::pass(), Reply::pass().cut_after(0)]);
        let lines = "mgd: graph: no response says whether the file is stored\n\
                     mgd: hint: it may have been applied: look before you send it again\n";
        upload(&mgd, &["--conflict", conflict]).refused(4, lines);
        assert!(kept(&mgd).is_empty());
        assert_eq!(posts(&tenant), 1);
    }
    let (tenant, mgd, bytes) = big();
    tenant.hide_hashes();
    tenant.on("/storage/up/", [Reply::pass(), Reply::pass().cut_after(0)]);
    upload(&mgd, &["--conflict", "replace"]).ok();
    assert!(tenant.file("b.bin").unwrap() == bytes);
    assert_eq!((posts(&tenant), tenant.file_names().len()), (2, 1));
}

#[test]
fn a_last_slice_that_never_came_is_sent_again() {
    let (tenant, mgd, bytes) = big();
    tenant.on(
        "/storage/up/",
        [Reply::pass(), Reply::hang_up(), Reply::bare(404)],
    );
    upload(&mgd, &[]).ok();
    assert!(tenant.file("b.bin").unwrap() == bytes);
    assert_eq!(posts(&tenant), 2);
}

#[test]
fn a_run_that_is_killed_at_its_last_slice_is_no_second_file() {
    let (tenant, mgd, bytes) = big();
    end(stalled(&tenant, &mgd, 2), "-KILL");
    wait_until(|| tenant.file("b.bin").is_some());
    let run = upload(&mgd, &[]).ok();
    assert_eq!(run.json()["name"], "b.bin");
    assert!(tenant.file("b.bin").unwrap() == bytes);
    assert_eq!((posts(&tenant), slices(&tenant).len()), (1, 3));
}

#[test]
fn two_processes_do_not_upload_one_file_to_one_place() {
    let (tenant, mgd, _) = big();
    let child = stalled(&tenant, &mgd, 1);
    let asked = tenant.requests().len();
    let lines = "mgd: file f: another process uploads it to there\n\
                 mgd: hint: wait until it has ended\n";
    upload(&mgd, &[]).refused(6, lines);
    assert_eq!(tenant.requests().len(), asked);
    end(child, "-KILL");
}

#[test]
fn sessions_that_nobody_came_back_for_are_cleared_away() {
    let (_tenant, mgd, _) = big();
    let touch = need!(crate::support::tool("touch"));
    let ours = |digit: &str| format!("{}.json", digit.repeat(32));
    // The user may have a folder of the same name.
    for (name, age) in [
        (ours("a"), "31 days ago"),
        (ours("b"), "29 days ago"),
        ("c".repeat(32), "31 days ago"),
        ("report.json".to_owned(), "31 days ago"),
    ] {
        let path = mgd
            .scratch
            .write(&format!("cache/uploads/{name}"), "{}", 0o600);
        let touched = crate::support::Command::new(&touch)
            .args(["-d", age])
            .arg(path)
            .status();
        assert!(touched.unwrap().success());
    }
    fs::set_permissions(mgd.scratch.path("cache"), fs::Permissions::from_mode(0o700)).unwrap();
    upload(&mgd, &[]).ok();
    let mut left: Vec<_> = kept(&mgd)
        .iter()
        .map(|path| path.file_name().unwrap().to_str().unwrap().to_owned())
        .collect();
    left.sort();
    assert_eq!(left, [ours("b"), "c".repeat(32), "report.json".to_owned()]);
}
