//! The place of each observation: which position is believed and why, what holds it, and what is
//! odd about it.
//!
//! It must never change or drop a position: an odd one is flagged and shown. The follower of the
//! view and tests call it.

use super::areas::AreaIndex;
use super::ground::{AreaLabel, Ground};
use crate::store::LayerKind;
use maraude_core::geography::{
    FixOddity, Membership, distance_m, is_impossible_move, is_imprecise, is_null_island, is_stale,
    looks_swapped,
};
use maraude_core::model::{
    Coordinates, ObservationKind, Position, PositionSource, SectorId, SiteId, SiteKind,
    TimestampMs, ZoneId,
};

/// A site observation this near to a known place of its kind is of that place, metres.
pub const SAME_SITE_M: f64 = 50.0;

/// Typed place and position contradict each other beyond this, metres, and three times the
/// position's accuracy.
pub const TYPED_APART_M: f64 = 50.0;

/// Why the chosen position won: correction before pin before fix before site before typed place.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum PositionReason {
    /// A coordinator corrected it.
    Correction,
    /// The team put a pin.
    Pin,
    /// The tablet had a fix.
    Fix,
    /// It is about a known place.
    Site,
    /// What the team typed is one place beyond doubt.
    Typed,
    /// There is none.
    None,
}

impl PositionReason {
    /// Its code.
    pub fn code(self) -> &'static str {
        match self {
            Self::Correction => "correction",
            Self::Pin => "pin",
            Self::Fix => "fix",
            Self::Site => "site",
            Self::Typed => "typed",
            Self::None => "none",
        }
    }
}

/// What is known of an observation's place before it is resolved.
#[derive(Clone, Copy)]
pub struct PlaceEvidence {
    /// What is observed.
    pub kind: ObservationKind,
    /// What kind of lasting place it is about, where it is about one.
    pub site_kind: Option<SiteKind>,
    /// When the people were seen (device clock).
    pub observed_at: TimestampMs,
    /// A coordinator's correction.
    pub correction: Option<Coordinates>,
    /// The team's pin.
    pub pin: Option<Position>,
    /// The tablet's fix.
    pub fix: Option<Position>,
    /// The known place it names.
    pub site: Option<SiteId>,
    /// Where what the team typed is, and to how many metres, where that is beyond doubt.
    pub typed: Option<(Coordinates, f64)>,
    /// The fix before it of the same tablet in the same round, and when (device clock).
    pub fix_before: Option<(Coordinates, TimestampMs)>,
}

maraude_core::redacts!(PlaceEvidence);

/// The area that holds a place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Held {
    /// Its code.
    pub code: String,
    /// Its name.
    pub name: String,
    /// How surely.
    pub membership: Membership,
}

/// The sector that holds a place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HeldSector {
    /// Its identifier.
    pub id: SectorId,
    /// Its code.
    pub code: String,
    /// Its zone.
    pub zone: Option<ZoneId>,
    /// How surely.
    pub membership: Membership,
}

/// Where an observation is.
#[derive(Debug, Clone, PartialEq)]
pub struct Placement {
    /// The position believed.
    pub position: Option<Position>,
    /// Why that one.
    pub reason: PositionReason,
    /// The commune.
    pub commune: Option<Held>,
    /// The quartier.
    pub quartier: Option<Held>,
    /// The part of a quartier.
    pub sous_quartier: Option<Held>,
    /// The imported zone, for campaigns that take zones from a file.
    pub zone: Option<Held>,
    /// The plan's sector.
    pub sector: Option<HeldSector>,
    /// The known place it is about: named by the team, or the nearest of its kind within
    /// [`SAME_SITE_M`].
    pub site: Option<SiteId>,
    /// What is odd, in order; empty when nothing is.
    pub oddities: Vec<FixOddity>,
}

impl Placement {
    /// The commune is in the campaign's perimeter, or no commune is imported.
    pub fn is_in_perimeter(&self, ground: &Ground) -> bool {
        match &self.commune {
            Some(held) => ground.in_perimeter(&held.code),
            None => ground.layer(LayerKind::Commune).is_none() && self.position.is_some(),
        }
    }
}

