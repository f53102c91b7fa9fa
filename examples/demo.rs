//! Starts a tenant on loopback, writes a parameters file for it and runs the quickstart with the
//! program that is named, or keeps serving (`--keep`).

#![allow(
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "a demonstration speaks and may stop"
)]

#[path = "../tests/it/tenant/mod.rs"]
mod tenant;

use std::path::PathBuf;
use std::process::{Command, ExitCode};

use tenant::Tenant;

fn main() -> ExitCode {
    let mut arguments = std::env::args().skip(1);
    let (Some(program), Some(folder)) = (arguments.next(), arguments.next()) else {
        println!("usage: demo PROGRAM FOLDER [--keep]");
        return ExitCode::from(2);
    };
    let folder = PathBuf::from(folder);
    std::fs::create_dir_all(&folder).unwrap();
    let tenant = Tenant::by_number(250);
    let parameters = tenant.write_files(&folder);
    println!("# a tenant of 250 users listens at {}", tenant.origin());
    if arguments.next().as_deref() == Some("--keep") {
        println!(
            "{program} {} | jq '.value[].displayName'",
            parameters.display()
        );
        println!("# until Ctrl-C");
        loop {
            std::thread::park();
        }
    }
    println!("$ {program} {} --limit 3", parameters.display());
    let mut status = Command::new(&program)
        .arg(&parameters)
        .args(["--limit", "3"])
        .status();
    if status.as_ref().is_ok_and(std::process::ExitStatus::success) {
        println!("$ {program} {} -o jsonl | wc -l", parameters.display());
        let output = Command::new(&program)
            .arg(&parameters)
            .args(["-o", "jsonl"])
            .output();
        status = output.map(|output| {
            println!(
                "{}",
                output.stdout.iter().filter(|byte| **byte == b'\n').count()
            );
            output.status
        });
    }
    println!("# the tenant saw");
    for request in tenant.requests() {
        let line: String = request.line().chars().take(90).collect();
        println!("#   {line} -> {}", request.status);
    }
    match status {
        Ok(status) if status.success() => ExitCode::SUCCESS,
        _ => ExitCode::FAILURE,
    }
}
