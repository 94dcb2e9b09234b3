//! One person's rights as the console shows them.

use maraude_core::model::ObservationId;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use utoipa::ToSchema;

/// `POST /api/campaigns/{id}/persons/find`.
#[derive(Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct FindPerson {
    /// The code on the slip, typed.
    pub code: String,
}

maraude_core::redacts!(FindPerson);

/// What is held of somebody.
#[derive(Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct PersonHeld {
    /// The observation.
    #[schema(value_type = String)]
    pub observation: ObservationId,
    /// The code on the slip.
    pub code: String,
    /// Night.
    pub night: String,
    /// Code of the team that met them.
    pub team: String,
    /// Code of the sector.
    pub sector: Option<String>,
    /// When (server clock).
    #[cfg_attr(feature = "typescript", ts(type = "number"))]
    pub observed_at: i64,
    /// Taken back by the team: hidden, and still there.
    pub withdrawn: bool,
    /// Everything that is held, field by field, in words.
    pub held: BTreeMap<String, String>,
}

maraude_core::redacts!(PersonHeld);

/// `POST /api/campaigns/{id}/persons/erase`.
#[derive(Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct ErasePerson {
    /// The code on the slip, typed.
    pub code: String,
    /// The observation that was shown.
    #[schema(value_type = String)]
    pub observation: ObservationId,
    /// Which request this answers; never a name.
    pub reason: String,
}

maraude_core::redacts!(ErasePerson);

/// `POST /api/campaigns/{id}/pseudonyms/forget`.
#[derive(Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct ForgetPseudonyms {
    /// The campaign's name, typed.
    pub confirmation: String,
    /// Why, in words.
    pub reason: String,
}

maraude_core::redacts!(ForgetPseudonyms);
