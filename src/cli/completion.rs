//! Completion: small scripts for the shells, which ask the program for what can come next.

use crate::cli::help::needless;
use crate::cli::normalise::choices;
use crate::cli::table::commands::COMMANDS;
use crate::cli::table::topics::TOPICS;
use crate::cli::table::{Command, Opt};
use crate::error::Error;

/// What a path of Graph can begin with; the most used ones.
const SEGMENTS: &str = "\
admin agreements applications appCatalogs auditLogs authenticationMethodsPolicy communications \
compliance connections contacts contracts copilot deviceAppManagement deviceManagement devices \
directory directoryObjects directoryRoles directoryRoleTemplates domains drives education employeeExperience \
external groupLifecyclePolicies groups groupSettings identity identityGovernance \
identityProtection informationProtection invitations oauth2PermissionGrants organization \
permissionGrants places planner policies print reports roleManagement schemaExtensions search \
security servicePrincipals shares sites solutions storage subscribedSkus subscriptions teams \
teamsTemplates teamwork tenantRelationships users beta/";

/// The script of a shell.
///
/// # Errors
///
/// `Parameters` for a shell that is not known.
pub(crate) fn script(operands: &[&str]) -> Result<String, Error> {
    let script = match operands {
        ["bash"] => include_str!("completion/mgd.bash"),
        ["zsh"] => include_str!("completion/_mgd"),
        ["fish"] => include_str!("completion/mgd.fish"),
        [_, more, ..] => return Err(needless("completion", more)),
        [] => {
            let error = Error::parameters("completion: names no shell");
            return Err(error.hint("mgd completion bash, zsh or fish"));
        }
        [shell] => {
            let error = Error::parameters(format!("completion: unknown shell {shell}"));
            return Err(error.hint("it is one of bash, zsh, fish"));
        }
    };
    Ok(script.to_owned())
}

/// What can stand in the place of the last of these words, one a line. Nothing means the name of
/// a file.
pub(crate) fn candidates(words: &[&str]) -> String {
    let (begun, words) = match words.split_last() {
        Some((begun, words)) => (*begun, words),
        None => ("", words),
    };
    let command = command(words);
    let options = || -> Vec<&'static Opt> {
        match command {
            Some(command) => command.options().collect(),
            None => COMMANDS.iter().flat_map(Command::options).collect(),
        }
    };
    let pending = words.last().and_then(|word| {
        let is_it = |option: &&&'static Opt| {
            option.long == *word || option.short.is_some_and(|c| *word == format!("-{c}"))
        };
        options().iter().find(is_it).copied()
    });
    let mut found: Vec<&str> = match pending.filter(|option| !option.is_switch()) {
        Some(option) => values(option.long),
        None if begun.starts_with('-') => {
            let long = options().into_iter().map(|option| option.long);
            long.chain(["--help"]).collect()
        }
        None => operands(command),
    };
    found.retain(|candidate| candidate.starts_with(begun));
    found.sort_unstable();
    found.dedup();
    found.iter().flat_map(|it| [*it, "\n"]).collect()
}

/// The command that these words name.
fn command(words: &[&str]) -> Option<&'static Command> {
    let mut found: Option<&'static Command> = None;
    for word in words {
        let named = match found {
            Some(above) if above.has_commands() => format!("{} {word}", above.name),
            Some(_) => break,
            None => (*word).to_owned(),
        };
        found = Command::named(&named).or(found);
    }
    found
}

/// The words that an option takes.
fn values(option: &str) -> Vec<&'static str> {
    match option {
        "--output" => vec!["json", "jsonl", "raw", "tsv"],
        "--auth" => vec![
            "certificate",
            "federated",
            "github",
            "managed-identity",
            "secret",
        ],
        "--errors" => vec!["json", "text"],
        "--throttle-priority" => vec!["high", "low", "normal"],
        "--conflict" => vec!["fail", "rename", "replace"],
        _ => Vec::new(),
    }
}

fn operands(command: Option<&Command>) -> Vec<&'static str> {
    match command.map(|command| command.name) {
        None => choices(None).collect(),
        Some("help") => {
            let topics = TOPICS.iter().map(|topic| topic.name);
            choices(None).chain(topics).collect()
        }
        Some("completion") => vec!["bash", "fish", "zsh"],
        Some("get" | "request") => SEGMENTS.split(' ').collect(),
        Some(_) => match command {
            Some(above) if above.has_commands() => choices(Some(above)).collect(),
            _ => Vec::new(),
        },
    }
}
