//! Who reads and who sends: threads, as far as they can be had.

use std::sync::mpsc::{self, Receiver, Sender};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;

use crate::cli::exit::Failure;
use crate::error::Error;
use crate::graph::Graph;
use crate::graph::batch::{self, Answered, Chunk, Lines, Stop};

/// What a thread has to tell.
pub(super) enum Event {
    /// The next chunk of the input, which was asked for.
    Chunk(Result<Option<Chunk>, Error>),
    Answered(Answered),
    /// All is told of the lines in this range.
    Ended((u64, u64), Result<(), Stop>),
}

/// One thread that reads, and one for each batch under way. None of them is waited for when the
/// program ends: one may be reading what a producer has yet to write.
pub(super) struct Crew {
    graph: Arc<Graph>,
    follows: bool,
    reader: Reader,
    is_asked: bool,
    sender: Sender<Event>,
    events: Receiver<Event>,
}

enum Reader {
    Thread(Sender<()>),
    /// No thread could be had.
    Here(Arc<Mutex<Lines>>),
}

impl Crew {
    pub(super) fn new(graph: Arc<Graph>, lines: Lines, follows: bool) -> Self {
        let (sender, events) = mpsc::channel();
        let (ask, asked) = mpsc::channel();
        let lines = Arc::new(Mutex::new(lines));
        let read = {
            let (lines, sender) = (Arc::clone(&lines), sender.clone());
            move || asked.iter().for_each(|()| read(&lines, &sender))
        };
        let reader = match thread::Builder::new().spawn(read) {
            Ok(_) => Reader::Thread(ask),
            Err(_) => Reader::Here(lines),
        };
        Self {
            graph,
            follows,
            reader,
            is_asked: false,
            sender,
            events,
        }
    }

    /// Asks for a chunk, if none is asked for already.
    pub(super) fn ask(&mut self) {
        if std::mem::replace(&mut self.is_asked, true) {
            return;
        }
        match &self.reader {
            // The thread lives as long as we do.
            Reader::Thread(ask) => drop(ask.send(())),
            Reader::Here(lines) => read(lines, &self.sender),
        }
    }

    /// Sends a chunk: in a thread, or here where none can be had.
    pub(super) fn send(&self, chunk: Chunk) {
        let chunk = Arc::new(chunk);
        let task = || {
            let (graph, chunk) = (Arc::clone(&self.graph), Arc::clone(&chunk));
            let (sender, follows) = (self.sender.clone(), self.follows);
            move || send(&graph, &chunk, follows, &sender)
        };
        if thread::Builder::new().spawn(task()).is_err() {
            task()();
        }
    }

    /// The next event; `before_wait` comes first where there is none yet.
    pub(super) fn next_event(
        &mut self,
        before_wait: impl FnOnce() -> Result<(), Failure>,
    ) -> Result<Event, Failure> {
        let event = match self.events.try_recv() {
            Ok(event) => event,
            Err(_) => {
                before_wait()?;
                let gone = |_| Error::local("a thread of this program is gone");
                self.events.recv().map_err(gone)?
            }
        };
        self.is_asked &= !matches!(event, Event::Chunk(_));
        Ok(event)
    }
}

fn read(lines: &Mutex<Lines>, sender: &Sender<Event>) {
    let mut lines = lines.lock().unwrap_or_else(PoisonError::into_inner);
    // Nobody is left to hear when the program ends.
    let _ = sender.send(Event::Chunk(lines.next_chunk()));
}

fn send(graph: &Graph, chunk: &Chunk, follows: bool, sender: &Sender<Event>) {
    let result = batch::run(graph, chunk, follows, &mut |answered| {
        let _ = sender.send(Event::Answered(answered));
    });
    let _ = sender.send(Event::Ended(chunk.range(), result));
}
