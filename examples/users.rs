//! Lists the names of all users of a tenant: the library without a parameters file.
//!
//! `cargo run --example users -- TENANT CLIENT_ID SECRET_FILE`

#![allow(clippy::print_stdout, reason = "an example prints")]

use mgd::{ConfidentialClient, Credential, Error, Graph, TokenCache};
use serde::Deserialize;

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct User {
    display_name: Option<String>,
}

fn main() -> Result<(), Error> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [tenant, client_id, secret_file] = &arguments[..] else {
        return Err(Error::parameters(
            "usage: users TENANT CLIENT_ID SECRET_FILE",
        ));
    };
    let secret = std::fs::read_to_string(secret_file)
        .map_err(|error| Error::parameters(format!("{secret_file}: {error}")))?;
    let authority = format!("https://login.microsoftonline.com/{tenant}");
    let credential = Credential::secret(secret.trim_end());
    let client = ConfidentialClient::new(&authority, client_id, credential)?
        .with_token_cache(TokenCache::usual());
    for item in Graph::new(client).items("users?$select=displayName") {
        let user: User = item?.parse()?;
        println!("{}", user.display_name.unwrap_or_default());
    }
    Ok(())
}
