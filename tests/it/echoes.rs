//! Servers, and boxes in between, that send back what they were sent: nothing secret of it is in
//! any message, however it is encoded and wherever it stands.

mod forms;
mod places;

use std::sync::{Arc, Mutex};
use std::time::Duration;

use mgd::{ConfidentialClient, Credential, Graph, Network};
use serde_json::{Value, json};

use crate::proxies::connect::proxy;
use crate::support::{Mgd, Scratch};
use crate::tenant::{CLIENT_ID, Reply, SECRET, Tenant};
use forms::{every, parts, secret_part};
use places::{GRAPH, Place, TOKEN_ENDPOINT};

/// An access token in the form of Entra's; its header is no secret.
const TOKEN: &str = "eyJ0eXAiOiJKV1QiLCJhbGciOiJSUzI1NiJ9.eyJhdWQiOiJodHRwczovL2dyYXBoIiwicm9sZXMiOlsi\
                     VXNlci5SZWFkLkFsbCJdLCJ4IjoifX5_Pz8_In0.c2ln-bmF0dXJl_d2l0aC1hbGwtaXRzLWNoYXJz";
/// A token of another issuer.
const ASSERTION: &str = "eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJyZXBvOm8vcjpyZWY6cmVmcy9oZWFkcy9tIn0.\
                         YW5vdGhlci1zaWduYXR1cmU_LW9mLWFub3RoZXI";
/// What App Service gives to its own machines.
const HEADER: &str = "853B9A84-5bfa-4b22-a3f3-0b9a43d9ad8a";

/// A command of each kind that asks Graph.
const COMMANDS: [&[&str]; 8] = [
    &["get", "users"],
    &["get", "users", "-o", "raw"],
    &["request", "GET", "users"],
    &["batch", "lines"],
    &["delta", "users/delta", "--state", "state"],
    &["download", "drives/D/items/I/content", "-O", "content"],
    &["upload", "lines", "drives/D/root:/x"],
    &["check"],
];

/// A client, and the secret of it that comes back from the token endpoint.
struct Client {
    mgd: Mgd,
    secret: &'static str,
}

fn clients(tenant: &Tenant) -> [Client; 3] {
    let client = |secret, change: fn(&mut Value)| {
        let mgd = Mgd::new(tenant);
        mgd.edit(change);
        mgd.scratch.write("token", ASSERTION, 0o600);
        mgd.scratch.write("lines", "{\"url\":\"users\"}\n", 0o600);
        Client { mgd, secret }
    };
    let endpoint = tenant.url("/msi/token");
    let identity = client(HEADER, |parameters| {
        for key in ["authority", "client_id", "secret", "scope"] {
            parameters.as_object_mut().unwrap().remove(key);
        }
        parameters["managed_identity"] = json!(true);
    });
    [
        client(SECRET, |_| ()),
        client(ASSERTION, |parameters| {
            parameters["secret"] = Value::Null;
            parameters["federated_token_file"] = "token".into();
        }),
        Client {
            mgd: identity
                .mgd
                .env("IDENTITY_ENDPOINT", endpoint)
                .env("IDENTITY_HEADER", HEADER),
            ..identity
        },
    ]
}

/// What is told of a run, with the lines of `check`, and the parts of secrets in it.
fn told(mgd: &Mgd, arguments: &[&str]) -> String {
    let command = [&["parameters.json"], arguments].concat();
    // Not through the harness: what a server sends is on stdout as it is.
    let output = mgd.command(command).output().unwrap();
    let mut told = String::from_utf8_lossy(&output.stderr).into_owned();
    if arguments[0] == "check" {
        told.push_str(&String::from_utf8_lossy(&output.stdout));
    }
    told
}

/// So many characters of a secret in a row are too much.
const MOST: usize = 12;

