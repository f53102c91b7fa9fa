//! What an error says.

use mgd::{Error, Graph, Report, Resume};

use super::{client, graph};
use crate::support::{Scratch, page};
use crate::tenant::{Reply, Tenant};

#[test]
fn an_error_says_who_must_act_and_is_the_last_thing_said() {
    type Place = fn(&Tenant) -> String;
    type Variant = fn(&Error) -> bool;
    let refusal = Reply::entra_error(401, "invalid_client", 7_000_222, "Expired.");
    let token = |tenant: &Tenant| tenant.token_path();
    let users = |_: &Tenant| "/v1.0/users".to_owned();
    let cases: [(Place, Reply, Variant, Option<u16>); 5] = [
        (
            token,
            refusal,
            |error| matches!(error, Error::Token(_)),
            Some(401),
        ),
        (
            users,
            Reply::status(403),
            |error| matches!(error, Error::Graph(_)),
            Some(403),
        ),
        (
            users,
            Reply::status(404),
            |error| matches!(error, Error::Graph(_)),
            Some(404),
        ),
        (
            users,
            Reply::json("{\"value\":["),
            |error| matches!(error, Error::Protocol(_)),
            None,
        ),
        (
            users,
            Reply::status(429).retry_after("9999"),
            |error| matches!(error, Error::Unavailable(_)),
            Some(429),
        ),
    ];
    for (path, reply, is_right, status) in cases {
        let (tenant, scratch) = (Tenant::start(), Scratch::new());
        tenant.on(&path(&tenant), [reply]);
        let graph = graph(&tenant, &scratch);
        let mut items = graph.items("users");
        let error = items.next().unwrap().unwrap_err();
        assert!(is_right(&error), "{error}");
        assert_eq!(error.report().status, status);
        assert_eq!(error.to_string(), error.report().message);
        assert!(std::error::Error::source(&error).is_none());
        assert!(items.next().is_none() && items.next().is_none());
    }
    let (tenant, scratch) = (Tenant::start(), Scratch::new());
    let graph = graph(&tenant, &scratch);
    for path in ["users/", "https://graph.microsoft.com/v1.0/users"] {
        let mut items = graph.items(path);
        assert!(matches!(items.next(), Some(Err(Error::Parameters(_)))));
        assert!(items.next().is_none());
    }
    assert_eq!(tenant.connections(), 0);
}

#[test]
fn an_error_tells_all_that_entra_said() {
    let (tenant, scratch) = (Tenant::start(), Scratch::new());
    let refusal = Reply::entra_error(401, "invalid_client", 7_000_222, "Expired.");
    tenant.on(&tenant.token_path(), [refusal]);
    let error = client(&tenant, &scratch).acquire_token().unwrap_err();
    let Error::Token(report) = error else {
        panic!("{error}");
    };
    let Report {
        message,
        hint,
        code,
        request_id,
        client_request_id,
        ..
    } = *report;
    let id = tenant.requests()[0]
        .header("client-request-id")
        .unwrap()
        .to_owned();
    assert!(message.starts_with("token endpoint: invalid_client: AADSTS7000222: Expired. Trace"));
    assert_eq!(
        (code.as_deref(), client_request_id),
        (Some("invalid_client"), Some(id))
    );
    assert!(request_id.is_some() && hint.unwrap().contains("expired"));
}

#[test]
fn a_token_for_graph_is_given_to_no_other_host_unless_it_is_trusted() {
    let (tenant, scratch) = (Tenant::start(), Scratch::new());
    let client = || client(&tenant, &scratch).with_scope("https://graph.microsoft.com/.default");
    let proxy = "https://graph.contoso.com";
    let error = Graph::new(client()).with_root(proxy).unwrap_err();
    assert!(matches!(error, Error::Parameters(_)), "{error}");
    assert_eq!(
        error.to_string(),
        "graph root https://graph.contoso.com: graph.contoso.com is not a Microsoft Graph host, \
         and the token for Graph would be sent to it"
    );
    assert!(Graph::new(client()).with_trusted_root(proxy).is_ok());
    let known = Graph::new(client()).with_root("https://graph.microsoft.us");
    assert!(known.is_ok());
    assert!(Graph::new(client()).with_root(&tenant.origin()).is_ok());
    let own = client().with_scope("api://contoso/.default");
    assert!(Graph::new(own).with_root(proxy).is_ok());
    assert_eq!(tenant.connections(), 0);
}

#[test]
fn a_listing_that_broke_off_is_resumed_as_its_error_says() {
    let (tenant, scratch) = (Tenant::start(), Scratch::new());
    let graph = graph(&tenant, &scratch);
    tenant.on("/v1.0/items", [page("1 2", "items?p=2")]);
    let busy = Reply::status(500).retry_after("0.05");
    let third = || page("3", "");
    let replies = [busy.clone(), busy.clone(), busy, third(), third()];
    tenant.on("/v1.0/items?p=2", replies);
    let error = graph.items("items").find_map(Result::err).unwrap();
    let resume = error.report().resume.clone().unwrap();
    assert_eq!((resume.skip, resume.hash), (0, None));
    let mut pages = graph.resume(&resume).unwrap();
    assert_eq!(pages.next_item().unwrap(), Some(&b"{\"id\":\"3\"}"[..]));
    assert_eq!(pages.next_item().unwrap(), None);

    let other = Resume::new(resume.link, 1, Some(7));
    let error = graph.resume(&other).unwrap().next_item().unwrap_err();
    assert!(matches!(error, Error::Unavailable(_)), "{error}");
    assert_eq!(error.report().resume, None);
}
