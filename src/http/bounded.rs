//! A connection whose work ends in time, however slowly the other side goes on.

use std::io::{self, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::time::{Duration, Instant};

/// A connection that is used up to a moment and no longer. A time-out of the socket alone bounds
/// each byte, and there may be any number of those.
#[derive(Debug)]
pub(crate) struct BoundedStream {
    stream: TcpStream,
    until: Instant,
}

impl BoundedStream {
    /// Connects to the first of the addresses that answers; each gets its share of the time.
    pub(super) fn connect(addresses: &[SocketAddr], until: Instant) -> io::Result<Self> {
        let mut outcome = Err(io::ErrorKind::NotConnected.into());
        for (index, address) in addresses.iter().enumerate() {
            let rest = u32::try_from(addresses.len() - index).unwrap_or(u32::MAX);
            let share = left(until)? / rest;
            outcome = TcpStream::connect_timeout(address, share.max(SHORTEST));
            if outcome.is_ok() {
                break;
            }
        }
        outcome.map(|stream| Self { stream, until })
    }
}

/// A time-out of nothing is none.
const SHORTEST: Duration = Duration::from_millis(1);

fn left(until: Instant) -> io::Result<Duration> {
    match until.checked_duration_since(Instant::now()) {
        Some(left) if left >= SHORTEST => Ok(left),
        _ => Err(io::ErrorKind::TimedOut.into()),
    }
}

/// A socket whose time is over says that it would block.
fn in_time(error: io::Error) -> io::Error {
    match error.kind() {
        io::ErrorKind::WouldBlock => io::ErrorKind::TimedOut.into(),
        _ => error,
    }
}

impl Read for BoundedStream {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.stream.set_read_timeout(Some(left(self.until)?))?;
        self.stream.read(buffer).map_err(in_time)
    }
}

impl Write for BoundedStream {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.stream.set_write_timeout(Some(left(self.until)?))?;
        self.stream.write(bytes).map_err(in_time)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.stream.flush()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::net::TcpListener;

    #[test]
    fn a_stream_of_single_bytes_ends_in_time() {
        let server = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = server.local_addr().unwrap();
        let drip = std::thread::spawn(move || {
            let (mut peer, _) = server.accept().unwrap();
            while peer.write_all(b"x").is_ok() {
                std::thread::sleep(Duration::from_millis(10));
            }
        });
        let until = Instant::now() + Duration::from_millis(200);
        let mut stream = BoundedStream::connect(&[address], until).unwrap();
        let mut byte = [0];
        let error = loop {
            match stream.read(&mut byte) {
                Ok(1) => {}
                Ok(_) => unreachable!("the other side goes on"),
                Err(error) => break error,
            }
        };
        drop(stream);
        assert_eq!(error.kind(), io::ErrorKind::TimedOut);
        drip.join().unwrap();
    }
}
