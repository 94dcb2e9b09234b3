//! Doubtful observations: those that wait for a ruling, those whose team is asked, those ruled on.

use super::contract::{AdjudicationEntry, DoubtfulLine, DoubtfulList};
use super::extract::{At, view_of};
use super::observations::{account_names, name_of, row};
use super::problem::Problem;
use super::review::reviewed;
use crate::app::App;
use crate::projection::{Counting, ObservationFilter, counting};
use axum::extract::State;
use axum::routing::get;
use axum::{Json, Router};
use maraude_core::model::{AccountId, Adjudication, CampaignId, ObservationId, Ruling};
use std::collections::BTreeMap;

/// The routes of this file.
pub fn routes() -> Router<App> {
    Router::new().route("/api/campaigns/{campaign}/doubtful", get(list))
}

async fn list(
    State(app): State<App>,
    At(campaign): At<CampaignId>,
) -> Result<Json<DoubtfulList>, Problem> {
    let (live, position) = view_of(&app, campaign).await?;
    let told = app
        .blocking(move |app| {
            let reviewed = reviewed(&app, &live, position)?;
            let view = live.view();
            let names = account_names(&app)?;
            let (lines, _) = view.lines(&ObservationFilter::default())?;
            let mut rulings: BTreeMap<ObservationId, Vec<AdjudicationEntry>> = BTreeMap::new();
            for ruling in view.rulings()? {
                let told = written(&ruling, &names);
                rulings.entry(ruling.observation).or_default().push(told);
            }
            let mut told: Vec<DoubtfulLine> = lines
                .iter()
                .filter_map(|line| {
                    let counts = counting(line);
                    let waits = matches!(counts, Counting::Doubtful | Counting::SetApart);
                    let ruled = rulings.remove(&line.observation.id);
                    let shown = line.observation.stands() && (waits || ruled.is_some());
                    shown.then(|| DoubtfulLine {
                        observation: row(line, &reviewed),
                        counted: counts == Counting::Counted,
                        ruling: line.ruling,
                        rulings: ruled.unwrap_or_default(),
                    })
                })
                .collect();
            told.sort_by_key(|line| {
                let turn = match line.ruling {
                    None => 0,
                    Some(Ruling::AskTeam) => 1,
                    Some(_) => 2,
                };
                let newest = std::cmp::Reverse(line.observation.observed_at);
                (turn, newest, line.observation.id)
            });
            Ok::<_, Problem>(DoubtfulList {
                position,
                lines: told,
            })
        })
        .await??;
    Ok(Json(told))
}

fn written(ruling: &Adjudication, names: &BTreeMap<AccountId, String>) -> AdjudicationEntry {
    AdjudicationEntry {
        id: ruling.id,
        ruling: ruling.ruling,
        reason: ruling.reason.clone(),
        by: name_of(names, ruling.author),
        at: ruling.decided_at,
        undone: ruling.undone_at.is_some(),
    }
}
