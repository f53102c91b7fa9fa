//! Next links: followed byte for byte, and only where the bearer may go.

use crate::support::{Mgd, Run, asked, jsonl, page, resume_hint, script};
use crate::tenant::{Reply, Tenant};

/// Lists two pages, of which the first has this link, as it stands in JSON.
fn follow(link: &str) -> (Tenant, Run) {
    let first = format!("{{\"value\":[{{\"id\":\"1\"}}],\"@odata.nextLink\":{link}}}");
    let (tenant, mgd) = script([("items", Reply::json(first))]);
    tenant.on("/v1.0/items?", [page("2", "")]);
    let run = mgd.get(&["items", "-o", "jsonl"]);
    (tenant, run)
}

#[track_caller]
fn assert_sent(link: &str, sent: &str) {
    let (tenant, run) = follow(&format!("\"{{origin}}/v1.0/{link}\""));
    run.ended(0, &jsonl("1 2"), "");
    asked(&tenant, &["items", sent]);
}

#[test]
fn a_link_is_sent_byte_for_byte() {
    for link in [
        "items?$skiptoken=RFNwd%23a%2b%2B+'(b):c'%c3%A9~m",
        "items?$filter=startswith(name,'O''Neil')&$top=2&x=%3D&&=",
        "items?a=b?c/d//e/../f;g@h!i*j,k=",
        "items?%24skiptoken=%E2%82%AC%e2%82%ac",
        "items?",
    ] {
        assert_sent(link, link);
    }
}

#[test]
fn the_path_of_a_link_is_not_tidied_up() {
    let first = r#"{"value":[],"@odata.nextLink":"{origin}/V1.0//items/./a/../b%2Fc/"}"#;
    let (tenant, mgd) = script([("items", Reply::json(first))]);
    tenant.on("/V1.0//items/./a/../b%2Fc/", [page("1", "")]);
    mgd.get(&["items", "-ojsonl"]).ended(0, &jsonl("1"), "");
    assert_eq!(tenant.requests()[2].target, "/V1.0//items/./a/../b%2Fc/");
}

#[test]
fn the_escapes_of_json_are_undone_and_no_others() {
    assert_sent(r"items?a=1\u0026b=%2f\/c\u002bd+e", "items?a=1&b=%2f/c+d+e");
    assert_sent(
        r"items?\u0024skiptoken=\u0025\u0032\u0033",
        "items?$skiptoken=%23",
    );
}

#[test]
fn what_no_url_can_carry_is_percent_encoded() {
    assert_sent(
        r#"items?a=b c\"d<e>f#g%zz%h\\i^j`k{l|m}n\to"#,
        "items?a=b%20c%22d%3Ce%3Ef%23g%25zz%25h%5Ci%5Ej%60k%7Bl%7Cm%7Dn%09o",
    );
    assert_sent(
        r"items?a=Jürgen\u00eb\ud834\udd1e",
        "items?a=J%C3%BCrgen%C3%AB%F0%9D%84%9E",
    );
}

#[test]
fn the_name_of_the_link_may_be_escaped_too() {
    let first = r#"{"value":[],"\u0040odata.next\u004cink":"{origin}/v1.0/items?p=2"}"#;
    let (tenant, mgd) = script([("items", Reply::json(first)), ("items?p=2", page("1", ""))]);
    mgd.get(&["items", "-ojsonl"]).ended(0, &jsonl("1"), "");
    asked(&tenant, &["items", "items?p=2"]);
}

#[test]
fn an_origin_in_other_letters_is_the_same() {
    let tenant = Tenant::start();
    let mgd = Mgd::new(&tenant);
    let link = format!("{}/v1.0/items?p=2", tenant.origin().to_uppercase());
    let first = format!("{{\"value\":[],\"@odata.nextLink\":\"{link}\"}}");
    tenant.on("/v1.0/items", [Reply::json(first)]);
    tenant.on("/v1.0/items?p=2", [page("1", "")]);
    mgd.get(&["items", "-ojsonl"]).ended(0, &jsonl("1"), "");
    asked(&tenant, &["items", "items?p=2"]);
}

#[test]
fn a_link_that_is_null_is_the_end() {
    let (tenant, run) = follow("null");
    run.ended(0, &jsonl("1"), "");
    asked(&tenant, &["items"]);
}

#[track_caller]
fn assert_wrong(link: &str, story: &str) {
    let (tenant, run) = follow(link);
    let hint = resume_hint(&tenant, "items", "1");
    run.ended(5, &jsonl("1"), &format!("mgd: graph: {story}\n{hint}"));
    asked(&tenant, &["items"]);
}

#[test]
fn a_link_of_another_type_is_an_answer_that_cannot_be_right() {
    for link in [
        "7",
        "true",
        "false",
        "[]",
        "{}",
        r#"["{origin}/v1.0/items?p=2"]"#,
    ] {
        assert_wrong(link, "a next link that is no string");
    }
}

#[test]
fn a_link_without_end_is_not_followed() {
    let link = format!("\"{{origin}}/v1.0/items?p={}\"", "x".repeat(66_000));
    assert_wrong(&link, "a next link longer than 64 kB");
}

