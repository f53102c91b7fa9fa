//! How the program ended, and what it wrote.

use std::process::Output;

use serde_json::Value;

use crate::support::masked;
use crate::tenant::{SECRET, URL_MARK};

/// How a run ended.
#[derive(Debug)]
pub struct Run {
    pub stdout: String,
    /// What was said, without the ids of our own requests, which are never the same.
    pub stderr: String,
    pub code: i32,
}

/// A text without `, client-request-id ` and the GUID after it.
fn without_own_ids(text: &str) -> String {
    let mut parts = text.split(", client-request-id ");
    let mut out = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        assert_eq!(masked(&part[..36]), "ID", "no id of a request: {part}");
        out.push_str(&part[36..]);
    }
    out
}

impl From<Output> for Run {
    fn from(output: Output) -> Self {
        use std::os::unix::process::ExitStatusExt as _;
        let run = Self {
            stdout: String::from_utf8_lossy(&output.stdout).into_owned(),
            stderr: without_own_ids(&String::from_utf8_lossy(&output.stderr)),
            code: output
                .status
                .code()
                .unwrap_or_else(|| 128 + output.status.signal().unwrap()),
        };
        run.assert_no_secret();
        run
    }
}

impl Run {
    /// Neither the secret nor a token may ever be printed.
    fn assert_no_secret(&self) {
        for text in [&self.stdout, &self.stderr] {
            assert!(!text.contains(SECRET), "the secret was printed: {text}");
            assert!(!text.contains(URL_MARK), "a secret url was printed: {text}");
            assert!(
                !text.contains("canary-token"),
                "a token was printed: {text}"
            );
        }
    }

    #[track_caller]
    pub fn ok(self) -> Self {
        assert_eq!(self.code, 0, "stderr: {}", self.stderr);
        self
    }

    /// The run must have ended with `code` and `stderr`, and with nothing on stdout.
    #[track_caller]
    pub fn refused(&self, code: i32, stderr: &str) {
        assert_eq!((self.code, self.stderr.as_str()), (code, stderr));
        assert_eq!(self.stdout, "");
    }

    /// The run must have ended with `code`, `stdout` and `stderr`.
    #[track_caller]
    pub fn ended(&self, code: i32, stdout: &str, stderr: &str) {
        let run = (self.code, self.stdout.as_str(), self.stderr.as_str());
        assert_eq!(run, (code, stdout, stderr));
    }

    /// stdout as JSON.
    #[track_caller]
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.stdout).expect(&self.stdout)
    }

    /// The items of a document, or of lines.
    #[track_caller]
    pub fn ids(&self) -> Vec<String> {
        let id = |item: &Value| item["id"].as_str().unwrap_or_default().to_owned();
        match serde_json::from_str::<Value>(&self.stdout) {
            Ok(document) if document.get("value").is_some() => document["value"]
                .as_array()
                .unwrap()
                .iter()
                .map(id)
                .collect(),
            _ => self
                .stdout
                .lines()
                .map(|line| id(&serde_json::from_str(line).expect(line)))
                .collect(),
        }
    }
}
