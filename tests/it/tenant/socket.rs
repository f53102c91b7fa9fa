//! The TCP and TLS sides of one connection, and the ways it can end.

use std::io::{self, Read, Write};
use std::net::{Shutdown, TcpStream};
use std::sync::Arc;
use std::thread;
use std::time::Duration;

use rustls::{ServerConfig, ServerConnection, StreamOwned};

/// A TCP connection whose last byte read stays in the kernel until more is wanted.
///
/// Closing a socket that has unread bytes makes the system send RST instead of FIN, so a
/// reset can be had at any time after the first byte.
pub(super) struct Socket {
    tcp: Arc<TcpStream>,
    left_behind: bool,
}

impl Socket {
    fn collect(&mut self) -> io::Result<()> {
        if self.left_behind {
            (&*self.tcp).read_exact(&mut [0])?;
            self.left_behind = false;
        }
        Ok(())
    }

    // The far side may still be sending; closing over its bytes would turn FIN into RST.
    fn finish(&mut self) {
        let _ = self.collect();
        let _ = self.tcp.shutdown(Shutdown::Write);
        let _ = self.tcp.set_read_timeout(Some(Duration::from_millis(50)));
        let mut rest = [0; 4096];
        for _ in 0..256 {
            if !matches!((&*self.tcp).read(&mut rest), Ok(1..)) {
                break;
            }
        }
    }
}

impl Read for Socket {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if buffer.is_empty() {
            return Ok(0);
        }
        self.collect()?;
        let read = self.tcp.peek(buffer)?;
        if let Some(taken) = buffer.get_mut(..read.saturating_sub(1)) {
            (&*self.tcp).read_exact(taken)?;
        }
        self.left_behind = read > 0;
        Ok(read)
    }
}

impl Write for Socket {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        (&*self.tcp).write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// How a connection ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Farewell {
    /// `close_notify` where there is TLS, then FIN.
    Proper,
    /// FIN alone.
    Abrupt,
    /// RST.
    Reset,
}

/// The bytes of HTTP, in the clear or under TLS.
pub(super) enum Stream {
    Plain(Socket),
    Tls(Box<StreamOwned<ServerConnection, Socket>>),
}

impl Stream {
    /// Takes the server's part of the handshake if there is one.
    pub(super) fn open(tcp: Arc<TcpStream>, tls: Option<Arc<ServerConfig>>) -> io::Result<Self> {
        // Otherwise the end of an answer waits for the far side's delayed acknowledgement.
        tcp.set_nodelay(true)?;
        let mut socket = Socket {
            tcp,
            left_behind: false,
        };
        let Some(config) = tls else {
            return Ok(Self::Plain(socket));
        };
        let mut session = ServerConnection::new(config).map_err(io::Error::other)?;
        while session.is_handshaking() {
            if let Err(error) = session.complete_io(&mut socket) {
                socket.finish();
                return Err(error);
            }
        }
        Ok(Self::Tls(Box::new(StreamOwned::new(session, socket))))
    }

    /// Ends the connection.
    pub(super) fn close(self, farewell: Farewell) {
        let mut socket = match self {
            Self::Plain(socket) => socket,
            Self::Tls(mut stream) => {
                if farewell == Farewell::Proper {
                    stream.conn.send_close_notify();
                    let _ = stream.flush();
                }
                stream.into_parts().1
            }
        };
        match farewell {
            // Time for what is in flight to be read before the reset overtakes it.
            Farewell::Reset => thread::sleep(Duration::from_millis(30)),
            Farewell::Proper | Farewell::Abrupt => socket.finish(),
        }
    }
}

impl Read for Stream {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        match self {
            Self::Plain(socket) => socket.read(buffer),
            Self::Tls(stream) => stream.read(buffer),
        }
    }
}

impl Write for Stream {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match self {
            Self::Plain(socket) => socket.write(bytes),
            Self::Tls(stream) => stream.write(bytes),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        match self {
            Self::Plain(socket) => socket.flush(),
            Self::Tls(stream) => stream.flush(),
        }
    }
}
