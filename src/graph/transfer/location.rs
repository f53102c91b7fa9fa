//! Where a redirect leads.

use crate::form::encode_unsendable;
use crate::http::Url;

/// The URL of a `Location` that came from `from`
/// ([RFC 9110 §10.2.2](https://www.rfc-editor.org/rfc/rfc9110#section-10.2.2)).
///
/// # Errors
///
/// Why it is not followed; nothing of it is repeated, because it may be a secret.
pub(crate) fn follow(from: &Url, location: &str) -> Result<Url, String> {
    let location = location.split('#').next().unwrap_or_default().trim();
    let location = encode_unsendable(location);
    let origin = from.origin();
    let text = if location.starts_with("//") {
        let scheme = if origin.is_tls() { "https" } else { "http" };
        format!("{scheme}:{location}")
    } else if location.starts_with('/') {
        format!("{origin}{location}")
    } else {
        location
    };
    let scheme = text.split_once("://").map(|(scheme, _)| scheme);
    let is_known = scheme.is_some_and(|scheme| {
        scheme.eq_ignore_ascii_case("https") || scheme.eq_ignore_ascii_case("http")
    });
    if !is_known {
        return Err("is no https url".to_owned());
    }
    Url::parse(&text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_redirect_leads_to_https_or_loopback_and_tells_nothing_of_itself() {
        let from = Url::parse("https://graph.microsoft.com/v1.0/x/content").unwrap();
        for (location, expected) in [
            ("https://h/a?tempauth=x%2b", "https://h/a?tempauth=x%2b"),
            ("https://h/a b#f", "https://h/a%20b"),
            ("/a?b", "https://graph.microsoft.com/a?b"),
            ("//h/a", "https://h/a"),
            ("http://127.0.0.1:8080/a", "http://127.0.0.1:8080/a"),
        ] {
            let url = follow(&from, location).unwrap();
            assert_eq!(url.as_str(), expected);
        }
        for location in [
            "",
            "canary",
            "canary?u=https://h/",
            "http://h/canary",
            "ftp://h/canary",
            "https://canary@h/",
            "https:///canary",
            "file:///canary",
            "javascript:canary",
        ] {
            let reason = follow(&from, location).unwrap_err();
            assert!(!reason.contains("canary"), "{reason}");
        }
    }
}
