//! Batches whose answer never came, or not whole.

use std::time::Duration;

use super::{BATCH, asked, batch, body, carried_out, list, outer, statuses};
use crate::tenant::{Reply, Tenant};

const LINES: &str = "users?$select=id\n\
                     {\"id\":\"w\",\"method\":\"PATCH\",\"url\":\"users/x\",\"body\":{}}\nusers/$count\n";

#[test]
fn what_reads_is_asked_again_and_what_changes_something_is_not() {
    for reply in [
        Reply::pass().cut_after(40),
        Reply::pass().reset_after(0),
        Reply::hang_up(),
        Reply::status(500),
        Reply::status(502),
        Reply::status(504),
        Reply::status(503),
    ] {
        let tenant = Tenant::start();
        tenant.on(BATCH, [reply.clone()]);
        let run = batch(&tenant, &["-H", "ConsistencyLevel: eventual"], LINES);
        assert_eq!(
            (run.code, run.stderr.as_str()),
            (1, "mgd: 1 of 3 requests failed (id w)\n"),
            "{reply:?}"
        );
        assert_eq!(list(&statuses(&run)), "1 200, w 0, 3 200");
        let unknown = "{\"id\":\"w\",\"status\":null,\"error\":{\"code\":\"mgd.outcomeUnknown\",\
                       \"message\":\"it may have been applied: ";
        assert!(
            run.stdout.lines().nth(1).unwrap().starts_with(unknown),
            "{}",
            run.stdout
        );
        let urls = ["/users?$select=id", "/users/x", "/users/$count"];
        assert_eq!(asked(&tenant), [&urls[..], &[urls[0], urls[2]]]);
        let writes = carried_out(&tenant);
        assert!(writes.iter().filter(|line| line.contains("PATCH")).count() <= 1);
    }
}

#[test]
fn a_batch_that_only_reads_is_asked_again_whole() {
    for reply in [
        Reply::pass().cut_after(40),
        Reply::hang_up(),
        Reply::status(504),
    ] {
        let tenant = Tenant::start();
        tenant.on(BATCH, [reply]);
        let run = batch(&tenant, &[], "users\nusers?$top=3\n");
        assert_eq!((run.code, run.stderr.as_str()), (0, ""));
        assert_eq!(list(&statuses(&run)), "1 200, 2 200");
        assert_eq!(outer(&tenant).len(), 2);
        assert_eq!(body(&outer(&tenant)[0]), body(&outer(&tenant)[1]));
    }
}

#[test]
fn what_was_to_come_after_an_unknown_outcome_is_not_asked() {
    let tenant = Tenant::start();
    tenant.on(BATCH, [Reply::pass().cut_after(40)]);
    let lines = "{\"id\":\"w\",\"method\":\"DELETE\",\"url\":\"users/x\"}\n\
                 {\"id\":\"a\",\"url\":\"users\",\"dependsOn\":[\"w\"]}\n\
                 {\"id\":\"b\",\"url\":\"users\",\"dependsOn\":[\"a\"]}\n\
                 {\"id\":\"c\",\"url\":\"users\"}\n";
    let run = batch(&tenant, &[], lines);
    assert_eq!(list(&statuses(&run)), "w 0, a 0, b 0, c 200");
    let line = "{\"id\":\"b\",\"status\":null,\"error\":{\"code\":\"mgd.noAnswer\",\"message\":\
                \"not retried: it depends on a request whose outcome is unknown\"}}";
    assert_eq!(run.stdout.lines().nth(2), Some(line));
    assert_eq!(asked(&tenant)[1..], [["/users"]]);
}

#[test]
fn endless_breaks_end_the_command_and_name_what_may_have_been_applied() {
    let tenant = Tenant::start();
    tenant.always(BATCH, Reply::hang_up());
    let run = batch(&tenant, &["--retry-max-time=1", "--jobs=1"], LINES);
    assert_eq!((run.code, list(&statuses(&run)).as_str()), (4, "w 0"));
    let told = "mgd: 1 of 1 requests failed (id w)\nmgd: no line after line 3 was sent\n\
                mgd: lines 1 to 3: localhost";
    assert!(run.stderr.starts_with(told), "{}", run.stderr);
}

#[test]
fn a_batch_of_changes_that_breaks_does_not_stop_the_next() {
    let tenant = Tenant::start();
    tenant.on(BATCH, [Reply::hang_up()]);
    let lines: String = (0..21)
        .map(|n| format!("{{\"id\":\"w{n}\",\"method\":\"DELETE\",\"url\":\"users/{n}\"}}\n"))
        .collect();
    let run = batch(&tenant, &["--jobs=1"], &lines);
    assert_eq!(
        (run.code, run.stderr.as_str()),
        (1, "mgd: 20 of 21 requests failed (ids w0, w1, w2, …)\n")
    );
    assert_eq!(statuses(&run).last(), Some(&("w20".to_owned(), 204)));
    assert_eq!(carried_out(&tenant), ["DELETE /v1.0/users/20"]);
}

#[test]
fn three_batches_in_a_row_that_break_end_the_command() {
    let lines: String = (0..200)
        .map(|n| format!("{{\"id\":\"w{n}\",\"method\":\"DELETE\",\"url\":\"users/{n}\"}}\n"))
        .collect();
    let tenant = Tenant::start();
    tenant.always(BATCH, Reply::hang_up());
    let run = batch(&tenant, &["--jobs=1"], &lines);
    assert_eq!((run.code, statuses(&run).len()), (4, 60));
    let told = "mgd: 60 of 60 requests failed (ids w0, w1, w2, …)\nmgd: no line after line 60 was sent\n\
                mgd: lines 41 to 60: localhost";
    assert!(run.stderr.starts_with(told), "{}", run.stderr);

    let tenant = Tenant::start();
    let broken = || Reply::hang_up();
    tenant.on(
        BATCH,
        [broken(), broken(), Reply::pass(), broken(), broken()],
    );
    let run = batch(&tenant, &["--jobs=1"], &lines);
    assert_eq!(
        (run.code, run.stderr.as_str()),
        (1, "mgd: 80 of 200 requests failed (ids w0, w1, w2, …)\n")
    );
}

#[test]
fn the_end_of_all_time_ends_the_command() {
    let lines: String = (0..200)
        .map(|n| format!("{{\"id\":\"w{n}\",\"method\":\"DELETE\",\"url\":\"users/{n}\"}}\n"))
        .collect();
    let tenant = Tenant::start();
    tenant.always(BATCH, Reply::pass().delay(Duration::from_secs(20)));
    let run = batch(&tenant, &["--jobs=1", "--max-time=2"], &lines);
    assert_eq!(
        (run.code, statuses(&run).len(), outer(&tenant).len()),
        (4, 20, 1)
    );
    let told =
        "mgd: 20 of 20 requests failed (ids w0, w1, w2, …)\nmgd: no line after line 20 was sent\n";
    assert!(run.stderr.starts_with(told), "{}", run.stderr);
}
