//! The words of JSON ([RFC 8259](https://www.rfc-editor.org/rfc/rfc8259)), one byte at a time.

/// How many bytes at the start of `text`, which stands inside a string, are right and need no
/// second look. Quote, control character, what is wrong and what is cut short end it.
pub(crate) fn text_run(text: &[u8]) -> usize {
    let mut rest = text;
    loop {
        rest = plain_end(rest);
        let length = match rest {
            [b'\\', ..] => escape_length(rest),
            [0x80..=0xff, ..] => beyond_length(rest),
            _ => 0,
        };
        match rest.get(length..) {
            Some(after) if length > 0 => rest = after,
            _ => return text.len() - rest.len(),
        }
    }
}

/// What is left of `text` from its first quote, backslash, control character or byte beyond ASCII.
#[inline(always)]
fn plain_end(text: &[u8]) -> &[u8] {
    const ONES: u64 = u64::from_ne_bytes([1; 8]);
    let mut rest = text;
    while let Some((word, after)) = rest.split_first_chunk() {
        let word = u64::from_le_bytes(*word);
        // With 2 flipped, the quote is the one beyond the control characters. Each term has the
        // high bit of every byte that is special; a borrow can only add bytes behind the first
        // one, which alone counts.
        let low = (word ^ (ONES * 2)).wrapping_sub(ONES * 0x21);
        let backslash = (word ^ (ONES * b'\\' as u64)).wrapping_sub(ONES);
        let special = word | low | backslash;
        let special = special & ONES << 7;
        if special != 0 {
            let length = (special.trailing_zeros() / 8) as usize;
            return rest.get(length..).unwrap_or_default();
        }
        rest = after;
    }
    while let [byte, after @ ..] = rest {
        if matches!(byte, b'"' | b'\\' | 0..=0x1f | 0x80..) {
            break;
        }
        rest = after;
    }
    rest
}

/// How many bytes of UTF-8 stand at the start of `text`, as far as a string goes without quote,
/// backslash and control character.
fn beyond_length(text: &[u8]) -> usize {
    let is_special = |b: &u8| matches!(b, b'"' | b'\\' | 0..=0x1f);
    let length = text.iter().position(is_special).unwrap_or(text.len());
    match std::str::from_utf8(&text[..length]) {
        Ok(text) => text.len(),
        Err(error) => error.valid_up_to(),
    }
}

/// The length of the escape at the start of `text`; 0 if it is wrong or cut short.
fn escape_length(text: &[u8]) -> usize {
    match text {
        [
            _,
            b'"' | b'\\' | b'/' | b'b' | b'f' | b'n' | b'r' | b't',
            ..,
        ] => 2,
        [_, b'u', a, b, c, d, ..] if [a, b, c, d].iter().all(|b| b.is_ascii_hexdigit()) => 6,
        _ => 0,
    }
}

/// The bytes of a character beyond ASCII that are still to come.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Utf8 {
    left: u8,
    low: u8,
    high: u8,
}

impl Utf8 {
    /// Reads the first byte ([RFC 3629 §4](https://www.rfc-editor.org/rfc/rfc3629#section-4)).
    pub(crate) fn start(byte: u8) -> Option<Self> {
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
    pub(crate) fn next(self, byte: u8) -> Result<Option<Self>, ()> {
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
pub(crate) enum Number {
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
pub(crate) enum Step {
    Goes(Number),
    Ended,
    Wrong,
}

impl Number {
    pub(crate) fn start(byte: u8) -> Option<Self> {
        match byte {
            b'-' => Some(Self::Minus),
            b'0' => Some(Self::Zero),
            b'1'..=b'9' => Some(Self::Integer),
            _ => None,
        }
    }

    pub(crate) fn next(self, byte: u8) -> Step {
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

/// The length of the number at the start of `text`, if it ends in it and is right.
pub(crate) fn number_end(text: &[u8]) -> Option<usize> {
    let mut number = Number::start(*text.first()?)?;
    for (length, &byte) in text.iter().enumerate().skip(1) {
        match number.next(byte) {
            Step::Goes(next) => number = next,
            Step::Ended => return Some(length),
            Step::Wrong => return None,
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_run_ends_at_the_first_special_byte_wherever_it_stands() {
        for special in (0..=0x1f).chain([b'"', b'\\']).chain(0x80..=0xff) {
            for at in 0..40 {
                let mut text = vec![b'a'; 40];
                text[at] = special;
                assert_eq!(text_run(&text), at, "{special:#x}");
            }
        }
        let plain: Vec<u8> = (0x20..0x80)
            .filter(|b| !matches!(b, b'"' | b'\\'))
            .collect();
        assert_eq!(text_run(&plain), plain.len());
    }

    #[test]
    fn a_run_goes_over_whole_escapes_and_characters_and_stops_before_others() {
        let whole = "a\\\"\\u00eb\\uD83Dé€😀\\n, and on".as_bytes();
        assert_eq!(text_run(whole), whole.len());
        let ends = [1, 3, 9, 15, 17, 20, 24];
        for end in 0..=24 {
            let known = ends.iter().rfind(|known| **known <= end);
            assert_eq!(text_run(&whole[..end]), *known.unwrap_or(&0), "{end}");
        }
        for wrong in ["\\x", "\\u12g4", "\\", "\n"] {
            assert_eq!(text_run(format!("é{wrong}").as_bytes()), 2, "{wrong}");
        }
    }
}
