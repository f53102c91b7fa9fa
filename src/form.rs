//! `application/x-www-form-urlencoded`, and the percent-encoding of URLs.

use std::fmt::Write as _;

use crate::secret::Secret;

/// Encodes a form as browsers and MSAL do: space is `+`, everything but letters, digits and
/// `-._~` is `%XX` of its UTF-8 bytes
/// ([WHATWG URL §5.2](https://url.spec.whatwg.org/#urlencoded-serializing)). The result holds
/// whatever secret the form holds.
pub(crate) fn encode(fields: &[(&str, &str)]) -> Secret {
    // Three bytes for each at the most, reserved at once: growing would leave copies behind.
    let bound = fields
        .iter()
        .map(|(k, v)| 3 * (k.len() + v.len()) + 2)
        .sum();
    let mut form = String::with_capacity(bound);
    for (index, (key, value)) in fields.iter().enumerate() {
        if index > 0 {
            form.push('&');
        }
        push(&mut form, key);
        form.push('=');
        push(&mut form, value);
    }
    Secret::new(form)
}

fn push(form: &mut String, text: &str) {
    for byte in text.bytes() {
        match byte {
            b' ' => form.push('+'),
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => {
                form.push(char::from(byte));
            }
            _ => push_percent(form, byte),
        }
    }
}

/// The bytes that a percent-encoded text stands for; `+` is none.
pub(crate) fn percent_decoded(text: &str) -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut rest = text.as_bytes();
    while let Some((&first, after)) = rest.split_first() {
        let escape = rest.get(1..3).and_then(|hex| std::str::from_utf8(hex).ok());
        let escape = escape.and_then(|hex| u8::from_str_radix(hex, 16).ok());
        match escape.filter(|_| first == b'%') {
            Some(byte) => {
                bytes.push(byte);
                rest = &rest[3..];
            }
            None => {
                bytes.push(first);
                rest = after;
            }
        }
    }
    bytes
}

/// Percent-encodes one name or value of a query: all that could end it, or be read as another
/// byte. Space is `%20`, never `+`.
pub(crate) fn encode_query(text: &str) -> String {
    let mut encoded = String::with_capacity(text.len());
    for byte in text.bytes() {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' => encoded.push(char::from(byte)),
            b'-' | b'.' | b'_' | b'~' | b'$' | b',' | b'\'' | b'(' | b')' | b':' | b'@' | b'/'
            | b'*' | b'!' => encoded.push(char::from(byte)),
            _ => push_percent(&mut encoded, byte),
        }
    }
    encoded
}

/// Percent-encodes the bytes that a URL cannot carry and leaves everything else, `%XX` included,
/// as it is. A `#` is data here, never the start of a fragment.
pub(crate) fn encode_unsendable(text: &str) -> String {
    let bytes = text.as_bytes();
    let mut url = String::with_capacity(text.len());
    for (index, &byte) in bytes.iter().enumerate() {
        match byte {
            b'%' if is_escape(&bytes[index..]) => url.push('%'),
            b'%' | b'#' | b'"' | b'<' | b'>' | b'\\' | b'^' | b'`' | b'{' | b'|' | b'}' => {
                push_percent(&mut url, byte);
            }
            0x21..=0x7e => url.push(char::from(byte)),
            _ => push_percent(&mut url, byte),
        }
    }
    url
}

fn is_escape(bytes: &[u8]) -> bool {
    matches!(bytes, [b'%', a, b, ..] if a.is_ascii_hexdigit() && b.is_ascii_hexdigit())
}

fn push_percent(text: &mut String, byte: u8) {
    // Writing to a String cannot fail.
    let _ = write!(text, "%{byte:02X}");
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_form_survives_what_secrets_are_made_of() {
        let form = encode(&[("client_secret", "a&b+c%d=e fé~"), ("scope", "x/.default")]);
        assert_eq!(
            form.expose(),
            "client_secret=a%26b%2Bc%25d%3De+f%C3%A9~&scope=x%2F.default"
        );
    }

    #[test]
    fn every_byte_comes_back_from_a_form() {
        let text: String = (0..=0x2ff).filter_map(char::from_u32).collect();
        let form = encode(&[("k", &text)]);
        let value = form
            .expose()
            .strip_prefix("k=")
            .unwrap()
            .replace('+', "%20");
        assert_eq!(decode(&value), text.as_bytes());
    }

    #[test]
    fn a_link_keeps_its_bytes_and_only_loses_what_no_url_can_carry() {
        let link = "https://h/v1.0/u?$skiptoken=a%23b%2B+c'(d):%2f&x=%zz#é {}";
        assert_eq!(
            encode_unsendable(link),
            "https://h/v1.0/u?$skiptoken=a%23b%2B+c'(d):%2f&x=%25zz%23%C3%A9%20%7B%7D"
        );
    }

    fn decode(text: &str) -> Vec<u8> {
        let mut bytes = text.bytes();
        let mut decoded = Vec::new();
        while let Some(byte) = bytes.next() {
            let byte = match byte {
                b'%' => {
                    let pair = [bytes.next().unwrap(), bytes.next().unwrap()];
                    u8::from_str_radix(std::str::from_utf8(&pair).unwrap(), 16).unwrap()
                }
                byte => byte,
            };
            decoded.push(byte);
        }
        decoded
    }
}
