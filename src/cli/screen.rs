//! Data on its way to a terminal: what would steer it is shown instead.

use crate::error::is_steering;

/// Escapes control characters but line ends and tabs, and those that turn the reading direction,
/// as `\u009b`, which in JSON means the same.
#[derive(Debug, Default)]
pub(crate) struct Screen {
    /// The beginning of a character whose other bytes have not come.
    rest: Vec<u8>,
}

impl Screen {
    /// The text to show for the next bytes.
    pub(crate) fn show(&mut self, bytes: &[u8]) -> String {
        let mut all = std::mem::take(&mut self.rest);
        all.extend_from_slice(bytes);
        if all.last() == Some(&b'\r') {
            self.rest.extend(all.pop());
        } else if let Some(chunk) = all.utf8_chunks().last() {
            // Whether more bytes could make a character of these.
            let invalid = chunk.invalid();
            let error = str::from_utf8(invalid).err();
            if error.is_some_and(|error| error.error_len().is_none()) {
                self.rest = all.split_off(all.len() - invalid.len());
            }
        }
        let text = String::from_utf8_lossy(&all);
        let mut shown = String::with_capacity(text.len());
        let mut characters = text.chars().peekable();
        while let Some(c) = characters.next() {
            let is_line_end = c == '\r' && characters.peek() == Some(&'\n');
            if is_steering(c) && !matches!(c, '\n' | '\t') && !is_line_end {
                shown.push_str(&format!("\\u{:04x}", u32::from(c)));
            } else {
                shown.push(c);
            }
        }
        shown
    }

    /// The text to show for what is left at the end.
    pub(crate) fn finish(self) -> String {
        match self.rest.as_slice() {
            [] => String::new(),
            b"\r" => "\r".to_owned(),
            _ => char::REPLACEMENT_CHARACTER.to_string(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_steers_a_terminal_is_shown_wherever_the_bytes_are_cut() {
        let text = "a\u{1b}[31m\u{9b}\u{202e}\u{feff}\tb\r\nc\rd é\u{1f600}\n";
        let expected = "a\\u001b[31m\\u009b\\u202e\\ufeff\tb\r\nc\\u000dd é\u{1f600}\n";
        for step in 1..text.len() {
            let mut screen = Screen::default();
            let shown = text.as_bytes().chunks(step).map(|bytes| screen.show(bytes));
            assert_eq!(shown.collect::<String>(), expected, "in steps of {step}");
        }
    }

    #[test]
    fn bytes_that_are_no_text_are_shown_as_such() {
        let mut screen = Screen::default();
        assert_eq!(screen.show(b"a\x9b31mb\xc3"), "a\u{fffd}31mb");
        assert_eq!(screen.finish(), "\u{fffd}");
    }
}
