//! Content that breaks off and is resumed within a run.

use std::time::Duration;

use super::{asked, assert_files, bytes_of, drive_of, noise, requests, run, slices, well_mannered};
use crate::support::Mgd;
use crate::tenant::{Reply, Tenant};

const TOTAL: usize = 300_000;

fn download(mgd: &Mgd, path: &str, more: &[&str]) -> crate::support::Run {
    run(mgd, &[&["download", path, "-O", "out"], more].concat())
}

/// An answer with the rest of `bytes`, as a server may well give it.
fn rest(bytes: &[u8], start: usize, etag: &str) -> Reply {
    let end = bytes.len() - 1;
    Reply::bare(206)
        .header("ETag", etag)
        .header(
            "Content-Range",
            &format!("bytes {start}-{end}/{}", bytes.len()),
        )
        .body(bytes[start..].to_vec())
}

#[test]
fn what_breaks_off_is_resumed_on_a_fresh_url() {
    for cut in [
        Reply::pass().cut_after(100_000),
        Reply::pass().reset_after(100_000),
    ] {
        let bytes = noise(TOTAL);
        let (tenant, mgd, path) = drive_of(&bytes);
        tenant.on("/storage/", [cut]);
        download(&mgd, &path, &[]).ended(0, "", "");
        assert_eq!(bytes_of(&mgd, "out"), bytes);
        let content = format!("GET /v1.0/{path}");
        let storage = "GET /storage/dl/01ITEM1";
        assert_eq!(asked(&tenant)[1..], [&content, storage, &content, storage]);
        let seen = requests(&tenant);
        assert_ne!(seen[2].target, seen[4].target);
        assert_eq!(seen[4].header("range"), Some("bytes=100000-"));
        assert_eq!(seen[4].header("if-range"), Some("\"{01ITEM1},1\""));
        assert_eq!(seen[2].header("range"), None);
        well_mannered(&tenant);
        assert_files(&mgd, &["out"]);
    }
}

#[test]
fn stdout_is_resumed_where_it_is() {
    let bytes = "0123456789".repeat(30_000);
    let (tenant, mgd, path) = drive_of(bytes.as_bytes());
    let cut = [150_000, 75_000].map(|at| Reply::pass().cut_after(at));
    tenant.on("/storage/", cut);
    run(&mgd, &["download", &path, "-O", "-"]).ended(0, &bytes, "");
    assert_eq!(
        slices(&tenant),
        ["GET", "GET bytes=150000-", "GET bytes=225000-"]
    );
}

#[test]
fn stdout_that_cannot_be_resumed_is_no_whole() {
    let bytes = "0123456789".repeat(30_000);
    let (tenant, mgd, path) = drive_of(bytes.as_bytes());
    let whole = Reply::bare(200).body(bytes.clone());
    tenant.on("/storage/", [whole.clone().cut_after(150_000), whole]);
    let run = run(&mgd, &["download", &path, "-O", "-"]);
    assert_eq!((run.code, run.stdout.as_str()), (4, &bytes[..150_000]));
    let lines = "mgd: the content broke off, and the rest cannot be had\n\
                 mgd: hint: a file can be begun anew: -O FILE\n";
    assert_eq!(run.stderr, lines);
}

#[test]
fn an_answer_that_is_not_the_rest_begins_anew() {
    let bytes = noise(TOTAL);
    let etag = "\"{01ITEM1},1\"";
    let longer = noise(TOTAL + 1);
    let wrong = [
        rest(&bytes, 100_000, "\"{01ITEM1},2\""),
        rest(&bytes, 99_999, etag),
        rest(&bytes, 0, etag),
        rest(&longer, 100_000, etag),
        Reply::bare(206)
            .header("ETag", etag)
            .body(&bytes[100_000..]),
        rest(&bytes, 100_000, etag).header("Content-Encoding", "gzip"),
        Reply::bare(416),
    ];
    for wrong in wrong {
        let (tenant, mgd, path) = drive_of(&bytes);
        tenant.on("/storage/", [Reply::pass().cut_after(100_000), wrong]);
        download(&mgd, &path, &[]).ended(0, "", "");
        assert_eq!(bytes_of(&mgd, "out"), bytes);
        assert_eq!(slices(&tenant), ["GET", "GET bytes=100000-", "GET"]);
        assert_files(&mgd, &["out"]);
    }
}

