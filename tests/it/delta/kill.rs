//! A process that is killed at any call that writes: nothing is lost.

use std::collections::HashMap;
use std::path::Path;
use std::process::Stdio;

use super::{MARKER, STATE, add, appending, known, tenant};
use crate::support::{Mgd, Run, run_by, skipped, tool};
use crate::tenant::{Reply, Tenant};

const CALLS: &str = "write,ftruncate,rename,renameat,renameat2,fsync,fdatasync,openat,flock,unlink";

/// Runs the program under strace, appending to `out`.
fn trace(strace: &Path, mgd: &Mgd, options: &[&str]) -> Run {
    let mut all = vec!["-f", "-qq", "-y", "-o", "trace.log"];
    all.extend(options);
    all.push("--");
    let out = std::fs::OpenOptions::new()
        .append(true)
        .create(true)
        .open(mgd.scratch.path("out"))
        .unwrap();
    let mut command = run_by(strace, &all, &appending(mgd, &[]));
    command.stdout(Stdio::from(out));
    command.output().unwrap().into()
}

/// Each call that has to do with the output or the state: its name and its number among those of
/// that name.
fn calls(log: &str) -> Vec<(String, usize)> {
    let mut counts = HashMap::new();
    let mut found = Vec::new();
    for line in log.lines() {
        let call = line.trim_start_matches(|c: char| c.is_ascii_digit() || c == ' ');
        let Some((name, arguments)) = call.split_once('(') else {
            continue;
        };
        let count = counts.entry(name.to_owned()).or_insert(0);
        *count += 1;
        let is_of_folder = name == "fsync";
        if arguments.contains("s.state") || arguments.contains("/out>") || is_of_folder {
            found.push((name.to_owned(), *count));
        }
    }
    found
}

