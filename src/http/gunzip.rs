//! Gzip as it arrives (RFC 1952): members one after another, and nothing after the last of them.

use std::io::{self, BufRead as _, BufReader, Read};
use std::mem;
use std::ops::Range;
use std::sync::LazyLock;

use miniz_oxide::inflate::TINFLStatus;
use miniz_oxide::inflate::core::{DecompressorOxide, decompress, inflate_flags};

/// As far back as DEFLATE refers (RFC 1951, 3.2.5).
const WINDOW: usize = 32 * 1024;
/// More than any name or comment has.
const LONG: usize = 64 * 1024;

const CHECKED: u8 = 1 << 1;
const EXTRA: u8 = 1 << 2;
const NAME: u8 = 1 << 3;
const COMMENT: u8 = 1 << 4;
const RESERVED: u8 = 0b1110_0000;

/// What is packed in `reader`. Nothing after an error can be read.
pub(crate) struct Gunzip<R> {
    reader: BufReader<R>,
    stage: Stage,
    inflater: Box<DecompressorOxide>,
    window: Box<[u8]>,
    /// What is unpacked in the window and not yet handed out.
    ready: Range<usize>,
    sum: Sum,
    /// Of this member so far, modulo 2³².
    length: u32,
}

enum Stage {
    Header,
    Data,
    Trailer,
    Over,
    Damaged,
}

impl<R: Read> Gunzip<R> {
    pub(crate) fn new(reader: R) -> Self {
        Self {
            reader: BufReader::with_capacity(WINDOW, reader),
            stage: Stage::Header,
            inflater: Box::default(),
            window: vec![0; WINDOW].into(),
            ready: 0..0,
            sum: Sum::default(),
            length: 0,
        }
    }

    pub(crate) fn get_ref(&self) -> &R {
        self.reader.get_ref()
    }

    pub(crate) fn get_mut(&mut self) -> &mut R {
        self.reader.get_mut()
    }

    fn advance(&mut self) -> io::Result<()> {
        self.stage = match mem::replace(&mut self.stage, Stage::Damaged) {
            Stage::Header => self.header()?,
            Stage::Data => self.data()?,
            Stage::Trailer => self.trailer()?,
            Stage::Over => Stage::Over,
            Stage::Damaged => return Err(damaged()),
        };
        Ok(())
    }

    fn header(&mut self) -> io::Result<Stage> {
        self.inflater.init();
        self.sum = Sum::default();
        self.length = 0;
        let mut sum = Sum::default();
        let [0x1f, 0x8b, 8, flags, ..] = self.take::<10>(&mut sum)? else {
            return Err(damaged());
        };
        if flags & RESERVED != 0 {
            return Err(damaged());
        }
        if flags & EXTRA != 0 {
            for _ in 0..u16::from_le_bytes(self.take(&mut sum)?) {
                self.take::<1>(&mut sum)?;
            }
        }
        for flag in [NAME, COMMENT] {
            let mut length = 0;
            while flags & flag != 0 && self.take(&mut sum)? != [0] {
                length += 1;
                if length > LONG {
                    return Err(damaged());
                }
            }
        }
        let low = sum.value() as u16;
        if flags & CHECKED != 0 && u16::from_le_bytes(self.take(&mut sum)?) != low {
            return Err(damaged());
        }
        Ok(Stage::Data)
    }

    fn data(&mut self) -> io::Result<Stage> {
        let start = self.ready.end % WINDOW;
        let (status, read, written) = decompress(
            &mut self.inflater,
            self.reader.buffer(),
            &mut self.window,
            start,
            inflate_flags::TINFL_FLAG_HAS_MORE_INPUT,
        );
        self.reader.consume(read);
        let stage = match status {
            TINFLStatus::Done => Stage::Trailer,
            TINFLStatus::HasMoreOutput => Stage::Data,
            // Only then is the reader waited for.
            TINFLStatus::NeedsMoreInput if written == 0 => match self.reader.fill_buf()? {
                [] => return Err(io::ErrorKind::UnexpectedEof.into()),
                _ => Stage::Data,
            },
            TINFLStatus::NeedsMoreInput => Stage::Data,
            _ => return Err(damaged()),
        };
        self.ready = start..start + written;
        self.sum.add(&self.window[self.ready.clone()]);
        self.length = self.length.wrapping_add(written as u32);
        Ok(stage)
    }

    fn trailer(&mut self) -> io::Result<Stage> {
        let mut unused = Sum::default();
        let sum = u32::from_le_bytes(self.take(&mut unused)?);
        let length = u32::from_le_bytes(self.take(&mut unused)?);
        if (sum, length) != (self.sum.value(), self.length) {
            return Err(damaged());
        }
        Ok(match self.reader.fill_buf()? {
            [] => Stage::Over,
            _ => Stage::Header,
        })
    }

    fn take<const N: usize>(&mut self, sum: &mut Sum) -> io::Result<[u8; N]> {
        let mut bytes = [0; N];
        self.reader.read_exact(&mut bytes)?;
        sum.add(&bytes);
        Ok(bytes)
    }
}

impl<R: Read> Read for Gunzip<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        while self.ready.is_empty() && !matches!(self.stage, Stage::Over) {
            self.advance()?;
        }
        let n = self.ready.len().min(buffer.len());
        buffer[..n].copy_from_slice(&self.window[self.ready.start..][..n]);
        self.ready.start += n;
        Ok(n)
    }
}

fn damaged() -> io::Error {
    io::ErrorKind::InvalidData.into()
}

/// CRC-32 (RFC 1952, 8), eight bytes at a time. What is kept is its complement.
struct Sum(u32);

impl Default for Sum {
    fn default() -> Self {
        Self(!0)
    }
}

impl Sum {
    fn add(&mut self, bytes: &[u8]) {
        let tables: &Tables = &TABLES;
        let (eights, rest) = bytes.as_chunks::<8>();
        let mut sum = self.0;
        for &[a, b, c, d, e, f, g, h] in eights {
            let [a, b, c, d] = (sum ^ u32::from_le_bytes([a, b, c, d])).to_le_bytes();
            sum = tables[0][usize::from(h)]
                ^ tables[1][usize::from(g)]
                ^ tables[2][usize::from(f)]
                ^ tables[3][usize::from(e)]
                ^ (tables[4][usize::from(d)]
                    ^ tables[5][usize::from(c)]
                    ^ tables[6][usize::from(b)]
                    ^ tables[7][usize::from(a)]);
        }
        for byte in rest {
            sum = sum >> 8 ^ tables[0][usize::from(sum as u8 ^ byte)];
        }
        self.0 = sum;
    }

    fn value(&self) -> u32 {
        !self.0
    }
}

/// In table k what a byte does to the sum that k bytes later is asked for.
type Tables = [[u32; 256]; 8];

/// Made when first needed, and not in place: as a static they would be 8 kB of the program.
static TABLES: LazyLock<Box<Tables>> = LazyLock::new(|| {
    let mut tables = Box::new([[0; 256]; 8]);
    for (sum, byte) in tables[0].iter_mut().zip(0..) {
        *sum = byte;
        for _ in 0..8 {
            *sum = *sum >> 1 ^ if *sum & 1 == 1 { 0xedb8_8320 } else { 0 };
        }
    }
    for k in 1..8 {
        for byte in 0..256 {
            let sum = tables[k - 1][byte];
            tables[k][byte] = sum >> 8 ^ tables[0][usize::from(sum as u8)];
        }
    }
    tables
});

#[cfg(test)]
mod tests;
