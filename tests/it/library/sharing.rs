//! Clients, tokens and parameters, alone and among threads.

use std::time::{Duration, SystemTime};

use mgd::{
    AccessToken, ConfidentialClient, Credential, Error, Graph, Item, Items, Network, Notice, Pages,
    Parameters, Secret, TokenCache,
};

use super::{User, client, graph, network, post};
use crate::support::{Scratch, lines};
use crate::tenant::{Reply, SECRET, Tenant};

#[test]
fn two_threads_with_one_graph_ask_for_one_token() {
    let (tenant, scratch) = (Tenant::with_users(150), Scratch::new());
    let graph = graph(&tenant, &scratch);
    std::thread::scope(|scope| {
        for _ in 0..2 {
            scope.spawn(|| assert_eq!(graph.items("users").map(Result::unwrap).count(), 150));
        }
    });
    assert_eq!((tenant.token_posts(), tenant.requests().len()), (1, 5));
}

#[test]
fn a_token_is_kept_in_memory_and_shared_by_the_cache() {
    let (tenant, scratch) = (Tenant::start(), Scratch::new());
    let first = client(&tenant, &scratch);
    let token: AccessToken = first.acquire_token().unwrap();
    let left = token
        .expires_on()
        .duration_since(SystemTime::now())
        .unwrap();
    assert!(left <= Duration::from_secs(3599) && left > Duration::from_secs(3500));
    assert!(token.is_fresh_at(SystemTime::now()) && !token.is_aging_at(SystemTime::now()));
    assert!(!format!("{token:?} {first:?}").contains("canary"));
    let second = client(&tenant, &scratch).acquire_token().unwrap();
    assert_eq!(token.secret().expose(), second.secret().expose());
    assert_eq!(
        first.acquire_token().unwrap().secret().expose(),
        second.secret().expose()
    );
    assert_eq!(lines(&tenant), [post()]);
    let without = client(&tenant, &scratch).with_token_cache(TokenCache::none());
    assert_ne!(
        without.acquire_token().unwrap().secret().expose(),
        token.secret().expose()
    );
    assert_eq!(tenant.token_posts(), 2);
    assert_eq!(TokenCache::none().path(), None);
}

#[test]
fn the_example_file_loads_up_to_what_is_to_be_filled_in() {
    let example = concat!(env!("CARGO_MANIFEST_DIR"), "/parameters.example.json");
    let error = Parameters::load(example).unwrap_err();
    let expected =
        format!("parameters file {example}:3: authority: still holds the text of the sample");
    assert!(matches!(error, Error::Parameters(_)));
    assert_eq!(error.to_string(), expected);
    assert_eq!(
        error.report().hint.as_deref(),
        Some("put your directory (tenant) id at its end")
    );
    let keys: serde_json::Value =
        serde_json::from_str(&std::fs::read_to_string(example).unwrap()).unwrap();
    for key in [
        "note",
        "authority",
        "oidc_authority",
        "client_id",
        "scope",
        "secret",
        "thumbprint",
        "private_key_file",
        "endpoint",
    ] {
        assert!(keys.get(key).is_some(), "the sample's key {key}");
    }
}

#[test]
fn a_parameters_file_gives_the_same_graph() {
    let (tenant, scratch) = (Tenant::start(), Scratch::new());
    let path = tenant.write_files(&scratch.path("etc"));
    let parameters = Parameters::load(path).unwrap();
    assert_eq!(
        parameters.endpoint(),
        Some(tenant.url("/v1.0/users").as_str())
    );
    assert!(!format!("{parameters:?}").contains(SECRET));
    let graph = parameters.graph(Network::default()).unwrap();
    let ids: Vec<User> = graph
        .items("users")
        .map(|item| item.unwrap().parse().unwrap())
        .collect();
    assert_eq!(ids.len(), 3);
    assert_eq!(lines(&tenant), [post(), "GET /v1.0/users".to_owned()]);
}

#[test]
fn a_listener_hears_of_waits_and_of_nothing_secret() {
    let (tenant, scratch) = (Tenant::start(), Scratch::new());
    tenant.on("/v1.0/users", [Reply::status(503).retry_after("0")]);
    let heard = std::sync::Arc::new(std::sync::Mutex::new(Vec::new()));
    let hearer = std::sync::Arc::clone(&heard);
    let network = network(&tenant, &scratch).with_listener(move |notice| {
        let is_wait = matches!(notice, Notice::Wait { .. });
        hearer
            .lock()
            .unwrap()
            .push((is_wait, format!("{notice:?}")));
    });
    let client = client(&tenant, &scratch).with_network(network);
    let graph = Graph::new(client).with_root(&tenant.origin()).unwrap();
    assert_eq!(graph.items("users").map(Result::unwrap).count(), 3);
    let heard = heard.lock().unwrap();
    assert_eq!(heard.iter().filter(|(is_wait, _)| *is_wait).count(), 1);
    assert!(heard.iter().all(|(_, text)| !text.contains("canary")));
}

#[test]
fn all_that_is_public_can_go_to_another_thread() {
    fn is_send<T: Send>() {}
    fn is_sync<T: Sync>() {}
    is_send::<Graph>();
    is_send::<Pages<'_>>();
    is_send::<Items<'_>>();
    is_send::<Item>();
    is_send::<ConfidentialClient>();
    is_send::<Credential>();
    is_send::<AccessToken>();
    is_send::<TokenCache>();
    is_send::<Parameters>();
    is_send::<Network>();
    is_send::<Secret>();
    is_send::<Error>();
    is_sync::<Graph>();
    is_sync::<ConfidentialClient>();
    is_sync::<Error>();
}
