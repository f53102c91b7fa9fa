//! The text of items: token for token, however it arrives.

use std::time::Duration;

use crate::support::{asked, jsonl, page, script};
use crate::tenant::Reply;

const LINES: [&str; 4] = [
    r#"{"id":"Zo\u00eb","é":"李\t雷 𝄞 \ud834\udd1e \" \\ \/ \b","":"\u0000"}"#,
    r#"{"n":[12345678901234567890123,-0,-0.0,1.10,1E400,0.1e-7,9007199254740993]}"#,
    r#"{"z":1,"a":2,"z":3,"@odata.type":"microsoft.graph.user","b":[[],{},[{}]]}"#,
    r#"{"blank":"  kept \u0020 ","t":true,"f":false,"x":null}"#,
];

fn body(between: &str) -> String {
    let items = LINES.join(&format!("{between},{between}"));
    format!("{{{between}\"value\"{between}:{between}[{between}{items}{between}]{between}}}")
}

#[test]
fn every_token_of_an_item_is_kept() {
    let lines = LINES.join("\n") + "\n";
    let (tenant, mgd) = script([("items", Reply::json(body(" \r\n\t")))]);
    mgd.get(&["items", "-ojsonl"]).ended(0, &lines, "");
    asked(&tenant, &["items"]);
    let (tenant, mgd) = script([("items", Reply::json(body(" \r\n\t")))]);
    let document = body("") + "\n";
    mgd.get(&["items", "-ojson"]).ended(0, &document, "");
    asked(&tenant, &["items"]);
}

#[test]
fn a_body_may_come_a_byte_at_a_time() {
    let lines = LINES.join("\n") + "\n";
    for reply in [
        Reply::json(body(" ")),
        Reply::json(body(" ")).chunked(),
        Reply::json(body(" ")).gzip(),
    ] {
        let (tenant, mgd) = script([("items", reply.drip(1, Duration::ZERO))]);
        mgd.get(&["items", "-ojsonl"]).ended(0, &lines, "");
        asked(&tenant, &["items"]);
    }
}

#[test]
fn an_item_may_be_longer_than_any_buffer() {
    let name = "Zoë \\\"𝄞\\\" ".repeat(20_000);
    let long = format!("{{\"id\":\"{name}\",\"members@odata.nextLink\":\"x\"}}");
    let spread = long.replace(",", " ,\n");
    let body = format!("{{\"value\":[{{\"id\":\"0\"}},{spread},{{\"id\":\"1\"}}]}}");
    let (tenant, mgd) = script([("items", Reply::json(body))]);
    let run = mgd.get(&["items", "-ojsonl"]);
    let stdout = format!("{}{long}\n{}", jsonl("0"), jsonl("1"));
    let note = "mgd: 1 of 3 items are not whole: they carry a further link of their own \
                (…@odata.nextLink)\n";
    assert!(
        (run.code, run.stdout == stdout) == (0, true),
        "{}",
        run.stderr
    );
    assert_eq!(run.stderr, note);
    asked(&tenant, &["items"]);
}

#[test]
fn half_a_surrogate_pair_in_a_name_empties_no_cell() {
    let item = r#"{"id":"1","\ud800":"x","m":{"\udc00":0,"n":"y"}}"#;
    let (_tenant, mgd) = script([("items", Reply::json(format!("{{\"value\":[{item}]}}")))]);
    let run = mgd.get(&["items", "-otsv", "--select", "id,m/n"]);
    run.ended(0, "id\tm/n\n1\ty\n", "");
}

#[test]
fn an_item_beyond_the_bound_is_no_item() {
    let long = "x".repeat(3000);
    let (tenant, mgd) = script([("items", page(&format!("1 {long}"), ""))]);
    let run = mgd.get(&["items", "-ojsonl", "--max-item", "2k"]);
    assert_eq!((run.code, run.stdout), (5, jsonl("1")));
    assert!(
        run.stderr.contains("longer than --max-item allows"),
        "{}",
        run.stderr
    );
    asked(&tenant, &["items"]);
}
