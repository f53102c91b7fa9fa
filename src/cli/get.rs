//! `mgd get`: one thing or a listing, whole.

use crate::cli::args::commands::Get;
use crate::cli::body::Body;
use crate::cli::console::Console;
use crate::cli::document::Document;
use crate::cli::exit::Failure;
use crate::cli::preview;
use crate::cli::progress::{Done, Progress};
use crate::cli::setup::Setup;
use crate::cli::sink::Sink;
use crate::cli::tsv::Columns;
use crate::cli::values::Format;
use crate::error::{Error, Resume};
use crate::graph::{Counts, Graph, Pages, Shape};
use crate::log::Notice;
use crate::parameters::Parameters;

pub(crate) fn run(args: &Get, setup: &Setup) -> Result<(), Failure> {
    check(args, setup)?;
    let console = Console::new(setup.log);
    let parameters = setup.parameters()?;
    let (graph, path) = asked(args, setup, &parameters, &console)?;
    if let Some(preview) = setup.preview {
        let request = graph.request("GET", &path)?;
        return preview::show(preview, &request, &Body::None, setup, &parameters);
    }
    if args.output == Format::Raw {
        return raw(args, &graph, &path, &console);
    }
    let pages = match &args.resume {
        Some(link) => graph.resume(&resumed(args, link, &console))?,
        None => graph.pages(&path)?,
    };
    let mut pages = wanted(args, pages);
    let mut sink = sink(args)?;
    let result = list(args, setup, &mut pages, &mut sink, &console);
    console.clear();
    if let Err(failure) = result {
        return Err(broken_off(failure, args.output, sink));
    }
    if pages.shape()? == Shape::Unchanged {
        console.note(UNCHANGED);
        return Ok(());
    }
    sink.finish()?;
    conclude(args, &pages, &console);
    Ok(())
}

/// A file that was to be written stays as it is.
const UNCHANGED: &str = "not modified (HTTP 304): nothing was written";

/// Where to go on, as --resume and --skip say.
fn resumed(args: &Get, link: &str, console: &Console) -> Resume {
    let (skip, hash) = args.skip.unwrap_or((0, None));
    if skip > 0 && hash.is_none() {
        console.log(&Notice::Warning(
            "--skip without the hash of the items: whether the page still begins with them is not \
             checked",
        ));
    }
    Resume::new(link, skip, hash)
}

/// How far the listing goes, and how.
fn wanted<'g>(args: &Get, mut pages: Pages<'g>) -> Pages<'g> {
    if let Some(limit) = args.limit {
        pages = pages.with_limit(limit);
    }
    if args.no_prefetch {
        pages = pages.without_prefetch();
    }
    if args.first_page {
        pages = pages.with_first_page_only();
    }
    if args.output != Format::Json {
        pages = pages.with_links_held();
    }
    pages
}

/// Arguments that contradict each other.
fn check(args: &Get, setup: &Setup) -> Result<(), Error> {
    let fail = |text: &str| Err(Error::parameters(text));
    if args.resume.is_some() && args.path.is_some() {
        fail("--resume names what to read: leave the path out")
    } else if args.skip.is_some() && args.resume.is_none() {
        fail("--skip goes with --resume")
    } else if args.resume.is_some() && !setup.query.is_empty_but_for_select() {
        fail("--resume names what to read, query and all: leave the query options out")
    } else if args.resume.is_some() && setup.preview.is_some() {
        fail("--resume names what to read: --dry-run and --curl do not go with it")
    } else if args.output == Format::Raw && (args.limit.is_some() || args.skip.is_some()) {
        fail("-o raw is one response as it came: --limit and --skip do not go with it")
    } else {
        Ok(())
    }
}

/// Graph and the path with its query.
fn asked(
    args: &Get,
    setup: &Setup,
    parameters: &Parameters,
    console: &Console,
) -> Result<(Graph, String), Error> {
    let mut graph = setup.graph(parameters, setup.network(console))?;
    if let Some(bytes) = args.max_item {
        graph = graph.with_max_item(bytes);
    }
    if args.resume.is_some() {
        return Ok((graph, String::new()));
    }
    let path = args.path.as_deref().or(parameters.endpoint());
    let path = path.ok_or_else(|| {
        Error::parameters("path: missing, and the parameters name no endpoint")
            .hint("give a path, as in mgd get users")
    })?;
    let asking = setup.query.apply_to(path)?;
    if asking.is_eventual && !graph.has_header("ConsistencyLevel") {
        graph = graph.with_header("ConsistencyLevel", "eventual")?;
    }
    Ok((graph, asking.path))
}

