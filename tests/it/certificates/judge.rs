//! The tenant's own judgement: what it lets in and with which code it refuses the rest, so that
//! what passes it is known to be right.

use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::time::{SystemTime, UNIX_EPOCH};

use base64::Engine as _;
use base64::prelude::{BASE64_STANDARD, BASE64_URL_SAFE_NO_PAD};
use ring::rand::SystemRandom;
use ring::signature::{RSA_PKCS1_SHA256, RSA_PSS_SHA256, RsaKeyPair};
use serde_json::{Value, json};

use super::maker::{Identity, other, own};
use crate::support::LIMIT;
use crate::tenant::{CLIENT_ID, Tenant};

const JWT_BEARER: &str = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";

/// A tenant without TLS that knows `own`, and what is changed of a good assertion for it.
struct Case<'i> {
    tenant: Tenant,
    identity: &'i Identity,
    header: Value,
    claims: Value,
}

fn seconds() -> u64 {
    let now = SystemTime::now().duration_since(UNIX_EPOCH);
    now.unwrap().as_secs()
}

fn thumbprint(algorithm: &'static ring::digest::Algorithm, identity: &Identity) -> Value {
    let hash = ring::digest::digest(algorithm, &identity.der());
    BASE64_URL_SAFE_NO_PAD.encode(hash).into()
}

impl<'i> Case<'i> {
    fn new(own: &'i Identity) -> Self {
        let tenant = Tenant::start_plain();
        tenant.register_certificate(&own.der());
        let now = seconds();
        let claims = json!({
            "aud": tenant.url(&tenant.token_path()),
            "iss": CLIENT_ID,
            "sub": CLIENT_ID,
            "jti": "7f3e",
            "iat": now,
            "nbf": now - 60,
            "exp": now + 600,
        });
        let header = json!({
            "alg": "PS256",
            "typ": "JWT",
            "x5t#S256": thumbprint(&ring::digest::SHA256, own),
        });
        Self {
            tenant,
            identity: own,
            header,
            claims,
        }
    }

    fn assertion(&self) -> String {
        let part = |json: &Value| BASE64_URL_SAFE_NO_PAD.encode(json.to_string());
        let text = format!("{}.{}", part(&self.header), part(&self.claims));
        let pair = RsaKeyPair::from_pkcs8(&self.identity.key_der()).unwrap();
        let mut signature = vec![0; pair.public().modulus_len()];
        let random = SystemRandom::new();
        match self.header["alg"].as_str() {
            Some("RS256") => pair.sign(&RSA_PKCS1_SHA256, &random, text.as_bytes(), &mut signature),
            _ => pair.sign(&RSA_PSS_SHA256, &random, text.as_bytes(), &mut signature),
        }
        .unwrap();
        format!("{text}.{}", BASE64_URL_SAFE_NO_PAD.encode(signature))
    }

    /// The code of the tenant's refusal; 0 is a token.
    fn send(&self, fields: &[(&str, &str)]) -> u64 {
        let fields = fields
            .iter()
            .map(|(name, value)| format!("&{name}={value}"));
        let fields: String = fields.collect();
        let form = format!(
            "client_id={CLIENT_ID}&grant_type=client_credentials\
             &scope=https%3A%2F%2Fgraph.microsoft.com%2F.default{fields}"
        );
        let mut tcp = TcpStream::connect(("127.0.0.1", self.tenant.port())).unwrap();
        tcp.set_read_timeout(Some(LIMIT)).unwrap();
        write!(
            tcp,
            "POST {} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\
             Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {}\r\n\r\n{form}",
            self.tenant.token_path(),
            form.len()
        )
        .unwrap();
        let mut answer = String::new();
        tcp.read_to_string(&mut answer).unwrap();
        let (_, body) = answer.split_once("\r\n\r\n").unwrap();
        let body: Value = serde_json::from_str(body).expect(body);
        match body["access_token"].as_str() {
            Some(_) => 0,
            None => body["error_codes"][0].as_u64().expect(&answer),
        }
    }

    fn judged(&self) -> u64 {
        self.judged_as(&self.assertion())
    }

    fn judged_as(&self, assertion: &str) -> u64 {
        self.send(&[
            ("client_assertion", assertion),
            ("client_assertion_type", &JWT_BEARER.replace(':', "%3A")),
        ])
    }
}