#[test]
fn a_200_in_the_place_of_the_rest_is_another_beginning() {
    let (old, new) = (noise(TOTAL), noise(TOTAL - 7));
    let (tenant, mgd, path) = drive_of(&old);
    let whole = Reply::bare(200).body(new.clone()).header("ETag", "\"2\"");
    tenant.on("/storage/", [Reply::pass().cut_after(100_000), whole]);
    download(&mgd, &path, &["--no-verify"]).ended(0, "", "");
    assert_eq!(bytes_of(&mgd, "out"), new);
    assert_eq!(slices(&tenant), ["GET", "GET bytes=100000-"]);
}

#[test]
fn a_weak_etag_is_no_ground_to_resume_on() {
    let bytes = noise(TOTAL);
    let (tenant, mgd, path) = drive_of(&bytes);
    let weak = Reply::bare(200)
        .header("ETag", "W/\"1\"")
        .body(bytes.clone());
    tenant.on("/storage/", [weak.cut_after(100_000)]);
    download(&mgd, &path, &[]).ended(0, "", "");
    assert_eq!(bytes_of(&mgd, "out"), bytes);
    assert_eq!(slices(&tenant), ["GET", "GET"]);
}

#[test]
fn less_than_the_rest_is_gone_on_from() {
    let bytes = noise(TOTAL);
    let (tenant, mgd, path) = drive_of(&bytes);
    let part = Reply::bare(206)
        .header("ETag", "\"{01ITEM1},1\"")
        .header("Content-Range", "bytes 100000-199999/300000")
        .body(&bytes[100_000..200_000]);
    tenant.on("/storage/", [Reply::pass().cut_after(100_000), part]);
    download(&mgd, &path, &[]).ended(0, "", "");
    assert_eq!(bytes_of(&mgd, "out"), bytes);
    let ranges = ["GET", "GET bytes=100000-", "GET bytes=200000-"];
    assert_eq!(slices(&tenant), ranges);
}

#[test]
fn more_than_the_rest_says_that_it_holds_is_an_error() {
    let bytes = noise(TOTAL);
    let (tenant, mgd, path) = drive_of(&bytes);
    tenant.hide_hashes();
    let mut wrong = bytes[100_000..200_000].to_vec();
    wrong.extend_from_slice(b"bytes of something else");
    let part = Reply::bare(206)
        .header("ETag", "\"{01ITEM1},1\"")
        .header("Content-Range", "bytes 100000-199999/300000")
        .body(wrong);
    tenant.on("/storage/", [Reply::pass().cut_after(100_000), part]);
    let host = tenant.storage_host();
    let line = format!("mgd: {host}: the content is longer than it says\n");
    download(&mgd, &path, &[]).refused(5, &line);
    assert!(!mgd.scratch.path("out").exists());
}

#[test]
fn less_than_the_rest_of_content_without_a_length_is_no_whole() {
    let tenant = Tenant::start();
    let mgd = Mgd::new(&tenant);
    let bytes = noise(TOTAL);
    let etag = "\"1\"";
    let whole = Reply::bare(200).header("ETag", etag).body(bytes.clone());
    let part = Reply::bare(206)
        .header("ETag", etag)
        .header("Content-Range", "bytes 100000-199999/300000")
        .body(&bytes[100_000..200_000]);
    // One chunk of 100,000 bytes with its frame.
    let cut = whole.chunked().drip(100_000, Duration::ZERO);
    let cut = cut.cut_after(7 + 100_000 + 2);
    let replies = [cut, part, rest(&bytes, 200_000, etag)];
    tenant.on("/v1.0/users/U/photo", replies);
    download(&mgd, "users/U/photo/$value", &[]).ended(0, "", "");
    assert_eq!(bytes_of(&mgd, "out"), bytes);
}

