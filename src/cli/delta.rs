//! `mgd delta`: what has changed since the last run, and the place to go on from.

use std::time::{Duration, Instant};

use crate::cli::args::delta::Delta as Args;
use crate::cli::console::Console;
use crate::cli::exit::Failure;
use crate::cli::get;
use crate::cli::lines::Lines;
use crate::cli::progress::{Done, Progress};
use crate::cli::setup::Setup;
use crate::cli::signals::Steps;
use crate::graph::{Counts, Delta, Event, Files, Reset};
use crate::http::Http;
use crate::log::Notice;

/// What tells a reader to forget all that it knows.
const RESET: &[u8] = br#"{"@mgd.reset":true}"#;

pub(crate) fn run(args: &Args, setup: &Setup) -> Result<(), Failure> {
    let console = Console::new(setup.log);
    let parameters = setup.parameters()?;
    let mut graph = setup.graph(&parameters, setup.network(&console))?;
    if let Some(bytes) = args.max_item {
        graph = graph.with_max_item(bytes);
    }
    let files = Files {
        state: args.state.clone(),
        out: args.state_out.clone(),
    };
    let mut delta = graph.delta(&args.path, files, args.from_now)?;
    let mut lines = Lines::stdout(&console)?;
    if lines.has_earlier() {
        delta.expect_earlier_items();
    }
    let steps = Steps;
    steps.obey();
    loop {
        let result = round(&mut delta, &mut lines, &steps, &console);
        console.clear();
        let counts = result?;
        get::warn_partial(counts, &console);
        let Counts { items, pages, .. } = counts;
        let text = format!("the round has ended: {items} items on {pages} pages");
        console.log(&Notice::Note(&text));
        match args.watch {
            Some(time) if may_pause(graph.client().http(), time) => {
                graph.client().http().pause(time);
            }
            _ => return Ok(()),
        }
    }
}

/// Writes a round, page by page; the state follows each page that is written.
fn round(
    delta: &mut Delta<'_>,
    lines: &mut Lines,
    steps: &Steps,
    console: &Console,
) -> Result<Counts, Failure> {
    let progress = Progress::new(console, Done::START, lines.is_terminal());
    loop {
        let event = delta.next()?;
        steps.begin();
        match event {
            Event::Item => {
                lines.put(delta.item())?;
                progress.show(Done::items(delta.counts()));
                continue;
            }
            Event::Reset(reset) => {
                console.note(match reset {
                    Reset::Expired => "delta token expired; full resync",
                    Reset::Unfinished => "a full round begins: what was written before is void",
                    Reset::Changed => {
                        "the first page has changed while it was requested again: \
                         the full round begins again"
                    }
                });
                lines.put(RESET)?;
            }
            Event::Page | Event::Round => {}
        }
        let counts = delta.counts();
        lines.sync()?;
        delta.keep()?;
        steps.end();
        if event == Event::Round {
            return Ok(counts);
        }
    }
}

/// Whether the time that is given lasts for a pause and more.
fn may_pause(http: &Http, time: Duration) -> bool {
    let end = Instant::now().checked_add(time);
    let deadline = http.deadline();
    deadline.is_none_or(|deadline| end.is_some_and(|end| end < deadline))
}
