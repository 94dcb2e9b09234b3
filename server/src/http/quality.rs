//! *Qualité*: how linkage did, as the console shows it.

use super::campaigns::pseudonym_state;
use super::contract::{
    LevelLine, PriorLine, Quality, ReliabilityLine, ReturnsLine, RuleLine, ThresholdLine, WeightBin,
};
use super::extract::{At, view_of};
use super::guard::Coordinator;
use super::problem::Problem;
use super::review::{refreshed, reviewed};
use crate::app::App;
use crate::review::{Reviewed, word};
use axum::extract::State;
use axum::routing::{get, post};
use axum::{Json, Router};
use maraude_core::model::CampaignId;
use maraude_linkage::{AtThreshold, Reliability, Returns, Unit};

/// The routes of this file.
pub fn routes() -> Router<App> {
    Router::new()
        .route("/api/campaigns/{campaign}/quality", get(quality))
        .route("/api/campaigns/{campaign}/quality/refresh", post(refresh))
}

async fn quality(
    State(app): State<App>,
    At(campaign): At<CampaignId>,
) -> Result<Json<Quality>, Problem> {
    let (live, position) = view_of(&app, campaign).await?;
    let told = app
        .blocking(move |app| {
            let of = reviewed(&app, &live, position)?;
            written(&app, campaign, &of)
        })
        .await??;
    Ok(Json(told))
}

/// Learns from all there is: what is shown, and what a restart reads, follows from it.
async fn refresh(
    State(app): State<App>,
    Coordinator(account): Coordinator,
    At(campaign): At<CampaignId>,
) -> Result<Json<Quality>, Problem> {
    let (live, _) = view_of(&app, campaign).await?;
    let told = app
        .blocking(move |app| {
            let of = refreshed(&app, &live)?;
            let (now, subject) = (app.clock().now(), campaign.to_string());
            app.server()
                .add_audit(now, &account.name, "linkage-refreshed", &subject)?;
            written(&app, campaign, &of)
        })
        .await??;
    Ok(Json(told))
}

fn written(app: &App, campaign: CampaignId, of: &Reviewed) -> Result<Quality, Problem> {
    let plan = app.engine(campaign)?.plan()?;
    let plan = plan.campaign.as_ref().ok_or_else(Problem::not_found)?;
    let keys = app.keys().pseudonyms(campaign)?;
    let linkage = &of.linkage;
    let p = &linkage.parameters;
    let (distinct, interval) = of.street();
    let observations = of.observations() as u64;
    Ok(Quality {
        position: of.position,
        pseudonyms: pseudonym_state(plan, &keys),
        observations: observations as u32,
        slots: of.slots() as u32,
        training: word(linkage.training),
        learnt_at: of.frozen.map(|frozen| frozen.at),
        learnt_from: of.frozen.map_or(0, |frozen| frozen.observations),
        changed: of.changed,
        distinct,
        estimate: linkage.distinct(Unit::Street).estimate,
        interval,
        returns: of.has_several_nights().then(|| returned(&p.returns)),
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
        reliability: of.reliability().iter().map(reliable).collect(),
    })
}

fn returned(of: &Returns) -> ReturnsLine {
    ReturnsLine {
        share: of.share(),
        interval: of.interval(),
        near: of.near,
        elsewhere: of.elsewhere,
    }
}

fn reliable(of: &Reliability) -> ReliabilityLine {
    ReliabilityLine {
        from: of.from,
        to: of.to,
        pairs: of.pairs,
        decided: of.decided,
        same: of.same,
        expected: of.expected,
        interval: of.interval,
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
