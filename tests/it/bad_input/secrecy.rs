//! Neither the secret nor a token shows where others look.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use super::{confined, parameters};
use crate::support::{Mgd, Run, wait_until};
use crate::tenant::{Reply, SECRET, Tenant};

/// The secret in the forms in which it could be met.
const FORMS: [&str; 5] = [
    SECRET,
    "cana%26ry%2Bs%25cret%3D+%C3%A9~7Qx",
    "cana%26ry%2Bs%25cret%3D%20%C3%A9~7Qx",
    "cana%26ry%2bs%25cret%3d+%c3%a9~7Qx",
    r"cana&ry+s%cret= \u00e9~7Qx",
];

/// A way to run the program: what the tenant is told, and the arguments.
type Flow = (&'static str, fn(&Tenant), &'static [&'static str]);

fn flows() -> Vec<Flow> {
    vec![
        ("all is well", |_| (), &[]),
        ("lines", |_| (), &["-o", "jsonl", "--limit", "2"]),
        ("raw", |_| (), &["-o", "raw"]),
        ("into a file", |_| (), &["-O", "out.json"]),
        (
            "a token that is refused",
            |tenant| {
                let refusal = Reply::entra_error(401, "invalid_client", 7_000_215, "No.");
                tenant.on(&tenant.token_path(), [refusal]);
            },
            &[],
        ),
        (
            "a page of a proxy",
            |tenant| tenant.on(&tenant.token_path(), [Reply::html(403)]),
            &[],
        ),
        (
            "a passing fault",
            |tenant| tenant.on(&tenant.token_path(), [Reply::html(503).retry_after("0")]),
            &[],
        ),
        (
            "a token of a strange type",
            |tenant| {
                let body = r#"{"token_type":"pop","access_token":"canary-token-pop"}"#;
                tenant.on(&tenant.token_path(), [Reply::json(body)]);
            },
            &[],
        ),
        (
            "a grant that is cut",
            |tenant| {
                let body = r#"{"access_token":"canary-token-cut"#;
                tenant.on(&tenant.token_path(), [Reply::json(body)]);
            },
            &[],
        ),
        (
            "Graph's 401",
            |tenant| tenant.always("/v1.0/users", Reply::status(401)),
            &[],
        ),
        (
            "Graph's 403",
            |tenant| tenant.on("/v1.0/users", [Reply::status(403)]),
            &[],
        ),
        (
            "a reset",
            |tenant| tenant.on("/v1.0/users", [Reply::pass().reset_after(40)]),
            &[],
        ),
        (
            "a foreign link",
            |tenant| {
                let body = r#"{"@odata.nextLink":"https://evil.example/x","value":[]}"#;
                tenant.on("/v1.0/users", [Reply::json(body)]);
            },
            &[],
        ),
        ("a header of the caller's", |_| (), &["-HAuthorization: x"]),
        (
            "an unknown path",
            |_| (),
            &["--resume", "https://evil.example/x"],
        ),
    ]
}

/// Every token that the tenant saw or the cache has.
fn tokens(tenant: &Tenant, mgd: &Mgd) -> Vec<String> {
    let requests = tenant.requests();
    let sent = requests
        .iter()
        .filter_map(|seen| seen.header("Authorization"));
    let sent = sent.filter_map(|value| value.strip_prefix("Bearer ").map(str::to_owned));
    let cache = fs::read_to_string(mgd.scratch.path("cache/t.json")).unwrap_or_default();
    let kept = cache
        .split('"')
        .filter(|text| text.starts_with("canary-token"));
    sent.chain(kept.map(str::to_owned))
        .chain(["canary-token".to_owned()])
        .collect()
}

fn files(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path());
    entries
        .flat_map(|path| {
            if path.is_dir() {
                files(&path)
            } else {
                vec![path]
            }
        })
        .collect()
}

#[track_caller]
fn assert_clean(what: &str, text: &str, tokens: &[String]) {
    for form in FORMS.into_iter().chain(tokens.iter().map(String::as_str)) {
        assert!(!text.contains(form), "{what}: {text}");
    }
}

#[test]
fn nothing_secret_is_printed_or_left_in_files_at_any_loudness() {
    for (what, script, arguments) in flows() {
        for loudness in [&["-vv"][..], &["--errors", "json", "-vv"], &[]] {
            let tenant = Tenant::start();
            let mgd = confined(&tenant);
            mgd.scratch
                .write("parameters.json", parameters(&tenant, &[]), 0o600);
            script(&tenant);
            let run = mgd.list(loudness.iter().chain(arguments));
            let tokens = tokens(&tenant, &mgd);
            assert_clean(what, &run.stdout, &tokens);
            assert_clean(what, &run.stderr, &tokens);
            for path in files(mgd.folder()) {
                assert_clean(what, &path.to_string_lossy(), &tokens);
                let name = path.file_name().unwrap().to_str().unwrap();
                if name != "parameters.json" && name != "t.json" {
                    let text = String::from_utf8_lossy(&fs::read(&path).unwrap()).into_owned();
                    assert_clean(what, &text, &tokens);
                }
            }
            assert_eq!(tenant.violations(), [] as [String; 0], "{what}");
        }
    }
}

#[test]
fn nothing_secret_stands_in_the_arguments_of_the_process_or_of_its_children() {
    let tenant = Tenant::start();
    tenant.on(
        "/v1.0/users",
        [Reply::pass().delay(Duration::from_millis(300))],
    );
    let mgd = confined(&tenant);
    let child = mgd.start(["parameters.json", "-vv"]);
    wait_until(|| tenant.requests().len() == 2);
    let place = |name: &str| format!("/proc/{}/{name}", child.id());
    let line = String::from_utf8_lossy(&fs::read(place("cmdline")).unwrap()).into_owned();
    let variables = String::from_utf8_lossy(&fs::read(place("environ")).unwrap()).into_owned();
    let run = Run::from(child.wait_with_output().unwrap()).ok();
    assert_clean("its arguments", &line, &tokens(&tenant, &mgd));
    assert_clean("its variables", &variables, &tokens(&tenant, &mgd));
    assert_clean("stderr", &run.stderr, &tokens(&tenant, &mgd));
    assert!(line.ends_with("parameters.json\0-vv\0"), "{line}");
}

#[test]
fn a_box_in_between_that_sends_the_form_back_does_not_have_the_secret_printed() {
    for form in FORMS {
        let tenant = Tenant::start();
        let page = format!("<html>Blocked: client_secret={form}</html>");
        tenant.on(&tenant.token_path(), [Reply::html(403).body(page)]);
        let run = confined(&tenant).list(["-vv"]);
        assert_eq!(run.code, 5);
        assert_clean("an echo", &run.stderr, &[]);
    }
}

#[test]
fn a_secret_in_the_wrong_place_is_not_repeated() {
    const VALUE: &str = "Xy8Q~canary.4-secret_of-mine-7";
    let tenant = Tenant::start();
    let quoted = format!("\"{VALUE}\"");
    for changes in [
        &[("authority", quoted.as_str())][..],
        &[("authority", ""), ("oidc_authority", &quoted)],
        &[("secret", ""), ("secret_file", &quoted)],
        &[(VALUE, "1")],
    ] {
        let mgd = confined(&tenant);
        let text = parameters(&tenant, changes);
        mgd.scratch.write("parameters.json", text, 0o600);
        let run = mgd.list(["-vv"]);
        assert_eq!(run.code, 2, "{changes:?}: {}", run.stderr);
        assert!(
            !run.stderr.contains("canary"),
            "{changes:?}: {}",
            run.stderr
        );
    }
    for arguments in [
        ["--secret-file", VALUE],
        ["--authority", VALUE],
        ["--tenant", VALUE],
        ["-H", &format!("Authorization Bearer {VALUE}")],
        ["-H", &format!("Bearer {VALUE}: x")],
    ] {
        for more in [&["-vv"][..], &["-vv", "--errors", "json"]] {
            let run = confined(&tenant).list([&arguments, more].concat());
            assert_eq!(run.code, 2, "{arguments:?}: {}", run.stderr);
            assert!(
                !run.stderr.contains("canary"),
                "{arguments:?}: {}",
                run.stderr
            );
        }
    }
    assert_eq!(tenant.connections(), 0);
}
