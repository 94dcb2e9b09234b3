//! `maraude campaign create/list/lock`; how one ends is in `ending`.

use super::archive::Archive;
use super::control::{Operation, Refusal, ask};
use super::ending::{CertificateArguments, ForgetArguments, Hold, PurgeArguments, TablesArguments};
use super::moving::{ExportArguments, ImportArguments, Keep};
use super::place::Place;
use super::{CommandError, say};
use crate::app::{App, Exported};
use crate::authoring::retention_at_creation;
use crate::store::{StoreError, random_id};
use clap::{Args, Subcommand, ValueEnum};
use maraude_core::document::DocumentName;
use maraude_core::model::{
    Campaign, CampaignId, CampaignKind, CampaignMode, CampaignState, Night, RetentionFrame,
    TimestampMs,
};
use serde::{Deserialize, Serialize};

/// `maraude campaign ...`.
#[derive(Debug, Subcommand)]
pub enum Campaigns {
    /// Create a campaign and print its identifier
    Create(Create),
    /// List campaigns
    List(List),
    /// Lock a campaign: what comes later is kept and set apart
    Lock(Lock),
    /// Write what a locked campaign leaves without persons, from which `maraude compare` works
    /// after the purge; the campaign is archived then
    Archive(Archive),
    /// Write everything of a campaign as one sealed file, for another server, and print its 24 transfer
    /// words
    Export(ExportArguments),
    /// Take a campaign of another server in, whole or not at all
    Import(ImportArguments),
    /// Keep a campaign here that was exported, where its file was taken in nowhere: it may be released
    /// here again
    Keep(Keep),
    /// End a campaign's documents, after a week of notice: coarse tables and releases stay
    Coarsen(PurgeArguments),
    /// Write the coarse tables that stay of a campaign until its purge
    Tables(TablesArguments),
    /// Destroy a campaign for ever, after a week of notice; releases stay
    Purge(PurgeArguments),
    /// Destroy the key of a campaign's pseudonyms for ever: none can be made or compared any more
    ForgetPseudonyms(ForgetArguments),
    /// Keep a campaign from being purged, or end that
    Hold(Hold),
    /// The signed certificate of a purge, else of a coarsening
    Certificate(CertificateArguments),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum, Serialize, Deserialize)]
enum Kind {
    NightCount,
    SurveyWeeks,
    YearRound,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum, Serialize, Deserialize)]
enum Mode {
    Real,
    Exercise,
}

/// `maraude campaign create`.
#[derive(Debug, Args, Serialize, Deserialize)]
pub struct Create {
    /// Name shown on screens
    #[arg(long)]
    name: String,
    /// Kind of operation
    #[arg(long, value_enum, default_value = "night-count")]
    kind: Kind,
    /// Real, or an exercise: striped band, never in figures
    #[arg(long, value_enum, default_value = "exercise")]
    mode: Mode,
    /// A night, as 2026-01-22; may be given several times
    #[arg(long = "night")]
    nights: Vec<Night>,
    /// Exact places and marks go on this date (default for an exercise: in 30 days)
    #[arg(long, value_name = "DATE")]
    coarsen_on: Option<Night>,
    /// The campaign is purged on this date (default for an exercise: in 90 days)
    #[arg(long, value_name = "DATE")]
    purge_on: Option<Night>,
    /// The coordination's telephone number
    #[arg(long)]
    coordination_number: Option<String>,
}

/// `maraude campaign list`.
#[derive(Debug, Args, Serialize, Deserialize)]
pub struct List {}

/// `maraude campaign lock`.
#[derive(Debug, Args, Serialize, Deserialize)]
pub struct Lock {
    /// Identifier of the campaign
    campaign: CampaignId,
}

/// A campaign as it is listed.
#[derive(Debug, Serialize, Deserialize)]
pub struct CampaignLine {
    /// Identifier.
    pub id: CampaignId,
    /// Name.
    pub name: String,
    /// Real or exercise.
    pub mode: Option<CampaignMode>,
    /// Where it stands.
    pub state: Option<CampaignState>,
    /// Its nights.
    pub nights: Vec<Night>,
    /// Last position of its log.
    pub position: u64,
    /// Why it is not served: its files are damaged.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub damage: Option<String>,
    /// When an older copy of its log was found to have been restored (server clock).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub went_back_at: Option<TimestampMs>,
    /// It was exported from here to another server, and how far its log was then.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub exported: Option<Exported>,
}

impl CampaignLine {
    fn damaged(id: CampaignId, cause: String) -> Self {
        Self {
            id,
            name: String::new(),
            mode: None,
            state: None,
            nights: Vec::new(),
            position: 0,
            damage: Some(cause),
            went_back_at: None,
            exported: None,
        }
    }
}

impl Campaigns {
    pub(super) fn run(self, place: &Place) -> Result<(), CommandError> {
        match self {
            Self::Create(create) => {
                let id = ask(place, create)?;
                if place.json {
                    say(serde_json::json!({ "id": id }))?;
                } else {
                    say(id)?;
                }
            }
            Self::List(list) => {
                let lines = ask(place, list)?;
                if place.json {
                    say(serde_json::to_string(&lines).map_err(std::io::Error::from)?)?;
                } else {
                    lines.iter().try_for_each(print)?;
                }
            }
            Self::Lock(lock) => {
                ask(place, lock)?;
            }
            Self::Archive(archive) => archive.run(place)?,
            Self::Export(export) => export.run(place)?,
            Self::Import(import) => import.run(place)?,
            Self::Keep(keep) => ask(place, keep)?,
            Self::Coarsen(coarsen) => coarsen.coarsen(place)?,
            Self::Tables(tables) => tables.run(place)?,
            Self::Purge(purge) => purge.run(place)?,
            Self::ForgetPseudonyms(forget) => forget.run(place)?,
            Self::Hold(hold) => hold.run(place)?,
            Self::Certificate(certificate) => certificate.run(place)?,
        }
        Ok(())
    }
}

