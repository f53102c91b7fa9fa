//! What a line may be, and what is sent for it.

use serde_json::json;

use super::{asked, assert_manners, batch, body, carried_out, outer, run, statuses, things};
use crate::support::{Mgd, lines, tool};
use crate::tenant::{Reply, Tenant};

#[test]
fn twenty_lines_are_one_request_and_one_more_is_another() {
    for (count, batches) in [
        (1, vec![1]),
        (20, vec![20]),
        (21, vec![20, 1]),
        (40, vec![20, 20]),
    ] {
        let (tenant, input) = things(count);
        let run = batch(&tenant, &["--jobs", "1"], &input);
        assert_eq!((run.code, run.stderr.as_str()), (0, ""));
        let sizes: Vec<_> = asked(&tenant).iter().map(Vec::len).collect();
        assert_eq!(sizes, batches);
        let expected: Vec<_> = (1..=count)
            .map(|number| (number.to_string(), 200))
            .collect();
        assert_eq!(statuses(&run), expected);
        assert_eq!(carried_out(&tenant).len(), count);
        assert_manners(&tenant);
    }
}

#[test]
fn a_line_is_written_with_its_id_and_all_that_graph_gave() {
    let tenant = Tenant::start();
    let user = "{\"bigNumber\":12345678901234567890123,\"displayName\":\"Zo\\u00eb 0\"}";
    let run = batch(
        &tenant,
        &[],
        "{\"id\":\"\\u0041 b\",\"url\":\"users?$select=displayName,bigNumber&$top=3\"}",
    );
    assert_eq!((run.code, run.stderr.as_str()), (0, ""));
    assert_eq!(run.stdout.lines().count(), 1);
    assert!(
        run.stdout
            .starts_with("{\"id\":\"\\u0041 b\",\"status\":200,\"headers\":{\"")
    );
    let item = "{\"displayName\":\"Zo\\u00eb 0\",\"bigNumber\":12345678901234567890123}";
    assert!(run.stdout.contains(item), "{user} in {}", run.stdout);
    assert!(run.stdout.ends_with("]}}\n"));
}

#[test]
fn a_line_is_a_path_a_string_or_an_object() {
    let tenant = Tenant::start();
    let input = "users/a?$select=id\n\"users/b\"\n{\"url\":\"/users/c\"}\r\n\
                 {\"id\":7,\"method\":\"delete\",\"url\":\"users/d\",\"body\":null}\n\
                 {\"id\":\"é\",\"method\":\"POST\",\"url\":\"users\",\"body\":{\"a\": 1.0}}";
    let run = batch(&tenant, &[], input);
    let requests = body(&outer(&tenant)[0])["requests"].clone();
    let json = json!({"Content-Type": "application/json"});
    let expected = json!([
        {"id": "1", "method": "GET", "url": "/users/a?$select=id"},
        {"id": "2", "method": "GET", "url": "/users/b"},
        {"id": "3", "method": "GET", "url": "/users/c"},
        {"id": "4", "method": "DELETE", "url": "/users/d"},
        {"id": "5", "method": "POST", "url": "/users", "headers": json, "body": {"a": 1.0}},
    ]);
    assert_eq!(requests, expected);
    let ids: Vec<_> = run
        .stdout
        .lines()
        .map(|line| line.split(',').next().unwrap())
        .collect();
    assert_eq!(
        ids,
        [
            "{\"id\":\"1\"",
            "{\"id\":\"2\"",
            "{\"id\":\"3\"",
            "{\"id\":7",
            "{\"id\":\"é\""
        ]
    );
    assert!(run.stdout.contains("\"status\":201,") && run.stdout.contains("\"status\":204,"));
    assert_eq!(
        (run.code, run.stderr.as_str()),
        (1, "mgd: 3 of 5 requests failed (ids 1, 2, 3)\n")
    );
}

