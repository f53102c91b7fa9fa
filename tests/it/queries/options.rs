//! `--select`, `--filter` and the others.

use super::{asked, listed};
use crate::support::Mgd;
use crate::tenant::{Reply, Tenant};

#[track_caller]
fn assert_asks(arguments: &[&str], target: &str, is_eventual: bool) {
    let (tenant, run) = listed(arguments);
    run.ok();
    assert_eq!(asked(&tenant), (format!("/v1.0/{target}"), is_eventual));
    assert_eq!(tenant.violations(), [] as [String; 0]);
}

#[test]
fn they_are_spelled_without_the_dollar_and_encoded() {
    assert_asks(
        &[
            "users",
            "--select",
            "id,mail",
            "--top=5",
            "--orderby",
            "mail desc",
        ],
        "users?$select=id,mail&$orderby=mail%20desc&$top=5",
        false,
    );
    assert_asks(
        &["users", "--filter", "startsWith(mail,'a+b&c#d%41 é')"],
        "users?$filter=startsWith(mail,'a%2Bb%26c%23d%2541%20%C3%A9')",
        false,
    );
    assert_asks(
        &["groups", "--expand", "members($select=id)"],
        "groups?$expand=members($select%3Did)",
        false,
    );
    assert_asks(
        &["users?$top=2", "--query", "$skip=4", "--query", "x="],
        "users?$top=2&$skip=4&x=",
        false,
    );
}

