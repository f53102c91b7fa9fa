//! Content codings, right and wrong.

use std::io::Write as _;

use flate2::Compression;
use flate2::write::GzEncoder;

use super::{USERS, once, once_on};
use crate::support::{Mgd, lines};
use crate::tenant::{Reply, Tenant};

const PAGE: &str = r#"{"value":[{"id":"a"},{"id":"b"}]}"#;

fn packed(text: &str) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(text.as_bytes()).unwrap();
    encoder.finish().unwrap()
}

fn encoded(coding: &str, body: Vec<u8>) -> Reply {
    Reply::json("")
        .body(body)
        .header("Content-Encoding", coding)
}

#[track_caller]
fn assert_damaged(body: Vec<u8>) {
    let tenant = Tenant::start();
    let run = once_on(&tenant, encoded("gzip", body), &[]);
    assert_eq!(run.code, 5);
    let cause = format!(
        "localhost:{}: the gzip stream of the response is damaged",
        tenant.port()
    );
    assert_eq!(
        run.stderr.lines().next(),
        Some(format!("mgd: {cause}").as_str())
    );
    assert!(!run.stdout.ends_with("}\n"), "{}", run.stdout);
}

#[test]
fn gzip_by_any_of_its_names_is_unpacked() {
    for coding in ["gzip", "GZIP", "x-gzip", "X-GZip", " gzip "] {
        let run = once(encoded(coding, packed(PAGE)));
        assert_eq!((run.code, run.stderr.as_str()), (0, ""), "{coding}");
        assert_eq!(run.stdout, format!("{PAGE}\n"));
    }
}

#[test]
fn gzip_in_two_members_is_one_page() {
    let (front, back) = PAGE.split_at(20);
    let run = once(encoded("gzip", [packed(front), packed(back)].concat())).ok();
    assert_eq!(run.stdout, format!("{PAGE}\n"));
}

#[test]
fn the_coding_identity_is_none() {
    let run = once(encoded("identity", PAGE.into())).ok();
    assert_eq!(run.stdout, format!("{PAGE}\n"));
}

#[test]
fn a_truncated_gzip_stream_is_an_error() {
    let whole = packed(PAGE);
    for length in [1, 5, 10, 11, 20, whole.len() - 9] {
        assert_damaged(whole[..length].to_vec());
    }
}

#[test]
fn a_gzip_stream_without_its_trailer_is_an_error() {
    let whole = packed(PAGE);
    for missing in [8, 4, 1] {
        assert_damaged(whole[..whole.len() - missing].to_vec());
    }
}

#[test]
fn a_gzip_stream_with_a_wrong_checksum_is_an_error() {
    for from_end in [8, 1] {
        let mut body = packed(PAGE);
        let place = body.len() - from_end;
        body[place] ^= 1;
        assert_damaged(body);
    }
}

#[test]
fn junk_after_a_gzip_stream_is_an_error() {
    assert_damaged([packed(PAGE), b"junk".to_vec()].concat());
    assert_damaged([packed(PAGE), vec![0x1f, 0x8b]].concat());
}

#[test]
fn a_text_that_claims_to_be_gzip_is_an_error() {
    assert_damaged(PAGE.into());
}

#[test]
fn a_coding_that_was_not_asked_for_is_named() {
    for coding in ["br", "deflate", "gzip, br", "zstd"] {
        let tenant = Tenant::start();
        let run = once_on(&tenant, encoded(coding, packed(PAGE)), &[]);
        let line = format!(
            "mgd: localhost:{}: the response is encoded as {coding}, which was not requested\n",
            tenant.port()
        );
        run.refused(5, &line);
        let accepted = tenant.requests()[1]
            .header("Accept-Encoding")
            .map(str::to_owned);
        assert_eq!(accepted.as_deref(), Some("gzip"));
    }
}

#[test]
fn no_content_is_no_content_whatever_its_coding() {
    let tenant = Tenant::start();
    let reply = Reply::status(204).header("Content-Encoding", "gzip");
    let run = once_on(&tenant, reply, &[]);
    assert_eq!(
        (run.code, run.stdout.as_str(), run.stderr.as_str()),
        (0, "", "")
    );
    assert_eq!(
        lines(&tenant).last().map(String::as_str),
        Some("GET /v1.0/users")
    );
}

#[test]
fn an_empty_page_is_an_error_whatever_its_coding() {
    let tenant = Tenant::start();
    once_on(&tenant, encoded("gzip", Vec::new()), &[]).refused(
        5,
        "mgd: graph: the response is not valid: the body is empty at byte 0 of 0 read\n",
    );
}

#[test]
fn an_error_in_a_strange_coding_keeps_its_status() {
    let tenant = Tenant::start();
    let broken = || {
        Reply::html(503)
            .header("Content-Encoding", "br")
            .retry_after("0.1")
    };
    tenant.on(USERS, [broken(), broken()]);
    let run = Mgd::new(&tenant).list([] as [&str; 0]);
    assert_eq!((run.code, run.ids().len()), (0, 3), "{}", run.stderr);
    assert_eq!(tenant.violations(), [] as [String; 0]);
}
