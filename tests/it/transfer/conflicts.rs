//! Files in one request, and names that are taken.

use super::{asked, drive, kept, noise, requests, run, slices, well_mannered};
use crate::tenant::Reply;

const PLACE: &str = "drives/D/root:/b.bin";
const TAKEN: &str = "mgd: graph: nameAlreadyExists: An item with the same name already exists. \
                     (HTTP 409, request-id ";
const HINT: &str =
    "mgd: hint: --conflict replace replaces it, --conflict rename takes another name\n";

#[test]
fn a_small_file_goes_in_one_request_and_its_item_is_printed() {
    let (tenant, mgd) = drive();
    let bytes = noise(70_000);
    mgd.scratch.write("f", &bytes, 0o600);
    let run = run(&mgd, &["upload", "f", PLACE, "-H", "X-Own: 1"]).ok();
    assert_eq!(run.stderr, "");
    assert_eq!(tenant.file("b.bin").unwrap(), bytes);
    assert_eq!(run.stdout.lines().count(), 1);
    assert!(
        run.stdout.contains("\"name\":\"b.bin\",\"size\":70000}"),
        "{}",
        run.stdout
    );
    let query = "@microsoft.graph.conflictBehavior=fail";
    let line = format!("PUT /v1.0/drives/D/root:/b.bin:/content?{query}");
    assert_eq!(asked(&tenant), [line]);
    let seen = &requests(&tenant)[0];
    assert_eq!(
        seen.header("content-type"),
        Some("application/octet-stream")
    );
    assert_eq!(seen.header("content-length"), Some("70000"));
    assert_eq!(seen.header("x-own"), Some("1"));
    well_mannered(&tenant);
}

#[test]
fn an_empty_file_is_stored_too() {
    let (tenant, mgd) = drive();
    mgd.scratch.write("f", "", 0o600);
    run(&mgd, &["upload", "f", PLACE]).ok();
    assert_eq!(tenant.file("b.bin").unwrap(), b"");
    assert_eq!(requests(&tenant)[0].header("content-length"), Some("0"));
}

#[test]
fn a_name_that_is_taken_is_what_conflict_says_for_both_sizes() {
    for length in [10, 5 << 20] {
        let bytes = noise(length);
        let (tenant, mgd) = drive();
        tenant.put_file("b.bin", "old");
        mgd.scratch.write("f", &bytes, 0o600);
        for arguments in [
            &["upload", "f", PLACE][..],
            &["upload", "f", PLACE, "--conflict=fail"],
        ] {
            let run = run(&mgd, arguments);
            assert_eq!((run.code, run.stdout.as_str()), (1, ""), "{}", run.stderr);
            assert!(run.stderr.ends_with(HINT), "{}", run.stderr);
            let is_small = length < 1000;
            assert_eq!(run.stderr.starts_with(TAKEN), is_small, "{}", run.stderr);
            assert!(run.stderr.contains("nameAlreadyExists"), "{}", run.stderr);
        }
        assert_eq!(tenant.file("b.bin").unwrap(), b"old");
        let run_with = |conflict| run(&mgd, &["upload", "f", PLACE, "--conflict", conflict]);
        let renamed = run_with("rename").ok();
        assert!(
            renamed.stdout.contains("\"name\":\"1 b.bin\""),
            "{}",
            renamed.stdout
        );
        assert_eq!(tenant.file("1 b.bin").unwrap(), bytes);
        assert_eq!(tenant.file("b.bin").unwrap(), b"old");
        run_with("replace").ok();
        assert_eq!(tenant.file("b.bin").unwrap(), bytes);
        assert!(kept(&mgd).is_empty());
        assert_eq!(tenant.upload_sessions(), 0);
        well_mannered(&tenant);
    }
}

