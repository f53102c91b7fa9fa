//! What is no file of our own, in the place of the cache or beside it.

use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;

use super::{Cached, FILE, content, is_good_again, put, warning, whole};
use crate::support::{Command, Mgd, skipped, tool};
use crate::tenant::Tenant;

const NOTHING: [&str; 0] = [];

/// What stands in the place of the cache, and why it is not used.
type Obstacle = (&'static str, fn(&Mgd, &Tenant), &'static str);

fn link_to_victim(mgd: &Mgd, tenant: &Tenant, link: fn(&Path, &Path)) {
    let document = Cached::new(tenant, &tenant.issue_token()).document();
    let victim = mgd.scratch.write("victim", document.to_string(), 0o600);
    std::fs::create_dir(mgd.scratch.path("cache")).unwrap();
    link(&victim, &mgd.cache());
}

#[test]
fn what_is_no_file_of_our_own_is_one_warning_and_replaced() {
    let obstacles: [Obstacle; 5] = [
        (
            "a symbolic link",
            |mgd, tenant| {
                link_to_victim(mgd, tenant, |victim, link| {
                    std::os::unix::fs::symlink(victim, link).unwrap();
                });
            },
            "not used: is a symbolic link",
        ),
        (
            "a hard link",
            |mgd, tenant| {
                link_to_victim(mgd, tenant, |victim, link| {
                    std::fs::hard_link(victim, link).unwrap();
                });
            },
            "not used: has a second name (hard link)",
        ),
        (
            "a file that the group can write",
            |mgd, tenant| {
                Cached::new(tenant, &tenant.issue_token()).write(mgd);
                let mode = std::fs::Permissions::from_mode(0o660);
                std::fs::set_permissions(mgd.cache(), mode).unwrap();
            },
            "not used: can be changed by others (mode 0660)",
        ),
        (
            "a huge file",
            |mgd, _| {
                put(mgd, "");
                let file = std::fs::File::options()
                    .write(true)
                    .open(mgd.cache())
                    .unwrap();
                file.set_len(1 << 33).unwrap();
            },
            "not used: is larger than 8388608 bytes",
        ),
        (
            "a fifo",
            |mgd, _| {
                std::fs::create_dir(mgd.scratch.path("cache")).unwrap();
                let made = Command::new("mkfifo").arg(mgd.cache()).status();
                assert!(made.unwrap().success());
            },
            "not used: is not a regular file",
        ),
    ];
    for (what, build, cause) in obstacles {
        let tenant = Tenant::start();
        let mgd = Mgd::new(&tenant);
        build(&mgd, &tenant);
        let victim = std::fs::read_to_string(mgd.scratch.path("victim")).ok();
        let run = mgd.list(NOTHING);
        assert_eq!(run.stderr, warning(cause), "{what}");
        whole(&run, &tenant, &warning(cause));
        assert_eq!(tenant.token_posts(), 1, "{what}");
        assert_eq!(
            std::fs::read_to_string(mgd.scratch.path("victim")).ok(),
            victim,
            "{what}"
        );
        let metadata = std::fs::symlink_metadata(mgd.cache()).unwrap();
        assert!(metadata.is_file(), "{what}");
        assert_eq!(metadata.permissions().mode() & 0o7777, 0o600, "{what}");
        is_good_again(&mgd, &tenant);
    }
}

#[test]
fn a_cache_of_another_user_is_not_used() {
    let tenant = Tenant::start();
    let mgd = Mgd::new(&tenant);
    Cached::new(&tenant, &tenant.issue_token()).write(&mgd);
    if std::os::unix::fs::chown(mgd.cache(), Some(65534), None).is_err() {
        skipped("only root can give files away");
        return;
    }
    let told = warning("not used: belongs to another user (uid 65534)");
    whole(&mgd.list(NOTHING), &tenant, &told);
    assert_eq!(tenant.token_posts(), 1);
    is_good_again(&mgd, &tenant);
}

#[test]
fn a_lock_that_is_a_symbolic_link_is_one_warning_and_its_victim_is_untouched() {
    let tenant = Tenant::start();
    let mgd = Mgd::new(&tenant);
    put(&mgd, "{}");
    let victim = mgd.scratch.write("victim", "precious", 0o600);
    let lock = mgd.scratch.path("cache/msal_token_cache.json.lock");
    std::os::unix::fs::symlink(&victim, lock).unwrap();
    let told = warning("no lock: is a symbolic link");
    whole(&mgd.list(NOTHING), &tenant, &told);
    assert_eq!(mgd.scratch.read("victim"), "precious");
    assert_eq!(
        content(&mgd)["AccessToken"]
            .as_object()
            .map(|entries| entries.len()),
        Some(1)
    );
}

#[test]
fn word_of_a_wait_that_is_no_file_of_our_own_is_passed_over() {
    let mkfifo = need!(tool("mkfifo"));
    let tenant = Tenant::start();
    let mgd = Mgd::new(&tenant);
    put(&mgd, "{}");
    let path = mgd.scratch.path("cache/msal_token_cache.json.not_before");
    assert!(Command::new(mkfifo).arg(path).status().unwrap().success());
    whole(&mgd.list(NOTHING), &tenant, "");
    assert!(!mgd.scratch.read(FILE).is_empty());
}
