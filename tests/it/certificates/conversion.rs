//! The commands in the hints do what they promise.

use serde_json::json;

use super::maker::{Identity, PASSPHRASE, converted, openssl, own};
use super::{NOTHING, client, refused, tenant_of, with_one_file, with_two_files, works};
use crate::support::{Mgd, Run};

const PFX: &str = "openssl pkcs12 -in 'a.pfx' -noenc -out 'a.new.pem' && chmod 600 'a.new.pem' \
                   # an old file: add -legacy";

/// The hint of a refusal.
#[track_caller]
fn hint(run: &Run) -> String {
    let hint = run
        .stderr
        .lines()
        .find_map(|line| line.strip_prefix("mgd: hint: "));
    hint.expect(&run.stderr).to_owned()
}

/// Runs the command of a hint, where no one can be asked for passphrases; the file that it makes.
#[track_caller]
fn obey(mgd: &Mgd, hint: &str, passphrases: &str) -> String {
    for name in ["pass", "again"] {
        mgd.scratch.write(name, PASSPHRASE, 0o600);
    }
    let (command, rest) = match hint.split_once(" && ") {
        Some((command, rest)) => (command, format!(" && {rest}")),
        None => (hint, String::new()),
    };
    let line = format!("{{ {command} {passphrases}{rest}\n}} 2>&1");
    let run = mgd.shell(&line);
    assert_eq!(run.code, 0, "{line}: {}", run.stdout);
    let (_, made) = hint.split_once("-out '").expect(hint);
    let (made, _) = made.split_once('\'').expect(hint);
    if mgd.scratch.read(made).contains("PRIVATE KEY") {
        let mode = std::fs::metadata(mgd.scratch.path(made)).unwrap();
        let mode = std::os::unix::fs::PermissionsExt::mode(&mode.permissions());
        assert_eq!(mode & 0o777, 0o600, "{hint}");
    }
    made.to_owned()
}

fn pfx(identity: &Identity) -> Vec<u8> {
    let both = identity.pem();
    let files = [("both", both.as_bytes()), ("pass", PASSPHRASE.as_bytes())];
    openssl("pkcs12 -export -in both -passout file:pass", &files)
}

#[test]
fn a_pfx_is_refused_with_the_command_that_converts_it() {
    let own = need!(own());
    let tenant = tenant_of(own);
    let mgd = client(&tenant, &json!({ "certificate_file": "a.pfx" }));
    mgd.scratch.write("a.pfx", pfx(own), 0o600);
    let run = mgd.list(NOTHING);
    let message = "certificate file a.pfx: is no PEM but a PFX (PKCS#12) file";
    refused(&run, &tenant, message, PFX);
    let made = obey(&mgd, &hint(&run), "-passin file:pass");
    mgd.edit(|all| all["certificate_file"] = made.into());
    works(&mgd.list(NOTHING), &tenant);
}

#[test]
fn the_command_is_right_whatever_the_file_is_called() {
    let own = need!(own());
    for name in [
        "it's mine.pfx",
        "NEW.pfx",
        "OLD",
        "my file OLD NEW.p12",
        "x/$HOME;é.pfx",
    ] {
        let tenant = tenant_of(own);
        let mgd = client(&tenant, &json!({ "certificate_file": name }));
        mgd.scratch.write(name, pfx(own), 0o600);
        mgd.scratch.write("pass", PASSPHRASE, 0o600);
        let run = mgd.list(NOTHING);
        assert_eq!((run.code, tenant.connections()), (2, 0), "{}", run.stderr);
        let line = hint(&run).replace(" && ", " -passin file:pass && ");
        let done = mgd.shell(&format!("{{ {line}\n}} 2>&1"));
        assert_eq!(done.code, 0, "{line}: {}", done.stdout);
        let made = std::path::Path::new(name).with_extension("new.pem");
        mgd.edit(|all| all["certificate_file"] = made.to_str().into());
        works(&mgd.list(NOTHING), &tenant);
    }
}

#[test]
fn a_small_pfx_with_a_short_length_is_a_pfx_too() {
    let own = need!(own());
    let tenant = tenant_of(own);
    for bytes in [
        &[0x30, 0x81, 3, 1, 2, 3][..],
        &[0x30, 0x83, 1, 0, 0, 2],
        &[0x30, 3, 2, 1, 3],
    ] {
        let mgd = with_one_file(&tenant, bytes);
        let run = mgd.list(NOTHING);
        assert_eq!((run.code, tenant.connections()), (2, 0));
    }
}

#[test]
fn a_certificate_as_der_is_refused_with_the_command_that_converts_it() {
    let own = need!(own());
    let tenant = tenant_of(own);
    let mgd = with_two_files(&tenant, own.der(), &own.key);
    let run = mgd.list(NOTHING);
    assert_eq!((run.code, tenant.connections()), (2, 0), "{}", run.stderr);
    let made = obey(&mgd, &hint(&run), "");
    mgd.edit(|all| all["certificate_file"] = made.into());
    works(&mgd.list(NOTHING), &tenant);
}

#[test]
fn a_key_as_der_is_refused_with_the_command_that_converts_it() {
    let own = need!(own());
    let tenant = tenant_of(own);
    let mgd = with_two_files(&tenant, &own.certificate, own.key_der());
    let run = mgd.list(NOTHING);
    assert_eq!((run.code, tenant.connections()), (2, 0), "{}", run.stderr);
    let made = obey(&mgd, &hint(&run), "");
    mgd.edit(|all| all["private_key_file"] = made.into());
    works(&mgd.list(NOTHING), &tenant);
}

#[test]
fn an_encryption_that_is_not_supported_is_changed_by_the_command() {
    let own = need!(own());
    for line in [
        "pkcs8 -topk8 -v2 des3 -passout file:pass -in k",
        "pkcs8 -topk8 -scrypt -passout file:pass -in k",
        "rsa -aes256 -traditional -passout file:pass -in k",
    ] {
        let tenant = tenant_of(own);
        let mgd = with_two_files(&tenant, &own.certificate, converted(line, &own.key));
        mgd.edit(|all| all["private_key_passphrase_file"] = "pass".into());
        mgd.scratch.write("pass", PASSPHRASE, 0o600);
        let run = mgd.list(NOTHING);
        assert_eq!((run.code, tenant.connections()), (2, 0), "{}", run.stderr);
        let made = obey(&mgd, &hint(&run), "-passin file:pass -passout file:again");
        mgd.edit(|all| all["private_key_file"] = made.into());
        works(&mgd.list(NOTHING), &tenant);
    }
}

#[test]
fn utf_16_is_named_as_such() {
    let own = need!(own());
    let tenant = tenant_of(own);
    let units = own.pem();
    let units = ['\u{feff}'].into_iter().chain(units.chars());
    let bytes: Vec<u8> = units.flat_map(|c| (c as u16).to_le_bytes()).collect();
    let run = with_one_file(&tenant, bytes).list(NOTHING);
    refused(
        &run,
        &tenant,
        "certificate file c.pem: is UTF-16",
        "save it as UTF-8",
    );
}
