//! Where a redirect may lead.

use super::{asked, assert_files, drive_of, requests, run, well_mannered};
use crate::tenant::Reply;

#[test]
fn a_redirect_to_where_a_secret_could_be_read_is_not_followed() {
    for (location, reason) in [
        (
            "http://storage.example/canary-url",
            "is plain http, which would show the token to the network",
        ),
        ("https://canary-url@storage.example/", "holds a user name"),
        ("ftp://storage.example/canary-url", "is no https url"),
        ("canary-url?u=https://h/", "is no https url"),
        ("", "is no https url"),
    ] {
        let (tenant, mgd, path) = drive_of(b"abc");
        let found = Reply::bare(302).header("Location", location);
        tenant.on("/v1.0/drives/D/items/01ITEM1/content", [found]);
        let host = format!("localhost:{}", tenant.port());
        let line = format!("mgd: {host}: a redirect (HTTP 302) that {reason}: not followed\n");
        run(&mgd, &["download", &path, "-O", "out"]).refused(5, &line);
        assert_files(&mgd, &[]);
    }
    let (tenant, mgd, path) = drive_of(b"abc");
    tenant.on("/v1.0/drives/D/items/01ITEM1/content", [Reply::bare(302)]);
    let run = run(&mgd, &["download", &path, "-O", "out"]);
    assert!(run.stderr.contains("that leads nowhere"), "{}", run.stderr);
    assert_eq!(run.code, 5);
}

#[test]
fn five_redirects_are_followed_and_not_a_sixth() {
    for (hops, code) in [(4, 0), (5, 5)] {
        let (tenant, mgd, path) = drive_of(b"abc");
        let hop = Reply::bare(307).header("Location", "/storage/dl/01ITEM1?tempauth=canary-url");
        tenant.on("/storage/", std::iter::repeat_n(hop, hops));
        let run = run(&mgd, &["download", &path, "-O", "-"]);
        assert_eq!(run.code, code, "{}", run.stderr);
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
    tenant.on("/v1.0/drives/D/items/01ITEM1/content", [on]);
    run(&mgd, &["download", &path, "-O", "-"]).ended(0, "abc", "");
    assert_eq!(asked(&tenant)[2], "GET /v1.0/drives/D/root:/a.bin:/content");
    well_mannered(&tenant);
}
