//! *Doublons*: pairs to review with their evidence, and decisions taken.

use super::contract::{DecidedPair, Doubles, PairCard, SlotCard, Trait, WaterfallStep};
use super::extract::{At, view_of};
use super::observations::{account_names, name_of, row};
use super::problem::Problem;
use crate::app::App;
use crate::geolocation::LiveView;
use crate::review::{Review, Reviewed, traits, word};
use crate::store::LogPosition;
use axum::extract::State;
use axum::routing::get;
use axum::{Json, Router};
use maraude_core::model::{CampaignId, Decision, SlotRef};
use maraude_linkage::ScoredPair;
use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

/// Most pairs told at once.
const QUEUE_LENGTH: usize = 200;

/// Most decisions told at once.
const DECIDED_LENGTH: usize = 500;

/// The routes of this file.
pub fn routes() -> Router<App> {
    Router::new().route("/api/campaigns/{campaign}/doubles", get(doubles))
}

#[derive(Default)]
struct Reviews(Mutex<HashMap<CampaignId, Arc<Review>>>);

/// A run of linkage that holds what the view held at a position. Blocks: call it from the pool.
pub(super) fn reviewed(
    app: &App,
    live: &LiveView,
    position: LogPosition,
) -> Result<Arc<Reviewed>, Problem> {
    let reviews = app.part(|_| Reviews::default());
    let review = reviews
        .0
        .lock()
        .unwrap_or_else(PoisonError::into_inner)
        .entry(live.campaign())
        .or_default()
        .clone();
    Ok(review.at(live, position)?)
}

async fn doubles(
    State(app): State<App>,
    At(campaign): At<CampaignId>,
) -> Result<Json<Doubles>, Problem> {
    let (live, position) = view_of(&app, campaign).await?;
    let doubles = app
        .blocking(move |app| {
            let reviewed = reviewed(&app, &live, position)?;
            assemble(&app, &reviewed)
        })
        .await??;
    Ok(Json(doubles))
}

fn assemble(app: &App, reviewed: &Reviewed) -> Result<Doubles, Problem> {
    let names = account_names(app)?;
    let (distinct, interval) = reviewed.street();
    let mut newest: Vec<&Decision> = reviewed.decisions.iter().collect();
    newest.reverse();
    Ok(Doubles {
        position: reviewed.position,
        queue: reviewed
            .queue()
            .into_iter()
            .take(QUEUE_LENGTH)
            .filter_map(|pair| pair_card(pair, reviewed))
            .collect(),
        decided: newest
            .into_iter()
            .take(DECIDED_LENGTH)
            .filter_map(|decision| {
                Some(DecidedPair {
                    decision: decision.id,
                    one: slot_card(decision.one, reviewed)?,
                    other: slot_card(decision.other, reviewed)?,
                    verdict: decision.verdict,
                    reason: decision.reason.clone(),
                    by: name_of(&names, decision.author),
                    at: decision.decided_at,
                    undone: decision.undone_at.is_some(),
                })
            })
            .collect(),
        distinct,
        interval,
        automatic: reviewed.automatic(),
    })
}

fn pair_card(pair: &ScoredPair, reviewed: &Reviewed) -> Option<PairCard> {
    let explanation = &pair.explanation;
    let (one, other) = (
        slot_card(pair.one, reviewed)?,
        slot_card(pair.other, reviewed)?,
    );
    let apart_ms = one.observation.observed_at.abs_diff(other.observation.observed_at);
    Some(PairCard {
        one,
        other,
        distance_m: pair.distance_m,
        minutes: apart_ms as f64 / 60_000.0,
        match_weight: pair.match_weight,
        match_probability: pair.match_probability,
        waterfall: explanation
            .steps
            .iter()
            .map(|step| WaterfallStep {
                field: word(step.field),
                level: word(step.level),
                bits: step.bits,
                sum: step.sum,
            })
            .collect(),
        rules: explanation.rules.iter().map(word).collect(),
    })
}

fn slot_card(slot: SlotRef, reviewed: &Reviewed) -> Option<SlotCard> {
    let line = reviewed.line(slot.observation)?;
    let position = line.placement.as_ref().and_then(|p| p.position);
    let known = reviewed.compared(slot.observation);
    Some(SlotCard {
        slot,
        observation: row(line, reviewed),
        place: position.map(|p| [p.coordinates.longitude, p.coordinates.latitude]),
        accuracy_m: position.and_then(|p| p.accuracy_m),
        traits: known.map_or_else(Vec::new, |of| {
            traits(of, slot)
                .into_iter()
                .map(|(field, value)| Trait {
                    field: field.to_owned(),
                    value,
                })
                .collect()
        }),
    })
}
