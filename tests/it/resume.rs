//! Listings that break off, and the way to go on that stderr tells.

use crate::support::{
    DIFFERS, Mgd, asked, items, jsonl, lines, page, resume_hint, resume_hint_of_json, script,
    skipping,
};
use crate::tenant::{Reply, Tenant};

/// What stderr says to add to the command.
#[track_caller]
fn told(stderr: &str) -> &str {
    let (_, told) = stderr.split_once("hint: go on with ").expect(stderr);
    told.trim_end()
}

/// A refusal that nothing but its status is known of.
fn refusal() -> Reply {
    Reply::bare(403).body("no")
}

/// A reply of these items that breaks off inside one more.
fn broken(tenant: &Tenant, ids: &str) -> Reply {
    let link = tenant.url("/v1.0/items?p=3");
    let start = format!(
        "{{\"@odata.nextLink\":\"{link}\",\"value\":[{},",
        items(ids)
    );
    let at = start.len() + 4;
    Reply::json(format!("{start}{{\"id\":\"cut\"}}]}}")).cut_after(at)
}

/// A listing of three pages whose second one breaks off.
fn breaking() -> (Tenant, Mgd) {
    let (tenant, mgd) = script([
        ("items", page("1 2", "items?p=2")),
        ("items?p=3", page("6", "")),
    ]);
    tenant.always("/v1.0/items?p=2", broken(&tenant, "3 4"));
    (tenant, mgd)
}

#[test]
fn a_listing_that_broke_off_goes_on_with_the_items_that_are_missing() {
    for output in ["jsonl", "json"] {
        let (tenant, mgd) = breaking();
        let command = "mgd parameters.json get --no-prefetch --retry-max-time 1";
        let command = format!("{command} -o {output}");
        let first = mgd.shell(&format!("{command} items"));
        assert_eq!(first.code, 4);
        // Only lines can follow a document that was left open.
        let hint = match output {
            "json" => resume_hint_of_json(&tenant, "items?p=2", "3 4"),
            _ => resume_hint(&tenant, "items?p=2", "3 4"),
        };
        assert!(first.stderr.ends_with(&hint), "{}", first.stderr);
        tenant.always("/v1.0/items?p=2", page("3 4 5", "items?p=3"));
        let second = mgd.shell(&format!("{command} {}", told(&first.stderr)));
        second.ended(0, &jsonl("5 6"), "");
        let two = "items?p=2";
        asked(&tenant, &["items", two, two, two, "items?p=3"]);
    }
}

#[test]
fn a_listing_may_break_off_again_and_again() {
    let (tenant, mgd) = breaking();
    let command = "mgd parameters.json get -o jsonl --no-prefetch --retry-max-time 1";
    let mut run = mgd.shell(&format!("{command} items"));
    let mut stdout = run.stdout;
    for ids in ["3 4 5", "3 4 5 5a 5b"] {
        tenant.always("/v1.0/items?p=2", broken(&tenant, ids));
        run = mgd.shell(&format!("{command} {}", told(&run.stderr)));
        stdout += &run.stdout;
        let hint = resume_hint(&tenant, "items?p=2", ids);
        assert_eq!(run.code, 4);
        assert!(run.stderr.ends_with(&hint), "{}", run.stderr);
    }
    tenant.always("/v1.0/items?p=2", page("3 4 5 5a 5b", "items?p=3"));
    run = mgd.shell(&format!("{command} {}", told(&run.stderr)));
    stdout += &run.stdout;
    assert_eq!((run.code, run.stderr.as_str()), (0, ""));
    assert_eq!(stdout, jsonl("1 2 3 4 5 5a 5b 6"));
}

