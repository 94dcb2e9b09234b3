//! What a place is near to: the nearest address, else the nearest street, else the sector or commune.
//!
//! It must never be taken for where somebody is: it names a place to read, the position stays what it
//! was. *Observations* and `maraude locate` call it.

use super::areas::AreaIndex;
use super::ground::{AreaLabel, Ground};
use crate::store::{LayerKind, LayerStore, LayerStoreError};
use maraude_core::gazetteer::{NamedPlace, NamedPlaceKind, is_named_street, street_key};
use maraude_core::geography::{LocalFrame, contains, distance_m, distance_to_border_m};
use maraude_core::model::Coordinates;
use rstar::RTree;
use rstar::primitives::{GeomWithData, Line};

/// An address or street further away says nothing of a place, metres.
pub const NEAREST_WITHIN_M: f64 = 500.0;

/// An address this near is where people would say they are, metres; beyond it the nearest street says
/// more, when it is nearer.
pub const ADDRESS_REACH_M: f64 = 60.0;

/// A commune further away than this is not told, metres.
const COMMUNE_WITHIN_M: f64 = 5_000.0;

/// What a place is near to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NearKind {
    /// A numbered address.
    Address,
    /// A street, projected on its centreline.
    Street,
    /// A sector of the plan.
    Sector,
    /// A commune.
    Commune,
}

impl NearKind {
    /// Its code.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Address => "address",
            Self::Street => "street",
            Self::Sector => "sector",
            Self::Commune => "commune",
        }
    }
}

/// What a place is near to, and how far that is.
#[derive(Clone, PartialEq)]
pub struct Near {
    /// What it is.
    pub kind: NearKind,
    /// As people read it.
    pub label: String,
    /// How far, metres; 0 inside a sector or commune.
    pub distance_m: f64,
}

maraude_core::redacts!(Near);

/// Addresses by where they are.
pub struct AddressIndex {
    frame: LocalFrame,
    tree: RTree<GeomWithData<[f64; 2], u32>>,
    labels: Vec<(String, Coordinates)>,
}

impl AddressIndex {
    /// Of the newest list; none where no address was imported.
    pub fn load(store: &LayerStore) -> Result<Option<Self>, LayerStoreError> {
        let Some(version) = store.address_version(None)? else {
            return Ok(None);
        };
        let mut labels = Vec::new();
        store.each_address(version, |address| {
            let numbered = number(address.number, &address.suffix);
            let street = within(&address.street, &address.commune_name);
            labels.push((format!("{numbered} {street}"), address.at));
        })?;
        Ok(Self::of(labels))
    }

    fn of(labels: Vec<(String, Coordinates)>) -> Option<Self> {
        let (_, origin) = labels.first()?;
        let frame = LocalFrame::around(*origin);
        let place =
            |(n, (_, at)): (u32, &(String, Coordinates))| GeomWithData::new(frame.metres(*at), n);
        let tree = RTree::bulk_load((0..).zip(&labels).map(place).collect());
        Some(Self {
            frame,
            tree,
            labels,
        })
    }

    /// The nearest address and how far it is, metres; none beyond [`NEAREST_WITHIN_M`].
    pub fn nearest(&self, at: Coordinates) -> Option<(&str, f64)> {
        let found = self.tree.nearest_neighbor(self.frame.metres(at))?;
        let (label, place) = &self.labels[found.data as usize];
        let away_m = distance_m(*place, at);
        (away_m <= NEAREST_WITHIN_M).then_some((label.as_str(), away_m))
    }
}

/// Streets by where their centrelines run.
pub struct StreetIndex {
    frame: LocalFrame,
    tree: RTree<GeomWithData<Line<[f64; 2]>, u32>>,
    labels: Vec<String>,
}

impl StreetIndex {
    /// Of the streets among these that have a centreline; none where none has.
    pub fn of(places: &[NamedPlace]) -> Option<Self> {
        let drawn = |place: &&NamedPlace| {
            place.kind == NamedPlaceKind::Street
                && !place.lines.is_empty()
                && is_named_street(&street_key(&place.name))
        };
        let origin = places.iter().find(drawn)?.at;
        let frame = LocalFrame::around(origin);
        let (mut parts, mut labels) = (Vec::new(), Vec::new());
        for (number, place) in (0..).zip(places.iter().filter(drawn)) {
            labels.push(within(&place.name, &place.commune));
            let ends = place.lines.iter().flat_map(|line| line.windows(2));
            parts.extend(ends.map(|ends| {
                let line = Line::new(frame.metres(ends[0]), frame.metres(ends[1]));
                GeomWithData::new(line, number)
            }));
        }
        Some(Self {
            frame,
            tree: RTree::bulk_load(parts),
            labels,
        })
    }

