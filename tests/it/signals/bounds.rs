//! After the first signal it ends within 10 s whatever blocks it, and at once after a second one.

use std::fs::File;
use std::io::{PipeReader, Write as _};
use std::os::unix::process::ExitStatusExt as _;
use std::process::ExitStatus;
use std::thread;
use std::time::Duration;

use rustix::fs::{OFlags, fcntl_getfl, fcntl_setfl};

use super::is_asking;
use crate::cache::Cached;
use crate::support::{Command, Mgd, tool, wait_until};
use crate::tenant::{Reply, Tenant};

const PROMISE: Duration = Duration::from_secs(10);
const AT_ONCE: Duration = Duration::from_secs(1);
const DELTA: [&str; 6] = [
    "delta",
    "users/delta",
    "--state",
    "s.state",
    "-p",
    "parameters.json",
];

/// A tenant with changes of more bytes than a pipe holds.
fn changed() -> (Tenant, Mgd) {
    let tenant = Tenant::start();
    for id in ["a", "b"] {
        let long = "y".repeat(80_000);
        tenant.change(&format!("{{\"id\":\"{id}\",\"x\":\"{long}\"}}"));
    }
    let mgd = Mgd::new(&tenant);
    (tenant, mgd)
}

/// Waits until it has asked Graph, and a while longer: it is blocked then.
fn is_blocked(tenant: &Tenant) {
    wait_until(|| is_asking(tenant));
    thread::sleep(Duration::from_millis(300));
}

fn is_ended_by(status: ExitStatus, signal: i32) {
    assert_eq!(status.signal(), Some(signal), "{status}");
}

#[test]
fn lines_that_nobody_reads_hold_it_up_for_a_while_only() {
    let (tenant, mgd) = changed();
    let mut child = mgd.start(DELTA);
    is_blocked(&tenant);
    child.signal("-TERM");
    child.promises(PROMISE);
    is_ended_by(child.wait().unwrap(), 15);
}

#[test]
fn a_second_signal_ends_it_at_once() {
    let (tenant, mgd) = changed();
    let mut child = mgd.start(DELTA);
    is_blocked(&tenant);
    child.signal("-INT");
    child.promises(PROMISE);
    thread::sleep(Duration::from_millis(300));
    assert!(child.try_wait().unwrap().is_none());
    child.signal("-TERM");
    child.promises(AT_ONCE);
    is_ended_by(child.wait().unwrap(), 15);
}

/// A library that has these functions of the C library never return.
fn blocking(mgd: &Mgd, functions: &[&str]) -> Option<String> {
    let cc = tool("cc")?;
    let body = "() { for (;;) pause(); }\n";
    let functions = functions.iter().map(|name| format!("int {name}{body}"));
    let source = "int pause(void);\n".to_owned() + &functions.collect::<String>();
    let source = mgd.scratch.write("blocking.c", source, 0o600);
    let library = mgd.scratch.path("blocking.so");
    let mut cc = Command::new(cc);
    cc.args(["-shared", "-fPIC", "-w", "-fno-builtin", "-o"]);
    let status = cc.arg(&library).arg(source).status().unwrap();
    assert!(status.success());
    Some(library.to_str().unwrap().to_owned())
}

#[test]
fn a_disk_that_does_not_respond_holds_it_up_for_a_while_only() {
    for function in ["fdatasync", "fsync"] {
        let (tenant, mgd) = changed();
        Cached::new(&tenant, &tenant.issue_token()).write(&mgd);
        let library = need!(blocking(&mgd, &[function]));
        let out = File::create(mgd.scratch.path("out")).unwrap();
        let mut command = mgd.command(DELTA);
        let mut child = command
            .env("LD_PRELOAD", library)
            .stdout(out)
            .spawn()
            .unwrap();
        // It tries to write its state before it asks.
        let is_state = |name: &String| name.starts_with(".s.state.");
        wait_until(|| is_asking(&tenant) || mgd.scratch.names().iter().any(is_state));
        thread::sleep(Duration::from_millis(300));
        child.signal("-TERM");
        child.promises(PROMISE);
        is_ended_by(child.wait().unwrap(), 15);
    }
}

/// A pipe that is full and that nobody reads.
fn full() -> (PipeReader, File) {
    let (reader, writer) = std::io::pipe().unwrap();
    let mut writer = File::from(std::os::fd::OwnedFd::from(writer));
    let flags = fcntl_getfl(&writer).unwrap();
    fcntl_setfl(&writer, flags | OFlags::NONBLOCK).unwrap();
    while writer.write(&[b'x'; 512]).is_ok() {}
    fcntl_setfl(&writer, flags).unwrap();
    (reader, writer)
}

#[test]
fn messages_that_nobody_reads_hold_it_up_for_a_while_only() {
    let (_tenant, mgd) = changed();
    let (_reader, stderr) = full();
    let mut command = mgd.command([&DELTA[..], &["-v"]].concat());
    let mut child = command.stderr(stderr).spawn().unwrap();
    thread::sleep(Duration::from_millis(500));
    child.signal("-TERM");
    child.promises(PROMISE);
    is_ended_by(child.wait().unwrap(), 15);
}

#[test]
fn a_lock_that_another_holds_does_not_hold_it_up() {
    for arguments in [&DELTA[..], &["-p", "parameters.json", "batch"]] {
        let (_tenant, mgd) = changed();
        let path = mgd
            .scratch
            .write("cache/msal_token_cache.json.lock", "", 0o600);
        let lock = File::options().read(true).write(true).open(path).unwrap();
        lock.lock().unwrap();
        mgd.scratch.write("input", "users\n", 0o600);
        let input = File::open(mgd.scratch.path("input")).unwrap();
        let mut child = mgd.command(arguments).stdin(input).spawn().unwrap();
        thread::sleep(Duration::from_millis(500));
        child.signal("-TERM");
        child.promises(AT_ONCE);
        is_ended_by(child.wait().unwrap(), 15);
    }
}

#[test]
fn a_batch_whose_responses_nobody_reads_ends_at_once() {
    let tenant = Tenant::start();
    let long = format!("{{\"a\":\"{}\"}}", "x".repeat(20_000));
    tenant.always_part("/v1.0/things/", Reply::json(long));
    let mgd = Mgd::new(&tenant);
    let lines: String = (1..=60)
        .map(|number| format!("things/{number}\n"))
        .collect();
    mgd.scratch.write("input", lines, 0o600);
    let mut child = mgd.start(["-p", "parameters.json", "batch", "input"]);
    wait_until(|| {
        let posts = tenant.requests();
        posts.iter().any(|post| post.path().ends_with("/$batch"))
    });
    thread::sleep(Duration::from_millis(500));
    child.signal("-TERM");
    child.promises(AT_ONCE);
    is_ended_by(child.wait().unwrap(), 15);
}
