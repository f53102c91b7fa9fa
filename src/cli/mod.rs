//! The program: arguments in, data on stdout, everything else on stderr, an exit code.

mod args;
mod batch;
mod body;
mod cache;
mod calls;
mod check;
mod completion;
mod consent_url;
mod console;
mod delta;
mod document;
mod download;
mod exit;
mod fields;
mod get;
mod help;
mod indent;
mod init;
mod lines;
mod memory;
mod normalise;
mod preview;
mod progress;
mod request;
mod screen;
mod setup;
mod signals;
mod sink;
mod table;
mod token;
mod tsv;
mod upload;
mod values;

use std::process::ExitCode;

use crate::cli::args::commands::CacheCommand;
use crate::cli::args::{Command, Request};
use crate::cli::console::Console;
use crate::cli::exit::{Exit, Failure};
use crate::cli::setup::Setup;
use crate::cli::sink::Sink;
use crate::error::Error;

/// Runs the program with the arguments of the process.
pub fn main() -> ExitCode {
    memory::protect();
    signals::prepare();
    let arguments: Vec<_> = std::env::args_os().skip(1).collect();
    let (console, result) = match args::read(&arguments) {
        Ok(request) => (Console::new(request.log()), run(request)),
        Err(refused) => (
            Console::new(refused.log),
            Err(Failure::Error(refused.error)),
        ),
    };
    let exit = match result {
        Ok(()) => Exit::Done,
        Err(Failure::ReaderLeft) => Exit::ReaderLeft,
        Err(Failure::Reported(exit)) => exit,
        Err(Failure::Error(error)) => {
            console.error(&error);
            Exit::from(&error)
        }
    };
    ExitCode::from(exit)
}

fn run(request: Request) -> Result<(), Failure> {
    match request {
        Request::Print(text) => {
            let mut stdout = Sink::stdout()?;
            stdout.write(text.as_bytes())?;
            stdout.finish()
        }
        Request::Run(command, setup) => {
            if let Some(time) = setup.max_time {
                let log = setup.log;
                signals::end_after(time, move || {
                    let error = Error::unavailable("the time of --max-time is up");
                    Console::new(log).error(&error);
                });
            }
            run_command(*command, *setup)
        }
    }
}

fn run_command(command: Command, setup: Setup) -> Result<(), Failure> {
    match command {
        Command::Batch(batch) => batch::run(&batch, &setup),
        Command::Cache(cache) => match cache.command {
            CacheCommand::Clear(_) => cache::clear(&setup),
            CacheCommand::List(list) => cache::list(&list, &setup),
        },
        Command::Check(check) => check::run(&check, setup),
        Command::ConsentUrl(_) => consent_url::run(&setup),
        Command::Delta(delta) => delta::run(&delta, &setup),
        Command::Download(download) => download::run(&download, &setup),
        Command::Get(get) => get::run(&get, &setup),
        Command::Init(init) => init::run(&init, &setup),
        Command::Request(request) => request::run(&request, setup),
        Command::Token(token) => token::run(&token, setup),
        Command::Upload(upload) => upload::run(&upload, &setup),
    }
}
