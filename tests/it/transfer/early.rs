//! Responses that come before the request was sent, and reads that a signal interrupts.

use std::io::{Read as _, Write as _};

use super::{drive, noise, run};
use crate::faults::wire::Wire;
use crate::support::{Mgd, Run, run_by, tool};
use crate::tenant::Tenant;
use crate::tls::server::{Authority, accept};

const PLACE: &str = "drives/D/root:/b.bin";

/// A response of this status that is sent after the head of a request alone.
fn response(status: &str, body: &str) -> String {
    let head = format!("HTTP/1.1 {status}\r\nContent-Type: application/json\r\n");
    head + &format!("Content-Length: {}\r\n\r\n{body}", body.len())
}

fn taken() -> String {
    let body = r#"{"error":{"code":"nameAlreadyExists","message":"taken"}}"#;
    response("409 Conflict", body)
}

/// Sends a file to a Graph that is this origin, larger than the buffers of both sides.
fn upload(mgd: &Mgd, graph: &str) -> Run {
    mgd.scratch.write("f", noise(8_000_000), 0o600);
    let bounds = ["--graph", graph, "--retry-max-time", "1"];
    run(
        mgd,
        &[&["request", "PUT", "x", "--body", "@f"][..], &bounds].concat(),
    )
}

#[track_caller]
fn assert_taken(run: &Run) {
    assert_eq!(run.code, 1, "{}", run.stderr);
    let line = "mgd: graph: nameAlreadyExists: taken (HTTP 409";
    assert!(run.stderr.starts_with(line), "{}", run.stderr);
}

/// A Graph that answers before it has read what it is sent, and resets the connection.
fn impatient(response: String) -> Wire {
    Wire::start(move |mut guest| {
        guest.head();
        guest.send(response.as_bytes());
        guest.reset();
    })
}

#[test]
fn a_response_that_came_before_the_content_was_sent_is_read() {
    let tenant = Tenant::start_plain();
    let wire = impatient(taken());
    let run = upload(&Mgd::new(&tenant), &wire.plain_url(""));
    assert_taken(&run);
    assert_eq!(wire.connections(), 1);
}

#[test]
fn a_response_that_came_before_the_content_was_sent_is_read_under_tls_too() {
    let authority = Authority::new("graph");
    let config = authority.server(|_| ());
    let wire = Wire::start(move |guest| {
        let tcp = guest.into_untouched();
        tcp.set_nodelay(true).unwrap();
        let mut stream = accept(&config, tcp).unwrap();
        let mut head = [0; 1024];
        let _ = stream.read(&mut head);
        let _ = stream.write_all(taken().as_bytes());
        let _ = stream.flush();
        // Time for what is in flight.
        std::thread::sleep(std::time::Duration::from_millis(5));
    });
    let tenant = Tenant::start();
    let mgd = Mgd::new(&tenant);
    mgd.scratch
        .write("ca.pem", tenant.ca_pem().to_owned() + &authority.pem, 0o600);
    let run = upload(&mgd, &format!("https://localhost:{}", wire.port()));
    assert_taken(&run);
    assert_eq!(wire.connections(), 1);
}

#[test]
fn a_success_that_came_before_the_content_was_sent_is_none() {
    let tenant = Tenant::start_plain();
    let wire = impatient(response("201 Created", r#"{"id":"I"}"#));
    let run = upload(&Mgd::new(&tenant), &wire.plain_url(""));
    assert_eq!((run.code, run.stdout.as_str()), (4, ""), "{}", run.stderr);
    assert!(
        run.stderr.contains("the connection was reset"),
        "{}",
        run.stderr
    );
    assert!(
        run.stderr.contains("it may have been applied"),
        "{}",
        run.stderr
    );
}

#[test]
fn a_read_of_the_file_that_a_signal_interrupts_is_repeated() {
    let strace = need!(tool("strace"));
    let (tenant, mgd) = drive();
    let bytes = noise(200_000);
    mgd.scratch.write("f", &bytes, 0o600);
    let traced = |inject: &[&str]| -> Run {
        let log = ["-f", "-qq", "-y", "-o", "trace.log", "-e", "trace=pread64"];
        let upload = ["upload", "f", PLACE, "--conflict", "replace"];
        let command = mgd.command([&["parameters.json"], &upload[..]].concat());
        let options = [&log, inject, &["--"]].concat();
        run_by(&strace, &options, &command).output().unwrap().into()
    };
    // The loader of the program reads by the same call.
    traced(&[]).ok();
    let log = mgd.scratch.read("trace.log");
    let first = log.lines().position(|line| line.contains("/f>")).unwrap() + 1;
    let run = traced(&["-e", &format!("inject=pread64:error=EINTR:when={first}+2")]);
    assert_eq!((run.code, run.stderr.as_str()), (0, ""));
    assert!(mgd.scratch.read("trace.log").contains("EINTR"));
    assert_eq!(tenant.file("b.bin").unwrap(), bytes);
}
