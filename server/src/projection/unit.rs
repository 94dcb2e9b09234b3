//! Which line of the figure an observation belongs to (design D14): never added up.

use maraude_core::form::{questionnaire, read_roles};
use maraude_core::model::{Observation, ObservationKind, SiteKind, SleepingPlace};
use serde::{Deserialize, Serialize};

/// A line of the figure.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Unit {
    /// People in public space, camps included.
    Street,
    /// People in a squat.
    Squat,
    /// People in a bidonville.
    Bidonville,
    /// People told by a partner on its premises.
    Partner,
    /// Nobody: a sector walked in vain.
    None,
}

impl Unit {
    /// Its code.
    pub fn code(self) -> &'static str {
        match self {
            Self::Street => "street",
            Self::Squat => "squat",
            Self::Bidonville => "bidonville",
            Self::Partner => "partner",
            Self::None => "none",
        }
    }

    /// Reads a code back.
    pub fn of_code(code: &str) -> Option<Self> {
        [
            Self::Street,
            Self::Squat,
            Self::Bidonville,
            Self::Partner,
            Self::None,
        ]
        .into_iter()
        .find(|unit| unit.code() == code)
    }
}

/// The line an observation belongs to: from its kind, its answers, and the known place it is about.
pub fn unit_of(observation: &Observation, version: &str, known: Option<SiteKind>) -> Unit {
    match observation.kind {
        ObservationKind::PartnerCount => return Unit::Partner,
        ObservationKind::ZeroSector => return Unit::None,
        _ => {}
    }
    let roles = read_roles(questionnaire(version), &observation.answers);
    let of_site = |kind: SiteKind| match kind {
        SiteKind::Squat => Unit::Squat,
        SiteKind::Bidonville => Unit::Bidonville,
        SiteKind::Camp => Unit::Street,
    };
    if observation.kind == ObservationKind::Site {
        return roles.site_kind.or(known).map_or(Unit::Street, of_site);
    }
    match roles.sleeping_place {
        Some(SleepingPlace::Squat) => Unit::Squat,
        Some(SleepingPlace::Bidonville) => Unit::Bidonville,
        Some(_) => Unit::Street,
        None => known.map_or(Unit::Street, of_site),
    }
}
