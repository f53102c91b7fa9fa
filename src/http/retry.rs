//! When to ask again: a pure function of what was seen and what time it is.

use std::time::{Duration, Instant, SystemTime};

use crate::error::Error;
use crate::http::url::Origin;
use crate::time::{moment, seconds};

/// How an attempt failed, as far as the next one is concerned.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Failure {
    /// A response with this status and the wait that it asked for.
    Status(u16, Option<Duration>),
    /// No response, or one that broke off: reset, stale connection, timeout.
    Broken,
    /// It was not made: the host is known to be throttled for so long.
    Throttled(Duration),
    /// A schedule of its own gives this wait.
    Scheduled(Duration),
    /// Another attempt cannot help: a certificate, a proxy that says no.
    Final,
}

impl Failure {
    /// Why there is a wait, in a line: `error` where no response says it.
    pub(crate) fn reason(self, origin: &Origin, error: &str) -> String {
        let host = origin.host();
        match self {
            Self::Status(429, _) | Self::Throttled(_) => format!("throttled by {host}"),
            Self::Status(status, _) => format!("{host} responded {status}"),
            Self::Broken | Self::Scheduled(_) | Self::Final => error.to_owned(),
        }
    }
}

/// Why there is no further attempt.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum GaveUp {
    /// It cannot help, or there were enough of them.
    Useless,
    /// The wait would end past a bound.
    TooLong {
        wait: Duration,
        /// Whether the service asked for this wait.
        is_asked: bool,
        /// `--retry-max-time`, or `None` where it is `--max-time`.
        budget: Option<Duration>,
    },
}

impl GaveUp {
    /// The error with the wait that ended the work, where the service asked for one.
    pub(crate) fn explain(self, mut error: Error) -> Error {
        if let Self::TooLong {
            wait,
            is_asked: true,
            budget,
        } = self
        {
            let bound = match budget {
                Some(budget) => format!("--retry-max-time {} s", budget.as_secs_f64()),
                None => "--max-time".to_owned(),
            };
            let wait = in_seconds(wait);
            let message = &mut error.report_mut().message;
            message.push_str(&format!("; retry in {wait} s does not fit {bound}"));
        }
        error
    }
}

/// A wait for people: whole seconds, and none too few, unless it is short.
pub(crate) fn in_seconds(wait: Duration) -> String {
    if wait < Duration::from_secs(5) {
        format!("{:.1}", wait.as_secs_f64())
    } else {
        wait.as_secs()
            .saturating_add(u64::from(wait.subsec_nanos() > 0))
            .to_string()
    }
}

/// The attempts of one call, or at one page with its repeats.
#[derive(Clone, Debug)]
pub(crate) struct Attempts {
    /// When the first one began.
    started: Option<Instant>,
    budget: Duration,
    failed: u32,
    /// Those among the failed after which the service asked for no wait: over these the backoff
    /// doubles.
    unadvised: u32,
    server_errors: u32,
}

/// Tries that a 500 or 502 gets, and a host that has never answered.
const FEW: u32 = 3;
/// How long a host that has never answered is tried.
const NEVER_ANSWERED: Duration = Duration::from_secs(10);
const FIRST_WAIT: Duration = Duration::from_secs(1);
const LONGEST_WAIT: Duration = Duration::from_secs(60);

impl Attempts {
    /// `budget` is `--retry-max-time`; the clock starts with the first attempt.
    pub(crate) fn new(budget: Duration) -> Self {
        Self {
            started: None,
            budget,
            failed: 0,
            unadvised: 0,
            server_errors: 0,
        }
    }

    /// An attempt begins.
    pub(crate) fn begin(&mut self, now: Instant) {
        self.started.get_or_insert(now);
    }

    /// How many attempts have failed.
    pub(crate) fn failed(&self) -> u32 {
        self.failed
    }

