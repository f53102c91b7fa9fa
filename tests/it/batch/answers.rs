//! What Graph answers, right and wrong.

use super::{BATCH, asked, batch, carried_out, list, outer, statuses};
use crate::support::{Mgd, masked};
use crate::tenant::{Reply, Tenant};

const WRITE: &str = "{\"id\":\"w\",\"method\":\"DELETE\",\"url\":\"users/x\"}\n";

fn after(line: u32) -> String {
    format!("mgd: no line after line {line} was sent\n")
}

/// A tenant that answers the next batch with these `responses`.
fn answering(responses: &str) -> Tenant {
    let tenant = Tenant::start();
    tenant.on(
        BATCH,
        [Reply::json(format!("{{\"responses\":[{responses}]}}"))],
    );
    tenant
}

#[test]
fn answers_are_matched_by_id_in_any_order() {
    let tenant = answering(
        "{\"id\":\"3\",\"status\":204},{\"body\":[1.0],\"status\":200,\"id\":\"1\"},\
         {\"id\":\"2\",\"status\":404,\"body\":{\"error\":{\"code\":\"\",\"message\":\"m\"}},\"x\":7}",
    );
    let run = batch(&tenant, &[], "a\n{\"id\":\"Two\",\"url\":\"b\"}\nc\n");
    let expected = "{\"id\":\"1\",\"body\":[1.0],\"status\":200}\n\
                    {\"id\":\"Two\",\"status\":404,\"body\":{\"error\":{\"code\":\"\",\"message\":\"m\"}},\"x\":7}\n\
                    {\"id\":\"3\",\"status\":204}\n";
    run.ended(1, expected, "mgd: 1 of 3 requests failed (id Two)\n");
}

#[test]
fn a_missing_answer_is_an_error() {
    let tenant = answering("{\"id\":\"1\",\"status\":200}");
    let run = batch(&tenant, &[], &["a\n\"b\"\n", WRITE].concat());
    let lack = "\"status\":null,\"error\":{\"code\":\"mgd.noAnswer\",\"message\":\"graph responded to the batch, but not to this request in it";
    let expected = format!(
        "{{\"id\":\"1\",\"status\":200}}\n{{\"id\":\"2\",{lack}\"}}}}\n\
         {{\"id\":\"w\",{lack}: it may have been applied\"}}}}\n"
    );
    run.ended(1, &expected, "mgd: 2 of 3 requests failed (ids 2, w)\n");
    assert_eq!(outer(&tenant).len(), 1);
}

#[test]
fn an_answer_that_cannot_be_right_ends_the_command() {
    let cases = [
        (
            "{\"responses\":[{\"id\":\"9\",\"status\":200}]}",
            "it has a response to no request",
        ),
        (
            "{\"responses\":[{\"id\":\"1\",\"status\":200},{\"id\":\"1\",\"status\":200}]}",
            "it has two responses to one request",
        ),
        (
            "{\"responses\":[{\"status\":200}]}",
            "it has a response without an id",
        ),
        (
            "{\"responses\":[{\"id\":\"1\"}]}",
            "it has a response without a status",
        ),
        (
            "{\"responses\":[{\"id\":\"1\",\"status\":\"200\"}]}",
            "it has a response without a status",
        ),
        (
            "{\"responses\":[{\"id\":\"1\",\"status\":0}]}",
            "it has a response without a status",
        ),
        ("{\"responses\":{}}", "`responses` is no array"),
        (
            "{\"responses\":[],\"responses\":[]}",
            "a second list at byte 27",
        ),
        ("{\"value\":1}", "it has no `responses`"),
        (
            "{\"responses\":[{\"id\":\"1\",\"status\":200}]",
            "the body ends too early at byte 38",
        ),
        (
            "{\"error\":{\"code\":\"Oops\",\"message\":\"m\"}}",
            "an error inside a success: Oops",
        ),
    ];
    for (body, reason) in cases {
        let tenant = Tenant::start();
        tenant.on(BATCH, [Reply::json(body)]);
        let run = batch(&tenant, &[], "a\n");
        let told = format!("graph: the response to a batch is not valid: {reason}");
        run.ended(5, "", &format!("{}mgd: line 1: {told}\n", after(1)));

        // What may have been done is never passed over.
        tenant.on(BATCH, [Reply::json(body)]);
        let run = batch(&tenant, &[], &["a\n", WRITE].concat());
        let line = format!(
            "{{\"id\":\"w\",\"status\":null,\"error\":{{\"code\":\"mgd.outcomeUnknown\",\
             \"message\":\"it may have been applied: {told}\"}}}}\n"
        );
        let note = after(2);
        let stderr =
            format!("mgd: 1 of 1 requests failed (id w)\n{note}mgd: lines 1 to 2: {told}\n");
        run.ended(5, &line, &stderr);
    }
    let tenant = Tenant::start();
    tenant.on(BATCH, [Reply::html(200)]);
    let run = batch(&tenant, &[], "a\n");
    assert_eq!((run.code, run.stdout.as_str()), (5, ""), "{}", run.stderr);
}

