//! The choice of a proxy, by curl's rules.

use super::connect::{proxy, under_tls};
use crate::faults::wire::{Wire, dead_port};
use crate::support::{Mgd, Run, lines};
use crate::tenant::{CLIENT_ID, Tenant};
use crate::tls::server::Authority;

fn url(wire: &Wire) -> String {
    wire.plain_url("")
}

/// A proxy that is not there: who asks it fails.
fn dead() -> String {
    format!("http://127.0.0.1:{}", dead_port())
}

fn with(tenant: &Tenant, variables: &[(&str, &str)]) -> Mgd {
    variables
        .iter()
        .fold(Mgd::new(tenant), |mgd, (name, value)| mgd.env(name, *value))
}

#[track_caller]
fn assert_whole(tenant: &Tenant, run: &Run) {
    assert_eq!((run.code, run.stderr.as_str()), (0, ""));
    assert_eq!(run.ids().len(), 3);
    let token = format!("POST {}", tenant.token_path());
    assert_eq!(lines(tenant), [token.as_str(), "GET /v1.0/users"]);
}

/// With these variables everything goes through the proxy, over one tunnel.
#[track_caller]
fn assert_through(wire: &Wire, variables: &[(&str, &str)]) {
    let tenant = Tenant::start();
    let run = with(&tenant, variables).list([] as [&str; 0]);
    assert_whole(&tenant, &run);
    let heads = wire.heads();
    let connect = format!("CONNECT localhost:{} HTTP/1.1\r\n", tenant.port());
    assert!(heads.last().unwrap().starts_with(&connect), "{heads:?}");
    let to_tenant = heads.iter().filter(|head| head.starts_with(&connect));
    assert_eq!(to_tenant.count(), 1);
}

/// With these variables no proxy is asked.
#[track_caller]
fn assert_direct(variables: &[(&str, &str)]) {
    let tenant = Tenant::start();
    let run = with(&tenant, variables).list([] as [&str; 0]);
    assert_whole(&tenant, &run);
}

#[test]
fn the_variables_are_read_in_curls_order() {
    let (wire, dead) = (proxy(), dead());
    let (good, bad) = (url(&wire), dead.as_str());
    assert_through(
        &wire,
        &[
            ("https_proxy", &good),
            ("HTTPS_PROXY", bad),
            ("ALL_PROXY", bad),
        ],
    );
    assert_through(
        &wire,
        &[
            ("HTTPS_PROXY", &good),
            ("all_proxy", bad),
            ("ALL_PROXY", bad),
        ],
    );
    assert_through(&wire, &[("all_proxy", &good), ("ALL_PROXY", bad)]);
    assert_through(
        &wire,
        &[
            ("ALL_PROXY", &good),
            ("HTTP_PROXY", bad),
            ("http_proxy", bad),
        ],
    );
}

#[test]
fn a_proxy_without_a_scheme_is_one_for_http() {
    let wire = proxy();
    assert_through(
        &wire,
        &[("https_proxy", &format!("127.0.0.1:{}", wire.port()))],
    );
    assert_through(
        &wire,
        &[("https_proxy", &format!("HTTP://127.0.0.1:{}/", wire.port()))],
    );
}

#[test]
fn the_variable_for_http_is_never_used_for_https() {
    let dead = dead();
    assert_direct(&[("HTTP_PROXY", &dead)]);
    assert_direct(&[("http_proxy", &dead), ("HTTP_PROXY", "ftp://no-proxy")]);
}

#[test]
fn an_empty_variable_counts_as_none() {
    assert_direct(&[("https_proxy", ""), ("HTTPS_PROXY", "")]);
    // As with curl, it does not hide the next one either.
    let wire = proxy();
    assert_through(&wire, &[("https_proxy", ""), ("HTTPS_PROXY", &url(&wire))]);
    assert_through(&wire, &[("https_proxy", ""), ("ALL_PROXY", &url(&wire))]);
    assert_direct(&[
        ("https_proxy", &dead()),
        ("no_proxy", ""),
        ("NO_PROXY", "*"),
    ]);
}

#[test]
fn no_proxy_exempts_the_host() {
    let dead = dead();
    for list in [
        "localhost",
        "*",
        ".localhost",
        "LocalHost",
        "example.com, localhost ,x",
        "a b localhost",
    ] {
        assert_direct(&[("https_proxy", &dead), ("no_proxy", list)]);
        assert_direct(&[("ALL_PROXY", &dead), ("NO_PROXY", list)]);
    }
    assert_direct(&[
        ("https_proxy", &dead),
        ("no_proxy", "localhost"),
        ("NO_PROXY", "x.example"),
    ]);
}

#[test]
fn no_proxy_exempts_nobody_else() {
    let wire = proxy();
    for list in [
        "",
        "ocalhost",
        "host",
        "localhost.example",
        "example.com",
        "127.0.0.0/8",
        "127.0.0.1",
    ] {
        assert_through(&wire, &[("https_proxy", &url(&wire)), ("no_proxy", list)]);
    }
}

