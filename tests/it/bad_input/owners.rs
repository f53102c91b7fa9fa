//! Who else can read or change the parameters file.

use std::io::Write as _;
use std::os::unix::fs::{PermissionsExt as _, chown, lchown};
use std::path::Path;
use std::process::Stdio;

use super::{confined, parameters, refused};
use crate::support::{Command, Mgd, Run, run_as_nobody, run_by, skipped, three_users, tool};
use crate::tenant::{SECRET, Tenant};

const NOTHING: [&str; 0] = [];

fn set_mode(path: &Path, mode: u32) {
    std::fs::set_permissions(path, std::fs::Permissions::from_mode(mode)).unwrap();
}

#[track_caller]
fn whole(run: &Run, tenant: &Tenant) {
    let told = (run.code, run.stderr.as_str(), run.stdout.as_str());
    assert_eq!(told, (0, "", three_users(tenant).as_str()));
}

#[test]
fn a_secret_that_others_can_read_or_write_is_refused() {
    let tenant = Tenant::start();
    let mgd = confined(&tenant);
    for mode in [0o644, 0o640, 0o604, 0o602, 0o620, 0o666, 0o601, 0o777] {
        set_mode(&mgd.scratch.path("parameters.json"), mode);
        let message = format!(
            "parameters file parameters.json: holds a secret and is open to others (mode {mode:04o})"
        );
        refused(
            &mgd.list(NOTHING),
            &tenant,
            &message,
            "chmod 600 'parameters.json'",
        );
    }
    for mode in [0o600, 0o400, 0o700] {
        set_mode(&mgd.scratch.path("parameters.json"), mode);
        whole(&mgd.list(NOTHING), &tenant);
    }
}

#[test]
fn a_file_without_a_secret_may_be_read_by_all_and_written_by_none() {
    let tenant = Tenant::start();
    let mgd = confined(&tenant);
    let text = parameters(&tenant, &[("secret", "null"), ("secret_file", "\"s\"")]);
    mgd.scratch.write("s", SECRET, 0o600);
    mgd.scratch.write("parameters.json", text, 0o600);
    for mode in [0o664, 0o646, 0o622, 0o602] {
        set_mode(&mgd.scratch.path("parameters.json"), mode);
        let message =
            format!("parameters file parameters.json: can be changed by others (mode {mode:04o})");
        refused(
            &mgd.list(NOTHING),
            &tenant,
            &message,
            "chmod go-w 'parameters.json'",
        );
    }
    for mode in [0o644, 0o444, 0o600] {
        set_mode(&mgd.scratch.path("parameters.json"), mode);
        whole(&mgd.list(NOTHING), &tenant);
    }
}

#[test]
fn the_remedy_can_be_pasted_into_a_shell_whatever_the_name() {
    let tenant = Tenant::start();
    let mgd = confined(&tenant);
    for name in ["it's $HOME.json", "a b;c.json", "ü\"`x`.json"] {
        mgd.scratch.write(name, parameters(&tenant, &[]), 0o644);
        let run = mgd.run([name]);
        assert_eq!(run.code, 2);
        let hint = run
            .stderr
            .lines()
            .nth(1)
            .and_then(|line| line.strip_prefix("mgd: hint: "));
        let shell = Command::new("sh")
            .args(["-c", hint.unwrap()])
            .current_dir(mgd.folder())
            .status();
        assert!(shell.unwrap().success(), "{}", run.stderr);
        whole(&mgd.run([name]), &tenant);
    }
}

#[test]
fn a_link_to_a_good_file_is_followed() {
    // Secrets of Kubernetes are links to links.
    let tenant = Tenant::start();
    let mgd = confined(&tenant);
    std::fs::rename(
        mgd.scratch.path("parameters.json"),
        mgd.scratch.path("real"),
    )
    .unwrap();
    std::os::unix::fs::symlink("real", mgd.scratch.path("parameters.json")).unwrap();
    whole(&mgd.list(NOTHING), &tenant);
    set_mode(&mgd.scratch.path("real"), 0o644);
    let message =
        "parameters file parameters.json: holds a secret and is open to others (mode 0644)";
    mgd.list(NOTHING)
        .refused(2, &super::said(message, "chmod 600 'parameters.json'"));
}

