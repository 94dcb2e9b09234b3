//! Plants: people of ours who sit where others sleep, to learn how many are overlooked.

use super::{Assumption, Estimate, Refusal};
use serde::{Deserialize, Serialize};

/// Plants of one stratum of visibility, and the people counted there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Plants {
    /// Plants that were in place.
    pub placed: u32,
    /// Of these, reported for certain.
    pub reported: u32,
    /// Of these, perhaps reported.
    pub unsure: u32,
    /// People counted, without plants.
    pub counted: u32,
}

/// Both ends of what unsure plants allow.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct PlantsEstimate {
    /// If no unsure plant was reported: more people were overlooked.
    pub if_none: Estimate,
    /// If all were.
    pub if_all: Estimate,
    /// The less biased estimate where no plant is unsure: n(R+1)/(r+1).
    pub less_biased: f64,
}

/// Fewest plants reported for an estimate to be given.
const LEAST_REPORTED: u32 = 5;

impl Plants {
    /// What it assumes.
    pub const ASSUMPTIONS: [Assumption; 2] = [Assumption::PlantsAreAlike, Assumption::Closed];

    /// People there, those overlooked included.
    ///
    /// # Formula
    /// p = r/R; N = n/p; Var = n(1−p)/p² + n²(1−p)/(R·p³).
    ///
    /// # Errors
    /// When fewer than 5 plants were reported, or more than were placed.
    ///
    /// # Source
    /// Laska & Meisner (1993), Biometrics 49, pp. 209–220; variance by the delta method.
    pub fn estimate(self) -> Result<PlantsEstimate, Refusal> {
        if self.reported + self.unsure > self.placed {
            return Err(Refusal::Contradictory);
        }
        if self.reported < LEAST_REPORTED {
            return Err(Refusal::TooFewPlants {
                found: self.reported,
                needed: LEAST_REPORTED,
            });
        }
        let placed = f64::from(self.placed);
        let reported = f64::from(self.reported);
        Ok(PlantsEstimate {
            if_none: self.at(reported),
            if_all: self.at(reported + f64::from(self.unsure)),
            less_biased: f64::from(self.counted) * (placed + 1.0) / (reported + 1.0),
        })
    }

    fn at(self, reported: f64) -> Estimate {
        let (placed, counted) = (f64::from(self.placed), f64::from(self.counted));
        let share = reported / placed;
        let missed = 1.0 - share;
        let variance =
            counted * missed / share.powi(2) + counted.powi(2) * missed / (placed * share.powi(3));
        Estimate::log_normal(counted, counted / share, variance)
    }
}
