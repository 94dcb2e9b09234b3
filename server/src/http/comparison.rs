//! *Comparaison*: two campaigns on the sectors walked both times; and the campaigns that ended.

use super::contract::{
    ComparedCampaign, ComparisonBoard, ComparisonRow, EndedCampaign, LeftOutEntry,
};
use super::extract::{Asking, At, view_of};
use super::guard::Analyst;
use super::noted::note_reading;
use super::problem::Problem;
use super::releases::{NO_PLAN, settings};
use super::review::reviewed_anew;
use crate::app::App;
use crate::publication::{
    CampaignCounts, Line, NotCompared, ROUNDED_TO, Reader, Sources, ToldBefore, archive,
    compare_campaigns, prepare,
};
use crate::store::Role;
use axum::extract::State;
use axum::routing::get;
use axum::{Json, Router};
use maraude_core::model::{Campaign, CampaignId, CampaignState};
use maraude_observatory::disclosure::Settings;
use serde::Deserialize;

/// The routes of this file.
pub fn routes() -> Router<App> {
    Router::new()
        .route("/api/campaigns/{campaign}/comparison", get(board))
        .route("/api/ended-campaigns", get(ended))
}

#[derive(Debug, Deserialize)]
struct With {
    with: CampaignId,
}

async fn board(
    State(app): State<App>,
    Analyst(account): Analyst,
    At(campaign): At<CampaignId>,
    Asking(With { with }): Asking<With>,
) -> Result<Json<ComparisonBoard>, Problem> {
    let reader = match account.role {
        Role::Coordinator => Reader::Coordination,
        _ => Reader::Figures,
    };
    // The guard notes the campaign of the path.
    note_reading(&app, &account, with, "comparison-read").await?;
    let own = side(&app, campaign).await?;
    let other = side(&app, with).await?;
    let others = match reader {
        Reader::Coordination => Vec::new(),
        Reader::Figures => others(&app, [campaign, with]).await?,
    };
    let told = app
        .blocking(move |app| {
            if reader == Reader::Figures {
                app.goes_on_here(campaign)?;
                app.goes_on_here(with)?;
            }
            let past = app.past(campaign)?;
            let settings = settings(&app, campaign, &past)?;
            Ok::<_, Problem>(written(own, other, &others, &settings, reader))
        })
        .await??;
    Ok(Json(told))
}

/// One of two campaigns, with its counts where they are known.
struct Side {
    campaign: CampaignId,
    name: String,
    counts: Option<CampaignCounts>,
    from_archive: bool,
}

impl Side {
    fn first_night(&self) -> Option<&str> {
        let nights = self.counts.as_ref()?.nights.iter();
        nights.map(String::as_str).min()
    }

    fn told(&self) -> ComparedCampaign {
        let counts = self.counts.as_ref();
        let defined = counts.map(|counts| counts.defined.clone());
        let (definition, kind, mode) =
            defined.map_or_else(Default::default, |of| (of.definition, of.kind, of.mode));
        ComparedCampaign {
            id: self.campaign,
            name: self.name.clone(),
            nights: counts.map_or_else(Vec::new, |counts| counts.nights.clone()),
            definition,
            kind,
            mode,
            provisional: counts.is_some_and(|counts| counts.provisional),
            from_archive: self.from_archive,
        }
    }
}

/// A campaign's counts: of one that is here from what stands after review, of one that ended from its archive.
async fn side(app: &App, campaign: CampaignId) -> Result<Side, Problem> {
    if matches!(app.server().campaign(campaign)?, Some(Some(_))) {
        return app.blocking(move |app| of_ended(&app, campaign)).await?;
    }
    let (live, position) = view_of(app, campaign).await?;
    app.blocking(move |app| {
        let past = app.past(campaign)?;
        let settings = settings(&app, campaign, &past)?;
        let (view, ground) = (live.view(), live.ground());
        // As its release and its archive would tell it.
        let reviewed = reviewed_anew(&app, &live, position)?;
        let sources = Sources {
            view: &view,
            ground: &ground,
            reviewed: &reviewed,
        };
        let prepared = prepare(sources, &settings)?.ok_or(NO_PLAN)?;
        let files = archive(sources, &prepared, &[], &settings)?;
        let counts = CampaignCounts::read(&files).map_err(|error| {
            tracing::error!(%error, "the counts of a campaign do not read back");
            Problem::broken()
        })?;
        Ok(Side {
            campaign,
            name: prepared.campaign.name.clone(),
            counts: Some(counts),
            from_archive: false,
        })
    })
    .await?
}

