//! Redirects are not followed, and nothing goes to where they lead.

use super::USERS;
use crate::support::{Mgd, lines};
use crate::tenant::{Reply, SECRET, Tenant};

#[test]
fn a_listing_does_not_follow_a_redirect() {
    let other = Tenant::start();
    for status in [301, 302, 303, 307, 308] {
        let tenant = Tenant::start();
        let location = other.url("/v1.0/users?report=1");
        tenant.always(USERS, Reply::bare(status).header("Location", &location));
        let run = Mgd::new(&tenant).list([] as [&str; 0]);
        assert_eq!((run.code, run.stdout.as_str()), (5, ""), "{status}");
        let line = format!("mgd: graph: an error without a text (HTTP {status})\nmgd: hint: ");
        assert!(run.stderr.starts_with(&line), "{}", run.stderr);
        assert_eq!(lines(&tenant).len(), 2);
    }
    assert_eq!(other.connections(), 0);
}

#[test]
fn a_redirect_on_the_own_host_is_not_followed_either() {
    let tenant = Tenant::start();
    let found = Reply::bare(302).header("Location", "{origin}/v1.0/elsewhere");
    tenant.always(USERS, found);
    let run = Mgd::new(&tenant).list([] as [&str; 0]);
    assert_eq!((run.code, run.stdout.as_str()), (5, ""));
    assert_eq!(lines(&tenant)[1..], ["GET /v1.0/users"]);
}

#[test]
fn a_key_in_a_location_is_not_shown() {
    let tenant = Tenant::start();
    let found = Reply::bare(302).header("Location", "https://reports.example/r.csv?sig=canary");
    tenant.always(USERS, found.body("<a href=elsewhere>"));
    for arguments in [&[][..], &["-vv"], &["--errors", "json"]] {
        let run = Mgd::new(&tenant).list(arguments);
        assert_eq!((run.code, run.stdout.as_str()), (5, ""));
        assert!(run.stderr.contains("HTTP 302"), "{}", run.stderr);
        assert!(!run.stderr.contains("canary"), "{}", run.stderr);
    }
}

#[test]
fn the_secret_does_not_follow_a_redirect() {
    let other = Tenant::start();
    for status in [301, 302, 303, 307, 308] {
        let tenant = Tenant::start();
        let location = other.url(&other.token_path());
        let reply = Reply::bare(status).header("Location", &location);
        tenant.always(&tenant.token_path(), reply);
        let run = Mgd::new(&tenant).list(["-vv"]);
        assert_eq!((run.code, run.stdout.as_str()), (5, ""), "{status}");
        let start = format!("mgd: token endpoint: HTTP {status} with an empty body");
        assert!(run.stderr.contains(&start), "{}", run.stderr);
        let hint = "mgd: hint: a redirect would carry the secret to another host\n";
        assert!(run.stderr.ends_with(hint), "{}", run.stderr);
        assert_eq!(lines(&tenant), [format!("POST {}", tenant.token_path())]);
        assert_eq!(tenant.requests()[0].form()[3].1, SECRET);
    }
    assert_eq!(other.connections(), 0);
}

#[test]
fn a_change_that_is_redirected_is_no_download() {
    for method in ["POST", "PATCH", "DELETE"] {
        let tenant = Tenant::start();
        let moved = Reply::bare(307).header("Location", "{origin}/v1.0/elsewhere");
        tenant.always("/v1.0/things", moved);
        let run = Mgd::new(&tenant).list(["request", method, "things"]);
        let hint = format!(
            "mgd: hint: a {method} is not sent to another address; mgd request -i shows the \
             Location\n"
        );
        assert_eq!((run.code, run.stdout.as_str()), (5, ""));
        assert!(run.stderr.ends_with(&hint), "{}", run.stderr);
        assert_eq!(lines(&tenant).len(), 2);
    }
}
