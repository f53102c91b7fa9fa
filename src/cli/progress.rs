//! How far the work is: one line on a terminal, from the first second on.

use std::collections::VecDeque;
use std::sync::mpsc::{self, RecvTimeoutError, Sender};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use crate::cli::console::Console;
use crate::graph::Counts;

/// What is done.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Done {
    Items {
        items: u64,
        pages: u64,
        bytes: u64,
    },
    Responses {
        all: u64,
        failed: u64,
    },
    /// Of so many, where that is known.
    Bytes(u64, Option<u64>),
}

/// The line of progress, as long as this lives.
#[derive(Debug)]
pub(crate) struct Progress(Option<Shown>);

#[derive(Debug)]
struct Shown {
    meter: Arc<Mutex<Meter>>,
    /// The thread that shows it while nothing happens ends with this.
    _end: Sender<()>,
}

#[derive(Debug)]
struct Meter {
    console: Console,
    done: Done,
    rate: Rate,
    shown_at: Option<Instant>,
    is_over: bool,
}

/// How often the line is written anew, and how often while nothing happens.
const SOON: Duration = Duration::from_millis(200);
const LATER: Duration = Duration::from_millis(500);

impl Progress {
    /// Begins with `done`. Where the data goes to a terminal, that is shown and no progress.
    pub(crate) fn new(console: &Console, done: Done, is_data_seen: bool) -> Self {
        if is_data_seen || !console.has_progress() {
            return Self(None);
        }
        let mut meter = Meter {
            console: console.clone(),
            done,
            rate: Rate::default(),
            shown_at: Some(Instant::now()),
            is_over: false,
        };
        meter.note(done, Instant::now());
        let meter = Arc::new(Mutex::new(meter));
        let (end, ended) = mpsc::channel();
        let its = Arc::clone(&meter);
        // Without a thread it is shown only when something is done.
        let _ = thread::Builder::new().spawn(move || {
            while ended.recv_timeout(LATER) == Err(RecvTimeoutError::Timeout) {
                lock(&its).show(Instant::now(), LATER);
            }
        });
        Self(Some(Shown { meter, _end: end }))
    }

    /// Shows how far it is, if it is time to.
    pub(crate) fn show(&self, done: Done) {
        if let Some(shown) = &self.0 {
            let now = Instant::now();
            let mut meter = lock(&shown.meter);
            meter.note(done, now);
            meter.show(now, SOON);
        }
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        if let Some(shown) = &self.0 {
            let mut meter = lock(&shown.meter);
            meter.is_over = true;
            meter.console.clear();
        }
    }
}

fn lock(meter: &Mutex<Meter>) -> MutexGuard<'_, Meter> {
    meter.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Meter {
    fn note(&mut self, done: Done, now: Instant) {
        self.done = done;
        if let Done::Items { bytes, .. } | Done::Bytes(bytes, _) = done {
            self.rate.note(bytes, now);
        }
    }

    fn show(&mut self, now: Instant, every: Duration) {
        let is_due = |at: Instant| now.saturating_duration_since(at) >= every;
        if !self.is_over && self.shown_at.is_none_or(is_due) {
            self.shown_at = Some(now);
            self.console.progress(&self.done.shown(self.rate.at(now)));
        }
    }
}

/// Bytes a second over the last seconds.
#[derive(Debug, Default)]
struct Rate(VecDeque<(Instant, u64)>);

impl Rate {
    const SPAN: Duration = Duration::from_secs(5);

    fn note(&mut self, bytes: u64, now: Instant) {
        let is_begun = self.0.len() > 1;
        match self.0.back_mut() {
            // What begins anew had less before.
            Some((_, last)) if bytes < *last => self.0.clear(),
            Some((at, last)) if is_begun && now.saturating_duration_since(*at) < SOON => {
                *last = bytes;
                return;
            }
            _ => {}
        }
        self.0.push_back((now, bytes));
    }

    fn at(&mut self, now: Instant) -> u64 {
        let is_old = |at: &Instant| now.saturating_duration_since(*at) > Self::SPAN;
        // The last one before the span is where it begins.
        while self.0.get(1).is_some_and(|(at, _)| is_old(at)) {
            self.0.pop_front();
        }
        let (Some((start, from)), Some((_, to))) = (self.0.front(), self.0.back()) else {
            return 0;
        };
        let seconds = now.saturating_duration_since(*start).as_secs_f64();
        ((to - from) as f64 / seconds.max(0.1)) as u64
    }
}

