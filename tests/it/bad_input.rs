//! What cannot be right is told in one line, with its remedy, before anything is sent.

mod clouds;
mod form;
mod line;
mod meant;
mod owners;
mod paths;
mod placeholders;
mod secrecy;
mod secret_files;
mod values;
mod variables;

use crate::support::{Mgd, Run};
use crate::tenant::{CLIENT_ID, SECRET, Tenant};

/// The program in a folder with a tenant's files, from where nothing but loopback can be reached:
/// a mistake here must not end at Microsoft's door.
fn confined(tenant: &Tenant) -> Mgd {
    Mgd::new(tenant)
        .env("https_proxy", "http://127.0.0.1:9")
        .env("no_proxy", "localhost")
}

/// A parameters file of which the line of each key is known: `authority` stands on 2, `client_id`
/// on 3, `scope` on 4, `secret` on 5, `endpoint` on 6, what is added from 9 on. The values are
/// raw JSON, an empty one leaves the key out; `{origin}` is the tenant's.
fn parameters(tenant: &Tenant, changes: &[(&str, &str)]) -> String {
    let quoted = |text: String| serde_json::Value::from(text).to_string();
    let mut members = vec![
        ("authority", quoted(tenant.authority())),
        ("client_id", quoted(CLIENT_ID.to_owned())),
        ("scope", format!("[{}]", quoted(tenant.url("/.default")))),
        ("secret", quoted(SECRET.to_owned())),
        ("endpoint", quoted(tenant.url("/v1.0/users"))),
        ("ca_file", quoted("ca.pem".to_owned())),
        ("token_cache", quoted("cache/t.json".to_owned())),
    ];
    for (key, raw) in changes {
        let raw = raw.replace("{origin}", &tenant.origin());
        match members.iter_mut().find(|(known, _)| known == key) {
            Some((_, value)) => *value = raw,
            None => members.push((key, raw)),
        }
    }
    members.retain(|(_, value)| !value.is_empty());
    let lines: Vec<_> = members
        .iter()
        .map(|(key, raw)| format!("  \"{key}\": {raw}"))
        .collect();
    format!("{{\n{}\n}}\n", lines.join(",\n"))
}

/// The line and its remedy as stderr has them.
fn said(message: &str, hint: &str) -> String {
    match hint {
        "" => format!("mgd: {message}\n"),
        hint => format!("mgd: {message}\nmgd: hint: {hint}\n"),
    }
}

/// The run was refused for what is wrong with `parameters.json`, and nobody was asked.
#[track_caller]
fn refused(run: &Run, tenant: &Tenant, message: &str, hint: &str) {
    run.refused(2, &said(message, hint));
    assert_eq!((tenant.connections(), tenant.requests().len()), (0, 0));
}

/// Changes to a good file, what is said of it (after its name), and the remedy.
type Case<'c> = (&'c [(&'c str, &'c str)], &'c str, &'c str);

/// Each of the files is refused, in text and as an object.
#[track_caller]
fn all_refused(cases: &[Case<'_>]) {
    let tenant = Tenant::start();
    let mgd = confined(&tenant);
    for (changes, message, hint) in cases {
        mgd.scratch
            .write("parameters.json", parameters(&tenant, changes), 0o600);
        let message = format!("parameters file parameters.json{message}");
        refused(&mgd.list([] as [&str; 0]), &tenant, &message, hint);
        let run = mgd.list(["--errors", "json"]);
        let mut expected = serde_json::json!({ "level": "error", "message": message, "exit": 2 });
        if !hint.is_empty() {
            expected["hint"] = (*hint).into();
        }
        let told: serde_json::Value = serde_json::from_str(&run.stderr).unwrap();
        assert_eq!((told, run.code, run.stdout.as_str()), (expected, 2, ""));
    }
}
