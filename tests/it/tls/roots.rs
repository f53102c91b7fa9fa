//! Where trust comes from: `--ca-file`, the parameters, the variables, the system.

use std::fs;
use std::os::unix::fs::{PermissionsExt as _, chown};
use std::path::Path;

use serde_json::Value;

use super::server::Authority;
use crate::support::{Mgd, Run, run_by, skipped, tool, wait_until};
use crate::tenant::Tenant;

/// The program without a `ca_file` of its own; the tenant's authority is `ca.pem`.
fn without_ca_file(tenant: &Tenant) -> Mgd {
    let mgd = Mgd::new(tenant);
    mgd.edit(|parameters| parameters["ca_file"] = Value::Null);
    mgd
}

/// Refused for want of an authority, after one try and with the remedy.
#[track_caller]
fn assert_unknown(tenant: &Tenant, run: &Run) {
    run.refused(
        4,
        &format!(
            "mgd: localhost:{}: the server's certificate comes from no authority that is trusted \
             here\nmgd: hint: where a proxy opens TLS, give its CA with --ca-file or SSL_CERT_FILE\n",
            tenant.port()
        ),
    );
    wait_until(|| tenant.failed_handshakes() == 1);
    assert_eq!(tenant.connections(), 1);
    assert_eq!(tenant.requests().len(), 0);
}

#[test]
fn the_systems_authorities_do_not_vouch_for_a_stranger() {
    let tenant = Tenant::start();
    let run = without_ca_file(&tenant).list([] as [&str; 0]);
    assert_unknown(&tenant, &run);
}

#[test]
fn another_authority_in_the_variable_does_not_help() {
    let tenant = Tenant::start();
    let mgd = without_ca_file(&tenant).env("SSL_CERT_FILE", "other.pem");
    mgd.scratch
        .write("other.pem", Authority::new("other").pem, 0o644);
    assert_unknown(&tenant, &mgd.list([] as [&str; 0]));
}

#[test]
fn the_file_of_the_variable_is_trusted() {
    let tenant = Tenant::start();
    let mgd = without_ca_file(&tenant).env("SSL_CERT_FILE", "ca.pem");
    assert_eq!(mgd.list([] as [&str; 0]).ok().ids().len(), 3);
}

#[test]
fn a_file_of_several_authorities_is_trusted_whole() {
    let tenant = Tenant::start();
    let mgd = without_ca_file(&tenant).env("SSL_CERT_FILE", "both.pem");
    let both = format!(
        "# first\n{}\n# second\n{}",
        Authority::new("other").pem,
        tenant.ca_pem()
    );
    mgd.scratch.write("both.pem", both, 0o644);
    assert_eq!(mgd.list([] as [&str; 0]).ok().ids().len(), 3);
}

#[test]
fn the_folders_of_the_variable_are_trusted() {
    let tenant = Tenant::start();
    let mgd = without_ca_file(&tenant).env("SSL_CERT_DIR", "one:two");
    mgd.scratch
        .write("one/other.pem", Authority::new("other").pem, 0o644);
    mgd.scratch.write("two/5ed36f99.0", tenant.ca_pem(), 0o644);
    mgd.scratch
        .write("two/README", "no certificate here", 0o644);
    fs::create_dir(mgd.scratch.path("two/folder")).unwrap();
    assert_eq!(mgd.list([] as [&str; 0]).ok().ids().len(), 3);
}

#[test]
fn file_and_folder_of_the_variables_are_trusted_together() {
    let tenant = Tenant::start();
    let mgd = without_ca_file(&tenant)
        .env("SSL_CERT_FILE", "other.pem")
        .env("SSL_CERT_DIR", "folder");
    mgd.scratch
        .write("other.pem", Authority::new("other").pem, 0o644);
    mgd.scratch.write("folder/ca.pem", tenant.ca_pem(), 0o644);
    assert_eq!(mgd.list([] as [&str; 0]).ok().ids().len(), 3);
}

#[test]
fn an_empty_variable_is_none() {
    let tenant = Tenant::start();
    let mgd = without_ca_file(&tenant)
        .env("SSL_CERT_FILE", "")
        .env("SSL_CERT_DIR", "");
    assert_unknown(&tenant, &mgd.list([] as [&str; 0]));
}

