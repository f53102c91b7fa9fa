//! `mgd init`: what it writes, what it asks for, and that it changes nothing that is there.

use std::fs;
use std::io::{Read as _, Write as _};
use std::os::unix::fs::PermissionsExt as _;
use std::process::Stdio;

use serde_json::{Value, json};

use crate::support::{Child, Command, LIMIT, Mgd, Run, skipped, tool};
use crate::tenant::{CLIENT_ID, TENANT_ID, Tenant};

const SECRET: &str = "canary-s3cret~value";
const WRITTEN: &str = "mgd: parameters.json written, for its owner alone (mode 0600)\n";

fn init(mgd: &Mgd, more: &[&str]) -> Run {
    let ids = ["init", "--tenant", TENANT_ID, "--client-id", CLIENT_ID];
    mgd.run([&ids[..], more].concat())
}

fn written(mgd: &Mgd) -> Value {
    let path = mgd.scratch.path("parameters.json");
    let mode = fs::metadata(path).unwrap().permissions().mode();
    assert_eq!(mode & 0o7777, 0o600);
    serde_json::from_str(&mgd.scratch.read("parameters.json")).unwrap()
}

fn authority() -> String {
    format!("https://login.microsoftonline.com/{TENANT_ID}")
}

fn steps(first: &str) -> String {
    let lines = [
        format!(
            "Add the permission: entra.microsoft.com, App registrations, application\n   {CLIENT_ID}, API permissions, Microsoft Graph,\n   Application permissions (not delegated ones), User.Read.All"
        ),
        format!(
            "Have an administrator consent:\n   {}/adminconsent?client_id={CLIENT_ID}",
            authority()
        ),
        "See whether all is right:\n   mgd parameters.json check".to_owned(),
    ];
    let lines = [first.to_owned()].into_iter().chain(lines);
    let lines = lines.filter(|line| !line.is_empty()).enumerate();
    let lines = lines.map(|(at, line)| format!("{}. {line}\n", at + 1));
    format!("Next:\n{}", lines.collect::<String>())
}

#[test]
fn a_secret_in_a_file_of_its_own() {
    let mgd = Mgd::without_files();
    mgd.scratch.write("secret", SECRET, 0o600);
    init(&mgd, &["--secret-file", "secret"]).ended(0, &steps(""), WRITTEN);
    let expected = json!({
        "authority": authority(),
        "client_id": CLIENT_ID,
        "secret_file": "secret",
    });
    assert_eq!(written(&mgd), expected);
    assert_eq!(mgd.scratch.names(), ["parameters.json", "secret"]);
    let run = mgd.list(["consent-url"]).ok();
    assert_eq!(
        run.stdout,
        format!("{}/adminconsent?client_id={CLIENT_ID}\n", authority())
    );
}

#[test]
fn what_was_written_lists_the_users() {
    let tenant = Tenant::start();
    let mgd = Mgd::new(&tenant);
    let parameters: Value = serde_json::from_str(&mgd.scratch.read("parameters.json")).unwrap();
    mgd.scratch
        .write("secret", parameters["secret"].as_str().unwrap(), 0o600);
    fs::create_dir(mgd.scratch.path("conf")).unwrap();
    let authority = tenant.authority();
    let options = ["--client-id", CLIENT_ID, "--secret-file", "secret"];
    let line = ["init", "conf/app.json", "--authority", &authority];
    mgd.run([&line[..], &options].concat()).ok();
    let root = tenant.origin();
    let line = ["conf/app.json", "get", "users", "--graph", &root];
    let run = mgd.run([&line[..], &["--ca-file", "ca.pem", "--token-cache", "none"]].concat());
    assert_eq!(run.ok().ids().len(), 3);
}