/// The parts of the secrets that were told.
fn leaks<'s>(told: &str, secrets: &[&'s str]) -> Vec<&'s str> {
    let is_told = |secret: &str, part: &String| {
        let characters: Vec<_> = part.chars().collect();
        let width = MOST * characters.len() / secret.chars().count();
        let mut windows = characters
            .windows(width.max(MOST))
            .step_by(width.max(MOST) / 3);
        windows.any(|window| told.contains(&window.iter().collect::<String>()))
    };
    let leaks = secrets.iter().filter(|secret| {
        let secret = secret_part(secret);
        parts(secret).iter().any(|part| is_told(secret, part))
    });
    leaks.copied().collect()
}

fn grant(tenant: &Tenant) {
    let body = json!({ "token_type": "Bearer", "expires_in": 3599, "access_token": TOKEN });
    for path in [tenant.token_path(), "/msi/token".to_owned()] {
        tenant.always(&path, Reply::json(body.to_string()));
    }
}

/// Runs the commands against a server that has `echoed` at this place.
fn run_all(
    (tenant, client): (&Tenant, &Client),
    (name, place): (&str, Place),
    echoed: &str,
    found: &mut Vec<String>,
) -> usize {
    let secrets = [client.secret, TOKEN];
    let mut redacted = 0;
    for command in COMMANDS {
        for more in [&["-vv"][..], &["-vv", "--errors", "json"]] {
            tenant.always("/v1.0/", place(echoed));
            let bounds = ["--retry-max-time", "0.001", "--token-cache", "none"];
            let arguments = [command, &bounds, more].concat();
            let told = told(&client.mgd, &arguments);
            redacted += usize::from(told.contains("[redacted]"));
            for leak in leaks(&told, &secrets) {
                found.push(format!("{name}: {command:?}: {leak} in {told}"));
            }
        }
    }
    redacted
}

#[test]
fn a_graph_that_echoes_the_token_has_none_of_it_shown() {
    let tenant = Tenant::start();
    grant(&tenant);
    let [client, ..] = &clients(&tenant);
    let echoed = every(TOKEN).join(" ");
    let mut found = Vec::new();
    for (name, place) in GRAPH {
        let redacted = run_all((&tenant, client), (name, place), &echoed, &mut found);
        assert_ne!(redacted, 0, "{name}: nothing was quoted");
    }
    assert_eq!(found, [] as [String; 0]);
}

#[test]
fn a_token_endpoint_that_echoes_what_it_was_sent_has_none_of_it_shown() {
    let tenant = Tenant::start();
    let clients = clients(&tenant);
    let mut found = Vec::new();
    for (name, place) in TOKEN_ENDPOINT {
        let mut redacted = 0;
        for client in &clients {
            let echoed = every(client.secret).join(" ");
            for path in [tenant.token_path(), "/msi/token".to_owned()] {
                tenant.always(&path, place(&echoed));
            }
            for command in [
                &["get", "users"][..],
                &["token", "--force-refresh"],
                &["check"],
            ] {
                for more in [&["-vv"][..], &["-vv", "--errors", "json"]] {
                    let bounds = ["--retry-max-time", "0.001", "--token-cache", "none"];
                    let told = told(&client.mgd, &[command, &bounds, more].concat());
                    redacted += usize::from(told.contains("[redacted]"));
                    for leak in leaks(&told, &[client.secret]) {
                        found.push(format!("{name}: {command:?}: {leak} in {told}"));
                    }
                }
            }
        }
        assert_ne!(redacted, 0, "{name}: nothing was quoted");
    }
    assert_eq!(found, [] as [String; 0]);
}

