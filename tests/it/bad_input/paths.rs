//! Paths that a shell has eaten from, and those that only look so.

use super::{confined, refused};
use crate::support::{Mgd, lines};
use crate::tenant::{Reply, Tenant};

const SHELL: &str = "if a shell wrote this, it may have eaten a $word or an empty variable: put \
                     the argument into single quotes";
const GRAPH: &str = "the token is for this Graph only; another is named by --graph";

#[test]
fn a_path_that_would_name_another_object_is_refused() {
    let cases = [
        ("groups/G/members/U/", "ends in /"),
        ("users/", "ends in /"),
        ("users/?$select=id", "ends in /"),
        ("v1.0/", "ends in /"),
        ("users//x", "has an empty segment"),
        ("//users", "has an empty segment"),
        ("users/../x", "has a segment of dots"),
        ("users/./x", "has a segment of dots"),
        ("users/..", "has a segment of dots"),
        ("users/%2e%2E/x", "has a segment of dots"),
        ("users/.%2e", "has a segment of dots"),
        ("users?=5", "has a query option without a name"),
        ("users?$top=5&=x", "has a query option without a name"),
        ("users?", "has an empty query option"),
        ("users?$top=5&", "has an empty query option"),
        ("", "is empty"),
        ("/", "is empty"),
        ("?$top=5", "is empty"),
        ("v1.0/users/", "ends in /"),
        ("beta//users", "has an empty segment"),
    ];
    let tenant = Tenant::start();
    let mgd = confined(&tenant);
    for (path, cause) in cases {
        let run = mgd.run(["parameters.json", "get", path]);
        refused(&run, &tenant, &format!("path {path}: {cause}"), SHELL);
    }
}

#[test]
fn a_get_may_end_in_a_slash_behind_an_id_and_a_change_may_not() {
    let tenant = Tenant::start();
    tenant.always("/v1.0/", Reply::json("{}"));
    let mgd = confined(&tenant);
    let url = tenant.url("/v1.0/users/u@x.example/");
    let id = "parameters.json";
    for path in ["users/1a/", "users/u-a/?$select=id", url.as_str()] {
        assert_eq!(mgd.run([id, "get", path]).code, 0, "{path}");
        assert_eq!(mgd.run([id, "request", "GET", path]).code, 0, "{path}");
        assert_eq!(mgd.run([id, "get", path, "-o", "raw"]).code, 0, "{path}");
    }
    let asked = lines(&tenant);
    let ends = |end: &str| asked.iter().filter(|line| line.ends_with(end)).count();
    let counts = [
        ends("/v1.0/users/1a/"),
        ends("/v1.0/users/u-a/?$select=id"),
        ends("/v1.0/users/u@x.example/"),
    ];
    assert_eq!(counts, [3; 3], "{asked:?}");
    let tenant = Tenant::start();
    let mgd = confined(&tenant);
    let url = tenant.url("/v1.0/users/u@x.example/");
    for path in ["users/1a/", "users/u-a/?$select=id", url.as_str()] {
        for method in ["DELETE", "PATCH", "POST", "PUT"] {
            let run = mgd.run([id, "request", method, path]);
            refused(&run, &tenant, &format!("path {path}: ends in /"), SHELL);
        }
    }
}

#[test]
fn a_url_that_leads_elsewhere_is_refused_and_no_token_is_got() {
    let tenant = Tenant::start();
    let mgd = confined(&tenant);
    let origin = tenant.origin();
    let port = tenant.port();
    let away = |to: &str| format!("leads away from {origin} to {to}");
    let cases = [
        (
            "https://graph.microsoft.com/v1.0/users".to_owned(),
            away("https://graph.microsoft.com"),
        ),
        (
            format!("http://localhost:{port}/v1.0/users"),
            away(&format!("http://localhost:{port}")),
        ),
        (
            format!("https://127.0.0.1:{port}/v1.0/users"),
            away(&format!("https://127.0.0.1:{port}")),
        ),
        (
            "https://localhost/v1.0/users".to_owned(),
            away("https://localhost"),
        ),
        (
            format!("https://localhost.evil.example:{port}/v1.0"),
            away(&format!("https://localhost.evil.example:{port}")),
        ),
        (
            format!("https://a@localhost:{port}/v1.0/users"),
            "holds a user name".to_owned(),
        ),
        (
            "file:///etc/passwd".to_owned(),
            "has the scheme file, not https".to_owned(),
        ),
    ];
    for (url, cause) in cases {
        let run = mgd.run(["parameters.json", "get", &url]);
        refused(&run, &tenant, &format!("url {url}: {cause}"), GRAPH);
    }
    let url = tenant.url("/v1.0/users/a#EXT#@b");
    let run = mgd.run(["parameters.json", "get", &url]);
    let hint = "in a name write it as %23";
    refused(&run, &tenant, &format!("url {url}: holds a #"), hint);
    let url = tenant.url("/v1.0/users/x/");
    let run = mgd.run(["parameters.json", "get", &url]);
    refused(&run, &tenant, &format!("path {url}: ends in /"), SHELL);
    let url = tenant.url("/v1.0/users");
    let run = mgd.run(["parameters.json", "get", "--beta", &url]);
    let message = format!("url {url}: --beta goes with a path, not with a url");
    refused(&run, &tenant, &message, "");
    let run = mgd.run(["parameters.json", "get", "--beta", "v1.0/users"]);
    refused(
        &run,
        &tenant,
        "path v1.0/users: names v1.0, and --beta the other",
        "",
    );
}

