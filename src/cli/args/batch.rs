//! The options of `mgd batch`.

use std::path::PathBuf;

use crate::cli::args::command::command;
use crate::cli::values::{bytes, count};

command! {
    /// send the requests in FILE, one a line, 20 at a time, and write their answers one a line
    #[argh(
        subcommand,
        name = "batch",
        help_triggers("-h", "--help"),
        example = "mgd get users -o jsonl | jq -r '\"users/\\(.id)/manager\"' | mgd batch",
        note = "A line is a path, or an object with url and, where wanted, method, body, headers,",
        note = "id (else the number of the line) and dependsOn. Exit 1 says that some failed."
    )]
    struct Batch {
        /// JSON Lines or paths; stdin if it is left out, or -
        #[argh(positional)]
        pub(in crate::cli) file: Option<PathBuf>,
        /// send so many batches at a time (2)
        #[argh(option, from_str_fn(count))]
        pub(in crate::cli) jobs: Option<u64>,
        /// write answers as they come, not in the order of the lines
        #[argh(switch)]
        pub(in crate::cli) unordered: bool,
        /// fetch what an answer (302) says to lie elsewhere; the token goes to Graph alone
        #[argh(switch)]
        pub(in crate::cli) follow: bool,
        /// take no line, and no content that lies elsewhere, longer than this many bytes (16M)
        #[argh(option, from_str_fn(bytes))]
        pub(in crate::cli) max_item: Option<usize>,
    }
    with CALLS IDENTITY NETWORK VOICE
}
