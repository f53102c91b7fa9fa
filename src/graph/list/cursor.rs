//! Where in a page a listing is, so that a page that is requested again can be recognised.

/// A count of items and a hash of what they were.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Cursor {
    handed: u64,
    /// Of the items handed out; unknown when a run before this one counted them and kept no hash.
    handed_hash: Option<u64>,
    read: u64,
    hash: u64,
    /// Whether an item without an `id` was read.
    has_nameless: bool,
    /// Whether all items of the page were handed out: a repeat must have these and no other.
    is_complete: bool,
}

/// A repeated page does not begin with the items that were handed out.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Differs;

impl Cursor {
    /// A page of which `count` items with this hash were handed out in an earlier run.
    pub(crate) fn after(count: u64, hash: Option<u64>) -> Self {
        Self {
            handed: count,
            handed_hash: hash,
            ..Self::default()
        }
    }

    /// How many items of the page have been handed out.
    pub(crate) fn handed(&self) -> u64 {
        self.handed
    }

    /// The hash of the items handed out, if there are any and it is known.
    pub(crate) fn hash(&self) -> Option<u64> {
        self.handed_hash
    }

    /// The page is read from its start again.
    pub(crate) fn rewind(&mut self) {
        self.read = 0;
        self.hash = 0;
        self.has_nameless = false;
    }

    /// The page has been handed out to its end.
    pub(crate) fn complete(&mut self) {
        self.is_complete = true;
    }

    /// Counts an item and says whether it is new. Items are known by their `id`s; from the first
    /// one without an `id` on, by all their tokens.
    pub(crate) fn pass(&mut self, id: Option<&[u8]>, text: &[u8]) -> Result<bool, Differs> {
        self.read += 1;
        self.has_nameless |= id.is_none();
        let known_by = id.filter(|_| !self.has_nameless).unwrap_or(text);
        self.hash = mix(self.hash, known_by);
        if self.read > self.handed {
            if self.is_complete {
                return Err(Differs);
            }
            self.handed = self.read;
            self.handed_hash = Some(self.hash);
            return Ok(true);
        }
        if self.read == self.handed {
            match self.handed_hash {
                Some(hash) if hash != self.hash => return Err(Differs),
                _ => self.handed_hash = Some(self.hash),
            }
        }
        Ok(false)
    }

    /// Says whether the page may end here: not before all that was handed out has come again.
    pub(crate) fn end(&self) -> Result<(), Differs> {
        if self.read < self.handed {
            Err(Differs)
        } else {
            Ok(())
        }
    }
}

