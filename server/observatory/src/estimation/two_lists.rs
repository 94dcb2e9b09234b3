//! Two passes: Chapman's estimate.

use super::{Assumption, Estimate, Refusal, Z_95};

/// Two lists of distinct people, and how many are in both.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TwoLists {
    /// In the first.
    pub first: u32,
    /// In the second.
    pub second: u32,
    /// In both.
    pub both: u32,
}

/// Fewest people in both lists for an estimate to be given: below, Chapman's is biased.
///
/// # Source
/// Robson & Regier (1964), Trans. Am. Fish. Soc. 93, pp. 215–226.
const LEAST_BOTH: u32 = 7;

impl TwoLists {
    /// What it assumes.
    pub const ASSUMPTIONS: [Assumption; 4] = [
        Assumption::Closed,
        Assumption::Matched,
        Assumption::Independent,
        Assumption::Reachable,
    ];

    /// Distinct people in either list.
    pub fn seen(self) -> u32 {
        self.first + self.second - self.both
    }

    /// Chapman's estimate with a log-normal interval.
    ///
    /// # Formula
    /// N = (n₁+1)(n₂+1)/(m+1) − 1; Var = (n₁+1)(n₂+1)(n₁−m)(n₂−m)/((m+1)²(m+2)).
    ///
    /// # Errors
    /// When fewer than 7 people are in both lists, or more than in one of them.
    ///
    /// # Source
    /// Chapman (1951), Univ. Calif. Publ. Stat. 1, pp. 131–160; Seber (1970).
    pub fn chapman(self) -> Result<Estimate, Refusal> {
        if self.both > self.first.min(self.second) {
            return Err(Refusal::Contradictory);
        }
        if self.both < LEAST_BOTH {
            return Err(Refusal::TooFewInBoth {
                found: self.both,
                needed: LEAST_BOTH,
            });
        }
        let (n1, n2, m) = (
            f64::from(self.first),
            f64::from(self.second),
            f64::from(self.both),
        );
        let people = (n1 + 1.0) * (n2 + 1.0) / (m + 1.0) - 1.0;
        let variance =
            (n1 + 1.0) * (n2 + 1.0) * (n1 - m) * (n2 - m) / ((m + 1.0).powi(2) * (m + 2.0));
        Ok(Estimate::log_normal(
            f64::from(self.seen()),
            people,
            variance,
        ))
    }

    /// Bounds by the transformed logit of the share seen twice: a second opinion on the interval.
    ///
    /// # Source
    /// Sadinle (2009), Communications in Statistics 38, pp. 1909–1924.
    pub fn logit_interval(self) -> [f64; 2] {
        let half = |number: u32| f64::from(number) + 0.5;
        let (a, b, c) = (
            half(self.both),
            half(self.first - self.both),
            half(self.second - self.both),
        );
        let spread = Z_95 * (1.0 / a + 1.0 / b + 1.0 / c + a / (b * c)).sqrt();
        let seen = f64::from(self.seen()) - 0.5;
        [-spread, spread].map(|power| seen + b * c / a * power.exp())
    }
}

/// The estimate over several ways to link the lists, equally likely: sampled partitions carry the
/// uncertainty of linkage in.
///
/// # Formula
/// N is the mean; its variance the mean variance plus the variance of the means.
///
/// # Errors
/// When a way is refused.
pub fn pooled(ways: &[TwoLists]) -> Result<Estimate, Refusal> {
    let made: Vec<Estimate> = ways
        .iter()
        .map(|way| way.chapman())
        .collect::<Result<_, _>>()?;
    if made.is_empty() {
        return Err(Refusal::Contradictory);
    }
    let seen: Vec<f64> = ways.iter().map(|way| f64::from(way.seen())).collect();
    Ok(Estimate::pooled(&made, &seen))
}
