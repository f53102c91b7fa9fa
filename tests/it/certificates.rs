//! Certificates: what is taken for one, what is sent for it, and what is told when it will not do.

mod chain;
mod choice;
#[cfg(not(feature = "pfx"))]
mod conversion;
mod dates;
mod encrypted;
mod files;
mod forms;
mod judge;
mod library;
mod maker;
mod requests;
mod secrecy;
mod sizes;
mod thumbprints;
mod variables;

use serde_json::Value;

use self::maker::Identity;
use crate::support::{Mgd, Run, three_users};
use crate::tenant::Tenant;

const NOTHING: [&str; 0] = [];
const RSA: &str = "make one with RSA: openssl genrsa -out key.pem 2048";

/// A tenant that knows this certificate.
fn tenant_of(identity: &Identity) -> Tenant {
    let tenant = Tenant::start();
    tenant.register_certificate(&identity.der());
    tenant
}

/// The program with these parameters in the place of the secret, from where nothing but loopback
/// can be reached.
fn client(tenant: &Tenant, parameters: &Value) -> Mgd {
    let mgd = Mgd::new(tenant)
        .env("https_proxy", "http://127.0.0.1:9")
        .env("no_proxy", "localhost");
    mgd.edit(|all| {
        all.as_object_mut().unwrap().remove("secret");
        for (key, value) in parameters.as_object().unwrap() {
            all[key] = value.clone();
        }
    });
    mgd
}

/// The program with one PEM file, `c.pem`, that holds both.
fn with_one_file(tenant: &Tenant, pem: impl AsRef<[u8]>) -> Mgd {
    let mgd = client(tenant, &serde_json::json!({ "certificate_file": "c.pem" }));
    mgd.scratch.write("c.pem", pem, 0o600);
    mgd
}

/// The program with a certificate, `c.pem`, and a key, `k.pem`.
fn with_two_files(tenant: &Tenant, certificate: impl AsRef<[u8]>, key: impl AsRef<[u8]>) -> Mgd {
    let parameters = serde_json::json!({
        "certificate_file": "c.pem",
        "private_key_file": "k.pem",
    });
    let mgd = client(tenant, &parameters);
    mgd.scratch.write("c.pem", certificate, 0o644);
    mgd.scratch.write("k.pem", key, 0o600);
    mgd
}

/// The tenant let it in, and nothing was said.
#[track_caller]
fn works(run: &Run, tenant: &Tenant) {
    works_with(run, tenant, "");
}

/// The tenant let it in, and only this was said.
#[track_caller]
fn works_with(run: &Run, tenant: &Tenant, stderr: &str) {
    run.ended(0, &three_users(tenant), stderr);
    assert_eq!(tenant.violations(), [] as [String; 0]);
}

/// The line and its remedy as stderr has them.
fn said(message: &str, hint: &str) -> String {
    match hint {
        "" => format!("mgd: {message}\n"),
        hint => format!("mgd: {message}\nmgd: hint: {hint}\n"),
    }
}

/// It was refused before anything was sent.
#[track_caller]
fn refused(run: &Run, tenant: &Tenant, message: &str, hint: &str) {
    run.refused(2, &said(message, hint));
    assert_eq!((tenant.connections(), tenant.requests().len()), (0, 0));
}

/// The decoded header and claims of the assertion in each token request.
fn assertions(tenant: &Tenant) -> Vec<(Value, Value)> {
    let requests = tenant.requests();
    let forms = requests.iter().map(crate::tenant::Seen::form);
    let sent = forms
        .flatten()
        .filter(|(name, _)| name == "client_assertion");
    sent.map(|(_, assertion)| {
        let parts: Vec<_> = assertion.split('.').collect();
        (maker::decoded(parts[0]), maker::decoded(parts[1]))
    })
    .collect()
}
