//! `--watch`: round after round.

use super::{add, arguments, delta, gets, tenant};
use crate::support::{Run, jsonl, wait_until};
use crate::tenant::Reply;

#[test]
fn round_follows_round_until_time_is_up() {
    let (tenant, mgd) = tenant("a b c");
    let child = mgd.start(arguments(&["--watch", "0.1", "--max-time", "2.5"]));
    wait_until(|| gets(&tenant, 0).len() >= 4);
    add(&tenant, "d");
    let run = Run::from(child.wait_with_output().unwrap());
    run.ended(0, &jsonl("a b c d"), "");
    delta(&mgd, &[]).ended(0, "", "");
    assert_eq!(tenant.violations(), [] as [String; 0]);
}

#[test]
fn a_token_that_is_near_its_end_is_replaced_between_rounds() {
    let (tenant, mgd) = tenant("a");
    // Less than the 300 s that a token must have to live.
    tenant.set_token_lifetime(200);
    let child = mgd.start(arguments(&["--watch", "0.1", "--max-time", "2.5"]));
    wait_until(|| gets(&tenant, 0).len() >= 3);
    assert!(tenant.token_posts() >= 3);
    tenant.revoke_tokens();
    add(&tenant, "b");
    let run = Run::from(child.wait_with_output().unwrap());
    run.ended(0, &jsonl("a b"), "");
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
    let child = mgd.start(arguments(&["--watch", "0.05", "--max-time", "2"]));
    for _ in 0..2 {
        let count = gets(&tenant, 0).len();
        wait_until(|| gets(&tenant, 0).len() >= count + 3);
        tenant.forget_places(410, "resyncRequired", true);
    }
    let run = Run::from(child.wait_with_output().unwrap());
    let again = format!("{}{}", super::MARKER, jsonl("a b c"));
    run.ended(
        0,
        &format!("{}{again}{again}", jsonl("a b c")),
        &super::RESET.repeat(2),
    );
}
