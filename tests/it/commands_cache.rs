//! `mgd cache list` and `mgd cache clear`.

use std::fs::File;

use serde_json::{Value, json};

use crate::support::{Mgd, Scratch, lines};
use crate::tenant::{CLIENT_ID, TENANT_ID, Tenant};

const FILE: &str = "cache.json";
const NAMED: &str = "mgd: token cache cache.json\n";
const HEAD: &str = "client\ttenant\tscope\texpires_on\tenvironment\n";

fn entry(client: &str, tenant: &str, expires_on: &str) -> Value {
    json!({
        "credential_type": "AccessToken",
        "secret": "canary-token-cached",
        "home_account_id": null,
        "environment": "login.example",
        "client_id": client,
        "target": "https://graph.example/.default",
        "realm": tenant,
        "token_type": "Bearer",
        "cached_at": "1",
        "expires_on": expires_on,
        "extended_expires_on": expires_on,
    })
}

/// Three tokens of applications, and what is not ours: a user's token, one of another type, one
/// of another schema, and all other sections.
fn document() -> Value {
    let with = |member: &str, value: &str| {
        let mut entry = entry("app-1", "t-1", "1800000000");
        entry[member] = value.into();
        entry
    };
    json!({
        "AccessToken": {
            "a": entry("app-1", "t-1", "1800000000"),
            "b": entry("app-2", "t-1", "4102444800"),
            "c": entry("app-1", "t-2", "1800000000"),
            "user": with("home_account_id", "u.t"),
            "pop": with("token_type", "pop"),
            "later": { "secret": "canary-token-later", "form": 2 },
        },
        "RefreshToken": { "r": { "secret": "canary-token-refresh" } },
        "AppMetadata": { "m": { "client_id": "app-1" } },
        "Later": [1, 2.50],
    })
}

fn mgd() -> Mgd {
    let mgd = Mgd::without_files();
    mgd.scratch.write(FILE, document().to_string(), 0o600);
    mgd.scratch.write("cache.json.not_before", "{}", 0o600);
    mgd
}

fn run(mgd: &Mgd, arguments: &[&str]) -> crate::support::Run {
    mgd.run([&["cache"], arguments, &["--token-cache", FILE]].concat())
}

/// The names of the access tokens in the file.
fn names(scratch: &Scratch) -> Vec<String> {
    let document: Value = serde_json::from_str(&scratch.read(FILE)).unwrap();
    document["AccessToken"]
        .as_object()
        .unwrap()
        .keys()
        .cloned()
        .collect()
}

#[test]
fn tokens_are_listed_without_themselves() {
    let mgd = mgd();
    let row = |client: &str, tenant: &str, date: &str| {
        format!("{client}\t{tenant}\thttps://graph.example/.default\t{date}\tlogin.example\n")
    };
    let one = row("app-1", "t-1", "2027-01-15T08:00:00Z");
    let two = row("app-2", "t-1", "2100-01-01T00:00:00Z");
    let three = row("app-1", "t-2", "2027-01-15T08:00:00Z");
    let stdout = [HEAD, &one, &two, &three].concat();
    run(&mgd, &["list"]).ended(0, &stdout, NAMED);
    let stdout = [HEAD, &two].concat();
    run(&mgd, &["list", "--client-id", "APP-2"]).ended(0, &stdout, NAMED);
    let stdout = [HEAD, &three].concat();
    run(&mgd, &["list", "--tenant", "t-2", "-q"]).ended(0, &stdout, "");
    let stdout = "{\"client\":\"app-2\",\"tenant\":\"t-1\",\
                  \"scope\":\"https://graph.example/.default\",\"expires_on\":4102444800,\
                  \"environment\":\"login.example\"}\n";
    run(&mgd, &["list", "--json", "--client-id", "app-2"]).ended(0, stdout, NAMED);
    assert_eq!(mgd.scratch.names(), [FILE, "cache.json.not_before"]);
}

