//! Certificates outside their time, or near its end: told, with the date, and used all the same.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use super::maker::{Identity, own, params};
use super::{NOTHING, tenant_of, with_one_file, works, works_with};

const DAY: u64 = 24 * 3600;

fn with_dates(start: u64, end: u64) -> Option<Identity> {
    let mut params = params();
    let moment = |seconds| rcgen::date_time_ymd(1970, 1, 1) + Duration::from_secs(seconds);
    params.not_before = moment(start);
    params.not_after = moment(end);
    Some(Identity::with(&own()?.key, &params))
}

fn now() -> u64 {
    SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .unwrap()
        .as_secs()
}

/// A moment as stderr has it.
fn told(seconds: u64) -> String {
    let moment = rcgen::date_time_ymd(1970, 1, 1) + Duration::from_secs(seconds);
    let month = u8::from(moment.month());
    format!(
        "{:04}-{month:02}-{:02} {:02}:{:02}:{:02}",
        moment.year(),
        moment.day(),
        moment.hour(),
        moment.minute(),
        moment.second()
    )
}

/// What is said of a certificate of these dates when the tenant lets it in.
#[track_caller]
fn warned(start: u64, end: u64, warning: &str) {
    let identity = need!(with_dates(start, end));
    let tenant = tenant_of(&identity);
    let run = with_one_file(&tenant, identity.pem()).list(NOTHING);
    works_with(&run, &tenant, &format!("mgd: warning: {warning}\n"));
}

#[test]
fn an_expired_certificate_is_told_with_the_date_and_tried() {
    let expired = "UTC: Entra will refuse it";
    // 2021-03-04 05:06:07, and the last second before now.
    let end = 1_614_834_367;
    let text = format!("the certificate has expired on 2021-03-04 05:06:07 {expired}");
    warned(1_500_000_000, end, &text);
    let end = now() - 1;
    warned(
        1_500_000_000,
        end,
        &format!("the certificate has expired on {} {expired}", told(end)),
    );
}

#[test]
fn a_certificate_that_is_not_yet_valid_is_told_with_the_date_and_tried() {
    for start in [now() + 3600, 2_800_000_000] {
        let start_told = told(start);
        let text = format!("the certificate is not valid before {start_told} UTC: check the clock");
        warned(start, 4_000_000_000, &text);
    }
}

#[test]
fn a_certificate_is_told_of_in_its_last_30_days() {
    for end in [now() + 600, now() + DAY, now() + 30 * DAY - 600] {
        let end_told = told(end);
        let text =
            format!("the certificate expires on {end_told} UTC: upload its successor in time");
        warned(1_500_000_000, end, &text);
    }
    let identity = need!(with_dates(1_500_000_000, now() + 30 * DAY + 600));
    let tenant = tenant_of(&identity);
    works(
        &with_one_file(&tenant, identity.pem()).list(NOTHING),
        &tenant,
    );
}

#[test]
fn dates_from_the_ends_of_the_calendar_are_read() {
    let own = need!(own());
    for (start, end) in [(1950, 2049), (1969, 2050), (2000, 9999)] {
        let mut params = params();
        params.not_before = rcgen::date_time_ymd(start, 1, 1);
        params.not_after = rcgen::date_time_ymd(end, 12, 31);
        let identity = Identity::with(&own.key, &params);
        let tenant = tenant_of(&identity);
        works(
            &with_one_file(&tenant, identity.pem()).list(NOTHING),
            &tenant,
        );
    }
}

#[test]
fn the_warning_is_an_object_for_programs_and_silent_when_quiet() {
    let identity = need!(with_dates(1_500_000_000, 1_614_834_367));
    let tenant = tenant_of(&identity);
    let mgd = with_one_file(&tenant, identity.pem());
    let run = mgd.list(["--errors=json", "--token-cache=none"]).ok();
    let line: serde_json::Value = serde_json::from_str(&run.stderr).expect(&run.stderr);
    assert_eq!(line["level"], "warning");
    let message = line["message"].as_str().unwrap();
    assert!(message.contains("2021-03-04 05:06:07"), "{message}");
    works(&mgd.list(["-q", "--token-cache=none"]), &tenant);
}

#[test]
fn it_is_said_once_however_often_the_token_is_asked_for() {
    let identity = need!(with_dates(1_500_000_000, 1_614_834_367));
    let tenant = tenant_of(&identity);
    tenant.on("/v1.0/users", [crate::tenant::Reply::status(401)]);
    let run = with_one_file(&tenant, identity.pem()).list(NOTHING).ok();
    assert_eq!(tenant.token_posts(), 2);
    assert_eq!(
        run.stderr.matches("has expired").count(),
        1,
        "{}",
        run.stderr
    );
}

#[test]
fn a_token_from_the_cache_needs_no_certificate_and_no_warning() {
    let identity = need!(with_dates(1_500_000_000, 1_614_834_367));
    let tenant = tenant_of(&identity);
    let mgd = with_one_file(&tenant, identity.pem());
    mgd.list(NOTHING).ok();
    works(&mgd.list(NOTHING), &tenant);
    assert_eq!(tenant.token_posts(), 1);
}
