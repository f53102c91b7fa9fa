//! The responses on their way out, in the order of the input or as they come.

use std::collections::VecDeque;

use crate::cli::exit::Failure;
use crate::cli::sink::Sink;
use crate::graph::batch::{Chunk, Outcome};

pub(crate) struct Output {
    sink: Sink,
    is_ordered: bool,
    /// The index of the request whose response is written next.
    next: u64,
    /// The requests from the next one on, as far as there is something to say of them.
    early: VecDeque<ListStep>,
    /// The chunks that are not written to their end, as their first and last indexes.
    open: Vec<(u64, u64)>,
    /// The number of the last line that was sent.
    begun: u64,
    failed: u64,
    /// Indexes and ids of the first that failed.
    first_failed: Vec<(u64, String)>,
    partial: u64,
    all: u64,
}

/// How many ids of failed requests are named.
const NAMED: usize = 3;

/// What is there for a request whose turn has not come.
#[derive(Default)]
enum ListStep {
    #[default]
    Awaited,
    Text(Vec<u8>),
    Never,
}

impl Output {
    pub(crate) fn new(sink: Sink, is_ordered: bool) -> Self {
        Self {
            sink,
            is_ordered,
            next: 0,
            early: VecDeque::new(),
            open: Vec::new(),
            begun: 0,
            failed: 0,
            first_failed: Vec::new(),
            partial: 0,
            all: 0,
        }
    }

    /// Whether a person reads along.
    pub(crate) fn is_terminal(&self) -> bool {
        self.sink.is_terminal()
    }

    /// A chunk was sent.
    pub(crate) fn begin(&mut self, chunk: &Chunk) {
        self.open.push(chunk.indexes());
        self.begun = chunk.numbers().1;
    }

    /// The number of the last line that was sent.
    pub(crate) fn begun(&self) -> u64 {
        self.begun
    }

    /// How many chunks are not written to their end.
    pub(crate) fn open(&self) -> u64 {
        self.open.len() as u64
    }

    /// How many answers are failures, and how many there are.
    pub(crate) fn counts(&self) -> (u64, u64) {
        (self.failed, self.all)
    }

    /// The ids of the first requests that failed, as a message ends with them.
    pub(crate) fn failed_ids(&self) -> String {
        let ids = self.first_failed.iter().map(|(_, id)| id.as_str());
        let ids = ids.collect::<Vec<_>>().join(", ");
        match self.failed {
            1 => format!("id {ids}"),
            2 | 3 => format!("ids {ids}"),
            _ => format!("ids {ids}, …"),
        }
    }

    /// How many answers are the first page of more.
    pub(crate) fn partial(&self) -> u64 {
        self.partial
    }

    pub(crate) fn put(&mut self, answered: Outcome) -> Result<(), Failure> {
        self.all += 1;
        if let Some(id) = answered.failed {
            self.failed += 1;
            self.first_failed.push((answered.index, id));
            self.first_failed.sort_unstable();
            self.first_failed.truncate(NAMED);
        }
        self.partial += u64::from(answered.is_partial);
        if !self.is_ordered {
            return self.sink.write(&answered.text);
        }
        if let Some(turn) = self.turn(answered.index) {
            *turn = ListStep::Text(answered.text);
        }
        self.write_on()
    }

    /// Nothing more comes of the requests with these indexes.
    pub(crate) fn end(&mut self, indexes: (u64, u64)) -> Result<(), Failure> {
        if !self.is_ordered {
            self.open.retain(|open| *open != indexes);
            return Ok(());
        }
        let (first, last) = indexes;
        for index in first.max(self.next)..=last {
            if let Some(turn @ ListStep::Awaited) = self.turn(index) {
                *turn = ListStep::Never;
            }
        }
        self.write_on()
    }

    /// Passes on what is written.
    pub(crate) fn flush(&mut self) -> Result<(), Failure> {
        self.sink.flush()
    }

    /// Everything is written: a file takes its place.
    pub(crate) fn finish(self) -> Result<(), Failure> {
        self.sink.finish()
    }

    /// What is lost when it is not finished.
    pub(crate) fn file(&self) -> Option<&str> {
        self.sink.file_name()
    }

    /// What there is for a request; `None` once its turn is over.
    fn turn(&mut self, index: u64) -> Option<&mut ListStep> {
        let index = usize::try_from(index.checked_sub(self.next)?).ok()?;
        if self.early.len() <= index {
            self.early.resize_with(index + 1, ListStep::default);
        }
        self.early.get_mut(index)
    }

    fn write_on(&mut self) -> Result<(), Failure> {
        while let Some(ListStep::Text(_) | ListStep::Never) = self.early.front() {
            self.next += 1;
            if let Some(ListStep::Text(text)) = self.early.pop_front() {
                self.sink.write(&text)?;
            }
        }
        let next = self.next;
        self.open.retain(|(_, last)| *last >= next);
        Ok(())
    }
}
