//! From what GNU users type to what argh reads: `--opt=value`, `-Hvalue`, `-vv`, options
//! anywhere, `--`, and the parameters file before the command.

use std::ffi::OsString;

use argh::{FlagInfo, FlagInfoKind, Optionality};

use crate::error::Error;
use crate::nearest::nearest;

/// A command that can be named.
pub(super) struct Known {
    pub(super) name: &'static str,
    pub(super) flags: &'static [FlagInfo<'static>],
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
    let mut split = Split::default();
    let mut rest = arguments.into_iter();
    while let Some(argument) = rest.next() {
        match argument {
            "--" => {
                for operand in rest.by_ref() {
                    split.operand(operand, commands)?;
                }
            }
            "-" => split.operand(argument, commands)?,
            _ if argument.starts_with("--") => {
                split.long(argument, &mut rest, commands)?;
            }
            _ if argument.starts_with('-') => split.short(argument, &mut rest, commands)?,
            _ => split.operand(argument, commands)?,
        }
    }
    Ok(split.finish())
}

#[derive(Default)]
struct Split {
    command: Option<&'static str>,
    options: Vec<(String, Option<String>)>,
    operands: Vec<String>,
}

impl Split {
    fn operand(&mut self, operand: &str, commands: &[Known]) -> Result<(), Error> {
        if self.command.is_some() {
            self.operands.push(operand.to_owned());
            return Ok(());
        }
        if let Some(known) = commands.iter().find(|known| known.name == operand) {
            self.command = Some(known.name);
            return Ok(());
        }
        let has_file = self.options.iter().any(|(name, _)| name == "--parameters");
        if !has_file && (operand.ends_with(".json") || operand.contains('/')) {
            self.push("--parameters", Some(operand), false);
            return Ok(());
        }
        let error = Error::parameters(format!("unknown command {operand}"));
        Err(
            match nearest(operand, commands.iter().map(|known| known.name)) {
                Some(name) => error.hint(format!("did you mean {name}?")),
                None => error.hint("mgd help lists the commands; a parameters file ends in .json"),
            },
        )
    }

    fn long<'a>(
        &mut self,
        argument: &str,
        rest: &mut impl Iterator<Item = &'a str>,
        commands: &[Known],
    ) -> Result<(), Error> {
        let (name, value) = match argument.split_once('=') {
            Some((name, value)) => (name, Some(value)),
            None => (argument, None),
        };
        let Some(flag) = self.flags(commands).find(|flag| flag.long == name) else {
            let error = Error::parameters(format!("unknown option {name}"));
            let known = self
                .flags(commands)
                .map(|flag| flag.long.trim_start_matches('-'));
            return Err(match nearest(name.trim_start_matches('-'), known) {
                Some(known) => error.hint(format!("did you mean --{known}?")),
                None => error.hint("mgd help get lists the options"),
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
        commands: &[Known],
    ) -> Result<(), Error> {
        for (index, letter) in argument[1..].char_indices() {
            let Some(flag) = self.flags(commands).find(|flag| flag.short == Some(letter)) else {
                return Err(Error::parameters(format!("unknown option -{letter}"))
                    .hint("mgd help get lists the options"));
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
    fn flags<'k>(&self, commands: &'k [Known]) -> impl Iterator<Item = &'k FlagInfo<'static>> {
        let command = self.command;
        commands
            .iter()
            .filter(move |known| command.is_none_or(|command| command == known.name))
            .flat_map(|known| known.flags)
    }

    fn finish(self) -> Option<Vec<String>> {
        if self.command.is_none() && self.options.is_empty() {
            return None;
        }
        let mut arguments = vec![self.command.unwrap_or("get").to_owned()];
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
        Some(arguments)
    }
}

fn no_value(name: &str) -> Error {
    Error::parameters(format!("{name}: needs a value"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::args::known;

    fn normal(line: &str) -> Result<String, String> {
        let arguments: Vec<_> = line.split_whitespace().map(OsString::from).collect();
        match normalise(&arguments, &known()) {
            Ok(arguments) => Ok(arguments.map_or("nothing".to_owned(), |a| a.join(" "))),
            Err(error) => Err(error.to_string()),
        }
    }

    #[test]
    fn options_are_read_as_gnu_users_type_them() {
        let ok = |line: &str| normal(line).unwrap();
        assert_eq!(ok("get users"), "get -- users");
        assert_eq!(
            ok("get --limit=5 users -ojsonl"),
            "get --limit 5 --output jsonl -- users"
        );
        assert_eq!(
            ok("get -vvq -HA:b"),
            "get --verbose --verbose --quiet --header A:b"
        );
        assert_eq!(ok("get -O - -- -x"), "get --output-file - -- -x");
        assert_eq!(ok("get -o=raw x"), "get --output raw -- x");
        assert_eq!(ok("get --header --x"), "get --header --x");
        assert_eq!(
            ok("get --limit 1 -HA:b --limit=2 -HC:d"),
            "get --header A:b --limit 2 --header C:d"
        );
        assert_eq!(ok("get -"), "get -- -");
        assert_eq!(ok(""), "nothing");
    }

    #[test]
    fn a_file_before_any_command_is_the_parameters_file() {
        let ok = |line: &str| normal(line).unwrap();
        assert_eq!(ok("p.json"), "get --parameters p.json");
        assert_eq!(ok("--limit 5 ./p"), "get --limit 5 --parameters ./p");
        assert_eq!(ok("p.json get users"), "get --parameters p.json -- users");
        assert_eq!(ok("get p.json"), "get -- p.json");
    }

    #[test]
    fn what_does_not_exist_is_named() {
        assert_eq!(normal("gte").unwrap_err(), "unknown command gte");
        assert_eq!(
            normal("p.json q.json").unwrap_err(),
            "unknown command q.json"
        );
        assert_eq!(normal("get --limt 5").unwrap_err(), "unknown option --limt");
        assert_eq!(normal("get -x").unwrap_err(), "unknown option -x");
        assert_eq!(normal("get --limit").unwrap_err(), "--limit: needs a value");
        assert_eq!(normal("get -p").unwrap_err(), "-p: needs a value");
        assert_eq!(
            normal("get --beta=yes").unwrap_err(),
            "--beta: takes no value"
        );
    }
}
