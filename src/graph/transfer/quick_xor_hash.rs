//! QuickXorHash, which OneDrive and SharePoint know content by
//! (learn.microsoft.com/onedrive/developer/code-snippets/quickxorhash).

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

const BITS: usize = 160;
const BYTES: usize = BITS / 8;
/// How many bits further each byte goes in than the one before.
const SHIFT: usize = 11;

/// The hash of what has gone by so far.
#[derive(Clone, Debug)]
pub(crate) struct QuickXorHash {
    /// 11 and 160 have no factor in common, so bytes that are 160 apart, and no others, go in at
    /// the same bit: they are put together before they are shifted.
    columns: [u8; BITS],
    length: u64,
}

impl QuickXorHash {
    pub(crate) fn new() -> Self {
        Self {
            columns: [0; BITS],
            length: 0,
        }
    }

    pub(crate) fn update(&mut self, bytes: &[u8]) {
        let mut column = (self.length % BITS as u64) as usize;
        for byte in bytes {
            self.columns[column] ^= byte;
            column += 1;
            if column == BITS {
                column = 0;
            }
        }
        self.length += bytes.len() as u64;
    }

    /// The hash in base64, as Graph writes it.
    pub(crate) fn finish(&self) -> String {
        let mut hash = [0; BYTES];
        for (column, byte) in self.columns.iter().enumerate() {
            let bit = column * SHIFT % BITS;
            let [low, high] = (u16::from(*byte) << (bit % 8)).to_le_bytes();
            hash[bit / 8] ^= low;
            hash[(bit / 8 + 1) % BYTES] ^= high;
        }
        for (byte, length) in hash[BYTES - 8..].iter_mut().zip(self.length.to_le_bytes()) {
            *byte ^= length;
        }
        STANDARD.encode(hash)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The definition word for word: 160 bits, into which each byte is put bit by bit, 11 bits
    /// further than the one before, and in the end the length into the last 64.
    fn by_definition(bytes: &[u8]) -> String {
        let mut bits = [false; BITS];
        let mut put = |at: usize, byte: u8| {
            for bit in 0..8 {
                bits[(at + bit) % BITS] ^= byte >> bit & 1 == 1;
            }
        };
        for (index, byte) in bytes.iter().enumerate() {
            put(index * 11, *byte);
        }
        for (index, byte) in (bytes.len() as u64).to_le_bytes().into_iter().enumerate() {
            put(BITS - 64 + index * 8, byte);
        }
        let bytes = bits.chunks(8).map(|bits| {
            let bits = bits.iter().enumerate();
            bits.fold(0, |byte, (bit, is_set)| byte | u8::from(*is_set) << bit)
        });
        STANDARD.encode(bytes.collect::<Vec<u8>>())
    }

    fn hash(bytes: &[u8]) -> String {
        let mut hash = QuickXorHash::new();
        hash.update(bytes);
        hash.finish()
    }

    #[test]
    fn short_texts_have_the_hashes_that_others_publish() {
        for (bytes, expected) in [
            (&b""[..], "AAAAAAAAAAAAAAAAAAAAAAAAAAA="),
            (b"\x4a", "SgAAAAAAAAAAAAAAAQAAAAAAAAA="),
            (b"\xb5\xb4", "taAFAAAAAAAAAAAAAgAAAAAAAAA="),
            (b"\xd2\x96\x4f", "0rDEEwAAAAAAAAAAAwAAAAAAAAA="),
        ] {
            assert_eq!(hash(bytes), expected);
        }
    }

    #[test]
    fn every_length_and_every_cut_gives_the_hash_of_the_definition() {
        let mut state = 1_u32;
        let mut next = || {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            (state >> 24) as u8
        };
        let bytes: Vec<u8> = (0..1000).map(|_| next()).collect();
        for length in (0..400).chain([999, 1000]) {
            let bytes = &bytes[..length];
            let expected = by_definition(bytes);
            assert_eq!(hash(bytes), expected, "{length}");
            let mut cut = QuickXorHash::new();
            for part in bytes.chunks(1 + length % 37) {
                cut.update(part);
            }
            assert_eq!(cut.finish(), expected, "{length}");
        }
    }
}
