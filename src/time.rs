//! Spans of time, days and dates of the Gregorian calendar.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

/// Seconds as decimal digits with an optional fraction; nothing signed, nothing exponential. More
/// than a clock can count is a span without end, not none. By hand, because the parser of floats
/// is 14 kB with its tables.
pub(crate) fn seconds(text: &str) -> Option<Duration> {
    let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
    let is_decimal = !whole.is_empty() && [whole, fraction].concat().bytes().all(is_digit);
    if !is_decimal {
        return None;
    }
    let Ok(seconds) = whole.parse() else {
        return Some(Duration::MAX);
    };
    let nanos = fraction.bytes().chain(std::iter::repeat(b'0')).take(9);
    let nanos = nanos.fold(0, |nanos, digit| nanos * 10 + u32::from(digit - b'0'));
    Some(Duration::new(seconds, nanos))
}

fn is_digit(byte: u8) -> bool {
    byte.is_ascii_digit()
}

/// Days from 1970-01-01 to a date, for years from 1970 on. Counted in years that start in March,
/// so that the leap day is the last.
pub(crate) fn days(year: u64, month: u64, day: u64) -> u64 {
    let year = if month < 3 { year - 1 } else { year };
    let day_of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    year * 365 + year / 4 - year / 100 + year / 400 + day_of_year - 719_468
}

/// A moment in UTC; `None` where a part is out of its range or before 1970.
pub(crate) fn moment(
    (year, month, day): (u64, u64, u64),
    (hour, minute, second): (u64, u64, u64),
) -> Option<SystemTime> {
    let is_possible = (1970..=9999).contains(&year)
        && (1..=12).contains(&month)
        && (1..=31).contains(&day)
        && hour <= 23
        && minute <= 59
        && second <= 60;
    if !is_possible {
        return None;
    }
    let seconds = ((days(year, month, day) * 24 + hour) * 60 + minute) * 60 + second;
    UNIX_EPOCH.checked_add(Duration::from_secs(seconds))
}

/// `2026-11-22 08:30:00`, in UTC.
pub(crate) fn date_and_time(moment: SystemTime) -> String {
    let seconds = moment
        .duration_since(UNIX_EPOCH)
        .unwrap_or_default()
        .as_secs();
    let (year, month, day) = date(seconds / 86_400);
    let (hour, minute, second) = (seconds / 3600 % 24, seconds / 60 % 60, seconds % 60);
    format!("{year:04}-{month:02}-{day:02} {hour:02}:{minute:02}:{second:02}")
}

/// The date of a day since 1970-01-01.
fn date(days: u64) -> (u64, u64, u64) {
    let days = days + 719_468;
    let era = days / 146_097;
    let day_of_era = days % 146_097;
    let year_of_era =
        (day_of_era - day_of_era / 1460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let shifted = (5 * day_of_year + 2) / 153;
    let month = if shifted < 10 {
        shifted + 3
    } else {
        shifted - 9
    };
    let year = year_of_era + era * 400 + u64::from(month < 3);
    (year, month, day_of_year - (153 * shifted + 2) / 5 + 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn seconds_may_have_a_fraction_and_nothing_else() {
        for (text, nanos) in [
            ("0", 0),
            ("7.", 7_000_000_000),
            ("2.128", 2_128_000_000),
            ("1.0000000019", 1_000_000_001),
        ] {
            assert_eq!(seconds(text), Some(Duration::from_nanos(nanos)), "{text}");
        }
        for text in [
            "", ".", ".5", "-1", "+1", "1e9", "inf", "1.2.3", "1,5", " 1",
        ] {
            assert_eq!(seconds(text), None, "{text}");
        }
        assert_eq!(seconds(&"9".repeat(40)), Some(Duration::MAX));
    }

    #[test]
    fn dates_and_days_are_each_others_inverse() {
        for day in (0..60_000).step_by(7) {
            let (year, month, of_month) = date(day);
            assert_eq!(days(year, month, of_month), day);
        }
        assert_eq!(date(days(2028, 2, 29)), (2028, 2, 29));
        let moment = moment((2026, 11, 22), (8, 30, 1)).unwrap();
        assert_eq!(date_and_time(moment), "2026-11-22 08:30:01");
        assert!(super::moment((2026, 13, 1), (0, 0, 0)).is_none());
        assert!(super::moment((1969, 1, 1), (0, 0, 0)).is_none());
    }
}
