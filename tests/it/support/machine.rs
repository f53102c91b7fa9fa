//! What this machine has, and the program run by it.

use std::ffi::OsStr;
use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};

use crate::support::{Command, Mgd, Run};

/// Where a program is that not every machine has. Without it the test fails, or is passed over
/// where `MGD_SKIP_TOOLS` says so: see `need!`.
#[track_caller]
pub fn tool(name: &str) -> Option<PathBuf> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let found = std::env::split_paths(&path)
        .map(|folder| folder.join(name))
        .find(|path| path.is_file());
    if found.is_none() {
        let may_skip = std::env::var_os("MGD_SKIP_TOOLS").is_some();
        assert!(may_skip, "{}", missing(OsStr::new(name)));
        skipped(&format!("there is no {name} here"));
    }
    if name == "strace" && !may_trace() {
        // The program cannot be dumped, so that nobody else may look into it.
        let need = "strace needs CAP_SYS_PTRACE, as root has it (MGD_SKIP_TOOLS=1 goes without)";
        assert!(std::env::var_os("MGD_SKIP_TOOLS").is_some(), "{need}");
        skipped(need);
        return None;
    }
    found
}

fn may_trace() -> bool {
    const CAP_SYS_PTRACE: u32 = 19;
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let set = status
        .lines()
        .find_map(|line| line.strip_prefix("CapEff:"))
        .and_then(|set| u64::from_str_radix(set.trim(), 16).ok());
    set.is_none_or(|set| set >> CAP_SYS_PTRACE & 1 == 1)
}

/// Says which package brings a program.
pub fn missing(program: &OsStr) -> String {
    let name = Path::new(program).file_name().unwrap_or(program);
    let name = name.to_string_lossy();
    let package = match &*name {
        "mkfifo" | "mknod" | "touch" | "date" | "env" | "sleep" => "coreutils",
        "prlimit" | "setpriv" | "unshare" => "util-linux",
        "script" => "bsdutils",
        "sh" => "dash",
        other => other,
    };
    format!(
        "needs {name}, as in apt-get install {package} (MGD_SKIP_TOOLS=1 skips the tests that do)"
    )
}

/// The value; or the test is over, because this machine cannot make it, which is said already.
macro_rules! need {
    ($value:expr) => {
        match $value {
            Some(value) => value,
            None => return,
        }
    };
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
    command.run_by(wrapper, arguments)
}
