//! Invented geography around the drawn sectors, for a demo without real layers.
//!
//! Codes begin with 99, which no commune of France has. It must never pass for a real map.

use crate::console::Console;
use crate::population::{Ground, LANDMARKS, Metres};
use anyhow::Result;
use maraude_core::gazetteer::{NamedPlace, NamedPlaceKind, boundary_of, streets_within};
use maraude_core::model::Coordinates;
use maraude_server::http::contract::{LayerEntry, NewLayer};
use serde_json::{Value, json};

/// West, south, east, north, in metres of the ground.
type Box4 = [f64; 4];

/// Code, name, residents, box: a city that holds every sector, and its neighbours.
const COMMUNES: [(&str, &str, u32, Box4); 3] = [
    (
        "99001",
        "Ville-l'Essai",
        300_000,
        [-2_600.0, -1_900.0, 2_600.0, 1_900.0],
    ),
    (
        "99002",
        "Bourg-l'Essai",
        11_000,
        [-6_000.0, -1_900.0, -2_600.0, 1_900.0],
    ),
    (
        "99003",
        "Pré-l'Essai",
        7_500,
        [2_600.0, -1_900.0, 6_000.0, 1_900.0],
    ),
];

/// Parts of the city: they tile it.
const QUARTIERS: [(&str, &str, Box4); 6] = [
    ("Q1", "Figuiers", [-2_600.0, -1_900.0, -600.0, -40.0]),
    ("Q2", "Gambette", [-600.0, -1_900.0, 40.0, -40.0]),
    ("Q3", "Rives", [40.0, -1_900.0, 2_600.0, -40.0]),
    ("Q4", "Arcades", [-2_600.0, -40.0, -600.0, 1_900.0]),
    ("Q5", "Vieux bourg", [-600.0, -40.0, 40.0, 1_900.0]),
    ("Q6", "Beaux-Arcs", [40.0, -40.0, 2_600.0, 1_900.0]),
];

const fn at(east: f64, north: f64) -> Metres {
    Metres { east, north }
}

/// Sends the invented layers to a server.
pub fn import(console: &Console, ground: &Ground) -> Result<()> {
    for (kind, features) in layers(ground) {
        let collection = json!({"type": "FeatureCollection", "features": features});
        let new = NewLayer {
            code: "code".to_owned(),
            name: "nom".to_owned(),
            geojson: collection.to_string(),
        };
        let _: LayerEntry = console.post(&format!("/api/layers/{kind}"), &new)?;
    }
    Ok(())
}

/// Keys of the streets of each sector, as its team may tick them.
pub fn street_keys(ground: &Ground) -> Vec<Vec<String>> {
    let places: Vec<NamedPlace> = streets(ground).iter().map(named).collect();
    let keys = |ring: &[[f64; 2]]| {
        let boundary = boundary_of(vec![vec![ring.to_vec()]]);
        let streets = streets_within(&places, &boundary).into_iter();
        streets.map(|street| street.key).collect()
    };
    ground
        .sectors
        .iter()
        .map(|sector| keys(&sector.ring))
        .collect()
}

/// A street of [`streets`] as the gazetteer takes it.
fn named(feature: &Value) -> NamedPlace {
    let ends = feature["geometry"]["coordinates"].as_array().into_iter();
    let line: Vec<Coordinates> = ends
        .flatten()
        .map(|end| Coordinates {
            longitude: end[0].as_f64().unwrap_or_default(),
            latitude: end[1].as_f64().unwrap_or_default(),
        })
        .collect();
    NamedPlace {
        kind: NamedPlaceKind::Street,
        name: feature["properties"]["nom"]
            .as_str()
            .unwrap_or_default()
            .to_owned(),
        commune: String::new(),
        at: line[0],
        reach_m: 0.0,
        numbers: Vec::new(),
        lines: vec![line],
    }
}

