//! Pages whose body breaks off midway.

use std::time::Duration;

use crate::support::{
    DIFFERS, Mgd, asked, items, jsonl, lines, page, resume_hint, resume_hint_of_json, script,
};
use crate::tenant::{Reply, Tenant};

const LINK: &str = "\"@odata.nextLink\":\"{origin}/v1.0/items?p=2\"";
const VALUE: &str = r#""value":[{"id":"1","name":"Zoë \u00eb"}, {"id":"2"},7]"#;

/// A first page of three items with a member after them, the link before or after `value`.
fn first(is_link_first: bool) -> String {
    match is_link_first {
        true => format!("{{{LINK},{VALUE},\"x\":[1]}}"),
        false => format!("{{{VALUE},\"x\":[1],{LINK}}}"),
    }
}

const LINES: &str = "{\"id\":\"1\",\"name\":\"Zoë \\u00eb\"}\n{\"id\":\"2\"}\n7\n{\"id\":\"3\"}\n";
const DOCUMENT: &str = "{\"value\":[{\"id\":\"1\",\"name\":\"Zoë \\u00eb\"},{\"id\":\"2\"},7,{\"id\":\"3\"}],\"x\":[1]}\n";

/// Lists two pages, of which the first breaks off and then comes whole.
#[track_caller]
fn assert_whole(tenant: &Tenant, mgd: &Mgd, broken: Reply, body: &str, output: &str) {
    let before = tenant.requests().len();
    tenant.on("/v1.0/items", [broken.clone(), Reply::json(body)]);
    tenant.on("/v1.0/items?p=2", [page("3", "")]);
    let run = mgd.get(&["items", "--no-prefetch", "-o", output]);
    let expected = if output == "json" { DOCUMENT } else { LINES };
    run.ended(0, expected, "");
    let asked = lines(tenant).split_off(before);
    let pages = ["items", "items", "items?p=2"].map(|path| format!("GET /v1.0/{path}"));
    // The first run asks for a token too.
    assert_eq!(asked[usize::from(before == 0)..], pages, "{broken:?}");
    assert_eq!(tenant.replies_left(), 0);
}

#[test]
fn a_page_cut_anywhere_is_asked_for_again_and_no_item_is_lost_or_doubled() {
    let tenant = Tenant::start();
    let mgd = Mgd::new(&tenant);
    for (is_link_first, output) in [(true, "jsonl"), (false, "json")] {
        let body = first(is_link_first);
        let length = body.replace("{origin}", &tenant.origin()).len();
        for at in 0..length {
            let broken = Reply::json(body.clone()).cut_after(at);
            assert_whole(&tenant, &mgd, broken, &body, output);
        }
    }
}

#[test]
fn a_page_cut_inside_its_coding_is_asked_for_again() {
    let tenant = Tenant::start();
    let mgd = Mgd::new(&tenant);
    let body = first(true);
    let length = body.replace("{origin}", &tenant.origin()).len();
    for at in (0..length).step_by(9) {
        let reply = Reply::json(body.clone());
        let chunked = reply.clone().chunked().drip(5, Duration::ZERO);
        assert_whole(&tenant, &mgd, chunked.cut_after(at), &body, "jsonl");
        let gzip = reply.clone().gzip().cut_after(at);
        assert_whole(&tenant, &mgd, gzip, &body, "json");
        let reset = reply.reset_after(at);
        assert_whole(&tenant, &mgd, reset, &body, "jsonl");
    }
}

#[test]
fn chunks_without_their_end_are_no_whole_page() {
    let tenant = Tenant::start();
    let mgd = Mgd::new(&tenant);
    let body = first(true);
    // All of the page has come in one chunk, and nothing of the empty one that is the end.
    let length = body.replace("{origin}", &tenant.origin()).len();
    let head = format!("{length:x}\r\n").len();
    for at in [head + length, head + length + 2] {
        let broken = Reply::json(body.clone()).chunked().cut_after(at);
        assert_whole(&tenant, &mgd, broken, &body, "jsonl");
    }
}

/// A reply with these ids that breaks off inside its last item.
fn broken(ids: &str, next: &str, tenant: &Tenant) -> Reply {
    let whole = match next {
        "" => String::new(),
        next => format!("\"@odata.nextLink\":\"{}/v1.0/{next}\",", tenant.origin()),
    };
    let body = format!("{{{whole}\"value\":[{},{{\"id\":\"", items(ids));
    let at = body.len();
    Reply::json(format!("{body}rest\"}}]}}")).cut_after(at)
}

