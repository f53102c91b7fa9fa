//! `--dry-run` and `--curl`: the request that would be sent, for a person to read or to run.

use std::io::{self, Read};
use std::path::Path;

use crate::cli::body::{Body, open};
use crate::cli::exit::Failure;
use crate::cli::setup::{Preview, Setup};
use crate::cli::sink::Sink;
use crate::error::{Error, quoted};
use crate::fs::cause;
use crate::graph::Request;
use crate::parameters::Parameters;

/// Prints the request; nothing is sent.
pub(crate) fn show(
    preview: Preview,
    request: &Request<'_>,
    body: &Body,
    setup: &Setup,
    parameters: &Parameters,
) -> Result<(), Failure> {
    let mut stdout = Sink::stdout()?;
    match preview {
        Preview::DryRun => {
            stdout.write(message(request).as_bytes())?;
            match body {
                Body::None => {}
                Body::Text(text) => stdout.write(text)?,
                Body::File(path) => copy(open(path)?.0, &mut stdout)?,
                Body::Stdin => copy(io::stdin(), &mut stdout)?,
            }
            if matches!(body, Body::Text(_)) {
                stdout.write(b"\n")?;
            }
        }
        Preview::Curl => {
            let command = curl(request, body, setup, parameters)?;
            stdout.write(command.as_bytes())?;
        }
    }
    stdout.finish()
}

fn copy(mut from: impl Read, to: &mut Sink) -> Result<(), Failure> {
    let mut buffer = vec![0; 32 * 1024];
    loop {
        let n = from.read(&mut buffer);
        let n = n.map_err(|error| Error::local(format!("body: {}", cause(&error))))?;
        if n == 0 {
            return Ok(());
        }
        to.write(&buffer[..n])?;
    }
}

/// The head as HTTP has it, the token left out.
fn message(request: &Request<'_>) -> String {
    let mut text = format!("{} {}\n", request.method(), request.url());
    for (name, value) in request.headers() {
        text.push_str(&format!("{name}: {value}\n"));
    }
    text + "Authorization: Bearer (mgd token prints it)\n\n"
}

/// The token goes through a pipe and the body through a file: what stands among the arguments of
/// a process, everybody on the machine can read.
fn curl(
    request: &Request<'_>,
    body: &Body,
    setup: &Setup,
    parameters: &Parameters,
) -> Result<String, Error> {
    let mut words = vec!["curl -sS -g --compressed -H @-".to_owned()];
    let is_write = matches!(request.method(), "POST" | "PUT" | "PATCH");
    match request.method() {
        "GET" if *body == Body::None => {}
        // With -X it would wait for a body.
        "HEAD" if *body != Body::None => {
            return Err(Error::parameters("--curl: curl sends no body with HEAD"));
        }
        "HEAD" => words.push("-I".to_owned()),
        method => words.push(format!("-X {method}")),
    }
    if let Some(path) = parameters.ca_file() {
        words.push(format!("--cacert {}", word(path)));
    }
    for (name, value) in request.headers() {
        // With a colon and nothing behind it curl would leave the header out.
        let header = match value.as_str() {
            "" => format!("{name};"),
            value => format!("{name}: {value}"),
        };
        words.push(format!("-H {}", quoted(&header)));
    }
    let (before, after) = match body {
        Body::None => {
            // Without a length some servers answer 411.
            if is_write {
                words.push("-H 'Content-Length: 0'".to_owned());
            }
            (String::new(), "")
        }
        Body::File(path) => {
            let file = quoted(&format!("@{}", path.display()));
            words.push(format!("--data-binary {file}"));
            (String::new(), "")
        }
        Body::Text(text) => {
            let text = quoted(&String::from_utf8_lossy(text));
            words.push("--data-binary @\"$body\"".to_owned());
            let file = format!("body=$(umask 077; mktemp) && printf %s {text} >\"$body\" && ");
            (file, "; rm -f \"$body\"")
        }
        Body::Stdin => {
            return Err(
                Error::parameters("--curl: stdin is where curl reads the token")
                    .hint("give the body as a file: --body @FILE"),
            );
        }
    };
    words.push(quoted(request.url()));
    let token = token_words(setup);
    Ok(format!("{before}{token} | {}{after}\n", words.join(" ")))
}

/// `mgd token` for the same application.
fn token_words(setup: &Setup) -> String {
    let flags = &setup.flags;
    let text = |name: &str, value: &Option<String>| {
        value
            .as_ref()
            .map(|value| format!(" {name} {}", quoted(value)))
    };
    let path = |name: &str, value: &Option<std::path::PathBuf>| {
        value
            .as_ref()
            .map(|value| format!(" {name} {}", word(value)))
    };
    let given = [
        path("-p", &setup.parameters),
        text("--tenant", &flags.tenant),
        text("--client-id", &flags.client_id),
        text("--authority", &flags.authority),
        path("--secret-file", &flags.secret_file),
        path("--certificate-file", &flags.certificate_file),
        flags.auth.map(|auth| format!(" --auth {}", auth.name())),
        text("--scope", &flags.scope),
        text("--graph", &flags.graph),
        text("--trust-graph-host", &flags.trusted_graph_host),
        path("--token-cache", &flags.token_cache),
        path("--ca-file", &flags.ca_file),
    ];
    let given: String = given.into_iter().flatten().collect();
    format!("mgd token --header{given}")
}

fn word(path: &Path) -> String {
    quoted(&path.to_string_lossy())
}
