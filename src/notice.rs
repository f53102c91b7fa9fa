//! What the library tells while it works: for progress and `-v`, never needed for the result.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

/// One thing worth telling.
#[derive(Debug)]
#[non_exhaustive]
pub enum Notice<'n> {
    /// What is being done, for `-v`.
    Note(&'n str),
    /// What is being sent and received, for `-vv`.
    Trace(&'n str),
    /// The next try comes after this wait.
    Wait {
        /// Why, in one line.
        reason: &'n str,
        /// How long.
        wait: Duration,
    },
    /// Something is wrong that does not stop the work.
    Warning(&'n str),
}

/// Who is told.
#[derive(Clone, Default)]
pub(crate) struct Listener(Option<Arc<Hear>>);

type Hear = dyn Fn(&Notice<'_>) + Send + Sync;

impl Listener {
    pub(crate) fn new(listener: impl Fn(&Notice<'_>) + Send + Sync + 'static) -> Self {
        Self(Some(Arc::new(listener)))
    }

    pub(crate) fn tell(&self, notice: &Notice<'_>) {
        if let Some(listener) = &self.0 {
            listener(notice);
        }
    }

    /// Tells a note that is only put together if somebody listens.
    pub(crate) fn note(&self, text: impl FnOnce() -> String) {
        if self.0.is_some() {
            self.tell(&Notice::Note(&text()));
        }
    }

    pub(crate) fn warn(&self, text: &str) {
        self.tell(&Notice::Warning(text));
    }
}

impl fmt::Debug for Listener {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(if self.0.is_some() {
            "Listener"
        } else {
            "nobody"
        })
    }
}
