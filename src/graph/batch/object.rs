//! A JSON object taken apart into its members, token for token.

use crate::graph::members::Member;
use crate::graph::splitter::{Flaw, Piece, Splitter};

/// The members of the object that `text` is, in their order, without white space between tokens.
pub(super) fn members(text: &[u8]) -> Result<Vec<Member>, Flaw> {
    read(text).map(|(members, _)| members)
}

/// The same, and whether something inside has a further link, so that it is not whole.
pub(super) fn read(text: &[u8]) -> Result<(Vec<Member>, bool), Flaw> {
    let mut splitter = Splitter::new(text.len());
    let mut members = Vec::new();
    let mut at = 0;
    while let Some(piece) = splitter.next(text, &mut at)? {
        if let Piece::Member { key, value } = piece {
            members.push((key.to_owned(), value.to_owned()));
        } else {
            // The splitter takes an array of this name apart; here it has no such meaning.
            return Err(Flaw {
                at: at as u64,
                what: "an array `value`",
            });
        }
    }
    splitter.finish().map(|()| (members, splitter.is_partial()))
}

/// The items of the array that `text` is.
pub(super) fn items(text: &[u8]) -> Result<Vec<Vec<u8>>, Flaw> {
    let object = [b"{\"value\":", text, b"}"].concat();
    let mut splitter = Splitter::new(object.len());
    let mut items = Vec::new();
    let mut at = 0;
    while let Some(piece) = splitter.next(&object, &mut at)? {
        match piece {
            Piece::Item { text, .. } => items.push(text.to_owned()),
            Piece::Member { .. } => {
                return Err(Flaw {
                    at: 0,
                    what: "not an array",
                });
            }
            Piece::Start | Piece::End => {}
        }
    }
    splitter.finish().map(|()| items)
}

/// Any JSON text without white space between its tokens; `None` is none.
pub(super) fn compact(text: &[u8]) -> Option<Vec<u8>> {
    let object = [b"{\"body\":", text, b"}"].concat();
    match members(&object).ok()?.as_slice() {
        [(_, value)] => Some(value.clone()),
        _ => None,
    }
}

/// The text of a string token.
pub(super) fn text(token: &[u8]) -> Option<String> {
    serde_json::from_slice(token).ok()
}

/// A text as a string token.
pub(super) fn token(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tokens_are_kept_and_white_space_goes() {
        let members = members(b"{ \"a\" : [1.00, \"\\u00e9 x\"],\n\"b\":null }").unwrap();
        let [(a, list), (b, null)] = members.as_slice() else {
            unreachable!("two members")
        };
        assert_eq!((a.as_slice(), b.as_slice()), (&b"\"a\""[..], &b"\"b\""[..]));
        assert_eq!(list, b"[1.00,\"\\u00e9 x\"]");
        assert_eq!(null, b"null");
        assert_eq!(compact(b" 12e3 ").unwrap(), b"12e3");
        assert_eq!(
            items(b"[{\"a\": 1}, 2]").unwrap(),
            [&b"{\"a\":1}"[..], b"2"]
        );
    }

    #[test]
    fn what_is_no_object_or_array_is_refused() {
        for bad in ["", "[]", "{\"a\":1}x", "{\"a\":01}", "{\"value\":[]}"] {
            assert!(members(bad.as_bytes()).is_err(), "{bad}");
        }
        for bad in ["{}", "1", "[],\"b\":[]", "[1"] {
            assert!(items(bad.as_bytes()).is_err(), "{bad}");
        }
        for bad in ["", "1 2", "1,\"b\":2", "tru"] {
            assert_eq!(compact(bad.as_bytes()), None, "{bad}");
        }
    }
}
