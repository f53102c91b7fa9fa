//! Example bodies of Graph's documentation, read where the folder exists; they are not ours to
//! carry along.

use std::fs;
use std::path::PathBuf;

use serde_json::Value;
use serde_json::value::RawValue;

use crate::support::Mgd;
use crate::tenant::{Reply, Tenant};

/// The bodies of a kind by name, or none where the folder is not.
fn samples(is_wanted: impl Fn(&str) -> bool) -> Vec<(String, String)> {
    let folder = std::env::var_os("MGD_SAMPLES")
        .map(PathBuf::from)
        .unwrap_or_else(|| {
            PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../shared/data/graph-samples")
        });
    let mut samples = Vec::new();
    for kind in fs::read_dir(folder).into_iter().flatten().flatten() {
        let name = kind.file_name().to_string_lossy().into_owned();
        if kind.path().is_dir() && is_wanted(&name) {
            for file in fs::read_dir(kind.path()).unwrap().flatten() {
                let name = format!("{name}/{}", file.file_name().to_string_lossy());
                samples.push((name, fs::read_to_string(file.path()).unwrap()));
            }
        }
    }
    if samples.is_empty() {
        eprintln!("no example bodies here: nothing was tested (MGD_SAMPLES names their folder)");
    }
    samples
}

/// The tokens of a JSON text, without the white space between them.
fn tokens(json: &str) -> String {
    let (mut is_text, mut is_escaped) = (false, false);
    let keep = |c: &char| {
        let is_kept = is_text || !c.is_ascii_whitespace();
        if is_escaped {
            is_escaped = false;
        } else if *c == '"' {
            is_text = !is_text;
        } else if *c == '\\' {
            is_escaped = true;
        }
        is_kept
    };
    json.chars().filter(keep).collect()
}

fn is_error(body: &str) -> bool {
    serde_json::from_str::<Value>(body).unwrap()["error"].is_object()
}

fn serve(body: &str) -> (Tenant, Mgd) {
    let tenant = Tenant::start();
    let mgd = Mgd::new(&tenant);
    tenant.always("/v1.0/sample", Reply::json(body));
    (tenant, mgd)
}

#[test]
fn every_valid_body_keeps_its_tokens() {
    let (tenant, mgd) = serve("{}");
    for (name, body) in samples(|kind| !matches!(kind, "malformed" | "error")) {
        tenant.always("/v1.0/sample", Reply::json(body.clone()));
        let arguments = ["get", "sample", "-p", "parameters.json", "--first-page"];
        let run = mgd.run(arguments).ok();
        assert_eq!(run.stdout, tokens(&body) + "\n", "{name}");

        let run = mgd.run(arguments.into_iter().chain(["-o", "jsonl"])).ok();
        let members: std::collections::HashMap<String, &RawValue> =
            serde_json::from_str(&body).unwrap();
        let items: Option<Vec<&RawValue>> = members
            .get("value")
            .and_then(|value| serde_json::from_str(value.get()).ok());
        let expected = match items {
            Some(items) => items.iter().map(|item| tokens(item.get()) + "\n").collect(),
            None => tokens(&body) + "\n",
        };
        assert_eq!(run.stdout, expected, "{name}");
    }
}

#[test]
fn every_example_of_changes_is_a_round() {
    let (tenant, mgd) = serve("{}");
    for (name, body) in samples(|kind| kind == "delta") {
        let body = body.replace("https://graph.microsoft.com", &tenant.origin());
        tenant.always("/v1.0/sample/delta", Reply::json(body.clone()));
        let state = name.replace('/', "-");
        let run = mgd.run([
            "delta",
            "sample/delta",
            "--state",
            &state,
            "-p",
            "parameters.json",
        ]);
        let members: std::collections::HashMap<String, &RawValue> =
            serde_json::from_str(&body).unwrap();
        let items: Vec<&RawValue> = serde_json::from_str(members["value"].get()).unwrap();
        let items = items.iter().map(|item| tokens(item.get()) + "\n");
        run.ended(0, &items.collect::<String>(), "");
        let link: String = serde_json::from_str(members["@odata.deltaLink"].get()).unwrap();
        let state: Value = serde_json::from_str(&mgd.scratch.read(&state)).unwrap();
        assert_eq!(state["link"], link, "{name}");
    }
}

