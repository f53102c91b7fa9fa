//! `mgd token` and `mgd consent-url`.

use serde_json::json;

use crate::cache::now;
use crate::support::{Mgd, lines};
use crate::tenant::{CLIENT_ID, Reply, TENANT_ID, Tenant};

fn token(text: &str) -> Reply {
    let body = json!({
        "token_type": "Bearer",
        "expires_in": 3599,
        "ext_expires_in": 3599,
        "access_token": text,
    });
    Reply::json(body.to_string())
}

/// A tenant that gives these tokens one after the other.
fn giving<'t>(texts: impl IntoIterator<Item = &'t str>) -> (Tenant, Mgd) {
    let tenant = Tenant::start();
    tenant.on(&tenant.token_path(), texts.into_iter().map(token));
    let mgd = Mgd::new(&tenant);
    (tenant, mgd)
}

fn post(tenant: &Tenant) -> String {
    format!("POST {}", tenant.token_path())
}

#[test]
fn the_token_is_all_that_is_printed() {
    let (tenant, mgd) = giving(["tok.1"]);
    for _ in 0..2 {
        mgd.list(["token"]).ended(0, "tok.1\n", "");
    }
    assert_eq!(lines(&tenant), [post(&tenant)]);
    let header = "Authorization: Bearer tok.1\n";
    mgd.list(["token", "--header"]).ended(0, header, "");
    // Behind a command that takes no operand, the file is the parameters file all the same.
    mgd.run(["token", "parameters.json"])
        .ended(0, "tok.1\n", "");
    assert_eq!(tenant.token_posts(), 1);
    assert_eq!(tenant.violations(), [] as [String; 0]);
}

#[test]
fn json_has_the_shape_of_azure_cli() {
    let (_tenant, mgd) = giving(["tok.1"]);
    let run = mgd.list(["token", "--json"]).ok();
    let object = run.json();
    let expires_on = object["expires_on"].as_u64().unwrap();
    assert!((now() + 3590..=now() + 3599).contains(&expires_on));
    let date = object["expiresOn"].as_str().unwrap();
    let output = crate::support::Command::new("date")
        .args(["-u", "-d", date, "+%s"])
        .output()
        .unwrap();
    let seconds = String::from_utf8(output.stdout).unwrap();
    assert_eq!(seconds.trim(), expires_on.to_string());
    let expected = format!(
        "{{\"accessToken\":\"tok.1\",\"expiresOn\":\"{date}\",\"expires_on\":{expires_on},\
         \"tenant\":\"{TENANT_ID}\",\"tokenType\":\"Bearer\"}}\n"
    );
    assert_eq!((date.len(), &date[19..]), (26, ".000000"));
    run.ended(0, &expected, "");
}

#[test]
fn force_refresh_asks_whatever_is_there_and_keeps_the_new_one() {
    let (tenant, mgd) = giving(["tok.1", "tok.2"]);
    mgd.list(["token"]).ended(0, "tok.1\n", "");
    let force = ["token", "--force-refresh"];
    mgd.list(force).ended(0, "tok.2\n", "");
    mgd.list(["token"]).ended(0, "tok.2\n", "");
    assert_eq!(tenant.token_posts(), 2);
    // A good token is no answer to whoever wants another.
    let text = "Invalid client secret provided.";
    let refusal = Reply::entra_error(401, "invalid_client", 7_000_215, text);
    tenant.on(&tenant.token_path(), [refusal]);
    let run = mgd.list(force);
    assert_eq!((run.code, run.stdout.as_str()), (3, ""));
    assert!(run.stderr.contains("AADSTS7000215"), "{}", run.stderr);
    mgd.list(["token"]).ended(0, "tok.2\n", "");
}

