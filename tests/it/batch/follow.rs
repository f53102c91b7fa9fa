//! What lies elsewhere: handed out as it is, or fetched without the token.

use super::{asked, assert_manners, batch, list, statuses};
use crate::tenant::{Reply, Seen, Tenant};

/// A tenant that says of `files/a` that it lies at a URL.
fn moved(to: &str) -> Tenant {
    let tenant = Tenant::start();
    moves(&tenant, to);
    tenant
}

fn moves(tenant: &Tenant, to: &str) {
    tenant.always_part("/v1.0/files/a", Reply::bare(302).header("Location", to));
}

fn gets(tenant: &Tenant) -> Vec<Seen> {
    let requests = tenant.requests().into_iter();
    requests.filter(|seen| seen.method == "GET").collect()
}

#[test]
fn a_redirect_is_handed_out_as_it_is() {
    let tenant = moved("https://files.example/a?secret=1");
    let run = batch(&tenant, &[], "files/a\n");
    let line = "{\"id\":\"1\",\"status\":302,\"headers\":{\"Location\":\
                \"https://files.example/a?secret=1\"},\"body\":null}\n";
    run.ended(0, line, "");
}

#[test]
fn what_lies_elsewhere_is_fetched_without_token_and_headers() {
    let cases = [
        (
            Reply::json("{ \"a\": [1.0, 2] }"),
            "application/json",
            "{\"a\":[1.0,2]}",
        ),
        (
            Reply::json("no json"),
            "application/json",
            "\"bm8ganNvbg==\"",
        ),
        (Reply::text("a,b"), "text/plain", "\"YSxi\""),
        (Reply::text(""), "text/plain", "null"),
    ];
    for (reply, media, expected) in cases {
        let tenant = Tenant::start();
        let other = tenant.beside();
        moves(&tenant, &other.url("/f?key=hush"));
        other.on("/f", [reply.header("ETag", "\"1\"")]);
        let run = batch(&tenant, &["--follow", "-vv", "-H", "X-Own: 1"], "files/a\n");
        let line = format!(
            "{{\"id\":\"1\",\"status\":200,\"headers\":{{\"content-type\":\"{media}\",\
             \"etag\":\"\\\"1\\\"\"}},\"body\":{expected}}}\n"
        );
        assert_eq!((run.code, run.stdout.as_str()), (0, line.as_str()));
        assert!(!run.stderr.contains("hush"), "{}", run.stderr);
        let seen = gets(&other).pop().unwrap();
        assert_eq!(seen.line(), "GET /f?key=hush");
        assert_eq!(
            (seen.header("Authorization"), seen.header("X-Own")),
            (None, None)
        );
        assert_manners(&tenant);
        assert_manners(&other);
    }
}

#[test]
fn what_lies_on_graph_is_fetched_with_both() {
    let tenant = moved("/v1.0/users?$top=1");
    let run = batch(&tenant, &["--follow", "-H", "X-Own: 1"], "files/a\n");
    assert_eq!((run.code, list(&statuses(&run)).as_str()), (0, "1 200"));
    let seen = gets(&tenant).pop().unwrap();
    assert!(seen.header("Authorization").is_some());
    assert_eq!(seen.header("X-Own"), Some("1"));
}

#[test]
fn five_redirects_are_followed_and_no_sixth() {
    for (hops, status) in [(4, 200), (5, 0)] {
        let tenant = Tenant::start();
        let other = tenant.beside();
        for hop in 0..hops {
            let next = format!("/{}", hop + 1);
            let reply = Reply::bare(307).header("Location", &next);
            other.on(&format!("/{hop}"), [reply]);
        }
        other.on(&format!("/{hops}"), [Reply::json("{}")]);
        moves(&tenant, &other.url("/0"));
        let run = batch(&tenant, &["--follow"], "files/a\n");
        assert_eq!(statuses(&run), [("1".to_owned(), status)]);
        let is_told = run.stdout.contains(
            "\"status\":null,\"error\":{\"code\":\"mgd.notFollowed\",\"message\":\"localhost:",
        ) && run.stdout.contains(": more than 5 redirects (HTTP 307)\"}");
        assert_eq!((is_told, run.code), (status == 0, i32::from(status == 0)));
    }
}

