//! `mgd download`: content to a file, whole, over as many tries and runs as it takes.

mod destination;

use crate::cli::args::download::Download;
use crate::cli::console::Console;
use crate::cli::download::destination::Destination;
use crate::cli::exit::Failure;
use crate::cli::progress::{Done, Progress};
use crate::cli::setup::Setup;
use crate::error::Error;
use crate::graph::{self, Digest, Facts, Graph, Step};

pub(crate) fn run(args: &Download, setup: &Setup) -> Result<(), Failure> {
    let Some(output) = &args.output_file else {
        let error = Error::parameters("download: where to is missing");
        return Err(error
            .hint("-O FILE names a file, and -O - is stdout")
            .into());
    };
    let console = Console::new(setup.log);
    let graph = setup.graph(&setup.parameters()?, setup.network(&console))?;
    let download = graph.download(&args.path)?;
    let mut place = Destination::open(output)?;
    let mut transfer = Transfer {
        graph: &graph,
        download,
        is_verified: !args.no_verify,
        facts: None,
        digest: None,
    };
    let result = transfer.run(&mut place, &console);
    console.clear();
    match result {
        Ok(()) => place.finish(),
        Err(failure) => Err(place.abandon(failure)),
    }
}

/// Content on its way, and what it has to be.
struct Transfer<'g> {
    graph: &'g Graph,
    download: graph::Download<'g>,
    is_verified: bool,
    facts: Option<Facts>,
    digest: Option<Digest>,
}

impl Transfer<'_> {
    fn run(&mut self, place: &mut Destination, console: &Console) -> Result<(), Failure> {
        let identity = identity(self.graph, &self.download);
        if self.is_verified {
            self.facts = self.graph.facts(self.download.url())?;
        }
        self.take_up(place, &identity)?;
        let start = Done::Bytes(self.download.place(), None);
        let progress = Progress::new(console, start, place.is_terminal());
        let mut buffer = vec![0; 64 * 1024];
        loop {
            match self.download.read(&mut buffer)? {
                Step::Begin => {
                    self.check_size()?;
                    self.digest = self.new_digest();
                    place.begin(&identity, self.download.version())?;
                }
                Step::Bytes(n) => {
                    place.write(&buffer[..n])?;
                    if let Some(digest) = &mut self.digest {
                        digest.update(&buffer[..n]);
                    }
                    let total = self.download.version().total;
                    let total = total.or(self.facts.as_ref().and_then(|facts| facts.size));
                    progress.show(Done::Bytes(self.download.place(), total));
                }
                Step::End => break,
            }
        }
        self.check(place)
    }

    /// Goes on with what an earlier run left, if that is of this content.
    fn take_up(&mut self, place: &mut Destination, identity: &str) -> Result<(), Failure> {
        let has_hash = self
            .facts
            .as_ref()
            .is_some_and(|facts| facts.hash.is_some());
        let Some((length, version)) = place.kept(identity, has_hash)? else {
            return Ok(());
        };
        if let Some(mut digest) = self.new_digest() {
            place.digest(&mut digest)?;
            self.digest = Some(digest);
        }
        self.download.go_on_at(length, version);
        Ok(())
    }

    fn new_digest(&self) -> Option<Digest> {
        let hash = self.facts.as_ref()?.hash.as_ref()?;
        Some(hash.digest())
    }

    /// Before the bytes come, what is wrong with their number.
    fn check_size(&mut self) -> Result<(), Error> {
        match self.download.version().total {
            Some(total) => self.compare(total, None),
            None => Ok(()),
        }
    }

    fn check(&mut self, place: &mut Destination) -> Result<(), Failure> {
        place.flush()?;
        let hash = self.digest.take().map(Digest::finish);
        self.compare(self.download.place(), hash.as_ref())
            .map_err(|error| match error {
                Error::Protocol(_) => place.reject(error),
                error => error,
            })?;
        Ok(())
    }

    /// Holds content against its item; where they differ, the item may have been changed after it
    /// was asked for.
    fn compare(&mut self, size: u64, hash: Option<&graph::Hash>) -> Result<(), Error> {
        let differ = |facts: &Option<Facts>| facts.as_ref()?.differ(size, hash);
        if differ(&self.facts).is_none() {
            return Ok(());
        }
        self.facts = self.graph.facts(self.download.url())?;
        match differ(&self.facts) {
            None => Ok(()),
            Some(reason) => Err(Error::protocol(format!("the content {reason}"))
                .hint("it may be changing just now; --no-verify takes it as it comes")),
        }
    }
}

/// What is downloaded, and in whose name.
fn identity(graph: &Graph, download: &graph::Download<'_>) -> String {
    let account = graph.client().account();
    format!("{account} {}", download.url().as_str())
}