    /// Counts a failed attempt and says how long to wait before the next, if there is one.
    ///
    /// `answered` says whether this host has answered at all since the program started: until it
    /// has, the name may be misspelt, and nobody wants to wait ten minutes to hear that.
    /// `random` is anything; it spreads the waits of many processes.
    pub(crate) fn wait(
        &mut self,
        failure: Failure,
        answered: bool,
        now: Instant,
        deadline: Option<Instant>,
        random: u64,
    ) -> Result<Duration, GaveUp> {
        let elapsed = now.saturating_duration_since(*self.started.get_or_insert(now));
        let (asked, budget) = match failure {
            Failure::Throttled(wait) => (Some(wait), self.budget),
            failure => self.count(failure, answered)?,
        };
        let wait = match (failure, asked) {
            // Most often an idle connection that the other side had given up.
            (Failure::Broken, _) if answered && self.failed == 1 => Duration::ZERO,
            (Failure::Scheduled(wait), _) => wait,
            // A wait of zero asked for again and again would be a busy loop.
            (_, Some(asked)) if !asked.is_zero() => {
                asked.saturating_add(spread(asked.min(LONGEST_WAIT), 1, random))
            }
            (_, asked) => self.backoff(asked.is_some(), random),
        };
        let is_asked = asked.is_some_and(|asked| !asked.is_zero());
        let too_long = |budget| GaveUp::TooLong {
            wait: asked.filter(|_| is_asked).unwrap_or(wait),
            is_asked,
            budget,
        };
        let ends_by = |deadline| now.checked_add(wait).is_some_and(|end| end < deadline);
        if !deadline.is_none_or(ends_by) {
            Err(too_long(None))
        } else if elapsed.checked_add(wait).is_none_or(|end| end > budget) {
            Err(too_long(Some(budget)))
        } else {
            Ok(wait)
        }
    }

    /// Counts a failed attempt: the wait that the service asked for, and the bound on all.
    fn count(
        &mut self,
        failure: Failure,
        answered: bool,
    ) -> Result<(Option<Duration>, Duration), GaveUp> {
        self.failed += 1;
        let asked = match failure {
            Failure::Status(500 | 502, asked) => {
                self.server_errors += 1;
                if self.server_errors >= FEW {
                    return Err(GaveUp::Useless);
                }
                asked
            }
            Failure::Status(408 | 429 | 503 | 504 | 509, asked) => asked,
            Failure::Broken if !answered && self.failed >= FEW => return Err(GaveUp::Useless),
            Failure::Broken | Failure::Scheduled(_) => None,
            Failure::Status(..) | Failure::Final | Failure::Throttled(_) => {
                return Err(GaveUp::Useless);
            }
        };
        self.unadvised += u32::from(asked.is_none_or(|wait| wait.is_zero()));
        let is_unknown = matches!(failure, Failure::Broken) && !answered;
        let budget = if is_unknown {
            self.budget.min(NEVER_ANSWERED)
        } else {
            self.budget
        };
        Ok((asked, budget))
    }

    /// A wait that doubles with each failure that came without one.
    fn backoff(&self, is_shortened: bool, random: u64) -> Duration {
        let doublings = self.unadvised.saturating_sub(1).min(6);
        let base = (FIRST_WAIT * (1 << doublings)).min(LONGEST_WAIT);
        let base = if is_shortened { base / 4 } else { base };
        base + spread(base, 5, random)
    }
}

/// A random part of so many tenths of a wait.
fn spread(base: Duration, tenths: u32, random: u64) -> Duration {
    base * tenths / 10 * (random % 1000) as u32 / 1000
}

/// Reads `Retry-After` ([RFC 9110 §10.2.3](https://www.rfc-editor.org/rfc/rfc9110#section-10.2.3))
/// in the forms that Graph is known to send: seconds, with a fraction, several joined by commas
/// (the longest counts), a date. `None` is what cannot be understood.
pub(crate) fn retry_after<'v>(
    values: impl IntoIterator<Item = &'v str>,
    now: SystemTime,
) -> Option<Duration> {
    values
        .into_iter()
        .filter_map(|value| one_retry_after(value, now))
        .max()
}

fn one_retry_after(value: &str, now: SystemTime) -> Option<Duration> {
    if let Some(date) = http_date(value, now) {
        return Some(date.duration_since(now).unwrap_or_default());
    }
    value
        .split(',')
        .filter_map(|part| seconds(part.trim()))
        .max()
}

