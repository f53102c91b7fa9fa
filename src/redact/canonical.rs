//! Text in the form in which secrets are compared: escapes decoded, and without all that differs
//! between encodings.

use zeroize::Zeroizing;

/// So many characters of a secret in a row are replaced.
pub(crate) const WINDOW: usize = 8;

/// A byte, and the range of the text that it stands for.
type Piece = (u8, usize, usize);

/// Text to be compared: escapes of URLs, JSON and HTML are decoded until none is left; case, white
/// space and the characters that differ between the alphabets of Base64, or between a form and a
/// URL, do not count.
pub(crate) struct Canonical(Zeroizing<Vec<Piece>>);

impl Canonical {
    pub(crate) fn of(text: &str) -> Self {
        let bytes = text.bytes().enumerate();
        // Never longer than this: growing would leave copies behind.
        let mut pieces = Zeroizing::new(Vec::with_capacity(text.len()));
        pieces.extend(bytes.map(|(at, byte)| (byte, at, at + 1)));
        // Each round takes one layer off, and shortens the text by two bytes or more.
        for _ in 0..8 {
            if !decode(&mut pieces) {
                break;
            }
        }
        pieces.retain(|(byte, ..)| !byte.is_ascii_whitespace() && !b"+-/_\\".contains(byte));
        for (byte, ..) in pieces.iter_mut() {
            byte.make_ascii_lowercase();
        }
        Self(pieces)
    }

    pub(crate) fn len(&self) -> usize {
        self.0.len()
    }

    pub(crate) fn contains(&self, other: &Self) -> bool {
        let same = |(one, two): (&Piece, &Piece)| one.0 == two.0;
        let mut parts = self.0.windows(other.len().max(1));
        parts.any(|part| part.iter().zip(other.0.iter()).all(same))
    }

    pub(crate) fn windows(self) -> Windows {
        let all = self.0.windows(WINDOW).enumerate();
        let mut sorted: Vec<_> = all.map(|(at, window)| (number(window), at)).collect();
        sorted.sort_unstable();
        Windows {
            sorted,
            is_marked: vec![false; self.0.len()],
            text: self,
        }
    }
}

fn number(window: &[Piece]) -> u64 {
    let bytes = window.iter().map(|(byte, ..)| u64::from(*byte));
    bytes.fold(0, |number, byte| number << 8 | byte)
}

/// All windows of a text, to look secrets up in.
pub(crate) struct Windows {
    text: Canonical,
    sorted: Vec<(u64, usize)>,
    is_marked: Vec<bool>,
}

impl Windows {
    pub(crate) fn is_empty(&self) -> bool {
        self.sorted.is_empty()
    }

    /// Marks each part of the text that is a part of `secret` too.
    pub(crate) fn mark_all(&mut self, secret: &Canonical) {
        for window in secret.0.windows(WINDOW) {
            let number = number(window);
            let first = self.sorted.partition_point(|(known, _)| *known < number);
            let same = self.sorted[first..].iter();
            for (_, at) in same.take_while(|(known, _)| *known == number) {
                self.is_marked[*at..*at + WINDOW].fill(true);
            }
        }
    }

    /// The ranges of the text in which at least `shortest` bytes in a row are marked, in order.
    pub(crate) fn ranges(&self, shortest: usize) -> Vec<(usize, usize)> {
        let mut ranges: Vec<(usize, usize)> = Vec::new();
        let mut at = 0;
        for run in self.is_marked.chunk_by(|one, next| one == next) {
            let pieces = &self.text.0[at..at + run.len()];
            at += run.len();
            if let ([true, ..], [(_, start, _), .., (_, _, end)]) = (run, pieces)
                && run.len() >= shortest
            {
                // One escape can stand for more than one byte.
                let start = ranges.last().map_or(*start, |last| last.1.max(*start));
                ranges.push((start, start.max(*end)));
            }
        }
        ranges
    }
}

/// Decodes one layer of escapes; says whether there was any.
fn decode(pieces: &mut Vec<Piece>) -> bool {
    let (mut from, mut to) = (0, 0);
    while from < pieces.len() {
        let mut utf8 = [0; 4];
        let (taken, decoded): (usize, &[u8]) = match escape(&pieces[from..]) {
            Some((taken, Decoded::Byte(byte))) => {
                utf8[0] = byte;
                (taken, &utf8[..1])
            }
            Some((taken, Decoded::Char(c))) => (taken, c.encode_utf8(&mut utf8).as_bytes()),
            None => {
                utf8[0] = pieces[from].0;
                (1, &utf8[..1])
            }
        };
        let (start, end) = (pieces[from].1, pieces[from + taken - 1].2);
        for byte in decoded {
            pieces[to] = (*byte, start, end);
            to += 1;
        }
        from += taken;
    }
    let is_shorter = to < pieces.len();
    pieces.truncate(to);
    is_shorter
}

enum Decoded {
    Byte(u8),
    Char(char),
}

/// The escape that a text begins with: how long it is, and what it stands for, which is never
/// longer.
fn escape(pieces: &[Piece]) -> Option<(usize, Decoded)> {
    let at = |index: usize| pieces.get(index).map(|(byte, ..)| *byte);
    let digits = |from: usize, count: usize, radix: u32| {
        (from..from + count).try_fold(0, |number: u32, index| {
            Some(number * radix + char::from(at(index)?).to_digit(radix)?)
        })
    };
    let byte = |number: u32| u8::try_from(number).ok().map(Decoded::Byte);
    match at(0)? {
        b'%' => Some((3, byte(digits(1, 2, 16)?)?)),
        b'\\' => match at(1)? {
            b'u' => Some((6, Decoded::Char(char::from_u32(digits(2, 4, 16)?)?))),
            b'x' => Some((4, byte(digits(2, 2, 16)?)?)),
            b'b' | b'f' | b'n' | b'r' | b't' => Some((2, Decoded::Byte(b' '))),
            _ => None,
        },
        b'&' => {
            let end = (2..10).find(|index| at(*index) == Some(b';'))?;
            let name: Vec<u8> = (1..end).filter_map(at).collect();
            let c = match name.as_slice() {
                b"amp" => '&',
                b"lt" => '<',
                b"gt" => '>',
                b"quot" => '"',
                b"apos" => '\'',
                [b'#', b'x' | b'X', ..] => char::from_u32(digits(3, end - 3, 16)?)?,
                [b'#', ..] => char::from_u32(digits(2, end - 2, 10)?)?,
                _ => return None,
            };
            Some((end + 1, Decoded::Char(c)))
        }
        _ => None,
    }
}
