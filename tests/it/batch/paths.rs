//! Lines that are refused, and what is sent around them.

use super::{asked, batch, body, carried_out, list, outer, statuses, things};
use crate::support::{Mgd, lines, script, tool};
use crate::tenant::Tenant;

const SHELL: &str = "if a shell wrote this, it may have eaten a $word or an empty variable: put \
                     the argument into single quotes";
const ONE_A_LINE: &str = "each request is one line, as jq -c writes it";
const APART: &str = "jq -c '.requests[]' writes each of its requests as one line";
const EITHER: &str = "each request is one line, as jq -c . writes it, or jq -c '.requests[]' \
                      for those of a whole batch";
const TOGETHER: &str = "requests that depend on each other, and those between them, must be of \
                        one version and fit into a batch of 20";

/// The line is refused, with nobody asked for anything.
#[track_caller]
fn refused(line: &str, message: &str, hint: &str) {
    let tenant = Tenant::start();
    let run = batch(&tenant, &[], line);
    let hint = match hint {
        "" => String::new(),
        hint => format!("mgd: hint: {hint}\n"),
    };
    run.refused(2, &format!("mgd: line 1: {message}\n{hint}"));
    assert_eq!(lines(&tenant), [] as [String; 0], "{line}");
}

#[test]
fn a_line_that_would_reach_another_object_is_refused() {
    let cases = [
        ("groups/G/members/U/", "ends in /"),
        ("users//x", "has an empty segment"),
        ("users/../x", "has a segment of dots"),
        ("users/%2e%2E/x", "has a segment of dots"),
        ("users?=5", "has a query option without a name"),
        ("users?", "has an empty query option"),
        ("users/=x", "has a segment that begins with ="),
    ];
    for (path, cause) in cases {
        let message = format!("path {path}: {cause}");
        refused(path, &message, SHELL);
        refused(&format!("\"{path}\""), &message, SHELL);
        let line = format!("{{\"method\":\"DELETE\",\"url\":\"{path}\"}}");
        refused(&line, &message, SHELL);
        refused(&format!("{line}\nusers\n"), &message, SHELL);
    }
    refused("\"\"", "path : is empty", SHELL);
    refused("{\"url\":\"\"}", "path : is empty", SHELL);
}

#[test]
fn a_whole_batch_in_the_place_of_lines_is_taken_apart_by_jq() {
    let whole = "is a whole batch, not one request";
    refused(
        "{\"requests\":[{\"id\":\"1\",\"url\":\"a\"}]}",
        whole,
        APART,
    );
    refused("{ \"requests\": [\n{\"url\":\"a\"}\n]}\n", whole, APART);
    let early = "is no JSON object: the body ends too early at byte 1";
    refused("{\n  \"requests\": [\n    {\"url\":\"a\"}]}", early, EITHER);
    let batch = "printf '{\"requests\":[{\"id\":\"1\",\"method\":\"GET\",\"url\":\"/users\"}]}'";
    let mgd = Mgd::new(&Tenant::start());
    let refused = mgd.shell(&format!("{batch} | mgd parameters.json batch"));
    assert!(refused.stderr.ends_with(&format!("mgd: hint: {APART}\n")));
    let (_tenant, mgd) = script([]);
    need!(tool("jq"));
    let run = mgd.shell(&format!(
        "{batch} | jq -c '.requests[]' | mgd parameters.json batch"
    ));
    assert_eq!(list(&statuses(&run)), "1 200");
}

#[test]
fn a_method_before_the_path_is_the_method() {
    let cases = [
        ("GET users", "GET", "/users"),
        (
            "  GET \t users?$filter=a eq 'b' \r",
            "GET",
            "/users?$filter=a%20eq%20'b'",
        ),
        ("DELETE groups/G", "DELETE", "/groups/G"),
        (
            "POST users/U/revokeSignInSessions",
            "POST",
            "/users/U/revokeSignInSessions",
        ),
        ("PATCH a", "PATCH", "/a"),
        ("PUT a", "PUT", "/a"),
        ("delete groups/G", "GET", "/delete%20groups/G"),
        ("DELETED groups", "GET", "/DELETED%20groups"),
    ];
    let tenant = Tenant::start();
    let input: String = cases.iter().map(|(line, ..)| format!("{line}\n")).collect();
    batch(&tenant, &[], &input);
    let requests = body(&outer(&tenant)[0])["requests"].clone();
    for (index, (line, method, url)) in cases.into_iter().enumerate() {
        let request = &requests[index];
        assert_eq!(request["method"], method, "{line}");
        assert_eq!(request["url"], url, "{line}");
        assert_eq!(request["id"], (index + 1).to_string());
    }
    // A variable that was empty must not make a request for something else.
    for line in ["DELETE", "DELETE ", "GET\t"] {
        refused(line, "path : is empty", SHELL);
    }
    refused(
        "DELETE groups//members/U",
        "path groups//members/U: has an empty segment",
        SHELL,
    );
}

