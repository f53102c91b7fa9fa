//! What is printed for `help` and `version`.

use argh::FromArgs as _;

use crate::cli::args::top::{Top, groups, known};
use crate::cli::shared;
use crate::error::Error;
use crate::nearest::nearest;

pub(super) fn version(operands: &[&str]) -> Result<String, Error> {
    match operands.first() {
        None => Ok(format!("mgd {}\n", env!("CARGO_PKG_VERSION"))),
        Some(operand) => Err(needless("version", operand)),
    }
}

fn needless(command: &str, operand: &str) -> Error {
    Error::parameters(format!("{command}: unexpected operand {operand}"))
}

/// The help for a command: argh's, with the shared options put in.
pub(super) fn help(names: &[&str]) -> Result<String, Error> {
    let mut choices = known();
    for (index, name) in names.iter().enumerate() {
        match choices.iter().position(|known| known.name == *name) {
            Some(at) => choices = choices.swap_remove(at).commands,
            None if choices.is_empty() => return Err(needless("help", name)),
            None => {
                let named = names[..=index].join(" ");
                let error = Error::parameters(format!("unknown command {named}"));
                let name = nearest(name, choices.iter().map(|known| known.name));
                let hint = name.map(|name| format!("did you mean {name}?"));
                return Err(
                    error.hint(hint.unwrap_or_else(|| "mgd help lists the commands".into()))
                );
            }
        }
    }
    let names = if names == ["help"] { &[] } else { names };
    let line: Vec<_> = names.iter().copied().chain(["--help"]).collect();
    let output = match Top::from_args(&["mgd"], &line) {
        Err(exit) => exit.output,
        Ok(_) => String::new(),
    };
    let shared = shared::help(names.last().map_or(0, |name| groups(name)));
    let (before, after) = match output.find("  -h, --help") {
        Some(at) if !shared.is_empty() => output.split_at(at),
        _ => return Ok(output),
    };
    let (usage, before) = before.split_once('\n').unwrap_or((before, ""));
    let (options, operands) = usage.split_at(usage.find(" [--]").unwrap_or(usage.len()));
    let before = format!("{options} [OPTION…]{operands}\n{before}");
    Ok(format!("{before}{shared}{after}"))
}
