//! Two campaigns compared on the ground that both walked, and on nothing else.
//!
//! It must never compare counts told under two definitions, ground whose limits moved, nor conclude where the
//! interval of the difference holds zero. `maraude compare` and `server/src/publication` call it, with what an
//! archive without persons keeps: counts by sector.

use crate::indicator::Unit;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

/// Half the width of a 95 % interval of a normal variable, in standard deviations.
const NORMAL_95: f64 = 1.959_964;

/// People of one unit on some ground, and how sure the number is.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Count {
    /// Distinct people, at least.
    pub people: u32,
    /// Variance: that of its interval taken as a normal one, and that of the night.
    pub variance: f64,
}

impl Count {
    /// People who come and go one by one: another night on the same ground gives a Poisson count.
    /// `((high − low) / 3.92)² + people`.
    pub fn one_by_one(people: u32, interval: [f64; 2]) -> Self {
        Self::together(people, interval, f64::from(people))
    }

    /// People of whom whole places come and go: `((high − low) / 3.92)² + Σ people of a place²`.
    pub fn together(people: u32, [low, high]: [f64; 2], squares: f64) -> Self {
        let doubt = ((high - low) / (2.0 * NORMAL_95)).powi(2);
        Self {
            people,
            variance: doubt + squares,
        }
    }

    /// Of both grounds; they are held to be independent.
    #[must_use]
    pub fn and(self, other: Self) -> Self {
        Self {
            people: self.people + other.people,
            variance: self.variance + other.variance,
        }
    }
}

/// A sector of one campaign, as its archive has it.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct SectorCount {
    /// Code; the same ground has the same code.
    pub sector: String,
    /// Code of its zone, where it has one.
    pub zone: Option<String>,
    /// Fingerprint of its limits; unknown of earlier archives.
    pub ground: Option<String>,
    /// Every street of it was walked.
    pub walked: bool,
    /// People by unit; a unit that is absent is of nobody.
    pub counts: BTreeMap<Unit, Count>,
}

impl SectorCount {
    /// People of a unit.
    pub fn of(&self, unit: Unit) -> Count {
        self.counts.get(&unit).copied().unwrap_or_default()
    }
}

/// Why a sector is not compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum LeftOut {
    /// The later campaign has no such sector.
    OnlyBefore,
    /// The earlier one has none.
    OnlyAfter,
    /// Its limits moved.
    OtherLimits,
    /// It was walked whole the first time alone.
    WalkedBeforeOnly,
    /// It was walked whole the second time alone.
    WalkedAfterOnly,
    /// It was walked whole neither time.
    NeverWalked,
}

impl LeftOut {
    /// Its code on screens.
    pub fn code(self) -> &'static str {
        match self {
            Self::OnlyBefore => "only-before",
            Self::OnlyAfter => "only-after",
            Self::OtherLimits => "other-limits",
            Self::WalkedBeforeOnly => "walked-before-only",
            Self::WalkedAfterOnly => "walked-after-only",
            Self::NeverWalked => "never-walked",
        }
    }
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

impl Conclusion {
    fn of([low, high]: [f64; 2]) -> Self {
        if low > 0.0 {
            Self::More
        } else if high < 0.0 {
            Self::Fewer
        } else {
            Self::None
        }
    }

    /// Its code on screens.
    pub fn code(self) -> &'static str {
        match self {
            Self::More => "more",
            Self::Fewer => "fewer",
            Self::None => "none",
        }
    }
}

/// The same ground, two times.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Difference {
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

impl Difference {
    /// `after − before ± 1.96 √(variance before + variance after)`: the two campaigns are held to be independent.
    pub fn between(before: Count, after: Count) -> Self {
        let spread = NORMAL_95 * (before.variance + after.variance).sqrt();
        Self::around(before.people, after.people, spread)
    }

