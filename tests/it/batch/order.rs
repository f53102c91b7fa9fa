//! Several batches at a time: in which order, how far ahead, and how it ends.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::process::{ChildStdin, ChildStdout, Stdio};
use std::time::Duration;

use super::{BATCH, asked, batch, carried_out, statuses, things};
use crate::support::{Child, Mgd, Run, run_as_nobody, run_by, tool, wait_until};
use crate::tenant::{Reply, Tenant};

fn start(mgd: &Mgd, arguments: &[&str]) -> (Child, ChildStdin, BufReader<ChildStdout>) {
    let all = [&["parameters.json", "batch"], arguments].concat();
    let mut child = mgd.command(all).stdin(Stdio::piped()).spawn().unwrap();
    let stdin = child.stdin.take().unwrap();
    let stdout = BufReader::new(child.stdout.take().unwrap());
    (child, stdin, stdout)
}

fn end(child: Child) -> Run {
    Run::from(child.wait_with_output().unwrap())
}

fn ids(run: &Run) -> Vec<String> {
    statuses(run).into_iter().map(|(id, _)| id).collect()
}

fn numbers(from: usize, to: usize) -> Vec<String> {
    (from..=to).map(|number| number.to_string()).collect()
}

#[test]
fn answers_keep_the_order_of_the_lines() {
    let (tenant, input) = things(130);
    tenant.on(BATCH, [Reply::pass().delay(Duration::from_millis(300))]);
    tenant.on_part("/v1.0/things/25", [Reply::status(429).retry_after("0.2")]);
    let run = batch(&tenant, &["--jobs", "3"], &input);
    assert_eq!((run.code, run.stderr.as_str()), (0, ""));
    assert_eq!(ids(&run), numbers(1, 130));
    assert_eq!(carried_out(&tenant).len(), 131);
}

#[test]
fn unordered_answers_are_written_as_they_come() {
    let (tenant, input) = things(40);
    tenant.on(BATCH, [Reply::pass().delay(Duration::from_millis(500))]);
    let run = batch(&tenant, &["--unordered"], &input);
    let is_first_late = asked(&tenant)[0][0] == "/things/1";
    let mut chunks: Vec<_> = ids(&run)
        .iter()
        .map(|id| id.parse::<usize>().unwrap().div_ceil(20))
        .collect();
    assert_eq!(chunks.len(), 40);
    chunks.dedup();
    assert_eq!(chunks, if is_first_late { [2, 1] } else { [1, 2] });
}

#[test]
fn a_producer_that_waits_for_its_answers_gets_them() {
    let (tenant, input) = things(20);
    let mgd = Mgd::new(&tenant);
    for jobs in ["1", "2"] {
        let (child, mut stdin, mut stdout) = start(&mgd, &["--jobs", jobs]);
        stdin.write_all(input.as_bytes()).unwrap();
        for number in 1..=20 {
            let mut line = String::new();
            stdout.read_line(&mut line).unwrap();
            assert!(
                line.starts_with(&format!("{{\"id\":\"{number}\"")),
                "{line}"
            );
        }
        drop(stdin);
        let run = end(child);
        assert_eq!((run.code, run.stderr.as_str()), (0, ""));
    }
}

#[test]
fn a_slow_reader_holds_the_requests_back() {
    let tenant = Tenant::start();
    let long = format!("{{\"a\":\"{}\"}}", "x".repeat(20_000));
    tenant.always_part("/v1.0/things/", Reply::json(long));
    let mgd = Mgd::new(&tenant);
    let (child, mut stdin, mut stdout) = start(&mgd, &[]);
    let lines: String = (1..=400)
        .map(|number| format!("things/{number}\n"))
        .collect();
    stdin.write_all(lines.as_bytes()).unwrap();
    drop(stdin);
    wait_until(|| carried_out(&tenant).len() >= 20);
    std::thread::sleep(Duration::from_millis(500));
    // What the pipe holds is a handful of answers.
    let ahead = carried_out(&tenant).len();
    assert!(ahead <= 80, "{ahead}");
    let mut all = String::new();
    stdout.read_to_string(&mut all).unwrap();
    assert_eq!(all.lines().count(), 400);
    assert_eq!(end(child).code, 0);
}

#[test]
fn a_reader_that_leaves_ends_it_quietly_though_the_producer_goes_on() {
    let (tenant, input) = things(20);
    let mgd = Mgd::new(&tenant);
    let (child, mut stdin, mut stdout) = start(&mgd, &["--jobs=1"]);
    stdin.write_all(input.as_bytes()).unwrap();
    stdout.read_line(&mut String::new()).unwrap();
    drop(stdout);
    let more: String = (21..=40)
        .map(|number| format!("things/{number}\n"))
        .collect();
    stdin.write_all(more.as_bytes()).unwrap();
    let run = end(child);
    assert_eq!((run.code, run.stderr.as_str()), (141, ""));
    drop(stdin);
}

#[test]
fn an_error_ends_it_though_the_producer_goes_on() {
    let (tenant, input) = things(20);
    tenant.on(BATCH, [Reply::status(403)]);
    let mgd = Mgd::new(&tenant);
    let (child, mut stdin, _stdout) = start(&mgd, &[]);
    stdin.write_all(input.as_bytes()).unwrap();
    assert_eq!(end(child).code, 1);
    drop(stdin);
}

#[test]
fn a_signal_ends_it_at_once_with_whole_lines_written() {
    let (tenant, input) = things(20);
    tenant.on_part("/v1.0/things/20", [Reply::status(429).retry_after("60")]);
    let mgd = Mgd::new(&tenant);
    let (child, mut stdin, mut stdout) = start(&mgd, &["-q"]);
    stdin.write_all(input.as_bytes()).unwrap();
    let mut lines = String::new();
    for _ in 0..19 {
        stdout.read_line(&mut lines).unwrap();
    }
    child.signal("-TERM");
    stdout.read_to_string(&mut lines).unwrap();
    let run = end(child);
    assert_eq!((run.code, run.stderr.as_str()), (143, ""));
    assert!(
        lines.ends_with("}\n") && lines.lines().count() == 19,
        "{lines}"
    );
}

#[test]
fn a_full_disk_is_an_error() {
    let (tenant, input) = things(3);
    let mgd = Mgd::new(&tenant);
    mgd.scratch.write("in", input, 0o644);
    let run = mgd.shell("mgd parameters.json batch in > /dev/full");
    run.refused(6, "mgd: stdout: not written: no space left on device\n");
}

#[test]
fn without_threads_it_goes_on_one_by_one() {
    let (tenant, input) = things(50);
    let mgd = Mgd::new(&tenant);
    mgd.edit(|parameters| parameters["token_cache"] = "none".into());
    let input = mgd.scratch.write("in", input, 0o644);
    let parameters = mgd.scratch.read("parameters.json");
    mgd.scratch.write("parameters.json", parameters, 0o600);
    let prlimit = need!(tool("prlimit"));
    let command = mgd.command([
        "parameters.json".as_ref(),
        "batch".as_ref(),
        input.as_os_str(),
    ]);
    let command = run_by(&prlimit, &["--nproc=1"], &command);
    let owner = std::os::unix::fs::chown(mgd.scratch.path("parameters.json"), Some(65534), None);
    if owner.is_err() {
        return;
    }
    if let Some(run) = run_as_nobody(&mgd, &command) {
        assert_eq!((run.code, run.stderr.as_str()), (0, ""));
        assert_eq!(ids(&run), numbers(1, 50));
    }
}
