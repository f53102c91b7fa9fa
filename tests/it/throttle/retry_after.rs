//! `Retry-After` in all the forms that are seen in the field.

use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use super::{asked, assert_asked, assert_whole, run};
use crate::support::{Mgd, masked};
use crate::tenant::{Reply, Tenant};

const MONTHS: [&str; 12] = [
    "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
];
const WEEKDAYS: [&str; 7] = ["Thu", "Fri", "Sat", "Sun", "Mon", "Tue", "Wed"];

fn throttled() -> Reply {
    Reply::status(429)
}

/// The time between a first answer of 429 that says so and the repeat, which must have made the
/// listing whole.
#[track_caller]
fn pause_after(reply: Reply) -> Duration {
    let tenant = Tenant::start();
    let run = run(&tenant, [reply], &[]);
    let times: Vec<_> = asked(&tenant).iter().map(|seen| seen.at).collect();
    assert_whole(&tenant, &run, &[429, 200]);
    times[1].duration_since(times[0])
}

/// A huge wait must be given up at once, with the last answer shown.
#[track_caller]
fn assert_given_up(value: &str) {
    let tenant = Tenant::start();
    let run = run(
        &tenant,
        [throttled().retry_after(value)],
        &["--errors", "json", "--retry-max-time", "4"],
    );
    assert_eq!((run.code, run.stdout.as_str()), (4, ""), "{value}");
    assert_asked(&tenant, &[429]);
    let line: serde_json::Value = serde_json::from_str(&run.stderr).unwrap();
    assert_eq!(line["code"], "TooManyRequests");
    assert_eq!(line["status"], 429);
}

#[test]
fn a_second_is_waited() {
    assert!(pause_after(throttled().retry_after("1")) >= Duration::from_secs(1));
}

#[test]
fn a_fraction_of_a_second_is_waited() {
    assert!(pause_after(throttled().retry_after("0.3")) >= Duration::from_millis(300));
}

#[test]
fn a_wait_of_nothing_is_no_busy_loop() {
    assert!(pause_after(throttled().retry_after("0")) >= Duration::from_millis(50));
}

#[test]
fn of_two_waits_in_one_field_the_longer_counts() {
    assert!(pause_after(throttled().retry_after("0,1")) >= Duration::from_secs(1));
}

#[test]
fn of_two_fields_the_longer_wait_counts() {
    let reply = throttled().retry_after("0").retry_after("1");
    assert!(pause_after(reply) >= Duration::from_secs(1));
}

#[track_caller]
fn assert_date_is_waited_for(form: impl Fn(u64) -> String) {
    let tenant = Tenant::start();
    let (start, now) = (Instant::now(), SystemTime::now());
    let date = now.duration_since(UNIX_EPOCH).unwrap().as_secs() + 2;
    let reply = throttled().retry_after(&form(date));
    let run = run(&tenant, [reply], &[]);
    let repeat = now + asked(&tenant)[1].at.duration_since(start);
    assert_whole(&tenant, &run, &[429, 200]);
    // The two clocks may part by a hair.
    let date = UNIX_EPOCH + Duration::from_secs(date) - Duration::from_millis(10);
    assert!(repeat >= date);
}

#[test]
fn a_date_is_waited_for_in_all_three_forms() {
    assert_date_is_waited_for(http_date);
    // Sun, 06 Nov 1994 08:49:37 GMT as Sunday, 06-Nov-94 08:49:37 GMT
    assert_date_is_waited_for(|date| {
        let date = http_date(date);
        let [weekday, day, month, year, time, _] = parts(&date);
        format!("{weekday}day, {day}-{month}-{} {time} GMT", &year[2..])
    });
    // and as Sun Nov  6 08:49:37 1994
    assert_date_is_waited_for(|date| {
        let date = http_date(date);
        let [weekday, day, month, year, time, _] = parts(&date);
        let day: u8 = day.parse().unwrap();
        format!("{weekday} {month} {day:2} {time} {year}")
    });
}

fn parts(date: &str) -> [&str; 6] {
    let parts: Vec<_> = date
        .split([' ', ','])
        .filter(|part| !part.is_empty())
        .collect();
    parts.try_into().unwrap()
}