    /// The nearest street and how far its centreline is, metres; none beyond [`NEAREST_WITHIN_M`].
    pub fn nearest(&self, at: Coordinates) -> Option<(&str, f64)> {
        let flat = self.frame.metres(at);
        let found = self.tree.nearest_neighbor(flat)?;
        let foot = self.frame.coordinates(found.geom().nearest_point(&flat));
        let away_m = distance_m(foot, at);
        let label = self.labels[found.data as usize].as_str();
        (away_m <= NEAREST_WITHIN_M).then_some((label, away_m))
    }
}

/// What can be named of a campaign's ground.
#[derive(Default)]
pub struct NearIndex {
    addresses: Option<AddressIndex>,
    streets: Option<StreetIndex>,
}

impl NearIndex {
    /// Of the streets and numbers of a gazetteer.
    pub fn of(places: &[NamedPlace]) -> Self {
        let mut labels = Vec::new();
        for place in places {
            let street = within(&place.name, &place.commune);
            labels.extend(place.numbers.iter().map(|house| {
                let numbered = number(house.number, &house.suffix);
                (format!("{numbered} {street}"), house.at)
            }));
        }
        Self {
            addresses: AddressIndex::of(labels),
            streets: StreetIndex::of(places),
        }
    }

    /// The nearest address within [`ADDRESS_REACH_M`], else whichever of address and street is nearer,
    /// else the sector that holds the place, else the commune.
    pub fn near(&self, at: Coordinates, ground: &Ground) -> Option<Near> {
        let address = self.addresses.as_ref().and_then(|index| index.nearest(at));
        let street = self.streets.as_ref().and_then(|index| index.nearest(at));
        named(address, street)
            .or_else(|| near_sector(at, ground))
            .or_else(|| near_commune(at, ground.layer(LayerKind::Commune)?))
    }
}

/// An address and a street, each with its distance: which of them names a place.
pub(super) fn named(address: Option<(&str, f64)>, street: Option<(&str, f64)>) -> Option<Near> {
    let near = |kind, (label, distance_m): (&str, f64)| Near {
        kind,
        label: label.to_owned(),
        distance_m,
    };
    match (address, street) {
        (Some(address), Some(street)) if address.1 > ADDRESS_REACH_M && street.1 < address.1 => {
            Some(near(NearKind::Street, street))
        }
        (Some(address), _) => Some(near(NearKind::Address, address)),
        (None, street) => street.map(|street| near(NearKind::Street, street)),
    }
}

fn near_sector(at: Coordinates, ground: &Ground) -> Option<Near> {
    let (sector, _) = ground.sectors().holding(at).into_iter().next()?;
    Some(Near {
        kind: NearKind::Sector,
        label: format!("{} {}", sector.code, sector.name).trim().to_owned(),
        distance_m: 0.0,
    })
}

/// The commune that holds a place, else the one whose border is nearest.
fn near_commune(at: Coordinates, communes: &AreaIndex<AreaLabel>) -> Option<Near> {
    let near = communes.near(at, COMMUNE_WITHIN_M);
    let away = near.map(|(label, boundary)| {
        let away_m = if contains(boundary, at) {
            0.0
        } else {
            distance_to_border_m(boundary, at)
        };
        (label, away_m)
    });
    let (commune, distance_m) = away.min_by(|a, b| a.1.total_cmp(&b.1))?;
    Some(Near {
        kind: NearKind::Commune,
        label: commune.name.clone(),
        distance_m,
    })
}

fn number(number: u32, suffix: &str) -> String {
    format!("{number} {suffix}").trim().to_owned()
}

