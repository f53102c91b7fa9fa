//! Content that comes at once.

use super::{asked, assert_files, bytes_of, drive_of, noise, requests, run, well_mannered};
use crate::support::{Mgd, lines};
use crate::tenant::{Reply, Tenant};

#[test]
fn content_on_another_origin_comes_without_the_bearer_and_the_callers_headers() {
    let bytes = noise(300_000);
    let (tenant, mgd, path) = drive_of(&bytes);
    let arguments = ["download", &path, "-O", "out.bin", "-HX-Own: 1"];
    run(&mgd, &arguments).ended(0, "", "");
    assert_eq!(bytes_of(&mgd, "out.bin"), bytes);
    let item = "GET /v1.0/drives/D/items/01ITEM1";
    let expected = [
        format!("{item}?$select=id,size,file"),
        format!("{item}/content"),
        "GET /storage/dl/01ITEM1".to_owned(),
    ];
    assert_eq!(asked(&tenant), expected);
    let seen = requests(&tenant);
    let own = seen.iter().map(|seen| seen.header("X-Own"));
    assert_eq!(own.collect::<Vec<_>>(), [Some("1"), Some("1"), None]);
    assert_eq!(seen[2].header("accept-encoding"), Some("identity"));
    assert_eq!(seen[2].header("authorization"), None);
    well_mannered(&tenant);
    assert_files(&mgd, &["out.bin"]);
}

#[test]
fn the_url_of_content_is_shown_in_no_trace() {
    let (tenant, mgd, path) = drive_of(b"abc");
    let run = run(&mgd, &["download", &path, "-O", "-", "-vv"]).ok();
    assert_eq!(run.stdout, "abc");
    let line = format!("mgd: GET https://{}/… -> 200 in ", tenant.storage_host());
    assert!(run.stderr.contains(&line), "{}", run.stderr);
    assert!(!run.stderr.contains("/storage"), "{}", run.stderr);
}

#[test]
fn the_path_of_an_item_means_its_content() {
    for (path, item) in [
        ("drives/D/root:/a.bin", "drives/D/root:/a.bin"),
        ("drives/D/root:/a.bin:", "drives/D/root:/a.bin"),
        ("beta/drives/D/items/01ITEM1", "drives/D/items/01ITEM1"),
        ("drives/D/items/01ITEM1", "drives/D/items/01ITEM1"),
    ] {
        let (tenant, mgd, _) = drive_of(b"abc");
        let run = run(&mgd, &["download", path, "-O", "out"]);
        if path.starts_with("beta/") {
            assert_eq!(run.code, 1, "{}", run.stderr);
            let line = format!("GET /beta/{item}?$select=id,size,file");
            assert_eq!(asked(&tenant)[0], line);
            continue;
        }
        run.ended(0, "", "");
        assert_eq!(bytes_of(&mgd, "out"), b"abc");
        let colon = if path.contains("root:") { ":" } else { "" };
        let expected = [
            format!("GET /v1.0/{item}?$select=id,size,file"),
            format!("GET /v1.0/{item}{colon}/content"),
            "GET /storage/dl/01ITEM1".to_owned(),
        ];
        assert_eq!(asked(&tenant), expected);
    }
    let (tenant, mgd, _) = drive_of(b"abc");
    let path = "drives/D/root:/a.bin?format=pdf";
    run(&mgd, &["download", path, "-O-"]).ended(0, "abc", "");
    let line = "GET /v1.0/drives/D/root:/a.bin:/content?format=pdf";
    assert_eq!(asked(&tenant)[0], line);
}

#[test]
fn an_entity_is_no_content() {
    let lines = "mgd: graph: the response is an entity, not content\n\
                 mgd: hint: mgd get PATH prints it\n";
    for media in [
        "application/json;odata.metadata=minimal;odata.streaming=true",
        "application/json; IEEE754Compatible=true; OData.Metadata=none",
    ] {
        let tenant = Tenant::start();
        let mgd = Mgd::new(&tenant);
        let entity = Reply::bare(200).header("Content-Type", media).body("{}");
        tenant.always("/v1.0/", entity);
        mgd.scratch.write("out", "yesterday's", 0o600);
        for path in ["drives/D/root", "users/U/photo", "drives/D/root:/a"] {
            for verify in [&[][..], &["--no-verify"]] {
                let arguments = ["download", path, "-O", "out"];
                run(&mgd, &[&arguments, verify].concat()).refused(2, lines);
                run(&mgd, &["download", path, "-O", "-"]).refused(2, lines);
            }
        }
        assert_eq!(mgd.scratch.read("out"), "yesterday's");
        assert_files(&mgd, &["out"]);
    }
}

#[test]
fn a_stored_file_of_json_is_content() {
    let json = r#"{"value":[]}"#;
    for media in ["application/json", "application/json;charset=utf-8"] {
        let (tenant, mgd, path) = drive_of(json.as_bytes());
        let stored = Reply::bare(200).header("Content-Type", media).body(json);
        tenant.on("/storage/", [stored.clone()]);
        run(&mgd, &["download", &path, "-O", "-"]).ended(0, json, "");
        tenant.on("/v1.0/drives/D/items/01ITEM1/content", [stored]);
        run(&mgd, &["download", &path, "-O", "-"]).ended(0, json, "");
    }
    // What a storage calls its bytes is its own affair.
    let (tenant, mgd, path) = drive_of(json.as_bytes());
    let media = "application/json;odata.metadata=full";
    let stored = Reply::bare(200).header("Content-Type", media).body(json);
    tenant.on("/storage/", [stored]);
    run(&mgd, &["download", &path, "-O", "-"]).ended(0, json, "");
}

