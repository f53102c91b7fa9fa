//! Runs the program in a folder of its own, with nothing of the user's in reach.

#[macro_use]
mod machine;
mod pages;
mod process;
mod run;
mod scratch;
mod signals;
mod watch;

use std::ffi::OsStr;
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::sync::OnceLock;
use std::time::{Duration, Instant};

use serde_json::Value;

use crate::tenant::Tenant;

pub use machine::{missing, run_as_nobody, run_by, skipped, tool};
pub use pages::{
    DIFFERS, asked, items, jsonl, page, resume_hint, resume_hint_of_json, script, skipping,
};
pub use process::{Child, Command, LIMIT};
pub use run::Run;
pub use scratch::Scratch;
pub use signals::signal;

/// The program, set up for a tenant: `parameters.json`, `ca.pem` and a token cache of its own in a
/// scratch folder.
pub struct Mgd {
    pub scratch: Scratch,
    program: PathBuf,
    variables: Vec<(String, String)>,
    promise: Option<Duration>,
}

impl Mgd {
    /// The program with a parameters file for `tenant`.
    pub fn new(tenant: &Tenant) -> Self {
        let mgd = Self::without_files();
        tenant.write_files(&mgd.scratch.0);
        mgd
    }

    /// The program with an empty folder.
    pub fn without_files() -> Self {
        Self {
            scratch: Scratch::new(),
            program: PathBuf::from(env!("CARGO_BIN_EXE_mgd")),
            variables: Vec::new(),
            promise: None,
        }
    }

    /// The release program, where the caller of the tests has built it.
    pub fn release(tenant: &Tenant) -> Option<Self> {
        let program = std::env::var_os("MGD_RELEASE")?;
        let mut mgd = Self::new(tenant);
        mgd.program = PathBuf::from(program);
        Some(mgd)
    }

    /// Changes the parameters file.
    pub fn edit(&self, change: impl FnOnce(&mut Value)) -> &Self {
        let mut parameters: Value =
            serde_json::from_str(&self.scratch.read("parameters.json")).unwrap();
        change(&mut parameters);
        let text = serde_json::to_string_pretty(&parameters).unwrap();
        self.scratch.write("parameters.json", text, 0o600);
        self
    }

    pub fn env(mut self, name: &str, value: impl Into<String>) -> Self {
        self.variables.push((name.to_owned(), value.into()));
        self
    }

    /// Every run promises to end within this time, and is killed when it exceeds the bound of it.
    pub fn promises(mut self, promise: Duration) -> Self {
        self.promise = Some(promise);
        self
    }

    /// The command, in the scratch folder and with no variable but those given.
    pub fn command<A: AsRef<OsStr>>(&self, arguments: impl IntoIterator<Item = A>) -> Command {
        let mut command = Command::new(&self.program);
        command
            .current_dir(&self.scratch.0)
            .env_clear()
            .env("HOME", &self.scratch.0)
            .envs(self.variables.iter().map(|(name, value)| (name, value)))
            .args(arguments)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        if let Some(promise) = self.promise {
            command.promises(promise);
        }
        command
    }

    /// Runs `mgd parameters.json ARGUMENTS`.
    pub fn list<A: AsRef<OsStr>>(&self, arguments: impl IntoIterator<Item = A>) -> Run {
        let mut all = vec![OsStr::new("parameters.json").to_owned()];
        all.extend(
            arguments
                .into_iter()
                .map(|argument| argument.as_ref().to_owned()),
        );
        self.run(all)
    }

    /// Runs `mgd ARGUMENTS`.
    pub fn run<A: AsRef<OsStr>>(&self, arguments: impl IntoIterator<Item = A>) -> Run {
        Run::from(self.command(arguments).output().unwrap())
    }

    /// Runs `mgd parameters.json get ARGUMENTS`.
    pub fn get(&self, arguments: &[&str]) -> Run {
        self.list([&["get"], arguments].concat())
    }

    /// Runs a line of shell, in which `mgd` is the program.
    pub fn shell(&self, line: &str) -> Run {
        let mut shell = Command::new("/bin/sh");
        shell
            .current_dir(&self.scratch.0)
            .env_clear()
            .env("PATH", "/usr/bin:/bin")
            .env("HOME", &self.scratch.0)
            .env("MGD", &self.program)
            .args(["-c", &format!("mgd() {{ \"$MGD\" \"$@\"; }}\n{line}")])
            .stdin(Stdio::null());
        Run::from(shell.output().unwrap())
    }

    pub fn start<A: AsRef<OsStr>>(&self, arguments: impl IntoIterator<Item = A>) -> Child {
        self.command(arguments).spawn().unwrap()
    }

    pub fn cache(&self) -> PathBuf {
        self.scratch.path("cache/msal_token_cache.json")
    }

    pub fn folder(&self) -> &Path {
        &self.scratch.0
    }
}

/// Waits until `is_true`, or fails after half a minute.
#[track_caller]
pub fn wait_until(mut is_true: impl FnMut() -> bool) {
    let start = Instant::now();
    while !is_true() {
        assert!(
            start.elapsed() < Duration::from_secs(30),
            "it did not become true"
        );
        std::thread::sleep(Duration::from_millis(5));
    }
}

/// A connection, if one comes within half a minute.
#[track_caller]
pub fn accept(listener: &TcpListener) -> TcpStream {
    listener.set_nonblocking(true).unwrap();
    let mut stream = None;
    wait_until(|| {
        stream = listener.accept().ok();
        stream.is_some()
    });
    let (stream, _) = stream.unwrap();
    stream.set_nonblocking(false).unwrap();
    stream.set_read_timeout(Some(LIMIT)).unwrap();
    stream
}

/// The request lines that reached the tenant, the origin left out.
pub fn lines(tenant: &Tenant) -> Vec<String> {
    tenant
        .requests()
        .iter()
        .map(crate::tenant::Seen::line)
        .collect()
}

/// What a listing of a tenant of three users prints, to the byte.
pub fn three_users(tenant: &Tenant) -> String {
    static PATTERN: OnceLock<String> = OnceLock::new();
    let pattern = PATTERN.get_or_init(|| {
        let tenant = Tenant::start();
        let run = Mgd::new(&tenant).list([] as [&str; 0]).ok();
        assert_eq!(run.ids().len(), 3);
        assert!(run.stdout.contains(&tenant.origin()));
        run.stdout.replace(&tenant.origin(), "{origin}")
    });
    pattern.replace("{origin}", &tenant.origin())
}

/// A text with every GUID in it written as `ID`.
pub fn masked(text: &str) -> String {
    let is_guid = |text: &str| {
        text.bytes().enumerate().all(|(index, byte)| match index {
            8 | 13 | 18 | 23 => byte == b'-',
            _ => byte.is_ascii_hexdigit(),
        })
    };
    let mut out = String::new();
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        match rest.split_at_checked(36) {
            Some((guid, after)) if is_guid(guid) => {
                out.push_str("ID");
                rest = after;
            }
            _ => {
                out.push(first);
                rest = &rest[first.len_utf8()..];
            }
        }
    }
    out
}

/// The remedy that goes with the reason why a file cannot be used.
pub fn file_hint(cause: &str) -> &'static str {
    match cause {
        "is a directory" => "name the file in it",
        "is neither a file nor a pipe" => "name a file",
        "no such file or directory" | "not a directory" => "check the path",
        "permission denied" => "let this user read it",
        _ => "",
    }
}
