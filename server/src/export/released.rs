//! A release as tables and layers: the only filling of [`super::sheet::Sheet`] that may be published.
//!
//! It must never hold a cell that is not in the release.

use super::dictionary::COLUMNS;
use super::sheet::{About, Cell, Column, Geometry, Row, Shape, Sheet};
use super::{reason, rounded_to};
use maraude_observatory::disclosure::{AttributeFigure, Figure, PublishedArea, Release};
use maraude_observatory::indicator::Unit;

/// Columns of the layer of figures.
fn figure_columns() -> Vec<Column> {
    let apart = ["attribute", "category"];
    let columns = COLUMNS
        .iter()
        .filter(|column| !apart.contains(&column.name));
    columns.copied().collect()
}

/// The columns of each table of a release.
pub struct Columns {
    figures: Vec<Column>,
    attributes: Vec<Column>,
}

impl Columns {
    /// The columns.
    pub fn new() -> Self {
        Self {
            figures: figure_columns(),
            attributes: COLUMNS.to_vec(),
        }
    }
}

/// The layer of figures: a feature per area and subject.
pub fn figures<'a>(release: &'a Release, columns: &'a Columns) -> Sheet<'a> {
    let published = release.published();
    let rows = published.areas.iter().flat_map(move |area| {
        area.figures.iter().map(move |(unit, figure)| Row {
            cells: cells(release, area, *unit, None, *figure),
            geometry: Some(Geometry::Surface(area.boundary.clone())),
        })
    });
    Sheet {
        name: "figures",
        title: "Chiffres par surface et par sujet".to_owned(),
        columns: &columns.figures,
        shape: Shape::Surfaces,
        rows: Box::new(rows),
    }
}

/// The tables by attribute; none in a correction.
pub fn attributes<'a>(release: &'a Release, columns: &'a Columns) -> Option<Sheet<'a>> {
    let published = release.published();
    if published.attributes.is_empty() {
        return None;
    }
    let rows = published.attributes.iter().filter_map(move |told| {
        let area = published.areas.iter().find(|area| area.code == told.code)?;
        Some(Row {
            cells: cells(release, area, Unit::Street, Some(told), told.figure),
            geometry: None,
        })
    });
    Some(Sheet {
        name: "attributes",
        title: "Personnes à la rue par âge, genre, ménage, situation".to_owned(),
        columns: &columns.attributes,
        shape: Shape::None,
        rows: Box::new(rows),
    })
}

/// In the order of the dictionary, with or without the two columns of tables by attribute.
fn cells(
    release: &Release,
    area: &PublishedArea,
    unit: Unit,
    told: Option<&AttributeFigure>,
    figure: Figure,
) -> Vec<Cell> {
    let published = release.published();
    let heading = &published.heading;
    let mut cells = vec![
        Cell::Integer(i64::from(heading.number)),
        published.stage.code().into(),
        heading.campaign.as_str().into(),
        Cell::Text(heading.nights.join(" ")),
        Cell::Flag(heading.exercise),
        area.level.code().into(),
        area.code.as_str().into(),
        area.name.as_str().into(),
        area.parent.as_deref().into(),
        unit.code().into(),
    ];
    if let Some(told) = told {
        cells.push(told.attribute.code().into());
        cells.push(told.category.as_str().into());
    }
    cells.extend([
        figure.shown().into(),
        rounded_to(figure).into(),
        reason(figure, published.stage).into(),
        Cell::Flag(area.walked),
        Cell::Text(published.settings.join(" ")),
    ]);
    cells
}

/// What every file says once: what it is, what may be said, what it corrects, the settings.
pub fn about(release: &Release) -> Vec<About> {
    let published = release.published();
    let heading = &published.heading;
    let mut lines = vec![
        ("campaign".to_owned(), heading.campaign.clone()),
        ("release".to_owned(), heading.number.to_string()),
        ("stage".to_owned(), published.stage.code().to_owned()),
        ("nights".to_owned(), heading.nights.join(" ")),
        ("exercise".to_owned(), heading.exercise.to_string()),
        ("sentence_fr".to_owned(), published.sentence.fr.clone()),
        ("sentence_en".to_owned(), published.sentence.en.clone()),
        (
            "typology".to_owned(),
            format!("IGH, table {}", maraude_observatory::typology::VERSION),
        ),
    ];
    if let Some(number) = published.corrects {
        lines.push(("corrects".to_owned(), number.to_string()));
        for one in &published.errata {
            let told = |figure: Figure| match figure.shown() {
                Some(people) => people.to_string(),
                None => "withheld".to_owned(),
            };
            let text = format!(
                "{} {}: {} -> {}",
                one.code,
                one.unit.code(),
                told(one.was),
                told(one.now)
            );
            lines.push(("erratum".to_owned(), text));
        }
    }
    lines.extend(
        published
            .settings
            .iter()
            .filter_map(|line| line.split_once('='))
            .map(|(name, value)| (name.to_owned(), value.to_owned())),
    );
    lines
}