/// Resolves one observation's place.
pub fn resolve_place(evidence: &PlaceEvidence, ground: &Ground) -> Placement {
    let (position, reason) = choose(evidence, ground);
    let Some(position) = position else {
        return Placement {
            position: None,
            reason,
            commune: None,
            quartier: None,
            sous_quartier: None,
            zone: None,
            sector: None,
            site: evidence.site,
            oddities: vec![FixOddity::None],
        };
    };
    let at = position.coordinates;
    let held = |kind| {
        ground
            .layer(kind)
            .and_then(|layer| hold(layer, at, position.accuracy_m))
    };
    Placement {
        position: Some(position),
        reason,
        commune: held(LayerKind::Commune),
        quartier: held(LayerKind::Quartier),
        sous_quartier: held(LayerKind::SousQuartier),
        zone: held(LayerKind::Zone),
        sector: ground
            .sectors()
            .locate(at, position.accuracy_m)
            .map(|(sector, membership)| HeldSector {
                id: sector.id,
                code: sector.code.clone(),
                zone: sector.zone,
                membership,
            }),
        site: evidence.site.or_else(|| nearest_site(evidence, at, ground)),
        oddities: oddities(evidence, &position, reason, ground),
    }
}

fn choose(evidence: &PlaceEvidence, ground: &Ground) -> (Option<Position>, PositionReason) {
    let exact = |coordinates, source| Position {
        coordinates,
        accuracy_m: None,
        source,
        fixed_at: None,
    };
    if let Some(corrected) = evidence.correction {
        let position = exact(corrected, PositionSource::Correction);
        return (Some(position), PositionReason::Correction);
    }
    if evidence.pin.is_some() {
        return (evidence.pin, PositionReason::Pin);
    }
    if evidence.fix.is_some() {
        return (evidence.fix, PositionReason::Fix);
    }
    let named = evidence
        .site
        .and_then(|id| ground.sites().iter().find(|site| site.id == id));
    match named {
        Some(site) => {
            let position = exact(site.coordinates, PositionSource::Site);
            (Some(position), PositionReason::Site)
        }
        None => match evidence.typed {
            Some((coordinates, accuracy_m)) => {
                let position = Position {
                    accuracy_m: Some(accuracy_m),
                    ..exact(coordinates, PositionSource::Typed)
                };
                (Some(position), PositionReason::Typed)
            }
            None => (None, PositionReason::None),
        },
    }
}

fn hold(layer: &AreaIndex<AreaLabel>, at: Coordinates, accuracy_m: Option<f64>) -> Option<Held> {
    layer
        .locate(at, accuracy_m)
        .map(|(label, membership)| Held {
            code: label.code.clone(),
            name: label.name.clone(),
            membership,
        })
}

fn nearest_site(evidence: &PlaceEvidence, at: Coordinates, ground: &Ground) -> Option<SiteId> {
    if evidence.kind != ObservationKind::Site {
        return None;
    }
    ground
        .sites()
        .iter()
        .filter(|site| evidence.site_kind.is_none_or(|kind| kind == site.kind))
        .map(|site| (distance_m(site.coordinates, at), site.id))
        .filter(|(metres, _)| *metres <= SAME_SITE_M)
        .min_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)))
        .map(|(_, id)| id)
}

fn oddities(
    evidence: &PlaceEvidence,
    position: &Position,
    reason: PositionReason,
    ground: &Ground,
) -> Vec<FixOddity> {
    let at = position.coordinates;
    let mut odd = Vec::new();
    if is_null_island(at) {
        odd.push(FixOddity::NullIsland);
    } else if ground
        .believed_bounds()
        .is_some_and(|b| looks_swapped(at, b))
    {
        odd.push(FixOddity::Swapped);
    } else if ground.is_outside(at) {
        odd.push(FixOddity::Outside);
    }
    if reason == PositionReason::Fix {
        if is_imprecise(position.accuracy_m) {
            odd.push(FixOddity::Imprecise);
        }
        if is_stale(position.fixed_at, evidence.observed_at) {
            odd.push(FixOddity::Stale);
        }
        let taken_at = position.fixed_at.unwrap_or(evidence.observed_at);
        if evidence
            .fix_before
            .is_some_and(|(before, when)| is_impossible_move(before, at, taken_at - when))
        {
            odd.push(FixOddity::Speed);
        }
    }
    if is_typed_elsewhere(evidence, position, reason) {
        odd.push(FixOddity::TypedElsewhere);
    }
    odd
}

/// A correction was made with both in view.
fn is_typed_elsewhere(
    evidence: &PlaceEvidence,
    position: &Position,
    reason: PositionReason,
) -> bool {
    let measured = matches!(reason, PositionReason::Pin | PositionReason::Fix);
    evidence.typed.is_some_and(|(typed, within_m)| {
        let apart_m = distance_m(typed, position.coordinates);
        let doubt_m = 3.0 * position.accuracy_m.unwrap_or(0.0).max(0.0) + within_m;
        measured && apart_m > doubt_m + TYPED_APART_M
    })
}

#[cfg(test)]
mod tests;
