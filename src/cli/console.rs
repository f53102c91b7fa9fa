//! Everything that goes to stderr: errors, hints, notes, progress.

use std::io::{self, IsTerminal as _, Write as _};
use std::sync::{Arc, LazyLock, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use serde::Serialize;

use crate::cli::exit::Exit;
use crate::error::{Error, Report, printable, quoted};
use crate::http::in_seconds;
use crate::log::Notice;
use crate::redact::Redactor;

/// What stands between every message of the program and stderr. Whoever quotes a server redacts
/// before; this is for whoever forgot to.
static REDACTOR: LazyLock<Redactor> = LazyLock::new(Redactor::new);

/// The redactor for the network of the program.
pub(crate) fn redactor() -> Redactor {
    REDACTOR.clone()
}

/// A message as it may be shown.
pub(crate) fn shown(message: &str) -> String {
    REDACTOR.redact_line(&printable(message))
}

/// How to speak.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct LogOptions {
    pub(crate) is_json: bool,
    pub(crate) is_quiet: bool,
    pub(crate) verbosity: u8,
}

/// stderr; clones speak with one log.
#[derive(Clone, Debug)]
pub(crate) struct Console(Arc<Shared>);

#[derive(Debug)]
struct Shared {
    log: LogOptions,
    has_progress: bool,
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    /// Whether a line of progress stands on the terminal.
    is_shown: bool,
    /// Until when that line is about a wait.
    waits_until: Option<Instant>,
}

/// Of a longer wait everybody hears.
const LONG_WAIT: Duration = Duration::from_secs(5);

impl Console {
    pub(crate) fn new(log: LogOptions) -> Self {
        let is_plain = !log.is_json && !log.is_quiet && log.verbosity == 0;
        let has_progress = is_plain && io::stderr().is_terminal();
        Self(Arc::new(Shared {
            log,
            has_progress,
            state: Mutex::default(),
        }))
    }

    /// The last word: why the program ends with another code than 0.
    pub(crate) fn error(&self, error: &Error) {
        let report = error.report();
        if self.0.log.is_json {
            let exit = Exit::from(error) as u8;
            self.json(&Line::new("error", &report.message).of(report, exit));
            return;
        }
        self.line(&report.message);
        if let Some(hint) = &report.hint {
            self.write(&format!("hint: {hint}"));
        }
        if let Some(resume) = &report.resume {
            let link = quoted(&resume.link);
            let hash = resume.hash.map(|hash| format!(":{hash:016x}"));
            self.write(&format!(
                "hint: go on with --resume {link} --skip {}{}{}",
                resume.skip,
                hash.unwrap_or_default(),
                resume.options
            ));
        }
    }

    /// Something that the user should know though all went well.
    pub(crate) fn note(&self, text: &str) {
        if !self.0.log.is_quiet {
            self.say("note", text);
        }
    }

    /// Passes on what the library tells.
    pub(crate) fn log(&self, notice: &Notice<'_>) {
        let log = self.0.log;
        match notice {
            Notice::Warning(text) if !log.is_quiet => self.say("warning", text),
            Notice::Note(text) if log.verbosity >= 1 => self.say("note", text),
            Notice::Trace(text) if log.verbosity >= 2 => self.say("trace", text),
            Notice::Wait { reason, wait } => {
                let text = format!("{reason}; retry in {} s", in_seconds(*wait));
                let is_long = *wait > LONG_WAIT && !log.is_quiet;
                if log.verbosity >= 1 || is_long {
                    self.say("note", &text);
                } else {
                    let until = Instant::now().checked_add(*wait);
                    let mut state = self.state();
                    self.show(&mut state, &text);
                    state.waits_until = until;
                }
            }
            _ => {}
        }
    }

    /// Whether anybody watches.
    pub(crate) fn has_progress(&self) -> bool {
        self.0.has_progress
    }

    /// Shows how far the work is, unless a wait is shown.
    pub(crate) fn progress(&self, text: &str) {
        let mut state = self.state();
        if state
            .waits_until
            .is_none_or(|until| Instant::now() >= until)
        {
            self.show(&mut state, text);
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Takes the progress away.
    pub(crate) fn clear(&self) {
        let mut state = self.state();
        if std::mem::take(&mut state.is_shown) {
            let _ = io::stderr().write_all(b"\r\x1b[K");
        }
    }

    fn show(&self, state: &mut State, text: &str) {
        if self.0.has_progress {
            state.is_shown = true;
            let line = format!("\r\x1b[Kmgd: {}", shown(text));
            let _ = io::stderr().write_all(line.as_bytes());
        }
    }

    fn say(&self, level: &str, text: &str) {
        if self.0.log.is_json {
            self.json(&Line::new(level, text));
        } else if level == "warning" {
            self.line(&format!("warning: {text}"));
        } else {
            self.line(text);
        }
    }

    fn line(&self, text: &str) {
        self.write(&shown(text));
    }

    /// A line that may hold a link, which is of no use but whole.
    fn write(&self, text: &str) {
        self.clear();
        // Nobody is left to tell when stderr is gone.
        let _ = io::stderr().write_all(format!("mgd: {}\n", printable(text)).as_bytes());
    }

    fn json(&self, line: &Line<'_>) {
        if let Ok(mut line) = serde_json::to_vec(line) {
            line.push(b'\n');
            let _ = io::stderr().write_all(&line);
        }
    }
}

/// One object on stderr with `--errors json`; what is not known is left out.
#[derive(Debug, Default, Serialize)]
struct Line<'l> {
    level: &'l str,
    #[serde(skip_serializing_if = "Option::is_none")]
    code: Option<String>,
    message: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    hint: Option<&'l str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    exit: Option<u8>,
    #[serde(skip_serializing_if = "Option::is_none")]
    status: Option<u16>,
    #[serde(skip_serializing_if = "Option::is_none")]
    request_id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    client_request_id: Option<String>,
    /// In seconds.
    #[serde(skip_serializing_if = "Option::is_none")]
    retry_after: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    resume: Option<ResumePoint<'l>>,
}

#[derive(Debug, Serialize)]
struct ResumePoint<'l> {
    link: &'l str,
    skip: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    hash: Option<String>,
}

impl<'l> Line<'l> {
    fn new(level: &'l str, text: &str) -> Self {
        Self {
            level,
            message: shown(text),
            ..Self::default()
        }
    }

    fn of(mut self, report: &'l Report, exit: u8) -> Self {
        self.code = report.code.as_deref().map(shown);
        self.hint = report.hint.as_deref();
        self.exit = Some(exit);
        self.status = report.status;
        self.request_id = report.request_id.as_deref().map(shown);
        self.client_request_id = report.client_request_id.as_deref().map(shown);
        self.retry_after = report.retry_after.map(|wait| wait.as_secs_f64());
        self.resume = report.resume.as_ref().map(|resume| ResumePoint {
            link: &resume.link,
            skip: resume.skip,
            hash: resume.hash.map(|hash| format!("{hash:016x}")),
        });
        self
    }
}
