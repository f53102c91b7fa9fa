//! `mgd download`.

use argh::FromArgs;
use std::path::PathBuf;

#[derive(Debug, FromArgs)]
#[argh(subcommand, name = "download", help_triggers("-h", "--help"))]
pub(crate) struct Download {
    #[argh(positional)]
    pub(crate) path: String,
    #[argh(option, short = 'O')]
    pub(crate) output_file: Option<PathBuf>,
    #[argh(switch)]
    pub(crate) no_verify: bool,
}
