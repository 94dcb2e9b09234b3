//! Three lists and more: log-linear models, all of them, with the spread they leave.

use super::glm::{Glm, Unfit, fit};
use super::{Assumption, Estimate, Refusal};
use serde::{Deserialize, Serialize};

/// Distinct people by the lists they are in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Lists {
    lists: usize,
    /// By pattern: bit i is list i, pattern 0 (in no list) is unknown and kept at zero.
    counts: Vec<u32>,
}

/// One model: dependence between some pairs of lists.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Fitted {
    /// Pairs of lists that depend on each other, from 0.
    pub pairs: Vec<(usize, usize)>,
    /// People.
    pub estimate: Estimate,
    /// Of the fit.
    pub deviance: f64,
    /// Degrees of freedom left.
    pub freedom: usize,
    /// Akaike's criterion.
    pub aic: f64,
}

/// A model that the data do not hold.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Dropped {
    /// Pairs of lists that depend on each other, from 0.
    pub pairs: Vec<(usize, usize)>,
    /// Why.
    pub why: Unfit,
}

/// All models together: never one number.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ListsEstimate {
    /// Models that could be fitted, best AIC first.
    pub models: Vec<Fitted>,
    /// Models that could not: what they would have said is not in the spread.
    pub dropped: Vec<Dropped>,
    /// Least and largest estimate among them.
    pub spread: [f64; 2],
    /// Share of people whom the lists together reach, as the lists themselves tell.
    pub coverage: f64,
    /// The lists reach too few in common: no model may be trusted alone.
    pub thin: bool,
}

/// Lists at least and at most.
const NUMBER: (usize, usize) = (3, 5);
/// Below this coverage no model may be trusted alone.
///
/// # Source
/// Chao & Tsay (1998), Biometrics 54, pp. 283–293.
const LEAST_COVERAGE: f64 = 0.55;

impl Lists {
    /// What the models assume.
    pub const ASSUMPTIONS: [Assumption; 4] = [
        Assumption::Closed,
        Assumption::Matched,
        Assumption::PairsOnly,
        Assumption::Reachable,
    ];

    /// From counts by pattern, `11…1` first and `0…01` last, the first list on the left.
    ///
    /// # Errors
    /// When these are not the patterns of 3 to 5 lists.
    pub fn of(patterns: &[u32]) -> Result<Self, Refusal> {
        let cells = patterns.len() + 1;
        let lists = cells.trailing_zeros() as usize;
        if !cells.is_power_of_two() || !(NUMBER.0..=NUMBER.1).contains(&lists) {
            return Err(Refusal::NotThreeToFiveLists);
        }
        let mut counts = vec![0; cells];
        for (place, count) in patterns.iter().enumerate() {
            let written = cells - 1 - place;
            let pattern = (0..lists).filter(|list| written >> (lists - 1 - list) & 1 == 1);
            counts[pattern.map(|list| 1 << list).sum::<usize>()] = *count;
        }
        Ok(Self { lists, counts })
    }

    /// Distinct people in any list.
    pub fn seen(&self) -> u32 {
        self.counts.iter().sum()
    }

    /// Every pair of lists.
    fn all_pairs(&self) -> Vec<(usize, usize)> {
        let lists = 0..self.lists;
        let pairs = lists.flat_map(|one| (one + 1..self.lists).map(move |other| (one, other)));
        pairs.collect()
    }

    fn row(&self, pattern: usize, pairs: &[(usize, usize)]) -> Vec<f64> {
        let is_in = |list: usize| f64::from(u8::from(pattern >> list & 1 == 1));
        let mut row = vec![1.0];
        row.extend((0..self.lists).map(is_in));
        row.extend(pairs.iter().map(|(one, other)| is_in(*one) * is_in(*other)));
        row
    }

    /// One model's regression; `unseen` is a count for the cell of those in no list, for profiles.
    pub(super) fn regress(
        &self,
        pairs: &[(usize, usize)],
        unseen: Option<f64>,
    ) -> Result<Glm, Unfit> {
        let first = usize::from(unseen.is_none());
        let patterns = first..self.counts.len();
        let design: Vec<Vec<f64>> = patterns.clone().map(|of| self.row(of, pairs)).collect();
        let mut counts: Vec<f64> = self.counts[first..].iter().map(|n| f64::from(*n)).collect();
        if let Some(unseen) = unseen {
            counts[0] = unseen;
        }
        fit(&design, &counts)
    }

