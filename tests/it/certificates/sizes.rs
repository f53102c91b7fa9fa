//! Keys of other sizes and kinds.

use super::maker::{Identity, converted, key, key_in_time, openssl, own, text};
use super::{NOTHING, RSA, refused, tenant_of, with_two_files, works};

/// A key of this size is refused, in both forms.
#[track_caller]
fn size_refused(pkcs8: &str, bits: u32) {
    let own = own().unwrap();
    let tenant = tenant_of(own);
    let message = format!(
        "private key file k.pem: the private key has {bits} bits: it must have 2048 to 4096"
    );
    let pkcs1 = converted("rsa -traditional -in k", pkcs8);
    for key in [pkcs8, &pkcs1] {
        let mgd = with_two_files(&tenant, &own.certificate, key);
        refused(&mgd.list(NOTHING), &tenant, &message, RSA);
    }
}

#[test]
fn a_key_below_2048_bits_is_refused() {
    need!(own());
    size_refused(&key(1024), 1024);
    size_refused(&key(2047), 2047);
}

#[test]
fn a_key_above_4096_bits_is_refused() {
    need!(own());
    size_refused(&need!(key_in_time(8192)), 8192);
}

#[test]
fn keys_up_to_4096_bits_work() {
    need!(own());
    for bits in [3072, 4096] {
        if let Some(key) = key_in_time(bits) {
            let identity = Identity::new(&key);
            let tenant = tenant_of(&identity);
            let mgd = with_two_files(&tenant, &identity.certificate, &key);
            works(&mgd.list(NOTHING), &tenant);
        }
    }
}

#[test]
fn a_key_on_an_elliptic_curve_is_refused_with_the_kind_that_works() {
    let own = need!(own());
    let tenant = tenant_of(own);
    let sec1 = text(openssl("ecparam -name prime256v1 -genkey", &[]));
    assert!(sec1.starts_with("-----BEGIN EC PARAMETERS-----"));
    let mgd = with_two_files(&tenant, &own.certificate, &sec1);
    refused(
        &mgd.list(NOTHING),
        &tenant,
        "private key file k.pem: the private key is an elliptic curve's",
        "Entra takes RSA: openssl req -x509 -newkey rsa:2048 -noenc -keyout key.pem -out cert.pem",
    );
    for line in [
        "genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256",
        "genpkey -algorithm ed25519",
    ] {
        let key = text(openssl(line, &[]));
        let mgd = with_two_files(&tenant, &own.certificate, &key);
        let message = "private key file k.pem: the private key is no RSA key that can be read";
        refused(&mgd.list(NOTHING), &tenant, message, RSA);
    }
}

#[test]
fn an_rsa_key_of_a_kind_that_cannot_be_used_is_not_called_damaged() {
    let own = need!(own());
    for line in [
        "genpkey -algorithm RSA -pkeyopt rsa_keygen_bits:2048 -pkeyopt rsa_keygen_pubexp:3",
        "genpkey -algorithm RSA-PSS -pkeyopt rsa_keygen_bits:2048",
    ] {
        let tenant = tenant_of(own);
        let mgd = with_two_files(&tenant, &own.certificate, text(openssl(line, &[])));
        let run = mgd.list(NOTHING);
        assert_eq!((run.code, tenant.connections()), (2, 0), "{}", run.stderr);
        assert!(!run.stderr.contains("damaged"), "{line}: {}", run.stderr);
    }
}
