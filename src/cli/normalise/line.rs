//! What a command line comes to: options, whoever reads them, and operands.

use crate::cli::table::options::{SHARED, Shared};
use crate::cli::table::{Command, Opt};

/// An option, whoever reads it.
#[derive(Clone, Copy)]
pub(crate) struct Flag {
    pub(crate) option: &'static Opt,
    pub(crate) shared: Option<&'static Shared>,
}

impl Flag {
    /// Its line in the help.
    pub(crate) fn help(&self) -> String {
        format!("{}: {}", self.option.long, self.option.about)
    }

    pub(crate) fn of_shared(shared: &'static Shared) -> Self {
        Self {
            option: &shared.option,
            shared: Some(shared),
        }
    }

    /// All options that a command takes. An alias may have any of the shared ones before a command
    /// that has no use for them.
    pub(crate) fn all_of(command: &'static Command) -> impl Iterator<Item = Self> {
        let groups = match command.groups {
            0 => u16::MAX,
            groups => groups,
        };
        let own = command.own.iter().map(|option| Self {
            option,
            shared: None,
        });
        let shared = SHARED.iter().filter(move |it| it.groups & groups != 0);
        own.chain(shared.map(Self::of_shared))
    }
}

/// A line that is understood as far as options, commands and operands go.
pub(crate) struct Normal {
    pub(crate) command: &'static Command,
    /// Those of the command's own, for argh.
    pub(crate) options: Vec<(&'static str, Option<String>)>,
    pub(crate) shared: Vec<(&'static Shared, String)>,
    pub(crate) operands: Vec<String>,
    pub(crate) wants_help: bool,
}

impl Normal {
    /// `COMMAND options -- operands`.
    pub(crate) fn line(&self) -> Vec<String> {
        let names = self.command.name.split(' ').map(str::to_owned);
        let mut line: Vec<_> = names.collect();
        for (name, value) in &self.options {
            line.push((*name).to_owned());
            line.extend(value.clone());
        }
        if !self.operands.is_empty() {
            line.push("--".to_owned());
            line.extend(self.operands.iter().cloned());
        }
        line
    }

    pub(crate) fn operands(&self) -> Vec<&str> {
        self.operands.iter().map(String::as_str).collect()
    }

    /// The line that the help has for an option of the command.
    pub(crate) fn help_of(&self, long: &str) -> Option<String> {
        Flag::all_of(self.command)
            .find(|flag| flag.option.long == long)
            .map(|flag| flag.help())
    }
}
