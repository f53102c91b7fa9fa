//! The files a program needs to talk to the tenant.

use std::fs::{self, OpenOptions, Permissions};
use std::io::Write;
use std::os::unix::fs::{OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};

use serde_json::{Value, json};

use super::{CLIENT_ID, SECRET, Tenant};

/// The parameters of a client of this tenant.
pub(super) fn parameters(tenant: &Tenant) -> Value {
    json!({
        "authority": tenant.authority(),
        "client_id": CLIENT_ID,
        "scope": [tenant.url("/.default")],
        "secret": SECRET,
        "endpoint": tenant.url("/v1.0/users"),
    })
}

/// Writes the parameters, and the authority's certificate if there is one, into a directory.
pub(super) fn write(tenant: &Tenant, dir: &Path) -> PathBuf {
    fs::create_dir_all(dir).expect("a directory for the parameters");
    let mut parameters = parameters(tenant);
    parameters["token_cache"] = "cache/msal_token_cache.json".into();
    if !tenant.ca_pem().is_empty() {
        parameters["ca_file"] = "ca.pem".into();
        write_private(&dir.join("ca.pem"), tenant.ca_pem());
    }
    let path = dir.join("parameters.json");
    write_private(&path, &format!("{parameters:#}\n"));
    path
}

fn write_private(path: &Path, text: &str) {
    let mut options = OpenOptions::new();
    options.write(true).create(true).truncate(true).mode(0o600);
    let mut file = options.open(path).expect("a file to write");
    // The mode above is only for a file that was not there.
    file.set_permissions(Permissions::from_mode(0o600))
        .expect("a file of one's own");
    file.write_all(text.as_bytes()).expect("room for the file");
}
