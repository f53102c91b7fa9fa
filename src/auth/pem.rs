//! PEM ([RFC 7468](https://www.rfc-editor.org/rfc/rfc7468)) of keys and certificates. Our own
//! reader, because errors of others quote what they could not read, which may be the key, and
//! pass over encrypted keys in silence.

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use zeroize::Zeroizing;

/// One section: its label and the DER inside.
pub(super) struct Section<'p> {
    pub(super) label: &'p str,
    pub(super) der: Zeroizing<Vec<u8>>,
}

/// Why a text is no PEM; never what stands in it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum PemFlaw {
    /// Binary: DER or PKCS#12.
    Binary,
    /// No section at all.
    Empty,
    /// The old encryption of OpenSSL, with `DEK-Info`.
    LegacyEncrypted,
    /// A section that does not end, or holds what is no base64.
    Damaged,
}

/// The sections of a PEM text. Line ends may be of any kind or lost; text between sections is
/// passed over.
pub(super) fn sections(bytes: &[u8]) -> Result<Vec<Section<'_>>, PemFlaw> {
    if bytes.starts_with(&[0x30, 0x82]) || bytes.starts_with(&[0x30, 0x80]) {
        return Err(PemFlaw::Binary);
    }
    let mut rest = std::str::from_utf8(bytes).map_err(|_| PemFlaw::Binary)?;
    let mut sections = Vec::new();
    while let Some((_, begun)) = rest.split_once("-----BEGIN ") {
        let (label, body) = begun.split_once("-----").ok_or(PemFlaw::Damaged)?;
        let (body, after) = body
            .split_once(&format!("-----END {label}-----"))
            .ok_or(PemFlaw::Damaged)?;
        if body.contains("DEK-Info") || body.contains("Proc-Type") {
            return Err(PemFlaw::LegacyEncrypted);
        }
        let mut text = Zeroizing::new(Vec::with_capacity(body.len()));
        text.extend(body.bytes().filter(|byte| !byte.is_ascii_whitespace()));
        let mut der = Zeroizing::new(vec![0; text.len() / 4 * 3 + 3]);
        let length = BASE64_STANDARD.decode_slice(&*text, &mut der);
        der.truncate(length.map_err(|_| PemFlaw::Damaged)?);
        sections.push(Section { label, der });
        rest = after;
    }
    if sections.is_empty() {
        Err(PemFlaw::Empty)
    } else {
        Ok(sections)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn labels(text: &str) -> Result<Vec<(String, Vec<u8>)>, PemFlaw> {
        let sections = sections(text.as_bytes())?;
        Ok(sections
            .iter()
            .map(|s| (s.label.to_owned(), s.der.to_vec()))
            .collect())
    }

    #[test]
    fn sections_are_read_whatever_became_of_the_line_ends() {
        let expected = vec![("A".to_owned(), vec![1, 2, 3, 4])];
        for text in [
            "-----BEGIN A-----\nAQID\nBA==\n-----END A-----\n",
            "\u{feff}Bag Attributes\r\n-----BEGIN A-----\r\nAQIDBA==\r\n-----END A-----",
            "-----BEGIN A----- AQID BA== -----END A-----",
        ] {
            assert_eq!(labels(text).as_ref(), Ok(&expected), "{text}");
        }
    }

    #[test]
    fn what_is_no_pem_is_named_by_its_kind() {
        assert_eq!(labels(""), Err(PemFlaw::Empty));
        assert_eq!(labels("0\u{82}"), Err(PemFlaw::Empty));
        assert_eq!(sections(&[0x30, 0x82, 1]).err(), Some(PemFlaw::Binary));
        for text in [
            "-----BEGIN A-----\\nAQID\\n-----END A-----",
            "-----BEGIN A-----AQID",
            "-----BEGIN A-----AQID-----END B-----",
            "-----BEGIN A-----AQI-----END A-----",
        ] {
            assert_eq!(labels(text), Err(PemFlaw::Damaged), "{text}");
        }
        let old = "-----BEGIN A-----\nProc-Type: 4,ENCRYPTED\nDEK-Info: x\n\nAQID\n-----END A-----";
        assert_eq!(labels(old), Err(PemFlaw::LegacyEncrypted));
    }
}
