//! `mgd batch`: requests as lines in, answers as lines out.

mod answers;
mod breaks;
mod depends;
mod follow;
mod input;
mod order;
mod output;
mod paths;
mod throttle;

use std::io::Write as _;
use std::process::Stdio;

use serde_json::Value;

use crate::support::{Mgd, Run};
use crate::tenant::{Reply, Seen, Tenant};

const BATCH: &str = "/v1.0/$batch";

/// Runs `mgd parameters.json batch ARGUMENTS` with this on stdin.
fn run(mgd: &Mgd, arguments: &[&str], input: &str) -> Run {
    let all = [&["parameters.json", "batch"], arguments].concat();
    let mut child = mgd.command(all).stdin(Stdio::piped()).spawn().unwrap();
    let mut stdin = child.stdin.take().unwrap();
    let input = input.to_owned();
    let feed = std::thread::spawn(move || {
        // A program that refuses a line need not read the rest.
        let _ = stdin.write_all(input.as_bytes());
    });
    let output = child.wait_with_output().unwrap();
    feed.join().unwrap();
    output.into()
}

/// Runs it on a tenant of three users.
fn batch(tenant: &Tenant, arguments: &[&str], input: &str) -> Run {
    run(&Mgd::new(tenant), arguments, input)
}

/// Lines that ask for as many made-up things, and a tenant that has each of them.
fn things(count: usize) -> (Tenant, String) {
    let tenant = Tenant::start();
    tenant.always_part("/v1.0/things/", Reply::json("{\"ok\":true}"));
    let lines = (1..=count).map(|number| format!("things/{number}\n"));
    (tenant, lines.collect())
}

/// What the requests in each `$batch` asked for, in order.
fn asked(tenant: &Tenant) -> Vec<Vec<String>> {
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let urls = |body: Value| {
        let requests = body["requests"].as_array().unwrap().iter();
        requests.map(|request| text(&request["url"])).collect()
    };
    outer(tenant).iter().map(|seen| urls(body(seen))).collect()
}

/// The requests to `$batch`.
fn outer(tenant: &Tenant) -> Vec<Seen> {
    let requests = tenant.requests().into_iter();
    requests
        .filter(|seen| seen.path().ends_with("$batch"))
        .collect()
}

fn body(seen: &Seen) -> Value {
    serde_json::from_slice(&seen.body).unwrap()
}

/// What was carried out of it: method and target of each request, in order.
fn carried_out(tenant: &Tenant) -> Vec<String> {
    tenant.carried_out().iter().map(Seen::line).collect()
}

/// The id and the status of each line; 0 is null.
fn statuses(run: &Run) -> Vec<(String, u64)> {
    let line = |line: &str| {
        let line: Value = serde_json::from_str(line).expect(line);
        let id = line["id"].as_str().unwrap().to_owned();
        (id, line["status"].as_u64().unwrap_or_default())
    };
    run.stdout.lines().map(line).collect()
}

/// Ids and statuses as they are written in a test: `a 200, b 404`.
fn list(statuses: &[(String, u64)]) -> String {
    let shown = statuses.iter().map(|(id, status)| format!("{id} {status}"));
    shown.collect::<Vec<_>>().join(", ")
}

/// No wait was too short, and nothing was sent where it does not belong.
#[track_caller]
fn assert_manners(tenant: &Tenant) {
    assert_eq!(tenant.violations(), [] as [String; 0]);
}
