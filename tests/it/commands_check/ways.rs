//! What is wrong on the way: proxy, name, connection, certificates, clock.

use std::io::{Read as _, Write as _};
use std::net::TcpListener;

use serde_json::json;

use super::{check, failed, healthy, told, troubles};
use crate::support::{Mgd, accept, lines};
use crate::tenant::{CLIENT_ID, Reply, TENANT_ID, Tenant};

const AFTER_TLS: [&str; 4] = ["skip clock", "skip token", "skip roles", "skip graph"];

/// A port on which nobody listens.
fn closed_port() -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    listener.local_addr().unwrap().port()
}

#[test]
fn a_certificate_of_a_proxys_ca_is_named_with_its_issuer() {
    let (tenant, mgd) = healthy();
    let key = rcgen::KeyPair::generate().unwrap();
    let mut other = rcgen::CertificateParams::default();
    other.is_ca = rcgen::IsCa::Ca(rcgen::BasicConstraints::Unconstrained);
    let other = other.self_signed(&key).unwrap();
    mgd.scratch.write("ca.pem", other.pem(), 0o600);
    let run = check(&mgd);
    let (line, hint) = failed(&run, "tls");
    let port = tenant.port();
    let start = "the server's certificate comes from no authority that is trusted \
                 here: \"test tenant authority\" issued it, for 1975-01-01 00:00:00 to ";
    let start = format!("localhost:{port}: {start}");
    assert!(line.starts_with(&start), "{line}");
    assert!(line.ends_with(" UTC; trusted: ca.pem"), "{line}");
    assert_eq!(
        hint,
        "where a proxy opens TLS, give its CA with --ca-file or SSL_CERT_FILE"
    );
    assert_eq!(run.code, 4);
    assert_eq!(troubles(&run), [&["fail tls"][..], &AFTER_TLS].concat());
    assert_eq!(lines(&tenant), [] as [String; 0]);
}

#[test]
fn a_ca_file_that_cannot_be_used_is_told() {
    let (_tenant, mgd) = healthy();
    mgd.edit(|parameters| parameters["ca_file"] = json!("none.pem"));
    let run = check(&mgd);
    let (line, _) = failed(&run, "tls");
    assert_eq!(line, "ca file none.pem: no such file or directory");
    assert_eq!(run.code, 2);
    assert_eq!(troubles(&run), [&["fail tls"][..], &AFTER_TLS].concat());
}

#[test]
fn a_name_that_is_not_found() {
    let (tenant, mgd) = healthy();
    let authority = tenant.authority().replace("localhost", "nowhere.localhost");
    // Loopback in name; some resolvers know every name below localhost.
    mgd.edit(|parameters| parameters["authority"] = json!(authority));
    let run = check(&mgd);
    if run.stdout.contains("pass  dns: nowhere.localhost") {
        crate::support::skipped("this machine knows every name below localhost");
        return;
    }
    assert!(matches!(run.code, 2 | 4), "{}", run.stdout);
}

#[test]
fn a_host_where_nobody_listens() {
    let (tenant, mgd) = healthy();
    let origin = format!("https://localhost:{}", closed_port());
    mgd.edit(|parameters| {
        parameters["authority"] = json!(format!("{origin}/{TENANT_ID}"));
    });
    let run = check(&mgd);
    let (line, _) = failed(&run, "connect");
    assert_eq!(line, "localhost: connection refused");
    assert_eq!(run.code, 4);
    // Graph is another host here, and is looked at all the same.
    let expected = [
        "fail connect",
        "skip tls",
        "skip token",
        "skip roles",
        "skip graph",
    ];
    assert_eq!(troubles(&run), expected);
    assert_eq!(lines(&tenant), ["GET /"]);
    let (_tenant, mgd) = healthy();
    mgd.edit(|parameters| parameters["endpoint"] = json!(format!("{origin}/v1.0/users")));
    mgd.edit(|parameters| parameters["scope"] = json!(null));
    let run = check(&mgd);
    assert_eq!(run.code, 4);
    let (line, _) = failed(&run, "connect");
    assert_eq!(line, "localhost: connection refused");
}