    fn around(before: u32, after: u32, spread: f64) -> Self {
        let difference = i64::from(after) - i64::from(before);
        let interval = [difference as f64 - spread, difference as f64 + spread];
        Self {
            before,
            after,
            difference,
            interval,
            conclusion: Conclusion::of(interval),
        }
    }

    /// The same told by multiples of `step`: counts to the nearest, the interval of their difference wider by what
    /// both roundings may be off, its ends to the multiple beyond.
    #[must_use]
    pub fn rounded(self, step: u32) -> Self {
        let nearest = |people: u32| (people + step / 2) / step * step;
        let whole = f64::from(step);
        let spread = (self.interval[1] - self.interval[0]) / 2.0 + whole;
        let told = Self::around(nearest(self.before), nearest(self.after), spread);
        let [low, high] = told.interval;
        let interval = [(low / whole).floor() * whole, (high / whole).ceil() * whole];
        Self {
            interval,
            conclusion: Conclusion::of(interval),
            ..told
        }
    }
}

/// A sector that is not compared.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LeftOutSector {
    /// Its code.
    pub sector: String,
    /// Why.
    pub why: LeftOut,
}

/// The sectors walked both times.
#[derive(Debug)]
pub struct CommonGround<'a> {
    /// Each as both campaigns have it, by code.
    pub sectors: Vec<[&'a SectorCount; 2]>,
    /// All others of either campaign, by code.
    pub left_out: Vec<LeftOutSector>,
}

impl<'a> CommonGround<'a> {
    /// Of two campaigns' sectors.
    ///
    /// # Errors
    /// [`ComparisonError::Twice`].
    pub fn of(
        before: &'a [SectorCount],
        after: &'a [SectorCount],
    ) -> Result<Self, ComparisonError> {
        let (one, other) = (by_code(before)?, by_code(after)?);
        let codes: BTreeSet<&str> = one.keys().chain(other.keys()).copied().collect();
        let mut found = Self {
            sectors: Vec::new(),
            left_out: Vec::new(),
        };
        for code in codes {
            let why = match (one.get(code), other.get(code)) {
                (Some(_), None) => LeftOut::OnlyBefore,
                (None, _) => LeftOut::OnlyAfter,
                (Some(first), Some(second)) => match (first.walked, second.walked) {
                    _ if moved(first, second) => LeftOut::OtherLimits,
                    (true, false) => LeftOut::WalkedBeforeOnly,
                    (false, true) => LeftOut::WalkedAfterOnly,
                    (false, false) => LeftOut::NeverWalked,
                    (true, true) => {
                        found.sectors.push([first, second]);
                        continue;
                    }
                },
            };
            let sector = code.to_owned();
            found.left_out.push(LeftOutSector { sector, why });
        }
        Ok(found)
    }

    /// What a unit's people did, on those of the sectors that are picked.
    pub fn difference(&self, unit: Unit, pick: impl Fn(&SectorCount) -> bool) -> Difference {
        let picked = || self.sectors.iter().filter(|[_, after]| pick(after));
        let sum = |which: usize| {
            let counts = picked().map(|pair| pair[which].of(unit));
            counts.fold(Count::default(), Count::and)
        };
        Difference::between(sum(0), sum(1))
    }
}

/// Limits that are known both times, and are not the same.
fn moved(first: &SectorCount, second: &SectorCount) -> bool {
    matches!((&first.ground, &second.ground), (Some(a), Some(b)) if a != b)
}

/// Two campaigns side by side.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Comparison {
    /// Sectors walked both times: the ground of every number below.
    pub sectors: u32,
    /// Sectors of either campaign that are left out.
    pub left_out: u32,
    /// Which, and why.
    pub left_out_sectors: Vec<LeftOutSector>,
    /// People in the street there.
    #[serde(flatten)]
    pub street: Difference,
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

