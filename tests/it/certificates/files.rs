//! Files that hold something else than they should, or are open to others.

use crate::support::file_hint;
use serde_json::json;

use super::maker::{other, own};
use super::{NOTHING, client, refused, tenant_of, with_one_file, with_two_files, works};

const MADE_TOGETHER: &str =
    "give the .pem or .key file that was made together with the certificate";

#[test]
fn a_key_of_another_certificate_is_refused() {
    let own = need!(own());
    let tenant = tenant_of(own);
    let hint = "openssl x509 -noout -pubkey -in CERT and openssl pkey -pubout -in KEY must agree";
    let message = "certificate file c.pem: the certificate is not the private key's";
    let mgd = with_two_files(&tenant, &own.certificate, &other().key);
    refused(&mgd.list(NOTHING), &tenant, message, hint);
    let mgd = with_one_file(&tenant, format!("{}{}", own.certificate, other().key));
    refused(&mgd.list(NOTHING), &tenant, message, hint);
}

#[test]
fn a_certificate_where_the_key_belongs_is_named() {
    let own = need!(own());
    let tenant = tenant_of(own);
    let mgd = with_two_files(&tenant, &own.certificate, &own.certificate);
    let message = "private key file k.pem: holds a certificate where the private key belongs";
    refused(&mgd.list(NOTHING), &tenant, message, MADE_TOGETHER);
    let mgd = client(
        &tenant,
        &json!({ "thumbprint": own.sha1(), "private_key_file": "k.pem" }),
    );
    mgd.scratch.write("k.pem", &own.certificate, 0o600);
    refused(&mgd.list(NOTHING), &tenant, message, MADE_TOGETHER);
}

#[test]
fn a_key_where_the_certificate_belongs_is_named() {
    let own = need!(own());
    let tenant = tenant_of(own);
    let message = "certificate file c.pem: holds no certificate";
    let hint = "give the certificate that was uploaded, -----BEGIN CERTIFICATE-----";
    let mgd = with_two_files(&tenant, &own.key, &own.key);
    mgd.scratch.write("c.pem", &own.key, 0o600);
    refused(&mgd.list(NOTHING), &tenant, message, hint);
    refused(
        &with_one_file(&tenant, &own.key).list(NOTHING),
        &tenant,
        message,
        hint,
    );
}

#[test]
fn a_certificate_alone_wants_its_key() {
    let own = need!(own());
    let tenant = tenant_of(own);
    let mgd = with_one_file(&tenant, &own.certificate);
    let message = "certificate file c.pem: holds no private key";
    let hint = "add the key to this file, or name its file in private_key_file";
    refused(&mgd.list(NOTHING), &tenant, message, hint);
}

#[test]
fn two_keys_in_one_file_are_refused() {
    let own = need!(own());
    let tenant = tenant_of(own);
    let hint = "leave the one that belongs to the certificate";
    let mgd = with_one_file(&tenant, format!("{}{}", own.pem(), other().key));
    let message = "certificate file c.pem: holds more than one private key";
    refused(&mgd.list(NOTHING), &tenant, message, hint);
    let keys = format!("{}{}", own.key_pkcs1(), other().key);
    let mgd = with_two_files(&tenant, &own.certificate, keys);
    let message = "private key file k.pem: holds more than one private key";
    refused(&mgd.list(NOTHING), &tenant, message, hint);
}

#[test]
fn what_is_no_pem_or_a_damaged_one_is_told_apart() {
    let own = need!(own());
    let tenant = tenant_of(own);
    let nothing = "holds neither a certificate nor a private key";
    let pem = "give PEM: -----BEGIN CERTIFICATE----- and -----BEGIN PRIVATE KEY-----";
    let damaged = "holds PEM that is damaged";
    let anew =
        "copy the file anew: a section was cut off, or its line ends became other characters";
    let both = own.pem();
    let literal = both.replace('\n', "\\n");
    let changed = own.key.replacen("\nMII", "\nM!I", 1) + &own.certificate;
    for (text, cause, hint) in [
        ("", nothing, pem),
        ("\n", nothing, pem),
        ("{\"private_key\": null}", nothing, pem),
        (super::maker::body(&own.key).as_str(), nothing, pem),
        (&both[..both.len() / 4], damaged, anew),
        (&both[..both.len() - 5], damaged, anew),
        (&literal, damaged, anew),
        (&changed, damaged, anew),
    ] {
        let mgd = with_one_file(&tenant, text);
        refused(
            &mgd.list(NOTHING),
            &tenant,
            &format!("certificate file c.pem: {cause}"),
            hint,
        );
    }
}

