//! The parameters file: a JSON object with known keys.

use std::fmt;
use std::io;
use std::path::{Path, PathBuf};

use serde::de::{Deserializer as _, Error as _, MapAccess, Visitor};
use serde_json::error::Category;
use serde_json::value::RawValue;
use zeroize::Zeroizing;

use crate::error::Error;
use crate::fs::{SecretFile, cause, shown};
use crate::secret::Secret;
use crate::text::nearest;

/// Every key; the first eight are the sample's (Azure-Samples/ms-identity-python-daemon).
const KEYS: [&str; 17] = [
    "note",
    "authority",
    "oidc_authority",
    "client_id",
    "scope",
    "secret",
    "thumbprint",
    "private_key_file",
    "endpoint",
    "secret_file",
    "certificate_file",
    "private_key_passphrase_file",
    "send_certificate_chain",
    "federated_token_file",
    "managed_identity",
    "token_cache",
    "ca_file",
];

const PROXY: &str = "proxy";

const MAX_BYTES: usize = 1 << 20;
const WHAT: &str = "parameters file";

/// A value and where it stands, for messages.
#[derive(Clone, Debug)]
pub(crate) struct Located {
    pub(crate) text: Secret,
    pub(crate) place: String,
}

/// A file that was read and found right in form; what it says is still to be judged.
#[derive(Debug)]
pub(crate) struct ParametersFile {
    path: PathBuf,
    values: Vec<(String, Located)>,
    /// What is wrong with it, in the order in which it is seen.
    faults: Vec<Error>,
    /// The keys at fault, so that nothing more is said of them.
    faulty: Vec<String>,
}

impl ParametersFile {
    /// Reads a file.
    ///
    /// # Errors
    ///
    /// `Parameters`, with the line, for everything that is not as it should be: form, keys,
    /// types, texts that the sample left to be filled in, and then who else could read or change
    /// the file.
    pub(crate) fn read(path: &Path) -> Result<Self, Error> {
        Self::examine(path)?.checked()
    }

    /// The same for a text that is to become the file at `path`.
    #[cfg(feature = "cli")]
    pub(crate) fn parse(path: &Path, text: &str) -> Result<Self, Error> {
        let mut file = Self::of(path, text.as_bytes())?;
        file.check_authorities();
        file.checked()
    }

    /// Reads a file and keeps what is wrong with it.
    ///
    /// # Errors
    ///
    /// `Parameters` when it is no JSON object that can be read.
    pub(crate) fn examine(path: &Path) -> Result<Self, Error> {
        let guarded = SecretFile::read(path, WHAT, MAX_BYTES)?;
        let mut file = Self::of(path, guarded.bytes())?;
        let has_password = |proxy: &Located| proxy.text.expose().contains('@');
        let is_private =
            file.get("secret").is_some() || file.get("proxy").is_some_and(has_password);
        let safe = match is_private {
            true => guarded.check_private(WHAT),
            false => Ok(()),
        };
        let safe = safe.and_then(|()| guarded.check_unwritable(WHAT));
        file.faults.extend(safe.err());
        file.check_authorities();
        Ok(file)
    }

    fn of(path: &Path, bytes: &[u8]) -> Result<Self, Error> {
        let at = |line: usize| format!("{WHAT} {}:{line}", shown(path));
        if bytes.starts_with(b"\xff\xfe") || bytes.starts_with(b"\xfe\xff") {
            return Err(Error::parameters("is UTF-16")
                .hint("save it as UTF-8")
                .at(&at(1)));
        }
        let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
        let text = std::str::from_utf8(bytes).map_err(|_| {
            Error::parameters("is not UTF-8")
                .hint("save it as UTF-8")
                .at(&at(1))
        })?;
        let members =
            members(text).map_err(|error| error.at(&format!("{WHAT} {}", shown(path))))?;
        let mut file = Self {
            path: path.to_owned(),
            values: Vec::new(),
            faults: Vec::new(),
            faulty: Vec::new(),
        };
        for (key, raw) in members {
            // The value is a part of the text, so that its place in it is the difference.
            let offset = (raw.get().as_ptr() as usize).saturating_sub(text.as_ptr() as usize);
            let line = text.as_bytes()[..offset.min(text.len())]
                .iter()
                .filter(|b| **b == b'\n');
            let line = line.count() + 1;
            if let Err(error) = file.take(&key, raw.get()) {
                file.faults.push(error.at(&at(line)));
                let meant = nearest(&key, known_keys()).map(str::to_owned);
                file.faulty.push(meant.unwrap_or(key));
                continue;
            }
            for (known, placed) in &mut file.values {
                if *known == key {
                    placed.place = format!("{}: {key}", at(line));
                }
            }
        }
        file.check_placeholders();
        Ok(file)
    }

