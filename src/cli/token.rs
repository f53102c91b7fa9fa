//! `mgd token`: the access token, for other programs.

use std::time::UNIX_EPOCH;

use serde::Serialize;
use zeroize::Zeroizing;

use crate::auth::{AccessToken, ConfidentialClient};
use crate::cli::args::commands::Token;
use crate::cli::console::Console;
use crate::cli::exit::Failure;
use crate::cli::setup::Setup;
use crate::cli::sink::Sink;
use crate::error::Error;
use crate::time::date_and_time;

pub(crate) fn run(args: &Token, mut setup: Setup) -> Result<(), Failure> {
    if args.json && args.header {
        let error = Error::parameters("--json and --header do not go together");
        return Err(error.into());
    }
    setup.flags.has_free_scope = true;
    let console = Console::new(setup.log);
    let client = setup.parameters()?.client(setup.network(&console))?;
    let token = if args.force_refresh {
        client.acquire_token_by_force()
    } else {
        client.acquire_token()
    };
    console.clear();
    let text = shown(args, &client, &token?)?;
    let mut stdout = Sink::stdout()?;
    stdout.write(text.as_bytes())?;
    stdout.finish()
}

fn shown(
    args: &Token,
    client: &ConfidentialClient,
    token: &AccessToken,
) -> Result<Zeroizing<String>, Error> {
    let secret = token.secret().expose();
    Ok(Zeroizing::new(if args.header {
        format!("Authorization: Bearer {secret}\n")
    } else if args.json {
        let expires_on = token.expires_on();
        let since = expires_on.duration_since(UNIX_EPOCH).unwrap_or_default();
        let authority = client.authority();
        let object = Object {
            access_token: secret,
            expires_on_date: format!("{}.000000", date_and_time(expires_on)),
            expires_on: since.as_secs(),
            tenant: (!authority.is_managed()).then(|| authority.tenant()),
            token_type: "Bearer",
        };
        let json = serde_json::to_string(&object);
        json.map_err(|_| Error::local("stdout: the token cannot be put into JSON"))? + "\n"
    } else {
        format!("{secret}\n")
    }))
}

/// What `az account get-access-token` prints, the subscription left out
/// (learn.microsoft.com/cli/azure/account).
#[derive(Serialize)]
struct Object<'t> {
    #[serde(rename = "accessToken")]
    access_token: &'t str,
    #[serde(rename = "expiresOn")]
    expires_on_date: String,
    expires_on: u64,
    /// A managed identity does not know its own.
    #[serde(skip_serializing_if = "Option::is_none")]
    tenant: Option<&'t str>,
    #[serde(rename = "tokenType")]
    token_type: &'t str,
}
