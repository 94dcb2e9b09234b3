//! Orders about observations: decisions, rulings, corrections, reading marks. Appended to the
//! review of the night; nobody edits an observation.

use super::desk::{Desk, Intent, Step};
use super::order::{Order, OrderError};
use super::strands;
use crate::projection::ObservationFilter;
use crate::store::random_id;
use maraude_core::document::{
    DocumentName, READ_MARKS_PER_CHANGE, Review, Writer, document_id, read_review,
};
use maraude_core::model::{
    Adjudication, AdjudicationId, Coordinates, Correction, CorrectionId, CorrectionKind, Decision,
    DecisionId, Night, ObservationId, Ruling, SlotRef, TimestampMs, Verdict,
};
use std::collections::BTreeSet;

/// A review takes so many acts before the next one begins (design D2).
const ACTS_PER_REVIEW: usize = 2_000;

/// Decisions that one change takes or undoes without passing the gate's operation cap.
const DECISIONS_PER_CHANGE: usize = 120;

/// Longest reason, characters.
const REASON_CHARACTERS: usize = 280;

pub(super) fn interpret(desk: &Desk<'_>, order: &Order) -> Result<Intent, OrderError> {
    match order {
        Order::Decide {
            one,
            other,
            verdict,
            reason,
        } => decide(desk, [*one, *other], *verdict, reason.as_deref()),
        Order::DecideAll { pairs, reason } => decide_all(desk, pairs, reason.as_deref()),
        Order::UndoDecisions(ids) => {
            let held = |review: &Review| review.decisions.iter().map(|d| d.id).collect();
            undo_all(desk, "decision", ids, held, |w, id, at| {
                w.undo_decision(id, at);
            })
        }
        Order::JudgeStrands {
            counted,
            left_out,
            reason,
        } => strands::judge(desk, counted, left_out, reason.as_deref()),
        Order::UndoAdjudications(ids) => {
            let held = |review: &Review| review.adjudications.iter().map(|a| a.id).collect();
            undo_all(desk, "adjudication", ids, held, |w, id, at| {
                w.undo_adjudication(id, at);
            })
        }
        Order::Adjudicate {
            observation,
            ruling,
            reason,
        } => adjudicate(desk, *observation, *ruling, reason.as_deref()),
        Order::CorrectPlace {
            observation,
            at,
            reason,
        } => correct_place(desk, *observation, *at, reason.as_deref()),
        Order::UndoDecision(id) => {
            let (id, now) = (*id, desk.now);
            let has = move |review: &Review| review.decisions.iter().any(|d| d.id == id);
            undo(
                desk,
                "decision",
                &id,
                has,
                Step::new(move |w| w.undo_decision(id, now)),
            )
        }
        Order::UndoAdjudication(id) => {
            let (id, now) = (*id, desk.now);
            let has = move |review: &Review| review.adjudications.iter().any(|a| a.id == id);
            let step = Step::new(move |w| w.undo_adjudication(id, now));
            undo(desk, "adjudication", &id, has, step)
        }
        Order::UndoCorrection(id) => {
            let (id, now) = (*id, desk.now);
            let has = move |review: &Review| review.corrections.iter().any(|c| c.id == id);
            let step = Step::new(move |w| w.undo_correction(id, now));
            undo(desk, "correction", &id, has, step)
        }
        Order::MarkRead(observations) => mark_read(desk, observations),
        _ => Ok(Intent::default()),
    }
}

pub(super) fn check_place(at: Coordinates) -> Result<(), OrderError> {
    let within = |value: f64, limit: f64| value.is_finite() && value.abs() <= limit;
    if !within(at.longitude, 180.0) {
        return Err(OrderError::invalid("out-of-range", "longitude"));
    }
    if !within(at.latitude, 90.0) {
        return Err(OrderError::invalid("out-of-range", "latitude"));
    }
    Ok(())
}

fn decide(
    desk: &Desk<'_>,
    [one, other]: [SlotRef; 2],
    verdict: Verdict,
    reason: Option<&str>,
) -> Result<Intent, OrderError> {
    check_reason(reason)?;
    if one == other {
        return Err(OrderError::invalid("same-slot", "other"));
    }
    night_of(desk, other.observation)?;
    let night = night_of(desk, one.observation)?;
    let (one, other) = (one.min(other), one.max(other));
    let mut touches = Vec::new();
    for (name, review) in reviews(desk, night)?.0 {
        let of_pair = |d: &&Decision| (d.one.min(d.other), d.one.max(d.other)) == (one, other);
        for earlier in review.decisions.iter().filter(of_pair) {
            touches.push((name, format!("decision:{}", earlier.id)));
        }
    }
    let decision = Decision {
        id: random_id(DecisionId::from_random)?,
        one,
        other,
        verdict,
        reason: kept(reason),
        author: desk.author,
        decided_at: desk.now,
        undone_at: None,
    };
    let made = decision.id.to_string();
    let mut intent = append(
        desk,
        night,
        Some(made),
        Step::new(move |w| w.put_decision(&decision)),
    )?;
    intent.touches = touches;
    Ok(intent)
}

