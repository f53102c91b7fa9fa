//! A process that is killed at any call while it writes the cache.

use std::path::Path;

use super::{Cached, FILE, content, whole};
use crate::support::{Command, Mgd, Run, run_by, skipped, tool};
use crate::tenant::Tenant;

const NOTHING: [&str; 0] = [];
const CALLS: &str = "write,rename,renameat,renameat2,fsync,fdatasync,openat,flock,unlink,unlinkat";

fn trace(strace: &Path, mgd: &Mgd, options: &[&str]) -> Run {
    let mut all = vec!["-f", "-qq", "-y", "-o", "trace.log"];
    all.extend(options);
    all.push("--");
    let command = mgd.command(["parameters.json"]);
    run_by(strace, &all, &command).output().unwrap().into()
}

/// Each call that has to do with the cache: its name and its number among those of that name.
fn calls(log: &str) -> Vec<(String, usize)> {
    let mut counts = std::collections::HashMap::new();
    let mut found = Vec::new();
    for line in log.lines() {
        let call = line.trim_start_matches(|c: char| c.is_ascii_digit() || c == ' ');
        let Some((name, arguments)) = call.split_once('(') else {
            continue;
        };
        let count = counts.entry(name.to_owned()).or_insert(0);
        *count += 1;
        if arguments.contains("/cache") {
            found.push((name.to_owned(), *count));
        }
    }
    found
}

fn leftovers(mgd: &Mgd) -> Vec<String> {
    let entries = std::fs::read_dir(mgd.scratch.path("cache")).unwrap();
    let names = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap());
    names.filter(|name| name.ends_with(".tmp")).collect()
}

/// The only token that is kept.
fn kept(mgd: &Mgd) -> String {
    let document = content(mgd);
    let entries = document["AccessToken"].as_object().unwrap();
    assert_eq!(entries.len(), 1);
    let (_, entry) = entries.iter().next().unwrap();
    entry["secret"].as_str().unwrap().to_owned()
}

#[test]
fn a_process_killed_while_it_writes_leaves_the_old_cache_or_the_new_one() {
    let strace = need!(tool("strace"));
    let tenant = Tenant::start_plain();
    let mgd = Mgd::new(&tenant);
    let old = tenant.issue_token();
    let prepare = || Cached::new(&tenant, &old).living(100).write(&mgd);
    prepare();
    let run = trace(&strace, &mgd, &["-e", &format!("trace={CALLS}")]);
    if run.code != 0 {
        skipped(&format!("strace cannot trace here: {}", run.stderr));
        return;
    }
    let calls = calls(&mgd.scratch.read("trace.log"));
    let count = |name: &str| calls.iter().filter(|(known, _)| known == name).count();
    assert!(count("write") >= 1 && count("fsync") >= 2, "{calls:?}");
    assert!(count("openat") >= 3, "{calls:?}");
    let (mut kept_old, mut kept_new, mut left) = (0, 0, 0);
    for (name, number) in &calls {
        prepare();
        for name in leftovers(&mgd) {
            std::fs::remove_file(mgd.scratch.path("cache").join(name)).unwrap();
        }
        let inject = format!("inject={name}:signal=KILL:when={number}");
        let run = trace(
            &strace,
            &mgd,
            &["-e", &format!("trace={name}"), "-e", &inject],
        );
        assert_eq!((run.code, run.stderr.as_str()), (137, ""), "{inject}");
        match kept(&mgd) == old {
            true => kept_old += 1,
            false => kept_new += 1,
        }
        left += leftovers(&mgd).len();
        whole(&mgd.list(NOTHING), &tenant, "");
        assert_ne!(kept(&mgd), old, "{inject}");
    }
    assert!(
        kept_old > 0 && kept_new > 0 && left > 0,
        "{kept_old} {kept_new} {left}"
    );
}

#[test]
fn what_a_killed_process_left_is_cleared_away_after_an_hour_and_nothing_else_is() {
    let (strace, touch) = (need!(tool("strace")), need!(tool("touch")));
    let tenant = Tenant::start_plain();
    let mgd = Mgd::new(&tenant);
    let kill = || {
        let inject = ["-e", "trace=fsync", "-e", "inject=fsync:signal=KILL:when=1"];
        trace(&strace, &mgd, &inject)
    };
    let run = kill();
    if run.code != 137 {
        skipped(&format!("strace cannot trace here: {}", run.stderr));
        return;
    }
    let old = leftovers(&mgd);
    assert_eq!(old.len(), 1);
    let others = [
        "notes.tmp",
        ".other.json.0123456789abcdef.tmp",
        ".msal_token_cache.json.own.tmp",
        "msal_token_cache.json.bak",
    ];
    for name in others {
        mgd.scratch.write(&format!("cache/{name}"), "", 0o600);
    }
    let aged = others.iter().copied().chain(old.iter().map(String::as_str));
    for name in aged {
        let path = mgd.scratch.path("cache").join(name);
        let touched = Command::new(&touch)
            .args(["-d", "61 minutes ago"])
            .arg(path)
            .status();
        assert!(touched.unwrap().success());
    }
    assert_eq!(kill().code, 137);
    let young: Vec<_> = leftovers(&mgd)
        .into_iter()
        .filter(|name| !old.contains(name))
        .collect();
    assert!(
        young
            .iter()
            .any(|name| name.starts_with(".msal_token_cache.json."))
    );
    whole(&mgd.list(NOTHING), &tenant, "");
    let left = leftovers(&mgd);
    assert!(!left.contains(&old[0]), "{left:?}");
    assert!(young.iter().all(|name| left.contains(name)), "{left:?}");
    for name in others {
        assert!(mgd.scratch.path("cache").join(name).exists(), "{name}");
    }
    assert!(!mgd.scratch.read(FILE).is_empty());
}
