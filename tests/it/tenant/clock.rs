//! The two ways the services write a time.

use std::time::{SystemTime, UNIX_EPOCH};

const MONTHS: [&str; 12] = [
    "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
];
const WEEKDAYS: [&str; 7] = ["Thu", "Fri", "Sat", "Sun", "Mon", "Tue", "Wed"];

struct Civil {
    year: u64,
    month: u64,
    day: u64,
    weekday: usize,
    hour: u64,
    minute: u64,
    second: u64,
}

impl Civil {
    fn now() -> Self {
        let seconds = SystemTime::now()
            .duration_since(UNIX_EPOCH)
            .map_or(0, |since| since.as_secs());
        Self::at(seconds)
    }

    fn at(seconds: u64) -> Self {
        let days = seconds / 86_400;
        let (year, month, day) = date(days);
        Self {
            year,
            month,
            day,
            weekday: usize::try_from(days % 7).unwrap_or_default(),
            hour: seconds / 3600 % 24,
            minute: seconds / 60 % 60,
            second: seconds % 60,
        }
    }
}

fn date(days: u64) -> (u64, u64, u64) {
    let (mut year, mut left) = (1970, days);
    while left >= year_length(year) {
        left -= year_length(year);
        year += 1;
    }
    let mut month = 1;
    while left >= month_length(year, month) {
        left -= month_length(year, month);
        month += 1;
    }
    (year, month, left + 1)
}

fn year_length(year: u64) -> u64 {
    (1..=12).map(|month| month_length(year, month)).sum()
}

fn month_length(year: u64, month: u64) -> u64 {
    let leap = year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400));
    match month {
        2 if leap => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

/// The time now as HTTP's `Date` has it.
pub(super) fn http_date() -> String {
    let now = Civil::now();
    let month = MONTHS
        .iter()
        .zip(1..)
        .find(|(_, number)| *number == now.month)
        .map_or("Jan", |(name, _)| name);
    format!(
        "{}, {:02} {month} {} {:02}:{:02}:{:02} GMT",
        WEEKDAYS[now.weekday], now.day, now.year, now.hour, now.minute, now.second
    )
}

/// The time now as `YYYY-MM-DD`, a separator, `HH:MM:SS`.
pub(super) fn timestamp(separator: char) -> String {
    let now = Civil::now();
    format!(
        "{:04}-{:02}-{:02}{separator}{:02}:{:02}:{:02}",
        now.year, now.month, now.day, now.hour, now.minute, now.second
    )
}