#[test]
fn an_item_that_is_named_by_its_id_is_replaced() {
    for length in [10, 5 << 20] {
        let bytes = noise(length);
        let (tenant, mgd) = drive();
        let id = tenant.put_file("b.bin", "old");
        mgd.scratch.write("f", &bytes, 0o600);
        run(&mgd, &["upload", "f", &format!("drives/D/items/{id}")]).ok();
        assert_eq!(tenant.file("b.bin").unwrap(), bytes);
        let line = match length {
            10 => format!("PUT /v1.0/drives/D/items/{id}/content"),
            _ => format!("POST /v1.0/drives/D/items/{id}/createUploadSession"),
        };
        assert_eq!(asked(&tenant)[0], line);
    }
}

#[test]
fn a_session_is_told_what_to_do_with_a_name_that_is_taken() {
    let (tenant, mgd) = drive();
    mgd.scratch.write("f", noise(5 << 20), 0o600);
    run(&mgd, &["upload", "f", PLACE, "--conflict", "replace"]).ok();
    let seen = &requests(&tenant)[0];
    assert_eq!(
        seen.line(),
        "POST /v1.0/drives/D/root:/b.bin:/createUploadSession"
    );
    let body = br#"{"item":{"@microsoft.graph.conflictBehavior":"replace"}}"#;
    assert_eq!(seen.body, body);
    assert_eq!(slices(&tenant), ["PUT bytes 0-5242879/5242880"]);
}

#[test]
fn a_write_whose_answer_is_lost_is_not_repeated_unless_it_replaces() {
    let (tenant, mgd) = drive();
    mgd.scratch.write("f", "abc", 0o600);
    let place = "/v1.0/drives/D/root:";
    tenant.on(place, [Reply::hang_up()]);
    let run_with = |conflict| run(&mgd, &["upload", "f", PLACE, "--conflict", conflict]);
    for (conflict, next) in [
        ("fail", "run it again, it looks first"),
        ("rename", "look before you send it again"),
    ] {
        tenant.clear_script();
        tenant.on(place, [Reply::hang_up()]);
        let before = requests(&tenant).len();
        let run = run_with(conflict);
        assert_eq!((run.code, run.stdout.as_str()), (4, ""), "{}", run.stderr);
        let hint = format!("mgd: hint: it may have been applied: {next}");
        assert!(run.stderr.contains(&hint), "{}", run.stderr);
        assert_eq!(requests(&tenant).len(), before + 1);
    }
    tenant.on(place, [Reply::hang_up(), Reply::status(504)]);
    let before = requests(&tenant).len();
    run_with("replace").ok();
    assert_eq!(requests(&tenant).len(), before + 3);
    assert_eq!(tenant.file("b.bin").unwrap(), b"abc");
}

#[test]
fn a_throttled_write_is_repeated_whole() {
    let (tenant, mgd) = drive();
    let bytes = noise(70_000);
    mgd.scratch.write("f", &bytes, 0o600);
    tenant.on(
        "/v1.0/drives/D/root:",
        [Reply::status(429).retry_after("1")],
    );
    run(&mgd, &["upload", "f", PLACE]).ok();
    assert_eq!(tenant.file("b.bin").unwrap(), bytes);
    well_mannered(&tenant);
}

#[test]
fn an_item_whose_description_broke_off_is_asked_for() {
    let (tenant, mgd) = drive();
    mgd.scratch.write("f", "abc", 0o600);
    tenant.on("/v1.0/drives/D/root:", [Reply::pass().cut_after(30)]);
    let run = run(&mgd, &["upload", "f", PLACE]).ok();
    assert_eq!(run.json()["name"], "b.bin");
    assert_eq!(asked(&tenant)[1], "GET /v1.0/drives/D/root:/b.bin");
}

#[test]
fn a_403_names_the_permission_to_write() {
    let (tenant, mgd) = drive();
    mgd.scratch.write("f", noise(5 << 20), 0o600);
    tenant.always(
        "/v1.0/drives/",
        Reply::graph_error(403, "accessDenied", "Access denied"),
    );
    let run = run(&mgd, &["upload", "f", "drives/D/items/01ITEM1"]);
    assert_eq!(run.code, 1);
    assert!(run.stderr.contains(".ReadWrite"), "{}", run.stderr);
}
