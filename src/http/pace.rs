//! How slowly bytes may come and go, and what the socket and the body know of each other.
//!
//! ureq stands between the two and passes nothing on: a body cannot ask which socket it comes
//! from, and a socket cannot see which of its bytes are content. But one thread runs both.

use std::cell::Cell;
use std::time::{Duration, Instant};

/// How long bytes may take while fewer than [`SLOWEST`] a second come.
pub(crate) const BODY_IDLE_TIMEOUT: Duration = Duration::from_secs(30);

const SLOWEST: usize = 1000;
/// Those of [`BODY_IDLE_TIMEOUT`] and one more.
const SECONDS: usize = 31;

/// The bytes of the last seconds that were spent waiting for them. Time in which nobody waits does
/// not count: a reader of ours that is slow is no stall.
#[derive(Debug, Default)]
pub(crate) struct Pace {
    waited: Duration,
    /// In a ring.
    seconds: [usize; SECONDS],
}

impl Pace {
    /// Counts `bytes` that came after this wait.
    pub(crate) fn add(&mut self, bytes: usize, wait: Duration) {
        let before = self.last();
        self.waited += wait;
        let last = self.last();
        for second in before + 1..=last.min(before + SECONDS) {
            self.seconds[second % SECONDS] = 0;
        }
        self.seconds[last % SECONDS] += bytes;
    }

    /// How long bytes were waited for in all.
    pub(crate) fn waited(&self) -> Duration {
        self.waited
    }

    /// The second in which the last byte came, its end included.
    fn last(&self) -> usize {
        self.waited
            .saturating_sub(Duration::from_nanos(1))
            .as_secs() as usize
    }

    /// How long may be waited for the next byte: up to the end of the first second that is the
    /// thirtieth in which too little has come.
    pub(crate) fn left(&self) -> Duration {
        let now = self.waited.as_secs() as usize;
        // The second that has begun, else the oldest one.
        let other = self.seconds[now % SECONDS];
        let mut bytes = self.seconds.iter().sum::<usize>() - other;
        let mut end = now;
        loop {
            let moment = Duration::from_secs(end as u64);
            if moment >= BODY_IDLE_TIMEOUT && bytes < SLOWEST * BODY_IDLE_TIMEOUT.as_secs() as usize
            {
                return moment.saturating_sub(self.waited);
            }
            if end == now && self.waited > moment {
                bytes += other;
            }
            end += 1;
            bytes -= self.seconds[end % SECONDS];
        }
    }
}

thread_local! {
    static WITHIN: Cell<Option<(Instant, Duration)>> = const { Cell::new(None) };
    static READ_UNTIL: Cell<Option<Instant>> = const { Cell::new(None) };
    static IS_CLOSED: Cell<bool> = const { Cell::new(false) };
    static IS_UNSENT: Cell<bool> = const { Cell::new(false) };
}

/// Runs what must be over after `limit`, connections and bodies included.
pub(crate) fn within<T>(limit: Duration, run: impl FnOnce() -> T) -> T {
    let before = WITHIN.replace(Instant::now().checked_add(limit).map(|end| (end, limit)));
    let ran = run();
    WITHIN.set(before);
    ran
}

/// When that must be over which this thread runs, and how long it may take.
pub(crate) fn limit() -> Option<(Instant, Duration)> {
    WITHIN.get()
}

/// Reads a part of a body, for which the socket waits until then at most; says too whether the
/// other side was seen to close the connection.
pub(crate) fn reading<T>(until: Instant, read: impl FnOnce() -> T) -> (T, bool) {
    READ_UNTIL.set(Some(until));
    IS_CLOSED.set(false);
    let read = read();
    READ_UNTIL.set(None);
    (read, IS_CLOSED.get())
}

/// Until when the socket may wait for the part of a body that this thread reads.
pub(crate) fn read_until() -> Option<Instant> {
    READ_UNTIL.get()
}

/// The other side has closed the connection.
pub(crate) fn closed() {
    IS_CLOSED.set(true);
}

/// Runs one exchange; says too whether a part of the request was never sent, because the other
/// side did not take it.
pub(crate) fn exchanging<T>(exchange: impl FnOnce() -> T) -> (T, bool) {
    IS_UNSENT.set(false);
    (exchange(), IS_UNSENT.replace(false))
}

/// The other side takes no more of the request.
pub(crate) fn unsent() {
    IS_UNSENT.set(true);
}

/// Whether the rest of the request goes nowhere.
pub(crate) fn is_unsent() -> bool {
    IS_UNSENT.get()
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECOND: Duration = Duration::from_secs(1);

    /// For how many seconds bytes may come at this rate, if not for five minutes.
    fn lasts(pace: &mut Pace, bytes: usize) -> usize {
        (0..300)
            .take_while(|_| {
                let is_in_time = pace.left() >= SECOND;
                pace.add(bytes, SECOND);
                is_in_time
            })
            .count()
    }

    #[test]
    fn less_than_one_kilobyte_a_second_is_too_slow_after_thirty_seconds() {
        for bytes in [0, 1, 500, 999] {
            let mut pace = Pace::default();
            let seconds = lasts(&mut pace, bytes);
            assert!((30..=31).contains(&seconds), "{bytes}: {seconds}");
        }
        assert_eq!(lasts(&mut Pace::default(), 1000), 300);
    }

    #[test]
    fn what_came_before_a_stall_does_not_prolong_it() {
        let mut pace = Pace::default();
        assert_eq!(lasts(&mut pace, 1_000_000), 300);
        let seconds = lasts(&mut pace, 999);
        assert!((30..=31).contains(&seconds), "{seconds}");
    }

    #[test]
    fn a_wait_of_any_length_is_counted_once() {
        let mut pace = Pace::default();
        pace.add(1_000_000, Duration::from_secs(100));
        assert!(pace.left() >= BODY_IDLE_TIMEOUT);
        pace.add(1_000_000, Duration::from_secs(1000));
        assert!(pace.left() >= BODY_IDLE_TIMEOUT);
        pace.add(0, Duration::from_secs(31));
        assert!(pace.left() <= SECOND);
    }
}