fn of_ended(app: &App, campaign: CampaignId) -> Result<Side, Problem> {
    let ended = app.ended_campaigns()?.into_iter();
    let found = ended.into_iter().find(|one| one.campaign == campaign);
    let found = found.ok_or_else(Problem::not_found)?;
    Ok(Side {
        campaign,
        name: found.name,
        counts: found.counts,
        from_archive: true,
    })
}

/// Counts of all other campaigns that are compared with some: those in which no team may still send.
async fn others(app: &App, but: [CampaignId; 2]) -> Result<Vec<Side>, Problem> {
    let mut found = Vec::new();
    for (campaign, purged) in app.server().campaigns()? {
        if but.contains(&campaign) {
            continue;
        }
        if purged.is_none() {
            let (live, _) = view_of(app, campaign).await?;
            let planned = app.blocking(move |_| live.view().campaign()).await??;
            let may_send =
                |of: &Campaign| matches!(of.state, CampaignState::Ready | CampaignState::Open);
            if planned.as_ref().is_none_or(may_send) {
                continue;
            }
        }
        found.push(side(app, campaign).await?);
    }
    Ok(found)
}

/// What comparisons before that of two campaigns tell of them.
fn told_before(before: &Side, after: &Side, others: &[Side], settings: &Settings) -> ToldBefore {
    let mut all: Vec<&Side> = others.iter().chain([before, after]).collect();
    all.retain(|side| side.counts.is_some());
    all.sort_by_key(|side| (side.first_night(), side.campaign));
    let number = |of: &Side| all.iter().position(|side| side.campaign == of.campaign);
    let Some(pair) = number(before).zip(number(after)) else {
        return ToldBefore::default();
    };
    let counts: Vec<&CampaignCounts> = all.iter().filter_map(|side| side.counts.as_ref()).collect();
    let pair = [pair.0.min(pair.1), pair.0.max(pair.1)];
    ToldBefore::of(&counts, pair, settings)
}

fn written(
    own: Side,
    other: Side,
    others: &[Side],
    settings: &Settings,
    reader: Reader,
) -> ComparisonBoard {
    let order = |side: &Side| (side.first_night().map(str::to_owned), side.campaign);
    let (before, after) = if order(&other) <= order(&own) {
        (other, own)
    } else {
        (own, other)
    };
    let is_same = before.campaign == after.campaign;
    let compared = match (&before.counts, &after.counts) {
        _ if is_same => Err(NotCompared::Same.code()),
        (Some(one), Some(other)) => {
            let told = told_before(&before, &after, others, settings);
            compare_campaigns(one, other, (settings, &told), reader).map_err(NotCompared::code)
        }
        _ => Err("no-archive"),
    };
    let withholds = reader == Reader::Figures;
    let mut board = ComparisonBoard {
        before: before.told(),
        after: after.told(),
        refused: None,
        sectors: 0,
        left_out: Vec::new(),
        units: Vec::new(),
        zones: Vec::new(),
        by_sector: Vec::new(),
        rounded_to: withholds.then_some(ROUNDED_TO),
        least: settings.leaf_minimum_people,
    };
    match compared {
        Err(code) => board.refused = Some(code.to_owned()),
        Ok(compared) => {
            let rows = |lines: &[Line]| lines.iter().map(row).collect();
            board.sectors = compared.sectors;
            board.units = rows(&compared.units);
            board.zones = rows(&compared.zones);
            board.by_sector = rows(&compared.by_sector);
            let left = compared.left_out.into_iter().map(|one| LeftOutEntry {
                sector: one.sector,
                why: one.why.code().to_owned(),
            });
            board.left_out = left.collect();
        }
    }
    board
}

