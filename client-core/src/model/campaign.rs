//! A campaign: one survey operation with its dates, legal frame and states.

use super::{CampaignId, Night, OrganisationCode};
use serde::{Deserialize, Serialize};

/// What kind of operation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
#[serde(rename_all = "snake_case")]
pub enum CampaignKind {
    /// One night, the whole perimeter.
    NightCount,
    /// Several weeks of interviews.
    SurveyWeeks,
    /// Rounds all the year.
    YearRound,
}

/// Whether its figures are real.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
#[serde(rename_all = "snake_case")]
pub enum CampaignMode {
    /// *réelle*
    Real,
    /// *exercice*: striped band, never in figures or exports.
    Exercise,
}

/// Where it stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
#[serde(rename_all = "snake_case")]
pub enum CampaignState {
    /// *prête*: being prepared; tablets may enrol.
    Ready,
    /// *ouverte*: rounds count.
    Open,
    /// *verrouillée*: late work is accepted and set apart.
    Locked,
    /// *archivée*: only what holds no person is left.
    Archived,
}

/// What the law asks before a real campaign may open (GDPR art. 13, 14, 30, 35).
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct LegalFrame {
    /// Who is responsible for the processing.
    pub controller: String,
    /// Its legal basis.
    pub legal_basis: String,
    /// Reference of the impact assessment.
    pub impact_assessment: String,
    /// The notice read to people met.
    pub notice: String,
    /// Where to object or ask.
    pub opposition_contact: String,
}

/// When raw data go.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct RetentionFrame {
    /// Marks, pseudonyms and exact places are destroyed or coarsened on this date.
    pub coarsen_on: Option<Night>,
    /// The campaign is purged on this date.
    pub purge_on: Option<Night>,
}

/// One survey operation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Campaign {
    /// Identifier.
    pub id: CampaignId,
    /// Name shown on screens.
    pub name: String,
    /// What kind of operation.
    pub kind: CampaignKind,
    /// Real or exercise.
    pub mode: CampaignMode,
    /// Where it stands.
    pub state: CampaignState,
    /// Its nights, in order.
    pub nights: Vec<Night>,
    /// IANA time zone.
    pub time_zone: String,
    /// Version of its questionnaire.
    pub questionnaire: String,
    /// The coordination's telephone number, for *Urgence*.
    pub coordination_number: Option<String>,
    /// Untouched for so many minutes, a tablet locks.
    pub lock_minutes: u8,
    /// Who runs it.
    pub organisation: Option<OrganisationCode>,
    /// What the law asks.
    pub legal: LegalFrame,
    /// When raw data go.
    pub retention: RetentionFrame,
    /// What pseudonyms are sealed to, base64; none where the campaign asks for none.
    pub pseudonym_key: Option<String>,
}

/// Minutes after which an untouched tablet locks where the campaign does not say, and what it may
/// say.
pub const LOCK_MINUTES: u8 = 5;
/// See [`LOCK_MINUTES`].
pub const LOCK_MINUTES_RANGE: std::ops::RangeInclusive<u8> = 3..=15;

/// Something that keeps a campaign from opening.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
#[serde(rename_all = "kebab-case")]
pub enum OpeningObstacle {
    /// No night in the plan.
    NoNight,
    /// No controller.
    NoController,
    /// No legal basis.
    NoLegalBasis,
    /// No impact-assessment reference.
    NoImpactAssessment,
    /// No notice.
    NoNotice,
    /// No opposition contact.
    NoOppositionContact,
    /// No date for coarsening or purge.
    NoRetentionDates,
}

impl Campaign {
    /// What keeps it from opening; an exercise only needs a night (design D14).
    pub fn opening_obstacles(&self) -> Vec<OpeningObstacle> {
        let real = self.mode == CampaignMode::Real;
        let blank = |text: &str| real && text.trim().is_empty();
        let checks = [
            (self.nights.is_empty(), OpeningObstacle::NoNight),
            (blank(&self.legal.controller), OpeningObstacle::NoController),
            (
                blank(&self.legal.legal_basis),
                OpeningObstacle::NoLegalBasis,
            ),
            (
                blank(&self.legal.impact_assessment),
                OpeningObstacle::NoImpactAssessment,
            ),
            (blank(&self.legal.notice), OpeningObstacle::NoNotice),
            (
                blank(&self.legal.opposition_contact),
                OpeningObstacle::NoOppositionContact,
            ),
            (
                real && (self.retention.coarsen_on.is_none() || self.retention.purge_on.is_none()),
                OpeningObstacle::NoRetentionDates,
            ),
        ];
        checks
            .into_iter()
            .filter_map(|(missing, obstacle)| missing.then_some(obstacle))
            .collect()
    }

    /// An empty campaign being prepared.
    pub fn prepare(id: CampaignId, name: String, kind: CampaignKind, mode: CampaignMode) -> Self {
        Self {
            id,
            name,
            kind,
            mode,
            state: CampaignState::Ready,
            nights: Vec::new(),
            time_zone: "Europe/Paris".to_owned(),
            questionnaire: "night-count-1".to_owned(),
            coordination_number: None,
            lock_minutes: LOCK_MINUTES,
            organisation: None,
            legal: LegalFrame::default(),
            retention: RetentionFrame::default(),
            pseudonym_key: None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_real_campaign_opens_only_when_the_law_is_served() {
        let id = CampaignId::from_random([1; 16]);
        let of = |mode| Campaign::prepare(id, "Nuit".into(), CampaignKind::NightCount, mode);
        let mut exercise = of(CampaignMode::Exercise);
        assert_eq!(exercise.opening_obstacles(), vec![OpeningObstacle::NoNight]);
        exercise.nights.push("2026-01-22".parse().unwrap());
        assert!(exercise.opening_obstacles().is_empty());
        assert_eq!(of(CampaignMode::Real).opening_obstacles().len(), 7);
    }
}
