//! Upload sessions, with every answer that they may give.

use std::time::Duration;

use super::{asked, drive, kept, noise, requests, run, slices, well_mannered};
use crate::support::{Mgd, Run};
use crate::tenant::{Reply, Tenant};

const PLACE: &str = "drives/D/root:/b.bin";
const SLICE: usize = 1280 << 10;
const TOTAL: usize = 4 * SLICE + 123;

fn big() -> (Tenant, Mgd, Vec<u8>) {
    let (tenant, mgd) = drive();
    let bytes = noise(TOTAL);
    mgd.scratch.write("f", &bytes, 0o600);
    (tenant, mgd, bytes)
}

fn upload(mgd: &Mgd, more: &[&str]) -> Run {
    run(
        mgd,
        &[&["upload", "f", PLACE, "--slice", "1280K"], more].concat(),
    )
}

fn put(from: usize, to: usize) -> String {
    format!("PUT bytes {from}-{}/{TOTAL}", to - 1)
}

/// The slices of a whole file, from the one of this number on.
fn puts(from: usize) -> Vec<String> {
    let ends = |n: usize| (n * SLICE, ((n + 1) * SLICE).min(TOTAL));
    (from..5)
        .map(ends)
        .map(|(from, to)| put(from, to))
        .collect()
}

#[track_caller]
fn arrived(tenant: &Tenant, mgd: &Mgd, bytes: &[u8], asked: &[String]) {
    assert!(
        tenant.file("b.bin").unwrap() == bytes,
        "other bytes have arrived"
    );
    assert_eq!(slices(tenant), asked);
    assert!(kept(mgd).is_empty());
    well_mannered(tenant);
}

#[test]
fn a_big_file_goes_in_slices_without_the_bearer_and_the_callers_headers() {
    let (tenant, mgd, bytes) = big();
    let run = upload(&mgd, &["-H", "X-Own: 1", "-vv"]).ok();
    assert_eq!(run.json()["size"], TOTAL);
    let line = format!("mgd: PUT https://{}/… -> 202 in ", tenant.storage_host());
    assert!(run.stderr.contains(&line), "{}", run.stderr);
    assert!(!run.stderr.contains("/storage"), "{}", run.stderr);
    arrived(&tenant, &mgd, &bytes, &puts(0));
    let seen = requests(&tenant);
    assert_eq!(seen[0].header("x-own"), Some("1"));
    assert_eq!(seen[5].header("content-length"), Some("123"));
    assert!(
        seen[1..]
            .iter()
            .all(|seen| seen.header("authorization").is_none())
    );
}

#[test]
fn ranges_are_understood_in_every_spelling() {
    for body in [
        format!("{{\"nextExpectedRanges\":[\"{SLICE}-\"]}}"),
        format!("{{\"nextExpectedRanges\":[\"{SLICE}-{}\"]}}", TOTAL - 1),
        format!("{{\"NextExpectedRanges\":[\"{SLICE}\"]}}"),
        format!(
            "{{\"nextexpectedranges\":[\"{}-\",\"{SLICE}-\"]}}",
            4 * SLICE
        ),
        "{\"nextExpectedRanges\":[]}".to_owned(),
        "{}".to_owned(),
        "no json".to_owned(),
    ] {
        let (tenant, mgd, bytes) = big();
        tenant.on("/storage/up/", [Reply::pass().body(body)]);
        upload(&mgd, &[]).ok();
        arrived(&tenant, &mgd, &bytes, &puts(0));
    }
}

#[test]
fn of_several_ranges_the_first_is_sent_and_no_more() {
    let (tenant, mgd, bytes) = big();
    let (from, to) = (SLICE, SLICE + (320 << 10));
    let body = format!(
        "{{\"nextExpectedRanges\":[\"{from}-{}\",\"{}-\"]}}",
        to - 1,
        4 * SLICE
    );
    tenant.on("/storage/up/", [Reply::pass().body(body)]);
    upload(&mgd, &[]).ok();
    let mut expected = vec![put(0, SLICE), put(from, to)];
    let starts = [to, to + SLICE, to + 2 * SLICE];
    expected.extend(starts.map(|start| put(start, (start + SLICE).min(TOTAL))));
    arrived(&tenant, &mgd, &bytes, &expected);
}

#[test]
fn a_range_that_is_there_already_is_asked_after() {
    let (tenant, mgd, bytes) = big();
    tenant.on("/storage/up/", [Reply::pass(), Reply::bare(416)]);
    upload(&mgd, &[]).ok();
    let expected = [&puts(0)[..2], &["GET".to_owned()], &puts(1)].concat();
    arrived(&tenant, &mgd, &bytes, &expected);
}

