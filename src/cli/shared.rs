//! The options that commands share, each once. argh would have all of them anew in every command:
//! the tables, the texts and the code.

use std::path::PathBuf;

use crate::cli::setup::{Preview, Setup};
use crate::cli::values::{Errors, auth, count, errors, priority, seconds};

/// An option that more than one command takes.
pub(super) struct Shared {
    pub(super) long: &'static str,
    pub(super) short: Option<char>,
    pub(super) kind: Kind,
    /// The groups that it belongs to; a command that takes one of them takes the option.
    pub(super) groups: u16,
    /// Its line in the help.
    pub(super) about: &'static str,
    /// Puts what it says where it belongs; a switch is given an empty text.
    pub(super) read: fn(&mut Setup, &str) -> Result<(), String>,
}

/// What follows an option, and whether it can be given more than once.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Switch,
    Value,
    Values,
}

/// Who the application is, and how it proves that.
pub(super) const IDENTITY: u16 = 1;
pub(super) const NETWORK: u16 = 1 << 1;
pub(super) const VOICE: u16 = 1 << 2;
/// How requests are sent.
pub(super) const CALLS: u16 = 1 << 3;
/// Query options of OData.
pub(super) const QUERIES: u16 = 1 << 4;
pub(super) const PREVIEWS: u16 = 1 << 5;
// Some of the above alone.
pub(super) const PARAMETERS: u16 = 1 << 6;
pub(super) const TENANT: u16 = 1 << 7;
pub(super) const CLIENT_ID: u16 = 1 << 8;
pub(super) const AUTHORITY: u16 = 1 << 9;
pub(super) const TOKEN_CACHE: u16 = 1 << 10;
pub(super) const MAX_TIME: u16 = 1 << 11;

const fn value(
    long: &'static str,
    groups: u16,
    about: &'static str,
    read: fn(&mut Setup, &str) -> Result<(), String>,
) -> Shared {
    Shared {
        long,
        short: None,
        kind: Kind::Value,
        groups,
        about,
        read,
    }
}

impl Shared {
    const fn short(mut self, short: char) -> Self {
        self.short = Some(short);
        self
    }

    const fn switch(mut self) -> Self {
        self.kind = Kind::Switch;
        self
    }

    const fn repeated(mut self) -> Self {
        self.kind = Kind::Values;
        self
    }
}

fn text(place: &mut Option<String>, value: &str) -> Result<(), String> {
    *place = Some(value.to_owned());
    Ok(())
}

/// A list that is given in parts; an empty part is seen later, when the list is used.
fn join(list: &mut Option<String>, part: &str) -> Result<(), String> {
    let is_empty = |text: &str| text.trim().is_empty();
    *list = Some(match list.take() {
        Some(known) if is_empty(&known) || is_empty(part) => String::new(),
        Some(known) => format!("{known},{part}"),
        None => part.to_owned(),
    });
    Ok(())
}

fn path(place: &mut Option<PathBuf>, value: &str) -> Result<(), String> {
    *place = Some(PathBuf::from(value));
    Ok(())
}

fn more(place: &mut Vec<String>, value: &str) -> Result<(), String> {
    place.push(value.to_owned());
    Ok(())
}

fn on(place: &mut bool) -> Result<(), String> {
    *place = true;
    Ok(())
}