#[test]
fn the_tenant_takes_both_algorithms_and_both_thumbprints() {
    let own = need!(own());
    let sha1 = thumbprint(&ring::digest::SHA1_FOR_LEGACY_USE_ONLY, own);
    let sha256 = thumbprint(&ring::digest::SHA256, own);
    let chain = json!([BASE64_STANDARD.encode(own.der())]);
    for header in [
        json!({"typ": "JWT", "alg": "PS256", "x5t#S256": sha256}),
        json!({"typ": "JWT", "alg": "RS256", "x5t#S256": sha256}),
        json!({"typ": "JWT", "alg": "RS256", "x5t": sha1}),
        json!({"typ": "JWT", "alg": "PS256", "x5t#S256": sha256, "x5c": chain}),
    ] {
        let mut case = Case::new(own);
        case.header = header;
        assert_eq!(case.judged(), 0, "{}", case.header);
    }
}

#[test]
fn the_tenant_refuses_a_header_that_names_no_certificate_of_its_own() {
    let own = need!(own());
    let sha1 = thumbprint(&ring::digest::SHA1_FOR_LEGACY_USE_ONLY, own);
    let sha256 = thumbprint(&ring::digest::SHA256, own);
    let foreign = thumbprint(&ring::digest::SHA256, other());
    let own_der = BASE64_STANDARD.encode(own.der());
    let other_der = BASE64_STANDARD.encode(other().der());
    let broken = format!("{}\n{}", &own_der[..64], &own_der[64..]);
    let with_chain =
        |chain: Value| json!({"typ": "JWT", "alg": "PS256", "x5t#S256": sha256, "x5c": chain});
    for (header, code) in [
        (json!({"typ": "JWT", "alg": "PS256"}), 50_027),
        (
            json!({"typ": "JWT", "alg": "none", "x5t#S256": sha256}),
            50_027,
        ),
        (json!({"alg": "PS256", "x5t#S256": sha256}), 50_027),
        (json!({"typ": "JWT", "alg": "PS256", "x5t": sha1}), 50_027),
        (
            json!({"typ": "JWT", "alg": "PS256", "x5t#S256": foreign}),
            700_027,
        ),
        (
            json!({"typ": "JWT", "alg": "RS256", "x5t": sha256}),
            700_027,
        ),
        (with_chain(json!([])), 50_027),
        (with_chain(json!([broken])), 50_027),
        (with_chain(json!([other_der, own_der])), 50_027),
        (with_chain(json!(["MIIB"])), 50_027),
    ] {
        let mut case = Case::new(own);
        case.header = header;
        assert_eq!(case.judged(), code, "{}", case.header);
    }
}

#[test]
fn the_tenant_refuses_claims_that_are_not_right() {
    let own = need!(own());
    let now = seconds();
    for (name, value, code) in [
        ("aud", json!("https://localhost/oauth2/v2.0/token"), 50_012),
        ("aud", Value::Null, 50_012),
        ("iss", json!("another"), 700_021),
        ("sub", json!("another"), 700_021),
        ("exp", json!(now - 900), 700_024),
        ("nbf", json!(now + 900), 700_024),
        ("iat", json!(now + 900), 700_024),
        ("exp", json!(1_795_327_261.5), 50_027),
        ("exp", json!((now + 600).to_string()), 50_027),
        ("nbf", Value::Null, 50_027),
        ("jti", Value::Null, 50_027),
        ("jti", json!(""), 50_027),
    ] {
        let mut case = Case::new(own);
        case.claims[name] = value;
        assert_eq!(case.judged(), code, "{}", case.claims);
    }
}

#[test]
fn the_tenant_refuses_a_signature_of_another_key_and_a_text_that_was_changed() {
    let own = need!(own());
    let mut case = Case::new(own);
    case.identity = other();
    assert_eq!(case.judged(), 700_027);
    let case = Case::new(own);
    let good = case.assertion();
    let (text, signature) = good.rsplit_once('.').unwrap();
    let mut changed = Case::new(own);
    changed.claims = json!({"aud": case.claims["aud"], "iss": CLIENT_ID});
    let changed = changed.assertion();
    let (changed, _) = changed.rsplit_once('.').unwrap();
    assert_eq!(case.judged_as(&format!("{changed}.{signature}")), 700_027);
    assert_eq!(case.judged_as(&format!("{text}.")), 700_027);
    assert_eq!(case.judged_as(text), 50_027);
    assert_eq!(case.judged_as("a.b.c"), 50_027);
}

#[test]
fn the_tenant_refuses_an_assertion_that_comes_again_or_not_at_all() {
    let own = need!(own());
    let case = Case::new(own);
    let assertion = case.assertion();
    assert_eq!(case.judged_as(&assertion), 0);
    assert_eq!(case.tenant.violations(), [] as [String; 0]);
    assert_eq!(case.judged_as(&assertion), 50_027);
    let line = format!(
        "POST {} came with a jti used before",
        case.tenant.token_path()
    );
    assert_eq!(case.tenant.violations(), [line]);
    assert_eq!(case.send(&[]), 7_000_218);
    assert_eq!(case.send(&[("client_assertion", &assertion)]), 900_144);
}
