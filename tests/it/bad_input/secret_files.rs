//! The secret in a file of its own.

use super::{confined, parameters, refused, said};
use crate::support::{Command, Mgd, Run, file_hint, three_users};
use crate::tenant::{SECRET, Tenant};

const NOTHING: [&str; 0] = [];
const VALUE_HINT: &str =
    "put the secret's Value there, which the portal shows once, when it is made";

/// The program with `secret_file` in the place of `secret`.
fn with_secret_file(tenant: &Tenant, path: &str) -> Mgd {
    let mgd = confined(tenant);
    let quoted = format!("\"{path}\"");
    let text = parameters(tenant, &[("secret", "null"), ("secret_file", &quoted)]);
    mgd.scratch.write("parameters.json", text, 0o600);
    mgd
}

#[track_caller]
fn whole(run: &Run, tenant: &Tenant) {
    let told = (run.code, run.stderr.as_str(), run.stdout.as_str());
    assert_eq!(told, (0, "", three_users(tenant).as_str()));
}

#[test]
fn one_line_ending_is_no_part_of_the_secret() {
    for ending in ["", "\n", "\r\n"] {
        let tenant = Tenant::start();
        let mgd = with_secret_file(&tenant, "secrets/s");
        mgd.scratch
            .write("secrets/s", format!("{SECRET}{ending}"), 0o600);
        whole(&mgd.list(NOTHING), &tenant);
        let form = tenant.requests()[0].form();
        assert!(form.contains(&("client_secret".to_owned(), SECRET.to_owned())));
    }
}

#[test]
fn a_secret_file_stands_on_the_folder_of_the_parameters_file() {
    let tenant = Tenant::start();
    let mgd = confined(&tenant);
    let ca_file = format!("\"{}\"", mgd.scratch.path("ca.pem").display());
    let changes = [
        ("secret", "null"),
        ("secret_file", "\"s\""),
        ("ca_file", &*ca_file),
    ];
    mgd.scratch
        .write("etc/p.json", parameters(&tenant, &changes), 0o600);
    mgd.scratch.write("etc/s", SECRET, 0o600);
    mgd.scratch.write("s", "another", 0o600);
    whole(&mgd.run(["etc/p.json"]), &tenant);
    // As an option it stands on the current folder, and wins.
    mgd.scratch.write("etc/s", "another", 0o600);
    mgd.scratch.write("s", SECRET, 0o600);
    whole(
        &mgd.run(["etc/p.json", "--secret-file=s", "--token-cache=none"]),
        &tenant,
    );
    assert_eq!(tenant.token_posts(), 2);
}

#[test]
fn a_secret_file_that_cannot_be_one_is_refused() {
    let cases: [(&[u8], u32, &str, &str); 9] = [
        (b"", 0o600, "is empty", VALUE_HINT),
        (b"\n", 0o600, "is empty", VALUE_HINT),
        (
            b"3f6b1d52-8c0e-4a97-b1f4-6d2e90c75a18\n",
            0o600,
            "is a guid: that is the Secret ID, not the secret",
            VALUE_HINT,
        ),
        (
            b"canary\n\n",
            0o600,
            "begins or ends with white space, or holds a line end",
            VALUE_HINT,
        ),
        (b"caf\xe9", 0o600, "is not UTF-8", ""),
        (
            b"canary",
            0o644,
            "holds a secret and is open to others (mode 0644)",
            "chmod 600 's'",
        ),
        (
            b"canary",
            0o640,
            "holds a secret and is open to others (mode 0640)",
            "chmod 600 's'",
        ),
        (
            b"canary",
            0o602,
            "holds a secret and is open to others (mode 0602)",
            "chmod 600 's'",
        ),
        (&[b'x'; 65_537], 0o600, "is larger than 65536 bytes", ""),
    ];
    for (bytes, mode, cause, hint) in cases {
        let tenant = Tenant::start();
        let mgd = with_secret_file(&tenant, "s");
        mgd.scratch.write("s", bytes, mode);
        refused(
            &mgd.list(NOTHING),
            &tenant,
            &format!("secret file s: {cause}"),
            hint,
        );
    }
}

#[test]
fn what_is_no_secret_file_is_named() {
    let cases = [
        ("missing", "no such file or directory"),
        ("folder", "is a directory"),
        ("/dev/zero", "is neither a file nor a pipe"),
        ("parameters.json/s", "not a directory"),
    ];
    for (path, cause) in cases {
        let tenant = Tenant::start();
        let mgd = with_secret_file(&tenant, path);
        std::fs::create_dir(mgd.scratch.path("folder")).unwrap();
        refused(
            &mgd.list(NOTHING),
            &tenant,
            &match path {
                // It may be the secret itself.
                "missing" => format!("secret file: {cause}"),
                path => format!("secret file {path}: {cause}"),
            },
            file_hint(cause),
        );
    }
}

#[test]
fn a_byte_order_mark_is_never_sent_as_a_part_of_the_secret() {
    let tenant = Tenant::start();
    let mgd = with_secret_file(&tenant, "s");
    mgd.scratch
        .write("s", format!("\u{feff}{SECRET}\r\n"), 0o600);
    let run = mgd.list(NOTHING);
    let sent = tenant
        .requests()
        .iter()
        .map(|seen| seen.form())
        .collect::<Vec<_>>()
        .concat();
    assert!(
        !sent.iter().any(|(_, value)| value.contains('\u{feff}')),
        "{}",
        run.stderr
    );
}

#[test]
fn a_credential_of_a_service_manager_is_accepted() {
    let tenant = Tenant::start();
    let mgd = confined(&tenant);
    let folder = mgd.scratch.path("credentials").display().to_string();
    let quoted = format!("\"{folder}/s\"");
    let text = parameters(&tenant, &[("secret", "null"), ("secret_file", &quoted)]);
    mgd.scratch.write("parameters.json", text, 0o600);
    mgd.scratch.write("credentials/s", SECRET, 0o644);
    let alone = std::os::unix::fs::PermissionsExt::from_mode(0o700);
    std::fs::set_permissions(&folder, alone).unwrap();
    let message =
        format!("secret file {folder}/s: holds a secret and is open to others (mode 0644)");
    let hint = format!("chmod 600 '{folder}/s'");
    mgd.list(NOTHING).refused(2, &said(&message, &hint));
    whole(
        &mgd.env("CREDENTIALS_DIRECTORY", folder).list(NOTHING),
        &tenant,
    );
}

#[test]
fn a_fifo_is_read_to_its_end() {
    let tenant = Tenant::start();
    let mgd = with_secret_file(&tenant, "s");
    let fifo = mgd.scratch.path("s");
    assert!(
        Command::new("mkfifo")
            .arg(&fifo)
            .status()
            .unwrap()
            .success()
    );
    let child = mgd.start(["parameters.json"]);
    std::fs::write(&fifo, format!("{SECRET}\n")).unwrap();
    whole(&child.wait_with_output().unwrap().into(), &tenant);
}