#[test]
fn a_certificate_that_is_not_there_yet_comes_with_the_commands_that_make_it() {
    let openssl = need!(tool("openssl"));
    let mgd = Mgd::without_files();
    let run = init(&mgd, &["--certificate-file", "app.pem"]).ok();
    let commands = "openssl req -x509 -newkey rsa:2048 -nodes -days 365 -subj /CN=mgd \\\n     \
                    -keyout app.pem -out app.pem\n   \
                    openssl x509 -in app.pem -out app.crt";
    let first = format!(
        "Make a key and a certificate, and upload app.crt under Certificates & secrets, \
         Certificates:\n   {commands}"
    );
    assert_eq!(run.stdout, steps(&first));
    assert_eq!(written(&mgd)["certificate_file"], "app.pem");
    let mut shell = Command::new("/bin/sh");
    shell
        .current_dir(mgd.folder())
        .env("PATH", openssl.parent().unwrap())
        .args(["-c", &format!("umask 077; {commands}")]);
    assert!(shell.output().unwrap().status.success());
    assert!(!mgd.scratch.read("app.crt").contains("KEY"));
    // With the certificate at hand, the same command has all that it needs.
    let run = mgd.list(["get", "users", "--dry-run"]);
    assert_eq!(run.code, 0, "{}", run.stderr);
    let run = init(&mgd, &["two.json", "--certificate-file", "app.pem"]).ok();
    assert!(!run.stdout.contains("openssl req"), "{}", run.stdout);
}

#[test]
fn an_identity_of_the_machine_and_a_token_file() {
    let mgd = Mgd::without_files();
    let run = mgd.run(["init", "--auth", "managed-identity"]).ok();
    assert_eq!(written(&mgd), json!({ "managed_identity": true }));
    assert!(run.stdout.contains("appRoleAssignments"), "{}", run.stdout);
    let mgd = Mgd::without_files();
    let line = ["init", "--auth=managed-identity", "--client-id", CLIENT_ID];
    mgd.run(line).ok();
    let expected = json!({ "managed_identity": { "client_id": CLIENT_ID } });
    assert_eq!(written(&mgd), expected);
    let mgd = Mgd::without_files();
    init(&mgd, &["--token-file", "token"]).ended(0, &steps(""), WRITTEN);
    assert_eq!(written(&mgd)["federated_token_file"], "token");
}

#[test]
fn a_file_that_exists_stays_as_it_is() {
    let mgd = Mgd::without_files();
    mgd.scratch.write("secret", SECRET, 0o600);
    mgd.scratch.write("parameters.json", "mine", 0o644);
    let stderr = "mgd: parameters.json: exists already; nothing was changed\n\
                  mgd: hint: name another file: mgd init FILE.json; mgd FILE.json check looks at \
                  one that exists\n";
    init(&mgd, &["--secret-file", "secret"]).refused(2, stderr);
    assert_eq!(mgd.scratch.read("parameters.json"), "mine");
    // A link that leads nowhere is something, too.
    fs::remove_file(mgd.scratch.path("parameters.json")).unwrap();
    let link = mgd.scratch.path("parameters.json");
    std::os::unix::fs::symlink("elsewhere", link).unwrap();
    init(&mgd, &["--secret-file", "secret"]).refused(2, stderr);
    assert_eq!(mgd.scratch.names(), ["parameters.json", "secret"]);
}

#[test]
fn what_cannot_be_right_is_refused_and_nothing_is_written() {
    let mgd = Mgd::without_files();
    mgd.scratch.write("secret", SECRET, 0o600);
    mgd.scratch.write("id", TENANT_ID, 0o600);
    mgd.scratch.write("open", SECRET, 0o644);
    let secret = "--secret-file=secret";
    for (line, code, start) in [
        (
            vec!["--tenant=7", "--client-id", CLIENT_ID, secret],
            2,
            "mgd: 7: is neither a tenant id (a guid) nor a domain\n",
        ),
        (
            vec!["--tenant", TENANT_ID, "--client-id=1234-5", secret],
            2,
            "mgd: --client-id: 1234-5: is not a guid\n",
        ),
        (
            vec!["--tenant=common", "--client-id", CLIENT_ID, secret],
            2,
            "mgd: --tenant: ",
        ),
        (
            vec![
                "--tenant",
                TENANT_ID,
                "--client-id",
                CLIENT_ID,
                "--secret-file=id",
            ],
            2,
            "mgd: secret file id: is a guid: that is the Secret ID, not the secret\n",
        ),
        (
            vec![
                "--tenant",
                TENANT_ID,
                "--client-id",
                CLIENT_ID,
                "--secret-file=open",
            ],
            2,
            "mgd: secret file open: holds a secret and is open to others (mode 0644)\n",
        ),
        (
            vec![
                "--tenant",
                TENANT_ID,
                "--client-id",
                CLIENT_ID,
                "--secret-file=none",
            ],
            2,
            "mgd: secret file: no such file or directory\n",
        ),
        (
            vec!["--auth=managed-identity", "--client-id=7"],
            2,
            "mgd: --client-id: 7: is not a guid\n",
        ),
        (
            vec!["--auth=github"],
            2,
            "mgd: --auth github: stands in no file\n",
        ),
        (
            vec![secret, "--token-file=t"],
            2,
            "mgd: a secret and a federated stand together\n",
        ),
        (
            vec![
                "no/p.json",
                "--tenant",
                TENANT_ID,
                "--client-id",
                CLIENT_ID,
                secret,
            ],
            6,
            "mgd: no/p.json: not written: no such file or directory\n",
        ),
    ] {
        let run = mgd.run([&["init"], &line[..]].concat());
        assert_eq!(
            (run.code, run.stdout.as_str()),
            (code, ""),
            "{line:?}: {}",
            run.stderr
        );
        assert!(run.stderr.starts_with(start), "{line:?}: {}", run.stderr);
        assert_eq!(mgd.scratch.names(), ["id", "open", "secret"]);
    }
}

