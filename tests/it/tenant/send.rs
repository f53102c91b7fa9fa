//! Writes replies, as well or as badly as they ask for.

use std::io::{self, Write};

use flate2::Compression;
use flate2::write::GzEncoder;

use super::clock::http_date;
use super::faults::reason;
use super::reply::{Cut, Framing, Kind, Manner, Reply};
use super::seen::find;
use super::socket::{Farewell, Stream};
use super::state::Shared;
use super::wire::Incoming;

const CHUNK: usize = 1000;

/// Sends the reply; says how the connection ends if it does.
pub(super) fn send(
    stream: &mut Stream,
    shared: &Shared,
    request: &Incoming,
    mut reply: Reply,
) -> io::Result<Option<Farewell>> {
    let manner = *reply.manner;
    shared.pause(manner.delay);
    if reply.kind == Kind::HangUp || manner.is_silent {
        return Ok(Some(Farewell::Abrupt));
    }
    shared.state().throttles.sent(request.path(), &reply);
    let wordless = matches!(reply.status, 100..200 | 204 | 304);
    let body = if wordless {
        Vec::new()
    } else {
        encode(&manner, reply.body.take().unwrap_or_default())
    };
    stream.write_all(&head(&reply, request.keep, wordless, body.len()))?;
    if request.method != "HEAD" {
        deliver(stream, shared, &manner, &body)?;
    }
    stream.flush()?;
    Ok(match manner.cut {
        Some((_, Cut::Fin)) => Some(Farewell::Abrupt),
        Some((_, Cut::Reset)) => Some(Farewell::Reset),
        None if manner.then_close || !request.keep => Some(Farewell::Proper),
        None if manner.framing == Framing::Close => Some(Farewell::Proper),
        None => None,
    })
}

fn encode(manner: &Manner, mut body: Vec<u8>) -> Vec<u8> {
    if manner.gzip {
        let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
        let packed = encoder.write_all(&body).and_then(|()| encoder.finish());
        body = packed.expect("gzip into memory");
    }
    if manner.framing != Framing::Chunked {
        return body;
    }
    let step = manner.drip.map_or(CHUNK, |(bytes, _)| bytes);
    let mut framed = Vec::new();
    for chunk in body.chunks(step) {
        framed.extend(format!("{:x}\r\n", chunk.len()).bytes());
        framed.extend_from_slice(chunk);
        framed.extend(b"\r\n");
    }
    framed.extend(b"0\r\n\r\n");
    framed
}

fn head(reply: &Reply, keep: bool, wordless: bool, length: usize) -> Vec<u8> {
    let mut lines = vec![format!(
        "HTTP/1.1 {} {}",
        reply.status,
        reason(reply.status)
    )];
    let mut automatic = |name: &str, value: String| {
        if find(&reply.headers, name).is_none() {
            lines.push(format!("{name}: {value}"));
        }
    };
    automatic("Date", http_date());
    if reply.manner.gzip && !wordless {
        automatic("Content-Encoding", "gzip".to_owned());
    }
    if !keep || reply.manner.framing == Framing::Close {
        automatic("Connection", "close".to_owned());
    }
    match reply.manner.framing {
        _ if wordless => {}
        Framing::Length => automatic("Content-Length", length.to_string()),
        Framing::Chunked => automatic("Transfer-Encoding", "chunked".to_owned()),
        Framing::Close => {}
    }
    for (name, value) in &reply.headers {
        lines.push(format!("{name}: {value}"));
    }
    let mut head = lines.join("\r\n");
    head.push_str("\r\n\r\n");
    head.into_bytes()
}

fn deliver(stream: &mut Stream, shared: &Shared, manner: &Manner, body: &[u8]) -> io::Result<()> {
    let end = manner.cut.map_or(body.len(), |(at, _)| at.min(body.len()));
    let mut stall = manner.stall.map(|(at, wait)| (at.min(end), wait));
    let mut at = 0;
    loop {
        if let Some((_, wait)) = stall.take_if(|(mark, _)| *mark <= at) {
            stream.flush()?;
            shared.pause(wait);
        }
        if at >= end {
            return Ok(());
        }
        let step = manner
            .drip
            .map_or(end, |(bytes, _)| at.saturating_add(bytes));
        let next = step.min(end).min(stall.map_or(end, |(mark, _)| mark));
        stream.write_all(&body[at..next])?;
        at = next;
        if let Some((_, wait)) = manner.drip.filter(|_| at < end) {
            stream.flush()?;
            shared.pause(wait);
        }
    }
}
