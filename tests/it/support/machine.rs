//! What this machine has, and the program run by it.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use crate::support::{Mgd, Run};

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