/// A date in any of the three forms of
/// [RFC 9110 §5.6.7](https://www.rfc-editor.org/rfc/rfc9110#section-5.6.7).
pub(crate) fn http_date(text: &str, now: SystemTime) -> Option<SystemTime> {
    const MONTHS: [&str; 12] = [
        "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
    ];
    let parts = text.split([' ', ',', '-']).filter(|part| !part.is_empty());
    let (day, name, year, time) = match *parts.collect::<Vec<_>>() {
        // Sun, 06 Nov 1994 08:49:37 GMT; and Sunday, 06-Nov-94 08:49:37 GMT
        [_, day, month, year, time, "GMT"] => (day, month, year, time),
        // Sun Nov  6 08:49:37 1994
        [_, month, day, time, year] => (day, month, year, time),
        _ => return None,
    };
    let month = MONTHS.iter().position(|month| *month == name)? as u64 + 1;
    let year = full_year(year.parse().ok()?, now);
    let mut time = time.split(':').map(str::parse::<u64>);
    let (hour, minute, second) = (time.next()?.ok()?, time.next()?.ok()?, time.next()?.ok()?);
    moment((year, month, day.parse().ok()?), (hour, minute, second))
}

/// A year of two digits is no more than 50 years ahead.
fn full_year(year: u64, now: SystemTime) -> u64 {
    const YEAR: u64 = 31_556_952;
    if year >= 100 {
        return year;
    }
    let now = now
        .duration_since(SystemTime::UNIX_EPOCH)
        .unwrap_or_default();
    let this = 1970 + now.as_secs() / YEAR;
    let year = year + this / 100 * 100;
    if year > this + 50 { year - 100 } else { year }
}

#[cfg(test)]
mod tests {
    use super::*;

    const BOUND: Duration = Duration::from_secs(600);

    fn attempts() -> Attempts {
        let mut attempts = Attempts::new(BOUND);
        attempts.begin(Instant::now());
        attempts
    }

    fn wait(attempts: &mut Attempts, failure: Failure, after: u64) -> Option<u64> {
        let now = attempts.started.unwrap() + Duration::from_secs(after);
        let wait = attempts.wait(failure, true, now, None, 0);
        wait.ok().map(|wait| wait.as_secs())
    }

    #[test]
    fn retry_after_is_read_in_all_its_forms() {
        let now = SystemTime::UNIX_EPOCH + Duration::from_secs(784_111_700);
        let read = |value: &str| retry_after([value], now).map(|wait| wait.as_secs_f64());
        assert_eq!(read("5"), Some(5.0));
        assert_eq!(read(" 2.128 "), Some(2.128));
        assert_eq!(read("0"), Some(0.0));
        assert_eq!(read("0,120"), Some(120.0));
        assert_eq!(read("30, 120"), Some(120.0));
        assert_eq!(read("Sun, 06 Nov 1994 08:49:37 GMT"), Some(77.0));
        assert_eq!(read("Sun, 06 Nov 1994 08:40:00 GMT"), Some(0.0));
        assert_eq!(read("Sunday, 06-Nov-94 08:49:37 GMT"), Some(77.0));
        assert_eq!(read("Sun Nov  6 08:49:37 1994"), Some(77.0));
        assert_eq!(read("-1"), None);
        assert_eq!(read("abc"), None);
        assert_eq!(read("1e9"), None);
        assert_eq!(read("inf"), None);
        assert_eq!(read(""), None);
        assert_eq!(retry_after([&*"9".repeat(40)], now), Some(Duration::MAX));
        assert_eq!(retry_after(["1", "7"], now), Some(Duration::from_secs(7)));
    }

    #[test]
    fn dates_are_counted_over_leap_years() {
        let at = |seconds| Some(SystemTime::UNIX_EPOCH + Duration::from_secs(seconds));
        let read = |text| http_date(text, at(1_795_600_000).unwrap());
        assert_eq!(read("Thu, 01 Jan 1970 00:00:00 GMT"), at(0));
        assert_eq!(read("Tue, 29 Feb 2028 12:00:00 GMT"), at(1_835_438_400));
        assert_eq!(read("Tuesday, 29-Feb-28 12:00:00 GMT"), at(1_835_438_400));
        assert_eq!(read("Tue Feb 29 12:00:00 2028"), at(1_835_438_400));
        assert_eq!(read("Sun, 99 Nov 1994 08:49:37 GMT"), None);
        assert_eq!(read("Sun, 06 Nov 1994 08:49:37 CET"), None);
        assert_eq!(read("Sun Nov  6 08:49:37"), None);
    }