    /// Counts by pattern, that of nobody's list first.
    pub(super) fn counts(&self) -> &[u32] {
        &self.counts
    }

    /// One model.
    ///
    /// # Errors
    /// When the data do not hold it.
    ///
    /// # Formula
    /// N = S + e^β₀; se² = f₀ + f₀²·Var(β₀).
    ///
    /// # Source
    /// Fienberg (1972), Biometrika 59, pp. 591–603; Cormack (1989), Biometrics 45, pp. 395–413.
    pub fn model(&self, pairs: &[(usize, usize)]) -> Result<Fitted, Unfit> {
        let fitted = self.regress(pairs, None)?;
        let unseen = fitted.coefficients[0].exp();
        let variance = unseen + unseen * unseen * fitted.first_variance;
        let seen = f64::from(self.seen());
        let counts = self.counts[1..].iter().map(|n| f64::from(*n));
        let likelihood: f64 = counts
            .zip(&fitted.expected)
            .map(|(n, mu)| n * mu.ln() - mu - ln_factorial(n))
            .sum();
        let parameters = 1 + self.lists + pairs.len();
        Ok(Fitted {
            pairs: pairs.to_vec(),
            estimate: Estimate::log_normal(seen, seen + unseen, variance),
            deviance: fitted.deviance,
            freedom: self.counts.len() - 1 - parameters,
            aic: 2.0 * parameters as f64 - 2.0 * likelihood,
        })
    }

    /// People in a list.
    fn in_list(&self, list: usize) -> u32 {
        let patterns = (0..self.counts.len()).filter(|pattern| pattern >> list & 1 == 1);
        patterns.map(|pattern| self.counts[pattern]).sum()
    }

    /// What the coverage of three lists tells by itself: N if people hardly differ in how easily they
    /// are met, and if they differ much. None for more lists, or where the second runs away.
    ///
    /// # Formula
    /// D = S − Σ(alone)/3; N₁ = D/C; N₂ = (D/C − Σa/3C) / (1 − Σ a·nᵢⱼ/(nᵢnⱼ) / 3C), a = people in i
    /// and in j, each without the third list of the other: (Z1+0 + Z+10) for the pair 1, 2.
    ///
    /// # Source
    /// Chao & Tsay (1998), Biometrics 54, pp. 283–293.
    pub fn by_coverage(&self) -> Option<[f64; 2]> {
        if self.lists != 3 {
            return None;
        }
        let count = |held: usize, not: usize| -> f64 {
            let cells = (1..8).filter(|of| of & held == held && of & not == 0);
            cells.map(|of| f64::from(self.counts[of])).sum()
        };
        let alone: f64 = (0..3).map(|list| f64::from(self.counts[1 << list])).sum();
        let (coverage, seen) = (self.coverage(), f64::from(self.seen()));
        let equal = (seen - alone / 3.0) / coverage;
        let (mut of_pairs, mut shares) = (0.0, 0.0);
        for (one, other, third) in [(1, 2, 4), (1, 4, 2), (2, 4, 1)] {
            let apart = count(one, third) + count(other, third);
            let both = count(one | other, 0) / (count(one, 0) * count(other, 0));
            of_pairs += apart / (3.0 * coverage);
            shares += apart * both / (3.0 * coverage);
        }
        let unequal = (equal - of_pairs) / (1.0 - shares);
        (unequal.is_finite() && unequal >= seen).then_some([equal, unequal])
    }

    /// Share of people whom the lists reach: 1 − mean over lists of those in this one alone.
    ///
    /// # Source
    /// Chao & Tsay (1998), Biometrics 54, pp. 283–293.
    pub fn coverage(&self) -> f64 {
        let alone = (0..self.lists).map(|list| {
            let all = self.in_list(list);
            f64::from(self.counts[1 << list]) / f64::from(all.max(1))
        });
        1.0 - alone.sum::<f64>() / self.lists as f64
    }

