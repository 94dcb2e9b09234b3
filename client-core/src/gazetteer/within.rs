//! The streets of a sector: the named centrelines that lie in it, and how long they are there.
//!
//! Tablets list them to be ticked, the server adds up what was ticked: both count the same way.

use super::entry::{NamedPlace, NamedPlaceKind};
use super::normalise::words;
use crate::geography::{Bounds, LocalFrame, contains};
use crate::model::Coordinates;
use geo::{LineString, MultiPolygon, Polygon};
use std::collections::BTreeMap;

/// A centreline this near the border belongs to the sectors on both sides, metres: borders are drawn
/// along streets, by hand.
pub const ALONG_BORDER_M: f64 = 10.0;

/// Less of a street than this is only its end: it is left out, unless it is half of the street.
const SHORTEST_M: f64 = 25.0;

/// Beginning of the keys of ways that nobody walks.
const NOT_WALKED: &str = "autoroute";

/// What a layer calls a way that has no name, after its kind.
const NO_NAME: [&str; 6] = [
    "non_denomme",
    "sans_nom",
    "sans_denomination",
    "innomme",
    "inconnu",
    "nom_inconnu",
];

/// Bytes of a key: what the field that declares it walked leaves.
const KEY_BYTES: usize = 94;

/// A street as far as it lies in a sector.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StreetWithin {
    /// What a team declares: the same for every centreline of that name in the sector.
    pub key: String,
    /// As people read it.
    pub name: String,
    /// Its length in the sector, metres.
    pub length_m: u32,
}

/// The key of a street: its folded words, joined by `_`.
pub fn street_key(name: &str) -> String {
    let mut key = words(name).join("_");
    while key.len() > KEY_BYTES {
        key.pop();
    }
    key
}

/// The key is of a street that a team can walk and name.
pub fn is_named_street(key: &str) -> bool {
    is_named(key) && !key.starts_with(NOT_WALKED)
}

/// The key is a name, unlike that of *Voie non dénommée*.
pub fn is_named(key: &str) -> bool {
    let after_kind = key.split_once('_').map_or("", |(_, rest)| rest);
    let nameless = |said: &str| NO_NAME.iter().any(|start| said.starts_with(start));
    !key.is_empty() && !nameless(key) && !nameless(after_kind)
}

/// A boundary from GeoJSON's coordinates of a `MultiPolygon`.
pub fn boundary_of(polygons: Vec<Vec<Vec<[f64; 2]>>>) -> MultiPolygon<f64> {
    let ring = |points: Vec<[f64; 2]>| LineString::from(points);
    let polygon = |rings: Vec<Vec<[f64; 2]>>| {
        let mut rings = rings.into_iter().map(ring);
        let exterior = rings.next()?;
        Some(Polygon::new(exterior, rings.collect()))
    };
    MultiPolygon(polygons.into_iter().filter_map(polygon).collect())
}

/// The named streets that lie in a boundary, by key.
///
/// # Units
/// Lengths in whole metres; a street known by its numbers alone has no length and is left out.
pub fn streets_within<'a>(
    places: impl IntoIterator<Item = &'a NamedPlace>,
    boundary: &MultiPolygon<f64>,
) -> Vec<StreetWithin> {
    let Some(sector) = Sector::of(boundary) else {
        return Vec::new();
    };
    let mut found: BTreeMap<String, (String, f64, f64)> = BTreeMap::new();
    for place in places {
        let is_near = place.kind == NamedPlaceKind::Street && sector.may_hold(place);
        let key = if is_near {
            street_key(&place.name)
        } else {
            String::new()
        };
        if !is_named_street(&key) {
            continue;
        }
        let (mut inside_m, mut whole_m) = (0.0, 0.0);
        for part in place.lines.iter().flat_map(|line| line.windows(2)) {
            let ends = [sector.frame.metres(part[0]), sector.frame.metres(part[1])];
            whole_m += apart(ends[0], ends[1]);
            inside_m += sector.inside_m(ends);
        }
        if inside_m > 0.0 {
            let (_, inside, whole) = found
                .entry(key)
                .or_insert_with(|| (place.name.clone(), 0.0, 0.0));
            *inside += inside_m;
            *whole += whole_m;
        }
    }
    let told = found
        .into_iter()
        .filter_map(|(key, (name, inside_m, whole_m))| {
            let told = inside_m >= SHORTEST_M || inside_m * 2.0 >= whole_m;
            let length_m = inside_m.round() as u32;
            (told && length_m > 0).then_some(StreetWithin {
                key,
                name,
                length_m,
            })
        });
    told.collect()
}

/// A boundary in metres.
struct Sector<'a> {
    boundary: &'a MultiPolygon<f64>,
    bounds: Bounds,
    frame: LocalFrame,
    edges: Vec<[[f64; 2]; 2]>,
}

