//! `mgd download`.

use std::path::PathBuf;

use crate::cli::args::command::command;

command! {
    /// write the content at PATH to a file, and go on where an earlier run broke off
    #[argh(
        subcommand,
        name = "download",
        help_triggers("-h", "--help"),
        example = "mgd download drives/ID/root:/reports/may.xlsx -O may.xlsx",
        example = "mgd download \"reports/getOffice365ActiveUserDetail(period='D7')\" -O -",
        note = "FILE.part and FILE.part.json stand beside FILE until it is whole."
    )]
    struct Download {
        /// a drive item (drives/ID/root:/folder/name, drives/ID/items/ID), any other content, or a URL on the same Graph
        #[argh(positional)]
        pub(in crate::cli) path: String,
        /// write to this file, which is replaced when all is there, and not before; - is stdout
        #[argh(option, short = 'O')]
        pub(in crate::cli) output_file: Option<PathBuf>,
        /// do not ask for the size and the hash of a drive item to hold the content against
        #[argh(switch)]
        pub(in crate::cli) no_verify: bool,
    }
    with CALLS IDENTITY NETWORK VOICE
}
