//! From what GNU users type to what argh reads: `--opt=value`, `-Hvalue`, `-vv`, options
//! anywhere, `--`, and the parameters file before the command.

use std::ffi::OsString;

use argh::{FlagInfo, FlagInfoKind, Optionality};

use crate::error::Error;
use crate::nearest::nearest;

/// A command that can be named.
#[derive(Default)]
pub(super) struct Known {
    pub(super) name: &'static str,
    pub(super) flags: &'static [FlagInfo<'static>],
    pub(super) takes_operands: bool,
    /// The commands below it, one of which must be named.
    pub(super) commands: Vec<Self>,
}

impl Known {
    /// The options of this command and of those below it.
    fn all_flags(&self) -> Vec<&FlagInfo<'static>> {
        let below = self.commands.iter().flat_map(Self::all_flags);
        self.flags.iter().chain(below).collect()
    }
}

/// Puts the arguments into the form `COMMAND options -- operands`; `None` means that there is no
/// command and no operand at all.
///
/// # Errors
///
/// `Parameters` for options and commands that do not exist, and arguments that are not UTF-8.
pub(super) fn normalise(
    arguments: &[OsString],
    commands: &[Known],
) -> Result<Option<Vec<String>>, Error> {
    let arguments = arguments.iter().map(|argument| {
        argument.to_str().ok_or_else(|| {
            let shown = argument.to_string_lossy();
            Error::parameters(format!("argument {shown}: is not UTF-8"))
        })
    });
    let arguments: Vec<&str> = arguments.collect::<Result<_, _>>()?;
    let mut split = Split {
        commands,
        path: Vec::new(),
        options: Vec::new(),
        operands: Vec::new(),
    };
    let mut rest = arguments.into_iter();
    while let Some(argument) = rest.next() {
        match argument {
            "--" => {
                for operand in rest.by_ref() {
                    split.operand(operand)?;
                }
            }
            "-" => split.operand(argument)?,
            _ if argument.starts_with("--") => split.long(argument, &mut rest)?,
            _ if argument.starts_with('-') => split.short(argument, &mut rest)?,
            _ => split.operand(argument)?,
        }
    }
    split.finish()
}

struct Split<'k> {
    commands: &'k [Known],
    /// The command that was named, and the one below it.
    path: Vec<&'k Known>,
    options: Vec<(String, Option<String>)>,
    operands: Vec<String>,
}

impl<'k> Split<'k> {
    fn operand(&mut self, operand: &str) -> Result<(), Error> {
        let choices = match self.path.last() {
            None => self.commands,
            Some(last) => &last.commands,
        };
        if let Some(known) = choices.iter().find(|known| known.name == operand) {
            self.path.push(known);
            return Ok(());
        }
        let takes_operands = self.path.last().is_some_and(|last| last.takes_operands);
        let has_file = self.options.iter().any(|(name, _)| name == "--parameters");
        let is_file = operand.ends_with(".json") || operand.contains('/');
        if is_file && !has_file && !takes_operands {
            self.push("--parameters", Some(operand), false);
            return Ok(());
        }
        if choices.is_empty() {
            self.operands.push(operand.to_owned());
            return Ok(());
        }
        let named = [self.names(), vec![operand]].concat().join(" ");
        let error = Error::parameters(format!("unknown command {named}"));
        let hint = match nearest(operand, choices.iter().map(|known| known.name)) {
            Some(name) => format!("did you mean {name}?"),
            None if self.path.is_empty() => {
                "mgd help lists the commands; a parameters file ends in .json".to_owned()
            }
            None => format!("mgd help {} lists its commands", self.names().join(" ")),
        };
        Err(error.hint(hint))
    }

