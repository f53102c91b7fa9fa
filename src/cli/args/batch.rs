//! The options of `mgd batch`.

use argh::FromArgs;
use std::path::PathBuf;

use crate::cli::values::{bytes, count};

#[derive(Debug, FromArgs)]
#[argh(subcommand, name = "batch", help_triggers("-h", "--help"))]
pub(in crate::cli) struct Batch {
    #[argh(positional)]
    pub(in crate::cli) file: Option<PathBuf>,
    #[argh(option, from_str_fn(count))]
    pub(in crate::cli) jobs: Option<u64>,
    #[argh(switch)]
    pub(in crate::cli) unordered: bool,
    #[argh(switch)]
    pub(in crate::cli) follow: bool,
    #[argh(option, from_str_fn(bytes))]
    pub(in crate::cli) max_item: Option<usize>,
}
