//! How far into a page its items have been handed out, so that a repeat can be recognised.

/// A count of items and what they were.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Place {
    handed: u64,
    /// What the items handed out were; unknown when somebody else counted them.
    handed_hash: Option<u64>,
    read: u64,
    read_hash: u64,
}

/// A repeated page is not the page that it was.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Differs;

impl Place {
    /// A page of which `count` items were handed out in an earlier run.
    pub(crate) fn skipping(count: u64) -> Self {
        Self {
            handed: count,
            ..Self::default()
        }
    }

    /// How many items of the page have been handed out.
    pub(crate) fn handed(&self) -> u64 {
        self.handed
    }

    /// The page is read from its start again.
    pub(crate) fn rewind(&mut self) {
        self.read = 0;
        self.read_hash = 0;
    }

    /// Counts an item, known by its `id` or else by all its tokens, and says whether it is new.
    pub(crate) fn pass(&mut self, id: Option<&[u8]>, text: &[u8]) -> Result<bool, Differs> {
        self.read += 1;
        self.read_hash = mix(self.read_hash, id.unwrap_or(text));
        if self.read > self.handed {
            self.handed = self.read;
            self.handed_hash = Some(self.read_hash);
            return Ok(true);
        }
        if self.read == self.handed {
            match self.handed_hash {
                Some(hash) if hash != self.read_hash => return Err(Differs),
                _ => self.handed_hash = Some(self.read_hash),
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

/// Goes on with a hash. It runs over every item, and over all of those without an `id`, so that it
/// takes eight bytes with a multiplication; nobody would gain by two pages that have the same.
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

    fn read(place: &mut Place, ids: &[&str]) -> Vec<Result<bool, Differs>> {
        ids.iter()
            .map(|id| place.pass(Some(id.as_bytes()), b""))
            .collect()
    }

    #[test]
    fn a_repeat_passes_over_what_was_handed_out() {
        let mut place = Place::default();
        assert_eq!(read(&mut place, &["a", "b"]), [Ok(true), Ok(true)]);
        place.rewind();
        assert_eq!(read(&mut place, &["a"]), [Ok(false)]);
        place.rewind();
        assert_eq!(
            read(&mut place, &["a", "b", "c"]),
            [Ok(false), Ok(false), Ok(true)]
        );
        assert_eq!(place.handed(), 3);
        assert!(place.end().is_ok());
    }

    #[test]
    fn a_repeat_that_differs_or_is_shorter_is_noticed() {
        let mut place = Place::default();
        read(&mut place, &["a", "b"]);
        place.rewind();
        assert_eq!(read(&mut place, &["b", "a"]), [Ok(false), Err(Differs)]);
        place.rewind();
        read(&mut place, &["a"]);
        assert_eq!(place.end(), Err(Differs));
    }

    #[test]
    fn items_counted_by_somebody_else_are_passed_over_unseen() {
        let mut place = Place::skipping(2);
        assert_eq!(
            read(&mut place, &["x", "y", "z"]),
            [Ok(false), Ok(false), Ok(true)]
        );
        place.rewind();
        assert_eq!(
            read(&mut place, &["x", "y", "w"]),
            [Ok(false), Ok(false), Err(Differs)]
        );
    }
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