/// Decisions on several pairs as one change. It rests on every decision about anybody it names: a
/// group that somebody changed meanwhile is looked at again.
fn decide_all(
    desk: &Desk<'_>,
    pairs: &[(SlotRef, SlotRef, Verdict)],
    reason: Option<&str>,
) -> Result<Intent, OrderError> {
    check_reason(reason)?;
    let Some((first, _, _)) = pairs.first() else {
        return Err(OrderError::invalid("missing", "decisions"));
    };
    if pairs.len() > DECISIONS_PER_CHANGE {
        return Err(OrderError::invalid("too-many", "decisions"));
    }
    let mut decisions = Vec::new();
    for &(one, other, verdict) in pairs {
        if one == other {
            return Err(OrderError::invalid("same-slot", "other"));
        }
        for slot in [one, other] {
            night_of(desk, slot.observation)?;
        }
        decisions.push(Decision {
            id: random_id(DecisionId::from_random)?,
            one: one.min(other),
            other: one.max(other),
            verdict,
            reason: kept(reason),
            author: desk.author,
            decided_at: desk.now,
            undone_at: None,
        });
    }
    let named: BTreeSet<SlotRef> = decisions.iter().flat_map(|d| [d.one, d.other]).collect();
    let night = night_of(desk, first.observation)?;
    let mut touches = Vec::new();
    for (name, review) in all_reviews(desk)? {
        let about = |d: &&Decision| named.contains(&d.one) || named.contains(&d.other);
        for earlier in review.decisions.iter().filter(about) {
            touches.push((name, format!("decision:{}", earlier.id)));
        }
    }
    let ids: Vec<String> = decisions.iter().map(|d| d.id.to_string()).collect();
    let step = Step::new(move |w| decisions.iter().for_each(|d| w.put_decision(d)));
    let mut intent = append(desk, night, Some(ids.join(" ")), step)?;
    intent.touches = touches;
    Ok(intent)
}

/// Undoes several acts of one kind together, in whichever reviews hold them, or none.
fn undo_all<T: Copy + Ord + ToString + 'static>(
    desk: &Desk<'_>,
    what: &'static str,
    ids: &[T],
    held: impl Fn(&Review) -> Vec<T>,
    undo: fn(&mut Writer<'_>, T, TimestampMs),
) -> Result<Intent, OrderError> {
    if ids.len() > DECISIONS_PER_CHANGE {
        return Err(OrderError::invalid("too-many", what));
    }
    let mut left: BTreeSet<T> = ids.iter().copied().collect();
    let mut intent = Intent::default();
    let now = desk.now;
    for (name, review) in all_reviews(desk)? {
        let here: Vec<T> = held(&review)
            .into_iter()
            .filter(|id| left.remove(id))
            .collect();
        if here.is_empty() {
            continue;
        }
        let touched = here
            .iter()
            .map(|id| (name, format!("{what}:{}", id.to_string())));
        intent.touches.extend(touched);
        let step = Step::new(move |w| here.iter().for_each(|id| undo(w, *id, now)));
        intent.reviews.push((name, vec![step]));
    }
    if ids.is_empty() || !left.is_empty() {
        return Err(OrderError::Unknown { what });
    }
    Ok(intent)
}

fn adjudicate(
    desk: &Desk<'_>,
    observation: ObservationId,
    ruling: Ruling,
    reason: Option<&str>,
) -> Result<Intent, OrderError> {
    check_reason(reason)?;
    let night = night_of(desk, observation)?;
    let ruling = Adjudication {
        id: random_id(AdjudicationId::from_random)?,
        observation,
        ruling,
        reason: kept(reason),
        author: desk.author,
        decided_at: desk.now,
        undone_at: None,
    };
    let mut touches = Vec::new();
    for (name, review) in reviews(desk, night)?.0 {
        let of_it = |earlier: &&Adjudication| earlier.observation == observation;
        for earlier in review.adjudications.iter().filter(of_it) {
            touches.push((name, format!("adjudication:{}", earlier.id)));
        }
    }
    let made = ruling.id.to_string();
    let step = Step::new(move |w| w.put_adjudication(&ruling));
    let mut intent = append(desk, night, Some(made), step)?;
    intent.touches = touches;
    Ok(intent)
}

fn correct_place(
    desk: &Desk<'_>,
    observation: ObservationId,
    at: Coordinates,
    reason: Option<&str>,
) -> Result<Intent, OrderError> {
    check_reason(reason)?;
    check_place(at)?;
    let night = night_of(desk, observation)?;
    let correction = Correction {
        id: random_id(CorrectionId::from_random)?,
        observation,
        kind: CorrectionKind::Place(at),
        reason: kept(reason),
        author: desk.author,
        decided_at: desk.now,
        undone_at: None,
    };
    let made = correction.id.to_string();
    let step = Step::new(move |w| w.put_correction(&correction));
    append(desk, night, Some(made), step)
}