#[test]
fn every_malformed_body_is_refused() {
    let (tenant, mgd) = serve("{}");
    for (name, body) in samples(|kind| kind == "malformed") {
        for framing in [
            Reply::json(body.clone()),
            Reply::json(body.clone()).chunked(),
        ] {
            tenant.always("/v1.0/sample", framing);
            let run = mgd.run(["get", "sample", "-p", "parameters.json", "--first-page"]);
            assert_eq!(run.code, 5, "{name}: {}", run.stderr);
        }
    }
}

#[test]
fn every_error_body_is_an_error_whatever_its_status() {
    let (tenant, mgd) = serve("{}");
    for (name, body) in samples(|kind| kind == "error") {
        if !is_error(&body) {
            continue;
        }
        for (status, code) in [(200, 5), (400, 1), (403, 1)] {
            let reply = Reply::bare(status).header("Content-Type", "application/json");
            tenant.always("/v1.0/sample", reply.body(body.clone()));
            let run = mgd.run(["get", "sample", "-p", "parameters.json"]);
            assert_eq!(
                (run.code, run.stdout.as_str()),
                (code, ""),
                "{name}: {}",
                run.stderr
            );
            let message = serde_json::from_str::<Value>(&body).unwrap()["error"]["code"].clone();
            let shown = message.as_str().unwrap_or_default();
            assert!(
                run.stderr.contains(shown),
                "{name}: {shown} in {}",
                run.stderr
            );
        }
    }
}

#[test]
fn every_batch_body_is_read_answer_by_answer() {
    for (name, body) in samples(|kind| kind == "batch") {
        let tenant = Tenant::start();
        let mgd = Mgd::new(&tenant);
        tenant.on("/v1.0/$batch", [Reply::json(body.clone())]);
        let members: std::collections::HashMap<String, &RawValue> =
            serde_json::from_str(&body).unwrap();
        let answers: Vec<&RawValue> = serde_json::from_str(members["responses"].get()).unwrap();
        let id = |answer: &&RawValue| {
            let answer: Value = serde_json::from_str(answer.get()).unwrap();
            answer["id"].as_str().unwrap().parse::<u32>().unwrap()
        };
        let mut expected: Vec<_> = answers
            .iter()
            .map(|answer| (id(answer), tokens(answer.get()) + "\n"))
            .collect();
        expected.sort();
        let lines = "{\"method\":\"DELETE\",\"url\":\"sample\"}\n".repeat(expected.len());
        mgd.scratch.write("in", lines, 0o644);
        let run = mgd.run(["batch", "in", "-p", "parameters.json"]);
        let expected: String = expected.into_iter().map(|(_, text)| text).collect();
        assert_eq!(run.stdout, expected, "{name}: {}", run.stderr);
    }
}

#[test]
fn every_upload_session_is_gone_on_with_at_the_first_byte_that_it_lacks() {
    for (name, body) in samples(|kind| kind == "upload") {
        let tenant = Tenant::with_drive();
        let mgd = Mgd::new(&tenant);
        mgd.scratch.write("f", vec![7; 5 << 20], 0o600);
        let mut session: Value = serde_json::from_str(&body).unwrap();
        let ranges = session["nextExpectedRanges"].as_array().cloned();
        let starts = ranges.into_iter().flatten().filter_map(|range| {
            let start = range.as_str()?.split('-').next()?.to_owned();
            start.parse::<u64>().ok()
        });
        let expected = starts.min().unwrap_or(0);
        let storage = "/storage/up/1";
        match session["uploadUrl"].as_str() {
            Some(url) if url.starts_with("https://") => {
                let url = format!("https://{}{storage}", tenant.storage_host());
                session["uploadUrl"] = url.into();
                tenant.on("/v1.0/drives/", [Reply::json(session.to_string())]);
            }
            Some(_) => tenant.on("/v1.0/drives/", [Reply::json(body.clone())]),
            None => tenant.on(storage, [Reply::bare(202).body(body.clone())]),
        }
        tenant.on(storage, [Reply::bare(400)]);
        let place = "drives/D/root:/f";
        let run = mgd.run(["upload", "f", place, "-p", "parameters.json"]);
        let seen = tenant.requests();
        let puts = seen.iter().filter(|seen| seen.method == "PUT");
        let range = { puts }
            .next_back()
            .and_then(|seen| seen.header("content-range"));
        let start = range.map(|range| range["bytes ".len()..].split('-').next().unwrap());
        match session["uploadUrl"].as_str() {
            Some("String") => assert_eq!((run.code, start), (5, None), "{name}"),
            _ => assert_eq!(
                (run.code, start),
                (1, Some(&*expected.to_string())),
                "{name}"
            ),
        }
    }
}