#[test]
fn headers_of_the_command_line_go_with_each_request_unless_it_has_its_own() {
    let tenant = Tenant::start();
    let input = "users\n{\"url\":\"users\",\"headers\":{\"prefer\":\"b\",\"X-A\":\"1\"}}\n\
                 {\"method\":\"PATCH\",\"url\":\"users/1\",\"headers\":{\"content-type\":\"text/x\"},\"body\":\"YQ==\"}";
    let arguments = [
        "-H",
        "ConsistencyLevel: eventual",
        "--header=Prefer: a",
        "-Hprefer:c",
    ];
    batch(&tenant, &arguments, input).ok();
    let outer = &outer(&tenant)[0];
    for name in ["ConsistencyLevel", "Prefer"] {
        assert_eq!(outer.header(name), None);
    }
    assert_eq!(outer.header("Content-Type"), Some("application/json"));
    let requests = body(outer)["requests"].clone();
    let eventual = "eventual";
    for (index, headers) in [
        json!({"ConsistencyLevel": eventual, "Prefer": "a, c"}),
        json!({"ConsistencyLevel": eventual, "prefer": "b", "X-A": "1"}),
        json!({"ConsistencyLevel": eventual, "Prefer": "a, c", "content-type": "text/x"}),
    ]
    .into_iter()
    .enumerate()
    {
        assert_eq!(requests[index]["headers"], headers);
    }
    assert_manners(&tenant);
}

#[test]
fn the_input_is_a_file_or_stdin() {
    let tenant = Tenant::start();
    let mgd = Mgd::new(&tenant);
    mgd.scratch
        .write("in.jsonl", "\u{feff}users/$count\n", 0o644);
    let from_file = run(&mgd, &["in.jsonl", "-H", "ConsistencyLevel: eventual"], "").ok();
    let from_stdin = run(
        &mgd,
        &["-", "-H", "ConsistencyLevel: eventual"],
        "users/$count",
    )
    .ok();
    assert!(
        from_file.stdout.contains("\"body\":\"Mw==\"}"),
        "{}",
        from_file.stdout
    );
    assert_eq!(from_stdin.stdout.len(), from_file.stdout.len());
    let missing = run(&mgd, &["none.jsonl"], "");
    missing.refused(
        2,
        "mgd: input none.jsonl: no such file or directory\nmgd: hint: check the path\n",
    );
    let folder = run(&mgd, &["/"], "");
    folder.refused(
        2,
        "mgd: input /: is a directory\nmgd: hint: name the file in it\n",
    );
}

#[test]
fn no_lines_are_no_requests() {
    let tenant = Tenant::start();
    for input in ["", "\n", "\u{feff}\n \t\r\n\n"] {
        batch(&tenant, &[], input).ended(0, "", "");
    }
    assert_eq!(lines(&tenant), [] as [String; 0]);
}

#[test]
fn blank_lines_are_passed_over_and_counted() {
    for arguments in [&["--jobs=1"][..], &["--jobs=1", "--unordered"]] {
        let (tenant, _) = things(1);
        tenant.always_part("/beta/things/", Reply::json("{}"));
        let blank = "\n".repeat(20);
        let lines = "\nthings/1\n \t\n";
        let more = "things/2\r\n\r\n\nbeta/things/3\n\n";
        let run = batch(&tenant, arguments, &[lines, &blank, more].concat()).ok();
        let ids = statuses(&run).into_iter().map(|(id, _)| id);
        assert_eq!(ids.collect::<Vec<_>>(), ["2", "24", "27"]);
        let sent = [&["/things/1", "/things/2"][..], &["/things/3"]];
        assert_eq!(asked(&tenant), sent);
    }
    let (tenant, lines) = things(20);
    let run = batch(&tenant, &[], &format!("\n{lines}\n\nthings//x\n"));
    let told = "mgd: no line after line 21 was sent\nmgd: line 24: path things//x: has an empty";
    assert!(run.stderr.starts_with(told), "{}", run.stderr);
    assert_eq!((run.code, statuses(&run).len()), (2, 20));
}

