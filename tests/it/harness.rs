//! The tools of these tests: what they start is as the user would start it, ends in time, and is
//! there.

use std::time::Duration;

use crate::support::{Command, Run};

/// Runs some of these tests by their names, as another process of the shell.
fn tests(setup: &str, names: &[&str]) -> Run {
    let mut shell = Command::new("/bin/sh");
    shell.args(["-c", &format!("{setup} exec \"$@\"")]);
    shell.arg("sh").arg(std::env::current_exe().unwrap());
    shell.args(["--nocapture", "--exact"]).args(names);
    shell.output().unwrap().into()
}

#[test]
fn a_signal_that_the_caller_ignores_has_its_default_action_in_the_program() {
    let setup = "trap '' HUP INT TERM USR1 CHLD XFSZ;";
    let names = [
        "delta::signals::a_signal_between_rounds_ends_it_at_once",
        "delta::kill::a_process_killed_within_a_line_loses_no_item",
        "signals::a_signal_leaves_the_old_file_and_no_temporary_one",
    ];
    let run = tests(setup, &names).ok();
    assert!(run.stdout.contains("3 passed"), "{}", run.stdout);
}

#[test]
#[should_panic(expected = "it still ran after 100ms: sh -c sleep 300 & sleep 300")]
fn a_process_that_hangs_is_killed_with_what_it_started_and_named() {
    let mut shell = Command::new("/bin/sh");
    shell.args(["-c", "sleep 300 & sleep 300"]);
    let _ = shell.limit(Duration::from_millis(100)).output();
}

#[test]
#[should_panic(expected = "needs no-such-tool, as in apt-get install no-such-tool")]
fn a_program_that_is_not_there_is_named_with_its_package() {
    let _ = Command::new("no-such-tool").spawn();
}

#[test]
fn a_missing_tool_fails_a_test_unless_the_caller_says_otherwise() {
    let name = "queries::previews::the_curl_command_reads_the_same_and_shows_no_token";
    let empty = "PATH=/var/empty; export PATH;";
    let run = tests(empty, &[name]);
    let why = "needs curl, as in apt-get install curl (MGD_SKIP_TOOLS=1";
    assert!(run.stderr.contains(why), "{}", run.stderr);
    assert_eq!(run.code, 101);
    let run = tests(&format!("{empty} export MGD_SKIP_TOOLS=1;"), &[name]).ok();
    let why = "skipped: there is no curl here";
    assert!(run.stdout.contains(why), "{}", run.stdout);
}
