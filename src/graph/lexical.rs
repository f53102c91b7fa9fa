//! The words of JSON ([RFC 8259](https://www.rfc-editor.org/rfc/rfc8259)), one byte at a time.

/// How many bytes at the start of `text`, which stands inside a string, need no second look:
/// ASCII without quote, backslash and control characters.
pub(super) fn plain_run(text: &[u8]) -> usize {
    const ONES: u64 = u64::from_ne_bytes([1; 8]);
    const HIGH: u64 = ONES << 7;
    let (words, rest) = text.as_chunks::<8>();
    for (index, word) in words.iter().enumerate() {
        let word = u64::from_le_bytes(*word);
        let quote = word ^ (ONES * b'"' as u64);
        let backslash = word ^ (ONES * b'\\' as u64);
        // Each term has the high bit of every byte that is special; a borrow can only add
        // bytes behind the first one, which alone counts.
        let special = word
            | quote.wrapping_sub(ONES) & !quote
            | backslash.wrapping_sub(ONES) & !backslash
            | word.wrapping_sub(ONES * 0x20) & !word;
        let special = special & HIGH;
        if special != 0 {
            return index * 8 + (special.trailing_zeros() / 8) as usize;
        }
    }
    let is_special = |b: &u8| matches!(b, b'"' | b'\\' | 0..=0x1f | 0x80..);
    text.len() - rest.len() + rest.iter().position(is_special).unwrap_or(rest.len())
}

/// The bytes of a character beyond ASCII that are still to come.
#[derive(Clone, Copy, Debug)]
pub(super) struct Utf8 {
    left: u8,
    low: u8,
    high: u8,
}

impl Utf8 {
    /// Reads the first byte ([RFC 3629 §4](https://www.rfc-editor.org/rfc/rfc3629#section-4)).
    pub(super) fn start(byte: u8) -> Option<Self> {
        let (left, low, high) = match byte {
            0xc2..=0xdf => (1, 0x80, 0xbf),
            0xe0 => (2, 0xa0, 0xbf),
            0xed => (2, 0x80, 0x9f),
            0xe1..=0xef => (2, 0x80, 0xbf),
            0xf0 => (3, 0x90, 0xbf),
            0xf1..=0xf3 => (3, 0x80, 0xbf),
            0xf4 => (3, 0x80, 0x8f),
            _ => return None,
        };
        Some(Self { left, low, high })
    }

    /// Reads one more; `Ok(None)` is the end of the character.
    pub(super) fn next(self, byte: u8) -> Result<Option<Self>, ()> {
        if !(self.low..=self.high).contains(&byte) {
            return Err(());
        }
        let left = self.left - 1;
        Ok((left > 0).then_some(Self {
            left,
            low: 0x80,
            high: 0xbf,
        }))
    }
}

/// How far a number has been read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Number {
    Minus,
    Zero,
    Integer,
    Point,
    Fraction,
    Exponent,
    Sign,
    Power,
}

/// What a byte means to a number.
pub(super) enum Step {
    Goes(Number),
    Ended,
    Wrong,
}

impl Number {
    pub(super) fn start(byte: u8) -> Option<Self> {
        match byte {
            b'-' => Some(Self::Minus),
            b'0' => Some(Self::Zero),
            b'1'..=b'9' => Some(Self::Integer),
            _ => None,
        }
    }

    pub(super) fn next(self, byte: u8) -> Step {
        match (self, byte) {
            (Self::Minus, b'0') => Step::Goes(Self::Zero),
            (Self::Minus, b'1'..=b'9') | (Self::Integer, b'0'..=b'9') => Step::Goes(Self::Integer),
            (Self::Zero | Self::Integer, b'.') => Step::Goes(Self::Point),
            (Self::Point | Self::Fraction, b'0'..=b'9') => Step::Goes(Self::Fraction),
            (Self::Zero | Self::Integer | Self::Fraction, b'e' | b'E') => {
                Step::Goes(Self::Exponent)
            }
            (Self::Exponent, b'+' | b'-') => Step::Goes(Self::Sign),
            (Self::Exponent | Self::Sign | Self::Power, b'0'..=b'9') => Step::Goes(Self::Power),
            (Self::Zero, b'0'..=b'9') => Step::Wrong,
            (Self::Zero | Self::Integer | Self::Fraction | Self::Power, _) => Step::Ended,
            _ => Step::Wrong,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_plain_run_ends_at_the_first_special_byte_wherever_it_stands() {
        for special in (0..=0x1f).chain([b'"', b'\\']).chain(0x80..=0xff) {
            for at in 0..40 {
                let mut text = vec![b'a'; 40];
                text[at] = special;
                assert_eq!(plain_run(&text), at, "{special:#x}");
            }
        }
        let plain: Vec<u8> = (0x20..0x80)
            .filter(|b| !matches!(b, b'"' | b'\\'))
            .collect();
        assert_eq!(plain_run(&plain), plain.len());
    }
}