fn mark_read(desk: &Desk<'_>, observations: &[ObservationId]) -> Result<Intent, OrderError> {
    let Some(first) = observations.first() else {
        return Ok(Intent::default());
    };
    if observations.len() > READ_MARKS_PER_CHANGE {
        return Err(OrderError::invalid("too-many", "observations"));
    }
    let night = night_of(desk, *first)?;
    // What was read and has not changed since keeps its mark.
    let mut unread = Vec::new();
    for id in observations {
        if line_of(desk, *id)?.is_some_and(|(_, read)| !read) {
            unread.push(*id);
        }
    }
    if unread.is_empty() {
        return Ok(Intent::default());
    }
    let now = desk.now;
    let imported = unread.len() as u32;
    let mut step = Step::new(move |w| w.mark_read(&unread, now));
    step.operations = imported as usize * 3;
    let mut intent = append(desk, night, None, step)?;
    intent.done.imported = imported;
    Ok(intent)
}

/// One act at the end of the night's review, or of its next part once the last is full.
pub(super) fn append(
    desk: &Desk<'_>,
    night: Night,
    made: Option<String>,
    step: Step,
) -> Result<Intent, OrderError> {
    let acts = |review: &Review| {
        review.decisions.len() + review.adjudications.len() + review.corrections.len()
    };
    let (reviews, next) = reviews(desk, night)?;
    let name = match reviews.last() {
        Some((name, review)) if acts(review) < ACTS_PER_REVIEW => *name,
        _ => next,
    };
    let mut intent = Intent {
        reviews: vec![(name, vec![step])],
        ..Intent::default()
    };
    intent.done.made = made;
    Ok(intent)
}

/// Undoes an act, in whichever review holds it.
fn undo(
    desk: &Desk<'_>,
    what: &'static str,
    id: &impl ToString,
    has: impl Fn(&Review) -> bool,
    step: Step,
) -> Result<Intent, OrderError> {
    for (name, review) in all_reviews(desk)? {
        if has(&review) {
            let touches = vec![(name, format!("{what}:{}", id.to_string()))];
            return Ok(Intent {
                reviews: vec![(name, vec![step])],
                touches,
                ..Intent::default()
            });
        }
    }
    Err(OrderError::Unknown { what })
}

/// The reviews of all nights.
fn all_reviews(desk: &Desk<'_>) -> Result<Vec<(DocumentName, Review)>, OrderError> {
    let mut found = Vec::new();
    for stored in desk.engine.log().documents()? {
        if matches!(stored.name, DocumentName::Review { .. }) {
            let review = desk.engine.read(stored.document, |d| read_review(d).0)?;
            found.push((stored.name, review));
        }
    }
    Ok(found)
}

/// The reviews of a night, in the order of their parts, and the next part. A part that was issued
/// anew without what somebody had erased is passed over.
pub(super) fn reviews(
    desk: &Desk<'_>,
    night: Night,
) -> Result<(Vec<(DocumentName, Review)>, DocumentName), OrderError> {
    let mut found = Vec::new();
    let mut part = 0;
    loop {
        let name = review_name(desk, night, part);
        let document = document_id(&name);
        if desk.engine.log().document(document)?.is_some() {
            let review = desk.engine.read(document, |d| read_review(d).0)?;
            found.push((name, review));
        } else if desk.engine.log().tombstone(document)?.is_none() {
            return Ok((found, name));
        }
        part += 1;
    }
}

fn review_name(desk: &Desk<'_>, night: Night, part: u32) -> DocumentName {
    DocumentName::Review {
        campaign: desk.engine.campaign(),
        night,
        part,
    }
}

fn night_of(desk: &Desk<'_>, observation: ObservationId) -> Result<Night, OrderError> {
    line_of(desk, observation)?
        .map(|(night, _)| night)
        .ok_or(OrderError::Unknown {
            what: "observation",
        })
}

fn line_of(
    desk: &Desk<'_>,
    observation: ObservationId,
) -> Result<Option<(Night, bool)>, OrderError> {
    let (lines, _) = desk.view.lines(&ObservationFilter {
        id: Some(observation),
        ..ObservationFilter::default()
    })?;
    Ok(lines.first().map(|line| (line.night, line.read)))
}

pub(super) fn check_reason(reason: Option<&str>) -> Result<(), OrderError> {
    match reason {
        Some(text) if text.chars().count() > REASON_CHARACTERS => {
            Err(OrderError::invalid("too-long", "reason"))
        }
        _ => Ok(()),
    }
}

pub(super) fn kept(reason: Option<&str>) -> Option<String> {
    reason
        .map(str::trim)
        .filter(|text| !text.is_empty())
        .map(str::to_owned)
}
