//! The commands and the options of their own.

use std::path::PathBuf;

use argh::FromArgs;

use crate::cli::values::{Format, bytes, count, format, skip};

#[derive(Debug, FromArgs)]
#[argh(subcommand, name = "get", help_triggers("-h", "--help"))]
pub(in crate::cli) struct Get {
    #[argh(positional)]
    pub(in crate::cli) path: Option<String>,
    #[argh(option, short = 'o', from_str_fn(format), default = "Format::Json")]
    pub(in crate::cli) output: Format,
    #[argh(option, short = 'O')]
    pub(in crate::cli) output_file: Option<PathBuf>,
    #[argh(option, from_str_fn(count))]
    pub(in crate::cli) limit: Option<u64>,
    #[argh(switch)]
    pub(in crate::cli) first_page: bool,
    #[argh(switch)]
    pub(in crate::cli) no_prefetch: bool,
    #[argh(option)]
    pub(in crate::cli) resume: Option<String>,
    #[argh(option, from_str_fn(skip))]
    pub(in crate::cli) skip: Option<(u64, Option<u64>)>,
    #[argh(option, from_str_fn(bytes))]
    pub(in crate::cli) max_item: Option<usize>,
}

#[derive(Debug, FromArgs)]
#[argh(subcommand, name = "token", help_triggers("-h", "--help"))]
pub(in crate::cli) struct Token {
    #[argh(switch)]
    pub(in crate::cli) json: bool,
    #[argh(switch)]
    pub(in crate::cli) header: bool,
    #[argh(switch)]
    pub(in crate::cli) force_refresh: bool,
}

#[derive(Debug, FromArgs)]
#[argh(subcommand, name = "consent-url", help_triggers("-h", "--help"))]
pub(in crate::cli) struct ConsentUrl {}

#[derive(Debug, FromArgs)]
#[argh(subcommand, name = "check", help_triggers("-h", "--help"))]
pub(in crate::cli) struct Check {
    #[argh(switch)]
    pub(in crate::cli) json: bool,
}

#[derive(Debug, FromArgs)]
#[argh(subcommand, name = "cache", help_triggers("-h", "--help"))]
pub(in crate::cli) struct Cache {
    #[argh(subcommand)]
    pub(in crate::cli) command: CacheCommand,
}

#[derive(Debug, FromArgs)]
#[argh(subcommand)]
pub(in crate::cli) enum CacheCommand {
    Clear(CacheClear),
    List(CacheList),
}

#[derive(Debug, FromArgs)]
#[argh(subcommand, name = "list", help_triggers("-h", "--help"))]
pub(in crate::cli) struct CacheList {
    #[argh(switch)]
    pub(in crate::cli) json: bool,
}

#[derive(Debug, FromArgs)]
#[argh(subcommand, name = "clear", help_triggers("-h", "--help"))]
pub(in crate::cli) struct CacheClear {}
