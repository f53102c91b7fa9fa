//! The judge of client assertions (RFC 7523), as strict as Entra ID and a little stricter.

use std::collections::HashMap;
use std::time::{SystemTime, UNIX_EPOCH};

use base64::Engine as _;
use base64::prelude::{BASE64_STANDARD, BASE64_URL_SAFE_NO_PAD};
use ring::digest::{SHA1_FOR_LEGACY_USE_ONLY, SHA256, digest};
use ring::signature::{
    RSA_PKCS1_2048_8192_SHA256, RSA_PSS_2048_8192_SHA256, RsaParameters, UnparsedPublicKey,
};
use serde_json::Value;

use super::registered::Registered;

/// What a request says of itself.
pub(super) struct Presented<'p> {
    pub(super) client_id: &'p str,
    /// The URL that it was sent to.
    pub(super) endpoint: &'p str,
    pub(super) assertion: &'p str,
}

/// The ids of the assertions that came, and how often.
#[derive(Default)]
pub(super) struct Ids(HashMap<String, u32>);

/// Entra's code and what it says.
pub(super) type Refused = (u32, String);

const MALFORMED: u32 = 50_027;
const UNKNOWN_KEY: u32 = 700_027;
const OUT_OF_TIME: u32 = 700_024;
const AUDIENCE: u32 = 50_012;
const OTHER_CLIENT: u32 = 700_021;
/// How far the clocks of two machines may differ.
const SKEW: u64 = 300;

impl Ids {
    /// Notes the id of an assertion; whether it came for the first time.
    pub(super) fn note(&mut self, assertion: &str) -> bool {
        let claims = assertion.split('.').nth(1).and_then(part);
        let Some(id) = claims.and_then(|claims| Some(claims["jti"].as_str()?.to_owned())) else {
            return true;
        };
        let count = self.0.entry(id).or_default();
        *count += 1;
        *count == 1
    }

    fn count(&self, id: &str) -> u32 {
        self.0.get(id).copied().unwrap_or_default()
    }
}

/// Judges an assertion by the certificates of the application.
pub(super) fn judge(
    presented: &Presented<'_>,
    registered: &[Registered],
    ids: &Ids,
) -> Result<(), Refused> {
    let parts: Vec<_> = presented.assertion.split('.').collect();
    let [head, body, signature] = parts[..] else {
        return malformed("it has not three parts");
    };
    let (Some(header), Some(claims)) = (part(head), part(body)) else {
        return malformed("a part of it is no JSON in base64url");
    };
    let Ok(signature) = BASE64_URL_SAFE_NO_PAD.decode(signature) else {
        return malformed("its signature is no base64url");
    };
    let scheme = scheme(&header)?;
    let certificate = named(&header, registered)?;
    let key = UnparsedPublicKey::new(scheme, certificate.public_key());
    let signed = format!("{head}.{body}");
    if key.verify(signed.as_bytes(), &signature).is_err() {
        let text = "The key was found, but use of the key to verify the signature failed.";
        return Err((UNKNOWN_KEY, reason(text)));
    }
    judge_chain(&header, certificate)?;
    judge_claims(&claims, presented)?;
    match claims["jti"].as_str() {
        Some(id) if !id.is_empty() && ids.count(id) <= 1 => Ok(()),
        Some(id) if !id.is_empty() => malformed("its jti was used before"),
        _ => malformed("it has no jti"),
    }
}

fn part(text: &str) -> Option<Value> {
    let json = BASE64_URL_SAFE_NO_PAD.decode(text).ok()?;
    let value: Value = serde_json::from_slice(&json).ok()?;
    value.is_object().then_some(value)
}

