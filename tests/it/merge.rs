//! All pages in one document: which members it has, and where they stand.

use crate::support::{Mgd, Run, asked, items, page, script};
use crate::tenant::{Reply, Tenant};

/// Lists pages with these bodies, `{next}` being the link to the next one.
fn merged(bodies: &[&str], options: &[&str]) -> (Tenant, Run) {
    let tenant = Tenant::start();
    let mgd = Mgd::new(&tenant);
    for (index, body) in bodies.iter().enumerate() {
        let next = format!("{{origin}}/v1.0/items?p={}", index + 2);
        let reply = Reply::json(body.replace("{next}", &next));
        let path = match index {
            0 => "/v1.0/items".to_owned(),
            _ => format!("/v1.0/items?p={}", index + 1),
        };
        tenant.on(&path, [reply]);
    }
    let run = mgd.get(&[&["items"], options].concat());
    (tenant, run)
}

#[test]
fn members_stand_before_or_after_value_once_each() {
    let (tenant, run) = merged(
        &[
            r#"{"@odata.context":"c","@odata.count":3,"@odata.nextLink":"{next}","value":[1],"z":1}"#,
            r#"{"@odata.context":"other","a":[ ],"@odata.nextLink":"{next}","z":2,"value":[2]}"#,
            r#"{"value":[3],"a":{"b": null},"y":true,"@odata.deltaLink":"d"}"#,
        ],
        &[],
    );
    let expected = "{\"@odata.context\":\"c\",\"@odata.count\":3,\"value\":[1,2,3],\"z\":2,\
                    \"a\":{\"b\":null},\"y\":true,\"@odata.deltaLink\":\"d\"}\n";
    run.ended(0, expected, "");
    asked(&tenant, &["items", "items?p=2", "items?p=3"]);
}

#[test]
fn a_count_stays_where_it_stood() {
    let tenant = Tenant::with_users(4);
    tenant.set_page_size(3);
    let mgd = Mgd::new(&tenant);
    let path = "users?$count=true&$select=bigNumber";
    let run = mgd.get(&[path, "-H", "ConsistencyLevel: eventual"]);
    let numbers = ["0123", "1123", "2123", "3123"]
        .map(|end| format!("{{\"bigNumber\":1234567890123456789{end}}}"));
    let context = tenant.url("/v1.0/$metadata#users");
    let expected = format!(
        "{{\"@odata.context\":\"{context}\",\"@odata.count\":4,\"value\":[{}]}}\n",
        numbers.join(",")
    );
    run.ended(0, &expected, "");
    assert_eq!(tenant.requests().len(), 3);
    assert_eq!(tenant.violations(), [] as [String; 0]);
}

#[test]
fn a_delta_link_follows_the_items_wherever_it_stood() {
    let first = r#"{"@odata.context":"c","value":[1],"@odata.nextLink":"{next}"}"#;
    for last in [
        r#"{"@odata.context":"c","@odata.deltaLink":"d","value":[2]}"#,
        r#"{"@odata.context":"c","value":[2],"@odata.deltaLink":"d"}"#,
    ] {
        let (tenant, run) = merged(&[first, last], &[]);
        let expected = r#"{"@odata.context":"c","value":[1,2],"@odata.deltaLink":"d"}"#;
        run.ended(0, &format!("{expected}\n"), "");
        asked(&tenant, &["items", "items?p=2"]);
    }
}

#[test]
fn one_page_with_a_delta_link_is_printed_as_it_is() {
    for body in [
        r#"{"@odata.context":"c","@odata.deltaLink":"d","value":[{"id":"1"}]}"#,
        r#"{"@odata.context":"c","value":[],"@odata.deltaLink":"d"}"#,
        r#"{"value":[]}"#,
    ] {
        let (tenant, run) = merged(&[body], &[]);
        run.ended(0, &format!("{body}\n"), "");
        asked(&tenant, &["items"]);
    }
}

