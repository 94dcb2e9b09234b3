//! An observation: what one team recorded of one person or group, once.

use super::{
    Answers, DeviceId, HeadCount, LocalGroupId, ObservationId, OrganisationCode, Position, SiteId,
    TimestampMs,
};
use serde::{Deserialize, Serialize};

/// What is observed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
#[serde(rename_all = "snake_case")]
pub enum ObservationKind {
    /// One person.
    Individual,
    /// Several people seen together.
    Group,
    /// A squat or bidonville and its residents.
    Site,
    /// Heads told by a partner on its own premises (station, hospital, car park).
    PartnerCount,
    /// The sector was walked and nobody was there.
    ZeroSector,
}

/// How the contact went.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
#[serde(rename_all = "snake_case")]
pub enum Contact {
    /// The questionnaire was answered.
    Answered,
    /// Some questions were answered.
    Partial,
    /// The person declined.
    Refused,
    /// The person slept and was not woken.
    Asleep,
    /// No common language.
    Language,
    /// Approaching was not safe.
    Unsafe,
    /// Seen only.
    Observed,
}

/// Whether this is somebody sleeping rough.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize,
)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
#[serde(rename_all = "snake_case")]
pub enum Certainty {
    /// Sure.
    #[default]
    Certain,
    /// Likely.
    Probable,
    /// To be decided afterwards; out of the figure until then.
    Doubtful,
}

/// Who wrote something and when (that tablet's clock).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct Stamp {
    /// The tablet, or the server for imports and console work.
    pub device: DeviceId,
    /// Device clock, UTC.
    #[cfg_attr(feature = "typescript", ts(type = "number"))]
    pub at: TimestampMs,
}

/// Why an observation was taken back.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
#[serde(rename_all = "snake_case")]
pub enum WithdrawalReason {
    /// Entered by mistake.
    Mistake,
    /// Entered twice.
    Twice,
    /// The person asked for it.
    Asked,
    /// The person is sheltered tonight: out of scope.
    OutOfScope,
}

/// An observation taken back. It stays in the document.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct Withdrawal {
    /// Device clock, UTC.
    #[cfg_attr(feature = "typescript", ts(type = "number"))]
    pub at: TimestampMs,
    /// Why.
    pub reason: WithdrawalReason,
}

/// What one team recorded of one person or group, once.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
pub struct Observation {
    /// Identifier; never changes.
    pub id: ObservationId,
    /// What is observed.
    pub kind: ObservationKind,
    /// Who created it and when; never changes.
    pub created: Stamp,
    /// When the people were seen (device clock, UTC).
    pub observed_at: TimestampMs,
    /// How the contact went.
    pub contact: Contact,
    /// Whether this is somebody sleeping rough.
    pub certainty: Certainty,
    /// How many people.
    pub heads: HeadCount,
    /// The tablet's fix.
    pub fix: Option<Position>,
    /// A pin put by hand.
    pub pin: Option<Position>,
    /// The place as the team typed it, at most 120 characters.
    pub typed_place: Option<String>,
    /// People seen together by one team share this.
    pub local_group: Option<LocalGroupId>,
    /// The known place it is about.
    pub site: Option<SiteId>,
    /// A free note, at most 280 characters.
    pub note: Option<String>,
    /// Whose observation it is.
    pub organisation: Option<OrganisationCode>,
    /// Answers by question name.
    pub answers: Answers,
    /// Taken back.
    pub withdrawn: Option<Withdrawal>,
    /// Last edit, where there was one.
    pub edited: Option<Stamp>,
}

crate::redacts!(Observation);

impl Observation {
    /// Somebody answered: they are given the code of their slip of paper.
    pub fn is_interview(&self) -> bool {
        let person = matches!(
            self.kind,
            ObservationKind::Individual | ObservationKind::Group
        );
        person && matches!(self.contact, Contact::Answered | Contact::Partial)
    }

    /// The position the team means: its pin, else its fix.
    pub fn position(&self) -> Option<Position> {
        self.pin.or(self.fix)
    }

    /// It stands: not withdrawn.
    pub fn stands(&self) -> bool {
        self.withdrawn.is_none()
    }
}
