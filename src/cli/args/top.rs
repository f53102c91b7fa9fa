//! All commands: what argh reads a line into.

use argh::FromArgs;

use crate::cli::args::batch::Batch;
use crate::cli::args::commands::{Cache, Check, ConsentUrl, Get, Init, Token};
use crate::cli::args::delta::Delta;
use crate::cli::args::download::Download;
use crate::cli::args::request::Request;
use crate::cli::args::upload::Upload;

#[derive(Debug, FromArgs)]
#[argh(help_triggers("-h", "--help"))]
pub(crate) struct Top {
    #[argh(subcommand)]
    pub(crate) command: Command,
}

#[derive(Debug, FromArgs)]
#[argh(subcommand)]
pub(crate) enum Command {
    Batch(Batch),
    Cache(Cache),
    Check(Check),
    ConsentUrl(ConsentUrl),
    Delta(Delta),
    Download(Download),
    Get(Get),
    Init(Init),
    Request(Request),
    Token(Token),
    Upload(Upload),
}
