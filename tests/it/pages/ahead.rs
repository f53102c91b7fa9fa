//! The next page, asked for while the one before it still streams.

mod faults;
mod off;

use std::fs;
use std::io::{BufRead as _, BufReader};
use std::os::unix::fs::PermissionsExt as _;
use std::time::{Duration, Instant};

use crate::support::{Mgd, Run, asked, jsonl, page, run_by, script, skipped, tool};
use crate::tenant::{Reply, Tenant};

/// How long a slow page stands still after its first items.
const STALL: Duration = Duration::from_millis(400);

const A: &str = "a1 a2 a3 a4 a5 a6 a7 a8 a9";
const B: &str = "b1 b2 b3 b4 b5 b6 b7 b8 b9";
const C: &str = "c1 c2 c3 c4 c5 c6 c7 c8 c9";

/// A page that comes in two parts, the link in the first.
fn slow(ids: &str, next: &str) -> Reply {
    page(ids, next).stall_after(110, STALL)
}

/// Three pages of which each streams for a while.
fn three() -> (Tenant, Mgd) {
    script([
        ("items", slow(A, "items?p=2")),
        ("items?p=2", slow(B, "items?p=3")),
        ("items?p=3", slow(C, "")),
    ])
}

fn all() -> String {
    [A, B, C].map(jsonl).concat()
}

/// How long after the first page the one of this index was asked for.
fn after_first(tenant: &Tenant, index: usize) -> Duration {
    let requests = tenant.requests();
    let mut gets = requests.iter().filter(|seen| seen.method == "GET");
    let first = gets.next().unwrap();
    gets.nth(index - 1).unwrap().at - first.at
}

#[test]
fn a_page_is_asked_for_while_the_one_before_it_streams_and_no_other() {
    let (tenant, mgd) = three();
    mgd.get(&["items", "-ojsonl"]).ended(0, &all(), "");
    asked(&tenant, &["items", "items?p=2", "items?p=3"]);
    assert!(after_first(&tenant, 1) < STALL);
    assert!(after_first(&tenant, 2) >= STALL);
}

#[test]
fn two_connections_serve_any_number_of_pages() {
    let tenant = Tenant::start();
    for number in 1..=8 {
        let next = match number {
            8 => String::new(),
            _ => format!("items?p={}", number + 1),
        };
        let path = match number {
            1 => "items".to_owned(),
            _ => format!("items?p={number}"),
        };
        let reply = page(A, &next).stall_after(110, Duration::from_millis(100));
        tenant.always(&format!("/v1.0/{path}"), reply);
    }
    let mgd = Mgd::new(&tenant);
    for (arguments, connections) in [(&[][..], 2), (&[][..], 2), (&["--no-prefetch"], 1)] {
        let (before, opened) = (tenant.requests().len(), tenant.connections());
        let run = mgd.get(&[&["items", "-ojsonl"], arguments].concat());
        run.ended(0, &jsonl(A).repeat(8), "");
        // The first run asks for a token too, on the connection that its first page comes by.
        assert_eq!(
            tenant.requests().len() - before,
            8 + usize::from(before == 0)
        );
        assert_eq!(tenant.connections() - opened, connections, "{arguments:?}");
    }
    assert_eq!(tenant.token_posts(), 1);
}

#[test]
fn a_page_that_comes_at_once_needs_no_second_connection() {
    let (tenant, mgd) = script([
        ("items", page(A, "items?p=2")),
        ("items?p=2", page(B, "items?p=3")),
        ("items?p=3", page(C, "")),
    ]);
    mgd.get(&["items", "-ojsonl"]).ended(0, &all(), "");
    assert_eq!(tenant.connections(), 1);
}

#[test]
fn a_document_is_the_same_with_and_without() {
    let (_tenant, mgd) = three();
    let ahead = mgd.get(&["items"]).ok();
    let (_tenant, mgd) = three();
    let run = mgd.get(&["items", "--no-prefetch"]);
    run.ended(0, &ahead.stdout, "");
    let ids = [A, B, C].join(" ");
    assert_eq!(run.ids().join(" "), ids);
}

#[test]
fn what_is_told_keeps_the_order_of_the_pages() {
    let (tenant, mgd) = three();
    let run = mgd.get(&["items", "-ojsonl", "-v"]).ok();
    let gets = run.stderr.lines().filter_map(|line| {
        let (_, rest) = line.split_once("GET ")?;
        Some(rest.split_once(" -> ")?.0.to_owned())
    });
    let expected = ["items", "items?p=2", "items?p=3"];
    let expected = expected.map(|path| tenant.url(&format!("/v1.0/{path}")));
    assert_eq!(gets.collect::<Vec<_>>(), expected);
}

#[test]
fn a_reader_that_leaves_has_caused_one_request_too_many_at_most() {
    let many: Vec<_> = (0..30_000).map(|id| format!("{id:09}")).collect();
    let (tenant, mgd) = script([
        ("items", page(&many.join(" "), "items?p=2")),
        (
            "items?p=2",
            page("2", "items?p=3").delay(Duration::from_secs(20)),
        ),
        ("items?p=3", page("3", "")),
    ]);
    let mut child = mgd.start(["parameters.json", "get", "items", "-o", "jsonl"]);
    let mut line = String::new();
    let mut stdout = BufReader::with_capacity(16, child.stdout.take().unwrap());
    stdout.read_line(&mut line).unwrap();
    let start = Instant::now();
    drop(stdout);
    Run::from(child.wait_with_output().unwrap()).ended(141, "", "");
    assert!(
        start.elapsed() < Duration::from_secs(10),
        "nobody waits for it"
    );
    let requests = tenant.requests().len();
    assert!(requests <= 3, "{requests}");
}

#[test]
fn a_thread_that_cannot_start_is_no_error() {
    let prlimit = need!(tool("prlimit"));
    let (tenant, mgd) = three();
    for (path, mode) in [("parameters.json", 0o644), ("ca.pem", 0o644), ("", 0o755)] {
        let path = mgd.scratch.path(path);
        fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
    }
    // A user whom no other process belongs to, and who may have one.
    let alone = [
        "--nproc=1",
        "setpriv",
        "--reuid=4294967000",
        "--clear-groups",
    ];
    let version = run_by(&prlimit, &alone, &mgd.command(["--version"])).output();
    if !version.unwrap().status.success() {
        skipped("this user cannot run the program as another");
        return;
    }
    let command = mgd.command([
        "parameters.json",
        "get",
        "items",
        "-ojsonl",
        "--token-cache=none",
    ]);
    let run = Run::from(run_by(&prlimit, &alone, &command).output().unwrap());
    run.ended(0, &all(), "");
    assert!(after_first(&tenant, 1) >= STALL, "there was a thread");
}