fn print(line: &CampaignLine) -> std::io::Result<()> {
    if let Some(cause) = &line.damage {
        return say(format_args!("{}  DAMAGED, not served: {cause}", line.id));
    }
    let mode = line.mode.map_or("?", mode_word);
    let state = line.state.map_or("?", state_word);
    let nights: Vec<String> = line.nights.iter().map(ToString::to_string).collect();
    say(format_args!(
        "{}  {mode:9} {state:9} {}  {}",
        line.id,
        line.name,
        nights.join(" ")
    ))?;
    let Some(exported) = &line.exported else {
        return Ok(());
    };
    let at = jiff::Timestamp::from_millisecond(exported.at);
    let at = at.map_or_else(|_| "once".to_owned(), |at| at.to_string());
    match line.position.saturating_sub(exported.position) {
        0 => say(format_args!(
            "    exported {at}: purge it here once it is verified there"
        )),
        later => say(format_args!(
            "    exported {at}; LATER CHANGES NOT IN THE FILE: {later}"
        )),
    }
}

fn mode_word(mode: CampaignMode) -> &'static str {
    match mode {
        CampaignMode::Real => "real",
        CampaignMode::Exercise => "exercise",
    }
}

fn state_word(state: CampaignState) -> &'static str {
    match state {
        CampaignState::Ready => "ready",
        CampaignState::Open => "open",
        CampaignState::Locked => "locked",
        CampaignState::Archived => "archived",
    }
}

impl Operation for Create {
    const NAME: &'static str = "campaign-create";
    type Answer = CampaignId;

    fn perform(self, app: &App) -> Result<CampaignId, Refusal> {
        let kind = match self.kind {
            Kind::NightCount => CampaignKind::NightCount,
            Kind::SurveyWeeks => CampaignKind::SurveyWeeks,
            Kind::YearRound => CampaignKind::YearRound,
        };
        let mode = match self.mode {
            Mode::Real => CampaignMode::Real,
            Mode::Exercise => CampaignMode::Exercise,
        };
        let id = random_id(CampaignId::from_random)?;
        let mut plan = Campaign::prepare(id, self.name, kind, mode);
        plan.nights = self.nights;
        plan.coordination_number = self.coordination_number;
        plan.retention = retention_at_creation(
            mode,
            RetentionFrame {
                coarsen_on: self.coarsen_on,
                purge_on: self.purge_on,
            },
            app.clock().now(),
        )
        .map_err(|missing| Refusal::new("retention-missing", missing.to_string()))?;
        app.create_campaign(&plan)?;
        let now = app.clock().now();
        app.server()
            .add_audit(now, "command", "campaign-created", &id.to_string())?;
        Ok(id)
    }
}

impl Operation for List {
    const NAME: &'static str = "campaign-list";
    type Answer = Vec<CampaignLine>;

    fn perform(self, app: &App) -> Result<Vec<CampaignLine>, Refusal> {
        let mut lines = Vec::new();
        for id in app.campaigns().list()? {
            let engine = match app.engine(id) {
                Err(StoreError::DamagedCampaign { cause }) => {
                    lines.push(CampaignLine::damaged(id, cause));
                    continue;
                }
                opened => opened?,
            };
            let plan = engine.plan()?;
            let campaign = plan.campaign.as_ref();
            lines.push(CampaignLine {
                id,
                name: campaign.map_or_else(String::new, |found| found.name.clone()),
                mode: campaign.map(|found| found.mode),
                state: campaign.map(|found| found.state),
                nights: campaign.map_or_else(Vec::new, |found| found.nights.clone()),
                position: engine.log().last_position()?,
                damage: None,
                went_back_at: engine.went_back()?.map(|found| found.at),
                exported: app.exported(id)?,
            });
        }
        Ok(lines)
    }
}

impl Operation for Lock {
    const NAME: &'static str = "campaign-lock";
    type Answer = ();

    fn perform(self, app: &App) -> Result<(), Refusal> {
        let engine = app.engine(self.campaign)?;
        let mut campaign = engine
            .plan()?
            .campaign
            .clone()
            .ok_or_else(|| Refusal::new("plan-missing", "the campaign has no plan"))?;
        match campaign.state {
            CampaignState::Locked => return Ok(()),
            CampaignState::Archived => {
                return Err(Refusal::new("archived", "the campaign is archived"));
            }
            CampaignState::Ready | CampaignState::Open => {}
        }
        campaign.state = CampaignState::Locked;
        let name = DocumentName::Plan {
            campaign: self.campaign,
        };
        engine.author(&name, |w| w.put_campaign(&campaign))?;
        let (now, id) = (app.clock().now(), self.campaign.to_string());
        app.server()
            .add_audit(now, "command", "campaign-locked", &id)?;
        Ok(())
    }
}

/// The campaign that was named, or the only one there is.
pub(super) fn choose(app: &App, named: Option<CampaignId>) -> Result<CampaignId, Refusal> {
    if let Some(campaign) = named {
        return Ok(campaign);
    }
    match app.campaigns().list()?.as_slice() {
        [] => Err(Refusal::new("no-campaign", "there is no campaign yet")),
        [only] => Ok(*only),
        [..] => Err(Refusal::new(
            "campaign-unnamed",
            "there are several campaigns: choose one with --campaign",
        )),
    }
}
