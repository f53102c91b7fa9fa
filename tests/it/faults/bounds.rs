//! What is sent without end, or so slowly that it may as well have no end: the program leaves in
//! the time that it promises.

use std::io::{Read as _, Write};
use std::process::Stdio;
use std::time::Duration;
use std::{iter, thread};

use flate2::Compression;
use flate2::write::GzEncoder;

use super::wire::{Guest, Wire};
use crate::support::{Child, Command, Mgd, Run};
use crate::tenant::{TENANT_ID, Tenant};
use crate::tls::server::{Authority, accept};

const CHUNKED: &str = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n";
const PAGE: &str = r#"{"value":[{"id":"a"}]}"#;
/// How long the program may take from one kilobyte a second down.
const STALL: Duration = Duration::from_secs(30);

/// Sends these bytes again and again until the other side is gone.
fn flood(guest: Guest, start: &str, bytes: &[u8]) {
    let mut tcp = guest.into_stream();
    let bytes = bytes.repeat(1 + 10_000 / bytes.len());
    let _ = tcp.write_all(start.as_bytes());
    while tcp.write_all(&bytes).is_ok() {}
}

/// Sends a byte each four seconds until the other side is gone.
fn drip(mut to: impl Write, start: &str, bytes: impl Iterator<Item = u8>) {
    let _ = to.write_all(start.as_bytes());
    for byte in bytes {
        if to.write_all(&[byte]).is_err() {
            return;
        }
        thread::sleep(Duration::from_secs(4));
    }
}

/// A Graph on a wire, and a tenant beside it.
struct Bench {
    wire: Wire,
    tenant: Tenant,
    mgd: Mgd,
}

impl Bench {
    fn new(promise: Duration, serve: impl Fn(Guest) + Send + Sync + 'static) -> Self {
        let wire = Wire::start(move |mut guest| {
            guest.head();
            serve(guest);
        });
        Self::on(Tenant::start_plain(), wire, promise)
    }

    fn on(tenant: Tenant, wire: Wire, promise: Duration) -> Self {
        let mgd = Mgd::new(&tenant).promises(promise);
        Self { wire, tenant, mgd }
    }

    fn command(&self, graph: &str, arguments: &[&str]) -> Command {
        let graph = ["parameters.json", "--graph", graph];
        let mut command = self.mgd.command([&graph, arguments].concat());
        command.stdout(Stdio::null());
        command
    }

    /// The program at work; what it writes is not kept.
    fn start(&self, arguments: &[&str]) -> Child {
        let graph = self.wire.plain_url("");
        let arguments = [arguments, &["--retry-max-time", "1"]].concat();
        self.command(&graph, &arguments).spawn().unwrap()
    }

    /// It must leave because the time of `--max-time` is up.
    #[track_caller]
    fn assert_time_is_up(&self, arguments: &[&str]) {
        let arguments = [arguments, &["--max-time", "2"]].concat();
        let run = Run::from(self.start(&arguments).wait_with_output().unwrap());
        assert_eq!(run.code, 4, "{}", run.stderr);
        let line = "the time of --max-time is up";
        assert!(run.stderr.contains(line), "{}", run.stderr);
    }
}

/// Promised by `--max-time 2`.
fn timed(serve: impl Fn(Guest) + Send + Sync + 'static) -> Bench {
    Bench::new(Duration::from_secs(2), serve)
}

/// A chunk of items of a page that has begun.
fn items() -> Vec<u8> {
    let items = r#"{"id":"a"},"#.repeat(1000);
    format!("{:x}\r\n{items}\r\n", items.len()).into_bytes()
}

fn begun(fields: &str) -> String {
    format!("{CHUNKED}{fields}\r\na\r\n{{\"value\":[\r\n")
}

#[test]
fn a_page_without_end_is_left_when_the_time_is_up() {
    let bench = timed(|guest| flood(guest, &begun(""), &items()));
    bench.assert_time_is_up(&["get", "users", "-o", "jsonl"]);
    bench.assert_time_is_up(&["get", "users", "-o", "raw"]);
    bench.assert_time_is_up(&["request", "GET", "users"]);
    bench.assert_time_is_up(&["download", "users/U/photo/$value", "-O", "-"]);
}

