//! Places written to the view: each observation's, and the streets of each sector.
//!
//! It must never move a position: what the documents say and where that is stay two things. The
//! follower of the view calls it.

use super::follow::FollowError;
use super::ground::Ground;
use super::resolve::{Held, PlaceEvidence, Placement, resolve_place};
use crate::projection::{AreaRef, EvidenceRow, PlacementRow, SectorRef, StreetRow, View, unit_of};
use maraude_core::form::{questionnaire, read_roles};
use maraude_core::gazetteer::{StreetWithin, streets_within};
use maraude_core::model::{DocumentId, ObservationId, SectorId};
use std::collections::BTreeSet;

/// The streets of each sector, as teams may declare them walked.
pub(super) fn street_rows(ground: &Ground) -> Vec<(SectorId, Vec<StreetRow>)> {
    let places = ground.gazetteer().entries();
    let rows = |boundary| {
        let streets = streets_within(places, boundary).into_iter();
        let row = |street: StreetWithin| StreetRow {
            key: street.key,
            name: street.name,
            length_m: street.length_m,
        };
        streets.map(row).collect()
    };
    let sectors = ground.sectors().areas().iter();
    sectors
        .map(|(sector, boundary)| (sector.id, rows(boundary)))
        .collect()
}

/// Resolves the place of each observation of these rounds.
pub(super) fn place_rounds(
    view: &View,
    ground: &Ground,
    rounds: BTreeSet<DocumentId>,
) -> Result<(), FollowError> {
    let version = view
        .campaign()?
        .map_or_else(String::new, |campaign| campaign.questionnaire);
    for round in rounds {
        let rows: Vec<(ObservationId, PlacementRow)> = view
            .evidence(round)?
            .into_iter()
            .map(|row| (row.observation.id, placement_row(&row, ground, &version)))
            .collect();
        view.put_placements(round, &rows)?;
    }
    Ok(())
}

fn placement_row(row: &EvidenceRow, ground: &Ground, version: &str) -> PlacementRow {
    let observation = &row.observation;
    let roles = read_roles(questionnaire(version), &observation.answers);
    let placement: Placement = resolve_place(
        &PlaceEvidence {
            kind: observation.kind,
            site_kind: roles.site_kind,
            observed_at: observation.observed_at,
            correction: row.correction,
            pin: observation.pin,
            fix: observation.fix,
            site: observation.site,
            typed: ground.typed_place(observation, row.sector),
            fix_before: row.fix_before,
        },
        ground,
    );
    let known = placement
        .site
        .and_then(|id| ground.sites().iter().find(|site| site.id == id));
    PlacementRow {
        unit: unit_of(observation, version, known.map(|site| site.kind)),
        in_perimeter: placement.is_in_perimeter(ground),
        position: placement.position,
        reason: placement.reason.code().to_owned(),
        commune: placement.commune.map(area),
        quartier: placement.quartier.map(area),
        sous_quartier: placement.sous_quartier.map(area),
        zone: placement.zone.map(area),
        sector: placement.sector.map(|held| SectorRef {
            id: held.id,
            code: held.code,
            zone: held.zone,
            membership: held.membership,
        }),
        site: placement.site,
        oddities: placement
            .oddities
            .iter()
            .map(|oddity| oddity.code().to_owned())
            .collect(),
    }
}

fn area(held: Held) -> AreaRef {
    AreaRef {
        code: held.code,
        name: held.name,
        membership: held.membership,
    }
}
