//! JSON's grammar ([RFC 8259](https://www.rfc-editor.org/rfc/rfc8259)), byte by byte: what may
//! follow what.

use crate::graph::list::splitter::{MAX_DEPTH, Signal, Splitter, State};
use crate::json::lexical::{Step, Utf8, text_run};

impl Splitter {
    /// Reads at least one byte, or ends a number before one.
    pub(super) fn step(
        &mut self,
        input: &[u8],
        at: &mut usize,
    ) -> Result<Option<Signal>, &'static str> {
        let byte = input[*at];
        match self.state {
            State::Text => return self.text(input, at),
            State::Number(number) => {
                match number.next(byte) {
                    Step::Goes(number) => self.state = State::Number(number),
                    Step::Wrong => return Err("not a number"),
                    Step::Ended => return Ok(self.value_ended(*at)),
                }
                *at += 1;
                return Ok(None);
            }
            State::Literal(rest) => {
                let Some((&expected, rest)) = rest.split_first() else {
                    return Ok(self.value_ended(*at));
                };
                if byte != expected {
                    return Err("neither true, false nor null");
                }
                *at += 1;
                self.state = State::Literal(rest);
                return Ok(if rest.is_empty() {
                    self.value_ended(*at)
                } else {
                    None
                });
            }
            State::Escape | State::Hex(_) | State::Beyond(_) | State::Mark(_) => {
                self.in_text(byte)?;
            }
            _ if matches!(byte, b' ' | b'\t' | b'\n' | b'\r') => {
                return self.blank(input, at).map(|()| None);
            }
            _ => {
                self.blanks = 0;
                let here = *at;
                let signal = self.structure(input, at);
                if signal.is_err() {
                    // The byte itself is what is wrong.
                    *at = here;
                }
                return signal;
            }
        }
        *at += 1;
        Ok(None)
    }

    /// A byte inside a string that is no plain one, or of a byte order mark.
    fn in_text(&mut self, byte: u8) -> Result<(), &'static str> {
        self.state = match (self.state, byte) {
            (State::Escape, b'u') => State::Hex(4),
            (State::Escape, b'"' | b'\\' | b'/' | b'b' | b'f' | b'n' | b'r' | b't') => State::Text,
            (State::Escape, _) => return Err("no such escape in a string"),
            (State::Hex(1), b) if b.is_ascii_hexdigit() => State::Text,
            (State::Hex(left), b) if b.is_ascii_hexdigit() => State::Hex(left - 1),
            (State::Hex(_), _) => return Err("no such escape in a string"),
            (State::Beyond(utf8), b) => match utf8.next(b) {
                Ok(Some(utf8)) => State::Beyond(utf8),
                Ok(None) => State::Text,
                Err(()) => return Err("not UTF-8"),
            },
            (State::Mark(0xbb), 0xbb) => State::Mark(0xbf),
            (State::Mark(0xbf), 0xbf) => State::Start,
            (State::Mark(_), _) => return Err("not a JSON object"),
            (state, _) => state,
        };
        Ok(())
    }

    fn text(&mut self, input: &[u8], at: &mut usize) -> Result<Option<Signal>, &'static str> {
        *at += text_run(&input[*at..]);
        let Some(&byte) = input.get(*at) else {
            return Ok(None);
        };
        match byte {
            b'"' => {
                *at += 1;
                return if self.is_key {
                    self.key_ended(input, *at)
                } else {
                    Ok(self.value_ended(*at))
                };
            }
            b'\\' => self.state = State::Escape,
            0x80.. => self.state = State::Beyond(Utf8::start(byte).ok_or("not UTF-8")?),
            _ => return Err("a control character in a string"),
        }
        *at += 1;
        Ok(None)
    }

    /// White space between tokens: not kept.
    fn blank(&mut self, input: &[u8], at: &mut usize) -> Result<(), &'static str> {
        self.capture.cut(input, *at, self.max)?;
        let rest = &input[*at..];
        let is_blank = |b: &u8| matches!(b, b' ' | b'\t' | b'\n' | b'\r');
        let length = rest.iter().position(|b| !is_blank(b)).unwrap_or(rest.len());
        self.blanks += length;
        if self.blanks > self.max {
            return Err("white space without end");
        }
        *at += length;
        self.capture.run = *at;
        Ok(())
    }

    fn structure(&mut self, input: &[u8], at: &mut usize) -> Result<Option<Signal>, &'static str> {
        let here = *at;
        let byte = input[here];
        *at += 1;
        match (self.state, byte) {
            (State::Start, b'{') => self.push(b'{')?,
            // RFC 8259 §8.1 lets a reader pass over a byte order mark.
            (State::Start, 0xef) if self.offset == 0 && here == 0 => {
                self.state = State::Mark(0xbb);
            }
            (State::Start, _) => return Err("not a JSON object"),
            (State::KeyOrClose | State::Key, b'"') if self.open.len() == 1 => {
                self.is_key = true;
                self.state = State::Text;
                self.capture.begin(here);
            }
            (State::KeyOrClose | State::Key, b'"') => {
                *at = here;
                self.members(input, at);
            }
            (State::Colon, b':') => self.state = State::Value,
            (State::Value | State::ValueOrClose, byte) if !matches!(byte, b']' | b'}') => {
                return self.value_begins(byte, here);
            }
            (State::AfterValue, b',') => {
                let is_object = self.open.last() == Some(&b'{');
                self.state = if is_object { State::Key } else { State::Value };
            }
            (State::KeyOrClose, b'}') => return Ok(self.close(*at)),
            (State::ValueOrClose, b']') => return Ok(self.close(*at)),
            (State::AfterValue, b'}') if self.open.last() == Some(&b'{') => {
                return Ok(self.close(*at));
            }
            (State::AfterValue, b']') if self.open.last() == Some(&b'[') => {
                return Ok(self.close(*at));
            }
            (State::Done, _) => return Err("something follows the JSON object"),
            _ => return Err("not JSON"),
        }
        Ok(None)
    }

    pub(super) fn push(&mut self, bracket: u8) -> Result<(), &'static str> {
        if self.open.len() == MAX_DEPTH {
            return Err("nested too deeply");
        }
        self.open.push(bracket);
        self.state = if bracket == b'{' {
            State::KeyOrClose
        } else {
            State::ValueOrClose
        };
        Ok(())
    }

    fn close(&mut self, end: usize) -> Option<Signal> {
        self.open.pop();
        self.value_ended(end)
    }
}
