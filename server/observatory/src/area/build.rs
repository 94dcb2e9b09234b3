//! Making the tree from imported layers: groups of small communes, parts clipped to their whole,
//! gaps between layers given to the nearest part.

use super::border::shared_borders;
use super::{AreaTree, LargeArea, Level};
use crate::plane::{Plane, joined};
use geo::{Area, BooleanOps, Centroid, Distance, Euclidean, MultiPolygon, Polygon, unary_union};
use std::collections::{BTreeMap, BTreeSet};

/// A boundary of an imported layer.
#[derive(Debug, Clone)]
pub struct AreaShape {
    /// Code in its layer.
    pub code: String,
    /// Name in its layer.
    pub name: String,
    /// Residents, where known.
    pub residents: Option<u32>,
    /// WGS 84, longitude first.
    pub boundary: MultiPolygon<f64>,
}

/// What the tree is made from.
#[derive(Debug, Clone, Default)]
pub struct AreaSources {
    /// Code of the perimeter.
    pub code: String,
    /// Name of the perimeter.
    pub name: String,
    /// Communes counted (or, without communes, the one ground that is counted).
    pub communes: Vec<AreaShape>,
    /// Quartiers, of any of these communes.
    pub quartiers: Vec<AreaShape>,
    /// Sous-quartiers, of any of these quartiers.
    pub sous_quartiers: Vec<AreaShape>,
}

/// Why no tree can be made.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum AreaTreeError {
    /// No ground is given.
    #[error("no boundary to count in: import communes, or draw sectors")]
    NoGround,
}

/// Parts of a ground smaller than this come from rounding, square metres.
const CRUMB_M2: f64 = 1.0;
/// A gap above this share of the whole becomes a part of its own.
const REST_SHARE: f64 = 0.05;

struct Piece {
    code: String,
    name: String,
    residents: u32,
    boundary: Option<MultiPolygon<f64>>,
    shape: MultiPolygon<f64>,
}

impl AreaTree {
    /// The tree of these layers; communes under `minimum_residents` are grouped.
    ///
    /// # Errors
    /// [`AreaTreeError::NoGround`] when no commune has a boundary.
    pub fn build(sources: &AreaSources, minimum_residents: u32) -> Result<Self, AreaTreeError> {
        let plane = Plane::new();
        let communes = pieces(&plane, &sources.communes);
        if communes.is_empty() {
            return Err(AreaTreeError::NoGround);
        }
        let quartiers = pieces(&plane, &sources.quartiers);
        let parts = pieces(&plane, &sources.sous_quartiers);
        let cities: BTreeSet<usize> = quartiers
            .iter()
            .filter_map(|q| widest_overlap(&q.shape, communes.iter().map(|c| &c.shape)))
            .collect();
        let shapes: Vec<MultiPolygon<f64>> = communes.iter().map(|c| c.shape.clone()).collect();
        let whole = joined(&shapes);
        let mut tree = Self { areas: Vec::new() };
        let root = Piece {
            code: sources.code.clone(),
            name: sources.name.clone(),
            residents: 0,
            boundary: None,
            shape: whole,
        };
        tree.add(&plane, root, Level::Perimeter, None);
        let groups = group_small(&communes, &cities, minimum_residents);
        if groups.len() > 1 || !quartiers.is_empty() {
            for group in groups {
                tree.add(&plane, group, Level::Commune, Some(Self::ROOT));
            }
        }
        tree.nest(&plane, quartiers, Level::Commune, Level::Quartier);
        tree.nest(&plane, parts, Level::Quartier, Level::SousQuartier);
        tree.number_twins();
        Ok(tree)
    }

    fn add(&mut self, plane: &Plane, piece: Piece, level: Level, parent: Option<usize>) {
        let index = self.areas.len();
        let boundary = piece
            .boundary
            .unwrap_or_else(|| plane.unproject(&piece.shape));
        self.areas.push(LargeArea {
            code: piece.code,
            name: piece.name,
            level,
            parent,
            children: Vec::new(),
            boundary,
            shape: piece.shape,
        });
        if let Some(parent) = parent {
            self.areas[parent].children.push(index);
        }
    }

