//! `mgd delta`.

use argh::FromArgs;
use std::path::PathBuf;
use std::time::Duration;

use crate::cli::values::{bytes, seconds};

#[derive(Debug, FromArgs)]
#[argh(subcommand, name = "delta", help_triggers("-h", "--help"))]
pub(crate) struct Delta {
    #[argh(positional)]
    pub(crate) path: String,
    #[argh(option)]
    pub(crate) state: PathBuf,
    #[argh(option)]
    pub(crate) state_out: Option<PathBuf>,
    #[argh(switch)]
    pub(crate) from_now: bool,
    #[argh(option, from_str_fn(seconds))]
    pub(crate) watch: Option<Duration>,
    #[argh(option, from_str_fn(bytes))]
    pub(crate) max_item: Option<usize>,
}
