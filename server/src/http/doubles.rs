//! *Doublons*: a run of linkage as the console shows it.
//!
//! No rule lives here: `review` orders and judges, this writes it down in the contract's shapes.

use super::contract::{
    CommonMark, DecidedPair, Doubles, NearPlace, ObservationRow, PairCard, SlotCard, Trait,
    WaterfallStep,
};
use crate::projection::ObservationLine;
use crate::review::{Cursor, Reviewed, traits, word};
use maraude_core::model::{AccountId, Coordinates, Decision, SlotRef};
use maraude_linkage::{Field, ScoredPair, common_things};

/// How a handler writes a line of the table and an account's name.
pub struct Wording<'a> {
    /// A line of the table.
    pub row: &'a dyn Fn(&ObservationLine) -> ObservationRow,
    /// An account's name.
    pub account: &'a dyn Fn(AccountId) -> String,
    /// What a place is near to.
    pub near: &'a dyn Fn(Coordinates) -> Option<NearPlace>,
}

/// Pairs told at once: more than a coordinator decides before the screen reads again.
const PAGE_PAIRS: usize = 50;
/// Decisions told at once; the log for the committee has them all.
const DECIDED: usize = 300;

/// Everything *Doublons* shows, from the beginning of the queue or after a place in it; the pages
/// after the first tell the pairs alone.
pub fn doubles(reviewed: &Reviewed, after: Option<Cursor>, wording: &Wording<'_>) -> Doubles {
    let (distinct, interval) = reviewed.street();
    let page = reviewed.page(after, PAGE_PAIRS);
    let decided = if after.is_none() { DECIDED } else { 0 };
    Doubles {
        position: reviewed.position,
        waiting: page.waiting as u32,
        next: page.next.map(|place| place.to_string()),
        decisions: reviewed.decisions.len() as u32,
        queue: page
            .pairs
            .into_iter()
            .filter_map(|pair| pair_card(reviewed, pair, wording))
            .collect(),
        decided: reviewed
            .decisions
            .iter()
            .rev()
            .take(decided)
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
        waterfall: waterfall(reviewed, pair),
        rules: pair.explanation.rules.iter().map(word).collect(),
    })
}

/// The evidence of a pair, part by part.
pub(super) fn waterfall(reviewed: &Reviewed, pair: &ScoredPair) -> Vec<WaterfallStep> {
    let sides = [pair.one, pair.other].map(|slot| {
        let compared = reviewed.compared(slot.observation);
        compared.map_or_else(Vec::new, |of| traits(of, slot))
    });
    let steps = pair.explanation.steps.iter().map(|step| {
        let field = word(step.field);
        let value = |side: &Vec<(&'static str, String)>| {
            let told = side.iter().find(|(of, _)| *of == field);
            told.map_or_else(String::new, |(_, value)| value.clone())
        };
        let values = [value(&sides[0]), value(&sides[1])];
        WaterfallStep {
            level: word(step.level),
            bits: step.bits,
            sum: step.sum,
            shares: step.shares.map(|(m, u)| [m, u]),
            common: match step.field {
                Field::Marks => common(&values),
                _ => Vec::new(),
            },
            values,
            field,
        }
    });
    steps.collect()
}

fn common([one, other]: &[String; 2]) -> Vec<CommonMark> {
    let things = common_things(one, other).into_iter();
    let told = things.map(|of| CommonMark {
        thing: of.written,
        colour: of.colour.map(str::to_owned),
        two_colours: of.same_colour == Some(false),
    });
    told.collect()
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
        near: place.and_then(|place| (wording.near)(place.coordinates)),
        traits: known
            .into_iter()
            .map(|(field, value)| Trait {
                field: field.to_owned(),
                value,
            })
            .collect(),
    })
}

#[cfg(test)]
mod tests;
