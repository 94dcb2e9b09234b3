//! The committee's log of decisions. No name of an account, no place, no trait of a person.

use super::contract::{
    KindCount, LineEffect, LoggedAct, LoggedPair, LoggedSide, LoggedStrand, ReviewLog,
};
use super::devices::team_code;
use super::extract::{At, view_of};
use super::guard::Coordinator;
use super::overlaps::{sector_words, source_word};
use super::problem::Problem;
use super::review::reviewed;
use crate::app::App;
use crate::projection::Strands;
use crate::review::{Act, ActMade, Effect, Figure, Reviewed, word};
use axum::extract::State;
use axum::routing::get;
use axum::{Json, Router};
use maraude_core::document::Plan;
use maraude_core::model::{AccountId, CampaignId, CampaignMode, CorrectionKind, Ruling, SlotRef};
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
            let strands = view.strands()?;
            let history = reviewed.history(view.rulings()?, view.all_corrections()?, &strands);
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
            let telling = Telling {
                reviewed: &reviewed,
                plan: &view.plan()?,
                strands: &strands,
                roles,
            };
            let acts: Vec<LoggedAct> = (1..)
                .zip(&history.acts)
                .map(|(number, made)| telling.act(number, made))
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

/// All that acts are told with.
struct Telling<'a> {
    reviewed: &'a Reviewed,
    plan: &'a Plan,
    strands: &'a Strands,
    roles: BTreeMap<AccountId, String>,
}

impl Telling<'_> {
    fn act(&self, number: u32, made: &ActMade) -> LoggedAct {
        let act = &made.act;
        let author = act.author();
        let (kind, about) = self.kind_and_observation(act);
        LoggedAct {
            number,
            at: act.at(),
            kind,
            role: author.and_then(|id| self.roles.get(&id).cloned()),
            who: author.map_or_else(String::new, |id| short(&id)),
            reason: act.reason().map(str::to_owned),
            pairs: self.pairs(act),
            about,
            strands: self.strands(act),
            effects: (made.effects.as_ref()).map(|all| all.iter().map(line).collect()),
            undone_at: act.undone_at(),
        }
    }

    fn kind_and_observation(&self, act: &Act) -> (String, Option<LoggedSide>) {
        let whole = |observation| {
            let slot = 0;
            Some(side(self.reviewed, SlotRef { observation, slot }))
        };
        match act {
            Act::Decisions(all) => match &all[..] {
                [one] => (word(one.verdict), None),
                _ => ("group".to_owned(), None),
            },
            Act::Strands(_) => ("strands".to_owned(), None),
            Act::Ruling(ruling) => (word(ruling.ruling), whole(ruling.observation)),
            Act::Correction(correction) => {
                let kind = match correction.kind {
                    CorrectionKind::Place(_) => "place",
                    CorrectionKind::Sector(_) => "sector",
                };
                (kind.to_owned(), whole(correction.observation))
            }
        }
    }

    fn pairs(&self, act: &Act) -> Vec<LoggedPair> {
        let Act::Decisions(all) = act else {
            return Vec::new();
        };
        let pairs = all.iter().map(|decision| LoggedPair {
            one: side(self.reviewed, decision.one),
            other: side(self.reviewed, decision.other),
            verdict: decision.verdict,
        });
        pairs.collect()
    }

    fn strands(&self, act: &Act) -> Vec<LoggedStrand> {
        let Act::Strands(all) = act else {
            return Vec::new();
        };
        let told = all.iter().filter_map(|ruling| {
            let of = self.strands.named(ruling.observation)?;
            Some(LoggedStrand {
                team: team_code(self.plan, of.team),
                sector: sector_words(self.plan, of.sector).0,
                night: of.night,
                source: source_word(of.source).to_owned(),
                counts: ruling.ruling == Ruling::Count,
            })
        });
        told.collect()
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
