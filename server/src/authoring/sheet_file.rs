//! A file of paper sheets that somebody typed into a spreadsheet: read, checked against what was
//! printed and what is there already, and keyed in whole or not at all.
//!
//! It must never take a row that the form does not, nor a sheet twice, nor part of a file. The desk
//! imports by it; the console and the command look at a file by it first.

use super::desk::{Desk, Intent, Step};
use super::order::{OrderDone, OrderError};
use super::sheet_cells::{hour_of, night_of, number_of};
use super::sheet_columns::{SheetColumn, TEXT_CHARACTERS, coverage_of};
use super::sheet_fault::{FaultCode, SheetFault};
use super::sheet_row::SheetRow;
use super::sheets::{
    FilledSheet, PaperSheet, SHEET_ROWS, SHEETS_AT_ONCE, SheetNumber, is_keyed_in, keyed,
    printed_sheets,
};
use super::table_file::{TableFile, TableRow, TextEncoding, bare};
use crate::sync::Engine;
use maraude_core::document::{DocumentName, Plan};
use maraude_core::model::{Coverage, TimestampMs};
use std::collections::{BTreeMap, BTreeSet};

/// Largest file, bytes: 400 full sheets, every note and place at its longest and every letter with an
/// accent, stay below it.
pub const SHEET_FILE_BYTES: usize = 6 * 1024 * 1024;

/// Most rows of a file.
const ROWS_AT_ONCE: usize = SHEETS_AT_ONCE * SHEET_ROWS;

/// A file as it was understood.
#[derive(Clone, PartialEq, Eq, Default)]
pub struct SheetFile {
    /// How its text was encoded, where it is text.
    pub encoding: Option<TextEncoding>,
    /// What stands between cells.
    pub separator: Option<char>,
    /// Its headings, and what each was understood as.
    pub columns: Vec<(String, Option<SheetColumn>)>,
    /// Its sheets in their order, with the line each begins on; those whose number cannot be taken are
    /// left out.
    pub sheets: Vec<(u64, PaperSheet, FilledSheet)>,
    /// What is wrong, from the first line to the last; nothing is taken in while there is anything.
    pub faults: Vec<SheetFault>,
}

maraude_core::redacts!(SheetFile);

impl SheetFile {
    /// Rows that say whom somebody met.
    pub fn rows(&self) -> usize {
        self.sheets
            .iter()
            .map(|(_, _, filled)| filled.rows.len())
            .sum()
    }
}

/// Reads a file and checks it against the campaign; nothing is written.
///
/// # Errors
/// When storage fails; what is wrong with the file is told in its `faults`.
pub fn read_sheet_file(
    engine: &Engine,
    now: TimestampMs,
    bytes: &[u8],
) -> Result<SheetFile, OrderError> {
    let plan = engine.plan()?;
    Ok(examine(engine, &plan, now, bytes)?.0)
}

/// The file as changes of its rounds; where something is wrong with it, what, and no change.
pub(super) fn import(desk: &Desk<'_>, plan: &Plan, bytes: &[u8]) -> Result<Intent, OrderError> {
    let (file, rounds) = examine(desk.engine, plan, desk.now, bytes)?;
    let mut intent = Intent::default();
    if !file.faults.is_empty() {
        intent.done.refused = file.faults.iter().map(ToString::to_string).collect();
        return Ok(intent);
    }
    intent.done.imported = file.rows() as u32;
    let numbers = file
        .sheets
        .iter()
        .map(|(_, sheet, _)| sheet.number.to_string());
    intent.done.made = Some(numbers.collect::<Vec<_>>().join(" "));
    intent.rounds = rounds;
    Ok(intent)
}

/// What the audit log calls an import of sheets.
pub const SHEETS_IMPORTED: &str = "paper-sheets-imported";

/// What the audit log keeps beside it: how many sheets and rows came in, and where from.
pub fn sheets_in_words(done: &OrderDone, reason: &str) -> String {
    let sheets = done.made.as_deref().unwrap_or_default().split(' ').count();
    format!("sheets={sheets} rows={}: {reason}", done.imported)
}

type Rounds = Vec<(DocumentName, Vec<Step>)>;

