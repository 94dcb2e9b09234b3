//! The domain: campaign, sector, team, round, observation, answer, site, decision.
//!
//! Plain values without behaviour beyond their own invariants. It must never know how they are
//! stored or sent. Every other module imports it; it imports nothing of ours.

mod answer;
mod campaign;
mod count;
mod decimal;
mod decision;
mod device;
mod ids;
mod issue;
mod living_situation;
mod night;
mod observation;
mod place;
mod redacted;
mod round;
mod sector;
mod site;
mod team;

pub use answer::{Answer, AnswerValue, Answers, QuestionName, Role, RoleMap};
pub use campaign::{
    Campaign, CampaignKind, CampaignMode, CampaignState, LOCK_MINUTES, LOCK_MINUTES_RANGE,
    LegalFrame, OpeningObstacle, RetentionFrame,
};
pub use count::{AgeInterval, CountMethod, HeadCount, InvalidInterval};
pub use decimal::read_decimal;
pub use decision::{Adjudication, Correction, CorrectionKind, Decision, Ruling, SlotRef, Verdict};
pub use device::{AppVersion, Device, DeviceReport};
pub use ids::{
    AccountId, AdjudicationId, CampaignId, ClosureId, CorrectionId, DecisionId, DepartureId,
    DeviceId, DocumentId, InvalidId, LocalGroupId, ObservationId, OrganisationCode, SectorId,
    SiteId, TeamId, ZoneId,
};
pub use issue::{Issue, IssueCode};
pub use living_situation::{EthosCategory, InseeCategory, LivingSituation, SleepingPlace};
pub use night::{InvalidNight, Night};
pub use observation::{
    Certainty, Contact, Observation, ObservationKind, Stamp, Withdrawal, WithdrawalReason,
};
pub use place::{Coordinates, Position, PositionSource};
pub use round::{Closure, Coverage, Departure, Round, RoundKey};
pub use sector::{Audience, RiskClass, Sector, Zone};
pub use site::{
    SITE_ADDRESS_CHARACTERS, SITE_CENSUSES, SITE_OWNERS, SITE_STATES, SITE_WATERS, Site, SiteFacts,
    SiteKind,
};
pub use team::{Assignment, Team};

/// Milliseconds since 1970-01-01T00:00:00Z, as the device that wrote it believed.
pub type TimestampMs = i64;
