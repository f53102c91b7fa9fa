//! `mgd download`.

use argh::FromArgs;
use std::path::PathBuf;

#[derive(Debug, FromArgs)]
#[argh(subcommand, name = "download", help_triggers("-h", "--help"))]
pub(in crate::cli) struct Download {
    #[argh(positional)]
    pub(in crate::cli) path: String,
    #[argh(option, short = 'O')]
    pub(in crate::cli) output_file: Option<PathBuf>,
    #[argh(switch)]
    pub(in crate::cli) no_verify: bool,
}
