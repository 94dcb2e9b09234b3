use super::*;
use crate::geolocation::ground::{AreaLayers, index_layer};
use crate::store::LayerFeature;
use geo::{LineString, MultiPolygon, Polygon};
use maraude_core::geography::LocalFrame;
use maraude_core::model::{Audience, RiskClass, Sector, Site};
use std::sync::Arc;

const CENTRE: Coordinates = Coordinates {
    longitude: 3.88,
    latitude: 43.61,
};

fn at(east_m: f64, north_m: f64) -> Coordinates {
    LocalFrame::around(CENTRE).coordinates([east_m, north_m])
}

fn rectangle(west: f64, south: f64, east: f64, north: f64) -> MultiPolygon<f64> {
    let corner = |x, y| {
        let c = at(x, y);
        (c.longitude, c.latitude)
    };
    let ring = LineString::from(vec![
        corner(west, south),
        corner(east, south),
        corner(east, north),
        corner(west, north),
        corner(west, south),
    ]);
    MultiPolygon(vec![Polygon::new(ring, vec![])])
}

/// Two communes side by side, one sector in the first, one known squat.
fn ground() -> Ground {
    let commune = |code: &str, boundary: MultiPolygon<f64>| LayerFeature {
        code: code.into(),
        name: format!("Commune {code}"),
        population: Some(9_000),
        geometry: boundary.into(),
    };
    let mut layers = AreaLayers::new();
    layers.insert(
        LayerKind::Commune,
        Arc::new(index_layer(vec![
            commune("1", rectangle(-5_000.0, -5_000.0, 0.0, 5_000.0)),
            commune("2", rectangle(0.0, -5_000.0, 5_000.0, 5_000.0)),
        ])),
    );
    let sector = Sector {
        id: SectorId::from_random([1; 16]),
        code: "S1".into(),
        name: "Un".into(),
        zone: None,
        risk: RiskClass::Ordinary,
        boundary: rectangle(-2_000.0, -500.0, -1_000.0, 500.0),
    };
    let site = Site {
        id: SiteId::from_random([2; 16]),
        kind: SiteKind::Squat,
        code: "SQ1".into(),
        coordinates: at(1_000.0, 0.0),
        audience: Audience::Everyone,
        expected: None,
        note: None,
        facts: None,
    };
    Ground::new(layers, &["1".to_owned()], vec![sector], vec![site])
}

fn evidence() -> PlaceEvidence {
    PlaceEvidence {
        kind: ObservationKind::Individual,
        site_kind: None,
        observed_at: 10_000_000,
        correction: None,
        pin: None,
        fix: None,
        site: None,
        typed: None,
        fix_before: None,
    }
}

fn fix(coordinates: Coordinates, accuracy_m: f64, fixed_at: TimestampMs) -> Position {
    Position {
        coordinates,
        accuracy_m: Some(accuracy_m),
        source: PositionSource::Fix,
        fixed_at: Some(fixed_at),
    }
}

fn check(evidence: &PlaceEvidence, reason: &str, odd: &[&str]) -> Placement {
    let placed = resolve_place(evidence, &ground());
    assert_eq!(placed.reason.code(), reason);
    let codes: Vec<_> = placed.oddities.iter().map(|o| o.code()).collect();
    assert_eq!(codes, odd);
    placed
}

#[test]
fn a_correction_wins_over_a_pin_over_a_fix_over_a_site() {
    let mut known = evidence();
    check(&known, "none", &["none"]);
    known.site = Some(SiteId::from_random([2; 16]));
    check(&known, "site", &["outside"]);
    known.fix = Some(fix(at(-1_500.0, 0.0), 10.0, 10_000_000));
    check(&known, "fix", &[]);
    known.pin = Some(Position {
        coordinates: at(-100.0, 0.0),
        accuracy_m: None,
        source: PositionSource::Hand,
        fixed_at: None,
    });
    check(&known, "pin", &[]);
    known.correction = Some(at(-300.0, 0.0));
    let placed = check(&known, "correction", &[]);
    assert_eq!(placed.commune.map(|held| held.code), Some("1".into()));
}

#[test]
fn what_was_typed_places_what_has_no_position_and_contradicts_one_that_is_elsewhere() {
    let mut known = evidence();
    known.typed = Some((at(-300.0, 0.0), 20.0));
    let placed = check(&known, "typed", &[]);
    assert_eq!(placed.position.and_then(|p| p.accuracy_m), Some(20.0));
    // 130 m apart is what a fix known to 20 m, a door known to 20 m and 50 m more allow.
    known.fix = Some(fix(at(-425.0, 0.0), 20.0, 10_000_000));
    check(&known, "fix", &[]);
    known.fix = Some(fix(at(-435.0, 0.0), 20.0, 10_000_000));
    check(&known, "fix", &["typed-elsewhere"]);
    known.correction = Some(at(-800.0, 0.0));
    check(&known, "correction", &[]);
}

#[test]
fn a_place_near_a_border_is_on_its_edge() {
    let mut known = evidence();
    known.fix = Some(fix(at(-1_020.0, 0.0), 30.0, 10_000_000));
    let placed = check(&known, "fix", &[]);
    assert_eq!(placed.sector.map(|s| s.membership), Some(Membership::Edge));
    assert_eq!(
        placed.commune.map(|held| held.membership),
        Some(Membership::Inside)
    );
}

#[test]
fn odd_fixes_are_flagged_and_never_moved() {
    let mut known = evidence();
    let mut told = |position, odd: &[&str]| {
        known.fix = Some(position);
        check(&known, "fix", odd);
    };
    told(fix(at(2_000.0, 0.0), 10.0, 10_000_000), &["outside"]);
    told(fix(at(20.0, 0.0), 30.0, 10_000_000), &[]);
    told(fix(at(-1_500.0, 0.0), 300.0, 10_000_000), &["imprecise"]);
    told(fix(at(-1_500.0, 0.0), 10.0, 9_000_000), &["stale"]);
    let swapped = Coordinates {
        longitude: CENTRE.latitude,
        latitude: CENTRE.longitude,
    };
    told(fix(swapped, 10.0, 10_000_000), &["swapped"]);
    let nowhere = Coordinates {
        longitude: 0.0,
        latitude: 0.0,
    };
    told(fix(nowhere, 10.0, 10_000_000), &["null-island"]);
    known.fix = Some(fix(at(-1_500.0, 0.0), 10.0, 10_000_000));
    known.fix_before = Some((at(-4_500.0, 0.0), 10_000_000 - 60_000));
    check(&known, "fix", &["speed"]);
}

#[test]
fn a_site_observation_finds_the_known_place_beside_it() {
    let mut known = evidence();
    known.kind = ObservationKind::Site;
    known.site_kind = Some(SiteKind::Squat);
    known.fix = Some(fix(at(1_030.0, 0.0), 10.0, 10_000_000));
    let placed = resolve_place(&known, &ground());
    assert_eq!(placed.site, Some(SiteId::from_random([2; 16])));
    known.site_kind = Some(SiteKind::Bidonville);
    assert_eq!(resolve_place(&known, &ground()).site, None);
}
