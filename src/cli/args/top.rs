//! All commands: what argh reads a line into, and what must be known of them before.

use argh::{ArgsInfo, FromArgs, SubCommandInfo};

use crate::cli::args::batch::Batch;
use crate::cli::args::commands::{Cache, CacheClear, CacheList, Check, ConsentUrl, Get, Token};
use crate::cli::args::delta::Delta;
use crate::cli::args::download::Download;
use crate::cli::args::request::Request;
use crate::cli::args::upload::Upload;
use crate::cli::normalise::Known;

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
pub(super) struct Top {
    #[argh(subcommand)]
    pub(super) command: Command,
}

/// What to do.
#[derive(ArgsInfo, Debug, FromArgs)]
#[argh(subcommand)]
pub(in crate::cli) enum Command {
    Batch(Batch),
    Cache(Cache),
    Check(Check),
    ConsentUrl(ConsentUrl),
    Delta(Delta),
    Download(Download),
    Get(Get),
    Request(Request),
    Token(Token),
    Upload(Upload),
}

/// The groups of shared options that a command takes.
pub(super) fn groups(name: &str) -> u16 {
    match name {
        "batch" => Batch::SHARED,
        "check" => Check::SHARED,
        "clear" => CacheClear::SHARED,
        "consent-url" => ConsentUrl::SHARED,
        "delta" => Delta::SHARED,
        "download" => Download::SHARED,
        "get" => Get::SHARED,
        "list" => CacheList::SHARED,
        "request" => Request::SHARED,
        "token" => Token::SHARED,
        "upload" => Upload::SHARED,
        _ => 0,
    }
}

/// The commands, for what must know of them before argh reads the line.
pub(in crate::cli) fn known() -> Vec<Known> {
    let mut known = known_of(Top::get_args_info().commands);
    // An alias may have any option before them.
    known.extend(["help", "version"].map(|name| Known {
        name,
        groups: u16::MAX,
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