#[test]
fn a_key_with_a_flipped_bit_is_refused_offline() {
    let own = need!(own());
    let tenant = tenant_of(own);
    let mut der = own.key_der();
    let middle = der.len() / 2;
    der[middle] ^= 1;
    let key = format!(
        "-----BEGIN PRIVATE KEY-----\n{}\n-----END PRIVATE KEY-----\n",
        base64::Engine::encode(&base64::prelude::BASE64_STANDARD, der)
    );
    let mgd = with_two_files(&tenant, &own.certificate, key);
    let message = "private key file k.pem: the private key is damaged";
    refused(&mgd.list(NOTHING), &tenant, message, "export it again");
}

#[test]
fn a_file_with_a_key_that_others_can_read_is_refused_with_the_mode_that_helps() {
    let own = need!(own());
    for mode in [0o644, 0o640, 0o604, 0o660] {
        let tenant = tenant_of(own);
        let open = format!("holds a secret and is open to others (mode {mode:04o})");
        let mgd = with_two_files(&tenant, &own.certificate, &own.key);
        mgd.scratch.write("k.pem", &own.key, mode);
        let message = format!("private key file k.pem: {open}");
        refused(&mgd.list(NOTHING), &tenant, &message, "chmod 600 'k.pem'");
        let mgd = with_one_file(&tenant, own.pem());
        mgd.scratch.write("c.pem", own.pem(), mode);
        let message = format!("certificate file c.pem: {open}");
        refused(&mgd.list(NOTHING), &tenant, &message, "chmod 600 'c.pem'");
    }
}

#[test]
fn a_file_with_a_certificate_only_may_be_read_but_not_changed_by_others() {
    let own = need!(own());
    let tenant = tenant_of(own);
    let mgd = with_two_files(&tenant, &own.certificate, &own.key);
    works(&mgd.list(NOTHING), &tenant);
    let tenant = tenant_of(own);
    let mgd = with_two_files(&tenant, &own.certificate, &own.key);
    mgd.scratch.write("c.pem", &own.certificate, 0o664);
    let message = "certificate file c.pem: can be changed by others (mode 0664)";
    refused(&mgd.list(NOTHING), &tenant, message, "chmod go-w 'c.pem'");
}

#[test]
fn a_file_that_is_missing_or_none_is_named() {
    let own = need!(own());
    let tenant = tenant_of(own);
    for (path, cause) in [
        ("missing", "no such file or directory"),
        ("cache", "is a directory"),
        ("/dev/zero", "is neither a file nor a pipe"),
        ("large", "is larger than 1048576 bytes"),
    ] {
        let mgd = with_two_files(&tenant, &own.certificate, &own.key);
        std::fs::create_dir(mgd.scratch.path("cache")).unwrap();
        mgd.scratch.write("large", vec![b'x'; (1 << 20) + 1], 0o600);
        mgd.edit(|all| all["private_key_file"] = path.into());
        let message = format!("private key file {path}: {cause}");
        refused(&mgd.list(NOTHING), &tenant, &message, file_hint(cause));
        let mgd = with_one_file(&tenant, own.pem());
        std::fs::create_dir(mgd.scratch.path("cache")).unwrap();
        mgd.scratch.write("large", vec![b'x'; (1 << 20) + 1], 0o600);
        mgd.edit(|all| all["certificate_file"] = path.into());
        let message = format!("certificate file {path}: {cause}");
        refused(&mgd.list(NOTHING), &tenant, &message, file_hint(cause));
    }
}
