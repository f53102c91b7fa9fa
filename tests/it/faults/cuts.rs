//! Connections that end after byte k of an answer: never a listing that only looks whole.

use std::io::Write as _;

use flate2::Compression;
use flate2::write::GzEncoder;

use super::USERS;
use super::wire::Wire;
use crate::support::{Mgd, Run};
use crate::tenant::Tenant;

const PAGE: &str = r#"{"value":[{"id":"a","n":1},{"id":"b","n":2},{"id":"c","n":3}]}"#;
/// What is printed of an unharmed listing.
const LISTING: &str = concat!(
    r#"{"value":[{"id":"0"},{"id":"a","n":1},{"id":"b","n":2},{"id":"c","n":3}]}"#,
    "
"
);
/// How many places of an answer are tried.
const PLACES: usize = 30;

#[derive(Clone, Copy, Debug, PartialEq)]
enum End {
    Fin,
    Reset,
}

/// The answer of a plain socket: with a length, in chunks, or up to the end of the connection.
fn answer(framing: &str, is_gzip: bool) -> Vec<u8> {
    let mut body = PAGE.as_bytes().to_vec();
    let mut head = "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n".to_owned();
    if is_gzip {
        let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
        encoder.write_all(&body).unwrap();
        body = encoder.finish().unwrap();
        head.push_str("Content-Encoding: gzip\r\n");
    }
    match framing {
        "length" => head.push_str(&format!("Content-Length: {}\r\n", body.len())),
        "chunked" => {
            head.push_str("Transfer-Encoding: chunked\r\n");
            let mut framed = Vec::new();
            for chunk in body.chunks(20) {
                framed.extend(format!("{:x}\r\n", chunk.len()).bytes());
                framed.extend_from_slice(chunk);
                framed.extend(b"\r\n");
            }
            framed.extend(b"0\r\n\r\n");
            body = framed;
        }
        _ => head.push_str("Connection: close\r\n"),
    }
    head.push_str("\r\n");
    [head.as_bytes(), &body].concat()
}

/// Places spread over `length` bytes, the first and the last few among them.
fn places(length: usize) -> impl Iterator<Item = usize> {
    let spread = (0..PLACES).map(move |index| index * length / PLACES);
    let last = length.saturating_sub(4)..length;
    spread.chain(last)
}

/// The first page, which leads to the one that is cut.
fn first_page(port: u16) -> Vec<u8> {
    let link = format!("http://127.0.0.1:{port}{USERS}?page=2");
    let body = format!(r#"{{"@odata.nextLink":"{link}","value":[{{"id":"0"}}]}}"#);
    let length = body.len();
    let head = format!("HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: {length}\r\n\r\n");
    (head + &body).into_bytes()
}

/// What came of a second page that was cut at `place`, and how often it was asked for.
fn cut(tenant: &Tenant, whole: &[u8], place: usize, end: End) -> (Run, usize) {
    let answer = whole.to_vec();
    let wire = Wire::start(move |mut guest| {
        guest.head();
        let port = guest.port();
        match (guest.number, end) {
            (1, _) => guest.send(&first_page(port)),
            (2, _) => guest.send(&answer[..place]),
            _ => guest.send(&answer),
        }
        match (guest.number, end) {
            (2, End::Reset) => guest.reset(),
            _ => guest.close(),
        }
    });
    let mgd = Mgd::new(tenant);
    mgd.edit(|parameters| parameters["endpoint"] = wire.plain_url(USERS).into());
    let run = mgd.list([] as [&str; 0]);
    let lines: Vec<_> = wire
        .heads()
        .iter()
        .map(|head| head.lines().next().unwrap_or_default().to_owned())
        .collect();
    let next = ["GET /v1.0/users?page=2 HTTP/1.1"].repeat(lines.len() - 1);
    assert_eq!(lines, [&["GET /v1.0/users HTTP/1.1"], &next[..]].concat());
    (run, next.len())
}

/// Wherever the answer is cut, a repeat makes the listing whole.
#[track_caller]
fn assert_repeated(framing: &str, is_gzip: bool, end: End) {
    let tenant = Tenant::start_plain();
    let whole = answer(framing, is_gzip);
    for place in places(whole.len()) {
        let (run, tries) = cut(&tenant, &whole, place, end);
        // The last chunk is there; what follows it says nothing.
        let is_there = framing == "chunked" && place + 2 >= whole.len();
        let place = format!("after {place} of {} bytes", whole.len());
        assert_eq!((run.code, run.stderr.as_str()), (0, ""), "{place}");
        assert_eq!(run.stdout, LISTING, "{place}");
        assert!(tries == 2 || is_there && tries == 1, "{tries} {place}");
    }
}

#[test]
fn an_answer_with_a_length_that_ends_early_is_asked_for_again() {
    assert_repeated("length", false, End::Fin);
}

#[test]
fn an_answer_with_a_length_that_is_reset_is_asked_for_again() {
    assert_repeated("length", false, End::Reset);
}

#[test]
fn an_answer_in_chunks_that_ends_early_is_asked_for_again() {
    assert_repeated("chunked", false, End::Fin);
}

#[test]
fn an_answer_in_chunks_that_is_reset_is_asked_for_again() {
    assert_repeated("chunked", false, End::Reset);
}

#[test]
fn a_compressed_answer_with_a_length_that_ends_early_is_asked_for_again() {
    assert_repeated("length", true, End::Fin);
}

#[test]
fn a_compressed_answer_with_a_length_that_is_reset_is_asked_for_again() {
    assert_repeated("length", true, End::Reset);
}

#[test]
fn a_compressed_answer_in_chunks_that_ends_early_is_asked_for_again() {
    assert_repeated("chunked", true, End::Fin);
}

#[test]
fn a_compressed_answer_in_chunks_that_is_reset_is_asked_for_again() {
    assert_repeated("chunked", true, End::Reset);
}

/// Without a length nothing tells the end from a cut.
#[track_caller]
fn assert_never_whole(end: End) {
    let tenant = Tenant::start_plain();
    let whole = answer("close", false);
    for place in places(whole.len()).chain([whole.len()]) {
        let (run, _) = cut(&tenant, &whole, place, end);
        let seen = (run.code, run.stdout.as_str());
        assert_eq!(seen, (5, r#"{"value":[{"id":"0"}"#), "after {place}");
    }
}

#[test]
fn an_answer_without_a_length_is_never_taken_for_whole() {
    assert_never_whole(End::Fin);
}

#[test]
fn an_answer_without_a_length_that_is_reset_is_never_taken_for_whole() {
    assert_never_whole(End::Reset);
}

#[test]
fn a_compressed_answer_without_a_length_that_ends_early_is_asked_for_again() {
    assert_repeated("close", true, End::Fin);
}

#[test]
fn a_compressed_answer_without_a_length_that_is_reset_is_asked_for_again() {
    assert_repeated("close", true, End::Reset);
}
