//! Authority, scope and endpoint that do not belong together.

use super::{Case, all_refused, confined, parameters, said};
use crate::tenant::Tenant;

const CLOUD_HINT: &str = "a token of one cloud is worth nothing in another: change one of the two";
const PUBLIC: (&str, &str) = (
    "authority",
    "\"https://login.microsoftonline.com/contoso.com\"",
);

#[test]
fn what_belongs_to_different_clouds_is_refused() {
    let us = "\"https://login.microsoftonline.us/contoso.com\"";
    let cases: [Case<'_>; 4] = [
        (
            &[
                PUBLIC,
                ("scope", "[\"https://graph.microsoft.us/.default\"]"),
                ("endpoint", "\"https://graph.microsoft.com/v1.0/users\""),
            ],
            ":4: scope: graph.microsoft.us is not the Graph host, graph.microsoft.com",
            "scope and endpoint must name the same Graph",
        ),
        (
            &[
                PUBLIC,
                ("scope", "[\"https://graph.microsoft.us/.default\"]"),
                ("endpoint", "\"https://graph.microsoft.us/v1.0/users\""),
            ],
            ":6: endpoint: graph.microsoft.us is not in the cloud of login.microsoftonline.com",
            CLOUD_HINT,
        ),
        (
            &[
                ("authority", us),
                ("scope", "\"https://graph.microsoft.com/.default\""),
                ("endpoint", "null"),
            ],
            ":4: scope: graph.microsoft.com is not in the cloud of login.microsoftonline.us",
            CLOUD_HINT,
        ),
        (
            &[
                ("authority", us),
                ("scope", "\"https://dod-graph.microsoft.us/.default\""),
                ("endpoint", "\"https://graph.microsoft.us/v1.0/users\""),
            ],
            ":4: scope: dod-graph.microsoft.us is not the Graph host, graph.microsoft.us",
            "scope and endpoint must name the same Graph",
        ),
    ];
    all_refused(&cases);
}

#[test]
fn a_scope_of_an_own_api_or_of_graph_by_its_guid_is_let_through() {
    let graph = ("endpoint", "\"https://graph.microsoft.com/v1.0/users\"");
    for scope in [
        "api://contoso/.default",
        "00000003-0000-0000-c000-000000000000/.default",
    ] {
        let tenant = Tenant::start();
        let mgd = confined(&tenant);
        let scope = format!("\"{scope}\"");
        let text = parameters(&tenant, &[PUBLIC, ("scope", &scope), graph]);
        mgd.scratch.write("parameters.json", text, 0o600);
        // Nothing is wrong with it, so that it is asked for: at a proxy that is not there.
        let run = mgd.list(["--retry-max-time", "0.1"]);
        assert_eq!((run.code, run.stdout.as_str()), (4, ""), "{}", run.stderr);
    }
}

#[test]
fn a_scope_that_is_none_of_an_applications_is_refused() {
    let endpoint = ("endpoint", "null");
    let cases: [Case<'_>; 4] = [
        (
            &[
                PUBLIC,
                endpoint,
                ("scope", "[\"https://graph.microsoft.com/User.Read.All\"]"),
            ],
            ":4: scope: https://graph.microsoft.com/User.Read.All does not end in /.default",
            "use https://graph.microsoft.com/.default and grant the permission on the application",
        ),
        (
            &[PUBLIC, endpoint, ("scope", "\"User.Read.All\"")],
            ":4: scope: User.Read.All does not end in /.default",
            "use https://graph.microsoft.com/.default and grant the permission on the application",
        ),
        (
            &[("scope", "\"\"")],
            ":4: scope: is empty",
            "put null there for the usual one",
        ),
        (
            &[("scope", "[]")],
            ":4: scope: is empty",
            "put null there for the usual one",
        ),
    ];
    all_refused(&cases);
}

const GRAPH: (&str, &str) = ("scope", "\"https://graph.microsoft.com/.default\"");

