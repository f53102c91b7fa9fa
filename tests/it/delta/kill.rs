//! A process that is killed at any call that writes: nothing is lost.

use std::collections::HashMap;
use std::path::Path;
use std::process::Stdio;

use super::{STATE, add, appending, known, tenant};
use crate::support::{Mgd, Run, run_by, skipped, tool};
use crate::tenant::{Reply, Tenant};

const CALLS: &str = "write,ftruncate,rename,renameat,renameat2,fsync,fdatasync,openat,flock,unlink";
const GONE: &str = "/v1.0/users/delta?$skiptoken=0.5";

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

fn is_whole(out: &str) {
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

#[test]
fn a_process_killed_at_any_point_loses_no_change() {
    let Some(strace) = tool("strace") else { return };
    let (tenant, mgd, kept) = prepare();
    let out = mgd.scratch.read("out");
    tenant.always(
        GONE,
        Reply::graph_error(400, "SyncStateNotFound", "generation"),
    );
    let again = || {
        mgd.scratch.write(STATE, &kept, 0o600);
        mgd.scratch.write("out", &out, 0o600);
    };
    again();
    let run = trace(&strace, &mgd, &["-e", &format!("trace={CALLS}")]);
    if run.code != 0 {
        skipped(&format!("strace cannot trace here: {}", run.stderr));
        return;
    }
    let whole = mgd.scratch.read("out");
    is_whole(&whole);
    assert_eq!(whole.matches("@mgd.reset").count(), 1, "{whole}");
    let calls = calls(&mgd.scratch.read("trace.log"));
    let count = |name: &str| calls.iter().filter(|(known, _)| known == name).count();
    // A page of changes, the marker and three pages: five times the lines and the state.
    assert!(count("fdatasync") >= 5 && count("fsync") >= 10, "{calls:?}");
    assert!(count("write") >= 11 && count("rename") >= 5, "{calls:?}");
    let mut replays = 0;
    for (name, number) in &calls {
        again();
        let inject = format!("inject={name}:signal=KILL:when={number}");
        let run = trace(
            &strace,
            &mgd,
            &["-e", &format!("trace={name}"), "-e", &inject],
        );
        assert_eq!(run.code, 137, "{inject}: {}", run.stderr);
        let torn = mgd.scratch.read("out");
        let lines = torn.rsplit_once('\n').map_or("", |(lines, _)| lines);
        known(lines);
        // What it had told, the marker too, was followed by the state or comes again.
        let run: Run = appending(&mgd, &[]).output().unwrap().into();
        assert_eq!(run.code, 0, "{inject}: {}", run.stderr);
        let all = mgd.scratch.read("out");
        assert!(all.starts_with(lines), "{inject}");
        assert!(all.contains("@mgd.reset"), "{inject}");
        is_whole(&all);
        replays += usize::from(all.len() > whole.len());
    }
    assert!(
        replays > 0 && replays < calls.len(),
        "{replays} of {}",
        calls.len()
    );
    assert_eq!(tenant.violations(), [] as [String; 0]);
}
