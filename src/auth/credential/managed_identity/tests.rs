use std::fs;
use std::net::TcpListener;
use std::os::unix::fs::symlink;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use super::*;
use crate::auth::credential::managed_identity::scripted::{Response, Scripted};
use crate::http::{Attempts, Network};

const GRAPH: &str = "https://graph.microsoft.com";
const QUERY: &str = "resource=https%3A%2F%2Fgraph.microsoft.com";
const GRANTED: Response<'_> = (
    200,
    "",
    r#"{"access_token":"canary-token","expires_in":"86399","token_type":"Bearer"}"#,
);

struct Run {
    outcome: Result<AccessToken, Error>,
    /// Everything that was told on the way.
    told: String,
}

impl Run {
    #[track_caller]
    fn token(&self) -> &AccessToken {
        let token = self.outcome.as_ref().unwrap();
        assert_eq!(token.secret().expose(), "canary-token");
        token
    }

    #[track_caller]
    fn error(&self) -> &Error {
        self.outcome.as_ref().unwrap_err()
    }
}

/// Asks, and checks that no secret shows in what is told or refused.
#[track_caller]
fn ask(source: &Source, selector: &Selector, bound: Duration) -> Run {
    let told = Arc::new(Mutex::new(String::new()));
    let ear = Arc::clone(&told);
    // A dead proxy: whoever went through it would come back with nothing.
    let network = Network::default()
        .with_proxy("http://127.0.0.1:1")
        .with_listener(move |notice| ear.lock().unwrap().push_str(&format!("{notice:?}\n")));
    let http = Http::new(network);
    let mut schedule = source.schedule();
    let outcome = http.retry(source.origin(), &mut Attempts::new(bound), |_| {
        source.attempt(&http, selector, GRAPH, &mut schedule)
    });
    let told = told.lock().unwrap().clone();
    let shown = match &outcome {
        Ok(token) => format!("{told} {token:?} {source:?}"),
        Err(error) => format!("{told} {error} {error:?} {source:?}"),
    };
    assert!(!shown.contains("canary"), "{shown}");
    Run { outcome, told }
}

fn once(source: &Source, selector: &Selector) -> Run {
    ask(source, selector, Duration::from_secs(60))
}

fn imds(endpoint: &Scripted) -> Source {
    Source {
        kind: Kind::Imds,
        endpoint: endpoint.url("/metadata/identity/oauth2/token"),
        variable: "A",
    }
}

#[test]
fn imds_gives_a_token() {
    let endpoint = Scripted::start(&[GRANTED]);
    let run = once(&imds(&endpoint), &Selector::ClientId("c-1".to_owned()));
    assert!(run.token().refresh_on.is_some());
    let version = env!("CARGO_PKG_VERSION");
    assert_eq!(
        endpoint.seen(),
        [format!(
            "GET /metadata/identity/oauth2/token?api-version=2018-02-01&{QUERY}&client_id=c-1 HTTP/1.1\n\
             metadata: true\nx-client-sku: mgd\nx-client-ver: {version}"
        )]
    );
    assert!(run.told.contains("GET http://127.0.0.1"));
}

#[test]
fn app_service_gives_a_token() {
    let body = r#"{"access_token":"canary-token","expires_on":"4102444800","token_type":"Bearer"}"#;
    let endpoint = Scripted::start(&[(200, "", body)]);
    let source = Source {
        kind: Kind::AppService {
            header: Secret::new("canary-header"),
        },
        endpoint: endpoint.url("/msi/token"),
        variable: "A",
    };
    once(&source, &Selector::ResourceId("/r".to_owned())).token();
    assert_eq!(
        endpoint.seen(),
        [format!(
            "GET /msi/token?api-version=2019-08-01&{QUERY}&mi_res_id=%2Fr HTTP/1.1\n\
             metadata: true\nx-identity-header: canary-header"
        )]
    );
}