/// Each layer's kind and features.
pub fn layers(ground: &Ground) -> Vec<(&'static str, Vec<Value>)> {
    let area = |code: &str, name: &str, population: Option<u32>, of: &Box4| {
        let properties = json!({"code": code, "nom": name, "population": population});
        feature(
            &properties,
            &json!({"type": "Polygon", "coordinates": [ring(of)]}),
        )
    };
    let communes = COMMUNES.iter();
    let quartiers = QUARTIERS.iter();
    let landmarks = LANDMARKS.iter().enumerate();
    vec![
        (
            "commune",
            communes
                .map(|(code, name, residents, of)| area(code, name, Some(*residents), of))
                .collect(),
        ),
        (
            "quartier",
            quartiers
                .map(|(code, name, of)| area(code, name, None, of))
                .collect(),
        ),
        ("street", streets(ground)),
        ("water", vec![river()]),
        (
            "landmark",
            landmarks
                .map(|(n, (name, place))| {
                    let geometry = json!({"type": "Point", "coordinates": place.degrees()});
                    feature(&json!({"code": format!("L{n}"), "nom": name}), &geometry)
                })
                .collect(),
        ),
    ]
}

fn feature(properties: &Value, geometry: &Value) -> Value {
    json!({"type": "Feature", "properties": properties, "geometry": geometry})
}

fn ring([west, south, east, north]: &Box4) -> Vec<[f64; 2]> {
    let corners = [
        (west, south),
        (east, south),
        (east, north),
        (west, north),
        (west, south),
    ];
    corners
        .into_iter()
        .map(|(east, north)| at(*east, *north).degrees())
        .collect()
}

/// A street along each side of each sector, and two across it.
fn streets(ground: &Ground) -> Vec<Value> {
    let mut made = Vec::new();
    let mut add = |from: Metres, to: Metres| {
        let number = made.len() + 1;
        let name = format!("Rue de l'Exercice {number}");
        let line = json!({"type": "LineString", "coordinates": [from.degrees(), to.degrees()]});
        made.push(feature(
            &json!({"code": format!("R{number}"), "nom": name}),
            &line,
        ));
    };
    for sector in &ground.sectors {
        let corners = sector.corners();
        for side in corners.windows(2) {
            add(side[0], side[1]);
        }
        for share in [0.35, 0.7] {
            let between = |a: Metres, b: Metres| {
                a.plus((b.east - a.east) * share, (b.north - a.north) * share)
            };
            add(
                between(corners[0], corners[1]),
                between(corners[3], corners[2]),
            );
            add(
                between(corners[0], corners[3]),
                between(corners[1], corners[2]),
            );
        }
    }
    made
}

fn river() -> Value {
    let bends = [
        at(1_720.0, -1_850.0),
        at(1_610.0, -900.0),
        at(1_690.0, -300.0),
        at(1_640.0, 500.0),
        at(1_820.0, 1_850.0),
    ];
    let line: Vec<[f64; 2]> = bends.iter().map(|bend| bend.degrees()).collect();
    feature(
        &json!({"code": "W1", "nom": "Le Ruisselet"}),
        &json!({"type": "LineString", "coordinates": line}),
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use maraude_server::geolocation::{Columns, index_layer, read_layer};

    #[test]
    fn the_invented_quartiers_tile_the_city_and_hold_every_known_place() {
        let ground = Ground::montpellier();
        for (kind, features) in layers(&ground) {
            let text = json!({"type": "FeatureCollection", "features": features}).to_string();
            let kind = kind.parse().unwrap();
            let read = read_layer(text.as_bytes(), kind, &Columns::default(), &mut |_| {}).unwrap();
            assert_eq!(read.features.len(), features.len());
            if !matches!(kind.code(), "commune" | "quartier") {
                continue;
            }
            let index = index_layer(read.features);
            for place in &ground.places {
                let [longitude, latitude] = place.at;
                let at = Coordinates {
                    longitude,
                    latitude,
                };
                assert_eq!(index.holding(at).len(), 1, "{} {}", kind.code(), place.code);
            }
        }
    }
}
