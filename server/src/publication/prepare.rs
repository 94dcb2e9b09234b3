//! What stands after review, as counted places: one per distinct person in the street, one per
//! squat, bidonville and partner's premises.
//!
//! It must never count a doubtful, withdrawn or ruled-out observation. `freeze` calls it.

use super::areas::area_tree;
use super::profile::profile;
use crate::geolocation::Ground;
use crate::projection::{
    Counting, ObservationFilter, ObservationLine, RoundLine, Unit as Line, View, ViewError,
    counting, is_walked_whole,
};
use crate::review::Reviewed;
use geo::{MultiPolygon, Polygon, unary_union};
use maraude_core::document::Plan;
use maraude_core::model::{Campaign, Coordinates, Night, ObservationId, SectorId, TeamId};
use maraude_observatory::area::{AreaTree, AreaTreeError};
use maraude_observatory::attribute::Profile;
use maraude_observatory::disclosure::{ProvisionalFigures, Settings};
use maraude_observatory::indicator::{CountedPlace, Unit};
use maraude_observatory::plane::oriented;
use std::collections::{BTreeMap, BTreeSet};

/// What a release is prepared from.
#[derive(Clone, Copy)]
pub struct Sources<'a> {
    /// Observations, plan and rounds.
    pub view: &'a View,
    /// Layers, perimeter and sectors.
    pub ground: &'a Ground,
    /// Clusters, decisions applied.
    pub reviewed: &'a Reviewed,
}

/// A campaign's figures, ready for disclosure control.
pub struct Prepared {
    /// The campaign.
    pub campaign: Campaign,
    /// Its large areas; none while there is no ground.
    pub tree: Result<AreaTree, AreaTreeError>,
    /// Distinct people by place.
    pub places: Vec<CountedPlace>,
    /// Clusters of the people in the street, who are the first places, as indices of the run's.
    pub street_clusters: Vec<usize>,
    /// Ground fully walked.
    pub walked: MultiPolygon<f64>,
    /// What the provisional sentence rests on.
    pub provisional: ProvisionalFigures,
    /// Observations that are out until somebody rules.
    pub doubtful: u32,
    /// People in the street beyond the perimeter, whom no figure holds.
    pub outside: u32,
    /// Pairs that wait for a coordinator.
    pub to_review: u32,
    /// People were met on more than one night: the figure is no minimum.
    pub several_nights: bool,
}

/// Prepares the figures of a campaign; none while its plan is not here.
///
/// # Errors
/// When the view fails.
pub fn prepare(sources: Sources<'_>, settings: &Settings) -> Result<Option<Prepared>, ViewError> {
    let Some(campaign) = sources.view.campaign()? else {
        return Ok(None);
    };
    let (lines, _) = sources.view.lines(&ObservationFilter::default())?;
    let plan = sources.view.plan()?;
    let rounds = sources.view.rounds(None)?;
    let tree = area_tree(sources.ground, &campaign.name, settings);
    let counted = Counted {
        tree: tree.as_ref().ok(),
        sectors: &plan,
    };
    let street = counted.street(&lines, sources.reviewed);
    let (street_clusters, mut places): (Vec<usize>, Vec<CountedPlace>) = street.into_iter().unzip();
    // The range of the sentence is of the same people as its figure: those inside the perimeter.
    let (all, [low, high]) = sources.reviewed.street();
    let outside = all.saturating_sub(places.len() as u32);
    let (low, high) = (low.saturating_sub(outside), high.saturating_sub(outside));
    let street: u32 = places.iter().map(|place| place.people_at_least).sum();
    let street_at_most: u32 = places.iter().map(|place| place.people_at_most).sum();
    places.extend(counted.sites(&lines, sources.reviewed));
    places.extend(counted.partners(&lines));
    let (rounds_in, rounds_expected) = completeness(&plan, &rounds);
    Ok(Some(Prepared {
        walked: walked_ground(&plan, &rounds),
        doubtful: lines
            .iter()
            .filter(|line| {
                let waits = [Counting::Doubtful, Counting::SetApart, Counting::Rival];
                waits.contains(&counting(line))
            })
            .count() as u32,
        outside,
        to_review: sources.reviewed.queue().len() as u32,
        several_nights: sources.reviewed.has_several_nights(),
        provisional: ProvisionalFigures {
            people: street,
            low: low.min(street),
            high: high.max(street_at_most),
            rounds_in,
            rounds_expected,
        },
        campaign,
        tree,
        places,
        street_clusters,
    }))
}

struct Counted<'a> {
    tree: Option<&'a AreaTree>,
    sectors: &'a Plan,
}

