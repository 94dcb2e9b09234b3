//! Which strand counts where a sector was recorded more than once: one ruling on each, taken
//! together, in the review of the night.

use super::desk::{Desk, Intent, Step};
use super::order::OrderError;
use super::review::{append, check_reason, kept, reviews};
use crate::store::random_id;
use maraude_core::model::{Adjudication, AdjudicationId, ObservationId, Ruling};

/// Rules on every strand of a sector and night. It rests on what is there: a strand that came
/// meanwhile makes it stale.
pub(super) fn judge(
    desk: &Desk<'_>,
    counted: &[ObservationId],
    left_out: &[ObservationId],
    reason: Option<&str>,
) -> Result<Intent, OrderError> {
    check_reason(reason)?;
    let named = || counted.iter().chain(left_out);
    let first = counted
        .first()
        .ok_or(OrderError::invalid("missing", "counted"))?;
    let overlaps = desk.view.overlaps(None)?;
    let holds = |strands: &[crate::projection::Strand], id| strands.iter().any(|s| s.id == id);
    let overlap = overlaps
        .iter()
        .find(|overlap| holds(&overlap.strands, *first))
        .ok_or(OrderError::Unknown { what: "strand" })?;
    if named().any(|id| !holds(&overlap.strands, *id)) {
        return Err(OrderError::Unknown { what: "strand" });
    }
    if counted.iter().any(|id| left_out.contains(id)) {
        return Err(OrderError::invalid("out-of-range", "left_out"));
    }
    if overlap
        .strands
        .iter()
        .any(|strand| !named().any(|id| *id == strand.id))
    {
        let position = desk.engine.log().last_position()?;
        return Err(OrderError::Stale { position });
    }
    let mut rulings = Vec::new();
    for id in named() {
        let counts = counted.contains(id);
        rulings.push(Adjudication {
            id: random_id(AdjudicationId::from_random)?,
            observation: *id,
            ruling: if counts {
                Ruling::Count
            } else {
                Ruling::DoNotCount
            },
            reason: kept(reason),
            author: desk.author,
            decided_at: desk.now,
            undone_at: None,
        });
    }
    let mut touches = Vec::new();
    for (name, review) in reviews(desk, overlap.night)?.0 {
        let about = review.adjudications.iter();
        let about = about.filter(|one| named().any(|id| *id == one.observation));
        touches.extend(about.map(|one| (name, format!("adjudication:{}", one.id))));
    }
    let ids: Vec<String> = rulings.iter().map(|ruling| ruling.id.to_string()).collect();
    let step = Step::new(move |w| rulings.iter().for_each(|ruling| w.put_adjudication(ruling)));
    let mut intent = append(desk, overlap.night, Some(ids.join(" ")), step)?;
    intent.touches = touches;
    Ok(intent)
}
