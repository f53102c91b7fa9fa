//! What a command line comes to: options, whoever reads them, and operands.

use argh::{FlagInfo, FlagInfoKind, Optionality};

use crate::cli::shared::{Kind, Shared};

/// An option, whoever reads it.
#[derive(Clone, Copy)]
pub(super) struct Flag {
    pub(super) long: &'static str,
    pub(super) short: Option<char>,
    pub(super) kind: Kind,
    pub(super) shared: Option<&'static Shared>,
    about: &'static str,
}

impl Flag {
    /// Its line in the help.
    pub(super) fn help(&self) -> String {
        format!("{}: {}", self.long, self.about)
    }

    pub(super) fn of(flag: &'static FlagInfo<'static>) -> Self {
        Self {
            long: flag.long,
            short: flag.short,
            kind: match flag.kind {
                FlagInfoKind::Switch => Kind::Switch,
                FlagInfoKind::Option { .. } if flag.optionality == Optionality::Repeating => {
                    Kind::Values
                }
                FlagInfoKind::Option { .. } => Kind::Value,
            },
            shared: None,
            about: flag.description,
        }
    }

    pub(super) fn of_shared(shared: &'static Shared) -> Self {
        Self {
            long: shared.long,
            short: shared.short,
            kind: shared.kind,
            shared: Some(shared),
            about: shared.about,
        }
    }
}

/// A line that is understood as far as options, commands and operands go.
pub(in crate::cli) struct Normal {
    /// The command, and the one below it.
    pub(in crate::cli) names: Vec<&'static str>,
    /// Those of the command's own, for argh.
    pub(super) options: Vec<(&'static str, Option<String>)>,
    pub(in crate::cli) shared: Vec<(&'static Shared, String)>,
    pub(super) operands: Vec<String>,
    /// All options of the command.
    pub(super) flags: Vec<Flag>,
}

impl Normal {
    /// `COMMAND options -- operands`.
    pub(in crate::cli) fn line(&self) -> Vec<String> {
        let mut line: Vec<_> = self.names.iter().map(|name| (*name).to_owned()).collect();
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
        self.flags
            .iter()
            .find(|flag| flag.long == long)
            .map(Flag::help)
    }

    pub(in crate::cli) fn wants_help(&self) -> bool {
        self.options.iter().any(|(name, _)| *name == "--help")
    }
}