#[test]
fn a_link_of_up_to_64_kb_is_followed_wherever_it_is_given() {
    for length in [17_000, 40_000, 65_534] {
        let tenant = Tenant::start();
        let mgd = Mgd::new(&tenant);
        let start = tenant.url("/v1.0/items?p=");
        let link = format!("{start}{}", "x".repeat(length - start.len()));
        let first = format!("{{\"value\":[],\"@odata.nextLink\":\"{link}\"}}");
        let busy = Reply::status(500).retry_after("0.05");
        tenant.on("/v1.0/items", [Reply::json(first)]);
        let path = "/v1.0/items?p=";
        tenant.on(
            path,
            [
                page("1", ""),
                page("1", ""),
                busy.clone(),
                busy.clone(),
                busy,
            ],
        );
        mgd.get(&["items", "-ojsonl"]).ended(0, &jsonl("1"), "");
        let resume = ["--resume", &link, "-ojsonl"];
        mgd.get(&resume).ended(0, &jsonl("1"), "");
        let run = mgd.get(&resume);
        assert!(run.stderr.contains(&link), "the hint names the link");
        let sent = tenant.requests().pop().unwrap();
        assert_eq!(tenant.url(&sent.target), link);
        assert_eq!(tenant.replies_left(), 0);
    }
}

#[test]
fn a_header_may_be_as_long_as_a_link() {
    let (tenant, mgd) = script([("items", page("1", ""))]);
    let value = "x".repeat(30_000);
    let run = mgd.get(&["items", "-ojsonl", "-H", &format!("X-Long: {value}")]);
    run.ended(0, &jsonl("1"), "");
    assert_eq!(tenant.requests()[1].header("X-Long"), Some(&*value));
}

#[test]
fn a_link_that_is_too_long_as_it_is_sent_is_not_followed() {
    let (tenant, run) = follow(&format!(
        "\"{{origin}}/v1.0/items?p={}\"",
        "é".repeat(12_000)
    ));
    let hint = resume_hint(&tenant, "items", "1");
    let story = "the next link is longer than 64 kB: not followed";
    run.ended(5, &jsonl("1"), &format!("mgd: graph: {story}\n{hint}"));
}

#[test]
fn two_links_on_a_page_cannot_be_right() {
    let link = "\"{origin}/v1.0/items?p=2\"";
    assert_wrong(
        &format!("{link},\"@odata.nextLink\":{link}"),
        "two next links on a page",
    );
    assert_wrong("null,\"@odata.nextLink\":null", "two next links on a page");
}

#[test]
fn a_link_that_is_no_url_is_not_followed() {
    let story = "the next link is not an absolute url: not followed";
    for link in [
        "",
        "/v1.0/items?p=2",
        "items?p=2",
        "?p=2",
        "//localhost/v1.0/items?p=2",
    ] {
        assert_wrong(&format!("\"{link}\""), story);
    }
}

#[test]
fn a_link_to_another_origin_is_not_followed() {
    let (tenant, other) = (Tenant::start(), Tenant::start());
    let plain = Tenant::start_plain();
    let mgd = Mgd::new(&tenant);
    let (port, foreign) = (tenant.port(), other.port());
    for (origin, story) in [
        (other.origin(), None),
        (plain.origin(), None),
        (format!("http://localhost:{port}"), None),
        (format!("https://127.0.0.1:{port}"), None),
        (format!("https://[::1]:{port}"), None),
        (format!("https://localhost.evil.example:{port}"), None),
        (format!("https://localhost.:{port}"), None),
        ("https://localhost".to_owned(), None),
        ("https://graph.microsoft.com".to_owned(), None),
        (
            format!("https://u@localhost:{port}"),
            Some("holds a user name"),
        ),
        (
            format!("https://localhost:{port}@localhost:{foreign}"),
            Some("holds a user name"),
        ),
        (
            format!(r"https://localhost:{foreign}\\@localhost:{port}"),
            Some("holds a user name"),
        ),
        (
            "ftp://localhost".to_owned(),
            Some("has the scheme ftp, not https"),
        ),
    ] {
        tenant.clear_script();
        let link = format!("\"@odata.nextLink\":\"{origin}/v1.0/items?p=2\"");
        let first = format!("{{{link},\"value\":[{{\"id\":\"1\"}}]}}");
        tenant.on("/v1.0/items", [Reply::json(first)]);
        let run = mgd.get(&["items", "-ojsonl"]);
        let away = format!("leads away from {} to {origin}", tenant.origin());
        let story = story.unwrap_or(&away);
        let hint = resume_hint(&tenant, "items", "1");
        let stderr = format!("mgd: graph: the next link {story}: not followed\n{hint}");
        run.ended(5, &jsonl("1"), &stderr);
    }
    asked(&tenant, &["items"; 13]);
    assert_eq!((other.connections(), plain.connections()), (0, 0));
}

#[test]
fn a_link_that_was_followed_before_ends_the_listing() {
    for back_to in ["items", "items?p=2", "items?p=3"] {
        let (tenant, mgd) = script([
            ("items", page("1", "items?p=2")),
            ("items?p=2", page("2", "items?p=3")),
            ("items?p=3", page("3", back_to)),
        ]);
        let run = mgd.get(&["items", "-ojsonl"]);
        let hint = resume_hint(&tenant, "items?p=3", "3");
        let stderr = format!("mgd: graph: the next link was followed before: a loop\n{hint}");
        run.ended(5, &jsonl("1 2 3"), &stderr);
        asked(&tenant, &["items", "items?p=2", "items?p=3"]);
    }
}
