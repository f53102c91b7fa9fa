//! PEM ([RFC 7468](https://www.rfc-editor.org/rfc/rfc7468)) of keys and certificates. Our own
//! reader, because errors of others quote what they could not read, which may be the key, and
//! pass over encrypted keys in silence.

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use zeroize::Zeroizing;

use crate::auth::credential::der::{Der, INTEGER, OCTET_STRING, SEQUENCE};

/// One section: its label and what is inside.
pub(crate) struct Section<'p> {
    pub(crate) label: &'p str,
    der: Result<Zeroizing<Vec<u8>>, PemFlaw>,
}

/// Why a text is no PEM; never what stands in it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum PemFlaw {
    /// Another format.
    Binary(Binary),
    /// No section at all.
    Empty,
    /// The old encryption of OpenSSL, with `DEK-Info`.
    LegacyEncrypted,
    /// A section that does not end, or holds what is no base64.
    Damaged,
    Utf16,
}

/// What a file is that is no text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Binary {
    Certificate,
    Key,
    Other,
    Pfx,
}

impl Section<'_> {
    /// The DER inside, if it can be read.
    pub(crate) fn der(&self) -> Result<&[u8], PemFlaw> {
        self.der
            .as_ref()
            .map(|der| der.as_slice())
            .map_err(|flaw| *flaw)
    }
}

/// What a file is by its first elements, if it is DER.
pub(crate) fn binary_kind(bytes: &[u8]) -> Option<Binary> {
    let mut inside = Der::new(bytes).sequence()?;
    let (first, value) = inside.next()?;
    let (second, _) = inside.next()?;
    Some(match (first, value, second) {
        (SEQUENCE, _, SEQUENCE) => Binary::Certificate,
        // Version 3, and the content.
        (INTEGER, [3], SEQUENCE) => Binary::Pfx,
        (INTEGER, [0 | 1], SEQUENCE | INTEGER | OCTET_STRING) => Binary::Key,
        // An encrypted key: its algorithm and its bytes.
        (SEQUENCE, _, OCTET_STRING) => Binary::Key,
        _ => Binary::Other,
    })
}

/// The sections of a PEM text. Line ends may be of any kind or lost; text between sections is
/// passed over.
pub(crate) fn sections(bytes: &[u8]) -> Result<Vec<Section<'_>>, PemFlaw> {
    if let Some(kind) = binary_kind(bytes) {
        return Err(PemFlaw::Binary(kind));
    }
    if bytes.starts_with(b"\xff\xfe") || bytes.starts_with(b"\xfe\xff") {
        return Err(PemFlaw::Utf16);
    }
    let text = std::str::from_utf8(bytes);
    let mut rest = text.map_err(|_| PemFlaw::Binary(Binary::Other))?;
    let mut sections = Vec::new();
    while let Some((_, begun)) = rest.split_once("-----BEGIN ") {
        let (label, body) = begun.split_once("-----").ok_or(PemFlaw::Damaged)?;
        let (body, after) = body
            .split_once(&format!("-----END {label}-----"))
            .ok_or(PemFlaw::Damaged)?;
        sections.push(Section {
            label,
            der: decode(body),
        });
        rest = after;
    }
    if sections.is_empty() {
        Err(PemFlaw::Empty)
    } else {
        Ok(sections)
    }
}

fn decode(body: &str) -> Result<Zeroizing<Vec<u8>>, PemFlaw> {
    if body.contains("DEK-Info") || body.contains("Proc-Type") {
        return Err(PemFlaw::LegacyEncrypted);
    }
    let mut text = Zeroizing::new(Vec::with_capacity(body.len()));
    text.extend(body.bytes().filter(|byte| !byte.is_ascii_whitespace()));
    let mut der = Zeroizing::new(vec![0; text.len() / 4 * 3 + 3]);
    let length = BASE64_STANDARD.decode_slice(&*text, &mut der);
    der.truncate(length.map_err(|_| PemFlaw::Damaged)?);
    Ok(der)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn labels(text: &str) -> Result<Vec<(String, Vec<u8>)>, PemFlaw> {
        let sections = sections(text.as_bytes())?;
        sections
            .iter()
            .map(|s| Ok((s.label.to_owned(), s.der()?.to_vec())))
            .collect()
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
        let kind = |bytes: &[u8]| sections(bytes).err();
        assert_eq!(
            kind(&[0x30, 5, 2, 1, 3, 0x30, 0]),
            Some(PemFlaw::Binary(Binary::Pfx))
        );
        assert_eq!(
            kind(&[0x30, 4, 0x30, 0, 0x30, 0]),
            Some(PemFlaw::Binary(Binary::Certificate))
        );
        assert_eq!(
            kind(&[0x30, 5, 2, 1, 0, 0x30, 0]),
            Some(PemFlaw::Binary(Binary::Key))
        );
        assert_eq!(kind(b"0 is a text"), Some(PemFlaw::Empty));
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
