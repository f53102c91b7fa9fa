//! A parameters file in the making: only the keys that are needed, checked as every command checks
//! them before anything is written.

use std::ffi::OsString;
use std::path::{Path, PathBuf};

use serde::Serialize;
use zeroize::Zeroizing;

use crate::error::Error;
use crate::fs::shown;
use crate::parameters::file::ParametersFile;
use crate::parameters::sources::{Flags, Sources};
use crate::parameters::validate::is_guid;
use crate::secret::Secret;

/// How the application is to prove its identity.
#[derive(Debug)]
pub(crate) enum Proof {
    Secret(Secret),
    SecretFile(PathBuf),
    /// One that is still to be made is no error.
    CertificateFile(PathBuf),
    TokenFile(PathBuf),
    ManagedIdentity,
}

/// The text of a file that can be used.
#[derive(Debug)]
pub(crate) struct Draft {
    text: Zeroizing<String>,
    /// Where an administrator consents; a managed identity has no such page.
    pub(crate) consent: Option<String>,
    pub(crate) client_id: Option<String>,
}

impl Draft {
    /// The file that is to be at `path`, for the application that the flags name; `judge` judges it
    /// as a whole.
    ///
    /// # Errors
    ///
    /// `Parameters` for what every command would refuse, and for ids that cannot be ones.
    pub(crate) fn new(
        flags: &Flags,
        proof: &Proof,
        path: &Path,
        judge: Judge<'_>,
    ) -> Result<Self, Error> {
        let variables = |name: &str| std::env::var_os(name);
        let named = Flags {
            tenant: flags.tenant.clone(),
            client_id: flags.client_id.clone(),
            authority: flags.authority.clone(),
            ..Flags::default()
        };
        let sources = Sources::read(&named, None, &variables)?;
        let mut members = Members::default();
        let (mut consent, mut client_id) = (None, named.client_id.clone());
        if matches!(proof, Proof::ManagedIdentity) {
            match &client_id {
                Some(id) => {
                    check_guid(id, "--client-id")?;
                    members.add_raw(
                        "managed_identity",
                        &format!("{{ \"client_id\": \"{id}\" }}"),
                    );
                }
                None => members.add_raw("managed_identity", "true"),
            }
        } else {
            let authority = sources.authority()?;
            let tenant = authority.tenant();
            let is_tenant = is_guid(tenant) || tenant.contains('.') || authority.is_adfs();
            if !is_tenant {
                return Err(Error::parameters(format!(
                    "{tenant}: is neither a tenant id (a guid) nor a domain"
                ))
                .hint("the portal shows it as Directory (tenant) ID"));
            }
            let id = sources.client_id()?;
            check_guid(id.text.expose(), &id.place)?;
            members.add("authority", authority.text())?;
            members.add("client_id", id.text.expose())?;
            consent = Some(authority.consent_url(id.text.expose()));
            client_id = Some(id.text.expose().to_owned());
        }
        let is_whole = match proof {
            Proof::CertificateFile(file) => file.exists(),
            _ => true,
        };
        match proof {
            Proof::Secret(secret) => members.add("secret", secret.expose())?,
            Proof::SecretFile(file) => members.add("secret_file", &seen_from(path, file)?)?,
            Proof::CertificateFile(file) => {
                members.add("certificate_file", &seen_from(path, file)?)?;
            }
            Proof::TokenFile(file) => {
                members.add("federated_token_file", &seen_from(path, file)?)?;
            }
            Proof::ManagedIdentity => {}
        }
        let text = members.finish();
        let judge = Some(judge).filter(|_| is_whole);
        check(&text, path, judge)?;
        Ok(Self {
            text,
            consent,
            client_id,
        })
    }

    pub(crate) fn bytes(&self) -> &[u8] {
        self.text.as_bytes()
    }
}

type Judge<'j> = &'j dyn Fn(&Sources<'_>) -> Result<(), Error>;

/// Reads the text as every command would; the file must stand for itself, without the variables of
/// whoever writes it.
fn check(text: &str, path: &Path, judge: Option<Judge<'_>>) -> Result<(), Error> {
    let lookup = |name: &str| -> Option<OsString> {
        let is_of_application = name.starts_with("AZURE_") && !name.contains("POD_IDENTITY");
        std::env::var_os(name).filter(|_| !is_of_application)
    };
    let flags = Flags::default();
    let sources = Sources {
        flags: &flags,
        file: Some(ParametersFile::parse(path, text)?),
        lookup: &lookup,
    };
    judge.map_or(Ok(()), |judge| judge(&sources))
}

fn check_guid(id: &str, place: &str) -> Result<(), Error> {
    if is_guid(id.trim()) {
        return Ok(());
    }
    let error = Error::parameters(format!("{id}: is not a guid")).at(place);
    Err(error.hint("the portal shows it as Application (client) ID"))
}

/// The name by which the parameters file finds another file.
fn seen_from(path: &Path, file: &Path) -> Result<String, Error> {
    let is_beside = path
        .parent()
        .is_none_or(|folder| folder.as_os_str().is_empty());
    let fail = |reason: &str| Error::parameters(format!("{}: {reason}", shown(file)));
    let file = match is_beside {
        true => file.to_owned(),
        false => std::path::absolute(file).map_err(|error| fail(&error.to_string()))?,
    };
    file.into_os_string()
        .into_string()
        .map_err(|_| Error::parameters("the path is not UTF-8"))
}

/// The members of the object, in order.
#[derive(Default)]
struct Members(Zeroizing<String>);

impl Members {
    fn add(&mut self, key: &str, text: &str) -> Result<(), Error> {
        let json = Zeroizing::new(to_json(text)?);
        self.add_raw(key, &json);
        Ok(())
    }

    fn add_raw(&mut self, key: &str, json: &str) {
        let start = if self.0.is_empty() { "{" } else { "," };
        // All at once: growing would leave copies of a secret behind.
        let mut text = Zeroizing::new(String::with_capacity(
            self.0.len() + key.len() + json.len() + 16,
        ));
        for part in [&self.0, start, "\n  \"", key, "\": ", json] {
            text.push_str(part);
        }
        self.0 = text;
    }

    fn finish(mut self) -> Zeroizing<String> {
        self.0.push_str("\n}\n");
        self.0
    }
}

fn to_json(text: impl Serialize) -> Result<String, Error> {
    serde_json::to_string(&text).map_err(|_| Error::local("parameters file: not put into JSON"))
}
