//! *Ce soir*: sectors recorded more than once, side by side; *Tablettes*: paper sheets.

use super::contract::{
    NewPaperSheets, OverlapEntry, Overlaps, PaperSheetLine, StrandEntry, StrandRuling, StrandTotals,
};
use super::devices::team_code;
use super::extract::{At, Body, read, view_of};
use super::guard::Coordinator;
use super::observations::{account_names, name_of, row};
use super::problem::Problem;
use super::review::reviewed;
use crate::app::App;
use crate::authoring::{PaperSheet, SHEET_ROWS, is_keyed_in, print_sheets, printed_sheets};
use crate::geolocation::LiveView;
use crate::projection::{
    ObservationFilter, ObservationLine, Overlap, RoundLine, Standing, Strand, StrandSource,
};
use crate::review::Reviewed;
use crate::store::LogPosition;
use crate::sync::Engine;
use axum::extract::State;
use axum::http::StatusCode;
use axum::routing::get;
use axum::{Json, Router};
use maraude_core::document::Plan;
use maraude_core::form::{questionnaire, read_roles};
use maraude_core::model::{
    AccountId, Adjudication, CampaignId, DeviceId, ObservationId, ObservationKind, SectorId, TeamId,
};
use std::collections::BTreeMap;

/// The routes of this file.
pub fn routes() -> Router<App> {
    Router::new()
        .route("/api/campaigns/{campaign}/overlaps", get(overlaps))
        .route(
            "/api/campaigns/{campaign}/paper-sheets",
            get(sheets).post(print),
        )
}

async fn overlaps(
    State(app): State<App>,
    At(campaign): At<CampaignId>,
) -> Result<Json<Overlaps>, Problem> {
    let (live, position) = view_of(&app, campaign).await?;
    let told = app
        .blocking(move |app| side_by_side(&app, &live, position))
        .await??;
    Ok(Json(told))
}

/// All that a strand is told with.
struct Telling<'a> {
    plan: &'a Plan,
    reviewed: &'a Reviewed,
    names: BTreeMap<AccountId, String>,
    labels: BTreeMap<DeviceId, String>,
    sheets: Vec<PaperSheet>,
    rounds: Vec<RoundLine>,
    rulings: BTreeMap<ObservationId, Adjudication>,
}

fn side_by_side(app: &App, live: &LiveView, position: LogPosition) -> Result<Overlaps, Problem> {
    let view = live.view();
    let found = view.overlaps(None)?;
    let engine = app.engine(live.campaign())?;
    let plan = view.plan()?;
    let reviewed = reviewed(app, live, position)?;
    let standing = |ruling: &Adjudication| ruling.undone_at.is_none();
    let rulings = view.rulings()?.into_iter().filter(standing);
    let labels = app.server().devices(live.campaign())?.into_iter();
    let telling = Telling {
        plan: &plan,
        reviewed: &reviewed,
        names: account_names(app)?,
        labels: labels.map(|s| (s.device.id, s.device.label)).collect(),
        sheets: keyed_in(&engine)?,
        rounds: view.rounds(None)?,
        rulings: rulings.map(|one| (one.observation, one)).collect(),
    };
    let mut told = Vec::new();
    for overlap in found {
        let (lines, _) = view.lines(&ObservationFilter {
            night: Some(overlap.night),
            ..ObservationFilter::default()
        })?;
        told.push(telling.overlap(&overlap, &lines));
    }
    told.sort_by(|a, b| (!a.waits, a.night, &a.sector).cmp(&(!b.waits, b.night, &b.sector)));
    Ok(Overlaps {
        position,
        overlaps: told,
    })
}

fn keyed_in(engine: &Engine) -> Result<Vec<PaperSheet>, Problem> {
    let mut found = Vec::new();
    for sheet in printed_sheets(&**engine.log())? {
        if is_keyed_in(engine, &sheet)? {
            found.push(sheet);
        }
    }
    Ok(found)
}