impl<'a> Sector<'a> {
    fn of(boundary: &'a MultiPolygon<f64>) -> Option<Self> {
        let bounds = Bounds::of(boundary)?;
        let frame = LocalFrame::around(Coordinates {
            longitude: f64::midpoint(bounds.west, bounds.east),
            latitude: f64::midpoint(bounds.south, bounds.north),
        });
        let metres = |c: geo::Coord<f64>| {
            frame.metres(Coordinates {
                longitude: c.x,
                latitude: c.y,
            })
        };
        let rings = boundary.0.iter().flat_map(|polygon| {
            let holes = polygon.interiors().iter();
            std::iter::once(polygon.exterior()).chain(holes)
        });
        let edges = rings.flat_map(LineString::lines);
        Some(Self {
            boundary,
            bounds: bounds.grown(ALONG_BORDER_M),
            edges: edges
                .map(|edge| [metres(edge.start), metres(edge.end)])
                .collect(),
            frame,
        })
    }

    /// Nothing of the place is in the sector unless this says so.
    fn may_hold(&self, place: &NamedPlace) -> bool {
        let mut points = place.lines.iter().flatten();
        let Some(first) = points.next() else {
            return false;
        };
        let start = [
            first.longitude,
            first.longitude,
            first.latitude,
            first.latitude,
        ];
        let [west, east, south, north] = points.fold(start, |[w, e, s, n], at| {
            [
                w.min(at.longitude),
                e.max(at.longitude),
                s.min(at.latitude),
                n.max(at.latitude),
            ]
        });
        let within = &self.bounds;
        west <= within.east && east >= within.west && south <= within.north && north >= within.south
    }

    /// Length of what of a straight part lies in the sector or along its border.
    fn inside_m(&self, [from, to]: [[f64; 2]; 2]) -> f64 {
        let length_m = apart(from, to);
        let mut cuts: Vec<f64> = self
            .edges
            .iter()
            .filter_map(|edge| crossed_at([from, to], *edge))
            .collect();
        cuts.extend([0.0, 1.0]);
        cuts.sort_by(f64::total_cmp);
        let pieces = cuts.windows(2).filter(|cut| cut[1] > cut[0]);
        let inside = pieces.filter(|cut| {
            let share = f64::midpoint(cut[0], cut[1]);
            let middle = [0, 1].map(|axis| from[axis] + share * (to[axis] - from[axis]));
            self.holds(middle)
        });
        inside.map(|cut| (cut[1] - cut[0]) * length_m).sum()
    }

    fn holds(&self, middle: [f64; 2]) -> bool {
        contains(self.boundary, self.frame.coordinates(middle))
            || self
                .edges
                .iter()
                .any(|edge| to_edge_m(middle, *edge) <= ALONG_BORDER_M)
    }
}

fn apart(a: [f64; 2], b: [f64; 2]) -> f64 {
    (b[0] - a[0]).hypot(b[1] - a[1])
}

/// Where along the first the second is crossed, as a share of its length.
fn crossed_at([a, b]: [[f64; 2]; 2], [c, d]: [[f64; 2]; 2]) -> Option<f64> {
    let (along, edge) = ([b[0] - a[0], b[1] - a[1]], [d[0] - c[0], d[1] - c[1]]);
    let across = along[0] * edge[1] - along[1] * edge[0];
    if across == 0.0 {
        return None;
    }
    let between = [c[0] - a[0], c[1] - a[1]];
    let on_first = (between[0] * edge[1] - between[1] * edge[0]) / across;
    let on_second = (between[0] * along[1] - between[1] * along[0]) / across;
    let both = (0.0..=1.0).contains(&on_first) && (0.0..=1.0).contains(&on_second);
    both.then_some(on_first)
}

fn to_edge_m(at: [f64; 2], [a, b]: [[f64; 2]; 2]) -> f64 {
    let (dx, dy) = (b[0] - a[0], b[1] - a[1]);
    let squared = dx * dx + dy * dy;
    let share = if squared > 0.0 {
        (((at[0] - a[0]) * dx + (at[1] - a[1]) * dy) / squared).clamp(0.0, 1.0)
    } else {
        0.0
    };
    apart(at, [a[0] + share * dx, a[1] + share * dy])
}

#[cfg(test)]
mod tests {
    use super::*;

    const ORIGIN: Coordinates = Coordinates {
        longitude: 3.88,
        latitude: 43.61,
    };

    fn at(east: f64, north: f64) -> Coordinates {
        LocalFrame::around(ORIGIN).coordinates([east, north])
    }

    fn street(name: &str, lines: &[&[(f64, f64)]]) -> NamedPlace {
        let line = |line: &&[(f64, f64)]| line.iter().map(|(x, y)| at(*x, *y)).collect();
        NamedPlace {
            kind: NamedPlaceKind::Street,
            name: name.to_owned(),
            commune: String::new(),
            at: ORIGIN,
            reach_m: 0.0,
            numbers: Vec::new(),
            lines: lines.iter().map(line).collect(),
        }
    }

