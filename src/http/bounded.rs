//! A connection whose work ends in time, as a stream of bytes.

use std::io::{self, Read, Write};
use std::net::SocketAddr;
use std::time::Instant;

use crate::http::socket::Socket;

/// A connection that is used up to a moment and no longer.
#[derive(Debug)]
pub(crate) struct BoundedStream {
    socket: Socket,
    until: Instant,
}

impl BoundedStream {
    pub(crate) fn connect(addresses: &[SocketAddr], until: Instant) -> io::Result<Self> {
        let socket = Socket::connect(addresses, until)?;
        Ok(Self { socket, until })
    }
}

impl Read for BoundedStream {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.socket.read(buffer, self.until)
    }
}

impl Write for BoundedStream {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.socket.write(bytes, self.until)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