#[test]
fn lists_that_are_given_in_parts_are_joined() {
    assert_asks(
        &[
            "users",
            "--select",
            "id",
            "--select=mail",
            "--expand",
            "manager",
            "--orderby",
            "a",
            "--expand",
            "photo",
            "--orderby",
            "b desc",
        ],
        "users?$select=id,mail&$expand=manager,photo&$orderby=a,b%20desc",
        false,
    );
    let tenant = Tenant::start();
    tenant.always("/v1.0/", Reply::json(r#"{"value":[{"id":1,"mail":2}]}"#));
    let table = ["users", "-otsv", "--select", "mail", "--select", "id"];
    Mgd::new(&tenant)
        .get(&table)
        .ended(0, "mail\tid\n2\t1\n", "");
}

#[test]
fn of_an_option_with_one_value_the_last_counts() {
    let arguments = ["users", "--top", "1", "--ca-file=none", "--top=2"];
    let arguments = [&arguments[..], &["--ca-file", "ca.pem"]].concat();
    assert_asks(&arguments, "users?$top=2", false);
}

#[test]
fn what_would_be_dropped_in_silence_is_not_given_twice() {
    let credential = "leave one of the two out";
    for (option, hint) in [
        ("--filter", "join the conditions with 'and'"),
        ("--search", credential),
        ("--secret-file", credential),
        ("--certificate-file", credential),
    ] {
        let (tenant, run) = listed(&["users", option, "a", option, "b"]);
        let expected = format!("mgd: {option}: given twice\nmgd: hint: {hint}\n");
        run.refused(2, &expected);
        assert_eq!(tenant.requests().len(), 0);
    }
    let tenant = Tenant::start();
    let states = ["delta", "users/delta", "--state", "a", "--state=b"];
    let run = Mgd::new(&tenant).list(states);
    run.refused(
        2,
        "mgd: --state: given twice\nmgd: hint: leave one of the two out\n",
    );
    assert_eq!(tenant.requests().len(), 0);
}

#[test]
fn options_that_need_it_ask_the_eventually_consistent_index() {
    assert_asks(&["users", "--count"], "users?$count=true", true);
    assert_asks(
        &["users", "--filter", "companyName ne null"],
        "users?$filter=companyName%20ne%20null&$count=true",
        true,
    );
    assert_asks(
        &["users", "--search", "displayName:bo"],
        "users?$search=%22displayName:bo%22",
        true,
    );
    assert_asks(&["users/$count"], "users/$count", true);
    assert_asks(
        &["auditLogs/signIns", "--filter", "a ne 1", "--orderby", "b"],
        "auditLogs/signIns?$filter=a%20ne%201&$orderby=b",
        true,
    );
}

#[test]
fn a_consistency_level_of_the_callers_own_stays_alone() {
    let (tenant, run) = listed(&["users", "--count", "-HConsistencyLevel: session"]);
    run.ok();
    let seen = tenant.requests().remove(1);
    let levels = seen.headers.iter();
    let levels = levels.filter(|(name, _)| name.eq_ignore_ascii_case("ConsistencyLevel"));
    let levels: Vec<_> = levels.map(|(_, value)| value.as_str()).collect();
    assert_eq!(levels, ["session"]);
}

#[test]
fn the_number_of_a_collection_is_printed_as_it_is() {
    let tenant = Tenant::with_users(250);
    Mgd::new(&tenant).get(&["users/$count"]).ended(0, "250", "");
}

#[test]
fn top_is_the_size_of_a_page_and_limit_what_is_written() {
    let tenant = Tenant::with_users(7);
    let mgd = Mgd::new(&tenant);
    let all = mgd.get(&["users", "--top", "2"]).ok();
    assert_eq!(all.ids().len(), 7);
    let some = mgd.get(&["users", "--limit", "3"]).ok();
    assert_eq!(some.ids().len(), 3);
    let targets = tenant.requests().into_iter().map(|seen| seen.target);
    let targets: Vec<_> = targets.filter(|target| target.contains("/users")).collect();
    assert_eq!(targets.len(), 5);
    assert_eq!(targets[4], "/v1.0/users");
}

#[test]
fn the_headers_go_with_every_page() {
    let tenant = Tenant::with_users(5);
    let mgd = Mgd::new(&tenant);
    mgd.get(&["users", "--top", "2", "--count"]).ok();
    let pages = tenant.requests();
    let pages: Vec<_> = pages.iter().filter(|seen| seen.method == "GET").collect();
    assert_eq!(pages.len(), 3);
    for page in pages {
        assert_eq!(page.header("ConsistencyLevel"), Some("eventual"));
    }
}

#[test]
fn what_a_shell_has_eaten_is_not_sent() {
    for (arguments, line) in [
        (&["users", "--filter", ""][..], "--filter: is empty"),
        (&["users", "--select", " "], "--select: is empty"),
        (
            &["users", "--select", "id", "--select", ""],
            "--select: is empty",
        ),
        (&["users", "--query", "=5"], "--query =5: is no name=value"),
        (&["users", "--query", "5"], "--query 5: is no name=value"),
        (
            &["users?$top=1", "--top", "5"],
            "query option top: given twice",
        ),
        (
            &["users?%24TOP=1", "--top", "5"],
            "query option top: given twice",
        ),
        (
            &["users?=1", "--top", "5"],
            "path users?=1&$top=5: has a query option without a name",
        ),
        (
            &["users", "--top", "0"],
            "error parsing option '--top' with value '0': must be at least 1",
        ),
    ] {
        let (tenant, run) = listed(arguments);
        assert_eq!((run.code, run.stdout.as_str()), (2, ""), "{arguments:?}");
        assert!(run.stderr.starts_with(&format!("mgd: {line}")), "{run:?}");
        assert_eq!(tenant.requests().len(), 0);
    }
}

#[test]
fn a_link_to_resume_has_its_query_already() {
    let tenant = Tenant::start();
    tenant.always("/v1.0/", Reply::json(r#"{"value":[{"a":1}]}"#));
    let link = tenant.url("/v1.0/users?p=2");
    let mgd = Mgd::new(&tenant);
    let run = mgd.get(&["--resume", &link, "--top", "2"]);
    run.refused(
        2,
        "mgd: --resume names what to read, query and all: leave the query options out\n",
    );
    assert_eq!(tenant.requests().len(), 0);
    let run = mgd.get(&["--resume", &link, "--select", "a", "-o", "tsv"]);
    run.ended(0, "a\n1\n", "");
    assert_eq!(tenant.requests()[1].target, "/v1.0/users?p=2");
}