#[test]
fn a_batch_has_no_more_room_than_its_requests_may_need() {
    let long = |length| {
        let text = "x".repeat(length);
        format!("{{\"id\":\"1\",\"status\":200,\"body\":\"{text}\"}}")
    };
    let fits = batch(&answering(&long(900)), &["--max-item", "1000"], "a\n");
    assert_eq!((fits.code, fits.stderr.as_str()), (0, ""));
    let run = batch(&answering(&long(1100)), &["--max-item", "1000"], "a\n");
    let told =
        "graph: the response to a batch is not valid: longer than --max-item allows at byte ";
    assert_eq!((run.code, run.stdout.as_str()), (5, ""));
    assert!(run.stderr.contains(told), "{}", run.stderr);
    // White space is not without end either.
    let blank = format!("{}\n{}", " ".repeat(900), "[]".repeat(600_000));
    let run = batch(&answering(&blank), &["--max-item", "1000"], "a\n");
    assert_eq!(run.code, 5, "{}", run.stderr);
}

#[test]
fn a_batch_that_is_refused_ends_the_command_as_get_would() {
    for (status, code, graph) in [
        (400, 1, "Request_BadRequest: The request is not valid."),
        (
            404,
            1,
            "Request_ResourceNotFound: The resource does not exist.",
        ),
        (501, 1, "notSupported: The operation is not supported."),
    ] {
        let tenant = Tenant::start();
        tenant.on(BATCH, [Reply::status(status)]);
        let run = batch(&tenant, &["--jobs=1"], &["a\n", WRITE].concat());
        let told = format!("mgd: lines 1 to 2: graph: {graph} (HTTP {status}, request-id ID)\n");
        let told = after(2) + &told;
        assert_eq!((run.code, run.stdout.as_str()), (code, ""));
        assert_eq!(masked(&run.stderr), told);
        assert_eq!(outer(&tenant).len(), 1);
    }
    let tenant = Tenant::start();
    tenant.on(BATCH, [Reply::status(403)]);
    let run = batch(&tenant, &[], "a\n");
    assert_eq!((run.code, run.stdout.as_str()), (1, ""));
    assert!(
        run.stderr.contains("Authorization_RequestDenied"),
        "{}",
        run.stderr
    );
}

#[test]
fn nothing_more_is_sent_after_a_refusal_and_what_was_done_is_written() {
    let tenant = Tenant::start();
    tenant.on(BATCH, [Reply::pass(), Reply::status(403)]);
    let lines = "users?$select=id\n".repeat(100);
    let run = batch(&tenant, &["--jobs=1"], &lines);
    assert_eq!(
        (run.code, statuses(&run).len(), outer(&tenant).len()),
        (1, 20, 2)
    );
    assert!(
        run.stderr
            .starts_with(&(after(40) + "mgd: lines 21 to 40: graph: Auth")),
        "{}",
        run.stderr
    );
}

#[test]
fn a_refused_token_is_replaced_once() {
    let tenant = Tenant::start();
    tenant.on(BATCH, [Reply::status(401)]);
    let run = batch(&tenant, &[], &["users\n", WRITE].concat());
    assert_eq!(
        (run.code, list(&statuses(&run)).as_str()),
        (0, "1 200, w 204")
    );
    assert_eq!((tenant.token_posts(), carried_out(&tenant).len()), (2, 2));

    let tenant = Tenant::start();
    tenant.always(BATCH, Reply::status(401));
    let run = batch(&tenant, &[], WRITE);
    assert_eq!(
        (run.code, run.stdout.as_str(), asked(&tenant).len()),
        (3, "", 2)
    );
}

#[test]
fn the_throttled_keep_their_last_answer_when_the_batch_is_then_refused() {
    let tenant = Tenant::start();
    tenant.on(BATCH, [Reply::pass(), Reply::status(403)]);
    tenant.on_part("/v1.0/u/1", [Reply::status(429).retry_after("0.1")]);
    let run = batch(&tenant, &[], "u/1\nusers\n");
    assert_eq!(
        (run.code, list(&statuses(&run)).as_str()),
        (1, "1 429, 2 200")
    );
    let stderr = "mgd: 1 of 2 requests failed (id 1)\nmgd: no line after line 2 was sent\n\
         mgd: lines 1 to 2: graph: Authorization_RequestDenied";
    assert!(run.stderr.starts_with(stderr), "{}", run.stderr);
}

#[test]
fn nothing_secret_is_told_however_loud() {
    let tenant = Tenant::start();
    let mgd = Mgd::new(&tenant);
    for level in ["-v", "-vv"] {
        for reply in [
            Reply::pass(),
            Reply::status(429).retry_after("0.1"),
            Reply::status(400),
        ] {
            tenant.on(BATCH, [reply]);
            let run = super::run(&mgd, &[level, "--errors=json"], "users\n");
            // The harness fails on a secret or a token in what is printed.
            assert!(run.stderr.contains("$batch -> "), "{}", run.stderr);
            run.stderr
                .lines()
                .for_each(|line| drop(serde_json::from_str::<serde_json::Value>(line).unwrap()));
        }
    }
}

#[test]
fn answers_that_are_the_first_page_of_more_are_told() {
    let tenant = Tenant::start();
    tenant.set_page_size(2);
    let run = batch(&tenant, &[], "users\nusers?$top=3\nusers\n");
    let note = "mgd: 2 of 3 responses are not whole: they carry a further link (@odata.nextLink)\n";
    assert_eq!((run.code, run.stderr.as_str()), (0, note));
    assert_eq!(run.stdout.matches("@odata.nextLink").count(), 2);
    let run = batch(&tenant, &["-q"], "users\n");
    assert_eq!((run.code, run.stderr.as_str()), (0, ""));
}
