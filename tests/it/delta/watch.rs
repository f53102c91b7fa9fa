//! `--watch`: round after round.

use super::{MARKER, RESET, add, arguments, delta, end, gets, known, tenant};
use crate::support::{jsonl, wait_until};
use crate::tenant::Reply;

#[test]
fn round_follows_round_until_a_signal() {
    let (tenant, mgd) = tenant("a b c");
    let child = mgd.start(arguments(&["--watch", "0.05"]));
    for id in ["d", "e"] {
        let count = gets(&tenant, 0).len();
        wait_until(|| gets(&tenant, 0).len() >= count + 3);
        add(&tenant, id);
    }
    let count = gets(&tenant, 0).len();
    wait_until(|| gets(&tenant, 0).len() >= count + 3);
    child.signal("-TERM");
    end(child).ended(143, &jsonl("a b c d e"), "");
    delta(&mgd, &[]).ended(0, "", "");
    assert_eq!(tenant.violations(), [] as [String; 0]);
}

#[test]
fn a_pause_past_the_time_that_is_given_is_not_begun() {
    let (tenant, mgd) = tenant("a b c");
    let run = delta(&mgd, &["--watch", "3600", "--max-time", "60"]);
    run.ended(0, &jsonl("a b c"), "");
    assert_eq!(gets(&tenant, 0).len(), 2);
}

#[test]
fn a_token_that_is_near_its_end_or_refused_is_replaced() {
    let (tenant, mgd) = tenant("a");
    // Less than the 300 s that a token must have to live.
    tenant.set_token_lifetime(200);
    let child = mgd.start(arguments(&["--watch", "0.05"]));
    wait_until(|| gets(&tenant, 0).len() >= 3);
    assert!(tenant.token_posts() >= 3);
    tenant.revoke_tokens();
    add(&tenant, "b");
    let count = gets(&tenant, 0).len();
    wait_until(|| gets(&tenant, 0).len() >= count + 4);
    child.signal("-TERM");
    end(child).ended(143, &jsonl("a b"), "");
}

#[test]
fn an_error_ends_it_with_its_code_and_the_state_is_kept() {
    let (tenant, mgd) = tenant("a b c");
    tenant.on(
        "/v1.0/users/delta?$deltatoken",
        [Reply::pass(), Reply::status(403)],
    );
    let run = delta(&mgd, &["--watch", "0.05"]);
    assert_eq!((run.code, run.stdout), (1, jsonl("a b c")));
    add(&tenant, "d");
    delta(&mgd, &[]).ended(0, &jsonl("d"), "");
}

#[test]
fn a_reset_in_a_later_round_is_told_and_listing_goes_on() {
    let (tenant, mgd) = tenant("a b c");
    let child = mgd.start(arguments(&["--watch", "0.05"]));
    let later = || {
        let count = gets(&tenant, 0).len();
        wait_until(|| gets(&tenant, 0).len() >= count + 4);
    };
    for _ in 0..2 {
        later();
        tenant.forget_places(410, "resyncRequired", true);
    }
    later();
    child.signal("-INT");
    let run = end(child);
    assert_eq!((run.code, run.stderr), (130, RESET.repeat(2)));
    assert_eq!(run.stdout.matches(MARKER).count(), 2);
    assert_eq!(known(&run.stdout).into_keys().collect::<String>(), "abc");
}
