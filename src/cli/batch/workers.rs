//! Who reads and who sends: threads, as far as they can be had.

use std::collections::VecDeque;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread;

use crate::cli::exit::Failure;
use crate::error::Error;
use crate::graph::Graph;
use crate::graph::batch::{self, BatchError, Chunk, Lines, Outcome};

/// What a thread has to tell.
pub(crate) enum Event {
    /// The next chunk of the input, which was asked for.
    Chunk(Result<Option<Chunk>, Error>),
    Outcome(Outcome),
    /// All is told of the requests with these indexes.
    Ended((u64, u64), Result<(), BatchError>),
}

/// A thread for the chunk that is read, and one for each batch under way. None of them is waited
/// for when the program ends: one may be reading what a producer has yet to write.
pub(crate) struct Workers {
    shared: Arc<Shared>,
    is_asked: bool,
}

struct Shared {
    graph: Arc<Graph>,
    follows: bool,
    lines: Mutex<Lines>,
    events: Mutex<VecDeque<Event>>,
    told: Condvar,
}

impl Workers {
    pub(crate) fn new(graph: Arc<Graph>, lines: Lines, follows: bool) -> Self {
        let shared = Shared {
            graph,
            follows,
            lines: Mutex::new(lines),
            events: Mutex::default(),
            told: Condvar::new(),
        };
        Self {
            shared: Arc::new(shared),
            is_asked: false,
        }
    }

    /// Asks for a chunk, if none is asked for already.
    pub(crate) fn ask(&mut self) {
        if !std::mem::replace(&mut self.is_asked, true) {
            self.start(None);
        }
    }

    /// Sends a chunk.
    pub(crate) fn send(&self, chunk: Chunk) {
        self.start(Some(chunk));
    }

    /// Sends a chunk, or reads one: in a thread, or here where none can be had.
    fn start(&self, chunk: Option<Chunk>) {
        let chunk = Arc::new(chunk);
        let task = || {
            let (shared, chunk) = (Arc::clone(&self.shared), Arc::clone(&chunk));
            move || match &*chunk {
                Some(chunk) => shared.send(chunk),
                None => shared.read(),
            }
        };
        if thread::Builder::new().spawn(task()).is_err() {
            task()();
        }
    }

    /// The next event; `before_wait` comes first where there is none yet.
    pub(crate) fn next_event(
        &mut self,
        before_wait: impl FnOnce() -> Result<(), Failure>,
    ) -> Result<Event, Failure> {
        let first = self.shared.events().pop_front();
        let event = match first {
            Some(event) => event,
            None => {
                before_wait()?;
                self.shared.wait()
            }
        };
        self.is_asked &= !matches!(event, Event::Chunk(_));
        Ok(event)
    }
}

impl Shared {
    fn read(&self) {
        let mut lines = self.lines.lock().unwrap_or_else(PoisonError::into_inner);
        self.tell(Event::Chunk(lines.next_chunk()));
    }

    fn send(&self, chunk: &Chunk) {
        let result = batch::run(&self.graph, chunk, self.follows, &mut |answered| {
            self.tell(Event::Outcome(answered));
        });
        self.tell(Event::Ended(chunk.indexes(), result));
    }

    fn tell(&self, event: Event) {
        self.events().push_back(event);
        self.told.notify_one();
    }

    fn wait(&self) -> Event {
        let mut events = self.events();
        loop {
            if let Some(event) = events.pop_front() {
                return event;
            }
            let waited = self.told.wait(events);
            events = waited.unwrap_or_else(PoisonError::into_inner);
        }
    }

    fn events(&self) -> MutexGuard<'_, VecDeque<Event>> {
        self.events.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
