//! The table holds what the program reads, and every text of it has its place.

use std::ffi::OsString;

use crate::cli::args;
use crate::cli::completion::candidates;
use crate::cli::help::{help, spelled};
use crate::cli::normalise::normalise;
use crate::cli::table::Command;
use crate::cli::table::commands::COMMANDS;
use crate::cli::table::man::{page, plain};
use crate::cli::table::options::SHARED;
use crate::cli::table::topics::TOPICS;

fn words(line: &str) -> Vec<OsString> {
    line.split(' ').map(OsString::from).collect()
}

#[test]
fn what_the_table_has_is_read() {
    for command in COMMANDS.iter().filter(|command| !command.has_commands()) {
        for option in command.own {
            let value = if option.is_switch() { "" } else { " 1" };
            let line = format!("{} {}{value}", command.name, option.long);
            // Whatever else is wrong with the line, the option is known.
            if let Err(refused) = args::read(&words(&line)) {
                let message = refused.error.to_string();
                assert!(!message.contains("nrecognized"), "{line}: {message}");
                assert!(!message.contains("unknown option"), "{line}: {message}");
            }
        }
    }
}

#[test]
fn no_name_stands_for_two_options_of_a_command() {
    for command in COMMANDS {
        let mut names: Vec<_> = command.options().map(|option| option.long).collect();
        names.extend(command.options().filter_map(|option| {
            let short = option.short?;
            Some(if short == 'h' { "-h" } else { "" }).filter(|name| !name.is_empty())
        }));
        let count = names.len();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), count, "{}", command.name);
        let mut shorts: Vec<_> = command.options().filter_map(|it| it.short).collect();
        let count = shorts.len();
        shorts.sort_unstable();
        shorts.dedup();
        assert_eq!(shorts.len(), count, "{}", command.name);
    }
}

#[test]
fn every_help_fits_a_terminal() {
    let commands = COMMANDS.iter().map(|command| command.name);
    let topics = TOPICS.iter().map(|topic| topic.name);
    for name in commands.chain(topics).chain(["help"]) {
        let text = help(&[name]).unwrap();
        assert!(text.lines().count() <= 48, "{name}:\n{text}");
        for line in text.lines() {
            assert!(line.chars().count() <= 80, "{name}: {line}");
        }
    }
}

#[test]
fn every_option_is_in_the_help_of_its_command_or_of_a_topic() {
    let topics: Vec<_> = TOPICS.iter().map(|topic| help(&[topic.name])).collect();
    let topics: String = topics.into_iter().map(Result::unwrap).collect();
    for command in COMMANDS {
        let text = help(&[command.name]).unwrap();
        for option in command.options() {
            let line = spelled(option);
            assert!(
                text.contains(&line) || topics.contains(&line),
                "{}: {line}",
                command.name
            );
        }
    }
}

#[test]
fn every_option_is_in_the_man_page_and_is_completed() {
    let page = page();
    for command in COMMANDS {
        for option in command.options() {
            let name = plain(option.long.trim_start_matches("--"));
            let line = format!("Fl \\-{name}");
            let mut lines = page.lines().map(|line| line.split(" Ar ").next());
            assert!(
                lines.any(|it| it.is_some_and(|it| it.ends_with(&line))),
                "{line}"
            );
            let words: Vec<_> = command.name.split(' ').chain([option.long]).collect();
            let found = candidates(&words);
            assert!(found.lines().any(|it| it == option.long), "{words:?}");
        }
    }
}

#[test]
fn every_command_has_examples_that_can_be_read() {
    for command in COMMANDS {
        assert!(!command.examples.is_empty(), "{}", command.name);
        for example in command.examples {
            let ours = example.split(['|', '>']).find(|part| part.contains("mgd "));
            let ours = ours.unwrap().trim();
            assert!(
                ours.starts_with("mgd ") || ours.starts_with("echo"),
                "{example}"
            );
            let line = ours.trim_start_matches("mgd ").replace(['\'', '"'], "");
            let line = line.split_whitespace().collect::<Vec<_>>().join(" ");
            if ours.starts_with("mgd ") && ours != "mgd --version" {
                let read = normalise(&words(&line));
                assert!(read.is_ok(), "{example}: {:?}", read.err());
            }
        }
    }
}

#[test]
fn every_variable_that_stands_in_for_an_option_is_in_the_topic() {
    let text = help(&["environment"]).unwrap();
    for shared in SHARED {
        assert!(
            text.contains(shared.option.variable),
            "{}",
            shared.option.long
        );
    }
}

#[test]
fn words_are_completed_from_the_table() {
    assert_eq!(candidates(&["do"]), "download\n");
    assert_eq!(candidates(&["cache", ""]), "clear\nlist\n");
    assert_eq!(candidates(&["get", "--first"]), "--first-page\n");
    assert_eq!(candidates(&["get", "-o", "js"]), "json\njsonl\n");
    assert_eq!(
        candidates(&["get", "subs"]),
        "subscribedSkus\nsubscriptions\n"
    );
    assert_eq!(
        candidates(&["get", "-p", ""]),
        "",
        "the shell has the files"
    );
    assert_eq!(candidates(&["help", "exit"]), "exit-codes\n");
    assert_eq!(candidates(&["p.json", "tok"]), "token\n");
    assert_eq!(candidates(&["completion", "f"]), "fish\n");
    let all = candidates(&[""]);
    for command in COMMANDS.iter().filter(|it| !it.name.contains(' ')) {
        assert!(all.lines().any(|line| line == command.name));
    }
    assert!(Command::named("get").is_some());
}
