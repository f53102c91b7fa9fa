//! Errors in the shapes of Graph and of the token endpoint.

use serde_json::json;

use super::reply::Reply;

const GRAPH_JSON: &str = "application/json;odata.metadata=minimal;odata.streaming=true;\
    IEEE754Compatible=false;charset=utf-8";
const CHALLENGE: &str = "Bearer realm=\"\", \
    authorization_uri=\"{origin}/common/oauth2/authorize\", \
    client_id=\"00000003-0000-0000-c000-000000000000\"";

/// The header fields every Graph answer has.
pub(super) fn graph_headers(reply: Reply) -> Reply {
    reply
        .header("Cache-Control", "no-cache")
        .header("request-id", "{request-id}")
        .header("client-request-id", "{client-request-id}")
        .header("OData-Version", "4.0")
}

/// A 200 of Graph with this JSON.
pub(super) fn graph_json(body: String) -> Reply {
    graph_headers(Reply::bare(200).header("Content-Type", GRAPH_JSON)).body(body)
}

/// An error of Graph.
pub(super) fn graph(status: u16, code: &str, message: &str) -> Reply {
    let body = json!({
        "error": {
            "code": code,
            "message": message,
            "innerError": {
                "date": "{timestamp}",
                "request-id": "{request-id}",
                "client-request-id": "{client-request-id}",
            }
        }
    });
    let reply = Reply::bare(status).header("Content-Type", "application/json");
    let reply = graph_headers(reply).body(body.to_string());
    match status {
        401 => reply.header("WWW-Authenticate", CHALLENGE),
        _ => reply,
    }
}

/// An error of the token endpoint.
pub(super) fn entra(status: u16, error: &str, number: u32, text: &str) -> Reply {
    let description = format!(
        "AADSTS{number}: {text}\r\nTrace ID: {{request-id}}\r\n\
         Correlation ID: {{client-request-id}}\r\nTimestamp: {{timestamp}}Z"
    );
    let body = json!({
        "error": error,
        "error_description": description,
        "error_codes": [number],
        "timestamp": "{timestamp}Z",
        "trace_id": "{request-id}",
        "correlation_id": "{client-request-id}",
        "error_uri": format!("{{origin}}/error?code={number}"),
    });
    entra_headers(Reply::bare(status)).body(body.to_string())
}

/// The header fields every answer of the token endpoint has.
pub(super) fn entra_headers(reply: Reply) -> Reply {
    reply
        .header("Cache-Control", "no-store, no-cache")
        .header("Pragma", "no-cache")
        .header("Content-Type", "application/json; charset=utf-8")
        .header("x-ms-request-id", "{request-id}")
        .header("client-request-id", "{client-request-id}")
}

/// The code and message Graph usually has for a status.
pub(super) fn usual(status: u16) -> (&'static str, &'static str) {
    match status {
        400 => ("Request_BadRequest", "The request is not valid."),
        401 => (
            "InvalidAuthenticationToken",
            "Access token validation failure.",
        ),
        403 => (
            "Authorization_RequestDenied",
            "Insufficient privileges to complete the operation.",
        ),
        404 => ("Request_ResourceNotFound", "The resource does not exist."),
        405 => (
            "Request_BadRequest",
            "The method is not allowed on this resource.",
        ),
        409 => (
            "Request_MultipleObjectsWithSameKeyValue",
            "An object with this key exists.",
        ),
        410 => ("resyncRequired", "The delta token is too old."),
        412 => ("preconditionFailed", "The precondition does not hold."),
        429 => ("TooManyRequests", "Too many requests."),
        500 => (
            "generalException",
            "An internal server error has taken place.",
        ),
        501 => ("notSupported", "The operation is not supported."),
        503 => (
            "serviceNotAvailable",
            "The service is temporarily unavailable.",
        ),
        504 => ("GatewayTimeout", "The service behind did not answer."),
        509 => ("activityLimitReached", "The bandwidth limit is exceeded."),
        _ => ("UnknownError", "The request was not carried out."),
    }
}

/// The reason phrase of a status.
pub(super) fn reason(status: u16) -> &'static str {
    match status {
        200 => "OK",
        201 => "Created",
        202 => "Accepted",
        206 => "Partial Content",
        204 => "No Content",
        301 => "Moved Permanently",
        302 => "Found",
        303 => "See Other",
        304 => "Not Modified",
        307 => "Temporary Redirect",
        308 => "Permanent Redirect",
        400 => "Bad Request",
        401 => "Unauthorized",
        403 => "Forbidden",
        404 => "Not Found",
        405 => "Method Not Allowed",
        407 => "Proxy Authentication Required",
        409 => "Conflict",
        410 => "Gone",
        412 => "Precondition Failed",
        416 => "Range Not Satisfiable",
        413 => "Content Too Large",
        429 => "Too Many Requests",
        500 => "Internal Server Error",
        501 => "Not Implemented",
        502 => "Bad Gateway",
        503 => "Service Unavailable",
        504 => "Gateway Timeout",
        507 => "Insufficient Storage",
        509 => "Bandwidth Limit Exceeded",
        _ => "Unknown",
    }
}