#[test]
fn a_variable_that_leads_nowhere_is_an_error() {
    for (name, value) in [
        ("SSL_CERT_FILE", "missing.pem"),
        ("SSL_CERT_DIR", "missing"),
        ("SSL_CERT_DIR", "empty"),
    ] {
        let tenant = Tenant::start();
        let mgd = without_ca_file(&tenant).env(name, value);
        fs::create_dir(mgd.scratch.path("empty")).unwrap();
        let run = mgd.list([] as [&str; 0]);
        assert_eq!((run.code, run.stdout.as_str()), (2, ""), "{value}");
        assert!(
            run.stderr.contains(name) && run.stderr.contains(value),
            "{}",
            run.stderr
        );
        assert_eq!(tenant.connections(), 0);
    }
}

#[test]
fn the_option_wins_over_the_parameters_and_they_over_the_variable() {
    let tenant = Tenant::start();
    let mgd = Mgd::new(&tenant).env("SSL_CERT_FILE", "missing.pem");
    assert_eq!(mgd.list([] as [&str; 0]).ok().ids().len(), 3);
    let mgd = Mgd::new(&tenant).env("SSL_CERT_FILE", "missing.pem");
    mgd.edit(|parameters| parameters["ca_file"] = "also-missing.pem".into());
    assert_eq!(mgd.list(["--ca-file", "ca.pem"]).ok().ids().len(), 3);
}

#[test]
fn the_option_replaces_what_the_parameters_trust() {
    let tenant = Tenant::start();
    let mgd = Mgd::new(&tenant);
    mgd.scratch
        .write("other.pem", Authority::new("other").pem, 0o644);
    assert_unknown(&tenant, &mgd.list(["--ca-file", "other.pem"]));
}

#[test]
fn a_ca_file_without_a_certificate_is_an_error_that_shows_nothing_of_it() {
    let key = rcgen::KeyPair::generate().unwrap().serialize_pem();
    let body: String = key.lines().filter(|line| !line.starts_with('-')).collect();
    let without_newlines = key.replace('\n', "");
    let torn = format!("-----BEGIN CERTIFICATE-----\n{body}");
    let wrong = format!("-----BEGIN CERTIFICATE-----\n{body}\n-----END CERTIFICATE-----\n");
    for bytes in [
        &b""[..],
        b"canary, and no PEM",
        b"\x30\x82\x01\x00canary",
        key.as_bytes(),
        without_newlines.as_bytes(),
        torn.as_bytes(),
        wrong.as_bytes(),
    ] {
        let tenant = Tenant::start();
        let mgd = Mgd::new(&tenant);
        mgd.scratch.write("ca.pem", bytes, 0o600);
        for arguments in [&[][..], &["--ca-file", "ca.pem", "-vv"]] {
            let run = mgd.list(arguments);
            assert_eq!((run.code, run.stdout.as_str()), (2, ""), "{}", run.stderr);
            assert!(run.stderr.contains("ca.pem: holds "), "{}", run.stderr);
            assert!(!run.stderr.contains("canary"), "{}", run.stderr);
            assert!(!run.stderr.contains(&body[..20]), "{}", run.stderr);
            // The same bytes as decimal numbers, as a careless `Debug` shows them.
            assert!(!run.stderr.contains("[80, 82"), "{}", run.stderr);
        }
        assert_eq!(tenant.connections(), 0);
    }
}

#[test]
fn a_ca_file_that_cannot_be_read_is_an_error() {
    for path in ["missing.pem", "."] {
        let tenant = Tenant::start();
        let run = Mgd::new(&tenant).list(["--ca-file", path]);
        assert_eq!((run.code, run.stdout.as_str()), (2, ""));
        let start = format!("mgd: ca file {path}: ");
        assert!(run.stderr.starts_with(&start), "{}", run.stderr);
        assert_eq!(tenant.connections(), 0);
    }
}

fn set_mode(path: &Path, mode: u32) {
    fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
}

