//! `mgd batch`: many requests as lines in, their answers as lines out.

mod output;
mod workers;

use std::fs::File;
use std::io::{self, BufRead, BufReader, IsTerminal as _};
use std::path::Path;
use std::sync::Arc;

use crate::cli::args::batch::Batch;
use crate::cli::batch::output::Output;
use crate::cli::batch::workers::{Event, Workers};
use crate::cli::console::Console;
use crate::cli::exit::Failure;
use crate::cli::progress::{Done, Progress};
use crate::cli::setup::Setup;
use crate::cli::sink::Sink;
use crate::error::{Error, Report};
use crate::fs::{cause, shown};
use crate::graph::batch::Lines;

/// Batches under way where nothing else is said.
const JOBS: u64 = 2;
/// How many batches may end one after the other with nobody knowing what was done.
const FEW: u32 = 3;

pub(crate) fn run(args: &Batch, setup: &Setup) -> Result<(), Failure> {
    let console = Console::new(setup.log);
    let parameters = setup.parameters()?;
    let mut graph = setup.graph(&parameters, setup.network(&console))?;
    if let Some(bytes) = args.max_item {
        graph = graph.with_max_item(bytes);
    }
    let graph = Arc::new(graph);
    let (input, name) = input(args.file.as_deref())?;
    if args.file.is_none() && io::stdin().is_terminal() {
        console.note("reading requests from stdin, one a line; Ctrl-D ends them");
    }
    let lines = Lines::new(Arc::clone(&graph), input, name);
    let workers = Workers::new(graph, lines, args.follow);
    let sink = match &args.output_file {
        Some(path) => Sink::file(path)?,
        None => Sink::stdout()?,
    };
    let mut output = Output::new(sink, !args.unordered);
    let jobs = args.jobs.unwrap_or(JOBS);
    let result = work(workers, &mut output, jobs, &console);
    console.clear();
    conclude(result?, output, &console)
}

/// Says what a code of 0 would hide, and what an error leaves undone.
fn conclude(error: Option<Error>, output: Output, console: &Console) -> Result<(), Failure> {
    let (failed, all) = output.counts();
    let partial = output.partial();
    if partial > 0 {
        console.note(&format!(
            "{partial} of {all} responses are not whole: they carry a further link (@odata.nextLink)"
        ));
    }
    let count = format!(
        "{failed} of {all} requests failed ({})",
        output.failed_ids()
    );
    let Some(error) = error else {
        output.finish()?;
        return match failed {
            0 => Ok(()),
            _ => Err(Error::Graph(Report::new(count)).into()),
        };
    };
    if failed > 0 {
        console.note(&count);
    }
    if output.begun() > 0 {
        console.note(&format!("no line after line {} was sent", output.begun()));
    }
    if let Some(name) = output.file() {
        console.note(&format!("{name}: not replaced: responses are missing"));
    }
    Err(error.into())
}

/// Keeps at most `jobs` batches under way or unwritten until the input is over, or an error says
/// that nothing more is to be sent; what was sent by then is waited for and written.
fn work(
    mut workers: Workers,
    output: &mut Output,
    jobs: u64,
    console: &Console,
) -> Result<Option<Error>, Failure> {
    let start = Done::Responses { all: 0, failed: 0 };
    let progress = Progress::new(console, start, output.is_terminal());
    let mut under_way = 0;
    let mut broken = 0;
    let mut is_over = false;
    let mut error = None;
    let mut fail = |new: Error, is_over: &mut bool| {
        *is_over = true;
        match &error {
            None => error = Some(new),
            Some(_) => console.error(&new),
        }
    };
    while under_way > 0 || !is_over {
        if !is_over && under_way.max(output.open()) < jobs {
            workers.ask();
        }
        match workers.next_event(|| output.flush())? {
            Event::Chunk(Ok(Some(chunk))) if !is_over => {
                under_way += 1;
                output.begin(&chunk);
                workers.send(chunk);
            }
            Event::Chunk(Ok(Some(_))) => {}
            Event::Chunk(Ok(None)) => is_over = true,
            Event::Chunk(Err(new)) => fail(new, &mut is_over),
            Event::Outcome(answered) => {
                output.put(answered)?;
                let (failed, all) = output.counts();
                progress.show(Done::Responses { all, failed });
            }
            Event::Ended(indexes, result) => {
                under_way -= 1;
                output.end(indexes)?;
                match result {
                    Ok(()) => broken = 0,
                    Err(stop) => {
                        broken += 1;
                        if stop.is_final || broken == FEW {
                            fail(stop.error, &mut is_over);
                        }
                    }
                }
            }
        }
    }
    output.flush()?;
    Ok(error)
}

/// The input and what it is called.
fn input(path: Option<&Path>) -> Result<(Box<dyn BufRead + Send>, String), Error> {
    let Some(path) = path.filter(|path| path.as_os_str() != "-") else {
        return Ok((Box::new(BufReader::new(io::stdin())), "stdin".to_owned()));
    };
    let name = shown(path);
    let fail = |cause: &str| Error::parameters(format!("input {name}: {cause}"));
    let file = File::open(path).map_err(|error| {
        let failed = fail(&cause(&error));
        match error.kind() {
            io::ErrorKind::NotFound | io::ErrorKind::NotADirectory => failed.hint("check the path"),
            io::ErrorKind::PermissionDenied => failed.hint("let this user read it"),
            _ => failed,
        }
    })?;
    if file.metadata().is_ok_and(|metadata| metadata.is_dir()) {
        return Err(fail("is a directory").hint("name the file in it"));
    }
    Ok((Box::new(BufReader::new(file)), format!("input {name}")))
}
