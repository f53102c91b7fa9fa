//! Requests that are put off inside an answer of 200, and answers that put off all of them.

use std::time::Duration;

use super::{BATCH, asked, assert_manners, batch, carried_out, list, outer, statuses};
use crate::tenant::{Reply, Tenant};

fn wait(status: u16, seconds: &str) -> Reply {
    Reply::status(status).retry_after(seconds)
}

#[test]
fn only_what_was_throttled_is_asked_again_after_the_longest_wait() {
    let tenant = Tenant::start();
    tenant.always_part("/v1.0/u/", Reply::json("{}"));
    tenant.on_part("/v1.0/u/2", [wait(429, "0.1")]);
    tenant.on_part("/v1.0/u/3", [wait(429, "0.5"), wait(429, "0.2")]);
    let run = batch(&tenant, &[], "u/1\nu/2\nu/3\nu/4\n");
    assert_eq!((run.code, run.stderr.as_str()), (0, ""));
    assert_eq!(list(&statuses(&run)), "1 200, 2 200, 3 200, 4 200");
    let all = ["/u/1", "/u/2", "/u/3", "/u/4"];
    assert_eq!(asked(&tenant), [&all[..], &all[1..3], &all[2..3]]);
    assert_manners(&tenant);
}

#[test]
fn the_wait_is_understood_in_all_its_forms() {
    for field in [
        "\"Retry-After\":\"0.2\"",
        "\"retry-after\":\"0,0.2\"",
        "\"RETRY-AFTER\":0.2",
        "\"Retry-After\":\"Sun, 06 Nov 1994 08:49:37 GMT\"",
        "\"Retry-After\":\"soon\"",
        "\"Content-Type\":\"application/json\"",
    ] {
        let tenant = Tenant::start();
        let answer = format!(
            "{{\"responses\":[{{\"id\":\"1\",\"status\":429,\"headers\":{{{field}}},\"body\":null}}]}}"
        );
        tenant.on(BATCH, [Reply::json(answer)]);
        let run = batch(&tenant, &[], "users\n");
        assert_eq!((run.code, run.stderr.as_str()), (0, ""), "{field}");
        assert_eq!(asked(&tenant), [["/users"], ["/users"]]);
    }
}

#[test]
fn what_reads_is_asked_again_wherever_get_would() {
    let tenant = Tenant::start();
    tenant.always_part("/v1.0/u/", Reply::json("{}"));
    let twice = |status| [wait(status, "0.1"), wait(status, "0.1")];
    for status in [408, 503, 504, 509] {
        let passing = [twice(status), twice(status)].concat();
        tenant.on_part(&format!("/v1.0/u/{status}"), passing);
    }
    tenant.on_part("/v1.0/u/500", twice(500));
    tenant.on_part("/v1.0/u/502", [twice(502), twice(502)].concat());
    for status in [400, 404, 501, 507] {
        tenant.on_part(&format!("/v1.0/u/{status}"), [Reply::status(status)]);
    }
    let order = [408, 503, 504, 509, 500, 502, 400, 404, 501, 507];
    let lines: String = order
        .iter()
        .map(|status| format!("{{\"id\":\"{status}\",\"url\":\"u/{status}\"}}\n"))
        .collect();
    let run = batch(&tenant, &[], &lines);
    let expected = "408 200, 503 200, 504 200, 509 200, 500 200, 502 502, 400 400, 404 404, \
                    501 501, 507 507";
    assert_eq!(list(&statuses(&run)), expected);
    assert_eq!(
        (run.code, run.stderr.as_str()),
        (1, "mgd: 5 of 10 requests failed (ids 502, 400, 404, …)\n")
    );
    let tries = |status: u32| {
        let line = format!("GET /v1.0/u/{status}");
        carried_out(&tenant)
            .into_iter()
            .filter(|seen| *seen == line)
            .count()
    };
    assert_eq!(order.map(tries), [5, 5, 5, 5, 3, 3, 1, 1, 1, 1]);
    assert_manners(&tenant);
}

#[test]
fn what_changes_something_is_sent_again_only_where_it_was_not_carried_out() {
    let tenant = Tenant::start();
    tenant.on_part("/v1.0/u/1", [wait(429, "0.1")]);
    tenant.on_part("/v1.0/u/2", [wait(503, "0.1")]);
    tenant.on_part("/v1.0/u/3", [Reply::status(503)]);
    tenant.on_part("/v1.0/u/4", [wait(500, "0.1")]);
    tenant.on_part("/v1.0/u/5", [wait(504, "0.1")]);
    let line = |number| format!("{{\"method\":\"PATCH\",\"url\":\"u/{number}\",\"body\":{{}}}}\n");
    let lines: String = (1..=5).map(line).collect();
    let run = batch(&tenant, &[], &lines);
    assert_eq!(list(&statuses(&run)), "1 204, 2 204, 3 503, 4 500, 5 504");
    assert_eq!(
        (run.code, run.stderr.as_str()),
        (1, "mgd: 3 of 5 requests failed (ids 3, 4, 5)\n")
    );
    assert_eq!(asked(&tenant)[1..], [["/u/1", "/u/2"]]);
    assert_manners(&tenant);
}