/// A folder of this mode with the tenant's authority in it, of this mode and owner; `None` where
/// no file can be given away.
fn offered(tenant: &Tenant, mode: u32, folder: u32, owner: u32) -> Option<Mgd> {
    let mgd = without_ca_file(tenant);
    let path = mgd.scratch.write("roots/ca.pem", tenant.ca_pem(), mode);
    set_mode(&mgd.scratch.path("roots"), folder);
    if owner != 0 && chown(&path, Some(owner), None).is_err() {
        skipped("only root can give files away");
        return None;
    }
    Some(mgd)
}

#[test]
fn an_authority_that_others_can_change_or_exchange_is_refused() {
    let changed = "can be changed by others (mode 0666)";
    let strange = "belongs to another user (uid 65534)";
    for (mode, folder, owner, reason) in [
        (0o666, 0o755, 0, changed),
        (0o666, 0o755, 65534, changed),
        (0o644, 0o1777, 65534, strange),
        (0o644, 0o777, 65534, strange),
    ] {
        for (option, what) in [
            (&["--ca-file", "roots/ca.pem"][..], "ca file"),
            (&[], "SSL_CERT_FILE or SSL_CERT_DIR"),
        ] {
            let tenant = Tenant::start();
            let mgd = need!(offered(&tenant, mode, folder, owner));
            let mgd = mgd.env("SSL_CERT_FILE", "roots/ca.pem");
            let run = mgd.list(option);
            let line = format!("mgd: {what} roots/ca.pem: {reason}\n");
            assert_eq!((run.code, run.stdout.as_str()), (2, ""), "{}", run.stderr);
            assert!(run.stderr.starts_with(&line), "{}", run.stderr);
            let check = mgd.list([&["check"], option].concat());
            let line = format!("fail  files: {what} roots/ca.pem: {reason}\n");
            assert!(check.stdout.contains(&line), "{}", check.stdout);
            assert_eq!((check.code, tenant.connections()), (2, 0));
        }
    }
}

#[test]
fn a_folder_of_authorities_that_others_can_change_is_refused() {
    for (mode, folder, owner) in [
        (0o644, 0o777, 0),
        (0o644, 0o775, 0),
        (0o644, 0o1777, 65534),
        (0o646, 0o755, 0),
    ] {
        let tenant = Tenant::start();
        let mgd = need!(offered(&tenant, mode, folder, owner));
        let run = mgd.env("SSL_CERT_DIR", "roots/").list([] as [&str; 0]);
        assert_eq!((run.code, run.stdout.as_str()), (2, ""), "{}", run.stderr);
        assert_eq!(tenant.connections(), 0);
    }
    let tenant = Tenant::start();
    let mgd = need!(offered(&tenant, 0o644, 0o1777, 0));
    let mgd = mgd.env("SSL_CERT_DIR", "roots/");
    assert_eq!(mgd.list([] as [&str; 0]).ok().ids().len(), 3);
}

#[test]
fn an_authority_of_another_owner_is_a_warning_of_check() {
    let tenant = Tenant::start();
    let mgd = need!(offered(&tenant, 0o644, 0o755, 65534));
    let option = ["--ca-file", "roots/ca.pem"];
    mgd.list(option).ok();
    let run = mgd.list([&["check"][..], &option].concat());
    let line = "warn  files: ca file roots/ca.pem: belongs to uid 65534\n";
    assert!(run.stdout.contains(line), "{}", run.stdout);
    assert!(!run.stdout.contains("nobody else can"), "{}", run.stdout);
}

#[test]
fn what_is_mounted_read_only_can_be_changed_by_nobody() {
    let tenant = Tenant::start();
    let mgd = need!(offered(&tenant, 0o666, 0o1777, 65534));
    let unshare = need!(tool("unshare"));
    let sh = need!(tool("sh"));
    let mount = "mount --bind roots roots && mount -o remount,ro,bind roots && exec \"$0\" \"$@\"";
    let command = mgd.command(["parameters.json", "--ca-file", "roots/ca.pem"]);
    let command = run_by(&sh, &["-c", mount], &command);
    let run = Run::from(run_by(&unshare, &["--mount"], &command).output().unwrap());
    if run.code != 2 && run.stderr.contains("mount") {
        skipped(&format!("nothing can be mounted here: {}", run.stderr));
        return;
    }
    assert_eq!(run.ok().ids().len(), 3);
}
