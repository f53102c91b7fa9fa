//! From what GNU users type to what argh reads: `--opt=value`, `-Hvalue`, `-vv`, options
//! anywhere, `--`, and the parameters file before the command.

mod hints;
mod known;
mod line;

use std::ffi::OsString;

use crate::cli::shared::{ALL, Kind};
use crate::error::Error;

pub(super) use known::Known;
use line::Flag;
pub(super) use line::Normal;

/// Options that are given once: of two values, one would be dropped, and what is read or changed would
/// not be what was asked for.
const ONCE: [&str; 5] = [
    "--certificate-file",
    "--filter",
    "--search",
    "--secret-file",
    "--state",
];

/// Tells commands, options and operands apart; `None` means that there is nothing at all.
///
/// # Errors
///
/// `Parameters` for options and commands that do not exist, and arguments that are not UTF-8.
pub(super) fn normalise(
    arguments: &[OsString],
    commands: &[Known],
) -> Result<Option<Normal>, Error> {
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
    options: Vec<(Flag, Option<String>)>,
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
        let mut given = self.options.iter().map(|(flag, _)| flag.long);
        let has_file = given.any(|long| long == "--parameters");
        let is_file = operand.ends_with(".json") || operand.contains('/');
        if is_file && self.path.is_empty() && !has_file && hints::is_path(operand) {
            let error = format!("{operand}: neither a command nor a parameters file");
            return Err(Error::parameters(error).hint(hints::for_word(operand, &[], choices)));
        }
        if is_file && !has_file && !takes_operands {
            let file = ALL.iter().find(|shared| shared.long == "--parameters");
            if let Some(file) = file {
                self.push(Flag::of_shared(file), Some(operand))?;
            }
            return Ok(());
        }
        if choices.is_empty() {
            self.operands.push(operand.to_owned());
            return Ok(());
        }
        let named = [self.names(), vec![operand]].concat().join(" ");
        let hint = hints::for_word(operand, &self.names(), choices);
        Err(Error::parameters(format!("unknown command {named}")).hint(hint))
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
        let Some(&flag) = flags.iter().find(|flag| flag.long == name) else {
            return Err(self.unknown(name));
        };
        let value = match (flag.kind, value) {
            (Kind::Switch, Some(_)) => {
                let error = Error::parameters(format!("{name}: takes no value"));
                return Err(error.hint(flag.help()));
            }
            (Kind::Switch, None) => None,
            (_, Some(value)) => Some(value),
            (_, None) => Some(rest.next().ok_or_else(|| no_value(name, flag))?),
        };
        self.push(flag, value)
    }

    fn unknown(&self, name: &str) -> Error {
        let command = self.path.first().map_or("get", |known| known.name);
        let hint = hints::for_option(name, command, &self.flags(), self.commands);
        let error = Error::parameters(format!("unknown option {name}"));
        error.hint(hint.unwrap_or_else(|| self.help()))
    }

    /// A cluster such as `-vv`, `-qH'A: b'` or `-ojsonl`.
    fn short<'a>(
        &mut self,
        argument: &str,
        rest: &mut impl Iterator<Item = &'a str>,
    ) -> Result<(), Error> {
        for (index, letter) in argument[1..].char_indices() {
            let flags = self.flags();
            let Some(&flag) = flags.iter().find(|flag| flag.short == Some(letter)) else {
                return Err(self.unknown(&format!("-{letter}")));
            };
            if flag.kind != Kind::Switch {
                let attached = &argument[1 + index + letter.len_utf8()..];
                let name = format!("-{letter}");
                let value = match attached.strip_prefix('=').unwrap_or(attached) {
                    "" => rest.next().ok_or_else(|| no_value(&name, flag))?,
                    attached => attached,
                };
                return self.push(flag, Some(value));
            }
            self.push(flag, None)?;
        }
        Ok(())
    }

    /// Keeps an option. Of one that has a single value the last counts, so that an alias that has
    /// options can be overridden.
    ///
    /// # Errors
    ///
    /// `Parameters` when it is one of [`ONCE`] and is there already.
    fn push(&mut self, flag: Flag, value: Option<&str>) -> Result<(), Error> {
        let is_there = self
            .options
            .iter()
            .any(|(known, _)| known.long == flag.long);
        if is_there && ONCE.contains(&flag.long) {
            let error = Error::parameters(format!("{}: given twice", flag.long));
            return Err(match flag.long {
                "--filter" => error.hint("join the conditions with 'and'"),
                _ => error.hint("leave one of the two out"),
            });
        }
        if flag.kind == Kind::Value {
            self.options.retain(|(known, _)| known.long != flag.long);
        }
        self.options.push((flag, value.map(str::to_owned)));
        Ok(())
    }

    /// The options of the command, or of all as long as none is named.
    fn flags(&self) -> Vec<Flag> {
        match self.path.last() {
            Some(last) => last.all_flags(),
            None => self.commands.iter().flat_map(Known::all_flags).collect(),
        }
    }

    fn finish(mut self) -> Result<Option<Normal>, Error> {
        if self.path.is_empty() && self.options.is_empty() {
            return Ok(None);
        }
        let below = self.path.last().map_or(&[][..], |last| &last.commands);
        let is_help = |(flag, _): &(Flag, Option<String>)| flag.long == "--help";
        let wants_help = self.options.iter().any(is_help);
        if !below.is_empty() && !wants_help {
            let name = self.names().join(" ");
            let hint = below
                .iter()
                .map(|known| format!("mgd {name} {}", known.name));
            let hint = hint.collect::<Vec<_>>().join(" or ");
            return Err(Error::parameters(format!("{name}: names no command")).hint(hint));
        }
        if self.path.is_empty() {
            let get = self.commands.iter().find(|known| known.name == "get");
            self.path.extend(get);
        }
        // What was given before the command may belong to another.
        let flags = self.flags();
        let is_known = |flag: &Flag| flags.iter().any(|known| known.long == flag.long);
        if let Some((stray, _)) = self.options.iter().find(|(flag, _)| !is_known(flag)) {
            return Err(self.unknown(stray.long));
        }
        let mut normal = Normal {
            names: self.names(),
            options: Vec::new(),
            shared: Vec::new(),
            operands: self.operands,
            flags: flags.clone(),
        };
        for (flag, value) in self.options {
            // The same name may be one command's own and shared by others.
            let flag = flags.iter().find(|known| known.long == flag.long);
            match flag.and_then(|flag| flag.shared) {
                Some(shared) => normal.shared.push((shared, value.unwrap_or_default())),
                None => normal.options.extend(flag.map(|flag| (flag.long, value))),
            }
        }
        Ok(Some(normal))
    }
}

fn no_value(name: &str, flag: Flag) -> Error {
    Error::parameters(format!("{name}: needs a value")).hint(flag.help())
}

#[cfg(test)]
mod tests;
