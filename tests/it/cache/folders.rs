//! A folder in which no cache can be, or should not be.

use std::os::unix::fs::{PermissionsExt as _, chown};
use std::path::Path;

use super::{Cached, FILE, warning, whole};
use crate::support::{Mgd, Run, run_as_nobody, skipped};
use crate::tenant::Tenant;

const NOTHING: [&str; 0] = [];

fn set_mode(path: &Path, mode: u32) {
    std::fs::set_permissions(path, std::fs::Permissions::from_mode(mode)).unwrap();
}

/// The listing came whole, with exactly one warning that names the cache.
#[track_caller]
fn one_warning(run: &Run, tenant: &Tenant, path: &str) {
    let name = format!("mgd: warning: token cache {path}: ");
    assert!(run.stderr.starts_with(&name), "{}", run.stderr);
    assert_eq!(run.stderr.lines().count(), 1, "{}", run.stderr);
    whole(run, tenant, &run.stderr);
    assert_eq!(tenant.token_posts(), 1);
}

#[test]
fn a_folder_in_which_others_can_exchange_files_is_one_warning() {
    let tenant = Tenant::start();
    let mgd = Mgd::new(&tenant);
    let folder = mgd.scratch.path("cache");
    std::fs::create_dir(&folder).unwrap();
    set_mode(&folder, 0o777);
    let run = mgd.list(NOTHING);
    one_warning(&run, &tenant, FILE);
    assert!(
        run.stderr
            .contains("others can exchange files in the folder (mode 0777)")
    );
    assert!(!mgd.cache().exists());
}

#[test]
fn a_token_in_such_a_folder_is_not_overwritten_either() {
    let tenant = Tenant::start();
    let mgd = Mgd::new(&tenant);
    Cached::new(&tenant, "canary-token-old")
        .living(10)
        .write(&mgd);
    set_mode(&mgd.scratch.path("cache"), 0o777);
    one_warning(&mgd.list(NOTHING), &tenant, FILE);
}

#[test]
fn a_sticky_folder_is_good_enough() {
    let tenant = Tenant::start();
    let mgd = Mgd::new(&tenant);
    std::fs::create_dir(mgd.scratch.path("cache")).unwrap();
    set_mode(&mgd.scratch.path("cache"), 0o1777);
    for _ in 0..2 {
        whole(&mgd.list(NOTHING), &tenant, "");
    }
    assert_eq!(tenant.token_posts(), 1);
}

#[test]
fn a_folder_that_cannot_be_made_is_one_warning() {
    let tenant = Tenant::start();
    let mgd = Mgd::new(&tenant);
    mgd.scratch.write("file", "", 0o600);
    let run = mgd.list(["--token-cache", "file/below/t.json"]);
    one_warning(&run, &tenant, "file/below/t.json");
}

#[test]
fn a_directory_in_the_place_of_the_file_is_one_warning() {
    let tenant = Tenant::start();
    let mgd = Mgd::new(&tenant);
    let path = mgd.scratch.path("mgd/msal_token_cache.json");
    std::fs::create_dir_all(path.join("full")).unwrap();
    mgd.edit(|parameters| parameters["token_cache"] = serde_json::Value::Null);
    let mut command = mgd.command(["parameters.json"]);
    let output = command
        .env("XDG_CACHE_HOME", mgd.folder())
        .output()
        .unwrap();
    one_warning(&output.into(), &tenant, &path.display().to_string());
}

/// Runs as a user who owns the parameters file and nothing else.
fn as_nobody(mgd: &Mgd) -> Option<Run> {
    if chown(mgd.scratch.path("parameters.json"), Some(65534), None).is_err() {
        skipped("only root can give files away");
        return None;
    }
    run_as_nobody(mgd, &mgd.command(["parameters.json"]))
}

#[test]
fn a_folder_that_is_not_ours_to_write_is_one_warning() {
    let tenant = Tenant::start();
    let mgd = Mgd::new(&tenant);
    std::fs::create_dir(mgd.scratch.path("cache")).unwrap();
    set_mode(&mgd.scratch.path("cache"), 0o755);
    if let Some(run) = as_nobody(&mgd) {
        one_warning(&run, &tenant, FILE);
        assert!(run.stderr.contains("permission denied"), "{}", run.stderr);
        let entries = std::fs::read_dir(mgd.scratch.path("cache")).unwrap();
        assert_eq!(entries.count(), 0);
    }
}

#[test]
fn a_cache_that_is_not_ours_to_read_is_one_warning() {
    let tenant = Tenant::start();
    let mgd = Mgd::new(&tenant);
    Cached::new(&tenant, &tenant.issue_token()).write(&mgd);
    set_mode(&mgd.scratch.path("cache"), 0o755);
    if let Some(run) = as_nobody(&mgd) {
        one_warning(&run, &tenant, FILE);
    }
}

#[test]
fn a_folder_of_another_user_is_one_warning() {
    let tenant = Tenant::start();
    let mgd = Mgd::new(&tenant);
    std::fs::create_dir(mgd.scratch.path("cache")).unwrap();
    if chown(mgd.scratch.path("cache"), Some(65534), None).is_err() {
        skipped("only root can give folders away");
        return;
    }
    let run = mgd.list(NOTHING);
    one_warning(&run, &tenant, FILE);
    assert!(
        run.stderr
            .contains("the folder belongs to another user (uid 65534)")
    );
}

#[test]
fn a_warning_is_an_object_for_programs_and_nothing_for_the_quiet() {
    let tenant = Tenant::start();
    let mgd = Mgd::new(&tenant);
    super::put(&mgd, "null");
    let run = mgd.list(["--errors", "json"]);
    let message = format!("token cache {FILE}: is damaged, and is made anew");
    let expected = serde_json::json!({ "level": "warning", "message": message });
    whole(&run, &tenant, &format!("{expected}\n"));
    super::put(&mgd, "null");
    whole(&mgd.list(["-q"]), &tenant, "");
    let warned = warning("is damaged, and is made anew");
    super::put(&mgd, "null");
    whole(&mgd.list(NOTHING), &tenant, &warned);
}

#[test]
fn a_cache_that_others_can_read_is_one_warning_until_it_is_written() {
    let tenant = Tenant::start();
    let mgd = Mgd::new(&tenant);
    whole(&mgd.list(NOTHING), &tenant, "");
    for mode in [0o644, 0o640, 0o604] {
        set_mode(&mgd.cache(), mode);
        let reason = format!("its tokens can be read by others (mode {mode:04o})");
        whole(&mgd.list(NOTHING), &tenant, &warning(&reason));
        let check = mgd.list(["check", "--retry-max-time", "0.1"]);
        let line = format!("warn  cache: {FILE}: {reason}\n      chmod 600 '{FILE}'\n");
        assert!(check.stdout.contains(&line), "{}", check.stdout);
        // That has asked for a new token, and kept it.
        whole(&mgd.list(NOTHING), &tenant, "");
    }
}
