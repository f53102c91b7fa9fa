//! An endpoint on loopback that answers as it is told, one connection a request.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use crate::http::Url;

/// It stops when dropped.
pub(crate) struct Scripted {
    port: u16,
    shared: Arc<Shared>,
    thread: Option<JoinHandle<()>>,
}

#[derive(Default)]
struct Shared {
    has_stopped: AtomicBool,
    seen: Mutex<Vec<String>>,
}

/// A response: status, further header lines, body.
pub(crate) type Response<'a> = (u16, &'a str, &'a str);

impl Scripted {
    /// Gives these answers in order, then 418 to whoever still asks.
    pub(crate) fn start(responses: &[Response<'_>]) -> Self {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        let port = listener.local_addr().unwrap().port();
        let shared = Arc::new(Shared::default());
        let texts: Vec<String> = responses.iter().map(|response| text(*response)).collect();
        let for_thread = Arc::clone(&shared);
        let thread = thread::spawn(move || {
            let mut texts = texts.into_iter();
            loop {
                let (mut stream, _) = listener.accept().unwrap();
                if for_thread.has_stopped.load(Ordering::SeqCst) {
                    return;
                }
                stream
                    .set_read_timeout(Some(Duration::from_secs(5)))
                    .unwrap();
                for_thread.seen.lock().unwrap().push(request(&stream));
                let response = texts.next().unwrap_or_else(|| text((418, "", "")));
                stream.write_all(response.as_bytes()).unwrap();
            }
        });
        Self {
            port,
            shared,
            thread: Some(thread),
        }
    }

    pub(crate) fn text(&self, path: &str) -> String {
        format!("http://127.0.0.1:{}{path}", self.port)
    }

    pub(crate) fn url(&self, path: &str) -> Url {
        Url::parse_near(&self.text(path)).unwrap()
    }

    /// The requests so far: request line, the headers that are not HTTP's own, body; joined by
    /// line feeds.
    pub(crate) fn seen(&self) -> Vec<String> {
        self.shared.seen.lock().unwrap().clone()
    }
}

impl Drop for Scripted {
    fn drop(&mut self) {
        self.shared.has_stopped.store(true, Ordering::SeqCst);
        // The thread waits for a connection.
        let woken = TcpStream::connect((Ipv4Addr::LOCALHOST, self.port));
        if let (Ok(_), Some(thread)) = (woken, self.thread.take()) {
            let _ = thread.join();
        }
    }
}

fn text((status, headers, body): Response<'_>) -> String {
    let length = body.len();
    format!(
        "HTTP/1.1 {status} X\r\ncontent-length: {length}\r\nconnection: close\r\n{headers}\r\n{body}"
    )
}

fn request(stream: &TcpStream) -> String {
    const USUAL: [&str; 8] = [
        "host",
        "accept",
        "accept-encoding",
        "user-agent",
        "content-type",
        "client-request-id",
        "x-ms-client-request-id",
        "content-length",
    ];
    let mut reader = BufReader::new(stream);
    let mut kept = Vec::new();
    let mut length = 0;
    loop {
        let mut line = String::new();
        reader.read_line(&mut line).unwrap();
        let line = line.trim_end();
        if line.is_empty() {
            break;
        }
        let (name, value) = line.split_once(": ").unwrap_or_default();
        if name == "content-length" {
            length = value.parse().unwrap();
        }
        if !USUAL.contains(&name) {
            kept.push(line.to_owned());
        }
    }
    kept[1..].sort();
    let mut body = vec![0; length];
    reader.read_exact(&mut body).unwrap();
    if length > 0 {
        kept.push(String::from_utf8(body).unwrap());
    }
    kept.join("\n")
}