    #[test]
    fn a_year_of_two_digits_is_at_most_fifty_years_ahead() {
        let now = SystemTime::UNIX_EPOCH + Duration::from_secs(1_795_600_000);
        for (year, full) in [(26, 2026), (76, 2076), (77, 1977), (94, 1994), (2126, 2126)] {
            assert_eq!(full_year(year, now), full);
        }
    }

    #[test]
    fn a_throttled_request_waits_as_long_as_it_is_told() {
        let mut tries = attempts();
        let asked = Some(Duration::from_secs(7));
        for _ in 0..20 {
            assert_eq!(wait(&mut tries, Failure::Status(429, asked), 1), Some(7));
        }
    }

    #[test]
    fn a_wait_past_the_bound_is_not_begun() {
        let asked = |seconds| Failure::Status(503, Some(Duration::from_secs(seconds)));
        assert_eq!(wait(&mut attempts(), asked(601), 0), None);
        assert_eq!(wait(&mut attempts(), asked(600), 0), Some(600));
        assert_eq!(wait(&mut attempts(), asked(10), 595), None);
        let mut tries = attempts();
        let start = tries.started.unwrap();
        let soon = start + Duration::from_secs(5);
        let failure = asked(6);
        assert_eq!(
            tries.wait(failure, true, start, Some(soon), 0),
            Err(GaveUp::TooLong {
                wait: Duration::from_secs(6),
                is_asked: true,
                budget: None,
            })
        );
    }

    #[test]
    fn without_advice_the_waits_double() {
        let mut tries = attempts();
        let failure = Failure::Status(503, None);
        let waits: Vec<_> = (0..8).map(|_| wait(&mut tries, failure, 0)).collect();
        assert_eq!(waits, [1, 2, 4, 8, 16, 32, 60, 60].map(Some));
        let mut tries = attempts();
        let waits: Vec<_> = (0..3)
            .map(|_| wait(&mut tries, Failure::Broken, 0))
            .collect();
        assert_eq!(
            waits,
            [0, 2, 4].map(Some),
            "the first may be a stale connection"
        );
    }

    #[test]
    fn waits_double_over_failures_without_advice_alone() {
        let mut tries = attempts();
        let advised = Failure::Status(429, Some(Duration::from_secs(7)));
        for _ in 0..10 {
            assert_eq!(wait(&mut tries, advised, 0), Some(7));
        }
        let unadvised = Failure::Status(429, None);
        assert_eq!(wait(&mut tries, unadvised, 80), Some(1));
        assert_eq!(wait(&mut tries, advised, 82), Some(7));
        assert_eq!(wait(&mut tries, unadvised, 90), Some(2));
    }

    #[test]
    fn a_wait_for_a_throttled_host_is_no_failed_attempt() {
        let mut tries = attempts();
        let wait_for = Failure::Throttled(Duration::from_secs(7));
        assert_eq!(wait(&mut tries, wait_for, 0), Some(7));
        assert_eq!(tries.failed(), 0);
        assert_eq!(wait(&mut tries, wait_for, 594), None);
    }

    #[test]
    fn a_server_error_gets_three_tries() {
        let mut tries = attempts();
        assert!(wait(&mut tries, Failure::Status(500, None), 0).is_some());
        assert!(wait(&mut tries, Failure::Status(502, None), 0).is_some());
        assert!(wait(&mut tries, Failure::Status(500, None), 0).is_none());
    }

    #[test]
    fn a_host_that_never_answered_gets_three_tries_in_ten_seconds() {
        let mut tries = attempts();
        let start = tries.started.unwrap();
        let mut never = |after| {
            let now = start + Duration::from_secs(after);
            tries.wait(Failure::Broken, false, now, None, 0)
        };
        assert!(never(0).is_ok());
        assert!(never(1).is_ok());
        assert!(never(3).is_err());
        let late = start + Duration::from_secs(10);
        assert!(
            attempts()
                .wait(Failure::Broken, false, late, None, 0)
                .is_err()
        );
    }

    #[test]
    fn what_cannot_get_better_is_not_tried_again() {
        for status in [400, 401, 403, 404, 409, 501, 505, 507] {
            assert!(wait(&mut attempts(), Failure::Status(status, None), 0).is_none());
        }
        assert!(wait(&mut attempts(), Failure::Final, 0).is_none());
    }
}
