//! An input that several processes share: the command of docs/scale.md, run as it stands there by
//! GNU parallel against a tenant that throttles. `make test` sends a tenth of what `make faults` does.

use std::collections::HashMap;
use std::time::Duration;

use serde_json::Value;

use crate::support::{Command, Mgd, Run, tool};
use crate::tenant::{Reply, Seen, Tenant};

const DOCUMENT: &str = include_str!("../../docs/scale.md");
const BATCH: &str = "/v1.0/$batch";

/// How long a whole batch is put off.
const WAIT: f64 = 2.0;
/// A request may have been on its way before the process that sent it could know that another was
/// told to wait.
const ON_ITS_WAY: f64 = 0.5;

/// The command that the document gives.
fn documented() -> &'static str {
    let blocks = DOCUMENT.split("```sh\n").skip(1);
    let mut blocks = blocks.filter_map(|block| block.split("```").next());
    let command = blocks.find(|block| block.starts_with("parallel "));
    command.expect("a command that begins with parallel")
}

fn count() -> usize {
    match std::env::var_os("MGD_FAULTS") {
        Some(_) => 20_000,
        None => 2_000,
    }
}

fn path(number: usize) -> String {
    format!("things/{number:05}")
}

/// Throttles one request in fifty, and all of a batch now and then.
fn throttling(count: usize) -> Tenant {
    let tenant = Tenant::start();
    tenant.always_part("/v1.0/things/", Reply::json("{\"ok\":true}"));
    for number in (0..count).step_by(50) {
        let wait = if number % 100 == 0 { "0.2" } else { "0.5" };
        let reply = Reply::status(429).retry_after(wait);
        tenant.on_part(&format!("/v1.0/{}", path(number)), [reply]);
    }
    let put_off = Reply::status(429).retry_after(&WAIT.to_string());
    let pass = || std::iter::repeat_with(Reply::pass);
    tenant.on(BATCH, pass().take(30));
    tenant.on(BATCH, [put_off.clone()]);
    if count > 2_000 {
        tenant.on(BATCH, pass().take(500));
        tenant.on(BATCH, [put_off]);
    }
    tenant
}

fn run(mgd: &Mgd) -> Run {
    let folder = mgd.folder();
    let program = mgd.command([] as [&str; 0]).get_program().to_owned();
    std::fs::create_dir(folder.join("bin")).unwrap();
    std::os::unix::fs::symlink(program, folder.join("bin/mgd")).unwrap();
    let path = format!("{}:/usr/bin:/bin", folder.join("bin").display());
    let mut shell = Command::new("/bin/sh");
    shell
        .current_dir(folder)
        .env_clear()
        .env("HOME", folder)
        .env("PATH", path)
        .env("MGD_PARAMETERS", folder.join("parameters.json"))
        .args(["-c", documented()])
        .limit(Duration::from_secs(300));
    shell.output().unwrap().into()
}

/// What came too early though whoever sent it could know better.
fn too_early(tenant: &Tenant) -> Vec<String> {
    let start = format!("POST {BATCH} came ");
    let is_on_its_way = |violation: &String| {
        let rest = violation.strip_prefix(&start);
        let left = rest.and_then(|rest| rest.split(' ').next()?.parse::<f64>().ok());
        left.is_some_and(|left| left > WAIT - ON_ITS_WAY)
    };
    let mut all = tenant.violations();
    all.retain(|violation| !is_on_its_way(violation));
    all
}

#[test]
fn eight_processes_share_an_input_and_none_asks_too_early() {
    need!(tool("parallel"));
    let count = count();
    let tenant = throttling(count);
    let mgd = Mgd::new(&tenant);
    let line = |number| format!("{{\"id\":\"r{number}\",\"url\":\"{}\"}}\n", path(number));
    let lines: String = (0..count).map(line).collect();
    mgd.scratch.write("requests.jsonl", lines, 0o600);
    let run = run(&mgd);
    run.ended(0, "", "");

    let responses = mgd.scratch.read("responses.jsonl");
    let mut ids = HashMap::new();
    for line in responses.lines() {
        let response: Value = serde_json::from_str(line).expect(line);
        assert_eq!(response["status"], 200, "{line}");
        let id = response["id"].as_str().unwrap().to_owned();
        *ids.entry(id).or_insert(0) += 1;
    }
    for number in 0..count {
        assert_eq!(ids.get(&format!("r{number}")), Some(&1), "r{number}");
    }
    assert_eq!(ids.len(), count, "nothing but what was asked for");

    let done = tenant.carried_out();
    let whole = done.iter().filter(|seen| seen.status == 200);
    assert_eq!(whole.count(), count, "nothing was done twice");
    let throttled = done.iter().filter(|seen| seen.status == 429);
    assert_eq!(throttled.count(), count.div_ceil(50));
    assert_eq!(too_early(&tenant), [] as [String; 0]);
    let is_put_off = |seen: &&Seen| seen.path() == BATCH && seen.status == 429;
    let requests = tenant.requests();
    assert!(requests.iter().any(|seen| is_put_off(&seen)));
    assert_eq!(tenant.token_posts(), 1, "all share one token");
}