impl Counted<'_> {
    /// One place per cluster that holds a counted street observation, with the cluster's number.
    fn street(&self, lines: &[ObservationLine], reviewed: &Reviewed) -> Vec<(usize, CountedPlace)> {
        let known: BTreeMap<ObservationId, &ObservationLine> = lines
            .iter()
            .filter(|line| line.unit() == Line::Street && counting(line) == Counting::Counted)
            .map(|line| (line.observation.id, line))
            .collect();
        let mut slots: BTreeMap<ObservationId, u32> = BTreeMap::new();
        for slot in reviewed.linkage.clusters.iter().flat_map(|c| &c.slots) {
            *slots.entry(slot.observation).or_insert(0) += 1;
        }
        let mut places = Vec::new();
        for (number, cluster) in reviewed.linkage.clusters.iter().enumerate() {
            let members: Vec<&ObservationLine> = cluster
                .slots
                .iter()
                .filter_map(|slot| known.get(&slot.observation).copied())
                .collect();
            let Some(best) = members
                .iter()
                .copied()
                .find(|line| position(line).is_some())
                .or(members.first().copied())
            else {
                continue;
            };
            // People that a group may hold beyond its slots are told once, with its first slot.
            let more = cluster
                .slots
                .iter()
                .filter(|slot| slot.slot == 0)
                .filter_map(|slot| known.get(&slot.observation))
                .map(|line| {
                    let told = slots.get(&line.observation.id).copied().unwrap_or(0);
                    line.observation.heads.at_most().saturating_sub(told)
                })
                .max()
                .unwrap_or(0);
            let in_figure = |id| known.contains_key(&id);
            let person = profile(reviewed, &cluster.slots, &in_figure);
            let place = self.place(Unit::Street, best, [1, 1 + more]);
            places.extend(place.map(|place| {
                let profile = person;
                (number, CountedPlace { profile, ..place })
            }));
        }
        places
    }

    fn sites(&self, lines: &[ObservationLine], reviewed: &Reviewed) -> Vec<CountedPlace> {
        reviewed
            .lasting_places(lines)
            .iter()
            // Everybody met there was seen first at another door: no spot of anybody.
            .filter(|found| found.told.is_some() || found.people[1] > 0)
            .filter_map(|found| {
                let unit = match found.unit {
                    Line::Squat => Unit::Squat,
                    Line::Bidonville => Unit::Bidonville,
                    Line::Street | Line::Partner | Line::None => return None,
                };
                let placed = found.lines.iter().map(|n| &lines[*n]);
                let best = placed
                    .clone()
                    .find(|line| position(line).is_some())
                    .or_else(|| placed.clone().next())?;
                self.place(unit, best, found.people)
            })
            .collect()
    }

    fn partners(&self, lines: &[ObservationLine]) -> Vec<CountedPlace> {
        lines
            .iter()
            .filter(|line| line.unit() == Line::Partner && counting(line) == Counting::Counted)
            .filter_map(|line| {
                let heads = line.observation.heads;
                self.place(Unit::Partner, line, [heads.at_least(), heads.at_most()])
            })
            .collect()
    }

    /// A counted place where an observation is; none outside the perimeter.
    fn place(&self, unit: Unit, line: &ObservationLine, people: [u32; 2]) -> Option<CountedPlace> {
        let mut place = CountedPlace {
            unit,
            coordinates: position(line),
            within: None,
            people_at_least: people[0],
            people_at_most: people[1],
            profile: Profile::default(),
        };
        match place.coordinates {
            Some(at) => {
                let inside = line.placement.as_ref().is_some_and(|p| p.in_perimeter);
                if self.tree.is_none_or(|tree| tree.locate(at).is_none()) {
                    // Counted without being placed: beyond the drawn ground, yet not outside.
                    place.coordinates = None;
                    return inside.then_some(place);
                }
            }
            None => place.within = line.sector.and_then(|sector| self.area_of(sector)),
        }
        Some(place)
    }

    /// The smallest area that holds all corners of a sector.
    fn area_of(&self, sector: SectorId) -> Option<String> {
        let tree = self.tree?;
        let sector = self.sectors.sectors.iter().find(|s| s.id == sector)?;
        let mut common: Option<Vec<usize>> = None;
        for corner in sector.boundary.iter().flat_map(|p| p.exterior().coords()) {
            let held = tree.locate(Coordinates {
                longitude: corner.x,
                latitude: corner.y,
            })?;
            let path: BTreeSet<usize> = tree.up_from(held).collect();
            common = Some(match common {
                None => tree.up_from(held).collect(),
                Some(before) => before.into_iter().filter(|i| path.contains(i)).collect(),
            });
        }
        let smallest = *common?.first()?;
        Some(tree.areas()[smallest].code.clone())
    }
}

fn position(line: &ObservationLine) -> Option<Coordinates> {
    let placement = line.placement.as_ref()?;
    placement.position.map(|position| position.coordinates)
}

/// Rounds closed, and rounds that the plan expects or that set out.
fn completeness(plan: &Plan, rounds: &[RoundLine]) -> (u32, u32) {
    type Outing = (TeamId, Option<SectorId>, Night);
    let mut expected: BTreeSet<Outing> = plan
        .assignments
        .iter()
        .map(|a| (a.team, Some(a.sector), a.night))
        .collect();
    let key = |round: &RoundLine| (round.team, round.sector, round.night);
    expected.extend(rounds.iter().map(key));
    let closed: BTreeSet<Outing> = rounds
        .iter()
        .filter(|round| round.closed_at.is_some())
        .map(key)
        .collect();
    (closed.len() as u32, expected.len() as u32)
}

/// Sectors that were walked whole on every night of the plan.
pub(super) fn walked_sectors(plan: &Plan, rounds: &[RoundLine]) -> BTreeSet<SectorId> {
    let nights: BTreeSet<Night> = rounds.iter().map(|round| round.night).collect();
    let full = |sector: SectorId| {
        !nights.is_empty()
            && nights
                .iter()
                .all(|night| is_walked_whole(rounds, sector, *night))
    };
    let all = plan.sectors.iter().map(|sector| sector.id);
    all.filter(|sector| full(*sector)).collect()
}

fn walked_ground(plan: &Plan, rounds: &[RoundLine]) -> MultiPolygon<f64> {
    let full = walked_sectors(plan, rounds);
    let walked: Vec<Polygon<f64>> = plan
        .sectors
        .iter()
        .filter(|sector| full.contains(&sector.id))
        .flat_map(|sector| oriented(sector.boundary.clone()))
        .collect();
    unary_union(&walked)
}
