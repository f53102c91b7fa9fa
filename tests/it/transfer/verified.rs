//! Content is held against the size and the hash of its item.

use super::{asked, assert_files, bytes_of, drive_of, noise, run, well_mannered};
use crate::tenant::Reply;

const HINT: &str = "mgd: hint: it may be changing just now; --no-verify takes it as it comes\n";

#[test]
fn content_with_another_hash_is_not_put_in_its_place() {
    let bytes = noise(70_000);
    let (tenant, mgd, path) = drive_of(&bytes);
    let mut wrong = bytes;
    wrong[35_000] ^= 1;
    tenant.always(
        "/storage/",
        Reply::bare(200).header("ETag", "\"1\"").body(wrong.clone()),
    );
    mgd.scratch.write("out", "yesterday's", 0o640);
    let refused = run(&mgd, &["download", &path, "-O", "out"]);
    refused.refused(
        5,
        &format!("mgd: the content has another hash than its item\n{HINT}"),
    );
    assert_eq!(mgd.scratch.read("out"), "yesterday's");
    assert_files(&mgd, &["out"]);
    let items = asked(&tenant).into_iter();
    assert_eq!(items.filter(|line| line.contains("$select")).count(), 2);

    run(&mgd, &["download", &path, "-O", "out", "--no-verify"]).ended(0, "", "");
    assert_eq!(bytes_of(&mgd, "out"), wrong);
    let items = asked(&tenant).into_iter();
    assert_eq!(items.filter(|line| line.contains("$select")).count(), 2);
}

#[test]
fn content_of_another_size_is_not_even_begun() {
    let (tenant, mgd, path) = drive_of(&noise(70_000));
    tenant.hide_hashes();
    tenant.always("/storage/", Reply::bare(200).body("short"));
    let line = format!("mgd: the content has 5 bytes, and 70000 by its item\n{HINT}");
    run(&mgd, &["download", &path, "-O", "out"]).refused(5, &line);
    assert_files(&mgd, &[]);
}

#[test]
fn stdout_is_checked_too() {
    let (tenant, mgd, path) = drive_of(b"abc");
    tenant.always("/storage/", Reply::bare(200).body("abd"));
    let run = run(&mgd, &["download", &path, "-O", "-"]);
    let line = format!("mgd: the content has another hash than its item\n{HINT}");
    run.ended(5, "abd", &line);
}

#[test]
fn sha256_is_known_too() {
    let (tenant, mgd, path) = drive_of(b"abc");
    let item = |hash: &str| {
        Reply::json(format!(
            "{{\"id\":\"1\",\"size\":3,\"file\":{{\"hashes\":{{\"sha256Hash\":\"{hash}\"}}}}}}"
        ))
    };
    let hash = "BA7816BF8F01CFEA414140DE5DAE2223B00361A396177A9CB410FF61F20015AD";
    let select = "/v1.0/drives/D/items/01ITEM1?$select=";
    tenant.on(select, [item(hash)]);
    run(&mgd, &["download", &path, "-O", "-"]).ended(0, "abc", "");
    tenant.always(select, item(&hash.replace('B', "C")));
    assert_eq!(run(&mgd, &["download", &path, "-O", "-"]).code, 5);
}

#[test]
fn an_item_that_was_changed_in_between_is_no_fault() {
    let (tenant, mgd, path) = drive_of(b"new content");
    let old = r#"{"id":"1","size":3,"file":{"hashes":{"quickXorHash":"old"}}}"#;
    tenant.on("/v1.0/drives/D/items/01ITEM1?$select=", [Reply::json(old)]);
    run(&mgd, &["download", &path, "-O", "-"]).ended(0, "new content", "");
    well_mannered(&tenant);
}

#[test]
fn an_item_that_may_not_be_seen_costs_the_check_and_nothing_else() {
    let (tenant, mgd, path) = drive_of(b"abc");
    let denied = Reply::graph_error(403, "accessDenied", "Access denied");
    tenant.always("/v1.0/drives/D/items/01ITEM1?$select=", denied);
    run(&mgd, &["download", &path, "-O", "-"]).ended(0, "abc", "");
    let told = run(&mgd, &["download", &path, "-O", "-", "-v"]).ok();
    let note = "mgd: the content is not checked against its item: graph: accessDenied";
    assert!(told.stderr.contains(note), "{}", told.stderr);
}
