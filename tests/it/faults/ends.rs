//! The tenant's own answers cut short, under TLS and without `close_notify`, and connections that
//! had ended before they were used.

use super::{USERS, asked, clean};
use crate::support::Mgd;
use crate::tenant::{Reply, Tenant};

/// How many places of an answer are tried.
const PLACES: usize = 30;

#[test]
fn a_text_that_breaks_off_is_no_text() {
    for reply in [
        Reply::text("1234").cut_after(2),
        Reply::text("1234").chunked().reset_after(2),
        Reply::text("1234").gzip().cut_after(9),
        Reply::text("1234").gzip().close_delimited().cut_after(0),
        Reply::text("1234").gzip().close_delimited().cut_after(12),
        Reply::text("1234").gzip().close_delimited().reset_after(0),
    ] {
        let tenant = Tenant::start();
        tenant.always(&format!("{USERS}/$count"), reply.clone());
        let arguments = ["get", "-p", "parameters.json", "users/$count"];
        let bounds = [
            "-H",
            "ConsistencyLevel: eventual",
            "--retry-max-time",
            "0.3",
        ];
        let run = Mgd::new(&tenant).run([&arguments[..], &bounds].concat());
        assert!(matches!(run.code, 4 | 5), "{reply:?}: {run:?}");
        assert_eq!(run.stdout, "", "{reply:?}");
    }
}

#[test]
fn a_raw_answer_that_breaks_off_is_an_error() {
    for reply in [
        Reply::pass().cut_after(100),
        Reply::pass().chunked().cut_after(100),
        Reply::pass().gzip().reset_after(60),
        Reply::pass().gzip().close_delimited().cut_after(0),
        Reply::pass().gzip().close_delimited().cut_after(60),
    ] {
        let tenant = Tenant::start();
        tenant.always(USERS, reply.clone());
        let run = Mgd::new(&tenant).list(["-o", "raw", "--retry-max-time", "0.3"]);
        assert!(matches!(run.code, 4 | 5), "{reply:?}: {run:?}");
        assert!(!run.stderr.is_empty());
    }
}

/// Cuts the tenant's own answer, under TLS and without `close_notify`.
#[track_caller]
fn assert_repeated_under_tls(shape: impl Fn(usize) -> Reply) {
    let tenant = Tenant::start();
    let clean = clean(&tenant);
    for place in (0..PLACES).map(|index| index * 7) {
        tenant.on(USERS, [shape(place)]);
        let before = asked(&tenant);
        let run = Mgd::new(&tenant).list([] as [&str; 0]);
        assert_eq!((run.code, run.stderr.as_str()), (0, ""), "after {place}");
        assert_eq!(run.stdout, clean, "after {place}");
        assert_eq!(asked(&tenant) - before, 2, "after {place}");
    }
}

#[test]
fn under_tls_too_a_cut_is_no_end() {
    assert_repeated_under_tls(|place| Reply::pass().cut_after(place));
}

#[test]
fn under_tls_too_a_reset_is_no_end() {
    assert_repeated_under_tls(|place| Reply::pass().chunked().reset_after(place));
}

#[test]
fn under_tls_too_a_compressed_page_is_whole_or_asked_for_again() {
    assert_repeated_under_tls(|place| Reply::pass().gzip().chunked().cut_after(place));
}

#[test]
fn a_token_answer_that_breaks_off_is_asked_for_again() {
    let tenant = Tenant::start();
    let clean = clean(&tenant);
    for place in [0, 1, 20, 60, 100, 150] {
        let before = tenant.token_posts();
        tenant.on(&tenant.token_path(), [Reply::pass().cut_after(place)]);
        let run = Mgd::new(&tenant).list([] as [&str; 0]);
        assert_eq!((run.code, run.stderr.as_str()), (0, ""), "after {place}");
        assert_eq!(run.stdout, clean);
        assert_eq!(tenant.token_posts() - before, 2);
    }
}

#[test]
fn an_answer_that_always_breaks_off_is_given_up() {
    let tenant = Tenant::start();
    tenant.always(USERS, Reply::pass().cut_after(300));
    let run = Mgd::new(&tenant).list(["--retry-max-time", "1"]);
    assert_eq!(run.code, 4);
    assert!(serde_json::from_str::<serde_json::Value>(&run.stdout).is_err());
    let host = tenant.origin().replace("https://", "");
    let line = format!("mgd: {host}: the connection was closed before the response was whole\n");
    assert!(run.stderr.starts_with(&line), "{}", run.stderr);
    let go_on = format!(
        "mgd: hint: go on with --resume '{}' --skip ",
        tenant.url(USERS)
    );
    assert!(run.stderr.contains(&go_on), "{}", run.stderr);
}

#[test]
fn a_connection_that_the_other_side_has_closed_is_replaced_in_silence() {
    let tenant = Tenant::with_users(3);
    tenant.set_page_size(1);
    let clean = clean(&tenant);
    let before = tenant.requests().len();
    tenant.on(
        USERS,
        [Reply::pass().then_close(), Reply::pass().then_close()],
    );
    let run = Mgd::new(&tenant).list([] as [&str; 0]).ok();
    assert_eq!((run.stderr.as_str(), run.stdout), ("", clean));
    assert_eq!(tenant.requests().len() - before, 4);
}

#[test]
fn a_connection_that_is_closed_on_the_second_request_is_replaced_in_silence() {
    let tenant = Tenant::with_users(3);
    tenant.set_page_size(1);
    let clean = clean(&tenant);
    let before = tenant.requests().len();
    tenant.on(&format!("{USERS}?"), [Reply::hang_up()]);
    let run = Mgd::new(&tenant).list([] as [&str; 0]).ok();
    assert_eq!((run.stderr.as_str(), run.stdout), ("", clean));
    let requests = &tenant.requests()[before..];
    let statuses: Vec<_> = requests.iter().map(|seen| seen.status).collect();
    assert_eq!(statuses, [200, 200, 0, 200, 200]);
    assert_eq!(requests[2].target, requests[3].target);
    assert!(requests[3].connection > requests[2].connection);
}