#[test]
fn a_first_page_without_value_loses_no_member_of_the_pages_after_it() {
    let (tenant, run) = merged(
        &[
            r#"{"@odata.context":"c","@odata.nextLink":"{next}"}"#,
            r#"{"@odata.deltaLink":"d","value":[1],"x":2}"#,
        ],
        &[],
    );
    let expected = r#"{"@odata.context":"c","value":[1],"@odata.deltaLink":"d","x":2}"#;
    run.ended(0, &format!("{expected}\n"), "");
    asked(&tenant, &["items", "items?p=2"]);
}

#[test]
fn a_next_link_that_is_null_is_dropped_too() {
    let body = r#"{"a":1,"@odata.nextLink":null,"value":[1]}"#;
    let (tenant, run) = merged(&[body], &[]);
    run.ended(0, "{\"a\":1,\"value\":[1]}\n", "");
    asked(&tenant, &["items"]);
}

#[test]
fn names_are_kept_as_they_were_escaped() {
    let (tenant, run) = merged(
        &[
            r#"{"\u0061":"\/","value":[],"@odata.nextLink":"{next}"}"#,
            r#"{"value":[],"\u00e9\"":-0.0}"#,
        ],
        &[],
    );
    let expected = r#"{"\u0061":"\/","value":[],"\u00e9\"":-0.0}"#;
    run.ended(0, &format!("{expected}\n"), "");
    asked(&tenant, &["items", "items?p=2"]);
}

#[test]
fn white_space_between_tokens_is_ours() {
    let (tenant, run) = merged(
        &[
            " {\n\"a b\" : [ 1 , \" 2 \" ] ,\r\n\t\"value\" : [ { \"id\" : 1 } , [ ] ] , \"x\" : { } ,\
             \"@odata.nextLink\" : \"{next}\" }\n\n",
            "{\"value\":[\n]}\n",
        ],
        &[],
    );
    let expected = r#"{"a b":[1," 2 "],"value":[{"id":1},[]],"x":{}}"#;
    run.ended(0, &format!("{expected}\n"), "");
    asked(&tenant, &["items", "items?p=2"]);
}

#[test]
fn the_first_page_keeps_its_link_where_it_stood_and_tells_of_more() {
    for body in [
        r#"{"@odata.context":"c","@odata.nextLink":"{next}","value":[1,2],"x":1}"#,
        r#"{"@odata.context":"c","value":[1,2],"@odata.nextLink":"{next}","x":1}"#,
    ] {
        let (tenant, run) = merged(&[body], &["--first-page"]);
        let expected = body.replace("{next}", &tenant.url("/v1.0/items?p=2")) + "\n";
        let note = "mgd: more pages follow: this was the first only\n";
        run.ended(0, &expected, note);
        asked(&tenant, &["items"]);
    }
}

#[test]
fn a_first_page_that_is_the_only_one_tells_nothing() {
    let body = r#"{"value":[1],"@odata.deltaLink":"d"}"#;
    let (tenant, run) = merged(&[body], &["--first-page"]);
    run.ended(0, &format!("{body}\n"), "");
    asked(&tenant, &["items"]);
}

#[test]
fn the_first_page_as_lines_tells_of_more_too() {
    let body = r#"{"value":[1],"@odata.nextLink":"{next}"}"#;
    let (tenant, run) = merged(&[body], &["--first-page", "-ojsonl"]);
    run.ended(
        0,
        "1\n",
        "mgd: more pages follow: this was the first only\n",
    );
    asked(&tenant, &["items"]);
}

#[test]
fn a_limit_closes_the_document() {
    for (limit, ids) in [("1", "1"), ("2", "1 2"), ("3", "1 2 3")] {
        let (tenant, mgd) = script([
            ("items", page("1 2", "items?p=2")),
            ("items?p=2", page("3 4", "")),
        ]);
        let run = mgd.get(&["items", "--limit", limit]);
        let note = "mgd: more items follow: --limit ended the listing\n";
        run.ended(0, &format!("{{\"value\":[{}]}}\n", items(ids)), note);
        let pages = ["items", "items?p=2"];
        asked(&tenant, if limit == "3" { &pages } else { &pages[..1] });
    }
}