impl Telling<'_> {
    fn overlap(&self, overlap: &Overlap, lines: &[ObservationLine]) -> OverlapEntry {
        let (sector, name) = sector_words(self.plan, overlap.sector);
        let strands = overlap.strands.iter();
        OverlapEntry {
            sector,
            name,
            night: overlap.night,
            waits: overlap.waits(),
            strands: strands
                .map(|strand| self.strand(overlap, strand, lines))
                .collect(),
        }
    }

    fn strand(&self, overlap: &Overlap, strand: &Strand, lines: &[ObservationLine]) -> StrandEntry {
        let mut own: Vec<&ObservationLine> = lines
            .iter()
            .filter(|line| line.observation.stands())
            .filter(|line| strand.holds(line.document, line.observation.created.device))
            .collect();
        own.sort_by_key(|line| (line.observed_at, line.observation.id));
        let round = self.rounds.iter().find(|r| r.document == strand.document);
        let ruling = self.rulings.get(&strand.id);
        StrandEntry {
            id: strand.id,
            round: strand.document,
            team: team_code(self.plan, strand.team),
            source: match strand.source {
                StrandSource::Tablets => "tablets",
                StrandSource::Tablet(_) => "tablet",
                StrandSource::Paper => "paper",
            }
            .to_owned(),
            written_with: self.written_with(overlap, strand),
            arrived_at: strand.arrived_at,
            first_at: strand.first_at,
            last_at: strand.last_at,
            coverage: round.and_then(RoundLine::coverage),
            standing: match strand.standing {
                Standing::Counted => "counted",
                Standing::Waiting => "waiting",
                Standing::RuledOut => "ruled_out",
            }
            .to_owned(),
            ruling: ruling.map(|ruling| StrandRuling {
                id: ruling.id,
                reason: ruling.reason.clone(),
                by: name_of(&self.names, ruling.author),
                at: ruling.decided_at,
            }),
            totals: totals(&own),
            entries: own.iter().map(|line| row(line, self.reviewed)).collect(),
        }
    }

    fn written_with(&self, overlap: &Overlap, strand: &Strand) -> Vec<String> {
        let of = (strand.team, overlap.sector, overlap.night);
        if strand.source == StrandSource::Paper {
            let sheets = self.sheets.iter();
            return sheets
                .filter(|sheet| (sheet.team, sheet.sector, sheet.night) == of)
                .map(|sheet| sheet.number.to_string())
                .collect();
        }
        let devices = strand.devices.iter();
        devices
            .filter_map(|device| self.labels.get(device).cloned())
            .collect()
    }
}

fn totals(lines: &[&ObservationLine]) -> StrandTotals {
    let form = questionnaire("");
    let mut totals = StrandTotals::default();
    for line in lines {
        let observation = &line.observation;
        let roles = read_roles(form, &observation.answers);
        totals.entries += 1;
        totals.people[0] += observation.heads.at_least();
        totals.people[1] += observation.heads.at_most();
        totals.men += roles.men.unwrap_or(0);
        totals.women += roles.women.unwrap_or(0);
        totals.minors += roles.minors.unwrap_or(0);
        totals.undetermined += roles.undetermined.unwrap_or(0);
        totals.sites += u32::from(observation.kind == ObservationKind::Site);
    }
    totals
}

async fn sheets(
    State(app): State<App>,
    At(campaign): At<CampaignId>,
) -> Result<Json<Vec<PaperSheetLine>>, Problem> {
    let lines = app
        .blocking(move |app| {
            let engine = app.engine(campaign)?;
            let plan = engine.plan()?;
            let mut lines = Vec::new();
            for sheet in printed_sheets(&**engine.log())? {
                let keyed_in = is_keyed_in(&engine, &sheet)?;
                lines.push(sheet_line(&plan, &sheet, keyed_in));
            }
            Ok::<_, Problem>(lines)
        })
        .await??;
    Ok(Json(lines))
}

async fn print(
    State(app): State<App>,
    Coordinator(account): Coordinator,
    At(campaign): At<CampaignId>,
    body: Body<NewPaperSheets>,
) -> Result<(StatusCode, Json<Vec<PaperSheetLine>>), Problem> {
    let new = read(body)?;
    let lines = app
        .blocking(move |app| {
            let engine = app.engine(campaign)?;
            let plan = engine.plan()?;
            let now = app.clock().now();
            let wanted: Vec<(TeamId, SectorId)> = new
                .sheets
                .iter()
                .map(|one| (one.team, one.sector))
                .collect();
            let by = (account.id, now);
            let printed = print_sheets(&**engine.log(), &plan, new.night, &wanted, by)?;
            let (author, subject) = (account.id.to_string(), campaign.to_string());
            (app.server()).add_audit(now, &author, "paper-sheets-printed", &subject)?;
            let lines = printed.iter().map(|sheet| sheet_line(&plan, sheet, false));
            Ok::<_, Problem>(lines.collect())
        })
        .await??;
    Ok((StatusCode::CREATED, Json(lines)))
}

fn sheet_line(plan: &Plan, sheet: &PaperSheet, keyed_in: bool) -> PaperSheetLine {
    let (sector, name) = sector_words(plan, sheet.sector);
    PaperSheetLine {
        number: sheet.number.to_string(),
        team: team_code(plan, sheet.team),
        sector,
        name,
        night: sheet.night,
        rows: SHEET_ROWS as u32,
        printed_at: sheet.printed_at,
        keyed_in,
    }
}

pub(super) fn sector_words(plan: &Plan, id: SectorId) -> (String, String) {
    let known = plan.sectors.iter().find(|sector| sector.id == id);
    known.map_or_else(
        || (id.to_string().chars().take(8).collect(), String::new()),
        |sector| (sector.code.clone(), sector.name.clone()),
    )
}