#[test]
fn a_get_may_end_in_a_slash_behind_an_id_and_no_other_line_may() {
    let (tenant, _) = things(1);
    let run = batch(&tenant, &[], "things/u-1/\n");
    assert_eq!((run.code, &*run.stderr), (0, ""));
    assert_eq!(asked(&tenant), [["/things/u-1/"]]);
    let message = "path users/u-1/: ends in /";
    refused(r#"{"method":"DELETE","url":"users/u-1/"}"#, message, SHELL);
    refused("users/", "path users/: ends in /", SHELL);
}

#[test]
fn a_url_on_another_origin_is_refused() {
    let tenant = Tenant::start();
    let away = "https://graph.microsoft.com";
    let run = batch(&tenant, &[], &format!("{{\"url\":\"{away}/v1.0/users\"}}"));
    let message = format!(
        "mgd: line 1: url {away}/v1.0/users: leads away from {} to {away}\n\
         mgd: hint: the token is for this Graph only; another is named by --graph\n",
        tenant.origin()
    );
    run.refused(2, &message);
    let run = batch(&tenant, &[], &tenant.url("/v1.0/users#x"));
    let message = format!(
        "mgd: line 1: url {}: holds a #\nmgd: hint: in a name write it as %23\n",
        tenant.url("/v1.0/users#x")
    );
    run.refused(2, &message);
    let run = batch(&tenant, &[], &tenant.url("/v2.0/users"));
    let message = format!(
        "mgd: line 1: url {}: is below neither v1.0 nor beta\n\
         mgd: hint: a batch reaches nothing else\n",
        tenant.url("/v2.0/users")
    );
    run.refused(2, &message);
    let run = batch(&tenant, &["--beta"], "v1.0/users");
    run.refused(
        2,
        "mgd: line 1: path v1.0/users: names v1.0, and --beta the other\n",
    );
    assert_eq!(lines(&tenant), [] as [String; 0]);
}

#[test]
fn what_a_url_cannot_carry_is_encoded_and_names_the_same_object() {
    let cases = [
        ("users/a#EXT#@b", "/users/a%23EXT%23@b"),
        (
            "{\"url\":\"users/a#EXT#@b?$select=id\"}",
            "/users/a%23EXT%23@b?$select=id",
        ),
        ("users/a%23EXT%23@b", "/users/a%23EXT%23@b"),
        ("users/é x", "/users/%C3%A9%20x"),
        ("users?$filter=a eq 'b'", "/users?$filter=a%20eq%20'b'"),
    ];
    for (line, url) in cases {
        let tenant = Tenant::start();
        batch(&tenant, &[], line);
        assert_eq!(asked(&tenant), [[url]]);
    }
    let tenant = Tenant::start();
    let url = tenant.url("/v1.0/users?$top=1");
    batch(&tenant, &[], &url).ok();
    assert_eq!(asked(&tenant), [["/users?$top=1"]]);
}

#[test]
fn what_is_no_request_is_refused() {
    let cases = [
        (
            "{",
            "is no JSON object: the body ends too early at byte 1",
            EITHER,
        ),
        (
            "{\"url\":",
            "is no JSON object: the body ends too early at byte 7",
            ONE_A_LINE,
        ),
        ("[\"users\"]", "is no request", ONE_A_LINE),
        (
            "{\"url\":\"users\"} x",
            "is no JSON object: something follows the JSON object at byte 16",
            ONE_A_LINE,
        ),
        ("\"users", "is no path", ""),
        ("{}", "url: missing", ""),
        ("{\"url\":7}", "url: is no string", ""),
        ("{\"url\":\"a\",\"url\":\"b\"}", "`url` comes twice", ""),
        (
            "{\"url\":\"a\",\"dependson\":[]}",
            "unknown key `dependson`",
            "did you mean `dependsOn`?",
        ),
        ("{\"url\":\"a\",\"id\":\"\"}", "id: is empty", ""),
        (
            "{\"url\":\"a\",\"id\":[]}",
            "id: is neither a string nor a number",
            "",
        ),
        (
            "{\"url\":\"a\",\"method\":\"PURGE\"}",
            "method PURGE: is none that a batch takes",
            "it is one of GET POST PUT PATCH DELETE",
        ),
        (
            "{\"url\":\"a\",\"body\":{}}",
            "method: missing beside a body",
            "",
        ),
        (
            "{\"url\":\"a\",\"id\":\"A\",\"dependsOn\":[\"a\"]}",
            "dependsOn: names the request itself",
            "",
        ),
        ("{\"url\":\"$Batch?x\"}", "a batch cannot hold another", ""),
        ("{\"url\":\"$batch\"}", "a batch cannot hold another", ""),
        (
            "{\"url\":\"a\",\"headers\":[]}",
            "headers: is not an object of strings",
            "",
        ),
        (
            "{\"url\":\"a\",\"headers\":{\"X\":1}}",
            "header X: is no string",
            "",
        ),
        (
            "{\"url\":\"a\",\"headers\":{\"authorization\":\"x\"}}",
            "header authorization: is not the caller's to set",
            "",
        ),
        (
            "{\"url\":\"a\",\"headers\":{\"X\":\"1\",\"x\":\"2\"}}",
            "header x: comes twice",
            "",
        ),
        (
            "{\"url\":\"a\",\"headers\":{\"Host\":\"x\"}}",
            "header Host: is not the caller's to set",
            "",
        ),
        (
            "{\"url\":\"a\",\"headers\":{\"X\":\"a\\nb\"}}",
            "header X: its value is not plain ASCII",
            "",
        ),
        (
            "{\"url\":\"a\",\"dependsOn\":\"1\"}",
            "dependsOn: is not a list of ids",
            "",
        ),
        (
            "{\"url\":\"a\",\"dependsOn\":[\"x\"]}",
            "dependsOn: names a request that is not among those it can be sent with",
            TOGETHER,
        ),
    ];
    for (line, message, hint) in cases {
        refused(line, message, hint);
    }
}

#[test]
fn an_id_that_came_before_is_refused() {
    for (first, second) in [
        (
            "{\"id\":\"Ab\",\"url\":\"a\"}",
            "{\"id\":\"aB\",\"url\":\"b\"}",
        ),
        ("{\"id\":7,\"url\":\"a\"}", "{\"id\":\"7\",\"url\":\"b\"}"),
        ("{\"id\":\"2\",\"url\":\"a\"}", "b"),
    ] {
        let tenant = Tenant::start();
        let run = batch(&tenant, &[], &format!("{first}\n{second}\n"));
        run.refused(
            2,
            "mgd: line 2: id: came before; ids differ by more than case\n",
        );
        assert_eq!(lines(&tenant), [] as [String; 0]);
    }
    let (tenant, input) = things(45);
    let run = batch(
        &tenant,
        &[],
        &format!("{input}{{\"id\":\"3\",\"url\":\"things/x\"}}\n"),
    );
    let note = "mgd: no line after line 40 was sent\n";
    let message = "mgd: line 46: id: came before; ids differ by more than case\n";
    assert_eq!((run.code, &*run.stderr), (2, &*format!("{note}{message}")));
    assert_eq!(statuses(&run).len(), 40);
}

#[test]
fn a_bad_line_ends_the_input_and_what_was_sent_before_is_written() {
    let (tenant, input) = things(70);
    let input = input.replace("things/65\n", "things//65\n");
    let run = batch(&tenant, &[], &input);
    let message = "mgd: line 65: path things//65: has an empty segment\n";
    let note = "mgd: no line after line 60 was sent\n";
    let hint = format!("mgd: hint: {SHELL}\n");
    assert_eq!(
        (run.code, run.stderr.as_str()),
        (2, &*format!("{note}{message}{hint}"))
    );
    let ids: Vec<_> = statuses(&run).into_iter().map(|(id, _)| id).collect();
    assert_eq!(ids, (1..=60).map(|id| id.to_string()).collect::<Vec<_>>());
    assert_eq!(carried_out(&tenant).len(), 60);
}

#[test]
fn a_line_longer_than_max_item_is_refused() {
    let tenant = Tenant::start();
    let long = format!("users/{}", "x".repeat(100));
    batch(&tenant, &["--max-item", "106"], &long);
    assert_eq!(asked(&tenant).len(), 1);
    let run = batch(&tenant, &["--max-item", "105"], &long);
    run.refused(2, "mgd: line 1: is longer than --max-item allows\n");
    assert_eq!(asked(&tenant).len(), 1);
}

#[test]
fn jobs_are_at_least_one() {
    let tenant = Tenant::start();
    for jobs in ["0", "x", "-1"] {
        let run = batch(&tenant, &[&format!("--jobs={jobs}")], "users");
        assert_eq!((run.code, run.stdout.as_str()), (2, ""), "{}", run.stderr);
    }
}
