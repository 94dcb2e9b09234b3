//! One list over several occasions, with how many were met on each: log-linear models of capture.
//!
//! # Formula
//! ln μ(ω) of the people met on the occasions ω: M0 has β₀ + β|ω|, Mt β₀ + Σβⱼωⱼ, Mth Poisson2 adds
//! τ(2^|ω| − 1). N = S + e^β₀, se² = f₀ + f₀²·Var(β₀). The multinomial N maximises
//! ln N! − ln (N−S)! + Σ n ln(μ/N), and its interval is where that falls by 1.92.
//!
//! # Source
//! Cormack (1989), Biometrics 45, pp. 395–413; Baillargeon & Rivest (2007), J. Stat. Software 19(5).

use super::glm::{Sums, fit_sums};
use super::lists::ln_factorial;
use super::profile::bounds;
use super::{Assumption, Estimate, Frequencies, Refusal};
use serde::{Deserialize, Serialize};

/// People by how often they were met, and people met on each occasion.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Occasions {
    /// Met once, twice, and so on.
    pub met: Vec<u32>,
    /// Met on each occasion.
    pub caught: Vec<u32>,
}

/// What may depend on the occasion and on the person.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Capture {
    /// Nothing (M0).
    Equal,
    /// The occasion (Mt).
    ByOccasion,
    /// The occasion, and some people are easier to meet (Mth, Poisson2).
    ByOccasionAndPerson,
}

/// What a model of capture says.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Captured {
    /// The model.
    pub model: Capture,
    /// N of the Poisson regression.
    pub estimate: Estimate,
    /// The most likely N of the multinomial, and its 95 % profile bounds.
    pub likely: Option<[f64; 3]>,
}

/// Occasions at least and at most: cells double with each.
const NUMBER: (usize, usize) = (2, 10);

impl Occasions {
    /// What the models assume.
    pub const ASSUMPTIONS: [Assumption; 3] = [
        Assumption::Closed,
        Assumption::Matched,
        Assumption::Reachable,
    ];

    /// All three models; one that the data do not hold is left out.
    ///
    /// # Errors
    /// When the numbers contradict each other, or nothing fits.
    pub fn models(&self) -> Result<Vec<Captured>, Refusal> {
        let times = self.met.iter().zip(1_u64..);
        let meetings: u64 = times.map(|(met, k)| u64::from(*met) * k).sum();
        let caught: u64 = self.caught.iter().map(|n| u64::from(*n)).sum();
        let occasions = self.caught.len();
        let fits = (NUMBER.0..=NUMBER.1).contains(&occasions) && self.met.len() <= occasions;
        if !fits || meetings != caught {
            return Err(Refusal::Contradictory);
        }
        let all = [
            Capture::Equal,
            Capture::ByOccasion,
            Capture::ByOccasionAndPerson,
        ];
        let made: Vec<Captured> = all.into_iter().filter_map(|of| self.model(of)).collect();
        if made.is_empty() {
            return Err(Refusal::NothingFits);
        }
        Ok(made)
    }

    fn model(&self, model: Capture) -> Option<Captured> {
        let seen = f64::from(self.met.iter().sum::<u32>());
        let fitted = self.fit(model, None)?;
        let unseen = fitted.coefficients[0].exp();
        let variance = unseen + unseen * unseen * fitted.first_variance;
        let likelihood = |unseen: f64| {
            let fitted = self.fit(model, Some(unseen))?;
            Some(likelihood(seen, unseen, &fitted, &self.sums(model, unseen)))
        };
        Some(Captured {
            model,
            estimate: Estimate::log_normal(seen, seen + unseen, variance),
            likely: bounds(seen, unseen, likelihood),
        })
    }

    /// The regression; `unseen` is a count for those met on no occasion, for profiles.
    fn fit(&self, model: Capture, unseen: Option<f64>) -> Option<Sums> {
        let occasions = self.caught.len();
        let first = usize::from(unseen.is_none());
        let design: Vec<Vec<f64>> = (first..1 << occasions)
            .map(|pattern| row(pattern, occasions, model))
            .collect();
        let offset = vec![0.0; design.len()];
        fit_sums(&design, &offset, &self.sums(model, unseen.unwrap_or(0.0))).ok()
    }

    /// Σ n·row over all cells.
    fn sums(&self, model: Capture, unseen: f64) -> Vec<f64> {
        let seen = f64::from(self.met.iter().sum::<u32>());
        let caught = self.caught.iter().map(|n| f64::from(*n));
        let mut sums = vec![seen + unseen];
        if model == Capture::Equal {
            sums.push(caught.sum());
            return sums;
        }
        sums.extend(caught);
        if model == Capture::ByOccasionAndPerson {
            let times = self.met.iter().zip(1_i32..);
            sums.push(
                times
                    .map(|(met, k)| f64::from(*met) * (2_f64.powi(k) - 1.0))
                    .sum(),
            );
        }
        sums
    }
}

fn row(pattern: usize, occasions: usize, model: Capture) -> Vec<f64> {
    let times = pattern.count_ones();
    let mut row = vec![1.0];
    if model == Capture::Equal {
        row.push(f64::from(times));
        return row;
    }
    row.extend((0..occasions).map(|one| f64::from(u8::from(pattern >> one & 1 == 1))));
    if model == Capture::ByOccasionAndPerson {
        row.push(2_f64.powi(times as i32) - 1.0);
    }
    row
}

/// Σ n ln μ is the coefficients times the sums.
fn likelihood(seen: f64, unseen: f64, fitted: &Sums, sums: &[f64]) -> f64 {
    let cells: f64 = fitted
        .coefficients
        .iter()
        .zip(sums)
        .map(|(b, sum)| b * sum)
        .sum();
    let all = seen + unseen;
    ln_factorial(all) - ln_factorial(unseen) + cells - all * all.ln()
}

impl Frequencies {
    /// The most likely N of Chao's bound under the multinomial, and its 95 % profile bounds: those met
    /// never, once and twice follow a Poisson, all others are as they are.
    pub fn chao_profile(&self) -> Option<[f64; 3]> {
        let about = self.chao().ok()?;
        let count = |times: usize| f64::from(self.met.get(times).copied().unwrap_or(0));
        let (once, twice) = (count(0), count(1));
        let design: Vec<Vec<f64>> = (0..3).map(|times| vec![1.0, f64::from(times)]).collect();
        let offset = [0.0, 0.0, -std::f64::consts::LN_2];
        let seen = f64::from(self.seen());
        bounds(seen, about.people - seen, |unseen| {
            let sums = [once + twice + unseen, once + 2.0 * twice];
            let fitted = fit_sums(&design, &offset, &sums).ok()?;
            Some(likelihood(seen, unseen, &fitted, &sums))
        })
    }
}
