//! A table that somebody handed over as CSV: how it is encoded, what stands between its cells, its
//! rows with the lines they begin on.
//!
//! The one reader of such files. It must never guess past damage: a quote that is not closed swallows
//! the rows after it, so it is told. `teams` and `sheet_file` read with it; the import of addresses,
//! which is streamed, asks it for the separator.

use encoding_rs::WINDOWS_1252;
use maraude_core::gazetteer::fold;

/// Most columns of a table.
const COLUMNS: usize = 100;

/// First bytes of a zip, and so of a workbook or a document (APPNOTE 6.3.10, section 4.3.7).
const ZIP: [u8; 4] = [b'P', b'K', 3, 4];

/// First bytes of a workbook of before 2007 (MS-CFB, section 2.2).
const OLD_WORKBOOK: [u8; 4] = [0xd0, 0xcf, 0x11, 0xe0];

/// How a file's text was encoded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TextEncoding {
    /// UTF-8, with or without its mark.
    Utf8,
    /// Windows-1252: what a spreadsheet of Western Europe writes unless it is told otherwise.
    Windows1252,
}

impl TextEncoding {
    /// Its name (IANA).
    pub const fn name(self) -> &'static str {
        match self {
            Self::Utf8 => "utf-8",
            Self::Windows1252 => "windows-1252",
        }
    }
}

/// Why a file is no table. It has a stable code.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NotATable {
    /// No line in it.
    Empty,
    /// A workbook or a document.
    Workbook,
    /// UTF-16.
    Utf16,
    /// Not text.
    NotText,
    /// A hundred columns and more.
    TooWide,
}

/// A row.
#[derive(Clone, PartialEq, Eq)]
pub struct TableRow {
    /// The line of the file it begins on, 1-based.
    pub line: u64,
    /// Its cells, without the space around them.
    pub cells: Vec<String>,
    /// The number of its quotes is odd: one is not closed, or stands alone.
    pub odd_quotes: bool,
}

maraude_core::redacts!(TableRow);

impl TableRow {
    /// Nothing is written in it.
    pub fn is_blank(&self) -> bool {
        self.cells.iter().all(String::is_empty)
    }

    /// A cell; empty where the row ends before it.
    pub fn cell(&self, at: usize) -> &str {
        self.cells.get(at).map_or("", String::as_str)
    }
}

/// A table as it was read: headings, then rows; lines without anything are passed over.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TableFile {
    /// How it was encoded.
    pub encoding: TextEncoding,
    /// What stands between cells.
    pub separator: char,
    /// Its first row.
    pub headings: TableRow,
    /// The others, blank ones left out.
    pub rows: Vec<TableRow>,
}

impl TableFile {
    /// Reads a file's bytes.
    ///
    /// # Errors
    /// When it is no table.
    pub fn of_bytes(bytes: &[u8]) -> Result<Self, NotATable> {
        if bytes.starts_with(&ZIP) || bytes.starts_with(&OLD_WORKBOOK) {
            return Err(NotATable::Workbook);
        }
        if bytes.starts_with(&[0xff, 0xfe]) || bytes.starts_with(&[0xfe, 0xff]) {
            return Err(NotATable::Utf16);
        }
        if bytes.contains(&0) {
            return Err(NotATable::NotText);
        }
        if let Ok(text) = std::str::from_utf8(bytes) {
            return Self::of_text(text, TextEncoding::Utf8);
        }
        // A byte that Windows-1252 leaves out reads as a control character.
        let (text, _) = WINDOWS_1252.decode_without_bom_handling(bytes);
        if text.chars().any(|c| ('\u{80}'..='\u{9f}').contains(&c)) {
            return Err(NotATable::NotText);
        }
        Self::of_text(&text, TextEncoding::Windows1252)
    }

    /// Reads a text.
    ///
    /// # Errors
    /// When it is no table.
    pub fn of_text(text: &str, encoding: TextEncoding) -> Result<Self, NotATable> {
        let text = text.strip_prefix('\u{feff}').unwrap_or(text);
        let separator = separator_of(text);
        let mut rows = rows_of(text, separator)?.into_iter();
        let headings = rows.next().ok_or(NotATable::Empty)?;
        Ok(Self {
            encoding,
            separator: char::from(separator),
            headings,
            rows: rows.collect(),
        })
    }
}

/// What stands between the cells of a text's first line: of `;`, tab and `,` the one most often there
/// outside quotes.
pub fn separator_of(text: &str) -> u8 {
    let line = text.lines().find(|line| !line.trim().is_empty());
    let bare = line.unwrap_or_default().split('"').step_by(2);
    let bare: Vec<&str> = bare.collect();
    let count = |wanted: u8| -> usize {
        let found = bare.iter().map(|part| part.matches(char::from(wanted)));
        found.map(Iterator::count).sum()
    };
    let (mut best, mut most) = (b';', count(b';'));
    for other in [b'\t', b','] {
        if count(other) > most {
            (best, most) = (other, count(other));
        }
    }
    best
}

