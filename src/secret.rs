//! Text that cannot be printed by accident.

use std::collections::HashSet;
use std::fmt;

use zeroize::Zeroizing;

/// A secret, key or token: not printable, and wiped from memory on drop.
///
/// Wiped is this copy; what the TLS library and the allocator keep is theirs.
#[derive(Clone)]
pub struct Secret(Zeroizing<String>);

impl Secret {
    /// Takes text as a secret.
    pub fn new(text: impl Into<String>) -> Self {
        Self(Zeroizing::new(text.into()))
    }

    /// A stranger's text without this secret, for a message that quotes it: there are servers
    /// that send back what they were sent. Where a part of it is left, in a form that is not known
    /// here, nothing of the text is shown.
    pub(crate) fn blot_out(&self, text: &str) -> String {
        const TELLING: usize = 8;
        let secret = self.0.as_str();
        if secret.is_empty() {
            return text.to_owned();
        }
        let text = text.replace(secret, "[redacted]");
        let telling: HashSet<&[u8]> = secret.as_bytes().windows(TELLING).collect();
        if text
            .as_bytes()
            .windows(TELLING)
            .any(|part| telling.contains(part))
        {
            "(not shown: it repeats a part of the secret)".to_owned()
        } else {
            text
        }
    }

    /// The text itself, for the one place that sends it.
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[redacted]")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_does_not_show_itself() {
        let secret = Secret::new("canary");
        assert_eq!(format!("{secret:?}"), "[redacted]");
        assert_eq!(secret.expose(), "canary");
        assert_eq!(secret.blot_out("a canary sang"), "a [redacted] sang");
        let long = Secret::new("canary&bird<7>");
        let shown = long.blot_out("a canary&bird&lt;7&gt; sang");
        assert_eq!(shown, "(not shown: it repeats a part of the secret)");
        assert_eq!(Secret::new("").blot_out("silence"), "silence");
    }
}
