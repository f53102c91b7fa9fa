//! Servers that cannot be talked to: exit 4, one line each, and no second try where none can help.

use std::sync::Arc;

use rcgen::{CertificateParams, ExtendedKeyUsagePurpose, KeyUsagePurpose, date_time_ymd};
use rustls::ServerConfig;

use super::server::{Authority, client, serve};
use crate::faults::wire::Wire;
use crate::support::{Mgd, lines};
use crate::tenant::Tenant;

const CLOCK: &str =
    "mgd: hint: check this machine's clock (date -u); else the server's owner must act\n";
const UNKNOWN: &str =
    "mgd: hint: where a proxy opens TLS, give its CA with --ca-file or SSL_CERT_FILE\n";

/// The listener must be given up after one connection, for this cause.
#[track_caller]
fn assert_refused(wire: &Wire, authorities: &str, cause: &str, hint: &str) {
    let run = client(wire.port(), authorities).list([] as [&str; 0]);
    let line = format!("mgd: localhost:{}: {cause}\n{hint}", wire.port());
    run.refused(4, &line);
    assert_eq!(wire.connections(), 1, "{cause}");
}

#[track_caller]
fn assert_certificate(change: impl FnOnce(&mut CertificateParams), cause: &str, hint: &str) {
    let authority = Authority::new("good");
    let wire = serve(authority.server(change));
    assert_refused(&wire, &authority.pem, cause, hint);
}

#[test]
fn an_expired_certificate_is_refused() {
    assert_certificate(
        |params| params.not_after = date_time_ymd(2020, 1, 1),
        "the server's certificate has expired",
        CLOCK,
    );
}

#[test]
fn a_certificate_that_is_not_valid_yet_is_refused() {
    assert_certificate(
        |params| params.not_before = date_time_ymd(2090, 1, 1),
        "the server's certificate is not valid yet",
        CLOCK,
    );
}

#[test]
fn a_certificate_for_another_name_is_refused() {
    assert_certificate(
        |params| *params = CertificateParams::new(["graph.example".to_owned()]).unwrap(),
        "the server's certificate is for another name",
        "",
    );
}

#[test]
fn a_certificate_that_names_localhost_only_as_its_subject_is_refused() {
    assert_certificate(
        |params| {
            *params = CertificateParams::default();
            let name = rcgen::DnType::CommonName;
            params.distinguished_name.push(name, "localhost");
        },
        "the server's certificate is for another name",
        "",
    );
}

#[test]
fn a_certificate_that_is_not_for_servers_is_refused() {
    assert_certificate(
        |params| {
            params.key_usages = vec![KeyUsagePurpose::DigitalSignature];
            params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ClientAuth];
        },
        "the server's certificate cannot be accepted (version, signature or purpose)",
        "",
    );
}

#[test]
fn a_certificate_of_another_authority_is_refused() {
    let (known, other) = (Authority::new("known"), Authority::new("other"));
    let wire = serve(other.server(|_| ()));
    let cause = "the server's certificate comes from no authority that is trusted here";
    assert_refused(&wire, &known.pem, cause, UNKNOWN);
}

#[test]
fn a_certificate_of_an_impostor_of_the_same_name_is_refused() {
    let (known, impostor) = (Authority::new("same"), Authority::new("same"));
    let wire = serve(impostor.server(|_| ()));
    let run = client(wire.port(), &known.pem).list([] as [&str; 0]);
    assert_eq!((run.code, run.stdout.as_str()), (4, ""));
    let start = format!("mgd: localhost:{}: the server's certificate ", wire.port());
    assert!(run.stderr.starts_with(&start), "{}", run.stderr);
    assert_eq!(wire.connections(), 1);
}

#[test]
fn a_graph_that_cannot_prove_its_name_gets_no_token() {
    let authority = Authority::new("good");
    let config: Arc<ServerConfig> = authority
        .server(|params| *params = CertificateParams::new(["x.example".to_owned()]).unwrap());
    let wire = serve(config);
    let tenant = Tenant::start();
    let mgd = Mgd::new(&tenant);
    mgd.scratch
        .write("ca.pem", tenant.ca_pem().to_owned() + &authority.pem, 0o600);
    let endpoint = format!("https://localhost:{}/v1.0/users", wire.port());
    mgd.edit(|parameters| parameters["endpoint"] = endpoint.into());
    let run = mgd.list([] as [&str; 0]);
    let cause = "the server's certificate is for another name";
    run.refused(4, &format!("mgd: localhost:{}: {cause}\n", wire.port()));
    assert_eq!(lines(&tenant), [format!("POST {}", tenant.token_path())]);
    assert_eq!(wire.connections(), 1);
}

#[test]
fn a_port_that_speaks_plain_http_is_named_as_such() {
    let wire = Wire::start(|mut guest| {
        guest.send(b"HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n");
        guest.wait_for_end();
    });
    let hint = "mgd: hint: check the port; a captive portal or a proxy may stand in between\n";
    let authority = Authority::new("good");
    assert_refused(
        &wire,
        &authority.pem,
        "does not speak TLS on this port",
        hint,
    );
}

#[test]
fn an_alert_ends_the_matter() {
    for (alert, cause) in [
        (
            0x28,
            "the server broke off the TLS handshake (HandshakeFailure)",
        ),
        (0x46, "the server wants a TLS version older than 1.2"),
    ] {
        let wire = Wire::start(move |mut guest| {
            guest.send(&[0x15, 3, 3, 0, 2, 2, alert]);
            guest.wait_for_end();
        });
        assert_refused(&wire, &Authority::new("good").pem, cause, "");
    }
}

#[test]
fn a_reset_in_the_middle_of_a_handshake_is_tried_three_times() {
    let wire = Wire::start(|mut guest| {
        guest.read_some(1);
        guest.reset();
    });
    let run = client(wire.port(), &Authority::new("good").pem).list([] as [&str; 0]);
    let line = format!("mgd: localhost:{}: the connection was reset\n", wire.port());
    run.refused(4, &line);
    assert_eq!(wire.connections(), 3);
}
