//! Every process that the tests start: with the default action for every signal, and killed when it
//! runs for too long.

use std::ffi::{OsStr, OsString};
use std::io::{self, Read};
use std::path::Path;
use std::process::{self, ChildStderr, ChildStdin, ChildStdout, ExitStatus, Output, Stdio};
use std::thread;
use std::time::Duration;

use rustix::process::{WaitId, WaitIdOptions, waitid};

use crate::support::missing;
use crate::support::signals::{default_signals, pid, signal};
use crate::support::watch::{Watch, kill_family};

/// How long anything may run that promises nothing.
pub const LIMIT: Duration = Duration::from_secs(60);

/// How long the program may run where it promises to end within `promise`: three times that, or
/// with `MGD_FAULTS` (`make faults`) the promise and a second.
fn bound(promise: Duration) -> Duration {
    match std::env::var_os("MGD_FAULTS") {
        Some(_) => promise + Duration::from_secs(1),
        None => promise * 3,
    }
}

/// `std::process::Command`, whose children do not outlive their limit.
#[derive(Debug)]
pub struct Command {
    inner: process::Command,
    has_stdin: bool,
    has_stdout: bool,
    has_stderr: bool,
    limit: Duration,
}

impl Command {
    pub fn new(program: impl AsRef<OsStr>) -> Self {
        Self {
            inner: process::Command::new(program),
            has_stdin: false,
            has_stdout: false,
            has_stderr: false,
            limit: LIMIT,
        }
    }

    /// It promises to end within this time, and is killed when it exceeds the bound of that.
    pub fn promises(&mut self, promise: Duration) -> &mut Self {
        self.limit = bound(promise);
        self
    }

    pub fn limit(&mut self, limit: Duration) -> &mut Self {
        self.limit = limit;
        self
    }

    pub fn arg(&mut self, argument: impl AsRef<OsStr>) -> &mut Self {
        self.inner.arg(argument);
        self
    }

    pub fn args<A: AsRef<OsStr>>(&mut self, arguments: impl IntoIterator<Item = A>) -> &mut Self {
        self.inner.args(arguments);
        self
    }

    pub fn env(&mut self, name: impl AsRef<OsStr>, value: impl AsRef<OsStr>) -> &mut Self {
        self.inner.env(name, value);
        self
    }

    pub fn envs<N: AsRef<OsStr>, V: AsRef<OsStr>>(
        &mut self,
        variables: impl IntoIterator<Item = (N, V)>,
    ) -> &mut Self {
        self.inner.envs(variables);
        self
    }

    pub fn env_remove(&mut self, name: impl AsRef<OsStr>) -> &mut Self {
        self.inner.env_remove(name);
        self
    }

    pub fn env_clear(&mut self) -> &mut Self {
        self.inner.env_clear();
        self
    }

    pub fn current_dir(&mut self, folder: impl AsRef<Path>) -> &mut Self {
        self.inner.current_dir(folder);
        self
    }

    pub fn stdin(&mut self, stdin: impl Into<Stdio>) -> &mut Self {
        self.has_stdin = true;
        self.inner.stdin(stdin);
        self
    }

    pub fn stdout(&mut self, stdout: impl Into<Stdio>) -> &mut Self {
        self.has_stdout = true;
        self.inner.stdout(stdout);
        self
    }

    pub fn stderr(&mut self, stderr: impl Into<Stdio>) -> &mut Self {
        self.has_stderr = true;
        self.inner.stderr(stderr);
        self
    }

    pub fn get_program(&self) -> &OsStr {
        self.inner.get_program()
    }