#[test]
fn what_the_program_kept_is_listed_and_cleared() {
    let tenant = Tenant::start();
    let mgd = Mgd::new(&tenant);
    mgd.list([] as [&str; 0]).ok();
    let run = mgd.list(["cache", "list", "--json"]).ok();
    let listed = run.json();
    assert_eq!(listed["client"], CLIENT_ID);
    assert_eq!(listed["tenant"], TENANT_ID);
    assert_eq!(listed["environment"], "localhost");
    assert_eq!(listed["scope"], tenant.url("/.default"));
    let stderr = "mgd: 1 token removed from cache/msal_token_cache.json\n";
    mgd.list(["cache", "clear"]).ended(0, "", stderr);
    let stderr = "mgd: token cache cache/msal_token_cache.json\n";
    mgd.list(["cache", "list"]).ended(0, HEAD, stderr);
    mgd.list([] as [&str; 0]).ok();
    assert_eq!((tenant.token_posts(), lines(&tenant).len()), (2, 4));
}

#[test]
fn all_tokens_of_applications_are_removed_and_nothing_else() {
    let mgd = mgd();
    let stderr = "mgd: 3 tokens removed from cache.json\n";
    run(&mgd, &["clear"]).ended(0, "", stderr);
    let mut expected = document();
    for name in ["a", "b", "c"] {
        expected["AccessToken"]
            .as_object_mut()
            .unwrap()
            .remove(name);
    }
    let text = mgd.scratch.read(FILE);
    assert_eq!(serde_json::from_str::<Value>(&text).unwrap(), expected);
    assert!(text.contains("2.50") || text.contains("2.5"));
    assert_eq!(mgd.scratch.names(), [FILE, "cache.json.lock"]);
    let stderr = "mgd: 0 tokens removed from cache.json\n";
    run(&mgd, &["clear"]).ended(0, "", stderr);
    run(&mgd, &["clear", "-q"]).ended(0, "", "");
}

#[test]
fn the_tokens_of_one_application_are_removed() {
    for (arguments, left) in [
        (
            &["clear", "--client-id", "APP-1"][..],
            &["b", "later", "pop", "user"][..],
        ),
        (
            &["clear", "--tenant=t-2"],
            &["a", "b", "later", "pop", "user"],
        ),
        (
            &["clear", "--tenant=t-1", "--client-id=app-1"],
            &["b", "c", "later", "pop", "user"],
        ),
        (
            &["clear", "--tenant=t-3"],
            &["a", "b", "c", "later", "pop", "user"],
        ),
    ] {
        let mgd = mgd();
        run(&mgd, arguments).ok();
        assert_eq!(names(&mgd.scratch), left, "{arguments:?}");
        assert_eq!(mgd.scratch.names(), [FILE, "cache.json.lock"]);
    }
}

#[test]
fn the_word_to_wait_of_other_applications_stays() {
    let waits = json!({
        "https://login.example/t-1 app-1": 4_102_444_800_u64,
        "https://login.example/t-2 app-1": 4_102_444_801_u64,
        "https://login.example/t-1 app-2": 4_102_444_802_u64,
    });
    for (arguments, left) in [
        (&["clear", "--client-id=app-1"][..], &[2][..]),
        (&["clear", "--tenant=t-1"], &[1]),
        (&["clear", "--tenant=t-1", "--client-id=app-2"], &[0, 1]),
        (&["clear"], &[]),
    ] {
        let mgd = mgd();
        let name = "cache.json.not_before";
        mgd.scratch.write(name, waits.to_string(), 0o600);
        run(&mgd, arguments).ok();
        if left.is_empty() {
            assert_eq!(mgd.scratch.names(), [FILE, "cache.json.lock"]);
            continue;
        }
        let kept: Value = serde_json::from_str(&mgd.scratch.read(name)).unwrap();
        let mut kept: Vec<_> = kept.as_object().unwrap().values().collect();
        kept.sort_by_key(|end| end.as_u64());
        let expected: Vec<_> = left
            .iter()
            .map(|end| json!(4_102_444_800_u64 + end))
            .collect();
        assert_eq!(kept, expected.iter().collect::<Vec<_>>(), "{arguments:?}");
    }
}

