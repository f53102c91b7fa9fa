//! Help, completion and the scripts of shells.

use std::fs;
use std::path::Path;

use crate::support::{Command, Mgd, tool};

const PAGES: [&str; 21] = [
    "",
    "get",
    "request",
    "batch",
    "delta",
    "download",
    "upload",
    "token",
    "check",
    "init",
    "consent-url",
    "cache",
    "cache list",
    "cache clear",
    "completion",
    "help",
    "version",
    "auth",
    "tuning",
    "exit-codes",
    "environment",
];

#[test]
fn every_page_of_the_help_is_as_committed() {
    let mgd = Mgd::without_files();
    let mut all = String::new();
    for page in PAGES {
        let arguments = [&["help"], &page.split_whitespace().collect::<Vec<_>>()[..]].concat();
        let text = mgd.run(arguments).ok().stdout;
        all += &format!("$ mgd help {page}\n{text}\n");
    }
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/it/help.txt");
    if std::env::var_os("MGD_UPDATE").is_some() {
        fs::write(&path, &all).unwrap();
    }
    let found = fs::read_to_string(&path).unwrap();
    assert!(found == all, "MGD_UPDATE=1 cargo test help writes it anew");
}

#[test]
fn help_is_asked_for_in_four_ways() {
    let mgd = Mgd::without_files();
    let page = mgd.run(["help", "get"]).ok().stdout;
    for line in [
        &["get", "--help"][..],
        &["get", "-h"],
        &["--help", "get"],
        &["-q", "get", "-h"],
    ] {
        assert_eq!(mgd.run(line).ok().stdout, page, "{line:?}");
    }
    let overview = mgd.run(["help"]).ok().stdout;
    for line in [&["--help"][..], &["-h"], &["help", "help"]] {
        let run = mgd.run(line).ok();
        assert_eq!(run.stdout, overview, "{line:?}");
    }
}

#[test]
fn a_topic_takes_no_operand() {
    let mgd = Mgd::without_files();
    mgd.run(["help", "exit-codes", "4"])
        .refused(2, "mgd: help: unexpected operand 4\n");
    mgd.run(["help", "exit-code"]).refused(
        2,
        "mgd: unknown command exit-code\nmgd: hint: did you mean exit-codes?\n",
    );
}

#[test]
fn a_shell_that_is_not_known_is_told_which_are() {
    let mgd = Mgd::without_files();
    mgd.run(["completion", "tcsh"]).refused(
        2,
        "mgd: completion: unknown shell tcsh\nmgd: hint: it is one of bash, zsh, fish\n",
    );
    mgd.run(["completion"]).refused(
        2,
        "mgd: completion: names no shell\nmgd: hint: mgd completion bash, zsh or fish\n",
    );
}

#[test]
fn the_packages_have_the_scripts_that_are_printed() {
    let mgd = Mgd::without_files();
    for (shell, file) in [("bash", "mgd.bash"), ("zsh", "_mgd"), ("fish", "mgd.fish")] {
        let script = mgd.run(["completion", shell]).ok().stdout;
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/cli/completion");
        assert_eq!(fs::read_to_string(path.join(file)).unwrap(), script);
    }
}

/// A shell with the program first in its path, which reads this.
fn shell(mgd: &Mgd, name: &str, script: &str) -> String {
    let program = mgd.command(["x"]).get_program().to_owned();
    let folder = mgd.scratch.path("bin");
    fs::create_dir_all(&folder).unwrap();
    let link = folder.join("mgd");
    if !link.exists() {
        std::os::unix::fs::symlink(program, link).unwrap();
    }
    for (shell, file) in [("bash", "mgd.bash"), ("zsh", "_mgd"), ("fish", "mgd.fish")] {
        let text = mgd.run(["completion", shell]).ok().stdout;
        mgd.scratch.write(file, text, 0o644);
    }
    let Some(shell) = tool(name) else {
        return String::new();
    };
    let mut command = Command::new(shell);
    command
        .current_dir(mgd.folder())
        .env_clear()
        .env("HOME", mgd.folder())
        .env("TERM", "dumb")
        .env("PATH", format!("{}:/usr/bin:/bin", folder.display()))
        .args(["-c", script]);
    let output = command.output().unwrap();
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{errors}");
    String::from_utf8(output.stdout).unwrap()
}

#[test]
fn bash_completes_commands_options_and_paths() {
    let mgd = Mgd::without_files();
    need!(tool("bash"));
    let complete = |line: &str| {
        let script = format!(
            "source mgd.bash; COMP_LINE='{line}'; COMP_POINT=${{#COMP_LINE}}; \
             compopt() {{ :; }}; _mgd; printf '%s\\n' \"${{COMPREPLY[@]}}\""
        );
        shell(&mgd, "bash", &script)
    };
    assert_eq!(complete("mgd do"), "download\n");
    assert_eq!(complete("mgd get subs"), "subscribedSkus\nsubscriptions\n");
    assert_eq!(complete("mgd get users --first"), "--first-page\n");
    assert_eq!(complete("mgd cache "), "clear\nlist\n");
}

#[test]
fn fish_completes_from_the_script() {
    let mgd = Mgd::without_files();
    need!(tool("fish"));
    let script = "source mgd.fish; complete --do-complete 'mgd get subs'";
    assert_eq!(
        shell(&mgd, "fish", script),
        "subscribedSkus\nsubscriptions\n"
    );
}

#[test]
fn zsh_loads_the_script() {
    let mgd = Mgd::without_files();
    need!(tool("zsh"));
    // What completes is only there in an interactive shell; the function can be called without.
    let script = "words=(mgd get subs); CURRENT=3; compadd() { shift; print -l -- $@ }; \
                  _files() { print files }; source ./_mgd";
    assert_eq!(
        shell(&mgd, "zsh", script),
        "subscribedSkus\nsubscriptions\n"
    );
    let script = "words=(mgd get -p ''); CURRENT=4; compadd() { print -l -- $@ }; \
                  _files() { print files }; source ./_mgd";
    assert_eq!(shell(&mgd, "zsh", script), "files\n");
}