#[test]
fn no_link_is_left_that_skips_items() {
    const MORE: &str = "mgd: more items follow: --limit ended the listing\n";
    const FIRST: &str = "mgd: more pages follow: this was the first only\n";
    for body in [
        r#"{"c":0,"@odata.nextLink":"{next}","value":[1,2],"x":1}"#,
        r#"{"c":0,"value":[1,2],"x":1,"@odata.nextLink":"{next}"}"#,
    ] {
        for (limit, note) in [("1", MORE), ("2", MORE), ("3", FIRST)] {
            let (tenant, run) = merged(&[body], &["--first-page", "--limit", limit]);
            let link = tenant.url("/v1.0/items?p=2");
            let expected = match limit {
                "1" => r#"{"c":0,"value":[1]}"#.to_owned(),
                _ => format!(r#"{{"c":0,"value":[1,2],"x":1,"@odata.nextLink":"{link}"}}"#),
            };
            run.ended(0, &(expected + "\n"), note);
            asked(&tenant, &["items"]);
        }
    }
    for body in [
        r#"{"@odata.deltaLink":"d","value":[1,2]}"#,
        r#"{"value":[1,2],"@odata.deltaLink":"d"}"#,
    ] {
        merged(&[body], &["--limit", "1"])
            .1
            .ended(0, "{\"value\":[1]}\n", MORE);
        let whole = r#"{"value":[1,2],"@odata.deltaLink":"d"}"#;
        merged(&[body], &["--limit", "2"])
            .1
            .ended(0, &format!("{whole}\n"), "");
    }
    // What is no collection has no link that could skip anything.
    let single = r#"{"@odata.deltaLink":"d","a":1}"#;
    merged(&[single], &["--limit", "1"])
        .1
        .ended(0, &format!("{single}\n"), "");
}

#[test]
fn members_of_a_response_that_broke_off_do_not_count() {
    let (tenant, mgd) = script([("items", page("1", "items?p=2"))]);
    let first = r#"{"@odata.deltaLink":"old","a":1,"value":[2],"b":1"#;
    let cut = Reply::json(format!("{first},\"c\":1}}")).cut_after(first.len());
    let whole = Reply::json(r#"{"value":[2],"a":2}"#);
    tenant.on("/v1.0/items?p=2", [cut, whole]);
    let expected = format!("{{\"value\":[{},2],\"a\":2}}\n", items("1"));
    mgd.get(&["items"]).ended(0, &expected, "");
}

#[test]
fn a_first_page_that_broke_off_leaves_no_link_of_another() {
    let cut = |tenant: &Tenant| {
        let link = tenant.url("/v1.0/items?p=2");
        let start = format!(
            "{{\"@odata.nextLink\":\"{link}\",\"value\":[{}",
            items("1 2")
        );
        let at = start.len();
        Reply::json(start + "]}").cut_after(at)
    };
    for (next, output, code) in [
        ("items?p=2", "json", 0),
        ("items?p=3", "json", 4),
        ("items?p=3", "jsonl", 0),
        ("", "json", 4),
    ] {
        let (tenant, mgd) = script([]);
        tenant.on("/v1.0/items", [cut(&tenant), page("1 2 3", next)]);
        let run = mgd.get(&["items", "--first-page", "-o", output]);
        assert_eq!(run.code, code, "{next} {output}: {}", run.stderr);
        assert_eq!(run.stdout.ends_with("}\n"), code == 0);
    }
}

#[test]
fn no_content_prints_nothing() {
    for output in ["json", "jsonl", "raw"] {
        let (tenant, mgd) = script([("thing", Reply::bare(204))]);
        mgd.get(&["thing", "-o", output]).ended(0, "", "");
        asked(&tenant, &["thing"]);
    }
}

#[test]
fn a_text_is_printed_as_it_is() {
    for output in ["json", "jsonl", "raw"] {
        let tenant = Tenant::with_users(1234);
        let mgd = Mgd::new(&tenant);
        let eventual = "ConsistencyLevel: eventual";
        let run = mgd.get(&["users/$count", "-H", eventual, "-o", output]);
        run.ended(0, "1234", "");
        asked(&tenant, &["users/$count"]);
    }
}
