//! When the machine is asked again, and when it is given up.

use std::time::Duration;

use serde_json::json;

use super::{IMDS, NOT_AZURE, POD, issued, on_a_machine, with_identity};
use crate::faults::wire::{Wire, dead_port};
use crate::federated::whole;
use crate::support::lines;
use crate::tenant::{Reply, Tenant};

const NOTHING: [&str; 0] = [];
/// What is beside this machine responds in this time, or the time is up then.
const SOON: Duration = Duration::from_secs(2);

#[test]
fn imds_is_asked_again_while_it_is_busy_or_not_yet_there() {
    let (tenant, imds) = (Tenant::start(), Tenant::start_plain());
    let busy = Reply::bare(429).retry_after("1");
    let replies = [busy, Reply::bare(404), Reply::bare(500), issued(&tenant)];
    imds.on(IMDS, replies);
    whole(&on_a_machine(&tenant, &imds).list(NOTHING), &tenant);
    let seen = imds.requests();
    let statuses: Vec<_> = seen.iter().map(|seen| seen.status).collect();
    assert_eq!(statuses, [429, 404, 500, 200]);
    let waits: Vec<_> = seen.windows(2).map(|two| two[1].at - two[0].at).collect();
    for (wait, least) in waits.iter().zip([1000, 1600, 3200]) {
        assert!(*wait >= Duration::from_millis(least), "{waits:?}");
    }
    assert_eq!(imds.violations(), [] as [String; 0]);
}

#[test]
fn it_is_given_up_when_the_time_for_it_is_over() {
    for (status, hint) in [(404, NOT_AZURE), (429, ""), (500, ""), (503, "")] {
        let (tenant, imds) = (Tenant::start(), Tenant::start_plain());
        imds.always(IMDS, Reply::bare(status));
        let run = on_a_machine(&tenant, &imds).list(["--retry-max-time=2"]);
        let mut told = format!("mgd: managed identity (IMDS): HTTP {status} with an empty body\n");
        if !hint.is_empty() {
            told.push_str(&format!("mgd: hint: {hint}\n"));
        }
        run.refused(4, &told);
        assert_eq!((lines(&imds).len(), tenant.connections()), (2, 0));
    }
}

#[test]
fn a_wait_past_the_bound_is_not_begun() {
    let (tenant, imds) = (Tenant::start(), Tenant::start_plain());
    imds.on(IMDS, [Reply::bare(429).retry_after("3600")]);
    let run = on_a_machine(&tenant, &imds).promises(SOON).list(NOTHING);
    assert_eq!((run.code, run.stdout.as_str()), (4, ""), "{}", run.stderr);
    assert_eq!(lines(&imds).len(), 1);
}

#[test]
fn what_cannot_get_better_is_asked_once() {
    for status in [400, 401, 403] {
        let (tenant, platform) = (Tenant::start(), Tenant::start_plain());
        platform.always("/msi", Reply::bare(status));
        let mgd = with_identity(&tenant, json!(true))
            .env("IDENTITY_ENDPOINT", platform.url("/msi"))
            .env("IDENTITY_HEADER", "canary");
        assert_eq!(mgd.list(NOTHING).code, 5);
        assert_eq!(lines(&platform).len(), 1);
    }
    // Elsewhere than at IMDS it says that the endpoint is wrong.
    let (tenant, platform) = (Tenant::start(), Tenant::start_plain());
    platform.always("/msi", Reply::bare(404));
    let mgd = with_identity(&tenant, json!(true))
        .env("IDENTITY_ENDPOINT", platform.url("/msi"))
        .env("IDENTITY_HEADER", "canary");
    assert_ne!(mgd.list(NOTHING).code, 0);
    assert_eq!(lines(&platform).len(), 1);
}

#[test]
fn where_nobody_answers_it_is_told_soon() {
    let tenant = Tenant::start();
    let port = dead_port();
    let mgd = with_identity(&tenant, json!(true)).env(POD, format!("http://127.0.0.1:{port}"));
    let mgd = mgd.promises(SOON);
    mgd.list(NOTHING).refused(
        4,
        &format!(
            "mgd: no managed identity here: 127.0.0.1:{port}: connection refused\n\
             mgd: hint: {NOT_AZURE}\n"
        ),
    );
    assert_eq!(tenant.connections(), 0);
}

#[test]
fn where_somebody_listens_and_never_answers_it_is_told_in_time() {
    let tenant = Tenant::start();
    let silent = Wire::silent();
    let mgd = with_identity(&tenant, json!(true)).env(POD, silent.plain_url(""));
    let run = mgd.promises(SOON).list(["--max-time=2"]);
    let place = format!("127.0.0.1:{}", silent.port());
    run.refused(
        4,
        &format!("mgd: managed identity (IMDS): {place}: the time of --max-time is up\n"),
    );
    assert_eq!(silent.connections(), 1);
}

#[test]
fn the_whole_run_has_its_bound_here_too() {
    let (tenant, imds) = (Tenant::start(), Tenant::start_plain());
    imds.always(IMDS, Reply::bare(503));
    let mgd = on_a_machine(&tenant, &imds).promises(SOON);
    let run = mgd.list(["--max-time=2"]);
    assert_eq!((run.code, run.stdout.as_str()), (4, ""), "{}", run.stderr);
}

#[test]
fn an_answer_that_breaks_off_is_asked_for_again() {
    let (tenant, imds) = (Tenant::start(), Tenant::start_plain());
    let replies = [
        issued(&tenant).cut_after(20),
        Reply::hang_up(),
        issued(&tenant),
    ];
    imds.on(IMDS, replies);
    whole(&on_a_machine(&tenant, &imds).list(NOTHING), &tenant);
    assert_eq!(lines(&imds).len(), 3);
}
