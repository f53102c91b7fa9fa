//! `-o raw`: one answer as it came.

use std::process::Output;

use crate::support::{Mgd, Run, asked, script};
use crate::tenant::{Reply, Tenant};

fn raw(reply: Reply) -> (Tenant, Output) {
    let (tenant, mgd) = script([("thing", reply)]);
    let mut command = mgd.command(["parameters.json", "get", "thing", "-o", "raw"]);
    let output = command.output().unwrap();
    (tenant, output)
}

#[track_caller]
fn assert_raw(reply: Reply, bytes: &[u8], stderr: &str) {
    let (tenant, output) = raw(reply);
    assert_eq!(String::from_utf8_lossy(&output.stderr), stderr);
    assert_eq!(output.status.code(), Some(0));
    assert!(output.stdout == bytes, "{:?}", output.stdout);
    asked(&tenant, &["thing"]);
}

const MORE: &str = "mgd: more pages follow: -o raw is one response\n";

#[test]
fn a_page_comes_as_it_is_and_a_link_that_remains_is_told() {
    let link = "\"@odata.nextLink\" : \"https://elsewhere.example/\"";
    for body in [
        format!("{{ \"value\":[ 1,2 ],\r\n{link} }}\n"),
        format!(" {{{link},\"value\":[]}}"),
        link.replace("odata", "\\u006fdata").replacen('"', "{\"", 1) + "}",
    ] {
        assert_raw(Reply::json(body.clone()), body.as_bytes(), MORE);
        assert_raw(Reply::json(body.clone()).gzip(), body.as_bytes(), MORE);
    }
}

#[test]
fn a_page_without_a_further_link_has_no_note() {
    for body in [
        r#"{"value":[{"@odata.nextLink":"x","m@odata.nextLink":"x"}]}"#,
        r#"{"@odata.nextLink":null,"value":[]}"#,
        r#"{"m@odata.nextLink":"x","value":[],"@odata.deltaLink":"d"}"#,
    ] {
        assert_raw(Reply::json(body), body.as_bytes(), "");
    }
}

#[test]
fn what_is_no_json_comes_byte_for_byte() {
    let binary: Vec<u8> = (0..70_000_u32).map(|n| (n % 251) as u8).collect();
    let photo = Reply::bare(200).header("Content-Type", "image/jpeg");
    assert_raw(photo.clone().body(binary.clone()), &binary, "");
    assert_raw(photo.clone().body(binary.clone()).chunked(), &binary, "");
    assert_raw(photo.body(binary.clone()).gzip(), &binary, "");
    assert_raw(Reply::text("a\r\nb\n"), b"a\r\nb\n", "");
    assert_raw(Reply::bare(200).body("no type"), b"no type", "");
    assert_raw(Reply::json("{\"value\":[}"), b"{\"value\":[}", "");
    assert_raw(Reply::json(""), b"", "");
}

#[test]
fn an_answer_cut_midway_is_not_whole() {
    for (reply, told) in [
        (Reply::text("abcdef").cut_after(4), "abcd"),
        (Reply::text("abcdef").chunked().cut_after(7), "abcd"),
        (Reply::json("{\"value\":[]}").cut_after(11), "{\"value\":[]"),
    ] {
        let (tenant, output) = raw(reply);
        let closed = "the connection was closed before the response was whole";
        let stderr = format!("mgd: localhost:{}: {closed}\n", tenant.port());
        Run::from(output).ended(4, told, &stderr);
        asked(&tenant, &["thing"]);
    }
}

#[test]
fn a_refusal_is_no_answer() {
    let (tenant, output) = raw(Reply::bare(404).body("gone"));
    let run = Run::from(output);
    assert_eq!((run.code, run.stdout.as_str()), (1, ""));
    assert!(
        run.stderr
            .starts_with("mgd: graph: no Graph error: gone (HTTP 404)\n"),
        "{}",
        run.stderr
    );
    asked(&tenant, &["thing"]);
}

#[test]
fn a_throttled_answer_is_asked_for_again() {
    let (tenant, mgd) = script([("thing", Reply::status(429).retry_after("0.05"))]);
    tenant.on("/v1.0/thing", [Reply::text("a")]);
    mgd.get(&["thing", "-oraw"]).ended(0, "a", "");
    asked(&tenant, &["thing", "thing"]);
}

#[test]
fn options_that_cut_a_listing_do_not_go_with_it() {
    let (tenant, mgd) = script([]);
    let story = "mgd: -o raw is one response as it came: --limit and --skip do not go with it\n";
    mgd.get(&["thing", "-oraw", "--limit", "1"])
        .refused(2, story);
    assert_eq!(tenant.connections(), 0);
}

#[test]
fn a_file_gets_the_same_bytes() {
    let bytes: Vec<u8> = (0..=255).collect();
    let tenant = Tenant::start();
    let mgd = Mgd::new(&tenant);
    tenant.on("/v1.0/thing", [Reply::bare(200).body(bytes.clone())]);
    mgd.get(&["thing", "-oraw", "-O", "out.bin"])
        .ended(0, "", "");
    assert_eq!(std::fs::read(mgd.scratch.path("out.bin")).unwrap(), bytes);
    asked(&tenant, &["thing"]);
}
