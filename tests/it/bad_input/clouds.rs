//! Authority, scope and endpoint that do not belong together.

use super::{Case, all_refused, confined, parameters};
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
            ":4: scope: graph.microsoft.us is not the host that is asked, graph.microsoft.com",
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
            ":4: scope: dod-graph.microsoft.us is not the host that is asked, graph.microsoft.us",
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
