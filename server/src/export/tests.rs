//! Files of a release, read back and attacked.

mod bytes;
mod outside;

use super::Format;
use geo::{Area, Coord, MultiPolygon, Rect};
use maraude_core::model::{Coordinates, SleepingPlace};
use maraude_observatory::area::{AreaShape, AreaSources, AreaTree};
use maraude_observatory::attribute::{Gender, Profile};
use maraude_observatory::disclosure::{
    CountedNight, Heading, ProvisionalFigures, PublishedFile, Release, Rule, Settings, consolidate,
    provisional, verify,
};
use maraude_observatory::indicator::{CountedPlace, Unit};

fn block(west: f64, south: f64, east: f64, north: f64) -> MultiPolygon<f64> {
    let corner = |x, y| Coord { x, y };
    MultiPolygon(vec![
        Rect::new(corner(west, south), corner(east, north)).to_polygon(),
    ])
}

fn shape(code: &str, name: &str, boundary: MultiPolygon<f64>) -> AreaShape {
    AreaShape {
        code: code.to_owned(),
        name: name.to_owned(),
        residents: Some(9_000),
        boundary,
    }
}

fn tree() -> AreaTree {
    let sources = AreaSources {
        code: "P".to_owned(),
        name: "Périmètre inventé".to_owned(),
        communes: vec![
            shape("A", "=Ville", block(3.80, 43.60, 3.85, 43.64)),
            shape("B", "Bourg", block(3.85, 43.60, 3.90, 43.64)),
        ],
        ..AreaSources::default()
    };
    AreaTree::build(&sources, 5_000).unwrap()
}

fn heading(campaign: &str) -> Heading {
    Heading {
        campaign: campaign.to_owned(),
        nights: vec!["2026-01-22".to_owned()],
        exercise: true,
        number: 3,
    }
}

fn places() -> Vec<CountedPlace> {
    (0..60)
        .map(|n| CountedPlace {
            unit: if n % 6 == 5 {
                Unit::Squat
            } else {
                Unit::Street
            },
            coordinates: Some(Coordinates {
                longitude: 3.801_237 + f64::from(n % 12) * 0.008,
                latitude: 43.602_419 + f64::from(n / 12) * 0.007,
            }),
            within: None,
            people_at_least: 1 + (n % 3) as u32,
            people_at_most: 4,
            profile: profile(n as u32),
        })
        .collect()
}

/// Two women in seven, a third of people in a tent, some of unknown age.
fn profile(n: u32) -> Profile {
    Profile {
        age: ["18-24", "25-39", "40-54", "20-60"][n as usize % 4]
            .parse()
            .ok(),
        gender: Some(if n % 7 < 2 {
            Gender::Woman
        } else {
            Gender::Man
        }),
        household: None,
        sleeping_place: Some(if n.is_multiple_of(3) {
            SleepingPlace::Tent
        } else {
            SleepingPlace::Street
        }),
        duration: None,
    }
}

fn release(campaign: &str) -> Release {
    let (places, walked) = (places(), MultiPolygon(Vec::new()));
    let night = CountedNight {
        places: &places,
        walked: &walked,
    };
    consolidate(heading(campaign), &tree(), night, &Settings::default()).unwrap()
}

fn file(format: Format, release: &Release) -> PublishedFile {
    let mut bytes = Vec::new();
    format.write(release, &mut bytes).unwrap();
    PublishedFile {
        name: format.file_name(release),
        text: String::from_utf8(bytes).unwrap(),
    }
}

#[test]
fn files_of_a_release_read_back_and_pass_every_rule() {
    let release = release("Nuit d'essai");
    let files = [file(Format::Geojson, &release), file(Format::Csv, &release)];
    let seen = verify(&files);
    assert_eq!(seen.findings, vec![]);
    assert_eq!(
        seen.releases,
        vec!["3 consolidated Nuit d'essai".to_owned()]
    );
    assert_eq!(seen.shown, release.published().shown_count());
    assert_eq!(files[0].name, "exercice-maraude-3-consolidated.geojson");
    assert!(files[0].text.contains("\"exercise\":true"));
    assert!(
        files[1]
            .text
            .lines()
            .skip(1)
            .all(|row| row.contains("leaf_minimum_people=11"))
    );
}

