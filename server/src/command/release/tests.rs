//! The commands' grammar: formats that do not exist yet are not offered.

use crate::command::Cli;
use clap::Parser;

#[test]
fn only_formats_that_exist_are_offered() {
    let check = |format: &str, expected: bool| {
        let words = [
            "maraude",
            "export",
            "--release",
            "1",
            "--format",
            format,
            "--out",
            "f",
        ];
        assert_eq!(Cli::try_parse_from(words).is_ok(), expected, "{format}");
    };
    check("geojson", true);
    check("csv", true);
    check("gpkg", true);
    for format in ["shp", "kml", "GEOJSON", ""] {
        check(format, false);
    }
}

#[test]
fn a_stage_is_one_of_three_and_verify_needs_a_file() {
    let parses = |words: &[&str]| Cli::try_parse_from(words).is_ok();
    assert!(parses(&[
        "maraude",
        "release",
        "build",
        "--stage",
        "consolidated"
    ]));
    assert!(parses(&[
        "maraude",
        "release",
        "build",
        "--stage",
        "correction"
    ]));
    assert!(!parses(&[
        "maraude", "release", "build", "--stage", "final"
    ]));
    assert!(!parses(&["maraude", "release", "verify"]));
    assert!(parses(&[
        "maraude",
        "release",
        "verify",
        "a.geojson",
        "b.csv"
    ]));
}
