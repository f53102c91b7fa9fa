//! The options that commands share, each once. argh would have all of them anew in every command:
//! the tables and the code.

use std::path::PathBuf;

use crate::cli::setup::{Preview, Setup};
use crate::cli::table::Section::{Auth, Connection, Messages, Query, Request, Tuning};
use crate::cli::table::{Opt, opt};
use crate::cli::values::{Errors, auth, count, errors, priority, seconds};

/// An option that more than one command takes.
#[derive(Debug)]
pub(crate) struct Shared {
    pub(crate) option: Opt,
    /// The groups that it belongs to; a command that takes one of them takes the option.
    pub(crate) groups: u16,
    /// Puts its value where it belongs; a switch is given an empty text.
    pub(crate) read: fn(&mut Setup, &str) -> Result<(), String>,
}

/// Who the application is, and how it proves that.
pub(crate) const IDENTITY: u16 = 1;
pub(crate) const NETWORK: u16 = 1 << 1;
pub(crate) const MESSAGES: u16 = 1 << 2;
/// How requests are sent.
pub(crate) const CALLS: u16 = 1 << 3;
/// Query options of OData.
pub(crate) const QUERIES: u16 = 1 << 4;
pub(crate) const PREVIEWS: u16 = 1 << 5;
// Some of the above alone.
pub(crate) const PARAMETERS: u16 = 1 << 6;
pub(crate) const TENANT: u16 = 1 << 7;
pub(crate) const CLIENT_ID: u16 = 1 << 8;
pub(crate) const AUTHORITY: u16 = 1 << 9;
pub(crate) const TOKEN_CACHE: u16 = 1 << 10;
pub(crate) const MAX_TIME: u16 = 1 << 11;
/// The kinds of credential.
pub(crate) const CREDENTIAL: u16 = 1 << 12;

const fn shared(
    groups: u16,
    option: Opt,
    read: fn(&mut Setup, &str) -> Result<(), String>,
) -> Shared {
    Shared {
        option,
        groups,
        read,
    }
}