fn within(street: &str, commune: &str) -> String {
    if commune.is_empty() {
        street.to_owned()
    } else {
        format!("{street}, {commune}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::LayerFeature;
    use maraude_core::gazetteer::HouseNumber;
    use maraude_core::model::{RiskClass, Sector, SectorId};
    use std::sync::Arc;

    fn at(east: f64, north: f64) -> Coordinates {
        let origin = Coordinates {
            longitude: 3.88,
            latitude: 43.61,
        };
        LocalFrame::around(origin).coordinates([east, north])
    }

    fn square(side_m: f64) -> geo::MultiPolygon<f64> {
        let corners = [(0.0, 0.0), (side_m, 0.0), (side_m, side_m), (0.0, side_m)];
        let ring = corners.map(|(x, y)| (at(x, y).longitude, at(x, y).latitude));
        geo::MultiPolygon(vec![geo::Polygon::new(ring.to_vec().into(), Vec::new())])
    }

    /// A street of 1 km with one number at its beginning, a sector of 3 km and a commune of 6 km.
    fn ground() -> (NearIndex, Ground) {
        let street = NamedPlace {
            kind: NamedPlaceKind::Street,
            name: "Rue des Essais".to_owned(),
            commune: "Clapas".to_owned(),
            at: at(500.0, 500.0),
            reach_m: 500.0,
            numbers: vec![HouseNumber {
                number: 2,
                suffix: "bis".to_owned(),
                at: at(0.0, 510.0),
            }],
            lines: vec![vec![at(0.0, 500.0), at(1_000.0, 500.0)]],
        };
        let sector = Sector {
            id: SectorId::from_random([1; 16]),
            code: "N01".to_owned(),
            name: "Nord".to_owned(),
            zone: None,
            risk: RiskClass::Ordinary,
            boundary: square(3_000.0),
        };
        let commune = LayerFeature {
            code: "99001".to_owned(),
            name: "Clapas".to_owned(),
            population: None,
            geometry: square(6_000.0).into(),
        };
        let communes = Arc::new(crate::geolocation::index_layer(vec![commune]));
        let layers = [(LayerKind::Commune, communes)].into_iter().collect();
        let ground = Ground::new(layers, &[], vec![sector], Vec::new());
        (NearIndex::of(&[street]), ground)
    }

    #[test]
    fn a_place_is_named_by_address_then_street_then_sector_then_commune() {
        let (index, ground) = ground();
        let check = |east: f64, north: f64, expected: Option<(&str, &str, f64)>| {
            let near = index.near(at(east, north), &ground);
            let told = near
                .as_ref()
                .map(|near| (near.kind.code(), near.label.as_str()));
            assert_eq!(told, expected.map(|(kind, label, _)| (kind, label)));
            if let (Some(near), Some((_, _, metres))) = (near, expected) {
                assert!(
                    (near.distance_m - metres).abs() < 1.0 + metres / 1_000.0,
                    "{}",
                    near.distance_m
                );
            }
        };
        check(
            0.0,
            500.0,
            Some(("address", "2 bis Rue des Essais, Clapas", 10.0)),
        );
        // The middle of a long street, far from its only number: on the line, not at an end.
        check(
            500.0,
            520.0,
            Some(("street", "Rue des Essais, Clapas", 20.0)),
        );
        // Beyond its end, to the end.
        check(
            1_030.0,
            540.0,
            Some(("street", "Rue des Essais, Clapas", 50.0)),
        );
        check(2_500.0, 2_500.0, Some(("sector", "N01 Nord", 0.0)));
        check(10_000.0, 3_000.0, Some(("commune", "Clapas", 4_000.0)));
        check(40_000.0, 3_000.0, None);
    }

    #[test]
    fn an_address_out_of_reach_yields_to_a_nearer_street_alone() {
        let kind = |address, street| {
            let near = named(Some(("a", address)), Some(("s", street)));
            near.map(|near| near.kind)
        };
        assert_eq!(kind(59.0, 1.0), Some(NearKind::Address));
        assert_eq!(kind(61.0, 60.0), Some(NearKind::Street));
        assert_eq!(kind(61.0, 62.0), Some(NearKind::Address));
        assert!(named(None, None).is_none());
    }

    #[test]
    fn without_addresses_and_streets_the_sector_is_told() {
        let (_, ground) = ground();
        let near = NearIndex::of(&[]).near(at(500.0, 520.0), &ground).unwrap();
        assert_eq!(
            (near.kind, near.label.as_str()),
            (NearKind::Sector, "N01 Nord")
        );
    }
}