/// The program redacts whatever it prints once more; the library must do without.
#[test]
fn the_errors_and_notices_of_the_library_hold_nothing_of_the_token() {
    let (tenant, scratch) = (Tenant::start(), Scratch::new());
    grant(&tenant);
    let notices = Arc::new(Mutex::new(String::new()));
    let for_listener = Arc::clone(&notices);
    let network = Network::default()
        .with_ca_file(scratch.write("ca.pem", tenant.ca_pem(), 0o600))
        .with_retry_max_time(Duration::from_millis(1))
        .with_listener(move |notice| {
            let line = format!("{notice:?}\n");
            for_listener.lock().unwrap().push_str(&line);
        });
    let credential = Credential::secret(SECRET);
    let client = ConfidentialClient::new(&tenant.authority(), CLIENT_ID, credential).unwrap();
    let client = client.with_scope(&tenant.url("/.default"));
    let graph = Graph::new(client.with_network(network));
    let graph = graph.with_root(&tenant.origin()).unwrap();
    let echoed = every(TOKEN).join(" ");
    for (name, place) in GRAPH {
        tenant.always("/v1.0/", place(&echoed));
        let error = graph.items("users").find_map(Result::err);
        let request = graph.request("POST", "users").unwrap();
        let response = request.send().map(|response| response.refusal(b""));
        let mut told = format!("{error:?} {response:?}");
        told.push_str(&std::mem::take(&mut *notices.lock().unwrap()));
        assert_eq!(leaks(&told, &[TOKEN]), [] as [&str; 0], "{name}: {told}");
        assert!(told.contains("[redacted]"), "{name}: {told}");
    }
}

#[test]
fn a_secret_at_the_end_of_an_excerpt_is_redacted_before_it_is_cut() {
    let tenant = Tenant::start();
    grant(&tenant);
    let [client, ..] = &clients(&tenant);
    for form in parts(secret_part(TOKEN)) {
        let page = format!("<html>{}{form}</html>", "x ".repeat(80));
        let reply = Reply::html(200).body(page);
        tenant.always("/v1.0/", reply);
        let told = told(&client.mgd, &["get", "users"]);
        assert!(told.contains("[redacted]"), "{form}: {told}");
        assert_eq!(leaks(&told, &[TOKEN]), [] as [&str; 0], "{told}");
    }
}

#[test]
fn a_password_of_a_proxy_that_comes_back_is_not_shown() {
    const PASSWORD: &str = "hunter&2=of=the=proxy";
    let tenant = Tenant::start();
    grant(&tenant);
    let proxy = proxy();
    let url = format!(
        "http://user:hunter%262%3Dof%3Dthe%3Dproxy@127.0.0.1:{}",
        proxy.port()
    );
    let [client, ..] = clients(&tenant);
    let mgd = client.mgd.env("https_proxy", url);
    for (name, place) in GRAPH {
        tenant.always("/v1.0/", place(&every(PASSWORD).join(" ")));
        let told = told(&mgd, &["get", "users", "-vv", "--retry-max-time", "0.001"]);
        assert_eq!(leaks(&told, &[PASSWORD]), [] as [&str; 0], "{name}: {told}");
    }
    assert_ne!(proxy.connections(), 0);
}

#[test]
fn with_a_short_secret_no_text_of_a_server_is_quoted() {
    let tenant = Tenant::start();
    let text = "a text of the service's own";
    let refusal = Reply::entra_error(401, "invalid_client", 7_000_215, text);
    tenant.always(&tenant.token_path(), refusal);
    let mgd = Mgd::new(&tenant);
    mgd.edit(|parameters| parameters["secret"] = "s3cret!".into());
    let told = told(&mgd, &["get", "users"]);
    let expected =
        "token endpoint: invalid_client: (not shown: a secret is shorter than 8 characters)";
    assert!(told.contains(expected), "{told}");
    assert!(!told.contains(text) && !told.contains("s3cret!"), "{told}");
}

#[test]
fn with_a_short_secret_the_code_of_an_error_still_counts() {
    let tenant = Tenant::start();
    let proxy = proxy();
    let mgd = Mgd::new(&tenant);
    let url = format!("http://user:pw@127.0.0.1:{}", proxy.port());
    let command = ["delta", "users/delta", "--state", "state"];
    mgd.list(command).ok();
    tenant.forget_places(400, "syncStateNotFound", false);
    let run = mgd.env("https_proxy", url).list(command).ok();
    assert!(run.stdout.starts_with("{\"@mgd.reset\":true}\n"), "{run:?}");
    assert_ne!(proxy.connections(), 0);
}
