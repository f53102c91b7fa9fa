//! Keys that a passphrase opens.

use serde_json::json;

use super::maker::{PASSPHRASE, converted, own};
use super::{NOTHING, client, refused, tenant_of, with_two_files, works};
use crate::support::Mgd;
use crate::tenant::Tenant;

const SUPPORTED: &str = "openssl pkcs8 -topk8 -v2 aes-256-cbc -v2prf hmacWithSHA256 -in 'k.pem' \
                         -out 'k.new.pem' && chmod 600 'k.new.pem' \
                         # DES or RC2: add -provider legacy -provider default";
const PASSWORD: &str = "AZURE_CLIENT_CERTIFICATE_PASSWORD";

/// The key of `identity`, encrypted so.
fn encrypted(options: &str, key: &str) -> String {
    converted(
        &format!("pkcs8 -topk8 {options} -passout file:pass -in k"),
        key,
    )
}

/// The program with the certificate, this key and a file with the passphrase.
fn with_passphrase(tenant: &Tenant, certificate: &str, key: &str, passphrase: &str) -> Mgd {
    let mgd = with_two_files(tenant, certificate, key);
    mgd.edit(|all| all["private_key_passphrase_file"] = "pass".into());
    mgd.scratch.write("pass", passphrase, 0o600);
    mgd
}

#[test]
fn keys_as_openssl_encrypts_them_are_opened() {
    let own = need!(own());
    for options in [
        "",
        "-v2 aes-128-cbc -v2prf hmacWithSHA256",
        "-v2 aes-192-cbc -v2prf hmacWithSHA256",
        "-v2 aes-256-cbc -v2prf hmacWithSHA256",
        "-v2 aes-256-cbc -v2prf hmacWithSHA256 -iter 1",
        "-v2 aes-256-cbc -v2prf hmacWithSHA256 -iter 200000",
    ] {
        let key = encrypted(options, &own.key);
        assert!(key.starts_with("-----BEGIN ENCRYPTED PRIVATE KEY-----"));
        let tenant = tenant_of(own);
        let mgd = with_passphrase(&tenant, &own.certificate, &key, PASSPHRASE);
        works(&mgd.list(NOTHING), &tenant);
    }
}

#[test]
fn one_line_end_after_the_passphrase_is_no_part_of_it() {
    let own = need!(own());
    let key = encrypted("-v2 aes-256-cbc", &own.key);
    for end in ["\n", "\r\n"] {
        let tenant = tenant_of(own);
        let passphrase = format!("{PASSPHRASE}{end}");
        let mgd = with_passphrase(&tenant, &own.certificate, &key, &passphrase);
        works(&mgd.list(NOTHING), &tenant);
    }
}

#[test]
fn the_passphrase_may_come_from_the_variable_and_the_file_wins() {
    let own = need!(own());
    let key = encrypted("-v2 aes-256-cbc", &own.key);
    let tenant = tenant_of(own);
    let mgd = with_two_files(&tenant, &own.certificate, &key).env(PASSWORD, PASSPHRASE);
    works(&mgd.list(NOTHING), &tenant);
    let mgd = with_passphrase(&tenant, &own.certificate, &key, PASSPHRASE).env(PASSWORD, "no");
    works(&mgd.list(NOTHING), &tenant);
    let both = format!("{}{key}", own.certificate);
    let mgd = client(&tenant, &json!({ "certificate_file": "c.pem" })).env(PASSWORD, PASSPHRASE);
    mgd.scratch.write("c.pem", both, 0o600);
    works(&mgd.list(NOTHING), &tenant);
}

#[test]
fn a_passphrase_that_is_not_needed_does_no_harm() {
    let own = need!(own());
    let tenant = tenant_of(own);
    let mgd = with_passphrase(&tenant, &own.certificate, &own.key, PASSPHRASE);
    works(&mgd.list(NOTHING), &tenant);
}

#[test]
fn a_wrong_passphrase_is_named_every_time() {
    let own = need!(own());
    let key = encrypted("-v2 aes-256-cbc -iter 1", &own.key);
    // A wrong passphrase gives right padding in one of 256 cases.
    for number in 0..40 {
        let tenant = tenant_of(own);
        let wrong = format!("wrong {number}");
        let mgd = with_passphrase(&tenant, &own.certificate, &key, &wrong);
        refused(
            &mgd.list(NOTHING),
            &tenant,
            "private key file k.pem: the passphrase does not open the private key",
            "check the passphrase: one line end after it is no part of it",
        );
    }
    let tenant = tenant_of(own);
    let mgd = with_two_files(&tenant, &own.certificate, &key);
    refused(
        &mgd.list(NOTHING),
        &tenant,
        "private key file k.pem: the private key is encrypted and no passphrase was given",
        "give private_key_passphrase_file or AZURE_CLIENT_CERTIFICATE_PASSWORD",
    );
}

#[test]
fn a_file_for_the_passphrase_that_cannot_be_one_is_refused_by_its_own_name() {
    let own = need!(own());
    let key = encrypted("-v2 aes-256-cbc", &own.key);
    let tenant = tenant_of(own);
    let mgd = with_passphrase(&tenant, &own.certificate, &key, PASSPHRASE);
    mgd.scratch.write("pass", PASSPHRASE, 0o644);
    let message = "passphrase file pass: holds a secret and is open to others (mode 0644)";
    refused(&mgd.list(NOTHING), &tenant, message, "chmod 600 'pass'");
    std::fs::remove_file(mgd.scratch.path("pass")).unwrap();
    let message = "passphrase file: no such file or directory";
    refused(&mgd.list(NOTHING), &tenant, message, "check the path");
}

#[test]
fn other_encryptions_are_refused_with_the_command_that_helps() {
    let own = need!(own());
    for options in [
        "-v2 aes-256-cbc -v2prf hmacWithSHA1",
        "-v2 aes-256-cbc -v2prf hmacWithSHA512",
        "-v2 des3",
        "-v2 camellia-256-cbc",
        "-v1 PBE-SHA1-3DES",
        "-scrypt",
    ] {
        let key = encrypted(options, &own.key);
        let tenant = tenant_of(own);
        let mgd = with_passphrase(&tenant, &own.certificate, &key, PASSPHRASE);
        refused(
            &mgd.list(NOTHING),
            &tenant,
            "private key file k.pem: the private key is encrypted in a way that is not supported",
            SUPPORTED,
        );
    }
    let key = converted(
        "rsa -aes256 -traditional -passout file:pass -in k",
        &own.key,
    );
    assert!(key.contains("DEK-Info"));
    let tenant = tenant_of(own);
    let mgd = with_passphrase(&tenant, &own.certificate, &key, PASSPHRASE);
    refused(
        &mgd.list(NOTHING),
        &tenant,
        "private key file k.pem: holds a private key in an old encryption",
        SUPPORTED,
    );
}