#[test]
fn a_slice_that_fails_is_asked_after_and_sent_again() {
    for failure in [
        Reply::bare(500),
        Reply::bare(502),
        Reply::bare(503).retry_after("1"),
        Reply::bare(504),
        Reply::bare(429).retry_after("1"),
        Reply::hang_up(),
    ] {
        let (tenant, mgd, bytes) = big();
        tenant.on("/storage/up/", [Reply::pass(), failure]);
        upload(&mgd, &[]).ok();
        let expected = [&puts(0)[..2], &["GET".to_owned()], &puts(1)].concat();
        arrived(&tenant, &mgd, &bytes, &expected);
    }
}

#[test]
fn a_slice_that_came_through_unseen_is_not_sent_again() {
    let (tenant, mgd, bytes) = big();
    tenant.on("/storage/up/", [Reply::pass(), Reply::pass().unanswered()]);
    upload(&mgd, &[]).ok();
    let expected = [&puts(0)[..2], &["GET".to_owned()], &puts(2)].concat();
    arrived(&tenant, &mgd, &bytes, &expected);
}

#[test]
fn a_session_that_is_gone_is_begun_anew_at_a_new_url() {
    for status in [404, 410] {
        let (tenant, mgd, bytes) = big();
        tenant.on("/storage/up/", [Reply::pass(), Reply::bare(status)]);
        upload(&mgd, &[]).ok();
        let expected = [&puts(0)[..2], &puts(0)].concat();
        arrived(&tenant, &mgd, &bytes, &expected);
        let seen = requests(&tenant);
        let posts = seen.iter().filter(|seen| seen.method == "POST").count();
        assert_eq!(posts, 2);
        assert_eq!(seen[1].target, seen[2].target);
        assert_ne!(seen[2].target, seen[4].target);
    }
}

#[test]
fn sessions_that_never_last_end_in_an_error() {
    let (tenant, mgd, _) = big();
    tenant.always("/storage/up/", Reply::bare(404));
    let line = "mgd: graph: 5 upload sessions were lost before the file was whole\n";
    upload(&mgd, &[]).refused(4, line);
    assert_eq!(slices(&tenant).len(), 5);
}

#[test]
fn a_session_without_progress_ends_in_time() {
    let (tenant, mgd, _) = big();
    let stuck = Reply::bare(202).body("{\"nextExpectedRanges\":[\"0-\"]}");
    tenant.always("/storage/up/", stuck);
    let run = upload(&mgd, &["--retry-max-time", "1"]);
    let lines = "mgd: the upload session makes no progress\n\
                 mgd: hint: run it again to go on where it broke off\n";
    run.refused(4, lines);
}

#[test]
fn a_session_that_takes_a_byte_at_a_time_ends_in_time() {
    let (tenant, mgd, _) = big();
    let creep = |n: usize| {
        let taken = Reply::bare(202).body(format!("{{\"nextExpectedRanges\":[\"{n}-\"]}}"));
        taken.delay(Duration::from_millis(100))
    };
    tenant.on("/storage/up/", (1..=40).map(creep));
    let run = upload(&mgd, &["--retry-max-time", "1"]);
    assert_eq!((run.code, run.stdout.as_str()), (4, ""), "{}", run.stderr);
    let line = "mgd: the upload session makes no progress";
    assert!(run.stderr.contains(line), "{}", run.stderr);
    assert!(tenant.replies_left() > 20);
}