#[test]
fn a_gzip_stream_without_end_is_left_when_the_time_is_up() {
    let bench = timed(|guest| {
        let mut tcp = guest.into_stream();
        let head = "HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\n\r\n";
        let _ = tcp.write_all(head.as_bytes());
        let mut packed = GzEncoder::new(tcp, Compression::fast());
        let _ = packed.write_all(b"{\"value\":[");
        let items = br#"{"id":"a"},"#.repeat(1000);
        while packed.write_all(&items).is_ok() {}
    });
    bench.assert_time_is_up(&["get", "users", "-o", "jsonl"]);
}

#[test]
fn pages_without_items_and_with_ever_new_links_are_left_when_the_time_is_up() {
    for command in [
        &["get", "users"][..],
        &["delta", "users/delta", "--state", "s"],
    ] {
        let bench = timed(|mut guest| {
            let link = format!(
                "http://127.0.0.1:{}/v1.0/users/delta?n={}",
                guest.port(),
                guest.number
            );
            let page = format!(r#"{{"value":[],"@odata.nextLink":"{link}"}}"#);
            let head = format!("HTTP/1.1 200 OK\r\nContent-Length: {}\r\n", page.len());
            guest.send(format!("{head}Connection: close\r\n\r\n{page}").as_bytes());
            guest.close();
        });
        bench.assert_time_is_up(command);
    }
}

#[test]
fn responses_that_are_none_yet_are_left_when_the_time_is_up() {
    let bench = timed(|guest| {
        let mut tcp = guest.into_stream();
        while tcp.write_all(b"HTTP/1.1 103 Early Hints\r\n\r\n").is_ok() {
            thread::sleep(Duration::from_micros(200));
        }
    });
    bench.assert_time_is_up(&["get", "users"]);
}

#[test]
fn an_upload_that_nobody_reads_is_left_when_the_time_is_up() {
    let bench = timed(|guest| thread::sleep(Duration::from_secs(20 + guest.number as u64)));
    bench.mgd.scratch.write("f", vec![0; 20 << 20], 0o600);
    bench.assert_time_is_up(&["request", "PUT", "x", "--body", "@f"]);
}

#[test]
fn a_batch_without_end_is_left_when_the_time_is_up() {
    let tenant = Tenant::start();
    tenant.always_part("/v1.0/things/", crate::tenant::Reply::json("{}"));
    let mgd = Mgd::new(&tenant).promises(Duration::from_secs(2));
    let mut command = mgd.command(["parameters.json", "batch", "--max-time", "2"]);
    command.stdin(Stdio::piped()).stdout(Stdio::null());
    let mut child = command.spawn().unwrap();
    let mut stdin = child.stdin.take().unwrap();
    let feed = thread::spawn(move || while stdin.write_all(b"things/1\n").is_ok() {});
    let run = Run::from(child.wait_with_output().unwrap());
    feed.join().unwrap();
    assert_eq!(run.code, 4, "{}", run.stderr);
}

#[test]
fn whatever_the_program_waits_for_it_ends_when_the_time_is_up() {
    let tenant = Tenant::with_users(2000);
    for id in 0..3000 {
        tenant.change(&format!("{{\"id\":\"{id:040}\"}}"));
    }
    let mgd = Mgd::new(&tenant).promises(Duration::from_secs(2));
    let list = ["get", "users", "-o", "jsonl"];
    for (command, is_reading, is_json) in [
        (&list[..], false, false),
        (&list[..], false, true),
        (&["batch"], true, false),
        (&["delta", "users/delta", "--state", "s"], false, false),
    ] {
        let bounds = ["parameters.json", "--max-time", "2"];
        let errors = if is_json {
            &["--errors", "json"][..]
        } else {
            &[]
        };
        let mut command = mgd.command([&bounds, errors, command].concat());
        command.stdin(Stdio::piped());
        let mut child = command.spawn().unwrap();
        let stdin = child.stdin.take().filter(|_| is_reading);
        let mut stdout = child.stdout.take().unwrap();
        // A pipe that is full, or that stays empty.
        let status = child.wait().unwrap();
        drop(stdin);
        let mut text = String::new();
        stdout.read_to_string(&mut text).unwrap();
        assert_eq!(text.is_empty(), is_reading);
        let mut said = String::new();
        let stderr = child.stderr.take();
        stderr.unwrap().read_to_string(&mut said).unwrap();
        assert_eq!(status.code(), Some(4), "{said}");
        assert!(said.contains("the time of --max-time is up"), "{said}");
        assert_eq!(said.starts_with("{\"level\":\"error\""), is_json, "{said}");
    }
}

#[test]
fn a_half_written_file_is_removed_when_the_time_is_up() {
    let bench = timed(|guest| flood(guest, &begun(""), &items()));
    let run = |arguments: &[&str]| {
        let child = bench.start(&[arguments, &["--max-time", "2"]].concat());
        Run::from(child.wait_with_output().unwrap()).code
    };
    assert_eq!(run(&["get", "users", "-o", "jsonl", "-O", "out"]), 4);
    let names = bench.mgd.scratch.names();
    assert!(!names.iter().any(|name| name.contains("out")), "{names:?}");
}

/// Whoever leaves a body because of its pace says so.
#[track_caller]
fn assert_too_slow(what: &str, child: Child) {
    let run = Run::from(child.wait_with_output().unwrap());
    assert_eq!(run.code, 4, "{what}: {}", run.stderr);
    let line = "at less than 1 kB/s for 30 s";
    assert!(run.stderr.contains(line), "{what}: {}", run.stderr);
}

/// Bytes that never end.
fn endless(byte: u8) -> impl Iterator<Item = u8> {
    iter::repeat(byte)
}

#[test]
fn what_frames_a_body_is_no_progress_of_it() {
    let head = format!("{CHUNKED}\r\n");
    let whole = format!("{head}16\r\n{PAGE}\r\n0\r\n");
    let size = Bench::new(STALL, move |guest| {
        drip(guest.into_stream(), &head, endless(b'0'))
    });
    let start = format!("{whole}X-Long: ");
    let trailer = Bench::new(STALL, move |guest| {
        drip(guest.into_stream(), &start, endless(b'x'))
    });
    let trailers = Bench::new(STALL, move |guest| {
        let mut tcp = guest.into_stream();
        let _ = tcp.write_all(whole.as_bytes());
        // Two kilobytes a second.
        while tcp.write_all(&b"X-Many: 890123\r\n".repeat(25)).is_ok() {
            thread::sleep(Duration::from_millis(200));
        }
    });
    let body = Bench::new(STALL, |guest| {
        drip(guest.into_stream(), &begun(""), endless(b' '))
    });
    let list = ["get", "users"];
    let all = [
        ("size", &size),
        ("trailer", &trailer),
        ("trailers", &trailers),
        ("body", &body),
    ];
    let children: Vec<_> = all.map(|(what, bench)| (what, bench.start(&list))).into();
    for (what, child) in children {
        assert_too_slow(what, child);
    }
}

#[test]
fn a_tls_record_that_trickles_is_no_progress_of_a_body() {
    let authority = Authority::new("graph");
    let config = authority.server(|_| ());
    let wire = Wire::start(move |guest| {
        let mut stream = accept(&config, guest.into_untouched()).unwrap();
        let _ = stream.read(&mut [0; 4096]);
        let _ = stream.write_all(begun("").as_bytes());
        let _ = stream.flush();
        // Of a record of sixteen kilobytes.
        let _ = stream.sock.write_all(b"\x17\x03\x03\x40\x00");
        drip(&mut stream.sock, "", endless(0));
    });
    let bench = Bench::on(Tenant::start(), wire, STALL);
    let authorities = bench.tenant.ca_pem().to_owned() + &authority.pem;
    bench.mgd.scratch.write("ca.pem", authorities, 0o600);
    let graph = format!("https://localhost:{}", bench.wire.port());
    let arguments = ["get", "users", "--retry-max-time", "1"];
    let child = bench.command(&graph, &arguments).spawn().unwrap();
    assert_too_slow("record", child);
}

#[test]
fn an_upload_that_nobody_reads_is_given_up() {
    let bench = Bench::new(STALL + Duration::from_secs(2), |guest| {
        thread::sleep(Duration::from_secs(120 + guest.number as u64));
    });
    bench.mgd.scratch.write("f", vec![0; 20 << 20], 0o600);
    let arguments = ["request", "PUT", "x", "--body", "@f"];
    assert_too_slow("upload", bench.start(&arguments));
}

#[test]
fn an_error_whose_text_trickles_is_told_without_it() {
    let head = |status| format!("HTTP/1.1 {status}\r\nContent-Length: 1000\r\n");
    let throttled = Bench::new(STALL, move |guest| {
        let start = head("429 Too Many Requests") + "Retry-After: 1\r\n\r\n";
        drip(guest.into_stream(), &start, endless(b'x'));
    });
    // Faster than a stall, but no text of an error is worth as much time.
    let refused = Bench::new(STALL, move |guest| {
        let mut tcp = guest.into_stream();
        let _ = tcp.write_all(b"HTTP/1.1 403 Forbidden\r\nContent-Length: 1000000\r\n\r\n");
        while tcp.write_all(&[b'x'; 400]).is_ok() {
            thread::sleep(Duration::from_millis(200));
        }
    });
    let list = ["get", "users"];
    let children = [(4, throttled.start(&list)), (1, refused.start(&list))];
    for (code, child) in children {
        let run = Run::from(child.wait_with_output().unwrap());
        assert_eq!(run.code, code, "{}", run.stderr);
    }
}

#[test]
fn a_token_endpoint_that_goes_on_announcing_a_response_is_given_up() {
    let wire = Wire::start(|mut guest| {
        guest.head();
        let announced = b"HTTP/1.1 103 Early Hints\r\n\r\n".iter().copied();
        drip(guest.into_stream(), "", announced.cycle());
    });
    let mgd = Mgd::new(&Tenant::start_plain()).promises(Duration::from_secs(25));
    mgd.edit(|parameters| {
        parameters["authority"] = wire.plain_url(&format!("/{TENANT_ID}")).into()
    });
    let run = mgd.list(["--retry-max-time", "1"]);
    assert_eq!(run.code, 4, "{}", run.stderr);
    assert!(
        run.stderr.contains("no whole response within 25 s"),
        "{}",
        run.stderr
    );
}

#[test]
fn a_reader_that_takes_its_time_is_no_stall() {
    const LENGTH: usize = 1 << 20;
    let sending = |status: &'static str| {
        Bench::new(Duration::from_secs(60), move |guest| {
            let mut tcp = guest.into_stream();
            let head = format!("HTTP/1.1 {status}\r\nContent-Length: {LENGTH}\r\n\r\n");
            let _ = tcp.write_all(head.as_bytes());
            let _ = tcp.write_all(&[b' '; LENGTH]);
        })
    };
    let (whole, refused) = (sending("200 OK"), sending("404 Not Found"));
    let children = [(0, &whole), (1, &refused)].map(|(code, bench)| {
        let graph = bench.wire.plain_url("");
        let mut command = bench.command(&graph, &["request", "GET", "users"]);
        (code, command.stdout(Stdio::piped()).spawn().unwrap())
    });
    thread::sleep(STALL + Duration::from_secs(3));
    for (code, child) in children {
        let run = Run::from(child.wait_with_output().unwrap());
        assert_eq!(
            (run.code, run.stdout.len()),
            (code, LENGTH),
            "{}",
            run.stderr
        );
    }
}

#[test]
fn a_proxy_whose_response_trickles_is_given_up() {
    let wire = Wire::start(|mut guest| {
        guest.head();
        drip(
            guest.into_stream(),
            "HTTP/1.1 200 OK\r\nX-Long: ",
            endless(b'x'),
        );
    });
    let mgd = Mgd::new(&Tenant::start()).promises(Duration::from_secs(10));
    let mgd = mgd.env("https_proxy", wire.plain_url(""));
    let run = mgd.list(["--retry-max-time", "1"]);
    assert_eq!(run.code, 4, "{}", run.stderr);
    assert!(
        run.stderr.contains("no connection within 10 s"),
        "{}",
        run.stderr
    );
}
