//! The sample's way: a thumbprint, as the portal shows it, and a key.

use serde_json::json;

use super::maker::{Identity, colons, own};
use super::{NOTHING, assertions, client, refused, tenant_of, works};
use crate::support::Mgd;
use crate::tenant::Tenant;

fn with_thumbprint(tenant: &Tenant, identity: &Identity, thumbprint: &str) -> Mgd {
    let mgd = client(
        tenant,
        &json!({ "thumbprint": thumbprint, "private_key_file": "k.pem" }),
    );
    mgd.scratch.write("k.pem", &identity.key, 0o600);
    mgd
}

#[test]
fn colons_spaces_case_and_marks_do_not_matter() {
    let own = need!(own());
    let digits = own.sha1();
    for text in [
        digits.clone(),
        digits.to_lowercase(),
        colons(&digits),
        colons(&digits.to_lowercase()).replace(':', " "),
        colons(&digits).replace(':', "-"),
        format!("\u{200e}{digits}"),
        format!("\u{200e}{}\u{200e} ", colons(&digits).to_lowercase()),
    ] {
        let tenant = tenant_of(own);
        works(&with_thumbprint(&tenant, own, &text).list(NOTHING), &tenant);
        let (header, _) = &assertions(&tenant)[0];
        assert_eq!(header["alg"], "RS256");
        assert!(header.get("x5t").is_some() && header.get("x5t#S256").is_none());
    }
}

#[test]
fn white_space_of_any_kind_around_it_does_not_matter() {
    let own = need!(own());
    for text in [
        format!("\t{}\r\n", own.sha1()),
        format!("\u{a0}{}", own.sha1()),
    ] {
        let tenant = tenant_of(own);
        works(&with_thumbprint(&tenant, own, &text).list(NOTHING), &tenant);
    }
}

#[test]
fn a_thumbprint_of_64_digits_is_sha_256() {
    let own = need!(own());
    for text in [own.sha256(), colons(&own.sha256()).to_lowercase()] {
        let tenant = tenant_of(own);
        works(&with_thumbprint(&tenant, own, &text).list(NOTHING), &tenant);
        let (header, _) = &assertions(&tenant)[0];
        assert_eq!(header["alg"], "PS256");
        assert!(header.get("x5t").is_none() && header.get("x5t#S256").is_some());
    }
}

#[test]
fn what_is_no_thumbprint_is_refused() {
    let own = need!(own());
    let digits = own.sha1();
    for text in [
        "",
        ":",
        &digits[1..],
        &digits[2..],
        &format!("{digits}00"),
        &digits.replace(&digits[..1], "g"),
        &format!("0x{digits}"),
        &own.sha256()[..62],
        "WtkRb8bYQ0q8vWn0bRr2j5kR1nM",
        "é7",
    ] {
        let tenant = tenant_of(own);
        let mgd = with_thumbprint(&tenant, own, text);
        let parameters = mgd.scratch.read("parameters.json");
        let at = parameters
            .lines()
            .position(|line| line.contains("thumbprint"));
        let line = at.unwrap() + 1;
        refused(
            &mgd.list(NOTHING),
            &tenant,
            &format!(
                "parameters file parameters.json:{line}: thumbprint: is no thumbprint: 40 \
                 hexadecimal digits (SHA-1) or 64 (SHA-256)"
            ),
            "copy it from Certificates & secrets, or give certificate_file instead",
        );
    }
}

#[test]
fn a_thumbprint_of_another_certificate_is_refused_by_the_service_with_its_remedy() {
    let own = need!(own());
    let tenant = tenant_of(own);
    let text = super::maker::other().sha1();
    let run = with_thumbprint(&tenant, own, &text).list(NOTHING);
    assert_eq!((run.code, run.stdout.as_str()), (3, ""));
    assert!(run.stderr.contains("AADSTS700027"), "{}", run.stderr);
    let hint = "mgd: hint: upload this certificate to the application, and check that thumbprint \
                and key belong to it\n";
    assert!(run.stderr.ends_with(hint), "{}", run.stderr);
    assert_eq!(tenant.token_posts(), 1);
}

#[test]
fn a_thumbprint_that_is_not_the_certificates_is_told_before_anything_is_sent() {
    let own = need!(own());
    let tenant = tenant_of(own);
    let mgd = with_thumbprint(&tenant, own, &super::maker::other().sha1());
    mgd.edit(|all| all["certificate_file"] = "c.pem".into());
    mgd.scratch.write("c.pem", &own.certificate, 0o644);
    let run = mgd.list(NOTHING);
    assert_eq!((run.code, tenant.connections()), (2, 0), "{}", run.stderr);
    assert!(run.stderr.contains("thumbprint"), "{}", run.stderr);
}

#[test]
fn each_half_alone_is_refused() {
    let own = need!(own());
    let tenant = tenant_of(own);
    let mgd = with_thumbprint(&tenant, own, &own.sha1());
    mgd.edit(|all| all["private_key_file"] = serde_json::Value::Null);
    let message = "parameters file parameters.json: `thumbprint` is given alone";
    refused(&mgd.list(NOTHING), &tenant, message, "add private_key_file");
    let mgd = with_thumbprint(&tenant, own, &own.sha1());
    mgd.edit(|all| all["thumbprint"] = serde_json::Value::Null);
    refused(
        &mgd.list(NOTHING),
        &tenant,
        "parameters file parameters.json: `private_key_file` is given alone",
        "add certificate_file, or the thumbprint that the portal shows",
    );
}
