//! Transfers that are killed at any call that changes a file, and run again.

use std::collections::HashMap;
use std::path::Path;

use super::{assert_files, bytes_of, drive, drive_of, kept, noise, well_mannered};
use crate::support::{Mgd, Run, run_by, skipped, tool};

const CALLS: &str = "write,pwrite64,rename,renameat,renameat2,fsync,ftruncate,openat,flock,\
                     unlink,unlinkat,fchmod,mkdir,mkdirat";

fn trace(strace: &Path, mgd: &Mgd, options: &[&str], arguments: &[&str]) -> Run {
    let mut all = vec!["-f", "-qq", "-y", "-o", "trace.log"];
    all.extend(options);
    all.push("--");
    let command = mgd.command([&["parameters.json"], arguments].concat());
    run_by(strace, &all, &command).output().unwrap().into()
}

/// Each call on a file whose name holds one of these: its name and its number among its like.
fn calls(log: &str, names: &[&str]) -> Vec<(String, usize)> {
    let mut counts = HashMap::new();
    let mut found = Vec::new();
    for line in log.lines() {
        let call = line.trim_start_matches(|c: char| c.is_ascii_digit() || c == ' ');
        let Some((name, arguments)) = call.split_once('(') else {
            continue;
        };
        let count = counts.entry(name.to_owned()).or_insert(0);
        *count += 1;
        if names.iter().any(|name| arguments.contains(name)) {
            found.push((name.to_owned(), *count));
        }
    }
    found
}

/// Runs it killed at each of its calls on these files, and again; `prepare` comes before each.
fn at_every_call(
    mgd: &Mgd,
    arguments: &[&str],
    names: &[&str],
    again: &dyn Fn(&str, Run),
) -> usize {
    let Some(strace) = tool("strace") else {
        return 0;
    };
    // Later runs find a token and a folder.
    again("", mgd.run([&["parameters.json"], arguments].concat()));
    let all = ["-e", &format!("trace={CALLS}")];
    let run = trace(&strace, mgd, &all, arguments);
    if run.code != 0 {
        skipped(&format!("strace cannot trace here: {}", run.stderr));
        return 0;
    }
    let log = mgd.scratch.read("trace.log");
    let calls = calls(&log, names);
    again("", run);
    for (name, number) in &calls {
        let (trace_one, inject) = (
            format!("trace={name}"),
            format!("inject={name}:signal=KILL:when={number}"),
        );
        let options = ["-e", &*trace_one, "-e", &*inject];
        let run = trace(&strace, mgd, &options, arguments);
        std::fs::remove_file(mgd.scratch.path("trace.log")).unwrap();
        assert_eq!((run.code, run.stderr.as_str()), (137, ""), "{inject}");
        let all = [&["parameters.json"], arguments].concat();
        again(&inject, mgd.run(all));
    }
    calls.len()
}

#[test]
fn a_download_killed_at_any_write_is_whole_after_the_next_run() {
    let bytes = noise(200_000);
    let (tenant, mgd, path) = drive_of(&bytes);
    let arguments = ["download", &path, "-O", "out"];
    let count = at_every_call(&mgd, &arguments, &["/out", "out.part"], &|what, run| {
        assert_eq!((run.code, run.stderr.as_str()), (0, ""), "{what}");
        assert!(bytes_of(&mgd, "out") == bytes, "{what}");
        let names = mgd.scratch.names();
        let parts = names.iter().filter(|name| name.starts_with("out.part"));
        assert_eq!(parts.count(), 0, "{what}: {names:?}");
        std::fs::remove_file(mgd.scratch.path("out")).unwrap();
        for name in names
            .iter()
            .filter(|name| name.ends_with(".tmp") || *name == "trace.log")
        {
            let _ = std::fs::remove_file(mgd.scratch.path(name));
        }
    });
    assert!(count == 0 || count > 12, "{count}");
    well_mannered(&tenant);
    assert_files(&mgd, &[]);
}

#[test]
fn a_download_killed_while_the_disk_takes_its_time_is_taken_up() {
    let strace = need!(tool("strace"));
    let bytes = noise(300_000);
    let (_tenant, mgd, path) = drive_of(&bytes);
    let arguments = ["download", &path, "-O", "out"];
    for number in 1.. {
        mgd.scratch.write("out", "yesterday's", 0o664);
        let inject = format!("inject=fsync:signal=KILL:when={number}");
        let options = ["-e", "trace=fsync", "-e", &inject];
        let run = trace(&strace, &mgd, &options, &arguments);
        if run.code == 0 {
            break;
        }
        if run.code != 137 {
            skipped(&format!("strace cannot trace here: {}", run.stderr));
            return;
        }
        let all = [&["parameters.json"][..], &arguments].concat();
        mgd.run(all).ended(0, "", "");
        assert!(bytes_of(&mgd, "out") == bytes);
    }
}

#[test]
fn an_upload_killed_at_any_write_is_whole_after_the_next_run() {
    for length in [70_000, 5 << 20] {
        let bytes = noise(length);
        let (tenant, mgd) = drive();
        mgd.scratch.write("f", &bytes, 0o600);
        let arguments = ["upload", "f", "drives/D/root:/b.bin", "--slice", "2560K"];
        let names = ["/uploads", "1<pipe:"];
        let count = at_every_call(&mgd, &arguments, &names, &|what, run| {
            assert_eq!((run.code, run.stderr.as_str()), (0, ""), "{what}");
            assert!(tenant.file("b.bin").unwrap() == bytes, "{what}");
            assert_eq!(run.json()["name"], "b.bin");
            assert!(kept(&mgd).is_empty(), "{what}");
            tenant.remove_file("b.bin");
        });
        assert!(count == 0 || count > 5, "{count}");
        well_mannered(&tenant);
    }
}