#[test]
fn endless_throttling_ends_with_the_last_answer() {
    let tenant = Tenant::start();
    tenant.always_part("/v1.0/u/", wait(429, "0.4"));
    let run = batch(&tenant, &["--retry-max-time", "1"], "u/1\nusers\n");
    assert_eq!(list(&statuses(&run)), "1 429, 2 200");
    assert!(run.stdout.contains("TooManyRequests"));
    let told = "mgd: warning: 1 of 2 requests of a batch are not retried; \
                retry in 0.4 s does not fit --retry-max-time 1 s\n\
                mgd: 1 of 2 requests failed (id 1)\n";
    assert_eq!((run.code, run.stderr.as_str()), (1, told));
    let tries = outer(&tenant).len();
    assert!((1..=3).contains(&tries), "{tries}");
    assert_manners(&tenant);
}

#[test]
fn a_batch_that_is_said_to_have_failed_with_its_requests_is_read() {
    let tenant = Tenant::start();
    let reply = Reply::status(424).body(
        "{\"responses\":[{\"id\":\"1\",\"status\":429,\"headers\":{\"Retry-After\":\"0.1\"}},\
         {\"id\":\"2\",\"status\":204}]}",
    );
    tenant.on(BATCH, [reply]);
    let lines = "users\n{\"method\":\"DELETE\",\"url\":\"users/x\"}\n";
    let run = batch(&tenant, &[], lines);
    assert_eq!((run.code, run.stderr.as_str()), (0, ""));
    assert_eq!(list(&statuses(&run)), "1 200, 2 204");
    assert_eq!(asked(&tenant)[1..], [["/users"]]);

    let tenant = Tenant::start();
    tenant.on(BATCH, [Reply::status(424)]);
    let run = batch(&tenant, &[], lines);
    assert_eq!((run.code, run.stdout.as_str()), (1, ""));
    assert!(
        run.stderr
            .contains("\nmgd: lines 1 to 2: graph: UnknownError"),
        "{}",
        run.stderr
    );
}

#[test]
fn a_batch_that_is_put_off_is_sent_again_whole() {
    for reply in [wait(429, "0.2"), wait(503, "0.2")] {
        let tenant = Tenant::start();
        tenant.on(BATCH, [reply]);
        let run = batch(
            &tenant,
            &[],
            "users\n{\"method\":\"DELETE\",\"url\":\"users/x\"}\n",
        );
        assert_eq!((run.code, run.stderr.as_str()), (0, ""));
        assert_eq!(list(&statuses(&run)), "1 200, 2 204");
        assert_eq!(asked(&tenant), [["/users", "/users/x"]; 2]);
        assert_eq!(carried_out(&tenant).len(), 2);
        assert_manners(&tenant);
    }
}

#[test]
fn batches_that_were_throttled_one_after_the_other_both_keep_the_last_wait() {
    for cache in [&[][..], &["--token-cache=none"]] {
        let (tenant, lines) = super::things(40);
        // Late, so that both have been sent when the first is told.
        let late = |millis| wait(429, "1").delay(Duration::from_millis(millis));
        tenant.on(BATCH, [late(400), late(1000)]);
        let run = batch(&tenant, &[&["--jobs=2"], cache].concat(), &lines);
        assert_eq!((run.code, run.stderr.as_str()), (0, ""));
        assert_eq!(statuses(&run).len(), 40);
        assert_manners(&tenant);
        assert_eq!(outer(&tenant).len(), 4);
    }
}

#[test]
fn a_word_to_wait_for_one_batch_holds_for_those_beside_it() {
    let (tenant, lines) = super::things(60);
    let slow = Reply::pass().delay(Duration::from_millis(500));
    let put_off = wait(429, "1").delay(Duration::from_millis(200));
    tenant.on(BATCH, [put_off, slow]);
    let run = batch(&tenant, &["--jobs=2", "--unordered"], &lines);
    assert_eq!((run.code, run.stderr.as_str()), (0, ""));
    assert_eq!(statuses(&run).len(), 60);
    assert_manners(&tenant);
}
