//! The commands and the options of their own.

use std::path::PathBuf;

use argh::{ArgsInfo, FromArgs};

use crate::cli::args::command::command;
use crate::cli::values::{Format, bytes, count, format, skip};

command! {
    /// get what is at PATH (or a URL, or the file's `endpoint`), following every page
    #[argh(subcommand, name = "get", help_triggers("-h", "--help"))]
    struct Get {
        /// a path such as users or v1.0/groups, or a URL on the same Graph
        #[argh(positional)]
        pub(in crate::cli) path: Option<String>,
        /// json (one document, the default), jsonl (an item a line), tsv (with --select) or raw
        /// (one answer as it came)
        #[argh(option, short = 'o', from_str_fn(format), default = "Format::Json")]
        pub(in crate::cli) output: Format,
        /// write to this file, which is replaced when all is there, and not before
        #[argh(option, short = 'O')]
        pub(in crate::cli) output_file: Option<PathBuf>,
        /// end after this many items
        #[argh(option, from_str_fn(count))]
        pub(in crate::cli) limit: Option<u64>,
        /// end after the first page
        #[argh(switch)]
        pub(in crate::cli) first_page: bool,
        /// ask for no page before the one in front of it has ended
        #[argh(switch)]
        pub(in crate::cli) no_prefetch: bool,
        /// go on with a listing that broke off, at the link it told
        #[argh(option)]
        pub(in crate::cli) resume: Option<String>,
        /// pass over this many items of the page that --resume names, as in COUNT:HASH
        #[argh(option, from_str_fn(skip))]
        pub(in crate::cli) skip: Option<(u64, Option<u64>)>,
        /// take no item longer than this many bytes (16M)
        #[argh(option, from_str_fn(bytes))]
        pub(in crate::cli) max_item: Option<usize>,
    }
    with QUERIES CALLS PREVIEWS IDENTITY NETWORK VOICE
}

command! {
    /// print the access token, from the cache while it is good, for other programs
    #[argh(
        subcommand,
        name = "token",
        help_triggers("-h", "--help"),
        example = "mgd token --header -p parameters.json | curl -H @- URL",
        note = "With --json, expires_on is in seconds since 1970 and expiresOn in UTC."
    )]
    struct Token {
        /// one JSON object, as of az account get-access-token
        #[argh(switch)]
        pub(in crate::cli) json: bool,
        /// the whole line `Authorization: Bearer …`
        #[argh(switch)]
        pub(in crate::cli) header: bool,
        /// ask for a new token, whatever is in the cache
        #[argh(switch)]
        pub(in crate::cli) force_refresh: bool,
    }
    with IDENTITY NETWORK VOICE
}

command! {
    /// print the address where an administrator consents to what the application asks for
    #[argh(subcommand, name = "consent-url", help_triggers("-h", "--help"))]
    struct ConsentUrl {}
    with PARAMETERS TENANT CLIENT_ID AUTHORITY VOICE
}

command! {
    /// say what works and what does not, from the parameters to Graph, with the remedy
    #[argh(
        subcommand,
        name = "check",
        help_triggers("-h", "--help"),
        note = "It always asks for a new token, and ends with the exit code of what failed first."
    )]
    struct Check {
        /// one JSON object a line
        #[argh(switch)]
        pub(in crate::cli) json: bool,
    }
    with IDENTITY NETWORK VOICE
}

/// show or clear the token cache
#[derive(ArgsInfo, Debug, FromArgs)]
#[argh(subcommand, name = "cache", help_triggers("-h", "--help"))]
pub(in crate::cli) struct Cache {
    #[argh(subcommand)]
    pub(in crate::cli) command: CacheCommand,
}

#[derive(ArgsInfo, Debug, FromArgs)]
#[argh(subcommand)]
pub(in crate::cli) enum CacheCommand {
    Clear(CacheClear),
    List(CacheList),
}

command! {
    /// list the tokens in the cache, never what is in them
    #[argh(
        subcommand,
        name = "list",
        help_triggers("-h", "--help"),
        note = "The columns, separated by tabs: client, tenant, scope, expiry (UTC), environment."
    )]
    struct CacheList {
        /// one JSON object a line
        #[argh(switch)]
        pub(in crate::cli) json: bool,
    }
    with PARAMETERS TENANT CLIENT_ID TOKEN_CACHE VOICE
}

command! {
    /// remove the tokens in the cache; --client-id and --tenant name those of one application
    #[argh(subcommand, name = "clear", help_triggers("-h", "--help"))]
    struct CacheClear {}
    with PARAMETERS TENANT CLIENT_ID TOKEN_CACHE MAX_TIME VOICE
}
