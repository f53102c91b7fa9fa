//! The commands and the options of their own.

use std::path::PathBuf;

use argh::FromArgs;

use crate::cli::values::{Format, bytes, count, format, skip};

#[derive(Debug, FromArgs)]
#[argh(subcommand, name = "get", help_triggers("-h", "--help"))]
pub(crate) struct Get {
    #[argh(positional)]
    pub(crate) path: Option<String>,
    #[argh(option, short = 'o', from_str_fn(format), default = "Format::Json")]
    pub(crate) output: Format,
    #[argh(option, short = 'O')]
    pub(crate) output_file: Option<PathBuf>,
    #[argh(option, from_str_fn(count))]
    pub(crate) limit: Option<u64>,
    #[argh(switch)]
    pub(crate) first_page: bool,
    #[argh(switch)]
    pub(crate) no_prefetch: bool,
    #[argh(option)]
    pub(crate) resume: Option<String>,
    #[argh(option, from_str_fn(skip))]
    pub(crate) skip: Option<(u64, Option<u64>)>,
    #[argh(option, from_str_fn(bytes))]
    pub(crate) max_item: Option<usize>,
}

#[derive(Debug, FromArgs)]
#[argh(subcommand, name = "token", help_triggers("-h", "--help"))]
pub(crate) struct Token {
    #[argh(switch)]
    pub(crate) json: bool,
    #[argh(switch)]
    pub(crate) header: bool,
    #[argh(switch)]
    pub(crate) force_refresh: bool,
}

#[derive(Debug, FromArgs)]
#[argh(subcommand, name = "consent-url", help_triggers("-h", "--help"))]
pub(crate) struct ConsentUrl {}

#[derive(Debug, FromArgs)]
#[argh(subcommand, name = "check", help_triggers("-h", "--help"))]
pub(crate) struct Check {
    #[argh(switch)]
    pub(crate) json: bool,
}

#[derive(Debug, FromArgs)]
#[argh(subcommand, name = "init", help_triggers("-h", "--help"))]
pub(crate) struct Init {
    #[argh(positional)]
    pub(crate) file: Option<PathBuf>,
    #[argh(option)]
    pub(crate) token_file: Option<PathBuf>,
}

#[derive(Debug, FromArgs)]
#[argh(subcommand, name = "cache", help_triggers("-h", "--help"))]
pub(crate) struct Cache {
    #[argh(subcommand)]
    pub(crate) command: CacheCommand,
}

#[derive(Debug, FromArgs)]
#[argh(subcommand)]
pub(crate) enum CacheCommand {
    Clear(CacheClear),
    List(CacheList),
}

#[derive(Debug, FromArgs)]
#[argh(subcommand, name = "list", help_triggers("-h", "--help"))]
pub(crate) struct CacheList {
    #[argh(switch)]
    pub(crate) json: bool,
}

#[derive(Debug, FromArgs)]
#[argh(subcommand, name = "clear", help_triggers("-h", "--help"))]
pub(crate) struct CacheClear {}
