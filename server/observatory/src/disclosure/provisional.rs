//! *Provisoire*: one sentence and one rounded figure, which block nothing.
//!
//! It must never say anything finer than the perimeter. `server/src/publication` calls it.

use super::published::{Figure, Heading, Published, PublishedArea, Stage};
use super::release::{DisclosureError, Release};
use super::rings;
use super::sentence::{self, ProvisionalFigures};
use super::settings::Settings;
use crate::area::{AreaTree, Level};
use crate::indicator::Unit;
use std::collections::BTreeMap;

/// Builds a provisional release.
///
/// # Errors
/// [`DisclosureError::RuleBroken`] when its own check finds a fault.
pub fn provisional(
    heading: Heading,
    tree: &AreaTree,
    figures: ProvisionalFigures,
    settings: &Settings,
) -> Result<Release, DisclosureError> {
    let perimeter = &tree.areas()[AreaTree::ROOT];
    let ten = settings.provisional_rounding.max(1);
    let people = (figures.people + ten / 2) / ten * ten;
    let figure = if people == 0 {
        Figure::Withheld
    } else {
        Figure::Rounded { people, to: ten }
    };
    let published = Published {
        stage: Stage::Provisional,
        settings: settings.lines(),
        sentence: sentence::provisional(figures, settings, heading.exercise),
        heading,
        areas: vec![PublishedArea {
            code: perimeter.code.clone(),
            name: perimeter.name.clone(),
            level: Level::Perimeter,
            parent: None,
            walked: false,
            boundary: rings::rounded(&perimeter.boundary),
            figures: BTreeMap::from([(Unit::Street, figure)]),
        }],
        attributes: Vec::new(),
        range: Some(sentence::range(figures, settings)),
        corrects: None,
        errata: Vec::new(),
    };
    Ok(Release::checked(published, Vec::new(), &[])?.on(tree))
}