    /// The file if nothing is wrong with it.
    fn checked(mut self) -> Result<Self, Error> {
        if self.faults.is_empty() {
            Ok(self)
        } else {
            Err(self.faults.swap_remove(0))
        }
    }

    /// What is wrong with it.
    #[cfg(feature = "cli")]
    pub(crate) fn take_faults(&mut self) -> Vec<Error> {
        std::mem::take(&mut self.faults)
    }

    /// Whether one of these keys is at fault.
    #[cfg(feature = "cli")]
    pub(crate) fn is_faulty(&self, keys: &[&str]) -> bool {
        self.faulty.iter().any(|key| keys.contains(&key.as_str()))
    }

    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    /// The text of a key; a list of scopes is joined by spaces.
    pub(crate) fn get(&self, key: &str) -> Option<&Located> {
        self.values
            .iter()
            .find(|(known, _)| known == key)
            .map(|(_, placed)| placed)
    }

    /// A path that stands on the folder of this file.
    pub(crate) fn get_path(&self, key: &str) -> Option<PathBuf> {
        let path = self.get(key)?.text.expose();
        Some(self.folder().join(path))
    }

    pub(crate) fn folder(&self) -> &Path {
        self.path.parent().unwrap_or(Path::new(""))
    }

    /// How the file is named in messages.
    pub(crate) fn name(&self) -> String {
        format!("{WHAT} {}", shown(&self.path))
    }

    fn take(&mut self, key: &str, raw: &str) -> Result<(), Error> {
        if !KEYS.contains(&key) && key != PROXY {
            return Err(match nearest(key, known_keys()) {
                Some(known) => Error::parameters(format!("unknown key `{key}`"))
                    .hint(format!("did you mean `{known}`?")),
                // Not repeated: it may be a secret.
                None => {
                    Error::parameters("unknown key").hint("take it out; README.md lists the keys")
                }
            });
        }
        if self.get(key).is_some() {
            return Err(Error::parameters(format!("`{key}` is given twice")).hint("take one out"));
        }
        if raw == "null" || raw == "false" && key == "managed_identity" || key == "note" {
            return Ok(());
        }
        let text = match (key, raw.as_bytes().first()) {
            ("scope", Some(b'[')) => {
                let list: Option<Vec<String>> = serde_json::from_str(raw).ok();
                list.map(|list| list.join(" "))
                    .ok_or_else(|| Error::parameters("`scope` must be a list of strings"))?
            }
            (_, Some(b'"')) => serde_json::from_str(raw)
                .map_err(|_| Error::parameters(format!("`{key}` holds a broken escape")))?,
            ("send_certificate_chain", Some(b't' | b'f')) => raw.to_owned(),
            ("managed_identity", Some(b't' | b'f' | b'{')) => raw.to_owned(),
            _ => {
                // The value itself may be the secret: say its type, not what it is.
                let found = kind(raw);
                return Err(
                    Error::parameters(format!("`{key}` must be a string, not {found}"))
                        .hint(format!("write \"{key}\": \"…\"")),
                );
            }
        };
        let placed = Located {
            text: Secret::new(text),
            place: String::new(),
        };
        self.values.push((key.to_owned(), placed));
        Ok(())
    }

    fn check_placeholders(&mut self) {
        for (key, placed) in &self.values {
            if is_placeholder(placed.text.expose()) {
                let hint = match key.as_str() {
                    "authority" => "put your directory (tenant) id at its end",
                    "client_id" => "put your application (client) id there",
                    "secret" => "put the secret's Value there (Certificates & secrets)",
                    _ => "put null there, or the real value",
                };
                let error = Error::parameters("still holds the text of the sample");
                self.faults.push(error.hint(hint).at(&placed.place));
                self.faulty.push(key.clone());
            }
        }
    }

