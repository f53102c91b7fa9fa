//! The command line: what can be said, and what was said.

pub(crate) mod batch;
pub(crate) mod commands;
pub(crate) mod delta;
pub(crate) mod download;
pub(crate) mod request;
mod top;
pub(crate) mod upload;

use std::ffi::OsString;

use argh::FromArgs as _;

pub(crate) use crate::cli::args::top::Command;
use crate::cli::args::top::Top;
use crate::cli::completion;
use crate::cli::console::LogOptions;
use crate::cli::help::{help, version};
use crate::cli::normalise::{Normal, normalise};
use crate::cli::setup::Setup;
use crate::error::Error;

/// What the command line asks for.
#[derive(Debug)]
pub(crate) enum Request {
    /// A text for stdout.
    Print(String),
    Run(Box<Command>, Box<Setup>),
}

/// A command line that cannot be understood.
#[derive(Debug)]
pub(crate) struct Refused {
    pub(crate) error: Error,
    pub(crate) log: LogOptions,
}

impl Request {
    pub(crate) fn log(&self) -> LogOptions {
        match self {
            Self::Print(_) => LogOptions::default(),
            Self::Run(_, setup) => setup.log,
        }
    }
}

/// Reads the arguments of the process, its own name left out.
pub(crate) fn read(arguments: &[OsString]) -> Result<Request, Refused> {
    let refused = |error| Refused {
        error,
        log: early_log_options(arguments),
    };
    let first = arguments.first().and_then(|first| first.to_str());
    let operands = arguments.iter().skip(1).map(|text| text.to_string_lossy());
    let operands: Vec<_> = operands.collect();
    match first {
        Some("--version" | "-V" | "version") => {
            let operands: Vec<_> = operands.iter().map(AsRef::as_ref).collect();
            return version(&operands).map(Request::Print).map_err(refused);
        }
        Some("help" | "--help" | "-h") => {
            let names = operands.iter().map(AsRef::as_ref);
            let names: Vec<_> = names
                .filter(|name| !["-h", "--help"].contains(name))
                .collect();
            return help(&names).map(Request::Print).map_err(refused);
        }
        // What the scripts of the shells call; not for people, so that no help speaks of it.
        Some("__complete") => {
            let words: Vec<_> = operands.iter().map(AsRef::as_ref).collect();
            return Ok(Request::Print(completion::candidates(&words)));
        }
        _ => {}
    }
    match normalise(arguments) {
        Ok(Some(normal)) => parse(&normal).map_err(refused),
        Ok(None) => {
            let error = Error::parameters("nothing to do")
                .hint("mgd FILE.json lists what the file's endpoint holds; see mgd help");
            Err(refused(error))
        }
        Err(error) => Err(refused(error)),
    }
}

fn parse(normal: &Normal) -> Result<Request, Error> {
    let name = normal.command.name;
    let operands = normal.operands();
    match name {
        "help" => return help(&operands).map(Request::Print),
        _ if normal.wants_help => return help(&[name]).map(Request::Print),
        "version" => return version(&operands).map(Request::Print),
        "completion" => return completion::script(&operands).map(Request::Print),
        _ => {}
    }
    let mut setup = Setup::default();
    for (shared, value) in &normal.shared {
        (shared.read)(&mut setup, value).map_err(|reason| {
            let name = shared.option.long;
            let error = format!("error parsing option '{name}' with value '{value}': {reason}");
            let hint = normal.help_of(name).unwrap_or_default();
            Error::parameters(error).hint(hint)
        })?;
    }
    let line = normal.line();
    let line: Vec<_> = line.iter().map(String::as_str).collect();
    match Top::from_args(&["mgd"], &line) {
        Ok(top) => Ok(Request::Run(Box::new(top.command), Box::new(setup))),
        Err(exit) => Err(refusal(&exit.output, normal)),
    }
}

fn help_hint(name: &str) -> String {
    format!("mgd help lists commands, mgd help {name} its options")
}

/// What argh says of a line that it cannot read, as a message of ours.
fn refusal(output: &str, normal: &Normal) -> Error {
    let lines = output.lines().map(str::trim);
    let lines: Vec<_> = lines.filter(|line| !line.is_empty()).collect();
    let line = lines.join(" ");
    let mut chars = line.chars();
    let lower = chars.next().map(|first| first.to_ascii_lowercase());
    let line: String = lower.into_iter().chain(chars).collect();
    let bad_value = line.strip_prefix("error parsing option '");
    let bad_value = bad_value.and_then(|rest| rest.split_once("' with value '"));
    let hint = bad_value.and_then(|(option, rest)| {
        let value = rest.split('\'').next().unwrap_or_default();
        let is_file = option == "--output" && value.contains(['.', '/']);
        let writes = is_file && normal.help_of("--output-file").is_some();
        if writes {
            return Some(format!("-O {value} writes to a file; -o is the format"));
        }
        normal.help_of(option)
    });
    let hint = hint.unwrap_or_else(|| help_hint(normal.command.name));
    Error::parameters(line.trim_end_matches('.')).hint(hint)
}

/// How to speak of a command line that cannot be read: as far as it can be seen in it.
fn early_log_options(arguments: &[OsString]) -> LogOptions {
    let texts: Vec<_> = arguments
        .iter()
        .map(|argument| argument.to_string_lossy())
        .collect();
    let is_json = texts.iter().any(|text| text == "--errors=json")
        || texts
            .windows(2)
            .any(|pair| pair[0] == "--errors" && pair[1] == "json");
    LogOptions {
        is_json,
        ..LogOptions::default()
    }
}
