//! Values that cannot be right: found without asking anybody.

use super::{Case, all_refused, confined, parameters};
use crate::tenant::Tenant;

const TENANT_HINT: &str = "give the directory (tenant) id from the application's overview page";
const VALUE_HINT: &str =
    "put the secret's Value there, which the portal shows once, when it is made";

#[test]
fn an_authority_that_cannot_be_one_is_refused() {
    let url = "give https://login.microsoftonline.com/ and your tenant id";
    let end = "end it after the tenant";
    let cases = [
        (
            "http://login.microsoftonline.com/t",
            "is plain http, which would show the token to the network",
            url,
        ),
        ("contoso.com", "is not an absolute url", url),
        (
            "ftp://login.microsoftonline.com/t",
            "has the scheme ftp, not https",
            url,
        ),
        (
            "https://u:p@login.microsoftonline.com/t",
            "holds a user name",
            url,
        ),
        (
            "https://login.microsoftonlin.com/t",
            "login.microsoftonlin.com is no login host of Microsoft's",
            "did you mean login.microsoftonline.com?",
        ),
        (
            "https://login.microsoftonline.cmo/t",
            "login.microsoftonline.cmo is no login host of Microsoft's",
            "did you mean login.microsoftonline.com?",
        ),
        (
            "https://login.microsoftonline.com",
            "names no tenant",
            "append / and your tenant id",
        ),
        (
            "https://login.microsoftonline.com/t/oauth2/v2.0/token",
            "goes on after the tenant",
            end,
        ),
        (
            "https://login.microsoftonline.com/t?x=1",
            "holds a query",
            end,
        ),
        (
            "https://login.microsoftonline.com/common",
            "an application needs one tenant, not all of them",
            TENANT_HINT,
        ),
        (
            "https://login.microsoftonline.com/organizations/v2.0",
            "an application needs one tenant, not all of them",
            TENANT_HINT,
        ),
        (
            "https://login.microsoftonline.com/a%20b",
            "the tenant is neither a domain name nor a guid",
            TENANT_HINT,
        ),
    ];
    for (authority, cause, hint) in cases {
        let raw = format!("\"{authority}\"");
        let message = format!(":2: authority: {cause}");
        all_refused(&[(&[("authority", &raw)], &message, hint)]);
    }
}

#[test]
fn an_unknown_host_without_a_neighbour_is_told_all_that_are_known() {
    let tenant = Tenant::start();
    let mgd = confined(&tenant);
    let change = [("authority", "\"https://example.org/t\"")];
    mgd.scratch
        .write("parameters.json", parameters(&tenant, &change), 0o600);
    let run = mgd.list([] as [&str; 0]);
    assert_eq!((run.code, run.stdout.as_str()), (2, ""));
    assert!(
        run.stderr
            .contains("example.org is no login host of Microsoft's"),
        "{}",
        run.stderr
    );
    assert!(
        run.stderr
            .contains("hint: known are login.microsoftonline.com, "),
        "{}",
        run.stderr
    );
}

#[test]
fn a_secret_that_cannot_be_one_is_refused() {
    let cases: [Case<'_>; 6] = [
        (&[("secret", "\"\"")], ":5: secret: is empty", VALUE_HINT),
        (
            &[("secret", "\"3F6B1D52-8c0e-4a97-b1f4-6d2e90c75a18\"")],
            ":5: secret: is a guid: that is the Secret ID, not the secret",
            VALUE_HINT,
        ),
        (
            &[("secret", "\"canary\\n\"")],
            ":5: secret: begins or ends with white space, or holds a line end",
            VALUE_HINT,
        ),
        (
            &[("secret", "\" canary\"")],
            ":5: secret: begins or ends with white space, or holds a line end",
            VALUE_HINT,
        ),
        (
            &[("client_id", "\" \"")],
            ":3: client_id: is empty",
            "put the application (client) id there",
        ),
        (
            &[("endpoint", "\"graph.microsoft.com/v1.0/users\"")],
            ":6: endpoint: is not an absolute url",
            "give a url such as https://graph.microsoft.com/v1.0/users",
        ),
    ];
    all_refused(&cases);
}

#[test]
fn keys_that_contradict_each_other_are_refused() {
    let oidc = ("oidc_authority", "\"https://login.contoso.com/t/v2.0\"");
    let both = "keep one of the two and put null for the other";
    type Owned = (Vec<(&'static str, &'static str)>, String, &'static str);
    let mut cases: Vec<Owned> = vec![
        (
            vec![oidc],
            ":9: oidc_authority: is given with `authority`".to_owned(),
            both,
        ),
        (
            vec![("secret_file", "\"s\"")],
            ": `secret` and `secret_file` stand together".to_owned(),
            both,
        ),
    ];
    let others = [
        ("thumbprint", "\"790E\"", "certificate"),
        ("private_key_file", "\"server.pem\"", "certificate"),
        ("certificate_file", "\"server.crt\"", "certificate"),
        ("federated_token_file", "\"/run/t\"", "federated"),
        ("managed_identity", "true", "managed-identity"),
    ];
    for (key, raw, kind) in others {
        cases.push((
            vec![(key, raw)],
            format!(": a secret and a {kind} stand together"),
            "put null for the one that is not meant, or pick one with --auth",
        ));
    }
    for (changes, message, hint) in &cases {
        all_refused(&[(changes, message, hint)]);
    }
}