#[test]
fn a_refused_link_is_replaced_by_the_page_that_gave_it() {
    let (tenant, mgd) = script([
        ("items", page("1 2", "items?p=2")),
        ("items?p=2", refusal()),
    ]);
    let first = mgd.shell("mgd parameters.json get items -ojsonl");
    let hint = resume_hint(&tenant, "items", "1 2");
    let story = "mgd: graph: no Graph error: no (HTTP 403)\n";
    assert_eq!((first.code, first.stdout), (1, jsonl("1 2")));
    assert!(first.stderr.starts_with(story), "{}", first.stderr);
    assert!(first.stderr.ends_with(&hint), "{}", first.stderr);
    tenant.on("/v1.0/items", [page("1 2", "items?p=3")]);
    tenant.on("/v1.0/items?p=3", [page("3", "")]);
    let second = mgd.shell(&format!("mgd parameters.json get {}", told(&first.stderr)));
    second.ended(0, &format!("{{\"value\":[{}]}}\n", items("3")), "");
    asked(&tenant, &["items", "items?p=2", "items", "items?p=3"]);
}

#[test]
fn a_place_at_the_start_of_a_page_skips_nothing() {
    let (tenant, mgd) = script([("items", page("1 2", "items?p=2"))]);
    let busy = Reply::status(500).retry_after("0.05");
    tenant.on("/v1.0/items?p=2", [busy.clone(), busy.clone(), busy]);
    let first = mgd.shell("mgd parameters.json get items -ojsonl");
    let hint = resume_hint(&tenant, "items?p=2", "");
    assert_eq!((first.code, first.stdout), (4, jsonl("1 2")));
    assert!(first.stderr.ends_with(&hint), "{}", first.stderr);
    tenant.on("/v1.0/items?p=2", [page("3", "")]);
    let second = mgd.shell(&format!("mgd parameters.json get {}", told(&first.stderr)));
    second.ended(0, &format!("{{\"value\":[{}]}}\n", items("3")), "");
}

#[test]
fn a_link_with_quotes_in_it_is_quoted_for_the_shell() {
    let next = "items?$skiptoken='a'$HOME`id`&b=\\u0022(c);d!*";
    let sent = "items?$skiptoken='a'$HOME%60id%60&b=%22(c);d!*";
    let (tenant, mgd) = script([("items", page("1", next))]);
    let busy = Reply::status(500).retry_after("0.05");
    let replies = [busy.clone(), busy.clone(), busy, page("2", "")];
    tenant.on("/v1.0/items?$skip", replies);
    let first = mgd.get(&["items", "-ojsonl"]);
    let quoted = sent.replace('\'', r"'\''");
    assert!(
        first.stderr.ends_with(&resume_hint(&tenant, &quoted, "")),
        "{}",
        first.stderr
    );
    let line = format!("mgd parameters.json get -ojsonl {}", told(&first.stderr));
    mgd.shell(&line).ended(0, &jsonl("2"), "");
    asked(&tenant, &["items", sent, sent, sent, sent]);
}

#[test]
fn a_whole_file_or_none_has_no_place_to_go_on_from() {
    let (tenant, mgd) = breaking();
    let options = ["-ojsonl", "--no-prefetch", "--retry-max-time", "1"];
    let run = mgd.get(&[&["items", "-O", "out"], &options[..]].concat());
    let closed = "the connection was closed before the response was whole";
    run.refused(4, &format!("mgd: localhost:{}: {closed}\n", tenant.port()));
    asked(&tenant, &["items", "items?p=2", "items?p=2"]);
}

#[test]
fn a_page_that_no_longer_begins_with_what_was_written_cannot_be_continued() {
    let hash = skipping("3 4");
    for (skip, ids) in [
        ("2", "3"),
        (&*hash, "3"),
        (&hash, ""),
        (&hash, "4 3 5"),
        (&hash, "3 5"),
        (&hash, "4 5 6"),
    ] {
        let (tenant, mgd) = script([("items?p=2", page(ids, "items?p=3"))]);
        let link = tenant.url("/v1.0/items?p=2");
        let run = mgd.get(&["--resume", &link, "--skip", skip, "-ojsonl"]);
        assert_eq!((run.code, run.stdout.as_str()), (4, ""), "{skip} of {ids}");
        assert!(run.stderr.ends_with(DIFFERS), "{}", run.stderr);
        asked(&tenant, &["items?p=2"]);
    }
}

