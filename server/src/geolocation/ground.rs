//! The ground of a campaign: the layers it pinned, its perimeter, sectors and known places.

use super::areas::AreaIndex;
use super::layers::as_areas;
use super::nearest::{Near, NearIndex};
use crate::store::{LayerFeature, LayerKind, LayerStore, LayerStoreError, Shape};
use geo::MultiPolygon;
use maraude_core::gazetteer::{Answer, Gazetteer};
use maraude_core::geography::{Bounds, interior_place};
use maraude_core::model::{CampaignId, Coordinates, Observation, Sector, SectorId, Site};
use maraude_observatory::area::BORDER_SLACK_M;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, OnceLock};

/// What an area of a layer is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AreaLabel {
    /// Its code.
    pub code: String,
    /// Its name.
    pub name: String,
    /// Residents, where the file told.
    pub population: Option<u32>,
}

/// Layers by kind, shared by the campaigns that pin the same versions.
pub type AreaLayers = BTreeMap<LayerKind, Arc<AreaIndex<AreaLabel>>>;

/// Candidates shown of a typed place.
const CANDIDATES: usize = 6;

/// How far beyond the sectors a place is still believed when no commune is imported, metres.
pub const BELIEVED_BEYOND_M: f64 = 5_000.0;

/// Indexes the features of a layer of areas.
pub fn index_layer(features: Vec<LayerFeature>) -> AreaIndex<AreaLabel> {
    AreaIndex::new(
        features
            .into_iter()
            .filter_map(|feature| {
                let label = AreaLabel {
                    code: feature.code,
                    name: feature.name,
                    population: feature.population,
                };
                as_areas(feature.geometry).map(|boundary| (label, boundary))
            })
            .collect(),
    )
}

/// Versions of the layers that a campaign works with, or the newest of all without one.
pub(super) fn layer_versions(
    store: &LayerStore,
    campaign: Option<CampaignId>,
) -> Result<BTreeMap<LayerKind, u32>, LayerStoreError> {
    if let Some(campaign) = campaign {
        return store.pins(campaign);
    }
    let latest = store.latest()?.into_iter();
    Ok(latest.map(|layer| (layer.kind, layer.version)).collect())
}

/// Loads the layers of areas that a campaign works with, or the newest of all without one.
pub fn load_layers(
    store: &LayerStore,
    campaign: Option<CampaignId>,
) -> Result<AreaLayers, LayerStoreError> {
    let mut layers = AreaLayers::new();
    for (kind, version) in layer_versions(store, campaign)? {
        if kind.shape() == Shape::Area {
            let index = index_layer(store.features(kind, version)?);
            layers.insert(kind, Arc::new(index));
        }
    }
    Ok(layers)
}

/// The ground of a campaign.
#[derive(Default)]
pub struct Ground {
    layers: AreaLayers,
    perimeter: BTreeSet<String>,
    sectors: AreaIndex<Sector>,
    sites: Vec<Site>,
    gazetteer: Arc<Named>,
}

/// Streets, numbers and landmarks: looked up by name, and from a place.
#[derive(Default)]
pub struct Named {
    gazetteer: Gazetteer,
    /// Made when a place is first to be named.
    near: OnceLock<NearIndex>,
}

impl Named {
    /// Of a gazetteer.
    pub fn new(gazetteer: Gazetteer) -> Self {
        Self {
            gazetteer,
            near: OnceLock::new(),
        }
    }
}

impl Ground {
    /// From its layers, perimeter (commune codes; empty means all imported ones), sectors and
    /// known places.
    pub fn new(
        layers: AreaLayers,
        perimeter: &[String],
        sectors: Vec<Sector>,
        mut sites: Vec<Site>,
    ) -> Self {
        sites.sort_by_key(|site| site.id);
        Self {
            layers,
            perimeter: perimeter.iter().cloned().collect(),
            sectors: AreaIndex::new(
                sectors
                    .into_iter()
                    .map(|sector| {
                        let boundary = sector.boundary.clone();
                        (sector, boundary)
                    })
                    .collect(),
            ),
            sites,
            gazetteer: Arc::default(),
        }
    }

