//! The options of `mgd request`.

use argh::FromArgs;
use std::path::PathBuf;

#[derive(Debug, FromArgs)]
#[argh(subcommand, name = "request", help_triggers("-h", "--help"))]
pub(in crate::cli) struct Request {
    #[argh(positional, arg_name = "method-and-path")]
    pub(in crate::cli) operands: Vec<String>,
    #[argh(option)]
    pub(in crate::cli) body: Option<String>,
    #[argh(option, short = 'F', long = "field")]
    pub(in crate::cli) typed: Vec<String>,
    #[argh(option, short = 'f', long = "raw-field")]
    pub(in crate::cli) fields: Vec<String>,
    #[argh(option)]
    pub(in crate::cli) if_match: Option<String>,
    #[argh(switch, short = 'i')]
    pub(in crate::cli) include: bool,
    #[argh(option, short = 'O')]
    pub(in crate::cli) output_file: Option<PathBuf>,
}
