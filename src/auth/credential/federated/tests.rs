use std::fs;
use std::time::Duration;

use super::*;
use crate::auth::credential::managed_identity::detect;
use crate::auth::credential::managed_identity::scripted::{Response, Scripted};
use crate::http::{Attempts, Network};

const JWT: &str = "eyJh.eyJj-_.c2ln";

fn assertion(federated: &Federated) -> Result<String, Error> {
    let http = Http::new(Network::default());
    let mut attempts = Attempts::new(Duration::from_secs(5));
    let mut schedule = Schedule::new(false);
    let url = Url::parse("https://login.microsoftonline.com").unwrap();
    let outcome = http.retry(url.origin(), &mut attempts, |_| {
        federated.assertion(&http, &mut schedule)
    });
    if let Err(error) = &outcome {
        let shown = format!("{error} {error:?} {federated:?}");
        assert!(!shown.contains("canary"), "{shown}");
    }
    outcome.map(|secret| secret.expose().to_owned())
}

/// What comes of a file with this content.
fn filed(name: &str, content: impl AsRef<[u8]>) -> Result<String, Error> {
    let name = format!("mgd-federated-{}-{name}", std::process::id());
    let path = std::env::temp_dir().join(name);
    fs::write(&path, content).unwrap();
    let outcome = assertion(&Federated::File(path.clone()));
    fs::remove_file(&path).unwrap();
    outcome
}

#[test]
fn a_token_file_is_read_without_its_line_end() {
    for end in ["", "\n", "\r\n"] {
        assert_eq!(filed("end", format!("{JWT}{end}")).unwrap(), JWT);
    }
    let most = format!("a.b.{}\r\n", "c".repeat(MAX_TOKEN - 4));
    assert_eq!(filed("most", &most).unwrap(), most.trim_end());
}

#[test]
fn a_token_file_is_read_anew_each_time() {
    let name = format!("mgd-federated-{}-anew", std::process::id());
    let path = std::env::temp_dir().join(name);
    let federated = Federated::File(path.clone());
    for token in [JWT, "x.y.z"] {
        fs::write(&path, token).unwrap();
        assert_eq!(assertion(&federated).unwrap(), token);
    }
    fs::remove_file(&path).unwrap();
    let error = assertion(&federated).unwrap_err();
    assert!(matches!(error, Error::Parameters(_)));
}

#[test]
fn what_is_no_token_is_not_sent() {
    let pem = "-----BEGIN PRIVATE KEY-----\ncanary\n-----END PRIVATE KEY-----\n";
    for content in [
        pem.as_bytes(),
        b"",
        b"canary",
        b"canary.b",
        b"a.b.c.canary",
        b"a..canary",
        b"a.b.canary=",
        b"a.b c.canary",
        b"Bearer a.b.canary",
        b" a.b.canary",
        b"a.b.canary\n\na.b.c",
        b"a.b.canary\xff",
        b"{\"value\":\"a.b.canary\"}",
    ] {
        let error = filed("none", content).unwrap_err();
        assert!(matches!(error, Error::Parameters(_)));
        assert!(error.to_string().contains("mgd-federated-"), "{error}");
    }
    let long = format!("a.b.{}", "c".repeat(MAX_TOKEN - 3));
    assert!(matches!(filed("long", &long), Err(Error::Parameters(_))));
    assert!(filed("longer", format!("{long}ccc")).is_err());
}

fn github(url: String) -> Result<Federated, Error> {
    Federated::github(&|name| {
        Some(OsString::from(match name {
            "ACTIONS_ID_TOKEN_REQUEST_URL" => url.clone(),
            "ACTIONS_ID_TOKEN_REQUEST_TOKEN" => "canary-token".to_owned(),
            _ => return None,
        }))
    })
}

fn issued(response: Response<'_>) -> (Result<String, Error>, Vec<String>) {
    let endpoint = Scripted::start(&[response]);
    let federated = github(endpoint.text("/idtoken?api-version=2.0")).unwrap();
    (assertion(&federated), endpoint.seen())
}

#[test]
fn github_actions_issues_a_token() {
    let body = format!(r#"{{"count":1,"value":"{JWT}"}}"#);
    let (token, seen) = issued((200, "", &body));
    assert_eq!(token.unwrap(), JWT);
    assert_eq!(
        seen,
        [
            "GET /idtoken?api-version=2.0&audience=api%3A%2F%2FAzureADTokenExchange HTTP/1.1\n\
             authorization: Bearer canary-token"
        ]
    );
}

#[test]
fn what_github_actions_refuses_is_sorted_and_never_echoed() {
    let mirror = "<pre>authorization: Bearer canary-token</pre>";
    let (error, _) = issued((403, "", mirror));
    let error = error.unwrap_err();
    assert!(matches!(error, Error::Token(_)));
    assert_eq!(
        error.to_string(),
        "GitHub Actions: HTTP 403 with <pre>authorization: Bearer [redacted]</pre>"
    );
    for body in [
        "",
        "{}",
        "canary",
        r#"{"value":"canary"}"#,
        r#"{"value":7}"#,
    ] {
        let (error, _) = issued((200, "", body));
        assert!(matches!(error.unwrap_err(), Error::Protocol(_)), "{body}");
    }
    let (error, _) = issued((302, "location: https://evil.example/\r\n", ""));
    assert!(matches!(error.unwrap_err(), Error::Protocol(_)));
    let (error, _) = issued((429, "retry-after: 90\r\n", ""));
    let error = error.unwrap_err();
    assert!(matches!(error, Error::Unavailable(_)));
    assert_eq!(error.report().retry_after, Some(Duration::from_secs(90)));
}

#[test]
fn a_job_without_permission_is_told_which() {
    let error = Federated::github(&|_| None).unwrap_err();
    assert!(matches!(error, Error::Parameters(_)));
    let hint = error.report().hint.as_deref().unwrap();
    assert!(hint.contains("`permissions: id-token: write`"));
    let error = github("http://pipelines.example/x".to_owned()).unwrap_err();
    assert!(error.to_string().contains("is plain http"));
}

#[test]
fn a_managed_identity_vouches_for_an_application() {
    let body = format!(r#"{{"access_token":"{JWT}","expires_in":"60"}}"#);
    let endpoint = Scripted::start(&[(200, "", &body)]);
    let host = endpoint.text("");
    let variable =
        |name: &str| (name == "AZURE_POD_IDENTITY_AUTHORITY_HOST").then(|| OsString::from(&host));
    let source = detect(&variable, false).unwrap();
    let federated = Federated::ManagedIdentity(source, Selector::System);
    assert_eq!(assertion(&federated).unwrap(), JWT);
    let line = "GET /metadata/identity/oauth2/token?api-version=2018-02-01&resource=api%3A%2F%2FAzureADTokenExchange HTTP/1.1";
    assert!(endpoint.seen()[0].starts_with(line));
}
