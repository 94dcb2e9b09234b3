//! XLSX: one worksheet per table, a first one that says what they are, row by row.
//!
//! It must never write a formula: every text is a text cell, and one that begins like a formula keeps
//! an apostrophe so that it stays one when saved as CSV. `super` calls it.

use super::ExportError;
use super::csv::neutral;
use super::sheet::{About, Cell, Sheet};
use rust_xlsxwriter::{DocProperties, ExcelDateTime, Format, Workbook};
use std::io::Write;

/// Longest text of a cell (Excel's limit), characters.
const LONGEST: usize = 32_767;
/// Most rows of a worksheet (Excel's limit), the heading included.
const MOST_ROWS: u32 = 1_048_576;

/// Writes tables; geometry is left out.
///
/// # Errors
/// When the disk refuses, or a table has more rows than a worksheet can hold.
pub fn write(
    sheets: Vec<Sheet<'_>>,
    about: &[About],
    out: impl Write + Send,
) -> Result<(), ExportError> {
    let mut book = Workbook::new();
    // A day stands for the moment of writing: the same release always gives the same bytes.
    let day = ExcelDateTime::from_ymd(2000, 1, 1)?;
    book.set_properties(&DocProperties::new().set_creation_datetime(&day));
    let bold = Format::new().set_bold();
    let page = book.add_worksheet_with_constant_memory()?;
    page.set_name("À lire")?;
    page.set_column_width(0, 28)?.set_column_width(1, 100)?;
    for (row, (name, text)) in (0_u32..).zip(about) {
        page.write_string_with_format(row, 0, cut(name), &bold)?;
        page.write_string(row, 1, cut(text))?;
    }
    for sheet in sheets {
        let page = book.add_worksheet_with_constant_memory()?;
        page.set_name(sheet.name)?.set_freeze_panes(1, 0)?;
        for (column, of) in (0_u16..).zip(sheet.columns) {
            page.set_column_width(column, 16)?;
            page.write_string_with_format(0, column, of.name, &bold)?;
        }
        for (row, told) in (1_u32..).zip(sheet.rows) {
            if row >= MOST_ROWS {
                return Err(ExportError::TooManyRows);
            }
            for (column, cell) in (0_u16..).zip(&told.cells) {
                match cell {
                    Cell::Empty => continue,
                    Cell::Text(text) => page.write_string(row, column, cut(text))?,
                    Cell::Integer(value) => page.write_number(row, column, *value as f64)?,
                    Cell::Real(value) => page.write_number(row, column, *value)?,
                    Cell::Flag(value) => page.write_boolean(row, column, *value)?,
                };
            }
        }
    }
    book.save_to_writer(out)?;
    Ok(())
}

fn cut(text: &str) -> String {
    neutral(text).chars().take(LONGEST).collect()
}