fn examine(
    engine: &Engine,
    plan: &Plan,
    now: TimestampMs,
    bytes: &[u8],
) -> Result<(SheetFile, Rounds), OrderError> {
    let mut file = SheetFile::default();
    let Some(table) = table_of(bytes, &mut file) else {
        return Ok((file, Vec::new()));
    };
    let Some(columns) = Columns::of(&table, &mut file) else {
        return Ok((file, Vec::new()));
    };
    let printed = printed_sheets(&**engine.log())?;
    let printed: BTreeMap<SheetNumber, PaperSheet> = printed
        .into_iter()
        .map(|sheet| (sheet.number, sheet))
        .collect();
    let groups = columns.groups(&table.rows, &printed, &mut file.faults);
    let mut rounds = Vec::new();
    for group in groups {
        if is_keyed_in(engine, group.sheet)? {
            columns.fault(
                group.rows[0],
                SheetColumn::Number,
                FaultCode::SheetKeyedIn,
                &mut file.faults,
            );
            continue;
        }
        let before = file.faults.len();
        let (filled, lines) = columns.filled(&group, plan, &mut file.faults);
        match keyed(engine, plan, now, group.sheet, &filled)? {
            Ok(round) if file.faults.len() == before => rounds.push(round),
            Ok(_) => {}
            Err(wrong) => {
                for (row, wrong) in wrong {
                    let code = FaultCode::of_row(wrong.code);
                    columns.fault(lines[row], wrong.column, code, &mut file.faults);
                }
            }
        }
        file.sheets
            .push((group.rows[0].line, group.sheet.clone(), filled));
    }
    file.faults.sort_by_key(|fault| fault.line);
    if file.faults.is_empty() && file.sheets.is_empty() {
        file.faults
            .push(SheetFault::new(2, "", FaultCode::Empty, ""));
    }
    Ok((file, rounds))
}

fn table_of(bytes: &[u8], file: &mut SheetFile) -> Option<TableFile> {
    let mut refused = |line, code| file.faults.push(SheetFault::new(line, "", code, ""));
    if bytes.len() > SHEET_FILE_BYTES {
        refused(1, FaultCode::TooLarge);
        return None;
    }
    let table = match TableFile::of_bytes(bytes) {
        Ok(table) => table,
        Err(error) => {
            refused(1, error.into());
            return None;
        }
    };
    if let Some(beyond) = table.rows.get(ROWS_AT_ONCE) {
        refused(beyond.line, FaultCode::TooManyRows);
        return None;
    }
    file.encoding = Some(table.encoding);
    file.separator = Some(table.separator);
    Some(table)
}

/// A sheet of the file: its rows stand one under the other.
struct Group<'t> {
    sheet: &'t PaperSheet,
    rows: Vec<&'t TableRow>,
}

/// Where the columns stand.
struct Columns<'t> {
    headings: &'t TableRow,
    at: BTreeMap<SheetColumn, usize>,
}

impl<'t> Columns<'t> {
    /// Nothing where the rows cannot be read for want of them; the faults say why.
    fn of(table: &'t TableFile, file: &mut SheetFile) -> Option<Self> {
        let headings = &table.headings;
        let mut at = BTreeMap::new();
        let fault = |line, heading: &str, code| SheetFault::new(line, heading, code, "");
        if headings.odd_quotes {
            file.faults.push(fault(headings.line, "", FaultCode::Quote));
        }
        for (number, heading) in headings.cells.iter().enumerate() {
            let column = SheetColumn::of_heading(heading);
            if let Some(column) = column {
                if at.insert(column, number).is_some() {
                    let twice = fault(headings.line, heading, FaultCode::ColumnTwice);
                    file.faults.push(twice);
                }
            } else if let Some(row) = table.rows.iter().find(|row| !row.cell(number).is_empty()) {
                let named = if heading.is_empty() {
                    format!("n° {}", number + 1)
                } else {
                    heading.clone()
                };
                file.faults
                    .push(fault(row.line, &named, FaultCode::ColumnUnknown));
            }
            file.columns
                .push((heading.chars().take(40).collect(), column));
        }
        for needed in SheetColumn::NEEDED {
            if !at.contains_key(&needed) {
                let missing = fault(headings.line, needed.heading(), FaultCode::ColumnMissing);
                file.faults.push(missing);
            }
        }
        file.faults.is_empty().then_some(Self { headings, at })
    }