/// Goes on with a hash, which hints carry from one run to the next: it must not change between
/// versions. It runs over every item, and over all of those without an `id`, so that it takes
/// eight bytes with a multiplication; nobody would gain by two pages that have the same.
fn mix(hash: u64, bytes: &[u8]) -> u64 {
    const ODD: u64 = 0x9e37_79b9_7f4a_7c15;
    let fold = |hash: u64, word: u64| {
        let wide = u128::from((hash ^ word).wrapping_add(ODD)) * u128::from(ODD);
        wide as u64 ^ (wide >> 64) as u64
    };
    let mut hash = fold(hash, bytes.len() as u64);
    let (words, rest) = bytes.as_chunks();
    for word in words {
        hash = fold(hash, u64::from_le_bytes(*word));
    }
    let last = rest
        .iter()
        .fold(0, |last, byte| last << 8 | u64::from(*byte));
    fold(hash, last)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(cursor: &mut Cursor, ids: &[&str]) -> Vec<Result<bool, Differs>> {
        ids.iter()
            .map(|id| cursor.pass(Some(id.as_bytes()), b""))
            .collect()
    }

    #[test]
    fn a_repeat_passes_over_what_was_handed_out() {
        let mut cursor = Cursor::default();
        assert_eq!(read(&mut cursor, &["a", "b"]), [Ok(true), Ok(true)]);
        cursor.rewind();
        assert_eq!(read(&mut cursor, &["a"]), [Ok(false)]);
        cursor.rewind();
        assert_eq!(
            read(&mut cursor, &["a", "b", "c"]),
            [Ok(false), Ok(false), Ok(true)]
        );
        assert_eq!(cursor.handed(), 3);
        assert!(cursor.end().is_ok());
    }

    #[test]
    fn a_repeat_that_differs_or_is_shorter_is_noticed() {
        let mut cursor = Cursor::default();
        read(&mut cursor, &["a", "b"]);
        cursor.rewind();
        assert_eq!(read(&mut cursor, &["b", "a"]), [Ok(false), Err(Differs)]);
        cursor.rewind();
        read(&mut cursor, &["a"]);
        assert_eq!(cursor.end(), Err(Differs));
    }

    #[test]
    fn a_page_that_was_complete_has_no_further_item() {
        let mut cursor = Cursor::default();
        read(&mut cursor, &["a", "b"]);
        cursor.complete();
        cursor.rewind();
        let expected = [Ok(false), Ok(false), Err(Differs)];
        assert_eq!(read(&mut cursor, &["a", "b", "c"]), expected);
    }

    #[test]
    fn tokens_count_from_the_first_item_without_an_id_on() {
        let items: [(Option<&[u8]>, &[u8]); 3] =
            [(Some(b"a"), b"{a,1}"), (None, b"7"), (Some(b"b"), b"{b,1}")];
        let mut cursor = Cursor::default();
        for (id, text) in items {
            assert_eq!(cursor.pass(id, text), Ok(true));
        }
        for (index, text, is_same) in [
            (0, &b"{a,2}"[..], true),
            (1, b"8", false),
            (2, b"{b,2}", false),
        ] {
            let mut repeat = cursor;
            repeat.rewind();
            let mut changed = items;
            changed[index].1 = text;
            let passed = changed.map(|(id, text)| repeat.pass(id, text));
            assert_eq!(passed.iter().all(Result::is_ok), is_same, "{index}");
        }
    }

    #[test]
    fn items_of_an_earlier_run_are_compared_where_their_hash_is_known() {
        let mut whole = Cursor::default();
        read(&mut whole, &["x", "y"]);
        let hash = whole.hash();
        let mut same = Cursor::after(2, hash);
        assert_eq!(read(&mut same, &["x", "y"]), [Ok(false), Ok(false)]);
        let mut other = Cursor::after(2, hash);
        assert_eq!(read(&mut other, &["x", "z"]), [Ok(false), Err(Differs)]);
        let mut unknown = Cursor::after(2, None);
        assert_eq!(unknown.hash(), None);
        assert_eq!(
            read(&mut unknown, &["x", "y", "z"]),
            [Ok(false), Ok(false), Ok(true)]
        );
        unknown.rewind();
        assert_eq!(
            read(&mut unknown, &["x", "y", "w"]),
            [Ok(false), Ok(false), Err(Differs)]
        );
    }

    #[test]
    fn a_hash_is_the_same_in_every_version() {
        let mut cursor = Cursor::default();
        read(&mut cursor, &["\"a\"", "\"some-longer-id\""]);
        assert_eq!(cursor.hash(), Some(HASH));
    }

    const HASH: u64 = 0x272c_2ba6_9321_0e8f;

    #[test]
    fn a_hash_knows_every_byte_and_its_place() {
        let text: Vec<u8> = (0..40).collect();
        let mut seen = std::collections::HashSet::new();
        for length in 0..text.len() {
            assert!(seen.insert(mix(7, &text[..length])));
            assert!(seen.insert(mix(mix(7, &text[length..]), &text[..length])));
            for bit in 0..8 {
                let mut other = text.clone();
                other[length] ^= 1 << bit;
                assert!(seen.insert(mix(7, &other)));
            }
        }
        assert!(seen.insert(mix(7, &[0; 8])) && seen.insert(mix(7, &[0; 16])));
    }
}
