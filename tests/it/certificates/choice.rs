//! Which credential is taken where there are several.

use serde_json::json;

use super::maker::{other, own};
use super::{NOTHING, client, refused, tenant_of, with_one_file, works};
use crate::tenant::{SECRET, Tenant};

const PICK: &str = "put null for the one that is not meant, or pick one with --auth";

/// The credential in the last token request.
fn sent(tenant: &Tenant) -> &'static str {
    let requests = tenant.requests();
    let post = requests.iter().rfind(|seen| seen.method == "POST").unwrap();
    let form = post.form();
    let has = |wanted: &str| form.iter().any(|(name, _)| name == wanted);
    match (has("client_secret"), has("client_assertion")) {
        (true, false) => "secret",
        (false, true) => "certificate",
        _ => "not one",
    }
}

#[test]
fn two_credentials_in_one_file_are_refused_without_auth() {
    let own = need!(own());
    for secret in [json!({ "secret": SECRET }), json!({ "secret_file": "s" })] {
        for certificate in [
            json!({ "certificate_file": "c.pem" }),
            json!({ "thumbprint": own.sha1(), "private_key_file": "c.pem" }),
        ] {
            let tenant = tenant_of(own);
            let mut both = secret.clone();
            both.as_object_mut()
                .unwrap()
                .extend(certificate.as_object().unwrap().clone());
            let mgd = client(&tenant, &both);
            mgd.scratch.write("c.pem", own.pem(), 0o600);
            mgd.scratch.write("s", SECRET, 0o600);
            let message =
                "parameters file parameters.json: a secret and a certificate stand together";
            refused(&mgd.list(NOTHING), &tenant, message, PICK);
        }
    }
}

#[test]
fn auth_picks_one_of_two() {
    let own = need!(own());
    let tenant = tenant_of(own);
    let mgd = with_one_file(&tenant, own.pem());
    mgd.edit(|all| all["secret"] = SECRET.into());
    for kind in ["secret", "certificate"] {
        works(&mgd.list(["--auth", kind, "--token-cache=none"]), &tenant);
        assert_eq!(sent(&tenant), kind);
    }
    // The other is not even looked at.
    mgd.scratch.write("c.pem", "", 0o644);
    works(&mgd.list(["--auth=secret", "--token-cache=none"]), &tenant);
    mgd.scratch.write("c.pem", own.pem(), 0o600);
    mgd.edit(|all| all["secret"] = "".into());
    works(
        &mgd.list(["--auth=certificate", "--token-cache=none"]),
        &tenant,
    );
}

#[test]
fn auth_cannot_pick_what_is_not_there_or_not_known() {
    let own = need!(own());
    let tenant = tenant_of(own);
    let mgd = with_one_file(&tenant, own.pem());
    let run = mgd.list(["--auth=secret"]);
    refused(&run, &tenant, "--auth secret: no secret is given", "");
    let run = mgd.list(["--auth=pigeon"]);
    assert_eq!((run.code, tenant.connections()), (2, 0));
    assert!(run.stderr.contains("--auth"), "{}", run.stderr);
}

#[test]
fn a_flag_wins_over_the_file_and_the_file_over_the_variables() {
    let own = need!(own());
    let tenant = tenant_of(own);
    let variables = [
        ("AZURE_CLIENT_ID", "another"),
        ("AZURE_TENANT_ID", "another"),
        ("AZURE_CLIENT_SECRET", "another"),
        ("AZURE_CLIENT_CERTIFICATE_PATH", "missing.pem"),
    ];
    let with_variables = |mut mgd: crate::support::Mgd| {
        for (name, value) in variables {
            mgd = mgd.env(name, value);
        }
        mgd
    };
    // A certificate of the file's, and one of a flag.
    let mgd = with_variables(with_one_file(&tenant, own.pem()));
    works(&mgd.list(["--token-cache=none"]), &tenant);
    mgd.scratch.write("c.pem", other().pem(), 0o600);
    mgd.scratch.write("flag.pem", own.pem(), 0o600);
    let line = ["--certificate-file", "flag.pem", "--token-cache=none"];
    works(&mgd.list(line), &tenant);
    // A secret of the file's, and a certificate of a flag.
    let mgd = with_variables(client(&tenant, &json!({ "secret": SECRET })));
    mgd.scratch.write("flag.pem", own.pem(), 0o600);
    works(&mgd.list(["--token-cache=none"]), &tenant);
    assert_eq!(sent(&tenant), "secret");
    works(&mgd.list(line), &tenant);
    assert_eq!(sent(&tenant), "certificate");
    // A certificate of the file's, and a secret of a flag.
    let mgd = with_variables(with_one_file(&tenant, own.pem()));
    mgd.scratch.write("s", SECRET, 0o600);
    works(
        &mgd.list(["--secret-file=s", "--token-cache=none"]),
        &tenant,
    );
    assert_eq!(sent(&tenant), "secret");
}

#[test]
fn two_flags_are_refused_without_auth() {
    let own = need!(own());
    let tenant = tenant_of(own);
    let mgd = with_one_file(&tenant, own.pem());
    mgd.scratch.write("s", SECRET, 0o600);
    let line = [
        "--secret-file=s",
        "--certificate-file=c.pem",
        "--token-cache=none",
    ];
    let message = "the command line: a secret and a certificate stand together";
    refused(&mgd.list(line), &tenant, message, PICK);
    for kind in ["secret", "certificate"] {
        works(
            &mgd.list(line.iter().copied().chain(["--auth", kind])),
            &tenant,
        );
        assert_eq!(sent(&tenant), kind);
    }
}

#[test]
fn a_certificate_of_a_flag_takes_its_key_from_the_same_file() {
    let own = need!(own());
    let tenant = tenant_of(own);
    let mgd = client(&tenant, &json!({}));
    mgd.scratch.write("flag.pem", &own.certificate, 0o644);
    let run = mgd.list(["--certificate-file=flag.pem"]);
    assert_eq!((run.code, tenant.connections()), (2, 0));
    let line = "mgd: certificate file flag.pem: holds no private key\n";
    assert!(run.stderr.starts_with(line), "{}", run.stderr);
}

#[test]
fn what_was_taken_and_why_is_said_with_v() {
    let own = need!(own());
    let tenant = tenant_of(own);
    let mgd = with_one_file(&tenant, own.pem());
    let run = mgd.list(["-v"]).ok();
    let line = "identity: certificate from parameters file parameters.json\n";
    assert!(run.stderr.contains(line), "{}", run.stderr);
    let run = mgd.list(["-v", "--certificate-file=c.pem"]).ok();
    let line = "identity: certificate from the command line\n";
    assert!(run.stderr.contains(line), "{}", run.stderr);
}