    fn cell<'r>(&self, row: &'r TableRow, column: SheetColumn) -> &'r str {
        self.at.get(&column).map_or("", |at| row.cell(*at))
    }

    fn fault(
        &self,
        row: &TableRow,
        column: SheetColumn,
        code: FaultCode,
        into: &mut Vec<SheetFault>,
    ) {
        into.push(self.told(row, column, code));
    }

    /// A fault with what stands there, unless that is a note or a place.
    fn told(&self, row: &TableRow, column: SheetColumn, code: FaultCode) -> SheetFault {
        let heading = self.at.get(&column).map(|at| self.headings.cell(*at));
        let value = match column {
            SheetColumn::NotWalked | SheetColumn::Place | SheetColumn::Note => "",
            _ => self.cell(row, column),
        };
        SheetFault::new(row.line, heading.unwrap_or(column.heading()), code, value)
    }

    /// The sheets whose numbers were printed, each once.
    fn groups(
        &self,
        rows: &'t [TableRow],
        printed: &'t BTreeMap<SheetNumber, PaperSheet>,
        faults: &mut Vec<SheetFault>,
    ) -> Vec<Group<'t>> {
        let mut groups: Vec<Group<'t>> = Vec::new();
        let mut seen = BTreeSet::new();
        let mut last = None;
        for row in rows {
            if let Some(code) = self.misshapen(row) {
                faults.push(SheetFault::new(row.line, "", code, ""));
                continue;
            }
            let sheet = match self.sheet_of(row, printed) {
                Ok(sheet) => sheet,
                Err(code) => {
                    self.fault(row, SheetColumn::Number, code, faults);
                    continue;
                }
            };
            let goes_on = last == Some(sheet.number);
            last = Some(sheet.number);
            if goes_on {
                groups.last_mut().into_iter().for_each(|g| g.rows.push(row));
            } else if !seen.insert(sheet.number) {
                self.fault(row, SheetColumn::Number, FaultCode::SheetSplit, faults);
                // Its further rows are of the same mistake.
                last = None;
            } else if groups.len() == SHEETS_AT_ONCE {
                self.fault(row, SheetColumn::Number, FaultCode::TooManySheets, faults);
                return groups;
            } else {
                groups.push(Group {
                    sheet,
                    rows: vec![row],
                });
            }
        }
        groups
    }

    fn sheet_of(
        &self,
        row: &TableRow,
        printed: &'t BTreeMap<SheetNumber, PaperSheet>,
    ) -> Result<&'t PaperSheet, FaultCode> {
        let written = self.cell(row, SheetColumn::Number);
        if written.is_empty() {
            return Err(FaultCode::SheetMissing);
        }
        let number: SheetNumber = written.parse().map_err(|_| FaultCode::SheetNumberWrong)?;
        printed.get(&number).ok_or(FaultCode::SheetUnknown)
    }

    /// What keeps a row from being read cell by cell.
    fn misshapen(&self, row: &TableRow) -> Option<FaultCode> {
        let beyond = row.cells.iter().skip(self.headings.cells.len());
        if row.odd_quotes {
            Some(FaultCode::Quote)
        } else if row.cells.iter().any(|cell| cell.contains(char::is_control)) {
            Some(FaultCode::LineBreak)
        } else if beyond.into_iter().any(|cell| !cell.is_empty()) {
            Some(FaultCode::Cells)
        } else {
            None
        }
    }

    /// The sheet as on the form, with the row of the table that each of its rows is.
    fn filled(
        &self,
        group: &Group<'t>,
        plan: &Plan,
        faults: &mut Vec<SheetFault>,
    ) -> (FilledSheet, Vec<&'t TableRow>) {
        self.check_whose(group, plan, faults);
        let coverage = self.coverage(group, faults);
        let not_walked = self.not_walked(group, faults);
        let of_a_row = || SheetColumn::ALL.into_iter().filter(|one| one.is_of_a_row());
        let mut filled = FilledSheet {
            number: group.sheet.number.to_string(),
            coverage,
            not_walked,
            rows: Vec::new(),
        };
        let mut lines = Vec::new();
        let written = group.rows.iter().filter(|row| {
            // A row with nothing but the sheet's own columns says no more of whom somebody met.
            of_a_row().any(|column| !self.cell(row, column).is_empty())
        });
        for (number, row) in written.enumerate() {
            if number == SHEET_ROWS {
                self.fault(row, SheetColumn::Number, FaultCode::SheetRows, faults);
                break;
            }
            if let Some(read) = self.row(row, faults) {
                filled.rows.push(read);
                lines.push(*row);
            }
        }
        (filled, lines)
    }

    /// Team, sector and night, where the file tells them, are those the sheet was printed for.
    fn check_whose(&self, group: &Group<'t>, plan: &Plan, faults: &mut Vec<SheetFault>) {
        let sheet = group.sheet;
        let team = plan.teams.iter().find(|one| one.id == sheet.team);
        let team = team.map_or("", |one| one.code.as_str());
        let sector = plan.sectors.iter().find(|one| one.id == sheet.sector);
        let [code, name] = sector.map_or([""; 2], |one| [&one.code, &one.name].map(String::as_str));
        let night = sheet.night.to_string();
        for row in &group.rows {
            let is_night = |written: &str| night_of(written) == Some(sheet.night);
            let same = |written: &str, one: &str| bare(written) == bare(one);
            let written = |column| self.cell(row, column);
            let [t, s, n] = [SheetColumn::Team, SheetColumn::Sector, SheetColumn::Night];
            for (column, right, code, expected) in [
                (t, same(written(t), team), FaultCode::TeamDiffers, team),
                (
                    s,
                    same(written(s), code) || same(written(s), name),
                    FaultCode::SectorDiffers,
                    code,
                ),
                (n, is_night(written(n)), FaultCode::NightDiffers, &*night),
            ] {
                if !written(column).is_empty() && !right {
                    faults.push(self.told(row, column, code).instead_of(expected));
                }
            }
        }
    }

    /// How much was walked: told on one row at least, and the same wherever it is told.
    fn coverage(&self, group: &Group<'t>, faults: &mut Vec<SheetFault>) -> Coverage {
        let column = SheetColumn::Coverage;
        let mut found = None;
        let mut told = false;
        for row in &group.rows {
            let written = self.cell(row, column);
            if written.is_empty() {
                continue;
            }
            told = true;
            match (coverage_of(written), found) {
                (None, _) => self.fault(row, column, FaultCode::CoverageWrong, faults),
                (Some(one), Some(other)) if one != other => {
                    self.fault(row, column, FaultCode::CoverageDiffers, faults);
                }
                (one, _) => found = one,
            }
        }
        if !told {
            self.fault(group.rows[0], column, FaultCode::CoverageMissing, faults);
        }
        found.unwrap_or(Coverage::Partial)
    }

    fn not_walked(&self, group: &Group<'t>, faults: &mut Vec<SheetFault>) -> Option<String> {
        let column = SheetColumn::NotWalked;
        let mut found: Option<&str> = None;
        for row in &group.rows {
            let written = self.cell(row, column);
            if written.chars().count() > TEXT_CHARACTERS {
                self.fault(row, column, FaultCode::TooLong, faults);
            }
            match found {
                _ if written.is_empty() => {}
                Some(other) if other != written => {
                    self.fault(row, column, FaultCode::NotWalkedDiffers, faults);
                }
                _ => found = Some(written),
            }
        }
        found.map(str::to_owned)
    }

    /// A row as on the form; nothing where a cell does not read.
    fn row(&self, row: &TableRow, faults: &mut Vec<SheetFault>) -> Option<SheetRow> {
        let before = faults.len();
        let mut wrong = |column, code| self.fault(row, column, code, faults);
        let hour = hour_of(self.cell(row, SheetColumn::Hour));
        if hour.is_none() {
            wrong(SheetColumn::Hour, FaultCode::Hour);
        }
        let counts = [
            SheetColumn::Men,
            SheetColumn::Women,
            SheetColumn::Minors,
            SheetColumn::Undetermined,
        ];
        let people = counts.map(|column| {
            let number = number_of(self.cell(row, column));
            if number.is_none() {
                wrong(column, FaultCode::Number);
            }
            number.unwrap_or(0)
        });
        let place = self.cell(row, SheetColumn::SleepingPlace);
        let sleeping_place = SheetColumn::SleepingPlace.code_of(place);
        if sleeping_place.is_none() {
            wrong(SheetColumn::SleepingPlace, FaultCode::SleepingPlace);
        }
        let sure = self.cell(row, SheetColumn::Certainty);
        let certainty = SheetColumn::Certainty.code_of(sure);
        if certainty.is_none() && !sure.is_empty() {
            wrong(SheetColumn::Certainty, FaultCode::Certainty);
        }
        if faults.len() > before {
            return None;
        }
        Some(SheetRow {
            hour: hour?,
            people,
            sleeping_place: sleeping_place?,
            certainty,
            typed_place: self.cell(row, SheetColumn::Place).to_owned(),
            note: self.cell(row, SheetColumn::Note).to_owned(),
        })
    }
}