/// In the order of the help.
pub(crate) static SHARED: &[Shared] = &[
    shared(
        QUERIES,
        opt(Query, "--select", "NAME,NAME", "only these properties").repeated(),
        |s, v| join(&mut s.query.select, v),
    ),
    shared(
        QUERIES,
        opt(
            Query,
            "--filter",
            "EXPR",
            "only items that match: \"accountEnabled eq true\"",
        ),
        |s, v| text(&mut s.query.filter, v),
    ),
    shared(
        QUERIES,
        opt(
            Query,
            "--search",
            "TEXT",
            "only items that contain it: displayName:bo",
        ),
        |s, v| text(&mut s.query.search, v),
    ),
    shared(
        QUERIES,
        opt(
            Query,
            "--expand",
            "NAME",
            "include related objects, such as manager",
        )
        .repeated(),
        |s, v| join(&mut s.query.expand, v),
    ),
    shared(
        QUERIES,
        opt(
            Query,
            "--orderby",
            "NAME",
            "sort by a property: 'displayName desc'",
        )
        .repeated(),
        |s, v| join(&mut s.query.orderby, v),
    ),
    shared(
        QUERIES,
        opt(
            Query,
            "--top",
            "N",
            "items on a page; --limit bounds the total",
        ),
        |s, v| count(v).map(|count| s.query.top = Some(count)),
    ),
    shared(
        QUERIES,
        opt(Query, "--count", "", "include the total as @odata.count"),
        |s, _| on(&mut s.query.count),
    ),
    shared(
        QUERIES,
        opt(
            Query,
            "--query",
            "NAME=VALUE",
            "any other query option: '$skip=10'",
        )
        .repeated(),
        |s, v| more(&mut s.query.others, v),
    ),
    shared(
        CALLS,
        opt(
            Request,
            "--header",
            "NAME:VALUE",
            "add a header to every request",
        )
        .short('H')
        .repeated(),
        |s, v| more(&mut s.calls.headers, v),
    ),
    shared(
        CALLS,
        opt(
            Request,
            "--prefer",
            "TEXT",
            "add a preference: odata.maxpagesize=50",
        )
        .repeated(),
        |s, v| more(&mut s.calls.prefer, v),
    ),
    shared(
        CALLS,
        opt(
            Tuning,
            "--throttle-priority",
            "LEVEL",
            "low, normal or high: low is throttled first",
        ),
        |s, v| priority(v).map(|name| s.calls.throttle_priority = Some(name)),
    ),
    shared(
        CALLS,
        opt(Request, "--beta", "", "use the beta version of Graph"),
        |s, _| on(&mut s.calls.is_beta),
    ),
    shared(
        PREVIEWS,
        opt(
            Request,
            "--dry-run",
            "",
            "print the request instead of sending it",
        ),
        |s, _| preview(s, Preview::DryRun),
    ),
    shared(
        PREVIEWS,
        opt(Request, "--curl", "", "print a curl command that sends it"),
        |s, _| preview(s, Preview::Curl),
    ),
    shared(
        IDENTITY | PARAMETERS,
        opt(Connection, "--parameters", "FILE", "parameters file")
            .short('p')
            .variable("MGD_PARAMETERS"),
        |s, v| path(&mut s.parameters, v),
    ),
    shared(
        IDENTITY | TENANT,
        opt(Auth, "--tenant", "TENANT", "tenant id or domain").variable("AZURE_TENANT_ID"),
        |s, v| text(&mut s.flags.tenant, v),
    ),
    shared(
        IDENTITY | CLIENT_ID,
        opt(Auth, "--client-id", "ID", "application (client) id").variable("AZURE_CLIENT_ID"),
        |s, v| text(&mut s.flags.client_id, v),
    ),
    shared(
        IDENTITY | AUTHORITY,
        opt(
            Auth,
            "--authority",
            "URL",
            "https://login.microsoftonline.com/TENANT",
        ),
        |s, v| text(&mut s.flags.authority, v),
    ),
    shared(
        IDENTITY | CREDENTIAL,
        opt(
            Auth,
            "--secret-file",
            "FILE",
            "file that holds the client secret",
        ),
        |s, v| path(&mut s.flags.secret_file, v),
    ),
    shared(
        IDENTITY | CREDENTIAL,
        opt(
            Auth,
            "--certificate-file",
            "FILE",
            "PEM file: certificate and key",
        )
        .variable("AZURE_CLIENT_CERTIFICATE_PATH"),
        |s, v| path(&mut s.flags.certificate_file, v),
    ),
    shared(
        IDENTITY | CREDENTIAL,
        opt(
            Auth,
            "--auth",
            "KIND",
            "secret, certificate, federated, managed-identity, github",
        ),
        |s, v| auth(v).map(|auth| s.flags.auth = Some(auth)),
    ),
    shared(
        IDENTITY,
        opt(
            Auth,
            "--scope",
            "SCOPE",
            "such as https://graph.microsoft.com/.default",
        ),
        |s, v| text(&mut s.flags.scope, v),
    ),
    shared(
        IDENTITY,
        opt(
            Auth,
            "--graph",
            "URL",
            "Graph root, such as https://graph.microsoft.us",
        ),
        |s, v| text(&mut s.flags.graph, v),
    ),
    shared(
        IDENTITY,
        opt(
            Auth,
            "--trust-graph-host",
            "HOST",
            "a reverse proxy that may have the Graph token",
        ),
        |s, v| text(&mut s.flags.trusted_graph_host, v),
    ),
    shared(
        IDENTITY | TOKEN_CACHE,
        opt(
            Auth,
            "--token-cache",
            "FILE",
            "file or folder of tokens, or none",
        )
        .variable("MGD_TOKEN_CACHE"),
        |s, v| path(&mut s.flags.token_cache, v),
    ),
    shared(
        IDENTITY,
        opt(
            Connection,
            "--ca-file",
            "FILE",
            "trust only these certificates",
        )
        .variable("SSL_CERT_FILE"),
        |s, v| path(&mut s.flags.ca_file, v),
    ),
    shared(
        NETWORK | MAX_TIME,
        opt(
            Connection,
            "--max-time",
            "SECONDS",
            "end after this time, whatever is done",
        ),
        |s, v| seconds(v).map(|time| s.max_time = Some(time)),
    ),
    shared(
        NETWORK,
        opt(
            Tuning,
            "--retry-max-time",
            "SECONDS",
            "retry a request for so long (600)",
        ),
        |s, v| seconds(v).map(|time| s.retry_max_time = Some(time)),
    ),
    shared(
        MESSAGES,
        opt(
            Messages,
            "--verbose",
            "",
            "say what is done; -vv: each response too",
        )
        .short('v')
        .repeated(),
        |s, _| louder(s),
    ),
    shared(
        MESSAGES,
        opt(Messages, "--quiet", "", "only errors").short('q'),
        |s, _| on(&mut s.log.is_quiet),
    ),
    shared(
        MESSAGES,
        opt(
            Messages,
            "--errors",
            "FORM",
            "json: each message as a JSON object; text",
        ),
        |s, v| errors(v).map(|form| s.log.is_json = matches!(form, Errors::Json)),
    ),
];

fn text(to: &mut Option<String>, value: &str) -> Result<(), String> {
    *to = Some(value.to_owned());
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

fn path(to: &mut Option<PathBuf>, value: &str) -> Result<(), String> {
    *to = Some(PathBuf::from(value));
    Ok(())
}

fn more(to: &mut Vec<String>, value: &str) -> Result<(), String> {
    to.push(value.to_owned());
    Ok(())
}

fn on(to: &mut bool) -> Result<(), String> {
    *to = true;
    Ok(())
}

fn preview(setup: &mut Setup, preview: Preview) -> Result<(), String> {
    // Of both, the one that shows more plainly what would happen.
    if !matches!(setup.preview, Some(Preview::DryRun)) {
        setup.preview = Some(preview);
    }
    Ok(())
}

fn louder(setup: &mut Setup) -> Result<(), String> {
    setup.log.verbosity = setup.log.verbosity.saturating_add(1);
    Ok(())
}
