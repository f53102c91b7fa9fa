//! What the hint says after a 403: which permission is needed, and which the token has.

use serde_json::json;

use crate::support::Mgd;
use crate::tenant::{CLIENT_ID, Reply, TENANT_ID, Tenant};

const LEAST: &str = "mgd: hint: least permission that Microsoft lists for this: ";
const LISTED: &str = "mgd: hint: permission that Microsoft lists for this: ";
const DENIED: &str = "Authorization_RequestDenied";
const CACHE: &str = "then run mgd -p 'parameters.json' cache clear: \
                     a token keeps the permissions that it was issued with";

/// A token with these claims that nobody signed.
fn token(claims: &str) -> String {
    format!("e30.{}.", base64_url(claims.as_bytes()))
}

fn base64_url(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    let mut text = String::new();
    for group in bytes.chunks(3) {
        let bits = group
            .iter()
            .chain([0; 2].iter())
            .take(3)
            .fold(0_usize, |bits, byte| bits << 8 | usize::from(*byte));
        for at in 0..=group.len() {
            text.push(char::from(DIGITS[bits >> (18 - 6 * at) & 63]));
        }
    }
    text
}

/// stderr after the tenant refused `path` with `code` to a token of these claims, with the
/// tenant's address and the request's id left out.
#[track_caller]
fn refused(claims: &str, path: &str, code: &str) -> String {
    refused_to(claims, &["get", path], code)
}

/// The same for any command.
#[track_caller]
fn refused_to(claims: &str, command: &[&str], code: &str) -> String {
    let tenant = Tenant::start();
    let answer = json!({
        "token_type": "Bearer",
        "expires_in": 3599,
        "access_token": token(claims),
    });
    tenant.always(&tenant.token_path(), Reply::json(answer.to_string()));
    tenant.always("/v1.0/", Reply::graph_error(403, code, "No."));
    let run = Mgd::new(&tenant).run([command, &["-p", "parameters.json"]].concat());
    assert_eq!(run.code, 1, "{}", run.stderr);
    assert_eq!(run.stdout.is_empty(), command[0] == "get");
    assert!(!run.stderr.contains(&token(claims)), "{}", run.stderr);
    let consent = format!(
        "{}/adminconsent?client_id={CLIENT_ID}",
        tenant.url(&format!("/{TENANT_ID}"))
    );
    let (first, hint) = run.stderr.split_once('\n').unwrap();
    assert!(
        first.starts_with(&format!("mgd: graph: {code}: No. (HTTP 403, request-id ")),
        "{first}"
    );
    hint.replace(&consent, "CONSENT")
}

#[test]
fn a_permission_that_the_token_lacks_is_named() {
    let claims = r#"{"roles":["Mail.Send","Sites.Read.All"]}"#;
    let hint = refused(claims, "users?$top=1", DENIED);
    assert_eq!(
        hint,
        format!(
            "{LEAST}User.ReadBasic.All; this token has: Mail.Send, Sites.Read.All; \
             it is missing: add the permission, then consent (CONSENT), {CACHE}\n"
        )
    );
}

