//! `mgd upload`.

use std::path::PathBuf;

use crate::cli::args::command::command;
use crate::cli::values::bytes;
use crate::graph::Conflict;

command! {
    /// store FILE in a drive at PATH, and go on where an earlier run broke off
    #[argh(
        subcommand,
        name = "upload",
        help_triggers("-h", "--help"),
        example = "mgd upload may.xlsx drives/ID/root:/reports/may.xlsx",
        example = "mgd upload may.xlsx drives/ID/items/ID",
        note = "Above 4 MiB the file goes in slices, whose session is kept beside the token cache."
    )]
    struct Upload {
        /// the file
        #[argh(positional)]
        pub(in crate::cli) file: PathBuf,
        /// where to, as in drives/ID/root:/folder/name, or an item to replace: drives/ID/items/ID
        #[argh(positional)]
        pub(in crate::cli) path: String,
        /// when the name is taken: fail (the default), replace or rename
        #[argh(option, from_str_fn(conflict))]
        pub(in crate::cli) conflict: Option<Conflict>,
        /// bytes of a slice: a multiple of 320K below 60M (10M)
        #[argh(option, from_str_fn(bytes))]
        pub(in crate::cli) slice: Option<usize>,
    }
    with CALLS IDENTITY NETWORK VOICE
}

fn conflict(text: &str) -> Result<Conflict, String> {
    let found = Conflict::ALL.into_iter().find(|known| known.name() == text);
    found.ok_or_else(|| "is not fail, replace or rename".to_owned())
}
