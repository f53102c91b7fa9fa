//! The command line: what can be said, and what was said.

use std::ffi::OsString;
use std::path::PathBuf;
use std::time::Duration;

use argh::{ArgsInfo, FromArgs};

use crate::cli::console::Voice;
use crate::cli::normalise::{Known, normalise};
use crate::error::Error;
use crate::parameters::Auth;

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
    Get(Get),
}

/// get what is at PATH (or a URL, or the file's `endpoint`), following every page
#[derive(ArgsInfo, Debug, FromArgs)]
#[argh(subcommand, name = "get", help_triggers("-h", "--help"))]
pub(super) struct Get {
    /// a path such as users or v1.0/groups, or a URL on the same Graph
    #[argh(positional)]
    pub(super) path: Option<String>,
    /// the parameters file
    #[argh(option, short = 'p')]
    pub(super) parameters: Option<PathBuf>,
    /// json (one document, the default), jsonl (an item a line) or raw (one answer as it came)
    #[argh(option, short = 'o', from_str_fn(format), default = "Format::Json")]
    pub(super) output: Format,
    /// write to this file, which is replaced when all is there, and not before
    #[argh(option, short = 'O')]
    pub(super) output_file: Option<PathBuf>,
    /// end after this many items
    #[argh(option, from_str_fn(count))]
    pub(super) limit: Option<u64>,
    /// end after the first page
    #[argh(switch)]
    pub(super) first_page: bool,
    /// go on with a listing that broke off, at the link it told
    #[argh(option)]
    pub(super) resume: Option<String>,
    /// pass over this many items of the page that --resume names
    #[argh(option)]
    pub(super) skip: Option<u64>,
    /// send a header, as in 'Prefer: odata.maxpagesize=50', with every page
    #[argh(option, short = 'H', long = "header")]
    pub(super) headers: Vec<String>,
    /// use the beta version
    #[argh(switch)]
    pub(super) beta: bool,
    /// the tenant: a guid or a domain
    #[argh(option)]
    pub(super) tenant: Option<String>,
    /// the application (client) id
    #[argh(option)]
    pub(super) client_id: Option<String>,
    /// the authority, as in `https://login.microsoftonline.com/TENANT`
    #[argh(option)]
    pub(super) authority: Option<String>,
    /// a file that holds the client secret
    #[argh(option)]
    pub(super) secret_file: Option<PathBuf>,
    /// a PEM file with the certificate and its private key
    #[argh(option)]
    pub(super) certificate_file: Option<PathBuf>,
    /// how to prove the identity: secret, certificate, federated, managed-identity, github
    #[argh(option, from_str_fn(auth))]
    pub(super) auth: Option<Auth>,
    /// the scope, as in `https://graph.microsoft.com/.default`
    #[argh(option)]
    pub(super) scope: Option<String>,
    /// the root of Graph, as in `https://graph.microsoft.us`
    #[argh(option)]
    pub(super) graph: Option<String>,
    /// where tokens are kept; none keeps them in memory
    #[argh(option)]
    pub(super) token_cache: Option<PathBuf>,
    /// trust the certificates in this PEM file and no others
    #[argh(option)]
    pub(super) ca_file: Option<PathBuf>,
    /// end after this many seconds, whatever has been done
    #[argh(option, from_str_fn(seconds))]
    pub(super) max_time: Option<Duration>,
    /// try a request again for this many seconds at the most (600)
    #[argh(option, from_str_fn(seconds))]
    pub(super) retry_max_time: Option<Duration>,
    /// take no item longer than this many bytes (16M)
    #[argh(option, from_str_fn(bytes))]
    pub(super) max_item: Option<usize>,
    /// say on stderr what is done; twice, in more detail
    #[argh(switch, short = 'v')]
    pub(super) verbose: u8,
    /// say nothing on stderr but errors
    #[argh(switch, short = 'q')]
    pub(super) quiet: bool,
    /// json: everything on stderr as one JSON object a line
    #[argh(option, from_str_fn(errors))]
    pub(super) errors: Option<Errors>,
}

/// How items are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Format {
    Json,
    Jsonl,
    Raw,
}

/// How stderr is written, when not as text.
#[derive(Clone, Copy, Debug)]
pub(super) enum Errors {
    Json,
    Text,
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
                Command::Get(get) => get.voice(),
            },
        }
    }
}

impl Get {
    pub(super) fn voice(&self) -> Voice {
        Voice {
            is_json: matches!(self.errors, Some(Errors::Json)),
            is_quiet: self.quiet,
            verbosity: self.verbose,
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
            let command = arguments.get(1).and_then(|command| command.to_str());
            let line: Vec<_> = command.into_iter().chain(["--help"]).collect();
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
    let top = Top::get_args_info();
    let commands = top.commands.into_iter();
    commands
        .map(|sub| Known {
            name: sub.command.name,
            flags: sub.command.flags,
        })
        .chain([Known {
            name: "help",
            flags: &[],
        }])
        .collect()
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

fn format(text: &str) -> Result<Format, String> {
    match text {
        "json" => Ok(Format::Json),
        "jsonl" => Ok(Format::Jsonl),
        "raw" => Ok(Format::Raw),
        _ => Err("is not json, jsonl or raw".to_owned()),
    }
}

fn auth(text: &str) -> Result<Auth, String> {
    let found = Auth::ALL.into_iter().find(|auth| auth.name() == text);
    found.ok_or_else(|| {
        "is not secret, certificate, federated, managed-identity or github".to_owned()
    })
}

fn errors(text: &str) -> Result<Errors, String> {
    match text {
        "json" => Ok(Errors::Json),
        "text" => Ok(Errors::Text),
        _ => Err("is not json or text".to_owned()),
    }
}

fn count(text: &str) -> Result<u64, String> {
    match text.parse() {
        Ok(0) => Err("must be at least 1".to_owned()),
        Ok(count) => Ok(count),
        Err(_) => Err("is not a number of items".to_owned()),
    }
}

fn seconds(text: &str) -> Result<Duration, String> {
    let is_decimal = text.bytes().all(|b| b.is_ascii_digit() || b == b'.');
    text.parse()
        .ok()
        .filter(|seconds: &f64| is_decimal && *seconds > 0.0)
        .and_then(|seconds| Duration::try_from_secs_f64(seconds).ok())
        .ok_or_else(|| "is not a number of seconds above 0".to_owned())
}

fn bytes(text: &str) -> Result<usize, String> {
    let (digits, factor) = match text.as_bytes().last() {
        Some(b'k' | b'K') => (&text[..text.len() - 1], 1 << 10),
        Some(b'm' | b'M') => (&text[..text.len() - 1], 1 << 20),
        Some(b'g' | b'G') => (&text[..text.len() - 1], 1 << 30),
        _ => (text, 1_usize),
    };
    digits
        .parse()
        .ok()
        .and_then(|number: usize| number.checked_mul(factor))
        .filter(|bytes| *bytes > 0)
        .ok_or_else(|| "is not a number of bytes, such as 1000000 or 16M".to_owned())
}