#[test]
fn the_waits_of_our_own_double_only_over_failures_without_advice() {
    let tenant = Tenant::start();
    let advised = || throttled().retry_after("0.1");
    let replies = [advised(), advised(), advised(), advised(), throttled()];
    let run = run(&tenant, replies, &["-v"]).ok();
    let waits = run.stderr.lines().filter_map(|line| {
        let (_, wait) = line.split_once("; retry in ")?;
        wait.strip_suffix(" s")?.parse::<f64>().ok()
    });
    let waits: Vec<_> = waits.collect();
    assert_eq!(waits.len(), 5, "{}", run.stderr);
    assert!((1.0..=1.5).contains(&waits[4]), "{waits:?}");
    assert_asked(&tenant, &[429, 429, 429, 429, 429, 200]);
}

#[test]
fn a_date_is_compared_with_the_clock_of_the_service() {
    let reply = throttled().header("Date", "Sun, 06 Nov 1994 08:49:36 GMT");
    let reply = reply.retry_after("Sun, 06 Nov 1994 08:49:37 GMT");
    assert!(pause_after(reply) >= Duration::from_secs(1));
}

#[test]
fn a_date_in_the_past_is_no_wait_and_no_error() {
    let reply = throttled().retry_after("Sun, 06 Nov 1994 08:49:37 GMT");
    assert!(pause_after(reply) >= Duration::from_millis(50));
}

#[test]
fn without_advice_the_program_waits_by_itself() {
    assert!(pause_after(throttled()) >= Duration::from_millis(500));
}

#[test]
fn advice_that_makes_no_sense_is_none() {
    for garbage in ["soon", "-1"] {
        let pause = pause_after(throttled().retry_after(garbage));
        assert!(pause >= Duration::from_millis(500), "{garbage}");
    }
}

#[test]
fn a_wait_past_the_bound_is_given_up_before_it_begins() {
    let tenant = Tenant::start();
    let run = run(&tenant, [throttled().retry_after("999999")], &[]);
    assert_eq!((run.code, run.stdout.as_str()), (4, ""));
    assert_eq!(
        masked(&run.stderr),
        "mgd: graph: TooManyRequests: Too many requests. (HTTP 429, request-id ID); \
         retry in 999999 s does not fit --retry-max-time 600 s\n"
    );
    assert_asked(&tenant, &[429]);
}

#[test]
fn a_wait_that_no_clock_can_count_is_given_up_too() {
    assert_given_up("99999999999999999999");
    assert_given_up(&"9".repeat(40));
    assert_given_up(&"9".repeat(400));
    assert_given_up("Fri, 31 Dec 9999 23:59:59 GMT");
}

#[test]
fn the_token_endpoint_is_obeyed_as_well_and_sent_the_whole_form_again() {
    let tenant = Tenant::start();
    let slow_down = Reply::entra_error(429, "temporarily_unavailable", 90055, "Too many.");
    tenant.on(&tenant.token_path(), [slow_down.retry_after("1")]);
    let run = Mgd::new(&tenant).list([] as [&str; 0]).ok();
    assert_eq!((run.stderr.as_str(), run.ids().len()), ("", 3));
    let requests = tenant.requests();
    let statuses: Vec<_> = requests.iter().map(|seen| seen.status).collect();
    assert_eq!(statuses, [429, 200, 200]);
    assert_eq!(requests[0].body, requests[1].body);
    assert_eq!(requests[1].form()[1].1, "client_credentials");
    assert_eq!(tenant.violations(), [] as [String; 0]);
}

/// A moment as HTTP has it ([RFC 9110 §5.6.7](https://www.rfc-editor.org/rfc/rfc9110#section-5.6.7)).
fn http_date(seconds: u64) -> String {
    let (days, time) = (seconds / 86_400, seconds % 86_400);
    let is_leap = |year: u64| year.is_multiple_of(4) && !year.is_multiple_of(100);
    let (mut year, mut day) = (1970, days);
    while day >= 365 + u64::from(is_leap(year) || year == 2000) {
        day -= 365 + u64::from(is_leap(year) || year == 2000);
        year += 1;
    }
    let february = 28 + u64::from(is_leap(year));
    let lengths = [31, february, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];
    let mut month = 0;
    while day >= lengths[month] {
        day -= lengths[month];
        month += 1;
    }
    format!(
        "{}, {:02} {} {year} {:02}:{:02}:{:02} GMT",
        WEEKDAYS[(days % 7) as usize],
        day + 1,
        MONTHS[month],
        time / 3600,
        time / 60 % 60,
        time % 60
    )
}
