//! What a command line comes to: options, whoever reads them, and operands.

use crate::cli::table::options::{SHARED, Shared};
use crate::cli::table::{Command, Opt};

/// An option, whoever reads it.
#[derive(Clone, Copy)]
pub(super) struct Flag {
    pub(super) option: &'static Opt,
    pub(super) shared: Option<&'static Shared>,
}

impl Flag {
    /// Its line in the help.
    pub(super) fn help(&self) -> String {
        format!("{}: {}", self.option.long, self.option.about)
    }

    pub(super) fn of_shared(shared: &'static Shared) -> Self {
        Self {
            option: &shared.option,
            shared: Some(shared),
        }
    }

    /// All options that a command takes. An alias may have any of the shared ones before a command
    /// that has no use for them.
    pub(super) fn all_of(command: &'static Command) -> impl Iterator<Item = Self> {
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
pub(in crate::cli) struct Normal {
    pub(in crate::cli) command: &'static Command,
    /// Those of the command's own, for argh.
    pub(super) options: Vec<(&'static str, Option<String>)>,
    pub(in crate::cli) shared: Vec<(&'static Shared, String)>,
    pub(super) operands: Vec<String>,
    pub(in crate::cli) wants_help: bool,
}

impl Normal {
    /// `COMMAND options -- operands`.
    pub(in crate::cli) fn line(&self) -> Vec<String> {
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

    pub(in crate::cli) fn operands(&self) -> Vec<&str> {
        self.operands.iter().map(String::as_str).collect()
    }

    /// The line that the help has for an option of the command.
    pub(in crate::cli) fn help_of(&self, long: &str) -> Option<String> {
        Flag::all_of(self.command)
            .find(|flag| flag.option.long == long)
            .map(|flag| flag.help())
    }
}
