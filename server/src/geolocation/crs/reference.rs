//! Lambert-93 against references that share no line with it: IGN's published formulas and constants,
//! and PROJ where `gdaltransform` is installed. The promise is a centimetre.
//!
//! # Source
//! IGN, *Projection cartographique conique conforme de Lambert*, NT/G 71, algorithms ALG0001 to ALG0004
//! with their test values; constants of Lambert-93 in the same note.

use super::{Crs, LAMBERT_93, Reprojection, WGS_84};
use proj4rs::Proj;
use std::io::Write as _;
use std::process::{Command, Stdio};

const CENTIMETRE_M: f64 = 0.01;

/// Metres of a degree of the meridian, near enough to turn a difference into metres.
const DEGREE_M: f64 = 111_320.0;

/// Lambert-93 as IGN publishes it: exponent, constant of the projection, origin, GRS 80.
const EXPONENT: f64 = 0.725_607_765_0;
const CONSTANT_M: f64 = 11_754_255.426;
const X_ORIGIN_M: f64 = 700_000.0;
const Y_ORIGIN_M: f64 = 12_655_612.050;
const ECCENTRICITY: f64 = 0.081_819_191_042_816;
const MERIDIAN_DEGREES: f64 = 3.0;

/// ALG0001: isometric latitude.
fn isometric(latitude: f64, eccentricity: f64) -> f64 {
    let sine = eccentricity * latitude.sin();
    let sphere = (std::f64::consts::FRAC_PI_4 + latitude / 2.0).tan();
    (sphere * ((1.0 - sine) / (1.0 + sine)).powf(eccentricity / 2.0)).ln()
}

/// ALG0003: metres of Lambert-93 for degrees.
fn metres([longitude, latitude]: [f64; 2]) -> [f64; 2] {
    let latitude = isometric(latitude.to_radians(), ECCENTRICITY);
    let radius = CONSTANT_M * (-EXPONENT * latitude).exp();
    let angle = EXPONENT * (longitude - MERIDIAN_DEGREES).to_radians();
    [
        X_ORIGIN_M + radius * angle.sin(),
        Y_ORIGIN_M - radius * angle.cos(),
    ]
}

/// Places all over metropolitan France, Corsica included.
fn places() -> Vec<[f64; 2]> {
    let steps = |from: f64, to: f64, count: u32| {
        (0..=count).map(move |n| from + (to - from) * f64::from(n) / f64::from(count))
    };
    let all = steps(-5.2, 9.7, 24).flat_map(|x| steps(41.3, 51.2, 20).map(move |y| [x, y]));
    all.collect()
}

/// How far a projection is from the expected metres at worst, metres.
fn worst_m(projection: &Reprojection, expected: impl Fn([f64; 2]) -> [f64; 2]) -> f64 {
    let apart = |place: &[f64; 2]| {
        let ([x, y], [a, b]) = (projection.metres(*place).unwrap(), expected(*place));
        (x - a).hypot(y - b)
    };
    places().iter().map(apart).fold(0.0, f64::max)
}

fn by(definition: &str) -> Reprojection {
    let system = |text| Proj::from_proj_string(text).unwrap();
    Reprojection {
        systems: Some((system(definition), system(WGS_84))),
    }
}

#[test]
fn the_reference_gives_the_test_values_that_ign_publishes_with_it() {
    for (latitude, expected) in [
        (0.872_664_626_00, 1.005_526_536_48),
        (-0.300_000_000_00, -0.302_616_900_60),
        (0.199_989_033_70, 0.200_000_000_00),
    ] {
        let found = isometric(latitude, 0.081_991_889_98);
        assert!((found - expected).abs() < 1e-10, "{latitude}: {found}");
    }
    let [x, y] = metres([3.0, 46.5]);
    assert!(
        (x - 700_000.0).abs() < 0.001 && (y - 6_600_000.0).abs() < 0.001,
        "{x} {y}"
    );
}

#[test]
fn lambert_93_is_within_a_centimetre_of_igns_formulas_both_ways() {
    let projection = Reprojection::from(Crs::Lambert93);
    let worst = worst_m(&projection, metres);
    println!(
        "Lambert-93 beside NT/G 71: {:.2} mm at worst",
        worst * 1_000.0
    );
    assert!(worst < CENTIMETRE_M, "{worst} m");
    for [longitude, latitude] in places() {
        let [lon, lat] = projection.degrees(metres([longitude, latitude])).unwrap();
        let east = (lon - longitude) * DEGREE_M * latitude.to_radians().cos();
        let north = (lat - latitude) * DEGREE_M;
        assert!(east.hypot(north) < CENTIMETRE_M, "{longitude} {latitude}");
    }
}

#[test]
fn a_wrong_constant_is_found() {
    for (wrong, instead) in [
        ("+ellps=GRS80", "+a=6378249.2 +rf=293.4660213"),
        ("+ellps=GRS80", "+a=6378137 +rf=298.2"),
        ("+lat_1=49", "+lat_1=49.0001"),
        ("+lon_0=3 ", "+lon_0=2.33722917 "),
        ("+x_0=700000", "+x_0=700000.02"),
    ] {
        assert!(LAMBERT_93.contains(wrong));
        let worst = worst_m(&by(&LAMBERT_93.replace(wrong, instead)), metres);
        assert!(worst > CENTIMETRE_M, "{instead}: {worst} m");
    }
    assert!(
        worst_m(&by(LAMBERT_93), metres) < CENTIMETRE_M,
        "the definition itself stands"
    );
}

/// PROJ, through GDAL's program, where it is installed.
fn by_proj(places: &[[f64; 2]]) -> Option<Vec<[f64; 2]>> {
    let mut program = Command::new("gdaltransform")
        .args(["-s_srs", "EPSG:4171", "-t_srs", "EPSG:2154", "-output_xy"])
        .env("OGR_CT_FORCE_TRADITIONAL_GIS_ORDER", "YES")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .ok()?;
    let mut input = program.stdin.take()?;
    let lines: Vec<String> = places
        .iter()
        .map(|[x, y]| format!("{x:.9} {y:.9}"))
        .collect();
    // Few enough lines that neither pipe fills up.
    writeln!(input, "{}", lines.join("\n")).ok()?;
    drop(input);
    let told = program.wait_with_output().ok()?;
    let text = String::from_utf8(told.stdout).ok()?;
    let read = text.lines().filter_map(|line| {
        let mut numbers = line.split_whitespace().map(str::parse::<f64>);
        Some([numbers.next()?.ok()?, numbers.next()?.ok()?])
    });
    let read: Vec<[f64; 2]> = read.collect();
    (read.len() == places.len()).then_some(read)
}

#[test]
fn lambert_93_is_within_a_centimetre_of_proj() {
    let places = places();
    let Some(theirs) = by_proj(&places) else {
        println!("gdaltransform is not installed, or told nothing: PROJ was not compared");
        return;
    };
    let worst = |projection: &Reprojection| {
        let pairs = places.iter().zip(&theirs);
        let apart = pairs.map(|(place, [a, b])| {
            let [x, y] = projection.metres(*place).unwrap();
            (x - a).hypot(y - b)
        });
        apart.fold(0.0, f64::max)
    };
    let found = worst(&Reprojection::from(Crs::Lambert93));
    println!("Lambert-93 beside PROJ: {:.2} mm at worst", found * 1_000.0);
    assert!(found < CENTIMETRE_M, "{found} m");
    let clarke = LAMBERT_93.replace("+ellps=GRS80", "+a=6378249.2 +rf=293.4660213");
    assert!(worst(&by(&clarke)) > CENTIMETRE_M, "negative control");
}
