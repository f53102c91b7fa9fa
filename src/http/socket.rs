//! A TCP connection of which every wait has an end, however slowly the other side goes on.

use std::io::{self, Read as _, Write as _};
use std::net::{SocketAddr, TcpStream};
use std::time::{Duration, Instant};

/// A connection that waits until a moment and no longer. A timeout of the kernel's alone bounds
/// each byte, and there may be any number of those.
#[derive(Debug)]
pub(crate) struct Socket {
    stream: TcpStream,
    read_timeout: Duration,
    write_timeout: Duration,
}

/// How long the kernel waits at once: mostly the same, so that it need not be told each time.
const TICK: Duration = Duration::from_secs(1);
/// A timeout of nothing is none.
const SHORTEST: Duration = Duration::from_millis(1);

impl Socket {
    /// Connects to the first of the addresses that takes the connection; each but the last gets
    /// half of the time that is left, so that those in front leave enough to the others.
    pub(crate) fn connect(addresses: &[SocketAddr], until: Instant) -> io::Result<Self> {
        let mut outcome = Err(io::ErrorKind::NotConnected.into());
        for (index, address) in addresses.iter().enumerate() {
            let is_last = index + 1 == addresses.len();
            let share = left(until)? / if is_last { 1 } else { 2 };
            outcome = TcpStream::connect_timeout(address, share.max(SHORTEST));
            if outcome.is_ok() {
                break;
            }
        }
        let stream = outcome?;
        // Requests are written in few pieces, and each is waited for.
        stream.set_nodelay(true)?;
        Ok(Self {
            stream,
            read_timeout: Duration::ZERO,
            write_timeout: Duration::ZERO,
        })
    }

    /// Reads what is there, or waits for it.
    pub(crate) fn read(&mut self, buffer: &mut [u8], until: Instant) -> io::Result<usize> {
        loop {
            let wait = left(until)?.min(TICK);
            if wait != self.read_timeout {
                self.stream.set_read_timeout(Some(wait))?;
                self.read_timeout = wait;
            }
            match self.stream.read(buffer) {
                Err(error) if is_passing(&error) => {}
                read => return read,
            }
        }
    }

    /// Writes as much as the kernel takes.
    pub(crate) fn write(&mut self, bytes: &[u8], until: Instant) -> io::Result<usize> {
        loop {
            let wait = left(until)?.min(TICK);
            if wait != self.write_timeout {
                self.stream.set_write_timeout(Some(wait))?;
                self.write_timeout = wait;
            }
            match self.stream.write(bytes) {
                Err(error) if is_passing(&error) => {}
                written => return written,
            }
        }
    }

    /// Whether the other side has sent nothing and not closed the connection.
    pub(crate) fn is_quiet(&self) -> bool {
        let peek = || {
            self.stream.set_nonblocking(true)?;
            let peeked = self.stream.peek(&mut [0]);
            self.stream.set_nonblocking(false)?;
            peeked
        };
        peek().is_err_and(|error| error.kind() == io::ErrorKind::WouldBlock)
    }
}

fn left(until: Instant) -> io::Result<Duration> {
    match until.checked_duration_since(Instant::now()) {
        Some(left) if left >= SHORTEST => Ok(left),
        _ => Err(io::ErrorKind::TimedOut.into()),
    }
}

/// A socket whose timeout is over says that it would block; a signal ends any wait.
fn is_passing(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        io::ErrorKind::WouldBlock | io::ErrorKind::Interrupted
    )
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
        let mut socket = Socket::connect(&[address], until).unwrap();
        let mut byte = [0];
        let error = loop {
            match socket.read(&mut byte, until) {
                Ok(1) => {}
                Ok(_) => unreachable!("the other side goes on"),
                Err(error) => break error,
            }
        };
        drop(socket);
        assert_eq!(error.kind(), io::ErrorKind::TimedOut);
        drip.join().unwrap();
    }

    #[test]
    fn the_next_address_is_tried_when_one_refuses() {
        let dead = TcpListener::bind("127.0.0.1:0").unwrap();
        let refusing = dead.local_addr().unwrap();
        drop(dead);
        let server = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = server.local_addr().unwrap();
        let until = Instant::now() + Duration::from_secs(10);
        assert!(Socket::connect(&[refusing, address], until).is_ok());
        let error = Socket::connect(&[address, refusing][1..], until).unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::ConnectionRefused);
    }
}