#[test]
fn what_a_service_manager_gives_is_accepted() {
    let tenant = Tenant::start();
    let mgd = confined(&tenant);
    std::fs::create_dir(mgd.scratch.path("credentials")).unwrap();
    let folder = mgd.scratch.path("credentials");
    set_mode(&folder, 0o700);
    let mgd = mgd.env("CREDENTIALS_DIRECTORY", folder.display().to_string());
    let quoted = format!("\"{}\"", mgd.scratch.path("ca.pem").display());
    let text = parameters(&tenant, &[("ca_file", &quoted)]);
    mgd.scratch.write("credentials/p.json", &text, 0o644);
    mgd.scratch.write("credentials-not/p.json", &text, 0o644);
    whole(&mgd.run(["credentials/p.json"]), &tenant);
    let message = "parameters file credentials/../credentials-not/p.json: holds a secret and is \
                   open to others (mode 0644)";
    let run = mgd.run(["credentials/../credentials-not/p.json"]);
    let hint = "chmod 600 'credentials/../credentials-not/p.json'";
    run.refused(2, &super::said(message, hint));
}

#[test]
fn a_folder_of_credentials_that_others_can_enter_is_none() {
    let tenant = Tenant::start();
    let message =
        "parameters file parameters.json: holds a secret and is open to others (mode 0644)";
    for (folder, mode) in [("/", None), ("", Some(0o755)), ("", Some(0o701))] {
        let mgd = confined(&tenant);
        set_mode(&mgd.scratch.path("parameters.json"), 0o644);
        if let Some(mode) = mode {
            set_mode(mgd.folder(), mode);
        }
        let folder = match folder {
            "" => mgd.folder().display().to_string(),
            root => root.to_owned(),
        };
        let mgd = mgd.env("CREDENTIALS_DIRECTORY", folder);
        refused(
            &mgd.list(NOTHING),
            &tenant,
            message,
            "chmod 600 'parameters.json'",
        );
    }
}

/// A folder in which all can make files and none can take away those of others.
fn sticky(mgd: &Mgd) {
    std::fs::create_dir(mgd.scratch.path("shared")).unwrap();
    set_mode(&mgd.scratch.path("shared"), 0o1777);
}

#[test]
fn a_fifo_of_a_stranger_is_not_read_even_by_root() {
    let tenant = Tenant::start();
    let mgd = confined(&tenant);
    sticky(&mgd);
    let fifo = mgd.scratch.path("shared/p.json");
    let made = Command::new("mkfifo").arg(&fifo).status();
    assert!(made.unwrap().success());
    if chown(&fifo, Some(65534), None).is_err() {
        skipped("only root can give files away");
        return;
    }
    // It has no writer: whoever waited for one would wait in vain.
    let message = "parameters file shared/p.json: belongs to another user (uid 65534)";
    let hint = "chown \"$(id -u)\" 'shared/p.json' && chmod 600 'shared/p.json'";
    refused(&mgd.run(["shared/p.json"]), &tenant, message, hint);
    let run = mgd.list(["--secret-file", "shared/p.json"]);
    refused(
        &run,
        &tenant,
        &message.replace("parameters", "secret"),
        hint,
    );
    chown(&fifo, Some(0), None).unwrap();
    set_mode(&fifo, 0o602);
    let message = "parameters file shared/p.json: can be changed by others (mode 0602)";
    let hint = "chmod go-w 'shared/p.json'";
    refused(&mgd.run(["shared/p.json"]), &tenant, message, hint);
}

#[test]
fn a_strangers_link_beside_the_files_of_others_leads_to_no_parameters() {
    let tenant = Tenant::start();
    let mgd = confined(&tenant);
    sticky(&mgd);
    let link = mgd.scratch.path("shared/p.json");
    std::os::unix::fs::symlink(mgd.scratch.path("parameters.json"), &link).unwrap();
    whole(&mgd.run(["shared/p.json", "--ca-file=ca.pem"]), &tenant);
    if lchown(&link, Some(65534), None).is_err() {
        skipped("only root can give files away");
        return;
    }
    let message = "parameters file shared/p.json: the symbolic link p.json on its path belongs to \
                   another user (uid 65534)";
    let run = mgd.run(["shared/p.json", "--ca-file=ca.pem"]);
    run.refused(2, &super::said(message, ""));
}

