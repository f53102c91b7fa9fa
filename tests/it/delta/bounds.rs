//! A signal ends it within 10 s, whatever holds it up.

use std::time::Duration;

use super::signals::{has_begun, slow_page};
use super::{appending, end, gets, is_at_start, tenant};
use crate::support::wait_until;

#[test]
fn a_page_that_does_not_end_holds_a_signal_up_for_a_while_only() {
    let (tenant, mgd) = tenant("");
    slow_page(&tenant, Duration::from_secs(60));
    let mut child = appending(&mgd, &[]).spawn().unwrap();
    wait_until(|| has_begun(&mgd));
    child.signal("-TERM");
    child.promises(Duration::from_secs(10));
    end(child).ended(143, "", "");
    assert!(is_at_start(&mgd, "s.state"));
    assert_eq!(gets(&tenant, 0), ["users/delta"]);
}
