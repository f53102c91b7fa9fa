//! What the cache holds does not stay in memory when it was not asked for.

use std::fs::{self, File};
use std::os::unix::fs::FileExt as _;
use std::time::Duration;

use serde_json::json;

use super::{Cached, put};
use crate::support::{Mgd, skipped, wait_until};
use crate::tenant::{Reply, Tenant};

/// How often these bytes are in the memory that a process can write.
fn copies(id: u32, needle: &[u8]) -> Option<usize> {
    let memory = File::open(format!("/proc/{id}/mem")).ok()?;
    let maps = fs::read_to_string(format!("/proc/{id}/maps")).unwrap();
    let mut found = 0;
    for line in maps.lines().filter(|line| line.contains(" rw")) {
        let (range, _) = line.split_once(' ').unwrap();
        let (start, end) = range.split_once('-').unwrap();
        let parse = |text| u64::from_str_radix(text, 16).unwrap();
        let mut bytes = vec![0; usize::try_from(parse(end) - parse(start)).unwrap()];
        if memory.read_exact_at(&mut bytes, parse(start)).is_ok() {
            found += bytes
                .windows(needle.len())
                .filter(|part| *part == needle)
                .count();
        }
    }
    Some(found)
}

#[test]
fn the_tokens_of_others_leave_no_copy_in_memory() {
    const OTHERS: &str = "another-application's-token";
    let tenant = Tenant::start();
    let mgd = Mgd::new(&tenant);
    let own = tenant.issue_token();
    let mut document = Cached::new(&tenant, &own).document();
    let tokens = document["AccessToken"].as_object_mut().unwrap();
    let mut other = tokens.values().next().unwrap().clone();
    other["secret"] = OTHERS.into();
    other["client_id"] = "0a1b2c3d-aaaa-bbbb-cccc-0123456789ab".into();
    tokens.insert("another".to_owned(), other);
    document["RefreshToken"] = json!({ "x": { "secret": OTHERS } });
    fs::create_dir_all(mgd.scratch.path("cache")).unwrap();
    put(&mgd, document.to_string());
    let reply = Reply::pass().delay(Duration::from_secs(20));
    tenant.on("/v1.0/users", [reply]);
    let mut child = mgd.start(["parameters.json"]);
    wait_until(|| tenant.requests().len() == 1);
    assert_eq!(tenant.token_posts(), 0);
    let Some(found) = copies(child.id(), OTHERS.as_bytes()) else {
        return skipped("the memory of another process cannot be read here");
    };
    child.kill().unwrap();
    child.wait().unwrap();
    assert_eq!(found, 0);
}
