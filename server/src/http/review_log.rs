//! The committee's log of decisions. No name of an account, no place, no trait of a person.

use super::contract::{KindCount, LineEffect, LoggedAct, LoggedPair, LoggedSide, ReviewLog};
use super::extract::{At, view_of};
use super::guard::Coordinator;
use super::problem::Problem;
use super::review::reviewed;
use crate::app::App;
use crate::review::{Act, ActMade, Effect, Figure, Reviewed, word};
use axum::extract::State;
use axum::routing::get;
use axum::{Json, Router};
use maraude_core::model::{AccountId, CampaignId, CampaignMode, CorrectionKind, SlotRef};
use std::collections::BTreeMap;

/// Characters of an identifier that are told: enough to tell one from another, and to look it up.
const SHORT: usize = 8;

/// The routes of this file.
pub fn routes() -> Router<App> {
    Router::new().route("/api/campaigns/{campaign}/review-log", get(log))
}

async fn log(
    State(app): State<App>,
    Coordinator(account): Coordinator,
    At(campaign): At<CampaignId>,
) -> Result<Json<ReviewLog>, Problem> {
    let (live, position) = view_of(&app, campaign).await?;
    let told = app
        .blocking(move |app| {
            let reviewed = reviewed(&app, &live, position)?;
            let view = live.view();
            let plan = view.campaign()?.ok_or_else(Problem::not_found)?;
            let history = reviewed.history(view.rulings()?, view.all_corrections()?);
            let now = app.clock().now();
            // Before anything leaves: a log that is not in the audit log is not read.
            app.server().add_audit(
                now,
                &account.id.to_string(),
                "review-log-read",
                &campaign.to_string(),
            )?;
            let accounts = app.server().accounts()?;
            let roles: BTreeMap<AccountId, String> = accounts
                .into_iter()
                .map(|account| (account.id, account.role.to_string()))
                .collect();
            let acts: Vec<LoggedAct> = (1..)
                .zip(&history.acts)
                .map(|(number, made)| logged(&reviewed, &roles, number, made))
                .collect();
            Ok::<_, Problem>(ReviewLog {
                position: reviewed.position,
                campaign: plan.name.clone(),
                exercise: plan.mode == CampaignMode::Exercise,
                read_at: now,
                before: people(&history.before),
                now: people(&history.now),
                standing: standing(&acts),
                undone: acts.iter().filter(|act| act.undone_at.is_some()).count() as u32,
                acts,
            })
        })
        .await??;
    Ok(Json(told))
}

fn people(figure: &Figure) -> Vec<LineEffect> {
    let lines = figure.iter().map(|(unit, people)| LineEffect {
        unit: unit.code().to_owned(),
        people: i64::from(*people),
    });
    lines.collect()
}

fn standing(acts: &[LoggedAct]) -> Vec<KindCount> {
    let mut counts: BTreeMap<&str, u32> = BTreeMap::new();
    for act in acts.iter().filter(|act| act.undone_at.is_none()) {
        *counts.entry(&act.kind).or_default() += 1;
    }
    let counts = counts.into_iter().map(|(kind, acts)| KindCount {
        kind: kind.to_owned(),
        acts,
    });
    counts.collect()
}

fn logged(
    reviewed: &Reviewed,
    roles: &BTreeMap<AccountId, String>,
    number: u32,
    made: &ActMade,
) -> LoggedAct {
    let act = &made.act;
    let author = act.author();
    let side = |slot: SlotRef| side(reviewed, slot);
    let whole = |observation| {
        side(SlotRef {
            observation,
            slot: 0,
        })
    };
    let (kind, pairs, about) = match act {
        Act::Decisions(all) => {
            let pairs = all.iter().map(|decision| LoggedPair {
                one: side(decision.one),
                other: side(decision.other),
                verdict: decision.verdict,
            });
            let kind = match &all[..] {
                [one] => word(one.verdict),
                _ => "group".to_owned(),
            };
            (kind, pairs.collect(), None)
        }
        Act::Ruling(ruling) => {
            let about = whole(ruling.observation);
            (word(ruling.ruling), Vec::new(), Some(about))
        }
        Act::Correction(correction) => {
            let kind = match correction.kind {
                CorrectionKind::Place(_) => "place",
                CorrectionKind::Sector(_) => "sector",
            };
            (
                kind.to_owned(),
                Vec::new(),
                Some(whole(correction.observation)),
            )
        }
    };
    LoggedAct {
        number,
        at: act.at(),
        kind,
        role: author.and_then(|id| roles.get(&id).cloned()),
        who: author.map_or_else(String::new, |id| short(&id)),
        reason: act.reason().map(str::to_owned),
        pairs,
        about,
        effects: made
            .effects
            .as_ref()
            .map(|all| all.iter().map(line).collect()),
        undone_at: act.undone_at(),
    }
}

fn line(effect: &Effect) -> LineEffect {
    LineEffect {
        unit: effect.unit.code().to_owned(),
        people: effect.people,
    }
}

fn side(reviewed: &Reviewed, slot: SlotRef) -> LoggedSide {
    let line = reviewed.line(slot.observation);
    LoggedSide {
        observation: short(&slot.observation),
        slot: u32::from(slot.slot) + 1,
        kind: line.map(|line| line.observation.kind),
        team: line.map(|line| line.team_code.clone()),
        sector: line.and_then(|line| line.sector_code.clone()),
        night: line.map(|line| line.night),
        observed_at: line.map(|line| line.observed_at),
    }
}

fn short(id: &impl ToString) -> String {
    id.to_string().chars().take(SHORT).collect()
}
