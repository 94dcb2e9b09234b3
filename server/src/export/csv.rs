//! A release as CSV (RFC 4180): UTF-8, comma, one row per area and subject, the settings on every
//! row so that a row copied elsewhere still says what it rests on.
//!
//! It must never write a cell that a spreadsheet would run.

use super::geojson::degrees;
use super::sheet::{Cell, Geometry, Shape, Sheet};
use super::{ExportError, reason, rounded_to};
use maraude_observatory::disclosure::Release;
use maraude_observatory::disclosure::verify::TABLE_COLUMNS;
use maraude_observatory::indicator::Unit;
use std::io::Write;

/// Writes the table; its columns are those of the dictionary.
///
/// # Errors
/// When `out` refuses.
pub fn csv(release: &Release, out: &mut dyn Write) -> Result<(), ExportError> {
    let published = release.published();
    let heading = &published.heading;
    let mut table = ::csv::Writer::from_writer(out);
    table.write_record(TABLE_COLUMNS)?;
    let settings = published.settings.join(" ");
    let nights = heading.nights.join(" ");
    let number = |value: Option<u32>| value.map(|value| value.to_string()).unwrap_or_default();
    for area in &published.areas {
        for (unit, figure) in &area.figures {
            let cells = [
                heading.number.to_string(),
                published.stage.code().to_owned(),
                heading.campaign.clone(),
                nights.clone(),
                heading.exercise.to_string(),
                area.level.code().to_owned(),
                area.code.clone(),
                area.name.clone(),
                area.parent.clone().unwrap_or_default(),
                unit.code().to_owned(),
                String::new(),
                String::new(),
                number(figure.shown()),
                number(rounded_to(*figure)),
                reason(*figure, published.stage)
                    .unwrap_or_default()
                    .to_owned(),
                area.walked.to_string(),
                settings.clone(),
            ];
            table.write_record(cells.iter().map(|cell| neutral(cell)))?;
        }
    }
    for told in &published.attributes {
        let area = published.areas.iter().find(|area| area.code == told.code);
        let cells = [
            heading.number.to_string(),
            published.stage.code().to_owned(),
            heading.campaign.clone(),
            nights.clone(),
            heading.exercise.to_string(),
            area.map_or("", |area| area.level.code()).to_owned(),
            told.code.clone(),
            area.map(|area| area.name.clone()).unwrap_or_default(),
            area.and_then(|area| area.parent.clone())
                .unwrap_or_default(),
            Unit::Street.code().to_owned(),
            told.attribute.code().to_owned(),
            told.category.clone(),
            number(told.figure.shown()),
            number(rounded_to(told.figure)),
            reason(told.figure, published.stage)
                .unwrap_or_default()
                .to_owned(),
            area.is_some_and(|area| area.walked).to_string(),
            settings.clone(),
        ];
        table.write_record(cells.iter().map(|cell| neutral(cell)))?;
    }
    table.flush()?;
    Ok(())
}

/// Any table as CSV; places as `longitude` and `latitude` at the end of layers of points.
///
/// # Errors
/// When `out` refuses.
pub(super) fn sheet(sheet: Sheet<'_>, out: &mut dyn Write) -> Result<(), ExportError> {
    let placed = sheet.shape == Shape::Points;
    let mut table = ::csv::Writer::from_writer(out);
    let mut names: Vec<&str> = sheet.columns.iter().map(|column| column.name).collect();
    if placed {
        names.extend(["longitude", "latitude"]);
    }
    table.write_record(&names)?;
    for row in sheet.rows {
        let mut cells: Vec<String> = row.cells.iter().map(text).collect();
        if placed {
            let at = match row.geometry {
                Some(Geometry::Point(at)) => [degrees(at.x()), degrees(at.y())],
                Some(Geometry::Surface(_)) | None => [String::new(), String::new()],
            };
            cells.extend(at);
        }
        table.write_record(&cells)?;
    }
    table.flush()?;
    Ok(())
}

fn text(cell: &Cell) -> String {
    match cell {
        Cell::Empty => String::new(),
        Cell::Text(text) => neutral(text),
        Cell::Integer(number) => number.to_string(),
        Cell::Real(number) => number.to_string(),
        Cell::Flag(flag) => flag.to_string(),
    }
}

/// A cell that begins like a formula gets an apostrophe, as spreadsheets write text.
///
/// # Source
/// OWASP, "CSV Injection".
pub(super) fn neutral(cell: &str) -> String {
    if cell.starts_with(['=', '+', '-', '@', '\t', '\r']) {
        format!("'{cell}")
    } else {
        cell.to_owned()
    }
}
