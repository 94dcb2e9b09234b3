//! What a pseudonym is made of: the first letters of two names and a year, brought to one form.
//!
//! It must never keep more of a name than two letters, nor be shown. The tablet seals it at once,
//! the server opens it to key it.

use std::fmt;

/// Length of the fields as they are sealed, bytes.
pub const PSEUDONYM_BYTES: usize = 6;

/// Stands where a name has one letter only.
const NO_LETTER: u8 = b'-';

/// Years of birth that can be meant.
const YEARS: std::ops::RangeInclusive<u16> = 1900..=2100;

/// Two letters of the first name, two of the family name, the year of birth.
///
/// # Shape
/// Four letters A to Z, `-` where a name has only one, then the year, big-endian.
#[derive(Clone, PartialEq, Eq)]
pub struct PseudonymFields([u8; PSEUDONYM_BYTES]);

impl fmt::Debug for PseudonymFields {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("PseudonymFields(…)")
    }
}

#[cfg(feature = "sync")]
impl Drop for PseudonymFields {
    fn drop(&mut self) {
        zeroize::Zeroize::zeroize(&mut self.0);
    }
}

impl PseudonymFields {
    /// From what somebody typed; none where a name has no Latin letter or the year cannot be one.
    pub fn of(given: &str, family: &str, birth_year: u16) -> Option<Self> {
        let (given, family) = (letters(given)?, letters(family)?);
        let mut bytes = [0; PSEUDONYM_BYTES];
        bytes[..2].copy_from_slice(&given);
        bytes[2..4].copy_from_slice(&family);
        bytes[4..].copy_from_slice(&birth_year.to_be_bytes());
        (YEARS.contains(&birth_year)).then_some(Self(bytes))
    }

    /// From what was sealed; none where it is nothing that [`Self::of`] makes.
    pub fn from_bytes(bytes: [u8; PSEUDONYM_BYTES]) -> Option<Self> {
        let (names, year) = bytes.split_at(4);
        let name = |name: &[u8]| {
            let second = name[1].is_ascii_uppercase() || name[1] == NO_LETTER;
            name[0].is_ascii_uppercase() && second
        };
        let year = u16::from_be_bytes([year[0], year[1]]);
        (names.chunks(2).all(name) && YEARS.contains(&year)).then_some(Self(bytes))
    }

    /// As they are sealed and keyed.
    pub fn bytes(&self) -> &[u8; PSEUDONYM_BYTES] {
        &self.0
    }
}

/// The first two letters, whatever the case, accents, hyphens, apostrophes and spaces.
fn letters(name: &str) -> Option<[u8; 2]> {
    let mut found = name.chars().flat_map(|letter| match letter {
        'a'..='z' | 'A'..='Z' => [letter.to_ascii_uppercase() as u8, 0],
        other => folded(other),
    });
    let mut next = || found.find(|letter| *letter != 0);
    Some([next()?, next().unwrap_or(NO_LETTER)])
}

/// Latin letters with accents, and ligatures, as the letters they are read as: first and last code
/// point of each run, small and capital ones together.
const READ_AS: [(u32, u32, [u8; 2]); 62] = [
    (0xC0, 0xC5, *b"A\0"),
    (0xC6, 0xC6, *b"AE"),
    (0xC7, 0xC7, *b"C\0"),
    (0xC8, 0xCB, *b"E\0"),
    (0xCC, 0xCF, *b"I\0"),
    (0xD0, 0xD0, *b"D\0"),
    (0xD1, 0xD1, *b"N\0"),
    (0xD2, 0xD6, *b"O\0"),
    (0xD8, 0xD8, *b"O\0"),
    (0xD9, 0xDC, *b"U\0"),
    (0xDD, 0xDD, *b"Y\0"),
    (0xDE, 0xDE, *b"TH"),
    (0xDF, 0xDF, *b"SS"),
    (0xE0, 0xE5, *b"A\0"),
    (0xE6, 0xE6, *b"AE"),
    (0xE7, 0xE7, *b"C\0"),
    (0xE8, 0xEB, *b"E\0"),
    (0xEC, 0xEF, *b"I\0"),
    (0xF0, 0xF0, *b"D\0"),
    (0xF1, 0xF1, *b"N\0"),
    (0xF2, 0xF6, *b"O\0"),
    (0xF8, 0xF8, *b"O\0"),
    (0xF9, 0xFC, *b"U\0"),
    (0xFD, 0xFD, *b"Y\0"),
    (0xFE, 0xFE, *b"TH"),
    (0xFF, 0xFF, *b"Y\0"),
    (0x100, 0x105, *b"A\0"),
    (0x106, 0x10D, *b"C\0"),
    (0x10E, 0x111, *b"D\0"),
    (0x112, 0x11B, *b"E\0"),
    (0x11C, 0x123, *b"G\0"),
    (0x124, 0x127, *b"H\0"),
    (0x128, 0x131, *b"I\0"),
    (0x132, 0x133, *b"IJ"),
    (0x134, 0x135, *b"J\0"),
    (0x136, 0x138, *b"K\0"),
    (0x139, 0x142, *b"L\0"),
    (0x143, 0x14B, *b"N\0"),
    (0x14C, 0x151, *b"O\0"),
    (0x152, 0x153, *b"OE"),
    (0x154, 0x159, *b"R\0"),
    (0x15A, 0x161, *b"S\0"),
    (0x162, 0x167, *b"T\0"),
    (0x168, 0x173, *b"U\0"),
    (0x174, 0x175, *b"W\0"),
    (0x176, 0x178, *b"Y\0"),
    (0x179, 0x17E, *b"Z\0"),
    (0x1A0, 0x1A1, *b"O\0"),
    (0x1AF, 0x1B0, *b"U\0"),
    (0x218, 0x219, *b"S\0"),
    (0x21A, 0x21B, *b"T\0"),
    (0x1E9E, 0x1E9E, *b"SS"),
    (0x1EA0, 0x1EB7, *b"A\0"),
    (0x1EB8, 0x1EC7, *b"E\0"),
    (0x1EC8, 0x1ECB, *b"I\0"),
    (0x1ECC, 0x1EE3, *b"O\0"),
    (0x1EE4, 0x1EF1, *b"U\0"),
    (0x1EF2, 0x1EF9, *b"Y\0"),
    (0xFB00, 0xFB00, *b"FF"),
    (0xFB01, 0xFB01, *b"FI"),
    (0xFB02, 0xFB02, *b"FL"),
    (0xFB06, 0xFB06, *b"ST"),
];

