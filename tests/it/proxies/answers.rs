//! Proxies that say no, say nothing, or are none: never a direct connection instead.

use super::connect::answering;
use crate::faults::wire::{Wire, dead_port};
use crate::support::{Mgd, Run};
use crate::tenant::Tenant;

const FORBIDDEN: &str = "mgd: hint: the proxy does not let this host through: ask its owner\n";

/// The quickstart through this proxy, which must not have reached the tenant.
fn through(proxy: &str, arguments: &[&str]) -> (Tenant, Run) {
    let tenant = Tenant::start();
    let run = Mgd::new(&tenant).env("https_proxy", proxy).list(arguments);
    assert_eq!(tenant.connections(), 0, "{}", run.stderr);
    assert_eq!(run.stdout, "");
    (tenant, run)
}

/// An answer to CONNECT that ends the matter, with nothing said of user and password.
#[track_caller]
fn assert_final(answer: &str, cause: &str, hint: &str) {
    let wire = answering(answer);
    let proxy = format!("http://user:canary@127.0.0.1:{}", wire.port());
    let (tenant, run) = through(&proxy, &[]);
    let line = format!("mgd: localhost:{}: {cause}\n{hint}", tenant.port());
    run.refused(4, &line);
    assert_eq!(wire.connections(), 1);
}

/// The proxy must be given up after three tries with exit 4, and named as the culprit.
#[track_caller]
fn assert_tried_three_times(wire: &Wire) {
    let (_, run) = through(&wire.plain_url(""), &[]);
    assert_eq!(run.code, 4, "{}", run.stderr);
    assert_eq!(run.stderr.lines().count(), 1, "{}", run.stderr);
    assert!(run.stderr.contains("proxy"), "{}", run.stderr);
    assert_eq!(wire.connections(), 3);
}

#[test]
fn a_proxy_that_wants_a_password_is_not_asked_again() {
    assert_final(
        "HTTP/1.1 407 Proxy Authentication Required\r\nProxy-Authenticate: Basic\r\n\
         Content-Length: 5\r\n\r\nsorry",
        "the proxy responded with 407",
        "mgd: hint: put the proxy's user and password into the proxy variable\n",
    );
}

#[test]
fn a_proxy_that_forbids_the_host_is_not_asked_again() {
    let answer = "HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n";
    assert_final(answer, "the proxy responded with 403", FORBIDDEN);
}

#[test]
fn a_proxy_that_answers_201_has_opened_no_tunnel() {
    assert_final(
        "HTTP/1.1 201 Created\r\n\r\n",
        "the proxy responded with 201",
        "",
    );
}

#[test]
fn a_proxy_of_many_words_is_understood_or_named() {
    let fields = "X-Field: x\r\n".repeat(25);
    let wire = answering(format!("HTTP/1.1 200 OK\r\n{fields}\r\n"));
    let tenant = Tenant::start();
    let run = Mgd::new(&tenant)
        .env("https_proxy", wire.plain_url(""))
        .list(["--max-time", "20"]);
    if run.code == 0 {
        assert_eq!(run.ids().len(), 3);
    } else {
        assert_eq!((run.code, run.stdout.as_str()), (4, ""), "{}", run.stderr);
        assert!(run.stderr.contains("proxy"), "{}", run.stderr);
    }
}

#[test]
fn a_proxy_that_fails_is_tried_three_times() {
    assert_tried_three_times(&answering(
        "HTTP/1.1 502 Bad Gateway\r\nContent-Length: 0\r\n\r\n",
    ));
}

#[test]
fn a_proxy_that_hangs_up_is_tried_three_times() {
    assert_tried_three_times(&Wire::start(|mut guest| {
        guest.head();
        guest.close();
    }));
}

#[test]
fn a_proxy_that_is_not_there_is_named() {
    let proxy = format!("http://user:canary@127.0.0.1:{}", dead_port());
    let (_, run) = through(&proxy, &[]);
    assert_eq!(run.code, 4);
    assert!(run.stderr.contains("proxy"), "{}", run.stderr);
    assert!(!run.stderr.contains("canary"), "{}", run.stderr);
}

#[test]
fn a_proxy_whose_name_does_not_exist_is_named() {
    // A label of more than 63 bytes: no resolver has to be asked.
    let proxy = format!("http://{}.invalid:3128", "x".repeat(64));
    let (_, run) = through(&proxy, &["--retry-max-time", "0.2"]);
    assert_eq!(run.code, 4, "{}", run.stderr);
    assert!(run.stderr.contains("proxy"), "{}", run.stderr);
}

#[test]
fn a_proxy_that_never_answers_is_left_when_the_time_is_up() {
    let wire = Wire::silent();
    let (tenant, run) = through(&wire.plain_url(""), &["--max-time", "2"]);
    let line = format!(
        "mgd: localhost:{}: the time of --max-time is up\n",
        tenant.port()
    );
    run.refused(4, &line);
    assert_eq!(wire.connections(), 1);
}

#[test]
fn a_proxy_that_cannot_be_used_is_an_error_and_not_passed_by() {
    let names = ["https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY"];
    for (value, name) in [
        "ftp://canary:21",
        "socks5://canary:1080",
        "socks5h://127.0.0.1:1080",
        "http://canary host",
        "http://canary:99999",
        "http://canary:port",
        "http://:8080",
        "http://",
        "http://user:canary@127.0.0.1:8080/path",
        "http://us er:canary@127.0.0.1:8080",
    ]
    .into_iter()
    .zip(names.into_iter().cycle())
    {
        let tenant = Tenant::start();
        let run = Mgd::new(&tenant).env(name, value).list(["-vv"]);
        assert_eq!((run.code, run.stdout.as_str()), (2, ""), "{value}");
        assert!(
            run.stderr.contains(&format!("mgd: {name}: ")),
            "{}",
            run.stderr
        );
        assert!(!run.stderr.contains("canary"), "{}", run.stderr);
        assert_eq!(tenant.connections(), 0, "{value}");
    }
}

#[test]
fn a_proxy_in_the_parameters_that_cannot_be_used_is_an_error_too() {
    for value in [
        "ftp://canary:21",
        "socks5://canary:1080",
        "http://canary host",
    ] {
        let tenant = Tenant::start();
        let mgd = Mgd::new(&tenant);
        mgd.edit(|parameters| parameters["proxy"] = value.into());
        let run = mgd.list([] as [&str; 0]);
        assert_eq!((run.code, run.stdout.as_str()), (2, ""), "{value}");
        assert!(
            run.stderr.starts_with("mgd: ") && run.stderr.contains("proxy"),
            "{}",
            run.stderr
        );
        assert!(!run.stderr.contains("canary"), "{}", run.stderr);
        assert_eq!(tenant.connections(), 0, "{value}");
    }
}
