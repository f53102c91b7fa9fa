//! What downloads and uploads have in common.

use std::time::Instant;

use crate::cli::console::Console;

/// How far a transfer is, for whoever watches.
#[derive(Debug)]
pub(crate) struct Progress<'c> {
    console: &'c Console,
    /// When it began, and with how many bytes at hand.
    start: Option<(Instant, u64)>,
}

impl<'c> Progress<'c> {
    pub(crate) fn new(console: &'c Console) -> Self {
        let start = None;
        Self { console, start }
    }

    pub(crate) fn show(&mut self, done: u64, total: Option<u64>) {
        let now = Instant::now();
        let (began, base) = *self.start.get_or_insert((now, done));
        if done < base {
            self.start = Some((now, done));
        }
        let seconds = now.duration_since(began).as_secs_f64();
        let gained = done.saturating_sub(base);
        self.console
            .progress_of(|| shown(done, total, gained, seconds));
    }
}

/// Bytes in MB, their rate, and the time left at that rate.
fn shown(done: u64, total: Option<u64>, gained: u64, seconds: f64) -> String {
    let megabytes = |bytes: f64| format!("{:.1} MB", bytes / 1e6);
    let mut text = megabytes(done as f64);
    if let Some(total) = total {
        text = format!("{text} of {}", megabytes(total as f64));
    }
    if gained == 0 || seconds < 0.1 {
        return text;
    }
    let rate = gained as f64 / seconds;
    text = format!("{text}, {}/s", megabytes(rate));
    if let Some(left) = total.and_then(|total| total.checked_sub(done)) {
        let left = (left as f64 / rate).ceil() as u64;
        let (hours, minutes, seconds) = (left / 3600, left / 60 % 60, left % 60);
        text = match hours {
            0 => format!("{text}, {minutes}:{seconds:02} left"),
            _ => format!("{text}, {hours}:{minutes:02}:{seconds:02} left"),
        };
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn progress_has_a_rate_and_the_time_left() {
        let mega = 1_000_000;
        let shown =
            |done, total, gained, seconds| shown(done * mega, total, gained * mega, seconds);
        let total = Some(100 * mega);
        assert_eq!(shown(1, None, 0, 0.0), "1.0 MB");
        assert_eq!(shown(1, total, 0, 9.0), "1.0 MB of 100.0 MB");
        assert_eq!(shown(4, None, 4, 2.0), "4.0 MB, 2.0 MB/s");
        assert_eq!(
            shown(40, total, 4, 4.0),
            "40.0 MB of 100.0 MB, 1.0 MB/s, 1:00 left"
        );
        assert_eq!(
            shown(28, total, 4, 200.0),
            "28.0 MB of 100.0 MB, 0.0 MB/s, 1:00:00 left"
        );
    }
}
