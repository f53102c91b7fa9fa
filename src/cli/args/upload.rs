//! `mgd upload`.

use argh::FromArgs;
use std::path::PathBuf;

use crate::cli::values::bytes;
use crate::graph::Conflict;

#[derive(Debug, FromArgs)]
#[argh(subcommand, name = "upload", help_triggers("-h", "--help"))]
pub(crate) struct Upload {
    #[argh(positional)]
    pub(crate) file: PathBuf,
    #[argh(positional)]
    pub(crate) path: String,
    #[argh(option, from_str_fn(conflict))]
    pub(crate) conflict: Option<Conflict>,
    #[argh(option, from_str_fn(bytes))]
    pub(crate) slice: Option<usize>,
}

fn conflict(text: &str) -> Result<Conflict, String> {
    let found = Conflict::ALL.into_iter().find(|known| known.name() == text);
    found.ok_or_else(|| "is not fail, replace or rename".to_owned())
}
