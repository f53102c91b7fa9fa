//! Hosts that do not answer, or are not there.

use std::time::Duration;

use super::USERS;
use super::wire::{Wire, dead_port};
use crate::support::{Mgd, Run, lines, run_by, tool};
use crate::tenant::{Reply, TENANT_ID, Tenant};

/// The quickstart with everything on a port that is no tenant's.
fn on_port(port: u16, arguments: &[&str]) -> Run {
    let tenant = Tenant::start();
    let mgd = Mgd::new(&tenant);
    mgd.edit(|parameters| {
        parameters["authority"] = format!("https://localhost:{port}/{TENANT_ID}").into();
        parameters["endpoint"] = format!("https://localhost:{port}{USERS}").into();
    });
    let run = mgd.list(arguments);
    assert_eq!(lines(&tenant), [] as [String; 0]);
    run
}

fn time_is_up(port: u16) -> String {
    format!("mgd: localhost:{port}: the time of --max-time is up\n")
}

/// A reply of the tenant that outlasts `--max-time`.
#[track_caller]
fn assert_ends_in_time(path: &str, reply: Reply, asked: &[&str]) {
    let tenant = Tenant::start();
    tenant.always(path, reply);
    let run = Mgd::new(&tenant).list(["--max-time", "2"]);
    run.refused(4, &time_is_up(tenant.port()));
    assert_eq!(lines(&tenant), asked);
}

#[test]
fn a_graph_that_never_answers_is_left_when_the_time_is_up() {
    let token = format!("POST /{TENANT_ID}/oauth2/v2.0/token");
    let reply = Reply::pass().delay(Duration::from_secs(60));
    assert_ends_in_time(USERS, reply, &[&token, "GET /v1.0/users"]);
}

#[test]
fn a_token_endpoint_that_never_answers_is_left_when_the_time_is_up() {
    let token = format!("/{TENANT_ID}/oauth2/v2.0/token");
    let reply = Reply::pass().delay(Duration::from_secs(60));
    assert_ends_in_time(&token, reply, &[&format!("POST {token}")]);
}

#[test]
fn a_page_that_stalls_is_left_when_the_time_is_up() {
    let tenant = Tenant::start();
    tenant.always(
        USERS,
        Reply::pass().stall_after(10, Duration::from_secs(60)),
    );
    let run = Mgd::new(&tenant).list(["--max-time", "2"]);
    assert_eq!(run.code, 4);
    assert!(
        run.stderr.starts_with(&time_is_up(tenant.port())),
        "{}",
        run.stderr
    );
    assert_eq!(lines(&tenant).len(), 2);
}

#[test]
fn a_page_that_trickles_is_left_when_the_time_is_up() {
    let tenant = Tenant::start();
    tenant.always(USERS, Reply::pass().drip(1, Duration::from_millis(50)));
    let run = Mgd::new(&tenant).list(["--max-time", "2"]);
    assert_eq!(run.code, 4);
    assert!(
        run.stderr.starts_with(&time_is_up(tenant.port())),
        "{}",
        run.stderr
    );
    assert_eq!(lines(&tenant).len(), 2);
}

#[test]
fn a_header_that_trickles_is_left_when_the_time_is_up() {
    let wire = Wire::start(|mut guest| {
        guest.head();
        for byte in b"HTTP/1.1 200 OK\r\nX: ".iter().chain(&[b'x'; 200]) {
            guest.send(&[*byte]);
            std::thread::sleep(Duration::from_millis(50));
        }
    });
    let tenant = Tenant::start_plain();
    let mgd = Mgd::new(&tenant);
    mgd.edit(|parameters| parameters["endpoint"] = wire.plain_url(USERS).into());
    let run = mgd.list(["--max-time", "2"]);
    let port = wire.port();
    run.refused(
        4,
        &format!("mgd: 127.0.0.1:{port}: the time of --max-time is up\n"),
    );
    assert_eq!(wire.connections(), 1);
}

#[test]
fn a_port_that_never_speaks_tls_is_left_when_the_time_is_up() {
    let wire = Wire::silent();
    on_port(wire.port(), &["--max-time", "2"]).refused(4, &time_is_up(wire.port()));
    assert_eq!(wire.connections(), 1);
}

#[test]
fn a_port_that_nobody_listens_on_is_tried_three_times() {
    let port = dead_port();
    let run = on_port(port, &["-v"]);
    assert_eq!((run.code, run.stdout.as_str()), (4, ""));
    let line = format!(
        "mgd: localhost:{port}: connection refused\n\
         mgd: hint: check the network, the firewall and the proxy settings\n"
    );
    assert!(run.stderr.ends_with(&line), "{}", run.stderr);
    assert_eq!(run.stderr.matches("; retry in ").count(), 2);
}

#[test]
fn a_port_that_hangs_up_before_the_first_answer_is_tried_three_times() {
    let wire = Wire::start(|guest| guest.close());
    let run = on_port(wire.port(), &[]);
    assert_eq!((run.code, run.stdout.as_str()), (4, ""));
    let start = format!("mgd: localhost:{}: the connection was ", wire.port());
    assert!(run.stderr.starts_with(&start), "{}", run.stderr);
    assert_eq!(run.stderr.lines().count(), 1);
    assert_eq!(wire.connections(), 3);
}

#[test]
fn a_name_that_does_not_exist_is_named() {
    let tenant = Tenant::start();
    // A label of more than 63 bytes: no resolver has to be asked.
    let host = format!("{}.invalid", "x".repeat(64));
    let root = format!("https://{host}");
    let mgd = Mgd::new(&tenant);
    mgd.edit(|parameters| parameters["endpoint"] = serde_json::Value::Null);
    let arguments = ["get", "users", "-p", "parameters.json", "--graph", &root];
    let run = mgd.run([&arguments[..], &["--retry-max-time", "0.2"]].concat());
    run.refused(
        4,
        &format!(
            "mgd: {host}: host not found\n\
             mgd: hint: check the name, and that this machine has DNS\n"
        ),
    );
    assert_eq!(lines(&tenant), [format!("POST {}", tenant.token_path())]);
}

#[test]
fn a_host_is_looked_up_once_for_many_pages() {
    let strace = need!(tool("strace"));
    let tenant = Tenant::with_users(50);
    tenant.set_page_size(5);
    let mgd = Mgd::new(&tenant);
    let options = ["-f", "-qq", "-e", "trace=openat", "-o", "trace.log", "--"];
    let run = run_by(&strace, &options, &mgd.command(["parameters.json"]));
    let run = Run::from({ run }.output().unwrap()).ok();
    assert_eq!(run.ids().len(), 50);
    assert_eq!(tenant.requests().len(), 11);
    let log = mgd.scratch.read("trace.log");
    assert_eq!(log.matches("\"/etc/hosts\"").count(), 1, "{log}");
}