#[test]
fn no_proxy_exempts_addresses_and_networks() {
    let wire = proxy();
    for (list, tunnels) in [
        ("127.0.0.1", 0),
        ("10.0.0.0/8,127.0.0.0/8", 0),
        ("127.0.0.1/32", 0),
        ("0.0.0.0/0", 0),
        ("10.0.0.0/8", 1),
        ("127.0.0.2/32", 1),
        ("localhost", 1),
    ] {
        let tenant = Tenant::start();
        let mgd = with(&tenant, &[("https_proxy", &url(&wire)), ("no_proxy", list)]);
        mgd.edit(|parameters| {
            for key in ["authority", "endpoint"] {
                let named = parameters[key].as_str().unwrap();
                parameters[key] = named.replace("localhost", "127.0.0.1").into();
            }
        });
        let before = wire.connections();
        assert_whole(&tenant, &mgd.list([] as [&str; 0]));
        assert_eq!(wire.connections() - before, tunnels, "{list}");
    }
}

#[test]
fn the_proxy_of_the_parameters_wins_over_the_variables() {
    let (wire, tenant) = (proxy(), Tenant::start());
    let mgd = with(
        &tenant,
        &[("https_proxy", &dead()), ("ALL_PROXY", "ftp://nowhere")],
    );
    mgd.edit(|parameters| parameters["proxy"] = url(&wire).into());
    assert_whole(&tenant, &mgd.list([] as [&str; 0]));
    assert_eq!(wire.connections(), 1);
}

#[test]
fn no_proxy_counts_for_the_proxy_of_the_parameters_too() {
    let tenant = Tenant::start();
    let mgd = with(&tenant, &[("no_proxy", "localhost")]);
    mgd.edit(|parameters| parameters["proxy"] = dead().into());
    assert_whole(&tenant, &mgd.list([] as [&str; 0]));
}

#[test]
fn user_and_password_go_to_the_proxy_and_no_further() {
    let (wire, tenant) = (proxy(), Tenant::start());
    let proxy = format!("http://us%40er:canary%3Ap%C3%A9@127.0.0.1:{}", wire.port());
    let run = with(&tenant, &[("https_proxy", &proxy)]).list(["-vv"]).ok();
    for text in [&run.stdout, &run.stderr] {
        assert!(
            !text.contains("canary") && !text.contains("us%40er"),
            "{text}"
        );
    }
    let head = &wire.heads()[0];
    let fields: Vec<_> = head
        .lines()
        .filter_map(|line| line.split_once(": "))
        .collect();
    let field = |wanted: &str| {
        let found = fields
            .iter()
            .find(|(name, _)| name.eq_ignore_ascii_case(wanted));
        found.map(|(_, value)| *value)
    };
    // us@er:canary:pé
    assert_eq!(
        field("Proxy-Authorization"),
        Some("Basic dXNAZXI6Y2FuYXJ5OnDDqQ==")
    );
    assert_eq!(field("Authorization"), None);
    assert!(!head.contains(CLIENT_ID), "{head}");
    for seen in tenant.requests() {
        assert_eq!(seen.header("Proxy-Authorization"), None);
    }
}

#[test]
fn a_proxy_is_spoken_to_under_tls_where_its_url_says_so() {
    let authority = Authority::new("proxy");
    let wire = under_tls(authority.server(|_| ()));
    let tenant = Tenant::start();
    let proxy = format!("https://localhost:{}", wire.port());
    let mgd = with(&tenant, &[("https_proxy", &proxy)]);
    mgd.scratch
        .write("ca.pem", tenant.ca_pem().to_owned() + &authority.pem, 0o600);
    assert_whole(&tenant, &mgd.list([] as [&str; 0]));
    assert_eq!(wire.connections(), 1);
}

#[test]
fn what_is_in_the_clear_for_this_machine_goes_through_no_proxy() {
    let wire = proxy();
    for variable in ["http_proxy", "all_proxy", "ALL_PROXY"] {
        let tenant = Tenant::start_plain();
        let mgd = with(&tenant, &[(variable, &url(&wire))]);
        for host in ["localhost", "127.0.0.1"] {
            mgd.edit(|parameters| {
                for key in ["authority", "endpoint"] {
                    let named = parameters[key].as_str().unwrap();
                    let named = named.replace("localhost", "127.0.0.1");
                    parameters[key] = named.replace("127.0.0.1", host).into();
                }
            });
            let run = mgd.list(["--token-cache", "none"]);
            assert_eq!(
                (run.code, run.stderr.as_str()),
                (0, ""),
                "{variable} {host}"
            );
            assert_eq!(run.ids().len(), 3);
        }
    }
    let tenant = Tenant::start_plain();
    let mgd = Mgd::new(&tenant);
    mgd.edit(|parameters| parameters["proxy"] = url(&wire).into());
    assert_whole(&tenant, &mgd.list([] as [&str; 0]));
    assert_eq!(wire.connections(), 0);
}
