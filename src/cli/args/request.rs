//! The options of `mgd request`.

use std::path::PathBuf;

use crate::cli::args::command::command;

command! {
    /// send one request of any method, and write the answer as it came
    #[argh(
        subcommand,
        name = "request",
        help_triggers("-h", "--help"),
        example = "mgd request PATCH users/ID -f jobTitle=Engineer",
        example = "mgd request POST groups/ID/members/\\$ref --body @member.json",
        note = "METHOD is GET, and POST where there is a body. It follows no page: mgd get does.",
        note = "A write is sent again only where it cannot have been carried out.",
        note = "An error's body goes to stdout too, and the exit code is not 0."
    )]
    struct Request {
        /// the method, if it is not GET or POST, and a path or a URL on the same Graph
        #[argh(positional, arg_name = "method-and-path")]
        pub(in crate::cli) operands: Vec<String>,
        /// JSON, @FILE, or - for stdin
        #[argh(option)]
        pub(in crate::cli) body: Option<String>,
        // Its brackets would be links in a doc comment.
        #[argh(
            option,
            short = 'F',
            long = "field",
            description = "a member of a JSON body: key=value with true, false, null and numbers \
                           as such and @FILE for its text; key[sub]=value, key[]=value"
        )]
        pub(in crate::cli) typed: Vec<String>,
        /// a member of a JSON body that is a string, whatever it looks like
        #[argh(option, short = 'f', long = "raw-field")]
        pub(in crate::cli) fields: Vec<String>,
        /// only if the object still has this etag
        #[argh(option)]
        pub(in crate::cli) if_match: Option<String>,
        /// write status and headers before the body
        #[argh(switch, short = 'i')]
        pub(in crate::cli) include: bool,
        /// write to this file, which is replaced when all is there, and not before
        #[argh(option, short = 'O')]
        pub(in crate::cli) output_file: Option<PathBuf>,
    }
    with QUERIES CALLS PREVIEWS IDENTITY NETWORK VOICE
}
