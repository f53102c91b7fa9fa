//! Successes whose body cannot be right: exit 5, and nothing is asked twice.

use super::wire::Wire;
use super::{USERS, once, once_on};
use crate::support::{Mgd, lines, skipping};
use crate::tenant::{Reply, Tenant};

/// The body must be refused with this flaw, before anything was printed.
#[track_caller]
fn assert_flaw(body: impl Into<Vec<u8>>, flaw: &str) {
    let body = body.into();
    let start = String::from_utf8_lossy(&body[..body.len().min(40)]).into_owned();
    let run = once(Reply::json("").body(body));
    assert_eq!((run.code, run.stdout.as_str()), (5, ""), "{start}");
    let line = format!("mgd: graph: the response is not valid: {flaw} at byte ");
    assert!(run.stderr.starts_with(&line), "{start}: {}", run.stderr);
    assert_eq!(run.stderr.lines().count(), 1);
}

/// The body must be refused with this flaw, and what was printed must not look whole.
#[track_caller]
fn assert_late_flaw(body: impl Into<Vec<u8>>, flaw: &str) {
    let run = once(Reply::json("").body(body));
    assert_eq!(run.code, 5, "{run:?}");
    assert!(serde_json::from_str::<serde_json::Value>(&run.stdout).is_err());
    let line = format!("mgd: graph: the response is not valid: {flaw} at byte ");
    assert!(run.stderr.starts_with(&line), "{}", run.stderr);
}

/// An answer sent byte for byte must be refused with this cause.
#[track_caller]
fn assert_wire(answer: String, cause: &str) {
    let wire = Wire::start(move |mut guest| {
        guest.head();
        guest.send(answer.as_bytes());
        guest.close();
    });
    let tenant = Tenant::start_plain();
    let mgd = Mgd::new(&tenant);
    mgd.edit(|parameters| parameters["endpoint"] = wire.plain_url(USERS).into());
    let run = mgd.list([] as [&str; 0]);
    assert_eq!((run.code, run.stdout.as_str()), (5, ""), "{}", run.stderr);
    let start = format!("mgd: 127.0.0.1:{}: {cause}", wire.port());
    assert!(run.stderr.starts_with(&start), "{}", run.stderr);
    assert_eq!(wire.connections(), 1);
}

#[test]
fn an_empty_success_is_an_error() {
    assert_flaw("", "the body is empty");
    assert_flaw(" \r\n", "the body is empty");
}

#[test]
fn what_is_no_object_is_an_error() {
    for body in [
        "null",
        "[]",
        r#"[{"id":"a"}]"#,
        "7",
        "\"text\"",
        "NaN",
        "true",
    ] {
        assert_flaw(body, "not a JSON object");
    }
}

#[test]
fn json_in_another_encoding_is_an_error() {
    let page = r#"{"value":[]}"#;
    assert_flaw(format!("\u{feff}\u{feff}{page}"), "not a JSON object");
    assert_flaw(format!(" \u{feff}{page}"), "not a JSON object");
    assert_flaw("\u{feff}".to_owned(), "the body is empty");
    assert_flaw(vec![0xef, 0xbb], "the body ends too early");
    let wide = |order: fn(u16) -> [u8; 2]| page.encode_utf16().flat_map(order).collect::<Vec<_>>();
    assert_flaw(
        [vec![0xff, 0xfe], wide(u16::to_le_bytes)].concat(),
        "not a JSON object",
    );
    assert_flaw(
        [vec![0xfe, 0xff], wide(u16::to_be_bytes)].concat(),
        "not a JSON object",
    );
    let run = once(Reply::json("").body(wide(u16::to_le_bytes)));
    assert_eq!((run.code, run.stdout.as_str()), (5, ""));
}

