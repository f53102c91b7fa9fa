//! Reads requests off a connection.

use std::io::{self, BufRead, BufReader, Read, Write};
use std::time::Instant;

use super::seen::{find, path_of};
use super::socket::Stream;

const HEAD_LIMIT: u64 = 80 * 1024;
const BODY_LIMIT: u64 = 16 * 1024 * 1024;

/// A request as read.
pub(super) struct Incoming {
    pub(super) method: String,
    pub(super) target: String,
    pub(super) headers: Vec<(String, String)>,
    pub(super) body: Vec<u8>,
    pub(super) at: Instant,
    /// Whether the connection may carry another request.
    pub(super) keep: bool,
}

impl Incoming {
    pub(super) fn header(&self, name: &str) -> Option<&str> {
        find(&self.headers, name)
    }

    pub(super) fn path(&self) -> &str {
        path_of(&self.target)
    }
}

/// What came where a request could start.
pub(super) enum Arrival {
    Request(Incoming),
    End,
    Garbage,
}

/// Reads the next request.
pub(super) fn read(stream: &mut BufReader<Stream>) -> io::Result<Arrival> {
    let mut left = HEAD_LIMIT;
    let Some(line) = line(stream, &mut left)? else {
        return Ok(Arrival::End);
    };
    let at = Instant::now();
    let Some((method, target, keep)) = request_line(&line) else {
        return Ok(Arrival::Garbage);
    };
    let Some(headers) = header_fields(stream, &mut left)? else {
        return Ok(Arrival::Garbage);
    };
    let close = find(&headers, "Connection").is_some_and(|v| v.eq_ignore_ascii_case("close"));
    let mut request = Incoming {
        method,
        target,
        headers,
        body: Vec::new(),
        at,
        keep: keep && !close,
    };
    match body(stream, &request)? {
        Some(body) => request.body = body,
        None => return Ok(Arrival::Garbage),
    }
    Ok(Arrival::Request(request))
}

// None where the connection ends; a line that is too long comes without its end.
fn line(stream: &mut BufReader<Stream>, left: &mut u64) -> io::Result<Option<String>> {
    let mut line = Vec::new();
    let read = stream.take(*left).read_until(b'\n', &mut line)?;
    *left = left.saturating_sub(u64::try_from(read).unwrap_or(u64::MAX));
    match String::from_utf8(line) {
        Ok(line) if !line.is_empty() => Ok(Some(line)),
        Ok(_) => Ok(None),
        Err(_) => Ok(Some(String::new())),
    }
}

fn request_line(line: &str) -> Option<(String, String, bool)> {
    let mut words = line.strip_suffix("\r\n")?.split(' ');
    let (method, target, version) = (words.next()?, words.next()?, words.next()?);
    let known = matches!(version, "HTTP/1.1" | "HTTP/1.0") && words.next().is_none();
    let method_fits = !method.is_empty() && method.bytes().all(|b| b.is_ascii_uppercase());
    let target_fits = target.starts_with('/') && target.bytes().all(|b| b.is_ascii_graphic());
    (known && method_fits && target_fits)
        .then(|| (method.to_owned(), target.to_owned(), version == "HTTP/1.1"))
}

fn header_fields(
    stream: &mut BufReader<Stream>,
    left: &mut u64,
) -> io::Result<Option<Vec<(String, String)>>> {
    let mut headers = Vec::new();
    while let Some(line) = line(stream, left)? {
        let Some(field) = line.strip_suffix("\r\n") else {
            return Ok(None);
        };
        if field.is_empty() {
            return Ok(Some(headers));
        }
        match field.split_once(':') {
            Some((name, value)) if !name.is_empty() && !name.contains([' ', '\t']) => {
                headers.push((name.to_owned(), value.trim().to_owned()));
            }
            _ => return Ok(None),
        }
    }
    Ok(None)
}

fn body(stream: &mut BufReader<Stream>, request: &Incoming) -> io::Result<Option<Vec<u8>>> {
    let length = request.header("Content-Length").map(str::parse::<u64>);
    let chunked = request
        .header("Transfer-Encoding")
        .map(|coding| coding.eq_ignore_ascii_case("chunked"));
    let expects = request.header("Expect").is_some();
    match (chunked, length) {
        (None, None) => Ok(Some(Vec::new())),
        (Some(true), None) => {
            invite(stream, expects)?;
            chunks(stream)
        }
        (None, Some(Ok(length))) if length <= BODY_LIMIT => {
            invite(stream, expects)?;
            exactly(stream, length)
        }
        _ => Ok(None),
    }
}

fn invite(stream: &mut BufReader<Stream>, expects: bool) -> io::Result<()> {
    if expects {
        let stream = stream.get_mut();
        stream.write_all(b"HTTP/1.1 100 Continue\r\n\r\n")?;
        stream.flush()?;
    }
    Ok(())
}

fn exactly(stream: &mut BufReader<Stream>, length: u64) -> io::Result<Option<Vec<u8>>> {
    let mut body = Vec::new();
    let read = stream.take(length).read_to_end(&mut body)?;
    Ok((u64::try_from(read) == Ok(length)).then_some(body))
}

fn chunks(stream: &mut BufReader<Stream>) -> io::Result<Option<Vec<u8>>> {
    let mut body = Vec::new();
    let mut left = BODY_LIMIT;
    loop {
        let Some(size) = chunk_size(stream)?.filter(|size| *size <= left) else {
            return Ok(None);
        };
        if size == 0 {
            let trailers = header_fields(stream, &mut HEAD_LIMIT.clone())?;
            return Ok(trailers.map(|_| body));
        }
        left -= size;
        match (exactly(stream, size)?, exactly(stream, 2)?) {
            (Some(bytes), Some(end)) if end == b"\r\n" => body.extend(bytes),
            _ => return Ok(None),
        }
    }
}

fn chunk_size(stream: &mut BufReader<Stream>) -> io::Result<Option<u64>> {
    let line = line(stream, &mut HEAD_LIMIT.clone())?.unwrap_or_default();
    let digits = line.trim_end().split(';').next().unwrap_or_default();
    Ok(u64::from_str_radix(digits.trim(), 16).ok())
}