/// Five users that a reader knows, five changes, and a tenant that forgets the place after two of
/// them.
fn prepare() -> (Tenant, Mgd, String) {
    let (tenant, mgd) = tenant("a b c d e");
    let first: Run = appending(&mgd, &[]).output().unwrap().into();
    first.ok();
    tenant.change(r#"{"id":"a","@removed":{"reason":"deleted"}}"#);
    tenant.change(r#"{"id":"b","name":"new"}"#);
    add(&tenant, "f");
    tenant.change(r#"{"id":"c","@removed":{"reason":"deleted"}}"#);
    add(&tenant, "g");
    let kept = mgd.scratch.read(STATE);
    (tenant, mgd, kept)
}

/// Whoever has read these lines knows what the tenant knows.
fn is_known(out: &str) {
    let there: Vec<_> = known(out)
        .into_values()
        .map(|item| item.to_string())
        .collect();
    let expected = [
        r#"{"id":"b","name":"new"}"#,
        r#"{"id":"d"}"#,
        r#"{"id":"e"}"#,
        r#"{"id":"f"}"#,
        r#"{"id":"g"}"#,
    ];
    assert_eq!(there, expected, "{out}");
}

/// Kills it at each call in turn, each time after `again`, and lets another run go on: to
/// `is_whole` goes what is in the file then. Gives the names of the calls, and how often lines came
/// twice.
fn kill_everywhere(
    strace: &Path,
    mgd: &Mgd,
    again: &dyn Fn(),
    is_whole: &dyn Fn(&str),
) -> Option<(Vec<String>, usize)> {
    again();
    let run = trace(strace, mgd, &["-e", &format!("trace={CALLS}")]);
    if run.code != 0 {
        skipped(&format!("strace cannot trace here: {}", run.stderr));
        return None;
    }
    let whole = mgd.scratch.read("out");
    is_whole(&whole);
    let calls = calls(&mgd.scratch.read("trace.log"));
    let mut replays = 0;
    for (name, number) in &calls {
        again();
        let inject = format!("inject={name}:signal=KILL:when={number}");
        let trace_of = format!("trace={name}");
        let run = trace(strace, mgd, &["-e", &trace_of, "-e", &inject]);
        assert_eq!(run.code, 137, "{inject}: {}", run.stderr);
        let torn = mgd.scratch.read("out");
        let lines = torn
            .rsplit_once('\n')
            .map_or(String::new(), |(lines, _)| format!("{lines}\n"));
        known(&lines);
        // What it had told, the marker too, was followed by the state or comes again.
        let run: Run = appending(mgd, &[]).output().unwrap().into();
        assert_eq!(run.code, 0, "{inject}: {}", run.stderr);
        let all = mgd.scratch.read("out");
        assert!(all.starts_with(&lines), "{inject}");
        is_whole(&all);
        replays += usize::from(all.len() > whole.len());
    }
    let names = calls.into_iter().map(|(name, _)| name);
    Some((names.collect(), replays))
}

#[test]
fn a_process_killed_at_any_point_loses_no_change() {
    let strace = need!(tool("strace"));
    let (tenant, mgd, kept) = prepare();
    let out = mgd.scratch.read("out");
    // The place that the first page of changes leads to.
    let gone = Reply::graph_error(400, "SyncStateNotFound", "generation");
    tenant.always("/v1.0/users/delta?$skiptoken=0.5", gone);
    let again = || {
        mgd.scratch.write(STATE, &kept, 0o600);
        mgd.scratch.write("out", &out, 0o600);
    };
    let is_whole = |out: &str| {
        is_known(out);
        assert!(out.contains("@mgd.reset"), "{out}");
    };
    let (names, replays) = need!(kill_everywhere(&strace, &mgd, &again, &is_whole));
    let count = |name: &str| names.iter().filter(|known| *known == name).count();
    // A page of changes, the marker and three pages: five times the lines and the state.
    assert!(count("fdatasync") == 5 && count("fsync") >= 10, "{names:?}");
    assert!(count("write") >= 11 && count("renameat") == 5, "{names:?}");
    assert!(replays > 0 && replays < names.len(), "{replays}");
    assert_eq!(tenant.violations(), [] as [String; 0]);
}

#[test]
fn a_first_round_killed_at_any_point_loses_no_item() {
    let strace = need!(tool("strace"));
    let (tenant, mgd) = tenant("a b c");
    // The token is in the cache, so that each run asks for the same.
    mgd.get(&["users"]).ok();
    let again = || {
        for name in [STATE, "out"] {
            let _ = std::fs::remove_file(mgd.scratch.path(name));
        }
    };
    let is_whole = |out: &str| {
        let ids: Vec<_> = known(out).into_keys().collect();
        assert_eq!(ids, ["a", "b", "c"], "{out}");
    };
    let (names, replays) = need!(kill_everywhere(&strace, &mgd, &again, &is_whole));
    assert!(names.len() > 15, "{names:?}");
    assert!(replays > 0 && replays < names.len(), "{replays}");
    assert_eq!(tenant.violations(), [] as [String; 0]);
}

#[test]
fn a_process_killed_within_a_line_loses_no_item() {
    let (tenant, mgd) = tenant("");
    let long = |id: &str| format!("{{\"id\":\"{id}\",\"x\":\"{}\"}}", "y".repeat(80_000));
    for id in ["a", "b", "c"] {
        tenant.change(&long(id));
    }
    mgd.get(&["users"]).ok();
    // A file may not grow past 100 kB: SIGXFSZ comes in the second line.
    let line = "ulimit -f 200; mgd delta users/delta --state s.state -p parameters.json >> out";
    let run = mgd.shell(line);
    assert_eq!(run.code, 153, "{}", run.stderr);
    let torn = mgd.scratch.read("out");
    assert!(torn.len() > long("a").len() + 1 && !torn.ends_with('\n'));
    let run: Run = appending(&mgd, &[]).output().unwrap().into();
    assert!(
        run.stderr.contains("torn line at its end was cut off"),
        "{}",
        run.stderr
    );
    let [a, b, c] = ["a", "b", "c"].map(|id| long(id) + "\n");
    let expected = format!("{a}{MARKER}{a}{b}{c}");
    assert_eq!((run.code, mgd.scratch.read("out")), (0, expected));
}
