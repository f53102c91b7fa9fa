//! What was probably meant by a word or an option that is not known here.

use std::path::Path;

use crate::cli::table::commands::COMMANDS;
use crate::cli::table::{Command, Opt};
use crate::text::nearest;

/// The hint for an option that the command, which has these, does not know.
pub(crate) fn for_option(
    name: &str,
    command: &str,
    options: impl Iterator<Item = &'static Opt>,
) -> Option<String> {
    let near = || {
        let known = options.map(|option| option.long.trim_start_matches('-'));
        let known = nearest(name.strip_prefix("--")?, known)?;
        Some(format!("did you mean --{known}?"))
    };
    let meant = of_other_programs(name, command).map(str::to_owned);
    let meant = meant.or_else(|| of_other_commands(name));
    meant.or_else(near)
}

/// The hint for an option that does not exist, by the name that other programs have for it.
fn of_other_programs(name: &str, command: &str) -> Option<&'static str> {
    let is_request = command == "request";
    Some(match name {
        "--secret" | "--client-secret" | "--password" => {
            "secrets are never options: name a file that holds it, by --secret-file"
        }
        "--silent" | "-s" => "did you mean --quiet?",
        "--all" | "--paginate" => "all pages come by default; --limit and --first-page end earlier",
        "-o" | "--output" if is_request || command == "download" => "did you mean -O FILE?",
        "--jq" => "pipe the output into jq, as in mgd get users | jq '.value[].mail'",
        "-X" | "--method" if is_request => {
            "the method is the first operand, as in mgd request PATCH users/ID"
        }
        "-d" | "--data" | "--data-raw" | "--data-binary" | "--input" if is_request => {
            "did you mean --body?"
        }
        "-X" | "--method" | "-d" | "--data" | "--data-raw" | "--data-binary" | "--input" => {
            "mgd request METHOD PATH --body JSON sends any request"
        }
        _ => return None,
    })
}

/// The commands that know the option, which is none of the command's own.
fn of_other_commands(name: &str) -> Option<String> {
    let short = name.strip_prefix('-').filter(|name| name.len() == 1);
    let is_meant = |option: &Opt| match short {
        Some(short) => option.short.is_some_and(|letter| short.starts_with(letter)),
        None => option.long == name,
    };
    let knows = |command: &&Command| command.options().any(is_meant);
    let names = COMMANDS.iter().filter(knows).map(|command| command.name);
    let names: Vec<_> = names.map(|name| format!("mgd {name}")).collect();
    (!names.is_empty()).then(|| format!("it is an option of {}", names.join(", ")))
}

/// The hint for a word that is no command, or none below `above`.
pub(crate) fn for_word(word: &str, above: Option<&Command>) -> String {
    // GET is near to the command of that name.
    const METHODS: [&str; 6] = ["HEAD", "OPTIONS", "POST", "PUT", "PATCH", "DELETE"];
    let method = METHODS
        .iter()
        .find(|known| known.eq_ignore_ascii_case(word));
    if let Some(method) = method.filter(|_| above.is_none()) {
        return format!("did you mean mgd request {method}?");
    }
    if let Some(name) = nearest(word, choices(above)) {
        return format!("did you mean {name}?");
    }
    if let Some(above) = above {
        return format!("mgd help {} lists its commands", above.name);
    }
    let is_graphic = word.bytes().all(|byte| byte.is_ascii_graphic());
    if !word.ends_with(".json") && is_graphic && !word.contains('\'') {
        let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-_./:@,".contains(&byte);
        let quote = if word.bytes().all(is_plain) { "" } else { "'" };
        return format!("did you mean mgd get {quote}{word}{quote}?");
    }
    "mgd help lists the commands; a parameters file ends in .json".to_owned()
}

/// The names of the commands, or of those below one.
pub(crate) fn choices(above: Option<&Command>) -> impl Iterator<Item = &'static str> {
    COMMANDS.iter().filter_map(move |command| match above {
        Some(above) => command.name.strip_prefix(above.name)?.strip_prefix(' '),
        None => Some(command.name).filter(|name| !name.contains(' ')),
    })
}

/// Whether an operand with a slash looks like a path of Graph, and no such file is there.
pub(crate) fn is_path(operand: &str) -> bool {
    let is_file = operand.ends_with(".json") || operand.starts_with(['.', '/']);
    !is_file && !Path::new(operand).exists()
}
