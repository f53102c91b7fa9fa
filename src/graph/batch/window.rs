//! Which ids came by lately.

use std::collections::{HashSet, VecDeque};
use std::hash::{DefaultHasher, Hash as _, Hasher as _};

/// The ids of the last lines, as hashes: an input may have any number of lines.
#[derive(Debug, Default)]
pub(super) struct Window {
    known: HashSet<u64>,
    order: VecDeque<u64>,
}

/// How many lines back a repeated id is found.
const LINES: usize = 20_000;

impl Window {
    /// Takes an id; false says that it came before.
    pub(super) fn take(&mut self, key: &str) -> bool {
        let mut hasher = DefaultHasher::new();
        key.hash(&mut hasher);
        let hash = hasher.finish();
        if !self.known.insert(hash) {
            return false;
        }
        self.order.push_back(hash);
        if self.order.len() > LINES
            && let Some(old) = self.order.pop_front()
        {
            self.known.remove(&old);
        }
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_repeated_id_is_found_twenty_thousand_lines_back_and_then_forgotten() {
        let mut window = Window::default();
        assert!(window.take("first") && window.take("second"));
        assert!(!window.take("first"));
        for line in 2..LINES {
            assert!(window.take(&line.to_string()));
        }
        assert!(!window.take("first"));
        assert!(window.take("one more"));
        assert!(window.take("first"), "it was forgotten");
        assert_eq!(window.known.len(), LINES);
    }
}
