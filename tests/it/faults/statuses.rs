//! Each status ends the program as the table of exits has it.

use super::USERS;
use crate::support::{Mgd, lines, masked};
use crate::tenant::{Reply, TENANT_ID, Tenant};

/// Status, exit, and what Graph says to it.
const TABLE: [(u16, i32, &str); 17] = [
    (400, 1, "Request_BadRequest: The request is not valid."),
    (
        401,
        3,
        "InvalidAuthenticationToken: Access token validation failure.",
    ),
    (
        403,
        1,
        "Authorization_RequestDenied: Insufficient privileges to complete the operation.",
    ),
    (
        404,
        1,
        "Request_ResourceNotFound: The resource does not exist.",
    ),
    (408, 4, "UnknownError: The request was not carried out."),
    (
        409,
        1,
        "Request_MultipleObjectsWithSameKeyValue: An object with this key exists.",
    ),
    (410, 1, "resyncRequired: The delta token is too old."),
    (423, 1, "UnknownError: The request was not carried out."),
    (429, 4, "TooManyRequests: Too many requests."),
    (
        500,
        4,
        "generalException: An internal server error has taken place.",
    ),
    (501, 1, "notSupported: The operation is not supported."),
    (502, 4, "UnknownError: The request was not carried out."),
    (
        503,
        4,
        "serviceNotAvailable: The service is temporarily unavailable.",
    ),
    (504, 4, "GatewayTimeout: The service behind did not answer."),
    (505, 1, "UnknownError: The request was not carried out."),
    (507, 1, "UnknownError: The request was not carried out."),
    (
        509,
        4,
        "activityLimitReached: The bandwidth limit is exceeded.",
    ),
];

#[test]
fn a_status_of_graph_ends_the_program_with_its_exit() {
    let token = format!("POST /{TENANT_ID}/oauth2/v2.0/token");
    let users = format!("GET {USERS}");
    for (status, exit, said) in TABLE {
        let tenant = Tenant::start();
        tenant.always(USERS, Reply::status(status));
        let run = Mgd::new(&tenant).list(["--retry-max-time", "0.3"]);
        assert_eq!((run.code, run.stdout.as_str()), (exit, ""), "{status}");
        let stderr = masked(&run.stderr);
        let line = format!("mgd: graph: {said} (HTTP {status}, request-id ID)\n");
        if status == 403 {
            let consent = format!("{}/ID/adminconsent?client_id=ID", tenant.origin());
            let hint = stderr.strip_prefix(&line).unwrap_or_default();
            assert!(
                hint.starts_with("mgd: hint: ") && hint.contains(&consent),
                "{stderr}"
            );
        } else {
            assert_eq!(stderr, line);
        }
        // A 401 gets one fresh token, and no more.
        let asked = [token.as_str(), users.as_str()].repeat(if status == 401 { 2 } else { 1 });
        assert_eq!(lines(&tenant), asked, "{status}");
    }
}

#[test]
fn a_status_of_the_token_endpoint_ends_the_program_with_its_exit() {
    for (status, exit) in [
        (400, 3),
        (401, 3),
        (403, 3),
        (429, 4),
        (500, 4),
        (502, 4),
        (503, 4),
        (504, 4),
    ] {
        let tenant = Tenant::start();
        let reply = Reply::entra_error(status, "some_error", 12345, "No.");
        tenant.always(&tenant.token_path(), reply);
        let run = Mgd::new(&tenant).list(["--retry-max-time", "0.3"]);
        assert_eq!((run.code, run.stdout.as_str()), (exit, ""), "{status}");
        let start =
            "mgd: token endpoint: some_error: AADSTS12345: No. Trace ID: ID Correlation ID: ID";
        assert!(masked(&run.stderr).starts_with(start), "{}", run.stderr);
        assert_eq!(lines(&tenant), [format!("POST {}", tenant.token_path())]);
    }
}