#[test]
fn a_folder_that_cannot_be_written_is_a_fault_of_this_machine() {
    // /proc is nobody's to write, root's neither.
    let mgd = Mgd::without_files();
    mgd.scratch.write("secret", SECRET, 0o600);
    let run = init(&mgd, &["/proc/parameters.json", "--secret-file=secret"]);
    assert_eq!(run.code, 6, "{}", run.stderr);
    let start = "mgd: /proc/parameters.json: not written: ";
    assert!(run.stderr.starts_with(start), "{}", run.stderr);
}

#[test]
fn without_a_terminal_the_options_are_named() {
    let mgd = Mgd::without_files();
    let hint = "mgd: hint: as in mgd init --tenant ID --client-id ID --secret-file FILE\n";
    let one = "one of --secret-file, --certificate-file, --token-file, --auth managed-identity";
    let told =
        |names: &str| format!("mgd: init: no terminal to ask on, and {names} not given\n{hint}");
    mgd.run(["init"])
        .refused(2, &told(&format!("--tenant, --client-id, {one}")));
    mgd.run(["init", "--tenant=x.example", "--auth=certificate"])
        .refused(2, &told("--client-id, --certificate-file"));
    init(&mgd, &[]).refused(2, &told(one));
    assert_eq!(mgd.scratch.names(), [] as [&str; 0]);
}

/// A conversation on a terminal: what is typed after each question, and all that was shown.
fn converse(mgd: &Mgd, answers: &[(&str, &str)]) -> Option<(i32, String)> {
    let script = tool("script")?;
    let mut command = Command::new(script);
    let line = format!("'{}' init", env!("CARGO_BIN_EXE_mgd"));
    let mut child: Child = command
        .args(["-qec", &line, "/dev/null"])
        .current_dir(mgd.folder())
        .env_clear()
        .env("PATH", "/usr/bin:/bin")
        .env("SHELL", "/bin/sh")
        .env("HOME", mgd.folder())
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .limit(LIMIT)
        .spawn()
        .unwrap();
    let mut stdin = child.stdin.take().unwrap();
    let mut stdout = child.stdout.take().unwrap();
    let mut shown = Vec::new();
    for (question, answer) in answers {
        while !String::from_utf8_lossy(&shown).ends_with(question) {
            let mut byte = [0];
            let n = stdout.read(&mut byte).unwrap();
            assert_eq!(n, 1, "{}", String::from_utf8_lossy(&shown));
            shown.push(byte[0]);
        }
        if question.contains("secret") {
            // What is typed before the terminal is silent would be shown.
            std::thread::sleep(std::time::Duration::from_millis(300));
        }
        stdin.write_all(answer.as_bytes()).unwrap();
    }
    stdout.read_to_end(&mut shown).unwrap();
    drop(stdin);
    let code = child.wait().unwrap().code().unwrap();
    Some((code, String::from_utf8(shown).unwrap()))
}

const VALUE: &str = "Value of the client secret (not shown): ";

fn ids(last: (&'static str, &'static str)) -> Vec<(&'static str, &'static str)> {
    vec![
        ("Number [1]: ", "secret\n"),
        ("Directory (tenant) ID, or a domain of it: ", "nonsense\n"),
        (
            "neither a guid nor a domain\r\nDirectory (tenant) ID, or a domain of it: ",
            "contoso.onmicrosoft.com\n",
        ),
        ("Application (client) ID: ", "7\n"),
        (
            "not a guid\r\nApplication (client) ID: ",
            "11111111-2222-3333-4444-555555555555\n",
        ),
        last,
    ]
}