fn row(line: &Line) -> ComparisonRow {
    let told = line.told;
    ComparisonRow {
        code: line.code.clone(),
        sectors: line.sectors,
        before: told.map(|of| of.before),
        after: told.map(|of| of.after),
        difference: told.map(|of| of.difference),
        interval: told.map(|of| [of.interval[0].floor() as i64, of.interval[1].ceil() as i64]),
        conclusion: told.map(|of| of.conclusion.code().to_owned()),
    }
}

async fn ended(State(app): State<App>) -> Result<Json<Vec<EndedCampaign>>, Problem> {
    let ended = app.blocking(|app| app.ended_campaigns()).await??;
    let lines = ended.into_iter().map(|one| EndedCampaign {
        id: one.campaign,
        name: one.name,
        has_archive: one.counts.is_some(),
        nights: one.counts.map_or_else(Vec::new, |counts| counts.nights),
        coarsened_at: one.coarsened_at,
        purged_at: one.purged_at,
        releases: one.releases,
        has_certificate: one.has_certificate,
    });
    Ok(Json(lines.collect()))
}

#[cfg(test)]
mod tests {
    use crate::http::releases::tests::Console;
    use maraude_core::document::DocumentName;
    use maraude_core::model::{Campaign, CampaignId, CampaignKind};
    use serde_json::{Value, json};

    /// Another campaign on the same sectors, with nobody in it.
    fn second(console: &Console, kind: CampaignKind) -> CampaignId {
        let app = &console.world.app;
        let plan = app.engine(console.world.campaign).unwrap().plan().unwrap();
        let first = plan.campaign.clone().unwrap();
        let id = CampaignId::from_random([44; 16]);
        let mut campaign = Campaign::prepare(id, "Seconde nuit".to_owned(), kind, first.mode);
        campaign.nights = first.nights;
        let engine = app.create_campaign(&campaign).unwrap();
        let name = DocumentName::Plan { campaign: id };
        engine
            .author(&name, |w| {
                for sector in &plan.sectors {
                    w.put_sector(sector);
                }
            })
            .unwrap();
        id
    }

    fn compared(console: &Console, token: &str, with: CampaignId) -> Value {
        let told = console.ask(token, "GET", &format!("/comparison?with={with}"), None);
        assert!(told.status.is_success(), "{}", told.json());
        told.json()
    }

    #[test]
    fn a_purged_campaign_is_listed_and_compared_from_what_it_left() {
        let console = Console::new();
        console.lock();
        let other = second(&console, CampaignKind::NightCount);
        let before = compared(&console, &console.coordinator, other);
        // Nobody walked the second one: nothing is in common, and that is said.
        assert_eq!(before["refused"], "no-common-ground");
        let own = compared(&console, &console.coordinator, console.world.campaign);
        assert_eq!(own["refused"], "same-campaign");
        assert_eq!(console.everywhere("/api/ended-campaigns").json(), json!([]));

        console.purge();
        let after = compared(&console, &console.coordinator, other);
        let purged = [&after["before"], &after["after"]];
        let purged = purged.into_iter().find(|of| of["from_archive"] == true);
        let purged = purged.expect("one of them is told from its archive");
        assert_eq!(purged["nights"].as_array().unwrap().len(), 1);
        assert_eq!(after["refused"], "no-common-ground");
        let list = console.everywhere("/api/ended-campaigns").json();
        assert_eq!(list[0]["has_archive"], true);
        assert_eq!(list[0]["has_certificate"], true);
        assert_ne!(list[0]["name"], "");
        assert!(list[0]["purged_at"].is_number());
    }

    #[test]
    fn campaigns_of_another_kind_are_refused_with_the_reason() {
        let console = Console::new();
        console.lock();
        let other = second(&console, CampaignKind::YearRound);
        let told = compared(&console, &console.analyst, other);
        assert_eq!(told["refused"], "other-kind");
        assert_eq!(told["rounded_to"], 10);
        assert_eq!(told["before"]["mode"], "exercise");
    }
}
