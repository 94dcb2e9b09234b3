//! One list over several occasions: how many were met once, twice, ...

use super::{Assumption, Estimate, Refusal};
use serde::{Deserialize, Serialize};

/// How many people were met so many times.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Frequencies {
    /// Met once, twice, and so on.
    pub met: Vec<u32>,
    /// How many times they could be met; none where there was no limit.
    pub occasions: Option<u32>,
}

/// Fewest people met twice for an estimate to be given.
const LEAST_TWICE: u32 = 5;

impl Frequencies {
    /// What Chao's bound assumes.
    pub const ASSUMPTIONS: [Assumption; 3] = [
        Assumption::Closed,
        Assumption::Matched,
        Assumption::Reachable,
    ];

    /// Distinct people met.
    pub fn seen(&self) -> u32 {
        self.met.iter().sum()
    }

    fn met(&self, times: usize) -> f64 {
        self.met.get(times - 1).copied().map_or(0.0, f64::from)
    }

    fn check(&self) -> Result<(), Refusal> {
        let found = self.met.get(1).copied().unwrap_or(0);
        if found < LEAST_TWICE {
            return Err(Refusal::TooFewMetTwice {
                found,
                needed: LEAST_TWICE,
            });
        }
        match self.occasions {
            Some(occasions) if self.met.len() > occasions as usize => Err(Refusal::Contradictory),
            _ => Ok(()),
        }
    }

    /// Chao's lower bound: at least so many, however unequal people are to meet.
    ///
    /// # Formula
    /// N = S + A·f₁²/(2f₂), A = (t−1)/t; Var = f₂·(A²r⁴/4 + A²r³ + A·r²/2), r = f₁/f₂.
    ///
    /// # Errors
    /// When fewer than 5 people were met twice, or some more often than there were occasions.
    ///
    /// # Source
    /// Chao (1987), Biometrics 43, pp. 783–791.
    pub fn chao(&self) -> Result<Estimate, Refusal> {
        self.check()?;
        let share = self
            .occasions
            .map_or(1.0, |t| f64::from(t - 1) / f64::from(t));
        let (once, twice) = (self.met(1), self.met(2));
        let r = once / twice;
        let seen = f64::from(self.seen());
        let variance =
            twice * (share * share * (r.powi(4) / 4.0 + r.powi(3)) + share * r * r / 2.0);
        let people = seen + share * once * once / (2.0 * twice);
        Ok(Estimate::log_normal(seen, people, variance))
    }
}

/// Everybody equally easy to meet: the truncated Poisson.
///
/// # Formula
/// λ/(1−e^−λ) = mean times met; N = S/(1−e^−λ); Var = N/(e^λ−λ−1).
///
/// # Errors
/// As [`Frequencies::chao`].
pub fn truncated_poisson(of: &Frequencies) -> Result<Estimate, Refusal> {
    of.check()?;
    let seen = f64::from(of.seen());
    let times = of.met.iter().zip(1_u32..);
    let mean = times
        .map(|(met, k)| f64::from(*met) * f64::from(k))
        .sum::<f64>()
        / seen;
    let (mut low, mut high) = (1e-9_f64, mean);
    for _ in 0..200 {
        let middle = f64::midpoint(low, high);
        if middle / -(-middle).exp_m1() < mean {
            low = middle;
        } else {
            high = middle;
        }
    }
    let rate = f64::midpoint(low, high);
    let people = seen / -(-rate).exp_m1();
    let variance = people / (rate.exp_m1() - rate);
    Ok(Estimate::log_normal(seen, people, variance))
}

/// Zelterman's estimate, from those met once and twice alone.
///
/// # Formula
/// λ = 2f₂/f₁; N = S/(1−e^−λ).
///
/// # Errors
/// As [`Frequencies::chao`].
pub fn zelterman(of: &Frequencies) -> Result<f64, Refusal> {
    of.check()?;
    let rate = 2.0 * of.met(2) / of.met(1).max(1.0);
    Ok(f64::from(of.seen()) / -(-rate).exp_m1())
}

/// What people met once, twice and so on tell, by three models: the first is a bound.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct FrequenciesEstimate {
    /// At least so many, however unequal people are to meet.
    pub chao: Estimate,
    /// If all were equally easy to meet.
    pub truncated_poisson: Estimate,
    /// Zelterman's, from those met once and twice alone.
    pub zelterman: f64,
}

/// The estimates over several ways to link, equally likely.
///
/// # Errors
/// As [`Frequencies::chao`], for any of the ways; or when there is none.
pub fn pooled_frequencies(ways: &[Frequencies]) -> Result<FrequenciesEstimate, Refusal> {
    if ways.is_empty() {
        return Err(Refusal::Contradictory);
    }
    let seen: Vec<f64> = ways.iter().map(|way| f64::from(way.seen())).collect();
    let pool = |of: fn(&Frequencies) -> Result<Estimate, Refusal>| {
        let made: Result<Vec<Estimate>, Refusal> = ways.iter().map(of).collect();
        made.map(|made| Estimate::pooled(&made, &seen))
    };
    let each: Result<Vec<f64>, Refusal> = ways.iter().map(zelterman).collect();
    Ok(FrequenciesEstimate {
        chao: pool(Frequencies::chao)?,
        truncated_poisson: pool(truncated_poisson)?,
        zelterman: each?.iter().sum::<f64>() / ways.len() as f64,
    })
}
