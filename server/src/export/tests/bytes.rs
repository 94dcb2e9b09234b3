//! What no public file holds, in any format, told by its bytes: identifiers, times of day, places.

use super::super::Format;
use super::{places, release};
use parquet::file::reader::{FileReader, SerializedFileReader};
use std::io::Read;

/// Everything a file says, compressed formats opened.
fn contents(format: Format) -> Vec<u8> {
    let mut bytes = Vec::new();
    format.write(&release("Nuit d'essai"), &mut bytes).unwrap();
    match format {
        Format::Xlsx => {
            let mut book = zip::ZipArchive::new(std::io::Cursor::new(bytes)).unwrap();
            let mut all = Vec::new();
            for number in 0..book.len() {
                book.by_index(number)
                    .unwrap()
                    .read_to_end(&mut all)
                    .unwrap();
            }
            all
        }
        Format::Geoparquet => {
            let file = SerializedFileReader::new(bytes::Bytes::from(bytes)).unwrap();
            let mut all = Vec::new();
            for row in file.get_row_iter(None).unwrap() {
                for (_, field) in row.unwrap().get_column_iter() {
                    match field {
                        parquet::record::Field::Bytes(value) => all.extend(value.data()),
                        other => all.extend(other.to_string().bytes()),
                    }
                }
            }
            all
        }
        Format::Pmtiles => inflated(&bytes),
        _ => bytes,
    }
}

/// Everything packed with gzip in a file, opened, behind what is not packed.
fn inflated(bytes: &[u8]) -> Vec<u8> {
    let mut all = bytes.to_vec();
    for at in 0..bytes.len().saturating_sub(3) {
        if bytes[at..].starts_with(&[0x1f, 0x8b, 8]) {
            let mut part = Vec::new();
            if flate2::read::GzDecoder::new(&bytes[at..])
                .read_to_end(&mut part)
                .is_ok()
            {
                all.extend(part);
            }
        }
    }
    all
}

fn holds(bytes: &[u8], part: &[u8]) -> bool {
    bytes.windows(part.len()).any(|window| window == part)
}

/// `T12:34` or ` 12:34`, but the day that stands for no date.
fn find_time(bytes: &[u8]) -> bool {
    bytes.windows(17).any(|seen| {
        let digits = |range: std::ops::Range<usize>| seen[range].iter().all(u8::is_ascii_digit);
        let shape = matches!(seen[10], b'T' | b' ') && seen[13] == b':' && digits(11..13);
        shape && digits(14..16) && digits(0..4) && !seen.starts_with(b"2000-01-01T00:00")
    })
}

fn find_identifier(bytes: &[u8]) -> bool {
    bytes.windows(36).any(|seen| {
        seen.iter().enumerate().all(|(index, byte)| match index {
            8 | 13 | 18 | 23 => *byte == b'-',
            _ => byte.is_ascii_hexdigit(),
        })
    })
}

fn faults(bytes: &[u8]) -> Vec<&'static str> {
    let mut found = Vec::new();
    if find_time(bytes) {
        found.push("a time of day");
    }
    if find_identifier(bytes) {
        found.push("an identifier");
    }
    for place in places() {
        let at = place.coordinates.unwrap();
        let binary = [at.longitude.to_le_bytes(), at.latitude.to_le_bytes()].concat();
        let text = format!("{:.6}", at.longitude);
        let beside = format!("{:.6}", at.latitude);
        let near = |text: &str| holds(bytes, text.trim_end_matches('0').as_bytes());
        if holds(bytes, &binary) || (near(&text) && near(&beside)) {
            found.push("the place of somebody");
        }
    }
    found
}

#[test]
fn no_file_of_any_format_holds_an_identifier_a_time_or_a_place() {
    for format in Format::ALL {
        let bytes = contents(format);
        assert!(bytes.len() > 500, "{format}");
        assert_eq!(faults(&bytes), Vec::<&str>::new(), "{format}");
    }
    // The scan sees what it looks for.
    let at = places()[0].coordinates.unwrap();
    let mut planted = contents(Format::Geopackage);
    planted.extend(at.longitude.to_le_bytes());
    planted.extend(at.latitude.to_le_bytes());
    planted.extend(b"6fa459ea-ee8a-4ca4-894e-db77e160355e 2026-01-22T23:14:05Z");
    assert_eq!(
        faults(&planted),
        ["a time of day", "an identifier", "the place of somebody"]
    );
}

#[test]
fn a_workbook_holds_no_formula_and_its_texts_do_not_begin_like_one() {
    let mut bytes = Vec::new();
    let release = release("=HYPERLINK(\"http://x\")");
    Format::Xlsx.write(&release, &mut bytes).unwrap();
    let mut book = zip::ZipArchive::new(std::io::Cursor::new(bytes)).unwrap();
    for number in 0..book.len() {
        let mut text = String::new();
        let mut part = book.by_index(number).unwrap();
        part.read_to_string(&mut text).unwrap();
        assert!(
            !text.contains("<f>") && !text.contains("<f "),
            "{}",
            part.name().unwrap()
        );
        assert!(!text.contains(">=HYPERLINK"), "{}", part.name().unwrap());
    }
}

#[test]
fn the_same_release_gives_the_same_bytes() {
    for format in Format::ALL {
        let write = || {
            let mut bytes = Vec::new();
            format.write(&release("Nuit d'essai"), &mut bytes).unwrap();
            bytes
        };
        assert!(write() == write(), "{format}");
    }
}

#[test]
fn every_format_prints_the_settings() {
    for format in Format::ALL {
        let mut bytes = contents(format);
        if format == Format::Geoparquet {
            bytes.clear();
            format.write(&release("Nuit d'essai"), &mut bytes).unwrap();
        }
        assert!(holds(&bytes, b"leaf_minimum_people"), "{format}");
    }
}

#[test]
fn the_page_tells_why_a_surface_is_grey() {
    let text = String::from_utf8(contents(Format::Page)).unwrap();
    for told in [
        "Pourquoi une surface est-elle grise",
        "Gris ne veut pas dire zéro",
        "EXERCICE",
    ] {
        assert!(text.contains(told), "{told}");
    }
    assert!(!text.contains("<script") && !text.contains("href="));
}
