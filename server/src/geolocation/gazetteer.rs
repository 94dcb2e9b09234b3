//! The gazetteer of a campaign: its addresses, streets and landmarks, as the matcher takes them.
//!
//! It must never hold anything but public geography. The ground of a campaign, the console's
//! search and `maraude geocode` call it.

use super::ground::{AreaLayers, layer_versions};
use crate::store::{Address, LayerFeature, LayerKind, LayerStore, LayerStoreError};
use geo::{Centroid, Coord, CoordsIter, Geometry};
use maraude_core::gazetteer::{
    CellKey, Gazetteer, HouseNumber, NamedPlace, NamedPlaceKind, fold, write_cell,
};
use maraude_core::geography::distance_m;
use maraude_core::model::{CampaignId, Coordinates};
use std::collections::{BTreeMap, HashMap};

/// A centreline belongs to the street of its name that passes at most so far away, metres.
const SAME_STREET_M: f64 = 2_000.0;

/// Which versions a gazetteer was made of.
pub type Versions = BTreeMap<&'static str, u32>;

/// Versions of what a campaign's gazetteer is made of; the newest without a campaign.
pub fn gazetteer_versions(
    store: &LayerStore,
    campaign: Option<CampaignId>,
) -> Result<Versions, LayerStoreError> {
    let mut versions = Versions::new();
    let layers = layer_versions(store, campaign)?;
    for kind in [LayerKind::Street, LayerKind::Landmark, LayerKind::Commune] {
        versions.extend(layers.get(&kind).map(|version| (kind.code(), *version)));
    }
    let addresses = store.address_version(campaign)?;
    versions.extend(addresses.map(|version| ("address", version)));
    Ok(versions)
}

/// Makes the gazetteer of these versions.
pub fn make_gazetteer(
    store: &LayerStore,
    versions: &Versions,
    areas: &AreaLayers,
) -> Result<Gazetteer, LayerStoreError> {
    Ok(Gazetteer::new(named_places(store, versions, areas)?))
}

/// The same streets and landmarks by cell, as tablets keep them.
pub fn gazetteer_cells(
    store: &LayerStore,
    versions: &Versions,
    areas: &AreaLayers,
) -> Result<BTreeMap<CellKey, String>, LayerStoreError> {
    let places = named_places(store, versions, areas)?;
    let mut cells: BTreeMap<CellKey, Vec<&NamedPlace>> = BTreeMap::new();
    for place in &places {
        for key in CellKey::touched_by(place) {
            cells.entry(key).or_default().push(place);
        }
    }
    // Text and numbers can always be written.
    let written = |places: Vec<&NamedPlace>| write_cell(places).unwrap_or_default();
    let cells = cells.into_iter();
    Ok(cells.map(|(key, places)| (key, written(places))).collect())
}

fn named_places(
    store: &LayerStore,
    versions: &Versions,
    areas: &AreaLayers,
) -> Result<Vec<NamedPlace>, LayerStoreError> {
    let mut streets = Streets::default();
    if let Some(version) = versions.get("address") {
        store.each_address(*version, |address| streets.add(address))?;
    }
    if let Some(version) = versions.get(LayerKind::Street.code()) {
        for feature in store.features(LayerKind::Street, *version)? {
            streets.draw(&feature, areas);
        }
    }
    let mut entries = streets.entries();
    if let Some(version) = versions.get(LayerKind::Landmark.code()) {
        for feature in store.features(LayerKind::Landmark, *version)? {
            entries.extend(landmark(&feature, areas));
        }
    }
    Ok(entries)
}

/// Streets under way: by name, those of each commune.
#[derive(Default)]
struct Streets {
    streets: Vec<NamedPlace>,
    by_name: HashMap<String, Vec<usize>>,
}

impl Streets {
    /// Addresses come street by street.
    fn add(&mut self, address: Address) {
        let house = HouseNumber {
            number: address.number,
            suffix: address.suffix,
            at: address.at,
        };
        let same = self.streets.last_mut().filter(|street| {
            street.name == address.street && street.commune == address.commune_name
        });
        if let Some(street) = same {
            street.numbers.push(house);
            return;
        }
        let at = house.at;
        self.push(NamedPlace {
            kind: NamedPlaceKind::Street,
            name: address.street,
            commune: address.commune_name,
            at,
            reach_m: 0.0,
            numbers: vec![house],
            lines: Vec::new(),
        });
    }

