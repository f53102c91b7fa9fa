//! Accepts connections and serves each on a thread of its own.

use std::io::{BufReader, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::Arc;
use std::thread;
use std::time::Duration;

use rustls::ServerConfig;

use super::exchange::decide;
use super::send::send;
use super::socket::{Farewell, Stream};
use super::state::Shared;
use super::wire::{self, Arrival};

const BAD_REQUEST: &[u8] = b"HTTP/1.1 400 Bad Request\r\nContent-Type: text/plain\r\n\
    Content-Length: 17\r\nConnection: close\r\n\r\nnot understandable";

/// Serves until the tenant stops.
pub(super) fn accept(
    listener: &TcpListener,
    shared: &Arc<Shared>,
    tls: Option<&Arc<ServerConfig>>,
) {
    loop {
        let Ok((tcp, _)) = listener.accept() else {
            // Out of descriptors, most likely; they come back.
            thread::sleep(Duration::from_millis(5));
            continue;
        };
        let tcp = Arc::new(tcp);
        let Some(number) = shared.enter(&tcp) else {
            return;
        };
        let guest = Guest {
            number,
            shared: Arc::clone(shared),
        };
        let tls = tls.cloned();
        // Without a thread the connection is dropped, which a client must bear as well.
        let _ = thread::Builder::new().spawn(move || guest.serve(tcp, tls));
    }
}

/// A connection's entry among the live ones, gone with its thread.
struct Guest {
    number: usize,
    shared: Arc<Shared>,
}

impl Drop for Guest {
    fn drop(&mut self) {
        self.shared.leave(self.number);
    }
}

impl Guest {
    fn serve(self, tcp: Arc<TcpStream>, tls: Option<Arc<ServerConfig>>) {
        match Stream::open(tcp, tls) {
            Ok(stream) => self.talk(stream),
            Err(_) => self.shared.live().failed_handshakes += 1,
        }
    }

    fn talk(&self, stream: Stream) {
        let mut stream = BufReader::new(stream);
        let farewell = loop {
            match self.exchange(&mut stream) {
                None => {}
                Some(farewell) => break farewell,
            }
        };
        stream.into_inner().close(farewell);
    }

    fn exchange(&self, stream: &mut BufReader<Stream>) -> Option<Farewell> {
        match wire::read(stream) {
            Ok(Arrival::Request(request)) => {
                let reply = decide(&mut self.shared.state(), self.number, &request);
                send(stream.get_mut(), &self.shared, &request, reply)
                    .unwrap_or(Some(Farewell::Abrupt))
            }
            Ok(Arrival::Garbage) => {
                let stream = stream.get_mut();
                let _ = stream.write_all(BAD_REQUEST).and_then(|()| stream.flush());
                Some(Farewell::Proper)
            }
            Ok(Arrival::End) => Some(Farewell::Proper),
            Err(_) => Some(Farewell::Abrupt),
        }
    }
}
