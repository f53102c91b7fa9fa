//! Memory is that of one item, however long the listing.

use std::io::{BufReader, Read as _};

use crate::support::{Child, Mgd, Scratch};
use crate::tenant::{Reply, Tenant};

/// The most memory that the program ever had, in kB, and the bytes that it wrote.
fn peak(mut child: Child) -> (u64, u64) {
    let status = format!("/proc/{}/status", child.id());
    let mut output = BufReader::new(child.stdout.take().unwrap());
    let mut buffer = vec![0; 1 << 16];
    let (mut peak, mut bytes) = (0, 0);
    loop {
        let n = output.read(&mut buffer).unwrap();
        bytes += n as u64;
        let status = std::fs::read_to_string(&status).unwrap_or_default();
        let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
        let kilobytes = line.and_then(|line| line.trim().strip_suffix(" kB")?.parse().ok());
        peak = peak.max(kilobytes.unwrap_or(0));
        if n == 0 {
            assert!(child.wait().unwrap().success());
            return (peak, bytes);
        }
    }
}

/// The bound that the release program keeps; without it there is nothing to measure.
#[track_caller]
fn assert_small(tenant: &Tenant, arguments: &[&str]) -> Option<u64> {
    let Some(mgd) = Mgd::release(tenant) else {
        eprintln!("no release program here: not measured (make test builds it)");
        return None;
    };
    let mut all = vec!["parameters.json"];
    all.extend(arguments);
    let (peak, bytes) = peak(mgd.start(all));
    eprintln!("peak memory {peak} kB for {bytes} bytes written");
    assert!(peak > 0 && peak < 6_000, "{peak} kB");
    Some(bytes)
}

#[test]
fn a_listing_of_100_000_users_takes_no_more_memory_than_one_of_1_000() {
    for (users, format) in [(1_000, "jsonl"), (100_000, "jsonl"), (100_000, "json")] {
        let tenant = Tenant::with_users(users);
        tenant.set_page_size(999);
        assert_small(&tenant, &["-o", format]);
    }
}

#[test]
fn a_page_of_100_megabytes_takes_no_more_memory_than_its_longest_item() {
    let tenant = Tenant::start();
    let item = format!("{{\"id\":\"{}\"}}", "x".repeat(1_000));
    let count = 100_000_000 / item.len();
    let mut body = String::from("{\"value\":[");
    for index in 0..count {
        body.push_str(if index > 0 { "," } else { "" });
        body.push_str(&item);
    }
    body.push_str("]}");
    tenant.always("/v1.0/users", Reply::json(body));
    if let Some(bytes) = assert_small(&tenant, &["-o", "jsonl"]) {
        assert_eq!(bytes as usize, count * (item.len() + 1));
    }
}

#[test]
fn a_long_response_in_a_batch_is_held_twice_at_the_most() {
    const LENGTH: usize = 15_000_000;
    let tenant = Tenant::start();
    let text = "x".repeat(LENGTH);
    let reply = format!("{{\"responses\":[{{\"id\":\"1\",\"status\":200,\"body\":\"{text}\"}}]}}");
    tenant.on("/v1.0/$batch", [Reply::json(reply)]);
    let mgd = Mgd::new(&tenant);
    let input = mgd.scratch.write("in", "users\n", 0o644);
    let arguments = ["parameters.json", "batch", input.to_str().unwrap()];
    let (peak, bytes) = peak(mgd.start(arguments));
    assert!(bytes as usize > LENGTH);
    assert!(peak > 0 && peak < 50_000, "{peak} kB");
}

#[test]
fn batches_of_20_000_lines_take_no_more_memory_than_those_under_way() {
    let tenant = Tenant::start();
    tenant.always_part("/v1.0/things/", Reply::json("{\"a\":1}"));
    let lines: String = (0..20_000).map(|n| format!("things/{n}\n")).collect();
    let scratch = Scratch::new();
    let input = scratch.write("in", lines, 0o644);
    let input = input.to_str().unwrap();
    assert_small(&tenant, &["batch", input]);
}
