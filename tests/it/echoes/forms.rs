//! The encodings in which a secret may come back.

use std::fmt::Write as _;

use base64::Engine as _;
use base64::prelude::{BASE64_STANDARD, BASE64_URL_SAFE_NO_PAD};

/// Where a JWT begins to be secret.
pub fn secret_part(secret: &str) -> &str {
    match secret.split_once('.') {
        Some((header, rest)) if header.starts_with("eyJ") => rest,
        _ => secret,
    }
}

fn percent(text: &str, is_kept: fn(u8) -> bool, is_upper: bool) -> String {
    text.bytes().fold(String::new(), |mut out, byte| {
        let _ = match (is_kept(byte), is_upper) {
            (true, _) => write!(out, "{}", char::from(byte)),
            (false, true) => write!(out, "%{byte:02X}"),
            (false, false) => write!(out, "%{byte:02x}"),
        };
        out
    })
}

fn is_plain(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"-._~".contains(&byte)
}

/// The encodings that keep the order of the characters.
fn in_order(text: &str) -> Vec<String> {
    let units = text.encode_utf16();
    let numbered = text.chars().map(|c| format!("&#{};", u32::from(c)));
    vec![
        text.to_owned(),
        text.to_ascii_lowercase(),
        percent(text, is_plain, true),
        percent(text, is_plain, false),
        percent(text, is_plain, true).replace("%20", "+"),
        percent(text, |_| false, true),
        percent(text, |_| false, false),
        percent(&percent(text, is_plain, true), is_plain, true),
        units.clone().fold(String::new(), |mut out, unit| {
            let _ = write!(out, "\\u{unit:04x}");
            out
        }),
        units.fold(String::new(), |mut out, unit| {
            let _ = write!(out, "\\u{unit:04X}");
            out
        }),
        text.replace('/', "\\/").replace('&', "\\u0026"),
        text.replace('&', "&amp;"),
        numbered.collect(),
    ]
}

/// Every encoding of a secret, as a server may send it.
pub fn every(secret: &str) -> Vec<String> {
    let form = percent(secret, is_plain, true).replace("%20", "+");
    let mut all = in_order(secret);
    for inner in [secret, &form] {
        for before in ["", "a", "ab"] {
            let whole = format!("{before}{inner}&c");
            all.push(BASE64_STANDARD.encode(&whole));
            all.push(BASE64_URL_SAFE_NO_PAD.encode(&whole));
        }
    }
    all
}

/// What must not be met of a secret part, in each encoding.
pub fn parts(secret: &str) -> Vec<String> {
    let form = percent(secret, is_plain, true).replace("%20", "+");
    let mut all = in_order(secret);
    for inner in [secret, &form] {
        for before in ["", "a", "ab"] {
            let whole = format!("{before}{inner}");
            for encoded in [
                BASE64_STANDARD.encode(&whole),
                BASE64_URL_SAFE_NO_PAD.encode(&whole),
            ] {
                // The characters at both ends depend on what stands beside.
                all.push(encoded[4..encoded.len() - 4].to_owned());
            }
        }
    }
    all
}
