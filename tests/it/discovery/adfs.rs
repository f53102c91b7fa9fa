//! AD FS, which knows certificates by SHA-1 only.

use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use serde_json::{Value, json};

use super::{FOUND, NOTHING, saying};
use crate::federated::{JWT_BEARER, assertions, field, grant, whole};
use crate::support::{Command, Mgd, lines, tool};
use crate::tenant::{Reply, Tenant};
use crate::which::write_certificate;

const CONFIGURATION: &str = "/adfs/.well-known/openid-configuration";
const TOKEN: &str = "/adfs/oauth2/token/";

/// A server that says what AD FS says of itself, and the program with a certificate for it.
fn adfs() -> Option<(Tenant, Mgd)> {
    let tenant = Tenant::start();
    let metadata = json!({
        "issuer": tenant.url("/adfs"),
        "token_endpoint": tenant.url(TOKEN),
        "access_token_issuer": "http://localhost/adfs/services/trust",
        "token_endpoint_auth_signing_alg_values_supported": ["RS256"],
    });
    tenant.on(CONFIGURATION, [Reply::json(metadata.to_string())]);
    tenant.on(TOKEN, [grant(&tenant)]);
    let mgd = Mgd::new(&tenant);
    mgd.edit(|parameters| {
        parameters["authority"] = Value::Null;
        parameters["oidc_authority"] = tenant.url("/adfs").into();
        parameters["secret"] = Value::Null;
        parameters["certificate_file"] = "certificate".into();
    });
    write_certificate(&mgd, "certificate")?;
    Some((tenant, mgd))
}

/// Header or claims of an assertion.
fn part(assertion: &str, index: usize) -> Value {
    let text = assertion.split('.').nth(index).unwrap();
    let text = BASE64_URL_SAFE_NO_PAD.decode(text).unwrap();
    serde_json::from_slice(&text).unwrap()
}

/// The certificate's hash as a header of an assertion has it.
fn thumbprint(mgd: &Mgd, hash: &str) -> String {
    let mut openssl = Command::new(tool("openssl").unwrap());
    openssl.current_dir(mgd.folder());
    openssl.args(["x509", "-in", "certificate", "-noout", "-fingerprint", hash]);
    let output = openssl.output().unwrap().stdout;
    let text = String::from_utf8(output).unwrap();
    let (_, digits) = text.trim().split_once('=').unwrap();
    let bytes = digits.split(':');
    let bytes: Vec<_> = bytes
        .map(|byte| u8::from_str_radix(byte, 16).unwrap())
        .collect();
    BASE64_URL_SAFE_NO_PAD.encode(bytes)
}

#[test]
fn a_certificate_is_named_by_sha_1_and_signs_with_rs256() {
    let (tenant, mgd) = need!(adfs());
    whole(&mgd.list(NOTHING), &tenant);
    let (configuration, post) = (format!("GET {CONFIGURATION}"), format!("POST {TOKEN}"));
    assert_eq!(lines(&tenant), [&configuration, &post, "GET /v1.0/users"]);
    let assertion = &assertions(&tenant)[0];
    let header = json!({ "alg": "RS256", "typ": "JWT", "x5t": thumbprint(&mgd, "-sha1") });
    assert_eq!(part(assertion, 0), header);
    assert_eq!(part(assertion, 1)["aud"], tenant.url(TOKEN));
    let request = &tenant.requests()[1];
    assert_eq!(
        field(request, "client_assertion_type").as_deref(),
        Some(JWT_BEARER)
    );
    assert_eq!(field(request, "client_secret"), None);
    whole(&mgd.list(NOTHING), &tenant);
    assert_eq!(lines(&tenant).len(), 4);
}

#[test]
fn its_token_is_kept_under_its_own_realm() {
    let (tenant, mgd) = need!(adfs());
    whole(&mgd.list(NOTHING), &tenant);
    let cache = std::fs::read_to_string(mgd.cache()).unwrap();
    let cache: Value = serde_json::from_str(&cache).unwrap();
    let entries = cache["AccessToken"].as_object().unwrap();
    let realms: Vec<_> = entries.values().map(|entry| &entry["realm"]).collect();
    assert_eq!(realms, ["adfs"]);
}

#[test]
fn its_scope_is_any_that_it_knows() {
    let (tenant, mgd) = need!(adfs());
    mgd.edit(|parameters| parameters["scope"] = json!(["openid"]));
    whole(&mgd.list(NOTHING), &tenant);
    assert_eq!(
        field(&tenant.requests()[1], "scope").as_deref(),
        Some("openid")
    );
}

#[test]
fn it_is_not_taken_for_a_tenant_of_entra() {
    let tenant = Tenant::start();
    let mgd = Mgd::new(&tenant);
    mgd.edit(|parameters| parameters["authority"] = tenant.url("/adfs").into());
    let run = mgd.list(NOTHING);
    let stderr = "AD FS says by itself where its endpoints are\n\
                  mgd: hint: give it as `oidc_authority`\n";
    assert_eq!((run.code, run.stdout.as_str()), (2, ""), "{}", run.stderr);
    assert!(run.stderr.ends_with(stderr), "{}", run.stderr);
    assert_eq!(tenant.connections(), 0);
}

#[test]
fn elsewhere_a_certificate_is_named_by_sha_256_and_signs_with_ps256() {
    let (tenant, mgd) = saying(|_, _| ());
    mgd.edit(|parameters| {
        parameters["secret"] = Value::Null;
        parameters["certificate_file"] = "certificate".into();
    });
    need!(write_certificate(&mgd, "certificate"));
    whole(&mgd.list(NOTHING), &tenant);
    let assertion = &assertions(&tenant)[0];
    let name = thumbprint(&mgd, "-sha256");
    let header = json!({ "alg": "PS256", "typ": "JWT", "x5t#S256": name });
    assert_eq!(part(assertion, 0), header);
    assert_eq!(part(assertion, 1)["aud"], tenant.url(FOUND));
}
