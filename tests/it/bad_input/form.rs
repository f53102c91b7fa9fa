//! A parameters file that is none.

use super::{Case, all_refused, confined, parameters, refused};
use crate::support::{file_hint, three_users};
use crate::tenant::{SECRET, Tenant};

/// A parameters file of these bytes is refused.
#[track_caller]
fn bytes_refused(bytes: &[u8], message: &str, hint: &str) {
    let tenant = Tenant::start();
    let mgd = confined(&tenant);
    mgd.scratch.write("parameters.json", bytes, 0o600);
    let message = format!("parameters file parameters.json{message}");
    refused(&mgd.list([] as [&str; 0]), &tenant, &message, hint);
}

#[test]
fn a_file_that_is_missing_or_no_file_is_named() {
    let tenant = Tenant::start();
    let mgd = confined(&tenant);
    std::fs::create_dir(mgd.scratch.path("folder.json")).unwrap();
    let cases = [
        ("missing.json", "no such file or directory"),
        ("no/folder/p.json", "no such file or directory"),
        ("parameters.json/p.json", "not a directory"),
        ("folder.json", "is a directory"),
        ("./", "is a directory"),
        ("/dev/null/", "not a directory"),
        ("/dev/zero", "is neither a file nor a pipe"),
    ];
    for (path, cause) in cases {
        let message = format!("parameters file {path}: {cause}");
        refused(&mgd.run([path]), &tenant, &message, file_hint(cause));
    }
}

#[test]
fn what_is_no_json_is_named_with_line_and_column() {
    let cases = [
        (
            "{\n  \"client_id\" \"x\"\n}",
            "expected `:` at line 2 column 15",
        ),
        (
            "{\n  \"secret\": canary\n}",
            "expected value at line 2 column 13",
        ),
        (
            "{\n  \"secret\": \"canary\n\"}",
            "control character (\\u0000-\\u001F) found while parsing a string at line 2 column 19",
        ),
        (
            "{ \"client_id\": \"x\" \"a\": 1 }",
            "expected `,` or `}` at line 1 column 20",
        ),
        (
            "{ \"client_id\": \"x\", }",
            "trailing comma at line 1 column 21",
        ),
        (
            "{ \"client_id\": \"x\" } {}",
            "trailing characters at line 1 column 22",
        ),
        (
            "{ \"client_id\": \"x\"",
            "ends too early at line 1 column 18",
        ),
        (
            "{ 'client_id': 'x' }",
            "key must be a string at line 1 column 3",
        ),
    ];
    for (text, cause) in cases {
        let hint = "look there for a comma or a quote too few or too many";
        bytes_refused(text.as_bytes(), &format!(": {cause}"), hint);
    }
}

#[test]
fn what_is_no_object_is_refused_and_not_quoted() {
    let cases = [
        (
            &["[]", "7", "\"canary\"", "null", "[{\"secret\":\"canary\"}]"][..],
            "must be a JSON object: { … }",
        ),
        (&["", "\n", "\u{feff}"], "is empty"),
    ];
    for (texts, cause) in cases {
        for text in texts {
            let tenant = Tenant::start();
            let mgd = confined(&tenant);
            mgd.scratch.write("parameters.json", text, 0o600);
            let run = mgd.list([] as [&str; 0]);
            let first = format!("mgd: parameters file parameters.json: {cause}\n");
            assert!(run.stderr.starts_with(&first), "{}", run.stderr);
            // No comma would make an object of it.
            assert!(!run.stderr.contains("comma"), "{}", run.stderr);
            assert_eq!(
                (run.code, run.stdout.as_str(), tenant.connections()),
                (2, "", 0)
            );
        }
    }
}

#[test]
fn what_is_not_utf_8_is_refused() {
    let utf_16 = |text: &str, bytes: fn(u16) -> [u8; 2]| -> Vec<u8> {
        text.encode_utf16().flat_map(bytes).collect()
    };
    let text = "\u{feff}{\"client_id\":\"x\"}";
    let hint = "save it as UTF-8";
    bytes_refused(&utf_16(text, u16::to_le_bytes), ":1: is UTF-16", hint);
    bytes_refused(&utf_16(text, u16::to_be_bytes), ":1: is UTF-16", hint);
    bytes_refused(b"{\n\"note\":\"caf\xe9\"}", ":1: is not UTF-8", hint);
}

