//! `mgd delta`: what has changed since the last run, at least once each.

mod bounds;
mod ends;
mod from_now;
mod kill;
mod locks;
mod markers;
mod resets;
mod rounds;
mod signals;
mod states;
mod torn;
mod watch;

use std::collections::BTreeMap;
use std::fs::OpenOptions;
use std::process::Stdio;

use serde_json::Value;

use crate::support::{Child, Command, Mgd, Run, lines};
use crate::tenant::Tenant;

const PATH: &str = "users/delta";
const MARKER: &str = "{\"@mgd.reset\":true}\n";
const RESET: &str = "mgd: delta token expired; full resync\n";
const BEGINS: &str = "mgd: a full round begins: what was written before is void\n";
const CHANGED: &str = "mgd: the first page has changed while it was requested again: the full round \
                       begins again\n";
const STATE: &str = "s.state";

/// A tenant with these users in its listing of changes, two a page.
fn tenant(ids: &str) -> (Tenant, Mgd) {
    let tenant = Tenant::start();
    tenant.set_page_size(2);
    add(&tenant, ids);
    let mgd = Mgd::new(&tenant);
    (tenant, mgd)
}

/// Notes a change of each of these users.
fn add(tenant: &Tenant, ids: &str) {
    for id in ids.split(' ').filter(|id| !id.is_empty()) {
        tenant.change(&format!("{{\"id\":\"{id}\"}}"));
    }
}

fn arguments<'a>(more: &[&'a str]) -> Vec<&'a str> {
    [
        &["delta", PATH, "--state", STATE, "-p", "parameters.json"],
        more,
    ]
    .concat()
}

fn delta(mgd: &Mgd, more: &[&str]) -> Run {
    mgd.run(arguments(more))
}

/// A command that appends to the file `out`.
fn appending(mgd: &Mgd, more: &[&str]) -> Command {
    let out = OpenOptions::new()
        .append(true)
        .create(true)
        .open(mgd.scratch.path("out"))
        .unwrap();
    let mut command = mgd.command(arguments(more));
    command.stdout(Stdio::from(out));
    command
}

fn append(mgd: &Mgd, more: &[&str]) -> Run {
    appending(mgd, more).output().unwrap().into()
}

fn end(child: Child) -> Run {
    Run::from(child.wait_with_output().unwrap())
}

fn state(mgd: &Mgd) -> Value {
    serde_json::from_str(&mgd.scratch.read(STATE)).unwrap()
}

/// Whether a file holds the state before a full round.
fn is_at_start(mgd: &Mgd, name: &str) -> bool {
    let state: Value = serde_json::from_str(&mgd.scratch.read(name)).unwrap();
    (state["round"] == "full") && (state["at"] == "start")
}

/// The GETs that reached the tenant from the number `from` on, without the version.
fn gets(tenant: &Tenant, from: usize) -> Vec<String> {
    let lines = lines(tenant);
    let gets = lines
        .iter()
        .filter_map(|line| line.strip_prefix("GET /v1.0/"));
    gets.skip(from).map(str::to_owned).collect()
}

/// What a reader knows who has read these lines.
fn known(lines: &str) -> BTreeMap<String, Value> {
    let mut known = BTreeMap::new();
    for line in lines.lines() {
        let item: Value = serde_json::from_str(line).expect(line);
        if item["@mgd.reset"] == true {
            known.clear();
            continue;
        }
        let id = item["id"].as_str().unwrap().to_owned();
        match item.get("@removed") {
            Some(_) => known.remove(&id),
            None => known.insert(id, item),
        };
    }
    known
}
