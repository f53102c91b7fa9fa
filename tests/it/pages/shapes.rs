//! What a body may be besides a page of objects, and what it may not be.

use crate::support::{Run, asked, items, jsonl, page, resume_hint, script};
use crate::tenant::{Reply, Tenant};

fn get(body: &str, output: &str) -> (Tenant, Run) {
    let (tenant, mgd) = script([("thing", Reply::json(body))]);
    let run = mgd.get(&["thing", "-o", output]);
    (tenant, run)
}

#[test]
fn a_single_object_is_printed_as_it_is() {
    for body in [
        r#"{"@odata.context":"c","id":"1","n":1.0e5,"o":{"value":[1]}}"#,
        r#"{"id":"1","members":[{"id":"2"}],"error":{"code":"part of it"}}"#,
        r#"{"value":7}"#,
        r#"{"value":null,"a":1}"#,
        r#"{"value":{"value":[1]}}"#,
        r#"{"value":"x"}"#,
        "{}",
    ] {
        for output in ["json", "jsonl"] {
            let (tenant, run) = get(body, output);
            run.ended(0, &format!("{body}\n"), "");
            asked(&tenant, &["thing"]);
        }
    }
}

#[test]
fn value_may_hold_scalars_and_arrays() {
    let body = r#"{"value":["a","b\n",-1.50E+2,true,null,[],[1,[2]],{}]}"#;
    let (tenant, run) = get(body, "jsonl");
    let lines = "\"a\"\n\"b\\n\"\n-1.50E+2\ntrue\nnull\n[]\n[1,[2]]\n{}\n";
    run.ended(0, lines, "");
    asked(&tenant, &["thing"]);
    let (tenant, run) = get(body, "json");
    run.ended(0, &format!("{body}\n"), "");
    asked(&tenant, &["thing"]);
}

#[test]
fn look_alikes_inside_items_are_not_mistaken_and_further_links_are_told() {
    let lines = [
        r#"{"id":"1","value":[{"id":"x"}],"members":[],"members@odata.nextLink":"https://evil.example/"}"#,
        r#"{"id":"2","error":{"code":"no"},"members@odata.nextLink":null,"value":[]}"#,
        r#"{"id":"3","a":{"b":[{"c@odata.nextLink":"https://evil.example/"},{"d@odata.nextLink":""}]}}"#,
        r#"{"id":"4","s":"members@odata.nextLink","odata.nextLink":"x"}"#,
    ];
    let body = format!("{{\"value\":[{}]}}", lines.join(","));
    let (tenant, run) = get(&body, "jsonl");
    let note = "mgd: 2 of 4 items are not whole: they carry a further link of their own \
                (…@odata.nextLink)\n";
    run.ended(0, &(lines.join("\n") + "\n"), note);
    asked(&tenant, &["thing"]);
    let (_tenant, run) = get(&body, "json");
    run.ended(0, &format!("{body}\n"), note);
}

