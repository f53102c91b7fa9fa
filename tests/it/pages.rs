//! Listings, from page to page.

mod ahead;
mod bearer;
mod breaks;
mod histories;
mod links;
mod marks;
mod repeats;
mod shapes;
mod text;
mod unchanged;

use std::io::{BufRead as _, BufReader};

use crate::support::{Mgd, Run, asked, items, jsonl, page, script};
use crate::tenant::{Reply, Tenant};

#[test]
fn an_empty_page_with_a_next_link_goes_on() {
    let (tenant, mgd) = script([
        ("items", page("", "items?p=2")),
        ("items?p=2", page("1", "items?p=3")),
        ("items?p=3", page("", "items?p=4")),
        ("items?p=4", page("2", "")),
    ]);
    let run = mgd.get(&["items", "-o", "jsonl"]);
    run.ended(0, &jsonl("1 2"), "");
    asked(&tenant, &["items", "items?p=2", "items?p=3", "items?p=4"]);
}

#[test]
fn the_next_link_may_stand_on_either_side_of_value() {
    for is_after in [false, true] {
        let tenant = Tenant::with_users(5);
        let mgd = Mgd::new(&tenant);
        let whole = mgd.get(&["users", "-o", "jsonl"]).ok();
        tenant.set_page_size(2);
        tenant.set_link_after_value(is_after);
        let run = mgd.get(&["users", "-o", "jsonl"]);
        run.ended(0, &whole.stdout, "");
        assert_eq!(whole.stdout.lines().count(), 5);
        assert_eq!(tenant.requests().len(), 5);
        assert_eq!(tenant.violations(), [] as [String; 0]);
    }
}

#[test]
fn links_before_and_after_value_take_turns() {
    let after = format!(
        "{{\"value\":[{}],\"@odata.nextLink\":\"{{origin}}/v1.0/items?p=3\"}}",
        items("2 3")
    );
    let (tenant, mgd) = script([
        ("items", page("1", "items?p=2")),
        ("items?p=2", Reply::json(after)),
        ("items?p=3", page("4", "")),
    ]);
    let run = mgd.get(&["items", "-o", "jsonl"]);
    run.ended(0, &jsonl("1 2 3 4"), "");
    asked(&tenant, &["items", "items?p=2", "items?p=3"]);
}

fn limited(limit: &str) -> (Tenant, Run) {
    let (tenant, mgd) = script([
        ("items", page("1 2", "items?p=2")),
        ("items?p=2", page("3 4", "items?p=3")),
        ("items?p=3", page("5", "")),
    ]);
    let run = mgd.get(&["items", "-o", "jsonl", "--limit", limit]);
    (tenant, run)
}

const MORE: &str = "mgd: more items follow: --limit ended the listing\n";

#[test]
fn a_limit_inside_a_page_asks_for_no_other() {
    let (tenant, run) = limited("3");
    run.ended(0, &jsonl("1 2 3"), MORE);
    asked(&tenant, &["items", "items?p=2"]);
}

#[test]
fn a_limit_at_the_end_of_a_page_asks_for_no_other() {
    let (tenant, run) = limited("2");
    run.ended(0, &jsonl("1 2"), MORE);
    asked(&tenant, &["items"]);
}

#[test]
fn a_limit_that_is_the_number_of_items_has_no_note() {
    for limit in ["5", "6"] {
        let (tenant, run) = limited(limit);
        run.ended(0, &jsonl("1 2 3 4 5"), "");
        asked(&tenant, &["items", "items?p=2", "items?p=3"]);
    }
}

#[test]
fn a_limit_of_none_is_refused() {
    let (tenant, run) = limited("0");
    assert_eq!((run.code, run.stdout.as_str()), (2, ""));
    assert_eq!(tenant.connections(), 0);
}

#[test]
fn a_reader_that_leaves_ends_the_listing_quietly() {
    let many: Vec<_> = (0..30_000).map(|id| format!("{id:09}")).collect();
    let (tenant, mgd) = script([
        ("items", page("1", "items?p=2")),
        ("items?p=2", page(&many.join(" "), "items?p=3")),
        ("items?p=3", page("2", "")),
    ]);
    let mut child = mgd.start([
        "parameters.json",
        "get",
        "items",
        "-ojsonl",
        "--no-prefetch",
    ]);
    let mut line = String::new();
    let mut stdout = BufReader::with_capacity(16, child.stdout.take().unwrap());
    stdout.read_line(&mut line).unwrap();
    // More than a pipe holds is on its way, so that the program cannot be through with it.
    drop(stdout);
    let run = Run::from(child.wait_with_output().unwrap());
    assert_eq!(line, jsonl("1"));
    run.ended(141, "", "");
    asked(&tenant, &["items", "items?p=2"]);
}
