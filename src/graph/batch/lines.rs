//! The input, line by line, no further than needed.

use std::collections::VecDeque;
use std::fmt;
use std::io::{BufRead, Read as _};
use std::sync::Arc;

use crate::error::Error;
use crate::fs::cause;
use crate::graph::batch::MOST;
use crate::graph::batch::chunk::{Chunk, MOST_BYTES};
use crate::graph::batch::line::Line;
use crate::graph::batch::window::Window;
use crate::graph::service::Graph;

/// Reads requests and puts them together to chunks.
pub(crate) struct Lines {
    graph: Arc<Graph>,
    input: Box<dyn BufRead + Send>,
    /// What the input is called in messages.
    name: String,
    number: u64,
    /// Requests so far.
    count: u64,
    pending: VecDeque<Line>,
    ids: Window,
    /// Whether a line that depends on another came by.
    depends: bool,
    is_over: bool,
}

impl Lines {
    pub(crate) fn new(graph: Arc<Graph>, input: Box<dyn BufRead + Send>, name: String) -> Self {
        Self {
            graph,
            input,
            name,
            number: 0,
            count: 0,
            pending: VecDeque::new(),
            ids: Window::default(),
            depends: false,
            is_over: false,
        }
    }

    /// The next lines that go together. They are read without a look at those behind them, unless
    /// lines have come by that depend on others: then as far as one of these could depend on them.
    ///
    /// # Errors
    ///
    /// `Parameters` for a line that is no request, `Local` when the input cannot be read; after
    /// either the input is over.
    pub(crate) fn next_chunk(&mut self) -> Result<Option<Chunk>, Error> {
        let chunk = self.read_chunk();
        if chunk.is_err() {
            self.is_over = true;
            self.pending.clear();
        }
        chunk
    }

    fn read_chunk(&mut self) -> Result<Option<Chunk>, Error> {
        while !self.is_over && !self.has_enough() {
            match self.read_line()? {
                Some(line) => {
                    self.depends |= !line.depends_on.is_empty();
                    self.pending.push_back(line);
                }
                None => self.is_over = true,
            }
        }
        if self.pending.is_empty() {
            return Ok(None);
        }
        Chunk::take(&mut self.pending).map(Some)
    }

    fn has_enough(&self) -> bool {
        let bytes: usize = self.pending.iter().map(|line| line.length).sum();
        match self.pending.len() {
            count if self.depends => count == MOST + MOST - 1,
            count => count == MOST || bytes > MOST_BYTES,
        }
    }

    /// The next line that is not blank.
    fn read_line(&mut self) -> Result<Option<Line>, Error> {
        loop {
            let Some(text) = self.read_text()? else {
                return Ok(None);
            };
            if text.trim_ascii().is_empty() {
                continue;
            }
            let line = Line::parse(&text, self.number, self.count, &self.graph)?;
            if !self.ids.take(&line.id.key) {
                let what = "id: came before; ids differ by more than case";
                return Err(self.wrong(what));
            }
            self.count += 1;
            return Ok(Some(line));
        }
    }

    fn wrong(&self, what: &str) -> Error {
        Error::parameters(format!("line {}: {what}", self.number))
    }

    fn read_text(&mut self) -> Result<Option<Vec<u8>>, Error> {
        let max = self.graph.max_item();
        let mut text = Vec::new();
        let mut bounded = (&mut self.input).take(max as u64 + 2);
        if let Err(error) = bounded.read_until(b'\n', &mut text) {
            let name = &self.name;
            return Err(Error::local(format!("{name}: not read: {}", cause(&error))));
        }
        if text.is_empty() {
            return Ok(None);
        }
        self.number += 1;
        if text.last() == Some(&b'\n') {
            text.pop();
        }
        if text.len() > max {
            return Err(self.wrong("is longer than --max-item allows"));
        }
        // Editors write a mark of the byte order, which is no part of the first line.
        if self.number == 1 && text.starts_with(b"\xef\xbb\xbf") {
            text.drain(..3);
        }
        Ok(Some(text))
    }
}

impl fmt::Debug for Lines {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Lines")
            .field("number", &self.number)
            .finish_non_exhaustive()
    }
}