#[test]
fn an_endpoint_is_held_to_the_same_rules() {
    let tenant = Tenant::start();
    let mgd = confined(&tenant);
    let endpoint = tenant.url("/v1.0/users//x");
    let quoted = format!("\"{endpoint}\"");
    let text = super::parameters(&tenant, &[("endpoint", &quoted)]);
    mgd.scratch.write("parameters.json", text, 0o600);
    let message = format!("path {endpoint}: has an empty segment");
    refused(&mgd.list([] as [&str; 0]), &tenant, &message, SHELL);
}

#[test]
fn a_link_to_resume_at_that_leads_elsewhere_is_refused() {
    let tenant = Tenant::start();
    let mgd = confined(&tenant);
    let run = mgd.list([
        "--resume",
        "https://graph.microsoft.com/v1.0/users?$skiptoken=x",
    ]);
    let message = format!(
        "link to resume leads away from {} to https://graph.microsoft.com",
        tenant.origin()
    );
    let hint = "give the link in single quotes, as it was printed";
    refused(&run, &tenant, &message, hint);
}

#[test]
fn what_a_url_cannot_carry_is_encoded_and_names_the_same_object() {
    let cases = [
        ("users/a#EXT#@b", "/v1.0/users/a%23EXT%23@b"),
        (
            "/users/a#EXT#@b?$select=id",
            "/v1.0/users/a%23EXT%23@b?$select=id",
        ),
        ("users/a%23EXT%23@b", "/v1.0/users/a%23EXT%23@b"),
        ("beta/users/é x", "/beta/users/%C3%A9%20x"),
        (
            "v1.0/drives/D/root:/50% a.txt:/content",
            "/v1.0/drives/D/root:/50%25%20a.txt:/content",
        ),
        ("users?$filter=a eq 'b'", "/v1.0/users?$filter=a%20eq%20'b'"),
        ("users/...", "/v1.0/users/..."),
    ];
    let tenant = Tenant::start();
    tenant.always("/", Reply::json("{\"id\":\"1\"}"));
    let mgd = confined(&tenant).env("MGD_PARAMETERS", "parameters.json");
    tenant.always(&tenant.token_path(), Reply::pass());
    for (path, target) in cases {
        let run = mgd.run(["get", path]).ok();
        assert_eq!(
            (run.stdout.as_str(), run.stderr.as_str()),
            ("{\"id\":\"1\"}\n", ""),
            "{path}"
        );
        assert_eq!(lines(&tenant).last().unwrap(), &format!("GET {target}"));
    }
    assert_eq!(lines(&tenant).len(), cases.len() + 1);
}

#[test]
fn a_url_inside_a_filter_does_not_make_a_url_of_a_path() {
    let path =
        "servicePrincipals?$filter=servicePrincipalNames/any(n:n eq 'https://graph.microsoft.com')";
    let target = "/v1.0/servicePrincipals?$filter=servicePrincipalNames/\
                  any(n:n%20eq%20'https://graph.microsoft.com')";
    let tenant = Tenant::start();
    tenant.always("/v1.0/", Reply::json("{\"value\":[]}"));
    let mgd = confined(&tenant);
    let run = mgd.run(["parameters.json", "get", path]).ok();
    assert_eq!(
        (run.stdout.as_str(), run.stderr.as_str()),
        ("{\"value\":[]}\n", "")
    );
    assert_eq!(lines(&tenant)[1..], [format!("GET {target}")]);
}

#[test]
fn no_command_touches_another_object_than_the_one_meant() {
    let tenant = Tenant::start();
    let mgd = Mgd::new(&tenant);
    mgd.scratch.write("f", "text", 0o600);
    for line in [
        &["delta", "users//delta", "--state", "s"][..],
        &["delta", "groups/../users/delta", "--state", "s"],
        &[
            "delta",
            "https://graph.example/v1.0/users/delta",
            "--state",
            "s",
        ],
        &["delta", "users/delta?=id", "--state", "s"],
        &["download", "drives/D/items//content", "-O", "out"],
        &["download", "drives/D/items/%2e%2e/content", "-O", "out"],
        &[
            "download",
            "https://graph.example/v1.0/x/content",
            "-O",
            "out",
        ],
        &["download", "users/U/photo/", "-O", "out"],
        &["upload", "f", "drives/D/root:/a/"],
        &["upload", "f", "drives/D/root://a"],
        &["upload", "f", "drives//root:/a"],
        &["upload", "f", "drives/D/items/../root:/a"],
        &["request", "DELETE", "groups/G/members/U/"],
    ] {
        let run = mgd.list(line);
        assert_eq!((run.code, run.stdout.as_str()), (2, ""), "{line:?}");
    }
    assert_eq!(tenant.requests().len(), 0);
}
