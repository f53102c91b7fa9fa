//! Takes a body apart as it arrives: top-level members and the items of `value`, token for
//! token, with strict checks and no more memory than one of them.

mod fast_path;
mod grammar;

use crate::graph::list::capture::Capture;
use crate::json::lexical::{Number, Utf8};

/// A piece of a body, without the white space that stood between its tokens.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Piece<'p> {
    /// A member of the top-level object other than a `value` array.
    Member {
        /// The key as a token, quotes included.
        key: &'p [u8],
        /// The value.
        value: &'p [u8],
    },
    /// The `value` array begins.
    Start,
    /// An item of `value`.
    Item {
        /// The item.
        text: &'p [u8],
        /// The token of its own `id`, if it has one.
        id: Option<&'p [u8]>,
        /// Whether something inside has a further link of its own.
        is_partial: bool,
    },
    /// The `value` array ended.
    End,
}

/// Why a body cannot be right.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct JsonError {
    /// Where, in bytes from the start of the body.
    pub(crate) at: u64,
    pub(crate) what: &'static str,
}

/// A push parser for one body.
#[derive(Debug)]
pub(crate) struct Splitter {
    state: State,
    /// The open brackets: `{` or `[`.
    open: Vec<u8>,
    /// Bytes of the body before the present input.
    offset: u64,
    max: usize,
    blanks: usize,
    is_key: bool,
    is_in_items: bool,
    has_value: bool,
    key: Vec<u8>,
    list: &'static str,
    /// Whether the key is that of the list.
    is_value_key: bool,
    capture: Capture,
    facts: Facts,
    /// Whether something outside `value` has a further link that is not the page's.
    is_partial: bool,
}

#[derive(Clone, Copy, Debug)]
enum State {
    Start,
    /// Inside a byte order mark, before this byte of it.
    Mark(u8),
    KeyOrClose,
    Key,
    Colon,
    Value,
    ValueOrClose,
    AfterValue,
    Text,
    Escape,
    Hex(u8),
    Beyond(Utf8),
    Number(Number),
    Literal(&'static [u8]),
    Done,
}

/// What ended at a byte.
#[derive(Clone, Copy, Debug)]
enum Signal {
    Member,
    Start,
    Item,
    End,
}

/// What is noticed about an item while it passes; places are offsets into its text.
#[derive(Debug, Default)]
struct Facts {
    key: usize,
    is_id_next: bool,
    id: Option<(usize, usize)>,
    is_link_next: bool,
    is_partial: bool,
}

/// Deeper nesting than any service has a use for.
const MAX_DEPTH: usize = 512;

const LINK: &[u8] = b"@odata.nextLink\"";

impl Splitter {
    /// Starts a body; no member and no item may be longer than `max` bytes.
    pub(crate) fn new(max: usize) -> Self {
        Self::of("value", max)
    }

    /// The same where the array whose items are handed out has another name than `value`.
    pub(crate) fn of(list: &'static str, max: usize) -> Self {
        Self {
            list,
            state: State::Start,
            open: Vec::new(),
            offset: 0,
            max,
            blanks: 0,
            is_key: false,
            is_in_items: false,
            has_value: false,
            key: Vec::new(),
            is_value_key: false,
            capture: Capture::default(),
            facts: Facts::default(),
            is_partial: false,
        }
    }

