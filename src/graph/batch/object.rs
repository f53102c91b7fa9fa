//! A JSON object taken apart into its members, token for token.

use crate::graph::list::members::Member;
use crate::graph::list::splitter::{JsonError, Piece, Splitter};

/// The members of the object that `text` is, in their order, without white space between tokens.
pub(crate) fn members(text: &[u8]) -> Result<Vec<Member>, JsonError> {
    let mut members = Vec::new();
    each(&[text], &mut |key, value| {
        members.push((key.to_owned(), value.to_owned()));
    })?;
    Ok(members)
}

/// Shows the members of the object that these texts make together; none of them is copied that
/// lies whole in one of the texts.
pub(crate) fn each(texts: &[&[u8]], show: &mut dyn FnMut(&[u8], &[u8])) -> Result<(), JsonError> {
    walk(texts, &mut |piece| match piece {
        Piece::Member { key, value } => {
            show(key, value);
            Ok(())
        }
        // The splitter takes an array of this name apart; here it has no such meaning.
        _ => Err("an array `value`"),
    })
}

/// The items of the array that `text` is.
pub(crate) fn items(text: &[u8]) -> Result<Vec<Vec<u8>>, JsonError> {
    let mut items = Vec::new();
    walk(&[b"{\"value\":", text, b"}"], &mut |piece| match piece {
        Piece::Item { text, .. } => {
            items.push(text.to_owned());
            Ok(())
        }
        Piece::Member { .. } => Err("not an array"),
        Piece::Start | Piece::End => Ok(()),
    })?;
    Ok(items)
}

fn walk(
    texts: &[&[u8]],
    take: &mut dyn FnMut(Piece<'_>) -> Result<(), &'static str>,
) -> Result<(), JsonError> {
    let mut splitter = Splitter::new(texts.iter().map(|text| text.len()).sum());
    for text in texts {
        let mut at = 0;
        while let Some(piece) = splitter.next(text, &mut at)? {
            take(piece).map_err(|what| JsonError { at: 0, what })?;
        }
    }
    splitter.finish()
}

/// Any JSON text without white space between its tokens; `None` is none.
pub(crate) fn compact(text: &[u8]) -> Option<Vec<u8>> {
    let mut values = Vec::new();
    let texts = [&b"{\"body\":"[..], text, b"}"];
    each(&texts, &mut |_, value| values.push(value.to_owned())).ok()?;
    values.pop().filter(|_| values.is_empty())
}

/// The text of a string token.
pub(crate) fn text(token: &[u8]) -> Option<String> {
    serde_json::from_slice(token).ok()
}

/// A text as a string token.
pub(crate) fn token(text: &str) -> String {
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
