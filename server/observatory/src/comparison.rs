//! Two campaigns compared on the ground that both walked, and on nothing else.
//!
//! It must never compare counts told under two definitions, nor conclude where the interval of the
//! difference holds zero. `maraude compare` calls it, with what an archive without persons keeps: counts
//! by sector.

use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// A sector of one campaign, as its archive has it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SectorCount {
    /// Code; the same ground has the same code.
    pub sector: String,
    /// Every street of it was walked.
    pub walked: bool,
    /// Distinct people in the street.
    pub people: u32,
    /// 95 % interval of linkage, low end.
    pub low: f64,
    /// High end.
    pub high: f64,
}

/// What a comparison says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Conclusion {
    /// More people.
    More,
    /// Fewer people.
    Fewer,
    /// *Pas de conclusion*: the interval holds zero.
    None,
}

/// Two campaigns side by side.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Comparison {
    /// Sectors walked both times: the ground of every number below.
    pub sectors: u32,
    /// Sectors of either campaign that are left out.
    pub left_out: u32,
    /// People there before.
    pub before: u32,
    /// People there after.
    pub after: u32,
    /// After less before.
    pub difference: i64,
    /// 95 % interval of the difference.
    pub interval: [f64; 2],
    /// What may be said.
    pub conclusion: Conclusion,
}

/// Why two campaigns are not compared.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ComparisonError {
    /// They do not count the same people.
    #[error("the two campaigns count under different definitions: {before} and {after}")]
    OtherDefinition {
        /// Definition of the first.
        before: String,
        /// Definition of the second.
        after: String,
    },
    /// No sector was walked both times.
    #[error("no sector was walked both times")]
    NoCommonGround,
    /// A sector stands twice in one campaign.
    #[error("sector {sector} stands twice")]
    Twice {
        /// Its code.
        sector: String,
    },
}

/// Half the width of a 95 % interval of a normal variable, in standard deviations.
const NORMAL_95: f64 = 1.959_964;

/// Compares two campaigns.
///
/// The variance of each count is that of linkage (its interval taken as a normal one) and that of the night
/// (a Poisson count): the same ground on another night would not give the same number. Sectors are held to
/// be independent, as are the two campaigns:
/// `difference ± 1.96 √(Σ ((high − low) / 3.92)² + before + after)`.
///
/// # Units
/// Distinct people.
///
/// # Errors
/// See [`ComparisonError`].
pub fn compare(
    (before, before_definition): (&[SectorCount], &str),
    (after, after_definition): (&[SectorCount], &str),
) -> Result<Comparison, ComparisonError> {
    if before_definition != after_definition {
        return Err(ComparisonError::OtherDefinition {
            before: before_definition.to_owned(),
            after: after_definition.to_owned(),
        });
    }
    let (one, other) = (by_code(before)?, by_code(after)?);
    let common: Vec<(&SectorCount, &SectorCount)> = one
        .iter()
        .filter_map(|(code, first)| {
            let second = other.get(code)?;
            (first.walked && second.walked).then_some((*first, *second))
        })
        .collect();
    if common.is_empty() {
        return Err(ComparisonError::NoCommonGround);
    }
    let all = one
        .keys()
        .chain(other.keys().filter(|code| !one.contains_key(*code)));
    let people =
        |pick: fn(&(&SectorCount, &SectorCount)) -> u32| common.iter().map(pick).sum::<u32>();
    let (then, now) = (people(|pair| pair.0.people), people(|pair| pair.1.people));
    let linkage = |count: &SectorCount| ((count.high - count.low) / (2.0 * NORMAL_95)).powi(2);
    let doubt: f64 = common.iter().map(|(a, b)| linkage(a) + linkage(b)).sum();
    let spread = NORMAL_95 * (doubt + f64::from(then) + f64::from(now)).sqrt();
    let difference = i64::from(now) - i64::from(then);
    let interval = [difference as f64 - spread, difference as f64 + spread];
    let conclusion = if interval[0] > 0.0 {
        Conclusion::More
    } else if interval[1] < 0.0 {
        Conclusion::Fewer
    } else {
        Conclusion::None
    };
    Ok(Comparison {
        sectors: common.len() as u32,
        left_out: (all.count() - common.len()) as u32,
        before: then,
        after: now,
        difference,
        interval,
        conclusion,
    })
}

fn by_code(counts: &[SectorCount]) -> Result<BTreeMap<&str, &SectorCount>, ComparisonError> {
    let mut found = BTreeMap::new();
    for count in counts {
        if found.insert(count.sector.as_str(), count).is_some() {
            return Err(ComparisonError::Twice {
                sector: count.sector.clone(),
            });
        }
    }
    Ok(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sector(code: &str, walked: bool, people: u32) -> SectorCount {
        SectorCount {
            sector: code.to_owned(),
            walked,
            people,
            low: f64::from(people),
            high: f64::from(people),
        }
    }

    #[test]
    fn only_sectors_walked_both_times_are_compared() {
        let before = [
            sector("A", true, 100),
            sector("B", true, 50),
            sector("C", false, 3),
        ];
        let after = [
            sector("A", true, 180),
            sector("B", false, 9),
            sector("D", true, 70),
        ];
        let told = compare((&before, "night-1"), (&after, "night-1")).unwrap();
        assert_eq!((told.sectors, told.left_out), (1, 3));
        assert_eq!((told.before, told.after, told.difference), (100, 180, 80));
        assert_eq!(told.conclusion, Conclusion::More);
        // 1.959964 √280.
        assert!(
            (told.interval[0] - (80.0 - 32.796)).abs() < 0.001,
            "{:?}",
            told.interval
        );
    }

    #[test]
    fn an_interval_that_holds_zero_concludes_nothing() {
        let told = |then, now| {
            let (before, after) = ([sector("A", true, then)], [sector("A", true, now)]);
            compare((&before, "x"), (&after, "x")).unwrap().conclusion
        };
        assert_eq!(told(100, 110), Conclusion::None);
        assert_eq!(told(100, 60), Conclusion::Fewer);
        // Doubt of linkage widens it: 1.959964 √((80 / 3.919928)² + 160) is 47, more than 40.
        let doubtful = SectorCount {
            low: 60.0,
            high: 140.0,
            ..sector("A", true, 100)
        };
        let after = [sector("A", true, 60)];
        let told = compare((&[doubtful], "x"), (&after, "x")).unwrap();
        assert_eq!(told.conclusion, Conclusion::None);
    }

    #[test]
    fn other_definitions_and_other_ground_are_refused() {
        let one = [sector("A", true, 5)];
        let other = [sector("B", true, 5)];
        assert_eq!(
            compare((&one, "x"), (&other, "x")),
            Err(ComparisonError::NoCommonGround)
        );
        assert!(matches!(
            compare((&one, "x"), (&one, "y")),
            Err(ComparisonError::OtherDefinition { .. })
        ));
        let twice = [sector("A", true, 5), sector("A", true, 6)];
        assert!(matches!(
            compare((&twice, "x"), (&one, "x")),
            Err(ComparisonError::Twice { .. })
        ));
    }
}