#[test]
fn what_cannot_be_fetched_is_an_error_of_its_line() {
    let tenant = Tenant::start();
    let other = tenant.beside();
    other.always("/gone", Reply::status(404));
    other.always("/long", Reply::text("x".repeat(2000)));
    other.always("/cut", Reply::text("x".repeat(100)).cut_after(50));
    let not_followed = |reason: &str| {
        let host = format!("localhost:{}", tenant.port());
        format!("\"{host}: redirect not followed: its url {reason} (HTTP 302)\"")
    };
    for (location, told) in [
        ("http://files.example/a", not_followed("is plain http")),
        ("http://127.0.0.1:1/a", not_followed("is plain http")),
        ("file:///etc/passwd", not_followed("is no https url")),
        ("//u@files.example/a", not_followed("holds a user name")),
        (
            &other.url("/long"),
            "is larger than 1000 bytes\"".to_owned(),
        ),
        (&other.url("/cut"), "\"mgd.notFollowed\"".to_owned()),
        (&other.url("/gone"), "\"status\":404,".to_owned()),
    ] {
        moves(&tenant, location);
        let arguments = ["--follow", "--max-item=1000", "--retry-max-time=0.5"];
        let run = batch(&tenant, &arguments, "files/a\nusers?$top=3&$select=id\n");
        assert_eq!(
            (run.code, run.stderr.as_str()),
            (1, "mgd: 1 of 2 requests failed (id 1)\n")
        );
        let first = run.stdout.lines().next().unwrap();
        assert!(first.contains(&told), "{first}");
        assert_eq!(run.stdout.lines().count(), 2);
    }
    tenant.always_part("/v1.0/files/a", Reply::bare(302));
    let run = batch(&tenant, &["--follow"], "files/a\n");
    let told = ": redirect without Location (HTTP 302)\"";
    assert!(run.stdout.contains(told), "{}", run.stdout);
}

#[test]
fn whoever_leads_back_to_graph_gets_neither_token_nor_headers_there() {
    let tenant = Tenant::start();
    let other = tenant.beside();
    other.on(
        "/f",
        [Reply::bare(302).header("Location", &tenant.url("/v1.0/users"))],
    );
    moves(&tenant, &other.url("/f"));
    let run = batch(&tenant, &["--follow", "-H", "X-Own: 1"], "files/a\n");
    assert_eq!((run.code, list(&statuses(&run)).as_str()), (1, "1 401"));
    let seen = gets(&tenant);
    assert!(!seen.is_empty());
    for seen in seen {
        assert_eq!(seen.target, "/v1.0/users");
        assert_eq!(seen.header("Authorization"), None);
        assert_eq!(seen.header("X-Own"), None);
    }
}

#[test]
fn a_location_may_be_relative_and_loses_its_fragment() {
    for (location, target) in [
        (
            "//localhost:{port}/v1.0/users?$top=1#x",
            "/v1.0/users?$top=1",
        ),
        ("{origin}/v1.0/a/../users#part", "/v1.0/users"),
        ("../users?$top=2", "/v1.0/users?$top=2"),
        ("?$top=3", "/v1.0/files/a?$top=3"),
    ] {
        let tenant = Tenant::start();
        let location = location.replace("{port}", &tenant.port().to_string());
        moves(&tenant, &location);
        batch(&tenant, &["--follow"], "files/a\n");
        let seen = gets(&tenant).pop().unwrap();
        assert_eq!(seen.target, target);
        assert!(seen.header("Authorization").is_some());
    }
}

#[test]
fn only_what_reads_is_followed() {
    let tenant = moved("https://files.example/a");
    let line = "{\"method\":\"POST\",\"url\":\"files/a\",\"body\":{}}\n";
    let run = batch(&tenant, &["--follow"], line);
    assert_eq!((run.code, list(&statuses(&run)).as_str()), (0, "1 302"));
    assert_eq!(asked(&tenant).len(), 1);
}
