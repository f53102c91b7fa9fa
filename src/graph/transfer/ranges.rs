//! Which bytes a response holds, and which ones an upload session still lacks.

use serde_json::Value;

/// The bytes that a response holds, of how many
/// ([RFC 9110 §14.4](https://www.rfc-editor.org/rfc/rfc9110#section-14.4)).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct ContentRange {
    pub(crate) start: u64,
    /// Behind the last.
    pub(crate) end: u64,
    pub(crate) total: u64,
}

impl ContentRange {
    /// `None` is what cannot be understood, or a total that is unknown.
    pub(crate) fn read(text: &str) -> Option<Self> {
        let (unit, range) = text.trim().split_once(' ')?;
        let (range, total) = range.trim().split_once('/')?;
        let (start, end) = range.split_once('-')?;
        let (start, end) = (number(start)?, number(end)?);
        let total = number(total)?;
        let is_right = unit.eq_ignore_ascii_case("bytes") && start <= end && end < total;
        let end = end.checked_add(1)?;
        is_right.then_some(Self { start, end, total })
    }
}

/// The first of the bytes that an upload session lacks, and the one behind them where it is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct MissingRange {
    pub(crate) start: u64,
    pub(crate) end: Option<u64>,
}

/// The first range of `nextExpectedRanges`, whatever its spelling: `"26-"`, `"12345-55232"`,
/// Outlook's `NextExpectedRanges` with `"2097152"`. `None` where the body names none.
pub(crate) fn first_missing(session: &Value) -> Option<MissingRange> {
    let ranges = expected(session)?.iter().filter_map(Value::as_str);
    ranges.filter_map(range).min_by_key(|range| range.start)
}

/// Whether a session says that it lacks nothing.
pub(crate) fn is_complete(session: &Value) -> bool {
    expected(session).is_some_and(Vec::is_empty)
}

fn expected(session: &Value) -> Option<&Vec<Value>> {
    let ranges = session.as_object()?.iter();
    let mut ranges = ranges.filter(|(name, _)| name.eq_ignore_ascii_case("nextExpectedRanges"));
    let (_, ranges) = ranges.next()?;
    ranges.as_array()
}

fn range(text: &str) -> Option<MissingRange> {
    let (start, end) = text.split_once('-').unwrap_or((text, ""));
    let start = number(start)?;
    let end = match end.trim() {
        "" => None,
        end => Some(number(end)?.checked_add(1).filter(|end| *end > start)?),
    };
    Some(MissingRange { start, end })
}

/// Digits and nothing else: a sign would be understood too.
fn number(text: &str) -> Option<u64> {
    let text = text.trim();
    let is_plain = text.bytes().all(|byte| byte.is_ascii_digit());
    text.parse().ok().filter(|_| is_plain)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_content_range_must_be_one_of_a_known_total() {
        let read = |text: &str| {
            let range = ContentRange::read(text)?;
            Some((range.start, range.end, range.total))
        };
        assert_eq!(read("bytes 5-8/10"), Some((5, 9, 10)));
        assert_eq!(read("Bytes 0-0/1"), Some((0, 1, 1)));
        for text in [
            "",
            "bytes",
            "bytes */10",
            "bytes 5-9/*",
            "bytes 9-5/10",
            "bytes 5-10/10",
            "bytes +5-9/10",
            "bytes 5-9",
            "bytes 0-18446744073709551615/18446744073709551615",
            "lines 5-9/10",
            "5-9/10",
        ] {
            assert_eq!(read(text), None, "{text}");
        }
    }

    #[test]
    fn expected_ranges_are_read_in_every_spelling() {
        let read = |text: &str| {
            let first_missing = first_missing(&serde_json::from_str(text).unwrap())?;
            Some((first_missing.start, first_missing.end))
        };
        for (text, expected) in [
            (r#"{"nextExpectedRanges":["26-"]}"#, Some((26, None))),
            (
                r#"{"nextExpectedRanges":["12345-55232","77829-99375"]}"#,
                Some((12345, Some(55233))),
            ),
            (
                r#"{"nextExpectedRanges":["77829-99375","12345-55232"]}"#,
                Some((12345, Some(55233))),
            ),
            (
                r#"{"NextExpectedRanges":["2097152"]}"#,
                Some((2_097_152, None)),
            ),
            (r#"{"nextexpectedranges":["0-0"]}"#, Some((0, Some(1)))),
            (r#"{"nextExpectedRanges":[]}"#, None),
            (r#"{"nextExpectedRanges":["-5","5-4","x","+7-"]}"#, None),
            (r#"{"nextExpectedRanges":null}"#, None),
            (r#"{"id":"1"}"#, None),
            ("[]", None),
        ] {
            assert_eq!(read(text), expected, "{text}");
        }
    }
}
