//! The library through its public interface: the same job without the program.

mod ahead;
mod errors;
mod sharing;

use mgd::{ConfidentialClient, Counts, Credential, Error, Graph, Item, Network, Shape, TokenCache};

use crate::support::{Scratch, lines};
use crate::tenant::{CLIENT_ID, Reply, SECRET, TENANT_ID, Tenant};

#[derive(Debug, PartialEq, Eq, serde::Deserialize)]
#[serde(rename_all = "camelCase")]
struct User {
    id: String,
    display_name: String,
    mail: Option<String>,
}

fn network(tenant: &Tenant, scratch: &Scratch) -> Network {
    Network::default().with_ca_file(scratch.write("ca.pem", tenant.ca_pem(), 0o600))
}

fn client(tenant: &Tenant, scratch: &Scratch) -> ConfidentialClient {
    let credential = Credential::secret(SECRET);
    ConfidentialClient::new(&tenant.authority(), CLIENT_ID, credential)
        .unwrap()
        .with_scope(&tenant.url("/.default"))
        .with_token_cache(TokenCache::at(scratch.path("cache/t.json")))
        .with_network(network(tenant, scratch))
}

fn graph(tenant: &Tenant, scratch: &Scratch) -> Graph {
    Graph::new(client(tenant, scratch))
        .with_root(&tenant.origin())
        .unwrap()
}

fn post() -> String {
    format!("POST /{TENANT_ID}/oauth2/v2.0/token")
}

#[test]
fn items_come_over_all_pages_and_can_be_read_or_taken_as_they_are() {
    let (tenant, scratch) = (Tenant::with_users(250), Scratch::new());
    let graph = graph(&tenant, &scratch);
    let items: Vec<Item> = graph.items("users").map(Result::unwrap).collect();
    assert_eq!(items.len(), 250);
    let users: Vec<User> = items.iter().map(|item| item.parse().unwrap()).collect();
    assert_eq!(users[0].display_name, "Zoë 0");
    assert_eq!(users[0].mail.as_deref(), Some("mail0@contoso.example"));
    assert_eq!(users[1].mail, None);
    let text = std::str::from_utf8(items[0].as_bytes()).unwrap();
    assert!(text.starts_with(r#"{"id":""#) && text.contains(r#""displayName":"Zo\u00eb 0""#));
    assert!(
        text.ends_with(r#""bigNumber":12345678901234567890123}"#),
        "{text}"
    );
    let wrong = items[0].parse::<Vec<u8>>().unwrap_err();
    assert!(matches!(wrong, Error::Protocol(_)));
    assert_eq!(lines(&tenant).len(), 4);
    assert_eq!(tenant.violations(), [] as [String; 0]);
}

#[test]
fn pages_count_what_goes_by() {
    let (tenant, scratch) = (Tenant::with_users(250), Scratch::new());
    let graph = graph(&tenant, &scratch);
    let mut pages = graph.pages("users?$select=id").unwrap();
    assert_eq!(pages.shape().unwrap(), Shape::Collection);
    let mut items = 0;
    while let Some(item) = pages.next_item().unwrap() {
        assert!(item.starts_with(b"{\"id\":"));
        items += 1;
        assert_eq!(pages.counts().items, items);
    }
    let Counts {
        pages: count,
        items,
        partial,
        bytes,
        ..
    } = pages.counts();
    assert_eq!((count, items, partial), (3, 250, 0));
    assert!(bytes > 250 * 40);
    assert!(!pages.has_more());
}

#[test]
fn a_limit_asks_for_no_page_more_than_it_needs() {
    let (tenant, scratch) = (Tenant::with_users(250), Scratch::new());
    let graph = graph(&tenant, &scratch);
    for (limit, requests) in [(1, 2), (100, 1), (101, 2), (250, 3), (1000, 3)] {
        let before = tenant.requests().len();
        let mut pages = graph.pages("users").unwrap().with_limit(limit);
        let mut items = 0;
        while pages.next_item().unwrap().is_some() {
            items += 1;
        }
        assert_eq!(items, limit.min(250));
        assert_eq!(pages.has_more(), limit < 250);
        // The first asks for the token too.
        assert_eq!(tenant.requests().len() - before, requests, "{limit}");
    }
    let mut pages = graph.pages("users").unwrap().with_first_page_only();
    let mut items = 0;
    while pages.next_item().unwrap().is_some() {
        items += 1;
    }
    assert_eq!((items, pages.has_more()), (100, true));
}

#[test]
fn a_single_object_is_one_item() {
    let (tenant, scratch) = (Tenant::start(), Scratch::new());
    let graph = graph(&tenant, &scratch);
    tenant.on(
        "/v1.0/organization",
        [Reply::json("{\"id\": \"1\", \"n\": 1.0}")],
    );
    let items: Vec<Item> = graph.items("organization").map(Result::unwrap).collect();
    assert_eq!(items.len(), 1);
    assert_eq!(items[0].as_bytes(), br#"{"id":"1","n":1.0}"#);
}

#[test]
fn a_reader_that_ends_too_soon_is_not_waited_for() {
    let (tenant, scratch) = (Tenant::start(), Scratch::new());
    let graph = graph(&tenant, &scratch);
    let request = graph.request("PUT", "users/x").unwrap();
    let error = request
        .with_reader(&b"abc"[..], Some(4))
        .send()
        .unwrap_err();
    assert!(matches!(error, Error::Local(_)), "{error}");
    let text = error.to_string();
    assert_eq!(text, "what was to be sent: is shorter than its length");
}
