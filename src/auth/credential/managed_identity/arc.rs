//! The challenge of Azure Arc: whoever can read a file that the agent has just written may have
//! the machine's token
//! (learn.microsoft.com/azure/azure-arc/servers/managed-identity-authentication). The path comes
//! out of a response over plain HTTP, so that each step distrusts it: a file elsewhere would be
//! sent to whoever listens at that port.

use std::fs::{self, OpenOptions};
use std::io::{self, Read as _};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::Path;

use rustix::fs::OFlags;
use serde::Deserialize;
use zeroize::Zeroizing;

use crate::auth::credential::managed_identity::Selector;
use crate::auth::credential::managed_identity::response::EndpointResponse;
use crate::error::Error;
use crate::fs::cause;
use crate::redact::Redactor;
use crate::secret::Secret;

const MAX_KEY: u64 = 4096;

/// The file that the first response names; `None` is a response that refuses for another reason.
///
/// # Errors
///
/// `Protocol` when it is neither a challenge nor a refusal.
pub(crate) fn challenge(reply: &EndpointResponse) -> Result<Option<&Path>, Error> {
    match reply.status {
        401 => {}
        400.. => return Ok(None),
        status => {
            return Err(stranger(format!("HTTP {status} where a challenge is due")).status(status));
        }
    }
    let [challenge] = &reply.challenges[..] else {
        let count = reply.challenges.len();
        return Err(stranger(format!(
            "HTTP 401 with {count} challenges instead of one"
        )));
    };
    match challenge.strip_prefix("Basic realm=") {
        Some(path) if !path.is_empty() => Ok(Some(Path::new(path))),
        _ => Err(stranger("HTTP 401 with a challenge that names no file")),
    }
}

/// The key in the file that a challenge names, if it lies in the agent's folder.
///
/// # Errors
///
/// `Protocol` when the file is none of the agent's, `Parameters` when it cannot be read.
pub(crate) fn read_key(named: &Path, folder: &Path, redactor: &Redactor) -> Result<Secret, Error> {
    let is_key = |path: &Path, folder: &Path| {
        path.parent() == Some(folder) && path.extension().is_some_and(|end| end == "key")
    };
    let shown = redactor.redact(&named.to_string_lossy());
    let alien = || {
        stranger(format!(
            "the challenge names {shown}, which is no key of the agent's"
        ))
    };
    let unreadable = |error: io::Error| {
        let is_closed = error.kind() == io::ErrorKind::PermissionDenied;
        let error = Error::parameters(format!("challenge file {shown}: {}", cause(&error)));
        if is_closed {
            error.hint("let this user read it: usermod -aG himds USER")
        } else {
            error
        }
    };
    // First by its name alone: of what lies elsewhere, not even the existence may be told.
    if !is_key(named, folder) {
        return Err(alien());
    }
    let real = fs::canonicalize(named).map_err(unreadable)?;
    if !is_key(&real, &fs::canonicalize(folder).map_err(unreadable)?) {
        return Err(alien());
    }
    // Without NONBLOCK, opening a FIFO that somebody put there would hang.
    let flags = OFlags::NOFOLLOW | OFlags::NONBLOCK | OFlags::CLOEXEC;
    let file = OpenOptions::new()
        .read(true)
        .custom_flags(flags.bits().cast_signed())
        .open(&real)
        .map_err(unreadable)?;
    let metadata = file.metadata().map_err(unreadable)?;
    if !metadata.is_file() {
        return Err(alien());
    }
    if metadata.len() > MAX_KEY {
        return Err(stranger(format!(
            "challenge file {shown}: is larger than {MAX_KEY} bytes"
        )));
    }
    let mut key = Zeroizing::new(String::with_capacity(MAX_KEY as usize));
    file.take(MAX_KEY)
        .read_to_string(&mut key)
        .map_err(unreadable)?;
    match key.trim_end() {
        "" => Err(stranger(format!("challenge file {shown}: is empty"))),
        key => Ok(Secret::new(key)),
    }
}

/// Makes sure that the token is of the identity that was asked for: older agents pass over the
/// question and give the machine's own, which may do more, or less.
///
/// # Errors
///
/// `Protocol` when the response does not name the identity.
pub(crate) fn confirm(selector: &Selector, body: &[u8]) -> Result<(), Error> {
    #[derive(Default, Deserialize)]
    #[serde(default)]
    struct Echo {
        client_id: Option<String>,
        object_id: Option<String>,
        msi_res_id: Option<String>,
        mi_res_id: Option<String>,
    }
    let echo: Echo = serde_json::from_slice(body).unwrap_or_default();
    let (asked, said) = match selector {
        Selector::System => return Ok(()),
        Selector::ClientId(id) => (id, echo.client_id),
        Selector::ObjectId(id) => (id, echo.object_id),
        Selector::ResourceId(id) => (id, echo.msi_res_id.or(echo.mi_res_id)),
    };
    if said.is_some_and(|said| said.eq_ignore_ascii_case(asked)) {
        return Ok(());
    }
    Err(
        Error::protocol("the response does not confirm the identity that was requested")
            .hint("bring the agent up to date, or use the machine's own identity"),
    )
}

fn stranger(message: impl AsRef<str>) -> Error {
    Error::protocol(message).hint("something else than the Azure Arc agent may respond here")
}

#[cfg(test)]
mod tests;
