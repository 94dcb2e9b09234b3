//! *Doublons*: a run of linkage as the console shows it.
//!
//! No rule lives here: `review` orders and judges, this writes it down in the contract's shapes.

use super::contract::{
    DecidedPair, Doubles, ObservationRow, PairCard, SlotCard, Trait, WaterfallStep,
};
use crate::projection::ObservationLine;
use crate::review::{Reviewed, traits, word};
use maraude_core::model::{AccountId, Decision, SlotRef};
use maraude_linkage::ScoredPair;

/// How a handler writes a line of the table and an account's name.
pub struct Wording<'a> {
    /// A line of the table.
    pub row: &'a dyn Fn(&ObservationLine) -> ObservationRow,
    /// An account's name.
    pub account: &'a dyn Fn(AccountId) -> String,
}

/// Everything *Doublons* shows.
pub fn doubles(reviewed: &Reviewed, wording: &Wording<'_>) -> Doubles {
    let (distinct, interval) = reviewed.street();
    Doubles {
        position: reviewed.position,
        queue: reviewed
            .queue()
            .into_iter()
            .filter_map(|pair| pair_card(reviewed, pair, wording))
            .collect(),
        decided: reviewed
            .decisions
            .iter()
            .rev()
            .filter_map(|decision| decided_pair(reviewed, decision, wording))
            .collect(),
        distinct,
        interval,
        automatic: reviewed.automatic(),
    }
}

fn pair_card(reviewed: &Reviewed, pair: &ScoredPair, wording: &Wording<'_>) -> Option<PairCard> {
    let at = |slot: SlotRef| reviewed.line(slot.observation).map(|line| line.observed_at);
    let apart_ms = at(pair.one)? - at(pair.other)?;
    Some(PairCard {
        one: slot_card(reviewed, pair.one, wording)?,
        other: slot_card(reviewed, pair.other, wording)?,
        distance_m: pair.distance_m,
        minutes: apart_ms.abs() as f64 / 60_000.0,
        match_weight: pair.match_weight,
        match_probability: pair.match_probability,
        waterfall: waterfall(pair),
        rules: pair.explanation.rules.iter().map(word).collect(),
    })
}

/// The evidence of a pair, part by part.
pub(super) fn waterfall(pair: &ScoredPair) -> Vec<WaterfallStep> {
    let steps = pair.explanation.steps.iter().map(|step| WaterfallStep {
        field: word(step.field),
        level: word(step.level),
        bits: step.bits,
        sum: step.sum,
    });
    steps.collect()
}

fn decided_pair(
    reviewed: &Reviewed,
    decision: &Decision,
    wording: &Wording<'_>,
) -> Option<DecidedPair> {
    Some(DecidedPair {
        decision: decision.id,
        one: slot_card(reviewed, decision.one, wording)?,
        other: slot_card(reviewed, decision.other, wording)?,
        verdict: decision.verdict,
        reason: decision.reason.clone(),
        by: (wording.account)(decision.author),
        at: decision.decided_at,
        undone: decision.undone_at.is_some(),
    })
}

/// One side of a pair; none for an observation the view no longer has.
pub(super) fn slot_card(
    reviewed: &Reviewed,
    slot: SlotRef,
    wording: &Wording<'_>,
) -> Option<SlotCard> {
    let line = reviewed.line(slot.observation)?;
    let compared = reviewed.compared(slot.observation);
    let place = compared.and_then(|compared| compared.place);
    let known = compared.map_or_else(Vec::new, |compared| traits(compared, slot));
    Some(SlotCard {
        slot,
        observation: (wording.row)(line),
        place: place.map(|place| [place.coordinates.longitude, place.coordinates.latitude]),
        accuracy_m: place.and_then(|place| place.accuracy_m),
        traits: known
            .into_iter()
            .map(|(field, value)| Trait {
                field: field.to_owned(),
                value,
            })
            .collect(),
    })
}
