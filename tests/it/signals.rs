//! Signals end the program at once, and leave nothing half-written behind.

mod bounds;

use std::path::Path;
use std::time::Duration;

use crate::support::{Child, Mgd, Run, run_by, signal, skipped, tool, wait_until};
use crate::tenant::{Reply, Tenant};

/// A tenant whose first page stops midway for as long as the test needs.
fn stalling() -> Tenant {
    let tenant = Tenant::start();
    let body = format!("{{\"value\":[{{\"id\":\"1\"}},\"{}\"]}}", "x".repeat(2000));
    tenant.always(
        "/v1.0/users",
        Reply::json(body).stall_after(1000, Duration::from_secs(60)),
    );
    tenant
}

fn end(child: Child) -> Run {
    Run::from(child.wait_with_output().unwrap())
}

fn is_asking(tenant: &Tenant) -> bool {
    tenant
        .requests()
        .iter()
        .any(|request| request.method == "GET")
}

#[test]
fn a_signal_ends_a_listing_at_once_and_quietly() {
    for (name, code) in [("-INT", 130), ("-TERM", 143)] {
        let tenant = stalling();
        let mgd = Mgd::new(&tenant);
        let child = mgd.start(["parameters.json"]);
        wait_until(|| is_asking(&tenant));
        child.signal(name);
        let run = end(child);
        assert_eq!((run.code, run.stderr.as_str()), (code, ""));
    }
}

#[test]
fn a_signal_leaves_the_old_file_and_no_temporary_one() {
    for (name, code) in [("-INT", 130), ("-TERM", 143), ("-HUP", 129)] {
        let tenant = stalling();
        let mgd = Mgd::new(&tenant);
        mgd.scratch.write("out.json", "old", 0o644);
        let child = mgd.start(["parameters.json", "-O", "out.json"]);
        let is_temporary = |name: &String| name.starts_with(".out.json.");
        wait_until(|| mgd.scratch.names().iter().any(is_temporary) && is_asking(&tenant));
        child.signal(name);
        assert_eq!(end(child).code, code);
        assert_eq!(mgd.scratch.read("out.json"), "old");
        assert!(!mgd.scratch.names().iter().any(is_temporary));
    }
}

#[test]
fn the_first_process_of_a_container_obeys_sigterm() {
    let tenant = stalling();
    let mgd = Mgd::new(&tenant);
    let unshare = need!(tool("unshare"));
    let program = mgd.command(["parameters.json"]);
    let mut child = run_by(&unshare, &["--pid", "--fork"], &program)
        .spawn()
        .unwrap();
    wait_until(|| is_asking(&tenant) || child.try_wait().unwrap().is_some());
    if child.try_wait().unwrap().is_some() {
        skipped("no new process namespace may be made here");
        return;
    }
    let children = format!("/proc/{0}/task/{0}/children", child.id());
    let first = std::fs::read_to_string(children).unwrap();
    signal("-TERM", first.trim().parse().unwrap());
    assert_eq!(end(child).code, 143);
}

#[test]
fn a_signal_that_nohup_has_it_ignore_stays_ignored() {
    let tenant = Tenant::start();
    tenant.on(
        "/v1.0/users",
        [Reply::json("{\"value\":[]}").delay(Duration::from_millis(500))],
    );
    let mgd = Mgd::new(&tenant);
    let program = mgd.command(["parameters.json", "-O", "out.json"]);
    let nohup = ["-c", "trap '' HUP && exec \"$0\" \"$@\""];
    let child = run_by(Path::new("/bin/sh"), &nohup, &program)
        .spawn()
        .unwrap();
    wait_until(|| is_asking(&tenant));
    child.signal("-HUP");
    assert_eq!(end(child).code, 0);
    assert_eq!(mgd.scratch.read("out.json"), "{\"value\":[]}\n");
}

#[test]
fn a_crash_leaves_no_core_with_the_secret() {
    use std::os::unix::process::ExitStatusExt as _;
    let tenant = Tenant::start();
    let reply = Reply::pass().delay(Duration::from_secs(20));
    tenant.on("/v1.0/users", [reply]);
    let mgd = Mgd::new(&tenant);
    let options = ["-c", "ulimit -c unlimited; exec \"$@\"", "sh"];
    let shell = need!(tool("sh"));
    let mut command = run_by(&shell, &options, &mgd.command(["parameters.json"]));
    let mut child = command.spawn().unwrap();
    wait_until(|| tenant.requests().len() == 2);
    let limits = std::fs::read_to_string(format!("/proc/{}/limits", child.id())).unwrap();
    let core = limits.lines().find(|line| line.starts_with("Max core"));
    let core: Vec<_> = core.unwrap().split_whitespace().collect();
    assert_eq!(core[4..6], ["0", "0"]);
    child.signal("-QUIT");
    let status = child.wait().unwrap();
    assert!(!status.core_dumped(), "{status}");
}

/// Has SIGTERM come with each call of the run in turn, and asks `is_clean` after each.
fn terminated_at_each_call(mgd: &Mgd, arguments: &[&str], is_clean: &dyn Fn(&str)) {
    const CALLS: &str = "openat,write,fsync,renameat,unlinkat";
    let strace = need!(tool("strace"));
    let trace = |options: &[&str]| {
        let all = [&["-f", "-qq", "-o", "trace.log"], options, &["--"]].concat();
        let command = mgd.command(arguments);
        Run::from(run_by(&strace, &all, &command).output().unwrap())
    };
    let run = trace(&["-e", &format!("trace={CALLS}")]);
    if run.code != 0 {
        skipped(&format!("strace cannot trace here: {}", run.stderr));
        return;
    }
    let log = mgd.scratch.read("trace.log");
    let mut ended = 0;
    for name in CALLS.split(',') {
        let calls = log.matches(&format!(" {name}(")).count();
        for number in 1..=calls {
            let _ = std::fs::remove_dir_all(mgd.scratch.path("cache"));
            let inject = format!("inject={name}:signal=TERM:when={number}");
            let run = trace(&["-e", &format!("trace={name}"), "-e", &inject]);
            assert!(matches!(run.code, 0 | 143), "{inject}: {run:?}");
            ended += usize::from(run.code == 143);
            is_clean(&inject);
        }
    }
    assert!(ended > 10, "{ended}");
}

#[test]
fn a_signal_at_any_moment_leaves_no_temporary_file() {
    let tenant = Tenant::start_plain();
    let mgd = Mgd::new(&tenant);
    let is_temporary = |folder: &Path| {
        let entries = std::fs::read_dir(folder).into_iter().flatten();
        let mut names = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap());
        names.find(|name| name.ends_with(".tmp"))
    };
    let arguments = ["parameters.json", "-O", "out.json"];
    terminated_at_each_call(&mgd, &arguments, &|inject| {
        let cache = mgd.scratch.path("cache");
        assert_eq!(is_temporary(mgd.folder()), None, "{inject}");
        assert_eq!(is_temporary(&cache), None, "{inject}");
    });
}
