//! One person's rights as the console shows them.

use crate::store::OppositionReason;
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

/// `POST /api/campaigns/{id}/oppositions`: somebody who is not to be recorded.
#[derive(Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct Oppose {
    /// First letters of the first name: two are read, nothing is kept.
    pub given: String,
    /// The same of the family name.
    pub family: String,
    /// Year of birth.
    pub birth_year: u16,
    /// How it was asked for.
    #[schema(value_type = String)]
    pub reason: OppositionReason,
}

maraude_core::redacts!(Oppose);

/// `GET /api/campaigns/{id}/oppositions`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct Oppositions {
    /// Observations whose answers are held back, of all entries together.
    pub held_back: u32,
    /// Entries can still be made: the campaign has its key.
    pub open: bool,
    /// Entries, by number.
    pub entries: Vec<OppositionLine>,
}

/// An entry of the list: never whose.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct OppositionLine {
    /// Its number.
    pub number: u32,
    /// When it was entered.
    #[cfg_attr(feature = "typescript", ts(type = "number"))]
    pub entered_at: i64,
    /// How it was asked for.
    #[schema(value_type = String)]
    pub reason: OppositionReason,
    /// When it was taken back.
    #[cfg_attr(feature = "typescript", ts(type = "number | null"))]
    pub withdrawn_at: Option<i64>,
}

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
