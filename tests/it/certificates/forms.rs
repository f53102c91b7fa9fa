//! The forms in which a certificate and its key may come.

use super::maker::{Identity, converted, openssl, other, own, text};
use super::{NOTHING, client, tenant_of, with_one_file, with_two_files, works};

/// The program with this one file is let in.
#[track_caller]
fn one_file_works(identity: &Identity, pem: &str) {
    let tenant = tenant_of(identity);
    let mgd = with_one_file(&tenant, pem);
    works(&mgd.list(NOTHING), &tenant);
}

#[test]
fn one_file_may_hold_both_in_any_order_with_any_line_ends() {
    let own = need!(own());
    let both = own.pem();
    one_file_works(own, &both);
    one_file_works(own, &format!("{}{}", own.key, own.certificate));
    one_file_works(own, &both.replace('\n', "\r\n"));
    one_file_works(own, &both.replace('\n', "\r"));
    one_file_works(own, &format!("\u{feff}{both}"));
    one_file_works(own, both.trim_end());
    one_file_works(own, &both.replace('\n', " \t\n\n"));
}

#[test]
fn one_file_that_lost_its_line_ends_is_still_read() {
    let own = need!(own());
    one_file_works(own, &own.pem().replace('\n', " "));
    one_file_works(own, &own.pem().replace('\n', ""));
}

#[test]
fn bag_attributes_and_other_text_are_passed_over() {
    let own = need!(own());
    let files = [("both", own.pem().into_bytes())];
    let files = files.each_ref().map(|(name, bytes)| (*name, &**bytes));
    let pfx = openssl(
        "pkcs12 -export -in both -name daemon -passout pass:",
        &files,
    );
    let line = "pkcs12 -in pfx -noenc -passin pass:";
    let pem = text(openssl(line, &[("pfx", &pfx)]));
    assert!(pem.contains("Bag Attributes") && pem.contains("friendlyName"));
    one_file_works(own, &pem);
    let verbose = text(openssl(
        "x509 -text -in c",
        &[("c", own.certificate.as_bytes())],
    ));
    one_file_works(own, &format!("{verbose}# the key: é\n{}", own.key));
    let parameters = "-----BEGIN DH PARAMETERS-----\nMAYCAQ8CAQI=\n-----END DH PARAMETERS-----\n";
    one_file_works(own, &format!("{parameters}{}", own.pem()));
}

#[test]
fn a_key_may_be_pkcs1_or_pkcs8() {
    let own = need!(own());
    let pkcs1 = own.key_pkcs1();
    assert!(pkcs1.starts_with("-----BEGIN RSA PRIVATE KEY-----"));
    one_file_works(own, &format!("{}{pkcs1}", own.certificate));
    let tenant = tenant_of(own);
    works(
        &with_two_files(&tenant, &own.certificate, pkcs1).list(NOTHING),
        &tenant,
    );
}

#[test]
fn two_files_may_hold_each_its_part() {
    let own = need!(own());
    let tenant = tenant_of(own);
    works(
        &with_two_files(&tenant, &own.certificate, &own.key).list(NOTHING),
        &tenant,
    );
    // A key beside the certificate stays shut, whatever it is.
    let line = "pkcs8 -topk8 -v2 des3 -passout file:pass -in k";
    let shut = converted(line, &other().key);
    let mgd = with_two_files(&tenant, format!("{shut}{}", own.certificate), &own.key);
    mgd.scratch.write("c.pem", mgd.scratch.read("c.pem"), 0o600);
    works(&mgd.list(["--token-cache=none"]), &tenant);
    assert_eq!(tenant.token_posts(), 2);
}

#[test]
fn a_key_in_an_old_encryption_beside_the_certificate_stays_shut_too() {
    let own = need!(own());
    let tenant = tenant_of(own);
    let line = "rsa -aes256 -traditional -passout file:pass -in k";
    let shut = converted(line, &own.key);
    let mgd = with_two_files(&tenant, &own.certificate, &own.key);
    mgd.scratch
        .write("c.pem", format!("{shut}{}", own.certificate), 0o600);
    works(&mgd.list(NOTHING), &tenant);
}

#[test]
fn the_certificate_is_sought_among_others_by_its_key() {
    let own = need!(own());
    let tenant = tenant_of(own);
    let all = format!("{}{}", other().certificate, own.certificate);
    works(
        &with_two_files(&tenant, all, &own.key).list(NOTHING),
        &tenant,
    );
}

#[test]
fn relative_paths_stand_on_the_folder_of_the_parameters_file() {
    let own = need!(own());
    let tenant = tenant_of(own);
    let mgd = client(
        &tenant,
        &serde_json::json!({
            "certificate_file": "tls/c.pem",
            "private_key_file": "tls/k.pem",
        }),
    );
    let etc = mgd
        .scratch
        .read("parameters.json")
        .replace("\"ca.pem\"", "\"../ca.pem\"");
    mgd.scratch.write("etc/p.json", etc, 0o600);
    mgd.scratch.write("etc/tls/c.pem", &own.certificate, 0o644);
    mgd.scratch.write("etc/tls/k.pem", &own.key, 0o600);
    works(&mgd.run(["etc/p.json"]), &tenant);
}

#[test]
fn a_certificate_of_the_first_version_is_as_good_as_one_of_the_third() {
    let own = need!(own());
    // What `openssl x509 -req` makes without extensions.
    let request = converted("req -new -key k -subj /CN=daemon", &own.key);
    let files = [("r", request.as_bytes()), ("k", own.key.as_bytes())];
    let certificate = text(openssl("x509 -req -in r -signkey k -days 365", &files));
    let identity = Identity {
        key: own.key.clone(),
        certificate,
    };
    one_file_works(&identity, &identity.pem());
}

#[test]
fn an_extension_that_is_not_known_does_not_matter() {
    let own = need!(own());
    let mut params = super::maker::params();
    let content = vec![0x05, 0x00];
    let mut extension =
        rcgen::CustomExtension::from_oid_content(&[1, 3, 6, 1, 4, 1, 99999, 1], content);
    extension.set_criticality(true);
    params.custom_extensions.push(extension);
    let identity = Identity::with(&own.key, &params);
    one_file_works(&identity, &identity.pem());
}
