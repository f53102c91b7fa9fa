//! `-o tsv`.

use crate::support::{Mgd, script};
use crate::tenant::{Reply, Tenant};

#[test]
fn the_columns_are_those_of_select_and_the_header_comes_once() {
    let first = r#"{"@odata.nextLink":"{origin}/v1.0/users?p=2","value":[
        {"mail":"a@b","id":"1","tags":["x", "y"],"n":12345678901234567890.10},
        {"id":"2","mail":null}]}"#;
    let second = r#"{"value":[{"id":"t\u0009\\n\n\u0007","mail":"é"}]}"#;
    let (_tenant, mgd) = script([
        ("users?p=2", Reply::json(second)),
        ("users", Reply::json(first)),
    ]);
    let run = mgd.get(&["users", "-otsv", "--select", "id,mail,n,tags"]);
    run.ended(
        0,
        "id\tmail\tn\ttags\n1\ta@b\t12345678901234567890.10\t[\"x\",\"y\"]\n2\t\t\t\n\
         t\\t\\\\n\\n\\u0007\té\t\t\n",
        "",
    );
}

#[test]
fn a_listing_of_nothing_is_a_header() {
    let (_tenant, mgd) = script([("users", Reply::json(r#"{"value":[]}"#))]);
    let run = mgd.get(&["users", "-o", "tsv", "--select", "id"]);
    run.ended(0, "id\n", "");
}

#[test]
fn a_single_object_is_one_line() {
    let tenant = Tenant::start();
    tenant.always("/v1.0/", Reply::json(r#"{"id":"1","a":{"b":"c"}}"#));
    let run = Mgd::new(&tenant).get(&["users/1", "-otsv", "--select", "id,a/b"]);
    run.ended(0, "id\ta/b\n1\tc\n", "");
}

#[test]
fn without_columns_there_is_no_table() {
    let (tenant, mgd) = script([]);
    mgd.get(&["users", "-o", "tsv"]).refused(
        2,
        "mgd: -o tsv: the columns are missing\n\
         mgd: hint: name them, as in --select id,displayName\n",
    );
    assert_eq!(tenant.requests().len(), 0);
}

#[test]
fn a_column_is_found_in_any_case_as_graph_finds_it() {
    let body = r#"{"value":[{"id":"1","displayName":"x","manager":{"Id":"2"}}]}"#;
    let (_tenant, mgd) = script([("users", Reply::json(body))]);
    let columns = "ID,displayname,Manager/id";
    let run = mgd.get(&["users", "-otsv", "--select", columns]);
    run.ended(0, "ID\tdisplayname\tManager/id\n1\tx\t2\n", "");
}

#[test]
fn items_that_are_no_objects_make_no_empty_lines() {
    let (_tenant, mgd) = script([("ids", Reply::json(r#"{"value":["a"]}"#))]);
    let run = mgd.get(&["ids", "-otsv", "--select", "id"]);
    assert_eq!((run.code, run.stdout.as_str()), (2, "id\n"));
    let line = "mgd: -o tsv: an item is no object, and has no columns\n\
                mgd: hint: -o jsonl writes items of any kind\n";
    assert!(run.stderr.ends_with(line), "{}", run.stderr);
}