#[test]
fn a_page_without_value_goes_on() {
    let (tenant, mgd) = script([
        ("items", page("1", "items?p=2")),
        (
            "items?p=2",
            Reply::json(r#"{"@odata.nextLink":"{origin}/v1.0/items?p=3"}"#),
        ),
        ("items?p=3", page("2", "items?p=4")),
        ("items?p=4", Reply::json("{}")),
    ]);
    mgd.get(&["items", "-ojsonl"]).ended(0, &jsonl("1 2"), "");
    asked(&tenant, &["items", "items?p=2", "items?p=3", "items?p=4"]);
}

#[test]
fn a_first_page_without_value_goes_on() {
    let (tenant, mgd) = script([
        (
            "items",
            Reply::json(r#"{"@odata.nextLink":"{origin}/v1.0/items?p=2"}"#),
        ),
        ("items?p=2", page("1", "")),
    ]);
    mgd.get(&["items", "-ojsonl"]).ended(0, &jsonl("1"), "");
    asked(&tenant, &["items", "items?p=2"]);
}

/// The second page has this body: the listing must end with exit 5, these further items and this
/// story.
#[track_caller]
fn assert_wrong(body: &str, further: u32, story: &str) {
    let (tenant, mgd) = script([
        ("items", page("0", "items?p=2")),
        ("items?p=2", Reply::json(body)),
    ]);
    let run = mgd.get(&["items", "-ojsonl"]);
    let ids = ["", "1", "1 2"][further as usize];
    let hint = resume_hint(&tenant, "items?p=2", ids);
    run.ended(
        5,
        &jsonl(&format!("0 {ids}")),
        &format!("mgd: graph: {story}\n{hint}"),
    );
    asked(&tenant, &["items", "items?p=2"]);
}

#[test]
fn value_of_another_type_on_a_later_page_cannot_be_right() {
    for value in ["{}", "7", "\"x\"", "true"] {
        let body = format!("{{\"value\":{value}}}");
        assert_wrong(&body, 0, "`value` of a later page is no array");
    }
}

#[test]
fn a_later_page_whose_value_is_null_has_no_items() {
    for output in ["jsonl", "json"] {
        let null = "{\"value\":null,\"@odata.nextLink\":\"{origin}/v1.0/items?p=3\"}";
        let (tenant, mgd) = script([
            ("items", page("1", "items?p=2")),
            ("items?p=2", Reply::json(null)),
            ("items?p=3", page("2", "items?p=4")),
            ("items?p=4", Reply::json("{\"value\":null}")),
        ]);
        let expected = match output {
            "json" => format!("{{\"value\":[{}]}}\n", items("1 2")),
            _ => jsonl("1 2"),
        };
        mgd.get(&["items", "-o", output]).ended(0, &expected, "");
        asked(&tenant, &["items", "items?p=2", "items?p=3", "items?p=4"]);
    }
}

#[test]
fn a_single_object_is_bounded_while_it_is_read() {
    let members: Vec<_> = (0..100)
        .map(|n| format!("\"m{n}\":\"{}\"", "x".repeat(40)))
        .collect();
    let body = format!("{{{}}}", members.join(","));
    let (_tenant, mgd) = script([("thing", Reply::json(body.clone()))]);
    mgd.get(&["thing", "--max-item", "5k"])
        .ended(0, &(body.clone() + "\n"), "");
    // However the text is packed, and though it does not end.
    let endless = Reply::json(body.replace('}', &format!(",\"n\":\"{}", "y".repeat(1_000_000))));
    let (_tenant, mgd) = script([("thing", endless.gzip())]);
    let run = mgd.get(&["thing", "--max-item", "2k"]);
    run.refused(5, "mgd: graph: an object longer than --max-item allows\n");
}

#[test]
fn members_beside_a_collection_are_bounded_wherever_they_stand() {
    let member = |n: u32| format!("\"m{n}\":\"{}\"", "x".repeat(600_000));
    let both = [member(1), member(2)].join(",");
    for body in [
        format!("{{{both},\"value\":[]}}"),
        format!("{{\"value\":[],{both}}}"),
        format!("{{{both},\"@odata.nextLink\":\"x\"}}"),
    ] {
        let run = get(&body, "jsonl").1;
        run.refused(5, "mgd: graph: more than 1 MiB beside `value`\n");
    }
    get(&format!("{{{both}}}"), "json")
        .1
        .ended(0, &format!("{{{both}}}\n"), "");
}

#[test]
fn a_web_page_of_graph_itself_is_to_be_had_raw() {
    let page = Reply::html(200);
    for (path, reply) in [
        ("users/U/onenote/pages/P/content", page.clone()),
        ("things/T/page", page.header("request-id", "r")),
    ] {
        let (tenant, mgd) = script([]);
        tenant.always(&format!("/v1.0/{path}"), reply);
        let run = mgd.get(&[path]);
        assert_eq!((run.code, run.stdout.as_str()), (5, ""));
        let hint = "mgd: hint: -o raw writes it as it came\n";
        assert!(run.stderr.ends_with(hint), "{}", run.stderr);
        assert!(mgd.get(&[path, "-oraw"]).ok().stdout.starts_with("<html>"));
    }
}

#[test]
fn a_long_text_is_to_be_had_raw() {
    let text = "x".repeat(1_100_000);
    let (tenant, mgd) = script([]);
    tenant.always("/v1.0/thing", Reply::text(text.clone()));
    let hint = "mgd: hint: -o raw writes it as it came\n";
    let story = "mgd: graph: a plain text longer than 1 MiB\n";
    mgd.get(&["thing"]).refused(5, &format!("{story}{hint}"));
    assert!(mgd.get(&["thing", "-oraw"]).ok().stdout == text);
}

#[test]
fn two_values_cannot_be_right() {
    let (one, two) = (items("1"), items("2"));
    let story = "the response is not valid: a second `value` at byte 29 of 43 read";
    assert_wrong(
        &format!("{{\"value\":[{one}],\"value\":[{two}]}}"),
        1,
        story,
    );
    let story = "the response is not valid: a second `value` at byte 34 of 37 read";
    assert_wrong(
        &format!("{{\"value\":[{one}],\"\\u0076alue\":1}}"),
        1,
        story,
    );
}

#[test]
fn an_error_inside_a_success_cannot_be_right() {
    let story = "an error inside a success: serviceNotAvailable: Later.";
    let error = r#""error":{"code":"serviceNotAvailable","message":"Later."}"#;
    assert_wrong(&format!("{{{error}}}"), 0, story);
    assert_wrong(&format!("{{\"value\":[{}],{error}}}", items("1")), 1, story);
    let (tenant, run) = get(&format!("{{{error}}}"), "json");
    run.refused(5, &format!("mgd: graph: {story}\n"));
    asked(&tenant, &["thing"]);
}

#[test]
fn an_empty_body_is_no_page() {
    assert_wrong(
        "",
        0,
        "the response is not valid: the body is empty at byte 0 of 0 read",
    );
}

#[test]
fn a_body_that_is_not_json_cannot_be_right() {
    for (body, further, what) in [
        ("[]", 0, "not a JSON object at byte 0 of 2 read"),
        (
            r#"{"value":[{"id":"1"}"#,
            1,
            "the body ends too early at byte 20 of 20 read",
        ),
        (
            r#"{"value":[{"id":"1"}]}x"#,
            1,
            "something follows the JSON object at byte 22 of 23 read",
        ),
        (
            r#"{"value":[{"id":"1"},]}"#,
            1,
            "not JSON at byte 21 of 23 read",
        ),
        (
            r#"{"value":[{"id":"1"},{"id":01}]}"#,
            1,
            "not a number at byte 28 of 32 read",
        ),
        (
            r#"{"value":[{"id":"1"},{"id":"\x"}]}"#,
            1,
            "no such escape in a string at byte 29 of 34 read",
        ),
        (
            "{\"value\":[{\"id\":\"1\"},{\"id\":\"a\tb\"}]}",
            1,
            "a control character in a string at byte 29 of 35 read",
        ),
        (
            "{\"value\":[{\"id\":\"1\"},NaN]}",
            1,
            "not a JSON value at byte 21 of 26 read",
        ),
    ] {
        assert_wrong(body, further, &format!("the response is not valid: {what}"));
    }
}

#[test]
fn a_single_object_that_is_not_whole_is_told() {
    for body in [
        r#"{"id":"1","members":[{"id":"2"}],"members@odata.nextLink":"https://evil.example/"}"#,
        r#"{"id":"1","a":{"value":[],"@odata.nextLink":"https://evil.example/"}}"#,
    ] {
        let (tenant, run) = get(body, "json");
        let note = "mgd: 1 of 1 items are not whole: they carry a further link of their own \
                    (…@odata.nextLink)\n";
        run.ended(0, &format!("{body}\n"), note);
        asked(&tenant, &["thing"]);
    }
    let body = r#"{"id":"1","members@odata.nextLink":null,"s":"a@odata.nextLink"}"#;
    get(body, "json").1.ended(0, &format!("{body}\n"), "");
}

#[test]
fn a_single_object_keeps_members_of_one_name() {
    let body = r#"{"a":1,"b":{"a":1,"a":2},"a":2}"#;
    get(body, "json").1.ended(0, &format!("{body}\n"), "");
}

#[test]
fn json_under_the_name_of_plain_text_is_taken_for_json() {
    let text = |body: String| Reply::text(body);
    let link = "\"@odata.nextLink\":\"{origin}/v1.0/items?p=2\"";
    let (tenant, mgd) = script([
        (
            "items",
            text(format!(" {{{link},\"value\":[{}]}}", items("1"))),
        ),
        ("items?p=2", text(format!("{{\"value\":[{}]}}", items("2")))),
    ]);
    mgd.get(&["items", "-ojsonl"]).ended(0, &jsonl("1 2"), "");
    asked(&tenant, &["items", "items?p=2"]);
}

#[test]
fn a_first_page_whose_value_is_null_goes_on() {
    let first = "{\"a\":1,\"value\":null,\"@odata.nextLink\":\"{origin}/v1.0/items?p=2\"}";
    let (tenant, mgd) = script([("items", Reply::json(first)), ("items?p=2", page("1", ""))]);
    let whole = format!("{{\"a\":1,\"value\":[{}]}}\n", items("1"));
    mgd.get(&["items"]).ended(0, &whole, "");
    asked(&tenant, &["items", "items?p=2"]);
}

#[test]
fn a_next_link_beside_a_single_value_cannot_be_right() {
    let body = "{\"value\":7,\"@odata.nextLink\":\"{origin}/v1.0/items?p=2\"}";
    let (tenant, run) = get(body, "json");
    let story = "mgd: graph: a next link beside a `value` that is no array\n";
    run.ended(5, "", story);
    asked(&tenant, &["thing"]);
}

#[test]
fn no_content_is_no_further_page() {
    let (tenant, mgd) = script([
        ("items", page("0", "items?p=2")),
        ("items?p=2", Reply::bare(204)),
    ]);
    let run = mgd.get(&["items", "-ojsonl"]);
    let hint = resume_hint(&tenant, "items?p=2", "");
    let story = "mgd: graph: no content where a page must be\n";
    run.ended(5, &jsonl("0"), &format!("{story}{hint}"));
    asked(&tenant, &["items", "items?p=2"]);
}