#[test]
fn azure_ml_gives_a_token() {
    let endpoint = Scripted::start(&[GRANTED]);
    let source = Source {
        kind: Kind::MachineLearning {
            secret: Secret::new("canary-secret"),
            default_client_id: None,
        },
        endpoint: endpoint.url("/MSI/auth"),
        variable: "A",
    };
    once(&source, &Selector::System).token();
    assert_eq!(
        endpoint.seen(),
        [format!(
            "GET /MSI/auth?api-version=2017-09-01&{QUERY} HTTP/1.1\nsecret: canary-secret"
        )]
    );
}

#[test]
fn cloud_shell_gives_a_token() {
    let endpoint = Scripted::start(&[GRANTED]);
    let source = Source {
        kind: Kind::CloudShell,
        endpoint: endpoint.url("/oauth2/token"),
        variable: "A",
    };
    once(&source, &Selector::System).token();
    assert_eq!(
        endpoint.seen(),
        [format!(
            "POST /oauth2/token HTTP/1.1\nmetadata: true\n{QUERY}"
        )]
    );
    let refused = once(&source, &Selector::ObjectId("o".to_owned()));
    assert_eq!(
        refused.error().to_string(),
        "managed identity (Cloud Shell): has one identity, and none can be selected"
    );
    assert_eq!(endpoint.seen().len(), 1);
}

/// The folder of an agent, with a key in it.
struct Agent(PathBuf);

impl Agent {
    fn new(name: &str) -> Self {
        let name = format!("mgd-agent-{}-{name}", std::process::id());
        let path = fs::canonicalize(std::env::temp_dir()).unwrap().join(name);
        fs::create_dir_all(path.join("tokens")).unwrap();
        fs::write(path.join("tokens/a.key"), "canary-key\n").unwrap();
        Self(path)
    }

    fn tokens(&self) -> PathBuf {
        self.0.join("tokens")
    }

    fn challenge(&self, name: &str) -> String {
        let path = self.tokens().join(name);
        format!("www-authenticate: Basic realm={}\r\n", path.display())
    }

    fn source(&self, endpoint: &Scripted) -> Source {
        Source {
            kind: Kind::Arc {
                tokens: self.tokens(),
            },
            endpoint: endpoint.url("/metadata/identity/oauth2/token"),
            variable: "A",
        }
    }
}

