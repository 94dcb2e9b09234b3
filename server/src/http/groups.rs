//! Groups of linked observations: the list, one of them, and what a change would do.

use super::contract::{
    GroupChange, GroupDetail, GroupEffect, GroupLine, GroupLink, GroupList, GroupPerson,
    NightTotals,
};
use super::doubles::{Wording, slot_card, waterfall};
use super::extract::{At, Body, read, view_of};
use super::guard::Coordinator;
use super::observations::{account_names, name_of, near_place, row};
use super::problem::Problem;
use super::review::reviewed;
use crate::app::App;
use crate::review::{Group, Reviewed, Totals};
use crate::store::random_id;
use axum::extract::State;
use axum::routing::{get, post};
use axum::{Json, Router};
use maraude_core::model::{CampaignId, Decision, DecisionId, ObservationId, SlotRef};
use maraude_linkage::{Cluster, ScoredPair};

/// Most groups of a list.
const GROUPS: usize = 300;

/// Most decisions whose effect is asked for at once.
const DECISIONS: usize = 120;

/// The routes of this file.
pub fn routes() -> Router<App> {
    Router::new()
        .route("/api/campaigns/{campaign}/groups", get(list))
        .route(
            "/api/campaigns/{campaign}/groups/{observation}/{slot}",
            get(detail),
        )
        .route("/api/campaigns/{campaign}/groups/effect", post(effect))
}

async fn list(
    State(app): State<App>,
    At(campaign): At<CampaignId>,
) -> Result<Json<GroupList>, Problem> {
    let (live, position) = view_of(&app, campaign).await?;
    let told = app
        .blocking(move |app| {
            let reviewed = reviewed(&app, &live, position)?;
            let groups = reviewed.groups();
            Ok::<_, Problem>(GroupList {
                position: reviewed.position,
                total: groups.len() as u32,
                groups: groups
                    .into_iter()
                    .take(GROUPS)
                    .map(|group| GroupLine {
                        slot: group.slot,
                        observations: group.observations,
                        people: group.people,
                        slots: group.slots,
                        weakest: group.weakest,
                        open: group.open,
                        teams: group.teams,
                        first_at: group.seen[0],
                        last_at: group.seen[1],
                    })
                    .collect(),
            })
        })
        .await??;
    Ok(Json(told))
}

async fn detail(
    State(app): State<App>,
    At((campaign, observation, slot)): At<(CampaignId, ObservationId, u16)>,
) -> Result<Json<GroupDetail>, Problem> {
    let (live, position) = view_of(&app, campaign).await?;
    let told = app
        .blocking(move |app| {
            let reviewed = reviewed(&app, &live, position)?;
            let group = reviewed
                .group(reviewed.now_named(SlotRef { observation, slot }))
                .ok_or_else(Problem::not_found)?;
            let names = account_names(&app)?;
            let wording = Wording {
                row: &|line| row(line, &reviewed),
                account: &|id| name_of(&names, id),
                near: &|at| near_place(&live, at),
            };
            Ok::<_, Problem>(written(&reviewed, &group, &wording))
        })
        .await??;
    Ok(Json(told))
}

fn written(reviewed: &Reviewed, group: &Group, wording: &Wording<'_>) -> GroupDetail {
    let person = |within: bool, cluster: &Cluster| GroupPerson {
        within,
        members: cluster
            .slots
            .iter()
            .filter_map(|slot| slot_card(reviewed, *slot, wording))
            .collect(),
    };
    let inside = group.people.iter().map(|cluster| person(true, cluster));
    let beside = group.near.iter().map(|cluster| person(false, cluster));
    GroupDetail {
        position: reviewed.position,
        people: inside.chain(beside).collect(),
        links: group
            .links
            .iter()
            .map(|pair| link(reviewed, pair))
            .collect(),
        more: group.more,
    }
}

fn link(reviewed: &Reviewed, pair: &ScoredPair) -> GroupLink {
    let at = |slot: SlotRef| {
        let line = reviewed.line(slot.observation);
        line.map_or(0, |line| line.observed_at)
    };
    GroupLink {
        one: pair.one,
        other: pair.other,
        match_probability: pair.match_probability,
        match_weight: pair.match_weight,
        decided: pair.decided,
        distance_m: pair.distance_m,
        minutes: (at(pair.one) - at(pair.other)).abs() as f64 / 60_000.0,
        waterfall: waterfall(reviewed, pair),
    }
}

async fn effect(
    State(app): State<App>,
    Coordinator(account): Coordinator,
    At(campaign): At<CampaignId>,
    body: Body<GroupChange>,
) -> Result<Json<GroupEffect>, Problem> {
    let change = read(body)?;
    if change.decisions.len() + change.undone.len() > DECISIONS {
        return Err(Problem::malformed("Ask for fewer decisions at once.").at("decisions"));
    }
    let (live, position) = view_of(&app, campaign).await?;
    let told = app
        .blocking(move |app| {
            let reviewed = reviewed(&app, &live, position)?;
            let now = app.clock().now();
            let mut more = Vec::new();
            for pair in change.decisions {
                more.push(Decision {
                    id: random_id(DecisionId::from_random)?,
                    one: pair.one.min(pair.other),
                    other: pair.one.max(pair.other),
                    verdict: pair.verdict,
                    reason: None,
                    author: account.id,
                    decided_at: now,
                    undone_at: None,
                });
            }
            let after = reviewed.after(&more, &change.undone, now);
            let contradictions = after.linkage.contradictions.iter();
            let own = contradictions.filter(|of| more.iter().any(|d| d.id == of.decision));
            Ok::<_, Problem>(GroupEffect {
                before: totals(reviewed.totals()),
                after: totals(after.totals()),
                set_aside: own.count() as u32,
            })
        })
        .await??;
    Ok(Json(told))
}

fn totals(of: Totals) -> NightTotals {
    NightTotals {
        street: of.street,
        interval: of.interval,
        squat: of.squat,
        bidonville: of.bidonville,
    }
}
