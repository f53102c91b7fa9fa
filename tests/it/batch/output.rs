//! `-O FILE`: replaced when the responses to all lines are there.

use super::{BATCH, Mgd, list, run, statuses, things};
use crate::support::Run;
use crate::tenant::{Reply, Tenant};

const OLD: &str = "yesterday's\n";

/// Runs it over a file of yesterday; what is in that afterwards.
fn over(tenant: &Tenant, arguments: &[&str], input: &str) -> (Run, String) {
    let mgd = Mgd::new(tenant);
    mgd.scratch.write("out.jsonl", OLD, 0o640);
    let run = run(&mgd, &[&["-O", "out.jsonl"], arguments].concat(), input);
    let names = mgd.scratch.names();
    let is_temporary = |name: &&String| name.contains(".tmp");
    assert_eq!(names.iter().find(is_temporary), None);
    assert_eq!(run.stdout, "");
    (run, mgd.scratch.read("out.jsonl"))
}

fn written(text: &str) -> String {
    list(&statuses(&Run {
        stdout: text.to_owned(),
        stderr: String::new(),
        code: 0,
    }))
}

#[test]
fn all_responses_replace_the_file() {
    let (tenant, input) = things(50);
    for arguments in [&[][..], &["--unordered"]] {
        let (run, text) = over(&tenant, arguments, &input);
        run.ended(0, "", "");
        assert_eq!(text.lines().count(), 50);
    }
    let (run, text) = over(&tenant, &[], "");
    run.ended(0, "", "");
    assert_eq!(text, "", "no lines have no responses");
}

#[test]
fn requests_that_failed_have_responses_too() {
    let (tenant, input) = things(2);
    let (run, text) = over(&tenant, &[], &format!("{input}none\n"));
    run.ended(1, "", "mgd: 1 of 3 requests failed (id 3)\n");
    assert_eq!(written(&text), "1 200, 2 200, 3 404");
    // A change of which nobody knows whether it was made has a line that says so.
    tenant.on(BATCH, [Reply::hang_up()]);
    let (run, text) = over(&tenant, &[], "DELETE users/U\n");
    run.ended(1, "", "mgd: 1 of 1 requests failed (id 1)\n");
    assert_eq!(written(&text), "1 0");
}

#[test]
fn a_run_that_breaks_off_leaves_the_old_file() {
    let (tenant, input) = things(40);
    tenant.on(BATCH, [Reply::pass(), Reply::status(403)]);
    let lost = "mgd: no line after line 40 was sent\n\
                mgd: out.jsonl: not replaced: responses are missing\n\
                mgd: lines 21 to 40: graph: Authorization_RequestDenied";
    let (run, text) = over(&tenant, &["--jobs=1"], &input);
    assert!(run.stderr.starts_with(lost), "{}", run.stderr);
    assert_eq!((run.code, text.as_str()), (1, OLD));

    let (run, text) = over(&tenant, &["--jobs=1"], &format!("{input}users//x\n"));
    assert!(run.stderr.contains("mgd: line 41: path users//x: "));
    assert_eq!((run.code, text.as_str()), (2, OLD));

    let (run, text) = over(&tenant, &["--jobs=0"], &input);
    assert_eq!((run.code, text.as_str()), (2, OLD));
    let (run, text) = over(&tenant, &["no-such-file"], &input);
    assert_eq!((run.code, text.as_str()), (2, OLD));
}

#[test]
fn a_place_that_cannot_be_written_is_found_before_anything_is_sent() {
    let (tenant, input) = things(1);
    let run = run(&Mgd::new(&tenant), &["-O", "no/such/folder"], &input);
    let told = "mgd: no/such/folder: not written: no such file or directory\n";
    run.refused(6, told);
    assert_eq!(tenant.connections(), 0);
}

#[test]
fn a_file_may_be_read_and_replaced_in_one_run() {
    let (tenant, input) = things(50);
    let mgd = Mgd::new(&tenant);
    mgd.scratch.write("lines", input, 0o640);
    run(&mgd, &["lines", "-O", "lines"], "").ended(0, "", "");
    assert_eq!(mgd.scratch.read("lines").lines().count(), 50);
}
