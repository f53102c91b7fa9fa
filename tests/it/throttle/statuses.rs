//! Which statuses are asked again, how often, and over which connection.

use super::{asked, assert_asked, assert_whole, run};
use crate::support::{Mgd, masked};
use crate::tenant::{Reply, Tenant};

fn connections(tenant: &Tenant) -> Vec<usize> {
    asked(tenant).iter().map(|seen| seen.connection).collect()
}

#[test]
fn a_429_is_asked_again_over_the_same_connection() {
    let tenant = Tenant::start();
    let run = run(&tenant, [Reply::status(429).retry_after("0.2")], &[]);
    let connections = connections(&tenant);
    assert_whole(&tenant, &run, &[429, 200]);
    assert_eq!(connections, [1, 1]);
}

#[test]
fn a_503_is_asked_again_over_a_new_connection() {
    let tenant = Tenant::start();
    let unavailable = || Reply::status(503).retry_after("0.2");
    let run = run(&tenant, [unavailable(), unavailable()], &[]);
    let connections = connections(&tenant);
    assert_whole(&tenant, &run, &[503, 503, 200]);
    assert_eq!(connections, [1, 2, 3]);
}

#[test]
fn what_a_busy_service_says_is_asked_again() {
    let tenant = Tenant::start();
    let replies = [408, 504, 509].map(|status| Reply::status(status).retry_after("0.1"));
    let run = run(&tenant, replies, &[]);
    assert_whole(&tenant, &run, &[408, 504, 509, 200]);
}

#[test]
fn a_500_is_tried_three_times() {
    let tenant = Tenant::start();
    tenant.always(super::USERS, Reply::status(500).retry_after("0.1"));
    let run = Mgd::new(&tenant).list([] as [&str; 0]);
    assert_asked(&tenant, &[500, 500, 500]);
    assert_eq!((run.code, run.stdout.as_str()), (4, ""));
    assert_eq!(
        masked(&run.stderr),
        "mgd: graph: generalException: An internal server error has taken place. \
         (HTTP 500, request-id ID)\n"
    );
}

#[test]
fn a_third_try_after_500_and_502_may_make_it_whole() {
    let tenant = Tenant::start();
    let run = run(&tenant, [Reply::status(500), Reply::html(502)], &[]);
    assert_whole(&tenant, &run, &[500, 502, 200]);
}

#[test]
fn a_502_is_tried_three_times() {
    let tenant = Tenant::start();
    tenant.always(super::USERS, Reply::html(502).retry_after("0.1"));
    let run = Mgd::new(&tenant).list([] as [&str; 0]);
    assert_asked(&tenant, &[502, 502, 502]);
    run.refused(
        4,
        "mgd: graph: no Graph error: <html> <head><title>502 Bad \
         Gateway</title></head> <body><h1>502 Bad Gateway</h1></body> </html> (HTTP 502)\n",
    );
}

#[test]
fn what_a_service_cannot_do_is_not_asked_again() {
    let tenant = Tenant::start();
    for status in [501, 505, 507] {
        let before = asked(&tenant).len();
        let reply = Reply::graph_error(status, "notSupported", "No.").retry_after("0.1");
        let run = run(&tenant, [reply], &[]);
        assert_eq!((run.code, run.stdout.as_str()), (1, ""));
        assert_eq!(
            masked(&run.stderr),
            format!("mgd: graph: notSupported: No. (HTTP {status}, request-id ID)\n")
        );
        assert_eq!(asked(&tenant).len(), before + 1, "{status}");
        std::thread::sleep(std::time::Duration::from_millis(110));
    }
}

#[test]
fn the_waits_are_told_with_v() {
    let tenant = Tenant::start();
    let run = run(&tenant, [Reply::status(429).retry_after("0.2")], &["-v"]).ok();
    let told = "mgd: throttled by localhost; retry in 0.2 s\n";
    assert_eq!(run.stderr.matches(told).count(), 1, "{}", run.stderr);
    assert_asked(&tenant, &[429, 200]);
}
