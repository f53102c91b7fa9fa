//! Bodies whose end could not be told from a cut: nothing of them is taken for whole.

use std::io::Write as _;

use flate2::Compression;
use flate2::write::GzEncoder;

use super::USERS;
use super::wire::Wire;
use crate::support::{Mgd, Run};
use crate::tenant::Tenant;

const HALF: &[u8] = b"the first half";
const PAGE: &str = r#"{"value":[{"id":"a"},{"id":"b"},{"id":"c"}]}"#;

pub(super) fn packed(text: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(text).unwrap();
    encoder.finish().unwrap()
}

/// Every command that writes what it gets as it is.
const WRITERS: [&[&str]; 4] = [
    &["download", "drives/D/items/I/content", "-O", "out"],
    &["get", "users", "-o", "raw"],
    &["get", "users/$count"],
    &["request", "GET", "users"],
];

/// Runs a command of [`WRITERS`] for which Graph is this wire.
fn write(wire: &Wire, arguments: &[&str]) -> (Mgd, Run) {
    let mgd = Mgd::new(&Tenant::start_plain());
    mgd.edit(|parameters| {
        parameters["endpoint"] = wire.plain_url(USERS).into();
        parameters["authority"] = wire
            .plain_url("/9ca5a8e1-3c1e-4d0c-8f0b-6a2d0c6b7a11")
            .into();
    });
    let graph = ["--graph", &wire.plain_url(""), "--retry-max-time", "1"];
    let run = mgd.list([arguments, &graph].concat());
    (mgd, run)
}

/// A Graph that sends this head and body for everything but a token, and ends the connection.
fn sending(version: &str, fields: &str, body: &[u8]) -> Wire {
    let head = format!("{version} 200 OK\r\nContent-Type: text/plain\r\n{fields}\r\n\r\n");
    let response = [head.as_bytes(), body].concat();
    Wire::start(move |mut guest| {
        if guest.head().starts_with("POST") {
            guest.send(token().as_bytes());
        } else {
            guest.send(&response);
        }
        guest.close();
    })
}

fn token() -> String {
    let body = r#"{"token_type":"Bearer","expires_in":3599,"access_token":"canary-token"}"#;
    let head = format!("HTTP/1.1 200 OK\r\nContent-Length: {}\r\n", body.len());
    head + "Content-Type: application/json\r\nConnection: close\r\n\r\n" + body
}

/// None of the commands may take the body for whole, nor ask for it again.
#[track_caller]
fn assert_refused(version: &str, fields: &str, body: &[u8], cause: &str) {
    for arguments in WRITERS {
        let wire = sending(version, fields, body);
        let (mgd, run) = write(&wire, arguments);
        assert_eq!(
            (run.code, run.stdout.as_str()),
            (5, ""),
            "{fields:?} {arguments:?}: {run:?}"
        );
        let line = format!("mgd: 127.0.0.1:{}: the response {cause}\n", wire.port());
        assert_eq!(run.stderr, line, "{fields:?} {arguments:?}");
        assert!(!mgd.scratch.names().contains(&"out".to_owned()));
        assert_eq!(wire.connections(), 2, "{fields:?} {arguments:?}");
    }
}

#[test]
fn chunks_by_another_name_are_no_chunks() {
    for coding in [
        "x-chunked",
        "gzip, notchunked",
        "\"chunked\"",
        "gzip, chunked",
    ] {
        let fields = format!("Transfer-Encoding: {coding}");
        let cause = "has a Transfer-Encoding other than chunked";
        assert_refused("HTTP/1.1", &fields, HALF, cause);
    }
    let fields = "Transfer-Encoding: chunked\u{a0}";
    let cause = "has a Transfer-Encoding other than chunked";
    assert_refused("HTTP/1.1", fields, HALF, cause);
}

#[test]
fn http_1_0_has_no_chunks() {
    let cause = "has a Transfer-Encoding, which HTTP/1.0 does not have";
    assert_refused("HTTP/1.0", "Transfer-Encoding: chunked", HALF, cause);
}