#[test]
fn the_place_needs_no_parameters() {
    let folder = |mgd: &Mgd, name: &str| {
        let text = json!({ "AccessToken": { "a": entry(name, "t", "1800000000") } });
        let path = format!("{name}/msal_token_cache.json");
        mgd.scratch.write(&path, text.to_string(), 0o600);
    };
    let mgd = Mgd::without_files();
    for name in ["flag", "file", "variable", ".cache/mgd"] {
        folder(&mgd, name);
    }
    mgd.scratch
        .write("parameters.json", r#"{"token_cache":"file"}"#, 0o600);
    mgd.scratch.write("broken.json", "{", 0o600);
    let listed = |mgd: &Mgd, arguments: &[&str]| {
        let run = mgd
            .run([arguments, &["cache", "list", "--json"]].concat())
            .ok();
        run.json()["client"].as_str().unwrap().to_owned()
    };
    assert_eq!(listed(&mgd, &[]), ".cache/mgd");
    let mgd = mgd.env("MGD_TOKEN_CACHE", "variable");
    assert_eq!(listed(&mgd, &[]), "variable");
    assert_eq!(listed(&mgd, &["parameters.json"]), "file");
    assert_eq!(listed(&mgd, &["broken.json", "--token-cache=flag"]), "flag");
    assert_eq!(mgd.run(["broken.json", "cache", "list"]).code, 2);
}

#[test]
fn a_cache_that_is_not_there_is_empty_and_not_made() {
    let mgd = Mgd::without_files();
    let place = ["--token-cache", "no/cache.json"];
    mgd.run([&["cache", "list"][..], &place].concat()).ended(
        0,
        HEAD,
        "mgd: token cache no/cache.json\n",
    );
    let stderr = "mgd: 0 tokens removed from no/cache.json\n";
    mgd.run([&["cache", "clear"][..], &place].concat())
        .ended(0, "", stderr);
    assert_eq!(mgd.scratch.names(), [] as [&str; 0]);
    let stderr = "mgd: the token cache is turned off, or has no folder\n";
    let off = ["--token-cache", "none"];
    mgd.run([&["cache", "list"][..], &off].concat())
        .ended(0, HEAD, stderr);
    mgd.run([&["cache", "clear"][..], &off].concat())
        .ended(0, "", stderr);
}

#[test]
fn a_cache_that_cannot_be_used_is_told_and_left() {
    let mgd = mgd();
    mgd.scratch.write(FILE, "{\"AccessToken\":", 0o600);
    let stderr = "mgd: token cache cache.json: is damaged\n\
                  mgd: hint: it holds nothing that cannot be had again: rm 'cache.json'\n";
    run(&mgd, &["list"]).refused(6, stderr);
    run(&mgd, &["clear"]).refused(6, stderr);
    mgd.scratch.write(FILE, "{}", 0o666);
    let run = run(&mgd, &["list"]);
    assert_eq!(run.code, 6);
    let cause = "mgd: token cache cache.json: not used: can be changed by others (mode 0666)\n";
    assert!(run.stderr.starts_with(cause), "{}", run.stderr);
}

#[test]
fn a_lock_that_another_holds_is_waited_for_but_not_for_ever() {
    let mgd = mgd();
    let path = mgd.scratch.write("cache.json.lock", "", 0o600);
    let lock = File::options().write(true).open(path).unwrap();
    lock.lock().unwrap();
    let stderr = "mgd: token cache cache.json: its lock is held\n\
                  mgd: hint: another process is asking for a token: try again later\n";
    run(&mgd, &["clear", "--max-time", "0.2"]).refused(4, stderr);
    assert_eq!(names(&mgd.scratch).len(), 6);
    let child = mgd.start(["cache", "clear", "--token-cache", FILE]);
    std::thread::sleep(std::time::Duration::from_millis(200));
    assert_eq!(names(&mgd.scratch).len(), 6);
    lock.unlock().unwrap();
    let run = crate::support::Run::from(child.wait_with_output().unwrap());
    run.ended(0, "", "mgd: 3 tokens removed from cache.json\n");
}

#[test]
fn a_command_that_is_misspelt_is_named() {
    let mgd = mgd();
    let stderr = "mgd: cache: names no command\n\
                  mgd: hint: mgd cache list or mgd cache clear\n";
    mgd.run(["cache"]).refused(2, stderr);
    let stderr = "mgd: unknown command cache clera\nmgd: hint: did you mean clear?\n";
    mgd.run(["cache", "clera"]).refused(2, stderr);
    assert_eq!(names(&mgd.scratch).len(), 6);
}

#[test]
fn without_a_parameters_file_it_is_told_that_one_may_name_another_cache() {
    let mgd = Mgd::without_files().env("MGD_TOKEN_CACHE", FILE);
    mgd.scratch.write(FILE, document().to_string(), 0o600);
    let stderr = "mgd: 3 tokens removed from cache.json; a parameters file may name another: \
                  mgd -p FILE cache clear\n";
    mgd.run(["cache", "clear"]).ended(0, "", stderr);
}
