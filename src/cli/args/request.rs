//! The options of `mgd request`.

use argh::FromArgs;
use std::path::PathBuf;

#[derive(Debug, FromArgs)]
#[argh(subcommand, name = "request", help_triggers("-h", "--help"))]
pub(crate) struct Request {
    #[argh(positional, arg_name = "method-and-path")]
    pub(crate) operands: Vec<String>,
    #[argh(option)]
    pub(crate) body: Option<String>,
    #[argh(option, short = 'F', long = "field")]
    pub(crate) typed: Vec<String>,
    #[argh(option, short = 'f', long = "raw-field")]
    pub(crate) fields: Vec<String>,
    #[argh(option)]
    pub(crate) if_match: Option<String>,
    #[argh(switch, short = 'i')]
    pub(crate) include: bool,
    #[argh(option, short = 'O')]
    pub(crate) output_file: Option<PathBuf>,
}