#[test]
fn geojson_follows_rfc_7946() {
    let release = release("Nuit d'essai");
    let root: serde_json::Value =
        serde_json::from_str(&file(Format::Geojson, &release).text).unwrap();
    let parsed: ::geojson::GeoJson = root.to_string().parse().unwrap();
    let ::geojson::GeoJson::FeatureCollection(collection) = parsed else {
        panic!("no collection");
    };
    assert!(collection.features.len() > 4);
    for area in &release.published().areas {
        for polygon in &area.boundary {
            assert!(
                polygon.signed_area() > 0.0,
                "{} turns the wrong way",
                area.code
            );
        }
    }
}

#[test]
fn cells_that_begin_like_a_formula_are_text() {
    let release = release("=HYPERLINK(\"http://x\")");
    let table = file(Format::Csv, &release);
    for row in ::csv::Reader::from_reader(table.text.as_bytes()).records() {
        let row = row.unwrap();
        assert!(
            row.iter()
                .all(|cell| !cell.starts_with(['=', '+', '-', '@'])),
            "{row:?}"
        );
    }
    let seen = verify(&[file(Format::Geojson, &release), table]);
    assert_eq!(seen.findings, vec![]);
}

#[test]
fn a_provisional_file_says_one_rounded_figure() {
    let figures = ProvisionalFigures {
        people: 63,
        low: 58,
        high: 71,
        rounds_in: 3,
        rounds_expected: 4,
    };
    let made = provisional(
        heading("Nuit d'essai"),
        &tree(),
        figures,
        &Settings::default(),
    );
    let map = file(Format::Geojson, &made.unwrap());
    assert_eq!(verify(std::slice::from_ref(&map)).findings, vec![]);
    let root: serde_json::Value = serde_json::from_str(&map.text).unwrap();
    assert_eq!(root["features"].as_array().unwrap().len(), 1);
    assert_eq!(root["features"][0]["properties"]["figure"], 60);
}

#[test]
fn the_dictionary_describes_every_column() {
    let release = release("Nuit d'essai");
    let table = file(Format::Csv, &release);
    let schema: serde_json::Value =
        serde_json::from_str(&file(Format::Dictionary, &release).text).unwrap();
    let named: Vec<&str> = schema["fields"]
        .as_array()
        .unwrap()
        .iter()
        .map(|field| field["name"].as_str().unwrap())
        .collect();
    assert_eq!(table.text.lines().next().unwrap(), named.join(","));
}

/// An exporter with a fault writes what `verify` names.
#[test]
fn a_planted_fault_in_a_file_is_caught() {
    let release = release("Nuit d'essai");
    let sound = file(Format::Geojson, &release);
    let caught = |rule: Rule, from: &str, to: &str| {
        let text = sound.text.replacen(from, to, 1);
        assert_ne!(text, sound.text, "« {from} » is not in the file");
        let name = sound.name.clone();
        let findings = verify(&[PublishedFile { name, text }]).findings;
        assert!(
            findings.iter().any(|f| f.rule == rule),
            "{rule:?}: {findings:?}"
        );
    };
    let figure = release
        .published()
        .figure("B", Unit::Street)
        .and_then(maraude_observatory::disclosure::Figure::shown)
        .unwrap();
    caught(
        Rule::Sum,
        &format!("\"figure\":{figure}"),
        "\"figure\":4000",
    );
    caught(
        Rule::Settings,
        "leaf_minimum_people=11",
        "leaf_minimum_people=none",
    );
    caught(
        Rule::Readable,
        "\"walked\":",
        "\"observed_at\":1,\"walked\":",
    );
    caught(
        Rule::Content,
        "Bourg",
        "6fa459ea-ee8a-4ca4-894e-db77e160355e",
    );
    caught(Rule::Content, "43.6]", "43.60000012]");
    caught(
        Rule::Readable,
        "\"type\":\"MultiPolygon\"",
        "\"type\":\"Point\"",
    );
    let table = file(Format::Csv, &release);
    let text = table.text.replacen(&format!(",{figure},"), ",4000,", 1);
    let findings = verify(&[sound.clone(), PublishedFile { text, ..table }]).findings;
    assert!(
        findings.iter().any(|f| f.rule == Rule::Agreement),
        "{findings:?}"
    );
}
