//! The short way through an object: the members that lie whole in the input, one after the
//! other. Whatever else comes is left to the grammar, in the state that it would be in by itself.
//!
//! Most of the time goes by in here. Slice patterns and `get` instead of comparisons and ranges:
//! where the program is built for size, those are calls.

use crate::graph::list::splitter::{LINK, MAX_DEPTH, Splitter, State};
use crate::json::lexical::{number_end, text_run};

impl Splitter {
    /// Reads on from the quote of a key inside an item or a member. What is wrong or cut short is
    /// left where the state machine finds it: nothing is refused here.
    pub(super) fn members(&mut self, input: &[u8], at: &mut usize) {
        let is_item = self.is_in_items && self.open.len() == 3;
        let has_room = self.open.len() < MAX_DEPTH;
        let mut rest = input.get(*at..).unwrap_or_default();
        while let [b'"', key @ ..] = rest {
            let length = text_run(key);
            let Some([b'"', b':', value @ ..]) = key.get(length..) else {
                self.facts.key = self.capture.offset(input.len() - rest.len());
                self.is_key = true;
                self.state = State::Text;
                *at = input.len() - key.len() + length;
                return;
            };
            let is_id = is_item && matches!(key, [b'i', b'd', b'"', ..]);
            // Its quote goes with it.
            let is_link = length + 1 >= LINK.len() && is_link(key, length);
            let after = match value {
                [b'[', items @ ..] if has_room => flat_end(items),
                _ => scalar_end(value),
            };
            let Some(after) = after else {
                self.facts.is_id_next = is_id;
                self.facts.is_link_next = is_link;
                self.state = State::Value;
                *at = input.len() - value.len();
                return;
            };
            if is_id && matches!(value, [b'"', ..]) {
                let start = self.capture.offset(input.len() - value.len());
                self.facts.id = Some((start, start + value.len() - after.len()));
            }
            if is_link && !matches!(value, [b'n', ..]) {
                self.facts.is_partial = true;
                self.is_partial |= !self.is_in_items;
            }
            rest = after;
            match after {
                [b',', next @ ..] if matches!(next, [b'"', ..]) => rest = next,
                _ => break,
            }
        }
        self.facts.is_id_next = false;
        self.facts.is_link_next = false;
        self.state = State::AfterValue;
        *at = input.len() - rest.len();
    }
}

fn is_link(key: &[u8], length: usize) -> bool {
    matches!(key.get(length - 1), Some(b'k'))
        && key.get(..=length).is_some_and(|key| key.ends_with(LINK))
}

/// What follows an array of strings, numbers and literals whose bracket has been read.
fn flat_end(text: &[u8]) -> Option<&[u8]> {
    if let [b']', rest @ ..] = text {
        return Some(rest);
    }
    let mut rest = text;
    loop {
        match scalar_end(rest)? {
            [b',', next @ ..] => rest = next,
            [b']', after @ ..] => return Some(after),
            _ => return None,
        }
    }
}

/// What follows a string, a number or a literal, if it ends in the text and is right.
#[inline(always)]
fn scalar_end(text: &[u8]) -> Option<&[u8]> {
    match text {
        [b'"', text @ ..] => match text.get(text_run(text)..) {
            Some([b'"', rest @ ..]) => Some(rest),
            _ => None,
        },
        [b'n', b'u', b'l', b'l', rest @ ..] | [b't', b'r', b'u', b'e', rest @ ..] => Some(rest),
        [b'f', b'a', b'l', b's', b'e', rest @ ..] => Some(rest),
        _ => text.get(number_end(text)?..),
    }
}
