//! The responses on their way out, in the order of the input or as they come.

use std::collections::VecDeque;

use crate::cli::exit::Failure;
use crate::cli::sink::Sink;
use crate::graph::batch::Outcome;

pub(crate) struct Output {
    sink: Sink,
    is_ordered: bool,
    /// The number of the line to be written next.
    next: u64,
    /// The lines from the next one on, as far as there is something to say of them.
    early: VecDeque<ListStep>,
    /// The chunks that are not written to their end, as their first and last lines.
    open: Vec<(u64, u64)>,
    /// The number of the last line that was sent.
    begun: u64,
    failed: u64,
    partial: u64,
    all: u64,
}

/// What is there for a line whose turn has not come.
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
            next: 1,
            early: VecDeque::new(),
            open: Vec::new(),
            begun: 0,
            failed: 0,
            partial: 0,
            all: 0,
        }
    }

    /// Whether a person reads along.
    pub(crate) fn is_terminal(&self) -> bool {
        self.sink.is_terminal()
    }

    /// A chunk was sent.
    pub(crate) fn begin(&mut self, range: (u64, u64)) {
        self.open.push(range);
        self.begun = range.1;
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

    /// How many answers are the first page of more.
    pub(crate) fn partial(&self) -> u64 {
        self.partial
    }

    pub(crate) fn put(&mut self, answered: Outcome) -> Result<(), Failure> {
        self.all += 1;
        self.failed += u64::from(answered.is_failed);
        self.partial += u64::from(answered.is_partial);
        if !self.is_ordered {
            return self.sink.write(&answered.text);
        }
        if let Some(turn) = self.turn(answered.number) {
            *turn = ListStep::Text(answered.text);
        }
        self.write_on()
    }

    /// Nothing more comes of these lines.
    pub(crate) fn end(&mut self, range: (u64, u64)) -> Result<(), Failure> {
        if !self.is_ordered {
            self.open.retain(|open| *open != range);
            return Ok(());
        }
        let (first, last) = range;
        for number in first.max(self.next)..=last {
            if let Some(turn @ ListStep::Awaited) = self.turn(number) {
                *turn = ListStep::Never;
            }
        }
        self.write_on()
    }

    /// Passes on what is written.
    pub(crate) fn flush(&mut self) -> Result<(), Failure> {
        self.sink.flush()
    }

    /// The place of a line; `None` once its turn is over.
    fn turn(&mut self, number: u64) -> Option<&mut ListStep> {
        let index = usize::try_from(number.checked_sub(self.next)?).ok()?;
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