#[test]
fn an_item_is_named_by_its_path_too() {
    let (tenant, mgd, _) = drive_of(b"abc");
    let path = "drives/D/root:/a.bin:/content";
    run(&mgd, &["download", path, "-O-"]).ended(0, "abc", "");
    let expected = [
        "GET /v1.0/drives/D/root:/a.bin?$select=id,size,file",
        "GET /v1.0/drives/D/root:/a.bin:/content",
        "GET /storage/dl/01ITEM1",
    ];
    assert_eq!(asked(&tenant), expected);
}

#[test]
fn content_of_graphs_own_is_taken_as_it_comes() {
    let tenant = Tenant::start();
    let mgd = Mgd::new(&tenant);
    let photo = noise(5000);
    let path = "users/U/photo/$value";
    for reply in [
        Reply::bare(200).body(photo.clone()),
        Reply::bare(200).body(photo.clone()).chunked(),
        Reply::bare(200).body(photo.clone()).gzip(),
    ] {
        tenant.on("/v1.0/users/U/photo", [reply]);
        run(&mgd, &["download", path, "-O", "photo"]).ended(0, "", "");
        assert_eq!(bytes_of(&mgd, "photo"), photo);
        assert_files(&mgd, &["photo"]);
    }
    let get = format!("GET /v1.0/{path}");
    assert_eq!(lines(&tenant)[1..], [&*get, &*get, &*get]);
}

#[test]
fn a_report_needs_no_item() {
    let (tenant, mgd, _) = drive_of(b"a,b\r\n1,2\r\n");
    let location = format!(
        "https://{}/storage/dl/01ITEM1?sig=canary-url",
        tenant.storage_host()
    );
    let found = Reply::bare(302).header("Location", &location);
    tenant.always("/v1.0/reports/", found);
    let path = "reports/getOffice365ActiveUserDetail(period='D7')";
    run(&mgd, &["download", path, "-O", "-"]).ended(0, "a,b\r\n1,2\r\n", "");
    assert_eq!(asked(&tenant)[0], format!("GET /v1.0/{path}"));
    well_mannered(&tenant);
}

#[test]
fn empty_content_is_an_empty_file() {
    let (tenant, mgd, path) = drive_of(b"");
    run(&mgd, &["download", &path, "-O", "out"]).ended(0, "", "");
    assert_eq!(bytes_of(&mgd, "out"), b"");
    tenant.always("/storage/", Reply::bare(204));
    run(&mgd, &["download", &path, "-O", "out"]).ended(0, "", "");
    assert_eq!(bytes_of(&mgd, "out"), b"");
}

#[test]
fn what_graph_refuses_leaves_no_file() {
    let (tenant, mgd, _) = drive_of(b"abc");
    let path = "drives/D/items/none/content";
    let run = run(&mgd, &["download", path, "-O", "out"]);
    let line = "mgd: graph: itemNotFound: The resource could not be found. (HTTP 404, request-id ";
    assert_eq!((run.code, run.stdout.as_str()), (1, ""));
    assert!(run.stderr.starts_with(line), "{}", run.stderr);
    assert_files(&mgd, &[]);
    well_mannered(&tenant);
}

#[test]
fn get_says_which_command_follows() {
    let (_tenant, mgd, path) = drive_of(b"abc");
    let run = mgd.get(&[&path]);
    assert_eq!(run.code, 5);
    let hint =
        "mgd: hint: the content is at another address; this follows it: mgd download PATH -O -\n";
    assert!(run.stderr.ends_with(hint), "{}", run.stderr);
}

#[test]
fn an_answer_that_is_no_content_is_refused() {
    let (tenant, mgd, path) = drive_of(b"abc");
    for (status, code) in [(202, 5), (206, 5), (304, 5), (400, 1), (501, 1)] {
        tenant.always("/storage/", Reply::bare(status));
        let run = run(&mgd, &["download", &path, "-O", "out"]);
        assert_eq!(
            (run.code, run.stdout.as_str()),
            (code, ""),
            "{}",
            run.stderr
        );
        assert_files(&mgd, &[]);
    }
}

#[test]
fn memory_does_not_grow_with_the_file() {
    let bytes = noise(5 << 20).repeat(6);
    let (tenant, mgd, path) = drive_of(&[]);
    tenant.put_file("a.bin", bytes.clone());
    tenant.hide_hashes();
    // In kilobytes: less than the file has.
    let bounded = "ulimit -v 28000; mgd parameters.json";
    let line = format!("{bounded} download {path} -O out");
    mgd.shell(&line).ended(0, "", "");
    assert!(bytes_of(&mgd, "out") == bytes);
    let line = format!("{bounded} upload out drives/D/root:/b.bin");
    mgd.shell(&line).ok();
    assert!(tenant.file("b.bin").unwrap() == bytes);
}