    pub fn get_envs(&self) -> process::CommandEnvs<'_> {
        self.inner.get_envs()
    }

    /// The same command, run by another program with these arguments before it.
    pub(super) fn run_by(&self, wrapper: &Path, arguments: &[&str]) -> Self {
        let mut outer = Self::new(wrapper);
        outer
            .args(arguments)
            .arg(self.inner.get_program())
            .args(self.inner.get_args())
            .current_dir(self.inner.get_current_dir().unwrap())
            .env_clear()
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .limit(self.limit);
        for (name, value) in self.inner.get_envs() {
            match value {
                Some(value) => outer.env(name, value),
                None => outer.env_remove(name),
            };
        }
        outer
    }

    #[track_caller]
    pub fn spawn(&mut self) -> io::Result<Child> {
        default_signals();
        let mut inner = match self.inner.spawn() {
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                panic!("{}", missing(self.inner.get_program()))
            }
            spawned => spawned?,
        };
        Ok(Child {
            stdin: inner.stdin.take(),
            stdout: inner.stdout.take(),
            stderr: inner.stderr.take(),
            watch: Watch::start(inner.id(), self.line(), self.limit),
            inner,
        })
    }

    /// What it wrote where that is not taken elsewhere, and how it ended.
    #[track_caller]
    pub fn output(&mut self) -> io::Result<Output> {
        if !self.has_stdin {
            self.inner.stdin(Stdio::null());
        }
        if !self.has_stdout {
            self.inner.stdout(Stdio::piped());
        }
        if !self.has_stderr {
            self.inner.stderr(Stdio::piped());
        }
        self.spawn()?.wait_with_output()
    }

    #[track_caller]
    pub fn status(&mut self) -> io::Result<ExitStatus> {
        self.spawn()?.wait()
    }

    fn line(&self) -> String {
        let program = Path::new(self.inner.get_program());
        let name = program.file_name().unwrap_or(program.as_os_str());
        let words = [name].into_iter().chain(self.inner.get_args());
        let words: Vec<OsString> = words.map(OsStr::to_owned).collect();
        words.join(OsStr::new(" ")).to_string_lossy().into_owned()
    }
}

/// `std::process::Child`, killed when it runs for too long or is let go of.
#[derive(Debug)]
pub struct Child {
    pub stdin: Option<ChildStdin>,
    pub stdout: Option<ChildStdout>,
    pub stderr: Option<ChildStderr>,
    inner: process::Child,
    watch: Watch,
}

impl Child {
    pub fn id(&self) -> u32 {
        self.inner.id()
    }

    /// From now on it ends within this time, as promised; it is killed when it exceeds the bound
    /// of that.
    #[track_caller]
    pub fn promises(&mut self, promise: Duration) {
        self.watch.stop();
        self.watch = Watch::start(self.id(), self.watch.line.clone(), bound(promise));
    }

    /// Sends a signal, named as `kill` does: `-TERM`.
    #[track_caller]
    pub fn signal(&self, name: &str) {
        signal(name, self.id());
    }

    #[track_caller]
    pub fn wait(&mut self) -> io::Result<ExitStatus> {
        drop(self.stdin.take());
        // It stays a zombie, so that the watch never kills a stranger with its number.
        let _ = waitid(
            WaitId::Pid(pid(self.id())),
            WaitIdOptions::EXITED | WaitIdOptions::NOWAIT,
        );
        self.watch.stop();
        self.inner.wait()
    }

    #[track_caller]
    pub fn try_wait(&mut self) -> io::Result<Option<ExitStatus>> {
        let options = WaitIdOptions::EXITED | WaitIdOptions::NOWAIT | WaitIdOptions::NOHANG;
        match waitid(WaitId::Pid(pid(self.id())), options) {
            Ok(None) => Ok(None),
            _ => self.wait().map(Some),
        }
    }

    #[track_caller]
    pub fn wait_with_output(mut self) -> io::Result<Output> {
        drop(self.stdin.take());
        let stderr = self.stderr.take();
        let stderr = thread::spawn(move || all(stderr));
        let stdout = all(self.stdout.take());
        let stderr = stderr.join().unwrap();
        Ok(Output {
            status: self.wait()?,
            stdout: stdout?,
            stderr: stderr?,
        })
    }

    pub fn kill(&mut self) -> io::Result<()> {
        self.inner.kill()
    }
}

impl Drop for Child {
    fn drop(&mut self) {
        if !self.watch.is_stopped() {
            kill_family(self.id());
            let _ = self.inner.wait();
        }
    }
}

fn all(pipe: Option<impl Read>) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    if let Some(mut pipe) = pipe {
        pipe.read_to_end(&mut bytes)?;
    }
    Ok(bytes)
}