impl Done {
    /// Of a listing.
    pub(crate) const START: Self = Self::Items {
        items: 0,
        pages: 0,
        bytes: 0,
    };

    /// A listing whose last item is from a page that has not ended.
    pub(crate) fn items(counts: Counts) -> Self {
        Self::Items {
            items: counts.items,
            pages: counts.pages + 1,
            bytes: counts.bytes,
        }
    }

    fn shown(self, rate: u64) -> String {
        match self {
            Self::Items { items, pages, .. } => format!(
                "{}, {}, {}/s",
                counted(items, "item"),
                counted(pages, "page"),
                size(rate)
            ),
            Self::Responses { all, failed } => {
                format!("{}, {failed} failed", counted(all, "response"))
            }
            Self::Bytes(done, None) => format!("{}, {}/s", size(done), size(rate)),
            Self::Bytes(done, Some(total)) => {
                let text = format!("{} of {}, {}/s", size(done), size(total), size(rate));
                match total.saturating_sub(done).checked_div(rate) {
                    Some(left) => format!("{text}, {} left", clock(left)),
                    None => text,
                }
            }
        }
    }
}

fn counted(count: u64, name: &str) -> String {
    let plural = if count == 1 { "" } else { "s" };
    format!("{count} {name}{plural}")
}

/// Bytes as people read them: kB below a million, MB above.
fn size(bytes: u64) -> String {
    match bytes {
        0..1_000_000 => format!("{} kB", bytes / 1000),
        _ => format!("{}.{} MB", bytes / 1_000_000, bytes / 100_000 % 10),
    }
}

fn clock(seconds: u64) -> String {
    let (hours, minutes, seconds) = (seconds / 3600, seconds / 60 % 60, seconds % 60);
    match hours {
        0 => format!("{minutes}:{seconds:02}"),
        _ => format!("{hours}:{minutes:02}:{seconds:02}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_are_singular_or_plural_and_sizes_have_a_unit() {
        let items = |items, pages, rate| {
            let bytes = 0;
            let done = Done::Items {
                items,
                pages,
                bytes,
            };
            done.shown(rate)
        };
        assert_eq!(items(101, 2, 12_345), "101 items, 2 pages, 12 kB/s");
        assert_eq!(items(1, 1, 1_250_000), "1 item, 1 page, 1.2 MB/s");
        assert_eq!(items(0, 0, 0), "0 items, 0 pages, 0 kB/s");
        let responses = |all, failed| Done::Responses { all, failed }.shown(0);
        assert_eq!(responses(40, 2), "40 responses, 2 failed");
        assert_eq!(responses(1, 0), "1 response, 0 failed");
        let mega = 1_000_000;
        let total = Some(100 * mega);
        let bytes = |done: u64, total, rate| Done::Bytes(done * mega, total).shown(rate);
        assert_eq!(bytes(4, None, 2 * mega), "4.0 MB, 2.0 MB/s");
        assert_eq!(bytes(1, total, 0), "1.0 MB of 100.0 MB, 0 kB/s");
        let minute = "40.0 MB of 100.0 MB, 1.0 MB/s, 1:00 left";
        assert_eq!(bytes(40, total, mega), minute);
        let hour = "28.0 MB of 100.0 MB, 20 kB/s, 1:00:00 left";
        assert_eq!(bytes(28, total, 20_000), hour);
    }

    #[test]
    fn the_rate_is_that_of_the_last_seconds() {
        let start = Instant::now();
        let at = |millis| start + Duration::from_millis(millis);
        let mut rate = Rate::default();
        assert_eq!(rate.at(at(0)), 0);
        rate.note(0, at(0));
        for step in 1..=10 {
            rate.note(step * 1000, at(step * 1000));
        }
        assert_eq!(rate.at(at(10_000)), 1000);
        rate.note(106_000, at(11_000));
        assert_eq!(rate.at(at(11_000)), 101_000 / 6);
        assert_eq!(rate.at(at(30_000)), 0, "nothing came for long");
        rate.note(5, at(31_000));
        assert_eq!(rate.at(at(31_500)), 0, "it began anew");
        rate.note(1005, at(32_000));
        assert_eq!(rate.at(at(32_000)), 1000);
    }
}