#[test]
fn many_blank_lines_take_no_memory_and_hold_nothing_up() {
    let (tenant, _) = things(1);
    let input = format!("things/1\n{}things/2\n", "\n".repeat(3_000_000));
    let mgd = Mgd::new(&tenant);
    mgd.scratch.write("in", input, 0o600);
    // Not more address space than a few threads take.
    let run = mgd
        .shell("ulimit -v 400000; mgd parameters.json batch in")
        .ok();
    let ids = statuses(&run).into_iter().map(|(id, _)| id);
    assert_eq!(ids.collect::<Vec<_>>(), ["1", "3000002"]);
}

#[test]
fn on_a_terminal_it_says_that_it_reads_lines() {
    let script = need!(tool("script"));
    let mgd = Mgd::new(&Tenant::start());
    mgd.scratch.write("in", "", 0o600);
    let told = "mgd: reading requests from stdin, one a line; Ctrl-D ends them\n";
    for (arguments, expected) in [("", told), ("-q", ""), ("-", ""), ("in", ""), ("< in", "")] {
        let line = format!("\"$MGD\" parameters.json batch {arguments} 2>stderr.txt");
        mgd.shell(&format!("{} -qec '{line}' /dev/null", script.display()))
            .ok();
        assert_eq!(mgd.scratch.read("stderr.txt"), expected, "{arguments}");
    }
}

#[test]
fn the_first_ids_that_failed_are_named_in_the_order_of_the_lines() {
    let (tenant, _) = things(1);
    tenant.always_part("/v1.0/none/", Reply::status(404));
    // The first comes last.
    tenant.on_part("/v1.0/none/1", [Reply::status(429).retry_after("0.2")]);
    let long = "l".repeat(200);
    let lines = [
        "none/1".to_owned(),
        "things/1".to_owned(),
        "{\"id\":17,\"url\":\"none/2\"}".to_owned(),
        format!("{{\"id\":\"a\\u001b{long}\",\"url\":\"none/3\"}}"),
        "none/4".to_owned(),
    ];
    let run = batch(&tenant, &["--unordered"], &lines.join("\n"));
    let cut = &long[..78];
    let told = format!("mgd: 4 of 5 requests failed (ids 1, 17, a\\u{{1b}}{cut}…, …)\n");
    assert_eq!((run.code, run.stderr), (1, told));
}

#[test]
fn a_batch_is_of_one_version() {
    let tenant = Tenant::start();
    let input = "users\nv1.0/users\nbeta/users\n/beta/groups\nusers\n";
    batch(&tenant, &["--jobs=1"], input);
    let sent = |version: &str, urls: &str| format!("/{version}/$batch {urls}");
    let seen: Vec<_> = outer(&tenant)
        .iter()
        .zip(asked(&tenant))
        .map(|(seen, urls)| format!("{} {}", seen.target, urls.join(" ")))
        .collect();
    let expected = [
        sent("v1.0", "/users /users"),
        sent("beta", "/users /groups"),
        sent("v1.0", "/users"),
    ];
    assert_eq!(seen, expected);
    batch(&tenant, &["--beta"], "users");
    assert_eq!(outer(&tenant).last().unwrap().target, "/beta/$batch");
}

#[test]
fn long_bodies_are_shared_out_to_batches_that_graph_takes() {
    let tenant = Tenant::start();
    let body = "x".repeat(1_500_000);
    let line = format!("{{\"method\":\"POST\",\"url\":\"users\",\"body\":{{\"a\":\"{body}\"}}}}\n");
    let run = batch(&tenant, &["--jobs=1"], &line.repeat(5));
    assert_eq!((run.code, run.stderr.as_str()), (0, ""));
    let sizes: Vec<_> = asked(&tenant).iter().map(Vec::len).collect();
    assert_eq!(sizes, [2, 2, 1]);
}
