//! The part not seen: estimates beside the figure, never instead of it (design D14).
//!
//! Each estimate carries what it assumes, to be shown beside it, and is refused when the data are too
//! thin. It must never touch the figure of distinct people, and never print one number alone where
//! models disagree. `maraude estimate` calls it.

mod chao;
mod glm;
mod lists;
mod occasions;
mod plants;
mod profile;
mod strata;
mod two_lists;

#[cfg(test)]
mod tests;

pub use chao::{
    Frequencies, FrequenciesEstimate, pooled_frequencies, truncated_poisson, zelterman,
};
pub use glm::Unfit;
pub use lists::{Dropped, Fitted, Lists, ListsEstimate, pooled_lists};
pub use occasions::{Capture, Captured, Occasions};
pub use plants::{Plants, PlantsEstimate};
pub use strata::{EXPANSION_ASSUMPTIONS, Stratum, expansion};
pub use two_lists::{TwoLists, pooled};

use serde::{Deserialize, Serialize};

/// A number of people with its uncertainty.
///
/// # Units
/// People; the interval is of 95 %.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Estimate {
    /// Estimated people, those seen included.
    pub people: f64,
    /// Standard error.
    pub standard_error: f64,
    /// 2.5 % bound.
    pub low: f64,
    /// 97.5 % bound.
    pub high: f64,
}

/// What must hold for an estimate to mean anything.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Assumption {
    /// Nobody comes or leaves between the passes.
    Closed,
    /// The same person is recognised in both lists, and nobody else: a missed link raises the
    /// estimate.
    Matched,
    /// Being in one list does not change the chance of being in another; people "already surveyed"
    /// who avoid teams break it.
    Independent,
    /// Everybody could be met, though not equally easily.
    Reachable,
    /// Dependence between lists goes by pairs only.
    PairsOnly,
    /// Plants are as visible as people who sleep there, and placed where they are.
    PlantsAreAlike,
    /// Walked sectors were drawn at random among those of their stratum.
    WalkedAtRandom,
}

/// Why no estimate is given.
#[derive(Debug, Clone, Copy, PartialEq, thiserror::Error)]
pub enum Refusal {
    /// Too few people in both lists.
    #[error("only {found} people in both lists; {needed} are needed")]
    TooFewInBoth {
        /// How many there are.
        found: u32,
        /// How many are needed.
        needed: u32,
    },
    /// Too few met twice.
    #[error("only {found} people met twice; {needed} are needed")]
    TooFewMetTwice {
        /// How many there are.
        found: u32,
        /// How many are needed.
        needed: u32,
    },
    /// The numbers contradict each other.
    #[error("the numbers contradict each other")]
    Contradictory,
    /// Not 3 to 5 lists.
    #[error("3 to 5 lists are needed")]
    NotThreeToFiveLists,
    /// A list with nobody in it says nothing of the others.
    #[error("list {0} has nobody in it")]
    EmptyList(usize),
    /// No model could be fitted.
    #[error("no model fits: too few people are in several lists")]
    NothingFits,
    /// Too few plants were reported.
    #[error("only {found} plants reported for certain; {needed} are needed")]
    TooFewPlants {
        /// How many there are.
        found: u32,
        /// How many are needed.
        needed: u32,
    },
    /// A stratum with hardly any walked sector says nothing of its spread.
    #[error("stratum {stratum} has {walked} walked sectors; {needed} are needed")]
    TooFewWalked {
        /// Which, from 1.
        stratum: usize,
        /// How many were walked.
        walked: u32,
        /// How many are needed.
        needed: u32,
    },
}

impl Refusal {
    /// A stable code, and where something is too few: how many there are and how many are needed.
    pub fn told(&self) -> (&'static str, Option<[u32; 2]>) {
        match self {
            Self::TooFewInBoth { found, needed } => ("too-few-in-both", Some([*found, *needed])),
            Self::TooFewMetTwice { found, needed } => {
                ("too-few-met-twice", Some([*found, *needed]))
            }
            Self::Contradictory => ("contradictory", None),
            Self::NotThreeToFiveLists => ("not-three-to-five-lists", None),
            Self::EmptyList(_) => ("empty-list", None),
            Self::NothingFits => ("nothing-fits", None),
            Self::TooFewPlants { found, needed } => ("too-few-plants", Some([*found, *needed])),
            Self::TooFewWalked { walked, needed, .. } => {
                ("too-few-walked", Some([*walked, *needed]))
            }
        }
    }
}

/// Two-sided 95 % of a normal.
const Z_95: f64 = 1.96;

impl Estimate {
    /// Equally likely estimates as one: linkage left them open.
    ///
    /// # Formula
    /// N is the mean; its variance the mean variance plus the variance of the means.
    fn pooled(made: &[Self], seen: &[f64]) -> Self {
        let mean = |values: &mut dyn Iterator<Item = f64>| {
            let (sum, number) = values.fold((0.0, 0.0), |(sum, n), value| (sum + value, n + 1.0));
            sum / number
        };
        let people = mean(&mut made.iter().map(|of| of.people));
        let within = mean(&mut made.iter().map(|of| of.standard_error.powi(2)));
        let between = mean(&mut made.iter().map(|of| (of.people - people).powi(2)));
        Self::log_normal(mean(&mut seen.iter().copied()), people, within + between)
    }

    /// Seen people and a log-normal number of unseen ones, so that the lower bound never falls below
    /// what was seen.
    ///
    /// # Formula
    /// C = exp(1.96 √ln(1 + Var/f₀²)); the interval is seen + f₀/C to seen + f₀·C.
    ///
    /// # Source
    /// Burnham et al. (1987), American Fisheries Society Monograph 5, p. 212.
    fn log_normal(seen: f64, people: f64, variance: f64) -> Self {
        let unseen = (people - seen).max(0.0);
        let factor = if unseen > 0.0 {
            (Z_95 * (1.0 + variance / (unseen * unseen)).ln().sqrt()).exp()
        } else {
            1.0
        };
        Self {
            people,
            standard_error: variance.sqrt(),
            low: seen + unseen / factor,
            high: seen + unseen * factor,
        }
    }
}
