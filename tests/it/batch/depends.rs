//! Requests that depend on each other.

use serde_json::{Value, json};

use super::{asked, assert_manners, batch, body, carried_out, list, outer, statuses};
use crate::tenant::{Reply, Tenant};

const TOGETHER: &str = "requests that depend on each other, and those between them, must be of \
                        one version and fit into a batch of 20";

fn line(id: &str, needs: &[&str]) -> String {
    let mut line = json!({"id": id, "method": "PATCH", "url": format!("u/{id}"), "body": {}});
    if !needs.is_empty() {
        line["dependsOn"] = needs.into();
    }
    format!("{line}\n")
}

/// What each request of each batch depends on, by the url of either.
fn needs(tenant: &Tenant) -> Vec<Vec<String>> {
    let of_batch = |body: Value| {
        let requests = body["requests"].as_array().unwrap();
        let url = |id: &Value| {
            let found = requests
                .iter()
                .find(|request| request["id"] == *id)
                .unwrap();
            found["url"].as_str().unwrap().to_owned()
        };
        let of_request = |request: &Value| {
            let needs = request["dependsOn"].as_array().into_iter().flatten();
            let needs = needs.map(url).collect::<Vec<_>>().join(" ");
            format!("{} <- {needs}", request["url"].as_str().unwrap())
        };
        requests.iter().map(of_request).collect()
    };
    outer(tenant)
        .iter()
        .map(|seen| of_batch(body(seen)))
        .collect()
}

fn throttled() -> Reply {
    Reply::status(429).retry_after("0.1")
}

#[test]
fn what_waits_for_a_throttled_request_is_asked_again_with_it() {
    let tenant = Tenant::start();
    tenant.on_part("/v1.0/u/a", [throttled(), throttled()]);
    let lines = [
        line("a", &[]),
        line("b", &["A"]),
        line("c", &["b"]),
        line("d", &[]),
    ];
    let run = batch(&tenant, &[], &lines.concat());
    assert_eq!((run.code, run.stderr.as_str()), (0, ""));
    assert_eq!(list(&statuses(&run)), "a 204, b 204, c 204, d 204");
    let chain = ["/u/a <- ", "/u/b <- /u/a", "/u/c <- /u/b"];
    let all = [&chain[..], &["/u/d <- "]].concat();
    assert_eq!(needs(&tenant), [&all[..], &chain, &chain]);
    let done: Vec<_> = tenant.carried_out();
    let done: Vec<_> = done
        .iter()
        .filter(|seen| seen.status < 400)
        .map(|seen| seen.target.as_str())
        .collect();
    assert_eq!(done, ["/v1.0/u/d", "/v1.0/u/a", "/v1.0/u/b", "/v1.0/u/c"]);
    assert_manners(&tenant);
}

#[test]
fn what_was_done_is_no_longer_waited_for() {
    let tenant = Tenant::start();
    tenant.on_part("/v1.0/u/b", [throttled()]);
    let lines = [line("a", &[]), line("b", &["a"]), line("c", &["a", "b"])];
    let run = batch(&tenant, &[], &lines.concat());
    assert_eq!(
        (run.code, list(&statuses(&run)).as_str()),
        (0, "a 204, b 204, c 204")
    );
    let first = ["/u/a <- ", "/u/b <- /u/a", "/u/c <- /u/a /u/b"];
    let second = ["/u/b <- ", "/u/c <- /u/b"];
    assert_eq!(needs(&tenant), [&first[..], &second]);
}

#[test]
fn what_waits_for_a_failed_request_is_never_carried_out() {
    let tenant = Tenant::start();
    tenant.on_part("/v1.0/u/bad", [Reply::status(404)]);
    tenant.on_part("/v1.0/u/slow", [throttled()]);
    let lines = [
        line("bad", &[]),
        line("slow", &[]),
        line("both", &["bad", "slow"]),
        line("one", &["bad"]),
        line("fine", &["slow"]),
    ];
    let run = batch(&tenant, &[], &lines.concat());
    let expected = "bad 404, slow 204, both 424, one 424, fine 204";
    assert_eq!(list(&statuses(&run)), expected);
    assert_eq!(
        (run.code, run.stderr.as_str()),
        (1, "mgd: 3 of 5 requests failed (ids bad, both, one)\n")
    );
    assert_eq!(asked(&tenant)[1..], [["/u/slow", "/u/fine"]]);
    let done = carried_out(&tenant);
    assert!(
        !done
            .iter()
            .any(|line| line.contains("both") || line.contains("one")),
        "{done:?}"
    );
}

