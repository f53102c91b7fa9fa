//! A small reader of DER ([X.690](https://www.itu.int/rec/T-REC-X.690)): as much as certificates
//! and keys take, and no step past the end of what it was given.

/// What is left of a DER text.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Der<'d>(&'d [u8]);

pub(crate) const INTEGER: u8 = 0x02;
pub(crate) const BIT_STRING: u8 = 0x03;
pub(crate) const OCTET_STRING: u8 = 0x04;
pub(crate) const OID: u8 = 0x06;
pub(crate) const UTC_TIME: u8 = 0x17;
pub(crate) const GENERALIZED_TIME: u8 = 0x18;
pub(crate) const SEQUENCE: u8 = 0x30;

impl<'d> Der<'d> {
    pub(crate) fn new(bytes: &'d [u8]) -> Self {
        Self(bytes)
    }

    /// The tag and the content of the next element.
    pub(crate) fn next(&mut self) -> Option<(u8, &'d [u8])> {
        let (&tag, rest) = self.0.split_first()?;
        let (&first, rest) = rest.split_first()?;
        let (length, rest) = match first {
            0..=0x7f => (usize::from(first), rest),
            0x81..=0x84 => {
                let (length, rest) = rest.split_at_checked(usize::from(first & 0x7f))?;
                let length = length.iter().try_fold(0_usize, |length, byte| {
                    length.checked_mul(256)?.checked_add(usize::from(*byte))
                })?;
                (length, rest)
            }
            _ => return None,
        };
        let (content, rest) = rest.split_at_checked(length)?;
        self.0 = rest;
        Some((tag, content))
    }

    /// The content of the next element, which must have this tag.
    pub(crate) fn expect(&mut self, tag: u8) -> Option<&'d [u8]> {
        self.next()
            .filter(|(found, _)| *found == tag)
            .map(|(_, content)| content)
    }

    /// The elements inside the next one, which must be a sequence.
    pub(crate) fn sequence(&mut self) -> Option<Self> {
        self.expect(SEQUENCE).map(Self)
    }

    /// The next element, if it has this tag; else nothing is read.
    pub(crate) fn optional(&mut self, tag: u8) -> Option<&'d [u8]> {
        let mut ahead = *self;
        let content = ahead.expect(tag)?;
        *self = ahead;
        Some(content)
    }

    /// A small unsigned integer.
    pub(crate) fn number(&mut self) -> Option<u64> {
        let content = self.expect(INTEGER)?;
        if content.is_empty() || content.len() > 8 || content[0] & 0x80 != 0 {
            return None;
        }
        Some(
            content
                .iter()
                .fold(0, |number, byte| number << 8 | u64::from(*byte)),
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn elements_are_read_and_nothing_past_the_end() {
        let bytes = [SEQUENCE, 7, INTEGER, 1, 5, OCTET_STRING, 0x81, 1, 9];
        let mut inner = Der::new(&bytes).sequence().unwrap();
        assert_eq!(inner.optional(OID), None);
        assert_eq!(inner.number(), Some(5));
        assert_eq!(inner.expect(OCTET_STRING), Some(&[9][..]));
        assert_eq!(inner.next(), None);
        for end in 0..bytes.len() {
            assert!(Der::new(&bytes[..end]).sequence().is_none());
        }
        for odd in [
            &[0x30, 0x80, 0, 0][..],
            &[0x30, 0x88, 255, 255, 255, 255, 255, 255, 255, 255],
            &[0x30, 0x84, 255, 255, 255, 255],
        ] {
            assert!(Der::new(odd).next().is_none());
        }
    }
}