#[test]
fn a_token_without_any_permission_is_told() {
    let hint = refused(r#"{"aud":"x"}"#, "auditLogs/signIns", DENIED);
    assert_eq!(
        hint,
        format!(
            "{LEAST}AuditLog.Read.All; this token has none; \
             it is missing: add the permission, then consent (CONSENT), {CACHE}\n"
        )
    );
}

#[test]
fn a_permission_that_the_token_has_is_not_missing() {
    for role in ["User.ReadBasic.All", "User.Read.All", "Directory.Read.All"] {
        let hint = refused(&json!({ "roles": [role] }).to_string(), "users", DENIED);
        assert_eq!(
            hint,
            format!(
                "{LEAST}User.ReadBasic.All; this token has: {role}; so a directory role, \
                 a licence or a policy may be wanted, or another permission (CONSENT)\n"
            )
        );
    }
}

#[test]
fn a_permission_to_read_is_not_enough_to_write() {
    for (command, role, listed) in [
        (
            &["request", "DELETE", "users/U/messages/M"],
            "Mail.Read",
            "Mail.ReadWrite",
        ),
        (
            &["request", "DELETE", "devices/D"],
            "Device.Read.All",
            "Device.ReadWrite.All",
        ),
    ] {
        let claims = json!({ "roles": [role] }).to_string();
        let hint = refused_to(&claims, command, DENIED);
        assert_eq!(
            hint,
            format!(
                "{LEAST}{listed}; this token has: {role}; \
                 it is missing: add the permission, then consent (CONSENT), {CACHE}\n"
            )
        );
    }
    // The reference lists it beside those that write: perhaps it is wanted together with one.
    let command = ["request", "POST", "applications/A/owners"];
    let claims = r#"{"roles":["Directory.Read.All"]}"#;
    assert_eq!(
        refused_to(claims, &command, DENIED),
        format!("{LEAST}Application.ReadWrite.OwnedBy; this token has: Directory.Read.All\n")
    );
}

#[test]
fn exchange_may_close_a_mailbox_to_an_application_that_may_read_mail() {
    let claims = r#"{"roles":["Mail.Read"]}"#;
    let hint = refused(claims, "users/u@x.example/messages", "ErrorAccessDenied");
    assert_eq!(
        hint,
        format!(
            "{LEAST}Mail.ReadBasic.All; this token has: Mail.Read; Exchange may close this \
             mailbox to the application, by an application access policy or a management scope; \
             else a permission or its consent is missing: CONSENT\n"
        )
    );
}

#[test]
fn sharepoint_closes_sites_to_an_application_that_may_open_some() {
    let selected = r#"{"roles":["Sites.Selected"]}"#;
    for (path, listed) in [
        ("sites/S/lists", format!("{LEAST}Sites.Read.All; ")),
        (
            "users/U/drive/root:/a b/c.txt",
            format!("{LISTED}Files.Read.All; "),
        ),
        ("users/U/drive/madeUpThing", "mgd: hint: ".to_owned()),
    ] {
        let hint = refused(selected, path, "accessDenied");
        assert_eq!(
            hint,
            format!(
                "{listed}this token has: Sites.Selected; Sites.Selected opens only \
                 sites that were granted to the application, by POST sites/SITE/permissions\n"
            )
        );
    }
    let all = r#"{"roles":["Sites.Read.All"]}"#;
    let hint = refused(all, "sites/S/lists", "accessDenied");
    assert_eq!(
        hint,
        format!(
            "{LEAST}Sites.Read.All; this token has: Sites.Read.All; the service may close this \
             object to the application, by rules of its own; \
             else a permission or its consent is missing: CONSENT\n"
        )
    );
}

#[test]
fn nothing_is_said_to_be_missing_where_nothing_is_known() {
    let claims = r#"{"roles":["Mail.Send","User.Read.All"]}"#;
    for command in [
        &["get", "nothing/known"][..],
        &["get", "users/U/madeUpThing"],
        &["request", "POST", "users/U/managedDevices/D/wipe"],
        &["request", "POST", "devices/D/registeredOwners/$ref"],
        &["request", "DELETE", "users/delta"],
    ] {
        assert_eq!(
            refused_to(claims, command, DENIED),
            "mgd: hint: this token has: Mail.Send, User.Read.All\n",
            "{command:?}"
        );
    }
    for opaque in ["no claims", "7777777", r#"{"roles":7}"#] {
        let hint = refused(opaque, "users", DENIED);
        assert_eq!(
            hint,
            format!(
                "{LEAST}User.ReadBasic.All; add the permission that this needs, \
                 then consent (CONSENT), {CACHE}\n"
            )
        );
    }
}

#[test]
fn what_stands_in_a_token_cannot_steer_the_terminal() {
    let hint = refused(r#"{"roles":["\u001b[31mA"]}"#, "users", DENIED);
    assert!(hint.contains(r"this token has: \u{1b}[31mA; "), "{hint}");
}