#[test]
fn a_group_is_kept_in_one_batch() {
    let tenant = Tenant::start();
    let group = |number: u32| {
        let [a, b, c] = ["a", "b", "c"].map(|name| format!("{name}{number}"));
        [line(&a, &[]), line(&b, &[&a]), line(&c, &[&a])].concat()
    };
    let lines: String = (1..=15).map(group).collect();
    let run = batch(&tenant, &["--jobs=1"], &lines);
    assert_eq!((run.code, run.stderr.as_str()), (0, ""));
    let sizes: Vec<_> = asked(&tenant).iter().map(Vec::len).collect();
    assert_eq!(sizes, [18, 18, 9]);
    assert_eq!(statuses(&run).len(), 45);
}

#[test]
fn a_request_may_depend_on_one_behind_it() {
    let tenant = Tenant::start();
    let run = batch(&tenant, &[], &[line("a", &["b"]), line("b", &[])].concat());
    assert_eq!(
        (run.code, list(&statuses(&run)).as_str()),
        (0, "a 204, b 204")
    );
    assert_eq!(carried_out(&tenant), ["PATCH /v1.0/u/b", "PATCH /v1.0/u/a"]);
}

#[test]
fn twenty_that_depend_on_each_other_fit_and_one_more_is_refused() {
    let chain = |count: usize| {
        let first = line("0", &[]);
        let rest = (1..count).map(|n| line(&n.to_string(), &[&(n - 1).to_string()]));
        [first, rest.collect()].concat()
    };
    let tenant = Tenant::start();
    let run = batch(&tenant, &[], &chain(20));
    assert_eq!((run.code, asked(&tenant).len()), (0, 1));
    let tenant = Tenant::start();
    let run = batch(&tenant, &[], &chain(21));
    let message = "mgd: line 21: dependsOn: names a request that it cannot be sent with\n";
    run.refused(2, &format!("{message}mgd: hint: {TOGETHER}\n"));
    assert_eq!(outer(&tenant).len(), 0);
}

#[test]
fn a_dependency_outside_the_batch_names_the_line() {
    let tenant = Tenant::start();
    let plain: String = (1..=20).map(|n| line(&n.to_string(), &[])).collect();
    let run = batch(&tenant, &[], &[plain, line("x", &["20"])].concat());
    let message = "mgd: line 21: dependsOn: names a request that is not among those it can be \
                   sent with\n";
    let note = "mgd: no line after line 20 was sent\n";
    let hint = format!("mgd: hint: {TOGETHER}\n");
    assert_eq!(
        (run.code, run.stderr.as_str()),
        (2, &*format!("{note}{message}{hint}"))
    );
    assert_eq!(statuses(&run).len(), 20);

    let tenant = Tenant::start();
    let beta = "{\"url\":\"beta/u/1\",\"dependsOn\":[\"a\"]}\n";
    let run = batch(&tenant, &[], &[&line("a", &[]), beta].concat());
    let message = "mgd: line 2: dependsOn: names a request that it cannot be sent with\n";
    run.refused(2, &format!("{message}mgd: hint: {TOGETHER}\n"));
    assert_eq!(outer(&tenant).len(), 0);
}

#[test]
fn what_is_throttled_is_not_asked_again_without_what_it_depends_on() {
    let tenant = Tenant::start();
    let answer = |id, status| format!("{{\"id\":\"{id}\",\"status\":{status}}}");
    // The third stands for what depends on it in turn.
    let answers = [answer(1, 500), answer(2, 429), answer(3, 429)].join(",");
    let first = Reply::json(format!("{{\"responses\":[{answers}]}}"));
    tenant.on(super::BATCH, [first]);
    let lines = [line("a", &[]), line("b", &["a"]), line("c", &["b"])];
    let run = batch(&tenant, &[], &lines.concat());
    assert_eq!(list(&statuses(&run)), "a 500, b 429, c 429");
    assert_eq!(run.code, 1);
    assert_eq!(carried_out(&tenant), [] as [String; 0]);
}
