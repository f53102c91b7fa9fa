//! When to ask again: a pure function of what was seen and what time it is.

use std::time::{Duration, Instant, SystemTime};

use crate::calendar::{moment, seconds};

/// What a try ended with, as far as asking again is concerned.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Failure {
    /// An answer with this status and the wait that it asked for.
    Status(u16, Option<Duration>),
    /// No answer, or one that broke off: reset, stale connection, timeout.
    Broken,
    /// Trying again cannot help: a certificate, a proxy that says no.
    Final,
}

/// The tries for one request, or for one page with its repeats.
#[derive(Clone, Debug)]
pub(crate) struct Attempts {
    /// When the first try began.
    started: Option<Instant>,
    bound: Duration,
    made: u32,
    server_errors: u32,
}

/// Tries that a 500 or 502 gets, and a host that has never answered.
const FEW: u32 = 3;
/// How long a host that has never answered is tried.
const NEVER_ANSWERED: Duration = Duration::from_secs(10);
const FIRST_WAIT: Duration = Duration::from_secs(1);
const LONGEST_WAIT: Duration = Duration::from_secs(60);

impl Attempts {
    /// `bound` is `--retry-max-time`; the clock starts with the first try.
    pub(crate) fn new(bound: Duration) -> Self {
        Self {
            started: None,
            bound,
            made: 0,
            server_errors: 0,
        }
    }

    /// A try begins.
    pub(crate) fn begin(&mut self, now: Instant) {
        self.started.get_or_insert(now);
    }

    /// How many tries have failed.
    pub(crate) fn failed(&self) -> u32 {
        self.made
    }

    /// Counts a failed try and says how long to wait before the next, or `None` to give up.
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
    ) -> Option<Duration> {
        self.made += 1;
        let elapsed = now.saturating_duration_since(*self.started.get_or_insert(now));
        let (wait, bound) = match failure {
            Failure::Final => return None,
            Failure::Status(500 | 502, asked) => {
                self.server_errors += 1;
                if self.server_errors >= FEW {
                    return None;
                }
                (self.pause(asked, random), self.bound)
            }
            Failure::Status(408 | 429 | 503 | 504 | 509, asked) => {
                (self.pause(asked, random), self.bound)
            }
            Failure::Status(..) => return None,
            // Most often an idle connection that the other side had given up: ask at once.
            Failure::Broken if answered && self.made == 1 => (Duration::ZERO, self.bound),
            Failure::Broken if answered => (self.pause(None, random), self.bound),
            Failure::Broken if self.made >= FEW => return None,
            Failure::Broken => (self.pause(None, random), self.bound.min(NEVER_ANSWERED)),
        };
        in_time(wait, elapsed, bound, now, deadline)
    }

    /// Counts a failed try after which a rule of its own says how long to wait, and says it again
    /// unless the wait would end past the bound.
    pub(crate) fn wait_for(
        &mut self,
        wait: Duration,
        now: Instant,
        deadline: Option<Instant>,
    ) -> Option<Duration> {
        self.made += 1;
        let elapsed = now.saturating_duration_since(*self.started.get_or_insert(now));
        in_time(wait, elapsed, self.bound, now, deadline)
    }

    /// The wait that was asked for and a little more, else one that doubles.
    fn pause(&self, asked: Option<Duration>, random: u64) -> Duration {
        let share = (random % 1000) as u32;
        let spread = |base: Duration, tenths: u32| base * tenths / 10 * share / 1000;
        match asked {
            // A wait of zero asked for again and again would be a busy loop.
            Some(asked) if !asked.is_zero() => {
                asked.saturating_add(spread(asked.min(LONGEST_WAIT), 1))
            }
            asked => {
                let doublings = self.made.saturating_sub(1).min(6);
                let base = (FIRST_WAIT * (1 << doublings)).min(LONGEST_WAIT);
                let base = if asked.is_some() { base / 4 } else { base };
                base + spread(base, 5)
            }
        }
    }
}

fn in_time(
    wait: Duration,
    elapsed: Duration,
    bound: Duration,
    now: Instant,
    deadline: Option<Instant>,
) -> Option<Duration> {
    let is_in_time = elapsed.checked_add(wait).is_some_and(|end| end <= bound)
        && deadline.is_none_or(|deadline| now.checked_add(wait).is_some_and(|t| t < deadline));
    is_in_time.then_some(wait)
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
    if let Some(date) = http_date(value.trim()) {
        let date = SystemTime::UNIX_EPOCH + Duration::from_secs(date);
        return Some(date.duration_since(now).unwrap_or_default());
    }
    value
        .split(',')
        .filter_map(|part| seconds(part.trim()))
        .max()
}

/// Seconds since 1970 of an `IMF-fixdate`
/// ([RFC 9110 §5.6.7](https://www.rfc-editor.org/rfc/rfc9110#section-5.6.7)).
pub(crate) fn http_date(text: &str) -> Option<u64> {
    const MONTHS: [&str; 12] = [
        "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
    ];
    let (_, date) = text.split_once(", ")?;
    let mut parts = date.split(' ');
    let day: u64 = parts.next()?.parse().ok()?;
    let name = parts.next()?;
    let month = MONTHS.iter().position(|month| *month == name)? as u64 + 1;
    let year: u64 = parts.next()?.parse().ok()?;
    let mut time = parts.next()?.split(':').map(str::parse::<u64>);
    let (hour, minute, second) = (time.next()?.ok()?, time.next()?.ok()?, time.next()?.ok()?);
    if parts.next() != Some("GMT") {
        return None;
    }
    let moment = moment((year, month, day), (hour, minute, second))?;
    moment
        .duration_since(SystemTime::UNIX_EPOCH)
        .ok()
        .map(|span| span.as_secs())
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
        attempts
            .wait(failure, true, now, None, 0)
            .map(|wait| wait.as_secs())
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
        assert_eq!(http_date("Thu, 01 Jan 1970 00:00:00 GMT"), Some(0));
        assert_eq!(
            http_date("Tue, 29 Feb 2028 12:00:00 GMT"),
            Some(1_835_438_400)
        );
        assert_eq!(http_date("Sun, 99 Nov 1994 08:49:37 GMT"), None);
        assert_eq!(http_date("Sun, 06 Nov 1994 08:49:37 CET"), None);
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
        assert_eq!(tries.wait(failure, true, start, Some(soon), 0), None);
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
        assert!(never(0).is_some());
        assert!(never(1).is_some());
        assert!(never(3).is_none());
        let late = start + Duration::from_secs(10);
        assert!(
            attempts()
                .wait(Failure::Broken, false, late, None, 0)
                .is_none()
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