#[test]
fn a_token_for_graph_goes_to_no_other_host() {
    let slip = "graph.microsft.com is not a Microsoft Graph host, and the token for Graph would \
                be sent to it";
    let slip_hint = "did you mean graph.microsoft.com? a reverse proxy needs --trust-graph-host \
                     graph.microsft.com";
    let other = "api.contoso.com is not a Microsoft Graph host, and the token for Graph would be \
                 sent to it";
    let other_hint = "a reverse proxy of Graph needs --trust-graph-host api.contoso.com";
    let at = |message: &str| format!(":6: endpoint: {message}");
    let (slip_at, other_at) = (at(slip), at(other));
    let id = "\"00000003-0000-0000-C000-000000000000/.default\"";
    let cases: [Case<'_>; 4] = [
        (
            &[
                PUBLIC,
                GRAPH,
                ("endpoint", "\"https://graph.microsft.com/v1.0/users\""),
            ],
            &slip_at,
            slip_hint,
        ),
        (
            &[
                PUBLIC,
                GRAPH,
                ("endpoint", "\"https://api.contoso.com/v1.0/users\""),
            ],
            &other_at,
            other_hint,
        ),
        (
            &[
                GRAPH,
                ("endpoint", "\"https://api.contoso.com/v1.0/users\""),
            ],
            &other_at,
            other_hint,
        ),
        (
            &[
                ("scope", id),
                ("endpoint", "\"https://api.contoso.com/v1.0/users\""),
            ],
            &other_at,
            other_hint,
        ),
    ];
    all_refused(&cases);
    let tenant = Tenant::start();
    let mgd = confined(&tenant);
    mgd.scratch
        .write("parameters.json", parameters(&tenant, &[GRAPH]), 0o600);
    let option = ["--graph", "https://graph.microsft.com"];
    let expected = said(&format!("--graph: {slip}"), slip_hint);
    mgd.list(option).refused(2, &expected);
    let another = [&option[..], &["--trust-graph-host", "api.contoso.com"]].concat();
    mgd.list(another).refused(2, &expected);
    assert_eq!(tenant.connections(), 0);
}

#[test]
fn a_reverse_proxy_that_is_named_twice_may_have_the_token() {
    let tenant = Tenant::start();
    let mgd = confined(&tenant);
    let proxy = ("endpoint", "\"https://graph.contoso.com/v1.0/users\"");
    for scope in [GRAPH, ("scope", "null")] {
        let text = parameters(&tenant, &[PUBLIC, scope, proxy]);
        mgd.scratch.write("parameters.json", text, 0o600);
        let run = mgd.list([
            "--trust-graph-host",
            "Graph.contoso.com",
            "--retry-max-time=0.1",
        ]);
        assert_eq!((run.code, run.stdout.as_str()), (4, ""), "{}", run.stderr);
    }
    // Without a scope of its own, the token that it gets is one for Graph.
    let run = mgd.list([
        "get",
        "users",
        "--trust-graph-host=graph.contoso.com",
        "--curl",
    ]);
    let command = run.ok().stdout;
    let token = "mgd token --header -p 'parameters.json' --trust-graph-host 'graph.contoso.com' |";
    assert!(command.starts_with(token), "{command}");
}

#[test]
fn a_partners_cloud_has_a_graph_of_its_own() {
    for country in ["fr", "de", "sg"] {
        let tenant = Tenant::start();
        let mgd = confined(&tenant);
        let authority = format!("\"https://login.sovcloud-identity.{country}/contoso.com\"");
        let changes = [("authority", &*authority), ("scope", ""), ("endpoint", "")];
        mgd.scratch
            .write("parameters.json", parameters(&tenant, &changes), 0o600);
        let run = mgd.list(["get", "users", "--dry-run"]).ok();
        let line = format!("GET https://graph.svc.sovcloud.{country}/v1.0/users\n");
        assert!(run.stdout.starts_with(&line), "{}", run.stdout);
        let graph = ["get", "users", "--graph", "https://graph.microsoft.com"];
        let run = mgd.list(graph);
        assert_eq!(run.code, 2, "{}", run.stderr);
    }
}
