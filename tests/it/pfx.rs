//! PFX files, where the program was built with their reader.

use crate::support::{Command, Mgd, tool};
use crate::tenant::{Reply, Tenant};

/// A certificate and its key in a PFX file that this passphrase opens.
fn pfx(mgd: &Mgd, passphrase: &str) {
    let run = |arguments: &[&str]| {
        let output = Command::new("openssl")
            .current_dir(mgd.folder())
            .args(arguments)
            .output();
        assert!(output.unwrap().status.success(), "{arguments:?}");
    };
    let key = [
        "-newkey", "rsa:2048", "-noenc", "-keyout", "key.pem", "-out", "cert.pem",
    ];
    run(&[&["req", "-x509", "-subj", "/CN=test"], &key[..]].concat());
    let names = ["-inkey", "key.pem", "-in", "cert.pem", "-out", "both.pfx"];
    let word = format!("pass:{passphrase}");
    run(&[&["pkcs12", "-export", "-passout", &word], &names[..]].concat());
    let path = mgd.scratch.path("both.pfx");
    let bytes = std::fs::read(path).unwrap();
    mgd.scratch.write("both.pfx", bytes, 0o600);
}

fn with_pfx(tenant: &Tenant, passphrase: &str) -> Option<Mgd> {
    tool("openssl")?;
    let mgd = Mgd::new(tenant);
    pfx(&mgd, passphrase);
    mgd.edit(|parameters| {
        parameters.as_object_mut().unwrap().remove("secret");
        parameters["certificate_file"] = "both.pfx".into();
    });
    Some(mgd)
}

#[test]
fn a_pfx_file_proves_the_identity() {
    for passphrase in ["", "pass w\u{f6}rd"] {
        let tenant = Tenant::start();
        let mgd = need!(with_pfx(&tenant, passphrase));
        let token = tenant.issue_token();
        let grant = format!("{{\"access_token\":\"{token}\",\"expires_in\":3599}}");
        tenant.on(&tenant.token_path(), [Reply::json(grant)]);
        mgd.env("AZURE_CLIENT_CERTIFICATE_PASSWORD", passphrase)
            .list([] as [&str; 0])
            .ok();
        let form = tenant.requests()[0].form();
        let names: Vec<_> = form.iter().map(|(name, _)| name.as_str()).collect();
        assert!(names.contains(&"client_assertion"), "{names:?}");
        assert!(!names.contains(&"client_secret"), "{names:?}");
    }
}

#[test]
fn a_pfx_file_stays_shut_without_its_passphrase() {
    let tenant = Tenant::start();
    let mgd = need!(with_pfx(&tenant, "right"));
    let line = "mgd: certificate file both.pfx: is a PFX that the passphrase does not open, \
                or damaged\nmgd: hint: check the passphrase: one line end after it is no part of \
                it\n";
    mgd.list([] as [&str; 0]).refused(2, line);
    assert_eq!(tenant.connections(), 0);
}

#[test]
fn a_pfx_file_that_others_can_read_is_refused() {
    let tenant = Tenant::start();
    let mgd = need!(with_pfx(&tenant, ""));
    let bytes = std::fs::read(mgd.scratch.path("both.pfx")).unwrap();
    mgd.scratch.write("both.pfx", bytes, 0o644);
    let run = mgd.list([] as [&str; 0]);
    assert_eq!((run.code, tenant.connections()), (2, 0));
    assert!(
        run.stderr.contains("chmod 600 'both.pfx'"),
        "{}",
        run.stderr
    );
}