#[test]
fn a_person_is_asked_and_the_secret_is_not_shown() {
    let mgd = Mgd::without_files();
    let answer = "wrong\u{15}canary-s3cret~valuee\u{7f}\n";
    let (code, shown) = need!(converse(&mgd, &ids((VALUE, answer))));
    assert_eq!(code, 0, "{shown}");
    assert!(!shown.contains("canary"), "{shown}");
    assert!(shown.contains("mgd parameters.json check"), "{shown}");
    let expected = json!({
        "authority": "https://login.microsoftonline.com/contoso.onmicrosoft.com",
        "client_id": "11111111-2222-3333-4444-555555555555",
        "secret": SECRET,
    });
    assert_eq!(written(&mgd), expected);
}

#[test]
fn who_leaves_half_way_has_changed_nothing() {
    let mgd = Mgd::without_files();
    let (code, shown) = need!(converse(&mgd, &ids((VALUE, "canary\u{3}"))));
    assert_eq!(code, 130, "{shown}");
    let (code, _) = need!(converse(&mgd, &ids((VALUE, "\u{4}"))));
    assert_eq!(code, 2);
    let (code, shown) = need!(converse(&mgd, &[("Number [1]: ", "\u{4}")]));
    assert_eq!(code, 2);
    assert!(shown.contains("nothing was written"), "{shown}");
    let (code, _) = need!(converse(&mgd, &[("Number [1]: ", "\u{3}")]));
    assert_eq!(code, 130);
    assert_eq!(mgd.scratch.names(), [] as [&str; 0]);
}

#[test]
fn variables_stand_in_for_options() {
    let mgd = Mgd::without_files()
        .env("AZURE_TENANT_ID", TENANT_ID)
        .env("AZURE_CLIENT_ID", CLIENT_ID)
        .env("AZURE_CLIENT_CERTIFICATE_PATH", "app.pem");
    mgd.run(["init", "-q"]).ok();
    assert_eq!(written(&mgd)["certificate_file"], "app.pem");
    // Those of the credential are not the file's: it must stand for itself.
    let mgd = mgd.env("AZURE_CLIENT_SECRET", SECRET);
    mgd.run(["init", "two.json", "--token-file=token"]).ok();
    assert!(!mgd.scratch.read("two.json").contains(SECRET));
}

#[test]
fn the_file_is_there_whole_or_not_at_all() {
    let strace = need!(tool("strace"));
    let own = ["fsync", "renameat2"];
    for (inject, code, is_there) in [
        // A signal ends the program in a thread of its own: the name may be given by then.
        ("fsync:signal=TERM:when=1", 143, true),
        ("fsync:error=EIO:when=1", 6, false),
        ("renameat2:signal=TERM:when=1", 143, true),
        ("renameat2:error=ENOSPC", 6, false),
        ("renameat2:error=EEXIST", 2, false),
        // A file system without this kind of rename has links.
        ("renameat2:error=EINVAL", 0, true),
    ] {
        let mgd = Mgd::without_files();
        mgd.scratch.write("secret", SECRET, 0o600);
        let mut command = Command::new(&strace);
        command
            .args([
                "-f",
                "-o",
                "/dev/null",
                "-e",
                &format!("trace={}", own.join(",")),
            ])
            .args(["-e", &format!("inject={inject}"), env!("CARGO_BIN_EXE_mgd")])
            .args(["init", "--tenant", TENANT_ID, "--client-id", CLIENT_ID])
            .args(["--secret-file", "secret"])
            .current_dir(mgd.folder());
        let run = Run::from(command.output().unwrap());
        if run.stderr.contains("ptrace") {
            skipped(&format!("strace cannot trace here: {}", run.stderr));
            return;
        }
        // The signal may come too late.
        let is_late = code == 143 && run.code == 0;
        assert!(run.code == code || is_late, "{inject}: {run:?}");
        let names = mgd.scratch.names();
        if is_there && run.code == 0 {
            assert_eq!(names, ["parameters.json", "secret"], "{inject}");
        }
        if !is_there {
            assert_eq!(names, ["secret"], "{inject}");
        }
        assert!(
            names.iter().all(|name| !name.ends_with(".tmp")),
            "{inject}: {names:?}"
        );
        if names.len() == 2 {
            assert_eq!(written(&mgd)["client_id"], CLIENT_ID, "{inject}");
        }
    }
}
