//! Hours, numbers and nights as people write them into a spreadsheet.
//!
//! It must never guess: what reads two ways is nothing. `sheet_file` reads cells by it.

use super::sheet_columns::MOST_PEOPLE;
use maraude_core::model::Night;

/// An hour as people and spreadsheets write it, `23:40`, `23h40`, `23 h`, `23:40:00`, as on the form.
pub(super) fn hour_of(written: &str) -> Option<String> {
    let text: String = written.to_lowercase().split_whitespace().collect();
    let (hour, rest) = text.split_once([':', 'h'])?;
    let mut rest = rest.split(':');
    let minute = match rest.next()? {
        "" if text.ends_with('h') => "00",
        minute => minute,
    };
    let second = rest.next().unwrap_or("00");
    let digits =
        |text: &str| (1..=2).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_digit());
    if rest.next().is_some() || ![hour, minute, second].into_iter().all(digits) || minute.len() != 2
    {
        return None;
    }
    let (hour, minute): (u8, u8) = (hour.parse().ok()?, minute.parse().ok()?);
    (hour < 24 && minute < 60).then(|| format!("{hour:02}:{minute:02}"))
}

/// How many people a cell tells: none where it is empty.
pub(super) fn number_of(written: &str) -> Option<u32> {
    if written.is_empty() {
        return Some(0);
    }
    let digits = written.bytes().all(|b| b.is_ascii_digit());
    let number = digits.then(|| written.parse().ok()).flatten();
    number.filter(|number| *number <= MOST_PEOPLE)
}

/// A night as `2026-01-22`, or as `22/01/2026`.
pub(super) fn night_of(written: &str) -> Option<Night> {
    if let Ok(night) = written.parse() {
        return Some(night);
    }
    let parts: Vec<&str> = written.split(['/', '.', '-']).collect();
    let [day, month, year] = parts[..] else {
        return None;
    };
    if year.len() != 4 {
        return None;
    }
    format!("{year}-{month:0>2}-{day:0>2}").parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_hour_reads_as_people_write_it_and_nothing_else_does() {
        for (written, expected) in [
            ("23:40", "23:40"),
            ("0:05", "00:05"),
            ("23h40", "23:40"),
            ("1 h 05", "01:05"),
            ("22H", "22:00"),
            ("23:40:00", "23:40"),
        ] {
            assert_eq!(hour_of(written).as_deref(), Some(expected), "{written}");
        }
        for written in [
            "",
            "tard",
            "24:00",
            "23:60",
            "2340",
            "23:4",
            "h40",
            "23:",
            "-1:30",
            "23:40:00:00",
            "23h40h",
            "٢٣:٤٠",
            "23,40",
            "22/01/2026 23:40",
            "+1:30",
            "1h+5",
        ] {
            assert_eq!(hour_of(written), None, "{written}");
        }
    }

    #[test]
    fn a_number_is_whole_and_below_a_hundred_and_nothing_is_nobody() {
        for (written, expected) in [
            ("", Some(0)),
            ("0", Some(0)),
            ("07", Some(7)),
            ("99", Some(99)),
        ] {
            assert_eq!(number_of(written), expected, "{written}");
        }
        for written in [
            "100",
            "-1",
            "+2",
            "1,5",
            "2.0",
            "deux",
            "=1+1",
            "99999999999999999999",
        ] {
            assert_eq!(number_of(written), None, "{written}");
        }
    }

    #[test]
    fn a_night_reads_in_both_orders() {
        let night = "2026-01-02".parse().ok();
        for written in ["2026-01-02", "02/01/2026", "2/1/2026", "2.1.2026"] {
            assert_eq!(night_of(written), night, "{written}");
        }
        for written in ["", "2/1/26", "31/02/2026", "2 janvier", "1/2/3/4"] {
            assert_eq!(night_of(written), None, "{written}");
        }
    }
}
