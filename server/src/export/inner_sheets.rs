//! Clusters and observations as tables and layers, with their exact places: for coordinators, under [`super::internal`]'s
//! conditions. Lasting places are in [`super::site_sheet`].
//!
//! It must never hold a note, a typed place, marks or a pseudonym.

use super::internal::{InternalCluster, InternalExport};
use super::sheet::{About, Cell, Column, Geometry, Kind, Row, Shape, Sheet};
use crate::projection::{Counting, ObservationLine, counting};
use geo::Point;
use maraude_core::form::{Questionnaire, read_roles};
use maraude_core::model::Coordinates;
use maraude_observatory::typology::typology;
use serde::Serialize;
use std::borrow::Cow;

pub(super) const fn column(
    name: &'static str,
    kind: Kind,
    fr: &'static str,
    en: &'static str,
) -> Column {
    Column {
        name,
        kind,
        title: name,
        fr,
        en,
    }
}

/// Columns of clusters.
pub(super) const CLUSTERS: [Column; 9] = [
    column(
        "cluster",
        Kind::Text,
        "Nom du regroupement",
        "Name of the cluster",
    ),
    column(
        "subject",
        Kind::Text,
        "Rue, squat, bidonville, partenaire",
        "Subject",
    ),
    column("counted", Kind::Flag, "Dans le chiffre", "In the figure"),
    column(
        "people_at_least",
        Kind::Integer,
        "Personnes, au moins",
        "People, at least",
    ),
    column(
        "people_at_most",
        Kind::Integer,
        "Personnes, au plus",
        "People, at most",
    ),
    column("observations", Kind::Text, "Observations", "Observations"),
    column("sectors", Kind::Text, "Secteurs", "Sectors"),
    column("commune", Kind::Text, "Commune", "Commune"),
    column(
        "accuracy_m",
        Kind::Real,
        "Précision, mètres",
        "Accuracy, metres",
    ),
];

/// Columns of observations.
pub(super) const OBSERVATIONS: [Column; 23] = [
    column("observation_id", Kind::Text, "Identifiant", "Identifier"),
    column("night", Kind::Text, "Nuit", "Night"),
    column("team", Kind::Text, "Équipe", "Team"),
    column("sector", Kind::Text, "Secteur", "Sector"),
    column("observed_at", Kind::Text, "Heure (UTC)", "When (UTC)"),
    column("kind", Kind::Text, "Genre d'observation", "Kind"),
    column("contact", Kind::Text, "Contact", "Contact"),
    column("certainty", Kind::Text, "Certitude", "Certainty"),
    column("subject", Kind::Text, "Sujet", "Subject"),
    column(
        "counting",
        Kind::Text,
        "Dans le chiffre ou non, et pourquoi",
        "In the figure or why not",
    ),
    column(
        "people_at_least",
        Kind::Integer,
        "Personnes, au moins",
        "People, at least",
    ),
    column(
        "people_at_most",
        Kind::Integer,
        "Personnes, au plus",
        "People, at most",
    ),
    column("gender", Kind::Text, "Genre", "Gender"),
    column("age_band", Kind::Text, "Âge", "Age"),
    column("household", Kind::Text, "Ménage", "Household"),
    column("sleeping_place", Kind::Text, "Lieu brut", "Raw place"),
    column("ethos_light", Kind::Text, "ETHOS Light", "ETHOS Light"),
    column("insee", Kind::Text, "INSEE", "INSEE"),
    column("igh", Kind::Text, "IGH", "IGH"),
    column("commune", Kind::Text, "Commune", "Commune"),
    column("quartier", Kind::Text, "Quartier", "Quartier"),
    column(
        "place_reason",
        Kind::Text,
        "D'où vient la position",
        "Where the position is from",
    ),
    column(
        "accuracy_m",
        Kind::Real,
        "Précision, mètres",
        "Accuracy, metres",
    ),
];

pub(super) fn at(coordinates: Option<Coordinates>) -> Option<Geometry> {
    coordinates.map(|at| Geometry::Point(Point::new(at.longitude, at.latitude)))
}

pub(super) fn number(value: u32) -> Cell {
    Cell::Integer(i64::from(value))
}

