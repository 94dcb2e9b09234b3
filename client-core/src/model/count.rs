//! Numbers as the street gives them: at least, at most, and how known; ages as intervals.

use serde::{Deserialize, Serialize};
use std::fmt;
use std::str::FromStr;

/// How a head-count is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
#[serde(rename_all = "snake_case")]
pub enum CountMethod {
    /// The team counted heads.
    Counted,
    /// Somebody on the spot told the number.
    Declared,
    /// The team judged from what it saw (closed tents, vehicles).
    Estimated,
}

/// A head-count with its bounds. `at_least <= at_most` always holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct HeadCount {
    at_least: u32,
    at_most: u32,
    /// How the number is known.
    pub method: CountMethod,
}

impl HeadCount {
    /// A count between two bounds, put in order.
    pub fn between(one: u32, other: u32, method: CountMethod) -> Self {
        Self {
            at_least: one.min(other),
            at_most: one.max(other),
            method,
        }
    }

    /// Heads counted, exactly.
    pub fn exactly(number: u32) -> Self {
        Self::between(number, number, CountMethod::Counted)
    }

    /// The smallest number that fits what was seen or told.
    pub fn at_least(self) -> u32 {
        self.at_least
    }

    /// The largest number that fits what was seen or told.
    pub fn at_most(self) -> u32 {
        self.at_most
    }
}

/// A text that is not an age interval.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("« {text} » is not an age interval (expected 25-34 or 65+)")]
pub struct InvalidInterval {
    /// What was read, cut to 32 characters.
    pub text: String,
}

/// An interval of ages in whole years, both ends included; written `25-34`, or `65+` when open.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS), ts(type = "string"))]
pub struct AgeInterval {
    /// Youngest age, years.
    pub from_years: u8,
    /// Oldest age, years; 120 stands for open.
    pub to_years: u8,
}

/// The oldest age an open interval reaches, years.
const OPEN_END_YEARS: u8 = 120;

impl AgeInterval {
    /// How many years apart two intervals are; 0 when they overlap or touch.
    pub fn gap_years(self, other: Self) -> u8 {
        let later = self.from_years.max(other.from_years);
        let sooner = self.to_years.min(other.to_years);
        later.saturating_sub(sooner.saturating_add(1))
    }

    /// Whether some age lies in both.
    pub fn overlaps(self, other: Self) -> bool {
        self.from_years <= other.to_years && other.from_years <= self.to_years
    }
}

impl fmt::Display for AgeInterval {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.to_years >= OPEN_END_YEARS {
            write!(f, "{}+", self.from_years)
        } else {
            write!(f, "{}-{}", self.from_years, self.to_years)
        }
    }
}

impl FromStr for AgeInterval {
    type Err = InvalidInterval;

    fn from_str(text: &str) -> Result<Self, InvalidInterval> {
        let invalid = || InvalidInterval {
            text: text.chars().take(32).collect(),
        };
        let (from, to) = match text.trim().strip_suffix('+') {
            Some(from) => (from, None),
            None => text
                .trim()
                .split_once('-')
                .map(|(a, b)| (a, Some(b)))
                .ok_or_else(invalid)?,
        };
        let from_years: u8 = from.trim().parse().map_err(|_| invalid())?;
        let to_years = match to {
            None => OPEN_END_YEARS,
            Some(to) => to.trim().parse().map_err(|_| invalid())?,
        };
        if from_years > to_years || to_years > OPEN_END_YEARS {
            return Err(invalid());
        }
        Ok(Self {
            from_years,
            to_years,
        })
    }
}

impl TryFrom<String> for AgeInterval {
    type Error = InvalidInterval;
    fn try_from(text: String) -> Result<Self, InvalidInterval> {
        text.parse()
    }
}

impl From<AgeInterval> for String {
    fn from(interval: AgeInterval) -> Self {
        interval.to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bounds_are_put_in_order() {
        let count = HeadCount::between(7, 3, CountMethod::Estimated);
        assert_eq!((count.at_least(), count.at_most()), (3, 7));
    }

    #[test]
    fn intervals_read_back_and_compare() {
        let check = |text: &str| text.parse::<AgeInterval>().map(|i| i.to_string());
        assert_eq!(check("25-34"), Ok("25-34".to_owned()));
        assert_eq!(check(" 65+ "), Ok("65+".to_owned()));
        assert!(check("34-25").is_err() && check("vieux").is_err() && check("3-400").is_err());
        let of = |text: &str| text.parse::<AgeInterval>().unwrap();
        assert_eq!(of("18-24").gap_years(of("25-39")), 0);
        assert_eq!(of("18-24").gap_years(of("40-54")), 15);
        assert!(of("60+").overlaps(of("65-70")) && !of("18-24").overlaps(of("25-39")));
    }
}