/// A heading, or a choice's label, without case, accents, points and spaces to spare.
pub fn bare(text: &str) -> String {
    let folded = fold(&text.replace('º', "°"));
    folded.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn rows_of(text: &str, separator: u8) -> Result<Vec<TableRow>, NotATable> {
    let mut reader = csv::ReaderBuilder::new()
        .delimiter(separator)
        .has_headers(false)
        .flexible(true)
        .from_reader(text.as_bytes());
    let mut rows = Vec::new();
    let mut record = csv::StringRecord::new();
    let (mut line, mut counted_to) = (1, 0);
    loop {
        // The reader's own lines do not count those it passes over.
        let before = reader.position().byte() as usize;
        if !reader
            .read_record(&mut record)
            .map_err(|_| NotATable::NotText)?
        {
            return Ok(rows);
        }
        let after = reader.position().byte() as usize;
        let raw = text.get(before..after).unwrap_or_default();
        let passed = raw.len() - raw.trim_start_matches(['\r', '\n']).len();
        line += line_ends(text.get(counted_to..before + passed).unwrap_or_default());
        counted_to = before + passed;
        if record.len() > COLUMNS {
            return Err(NotATable::TooWide);
        }
        let row = TableRow {
            line,
            cells: record.iter().map(|cell| cell.trim().to_owned()).collect(),
            odd_quotes: raw.matches('"').count() % 2 == 1,
        };
        if !row.is_blank() || row.odd_quotes {
            rows.push(row);
        }
    }
}

/// Lines that end in a text: by CR, LF or both.
fn line_ends(text: &str) -> u64 {
    let pairs = text.matches("\r\n").count();
    (text.matches(['\r', '\n']).count() - pairs) as u64
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn read(bytes: &[u8]) -> TableFile {
        TableFile::of_bytes(bytes).unwrap()
    }

    fn lines(bytes: &[u8]) -> Vec<(u64, String)> {
        let rows = read(bytes).rows.into_iter();
        rows.map(|row| (row.line, row.cells.join("|"))).collect()
    }

    #[test]
    fn a_table_reads_the_same_in_every_dialect() {
        let expected = [(2, "été|2".to_owned()), (3, "a, b|3".to_owned())];
        for (text, separator) in [
            ("Où;Hommes\nété;2\n\"a, b\";3\n", ';'),
            ("\u{feff}Où;Hommes\r\nété;2\r\na, b;3", ';'),
            ("Où,Hommes\nété,2\n\"a, b\",3\n", ','),
            ("Où\tHommes\r\n été \t2\r\na, b\t3\r\n", '\t'),
            ("Où;Hommes\rété;2\ra, b;3\r", ';'),
        ] {
            let table = read(text.as_bytes());
            assert_eq!(table.separator, separator, "{text}");
            assert_eq!(table.headings.cells, ["Où", "Hommes"], "{text}");
            assert_eq!(lines(text.as_bytes()), expected, "{text:?}");
            let (old, _, lost) = WINDOWS_1252.encode(text.trim_start_matches('\u{feff}'));
            assert!(!lost);
            assert_eq!(lines(&old), expected, "{text:?}");
            assert_eq!(read(&old).encoding, TextEncoding::Windows1252);
        }
    }

    #[test]
    fn lines_are_those_an_editor_shows() {
        let text = "a;b\r\n\r\n1;2\r\n;\r\n\"x\r\ny\";3\r\n\r\n\r\n4;5";
        let seen = lines(text.as_bytes());
        let numbers: Vec<u64> = seen.iter().map(|(line, _)| *line).collect();
        assert_eq!(numbers, [3, 5, 9]);
    }

    #[test]
    fn what_is_no_table_is_told_apart() {
        for (bytes, expected) in [
            (&b""[..], NotATable::Empty),
            (b"\n\n", NotATable::Empty),
            (b"PK\x03\x04rest", NotATable::Workbook),
            (b"\xd0\xcf\x11\xe0\xa1", NotATable::Workbook),
            (b"\xff\xfea\0;\0", NotATable::Utf16),
            (b"a;b\0", NotATable::NotText),
            (b"a;\x81\xe9", NotATable::NotText),
        ] {
            assert_eq!(TableFile::of_bytes(bytes), Err(expected), "{bytes:?}");
        }
        let wide = ";".repeat(COLUMNS - 1);
        assert_eq!(
            TableFile::of_bytes(wide.as_bytes()).err(),
            Some(NotATable::Empty)
        );
        let wide = "a;".repeat(COLUMNS);
        assert_eq!(
            TableFile::of_bytes(wide.as_bytes()).err(),
            Some(NotATable::TooWide)
        );
    }

    #[test]
    fn a_quote_that_is_not_closed_is_told_with_the_row_it_begins_in() {
        let table = read(b"a;b\n1;2\n\"3;4\n5;6\n");
        let odd: Vec<u64> = (table.rows.iter())
            .filter(|row| row.odd_quotes)
            .map(|row| row.line)
            .collect();
        assert_eq!(odd, [3]);
        // Control: closed and doubled ones are even.
        let table = read(b"a;b\n\"1 \"\"x\"\"\";2\n");
        assert!(!table.rows[0].odd_quotes && table.rows[0].cell(0) == "1 \"x\"");
    }

    proptest! {
        #[test]
        fn no_bytes_make_it_panic(bytes in proptest::collection::vec(any::<u8>(), 0..400)) {
            let _ = TableFile::of_bytes(&bytes);
        }

        #[test]
        fn cells_written_by_a_spreadsheet_come_back(
            cells in proptest::collection::vec("[a-zé;,\"=+ ]{0,12}", 2..6)
        ) {
            let mut writer = csv::WriterBuilder::new().delimiter(b';').from_writer(Vec::new());
            writer.write_record(vec!["h"; cells.len()]).unwrap();
            writer.write_record(&cells).unwrap();
            let table = read(&writer.into_inner().unwrap());
            let trimmed: Vec<&str> = cells.iter().map(|cell| cell.trim()).collect();
            match table.rows.first() {
                Some(row) => prop_assert_eq!(&row.cells, &trimmed),
                None => prop_assert!(trimmed.iter().all(|cell| cell.is_empty())),
            }
        }
    }
}