/// A value of the model as documents write it.
fn code(value: impl Serialize) -> Cell {
    match serde_json::to_value(value) {
        Ok(serde_json::Value::String(text)) => Cell::Text(text),
        _ => Cell::Empty,
    }
}

fn real(value: Option<f64>) -> Cell {
    value.map_or(Cell::Empty, Cell::Real)
}

/// Distinct people, one row at a time.
pub fn clusters<'a>(clusters: impl Iterator<Item = Cow<'a, InternalCluster>> + 'a) -> Sheet<'a> {
    Sheet {
        name: "clusters",
        title: "Personnes distinctes (usage interne)".to_owned(),
        columns: &CLUSTERS,
        shape: Shape::Points,
        rows: Box::new(clusters.map(|cluster| Row {
            cells: vec![
                cluster.id.as_str().into(),
                cluster.unit.into(),
                Cell::Flag(cluster.counted),
                number(cluster.people[0]),
                number(cluster.people[1]),
                Cell::Text(cluster.observations.join(" ")),
                Cell::Text(cluster.sectors.join(" ")),
                cluster.commune.as_deref().into(),
                real(cluster.accuracy_m),
            ],
            geometry: at(cluster.coordinates),
        })),
    }
}

/// What teams recorded, withdrawn and ruled-out ones told as such.
pub fn observations<'a>(lines: &'a [ObservationLine], form: &'a Questionnaire) -> Sheet<'a> {
    Sheet {
        name: "observations",
        title: "Observations (usage interne)".to_owned(),
        columns: &OBSERVATIONS,
        shape: Shape::Points,
        rows: Box::new(lines.iter().map(move |line| observation(line, form))),
    }
}

fn observation(line: &ObservationLine, form: &Questionnaire) -> Row {
    let of = &line.observation;
    let roles = read_roles(form, &of.answers);
    let placement = line.placement.as_ref();
    let position = placement.and_then(|placement| placement.position);
    let told = roles.sleeping_place.and_then(typology);
    let seen = jiff::Timestamp::from_millisecond(line.observed_at);
    Row {
        cells: vec![
            Cell::Text(of.id.to_string()),
            Cell::Text(line.night.to_string()),
            line.team_code.as_str().into(),
            line.sector_code.as_deref().into(),
            seen.map_or(Cell::Empty, |seen| Cell::Text(seen.to_string())),
            code(of.kind),
            code(of.contact),
            code(of.certainty),
            line.unit().code().into(),
            why(counting(line)).into(),
            number(of.heads.at_least()),
            number(of.heads.at_most()),
            roles.gender.as_deref().into(),
            roles
                .age
                .map_or(Cell::Empty, |age| Cell::Text(age.to_string())),
            roles.household.as_deref().into(),
            roles.sleeping_place.map_or(Cell::Empty, code),
            told.map(|told| told.ethos_light).into(),
            told.map(|told| told.insee).into(),
            told.map(|told| told.igh).into(),
            placement
                .and_then(|p| p.commune.as_ref())
                .map(|c| c.code.as_str())
                .into(),
            placement
                .and_then(|p| p.quartier.as_ref())
                .map(|q| q.code.as_str())
                .into(),
            placement.map(|placement| placement.reason.as_str()).into(),
            real(position.and_then(|position| position.accuracy_m)),
        ],
        geometry: at(position.map(|position| position.coordinates)),
    }
}

fn why(counting: Counting) -> &'static str {
    match counting {
        Counting::Counted => "counted",
        Counting::Doubtful => "doubtful",
        Counting::SetApart => "set-apart",
        Counting::Rival => "rival",
        Counting::RuledOut => "ruled-out",
        Counting::Withdrawn => "withdrawn",
        Counting::Nobody => "nobody",
    }
}

/// What every internal file says once.
pub fn about(export: &InternalExport) -> Vec<About> {
    let lines = [
        ("warning", super::internal::WARNING),
        ("campaign", &export.campaign),
        ("exercise", if export.exercise { "true" } else { "false" }),
        ("by", &export.by),
        ("reason", &export.reason),
    ];
    lines
        .into_iter()
        .map(|(name, text)| (name.to_owned(), text.to_owned()))
        .collect()
}
