//! What is served: opened releases, and behind the inner door every release and imported layer.
//!
//! It must never show a closed release at the open door. The pages call it.

use super::query::Items;
use super::{Door, Problem};
use crate::app::App;
use crate::export::features;
use crate::publication::{FrozenRelease, KeptOpen, OpenList, releases_kept_open};
use crate::store::{FeatureProperty, LayerFeature, LayerVersion, PageStart};
use geo::{BoundingRect, Geometry};
use serde_json::{Map, Value};
use std::sync::Arc;

/// One feature.
pub struct Feature {
    /// Its place in the collection, from 1.
    pub id: u64,
    /// Properties.
    pub properties: Map<String, Value>,
    /// WGS 84, longitude first.
    pub geometry: Geometry<f64>,
}

enum Source {
    Release(Arc<FrozenRelease>),
    Layer(LayerVersion),
}

/// A collection.
pub struct Collection {
    pub id: String,
    pub title: String,
    pub description: String,
    /// First and last day, where it has some.
    pub days: Option<[String; 2]>,
    source: Source,
}

/// All collections of a door.
pub fn all(app: &App, door: Door) -> Result<Vec<Collection>, Problem> {
    let opened = OpenList::of(app.folder()).read();
    let mut found = Vec::new();
    for (campaign, _) in app.server().campaigns()? {
        let here = opened.iter().any(|one| one.campaign == campaign);
        if door == Door::Open && !here {
            continue;
        }
        let Ok(stored) = app.stored_releases(campaign) else {
            // A damaged campaign is named by *Ce soir*; the others are served.
            continue;
        };
        let kept_open = app.part(|_| KeptOpen::default());
        for kept in releases_kept_open(stored, &kept_open)? {
            let open = opened.iter().any(|one| {
                (one.campaign, one.number) == (campaign, kept.number) && one.digest == kept.digest
            });
            if door == Door::Inside || open {
                found.push(of_release(kept));
            }
        }
    }
    if door == Door::Inside {
        found.extend(app.layers()?.latest()?.into_iter().map(of_layer));
    }
    Ok(found)
}

/// One collection of a door.
pub fn one(app: &App, door: Door, id: &str) -> Result<Collection, Problem> {
    let found = all(app, door)?.into_iter().find(|one| one.id == id);
    found.ok_or(Problem::not_found())
}

fn of_release(kept: Arc<FrozenRelease>) -> Collection {
    let published = kept.release.published();
    let heading = &published.heading;
    let band = if heading.exercise { "EXERCICE · " } else { "" };
    let digest = kept.digest.get(..8).unwrap_or_default();
    Collection {
        id: format!("{}-{}-{digest}", plain(&heading.campaign), heading.number),
        title: format!("{band}{} · diffusion {}", heading.campaign, heading.number),
        description: format!(
            "{} Réglages : {}.",
            published.sentence.fr,
            published.settings.join(" ")
        ),
        days: heading
            .nights
            .first()
            .zip(heading.nights.last())
            .map(|(first, last)| [first.clone(), last.clone()]),
        source: Source::Release(kept),
    }
}

fn of_layer(layer: LayerVersion) -> Collection {
    Collection {
        id: layer.kind.code().to_owned(),
        title: format!("Couche importée : {}", layer.kind),
        description: format!("Version {}, {} objets.", layer.version, layer.features),
        days: None,
        source: Source::Layer(layer),
    }
}

/// Letters and digits of a name, in lower case, with hyphens between.
fn plain(name: &str) -> String {
    let mut text = String::new();
    for letter in name.to_lowercase().chars() {
        match letter {
            'a'..='z' | '0'..='9' => text.push(letter),
            'à' | 'â' | 'ä' => text.push('a'),
            'é' | 'è' | 'ê' | 'ë' => text.push('e'),
            'î' | 'ï' => text.push('i'),
            'ô' | 'ö' => text.push('o'),
            'ù' | 'û' | 'ü' => text.push('u'),
            'ç' => text.push('c'),
            _ if !text.ends_with('-') && !text.is_empty() => text.push('-'),
            _ => {}
        }
    }
    text.trim_end_matches('-').chars().take(60).collect()
}