/// Runs with this on stdin.
fn fed(mgd: &Mgd, arguments: &[&str], stdin: &str) -> Run {
    let mut child = mgd
        .command(arguments)
        .stdin(Stdio::piped())
        .spawn()
        .unwrap();
    let mut pipe = child.stdin.take().unwrap();
    pipe.write_all(stdin.as_bytes()).unwrap();
    drop(pipe);
    child.wait_with_output().unwrap().into()
}

#[test]
fn a_pipe_is_accepted_as_shells_make_it_for_a_process() {
    let tenant = Tenant::start();
    let mgd = confined(&tenant);
    let path = |name: &str| format!("\"{}\"", mgd.scratch.path(name).display());
    let (ca_file, cache) = (path("ca.pem"), path("t.json"));
    let text = parameters(&tenant, &[("ca_file", &ca_file), ("token_cache", &cache)]);
    whole(&fed(&mgd, &["/dev/stdin"], &text), &tenant);
    whole(
        &fed(&mgd, &["/proc/self/fd/0", "--token-cache=none"], &text),
        &tenant,
    );
    let run = mgd.list(["--secret-file", "/dev/fd/0"]);
    run.refused(
        2,
        "mgd: secret file /dev/fd/0: is neither a file nor a pipe\nmgd: hint: name a file\n",
    );
    whole(
        &fed(
            &mgd,
            &["parameters.json", "--secret-file=/dev/fd/0"],
            SECRET,
        ),
        &tenant,
    );
    let bash = need!(tool("bash"));
    let command = mgd.command(["parameters.json"]);
    let script = "exec \"$0\" --secret-file <(cat secret) \"$@\"";
    mgd.scratch.write("secret", SECRET, 0o600);
    let output = run_by(&bash, &["-c", script], &command).output().unwrap();
    whole(&output.into(), &tenant);
}

#[test]
fn a_file_of_a_stranger_is_refused_even_by_root() {
    let tenant = Tenant::start();
    let mgd = confined(&tenant);
    if chown(mgd.scratch.path("parameters.json"), Some(65534), None).is_err() {
        skipped("only root can give files away");
        return;
    }
    let message = "parameters file parameters.json: belongs to another user (uid 65534)";
    let hint = "chown \"$(id -u)\" 'parameters.json' && chmod 600 'parameters.json'";
    refused(&mgd.list(NOTHING), &tenant, message, hint);
    set_mode(&mgd.scratch.path("parameters.json"), 0o400);
    if let Some(run) = run_as_nobody(
        &mgd,
        &mgd.command(["parameters.json", "--token-cache=none"]),
    ) {
        whole(&run, &tenant);
    }
}

#[test]
fn a_file_of_roots_is_accepted_by_others_unless_others_can_write_it() {
    let tenant = Tenant::start();
    let mgd = confined(&tenant);
    let arguments = ["parameters.json", "--token-cache=none"];
    set_mode(&mgd.scratch.path("parameters.json"), 0o644);
    let run = need!(run_as_nobody(&mgd, &mgd.command(arguments)));
    whole(&run, &tenant);
    set_mode(&mgd.scratch.path("parameters.json"), 0o664);
    let message = "parameters file parameters.json: can be changed by others (mode 0664)";
    let run = run_as_nobody(&mgd, &mgd.command(arguments)).unwrap();
    run.refused(2, &super::said(message, "chmod go-w 'parameters.json'"));
    set_mode(&mgd.scratch.path("parameters.json"), 0o600);
    let run = run_as_nobody(&mgd, &mgd.command(arguments)).unwrap();
    run.refused(
        2,
        "mgd: parameters file parameters.json: permission denied\nmgd: hint: let this user read it\n",
    );
    assert_eq!(tenant.token_posts(), 1);
}