fn folded(letter: char) -> [u8; 2] {
    let at = u32::from(letter);
    let run = READ_AS
        .iter()
        .find(|(from, to, _)| (*from..=*to).contains(&at));
    run.map_or([0, 0], |(_, _, read)| *read)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn check(given: &str, family: &str, expected: Option<&[u8; 4]>) {
        let found = PseudonymFields::of(given, family, 1984);
        let found = found.as_ref().map(|fields| &fields.bytes()[..4]);
        assert_eq!(found, expected.map(|four| &four[..]), "{given} {family}");
    }

    #[test]
    fn what_two_teams_write_differently_is_one() {
        for (given, family) in [
            ("Élodie", "Œuvrard"),
            ("elodie", "oeuvrard"),
            ("E\u{301}L", "OE"),
            ("él", "œ"),
            (" É-l", "O'E"),
            ("ÉLODIE-MARIE", "Oe."),
        ] {
            check(given, family, Some(b"ELOE"));
        }
        check("Jean-Paul", "d’Artagnan", Some(b"JEDA"));
        check("J-P", "Çelik", Some(b"JPCE"));
        check("Nguyễn", "Đặng", Some(b"NGDA"));
        check("Æ", "Straße", Some(b"AEST"));
        check("İl", "ßa", Some(b"ILSS"));
        check("O", "Ng", Some(b"O-NG"));
        check("", "Ng", None);
        check("محمد", "Ng", None);
        check("12", "Ng", None);
    }

    #[test]
    fn a_year_is_a_year() {
        for (year, taken) in [(1899, false), (1900, true), (2100, true), (2101, false)] {
            assert_eq!(
                PseudonymFields::of("ab", "cd", year).is_some(),
                taken,
                "{year}"
            );
        }
    }

    proptest! {
        #[test]
        fn case_accents_hyphens_and_what_follows_do_not_count(
            given in "[a-z]{2}", family in "[a-z]{2}", tail in "\\PC{0,12}",
            mark in "[\u{300}-\u{36f}' ’.-]{0,3}", year in 1900u16..=2100,
        ) {
            let plain = PseudonymFields::of(&given, &family, year).unwrap();
            let dressed = |name: &str| {
                let (one, two) = name.split_at(1);
                format!("{mark}{}{mark}{two}{tail}", one.to_uppercase())
            };
            let other = PseudonymFields::of(&dressed(&given), &dressed(&family), year);
            prop_assert_eq!(Some(&plain), other.as_ref());
            let read = PseudonymFields::from_bytes(*plain.bytes());
            prop_assert_eq!(Some(plain), read);
        }

        #[test]
        fn nothing_that_is_typed_makes_more_than_two_letters_of_a_name(
            given in "\\PC{0,20}", family in "\\PC{0,20}", year: u16,
        ) {
            if let Some(fields) = PseudonymFields::of(&given, &family, year) {
                prop_assert!(PseudonymFields::from_bytes(*fields.bytes()).is_some());
                let twice = |at: usize| {
                    String::from_utf8(fields.bytes()[at..at + 2].to_vec()).unwrap()
                };
                let again = PseudonymFields::of(&twice(0), &twice(2), year);
                prop_assert_eq!(Some(fields.clone()), again);
            }
        }
    }
}
