//! The command line: what can be said, and what was said.

pub(super) mod batch;
mod command;
pub(super) mod commands;
pub(super) mod delta;
pub(super) mod download;
pub(super) mod request;
pub(super) mod upload;

use std::ffi::OsString;

use argh::{ArgsInfo, FromArgs, SubCommandInfo};

use crate::cli::args::batch::Batch;
use crate::cli::args::commands::{Cache, CacheClear, CacheList, Check, ConsentUrl, Get, Token};
use crate::cli::args::request::Request as RequestArguments;
use crate::cli::console::Voice;
use crate::cli::normalise::{Known, Normal, normalise};
use crate::cli::setup::Setup;
use crate::cli::shared;
use crate::error::Error;
use crate::nearest::nearest;

/// Microsoft Graph for daemons: proves an application's identity, follows every page, writes JSON.
#[derive(ArgsInfo, Debug, FromArgs)]
#[argh(
    help_triggers("-h", "--help"),
    example = "mgd parameters.json | jq '.value[].displayName'",
    example = "mgd get 'users?$select=displayName,mail' -p parameters.json -o jsonl",
    note = "A parameters file before any command: mgd FILE.json is mgd get -p FILE.json.",
    note = "Without one, MGD_PARAMETERS names it; else the AZURE_* variables are enough.",
    note = "Exit: 0 done; 1 Graph said no; 2 usage or parameters; 3 token refused;",
    note = "4 try again later; 5 an answer that cannot be right; 6 this machine's disk."
)]
struct Top {
    #[argh(subcommand)]
    command: Command,
}

/// What to do.
#[derive(ArgsInfo, Debug, FromArgs)]
#[argh(subcommand)]
pub(super) enum Command {
    Batch(Batch),
    Cache(Cache),
    Check(Check),
    ConsentUrl(ConsentUrl),
    Delta(delta::Delta),
    Download(download::Download),
    Get(Get),
    Request(RequestArguments),
    Token(Token),
    Upload(upload::Upload),
}

/// What the command line asks for.
#[derive(Debug)]
pub(super) enum Request {
    /// A text for stdout.
    Print(String),
    Run(Box<Command>, Box<Setup>),
}

/// A command line that cannot be understood.
#[derive(Debug)]
pub(super) struct Refused {
    pub(super) error: Error,
    pub(super) voice: Voice,
}

impl Request {
    pub(super) fn voice(&self) -> Voice {
        match self {
            Self::Print(_) => Voice::default(),
            Self::Run(_, setup) => setup.voice,
        }
    }
}

/// Reads the arguments of the process, its own name left out.
pub(super) fn read(arguments: &[OsString]) -> Result<Request, Refused> {
    let refused = |error| Refused {
        error,
        voice: early_voice(arguments),
    };
    let first = arguments.first().and_then(|first| first.to_str());
    match first {
        Some("--version" | "-V" | "version") => {
            return version(&arguments[1..]).map_err(refused);
        }
        Some("help" | "--help" | "-h") => {
            let names = arguments[1..].iter().map(|name| name.to_string_lossy());
            let names: Vec<_> = names.collect();
            let names = names.iter().map(AsRef::as_ref);
            let names: Vec<_> = names
                .filter(|name| !["-h", "--help"].contains(name))
                .collect();
            return help(&names).map_err(refused);
        }
        _ => {}
    }
    match normalise(arguments, &known()) {
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
    if normal.wants_help() {
        return help(&normal.names);
    }
    let mut setup = Setup::default();
    for (shared, value) in &normal.shared {
        (shared.read)(&mut setup, value).map_err(|reason| {
            let name = shared.long;
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

fn help_hint(names: &[&str]) -> String {
    let name = names.join(" ");
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
    let hint = hint.unwrap_or_else(|| help_hint(&normal.names));
    Error::parameters(line.trim_end_matches('.')).hint(hint)
}

fn version(operands: &[OsString]) -> Result<Request, Error> {
    match operands.first() {
        None => Ok(Request::Print(format!(
            "mgd {}\n",
            env!("CARGO_PKG_VERSION")
        ))),
        Some(operand) => Err(needless("version", &operand.to_string_lossy())),
    }
}

fn needless(command: &str, operand: &str) -> Error {
    Error::parameters(format!("{command}: unexpected operand {operand}"))
}

/// The help for a command: argh's, with the shared options put in.
fn help(names: &[&str]) -> Result<Request, Error> {
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
        _ => return Ok(Request::Print(output)),
    };
    let (usage, before) = before.split_once('\n').unwrap_or((before, ""));
    let (options, operands) = usage.split_at(usage.find(" [--]").unwrap_or(usage.len()));
    let before = format!("{options} [OPTION…]{operands}\n{before}");
    Ok(Request::Print(format!("{before}{shared}{after}")))
}

/// The groups of shared options that a command takes.
fn groups(name: &str) -> u16 {
    match name {
        "batch" => Batch::SHARED,
        "check" => Check::SHARED,
        "clear" => CacheClear::SHARED,
        "consent-url" => ConsentUrl::SHARED,
        "delta" => delta::Delta::SHARED,
        "download" => download::Download::SHARED,
        "get" => Get::SHARED,
        "list" => CacheList::SHARED,
        "request" => RequestArguments::SHARED,
        "token" => Token::SHARED,
        "upload" => upload::Upload::SHARED,
        _ => 0,
    }
}

/// The commands, for what must know of them before argh reads the line.
pub(super) fn known() -> Vec<Known> {
    let mut known = known_of(Top::get_args_info().commands);
    known.extend(["help", "version"].map(|name| Known {
        name,
        ..Known::default()
    }));
    known
}

fn known_of(commands: Vec<SubCommandInfo>) -> Vec<Known> {
    let known = commands.into_iter().map(|sub| Known {
        name: sub.command.name,
        flags: sub.command.flags,
        groups: groups(sub.command.name),
        takes_operands: !sub.command.positionals.is_empty(),
        commands: known_of(sub.command.commands),
    });
    known.collect()
}

/// How to speak of a command line that cannot be read: as far as it can be seen in it.
fn early_voice(arguments: &[OsString]) -> Voice {
    let texts: Vec<_> = arguments
        .iter()
        .map(|argument| argument.to_string_lossy())
        .collect();
    let is_json = texts.iter().any(|text| text == "--errors=json")
        || texts
            .windows(2)
            .any(|pair| pair[0] == "--errors" && pair[1] == "json");
    Voice {
        is_json,
        ..Voice::default()
    }
}
