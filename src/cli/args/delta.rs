//! `mgd delta`.

use std::path::PathBuf;
use std::time::Duration;

use crate::cli::args::command::command;
use crate::cli::values::{bytes, seconds};

command! {
    /// write what has changed since the last run, an item a line, and keep the place in a file
    #[argh(
        subcommand,
        name = "delta",
        help_triggers("-h", "--help"),
        example = "mgd delta 'users/delta?$select=displayName' --state users.state >> users.jsonl",
        note = "Each change comes at least once, whatever ends the program: the state moves on when",
        note = "a page was written, and was synced to the disk if stdout is a file. Into a pipe that",
        note = "promise ends at the pipe; --state-out lets a script move the state into place once",
        note = "the reader has succeeded.",
        note = "The line {{\"@mgd.reset\":true}} says that all that there is follows, and that what does",
        note = "not come again is gone: the delta token expired, or a full round begins again.",
        note = "One process at a time has a state: a second one ends at once with exit code 4.",
        note = "A signal ends it when the page in hand is written, or after 10 s; a second one at once."
    )]
    struct Delta {
        /// a path that ends in /delta, such as groups/delta, with its query
        #[argh(positional)]
        pub(in crate::cli) path: String,
        /// the file that keeps the place; without it, all that there is comes first
        #[argh(option)]
        pub(in crate::cli) state: PathBuf,
        /// write the place to this file, and leave that of --state as it is
        #[argh(option)]
        pub(in crate::cli) state_out: Option<PathBuf>,
        /// begin with what changes from now on; for a state that is not there yet
        #[argh(switch)]
        pub(in crate::cli) from_now: bool,
        /// ask again this many seconds after each round, until a signal or an error
        #[argh(option, from_str_fn(seconds))]
        pub(in crate::cli) watch: Option<Duration>,
        /// take no item longer than this many bytes (16M)
        #[argh(option, from_str_fn(bytes))]
        pub(in crate::cli) max_item: Option<usize>,
    }
    with CALLS IDENTITY NETWORK VOICE
}