    fn push(&mut self, street: NamedPlace) {
        let named = self.by_name.entry(fold(&street.name)).or_default();
        named.push(self.streets.len());
        self.streets.push(street);
    }

    /// A centreline joins the street of its name nearby, or is one of its own.
    fn draw(&mut self, feature: &LayerFeature, areas: &AreaLayers) {
        let lines = lines(&feature.geometry);
        let Some(start) = lines.iter().flatten().next().copied() else {
            return;
        };
        if fold(&feature.name).trim().is_empty() {
            return;
        }
        let named = self.by_name.get(&fold(&feature.name));
        let nearest = named
            .into_iter()
            .flatten()
            .map(|street| (*street, away_m(&self.streets[*street], start)))
            .filter(|(_, metres)| *metres <= SAME_STREET_M)
            .min_by(|a, b| a.1.total_cmp(&b.1));
        match nearest {
            Some((street, _)) => self.streets[street].lines.extend(lines),
            None => self.push(NamedPlace {
                kind: NamedPlaceKind::Street,
                name: feature.name.clone(),
                commune: commune_at(start, areas),
                at: start,
                reach_m: 0.0,
                numbers: Vec::new(),
                lines,
            }),
        }
    }

    /// Each with its middle and reach.
    fn entries(self) -> Vec<NamedPlace> {
        let mut streets = self.streets;
        for street in &mut streets {
            let numbers = street.numbers.iter().map(|house| house.at);
            let passes: Vec<Coordinates> = numbers
                .chain(street.lines.iter().flatten().copied())
                .collect();
            if let Some((at, reach_m)) = middle(&passes) {
                street.at = at;
                street.reach_m = reach_m;
            }
            street
                .numbers
                .sort_by(|a, b| (a.number, &a.suffix).cmp(&(b.number, &b.suffix)));
        }
        streets
    }
}

/// How far a place is from what is known of a street so far, metres.
fn away_m(street: &NamedPlace, from: Coordinates) -> f64 {
    let numbers = street.numbers.iter().map(|house| house.at);
    let known = numbers.chain(street.lines.iter().flatten().copied());
    let away = known.map(|at| distance_m(at, from));
    away.fold(f64::INFINITY, f64::min)
}

fn landmark(feature: &LayerFeature, areas: &AreaLayers) -> Option<NamedPlace> {
    let points: Vec<Coordinates> = feature.geometry.coords_iter().map(coordinates).collect();
    let at = coordinates(feature.geometry.centroid()?.into());
    let reach = points.iter().map(|point| distance_m(*point, at));
    (!fold(&feature.name).trim().is_empty()).then(|| NamedPlace {
        kind: NamedPlaceKind::Landmark,
        name: feature.name.clone(),
        commune: commune_at(at, areas),
        at,
        reach_m: reach.fold(0.0, f64::max),
        numbers: Vec::new(),
        lines: Vec::new(),
    })
}

fn commune_at(at: Coordinates, areas: &AreaLayers) -> String {
    let communes = areas.get(&LayerKind::Commune);
    let held = communes.and_then(|layer| layer.locate(at, None));
    held.map_or_else(String::new, |(label, _)| label.name.clone())
}

fn lines(geometry: &Geometry<f64>) -> Vec<Vec<Coordinates>> {
    let line = |line: &geo::LineString<f64>| line.coords().copied().map(coordinates).collect();
    match geometry {
        Geometry::LineString(one) => vec![line(one)],
        Geometry::MultiLineString(many) => many.iter().map(line).collect(),
        _ => Vec::new(),
    }
}

fn coordinates(at: Coord<f64>) -> Coordinates {
    Coordinates {
        longitude: at.x,
        latitude: at.y,
    }
}

/// The point of a street nearest to its centre, and how far the street reaches from there, metres.
fn middle(points: &[Coordinates]) -> Option<(Coordinates, f64)> {
    let count = points.len() as f64;
    let sum = |of: fn(&Coordinates) -> f64| points.iter().map(of).sum::<f64>() / count;
    let centre = Coordinates {
        longitude: sum(|at| at.longitude),
        latitude: sum(|at| at.latitude),
    };
    let at = *points
        .iter()
        .min_by(|a, b| distance_m(**a, centre).total_cmp(&distance_m(**b, centre)))?;
    let reach = points.iter().map(|point| distance_m(*point, at));
    Some((at, reach.fold(0.0, f64::max)))
}

#[cfg(test)]
mod tests;
