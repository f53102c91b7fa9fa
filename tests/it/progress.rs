//! The line of progress: on a terminal from the first second, and nowhere else.

use std::time::Duration;

use crate::support::{Mgd, Run, jsonl, page, script, tool};
use crate::tenant::{Reply, Tenant};

/// Runs `mgd parameters.json ARGUMENTS` with a terminal for stderr; stdout of the run is what that
/// has shown.
fn on_terminal(mgd: &Mgd, arguments: &str) -> Option<Run> {
    let script = tool("script")?;
    let line = format!("\"$MGD\" parameters.json {arguments}");
    let run = mgd.shell(&format!("{} -qec '{line}' /dev/null", script.display()));
    Some(run)
}

/// The lines of progress in the order in which they were shown.
fn shown(run: &Run) -> Vec<&str> {
    let lines = run.stdout.split("\r\u{1b}[K").skip(1);
    lines
        .filter_map(|line| line.strip_prefix("mgd: "))
        .filter(|line| !line.ends_with('\n'))
        .collect()
}

#[track_caller]
fn assert_shown(run: &Run, expected: &[&str]) {
    let shown = shown(run);
    let mut left = expected.iter();
    let mut next = left.next();
    for line in &shown {
        if next.is_some_and(|text| line.starts_with(text)) {
            next = left.next();
        }
    }
    assert_eq!(next, None, "not shown in this order: {shown:?}");
}

/// A page that takes its time.
fn slow_page() -> (Tenant, Mgd) {
    let slow = page("1", "").delay(Duration::from_millis(900));
    script([("items", slow)])
}

#[test]
fn a_listing_shows_items_pages_and_the_rate_while_it_waits() {
    let slow = |page: Reply| page.delay(Duration::from_millis(1200));
    let (_tenant, mgd) = script([
        ("items", slow(page("1", "items?p=2"))),
        ("items?p=2", slow(page("2 3", "items?p=3"))),
        ("items?p=3", slow(page("4", ""))),
    ]);
    let run = need!(on_terminal(&mgd, "get items -o jsonl >out"));
    let expected = [
        "0 items, 0 pages, 0 kB/s",
        "1 item, 1 page, 0 kB/s",
        "3 items, 2 pages, 0 kB/s",
    ];
    assert_shown(&run, &expected);
    assert!(run.stdout.ends_with("\r\u{1b}[K"), "{:?}", run.stdout);
    assert_eq!(mgd.scratch.read("out"), jsonl("1 2 3 4"));
}

#[test]
fn changes_are_counted_as_a_listing_is() {
    let tenant = Tenant::start();
    tenant.set_page_size(2);
    for id in ["a", "b", "c"] {
        tenant.change(&format!("{{\"id\":\"{id}\"}}"));
    }
    let slow = || Reply::pass().delay(Duration::from_millis(1200));
    tenant.on("/v1.0/users/delta", [slow(), slow()]);
    let mgd = Mgd::new(&tenant);
    let run = need!(on_terminal(&mgd, "delta users/delta --state s >out"));
    assert_shown(&run, &["0 items, 0 pages", "2 items, 1 page, "]);
    assert!(run.stdout.ends_with("\r\u{1b}[K"), "{:?}", run.stdout);
}

#[test]
fn a_batch_counts_responses_and_those_that_failed() {
    let tenant = Tenant::start();
    tenant.always_part("/v1.0/things/", Reply::json("{}"));
    let slow = || Reply::pass().delay(Duration::from_millis(1200));
    tenant.on("/v1.0/$batch", [slow(), slow(), slow()]);
    let mgd = Mgd::new(&tenant);
    let lines: String = (1..=38).map(|n| format!("things/{n}\n")).collect();
    mgd.scratch
        .write("in", format!("no/1\nno/2\n{lines}things/x\n"), 0o600);
    let run = need!(on_terminal(&mgd, "batch in --jobs=1 -O out"));
    let expected = [
        "0 responses, 0 failed",
        "20 responses, 2 failed",
        "40 responses, 2 failed",
    ];
    assert_shown(&run, &expected);
    let end = "\r\u{1b}[Kmgd: 2 of 41 requests failed (ids 1, 2)\r\n";
    assert!(run.stdout.ends_with(end), "{:?}", run.stdout);
}

#[test]
fn transfers_show_bytes_and_their_rate() {
    let (tenant, mgd) = script([]);
    let step = Duration::from_millis(700);
    let content = Reply::bare(200).body(vec![b'x'; 3_000_000]);
    let content = content.delay(2 * step).drip(1_000_000, step);
    tenant.always("/v1.0/big", content);
    let run = need!(on_terminal(&mgd, "download big -O out"));
    assert_shown(&run, &["0 kB, 0 kB/s", "1.0 MB of 3.0 MB, "]);
    assert!(run.stdout.ends_with("\r\u{1b}[K"), "{:?}", run.stdout);

    let tenant = Tenant::with_drive();
    let mgd = Mgd::new(&tenant);
    mgd.scratch.write("f", vec![b'x'; 6_553_600], 0o600);
    let slow = || Reply::pass().delay(Duration::from_millis(1200));
    tenant.on("/storage/up/", [slow(), slow()]);
    let upload = "upload f drives/D/root:/b --slice 3276800 >out";
    let run = need!(on_terminal(&mgd, upload));
    assert_shown(&run, &["3.2 MB of 6.5 MB, ", "6.5 MB of 6.5 MB, "]);
    assert!(run.stdout.ends_with("\r\u{1b}[K"), "{:?}", run.stdout);
}

#[test]
fn a_short_wait_takes_the_place_of_the_counts() {
    let tenant = Tenant::start();
    tenant.on(
        "/v1.0/users",
        [Reply::status(429).retry_after("2"), Reply::pass()],
    );
    let run = need!(on_terminal(&Mgd::new(&tenant), "get users >out"));
    let shown = shown(&run);
    let is_wait = |line: &&str| line.starts_with("throttled by localhost; retry in 2");
    let first = shown.iter().position(is_wait).expect(&run.stdout);
    let counts = |line: &&&str| line.contains(" items, ");
    // Two seconds are four ticks, none of which has hidden the wait.
    assert!(
        shown[first..].iter().filter(counts).count() <= 1,
        "{shown:?}"
    );
    assert_eq!(tenant.violations(), [] as [String; 0]);
}

#[test]
fn it_is_not_shown_where_nobody_watches_or_wants_it() {
    for arguments in [
        "get items -q >out",
        "get items -v >out",
        "get items --errors json >out",
        "get items 2>err >out",
        "get items 2>err",
    ] {
        let (_tenant, mgd) = slow_page();
        let run = need!(on_terminal(&mgd, arguments)).ok();
        assert!(!run.stdout.contains('\u{1b}'), "{arguments}: {run:?}");
        if arguments.contains("2>err") {
            assert_eq!(mgd.scratch.read("err"), "", "{arguments}");
        }
    }
    // Data on the same terminal is not written over.
    let (_tenant, mgd) = slow_page();
    let run = need!(on_terminal(&mgd, "get items -o jsonl")).ok();
    assert_eq!(run.stdout, jsonl("1").replace('\n', "\r\n"));
}
