//! A listener whose every byte is the test's own, for what a tenant never does.

use std::io::{Read as _, Write as _};
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::thread::{self, JoinHandle};
use std::time::Duration;

/// A port on loopback that nobody listens on.
pub fn dead_port() -> u16 {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    listener.local_addr().unwrap().port()
}

/// Serves each connection on a thread of its own until it is dropped.
pub struct Wire {
    port: u16,
    shared: Arc<Shared>,
    acceptor: Option<JoinHandle<()>>,
}

#[derive(Default)]
struct Shared {
    is_stopping: AtomicBool,
    accepted: AtomicUsize,
    heads: Mutex<Vec<String>>,
}

impl Wire {
    pub fn start(serve: impl Fn(Guest) + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        let port = listener.local_addr().unwrap().port();
        let shared = Arc::new(Shared::default());
        let for_acceptor = Arc::clone(&shared);
        let serve = Arc::new(serve);
        let acceptor = thread::spawn(move || {
            for tcp in listener.incoming().map_while(Result::ok) {
                if for_acceptor.is_stopping.load(Ordering::SeqCst) {
                    return;
                }
                let number = for_acceptor.accepted.fetch_add(1, Ordering::SeqCst) + 1;
                let guest = Guest {
                    number,
                    tcp,
                    shared: Arc::clone(&for_acceptor),
                };
                let serve = Arc::clone(&serve);
                thread::spawn(move || serve(guest));
            }
        });
        Self {
            port,
            shared,
            acceptor: Some(acceptor),
        }
    }

    /// A listener that takes connections and never says a word.
    pub fn silent() -> Self {
        Self::start(|mut guest| guest.wait_for_end())
    }

    pub fn port(&self) -> u16 {
        self.port
    }

    pub fn plain_url(&self, path: &str) -> String {
        format!("http://127.0.0.1:{}{path}", self.port)
    }

    pub fn connections(&self) -> usize {
        self.shared.accepted.load(Ordering::SeqCst)
    }

    /// The heads of the requests so far.
    pub fn heads(&self) -> Vec<String> {
        self.shared.heads.lock().unwrap().clone()
    }
}

impl Drop for Wire {
    fn drop(&mut self) {
        self.shared.is_stopping.store(true, Ordering::SeqCst);
        let woken = TcpStream::connect((Ipv4Addr::LOCALHOST, self.port));
        if let (Ok(_), Some(acceptor)) = (woken, self.acceptor.take()) {
            let _ = acceptor.join();
        }
    }
}

/// One connection.
pub struct Guest {
    /// The first is 1.
    pub number: usize,
    tcp: TcpStream,
    shared: Arc<Shared>,
}

impl Guest {
    /// Reads the head of a request, all but its last byte, and puts it on record. A socket that
    /// is closed with a byte unread ends with RST.
    pub fn head(&mut self) -> String {
        let mut head = Vec::new();
        let mut byte = [0];
        while !head.ends_with(b"\r\n\r") && matches!(self.tcp.read(&mut byte), Ok(1)) {
            head.push(byte[0]);
        }
        let head = String::from_utf8_lossy(&head).into_owned();
        self.shared.heads.lock().unwrap().push(head.clone());
        head
    }

    /// The port of the listener.
    pub fn port(&self) -> u16 {
        self.tcp.local_addr().unwrap().port()
    }

    pub fn send(&mut self, bytes: &[u8]) {
        // The far side may have had enough.
        let _ = self.tcp.write_all(bytes);
    }

    /// Ends with FIN, after what is left of the request.
    pub fn close(mut self) {
        let _ = self.tcp.set_nonblocking(true);
        let _ = self.tcp.read(&mut [0; 4096]);
    }

    /// Ends with RST, after time for what is in flight.
    pub fn reset(self) {
        thread::sleep(Duration::from_millis(5));
    }

    /// Reads until the far side is gone.
    pub fn wait_for_end(&mut self) {
        while matches!(self.tcp.read(&mut [0; 4096]), Ok(1..)) {}
    }

    /// Reads up to this many bytes.
    pub fn read_some(&mut self, bytes: usize) {
        let _ = self.tcp.read(&mut vec![0; bytes]);
    }

    /// The connection itself, as long as nothing was read.
    pub fn into_untouched(self) -> TcpStream {
        self.tcp
    }

    /// The connection itself after a head.
    pub fn into_stream(mut self) -> TcpStream {
        self.read_some(1);
        self.tcp
    }
}
