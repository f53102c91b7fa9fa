//! Proxies that answer CONNECT in one way or another.

use std::io::{self, Read as _, Write as _};
use std::net::{Ipv4Addr, Shutdown, TcpStream};
use std::sync::Arc;
use std::thread;
use std::time::Duration;

use rustls::ServerConfig;

use crate::faults::wire::Wire;
use crate::tls::server::accept;

/// A proxy that opens a tunnel.
pub fn proxy() -> Wire {
    answering("HTTP/1.1 200 Connection established\r\n\r\n")
}

/// A proxy with this answer to CONNECT; with a 200 it opens the tunnel.
pub fn answering(answer: impl Into<String>) -> Wire {
    let answer = answer.into();
    Wire::start(move |mut guest| {
        let head = guest.head();
        let target = target(&head).filter(|_| answer.starts_with("HTTP/1.1 200"));
        guest.send(answer.as_bytes());
        match target.map(TcpStream::connect) {
            Some(Ok(server)) => relay(guest.into_stream(), server),
            _ => guest.wait_for_end(),
        }
    })
}

/// A proxy that is spoken to under TLS.
pub fn under_tls(config: Arc<ServerConfig>) -> Wire {
    Wire::start(move |guest| {
        let Some(mut client) = accept(&config, guest.into_untouched()) else {
            return;
        };
        let mut head = Vec::new();
        let mut byte = [0];
        while !head.ends_with(b"\r\n\r\n") && matches!(client.read(&mut byte), Ok(1)) {
            head.push(byte[0]);
        }
        let Some(target) = target(&String::from_utf8_lossy(&head)) else {
            return;
        };
        let mut server = TcpStream::connect(target).unwrap();
        client.write_all(b"HTTP/1.1 200 OK\r\n\r\n").unwrap();
        for socket in [&client.sock, &server] {
            socket
                .set_read_timeout(Some(Duration::from_millis(2)))
                .unwrap();
        }
        while pass(&mut client, &mut server) && pass(&mut server, &mut client) {}
    })
}

/// Passes on what is there; false is the end.
fn pass(from: &mut impl io::Read, to: &mut impl io::Write) -> bool {
    let mut buffer = [0; 16 * 1024];
    match from.read(&mut buffer) {
        Ok(0) => false,
        Ok(n) => to.write_all(&buffer[..n]).and_then(|()| to.flush()).is_ok(),
        Err(error) => error.kind() == io::ErrorKind::WouldBlock,
    }
}

fn target(head: &str) -> Option<(Ipv4Addr, u16)> {
    let authority = head.strip_prefix("CONNECT ")?.split(' ').next()?;
    let (_, port) = authority.rsplit_once(':')?;
    Some((Ipv4Addr::LOCALHOST, port.parse().ok()?))
}

fn relay(client: TcpStream, server: TcpStream) {
    let (from, to) = (client.try_clone().unwrap(), server.try_clone().unwrap());
    let upwards = thread::spawn(move || copy(&from, &to));
    copy(&server, &client);
    let _ = upwards.join();
}

fn copy(mut from: &TcpStream, mut to: &TcpStream) {
    let _ = io::copy(&mut from, &mut to);
    let _ = to.shutdown(Shutdown::Write);
}
