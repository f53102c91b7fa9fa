//! What is printed for `help`, for `--help` and for `version`: the table, laid out for 80 columns.

use std::fmt::Write as _;

use crate::cli::normalise::choices;
use crate::cli::table::commands::COMMANDS;
use crate::cli::table::topics::{OVERVIEW, TOPICS, Topic};
use crate::cli::table::{Command, Opt, Section};
use crate::error::Error;
use crate::text::nearest;

const WIDTH: usize = 80;
/// Where the texts of options begin.
const COLUMN: usize = 30;

pub(crate) fn version(operands: &[&str]) -> Result<String, Error> {
    match operands.first() {
        None => Ok(format!("mgd {}\n", env!("CARGO_PKG_VERSION"))),
        Some(operand) => Err(needless("version", operand)),
    }
}

pub(crate) fn needless(command: &str, operand: &str) -> Error {
    Error::parameters(format!("{command}: unexpected operand {operand}"))
}

/// The help for a command, a topic, or of all.
///
/// # Errors
///
/// `Parameters` for what is neither, and for an operand too many.
pub(crate) fn help(names: &[&str]) -> Result<String, Error> {
    // The name of a command below another may come as one word.
    let names: Vec<_> = names.iter().flat_map(|name| name.split(' ')).collect();
    if matches!(names[..], [] | ["help"]) {
        return Ok(overview());
    }
    if let Some(topic) = TOPICS.iter().find(|topic| topic.name == names[0]) {
        return match names.get(1) {
            None => Ok(of_topic(topic)),
            Some(operand) => Err(needless("help", operand)),
        };
    }
    let mut command = None;
    for (index, name) in names.iter().enumerate() {
        let named = names[..=index].join(" ");
        command = match (Command::named(&named), command) {
            (Some(found), _) => Some(found),
            (None, Some(above)) if !Command::has_commands(above) => {
                return Err(needless("help", name));
            }
            (None, above) => return Err(unknown(&named, name, above)),
        };
    }
    command.map(of_command).ok_or_else(|| unknown("", "", None))
}

fn unknown(named: &str, name: &str, above: Option<&Command>) -> Error {
    let topics = TOPICS.iter().map(|topic| topic.name);
    let topics = topics.filter(|_| above.is_none());
    let hint = match nearest(name, choices(above).chain(topics)) {
        Some(name) => format!("did you mean {name}?"),
        None => "mgd help lists the commands".to_owned(),
    };
    Error::parameters(format!("unknown command {named}")).hint(hint)
}

fn overview() -> String {
    let mut text = format!("{OVERVIEW}\nCommands:\n");
    for command in COMMANDS {
        if !command.name.contains(' ') {
            let about = lower(command.about);
            put(&mut text, &format!("  {}", command.name), 17, &about);
        }
    }
    text.push_str("\nTopics:\n");
    for topic in TOPICS {
        put(&mut text, &format!("  {}", topic.name), 17, topic.about);
    }
    text.push_str("\nOptions:\n");
    put(&mut text, "  -h, --help", 17, "explain a command");
    put(&mut text, "  -V, --version", 17, "print the version");
    text
}

fn of_command(command: &Command) -> String {
    let mut text = format!("{}.\n\nUsage: mgd {}", command.about, command.name);
    let has_options = command.options().next().is_some();
    if has_options {
        text.push_str(" [OPTIONS]");
    }
    if !command.usage.is_empty() {
        let _ = write!(text, " {}", command.usage);
    }
    text.push('\n');
    for (name, about) in command.operands {
        put(&mut text, &format!("  {name}"), name.len() + 4, about);
    }
    for below in command.commands() {
        let name = below.name.rsplit(' ').next().unwrap_or_default();
        put(&mut text, &format!("  {name}"), 9, &lower(below.about));
    }
    text.push_str("\nExamples:\n");
    for example in command.examples {
        let _ = writeln!(text, "  {example}");
    }
    if !command.notes.is_empty() {
        text.push('\n');
    }
    for note in command.notes {
        let _ = writeln!(text, "{note}");
    }
    let options: Vec<_> = command.options().collect();
    for (section, heading) in Section::HEADINGS {
        let is_topic = matches!(section, Section::Auth | Section::Tuning);
        let has_own = command.has_topics() && is_topic;
        let here = options.iter().filter(|option| option.section == section);
        let here: Vec<_> = here.filter(|_| !has_own).collect();
        if !here.is_empty() {
            let _ = writeln!(text, "\n{heading}:");
        }
        for option in here {
            put_option(&mut text, option);
        }
    }
    if command.has_topics() {
        text.push_str("\nMore: mgd help auth · mgd help tuning · mgd help exit-codes\n");
    }
    text
}

fn of_topic(topic: &Topic) -> String {
    let mut text = topic.text.to_owned();
    let Some(section) = topic.section else {
        return text;
    };
    let mut seen = Vec::new();
    for option in COMMANDS.iter().flat_map(Command::options) {
        if option.section == section && !seen.contains(&option.long) {
            seen.push(option.long);
            if seen.len() == 1 {
                text.push_str("\nOptions:\n");
            }
            put_option(&mut text, option);
        }
    }
    text
}

/// An option as people type it: `-p, --parameters FILE`.
pub(crate) fn spelled(option: &Opt) -> String {
    let mut names = match option.short {
        Some(short) => format!("-{short}, {}", option.long),
        None => format!("    {}", option.long),
    };
    if !option.is_switch() {
        let _ = write!(names, " {}", option.value);
    }
    names
}

fn put_option(text: &mut String, option: &Opt) {
    let mut about = option.about.to_owned();
    if !option.variable.is_empty() {
        let _ = write!(about, " [env: {}]", option.variable);
    }
    put(text, &format!("  {}", spelled(option)), COLUMN, &about);
}

/// A name, and a text beside it from `column` on.
fn put(text: &mut String, name: &str, column: usize, about: &str) {
    let mut line = name.to_owned();
    let mut column = column;
    if line.chars().count() + 2 > column {
        column = line.chars().count() + 2;
    }
    let mut is_first = true;
    for word in about.split(' ') {
        let length = line.chars().count();
        if is_first {
            line.push_str(&" ".repeat(column - length));
        } else if length + 1 + word.chars().count() > WIDTH {
            text.push_str(line.trim_end());
            text.push('\n');
            line = " ".repeat(column);
        } else {
            line.push(' ');
        }
        is_first = false;
        line.push_str(word);
    }
    text.push_str(line.trim_end());
    text.push('\n');
}

/// A sentence as it stands in a list.
fn lower(about: &str) -> String {
    let mut chars = about.chars();
    let first = chars.next().map(|first| first.to_ascii_lowercase());
    first.into_iter().chain(chars).collect()
}