fn scheme(header: &Value) -> Result<&'static RsaParameters, Refused> {
    if header["typ"] != "JWT" {
        return Err((MALFORMED, "The assertion's typ is not JWT.".to_owned()));
    }
    match (header["alg"].as_str(), header.get("x5t#S256")) {
        (Some("RS256"), _) => Ok(&RSA_PKCS1_2048_8192_SHA256),
        (Some("PS256"), Some(_)) => Ok(&RSA_PSS_2048_8192_SHA256),
        (alg, _) => {
            let text = format!("'{}' goes not with this header.", alg.unwrap_or_default());
            Err((MALFORMED, text))
        }
    }
}

/// The certificate that the header names by its thumbprint.
fn named<'r>(header: &Value, registered: &'r [Registered]) -> Result<&'r Registered, Refused> {
    let (name, algorithm) = match (header.get("x5t"), header.get("x5t#S256")) {
        (Some(name), None) => (name, &SHA1_FOR_LEGACY_USE_ONLY),
        (None, Some(name)) => (name, &SHA256),
        (Some(_), Some(_)) => return malformed("it has two thumbprints"),
        (None, None) => return malformed("no thumbprint is in its header"),
    };
    let name = name.as_str().unwrap_or_default();
    let found = registered.iter().find(|certificate| {
        let hash = digest(algorithm, certificate.der());
        BASE64_URL_SAFE_NO_PAD.encode(hash) == name.trim_end_matches('=')
    });
    found.ok_or_else(|| {
        let text = format!("The key was not found., Thumbprint of key used by client: '{name}'");
        (UNKNOWN_KEY, reason(&text))
    })
}

/// `x5c` must be a chain of DER in base64 without line ends, the certificate itself first and
/// each of the others the issuer of the one before.
fn judge_chain(header: &Value, certificate: &Registered) -> Result<(), Refused> {
    let Some(chain) = header.get("x5c") else {
        return Ok(());
    };
    let Some(texts) = chain.as_array() else {
        return malformed("its x5c is no array");
    };
    let mut certificates = Vec::new();
    for text in texts {
        let der = BASE64_STANDARD.decode(text.as_str().unwrap_or_default());
        match der.ok().and_then(Registered::read) {
            Some(certificate) => certificates.push(certificate),
            None => return malformed("its x5c holds what is no certificate"),
        }
    }
    if certificates.first().map(Registered::der) != Some(certificate.der()) {
        return malformed("its x5c does not begin with the certificate");
    }
    let is_chain = |pair: &[Registered]| pair[0].issuer() == pair[1].subject();
    if !certificates.windows(2).all(is_chain) {
        return malformed("its x5c is not in order");
    }
    Ok(())
}

fn judge_claims(claims: &Value, presented: &Presented<'_>) -> Result<(), Refused> {
    if claims["iss"] != presented.client_id || claims["sub"] != presented.client_id {
        let text = "Client assertion application identifier doesn't match 'client_id' parameter.";
        return Err((OTHER_CLIENT, text.to_owned()));
    }
    if claims["aud"] != presented.endpoint {
        let text = "Client assertion audience validation failed.";
        return Err((AUDIENCE, text.to_owned()));
    }
    let moments = ["nbf", "iat", "exp"].map(|name| claims[name].as_u64());
    let [Some(start), Some(made), Some(end)] = moments else {
        return malformed("nbf, iat and exp are not three whole numbers");
    };
    let now = SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .map_or(0, |since| since.as_secs());
    if start > now + SKEW || made > now + SKEW || end + SKEW < now || end <= start {
        let text = format!(
            "Client assertion is not within its valid time range. Current time: {now}, \
             assertion valid from {start}, expiry time of assertion {end}."
        );
        return Err((OUT_OF_TIME, text));
    }
    Ok(())
}

fn malformed<T>(why: &str) -> Result<T, Refused> {
    let text = format!("JWT token is invalid or malformed: {why}.");
    Err((MALFORMED, text))
}

fn reason(text: &str) -> String {
    format!(
        "The certificate with identifier used to sign the client assertion is not registered on \
         application. [Reason - {text}]"
    )
}
