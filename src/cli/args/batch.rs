//! The options of `mgd batch`.

use argh::FromArgs;
use std::path::PathBuf;

use crate::cli::values::{bytes, count};

#[derive(Debug, FromArgs)]
#[argh(subcommand, name = "batch", help_triggers("-h", "--help"))]
pub(crate) struct Batch {
    #[argh(positional)]
    pub(crate) file: Option<PathBuf>,
    #[argh(option, short = 'O')]
    pub(crate) output_file: Option<PathBuf>,
    #[argh(option, from_str_fn(count))]
    pub(crate) jobs: Option<u64>,
    #[argh(switch)]
    pub(crate) unordered: bool,
    #[argh(switch)]
    pub(crate) follow: bool,
    #[argh(option, from_str_fn(bytes))]
    pub(crate) max_item: Option<usize>,
}