/// A page of a collection.
pub struct Page {
    /// Its features.
    pub features: Vec<Feature>,
    /// How many there are in all.
    pub matched: u64,
    /// The feature to go on after, of a layer.
    pub last: Option<u64>,
}

impl Collection {
    /// One page of what is asked for, always in the same order.
    pub fn page(&self, app: &App, asked: &Items) -> Result<Page, Problem> {
        match &self.source {
            Source::Release(kept) => {
                let all = of_figures(kept).into_iter();
                let matched: Vec<Feature> = all.filter(|feature| asked.takes(feature)).collect();
                let count = matched.len() as u64;
                let here = matched.into_iter().skip(asked.offset).take(asked.limit);
                Ok(Page {
                    features: here.collect(),
                    matched: count,
                    last: None,
                })
            }
            Source::Layer(layer) => {
                let (layers, of) = (app.layers()?, (layer.kind, layer.version));
                let filter = asked.filter();
                let start = match asked.after {
                    Some(after) => PageStart { after, skip: 0 },
                    None => PageStart {
                        after: 0,
                        skip: asked.offset as u64,
                    },
                };
                let page = layers.feature_page(of, &filter, start, asked.limit)?;
                Ok(Page {
                    matched: layers.feature_count(of, &filter)?,
                    last: page.last().map(|(number, _)| *number),
                    features: page.into_iter().map(of_row).collect(),
                })
            }
        }
    }

    /// The feature of a number.
    pub fn item(&self, app: &App, number: u64) -> Result<Option<Feature>, Problem> {
        match &self.source {
            Source::Release(kept) => {
                let mut all = of_figures(kept).into_iter();
                Ok(all.find(|feature| feature.id == number))
            }
            Source::Layer(layer) => {
                let found = app
                    .layers()?
                    .feature_at((layer.kind, layer.version), number)?;
                Ok(found.map(|feature| of_row((number, feature))))
            }
        }
    }

    /// The version that pages go on in, of a layer: a later import does not mix with them.
    pub fn version(&self) -> Option<u32> {
        match &self.source {
            Source::Release(_) => None,
            Source::Layer(layer) => Some(layer.version),
        }
    }

    /// The same layer as it was in a version.
    pub fn in_version(mut self, app: &App, version: u32) -> Result<Self, Problem> {
        let Source::Layer(layer) = &self.source else {
            return Ok(self);
        };
        if layer.version != version {
            let kind = layer.kind;
            let mut all = app.layers()?.versions()?.into_iter();
            let found = all.find(|one| (one.kind, one.version) == (kind, version));
            self = of_layer(found.ok_or(Problem::not_found())?);
        }
        Ok(self)
    }

    /// Names of its properties.
    pub fn properties(&self) -> Vec<String> {
        match &self.source {
            Source::Release(kept) => {
                let first = features(&kept.release).into_iter().next();
                first.map_or_else(Vec::new, |feature| {
                    feature.properties.keys().cloned().collect()
                })
            }
            Source::Layer(_) => FeatureProperty::ALL.map(|of| of.code().to_owned()).to_vec(),
        }
    }

    /// West, south, east, north.
    pub fn bounds(&self, app: &App) -> Result<Option<[f64; 4]>, Problem> {
        match &self.source {
            Source::Release(kept) => {
                let areas = &kept.release.published().areas;
                let around = areas.first().and_then(|area| area.boundary.bounding_rect());
                Ok(around.map(|r| [r.min().x, r.min().y, r.max().x, r.max().y]))
            }
            Source::Layer(layer) => {
                Ok(app.layers()?.feature_bounds((layer.kind, layer.version))?)
            }
        }
    }
}

fn of_figures(kept: &FrozenRelease) -> Vec<Feature> {
    let figures = (1_u64..).zip(features(&kept.release));
    figures
        .map(|(id, feature)| Feature {
            id,
            properties: feature.properties,
            geometry: feature.boundary.into(),
        })
        .collect()
}

fn of_row((id, feature): (u64, LayerFeature)) -> Feature {
    let mut properties = Map::new();
    properties.insert("code".to_owned(), feature.code.into());
    properties.insert("name".to_owned(), feature.name.into());
    properties.insert("population".to_owned(), feature.population.into());
    Feature {
        id,
        properties,
        geometry: feature.geometry,
    }
}
