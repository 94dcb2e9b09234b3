//! Bounds by the profile of the likelihood: how far N can go before the data speak against it.

use super::lists::{Lists, ln_factorial};

/// Half of the 95 % quantile of χ² with one degree of freedom.
const DROP: f64 = 3.841_458_820_694_124 / 2.0;
/// Share of an interval that a golden search keeps.
const GOLDEN: f64 = 0.618_033_988_749_895;
/// Halvings of an interval.
const HALVINGS: usize = 80;

impl Lists {
    /// The most likely N of a model under the multinomial, and its 95 % profile bounds; none where the
    /// data do not hold it.
    ///
    /// # Formula
    /// L(N) = ln N! − ln (N−S)! + Σ n ln(μ/N), μ fitted with N−S people in no list.
    ///
    /// # Source
    /// Cormack (1992), Biometrics 48, pp. 567–576.
    pub fn profile(&self, pairs: &[(usize, usize)]) -> Option<[f64; 3]> {
        let seen = f64::from(self.seen());
        let about = self.model(pairs).ok()?.estimate;
        bounds(seen, about.people - seen, |unseen| {
            self.likelihood(pairs, unseen)
        })
    }

    fn likelihood(&self, pairs: &[(usize, usize)], unseen: f64) -> Option<f64> {
        let fitted = self.regress(pairs, Some(unseen)).ok()?;
        let all = f64::from(self.seen()) + unseen;
        let counts = self.counts().iter().enumerate();
        let cells: f64 = counts
            .zip(&fitted.expected)
            .map(|((pattern, n), mu)| {
                let n = if pattern == 0 { unseen } else { f64::from(*n) };
                n * (mu / all).ln()
            })
            .sum();
        Some(ln_factorial(all) - ln_factorial(unseen) + cells)
    }
}

/// The summit of a likelihood of the number unseen, which has one, and its 95 % bounds; people seen
/// included.
pub(super) fn bounds(
    seen: f64,
    about: f64,
    likelihood: impl Fn(f64) -> Option<f64>,
) -> Option<[f64; 3]> {
    let (mut low, mut high) = (0.0, 4.0 * about + 10.0);
    for _ in 0..HALVINGS {
        let step = GOLDEN * (high - low);
        if likelihood(high - step)? < likelihood(low + step)? {
            low = high - step;
        } else {
            high = low + step;
        }
    }
    let best = f64::midpoint(low, high);
    let least = likelihood(best)? - DROP;
    let mut far = 2.0 * best + 10.0;
    while likelihood(far)? > least {
        far *= 2.0;
    }
    let edge = |mut inside: f64, mut outside: f64| -> Option<f64> {
        for _ in 0..HALVINGS {
            let middle = f64::midpoint(inside, outside);
            if likelihood(middle)? > least {
                inside = middle;
            } else {
                outside = middle;
            }
        }
        Some(f64::midpoint(inside, outside))
    };
    Some([
        seen + best,
        seen + edge(best, 0.0)?,
        seen + edge(best, far)?,
    ])
}
