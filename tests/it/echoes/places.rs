//! The places in a response where a secret may come back.

use serde_json::json;

use crate::tenant::Reply;

/// A response with this text at one place.
pub type Place = fn(&str) -> Reply;

fn json(status: u16, body: &serde_json::Value) -> Reply {
    let reply = Reply::bare(status).header("Content-Type", "application/json");
    reply.body(body.to_string())
}

/// The characters that a scheme or a host may have.
fn word(text: &str) -> String {
    text.chars().filter(char::is_ascii_alphanumeric).collect()
}

fn link(link: &str) -> Reply {
    json(200, &json!({ "value": [], "@odata.nextLink": link }))
}

pub const GRAPH: [(&str, Place); 14] = [
    ("a web page", |text| {
        Reply::html(200).body(format!("<html>{text}"))
    }),
    ("a refusal that is a web page", |text| {
        Reply::html(403).body(format!("<pre>{text}</pre>"))
    }),
    ("a message", |text| {
        json(403, &json!({ "error": { "code": "x", "message": text } }))
    }),
    ("a code", |text| {
        json(404, &json!({ "error": { "code": text, "message": "x" } }))
    }),
    ("an inner code and a request-id", |text| {
        let inner = json!({ "code": text, "request-id": text });
        let error = json!({ "message": "x", "innerError": inner });
        json(400, &json!({ "error": error }))
    }),
    ("an error of RFC 6749", |text| {
        let error = json!({ "error": text, "error_description": text });
        json(401, &error)
    }),
    ("a passing error", |text| {
        json(503, &json!({ "error": { "code": "x", "message": text } }))
    }),
    ("an error inside a success", |text| {
        let error = json!({ "code": "x", "message": text });
        json(200, &json!({ "value": [], "error": error }))
    }),
    ("request-id", |text| {
        json(404, &json!({ "error": { "code": "x" } })).header("request-id", text)
    }),
    ("header fields", |text| {
        let reply = link("").header("x-ms-ags-diagnostic", text);
        reply.header("Retry-After", text)
    }),
    ("Content-Encoding", |text| {
        Reply::json("{}").header("Content-Encoding", text)
    }),
    ("the scheme of a next link", |text| {
        link(&format!("{}://x/", word(text))).header("date", text)
    }),
    ("the host of a next link", |text| {
        link(&format!("https://{}.example/", word(text)))
    }),
    ("a request of a batch", |text| {
        let error = json!({ "error": { "code": text, "message": text } });
        let response = json!({ "id": "0", "status": 403, "body": error });
        json(200, &json!({ "responses": [response], "value": text })).header("request-id", text)
    }),
];

pub const TOKEN_ENDPOINT: [(&str, Place); 9] = [
    ("a web page", |text| {
        Reply::html(200).body(format!("<html>{text}"))
    }),
    ("a refusal that is a web page", |text| {
        Reply::html(403).body(format!("<pre>{text}</pre>"))
    }),
    ("a passing fault", |text| Reply::html(503).body(text)),
    ("a description", |text| {
        let error = json!({ "error": "invalid_client", "error_description": text });
        json(401, &error)
    }),
    ("an error", |text| {
        json(400, &json!({ "error": text, "message": text }))
    }),
    ("ids", |text| {
        let error = json!({
            "error": "invalid_client",
            "error_description": "x",
            "suberror": text,
            "correlation_id": text,
            "trace_id": text,
        });
        json(400, &error)
            .header("x-ms-request-id", text)
            .header("request-id", text)
    }),
    ("an error inside a success", |text| {
        let error = json!({ "error": "x", "error_description": text, "message": text });
        json(200, &error).header("request-id", text)
    }),
    ("header fields", |text| {
        let reply = Reply::html(403).header("x-ms-ags-diagnostic", text);
        reply.header("Retry-After", text)
    }),
    ("Content-Encoding", |text| {
        Reply::json("{}").header("Content-Encoding", text)
    }),
];
