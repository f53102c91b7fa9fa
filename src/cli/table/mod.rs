//! The one table of commands and options: the help, the man page, the completions and the hints for
//! wrong words all come from it.

pub(super) mod commands;
#[cfg(test)]
mod man;
pub(super) mod options;
#[cfg(test)]
mod tests;
pub(super) mod topics;

use crate::cli::table::commands::COMMANDS;
use crate::cli::table::options::SHARED;

/// A command, or one below another such as `cache list`.
#[derive(Debug)]
pub(super) struct Command {
    /// As it is typed.
    pub(super) name: &'static str,
    /// One sentence without its full stop.
    pub(super) about: &'static str,
    /// The operands of its usage line.
    pub(super) usage: &'static str,
    /// What each operand is.
    pub(super) operands: &'static [(&'static str, &'static str)],
    pub(super) examples: &'static [&'static str],
    /// What else must be known, one line each.
    pub(super) notes: &'static [&'static str],
    /// The options that it has for itself.
    pub(super) own: &'static [Opt],
    /// The groups of those that it shares with others.
    pub(super) groups: u16,
}

/// An option.
#[derive(Debug)]
pub(super) struct Opt {
    pub(super) long: &'static str,
    pub(super) short: Option<char>,
    /// The name of its value; empty for a switch.
    pub(super) value: &'static str,
    pub(super) is_repeated: bool,
    pub(super) section: Section,
    pub(super) about: &'static str,
    /// The variable that stands in for it, if there is one.
    pub(super) variable: &'static str,
}

/// Where an option stands: under a heading of each command's help, or under a topic.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Section {
    Query,
    Output,
    Request,
    Connection,
    Messages,
    /// `mgd help auth`.
    Auth,
    /// `mgd help tuning`.
    Tuning,
}

impl Section {
    pub(super) const HEADINGS: [(Self, &'static str); 7] = [
        (Self::Query, "Query"),
        (Self::Output, "Output"),
        (Self::Request, "Request"),
        (Self::Connection, "Connection"),
        (Self::Messages, "Messages"),
        (Self::Auth, "Credentials"),
        (Self::Tuning, "Tuning"),
    ];
}

const fn opt(
    section: Section,
    long: &'static str,
    value: &'static str,
    about: &'static str,
) -> Opt {
    Opt {
        long,
        short: None,
        value,
        is_repeated: false,
        section,
        about,
        variable: "",
    }
}

impl Opt {
    const fn short(mut self, short: char) -> Self {
        self.short = Some(short);
        self
    }

    const fn repeated(mut self) -> Self {
        self.is_repeated = true;
        self
    }

    const fn variable(mut self, name: &'static str) -> Self {
        self.variable = name;
        self
    }

    pub(super) fn is_switch(&self) -> bool {
        self.value.is_empty()
    }
}

impl Command {
    /// The command of this name.
    pub(super) fn named(name: &str) -> Option<&'static Self> {
        COMMANDS.iter().find(|command| command.name == name)
    }

    /// The commands below it.
    pub(super) fn commands(&self) -> impl Iterator<Item = &'static Self> {
        COMMANDS.iter().filter(|other| self.is_above(other))
    }

    /// Whether it is nothing without a command below it.
    pub(super) fn has_commands(&self) -> bool {
        self.commands().next().is_some()
    }

    pub(super) fn is_above(&self, other: &Self) -> bool {
        let rest = other.name.strip_prefix(self.name);
        rest.is_some_and(|rest| rest.starts_with(' '))
    }

    pub(super) fn takes_operands(&self) -> bool {
        !self.usage.is_empty() && !self.has_commands()
    }

    /// All its options, in the order of the help.
    pub(super) fn options(&self) -> impl Iterator<Item = &'static Opt> {
        let shared = SHARED.iter().filter(|it| it.groups & self.groups != 0);
        self.own.iter().chain(shared.map(|shared| &shared.option))
    }

    /// Whether its help leaves the options of the topics to the topics.
    pub(super) fn has_topics(&self) -> bool {
        self.groups & options::IDENTITY != 0
    }
}
