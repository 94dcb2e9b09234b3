//! Why: the rules that found a pair, and its evidence part by part with the running sum.
//!
//! It must never compute evidence, only lay it out. The console draws it as a waterfall.

use crate::comparison::{Field, Level, Part};
use serde::{Deserialize, Serialize};

/// A rule that made two observations worth comparing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum BlockingRule {
    /// Near each other on one night, accuracies considered.
    Near,
    /// At the same place on another night.
    NearOtherNight,
    /// The same pseudonym.
    Pseudonym,
    /// Two rare words in common.
    RareMarks,
    /// A coordinator put them side by side.
    Decided,
}

/// One part of the evidence.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Step {
    /// What was compared.
    pub field: Field,
    /// The level reached.
    pub level: Level,
    /// Bits it adds.
    pub bits: f64,
    /// Running sum, bits.
    pub sum: f64,
    /// P(level given same) and P(level given different) of that level, before what is rare weighs
    /// more; none for what is no answer compared.
    pub shares: Option<(f64, f64)>,
}

/// The whole reasoning of one pair.
///
/// # Units
/// Bits: log2 of odds. The last sum is the pair's match weight.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Explanation {
    /// Which blocking rules found the pair.
    pub rules: Vec<BlockingRule>,
    /// Prior first, then each part in the order of fields.
    pub steps: Vec<Step>,
}

impl Explanation {
    pub(crate) fn of(rules: Vec<BlockingRule>, parts: &[Part]) -> Self {
        let mut sum = 0.0;
        let steps = parts
            .iter()
            .map(|part| {
                sum += part.bits;
                Step {
                    field: part.field,
                    level: part.level,
                    bits: part.bits,
                    sum,
                    shares: part.shares,
                }
            })
            .collect();
        Self { rules, steps }
    }
}
