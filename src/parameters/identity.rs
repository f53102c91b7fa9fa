//! Which identity of the machine is meant, and whether it can have one.

use std::collections::BTreeMap;
use std::path::Path;

use serde_json::value::RawValue;

use crate::auth::{Selector, Source, detect};
use crate::error::Error;
use crate::parameters::sources::{Auth, Sources};
use crate::parameters::validate;

const ARC_AGENT: &str = "/opt/azcmagent/bin/himds";
/// What the firmware of Azure's virtual machines says.
const CHASSIS: &str = "/sys/class/dmi/id/chassis_asset_tag";
const AZURE_CHASSIS: &str = "7783-7084-3265-9085-8269-3286-77";

impl Sources<'_> {
    /// Whether this machine says of itself that Azure vouches for it. Its metadata service is not
    /// asked: a parameters file that was forgotten must not become a request to somewhere.
    pub(crate) fn is_on_azure(&self) -> Result<bool, Error> {
        for name in [
            "IDENTITY_ENDPOINT",
            "MSI_ENDPOINT",
            "AZURE_POD_IDENTITY_AUTHORITY_HOST",
        ] {
            if self.variable(name)?.is_some() {
                return Ok(true);
            }
        }
        let tag = std::fs::read_to_string(CHASSIS).unwrap_or_default();
        Ok(tag.trim() == AZURE_CHASSIS || Path::new(ARC_AGENT).exists())
    }

    pub(crate) fn machine(&self) -> Result<Source, Error> {
        let source = detect(self.lookup, Path::new(ARC_AGENT).exists())?;
        match self.flags.auth {
            Some(Auth::ManagedIdentity) => Ok(source),
            _ => source.check_private(),
        }
    }

    /// Which of the machine's identities is meant: as the file says, else the one whose client id
    /// is given, else the machine's own.
    pub(crate) fn selector(&self) -> Result<Selector, Error> {
        if let Some(given) = self
            .file
            .as_ref()
            .and_then(|file| file.get("managed_identity"))
        {
            return selector(given.text.expose()).ok_or_else(|| {
                Error::parameters("names no identity")
                    .hint(
                        "write true, or { \"client_id\": \"…\" }, object_id or resource_id in \
                         its place",
                    )
                    .at(&given.place)
            });
        }
        let flag = self.flags.client_id.clone();
        let id = match flag {
            Some(id) => Some(id),
            None => self
                .variable("AZURE_CLIENT_ID")?
                .map(|id| id.text.expose().to_owned()),
        };
        Ok(id.map_or(Selector::System, Selector::ClientId))
    }

    /// The same for an identity that stands for itself, so that a client id on the command line is
    /// its own.
    pub(crate) fn own_selector(&self) -> Result<Selector, Error> {
        let selector = self.selector()?;
        let Some(flag) = &self.flags.client_id else {
            return Ok(selector);
        };
        match selector {
            Selector::System => Ok(Selector::ClientId(flag.clone())),
            Selector::ClientId(id) if id.eq_ignore_ascii_case(flag) => Ok(Selector::ClientId(id)),
            _ => Err(Error::parameters(
                "--client-id: `managed_identity` in the parameters file names another identity",
            )
            .hint("leave out one of the two")),
        }
    }
}

/// `true`, the id of a client, or an object that names one id.
fn selector(text: &str) -> Option<Selector> {
    let text = text.trim();
    if text == "true" {
        return Some(Selector::System);
    }
    let Some(object) = text.strip_prefix('{') else {
        let is_resource = text.starts_with("/subscriptions/");
        let is_plain = validate::is_guid(text);
        return match (is_resource, is_plain) {
            (true, _) => Some(Selector::ResourceId(text.to_owned())),
            (_, true) => Some(Selector::ClientId(text.to_owned())),
            _ => None,
        };
    };
    let object = format!("{{{object}");
    let named: BTreeMap<String, Box<RawValue>> = serde_json::from_str(&object).ok()?;
    let mut named = named.into_iter();
    let (name, id) = named.next()?;
    let id: String = serde_json::from_str(id.get()).ok()?;
    if named.next().is_some() || id.is_empty() {
        return None;
    }
    match name.as_str() {
        "client_id" => Some(Selector::ClientId(id)),
        "object_id" => Some(Selector::ObjectId(id)),
        "resource_id" => Some(Selector::ResourceId(id)),
        _ => None,
    }
}
