//! Bytes that must not be in a published file: identifiers, times of day, fine coordinates,
//! places as points, formulas.

use super::{Finding, PublishedFile, Rule};

/// Scans the text of a file, whatever its format.
pub fn scan(file: &PublishedFile) -> Vec<Finding> {
    let mut reasons = Vec::new();
    if find_identifier(&file.text) {
        reasons.push("holds an identifier".to_owned());
    }
    if find_time(&file.text) {
        reasons.push("holds a time of day".to_owned());
    }
    if find_fine_number(&file.text) {
        reasons.push("holds a number of more than 6 decimals".to_owned());
    }
    for shape in ["Point", "MultiPoint", "LineString", "MultiLineString"] {
        if file.text.contains(&format!("\"{shape}\"")) {
            reasons.push(format!("holds a {shape}"));
        }
    }
    reasons
        .into_iter()
        .map(|reason| Finding::new(Rule::Content, &file.name, reason))
        .collect()
}

/// A UUID: groups of 8, 4, 4, 4 and 12 hexadecimal digits.
fn find_identifier(text: &str) -> bool {
    let widths = [8, 4, 4, 4, 12];
    text.split(|c: char| !(c.is_ascii_hexdigit() || c == '-'))
        .any(|word| {
            let groups: Vec<&str> = word.split('-').collect();
            groups.windows(5).any(|five| {
                five.iter()
                    .zip(widths)
                    .all(|(group, width)| group.len() == width)
            })
        })
}

/// `T12:34` or ` 12:34`, as RFC 3339 has it.
fn find_time(text: &str) -> bool {
    text.as_bytes().windows(6).any(|six| {
        matches!(six[0], b'T' | b' ')
            && six[1].is_ascii_digit()
            && six[2].is_ascii_digit()
            && six[3] == b':'
            && six[4].is_ascii_digit()
            && six[5].is_ascii_digit()
    })
}

fn find_fine_number(text: &str) -> bool {
    let bytes = text.as_bytes();
    let mut decimals = 0;
    let mut in_fraction = false;
    for (index, byte) in bytes.iter().enumerate() {
        if in_fraction && byte.is_ascii_digit() {
            decimals += 1;
            if decimals > 6 {
                return true;
            }
        } else {
            let after_digit = index > 0 && bytes[index - 1].is_ascii_digit();
            in_fraction = *byte == b'.' && after_digit;
            decimals = 0;
        }
    }
    false
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_must_not_leave_is_seen_in_the_bytes() {
        let check = |text: &str, expected: usize| {
            let file = PublishedFile {
                name: "x.geojson".to_owned(),
                text: text.to_owned(),
            };
            assert_eq!(scan(&file).len(), expected, "{text}");
        };
        check("{\"figure\": 12, \"at\": [3.876543, 43.6]}", 0);
        check("6fa459ea-ee8a-3ca4-894e-db77e160355e", 1);
        check("2026-01-22T23:14:00Z", 1);
        check("[3.8765432, 43.6]", 1);
        check("{\"type\": \"Point\"}", 1);
        check("nights 2026-01-22, 800mN2345E3456", 0);
    }
}