#[test]
fn the_link_to_follow_is_the_one_that_came_with_the_items() {
    for (repeat, rest) in [("1 2 3", "4"), ("1 2", "3 4"), ("1 2 3 4 5", "")] {
        for options in [&["--no-prefetch"][..], &[], &["--limit", "9"]] {
            let (tenant, mgd) = script([("items?p=other", page(rest, ""))]);
            tenant.on("/v1.0/items?p=2", [page("wrong", "")]);
            let first = broken("1 2", "items?p=2", &tenant);
            tenant.on("/v1.0/items", [first, page(repeat, "items?p=other")]);
            let run = mgd.get(&[&["items", "-ojsonl"], options].concat());
            run.ended(0, &jsonl(&format!("{repeat} {rest}")), "");
        }
    }
}

#[test]
fn a_link_that_came_before_the_break_counts_no_more() {
    let (tenant, mgd) = script([("items?p=other", page("2", ""))]);
    let link = format!(
        "{{\"@odata.nextLink\":\"{}\",",
        tenant.url("/v1.0/items?p=2")
    );
    let first = Reply::json(format!("{link}\"value\":[]}}")).cut_after(link.len() + 3);
    tenant.on("/v1.0/items", [first, page("1", "items?p=other")]);
    mgd.get(&["items", "-ojsonl", "--no-prefetch"])
        .ended(0, &jsonl("1 2"), "");
    asked(&tenant, &["items", "items", "items?p=other"]);
}

#[test]
fn a_repeat_is_known_by_its_ids() {
    let (tenant, mgd) = script([]);
    let changed = r#"{"value":[{"id":"1","seen":2},{"id":"2"}]}"#;
    tenant.on(
        "/v1.0/items",
        [broken("1", "", &tenant), Reply::json(changed)],
    );
    mgd.get(&["items", "-ojsonl"]).ended(0, &jsonl("1 2"), "");
    asked(&tenant, &["items", "items"]);
}

#[test]
fn a_repeat_that_differs_cannot_be_continued() {
    for repeat in ["2 1 3", "1 9 3", "1", ""] {
        let (tenant, mgd) = script([("items", page("0", "items?p=2"))]);
        let first = broken("1 2", "", &tenant);
        tenant.on("/v1.0/items?p=2", [first, page(repeat, "")]);
        let run = mgd.get(&["items", "-ojsonl"]);
        run.ended(4, &jsonl("0 1 2"), DIFFERS);
        asked(&tenant, &["items", "items?p=2", "items?p=2"]);
    }
}

#[test]
fn items_without_ids_are_known_by_all_their_tokens() {
    for (repeat, is_same) in [("[1, 2.0,3]", true), ("[1,2.00,3]", false)] {
        let (tenant, mgd) = script([]);
        let first = Reply::json(r#"{"value":[1,2.0,3]}"#).cut_after(16);
        let second = Reply::json(format!("{{\"value\":{repeat}}}"));
        tenant.on("/v1.0/items", [first, second]);
        let run = mgd.get(&["items", "-ojsonl"]);
        if is_same {
            run.ended(0, "1\n2.0\n3\n", "");
        } else {
            run.ended(4, "1\n2.0\n", DIFFERS);
        }
        asked(&tenant, &["items", "items"]);
    }
}

fn closed(tenant: &Tenant) -> String {
    format!(
        "mgd: localhost:{}: the connection was closed before the response was whole\n",
        tenant.port()
    )
}

#[test]
fn a_page_that_keeps_breaking_leaves_whole_lines_or_an_open_document() {
    for (output, expected, hint) in [
        (
            "jsonl",
            jsonl("0 1"),
            resume_hint as fn(&Tenant, &str, &str) -> String,
        ),
        (
            "json",
            r#"{"value":[{"id":"0"},{"id":"1"}"#.to_owned(),
            resume_hint_of_json,
        ),
    ] {
        let (tenant, mgd) = script([("items", page("0", "items?p=2"))]);
        tenant.always("/v1.0/items?p=2", broken("1", "", &tenant));
        let run = mgd.get(&["items", "-o", output, "--retry-max-time", "1"]);
        let hint = hint(&tenant, "items?p=2", "1");
        run.ended(4, &expected, &format!("{}{hint}", closed(&tenant)));
        asked(&tenant, &["items", "items?p=2", "items?p=2"]);
    }
}

#[test]
fn a_page_that_breaks_before_its_first_item_leaves_nothing_to_go_on_with() {
    let (tenant, mgd) = script([]);
    tenant.always("/v1.0/items", page("1", "").cut_after(5));
    let run = mgd.get(&["items", "--retry-max-time", "1"]);
    run.refused(4, &closed(&tenant));
    asked(&tenant, &["items", "items"]);
}

#[test]
fn every_repeat_may_come_a_little_further() {
    let (tenant, mgd) = script([]);
    let replies = [
        broken("1", "", &tenant),
        broken("1 2", "", &tenant),
        page("1 2 3", ""),
    ];
    tenant.on("/v1.0/items", replies);
    mgd.get(&["items", "-ojsonl"]).ended(0, &jsonl("1 2 3"), "");
    asked(&tenant, &["items", "items", "items"]);
}
