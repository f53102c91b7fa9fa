//! `mgd upload`: a file becomes a drive item, whose description goes to stdout.

use ring::digest::{SHA256, digest};

use crate::cli::args::upload::Upload;
use crate::cli::console::Console;
use crate::cli::document::Document;
use crate::cli::exit::Failure;
use crate::cli::progress::{Done, Progress};
use crate::cli::setup::Setup;
use crate::cli::sink::Sink;
use crate::error::Error;
use crate::fs::shown;
use crate::graph::{self, Graph, SavedSession, Source, Target};

/// What a slice must be a multiple of, and below.
const STEP: u64 = 320 << 10;
const MOST: u64 = 60 << 20;
const USUAL: u64 = 10 << 20;

pub(crate) fn run(args: &Upload, setup: &Setup) -> Result<(), Failure> {
    let slice = slice(args)?;
    let source = Source::open(&args.file)?;
    let console = Console::new(setup.log);
    let graph = setup.graph(&setup.parameters()?, setup.network(&console))?;
    let target = graph.upload_target(&args.path, args.conflict)?;
    let Some(mut saved) = saved(&graph, &source, &target) else {
        let file = shown(&args.file);
        let error = Error::local(format!("file {file}: another process uploads it to there"));
        return Err(error.hint("wait until it has ended").into());
    };
    let sent = |bytes| Done::Bytes(bytes, Some(source.size()));
    let progress = Progress::new(&console, sent(0), false);
    let upload = graph::Upload {
        graph: &graph,
        source: &source,
        target: &target,
        slice,
        watch: &|bytes| progress.show(sent(bytes)),
    };
    let item = upload.run(&mut saved);
    drop(progress);
    console.clear();
    let item = item?;
    let mut stdout = Sink::stdout()?;
    let document = Document::new(stdout.is_terminal());
    let written = document.object(&mut stdout, item.text.as_bytes());
    written.map_err(|error| stdout.failed(&error))?;
    stdout.finish()?;
    // Not before: a run that ends here finds it stored when it is run again.
    saved.remove();
    Ok(())
}

fn slice(args: &Upload) -> Result<u64, Error> {
    let slice = args.slice.map_or(USUAL, |bytes| bytes as u64);
    if slice.is_multiple_of(STEP) && slice < MOST {
        Ok(slice)
    } else {
        Err(Error::parameters(format!(
            "--slice {slice}: is no multiple of 327680 below 62914560"
        )))
    }
}

/// What an upload session is kept in, beside the token cache, so that it is there after the
/// machine has started anew; `None` when another process has it.
fn saved(graph: &Graph, source: &Source, target: &Target) -> Option<SavedSession> {
    let cache = graph.client().token_cache().path();
    let Some(folder) = cache.and_then(|cache| cache.parent()) else {
        return Some(SavedSession::nothing());
    };
    let account = graph.client().account();
    let (url, conflict) = (target.item(), target.conflict.name());
    let file = source.absolute_path().to_string_lossy();
    let what = format!("{account}\n{url}\n{conflict}\n{file}");
    let name = digest(&SHA256, what.as_bytes());
    let name = name.as_ref()[..16].iter().map(|byte| format!("{byte:02x}"));
    let name = name.collect::<String>() + ".json";
    let listener = graph.client().http().listener().clone();
    SavedSession::in_folder(&folder.join("uploads"), &name, listener)
}
