//! From what GNU users type to what argh reads: `--opt=value`, `-Hvalue`, `-vv`, options
//! anywhere, `--`, and the parameters file before the command.

mod hints;
mod line;

use std::ffi::OsString;

use crate::cli::table::Command;
use crate::cli::table::commands::COMMANDS;
use crate::cli::table::options::SHARED;
use crate::error::Error;

pub(crate) use hints::choices;
use line::Flag;
pub(crate) use line::Normal;

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
pub(crate) fn normalise(arguments: &[OsString]) -> Result<Option<Normal>, Error> {
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

#[derive(Default)]
struct Split {
    /// The command that was named, or the one below it.
    command: Option<&'static Command>,
    options: Vec<(Flag, Option<String>)>,
    operands: Vec<String>,
    wants_help: bool,
}

impl Split {
    fn operand(&mut self, operand: &str) -> Result<(), Error> {
        let named = match self.command {
            Some(command) => format!("{} {operand}", command.name),
            None => operand.to_owned(),
        };
        if let Some(command) = Command::named(&named) {
            self.command = Some(command);
            return Ok(());
        }
        let has_commands = self.command.is_none_or(Command::has_commands);
        let takes_operands = self.command.is_some_and(Command::takes_operands);
        let mut given = self.options.iter().map(|(flag, _)| flag.option.long);
        let has_file = given.any(|long| long == "--parameters");
        let is_file = operand.ends_with(".json") || operand.contains('/');
        if is_file && self.command.is_none() && !has_file && hints::is_path(operand) {
            let error = format!("{operand}: neither a command nor a parameters file");
            return Err(Error::parameters(error).hint(hints::for_word(operand, None)));
        }
        if is_file && !has_file && !takes_operands {
            let file = SHARED.iter().find(|it| it.option.long == "--parameters");
            if let Some(file) = file {
                self.push(Flag::of_shared(file), Some(operand))?;
            }
            return Ok(());
        }
        if !has_commands {
            self.operands.push(operand.to_owned());
            return Ok(());
        }
        let hint = hints::for_word(operand, self.command);
        Err(Error::parameters(format!("unknown command {named}")).hint(hint))
    }

    fn help(&self) -> String {
        let name = self.command.map_or("get", |command| command.name);
        format!("mgd help {name} lists the options")
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
        if argument == "--help" {
            self.wants_help = true;
            return Ok(());
        }
        let Some(flag) = self.flags().find(|flag| flag.option.long == name) else {
            return Err(self.unknown(name));
        };
        let value = match (flag.option.is_switch(), value) {
            (true, Some(_)) => {
                let error = Error::parameters(format!("{name}: takes no value"));
                return Err(error.hint(flag.help()));
            }
            (true, None) => None,
            (false, Some(value)) => Some(value),
            (false, None) => Some(rest.next().ok_or_else(|| no_value(name, flag))?),
        };
        self.push(flag, value)
    }

    fn unknown(&self, name: &str) -> Error {
        let command = self.command.map_or("get", |command| command.name);
        let options = self.flags().map(|flag| flag.option);
        let hint = hints::for_option(name, command, options);
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
            if letter == 'h' {
                self.wants_help = true;
                continue;
            }
            let mut flags = self.flags();
            let Some(flag) = flags.find(|flag| flag.option.short == Some(letter)) else {
                return Err(self.unknown(&format!("-{letter}")));
            };
            drop(flags);
            if !flag.option.is_switch() {
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
            .any(|(known, _)| known.option.long == flag.option.long);
        if is_there && ONCE.contains(&flag.option.long) {
            let error = Error::parameters(format!("{}: given twice", flag.option.long));
            return Err(match flag.option.long {
                "--filter" => error.hint("join the conditions with 'and'"),
                _ => error.hint("leave one of the two out"),
            });
        }
        if !flag.option.is_repeated {
            let is_other = |known: &Flag| known.option.long != flag.option.long;
            self.options.retain(|(known, _)| is_other(known));
        }
        self.options.push((flag, value.map(str::to_owned)));
        Ok(())
    }

    /// The options of the command and of those below it, or of all as long as none is named.
    fn flags(&self) -> impl Iterator<Item = Flag> {
        let command = self.command;
        let is_meant = move |other: &&Command| match command {
            Some(command) => {
                std::ptr::eq(command, *other) || command.has_commands() && command.is_above(other)
            }
            None => true,
        };
        COMMANDS.iter().filter(is_meant).flat_map(Flag::all_of)
    }

    fn finish(self) -> Result<Option<Normal>, Error> {
        let is_empty = self.options.is_empty() && !self.wants_help;
        let Some(command) = self.command.or(Command::named("get")) else {
            return Ok(None);
        };
        if self.command.is_none() && is_empty {
            return Ok(None);
        }
        if command.has_commands() && !self.wants_help {
            let below = command
                .commands()
                .map(|below| format!("mgd {}", below.name));
            let hint = below.collect::<Vec<_>>().join(" or ");
            let error = format!("{}: names no command", command.name);
            return Err(Error::parameters(error).hint(hint));
        }
        let mut normal = Normal {
            command,
            options: Vec::new(),
            shared: Vec::new(),
            operands: self.operands.clone(),
            wants_help: self.wants_help,
        };
        for (flag, value) in &self.options {
            // What was given before the command may belong to another. The same name may be one
            // command's own and shared by others.
            let long = flag.option.long;
            let Some(flag) = Flag::all_of(command).find(|known| known.option.long == long) else {
                return Err(Self {
                    command: Some(command),
                    ..Self::default()
                }
                .unknown(long));
            };
            match flag.shared {
                Some(shared) => normal
                    .shared
                    .push((shared, value.clone().unwrap_or_default())),
                None => normal.options.push((long, value.clone())),
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