#[test]
fn what_json_does_not_have_is_an_error() {
    for item in [
        "NaN", "Infinity", "-", "01", "1.", "tru", "'a'", "{a:1}", "[1,]", "\"\\x\"",
    ] {
        let run = once(Reply::json(format!(r#"{{"value":[{item}]}}"#)));
        assert_eq!(run.code, 5, "{item}");
        assert!(serde_json::from_str::<serde_json::Value>(&run.stdout).is_err());
    }
}

#[test]
fn text_that_is_no_utf_8_is_an_error() {
    for bytes in [
        &b"\xff"[..],
        b"\xc3",
        b"\xed\xa0\x80",
        b"\xc0\xaf",
        b"\xf5\x80\x80\x80",
    ] {
        let body = [br#"{"value":[{"id":""#, bytes, br#""}]}"#].concat();
        assert_late_flaw(body, "not UTF-8");
    }
}

#[test]
fn nesting_without_end_is_an_error() {
    let deep = "[".repeat(100_000);
    let run = once(Reply::json(format!(r#"{{"value":[{deep}"#)));
    assert_eq!(run.code, 5);
    assert!(
        run.stderr
            .starts_with("mgd: graph: the response is not valid: "),
        "{}",
        run.stderr
    );
    let run = once(Reply::json(r#"{"a":"#.repeat(100_000)));
    assert_eq!((run.code, run.stdout.as_str()), (5, ""));
}

#[test]
fn anything_after_the_object_is_an_error() {
    for junk in ["x", "{}", ",", "\0", "]", "\u{feff}"] {
        let body = format!(r#"{{"value":[{{"id":"a"}}]}}{junk}"#);
        let run = once(Reply::json(body));
        assert_eq!(run.code, 5, "{junk:?}: {run:?}");
        assert!(serde_json::from_str::<serde_json::Value>(&run.stdout).is_err());
    }
    let run = once(Reply::json("{\"id\":\"a\"}\n{}"));
    assert_eq!((run.code, run.stdout.as_str()), (5, ""));
}

#[test]
fn an_object_that_ends_too_early_is_an_error() {
    assert_late_flaw(r#"{"value":[{"id":"a"}"#, "the body ends too early");
    assert_late_flaw(r#"{"value":[{"id":"a"}]"#, "the body ends too early");
    assert_flaw(r#"{"@odata.context":"c""#, "the body ends too early");
}

#[test]
fn an_item_longer_than_allowed_is_an_error() {
    let tenant = Tenant::start();
    let body = format!(
        r#"{{"value":[{{"id":"a"}},{{"id":"{}"}}]}}"#,
        "b".repeat(2000)
    );
    let run = once_on(
        &tenant,
        Reply::json(body.clone()),
        &["--max-item", "1k", "-o", "jsonl"],
    );
    assert_eq!((run.code, run.stdout.as_str()), (5, "{\"id\":\"a\"}\n"));
    assert_eq!(run.stderr.lines().count(), 2, "{}", run.stderr);
    let go_on = format!(
        "mgd: hint: go on with --resume '{}' --skip {}\n",
        tenant.url(USERS),
        skipping("a")
    );
    assert!(run.stderr.ends_with(&go_on), "{}", run.stderr);
    let tenant = Tenant::start();
    let run = once_on(&tenant, Reply::json(body.clone()), &["--max-item", "4k"]).ok();
    assert_eq!(run.stdout, format!("{body}\n"));
}

#[test]
fn a_bound_on_items_counts_what_was_unpacked() {
    let body = format!(r#"{{"value":[{{"id":"{}"}}]}}"#, "b".repeat(1_000_000));
    let run = once_on(
        &Tenant::start(),
        Reply::json(body).gzip(),
        &["--max-item", "100k"],
    );
    assert_eq!(run.code, 5);
    assert!(!run.stdout.ends_with("}\n"));
}

#[test]
fn a_web_page_is_no_answer() {
    let tenant = Tenant::start();
    once_on(&tenant, Reply::html(200), &[]).refused(
        5,
        "mgd: graph: the response is a web page: <html> <head><title>200 OK</title></head> \
         <body><h1>200 OK</h1></body> </html>\n\
         mgd: hint: a proxy or a captive portal may have responded\n",
    );
    assert_eq!(lines(&tenant).len(), 2);
}

#[test]
fn a_web_page_is_no_token() {
    for reply in [
        Reply::html(200),
        Reply::json(""),
        Reply::json("[]"),
        Reply::text("ok"),
    ] {
        let tenant = Tenant::start();
        tenant.always(&tenant.token_path(), reply);
        let run = Mgd::new(&tenant).list([] as [&str; 0]);
        assert_eq!((run.code, run.stdout.as_str()), (5, ""));
        let start = "mgd: token endpoint: the response is not the JSON of a token\n";
        assert!(run.stderr.starts_with(start), "{}", run.stderr);
        assert_eq!(lines(&tenant), [format!("POST {}", tenant.token_path())]);
    }
}

#[test]
fn an_answer_without_a_length_is_an_error() {
    let tenant = Tenant::start();
    let line = format!(
        "mgd: localhost:{}: the response has no length, so that a cut could not be seen\n",
        tenant.port()
    );
    once_on(&tenant, Reply::pass().close_delimited(), &[]).refused(5, &line);
}

#[test]
fn a_header_beyond_all_measure_is_an_error() {
    let page = "Content-Length: 12\r\n\r\n{\"value\":[]}";
    let long = format!(
        "HTTP/1.1 200 OK\r\nX-Long: {}\r\n{page}",
        "x".repeat(64 * 1024)
    );
    assert_wire(long, "the header of the response is larger than ");
    let many = format!("HTTP/1.1 200 OK\r\n{}{page}", "X-Many: x\r\n".repeat(200));
    assert_wire(many, "the response is not HTTP");
}

#[test]
fn what_is_no_http_is_an_error() {
    for answer in [
        "SSH-2.0-OpenSSH_9.2\r\n\r\n",
        "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
    ] {
        assert_wire(answer.to_owned(), "the response is not HTTP");
    }
    let lengths = "Content-Length: 12\r\nContent-Length: 13\r\n";
    let answer = format!("HTTP/1.1 200 OK\r\n{lengths}\r\n{{\"value\":[]}}");
    assert_wire(answer, "");
}