    fn names(&self) -> Vec<&'static str> {
        self.path.iter().map(|known| known.name).collect()
    }

    fn help(&self) -> String {
        let names = self.names().join(" ");
        let names = if names.is_empty() { "get" } else { &names };
        format!("mgd help {names} lists the options")
    }

    fn long<'a>(
        &mut self,
        argument: &str,
        rest: &mut impl Iterator<Item = &'a str>,
    ) -> Result<(), Error> {
        let (name, value) = match argument.split_once('=') {
            Some((name, value)) => (name, Some(value)),
            None => (argument, None),
        };
        let flags = self.flags();
        let Some(flag) = flags.iter().find(|flag| flag.long == name) else {
            let error = Error::parameters(format!("unknown option {name}"));
            let known = flags.iter().map(|flag| flag.long.trim_start_matches('-'));
            return Err(match nearest(name.trim_start_matches('-'), known) {
                Some(known) => error.hint(format!("did you mean --{known}?")),
                None => error.hint(self.help()),
            });
        };
        let value = match (&flag.kind, value) {
            (FlagInfoKind::Switch, Some(_)) => {
                return Err(Error::parameters(format!("{name}: takes no value")));
            }
            (FlagInfoKind::Switch, None) => None,
            (FlagInfoKind::Option { .. }, Some(value)) => Some(value),
            (FlagInfoKind::Option { .. }, None) => Some(rest.next().ok_or_else(|| no_value(name))?),
        };
        let is_repeating = flag.optionality == Optionality::Repeating;
        self.push(name, value, is_repeating);
        Ok(())
    }

    /// A cluster such as `-vv`, `-qH'A: b'` or `-ojsonl`.
    fn short<'a>(
        &mut self,
        argument: &str,
        rest: &mut impl Iterator<Item = &'a str>,
    ) -> Result<(), Error> {
        for (index, letter) in argument[1..].char_indices() {
            let flags = self.flags();
            let Some(flag) = flags.iter().find(|flag| flag.short == Some(letter)) else {
                let error = Error::parameters(format!("unknown option -{letter}"));
                return Err(error.hint(self.help()));
            };
            let (long, is_repeating) = (flag.long, flag.optionality == Optionality::Repeating);
            if matches!(flag.kind, FlagInfoKind::Option { .. }) {
                let attached = &argument[1 + index + letter.len_utf8()..];
                let name = format!("-{letter}");
                let value = match attached.strip_prefix('=').unwrap_or(attached) {
                    "" => rest.next().ok_or_else(|| no_value(&name))?,
                    attached => attached,
                };
                self.push(long, Some(value), is_repeating);
                return Ok(());
            }
            self.push(long, None, is_repeating);
        }
        Ok(())
    }

    /// Keeps an option; of one that can be given once the last counts, so that an alias that
    /// has options can be overridden.
    fn push(&mut self, name: &str, value: Option<&str>, is_repeating: bool) {
        if value.is_some() && !is_repeating {
            self.options.retain(|(known, _)| known != name);
        }
        self.options
            .push((name.to_owned(), value.map(str::to_owned)));
    }

    /// The options of the command, or of all as long as none is named.
    fn flags(&self) -> Vec<&'k FlagInfo<'static>> {
        match self.path.last() {
            Some(last) => last.all_flags(),
            None => self.commands.iter().flat_map(Known::all_flags).collect(),
        }
    }

    fn finish(self) -> Result<Option<Vec<String>>, Error> {
        if self.path.is_empty() && self.options.is_empty() {
            return Ok(None);
        }
        let mut arguments = self.names();
        let below = self.path.last().map_or(&[][..], |last| &last.commands);
        let wants_help = self.options.iter().any(|(name, _)| name == "--help");
        if !below.is_empty() && !wants_help {
            let name = arguments.join(" ");
            let hint = below
                .iter()
                .map(|known| format!("mgd {name} {}", known.name));
            let hint = hint.collect::<Vec<_>>().join(" or ");
            return Err(Error::parameters(format!("{name}: names no command")).hint(hint));
        }
        if arguments.is_empty() {
            arguments.push("get");
        }
        let mut arguments: Vec<_> = arguments.into_iter().map(str::to_owned).collect();
        let options = self.options.into_iter();
        arguments.extend(
            options
                .flat_map(|(name, value)| [Some(name), value])
                .flatten(),
        );
        if !self.operands.is_empty() {
            arguments.push("--".to_owned());
            arguments.extend(self.operands);
        }
        Ok(Some(arguments))
    }
}

fn no_value(name: &str) -> Error {
    Error::parameters(format!("{name}: needs a value"))
}

#[cfg(test)]
mod tests;