#[test]
fn an_expired_url_is_asked_for_anew() {
    for status in [401, 403, 404, 410] {
        let bytes = noise(TOTAL);
        let (tenant, mgd, path) = drive_of(&bytes);
        let replies = [Reply::pass().cut_after(100_000), Reply::bare(status)];
        tenant.on("/storage/", replies);
        download(&mgd, &path, &[]).ended(0, "", "");
        assert_eq!(bytes_of(&mgd, "out"), bytes);
        let ranges = ["GET", "GET bytes=100000-", "GET bytes=100000-"];
        assert_eq!(slices(&tenant), ranges);
        let contents = asked(&tenant).into_iter();
        assert_eq!(
            contents.filter(|line| line.ends_with("/content")).count(),
            3
        );
        well_mannered(&tenant);
    }
}

#[test]
fn a_url_that_is_refused_though_it_is_fresh_is_an_error() {
    let (tenant, mgd, path) = drive_of(b"abc");
    let body = r#"{"error":{"code":"accessDenied","message":"canary-url"}}"#;
    tenant.always("/storage/", Reply::bare(403).body(body));
    let host = tenant.storage_host();
    let line = format!("mgd: {host}: no content: accessDenied (HTTP 403)\n");
    download(&mgd, &path, &[]).refused(1, &line);
    assert_eq!(slices(&tenant).len(), 3);
    assert_files(&mgd, &[]);
}

#[test]
fn a_storage_that_is_busy_is_waited_for() {
    let (tenant, mgd, path) = drive_of(b"abc");
    tenant.on(
        "/storage/",
        [Reply::bare(503).retry_after("1"), Reply::hang_up()],
    );
    download(&mgd, &path, &[]).ended(0, "", "");
    assert_eq!(bytes_of(&mgd, "out"), b"abc");
    well_mannered(&tenant);
}

#[test]
fn graphs_own_content_is_resumed_where_graph_can() {
    let tenant = Tenant::start();
    let mgd = Mgd::new(&tenant);
    let bytes = noise(TOTAL);
    let whole = Reply::bare(200).header("ETag", "\"1\"").body(bytes.clone());
    let replies = [whole.cut_after(100_000), rest(&bytes, 100_000, "\"1\"")];
    tenant.on("/v1.0/users/U/photo", replies);
    download(&mgd, "users/U/photo/$value", &[]).ended(0, "", "");
    assert_eq!(bytes_of(&mgd, "out"), bytes);
    let seen = requests(&tenant);
    assert_eq!(seen[1].header("range"), Some("bytes=100000-"));
}

#[test]
fn breaks_without_end_end_in_time_and_keep_what_came() {
    let bytes = noise(TOTAL);
    let (tenant, mgd, path) = drive_of(&bytes);
    tenant.on("/storage/", [Reply::pass().cut_after(100_000)]);
    tenant.always("/storage/", Reply::hang_up());
    let ended = download(&mgd, &path, &["--retry-max-time", "1"]);
    assert_eq!((ended.code, ended.stdout.as_str()), (4, ""));
    let hint = "mgd: hint: run it again to go on: ";
    assert!(ended.stderr.contains(hint), "{}", ended.stderr);
    assert_eq!(bytes_of(&mgd, "out.part"), &bytes[..100_000]);
    assert_files(&mgd, &["out.part", "out.part.json"]);
    tenant.clear_script();
    download(&mgd, &path, &[]).ended(0, "", "");
    assert_eq!(bytes_of(&mgd, "out"), bytes);
    assert_eq!(slices(&tenant).last().unwrap(), "GET bytes=100000-");
    assert_files(&mgd, &["out"]);
}

#[test]
fn bytes_that_come_again_and_again_are_no_progress() {
    let bytes = noise(TOTAL);
    let (tenant, mgd, path) = drive_of(&bytes);
    tenant.always("/storage/", Reply::bare(200).body(bytes).cut_after(100_000));
    let run = download(&mgd, &path, &["--retry-max-time", "1"]);
    assert_eq!((run.code, run.stdout.as_str()), (4, ""), "{}", run.stderr);
    assert!(slices(&tenant).len() < 5);
}
