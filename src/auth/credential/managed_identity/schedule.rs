//! When a managed identity is asked for again: unlike Graph and Entra, IMDS answers 404 and 410
//! while it is being updated.

use std::time::Duration;

/// What a try ended with.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Cause {
    /// A response with this status and the wait that it asked for.
    Status(u16, Option<Duration>),
    /// A response began and broke off.
    Cut,
    /// No response.
    Unanswered,
    /// Trying again cannot help.
    Final,
}

/// The repeats for one token, as the Azure SDKs space them
/// (learn.microsoft.com/entra/identity/managed-identities-azure-resources/how-to-use-vm-token#retry-guidance).
#[derive(Debug)]
pub(crate) struct Schedule {
    is_imds: bool,
    repeats: u32,
    has_answered: bool,
}

const REPEATS: u32 = 5;
/// Doubled five times it is 25 s in all.
const FIRST_WAIT: Duration = Duration::from_millis(800);
/// IMDS is being updated, which takes up to 70 s: doubled five times this is 77 s in all.
const FIRST_WAIT_FOR_UPDATE: Duration = Duration::from_millis(2500);

impl Schedule {
    pub(crate) fn new(is_imds: bool) -> Self {
        Self {
            is_imds,
            repeats: 0,
            has_answered: false,
        }
    }

    /// Counts a failed try and says how long to wait before the next, or `None` to give up.
    pub(crate) fn next(&mut self, cause: Cause) -> Option<Duration> {
        let (first, asked, repeats) = match cause {
            Cause::Final => return None,
            // Most often there is nobody at all, and that should be told soon.
            Cause::Unanswered if !self.has_answered => (FIRST_WAIT, None, 1),
            Cause::Unanswered | Cause::Cut => (FIRST_WAIT, None, REPEATS),
            Cause::Status(410, asked) if self.is_imds => (FIRST_WAIT_FOR_UPDATE, asked, REPEATS),
            Cause::Status(404, asked) if self.is_imds => (FIRST_WAIT, asked, REPEATS),
            Cause::Status(408 | 429 | 500..=599, asked) => (FIRST_WAIT, asked, REPEATS),
            Cause::Status(..) => return None,
        };
        self.has_answered |= matches!(cause, Cause::Status(..) | Cause::Cut);
        if self.repeats >= repeats {
            return None;
        }
        let wait = first * (1 << self.repeats);
        self.repeats += 1;
        Some(wait.max(asked.unwrap_or_default()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn waits(is_imds: bool, cause: Cause) -> Vec<u64> {
        let mut schedule = Schedule::new(is_imds);
        let mut waits = Vec::new();
        while let Some(wait) = schedule.next(cause) {
            waits.push(wait.as_millis() as u64);
        }
        waits
    }

    #[test]
    fn imds_is_asked_again_while_it_is_updated() {
        let usual = [800, 1600, 3200, 6400, 12800];
        for status in [404, 429, 500, 503] {
            assert_eq!(waits(true, Cause::Status(status, None)), usual, "{status}");
        }
        let update = waits(true, Cause::Status(410, None));
        assert!(update.iter().sum::<u64>() >= 70_000, "{update:?}");
        assert_eq!(waits(false, Cause::Status(503, None)), usual);
    }

    #[test]
    fn what_cannot_get_better_is_not_asked_again() {
        for status in [301, 400, 401, 403] {
            assert!(waits(true, Cause::Status(status, None)).is_empty());
        }
        for status in [404, 410] {
            assert!(waits(false, Cause::Status(status, None)).is_empty());
        }
        assert!(waits(true, Cause::Final).is_empty());
    }

    #[test]
    fn a_machine_that_is_not_on_azure_hears_so_after_one_repeat() {
        assert_eq!(waits(true, Cause::Unanswered), [800]);
        let mut schedule = Schedule::new(true);
        assert!(schedule.next(Cause::Status(503, None)).is_some());
        let mut more = 0;
        while schedule.next(Cause::Unanswered).is_some() {
            more += 1;
        }
        assert_eq!(more, 4);
    }

    #[test]
    fn the_wait_that_is_asked_for_counts_where_it_is_longer() {
        let asked = |seconds| Cause::Status(429, Some(Duration::from_secs(seconds)));
        assert_eq!(
            Schedule::new(true).next(asked(30)),
            Some(Duration::from_secs(30))
        );
        assert_eq!(Schedule::new(true).next(asked(0)), Some(FIRST_WAIT));
    }
}