    /// With what typed places are looked up in.
    #[must_use]
    pub fn with_gazetteer(self, gazetteer: Arc<Named>) -> Self {
        Self { gazetteer, ..self }
    }

    /// What typed places are looked up in.
    pub fn gazetteer(&self) -> &Gazetteer {
        &self.gazetteer.gazetteer
    }

    /// What a place is near to, in words.
    pub fn near_to(&self, at: Coordinates) -> Option<Near> {
        let named = &self.gazetteer;
        let entries = || NearIndex::of(named.gazetteer.entries());
        named.near.get_or_init(entries).near(at, self)
    }

    /// What a typed place may be, best first; `near` is where the team was, as far as is known.
    pub fn search(&self, query: &str, near: Option<Coordinates>) -> Answer {
        self.gazetteer().search(query, near, CANDIDATES)
    }

    /// Where what a team typed is, and to how many metres, where it is one place beyond doubt.
    pub fn typed_place(
        &self,
        observation: &Observation,
        sector: Option<SectorId>,
    ) -> Option<(Coordinates, f64)> {
        let typed = observation.typed_place.as_deref()?;
        let answer = self.search(typed, self.near(observation, sector));
        let best = answer.found.first().filter(|_| answer.confident)?;
        Some((best.at, best.accuracy_m))
    }

    /// Where the team was: its pin, its fix, else the middle of its sector.
    pub fn near(&self, observation: &Observation, sector: Option<SectorId>) -> Option<Coordinates> {
        let stood = observation.pin.or(observation.fix).map(|at| at.coordinates);
        stood.or_else(|| {
            let sectors = self.sectors.areas().iter();
            let (_, boundary) = sectors.clone().find(|(own, _)| Some(own.id) == sector)?;
            interior_place(boundary)
        })
    }

    /// One layer, where it is imported.
    pub fn layer(&self, kind: LayerKind) -> Option<&AreaIndex<AreaLabel>> {
        self.layers.get(&kind).map(AsRef::as_ref)
    }

    /// The plan's sectors.
    pub fn sectors(&self) -> &AreaIndex<Sector> {
        &self.sectors
    }

    /// Known places, ordered by identifier.
    pub fn sites(&self) -> &[Site] {
        &self.sites
    }

    /// A commune counts in this campaign.
    pub fn in_perimeter(&self, commune: &str) -> bool {
        self.perimeter.is_empty() || self.perimeter.contains(commune)
    }

    /// Communes of the perimeter with their boundaries, ordered as imported.
    pub fn perimeter(&self) -> Vec<(&AreaLabel, &MultiPolygon<f64>)> {
        let communes = self.layer(LayerKind::Commune).map(AreaIndex::areas);
        communes
            .unwrap_or_default()
            .iter()
            .filter(|(label, _)| self.in_perimeter(&label.code))
            .map(|(label, boundary)| (label, boundary))
            .collect()
    }

    /// The box around the ground, 5 km added; `None` while nothing is imported or drawn.
    pub fn believed_bounds(&self) -> Option<Bounds> {
        let communes = self
            .perimeter()
            .into_iter()
            .filter_map(|(_, boundary)| Bounds::of(boundary))
            .reduce(Bounds::union);
        communes
            .or(self.sectors.bounds())
            .map(|bounds| bounds.grown(BELIEVED_BEYOND_M))
    }

    /// A place lies outside what the campaign counts: whoever is farther out than this is in no
    /// figure, however wide the accuracy of the fix.
    pub fn is_outside(&self, at: Coordinates) -> bool {
        match self.layer(LayerKind::Commune).filter(|l| !l.is_empty()) {
            Some(communes) => !communes
                .near(at, BORDER_SLACK_M)
                .any(|(label, _)| self.in_perimeter(&label.code)),
            None if self.sectors.is_empty() => false,
            None => !self.sectors.reaches(at, BELIEVED_BEYOND_M),
        }
    }
}
