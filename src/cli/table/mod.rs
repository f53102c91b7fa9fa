//! The one table of commands and options: the help, the man page, the completions and the hints for
//! wrong words all come from it.

pub(crate) mod commands;
#[cfg(test)]
mod man;
pub(crate) mod options;
#[cfg(test)]
mod tests;
pub(crate) mod topics;

use crate::cli::table::commands::COMMANDS;
use crate::cli::table::options::SHARED;

/// A command, or one below another such as `cache list`.
#[derive(Debug)]
pub(crate) struct Command {
    /// As it is typed.
    pub(crate) name: &'static str,
    /// One sentence without its full stop.
    pub(crate) about: &'static str,
    /// The operands of its usage line.
    pub(crate) usage: &'static str,
    /// What each operand is.
    pub(crate) operands: &'static [(&'static str, &'static str)],
    pub(crate) examples: &'static [&'static str],
    /// What else must be known, one line each.
    pub(crate) notes: &'static [&'static str],
    /// The options that it has for itself.
    pub(crate) own: &'static [Opt],
    /// The groups of those that it shares with others.
    pub(crate) groups: u16,
}

/// An option.
#[derive(Debug)]
pub(crate) struct Opt {
    pub(crate) long: &'static str,
    pub(crate) short: Option<char>,
    /// The name of its value; empty for a switch.
    pub(crate) value: &'static str,
    pub(crate) is_repeated: bool,
    pub(crate) section: Section,
    pub(crate) about: &'static str,
    /// The variable that stands in for it, if there is one.
    pub(crate) variable: &'static str,
}

/// Where an option stands: under a heading of each command's help, or under a topic.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Section {
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
    pub(crate) const HEADINGS: [(Self, &'static str); 7] = [
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

    pub(crate) fn is_switch(&self) -> bool {
        self.value.is_empty()
    }
}

impl Command {
    /// The command of this name.
    pub(crate) fn named(name: &str) -> Option<&'static Self> {
        COMMANDS.iter().find(|command| command.name == name)
    }

    /// The commands below it.
    pub(crate) fn commands(&self) -> impl Iterator<Item = &'static Self> {
        COMMANDS.iter().filter(|other| self.is_above(other))
    }

    /// Whether it is nothing without a command below it.
    pub(crate) fn has_commands(&self) -> bool {
        self.commands().next().is_some()
    }

    pub(crate) fn is_above(&self, other: &Self) -> bool {
        let rest = other.name.strip_prefix(self.name);
        rest.is_some_and(|rest| rest.starts_with(' '))
    }

    pub(crate) fn takes_operands(&self) -> bool {
        !self.usage.is_empty() && !self.has_commands()
    }

    /// All its options, in the order of the help.
    pub(crate) fn options(&self) -> impl Iterator<Item = &'static Opt> {
        let shared = SHARED.iter().filter(|it| it.groups & self.groups != 0);
        self.own.iter().chain(shared.map(|shared| &shared.option))
    }

    /// Whether its help leaves the options of the topics to the topics.
    pub(crate) fn has_topics(&self) -> bool {
        self.groups & options::IDENTITY != 0
    }
}
