//! Certificates through the library.

use mgd::{ConfidentialClient, Credential, Error, Graph, Network, Secret, TokenCache};

use super::maker::{PASSPHRASE, converted, der, other, own};
use super::{assertions, tenant_of};
use crate::support::Scratch;
use crate::tenant::{CLIENT_ID, Tenant};

/// How many users a client with this credential is shown.
fn users(tenant: &Tenant, credential: Credential) -> Result<usize, Error> {
    let scratch = Scratch::new();
    let ca_file = scratch.write("ca.pem", tenant.ca_pem(), 0o600);
    let client = ConfidentialClient::new(&tenant.authority(), CLIENT_ID, credential)?
        .with_scope(&tenant.url("/.default"))
        .with_token_cache(TokenCache::none())
        .with_network(Network::default().with_ca_file(ca_file));
    let graph = Graph::new(client).with_root(&tenant.origin())?;
    graph.items("users").map(|item| item.map(|_| 1)).sum()
}

#[test]
fn a_certificate_or_a_thumbprint_lets_a_client_in() {
    let own = need!(own());
    let tenant = tenant_of(own);
    let (certificate, key) = (own.certificate.as_bytes(), own.key.as_bytes());
    let shut = converted("pkcs8 -topk8 -passout file:pass -in k", &own.key);
    let passphrase = Secret::new(PASSPHRASE);
    for credential in [
        Credential::certificate(certificate, key, None),
        Credential::certificate(certificate, shut.as_bytes(), Some(&passphrase)),
        Credential::certificate(own.pem().as_bytes(), own.pem().as_bytes(), None),
        Credential::thumbprint(&own.sha1(), key, None),
        Credential::thumbprint(&own.sha256(), shut.as_bytes(), Some(&passphrase)),
    ] {
        assert_eq!(users(&tenant, credential.unwrap()).unwrap(), 3);
    }
    assert_eq!((tenant.token_posts(), tenant.violations()), (5, vec![]));
}

#[test]
fn the_chain_is_sent_when_it_is_asked_for() {
    let own = need!(own());
    let tenant = tenant_of(own);
    let credential =
        Credential::certificate(own.certificate.as_bytes(), own.key.as_bytes(), None).unwrap();
    users(&tenant, credential.with_certificate_chain()).unwrap();
    let sent = assertions(&tenant)[0].0["x5c"].clone();
    let expected = base64::Engine::encode(&base64::prelude::BASE64_STANDARD, der(&own.certificate));
    assert_eq!(sent, serde_json::json!([expected]));
}

#[test]
fn what_does_not_belong_together_is_an_error_of_the_parameters() {
    let own = need!(own());
    let (certificate, key) = (own.certificate.as_bytes(), own.key.as_bytes());
    for (credential, message) in [
        (
            Credential::certificate(certificate, other().key.as_bytes(), None),
            "certificate: the certificate is not the private key's",
        ),
        (
            Credential::certificate(certificate, certificate, None),
            "private key: holds a certificate where the private key belongs",
        ),
        (
            Credential::certificate(key, key, None),
            "certificate: holds no certificate",
        ),
        (
            Credential::thumbprint("1234", key, None),
            "thumbprint: is no thumbprint: 40 hexadecimal digits (SHA-1) or 64 (SHA-256)",
        ),
    ] {
        let error = credential.map(drop).unwrap_err();
        assert!(matches!(error, Error::Parameters(_)));
        assert_eq!(error.to_string(), message);
    }
}

#[test]
fn a_credential_does_not_show_its_key() {
    let own = need!(own());
    let (certificate, key) = (own.certificate.as_bytes(), own.key.as_bytes());
    let credential = Credential::certificate(certificate, key, None).unwrap();
    let shown = format!("{credential:?}");
    assert!(shown.contains("[redacted]"), "{shown}");
    let key = own.key_der();
    let bytes = format!("{:?}", &key[key.len() - 40..]);
    assert!(!shown.contains(bytes.trim_matches(['[', ']'])));
}