#[test]
fn a_file_larger_than_a_mebibyte_is_refused() {
    let text = vec![b' '; (1 << 20) + 1];
    bytes_refused(&text, ": is larger than 1048576 bytes", "");
}

#[test]
fn a_byte_order_mark_and_windows_line_ends_are_accepted() {
    let tenant = Tenant::start();
    let mgd = confined(&tenant);
    let text = parameters(&tenant, &[]).replace('\n', "\r\n");
    mgd.scratch
        .write("parameters.json", format!("\u{feff}{text}"), 0o600);
    let run = mgd.list([] as [&str; 0]).ok();
    assert_eq!(
        (run.stdout, run.stderr.as_str()),
        (three_users(&tenant), "")
    );
}

#[test]
fn a_key_that_is_unknown_twice_or_missing_is_named() {
    let cases: [Case<'_>; 9] = [
        (
            &[("clientid", "\"x\"")],
            ":9: unknown key `clientid`",
            "did you mean `client_id`?",
        ),
        (
            &[("Secret", "\"canary\"")],
            ":9: unknown key `Secret`",
            "did you mean `secret`?",
        ),
        (
            &[("authorty", "\"x\"")],
            ":9: unknown key `authorty`",
            "did you mean `authority`?",
        ),
        (
            &[("zebra", "null")],
            ":9: unknown key",
            "take it out; README.md lists the keys",
        ),
        (
            &[("note", "1, \"secret\": null")],
            ":9: `secret` is given twice",
            "take one out",
        ),
        (
            &[("authority", "")],
            ": `authority` is missing",
            "add \"authority\", or give --tenant or AZURE_TENANT_ID",
        ),
        (
            &[("client_id", "")],
            ": `client_id` is missing",
            "add \"client_id\", or give --client-id or AZURE_CLIENT_ID",
        ),
        (
            &[("client_id", "null")],
            ": `client_id` is missing",
            "add \"client_id\", or give --client-id or AZURE_CLIENT_ID",
        ),
        (
            &[("secret", "")],
            ": `secret` is missing",
            "add \"secret\", or give --secret-file, --certificate-file or AZURE_CLIENT_SECRET",
        ),
    ];
    all_refused(&cases);
}

#[test]
fn a_value_of_the_wrong_type_is_refused_and_never_printed() {
    let quoted = serde_json::Value::from(SECRET).to_string();
    let object = format!("{{ \"value\": {quoted} }}");
    let list = format!("[{quoted}]");
    let string = |key: &str, kind: &str| {
        (
            format!("`{key}` must be a string, not {kind}"),
            format!("write \"{key}\": \"…\""),
        )
    };
    let cases = [
        ("secret", object.as_str(), 5, string("secret", "an object")),
        ("secret", &list, 5, string("secret", "a list")),
        ("secret", "987654321", 5, string("secret", "a number")),
        ("secret", "-1e5", 5, string("secret", "a number")),
        ("secret", "true", 5, string("secret", "true or false")),
        ("authority", "7", 2, string("authority", "a number")),
        ("client_id", "{}", 3, string("client_id", "an object")),
        ("endpoint", "[\"x\"]", 6, string("endpoint", "a list")),
        (
            "token_cache",
            "false",
            8,
            string("token_cache", "true or false"),
        ),
        ("scope", "7", 4, string("scope", "a number")),
        (
            "scope",
            "[7]",
            4,
            (
                "`scope` must be a list of strings".to_owned(),
                String::new(),
            ),
        ),
        (
            "scope",
            "[[]]",
            4,
            (
                "`scope` must be a list of strings".to_owned(),
                String::new(),
            ),
        ),
    ];
    for (key, raw, line, (message, hint)) in cases {
        all_refused(&[(&[(key, raw)], &format!(":{line}: {message}"), &hint)]);
    }
}