    /// Every model with pairs of lists, and the spread they leave.
    ///
    /// # Errors
    /// When a list is empty or no model can be fitted.
    pub fn estimate(&self) -> Result<ListsEstimate, Refusal> {
        let pairs = self.all_pairs();
        let chosen = |set: usize| -> Vec<(usize, usize)> {
            let held = pairs.iter().enumerate().filter(|(i, _)| set >> i & 1 == 1);
            held.map(|(_, pair)| *pair).collect()
        };
        if let Some(empty) = (0..self.lists).find(|list| self.in_list(*list) == 0) {
            return Err(Refusal::EmptyList(empty + 1));
        }
        let (mut models, mut dropped) = (Vec::new(), Vec::new());
        for held in (0..1_usize << pairs.len()).map(chosen) {
            if 1 + self.lists + held.len() >= self.counts.len() {
                continue;
            }
            match self.model(&held) {
                Ok(model) => models.push(model),
                Err(why) => dropped.push(Dropped { pairs: held, why }),
            }
        }
        models.sort_by(|a: &Fitted, b| a.aic.total_cmp(&b.aic));
        if models.is_empty() {
            return Err(Refusal::NothingFits);
        }
        let spread = spread(&models);
        let coverage = self.coverage();
        Ok(ListsEstimate {
            models,
            dropped,
            spread,
            coverage,
            thin: coverage < LEAST_COVERAGE,
        })
    }
}

fn spread(models: &[Fitted]) -> [f64; 2] {
    let people = || models.iter().map(|model| model.estimate.people);
    [
        people().fold(f64::INFINITY, f64::min),
        people().fold(0.0, f64::max),
    ]
}

/// The estimate over several ways to link the lists, equally likely: sampled partitions carry the
/// uncertainty of linkage in. A model that one way does not hold is dropped.
///
/// # Formula
/// Of each model, N is the mean over the ways, its variance the mean variance plus the variance of
/// the means; deviance and AIC are means.
///
/// # Errors
/// When a way is refused, or the ways are not of the same number of lists.
pub fn pooled_lists(ways: &[Lists]) -> Result<ListsEstimate, Refusal> {
    let made: Vec<ListsEstimate> = ways.iter().map(Lists::estimate).collect::<Result<_, _>>()?;
    let Some(first) = made
        .first()
        .filter(|_| ways.iter().all(|way| way.lists == ways[0].lists))
    else {
        return Err(Refusal::Contradictory);
    };
    let seen: Vec<f64> = ways.iter().map(|way| f64::from(way.seen())).collect();
    let mut pooled = first.clone();
    for way in &made[1..] {
        let known = |pairs: &[(usize, usize)]| pooled.dropped.iter().any(|one| one.pairs == pairs);
        let more: Vec<Dropped> = way
            .dropped
            .iter()
            .filter(|of| !known(&of.pairs))
            .cloned()
            .collect();
        pooled.dropped.extend(more);
    }
    pooled.dropped.sort_by(|a, b| a.pairs.cmp(&b.pairs));
    let dropped = &pooled.dropped;
    pooled
        .models
        .retain(|model| !dropped.iter().any(|of| of.pairs == model.pairs));
    for model in &mut pooled.models {
        let same: Vec<&Fitted> = made
            .iter()
            .filter_map(|way| way.models.iter().find(|of| of.pairs == model.pairs))
            .collect();
        let mean = |of: fn(&Fitted) -> f64| {
            same.iter().map(|model| of(model)).sum::<f64>() / same.len() as f64
        };
        model.deviance = mean(|of| of.deviance);
        model.aic = mean(|of| of.aic);
        let estimates: Vec<Estimate> = same.iter().map(|model| model.estimate).collect();
        model.estimate = Estimate::pooled(&estimates, &seen);
    }
    pooled.models.sort_by(|a, b| a.aic.total_cmp(&b.aic));
    if pooled.models.is_empty() {
        return Err(Refusal::NothingFits);
    }
    pooled.spread = spread(&pooled.models);
    pooled.coverage = made.iter().map(|of| of.coverage).sum::<f64>() / made.len() as f64;
    pooled.thin = pooled.coverage < LEAST_COVERAGE;
    Ok(pooled)
}

/// ln n!, exact for small numbers, Stirling's series beyond.
pub(super) fn ln_factorial(n: f64) -> f64 {
    if n < 30.0 && n.fract() == 0.0 {
        return (2..=n as u32).map(|k| f64::from(k).ln()).sum();
    }
    // ln Γ(x), shifted to where the series is exact.
    let mut x = n + 1.0;
    let mut below = 0.0;
    while x < 30.0 {
        below += x.ln();
        x += 1.0;
    }
    (x - 0.5) * x.ln() - x + 0.5 * std::f64::consts::TAU.ln() + 1.0 / (12.0 * x)
        - 1.0 / (360.0 * x.powi(3))
        - below
}