#[test]
fn a_full_drive_keeps_the_session_until_there_is_room() {
    let (tenant, mgd, bytes) = big();
    let full = Reply::bare(507).body(r#"{"error":{"code":"quotaLimitReached"}}"#);
    tenant.on("/storage/up/", [Reply::pass(), full]);
    let host = tenant.storage_host();
    let lines = format!(
        "mgd: {host}: no slice taken: quotaLimitReached (HTTP 507)\n\
         mgd: hint: make room in the drive, and run it again to go on\n"
    );
    upload(&mgd, &[]).refused(1, &lines);
    assert_eq!(kept(&mgd).len(), 1);
    upload(&mgd, &[]).ok();
    let expected = [&puts(0)[..2], &["GET".to_owned()], &puts(1)].concat();
    arrived(&tenant, &mgd, &bytes, &expected);
}

#[test]
fn what_a_session_refuses_ends_it() {
    for status in [400, 401, 403, 409, 413] {
        let (tenant, mgd, _) = big();
        tenant.on("/storage/up/", [Reply::pass(), Reply::bare(status)]);
        let host = tenant.storage_host();
        let line = format!("mgd: {host}: no slice taken: HTTP {status}\n");
        upload(&mgd, &[]).refused(1, &line);
        assert_eq!(slices(&tenant).last().unwrap(), "DELETE");
        assert_eq!(tenant.upload_sessions(), 0);
        assert!(kept(&mgd).is_empty());
        well_mannered(&tenant);
    }
}

#[test]
fn a_session_that_contradicts_itself_to_the_end_is_given_up() {
    let (tenant, mgd, bytes) = big();
    let lacks = Reply::bare(200).body("{\"nextExpectedRanges\":[\"0-\"]}");
    let round = [Reply::bare(416), lacks];
    tenant.on("/storage/up/", std::iter::repeat_n(round, 20).flatten());
    let host = tenant.storage_host();
    let line = format!("mgd: {host}: no slice taken: HTTP 416\n");
    upload(&mgd, &["--retry-max-time", "1"]).refused(1, &line);
    assert!(kept(&mgd).is_empty());
    tenant.clear_script();
    upload(&mgd, &[]).ok();
    assert!(tenant.file("b.bin").unwrap() == bytes);
}

#[test]
fn a_redirect_of_a_session_is_not_followed() {
    let (tenant, mgd, _) = big();
    let away = Reply::bare(307).header("Location", "https://canary-url.example/");
    tenant.on("/storage/up/", [away]);
    let host = tenant.storage_host();
    upload(&mgd, &[]).refused(5, &format!("mgd: {host}: no slice taken: HTTP 307\n"));
}

#[test]
fn a_session_must_have_a_url_that_can_be_trusted() {
    for (url, reason) in [
        (
            "\"http://storage.example/canary-url\"",
            "has a url that cannot be used: it is plain http",
        ),
        (
            "\"http://127.0.0.1:1/canary-url\"",
            "has a url that cannot be used: it is plain http",
        ),
        (
            "\"https://canary-url@storage.example/\"",
            "has a url that cannot be used: it holds a user name",
        ),
        (
            "\"/canary-url?x=://\"",
            "has a url that cannot be used: it is no https url",
        ),
        ("7", "has no url"),
        ("null", "has no url"),
    ] {
        let (tenant, mgd, _) = big();
        let session = Reply::json(format!("{{\"uploadUrl\":{url}}}"));
        tenant.on("/v1.0/drives/D/root:", [session]);
        let line = format!("mgd: graph: the upload session {reason}\n");
        upload(&mgd, &[]).refused(5, &line);
        assert_eq!(asked(&tenant).len(), 1);
    }
}

#[test]
fn a_session_that_ends_too_early_or_gives_no_item_is_refused() {
    let (tenant, mgd, _) = big();
    tenant.on("/storage/up/", [Reply::bare(201).body("{\"id\":\"1\"}")]);
    upload(&mgd, &[]).refused(5, "mgd: the upload session ended before the file did\n");
    let (tenant, mgd, _) = big();
    tenant.on(
        "/storage/up/",
        [0; 4]
            .map(|_| Reply::pass())
            .into_iter()
            .chain([Reply::html(200)]),
    );
    let run = upload(&mgd, &[]);
    assert_eq!(run.code, 5);
    assert!(
        run.stderr
            .starts_with("mgd: graph: the response is no drive item: <html>"),
        "{}",
        run.stderr
    );
}

#[test]
fn a_session_is_asked_for_again_where_that_helps() {
    let (tenant, mgd, bytes) = big();
    let replies = [
        Reply::hang_up(),
        Reply::status(503),
        Reply::pass().cut_after(20),
    ];
    tenant.on("/v1.0/drives/D/root:", replies);
    upload(&mgd, &[]).ok();
    arrived(&tenant, &mgd, &bytes, &puts(0));
    let posts = asked(&tenant)
        .into_iter()
        .filter(|line| line.starts_with("POST"));
    assert_eq!(posts.count(), 4);
}

#[test]
fn a_session_that_forgets_what_it_took_ends_in_time() {
    let (tenant, mgd, _) = big();
    let taken = Reply::bare(202).body(format!("{{\"nextExpectedRanges\":[\"{SLICE}-\"]}}"));
    let forgotten = Reply::bare(200).body("{\"nextExpectedRanges\":[\"0-\"]}");
    let round = [taken, Reply::hang_up(), forgotten];
    tenant.on("/storage/up/", std::iter::repeat_n(round, 20).flatten());
    let run = upload(&mgd, &["--retry-max-time", "1"]);
    assert_eq!((run.code, run.stdout.as_str()), (4, ""), "{}", run.stderr);
    let hint = "mgd: hint: run it again to go on where it broke off\n";
    assert!(run.stderr.ends_with(hint), "{}", run.stderr);
    assert!(slices(&tenant).len() < 15);
}