    /// Reads on in `input` from `at` and returns the next piece that ended there. With `None`
    /// the input is used up, and the next call takes the next one.
    pub(crate) fn next<'p>(
        &'p mut self,
        input: &'p [u8],
        at: &mut usize,
    ) -> Result<Option<Piece<'p>>, JsonError> {
        if !self.capture.is_on {
            self.capture.kept.clear();
        }
        while *at < input.len() {
            let signal = match self.step(input, at) {
                Ok(signal) => signal,
                Err(what) => {
                    return Err(JsonError {
                        at: self.offset + *at as u64,
                        what,
                    });
                }
            };
            if let Some(signal) = signal {
                return self.piece(signal, input, *at).map(Some);
            }
        }
        self.offset += input.len() as u64;
        let result = self.capture.cut(input, input.len(), self.max);
        self.capture.run = 0;
        result.map_err(|what| self.flaw(what)).map(|()| None)
    }

    /// The text of the last member or item, once more; `input` is the same as it was then.
    pub(crate) fn last<'p>(&'p self, input: &'p [u8]) -> &'p [u8] {
        self.capture.text(input)
    }

    /// Whether something beside the items of `value` is only the first part of more.
    pub(crate) fn is_partial(&self) -> bool {
        self.is_partial
    }

    /// Whether the object has ended, so that nothing but white space may follow.
    pub(crate) fn is_over(&self) -> bool {
        matches!(self.state, State::Done)
    }

    /// Says whether the body may end here.
    pub(crate) fn finish(&self) -> Result<(), JsonError> {
        match self.state {
            State::Done => Ok(()),
            State::Start => Err(self.flaw("the body is empty")),
            _ => Err(self.flaw("the body ends too early")),
        }
    }

    fn flaw(&self, what: &'static str) -> JsonError {
        JsonError {
            at: self.offset,
            what,
        }
    }

    fn piece<'p>(
        &'p mut self,
        signal: Signal,
        input: &'p [u8],
        end: usize,
    ) -> Result<Piece<'p>, JsonError> {
        let offset = self.offset + end as u64;
        let max = self.max;
        Ok(match signal {
            Signal::Start => Piece::Start,
            Signal::End => Piece::End,
            Signal::Member | Signal::Item => {
                let text = self.capture.take(input, end, max);
                let text = text.map_err(|what| JsonError { at: offset, what })?;
                if matches!(signal, Signal::Member) {
                    Piece::Member {
                        key: &self.key,
                        value: text,
                    }
                } else {
                    let id = self.facts.id.and_then(|(start, end)| text.get(start..end));
                    Piece::Item {
                        text,
                        id,
                        is_partial: self.facts.is_partial,
                    }
                }
            }
        })
    }

    fn key_ended(&mut self, input: &[u8], end: usize) -> Result<Option<Signal>, &'static str> {
        self.state = State::Colon;
        if self.open.len() == 1 {
            let key = self.capture.take(input, end, self.max)?;
            self.key.clear();
            self.key.extend_from_slice(key);
            self.capture.kept.clear();
            self.is_value_key = is_name(&self.key, self.list);
            if self.is_value_key && std::mem::replace(&mut self.has_value, true) {
                return Err(match self.list {
                    "value" => "a second `value`",
                    _ => "a second list",
                });
            }
            // The page's own link has nothing before the `@`.
            self.facts.is_link_next = self.key.len() > LINK.len() + 1 && self.key.ends_with(LINK);
        } else {
            let start = self.facts.key;
            let length = self.capture.offset(end) - start;
            self.facts.is_id_next = self.is_in_items
                && self.open.len() == 3
                && length == 4
                && self.capture.holds(input, start, b"\"id\"");
            self.facts.is_link_next =
                length > LINK.len() && self.capture.holds(input, start + length - LINK.len(), LINK);
        }
        Ok(None)
    }

    fn value_begins(&mut self, byte: u8, at: usize) -> Result<Option<Signal>, &'static str> {
        let depth = self.open.len();
        if depth == 1 {
            if byte == b'[' && self.is_value_key {
                self.is_in_items = true;
                self.push(b'[')?;
                return Ok(Some(Signal::Start));
            }
            self.capture.begin(at);
        } else if depth == 2 && self.is_in_items {
            self.capture.begin(at);
            self.facts = Facts::default();
        }
        self.facts.is_id_next &= byte == b'"';
        if self.facts.is_id_next {
            let start = self.capture.offset(at);
            self.facts.id = Some((start, start));
        }
        if std::mem::take(&mut self.facts.is_link_next) && byte != b'n' {
            self.facts.is_partial = true;
            self.is_partial |= !self.is_in_items;
        }
        self.is_key = false;
        match byte {
            b'{' | b'[' => self.push(byte)?,
            b'"' => self.state = State::Text,
            b't' => self.state = State::Literal(b"rue"),
            b'f' => self.state = State::Literal(b"alse"),
            b'n' => self.state = State::Literal(b"ull"),
            _ => self.state = State::Number(Number::start(byte).ok_or("not a JSON value")?),
        }
        Ok(None)
    }

    fn value_ended(&mut self, end: usize) -> Option<Signal> {
        self.state = State::AfterValue;
        match self.open.len() {
            0 => {
                self.state = State::Done;
                None
            }
            1 if std::mem::take(&mut self.is_in_items) => Some(Signal::End),
            1 => Some(Signal::Member),
            2 if self.is_in_items => Some(Signal::Item),
            3 if std::mem::take(&mut self.facts.is_id_next) => {
                if let Some((_, id_end)) = &mut self.facts.id {
                    *id_end = self.capture.offset(end);
                }
                None
            }
            _ => None,
        }
    }
}

/// Whether a key token spells `name`, escapes undone.
pub(crate) fn is_name(key: &[u8], name: &str) -> bool {
    if key.contains(&b'\\') {
        serde_json::from_slice::<String>(key).is_ok_and(|key| key == name)
    } else {
        key.get(1..key.len().saturating_sub(1)) == Some(name.as_bytes())
    }
}

#[cfg(test)]
mod tests;