    /// Gives each area of `above` its parts among `pieces`.
    fn nest(&mut self, plane: &Plane, pieces: Vec<Piece>, above: Level, level: Level) {
        let wholes: Vec<usize> = (0..self.areas.len())
            .filter(|&index| self.areas[index].level == above)
            .collect();
        let mut parts: BTreeMap<usize, Vec<Piece>> = BTreeMap::new();
        for piece in pieces {
            let shapes = wholes.iter().map(|&index| &self.areas[index].shape);
            if let Some(found) = widest_overlap(&piece.shape, shapes) {
                parts.entry(wholes[found]).or_default().push(piece);
            }
        }
        for (whole, inside) in parts {
            if inside.len() < 2 {
                continue;
            }
            let shape = self.areas[whole].shape.clone();
            let (code, name) = (
                self.areas[whole].code.clone(),
                self.areas[whole].name.clone(),
            );
            for part in tile(&shape, inside, &code, &name) {
                self.add(plane, part, level, Some(whole));
            }
        }
    }

    /// Layers sometimes use a code twice: the later ones get a number.
    fn number_twins(&mut self) {
        let mut seen: BTreeMap<String, u32> = BTreeMap::new();
        for place in &mut self.areas {
            let times = seen.entry(place.code.clone()).or_insert(0);
            *times += 1;
            if *times > 1 {
                place.code = format!("{}-{times}", place.code);
            }
        }
    }
}

fn pieces(plane: &Plane, shapes: &[AreaShape]) -> Vec<Piece> {
    let mut pieces: Vec<Piece> = shapes
        .iter()
        .map(|shape| Piece {
            code: shape.code.clone(),
            name: shape.name.clone(),
            residents: shape.residents.unwrap_or(0),
            boundary: None,
            shape: plane.project(&shape.boundary),
        })
        .filter(|piece| piece.shape.unsigned_area() > CRUMB_M2)
        .collect();
    pieces.sort_by(|one, other| (&one.code, &one.name).cmp(&(&other.code, &other.name)));
    pieces
}

fn widest_overlap<'a>(
    shape: &MultiPolygon<f64>,
    wholes: impl Iterator<Item = &'a MultiPolygon<f64>>,
) -> Option<usize> {
    wholes
        .enumerate()
        .map(|(index, whole)| (index, whole.intersection(shape).unsigned_area()))
        .filter(|(_, shared)| *shared > CRUMB_M2)
        .max_by(|one, other| one.1.total_cmp(&other.1).then(other.0.cmp(&one.0)))
        .map(|(index, _)| index)
}

/// Joins communes under the size with a small neighbour, else with any neighbour but a city that
/// has quartiers, else with that city, else with the nearest commune; longest shared border first,
/// ties by code. Looks at no count.
fn group_small(communes: &[Piece], cities: &BTreeSet<usize>, minimum: u32) -> Vec<Piece> {
    let shapes: Vec<_> = communes.iter().map(|c| c.shape.clone()).collect();
    let borders = shared_borders(&shapes);
    let mut groups: Vec<Vec<usize>> = (0..communes.len()).map(|index| vec![index]).collect();
    let fixed = |group: &[usize]| group.iter().any(|index| cities.contains(index));
    let size = |group: &[usize]| group.iter().map(|&i| communes[i].residents).sum::<u32>();
    let mut alone: BTreeSet<usize> = BTreeSet::new();
    while let Some(small) = (0..groups.len())
        .filter(|&g| !fixed(&groups[g]) && size(&groups[g]) < minimum)
        .filter(|&g| !alone.contains(&groups[g][0]))
        .min_by_key(|&g| (size(&groups[g]), groups[g][0]))
    {
        let neighbour = |wanted: &dyn Fn(&[usize]) -> bool| {
            (0..groups.len())
                .filter(|&g| g != small && wanted(&groups[g]))
                .map(|g| (g, length(&borders, &groups[small], &groups[g])))
                .filter(|(_, shared)| *shared > 0.0)
                .max_by(|one, other| one.1.total_cmp(&other.1).then(other.0.cmp(&one.0)))
                .map(|(g, _)| g)
        };
        let far = |g: &usize| {
            let pairs = groups[small]
                .iter()
                .flat_map(|&a| groups[*g].iter().map(move |&b| (a, b)));
            pairs
                .map(|(a, b)| Euclidean.distance(&communes[a].shape, &communes[b].shape))
                .fold(f64::INFINITY, f64::min)
        };
        let nearest = || {
            (0..groups.len())
                .filter(|&g| g != small)
                .min_by(|one, other| far(one).total_cmp(&far(other)))
        };
        // A layer without residents must not end as one area with the city.
        let told = groups[small].iter().all(|&i| communes[i].residents > 0);
        let found = neighbour(&|group| !fixed(group) && size(group) < minimum)
            .or_else(|| neighbour(&|group| !fixed(group)))
            .or_else(|| neighbour(&|_| true).filter(|_| told))
            .or_else(|| nearest().filter(|_| told));
        let Some(other) = found else {
            alone.insert(groups[small][0]);
            continue;
        };
        let joined = groups[small].clone();
        groups[other].extend(joined);
        groups[other].sort_unstable();
        groups.remove(small);
    }
    groups.sort_by_key(|group| group[0]);
    groups
        .iter()
        .map(|group| whole_group(communes, group))
        .collect()
}

