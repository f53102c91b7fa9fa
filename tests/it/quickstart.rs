//! The main job: parameters, token, every page, JSON.

use crate::support::{Mgd, lines};
use crate::tenant::{TENANT_ID, Tenant};

#[test]
fn every_user_of_a_directory_comes_in_one_document() {
    let tenant = Tenant::with_users(250);
    let mgd = Mgd::new(&tenant);
    let run = mgd.list([] as [&str; 0]).ok();
    assert_eq!(run.stderr, "");
    let document = run.json();
    assert_eq!(document["value"].as_array().unwrap().len(), 250);
    let context = format!("{}/v1.0/$metadata#users", tenant.origin());
    assert_eq!(document["@odata.context"], context);
    assert_eq!(document.get("@odata.nextLink"), None);
    let lines = lines(&tenant);
    assert_eq!(lines.len(), 4);
    assert_eq!(lines[0], format!("POST /{TENANT_ID}/oauth2/v2.0/token"));
    assert_eq!(lines[1], "GET /v1.0/users");
    assert_eq!(tenant.violations(), [] as [String; 0]);
}

#[test]
fn a_second_run_asks_for_no_token() {
    let tenant = Tenant::start();
    let mgd = Mgd::new(&tenant);
    let first = mgd.list([] as [&str; 0]).ok();
    let second = mgd.list([] as [&str; 0]).ok();
    assert_eq!(first.stdout, second.stdout);
    assert_eq!(tenant.token_posts(), 1);
}
