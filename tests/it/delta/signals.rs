//! Signals end it between two pages, with the state written.

use std::time::Duration;

use super::{BEGINS, MARKER, add, arguments, delta, end, gets, is_at_start, tenant};
use crate::support::{Mgd, jsonl, run_by, signal, skipped, tool, wait_until};
use crate::tenant::{Reply, Tenant};

/// A first page that stops for a moment, after more than a buffer of items.
pub(super) fn slow_page(tenant: &Tenant, wait: Duration) -> String {
    let long = |id: &str| format!("{{\"id\":\"{id}\",\"x\":\"{}\"}}", "y".repeat(80_000));
    tenant.change(&long("a"));
    tenant.change(&long("b"));
    add(tenant, "c d e");
    tenant.on(
        "/v1.0/users/delta",
        [Reply::pass().stall_after(120_000, wait)],
    );
    format!("{}\n{}\n", long("a"), long("b"))
}

pub(super) fn has_begun(mgd: &Mgd) -> bool {
    std::fs::metadata(mgd.scratch.path("out")).is_ok_and(|out| out.len() > 0)
}

#[test]
fn a_signal_between_rounds_ends_it_at_once() {
    for (name, code) in [("-TERM", 143), ("-INT", 130)] {
        let (tenant, mgd) = tenant("a b c");
        let child = mgd.start(arguments(&["--watch", "3600"]));
        wait_until(|| {
            let state = std::fs::read_to_string(mgd.scratch.path("s.state"));
            state.is_ok_and(|state| state.contains("\"delta\""))
        });
        child.signal(name);
        let run = end(child);
        run.ended(code, &jsonl("a b c"), "");
        add(&tenant, "d");
        delta(&mgd, &[]).ended(0, &jsonl("d"), "");
    }
}

#[test]
fn a_signal_within_a_page_ends_it_when_the_page_is_written_and_kept() {
    let (tenant, mgd) = tenant("");
    let first = slow_page(&tenant, Duration::from_millis(1500));
    let child = super::appending(&mgd, &["--watch", "60"]).spawn().unwrap();
    wait_until(|| has_begun(&mgd));
    child.signal("-TERM");
    end(child).ended(143, "", "");
    assert_eq!(mgd.scratch.read("out"), first);
    assert_eq!(gets(&tenant, 0), ["users/delta"]);
    delta(&mgd, &[]).ended(0, &jsonl("c d e"), "");
}

#[test]
fn a_second_signal_ends_it_at_once_and_the_page_comes_again() {
    let (tenant, mgd) = tenant("");
    let first = slow_page(&tenant, Duration::from_secs(60));
    let child = super::appending(&mgd, &[]).spawn().unwrap();
    wait_until(|| has_begun(&mgd));
    // Two of one kind may be taken for one: they are no queue.
    child.signal("-INT");
    child.signal("-TERM");
    let run = end(child);
    assert!(matches!(run.code, 130 | 143), "{}", run.code);
    assert!(is_at_start(&mgd, "s.state"));
    let again = format!("{MARKER}{first}{}", jsonl("c d e"));
    delta(&mgd, &[]).ended(0, &again, BEGINS);
}

#[test]
fn a_signal_while_it_waits_for_an_answer_ends_it_at_once() {
    let (tenant, mgd) = tenant("a");
    tenant.always("/v1.0/users/delta", Reply::status(429).retry_after("60"));
    let child = mgd.start(arguments(&["-q"]));
    wait_until(|| !gets(&tenant, 0).is_empty());
    child.signal("-TERM");
    end(child).ended(143, "", "");
}

#[test]
fn the_first_process_of_a_container_ends_between_pages_too() {
    let unshare = need!(tool("unshare"));
    let (tenant, mgd) = tenant("");
    let first = slow_page(&tenant, Duration::from_millis(1500));
    let program = super::appending(&mgd, &["--watch", "60"]);
    let mut command = run_by(&unshare, &["--pid", "--fork"], &program);
    let out = std::fs::File::options()
        .append(true)
        .open(mgd.scratch.path("out"));
    command.stdout(out.unwrap());
    let mut child = command.spawn().unwrap();
    wait_until(|| has_begun(&mgd) || child.try_wait().unwrap().is_some());
    if child.try_wait().unwrap().is_some() {
        skipped("no new process namespace may be made here");
        return;
    }
    let children = format!("/proc/{0}/task/{0}/children", child.id());
    let pid = std::fs::read_to_string(children).unwrap();
    signal("-TERM", pid.trim().parse().unwrap());
    assert_eq!(end(child).code, 143);
    assert_eq!(mgd.scratch.read("out"), first);
    assert!(mgd.scratch.path("s.state").exists());
}