    fn square(west: f64, east: f64) -> MultiPolygon<f64> {
        let corner = |x: f64, y: f64| [at(x, y).longitude, at(x, y).latitude];
        boundary_of(vec![vec![vec![
            corner(west, 0.0),
            corner(east, 0.0),
            corner(east, 400.0),
            corner(west, 400.0),
            corner(west, 0.0),
        ]]])
    }

    fn told(places: &[NamedPlace], boundary: &MultiPolygon<f64>) -> Vec<(String, u32)> {
        let found = streets_within(places, boundary).into_iter();
        found.map(|street| (street.key, street.length_m)).collect()
    }

    #[test]
    fn a_street_is_as_long_as_what_of_it_lies_in_the_sector() {
        let through = street("Rue de la Traversée", &[&[(-300.0, 200.0), (700.0, 200.0)]]);
        let away = street("Rue d'Ailleurs", &[&[(900.0, 0.0), (900.0, 400.0)]]);
        let unnamed = street(" ", &[&[(100.0, 100.0), (300.0, 100.0)]]);
        let nameless = street("Voie non dénommée", &[&[(100.0, 120.0), (300.0, 120.0)]]);
        let motorway = street("Autoroute A99", &[&[(100.0, 140.0), (300.0, 140.0)]]);
        let bent = street(
            "Impasse Courbe",
            &[&[(100.0, 50.0), (100.0, 80.0), (130.0, 80.0)]],
        );
        let places = [through, away, unnamed, nameless, motorway, bent];
        let expected = [
            ("impasse_courbe".to_owned(), 60),
            ("rue_de_la_traversee".to_owned(), 400),
        ];
        assert_eq!(told(&places, &square(0.0, 400.0)), expected);
    }

    #[test]
    fn a_street_along_the_border_belongs_to_both_sides_and_a_side_street_beyond_it_to_one() {
        let border = street("Boulevard du Bord", &[&[(404.0, 0.0), (397.0, 400.0)]]);
        let beside = street("Rue de l'Autre Côté", &[&[(400.0, 100.0), (600.0, 100.0)]]);
        let places = [border, beside];
        let keys = |boundary| {
            let found = told(&places, &boundary).into_iter();
            found
                .map(|(key, length)| (key, length.div_ceil(10) * 10))
                .collect::<Vec<_>>()
        };
        assert_eq!(
            keys(square(0.0, 400.0)),
            [("boulevard_du_bord".to_owned(), 400)]
        );
        let both = [
            ("boulevard_du_bord".to_owned(), 400),
            ("rue_de_l_autre_cote".to_owned(), 200),
        ];
        assert_eq!(keys(square(400.0, 800.0)), both);
        // Negative control: a street that far from the border is of one side alone.
        let inner = [street("Rue du Dedans", &[&[(385.0, 0.0), (385.0, 400.0)]])];
        assert!(told(&inner, &square(400.0, 800.0)).is_empty());
    }

    #[test]
    fn an_end_that_reaches_in_is_left_out_and_a_short_street_is_not() {
        let end = street("Rue qui Dépasse", &[&[(380.0, 200.0), (900.0, 200.0)]]);
        let short = street("Passage Bref", &[&[(200.0, 200.0), (212.0, 200.0)]]);
        let places = [end, short];
        assert_eq!(
            told(&places, &square(0.0, 400.0)),
            [("passage_bref".to_owned(), 12)]
        );
    }

    #[test]
    fn lines_of_one_name_are_one_street_and_holes_are_outside() {
        let places = [
            street(
                "Rue Double",
                &[
                    &[(50.0, 100.0), (150.0, 100.0)],
                    &[(50.0, 120.0), (150.0, 120.0)],
                ],
            ),
            street("RUE  DOUBLE", &[&[(200.0, 100.0), (250.0, 100.0)]]),
        ];
        let found = streets_within(&places, &square(0.0, 400.0));
        assert_eq!(found.len(), 1);
        assert_eq!(
            (found[0].name.as_str(), found[0].length_m),
            ("Rue Double", 250)
        );
        let mut holed = square(0.0, 400.0);
        let hole = square(120.0, 300.0).0.remove(0).exterior().clone();
        holed.0[0].interiors_push(hole);
        assert!(told(&places, &holed)[0].1 < 220);
        assert!(told(&places, &MultiPolygon(Vec::new())).is_empty());
    }

    #[test]
    fn a_key_fits_the_field_it_is_written_in() {
        assert_eq!(street_key("Rue de l'Œuvre-d’Art"), "rue_de_l_oeuvre_d_art");
        let long = street_key(&"é".repeat(300));
        assert_eq!(long.len(), KEY_BYTES);
    }
}
