//! *Qualité*: how linkage did, as the console shows it.

use super::contract::{LevelLine, PriorLine, Quality, RuleLine, ThresholdLine, WeightBin};
use super::extract::{At, view_of};
use super::problem::Problem;
use super::review::reviewed;
use crate::app::App;
use crate::review::{Reviewed, word};
use axum::extract::State;
use axum::routing::get;
use axum::{Json, Router};
use maraude_core::model::CampaignId;
use maraude_linkage::{AtThreshold, Unit};

/// The routes of this file.
pub fn routes() -> Router<App> {
    Router::new().route("/api/campaigns/{campaign}/quality", get(quality))
}

async fn quality(
    State(app): State<App>,
    At(campaign): At<CampaignId>,
) -> Result<Json<Quality>, Problem> {
    let (live, position) = view_of(&app, campaign).await?;
    let told = app
        .blocking(move |app| reviewed(&app, &live, position).map(|of| written(&of)))
        .await??;
    Ok(Json(told))
}

fn written(of: &Reviewed) -> Quality {
    let linkage = &of.linkage;
    let p = &linkage.parameters;
    let (distinct, interval) = of.street();
    let observations = of.observations() as u64;
    Quality {
        position: of.position,
        observations: observations as u32,
        slots: of.slots() as u32,
        training: word(linkage.training),
        distinct,
        estimate: linkage.distinct(Unit::Street).estimate,
        interval,
        compared: linkage.compared.pairs,
        possible: observations * observations.saturating_sub(1) / 2,
        rules: linkage
            .compared
            .by_rule
            .iter()
            .map(|(rule, pairs)| RuleLine {
                rule: word(rule),
                pairs: *pairs,
            })
            .collect(),
        priors: p
            .priors()
            .into_iter()
            .map(|(level, probability)| PriorLine {
                level: word(level),
                probability,
            })
            .collect(),
        levels: p
            .levels
            .iter()
            .map(|level| LevelLine {
                field: word(level.field),
                level: word(level.level),
                both_answered: level.both_answered,
                m_probability: level.m_probability,
                u_probability: level.u_probability,
                bits: level.bits(),
            })
            .collect(),
        histogram: linkage
            .compared
            .by_bits
            .iter()
            .map(|(bits, links)| WeightBin {
                bits: *bits,
                links: *links,
            })
            .collect(),
        auto_probability: p.auto_probability,
        review_probability: p.review_probability,
        held_same_probability: p.held_same_probability,
        thresholds: of.at_thresholds().iter().map(|at| line(of, at)).collect(),
    }
}

fn line(of: &Reviewed, at: &AtThreshold) -> ThresholdLine {
    ThresholdLine {
        probability: at.probability,
        street: at.street,
        joined: at.joined,
        expected_precision: at.expected_precision,
        expected_recall: at.expected_recall,
        to_review: of.undecided_from(at.probability),
    }
}