#[test]
fn two_ways_to_frame_a_body_are_none() {
    let both = "Transfer-Encoding: chunked\r\nContent-Length: 14";
    let cause = "has both a Transfer-Encoding and a Content-Length";
    assert_refused("HTTP/1.1", both, b"e\r\nthe first half\r\n0\r\n\r\n", cause);
    let twice = "Content-Length: 14\r\nContent-Length: 14";
    let cause = "has more than one Content-Length";
    assert_refused("HTTP/1.1", twice, HALF, cause);
}

#[test]
fn a_gzip_stream_frames_nothing_that_does_not_say_itself_where_it_ends() {
    let cause = "has no length, so that a cut could not be seen";
    assert_refused("HTTP/1.1", "Content-Encoding: gzip", &packed(HALF), cause);
}

#[test]
fn a_second_content_encoding_is_seen() {
    let body = packed(&packed(HALF));
    let length = format!("Content-Length: {}\r\n", body.len());
    for (fields, coding) in [
        (
            "Content-Encoding: gzip\r\nContent-Encoding: gzip",
            "gzip, gzip",
        ),
        ("Content-Encoding: identity\r\nContent-Encoding: br", "br"),
    ] {
        let cause = format!("is encoded as {coding}, which was not requested");
        assert_refused("HTTP/1.1", &(length.clone() + fields), &body, &cause);
    }
    let body = packed(HALF);
    let fields = "Content-Encoding: identity\r\nContent-Encoding: gzip";
    let fields = format!("Content-Length: {}\r\n{fields}", body.len());
    for arguments in &WRITERS[1..] {
        let wire = sending("HTTP/1.1", &fields, &body);
        let (_, run) = write(&wire, arguments);
        assert_eq!((run.code, run.stderr.as_str()), (0, ""), "{arguments:?}");
        assert_eq!(run.stdout.as_bytes(), HALF, "{arguments:?}");
    }
}

/// A Graph whose first page, or every one, ends the connection after `cut`.
fn pages(cut: Vec<u8>, is_always: bool) -> Wire {
    Wire::start(move |mut guest| {
        guest.head();
        let head = "HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\n\r\n";
        guest.send(head.as_bytes());
        if guest.number == 1 || is_always {
            guest.send(&cut);
        } else {
            guest.send(&packed(PAGE.as_bytes()));
        }
        guest.close();
    })
}

fn list(wire: &Wire) -> Run {
    let tenant = Tenant::start_plain();
    let mgd = Mgd::new(&tenant);
    mgd.edit(|parameters| parameters["endpoint"] = wire.plain_url(USERS).into());
    mgd.list(["-o", "jsonl", "--retry-max-time", "1"])
}

#[test]
fn a_page_without_a_length_that_is_cut_between_two_gzip_members_is_asked_for_again() {
    for end in [1, 10, 20, 30, PAGE.len() - 1] {
        let first_member = packed(&PAGE.as_bytes()[..end]);
        let wire = pages(first_member.clone(), false);
        let run = list(&wire).ok();
        assert_eq!(run.ids(), ["a", "b", "c"], "{end}");
        assert_eq!(wire.connections(), 2, "{end}");
        let wire = pages(first_member, true);
        let run = list(&wire);
        assert_eq!(run.code, 4, "{end}: {}", run.stderr);
        let cause = "the connection was closed before the response was whole";
        assert!(run.stderr.contains(cause), "{}", run.stderr);
        assert!(wire.connections() > 1, "{end}");
    }
}

#[test]
fn a_page_without_a_length_whose_gzip_stream_is_cut_is_given_up_as_a_broken_connection() {
    let whole = packed(PAGE.as_bytes());
    for end in [0, 5, 15, whole.len() - 9, whole.len() - 1] {
        let run = list(&pages(whole[..end].to_vec(), true));
        assert_eq!(run.code, 4, "{end}: {}", run.stderr);
    }
}
