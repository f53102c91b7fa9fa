//! What goes with every page: the caller's headers, and a bearer that is still good.

use std::collections::BTreeSet;
use std::time::Duration;

use crate::support::{Mgd, Run, asked, jsonl, lines, page, script, wait_until};
use crate::tenant::{Reply, Seen, Tenant};

fn headers(tenant: &Tenant, name: &str) -> Vec<String> {
    let pages = tenant.requests().into_iter().skip(1);
    pages
        .map(|seen| seen.header(name).unwrap_or_default().to_owned())
        .collect()
}

#[test]
fn the_callers_headers_go_with_every_page() {
    let (tenant, mgd) = script([
        ("items", page("1", "items?p=2")),
        ("items?p=2", Reply::hang_up()),
        ("items?p=3", page("3", "")),
    ]);
    tenant.on("/v1.0/items?p=2", [page("2", "items?p=3")]);
    let run = mgd.get(&[
        "items",
        "-ojsonl",
        "-H",
        "ConsistencyLevel: eventual",
        "-HPrefer: odata.maxpagesize=1",
        "--header=X-Empty:",
    ]);
    run.ended(0, &jsonl("1 2 3"), "");
    asked(&tenant, &["items", "items?p=2", "items?p=2", "items?p=3"]);
    assert_eq!(headers(&tenant, "ConsistencyLevel"), ["eventual"; 4]);
    assert_eq!(headers(&tenant, "Prefer"), ["odata.maxpagesize=1"; 4]);
    assert_eq!(headers(&tenant, "X-Empty"), [""; 4]);
    let ids: BTreeSet<_> = headers(&tenant, "client-request-id").into_iter().collect();
    assert_eq!(ids.len(), 4);
}

#[test]
fn the_headers_are_not_for_the_token_endpoint() {
    let (tenant, mgd) = script([("items", page("1", ""))]);
    let run = mgd.get(&["items", "-ojsonl", "-H", "Prefer: x=1"]);
    run.ended(0, &jsonl("1"), "");
    assert_eq!(tenant.requests()[0].header("Prefer"), None);
}

#[test]
fn a_bearer_near_its_end_is_replaced_between_two_pages() {
    let slow = page("2", "items?p=3").delay(Duration::from_millis(5200));
    let (tenant, mgd) = script([
        ("items", page("1", "items?p=2")),
        ("items?p=2", slow),
        ("items?p=3", page("3", "items?p=4")),
        ("items?p=4", page("4", "")),
    ]);
    // Less than 300 s are left after the slow page, and more before it.
    tenant.set_token_lifetime(305);
    let change = |seen: &Seen| (seen.method == "POST").then(|| tenant.set_token_lifetime(3599));
    let child = mgd.start(["parameters.json", "get", "items", "-o", "jsonl"]);
    wait_until(|| tenant.requests().iter().find_map(change).is_some());
    let run = Run::from(child.wait_with_output().unwrap());
    run.ended(0, &jsonl("1 2 3 4"), "");
    let token = format!("POST {}", tenant.token_path());
    let gets = ["", "?p=2", "?p=3", "?p=4"].map(|query| format!("GET /v1.0/items{query}"));
    let [first, second, third, fourth] = gets;
    let expected = [token.clone(), first, second, token, third, fourth];
    assert_eq!(lines(&tenant), expected);
    let bearers = headers(&tenant, "Authorization");
    assert_eq!(bearers[0], bearers[1]);
    assert_ne!(bearers[1], bearers[3]);
    assert_eq!(bearers[3], bearers[4]);
}

#[test]
fn a_bearer_that_graph_refuses_midway_is_replaced_once() {
    let tenant = Tenant::with_users(4);
    tenant.set_page_size(2);
    let mgd = Mgd::new(&tenant);
    let whole = mgd.get(&["users", "-ojsonl"]).ok();
    tenant.on(
        "/v1.0/users?",
        [Reply::status(401), Reply::pass(), Reply::pass()],
    );
    let run = mgd.get(&["users", "-ojsonl"]);
    run.ended(0, &whole.stdout, "");
    let statuses: Vec<_> = tenant.requests().iter().map(|seen| seen.status).collect();
    // Token, two pages; page, page refused, token, page.
    assert_eq!(statuses, [200, 200, 200, 200, 401, 200, 200]);
    assert_eq!(tenant.token_posts(), 2);
    assert_eq!(tenant.violations(), [] as [String; 0]);
}
