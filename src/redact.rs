//! Takes secrets out of text that came from a server: there are servers, and boxes in between,
//! that send back what they were sent.

mod canonical;

use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD_NO_PAD;
use zeroize::Zeroizing;

use crate::form;
use crate::redact::canonical::{Canonical, WINDOW};
use crate::secret::Secret;

/// Replaces the secrets of a client in text that came from a server, for messages and logs.
///
/// A client adds each secret before it is sent. Found are whole secrets and parts of eight
/// characters or more, as they are, percent-encoded, form-encoded, in Base64 (standard, URL-safe,
/// at each offset), with the escapes of JSON or HTML, and these nested. Of a JWT the header is no
/// secret. Clones share their secrets.
#[derive(Clone, Default)]
pub struct Redactor(Arc<Mutex<Vec<Secret>>>);

/// A process that runs for weeks uses a token an hour; those used last are kept, and the first
/// ones, which are the client's own.
const MOST: usize = 24;
const FIRST: usize = 4;
/// More of a text is not looked at, and not quoted.
const LONGEST: usize = 16 * 1024;
/// A shorter part of a secret may as well be a word of ours.
const LONG: usize = 16;
const REDACTED: &str = "[redacted]";
const NOT_QUOTED: &str = "(not shown: a secret is shorter than 8 characters)";

impl Redactor {
    /// Knows no secret yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a secret to those that are replaced.
    pub fn add(&self, secret: &Secret) {
        if secret.expose().is_empty() {
            return;
        }
        let mut secrets = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        match secrets
            .iter()
            .rposition(|known| known.expose() == secret.expose())
        {
            Some(index) if index < FIRST => {}
            Some(index) => secrets[index..].rotate_left(1),
            None => {
                if secrets.len() == MOST {
                    secrets.remove(FIRST);
                }
                secrets.push(secret.clone());
            }
        }
    }

    /// The text without secrets; with a secret of less than eight characters, nothing of it.
    ///
    /// It must be called before a text is cut or escaped: half a secret is harder to recognize.
    pub fn redact(&self, text: &str) -> String {
        let secrets = self.secrets();
        if !text.trim().is_empty() && secrets.iter().any(is_short) {
            return NOT_QUOTED.to_owned();
        }
        let (mut text, is_cut) = match text.char_indices().find(|(at, _)| *at >= LONGEST) {
            Some((at, _)) => (text[..at].to_owned(), true),
            None => (text.to_owned(), false),
        };
        replace(&mut text, &secrets, WINDOW);
        if is_cut {
            text.push('…');
        }
        text
    }

    /// The code of an error, on which more depends than a message: an identifier stays beside a
    /// short secret too, unless it has that in it.
    pub(crate) fn redact_code(&self, code: &str) -> String {
        let is_plain = |b: u8| b.is_ascii_alphanumeric() || b"._-".contains(&b);
        let canonical = Canonical::of(code);
        let has_short = |secret: &Secret| {
            let secret = Canonical::of(telling(secret));
            secret.len() < WINDOW && canonical.contains(&secret)
        };
        let secrets = self.secrets();
        if code.len() > 64 || !code.bytes().all(is_plain) || secrets.iter().any(has_short) {
            return self.redact(code);
        }
        let mut code = code.to_owned();
        replace(&mut code, &secrets, WINDOW);
        code
    }

    /// A line of ours that may quote a server: it stays but for whole secrets and long parts.
    pub(crate) fn redact_line(&self, line: &str) -> String {
        let mut line = line.to_owned();
        replace(&mut line, &self.secrets(), LONG);
        line
    }

    /// The first characters of a body, for a message.
    pub(crate) fn excerpt(&self, body: &[u8]) -> String {
        let head = &body[..body.len().min(4096)];
        let text = self.redact(&String::from_utf8_lossy(head));
        let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
        let mut excerpt: String = text.chars().take(200).collect();
        if excerpt.len() < text.len() || head.len() < body.len() {
            excerpt.push('…');
        }
        excerpt
    }

    fn secrets(&self) -> Vec<Secret> {
        let secrets = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        secrets.clone()
    }
}

impl fmt::Debug for Redactor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Redactor")
    }
}

fn is_short(secret: &Secret) -> bool {
    Canonical::of(telling(secret)).len() < WINDOW
}

/// Of a JWT ([RFC 7515 §3.1](https://www.rfc-editor.org/rfc/rfc7515#section-3.1)) the payload and
/// the signature; of anything else, all.
fn telling(secret: &Secret) -> &str {
    let text = secret.expose();
    match text.split_once('.') {
        Some((header, rest)) if header.starts_with("eyJ") && rest.contains('.') => rest,
        _ => text,
    }
}

/// Replaces what `text` has in common with the secrets, from `shortest` characters in a row on;
/// whole secrets may be shorter.
fn replace(text: &mut String, secrets: &[Secret], shortest: usize) {
    let mut found = Canonical::of(text).windows();
    if found.is_empty() {
        return;
    }
    let mut shortest = shortest;
    for secret in secrets {
        let secret = telling(secret);
        shortest = shortest.min(Canonical::of(secret).len().max(WINDOW));
        found.mark(secret);
        // Within a whole form that was encoded in Base64 it is form-encoded.
        let encoded = form::encode(&[("", secret)]);
        let encoded = encoded.expose().trim_start_matches('=');
        found.mark_base64(secret);
        if encoded != secret {
            found.mark_base64(encoded);
        }
    }
    for (start, end) in found.ranges(shortest).into_iter().rev() {
        text.replace_range(start..end, REDACTED);
    }
}

impl canonical::Windows {
    fn mark(&mut self, text: &str) {
        self.mark_all(&Canonical::of(text));
    }

    /// The text in Base64 at each offset to the groups of three bytes, without the characters that
    /// depend on what stands beside it.
    fn mark_base64(&mut self, text: &str) {
        let mut padded = Zeroizing::new(Vec::with_capacity(text.len() + 2));
        for (offset, dependent) in [(0, 0), (1, 2), (2, 3)] {
            padded.clear();
            padded.resize(offset, 0);
            padded.extend_from_slice(text.as_bytes());
            let whole = padded.len() * 8 / 6;
            let encoded = Zeroizing::new(STANDARD_NO_PAD.encode(&*padded));
            self.mark(encoded.get(dependent..whole).unwrap_or_default());
        }
    }
}

#[cfg(test)]
mod tests;
