//! `mgd download` and `mgd upload`.

mod conflicts;
mod content;
mod early;
mod files;
mod kill;
mod lost;
mod printed;
mod redirects;
mod rerun;
mod rest;
mod sessions;
mod sources;
mod verified;

use std::sync::OnceLock;

use crate::support::{Mgd, Run};
use crate::tenant::{Seen, Tenant};

/// Bytes that are alike nowhere, others for each length.
fn noise(length: usize) -> Vec<u8> {
    static NOISE: OnceLock<Vec<u8>> = OnceLock::new();
    let noise = NOISE.get_or_init(|| {
        let mut state = 0x9e37_79b9_7f4a_7c15_u64;
        let next = || {
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            state.to_le_bytes()
        };
        std::iter::repeat_with(next)
            .take(1 << 20)
            .flatten()
            .collect()
    });
    let start = length % 1000;
    noise[start..start + length].to_vec()
}

/// A tenant with a drive, and the program for it.
fn drive() -> (Tenant, Mgd) {
    let tenant = Tenant::with_drive();
    let mgd = Mgd::new(&tenant);
    (tenant, mgd)
}

/// A drive with a file in it, and the path of its content.
fn drive_of(bytes: &[u8]) -> (Tenant, Mgd, String) {
    let (tenant, mgd) = drive();
    let id = tenant.put_file("a.bin", bytes);
    (tenant, mgd, format!("drives/D/items/{id}/content"))
}

fn run(mgd: &Mgd, arguments: &[&str]) -> Run {
    mgd.list(arguments)
}

/// The requests but those for a token, and without what makes a URL secret.
fn requests(tenant: &Tenant) -> Vec<Seen> {
    let all = tenant.requests().into_iter();
    all.filter(|seen| seen.path() != tenant.token_path())
        .collect()
}

fn asked(tenant: &Tenant) -> Vec<String> {
    let line = |seen: &Seen| {
        let line = seen.line();
        line.split("?tempauth").next().unwrap().to_owned()
    };
    requests(tenant).iter().map(line).collect()
}

/// What was asked of the storage: the method, and what range of which headers.
fn slices(tenant: &Tenant) -> Vec<String> {
    let all = requests(tenant).into_iter();
    all.filter(|seen| seen.target.starts_with("/storage/"))
        .map(|seen| match seen.header("content-range") {
            Some(range) => format!("{} {range}", seen.method),
            None => match seen.header("range") {
                Some(range) => format!("{} {range}", seen.method),
                None => seen.method,
            },
        })
        .collect()
}

#[track_caller]
fn well_mannered(tenant: &Tenant) {
    assert_eq!(tenant.violations(), [] as [String; 0]);
}

fn bytes_of(mgd: &Mgd, name: &str) -> Vec<u8> {
    std::fs::read(mgd.scratch.path(name)).unwrap()
}

/// Nothing may lie about but what the run began with and these.
#[track_caller]
fn assert_files(mgd: &Mgd, names: &[&str]) {
    let mut expected = [&["ca.pem", "cache", "parameters.json"], names].concat();
    expected.sort_unstable();
    assert_eq!(mgd.scratch.names(), expected);
}

/// The upload sessions that are kept for another run.
fn kept(mgd: &Mgd) -> Vec<std::path::PathBuf> {
    let entries = std::fs::read_dir(mgd.scratch.path("cache/uploads"));
    let entries = entries.into_iter().flatten();
    entries.map(|entry| entry.unwrap().path()).collect()
}
