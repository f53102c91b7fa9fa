//! What strangers write on the user's terminal, and errors as JSON.

use serde_json::{Value, json};

use super::USERS;
use super::errors::{assert_line, failed, listing};
use crate::support::{Mgd, masked};
use crate::tenant::{Reply, Tenant};

/// Text that would clear the screen, change its title and turn the reading direction.
const HOSTILE: &str = "a\u{1b}[2J\u{1b}]0;t\u{7}\u{202e}b\u{9b}c\u{2066}d\u{7f}e\u{200f}f";
const ESCAPED: &str = "a\\u{1b}[2J\\u{1b}]0;t\\u{7}\\u{202e}b\\u{9b}c\\u{2066}d\\u{7f}e\\u{200f}f";

/// No character that steers a terminal or turns the reading direction.
#[track_caller]
fn assert_harmless(text: &str) {
    let is_harmful = |c: char| {
        c.is_control() && c != '\n'
            || matches!(c, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
    };
    assert!(!text.contains(is_harmful), "{text:?}");
}

#[test]
fn the_first_words_of_a_gateways_page_are_shown_and_escaped() {
    let page = format!("<html>\n<h1>{HOSTILE}</h1>\n{}", "x".repeat(1000));
    let reply = Reply::html(502).body(page);
    let run = listing(reply, &["--retry-max-time", "0.3"]);
    assert_eq!((run.code, run.stdout.as_str()), (4, ""));
    let start = format!("mgd: graph: no Graph error: <html> <h1>{ESCAPED}</h1> xxx");
    assert!(run.stderr.starts_with(&start), "{}", run.stderr);
    assert!(run.stderr.ends_with("x… (HTTP 502)\n"), "{}", run.stderr);
    assert!(run.stderr.len() < 500);
}

#[test]
fn the_text_of_an_error_cannot_steer_the_terminal() {
    let error = json!({"error": {"code": "c", "message": HOSTILE}});
    assert_line(
        failed(404, error.to_string()),
        1,
        &format!("c: {ESCAPED} (HTTP 404)"),
    );
}

#[test]
fn no_member_of_an_error_can_steer_the_terminal() {
    let error = json!({"error": {"code": HOSTILE, "message": HOSTILE,
        "innerError": {"request-id": HOSTILE}}});
    for arguments in [
        &[][..],
        &["-vv"],
        &["--errors", "json"],
        &["-vv", "--errors", "json"],
    ] {
        let run = listing(failed(404, error.to_string()), arguments);
        assert_eq!(run.code, 1);
        assert_harmless(&run.stderr);
        assert!(run.stderr.contains("202e"), "{}", run.stderr);
    }
}

#[test]
fn the_text_of_the_token_endpoint_cannot_steer_the_terminal() {
    for arguments in [&[][..], &["-vv"], &["--errors", "json"]] {
        let tenant = Tenant::start();
        let body = json!({"error": HOSTILE, "error_description": HOSTILE, "suberror": HOSTILE,
            "correlation_id": HOSTILE, "trace_id": HOSTILE});
        tenant.always(&tenant.token_path(), failed(400, body.to_string()));
        let run = Mgd::new(&tenant).list(arguments);
        assert_eq!((run.code, run.stdout.as_str()), (3, ""));
        assert_harmless(&run.stderr);
        assert!(run.stderr.contains("202e"), "{}", run.stderr);
    }
}

#[test]
fn a_place_to_go_on_from_cannot_steer_the_terminal() {
    for arguments in [&[][..], &["--errors", "json"]] {
        let tenant = Tenant::start();
        let next = tenant.url(&format!("{USERS}?next={HOSTILE}"));
        let page = json!({"@odata.nextLink": next, "value": [{"id": "a"}]});
        tenant.on(USERS, [Reply::json(page.to_string())]);
        tenant.always(&format!("{USERS}?next="), Reply::json("[]"));
        let run = Mgd::new(&tenant).list(arguments);
        assert_eq!(run.code, 5, "{}", run.stderr);
        assert_harmless(&run.stderr);
        assert!(run.stderr.contains("%E2%80%AE"), "{}", run.stderr);
    }
}

#[test]
fn errors_as_json_are_one_object_a_line_with_all_that_is_known() {
    let tenant = Tenant::start();
    let throttled = Reply::status(429).retry_after("77.5").header("x", "y");
    tenant.always(USERS, throttled);
    let arguments = ["--errors", "json", "--retry-max-time", "1", "-v"];
    let run = Mgd::new(&tenant).list(arguments);
    assert_eq!((run.code, run.stdout.as_str()), (4, ""));
    let parsed: Vec<Value> = run
        .stderr
        .lines()
        .map(|line| serde_json::from_str(line).expect(line))
        .collect();
    let (last, notes) = parsed.split_last().unwrap();
    assert!(
        notes
            .iter()
            .all(|line| line["level"] == "note" && line["message"].is_string())
    );
    let sent = tenant.requests()[1]
        .header("client-request-id")
        .unwrap()
        .to_owned();
    let mut last = last.clone();
    let request_id = last["request_id"].take();
    assert_eq!(masked(request_id.as_str().unwrap()), "ID");
    let message = last["message"].take();
    assert_eq!(
        masked(message.as_str().unwrap()),
        "graph: TooManyRequests: Too many requests. (HTTP 429, request-id ID); \
         retry in 78 s does not fit --retry-max-time 1 s"
    );
    assert!(
        message
            .as_str()
            .unwrap()
            .contains(request_id.as_str().unwrap())
    );
    assert_eq!(
        last,
        json!({"level": "error", "code": "TooManyRequests", "message": null, "exit": 4,
            "status": 429, "request_id": null, "client_request_id": sent, "retry_after": 77.5})
    );
}

#[test]
fn errors_as_json_carry_hint_and_resume() {
    let tenant = Tenant::with_users(3);
    tenant.set_page_size(2);
    tenant.on(&format!("{USERS}?"), [Reply::status(403)]);
    let run = Mgd::new(&tenant).list(["--errors", "json", "-o", "jsonl"]);
    assert_eq!((run.code, run.ids().len()), (1, 2));
    assert_eq!(run.stderr.lines().count(), 1);
    let line: Value = serde_json::from_str(&run.stderr).unwrap();
    // Graph has refused the link of the second page: the first page has another.
    let resume = &line["resume"];
    let link = tenant.url(USERS);
    assert_eq!(
        (&resume["link"], &resume["skip"]),
        (&json!(link), &json!(2))
    );
    assert_eq!(resume["hash"].as_str().unwrap().len(), 16);
    assert!(
        line["hint"]
            .as_str()
            .unwrap()
            .contains("/adminconsent?client_id=")
    );
    assert_eq!(line["exit"], 1);
    assert_eq!(line.get("retry_after"), None);
}

#[test]
fn errors_as_json_leave_out_what_is_not_known() {
    let mgd = Mgd::without_files();
    let run = mgd.run(["missing.json", "--errors", "json"]);
    assert_eq!((run.code, run.stdout.as_str()), (2, ""));
    let line: Value = serde_json::from_str(&run.stderr).unwrap();
    let keys: Vec<_> = line
        .as_object()
        .unwrap()
        .keys()
        .map(String::as_str)
        .collect();
    let known = ["exit", "hint", "level", "message"];
    assert!(keys.iter().all(|key| known.contains(key)), "{keys:?}");
    assert_eq!(
        (&line["level"], &line["exit"]),
        (&json!("error"), &json!(2))
    );
}

#[test]
fn an_error_names_the_ids_that_support_asks_for() {
    let tenant = Tenant::start();
    tenant.on("/v1.0/users", [Reply::status(403)]);
    let output = Mgd::new(&tenant)
        .command(["parameters.json"])
        .output()
        .unwrap();
    let seen = tenant.requests().remove(1);
    let id = seen.header("client-request-id").unwrap();
    let told = String::from_utf8(output.stderr).unwrap();
    let told = told.lines().next().unwrap();
    assert!(
        told.ends_with(&format!(", client-request-id {id})")),
        "{told}"
    );
    assert!(told.contains(" (HTTP 403, request-id "), "{told}");
}