#[test]
fn a_clock_that_is_wrong() {
    let cases = [
        ("Thu, 01 Jan 2015 00:00:00 GMT", "fail", 6),
        ("Sat, 01 Jan 2095 00:00:00 GMT", "fail", 6),
    ];
    for (date, verdict, code) in cases {
        let (tenant, mgd) = healthy();
        tenant.always("/", Reply::text("").header("Date", date));
        let run = check(&mgd);
        let (line, hint) = told(&run, &format!("{verdict}  clock: "));
        let (way, time) = if date.contains("2015") {
            ("ahead of", "2015-01-01 00:00:00")
        } else {
            ("behind", "2095-01-01 00:00:00")
        };
        let end = format!(" s {way} that of localhost ({time} UTC)");
        let start = "this machine's clock (20";
        assert!(line.starts_with(start) && line.ends_with(&end), "{line}");
        assert_eq!(hint, "set this machine's clock (timedatectl set-ntp true)");
        assert_eq!(run.code, code);
    }
    let (tenant, mgd) = healthy();
    tenant.always("/", Reply::text("").header("Date", "soon"));
    let run = check(&mgd).ok();
    assert_eq!(troubles(&run), ["skip clock"]);
}

#[test]
fn a_proxy_that_is_misspelt_not_there_or_unwilling() {
    let tenant = Tenant::start();
    let run = |proxy: String| {
        let mgd = Mgd::new(&tenant);
        mgd.edit(|parameters| parameters["proxy"] = json!(proxy));
        let run = check(&mgd);
        assert!(!run.stdout.contains("canary"), "{}", run.stdout);
        run
    };
    let wrong = run("socks5://u:canary@proxy.example".to_owned());
    assert_eq!(
        failed(&wrong, "proxy").0,
        "proxy: is not an http or https proxy"
    );
    assert_eq!(wrong.code, 2);
    let port = closed_port();
    let gone = run(format!("http://u:canary@127.0.0.1:{port}"));
    let (line, _) = failed(&gone, "connect");
    assert_eq!(line, format!("proxy 127.0.0.1:{port}: connection refused"));
    assert!(gone.stdout.contains("localhost through 127.0.0.1:"));
    assert_eq!(gone.code, 4);
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    let answering = std::thread::spawn(move || {
        let mut stream = accept(&listener);
        let mut head = [0; 4096];
        let n = stream.read(&mut head).unwrap();
        let answer = "HTTP/1.1 407 Proxy Authentication Required\r\n\r\n";
        stream.write_all(answer.as_bytes()).unwrap();
        String::from_utf8_lossy(&head[..n]).into_owned()
    });
    let unwilling = run(format!("http://u:canary%26@127.0.0.1:{port}"));
    assert_eq!(
        failed(&unwilling, "connect"),
        (
            "localhost: the proxy responded with 407",
            "put the proxy's user and password into the proxy variable"
        )
    );
    let head = answering.join().unwrap();
    let place = format!("localhost:{}", tenant.port());
    let expected = format!(
        "CONNECT {place} HTTP/1.1\r\nhost: {place}\r\n\
         proxy-authorization: Basic dTpjYW5hcnkm\r\n\r\n"
    );
    assert_eq!(head, expected);
    assert_eq!(lines(&tenant), [] as [String; 0]);
}

#[test]
fn an_unknown_cloud_without_an_endpoint_has_no_graph() {
    let (tenant, mgd) = healthy();
    let parameters = json!({
        "authority": tenant.authority(),
        "client_id": CLIENT_ID,
        "secret": "a plain s3cret",
        "scope": tenant.url("/.default"),
        "ca_file": "ca.pem",
        "token_cache": "none",
    });
    mgd.scratch
        .write("parameters.json", parameters.to_string(), 0o600);
    let run = check(&mgd).ok();
    assert_eq!(troubles(&run), ["skip graph"]);
}
