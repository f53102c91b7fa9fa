//! Chunks that cannot be read, and chunks that were cut.

use super::USERS;
use super::wire::Wire;
use crate::support::{Mgd, Run};
use crate::tenant::Tenant;

const HEAD: &str = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n";
const PAGE: &str = r#"{"value":[{"id":"a"}]}"#;

/// What the quickstart makes of chunks that the second response has whole.
fn listing(chunks: &[u8]) -> (Wire, Run) {
    let chunks = chunks.to_owned();
    let wire = Wire::start(move |mut guest| {
        guest.head();
        guest.send(HEAD.as_bytes());
        if guest.number == 1 {
            guest.send(&chunks);
        } else {
            guest.send(format!("16\r\n{PAGE}\r\n0\r\n\r\n").as_bytes());
        }
        guest.close();
    });
    let tenant = Tenant::start_plain();
    let mgd = Mgd::new(&tenant);
    mgd.edit(|parameters| parameters["endpoint"] = wire.plain_url(USERS).into());
    let run = mgd.list(["--retry-max-time", "5"]);
    (wire, run)
}

#[test]
fn a_chunk_whose_size_cannot_be_read_is_an_error_at_once() {
    let long = format!("{}16\r\n{PAGE}\r\n0\r\n\r\n", "0".repeat(20));
    let endless = "a".repeat(100_000);
    for chunks in [
        &*long,
        &endless,
        "xyz\r\n",
        "-1\r\n",
        "\r\n",
        "16 bytes\r\n",
        "16;a-name-of-an-extension=1\r\n",
        "16\r\n{\"value\":[{\"id\":\"a\"}]}too long\r\n",
        "HTTP/1.1 502 Bad Gateway\r\n\r\n",
    ] {
        let (wire, run) = listing(chunks.as_bytes());
        assert_eq!(
            (run.code, wire.connections()),
            (5, 1),
            "{chunks:.40}: {}",
            run.stderr
        );
        let port = wire.port();
        let line = format!("mgd: 127.0.0.1:{port}: the chunks of the response cannot be read");
        assert!(
            run.stderr.starts_with(&line),
            "{chunks:.40}: {}",
            run.stderr
        );
    }
}

#[test]
fn a_chunk_whose_size_was_cut_is_asked_for_again() {
    for chunks in [
        "1",
        "16",
        "16\r",
        "16\r\n{",
        "16\r\n{\"value\":[{\"id\":\"a\"}]}\r",
    ] {
        let (wire, run) = listing(chunks.as_bytes());
        assert_eq!((run.code, run.stderr.as_str()), (0, ""), "{chunks:?}");
        assert_eq!(run.ids(), ["a"]);
        assert_eq!(wire.connections(), 2, "{chunks:?}");
    }
}
