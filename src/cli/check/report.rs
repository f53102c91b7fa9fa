//! The report of `mgd check`: a line for each thing that was looked at.

use serde::Serialize;

use crate::cli::console::shown;
use crate::cli::exit::{Exit, Failure};
use crate::cli::sink::Sink;
use crate::error::Error;

/// What came of a check.
#[derive(Clone, Copy, Debug, Serialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Verdict {
    Pass,
    Warn,
    Fail,
    Skip,
}

/// One line; what is not known is left out.
#[derive(Debug, Serialize)]
struct Line<'l> {
    result: Verdict,
    check: &'l str,
    message: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    hint: Option<&'l str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    exit: Option<u8>,
    #[serde(skip_serializing_if = "Option::is_none")]
    code: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    status: Option<u16>,
}

/// The lines go to stdout one by one: a person waits for them.
#[derive(Debug)]
pub(crate) struct Report {
    sink: Sink,
    is_json: bool,
    /// How the first check failed that did.
    failed: Option<Exit>,
    passed: u32,
    warnings: u32,
    failures: u32,
    /// What could not be looked at, and why.
    skipped: Vec<(Vec<String>, String)>,
}

impl Report {
    pub(crate) fn new(is_json: bool) -> Result<Self, Failure> {
        Ok(Self {
            sink: Sink::stdout()?,
            is_json,
            failed: None,
            passed: 0,
            warnings: 0,
            failures: 0,
            skipped: Vec::new(),
        })
    }

    pub(crate) fn pass(&mut self, check: &str, text: &str) -> Result<(), Failure> {
        self.passed += 1;
        self.tell(Verdict::Pass, check, text, None)
    }

    pub(crate) fn warn(&mut self, check: &str, text: &str, hint: &str) -> Result<(), Failure> {
        let hint = Some(hint).filter(|hint| !hint.is_empty());
        self.warnings += 1;
        self.tell(Verdict::Warn, check, text, hint)
    }

    /// Checks that cannot be made because another failed: for a person one line, at the end.
    pub(crate) fn skip(&mut self, checks: &[&str], why: &str) -> Result<(), Failure> {
        let names = checks.iter().map(|check| (*check).to_owned()).collect();
        self.skipped.push((names, why.to_owned()));
        if self.is_json {
            let mut checks = checks.iter();
            return checks.try_for_each(|check| self.tell(Verdict::Skip, check, why, None));
        }
        Ok(())
    }

    pub(crate) fn fail(&mut self, check: &str, error: &Error) -> Result<(), Failure> {
        let report = error.report();
        let exit = Exit::from(error);
        self.failed.get_or_insert(exit);
        self.failures += 1;
        let line = Line {
            result: Verdict::Fail,
            check,
            message: shown(&report.message),
            hint: report.hint.as_deref(),
            exit: Some(exit as u8),
            code: report.code.as_deref().map(shown),
            status: report.status,
        };
        self.put(&line)
    }

    /// Tells a check that passed with its text or failed with its error, and whether it passed.
    pub(crate) fn outcome(
        &mut self,
        check: &str,
        outcome: &Result<String, Error>,
    ) -> Result<bool, Failure> {
        match outcome {
            Ok(text) => self.pass(check, text)?,
            Err(error) => self.fail(check, error)?,
        }
        Ok(outcome.is_ok())
    }

    /// The end: how the first failure says it.
    pub(crate) fn finish(mut self) -> Result<(), Failure> {
        if !self.is_json {
            let skipped = self.skipped.iter();
            let skipped =
                skipped.map(|(checks, why)| format!("{}: {}", checks.join(", "), shown(why)));
            let skipped = skipped.collect::<Vec<_>>().join("; ");
            let mut text = String::new();
            if !skipped.is_empty() {
                text = format!("skip  {skipped}\n");
            }
            text.push_str(&self.summary());
            self.sink.write(text.as_bytes())?;
        }
        self.sink.finish()?;
        self.failed
            .map_or(Ok(()), |exit| Err(Failure::Reported(exit)))
    }

    fn summary(&self) -> String {
        let skipped: usize = self.skipped.iter().map(|(checks, _)| checks.len()).sum();
        let mut summary = format!("{} passed", self.passed);
        if self.warnings > 0 {
            let plural = if self.warnings == 1 { "" } else { "s" };
            summary.push_str(&format!(", {} warning{plural}", self.warnings));
        }
        if self.failures > 0 {
            summary.push_str(&format!(", {} failed", self.failures));
        }
        if skipped > 0 {
            summary.push_str(&format!(", {skipped} skipped"));
        }
        summary + "\n"
    }

    fn tell(
        &mut self,
        result: Verdict,
        check: &str,
        text: &str,
        hint: Option<&str>,
    ) -> Result<(), Failure> {
        let line = Line {
            result,
            check,
            message: shown(text),
            hint,
            exit: None,
            code: None,
            status: None,
        };
        self.put(&line)
    }

    fn put(&mut self, line: &Line<'_>) -> Result<(), Failure> {
        let text = if self.is_json {
            let json = serde_json::to_string(line);
            json.map_err(|_| Error::local("stdout: not put into JSON"))? + "\n"
        } else {
            let verdict = match line.result {
                Verdict::Pass => "pass",
                Verdict::Warn => "warn",
                Verdict::Fail => "fail",
                Verdict::Skip => "skip",
            };
            let hint = line.hint.map(|hint| format!("      {hint}\n"));
            let hint = hint.unwrap_or_default();
            format!("{verdict}  {}: {}\n{hint}", line.check, line.message)
        };
        self.sink.write(text.as_bytes())?;
        self.sink.flush()
    }
}
