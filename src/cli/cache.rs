//! `mgd cache list` and `mgd cache clear`: what is in the token cache, and out with it.

use std::time::UNIX_EPOCH;

use serde::Serialize;

use crate::auth::{CachedToken, TokenCache};
use crate::cli::args::commands::CacheList;
use crate::cli::console::Console;
use crate::cli::exit::Failure;
use crate::cli::setup::Setup;
use crate::cli::sink::Sink;
use crate::error::{Error, printable};
use crate::http::Http;
use crate::parameters;
use crate::time::date_and_time;

pub(crate) fn list(args: &CacheList, setup: &Setup) -> Result<(), Failure> {
    let cache = place(setup)?;
    let console = Console::new(setup.log);
    let listed = cache.list()?;
    match cache.path() {
        Some(path) => console.note(&format!("token cache {}", path.display())),
        None => console.note("the token cache is turned off, or has no folder"),
    }
    let mut text = String::new();
    if !args.json {
        text.push_str("client\ttenant\tscope\texpires_on\tenvironment\n");
    }
    for token in listed
        .iter()
        .filter(|token| is_meant(&token.client_id, &token.tenant, setup))
    {
        text.push_str(&if args.json {
            object(token)?
        } else {
            row(token)
        });
        text.push('\n');
    }
    let mut stdout = Sink::stdout()?;
    stdout.write(text.as_bytes())?;
    stdout.finish()
}

pub(crate) fn clear(setup: &Setup) -> Result<(), Failure> {
    let cache = place(setup)?;
    let console = Console::new(setup.log);
    let Some(path) = cache.path() else {
        console.note("the token cache is turned off, or has no folder");
        return Ok(());
    };
    let http = Http::new(setup.network(&console));
    let count = cache.clear(
        &|client_id, tenant| is_meant(client_id, tenant, setup),
        &http,
    )?;
    let tokens = if count == 1 { "token" } else { "tokens" };
    let is_named = setup.file().is_some() || setup.flags.token_cache.is_some();
    let other = match is_named {
        true => "",
        false => "; a parameters file may name another: mgd -p FILE cache clear",
    };
    let path = path.display();
    console.note(&format!("{count} {tokens} removed from {path}{other}"));
    Ok(())
}

fn place(setup: &Setup) -> Result<TokenCache, Error> {
    let lookup = |name: &str| std::env::var_os(name);
    parameters::token_cache(&setup.flags, setup.file().as_deref(), &lookup)
}

/// Whether tokens of this application in this tenant are those that the command line names.
fn is_meant(client_id: &str, tenant: &str, setup: &Setup) -> bool {
    let is = |wanted: &Option<String>, found: &str| {
        wanted
            .as_ref()
            .is_none_or(|wanted| wanted.trim().eq_ignore_ascii_case(found))
    };
    is(&setup.flags.client_id, client_id) && is(&setup.flags.tenant, tenant)
}

fn row(token: &CachedToken) -> String {
    let date = date_and_time(token.expires_on).replace(' ', "T");
    let cells = [
        &token.client_id,
        &token.tenant,
        &token.scope,
        &format!("{date}Z"),
        &token.environment,
    ];
    cells.map(|cell| printable(cell)).join("\t")
}

fn object(token: &CachedToken) -> Result<String, Error> {
    #[derive(Serialize)]
    struct Object<'t> {
        client: &'t str,
        tenant: &'t str,
        scope: &'t str,
        expires_on: u64,
        environment: &'t str,
    }
    let since = token.expires_on.duration_since(UNIX_EPOCH);
    let object = Object {
        client: &token.client_id,
        tenant: &token.tenant,
        scope: &token.scope,
        expires_on: since.unwrap_or_default().as_secs(),
        environment: &token.environment,
    };
    serde_json::to_string(&object).map_err(|_| Error::local("stdout: not put into JSON"))
}