    fn check_authorities(&mut self) {
        if let (Some(_), Some(oidc)) = (self.get("authority"), self.get("oidc_authority")) {
            let error = Error::parameters("is given with `authority`")
                .hint("keep one of the two and put null for the other")
                .at(&oidc.place);
            self.faults.push(error);
            self.faulty.push("oidc_authority".to_owned());
        }
    }
}

fn known_keys() -> impl Iterator<Item = &'static str> {
    KEYS.iter().copied().chain([PROXY])
}

/// Texts that the samples leave to be filled in, Microsoft's and ours.
fn is_placeholder(text: &str) -> bool {
    let lower = text.to_ascii_lowercase();
    lower.contains("enter_the_")
        || lower == "your_client_id"
        || lower.starts_with("the secret generated by aad")
        || lower.contains("the thumbprint generated by aad")
}

/// The members of the object, and what is wrong if it is none. Nothing of the content is quoted.
fn members(text: &str) -> Result<Vec<(String, &RawValue)>, Error> {
    let mut deserializer = serde_json::Deserializer::from_str(text);
    let members = deserializer.deserialize_map(Members);
    let members = members.and_then(|members| deserializer.end().map(|()| members));
    members.map_err(|error| {
        let cause = match error.classify() {
            Category::Data => return Error::parameters("must be a JSON object: { … }"),
            Category::Eof if text.trim().is_empty() => return Error::parameters("is empty"),
            Category::Eof => {
                format!(
                    "ends too early at line {} column {}",
                    error.line(),
                    error.column()
                )
            }
            _ => error.to_string(),
        };
        Error::parameters(cause).hint("look there for a comma or a quote too few or too many")
    })
}

struct Members;

impl<'de> Visitor<'de> for Members {
    type Value = Vec<(String, &'de RawValue)>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<M: MapAccess<'de>>(self, mut map: M) -> Result<Self::Value, M::Error> {
        let mut members = Vec::new();
        while let Some(key) = map.next_key::<String>()? {
            if members.len() > 1000 {
                return Err(M::Error::custom("too many keys"));
            }
            members.push((key, map.next_value()?));
        }
        Ok(members)
    }
}

fn kind(raw: &str) -> &'static str {
    match raw.as_bytes().first() {
        Some(b'{') => "an object",
        Some(b'[') => "a list",
        Some(b't' | b'f') => "true or false",
        Some(b'"') => "a string",
        _ => "a number",
    }
}

/// A secret from a file of its own: one line ending is not a part of it.
///
/// # Errors
///
/// `Parameters` when the file cannot be used, is open to others, or holds no secret.
pub(crate) fn read_secret(path: &Path) -> Result<Located, Error> {
    read_secret_file(path, "secret file")
}

/// The same for another kind of secret, which `what` names in errors.
pub(crate) fn read_secret_file(path: &Path, what: &str) -> Result<Located, Error> {
    if let Err(error) = std::fs::metadata(path)
        && !matches!(
            error.kind(),
            io::ErrorKind::PermissionDenied | io::ErrorKind::NotADirectory
        )
    {
        // Its name is not repeated: it may be the secret itself.
        let cause = cause(&error);
        return Err(Error::parameters(format!("{what}: {cause}")).hint("check the path"));
    }
    let guarded = SecretFile::read(path, what, 64 * 1024)?;
    let place = format!("{what} {}", shown(path));
    guarded.check_private(what)?;
    let bytes = guarded.bytes();
    let bytes = bytes.strip_suffix(b"\n").unwrap_or(bytes);
    let bytes = bytes.strip_suffix(b"\r").unwrap_or(bytes);
    if bytes.starts_with(b"\xef\xbb\xbf") {
        let error = Error::parameters("begins with a byte order mark");
        return Err(error.hint("save it as UTF-8 without one").at(&place));
    }
    let text = String::from_utf8(bytes.to_vec()).map_err(|error| {
        drop(Zeroizing::new(error.into_bytes()));
        Error::parameters("is not UTF-8").at(&place)
    })?;
    Ok(Located {
        text: Secret::new(text),
        place,
    })
}
