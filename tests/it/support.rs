//! Runs the program in a folder of its own, with nothing of the user's in reach.

use std::ffi::OsStr;
use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant};

use serde_json::Value;

use crate::tenant::{Reply, SECRET, Tenant};

/// A folder that goes when the test ends well.
pub struct Scratch(PathBuf);

impl Scratch {
    pub fn new() -> Self {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let count = COUNT.fetch_add(1, Ordering::Relaxed);
        let name = format!("mgd-it-{}-{count}", std::process::id());
        let path = std::env::temp_dir().join(name);
        fs::create_dir_all(&path).unwrap();
        Self(path)
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.0.join(name)
    }

    /// Writes a file with these permissions.
    pub fn write(&self, name: &str, bytes: impl AsRef<[u8]>, mode: u32) -> PathBuf {
        let path = self.path(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, bytes).unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(mode)).unwrap();
        path
    }

    pub fn read(&self, name: &str) -> String {
        fs::read_to_string(self.path(name)).unwrap()
    }

    /// The names of the files in the folder, hidden ones too, sorted.
    pub fn names(&self) -> Vec<String> {
        let entries = fs::read_dir(&self.0).unwrap();
        let mut names: Vec<_> = entries
            .map(|entry| entry.unwrap().file_name().to_string_lossy().into_owned())
            .collect();
        names.sort();
        names
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        if !std::thread::panicking() {
            let _ = fs::remove_dir_all(&self.0);
        }
    }
}

/// The program, set up for a tenant: `parameters.json`, `ca.pem` and a token cache of its own in a
/// scratch folder.
pub struct Mgd {
    pub scratch: Scratch,
    program: PathBuf,
    variables: Vec<(String, String)>,
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

/// How a run ended.
#[derive(Debug)]
pub struct Run {
    pub stdout: String,
    pub stderr: String,
    pub code: i32,
}

impl From<Output> for Run {
    fn from(output: Output) -> Self {
        use std::os::unix::process::ExitStatusExt as _;
        let run = Self {
            stdout: String::from_utf8_lossy(&output.stdout).into_owned(),
            stderr: String::from_utf8_lossy(&output.stderr).into_owned(),
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

/// Where a program is that not every machine has; says so if this one has it not.
pub fn tool(name: &str) -> Option<PathBuf> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let found = std::env::split_paths(&path)
        .map(|folder| folder.join(name))
        .find(|path| path.is_file());
    if found.is_none() {
        skipped(&format!("there is no {name} here"));
    }
    found
}

/// Says that a test could not be made on this machine.
#[expect(clippy::print_stdout, reason = "the tests' own report")]
pub fn skipped(why: &str) {
    println!("skipped: {why}");
}

/// The command as a user who is neither root nor us, where that can be done.
pub fn run_as_nobody(mgd: &Mgd, command: &Command) -> Option<Run> {
    const OPTIONS: [&str; 5] = ["--reuid", "65534", "--regid", "65534", "--clear-groups"];
    let setpriv = tool("setpriv")?;
    for (path, mode) in [
        (mgd.scratch.path("ca.pem"), 0o644),
        (mgd.folder().to_owned(), 0o755),
    ] {
        fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
    }
    let version = run_by(&setpriv, &OPTIONS, &mgd.command(["--version"]));
    if !{ version }.output().unwrap().status.success() {
        skipped("this user cannot run the program as another");
        return None;
    }
    let mut command = run_by(&setpriv, &OPTIONS, command);
    Some(command.output().unwrap().into())
}

/// The same command, run by another.
pub fn run_by(wrapper: &Path, arguments: &[&str], command: &Command) -> Command {
    let mut outer = Command::new(wrapper);
    outer
        .args(arguments)
        .arg(command.get_program())
        .args(command.get_args())
        .current_dir(command.get_current_dir().unwrap())
        .env_clear()
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    for (name, value) in command.get_envs() {
        match value {
            Some(value) => outer.env(name, value),
            None => outer.env_remove(name),
        };
    }
    outer
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

/// A tenant that gives these replies, one to each path below `/v1.0/`, and the program for it.
pub fn script<'p>(replies: impl IntoIterator<Item = (&'p str, Reply)>) -> (Tenant, Mgd) {
    let tenant = Tenant::start();
    for (path, reply) in replies {
        tenant.on(&format!("/v1.0/{path}"), [reply]);
    }
    let mgd = Mgd::new(&tenant);
    (tenant, mgd)
}

/// A page with a link to the path `next`, if that is not empty, and an item for each of the ids,
/// which are separated by spaces.
pub fn page(ids: &str, next: &str) -> Reply {
    let link = match next {
        "" => String::new(),
        next => format!("\"@odata.nextLink\":\"{{origin}}/v1.0/{next}\","),
    };
    Reply::json(format!("{{{link}\"value\":[{}]}}", items(ids)))
}

/// The items with these ids, as they stand in a document.
pub fn items(ids: &str) -> String {
    jsonl(ids).trim_end().replace('\n', ",")
}

/// The items with these ids, one a line.
pub fn jsonl(ids: &str) -> String {
    ids.split(' ')
        .filter(|id| !id.is_empty())
        .map(|id| format!("{{\"id\":\"{id}\"}}\n"))
        .collect()
}

/// How stderr says where to go on.
pub fn resume_hint(tenant: &Tenant, path: &str, skip: u32) -> String {
    let link = tenant.url(&format!("/v1.0/{path}"));
    format!("mgd: hint: go on with --resume '{link}' --skip {skip}\n")
}

/// One token must have been asked for, then these paths below `/v1.0/` in this order, in good
/// manners.
#[track_caller]
pub fn asked(tenant: &Tenant, paths: &[&str]) {
    let token = format!("POST {}", tenant.token_path());
    let gets = paths.iter().map(|path| format!("GET /v1.0/{path}"));
    let expected: Vec<_> = [token].into_iter().chain(gets).collect();
    assert_eq!(lines(tenant), expected);
    assert_eq!(tenant.violations(), [] as [String; 0]);
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
