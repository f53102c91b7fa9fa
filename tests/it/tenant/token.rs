//! The token endpoint of Entra ID for client credentials.

use std::collections::hash_map::RandomState;
use std::hash::{BuildHasher, Hasher};
use std::time::{Duration, Instant};

use serde_json::json;

use super::assertion::{self, Presented};
use super::faults;
use super::reply::Reply;
use super::seen::form;
use super::state::State;
use super::wire::Incoming;
use super::{CLIENT_ID, SECRET, TENANT_ID};

const ENDPOINT: &str = "/oauth2/v2.0/token";
/// How every token starts.
pub(super) const MARK: &str = "canary-token-";
const JWT_BEARER: &str = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";
const GRAPH_SCOPE: &str = "https://graph.microsoft.com/.default";

/// A token that was given out.
pub(super) struct Token {
    pub(super) issued: Instant,
    pub(super) lifetime: Duration,
    pub(super) revoked: bool,
}

/// Whether this is the path of a token endpoint, of any tenant.
pub(super) fn is_endpoint(path: &str) -> bool {
    path.ends_with(ENDPOINT)
}

/// Answers a request to the token endpoint.
pub(super) fn answer(state: &mut State, request: &Incoming) -> Reply {
    match judge(state, request) {
        Ok(()) => grant(state),
        Err(refusal) => refusal,
    }
}

fn judge(state: &State, request: &Incoming) -> Result<(), Reply> {
    let refuse =
        |status, error, number, text: &str| Err(faults::entra(status, error, number, text));
    if request.method != "POST" {
        let text = format!(
            "The endpoint only accepts POST requests. Received a {} request.",
            request.method
        );
        return refuse(400, "invalid_request", 900_561, &text);
    }
    let tenant = request.path().trim_end_matches(ENDPOINT);
    if tenant.strip_prefix('/') != Some(TENANT_ID) {
        let text = format!("Tenant '{}' not found.", tenant.trim_start_matches('/'));
        return refuse(400, "invalid_request", 90_002, &text);
    }
    let form = sent_form(request);
    let field = |name: &str| {
        let found = form.iter().find(|(given, _)| given == name);
        found
            .map(|(_, value)| value.as_str())
            .filter(|value| !value.is_empty())
    };
    for name in ["client_id", "grant_type", "scope"] {
        if field(name).is_none() {
            let text = format!("The request body must contain the parameter '{name}'.");
            return refuse(400, "invalid_request", 900_144, &text);
        }
    }
    match (field("client_id"), field("client_assertion")) {
        (Some(CLIENT_ID), Some(assertion)) => {
            let kind = field("client_assertion_type");
            judge_assertion(state, request.path(), kind, assertion)?;
        }
        (client_id, _) => judge_client(client_id, field("client_secret"))?,
    }
    if field("grant_type") != Some("client_credentials") {
        let text = "The grant type is not supported.";
        return refuse(400, "unsupported_grant_type", 70_003, text);
    }
    judge_scope(&state.origin, field("scope").unwrap_or_default())
}

fn sent_form(request: &Incoming) -> Vec<(String, String)> {
    let kind = request.header("Content-Type").unwrap_or_default();
    let kind = kind.split(';').next().unwrap_or_default().trim();
    if kind.eq_ignore_ascii_case("application/x-www-form-urlencoded") {
        form(&request.body)
    } else {
        Vec::new()
    }
}

fn judge_client(client_id: Option<&str>, secret: Option<&str>) -> Result<(), Reply> {
    let (status, error, number, text) = match (client_id, secret) {
        (Some(CLIENT_ID), Some(SECRET)) => return Ok(()),
        (Some(CLIENT_ID), Some(_)) => (
            401,
            "invalid_client",
            7_000_215,
            "Invalid client secret provided.".to_owned(),
        ),
        (Some(CLIENT_ID), None) => (
            401,
            "invalid_client",
            7_000_218,
            "The request body must contain 'client_assertion' or 'client_secret'.".to_owned(),
        ),
        (other, _) => (
            400,
            "unauthorized_client",
            700_016,
            format!(
                "Application '{}' was not found in the directory.",
                other.unwrap_or_default()
            ),
        ),
    };
    Err(faults::entra(status, error, number, &text))
}

fn judge_assertion(
    state: &State,
    path: &str,
    kind: Option<&str>,
    assertion: &str,
) -> Result<(), Reply> {
    if kind != Some(JWT_BEARER) {
        let text = "The request body must contain the parameter 'client_assertion_type'.";
        return Err(faults::entra(400, "invalid_request", 900_144, text));
    }
    let presented = Presented {
        client_id: CLIENT_ID,
        endpoint: &format!("{}{path}", state.origin),
        assertion,
    };
    assertion::judge(&presented, &state.certificates, &state.assertions)
        .map_err(|(number, text)| faults::entra(401, "invalid_client", number, &text))
}

fn judge_scope(origin: &str, scope: &str) -> Result<(), Reply> {
    let refuse = |number, text: String| Err(faults::entra(400, "invalid_scope", number, &text));
    if !scope.ends_with("/.default") {
        return refuse(1_002_012, format!("The scope '{scope}' is not valid."));
    }
    if scope != GRAPH_SCOPE && scope != format!("{origin}/.default") {
        let text = format!("The resource principal of '{scope}' was not found in the tenant.");
        return refuse(500_011, text);
    }
    Ok(())
}

fn grant(state: &mut State) -> Reply {
    let lifetime = state.settings.token_lifetime;
    let mut body = json!({
        "token_type": "Bearer",
        "expires_in": lifetime,
        "ext_expires_in": lifetime,
        "access_token": issue(state),
    });
    if let Some(seconds) = state.settings.refresh_in {
        body["refresh_in"] = seconds.into();
    }
    faults::entra_headers(Reply::bare(200)).body(body.to_string())
}

/// Makes a token Graph will accept.
pub(super) fn issue(state: &mut State) -> String {
    let noise: Vec<String> = (0..4)
        .map(|_| format!("{:016x}", RandomState::new().build_hasher().finish()))
        .collect();
    let text = format!("{MARK}{:04}.{}", state.tokens.len(), noise.join("-"));
    let token = Token {
        issued: Instant::now(),
        lifetime: Duration::from_secs(state.settings.token_lifetime),
        revoked: false,
    };
    state.tokens.insert(text.clone(), token);
    text
}
