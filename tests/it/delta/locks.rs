//! Two processes and one state file.

use std::fs::File;

use super::{STATE, add, arguments, delta, gets, tenant};
use crate::support::{Run, jsonl};

#[test]
fn a_second_process_with_the_same_state_ends_at_once() {
    let (tenant, mgd) = tenant("a b c");
    delta(&mgd, &[]).ok();
    let count = tenant.requests().len();
    let lock = File::open(mgd.scratch.path("s.state.lock")).unwrap();
    lock.lock().unwrap();
    let refused = "mgd: state s.state: in use by another mgd\n\
                   mgd: hint: that one delivers the changes; run again when it has ended\n";
    delta(&mgd, &[]).refused(4, refused);
    delta(&mgd, &["--state-out", "new"]).refused(4, refused);
    let out = [
        "delta",
        "groups/delta",
        "--state",
        "t",
        "--state-out",
        STATE,
        "-p",
        "parameters.json",
    ];
    mgd.run(out).refused(4, refused);
    assert_eq!(tenant.requests().len(), count);
    drop(lock);
    add(&tenant, "d");
    delta(&mgd, &[]).ended(0, &jsonl("d"), "");
    assert!(!mgd.scratch.path("new").exists());
}

#[test]
fn of_many_processes_each_change_is_delivered_by_one() {
    let (tenant, mgd) = tenant("a b c d e f g");
    let children: Vec<_> = (0..6).map(|_| mgd.start(arguments(&[]))).collect();
    let runs: Vec<_> = children
        .into_iter()
        .map(|child| Run::from(child.wait_with_output().unwrap()))
        .collect();
    let all: String = runs.iter().map(|run| run.stdout.as_str()).collect();
    assert_eq!(all, jsonl("a b c d e f g"));
    assert!(runs.iter().all(|run| matches!(run.code, 0 | 4)), "{runs:?}");
    assert!(runs.iter().any(|run| run.code == 0));
    let first = gets(&tenant, 0);
    let starts = first.iter().filter(|path| *path == "users/delta");
    assert_eq!(starts.count(), 1);
    assert_eq!(tenant.violations(), [] as [String; 0]);
}
