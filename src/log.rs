//! What the library tells while it works: for progress and `-v`, never needed for the result.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use crate::redact::Redactor;

/// One thing worth telling.
#[derive(Debug)]
#[non_exhaustive]
pub enum Notice<'n> {
    /// What is being done, for `-v`.
    Note(&'n str),
    /// What is being sent and received, for `-vv`.
    Trace(&'n str),
    /// The next attempt comes after this wait.
    Wait {
        /// Why, in one line.
        reason: &'n str,
        /// How long.
        wait: Duration,
    },
    /// Something is wrong that does not stop the work.
    Warning(&'n str),
}

/// Who is told, and what is kept from them.
#[derive(Clone, Default)]
pub(crate) struct Listener {
    hear: Option<Arc<Hear>>,
    is_brief: bool,
    redactor: Redactor,
}

type Hear = dyn Fn(&Notice<'_>) + Send + Sync;

impl Listener {
    pub(crate) fn listen(&mut self, hear: impl Fn(&Notice<'_>) + Send + Sync + 'static) {
        self.hear = Some(Arc::new(hear));
    }

    /// Leaves out notes and traces.
    pub(crate) fn set_brief(&mut self) {
        self.is_brief = true;
    }

    pub(crate) fn set_redactor(&mut self, redactor: Redactor) {
        self.redactor = redactor;
    }

    pub(crate) fn redactor(&self) -> &Redactor {
        &self.redactor
    }

    /// Tells it without secrets: much of it quotes a server.
    pub(crate) fn tell(&self, notice: &Notice<'_>) {
        let Some(hear) = &self.hear else {
            return;
        };
        let (Notice::Note(text)
        | Notice::Trace(text)
        | Notice::Warning(text)
        | Notice::Wait { reason: text, .. }) = notice;
        let text = self.redactor.redact_line(text);
        let text = text.as_str();
        hear(&match notice {
            Notice::Note(_) => Notice::Note(text),
            Notice::Trace(_) => Notice::Trace(text),
            Notice::Warning(_) => Notice::Warning(text),
            Notice::Wait { wait, .. } => Notice::Wait {
                reason: text,
                wait: *wait,
            },
        });
    }

    /// Tells a note that is only put together if somebody wants it.
    pub(crate) fn note(&self, text: impl FnOnce() -> String) {
        if self.hear.is_some() && !self.is_brief {
            self.tell(&Notice::Note(&text()));
        }
    }

    /// The same with a trace.
    pub(crate) fn trace(&self, text: impl FnOnce() -> String) {
        if self.hear.is_some() && !self.is_brief {
            self.tell(&Notice::Trace(&text()));
        }
    }

    pub(crate) fn warn(&self, text: &str) {
        self.tell(&Notice::Warning(text));
    }
}

impl fmt::Debug for Listener {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(if self.hear.is_some() {
            "Listener"
        } else {
            "nobody"
        })
    }
}
