//! An authority is believed about its own places: a secret goes nowhere else.

use super::{NOTHING, discovery, post, saying};
use crate::federated::whole;
use crate::support::lines;
use crate::tenant::Tenant;

const HINT: &str = "nothing was sent there; check the authority";

#[test]
fn a_token_endpoint_elsewhere_is_not_sent_the_secret() {
    let stranger = Tenant::start();
    let plain = Tenant::start_plain();
    for (endpoint, host) in [
        (stranger.url("/t/oauth2/v2.0/token"), stranger.origin()),
        (plain.url("/t/oauth2/v2.0/token"), plain.origin()),
        (
            "https://evil.example/t/token".to_owned(),
            "https://evil.example".to_owned(),
        ),
        (
            "https://localhost.evil.example/t".to_owned(),
            "https://localhost.evil.example".to_owned(),
        ),
    ] {
        let (tenant, mgd) = saying(|metadata, _| metadata["token_endpoint"] = endpoint.into());
        let authority = tenant.url(&super::base());
        let line = format!(
            "mgd: authority {authority}: its token endpoint is on another host, {host}\n\
             mgd: hint: {HINT}\n"
        );
        mgd.list(NOTHING).refused(5, &line);
        assert_eq!(lines(&tenant), [discovery()]);
        // Nor is it kept, to be believed tomorrow.
        assert!(!mgd.scratch.path(super::KEPT).exists());
    }
    assert_eq!((stranger.connections(), plain.connections()), (0, 0));
}

#[test]
fn a_foreign_issuer_is_not_believed_about_anything() {
    for (issuer, host) in [
        ("https://evil.example/t/v2.0", "evil.example"),
        ("https://localhost.evil.example/t", "localhost.evil.example"),
        (
            "https://login.microsoftonline.com.evil.example/t",
            "login.microsoftonline.com.evil.example",
        ),
    ] {
        let (tenant, mgd) = saying(|metadata, _| metadata["issuer"] = issuer.into());
        let authority = tenant.url(&super::base());
        let line = format!(
            "mgd: authority {authority}: its issuer is on another host, {host}\n\
             mgd: hint: {HINT}\n"
        );
        mgd.list(NOTHING).refused(5, &line);
        assert_eq!(lines(&tenant), [discovery()]);
    }
}

#[test]
fn an_issuer_or_an_endpoint_that_is_no_url_is_told_so() {
    for (member, value, cause) in [
        ("issuer", "contoso", "its issuer is not an absolute url"),
        ("issuer", "", "its issuer is not an absolute url"),
        (
            "token_endpoint",
            "/token",
            "its token endpoint is not an absolute url",
        ),
        (
            "token_endpoint",
            "http://login.contoso.com/t",
            "its token endpoint is plain http, which would show the token to the network",
        ),
    ] {
        let (tenant, mgd) = saying(|metadata, _| metadata[member] = value.into());
        let authority = tenant.url(&super::base());
        let line = format!("mgd: authority {authority}: {cause}\nmgd: hint: {HINT}\n");
        mgd.list(NOTHING).refused(5, &line);
        assert_eq!(lines(&tenant), [discovery()]);
    }
}

#[test]
fn an_issuer_of_the_same_place_or_of_microsofts_is_believed() {
    for issuer in [
        "{origin}/another-tenant/v2.0",
        "{origin}/",
        "https://login.microsoftonline.com/3f6b1d52/v2.0",
        "https://westus2.login.microsoft.com/3f6b1d52/v2.0",
        "https://3f6b1d52.ciamlogin.com/3f6b1d52/v2.0",
    ] {
        let (tenant, mgd) = saying(|metadata, _| metadata["issuer"] = issuer.into());
        whole(&mgd.list(NOTHING), &tenant);
        assert_eq!(lines(&tenant), [&discovery(), &post(), "GET /v1.0/users"]);
    }
}
