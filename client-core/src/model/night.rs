//! The night: the date on which it began.

use serde::{Deserialize, Serialize};
use std::fmt;
use std::str::FromStr;

/// A text that is not a night.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("« {text} » is not a night (expected the date it began, as 2026-01-22)")]
pub struct InvalidNight {
    /// What was read, cut to 32 characters.
    pub text: String,
}

/// The date on which the night began: 01:30 belongs to the day before. Written `2026-01-22`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS), ts(type = "string"))]
pub struct Night {
    year: i16,
    month: u8,
    dom: u8,
}

/// Before this local hour an instant belongs to the night that began the day before.
const MORNING_HOUR: i64 = 12;

impl Night {
    /// The night an instant belongs to, in a zone `utc_offset_minutes` east of Greenwich.
    ///
    /// Noon is the border: a round from 22:00 to 02:00 is one night.
    pub fn of(instant_ms: super::TimestampMs, utc_offset_minutes: i32) -> Self {
        let local_minutes = instant_ms.div_euclid(60_000) + i64::from(utc_offset_minutes);
        let days = (local_minutes - MORNING_HOUR * 60).div_euclid(24 * 60);
        Self::from_days(days)
    }

    /// Civil date from days since 1970-01-01.
    ///
    /// # Source
    /// Howard Hinnant, "chrono-Compatible Low-Level Date Algorithms", `civil_from_days`.
    fn from_days(days: i64) -> Self {
        let z = days + 719_468;
        let era = z.div_euclid(146_097);
        let doe = z.rem_euclid(146_097);
        let yoe = (doe - doe / 1_460 + doe / 36_524 - doe / 146_096) / 365;
        let doy = doe - (365 * yoe + yoe / 4 - yoe / 100);
        let mp = (5 * doy + 2) / 153;
        let dom = (doy - (153 * mp + 2) / 5 + 1) as u8;
        let month = if mp < 10 { mp + 3 } else { mp - 9 } as u8;
        let year = (yoe + era * 400 + i64::from(month <= 2)) as i16;
        Self { year, month, dom }
    }
}

impl fmt::Display for Night {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:04}-{:02}-{:02}", self.year, self.month, self.dom)
    }
}

impl FromStr for Night {
    type Err = InvalidNight;

    fn from_str(text: &str) -> Result<Self, InvalidNight> {
        let invalid = || InvalidNight {
            text: text.chars().take(32).collect(),
        };
        let mut parts = text.split('-');
        let mut next = |width: usize| {
            parts
                .next()
                .filter(|p| p.len() == width && p.bytes().all(|b| b.is_ascii_digit()))
        };
        let (year, month, dom) = (next(4), next(2), next(2));
        let (Some(year), Some(month), Some(dom), None) = (year, month, dom, parts.next()) else {
            return Err(invalid());
        };
        let night = Self {
            year: year.parse().map_err(|_| invalid())?,
            month: month.parse().map_err(|_| invalid())?,
            dom: dom.parse().map_err(|_| invalid())?,
        };
        let leap = night.year % 4 == 0 && (night.year % 100 != 0 || night.year % 400 == 0);
        let last = match night.month {
            2 if leap => 29,
            2 => 28,
            4 | 6 | 9 | 11 => 30,
            1..=12 => 31,
            _ => 0,
        };
        if night.dom == 0 || night.dom > last {
            Err(invalid())
        } else {
            Ok(night)
        }
    }
}

impl TryFrom<String> for Night {
    type Error = InvalidNight;
    fn try_from(text: String) -> Result<Self, InvalidNight> {
        text.parse()
    }
}

impl From<Night> for String {
    fn from(night: Night) -> Self {
        night.to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn after_midnight_still_belongs_to_the_night_that_began_before() {
        let check = |ms: i64, expected: &str| {
            assert_eq!(Night::of(ms, 60).to_string(), expected);
        };
        check(1_769_115_600_000, "2026-01-22"); // 2026-01-22T21:00Z, 22:00 in Montpellier
        check(1_769_128_200_000, "2026-01-22"); // 2026-01-23T00:30Z, 01:30
        check(1_769_169_600_000, "2026-01-23"); // 2026-01-23T12:00Z, 13:00
        check(951_775_200_000, "2000-02-28"); // 2000-02-28T22:00Z
        check(951_868_800_000, "2000-02-29");
    }

    #[test]
    fn a_night_reads_back_and_refuses_what_is_no_date() {
        assert_eq!(
            "2026-01-22".parse::<Night>().map(|n| n.to_string()),
            Ok("2026-01-22".into())
        );
        for wrong in [
            "2026-02-30",
            "2026-1-2",
            "22/01/2026",
            "2026-13-01",
            "2026-01-22-1",
            "",
        ] {
            assert!(wrong.parse::<Night>().is_err(), "{wrong}");
        }
    }
}
