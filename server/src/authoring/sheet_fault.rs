//! What is wrong with a file of paper sheets, and where: a line, a column, a code.
//!
//! It must never hold a note or a place: those are not shown again. `sheet_file` finds faults, the
//! console and the command tell them.

use super::table_file::NotATable;
use std::fmt;

/// Longest piece of a cell that is told again, characters.
const TOLD_CHARACTERS: usize = 40;

/// A fault of a file.
#[derive(Clone, PartialEq, Eq)]
pub struct SheetFault {
    /// Line of the file, 1-based, as an editor shows it.
    pub line: u64,
    /// Heading of the column as the file has it, or as the template has it where it is missing; empty
    /// where the fault is of the whole line.
    pub column: String,
    /// What is wrong.
    pub code: FaultCode,
    /// What stands there, cut; empty for notes and places.
    pub value: String,
    /// What should, where that is known: the team of a sheet, its sector, its night.
    pub expected: String,
}

maraude_core::redacts!(SheetFault);

impl SheetFault {
    pub(super) fn new(line: u64, column: &str, code: FaultCode, value: &str) -> Self {
        Self {
            line,
            column: cut(column),
            code,
            value: cut(value),
            expected: String::new(),
        }
    }

    pub(super) fn instead_of(self, expected: &str) -> Self {
        Self {
            expected: cut(expected),
            ..self
        }
    }
}

fn cut(text: &str) -> String {
    let one_line = |c: char| if c.is_control() { ' ' } else { c };
    text.chars().take(TOLD_CHARACTERS).map(one_line).collect()
}

/// In English, for the command; the console words the code itself.
impl fmt::Display for SheetFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "line {}", self.line)?;
        if !self.column.is_empty() {
            write!(f, ", column « {} »", self.column)?;
        }
        write!(f, ": {}", self.code.sentence())?;
        if !self.value.is_empty() {
            write!(f, " (« {} »)", self.value)?;
        }
        if !self.expected.is_empty() {
            write!(f, "; it was printed for « {} »", self.expected)?;
        }
        Ok(())
    }
}

macro_rules! fault_codes {
    ($($(#[$doc:meta])+ $name:ident = $code:literal, $sentence:literal;)+) => {
        /// What may be wrong. Each has a stable code, which is part of the contract.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
        pub enum FaultCode { $($(#[$doc])+ $name,)+ }

        impl FaultCode {
            /// All.
            pub const ALL: &[Self] = &[$(Self::$name),+];

            /// Its stable code.
            pub const fn code(self) -> &'static str {
                match self { $(Self::$name => $code,)+ }
            }

            const fn sentence(self) -> &'static str {
                match self { $(Self::$name => $sentence,)+ }
            }
        }
    };
}

fault_codes! {
    /// Nothing in it.
    Empty = "empty", "there is no sheet in the file";
    /// A workbook.
    Workbook = "workbook", "this is a workbook: save it as CSV";
    /// UTF-16.
    Utf16 = "utf-16", "this is UTF-16: save it as CSV in UTF-8";
    /// Not text.
    NotText = "not-text", "this is not text";
    /// Too many bytes or columns.
    TooLarge = "too-large", "the file is too large: hand it in by parts";
    /// Too many rows.
    TooManyRows = "too-many-rows", "there are more than 6,000 rows: hand it in by parts";
    /// Too many sheets.
    TooManySheets = "too-many-sheets", "there are more than 400 sheets: hand it in by parts";
    /// A needed column is not there.
    ColumnMissing = "column-missing", "this column is missing";
    /// A column nobody knows, and something stands in it.
    ColumnUnknown = "column-unknown", "no sheet has such a column: empty it or take it out";
    /// Two columns are the same one.
    ColumnTwice = "column-twice", "this column stands twice";
    /// Something stands beyond the last heading.
    Cells = "cells", "there are more cells than headings";
    /// A quote alone.
    Quote = "quote", "a quote is not closed";
    /// A line end or a control character in a cell.
    LineBreak = "line-break", "a cell goes over several lines: write it on one";
    /// A row without a number.
    SheetMissing = "sheet-missing", "the sheet's number is missing: write it on each row";
    /// Not a number of a sheet.
    SheetNumberWrong = "sheet-number-wrong", "this sheet number does not read: check each digit and the letter";
    /// Never printed.
    SheetUnknown = "sheet-unknown", "no sheet of this number was printed in this campaign";
    /// Already there.
    SheetKeyedIn = "sheet-keyed-in", "this sheet was taken in already: take its rows out of the file";
    /// Its rows are not together.
    SheetSplit = "sheet-split", "this sheet's rows are not together: is it there twice?";
    /// More rows than a sheet has.
    SheetRows = "sheet-rows", "a sheet has 15 rows: use another sheet's number";
    /// Another team.
    TeamDiffers = "team-differs", "this sheet is another team's";
    /// Another sector.
    SectorDiffers = "sector-differs", "this sheet is another sector's";
    /// Another night.
    NightDiffers = "night-differs", "this sheet is of another night";
    /// Nowhere told.
    CoverageMissing = "coverage-missing", "say on one row of the sheet how much of the sector was walked";
    /// Not one of the answers.
    CoverageWrong = "coverage-wrong", "write « en entier », « en partie » or « pas parcouru »";
    /// Two rows disagree.
    CoverageDiffers = "coverage-differs", "two rows of the sheet disagree on how much was walked";
    /// Two rows disagree.
    NotWalkedDiffers = "not-walked-differs", "two rows of the sheet disagree on the streets not walked";
    /// Not an hour.
    Hour = "hour", "the hour does not read (example: 23:40)";
    /// Not a number from 0 to 99.
    Number = "number", "this is no whole number from 0 to 99";
    /// Nobody.
    People = "people", "a row has at least one person";
    /// Not one of the places.
    SleepingPlace = "sleeping-place", "write where: the number at the foot of the sheet, a code or a label";
    /// Not one of the answers.
    Certainty = "certainty", "write C, P or D, a code or a label, or nothing";
    /// Too long.
    TooLong = "too-long", "the text is too long (a place: 120 characters; otherwise 280)";
    /// The form does not take it.
    Answer = "answer", "the form does not take this answer";
}

impl FaultCode {
    /// The code of what the form says of a row.
    pub(super) fn of_row(code: &str) -> Self {
        let found = Self::ALL.iter().find(|one| one.code() == code);
        found.copied().unwrap_or(Self::Answer)
    }
}

impl From<NotATable> for FaultCode {
    fn from(error: NotATable) -> Self {
        match error {
            NotATable::Empty => Self::Empty,
            NotATable::Workbook => Self::Workbook,
            NotATable::Utf16 => Self::Utf16,
            NotATable::NotText => Self::NotText,
            NotATable::TooWide => Self::TooLarge,
        }
    }
}