/// Compares the people in the street of two campaigns.
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
    let ground = CommonGround::of(before, after)?;
    if ground.sectors.is_empty() {
        return Err(ComparisonError::NoCommonGround);
    }
    Ok(Comparison {
        sectors: ground.sectors.len() as u32,
        left_out: ground.left_out.len() as u32,
        street: ground.difference(Unit::Street, |_| true),
        left_out_sectors: ground.left_out,
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

    fn with(code: &str, walked: bool, count: Count) -> SectorCount {
        SectorCount {
            sector: code.to_owned(),
            walked,
            counts: BTreeMap::from([(Unit::Street, count)]),
            ..SectorCount::default()
        }
    }

    fn sector(code: &str, walked: bool, people: u32) -> SectorCount {
        let exactly = [f64::from(people); 2];
        with(code, walked, Count::one_by_one(people, exactly))
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
        let why: Vec<_> = told.left_out_sectors.iter().map(|one| one.why).collect();
        assert_eq!(
            why,
            [
                LeftOut::WalkedBeforeOnly,
                LeftOut::OnlyBefore,
                LeftOut::OnlyAfter
            ]
        );
        let told = told.street;
        assert_eq!((told.before, told.after, told.difference), (100, 180, 80));
        assert_eq!(told.conclusion, Conclusion::More);
        // 1.959964 √280.
        let low = told.interval[0];
        assert!((low - (80.0 - 32.796)).abs() < 0.001, "{low}");
    }

    #[test]
    fn an_interval_that_holds_zero_concludes_nothing() {
        let told = |then, now| {
            let (before, after) = ([sector("A", true, then)], [sector("A", true, now)]);
            let told = compare((&before, "x"), (&after, "x")).unwrap();
            told.street.conclusion
        };
        assert_eq!(told(100, 110), Conclusion::None);
        assert_eq!(told(100, 60), Conclusion::Fewer);
        // Doubt of linkage widens it: 1.959964 √((80 / 3.919928)² + 160) is 47, more than 40.
        let doubtful = with("A", true, Count::one_by_one(100, [60.0, 140.0]));
        let after = [sector("A", true, 60)];
        let told = compare((&[doubtful], "x"), (&after, "x")).unwrap();
        assert_eq!(told.street.conclusion, Conclusion::None);
    }

    #[test]
    fn ground_whose_limits_moved_is_left_out() {
        let drawn = |ground: Option<&str>| SectorCount {
            ground: ground.map(str::to_owned),
            ..sector("A", true, 5)
        };
        let check = |before, after, expected: bool| {
            let (before, after) = ([drawn(before)], [drawn(after)]);
            let ground = CommonGround::of(&before, &after).unwrap();
            assert_eq!(ground.sectors.len() == 1, expected);
        };
        check(Some("a"), Some("a"), true);
        check(Some("a"), Some("b"), false);
        // An archive of before fingerprints were kept: its code is all that is known.
        check(None, Some("b"), true);
    }

    #[test]
    fn a_place_that_moves_as_one_widens_the_interval() {
        let told = |squares: f64| {
            let one = Count::together(40, [40.0, 40.0], squares);
            Difference::between(one, Count::default()).conclusion
        };
        assert_eq!(told(40.0), Conclusion::Fewer);
        // One squat of 40 that is gone: 1.96 × 40 is more than 40.
        assert_eq!(told(1_600.0), Conclusion::None);
    }

    #[test]
    fn rounded_figures_never_conclude_more_than_exact_ones() {
        for before in 0..60_u32 {
            for after in 0..60_u32 {
                let count = |people: u32| Count::one_by_one(people, [f64::from(people); 2]);
                let exact = Difference::between(count(before), count(after));
                let told = exact.rounded(10);
                assert!(told.interval[0] <= exact.interval[0], "{before} {after}");
                assert!(told.interval[1] >= exact.interval[1], "{before} {after}");
                assert!(told.conclusion == exact.conclusion || told.conclusion == Conclusion::None);
                assert_eq!((told.before % 10, told.after % 10), (0, 0));
                assert!(told.before.abs_diff(before) <= 5);
            }
        }
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
