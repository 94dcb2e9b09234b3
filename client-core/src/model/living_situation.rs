//! Where a person sleeps, and the typologies derived from it.

use serde::{Deserialize, Serialize};

/// The raw sleeping place a team records; typologies are derived from it, never recorded.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
#[serde(rename_all = "snake_case")]
pub enum SleepingPlace {
    /// Street, pavement.
    Street,
    /// Square, bench.
    Square,
    /// Porch, doorway.
    Doorway,
    /// Park, garden.
    Park,
    /// Woods.
    Woods,
    /// Bank, bridge, tunnel.
    Bridge,
    /// Verge, roadside.
    Verge,
    /// Station.
    Station,
    /// Car park, basement.
    CarPark,
    /// Vehicle.
    Vehicle,
    /// Hospital waiting room.
    Hospital,
    /// Tent by itself.
    Tent,
    /// Encampment.
    Camp,
    /// Squat, building.
    Squat,
    /// Bidonville, land.
    Bidonville,
    /// Common parts of a building.
    CommonParts,
    /// On the move, does not sleep.
    OnTheMove,
    /// Another place.
    Other,
}

/// Category of ETHOS Light (FEANTSA, 2017), the ones a night count meets.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum EthosCategory {
    /// 1: people living rough.
    LivingRough,
    /// 5: people living in non-conventional dwellings for lack of housing.
    NonConventionalDwelling,
}

/// INSEE's category: *sans-abri* slept in a place not meant for habitation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum InseeCategory {
    /// Street or a place not meant for habitation.
    SansAbri,
    /// Squat or makeshift dwelling.
    Fortune,
}

/// A person's situation in the typologies.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct LivingSituation {
    /// ETHOS Light.
    pub ethos: EthosCategory,
    /// INSEE.
    pub insee: InseeCategory,
}

impl SleepingPlace {
    /// The situation this place stands for, version 1 of the correspondence.
    ///
    /// # Source
    /// FEANTSA, ETHOS Light (2017); INSEE, definition of *sans-abri*.
    pub fn situation(self) -> LivingSituation {
        match self {
            Self::Squat | Self::Bidonville => LivingSituation {
                ethos: EthosCategory::NonConventionalDwelling,
                insee: InseeCategory::Fortune,
            },
            _ => LivingSituation {
                ethos: EthosCategory::LivingRough,
                insee: InseeCategory::SansAbri,
            },
        }
    }
}
