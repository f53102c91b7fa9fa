//! `mgd delta`.

use argh::FromArgs;
use std::path::PathBuf;
use std::time::Duration;

use crate::cli::values::{bytes, seconds};

#[derive(Debug, FromArgs)]
#[argh(subcommand, name = "delta", help_triggers("-h", "--help"))]
pub(in crate::cli) struct Delta {
    #[argh(positional)]
    pub(in crate::cli) path: String,
    #[argh(option)]
    pub(in crate::cli) state: PathBuf,
    #[argh(option)]
    pub(in crate::cli) state_out: Option<PathBuf>,
    #[argh(switch)]
    pub(in crate::cli) from_now: bool,
    #[argh(option, from_str_fn(seconds))]
    pub(in crate::cli) watch: Option<Duration>,
    #[argh(option, from_str_fn(bytes))]
    pub(in crate::cli) max_item: Option<usize>,
}
