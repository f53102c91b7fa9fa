//! Which ids came by lately.

use std::collections::HashSet;
use std::hash::{DefaultHasher, Hash as _, Hasher as _};

/// The ids of the last lines, as hashes: an input may have any number of lines.
#[derive(Debug, Default)]
pub(crate) struct Window {
    recent: HashSet<u64>,
    older: HashSet<u64>,
}

/// How many lines back a repeated id is found, at the least.
const LINES: usize = 10_000;

impl Window {
    /// Takes an id; false says that it came before.
    pub(crate) fn take(&mut self, key: &str) -> bool {
        let mut hasher = DefaultHasher::new();
        key.hash(&mut hasher);
        let hash = hasher.finish();
        if self.older.contains(&hash) || !self.recent.insert(hash) {
            return false;
        }
        if self.recent.len() == LINES {
            std::mem::swap(&mut self.recent, &mut self.older);
            self.recent.clear();
        }
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_repeated_id_is_found_ten_thousand_lines_back_and_later_forgotten() {
        for before in [0, 1, LINES / 2, LINES - 1] {
            let mut window = Window::default();
            for line in 0..before {
                assert!(window.take(&format!("before {line}")));
            }
            assert!(window.take("it"));
            for line in 1..LINES {
                assert!(window.take(&line.to_string()));
            }
            assert!(!window.take("it"), "{before}");
            for line in LINES..2 * LINES {
                assert!(window.take(&line.to_string()));
            }
            assert!(window.take("it"), "{before}");
            assert!(window.recent.len() + window.older.len() < 2 * LINES);
        }
    }
}