fn sink(args: &Get) -> Result<Sink, Failure> {
    match &args.output_file {
        Some(path) => Sink::file(path),
        None => Sink::stdout(),
    }
}

fn list(
    args: &Get,
    setup: &Setup,
    pages: &mut Pages<'_>,
    sink: &mut Sink,
    console: &Console,
) -> Result<(), Failure> {
    let is_lines = args.output != Format::Json;
    let columns = match args.output {
        Format::Tsv => Some(Columns::of(setup.query.select.as_deref())?),
        _ => None,
    };
    let progress = Progress::new(console, Done::START, sink.is_terminal());
    let mut document = Document::new(sink.is_terminal());
    match pages.shape()? {
        Shape::Nothing | Shape::Unchanged => return Ok(()),
        Shape::Collection if !is_lines => put(document.begin(sink, pages.members()), sink)?,
        Shape::Text => {}
        _ => {
            if let Some(columns) = &columns {
                put(columns.header(sink), sink)?;
            }
        }
    }
    let shape = pages.shape()?;
    let mut page = 0;
    while let Some(item) = pages.next_item()? {
        let written = match (shape, &columns) {
            (Shape::Text, _) => std::io::Write::write_all(sink, item),
            (_, Some(_)) if !item.starts_with(b"{") => {
                let error = Error::parameters("-o tsv: an item is no object, and has no columns");
                return Err(error.hint("-o jsonl writes items of any kind").into());
            }
            (_, Some(columns)) => columns.row(sink, item),
            (Shape::Object, _) if !is_lines => document.object(sink, item),
            (Shape::Collection, _) if !is_lines => document.item(sink, item),
            _ => std::io::Write::write_all(sink, item)
                .and_then(|()| std::io::Write::write_all(sink, b"\n")),
        };
        put(written, sink)?;
        let counts = pages.counts();
        if counts.pages != page {
            // A page at a time for whoever reads along.
            page = counts.pages;
            sink.flush()?;
        }
        progress.show(Done::items(counts));
    }
    if shape == Shape::Collection && !is_lines {
        put(document.end(sink, pages.members()), sink)?;
    }
    Ok(())
}

/// A failure to write, told by the sink that it happened in.
fn put(written: std::io::Result<()>, sink: &Sink) -> Result<(), Failure> {
    written.map_err(|error| sink.failed(&error))
}

/// Writes what is there before the error is told. Where nothing of it stays, there is no place to
/// go on from, and a document that is open cannot be continued: only lines can follow it.
fn broken_off(failure: Failure, output: Format, mut sink: Sink) -> Failure {
    let Failure::Error(mut error) = failure else {
        return failure;
    };
    if sink.is_all_or_nothing() {
        error.report_mut().resume = None;
    } else if let Err(failure) = sink.flush() {
        return failure;
    } else if let Some(resume) = &mut error.report_mut().resume
        && output == Format::Json
    {
        resume.options = " -o jsonl";
    }
    Failure::Error(error)
}

/// Says what a code of 0 would hide.
fn conclude(args: &Get, pages: &Pages<'_>, console: &Console) {
    let counts = pages.counts();
    if pages.has_more() {
        console.note(if args.limit == Some(counts.items) {
            "more items follow: --limit ended the listing"
        } else {
            "more pages follow: this was the first only"
        });
    }
    warn_partial(counts, console);
}

/// Says that items are not whole, if any are.
pub(crate) fn warn_partial(counts: Counts, console: &Console) {
    if counts.partial > 0 {
        console.note(&format!(
            "{} of {} items are not whole: they carry a further link of their own \
             (…@odata.nextLink)",
            counts.partial, counts.items
        ));
    }
}

fn raw(args: &Get, graph: &Graph, path: &str, console: &Console) -> Result<(), Failure> {
    let mut raw = match &args.resume {
        Some(link) => graph.raw_link(link)?,
        None => graph.raw(path)?,
    };
    let mut sink = sink(args)?;
    let mut buffer = vec![0; 32 * 1024];
    loop {
        match raw.read(&mut buffer) {
            Ok(0) => break,
            Ok(n) => sink.write(&buffer[..n])?,
            Err(error) => return Err(broken_off(error.into(), args.output, sink)),
        }
    }
    if raw.is_unchanged() {
        console.note(UNCHANGED);
        return Ok(());
    }
    sink.finish()?;
    if raw.has_more() {
        console.note("more pages follow: -o raw is one response");
    }
    Ok(())
}