#[test]
fn a_library_gets_another_token_by_force() {
    let (tenant, mgd) = giving(["tok.1", "tok.2"]);
    let parameters = mgd::Parameters::load(mgd.scratch.path("parameters.json")).unwrap();
    let client = parameters.client(mgd::Network::default()).unwrap();
    let text = |token: mgd::AccessToken| token.secret().expose().to_owned();
    assert_eq!(text(client.acquire_token().unwrap()), "tok.1");
    assert_eq!(text(client.acquire_token_by_force().unwrap()), "tok.2");
    assert_eq!(text(client.acquire_token().unwrap()), "tok.2");
    assert_eq!(tenant.token_posts(), 2);
}

#[test]
fn the_scope_may_be_that_of_any_service() {
    for scope in [
        "https://vault.example/.default",
        "api://0a1b/.default",
        // Not the Graph of `endpoint`.
        "https://graph.microsoft.com/.default",
    ] {
        let (tenant, mgd) = giving(["tok.1"]);
        mgd.edit(|parameters| {
            parameters["endpoint"] = "https://graph.microsoft.us/v1.0/users".into();
        });
        let run = mgd.list(["token", "--scope", scope]);
        run.ended(0, "tok.1\n", "");
        let form = tenant.requests()[0].form();
        assert!(form.contains(&("scope".to_owned(), scope.to_owned())));
    }
    let tenant = Tenant::start();
    let run = Mgd::new(&tenant).list(["get", "--scope", "https://graph.microsoft.us/.default"]);
    assert_eq!(run.code, 3);
}

#[test]
fn two_forms_at_once_and_operands_are_refused() {
    let tenant = Tenant::start();
    let mgd = Mgd::new(&tenant);
    let stderr = "mgd: --json and --header do not go together\n";
    mgd.list(["token", "--json", "--header"]).refused(2, stderr);
    let stderr = "mgd: unrecognized argument: users\n\
                  mgd: hint: mgd help lists commands, mgd help token its options\n";
    mgd.list(["token", "users"]).refused(2, stderr);
    let run = mgd.run(["token"]);
    assert_eq!((run.code, run.stdout.as_str()), (2, ""));
    assert_eq!(lines(&tenant), [] as [String; 0]);
}

#[test]
fn a_reader_who_left_is_no_error() {
    let (_tenant, mgd) = giving(["tok.1"]);
    let run = mgd.shell("(mgd parameters.json token; echo $? >&2) | :");
    assert!(["0\n", "141\n"].contains(&run.stderr.as_str()), "{run:?}");
    let run = mgd.shell("mgd parameters.json token > /dev/full");
    run.refused(6, "mgd: stdout: not written: no space left on device\n");
}

#[test]
fn the_consent_url_takes_no_credential_and_sends_nothing() {
    let tenant = Tenant::start();
    let mgd = Mgd::new(&tenant);
    let url = |tenant_id: &str| {
        let origin = tenant.origin();
        format!("{origin}/{tenant_id}/adminconsent?client_id={CLIENT_ID}\n")
    };
    mgd.list(["consent-url"]).ended(0, &url(TENANT_ID), "");
    mgd.edit(|parameters| parameters["secret"] = json!(null));
    mgd.list(["consent-url"]).ended(0, &url(TENANT_ID), "");
    let other = ["consent-url", "--tenant", "contoso.example"];
    mgd.list(other).ended(0, &url("contoso.example"), "");
    let alone = ["consent-url", "--tenant=t.example", "--client-id=c"];
    let stdout = "https://login.microsoftonline.com/t.example/adminconsent?client_id=c\n";
    Mgd::without_files().run(alone).ended(0, stdout, "");
    let run = Mgd::without_files().run(["consent-url"]);
    let stderr = "mgd: authority: missing\n\
                  mgd: hint: give a parameters file (mgd FILE.json), --tenant or AZURE_TENANT_ID\n";
    run.refused(2, stderr);
    mgd.edit(|parameters| parameters["client_id"] = json!("Enter_the_Application_Id_Here"));
    assert_eq!(mgd.list(["consent-url"]).code, 2);
    assert_eq!(lines(&tenant), [] as [String; 0]);
}
