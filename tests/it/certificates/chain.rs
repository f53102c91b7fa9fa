//! The chain that is sent along where an application trusts a subject.

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use rcgen::{BasicConstraints, CertificateParams, DnType, IsCa, Issuer, KeyPair};
use serde_json::{Value, json};

use super::maker::{Identity, der, own, params, signing};
use super::{NOTHING, assertions, client, tenant_of, with_one_file, works};

/// A certificate by an issuer that has one of its own from a root.
struct Chain {
    leaf: Identity,
    issuer: String,
    root: String,
}

fn authority(name: &str) -> CertificateParams {
    let mut params = params();
    params.distinguished_name.push(DnType::CommonName, name);
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    params
}

fn chain() -> Option<Chain> {
    let own = own()?;
    let (root_key, issuer_key) = (KeyPair::generate().unwrap(), KeyPair::generate().unwrap());
    let (root_params, issuer_params) = (authority("a root"), authority("an issuer"));
    let root = root_params.self_signed(&root_key).unwrap().pem();
    let root_issuer = Issuer::new(root_params, root_key);
    let issuer = issuer_params
        .signed_by(&issuer_key, &root_issuer)
        .unwrap()
        .pem();
    let key = signing(&own.key);
    let leaf = params().signed_by(&key, &Issuer::new(issuer_params, issuer_key));
    Some(Chain {
        leaf: Identity {
            key: own.key.clone(),
            certificate: leaf.unwrap().pem(),
        },
        issuer,
        root,
    })
}

/// What must stand in `x5c` for these certificates.
fn x5c(certificates: &[&String]) -> Value {
    let texts = certificates
        .iter()
        .map(|pem| BASE64_STANDARD.encode(der(pem)));
    texts.collect::<Vec<_>>().into()
}

#[test]
fn without_being_asked_for_no_certificate_is_sent() {
    let chain = need!(chain());
    for parameters in [json!({}), json!({ "send_certificate_chain": false })] {
        let tenant = tenant_of(&chain.leaf);
        let mgd = with_one_file(&tenant, chain.leaf.pem() + &chain.issuer);
        mgd.edit(|all| {
            all["send_certificate_chain"] = parameters["send_certificate_chain"].clone();
        });
        works(&mgd.list(NOTHING), &tenant);
        assert_eq!(assertions(&tenant)[0].0.get("x5c"), None);
    }
}

#[test]
fn the_chain_is_sent_with_the_leaf_first() {
    let chain = need!(chain());
    let Chain { leaf, issuer, root } = &chain;
    let whole = x5c(&[&leaf.certificate, issuer, root]);
    let certificate = &leaf.certificate;
    for (text, expected) in [
        (certificate.clone(), x5c(&[certificate])),
        (format!("{certificate}{issuer}{root}"), whole.clone()),
        (format!("{issuer}{root}{certificate}"), whole.clone()),
        (
            format!("{certificate}{issuer}{root}").replace('\n', "\r\n"),
            whole.clone(),
        ),
        // As some tools write it, from the root down.
        (format!("{root}{issuer}{certificate}"), whole.clone()),
    ] {
        let tenant = tenant_of(leaf);
        let mgd = with_one_file(&tenant, text + &leaf.key);
        mgd.edit(|all| all["send_certificate_chain"] = true.into());
        let run = mgd.list(NOTHING);
        assert_eq!(assertions(&tenant)[0].0["x5c"], expected);
        works(&run, &tenant);
    }
}

#[test]
fn two_files_send_the_chain_too() {
    let chain = need!(chain());
    let tenant = tenant_of(&chain.leaf);
    let mgd = super::with_two_files(
        &tenant,
        format!("{}{}", chain.leaf.certificate, chain.issuer),
        &chain.leaf.key,
    );
    mgd.edit(|all| all["send_certificate_chain"] = true.into());
    works(&mgd.list(NOTHING), &tenant);
    let expected = x5c(&[&chain.leaf.certificate, &chain.issuer]);
    assert_eq!(assertions(&tenant)[0].0["x5c"], expected);
}

#[test]
fn a_chain_that_cannot_be_sent_is_refused_and_not_forgotten() {
    let own = need!(own());
    let tenant = tenant_of(own);
    let parameters = json!({
        "thumbprint": own.sha1(),
        "private_key_file": "k.pem",
        "send_certificate_chain": true,
    });
    let mgd = client(&tenant, &parameters);
    mgd.scratch.write("k.pem", &own.key, 0o600);
    let run = mgd.list(NOTHING);
    assert_eq!((run.code, tenant.connections()), (2, 0), "{}", run.stderr);
    assert!(
        run.stderr.contains("send_certificate_chain"),
        "{}",
        run.stderr
    );
}

#[test]
fn what_is_neither_true_nor_false_is_refused() {
    let own = need!(own());
    let tenant = tenant_of(own);
    let mgd = with_one_file(&tenant, own.pem());
    mgd.edit(|all| all["send_certificate_chain"] = "ture".into());
    let run = mgd.list(NOTHING);
    assert_eq!((run.code, tenant.connections()), (2, 0), "{}", run.stderr);
    assert!(
        run.stderr.contains("send_certificate_chain"),
        "{}",
        run.stderr
    );
}
