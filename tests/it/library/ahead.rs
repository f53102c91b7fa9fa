//! Pages asked for ahead of time, by callers of the library.

use std::time::{Duration, Instant};

use crate::library::graph;
use crate::support::{Scratch, lines, page, wait_until};
use crate::tenant::{Reply, Tenant};

const IDS: &str = "a1 a2 a3 a4 a5 a6 a7 a8 a9";

/// A page that streams for a while, and one that is long in coming.
fn tenant() -> Tenant {
    let tenant = Tenant::start();
    let first = page(IDS, "items?p=2").stall_after(110, Duration::from_millis(400));
    tenant.on("/v1.0/items", [first]);
    let second = page("b1", "").delay(Duration::from_secs(20));
    tenant.on("/v1.0/items?p=2", [second, page("b1", "")]);
    tenant
}

#[test]
fn a_listing_that_is_dropped_leaves_nobody_waiting() {
    let (tenant, scratch) = (tenant(), Scratch::new());
    let graph = graph(&tenant, &scratch);
    let start = Instant::now();
    let mut items = graph.items("items");
    assert_eq!(items.by_ref().take(9).filter(Result::is_ok).count(), 9);
    wait_until(|| lines(&tenant).len() == 3);
    drop(items);
    tenant.on("/v1.0/others", [page("c1", "")]);
    assert_eq!(graph.items("others").filter(Result::is_ok).count(), 1);
    drop(graph);
    assert!(start.elapsed() < Duration::from_secs(10));
}

#[test]
fn who_wants_no_page_ahead_gets_none() {
    for is_by_item in [true, false] {
        let (tenant, scratch) = (Tenant::start(), Scratch::new());
        let graph = graph(&tenant, &scratch);
        let first = page(IDS, "items?p=2").stall_after(110, Duration::from_millis(400));
        let replies: [Reply; 2] = [first, page("b1", "")];
        for (path, reply) in ["items", "items?p=2"].into_iter().zip(replies) {
            tenant.on(&format!("/v1.0/{path}"), [reply]);
        }
        if is_by_item {
            let items = graph.items("items").without_prefetch();
            assert_eq!(items.filter(Result::is_ok).count(), 10);
        } else {
            let mut pages = graph.pages("items").unwrap().without_prefetch();
            while pages.next_item().unwrap().is_some() {}
            assert_eq!(pages.counts().items, 10);
        }
        assert_eq!((lines(&tenant).len(), tenant.connections()), (3, 1));
    }
}
