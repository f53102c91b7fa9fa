//! How the end of a body can be told from a cut, and how the body is encoded.

use ureq::http::header::{CONTENT_ENCODING, CONTENT_LENGTH, TRANSFER_ENCODING};
use ureq::http::{HeaderMap, Version};

/// What ends a body ([RFC 9112 §6.3](https://www.rfc-editor.org/rfc/rfc9112#section-6.3)).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Framing {
    /// A length, or the last of its chunks.
    Whole,
    /// The end of the connection, which looks the same wherever it is cut.
    Close,
}

/// How a body is framed. Only what ureq and we read in the same way is accepted: ureq takes
/// chunks for a body without a length when they are named in any other way than this, and a length
/// beside them may have been meant for somebody else.
pub(crate) fn framing(version: Version, headers: &HeaderMap) -> Result<Framing, &'static str> {
    let mut codings = headers.get_all(TRANSFER_ENCODING).iter();
    let mut lengths = headers.get_all(CONTENT_LENGTH).iter();
    let fields = (
        codings.next(),
        codings.next(),
        lengths.next(),
        lengths.next(),
    );
    match fields {
        (None, None, None, None) => Ok(Framing::Close),
        (None, None, Some(length), None) if length.as_bytes().iter().all(u8::is_ascii_digit) => {
            Ok(Framing::Whole)
        }
        (Some(coding), None, None, None)
            if coding.as_bytes().eq_ignore_ascii_case(b"chunked")
                && version == Version::HTTP_11 =>
        {
            Ok(Framing::Whole)
        }
        (None, None, ..) => Err("the response has more than one Content-Length"),
        (_, _, Some(_), _) => Err("the response has both a Transfer-Encoding and a Content-Length"),
        _ if version != Version::HTTP_11 => {
            Err("the response has a Transfer-Encoding, which HTTP/1.0 does not have")
        }
        _ => Err("the response has a Transfer-Encoding other than chunked"),
    }
}

/// What the content is encoded in, in small letters and without what changes nothing; the codings
/// of several fields are one list.
pub(crate) fn coding(headers: &HeaderMap) -> String {
    let fields = headers.get_all(CONTENT_ENCODING).iter();
    let fields = fields.map(|value| String::from_utf8_lossy(value.as_bytes()));
    let all = fields.collect::<Vec<_>>().join(",").to_ascii_lowercase();
    let codings = all.split(',').map(str::trim);
    let codings = codings.filter(|coding| !matches!(*coding, "" | "identity"));
    codings.collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use ureq::http::HeaderValue;

    fn framed(version: Version, fields: &[(&'static str, &'static [u8])]) -> Option<Framing> {
        let mut headers = HeaderMap::new();
        for (name, value) in fields {
            headers.append(*name, HeaderValue::from_bytes(value).unwrap());
        }
        framing(version, &headers).ok()
    }

    #[test]
    fn a_body_is_framed_by_chunks_or_by_one_length() {
        let one = |name, value| framed(Version::HTTP_11, &[(name, value)]);
        assert_eq!(framed(Version::HTTP_11, &[]), Some(Framing::Close));
        for coding in [&b"chunked"[..], b"Chunked", b"CHUNKED"] {
            let seen = one("transfer-encoding", coding);
            assert_eq!(seen, Some(Framing::Whole));
        }
        assert_eq!(one("content-length", b"12"), Some(Framing::Whole));
        let old = framed(Version::HTTP_10, &[("content-length", b"12")]);
        assert_eq!(old, Some(Framing::Whole));
    }

    #[test]
    fn whatever_else_frames_a_body_is_an_error() {
        for coding in [
            &b"x-chunked"[..],
            b"gzip, notchunked",
            b"gzip, chunked",
            b"chunked, chunked",
            b"\"chunked\"",
            b"chunked\xa0",
            b"\xa0chunked",
            b"chunked;q=1",
            b"identity",
            b"",
        ] {
            let seen = framed(Version::HTTP_11, &[("transfer-encoding", coding)]);
            assert_eq!(seen, None, "{}", String::from_utf8_lossy(coding));
        }
        for fields in [
            &[("content-length", &b"12"[..]), ("content-length", b"12")][..],
            &[("content-length", b"12, 12")],
            &[("content-length", b"12"), ("transfer-encoding", b"chunked")],
            &[
                ("transfer-encoding", b"chunked"),
                ("transfer-encoding", b"chunked"),
            ],
        ] {
            assert_eq!(framed(Version::HTTP_11, fields), None, "{fields:?}");
        }
        let old = framed(Version::HTTP_10, &[("transfer-encoding", b"chunked")]);
        assert_eq!(old, None);
    }

    #[test]
    fn all_codings_of_a_body_are_seen() {
        for (fields, expected) in [
            (&[][..], ""),
            (&["identity"][..], ""),
            (&[" GZip "], "gzip"),
            (&["gzip", "gzip"], "gzip, gzip"),
            (&["identity", "br"], "br"),
            (&["gzip,br", ""], "gzip, br"),
        ] {
            let mut headers = HeaderMap::new();
            for value in fields {
                headers.append(CONTENT_ENCODING, HeaderValue::from_static(value));
            }
            assert_eq!(coding(&headers), expected, "{fields:?}");
        }
    }
}
