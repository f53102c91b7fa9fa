//! No byte of a key, no passphrase and no assertion shows where others look.

mod answers;
mod failures;

use std::fs;

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use serde_json::json;

use self::failures::{Failure, damaged, encrypted, failure, misplaced};
use super::client;
use super::maker::{Identity, PASSPHRASE, body, openssl, own};
use super::tenant_of;
use crate::support::{Mgd, Run};
use crate::tenant::Tenant;

/// So much of a key in a row is too much.
const WINDOW: usize = 20;
const NONE: [&str; 0] = [];

/// The bodies that must not show, without white space.
struct Canaries(Vec<String>);

impl Canaries {
    fn new(keys: &[&str]) -> Self {
        Self(keys.iter().map(|key| body(key)).collect())
    }

    /// What of them is in `text`, however lines were broken or escaped there.
    fn found_in(&self, text: &str, tenant: &Tenant) -> Vec<&'static str> {
        let encoded = PASSPHRASE.replace('&', "%26").replace('=', "%3D");
        let forms = [PASSPHRASE, "ry&pass", "ph%räse", &encoded];
        let requests = tenant.requests();
        let fields = requests.iter().flat_map(crate::tenant::Seen::form);
        let assertions: Vec<_> = fields
            .filter(|(name, _)| name == "client_assertion")
            // The header is no secret.
            .filter_map(|(_, assertion)| Some(assertion.split_once('.')?.1.to_owned()))
            .collect();
        let plain: String = text.split_whitespace().collect();
        let unescaped = plain.replace("\\n", "").replace("\\r", "");
        let holds_part_of = |secrets: &[String]| {
            [&plain, &unescaped].into_iter().any(|text| {
                let windows = text.as_bytes().windows(WINDOW);
                let mut texts = windows.filter_map(|window| str::from_utf8(window).ok());
                texts.any(|window| secrets.iter().any(|secret| secret.contains(window)))
            })
        };
        [
            ("a key", holds_part_of(&self.0)),
            ("an assertion", holds_part_of(&assertions)),
            (
                "the passphrase",
                forms.iter().any(|form| text.contains(form)),
            ),
        ]
        .into_iter()
        .filter_map(|(what, is_there)| is_there.then_some(what))
        .collect()
    }

    /// Everything that a run leaves: what it printed, names of files, and what is in new ones.
    fn left_by(&self, what: &str, mgd: &Mgd, run: &Run, tenant: &Tenant) -> Vec<String> {
        let mut places = vec![
            ("stdout".to_owned(), run.stdout.clone()),
            ("stderr".to_owned(), run.stderr.clone()),
        ];
        let mut folders = vec![mgd.folder().to_owned()];
        while let Some(folder) = folders.pop() {
            for entry in fs::read_dir(folder).unwrap() {
                let path = entry.unwrap().path();
                let name = path.to_string_lossy().into_owned();
                places.push(("a name".to_owned(), name.clone()));
                let given = ["parameters.json", "c.pem"];
                if path.is_dir() {
                    folders.push(path);
                } else if !given.iter().any(|given| path.ends_with(given)) {
                    let bytes = fs::read(&path).unwrap();
                    places.push((name, String::from_utf8_lossy(&bytes).into_owned()));
                }
            }
        }
        let found = places.iter().flat_map(|(place, text)| {
            let found = self.found_in(text, tenant).into_iter();
            found.map(move |secret| format!("{what}: {secret} in {place}"))
        });
        found.collect()
    }
}

/// What the failures leave behind that they must not.
fn tried(own: &Identity, failures: &[Failure], canaries: &Canaries) -> Vec<String> {
    let mut found = Vec::new();
    for failure in failures {
        for loudness in [&["-vv"][..], &["--errors", "json", "-vv"]] {
            let tenant = tenant_of(own);
            let mgd = client(&tenant, &failure.parameters);
            mgd.scratch.write("c.pem", &failure.pem, 0o600);
            let run = mgd.list(loudness);
            assert!(
                [0, 2].contains(&run.code),
                "{}: {}",
                failure.name,
                run.stderr
            );
            found.extend(canaries.left_by(failure.name, &mgd, &run, &tenant));
        }
    }
    found
}

#[test]
fn a_damaged_key_is_never_quoted() {
    let own = need!(own());
    let canaries = Canaries::new(&[&own.key, &own.key_pkcs1()]);
    assert_eq!(tried(own, &damaged(own), &canaries), NONE);
}

#[test]
fn a_key_where_something_else_belongs_is_never_quoted() {
    let own = need!(own());
    let canaries = Canaries::new(&[&own.key]);
    assert_eq!(tried(own, &misplaced(own), &canaries), NONE);
}

#[test]
fn a_key_in_a_variable_or_on_the_command_line_is_never_quoted() {
    let own = need!(own());
    let canaries = Canaries::new(&[&own.key]);
    let mut found = Vec::new();
    for key in [
        own.key.clone(),
        own.key.replace('\n', "\\n"),
        own.key.replace('\n', " "),
        own.pem(),
    ] {
        let tenant = tenant_of(own);
        let mgd = client(&tenant, &json!({})).env("AZURE_CLIENT_CERTIFICATE_PATH", &key);
        let run = mgd.list(["-vv"]);
        assert_eq!((run.code, tenant.connections()), (2, 0));
        let what = "as the variable's path";
        found.extend(canaries.left_by(what, &mgd, &run, &tenant));
        for option in ["--certificate-file", "--secret-file"] {
            let mgd = client(&tenant, &json!({}));
            let run = mgd.list([option, &key, "-vv"]);
            assert_eq!((run.code, tenant.connections()), (2, 0));
            found.extend(canaries.left_by(option, &mgd, &run, &tenant));
        }
    }
    assert_eq!(found, NONE);
}

#[test]
fn neither_an_encrypted_key_nor_its_passphrase_shows() {
    let own = need!(own());
    let mut found = Vec::new();
    for (failure, key) in encrypted(own) {
        let canaries = Canaries::new(&[&own.key, &own.key_pkcs1(), &key]);
        for passphrase in [PASSPHRASE, "wrong", "cana ry&pass=ph%räse~5Kw\n\n", ""] {
            let tenant = tenant_of(own);
            let mgd = client(&tenant, &failure.parameters);
            let mgd = mgd.env("AZURE_CLIENT_CERTIFICATE_PASSWORD", passphrase);
            mgd.scratch.write("c.pem", &failure.pem, 0o600);
            let run = mgd.list(["-vv"]);
            assert!([0, 2].contains(&run.code), "{}", run.stderr);
            found.extend(canaries.left_by(failure.name, &mgd, &run, &tenant));
        }
    }
    assert_eq!(found, NONE);
}

#[test]
fn a_pfx_is_never_quoted() {
    let own = need!(own());
    let both = own.pem();
    let files = [("both", both.as_bytes()), ("pass", PASSPHRASE.as_bytes())];
    let pfx = openssl("pkcs12 -export -in both -passout file:pass", &files);
    let body = BASE64_STANDARD.encode(&pfx);
    let canaries = Canaries(vec![body.clone()]);
    let failures = [failure("a pfx", pfx), failure("a pfx in base64", body)];
    assert_eq!(tried(own, &failures, &canaries), NONE);
}
