//! The nearest address of a place.

use crate::store::{LayerStore, LayerStoreError};
use maraude_core::geography::{LocalFrame, distance_m};
use maraude_core::model::Coordinates;
use rstar::RTree;
use rstar::primitives::GeomWithData;

/// An address further away says nothing of a place, metres.
pub const NEAREST_WITHIN_M: f64 = 500.0;

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
            let number = format!("{} {}", address.number, address.suffix);
            let (street, commune) = (address.street, address.commune_name);
            labels.push((format!("{} {street}, {commune}", number.trim()), address.at));
        })?;
        let Some((_, origin)) = labels.first() else {
            return Ok(None);
        };
        let frame = LocalFrame::around(*origin);
        let place =
            |(n, (_, at)): (u32, &(String, Coordinates))| GeomWithData::new(frame.metres(*at), n);
        let tree = RTree::bulk_load((0..).zip(&labels).map(place).collect());
        Ok(Some(Self {
            frame,
            tree,
            labels,
        }))
    }

    /// The nearest address and how far it is, metres; none beyond [`NEAREST_WITHIN_M`].
    pub fn nearest(&self, at: Coordinates) -> Option<(&str, f64)> {
        let found = self.tree.nearest_neighbor(self.frame.metres(at))?;
        let (label, place) = &self.labels[found.data as usize];
        let away_m = distance_m(*place, at);
        (away_m <= NEAREST_WITHIN_M).then_some((label.as_str(), away_m))
    }
}
