//! A listing as one JSON document, written while it arrives.

use std::io::{self, Write};

use crate::cli::indent::{indent, line};
use crate::graph::Members;

/// Writes `{`, the members before `value`, the items, the members after, `}`.
#[derive(Debug)]
pub(crate) struct Document {
    is_indented: bool,
    items: u64,
}

impl Document {
    pub(crate) fn new(is_indented: bool) -> Self {
        Self {
            is_indented,
            items: 0,
        }
    }

    /// Writes a document that is one object.
    pub(crate) fn object(&self, out: &mut impl Write, object: &[u8]) -> io::Result<()> {
        self.json(out, object, 0)?;
        out.write_all(b"\n")
    }

    pub(crate) fn begin(&self, out: &mut impl Write, members: &Members) -> io::Result<()> {
        out.write_all(b"{")?;
        for (key, value) in members.before() {
            self.member(out, key, value)?;
            out.write_all(b",")?;
        }
        self.member(out, b"\"value\"", b"[")
    }

    pub(crate) fn item(&mut self, out: &mut impl Write, item: &[u8]) -> io::Result<()> {
        if self.items > 0 {
            out.write_all(b",")?;
        }
        self.items += 1;
        if self.is_indented {
            line(out, 2)?;
        }
        self.json(out, item, 2)
    }

    pub(crate) fn end(&self, out: &mut impl Write, members: &Members) -> io::Result<()> {
        if self.is_indented && self.items > 0 {
            line(out, 1)?;
        }
        out.write_all(b"]")?;
        for (key, value) in members.after() {
            out.write_all(b",")?;
            self.member(out, key, value)?;
        }
        if self.is_indented {
            line(out, 0)?;
        }
        out.write_all(b"}\n")
    }

    fn member(&self, out: &mut impl Write, key: &[u8], value: &[u8]) -> io::Result<()> {
        if self.is_indented {
            line(out, 1)?;
        }
        out.write_all(key)?;
        out.write_all(if self.is_indented { b": " } else { b":" })?;
        // An array that is left open is written by its items.
        if value == b"[" {
            out.write_all(value)
        } else {
            self.json(out, value, 1)
        }
    }

    fn json(&self, out: &mut impl Write, json: &[u8], level: usize) -> io::Result<()> {
        if self.is_indented {
            indent(out, json, level)
        } else {
            out.write_all(json)
        }
    }
}