#[test]
fn a_count_without_a_hash_is_warned_of() {
    let (tenant, mgd) = script([("items?p=2", page("x y 5", ""))]);
    let link = tenant.url("/v1.0/items?p=2");
    let run = mgd.get(&["--resume", &link, "--skip", "2", "-ojsonl"]);
    run.ended(0, &jsonl("5"), UNCHECKED);
    for skip in ["2:", "2:x", ":1", "-1", "2:1:2"] {
        let run = mgd.get(&["--resume", &link, &format!("--skip={skip}")]);
        assert_eq!(run.code, 2, "{skip}");
    }
}

const UNCHECKED: &str = "mgd: warning: --skip without the hash of the items: whether the page still \
    begins with them is not checked\n";

#[test]
fn a_listing_whose_resumed_link_is_refused_starts_over() {
    let (tenant, mgd) = script([("items?p=2", Reply::status(404))]);
    let link = tenant.url("/v1.0/items?p=2");
    let run = mgd.get(&["--resume", &link, "--skip", &skipping("3"), "-ojsonl"]);
    assert_eq!((run.code, run.stdout.as_str()), (1, ""));
    let hint = "mgd: hint: start over: it cannot be continued without losing or repeating items\n";
    assert!(run.stderr.ends_with(hint), "{}", run.stderr);
    assert!(!run.stderr.contains("--resume"), "{}", run.stderr);
}

#[test]
fn the_place_may_be_the_end_of_a_page() {
    let (tenant, mgd) = script([
        ("items?p=2", page("3 4", "items?p=3")),
        ("items?p=3", page("5", "")),
    ]);
    let link = tenant.url("/v1.0/items?p=2");
    let skip = format!("--skip={}", skipping("3 4"));
    let run = mgd.get(&["--resume", &link, &skip, "-ojsonl"]);
    run.ended(0, &jsonl("5"), "");
    asked(&tenant, &["items?p=2", "items?p=3"]);
}

#[test]
fn a_limit_counts_what_is_written_and_not_what_is_passed_over() {
    let (tenant, mgd) = script([("items?p=2", page("3 4 5 6", ""))]);
    let link = tenant.url("/v1.0/items?p=2");
    let skip = format!("--skip={}", skipping("3"));
    let run = mgd.get(&["--resume", &link, &skip, "--limit=2", "-ojsonl"]);
    let note = "mgd: more items follow: --limit ended the listing\n";
    run.ended(0, &jsonl("4 5"), note);
    asked(&tenant, &["items?p=2"]);
}

#[test]
fn a_foreign_link_is_refused_before_anything_is_sent() {
    let (tenant, other) = (Tenant::start(), Tenant::start());
    let mgd = Mgd::new(&tenant);
    let hint = "mgd: hint: give the link in single quotes, as it was printed\n";
    for (link, story) in [
        (
            other.url("/v1.0/items?p=2"),
            format!("leads away from {} to {}", tenant.origin(), other.origin()),
        ),
        ("items?p=2".to_owned(), "is not an absolute url".to_owned()),
        (String::new(), "is not an absolute url".to_owned()),
    ] {
        let run = mgd.get(&["--resume", &link]);
        run.refused(2, &format!("mgd: link to resume {story}\n{hint}"));
    }
    assert_eq!((tenant.connections(), other.connections()), (0, 0));
}

#[test]
fn arguments_that_contradict_each_other_are_refused() {
    let (tenant, mgd) = script([]);
    let link = tenant.url("/v1.0/items?p=2");
    for (arguments, story) in [
        (&["items", "--skip", "1"][..], "--skip goes with --resume"),
        (
            &["items", "--resume", &link],
            "--resume names what to read: leave the path out",
        ),
    ] {
        mgd.get(arguments).refused(2, &format!("mgd: {story}\n"));
    }
    assert_eq!(lines(&tenant), [] as [String; 0]);
}