fn length(borders: &BTreeMap<(usize, usize), f64>, one: &[usize], other: &[usize]) -> f64 {
    one.iter()
        .flat_map(|&a| other.iter().map(move |&b| (a.min(b), a.max(b))))
        .filter_map(|pair| borders.get(&pair))
        .sum()
}

fn whole_group(communes: &[Piece], group: &[usize]) -> Piece {
    let join = |text: fn(&Piece) -> &str, by: &str| {
        let parts: Vec<&str> = group.iter().map(|&index| text(&communes[index])).collect();
        parts.join(by)
    };
    let shapes = group.iter().map(|&index| communes[index].shape.clone());
    let shapes: Vec<MultiPolygon<f64>> = shapes.collect();
    Piece {
        code: join(|c| &c.code, "+"),
        name: join(|c| &c.name, ", "),
        residents: group.iter().map(|&index| communes[index].residents).sum(),
        boundary: None,
        shape: joined(&shapes),
    }
}

/// Parts clipped to the whole, without overlap, gaps given to the nearest part; a wide gap is a
/// part of its own.
fn tile(whole: &MultiPolygon<f64>, parts: Vec<Piece>, code: &str, name: &str) -> Vec<Piece> {
    let mut rest = whole.clone();
    let mut tiles = Vec::new();
    for mut part in parts {
        part.shape = clean(rest.intersection(&part.shape));
        if part.shape.unsigned_area() > CRUMB_M2 {
            rest = rest.difference(&part.shape);
            tiles.push(part);
        }
    }
    let gap = rest.unsigned_area();
    if gap > REST_SHARE * whole.unsigned_area() {
        tiles.push(Piece {
            code: format!("{code}-0"),
            name: format!("{name} (autres)"),
            residents: 0,
            boundary: None,
            shape: clean(rest),
        });
        return tiles;
    }
    let mut crumbs: BTreeMap<usize, Vec<Polygon<f64>>> = BTreeMap::new();
    for crumb in rest {
        let Some(middle) = crumb.centroid() else {
            continue;
        };
        let far = |index: &usize| Euclidean.distance(&middle, &tiles[*index].shape);
        if let Some(nearest) = (0..tiles.len()).min_by(|one, other| far(one).total_cmp(&far(other)))
        {
            crumbs.entry(nearest).or_default().push(crumb);
        }
    }
    for (index, mut added) in crumbs {
        added.extend(tiles[index].shape.0.iter().cloned());
        tiles[index].shape = clean(unary_union(&added));
    }
    tiles
}

fn clean(shape: MultiPolygon<f64>) -> MultiPolygon<f64> {
    let kept = |p: &Polygon<f64>| p.unsigned_area() > CRUMB_M2;
    MultiPolygon(shape.into_iter().filter(kept).collect())
}

/// See [`AreaTree::walked`].
pub fn walked(tree: &AreaTree, ground: &MultiPolygon<f64>, tolerance_percent: f64) -> Vec<bool> {
    let ground = Plane::new().project(ground);
    tree.areas
        .iter()
        .map(|place| {
            let whole = place.shape.unsigned_area();
            !ground.0.is_empty()
                && place.shape.difference(&ground).unsigned_area()
                    <= whole * tolerance_percent / 100.0
        })
        .collect()
}
