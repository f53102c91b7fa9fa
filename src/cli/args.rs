//! The command line: what can be said, and what was said.

pub(super) mod batch;
pub(super) mod commands;
pub(super) mod delta;
pub(super) mod download;
mod options;
pub(super) mod request;
pub(super) mod upload;
pub(super) mod values;

use std::ffi::OsString;

use argh::{ArgsInfo, FromArgs, SubCommandInfo};

use crate::cli::args::batch::Batch;
use crate::cli::args::commands::{Cache, CacheCommand, Check, ConsentUrl, Get, Token};
use crate::cli::args::request::Request as RequestArguments;
use crate::cli::console::Voice;
use crate::cli::normalise::{Known, normalise};
use crate::error::Error;

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
    Run(Box<Command>),
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
            Self::Run(command) => match &**command {
                Command::Batch(batch) => batch.setup().voice,
                Command::Cache(cache) => match &cache.command {
                    CacheCommand::Clear(clear) => clear.setup().voice,
                    CacheCommand::List(list) => list.setup().voice,
                },
                Command::Check(check) => check.setup().voice,
                Command::ConsentUrl(consent) => consent.setup().voice,
                Command::Delta(delta) => delta.setup().voice,
                Command::Download(download) => download.setup().voice,
                Command::Get(get) => get.setup().voice,
                Command::Request(request) => request.setup().voice,
                Command::Token(token) => token.setup().voice,
                Command::Upload(upload) => upload.setup().voice,
            },
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
        Some("--version" | "-V") => {
            return Ok(Request::Print(format!(
                "mgd {}\n",
                env!("CARGO_PKG_VERSION")
            )));
        }
        Some("help" | "--help" | "-h") => {
            let commands = arguments[1..].iter();
            let commands = commands.filter_map(|command| command.to_str());
            let line: Vec<_> = commands.chain(["--help"]).collect();
            return parse(&line).map_err(refused);
        }
        _ => {}
    }
    let normal = match normalise(arguments, &known()) {
        Ok(Some(normal)) => normal,
        Ok(None) => {
            let error = Error::parameters("nothing to do")
                .hint("mgd FILE.json lists what the file's endpoint holds; see mgd help");
            return Err(refused(error));
        }
        Err(error) => return Err(refused(error)),
    };
    let line: Vec<_> = normal.iter().map(String::as_str).collect();
    parse(&line).map_err(refused)
}

fn parse(line: &[&str]) -> Result<Request, Error> {
    match Top::from_args(&["mgd"], line) {
        Ok(top) => Ok(Request::Run(Box::new(top.command))),
        Err(exit) if exit.status.is_ok() => Ok(Request::Print(exit.output)),
        Err(exit) => {
            let line = exit
                .output
                .lines()
                .map(str::trim)
                .filter(|line| !line.is_empty());
            let line = line.collect::<Vec<_>>().join(" ");
            let mut chars = line.chars();
            let lower = chars
                .next()
                .map(|first| first.to_ascii_lowercase().to_string());
            let line = lower.unwrap_or_default() + chars.as_str();
            let line = line.trim_end_matches('.');
            Err(Error::parameters(line).hint("mgd help lists commands, mgd help get its options"))
        }
    }
}

/// The commands, for what must know of them before argh reads the line.
pub(super) fn known() -> Vec<Known> {
    let mut known = known_of(Top::get_args_info().commands);
    known.push(Known {
        name: "help",
        ..Known::default()
    });
    known
}

fn known_of(commands: Vec<SubCommandInfo>) -> Vec<Known> {
    let known = commands.into_iter().map(|sub| Known {
        name: sub.command.name,
        flags: sub.command.flags,
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