/// In the order of the help.
pub(super) static ALL: &[Shared] = &[
    value(
        "--select",
        QUERIES,
        "the properties wanted, as in id,displayName",
        |s, v| join(&mut s.query.select, v),
    )
    .repeated(),
    value(
        "--filter",
        QUERIES,
        "only what this holds for, as in \"startsWith(mail,'a')\"",
        |s, v| text(&mut s.query.filter, v),
    ),
    value(
        "--search",
        QUERIES,
        "only what is found by this, as in displayName:bo",
        |s, v| text(&mut s.query.search, v),
    ),
    value(
        "--expand",
        QUERIES,
        "related objects to bring along, as in manager",
        |s, v| join(&mut s.query.expand, v),
    )
    .repeated(),
    value(
        "--orderby",
        QUERIES,
        "the order, as in 'displayName desc'",
        |s, v| join(&mut s.query.orderby, v),
    )
    .repeated(),
    value(
        "--top",
        QUERIES,
        "how many items Graph puts on a page; --limit is how many are written",
        |s, v| count(v).map(|count| s.query.top = Some(count)),
    ),
    value(
        "--count",
        QUERIES,
        "have all items counted, in @odata.count",
        |s, _| on(&mut s.query.count),
    )
    .switch(),
    value(
        "--query",
        QUERIES,
        "any other query option, as in '$skip=10'",
        |s, v| more(&mut s.query.others, v),
    )
    .repeated(),
    value(
        "--header",
        CALLS,
        "send a header, as in 'Prefer: return=minimal', with every request",
        |s, v| more(&mut s.calls.headers, v),
    )
    .short('H')
    .repeated(),
    value(
        "--prefer",
        CALLS,
        "ask for this in the Prefer header, as in odata.maxpagesize=50",
        |s, v| more(&mut s.calls.prefer, v),
    )
    .repeated(),
    value(
        "--throttle-priority",
        CALLS,
        "low, normal or high: who is throttled first",
        |s, v| priority(v).map(|name| s.calls.throttle_priority = Some(name)),
    ),
    value("--beta", CALLS, "use the beta version", |s, _| {
        on(&mut s.calls.is_beta)
    })
    .switch(),
    value(
        "--dry-run",
        PREVIEWS,
        "print the request instead of sending it",
        |s, _| preview(s, Preview::DryRun),
    )
    .switch(),
    value(
        "--curl",
        PREVIEWS,
        "print a curl command that sends the request",
        |s, _| preview(s, Preview::Curl),
    )
    .switch(),
    value(
        "--parameters",
        IDENTITY | PARAMETERS,
        "the parameters file",
        |s, v| path(&mut s.parameters, v),
    )
    .short('p'),
    value(
        "--tenant",
        IDENTITY | TENANT,
        "the tenant: a guid or a domain",
        |s, v| text(&mut s.flags.tenant, v),
    ),
    value(
        "--client-id",
        IDENTITY | CLIENT_ID,
        "the application (client) id",
        |s, v| text(&mut s.flags.client_id, v),
    ),
    value(
        "--authority",
        IDENTITY | AUTHORITY,
        "the authority, as in https://login.microsoftonline.com/TENANT",
        |s, v| text(&mut s.flags.authority, v),
    ),
    value(
        "--secret-file",
        IDENTITY,
        "a file that holds the client secret",
        |s, v| path(&mut s.flags.secret_file, v),
    ),
    value(
        "--certificate-file",
        IDENTITY,
        "a PEM file with the certificate and its private key",
        |s, v| path(&mut s.flags.certificate_file, v),
    ),
    value(
        "--auth",
        IDENTITY,
        "how to prove the identity: secret, certificate, federated, managed-identity, github",
        |s, v| auth(v).map(|auth| s.flags.auth = Some(auth)),
    ),
    value(
        "--scope",
        IDENTITY,
        "the scope, as in https://graph.microsoft.com/.default",
        |s, v| text(&mut s.flags.scope, v),
    ),
    value(
        "--graph",
        IDENTITY,
        "the root of Graph, as in https://graph.microsoft.us",
        |s, v| text(&mut s.flags.graph, v),
    ),
    value(
        "--trust-graph-host",
        IDENTITY,
        "let this host of --graph or `endpoint`, a reverse proxy, have the token for Graph",
        |s, v| text(&mut s.flags.trusted_graph_host, v),
    ),
    value(
        "--token-cache",
        IDENTITY | TOKEN_CACHE,
        "where tokens are kept; none keeps them in memory",
        |s, v| path(&mut s.flags.token_cache, v),
    ),
    value(
        "--ca-file",
        IDENTITY,
        "trust the certificates in this PEM file and no others",
        |s, v| path(&mut s.flags.ca_file, v),
    ),
    value(
        "--max-time",
        NETWORK | MAX_TIME,
        "end after this many seconds, whatever has been done",
        |s, v| seconds(v).map(|time| s.max_time = Some(time)),
    ),
    value(
        "--retry-max-time",
        NETWORK,
        "try a request again for this many seconds at the most (600)",
        |s, v| seconds(v).map(|time| s.retry_max_time = Some(time)),
    ),
    value(
        "--verbose",
        VOICE,
        "say on stderr what is done; twice, in more detail",
        |s, _| louder(s),
    )
    .short('v')
    .switch(),
    value(
        "--quiet",
        VOICE,
        "say nothing on stderr but errors",
        |s, _| on(&mut s.voice.is_quiet),
    )
    .short('q')
    .switch(),
    value(
        "--errors",
        VOICE,
        "json: everything on stderr as one JSON object a line",
        |s, v| errors(v).map(|form| s.voice.is_json = matches!(form, Errors::Json)),
    ),
];

fn preview(setup: &mut Setup, preview: Preview) -> Result<(), String> {
    // Of both, the one that shows more plainly what would happen.
    if !matches!(setup.preview, Some(Preview::DryRun)) {
        setup.preview = Some(preview);
    }
    Ok(())
}

fn louder(setup: &mut Setup) -> Result<(), String> {
    setup.voice.verbosity = setup.voice.verbosity.saturating_add(1);
    Ok(())
}

/// The lines of the help for the options of these groups, laid out as argh does its own.
pub(super) fn help(groups: u16) -> String {
    let mut text = String::new();
    for shared in ALL.iter().filter(|shared| shared.groups & groups != 0) {
        let names = match shared.short {
            Some(short) => format!("-{short}, {}", shared.long),
            None => shared.long.to_owned(),
        };
        lay_out(&mut text, &names, shared.about);
    }
    text
}

fn lay_out(text: &mut String, names: &str, about: &str) {
    const COLUMN: usize = 20;
    const WIDTH: usize = 80;
    let mut line = format!("  {names}");
    for word in about.split(' ') {
        let begins = line.trim_start() == names;
        if begins && line.len() + 2 <= COLUMN {
            line.push_str(&" ".repeat(COLUMN - line.len()));
        } else if begins || line.len() + 1 + word.len() > WIDTH {
            text.push_str(line.trim_end());
            text.push('\n');
            line = " ".repeat(COLUMN);
        } else {
            line.push(' ');
        }
        line.push_str(word);
    }
    text.push_str(&line);
    text.push('\n');
}
