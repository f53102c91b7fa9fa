//! Where a redirect may lead.

use super::{asked, assert_files, drive_of, requests, run, well_mannered};
use crate::tenant::Reply;

const CONTENT: &str = "/v1.0/drives/D/items/01ITEM1/content";

#[test]
fn a_redirect_to_where_a_secret_could_be_read_is_not_followed() {
    for (location, reason) in [
        ("http://storage.example/canary-url", "is plain http"),
        ("http://127.0.0.1:1/canary-url", "is plain http"),
        ("//canary-url@storage.example/", "holds a user name"),
        ("https://canary-url@storage.example/", "holds a user name"),
        ("ftp://storage.example/canary-url", "is no https url"),
        ("https:canary-url", "is no https url"),
        ("javascript:canary-url", "is no https url"),
        ("https:///canary-url", "has no host"),
    ] {
        let (tenant, mgd, path) = drive_of(b"abc");
        let found = Reply::bare(302).header("Location", location);
        tenant.on(CONTENT, [found]);
        let host = format!("localhost:{}", tenant.port());
        let line = format!("mgd: {host}: redirect not followed: its url {reason} (HTTP 302)\n");
        run(&mgd, &["download", &path, "-O", "out"]).refused(5, &line);
        assert_files(&mgd, &[]);
    }
}

#[test]
fn a_redirect_that_does_not_say_where_to_is_an_error() {
    let two = Reply::bare(302).header("Location", "/a");
    for (broken, reason) in [
        (Reply::bare(302), "redirect without Location"),
        (
            Reply::bare(302).header("Location", ""),
            "redirect without Location",
        ),
        (two.header("Location", "/b"), "redirect with two Locations"),
    ] {
        let (tenant, mgd, path) = drive_of(b"abc");
        tenant.on(CONTENT, [broken]);
        let line = format!("mgd: localhost:{}: {reason} (HTTP 302)\n", tenant.port());
        run(&mgd, &["download", &path, "-O", "out"]).refused(5, &line);
    }
}

#[test]
fn a_location_may_be_relative_and_loses_its_fragment() {
    for (location, target) in [
        ("{storage}/storage/dl/01ITEM1#part", "/storage/dl/01ITEM1"),
        ("//{host}/storage/dl/01ITEM1?a#b", "/storage/dl/01ITEM1?a"),
        ("{storage}/a/../storage/./dl/01ITEM1", "/storage/dl/01ITEM1"),
        (
            "./../root:/a.bin:/content",
            "/v1.0/drives/D/items/root:/a.bin:/content",
        ),
        (
            "../../root:/a.bin:/content",
            "/v1.0/drives/D/root:/a.bin:/content",
        ),
        (
            "?tempauth=1",
            "/v1.0/drives/D/items/01ITEM1/content?tempauth=1",
        ),
        ("content?x#y", "/v1.0/drives/D/items/01ITEM1/content?x"),
        (
            "/v1.0/drives/D/root:/a b.bin:/content",
            "/v1.0/drives/D/root:/a%20b.bin:/content",
        ),
    ] {
        let (tenant, mgd, path) = drive_of(b"abc");
        let host = tenant.storage_host();
        let location = location.replace("{host}", &host);
        let location = location.replace("{storage}", &format!("https://{host}"));
        tenant.on(CONTENT, [Reply::bare(302).header("Location", &location)]);
        run(&mgd, &["download", &path, "-O", "-", "--no-verify"]);
        let seen = requests(&tenant);
        assert_eq!(seen[1].target, target, "{location}");
    }
}

#[test]
fn five_redirects_are_followed_and_not_a_sixth() {
    for (hops, code) in [(4, 0), (5, 5)] {
        let (tenant, mgd, path) = drive_of(b"abc");
        let hop = Reply::bare(307).header("Location", "/storage/dl/01ITEM1?tempauth=canary-url");
        tenant.on("/storage/", std::iter::repeat_n(hop, hops));
        let run = run(&mgd, &["download", &path, "-O", "-"]);
        assert_eq!(run.code, code, "{}", run.stderr);
        let told = run.stderr.ends_with(": more than 5 redirects (HTTP 307)\n");
        assert_eq!(told, code == 5, "{}", run.stderr);
        assert_eq!(asked(&tenant).len(), 7);
        well_mannered(&tenant);
    }
}

#[test]
fn whoever_leads_back_to_graph_gets_no_bearer_there() {
    let (tenant, mgd, path) = drive_of(b"abc");
    let back = Reply::bare(302).header("Location", "{origin}/v1.0/users");
    tenant.always("/storage/", back);
    let run = run(&mgd, &["download", &path, "-O", "out", "-HX-Own: 1"]);
    assert_eq!((run.code, run.stdout.as_str()), (1, ""), "{}", run.stderr);
    let seen = requests(&tenant);
    let back: Vec<_> = seen
        .iter()
        .filter(|seen| seen.target == "/v1.0/users")
        .collect();
    assert!(!back.is_empty());
    for seen in back {
        assert_eq!(seen.header("authorization"), None);
        assert_eq!(seen.header("x-own"), None);
    }
}

#[test]
fn a_redirect_on_graph_itself_keeps_the_bearer() {
    let (tenant, mgd, path) = drive_of(b"abc");
    let on = Reply::bare(301).header("Location", "/v1.0/drives/D/root:/a.bin:/content");
    tenant.on(CONTENT, [on]);
    run(&mgd, &["download", &path, "-O", "-"]).ended(0, "abc", "");
    assert_eq!(asked(&tenant)[2], "GET /v1.0/drives/D/root:/a.bin:/content");
    well_mannered(&tenant);
}
