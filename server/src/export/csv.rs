//! A release as CSV (RFC 4180): UTF-8, comma, one row per area and subject, the settings on every
//! row so that a row copied elsewhere still says what it rests on.
//!
//! It must never write a cell that a spreadsheet would run.

use super::{ExportError, reason, rounded_to};
use maraude_observatory::disclosure::Release;
use maraude_observatory::disclosure::verify::TABLE_COLUMNS;
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
    table.flush()?;
    Ok(())
}

/// A cell that begins like a formula gets an apostrophe, as spreadsheets write text.
///
/// # Source
/// OWASP, "CSV Injection".
fn neutral(cell: &str) -> String {
    if cell.starts_with(['=', '+', '-', '@', '\t', '\r']) {
        format!("'{cell}")
    } else {
        cell.to_owned()
    }
}
