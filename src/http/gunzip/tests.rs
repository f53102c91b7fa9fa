use std::io::Write as _;

use flate2::{Compression, GzBuilder};

use super::*;

const TEXT: &[u8] = br#"{"value":[{"id":"a"},{"id":"b"},{"id":"a"}]}"#;

fn packed(builder: GzBuilder, text: &[u8]) -> Vec<u8> {
    let mut encoder = builder.write(Vec::new(), Compression::default());
    encoder.write_all(text).unwrap();
    encoder.finish().unwrap()
}

fn plain(text: &[u8]) -> Vec<u8> {
    packed(GzBuilder::new(), text)
}

/// With all that a header may have, and its checksum.
fn adorned() -> Vec<u8> {
    let builder = GzBuilder::new()
        .extra(*b"extra")
        .filename("name")
        .comment("comment");
    let mut packed = packed(builder, TEXT);
    packed[3] |= CHECKED;
    let end = 10 + 2 + 5 + 5 + 8;
    let mut sum = flate2::Crc::new();
    sum.update(&packed[..end]);
    packed.splice(end..end, (sum.sum() as u16).to_le_bytes());
    packed
}

/// As much text as does not fit in the window twice, and is not the same everywhere.
fn long() -> Vec<u8> {
    (0..100_000_u32)
        .map(|i| (i.wrapping_mul(i) >> 7) as u8 & 63)
        .collect()
}

/// Gives `step` bytes at a time.
struct Slow<'a>(&'a [u8], usize);

impl Read for Slow<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let n = self.1.min(buffer.len());
        self.0.read(&mut buffer[..n])
    }
}

fn unpacked(packed: &[u8]) -> io::Result<Vec<u8>> {
    let mut text = Vec::new();
    Gunzip::new(packed).read_to_end(&mut text)?;
    Ok(text)
}

#[track_caller]
fn assert_damaged(packed: &[u8]) {
    assert!(unpacked(packed).is_err(), "{packed:?}");
}

#[test]
fn what_was_packed_is_unpacked_in_steps_of_any_size() {
    let text = long();
    let packed = plain(&text);
    for (coming, going) in [(1, 1000), (7, 1), (1000, 3000), (50_000, 100_000)] {
        let mut gunzip = Gunzip::new(Slow(&packed, coming));
        let mut seen = Vec::new();
        let mut buffer = vec![0; going];
        loop {
            let n = gunzip.read(&mut buffer).unwrap();
            if n == 0 {
                break;
            }
            seen.extend_from_slice(&buffer[..n]);
        }
        assert!(seen == text, "{coming} {going}");
        assert_eq!(gunzip.read(&mut buffer).unwrap(), 0);
    }
}

#[test]
fn what_has_arrived_is_handed_out_before_more_is_waited_for() {
    struct Pending;
    impl Read for Pending {
        fn read(&mut self, _: &mut [u8]) -> io::Result<usize> {
            Err(io::ErrorKind::TimedOut.into())
        }
    }
    let text = long();
    let mut encoder = GzBuilder::new().write(Vec::new(), Compression::default());
    encoder.write_all(&text).unwrap();
    encoder.flush().unwrap();
    let packed = encoder.get_ref().as_slice();
    let mut gunzip = Gunzip::new(packed.chain(Pending));
    let mut seen = vec![0; text.len()];
    gunzip.read_exact(&mut seen).unwrap();
    assert!(seen == text);
    let error = gunzip.read(&mut seen).unwrap_err();
    assert_eq!(error.kind(), io::ErrorKind::TimedOut);
}

#[test]
fn members_follow_one_another() {
    let members = [plain(TEXT), adorned(), plain(b""), plain(&long())].concat();
    let whole = [TEXT, TEXT, &long()].concat();
    assert!(unpacked(&members).unwrap() == whole);
    for size in 0..TEXT.len() {
        let (front, back) = TEXT.split_at(size);
        let members = [plain(front), plain(back)].concat();
        assert_eq!(unpacked(&members).unwrap(), TEXT);
    }
}

#[test]
fn a_stream_that_ends_early_is_an_error_wherever_it_ends() {
    for whole in [plain(TEXT), adorned(), plain(b"")] {
        for length in 0..whole.len() {
            let error = unpacked(&whole[..length]).unwrap_err();
            assert_eq!(error.kind(), io::ErrorKind::UnexpectedEof, "{length}");
            if length > 0 {
                assert_damaged(&[&whole[..], &whole[..length]].concat());
            }
        }
    }
}

#[test]
fn no_flipped_bit_changes_what_is_unpacked() {
    let whole = adorned();
    for place in 0..whole.len() * 8 {
        let mut flipped = whole.clone();
        flipped[place / 8] ^= 1 << (place % 8);
        // The bits behind the last block mean nothing (RFC 1951, 3.2.3).
        let is_padding = place / 8 == whole.len() - 9;
        if let Ok(text) = unpacked(&flipped) {
            assert!(is_padding && text == TEXT, "{place}");
        }
    }
}

#[test]
fn a_header_that_says_what_no_rfc_knows_is_an_error() {
    for (place, byte) in [(0, 0), (1, 0), (2, 7), (3, 0x20), (3, 0x40), (3, 0x80)] {
        let mut packed = plain(TEXT);
        packed[place] = byte;
        assert_damaged(&packed);
    }
}

#[test]
fn junk_after_the_trailer_is_an_error_and_zeros_are_junk() {
    for junk in [&b"junk"[..], b"\0", &[0; 512], &[0x1f, 0x8b]] {
        assert_damaged(&[&plain(TEXT), junk].concat());
    }
}

#[test]
fn a_name_without_end_is_an_error() {
    let mut header = plain(TEXT);
    header[3] = NAME;
    header.truncate(10);
    let endless = header.chain(io::repeat(b'a'));
    let error = Gunzip::new(endless).read(&mut [0]).unwrap_err();
    assert_eq!(error.kind(), io::ErrorKind::InvalidData);
}

#[test]
fn nothing_follows_an_error() {
    let mut packed = plain(TEXT);
    let end = packed.len();
    packed[end - 1] ^= 1;
    packed.extend(plain(TEXT));
    let mut gunzip = Gunzip::new(packed.as_slice());
    let mut text = Vec::new();
    assert!(gunzip.read_to_end(&mut text).is_err());
    assert_eq!(text, TEXT);
    assert!(gunzip.read_to_end(&mut text).is_err());
    assert_eq!(text, TEXT);
}

#[test]
fn the_sum_is_the_one_of_other_programs() {
    let text = long();
    for length in (0..40).chain([text.len()]) {
        let mut theirs = flate2::Crc::new();
        theirs.update(&text[..length]);
        let mut ours = Sum::default();
        let (front, back) = text[..length].split_at(length / 3);
        ours.add(front);
        ours.add(back);
        assert_eq!(ours.value(), theirs.sum(), "{length}");
    }
}