impl Drop for Agent {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

#[test]
fn arc_gives_a_token_to_whoever_can_read_its_file() {
    let agent = Agent::new("token");
    let challenge = agent.challenge("a.key");
    let endpoint = Scripted::start(&[(401, &challenge, ""), GRANTED]);
    once(&agent.source(&endpoint), &Selector::System).token();
    let question =
        format!("GET /metadata/identity/oauth2/token?api-version=2020-06-01&{QUERY} HTTP/1.1\n");
    assert_eq!(
        endpoint.seen(),
        [
            format!("{question}metadata: true"),
            format!("{question}authorization: Basic canary-key\nmetadata: true"),
        ]
    );
}

#[test]
fn a_challenge_that_names_another_file_gets_no_second_request() {
    let agent = Agent::new("attacks");
    let outside = agent.0.join("outside.key");
    fs::write(&outside, "canary-outside").unwrap();
    symlink(&outside, agent.tokens().join("link.key")).unwrap();
    fs::write(agent.tokens().join("large.key"), [b'k'; 5000]).unwrap();
    fs::write(agent.tokens().join("a.txt"), "canary-text").unwrap();
    for name in ["../outside.key", "link.key", "large.key", "a.txt"] {
        let challenge = agent.challenge(name);
        let endpoint = Scripted::start(&[(401, &challenge, "")]);
        let run = once(&agent.source(&endpoint), &Selector::System);
        assert!(matches!(run.error(), Error::Protocol(_)), "{name}");
        assert_eq!(endpoint.seen().len(), 1, "{name}");
    }
}

#[test]
fn an_agent_that_does_not_challenge_is_not_believed() {
    let agent = Agent::new("open");
    let endpoint = Scripted::start(&[GRANTED]);
    let run = once(&agent.source(&endpoint), &Selector::System);
    assert_eq!(
        run.error().to_string(),
        "managed identity (Azure Arc): HTTP 200 where a challenge is due"
    );
}

#[test]
fn an_agent_must_confirm_the_identity() {
    let agent = Agent::new("echo");
    let challenge = agent.challenge("a.key");
    let selector = Selector::ClientId("c-1".to_owned());
    let echo = r#"{"access_token":"canary-token","expires_in":"60","client_id":"C-1"}"#;
    let endpoint = Scripted::start(&[(401, &challenge, ""), (200, "", echo)]);
    once(&agent.source(&endpoint), &selector).token();
    let endpoint = Scripted::start(&[(401, &challenge, ""), GRANTED]);
    let run = once(&agent.source(&endpoint), &selector);
    assert!(matches!(run.error(), Error::Protocol(_)));
    assert!(run.error().to_string().contains("does not confirm"));
}

#[test]
fn a_key_that_is_sent_back_is_not_shown() {
    let agent = Agent::new("mirror");
    let challenge = agent.challenge("a.key");
    let mirror = "<pre>authorization: Basic canary-key</pre>";
    let endpoint = Scripted::start(&[(401, &challenge, ""), (403, "", mirror)]);
    let run = once(&agent.source(&endpoint), &Selector::System);
    assert_eq!(
        run.error().to_string(),
        "managed identity (Azure Arc): HTTP 403 with another body: <pre>authorization: Basic [redacted]</pre>"
    );
}

#[test]
fn a_machine_without_an_identity_is_told_so() {
    let body = r#"{"error":"invalid_request","error_description":"Identity not found"}"#;
    let endpoint = Scripted::start(&[(400, "", body)]);
    let run = once(&imds(&endpoint), &Selector::System);
    assert!(matches!(run.error(), Error::Token(_)));
    assert_eq!(
        run.error().to_string(),
        "managed identity (IMDS): invalid_request: Identity not found"
    );
}

#[test]
fn imds_is_asked_again_while_it_says_not_found() {
    let endpoint = Scripted::start(&[(404, "", ""), GRANTED]);
    once(&imds(&endpoint), &Selector::System).token();
    assert_eq!(endpoint.seen().len(), 2);
}

#[test]
fn a_wait_past_the_bound_is_not_begun() {
    for (status, headers) in [(410, ""), (429, "retry-after: 90\r\n")] {
        let endpoint = Scripted::start(&[(status, headers, "")]);
        let run = ask(&imds(&endpoint), &Selector::System, Duration::from_secs(2));
        assert!(matches!(run.error(), Error::Unavailable(_)));
        assert_eq!(run.error().report().status, Some(status));
        assert_eq!(endpoint.seen().len(), 1);
    }
}

#[test]
fn a_redirect_is_not_followed() {
    let elsewhere = Scripted::start(&[GRANTED]);
    let location = format!("location: {}\r\n", elsewhere.text("/"));
    let endpoint = Scripted::start(&[(302, &location, "")]);
    let run = once(&imds(&endpoint), &Selector::System);
    assert!(matches!(run.error(), Error::Protocol(_)));
    assert!(elsewhere.seen().is_empty());
}

#[test]
fn where_nobody_answers_there_is_no_managed_identity() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    drop(listener);
    let endpoint = format!("http://127.0.0.1:{port}/metadata/identity/oauth2/token");
    let source = Source {
        kind: Kind::Imds,
        endpoint: Url::parse_near(&endpoint).unwrap(),
        variable: "A",
    };
    let run = once(&source, &Selector::System);
    assert!(matches!(run.error(), Error::Unavailable(_)));
    assert_eq!(
        run.error().to_string(),
        format!("no managed identity here: 127.0.0.1:{port}: connection refused")
    );
    let hint = run.error().report().hint.as_deref().unwrap();
    assert!(hint.starts_with("is this an Azure machine?"));
    assert_eq!(run.told.matches("Wait").count(), 1);
}
