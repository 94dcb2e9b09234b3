//! The code on the slip of paper that a person keeps: it finds what was recorded of them, on the
//! server and nowhere else.
//!
//! It is derived, so that a tablet shows it without network, and says nothing: the identifier it is
//! made from is random and stands on no screen.

use super::enrolment::CODE_ALPHABET;
use crate::model::{CampaignId, ObservationId};
use sha2::{Digest, Sha256};

/// What the hash covers first.
const DOMAIN: &[u8] = b"maraude/paper-code/1";

/// Letters that name: 50 bits. Among 250,000 observations two have the same once in 36,000 nights.
const NAMING: usize = 10;

/// Letters in all: the last one is a check.
pub const PAPER_CODE_LENGTH: usize = NAMING + 1;

/// The code of what was recorded, as it is copied: `XXXX-XXXX-XXX`.
///
/// # Shape
/// Ten letters of SHA-256 over `maraude/paper-code/1` ‖ campaign ‖ observation, five bits of each
/// byte, then their check letter.
///
/// # Source
/// The check is Luhn's algorithm modulo 32 (ISO/IEC 7812-1, annex B, for 32 signs).
pub fn paper_code(campaign: CampaignId, observation: ObservationId) -> String {
    let hash = Sha256::digest([DOMAIN, campaign.as_bytes(), observation.as_bytes()].concat());
    let naming: Vec<u8> = hash.iter().take(NAMING).map(|byte| byte & 31).collect();
    let check = (32 - sum(&naming, true) % 32) % 32;
    written(naming.into_iter().chain([check as u8]))
}

/// A typed code as [`paper_code`] writes it; none where a letter is wrong or missing.
pub fn read_paper_code(typed: &str) -> Option<String> {
    let mut signs = Vec::new();
    for letter in typed.chars() {
        let letter = match letter.to_ascii_uppercase() {
            'O' => '0',
            'I' | 'L' => '1',
            '-' | '.' | '_' | '·' => continue,
            space if space.is_whitespace() => continue,
            other => other,
        };
        let value = CODE_ALPHABET
            .iter()
            .position(|known| char::from(*known) == letter)?;
        signs.push(value as u8);
    }
    if signs.len() != PAPER_CODE_LENGTH || !sum(&signs, false).is_multiple_of(32) {
        return None;
    }
    Some(written(signs.into_iter()))
}

fn written(signs: impl Iterator<Item = u8>) -> String {
    let mut code = String::new();
    for (place, sign) in signs.enumerate() {
        if place > 0 && place % 4 == 0 {
            code.push('-');
        }
        code.push(char::from(CODE_ALPHABET[usize::from(sign)]));
    }
    code
}

/// Luhn's sum: every second sign counts twice, the last of those that name first.
fn sum(signs: &[u8], doubled_first: bool) -> u32 {
    let mut doubled = doubled_first;
    let mut sum = 0;
    for sign in signs.iter().rev() {
        let value = u32::from(*sign) * if doubled { 2 } else { 1 };
        sum += value / 32 + value % 32;
        doubled = !doubled;
    }
    sum
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    fn code(n: u32) -> String {
        let mut bytes = [7; 16];
        bytes[..4].copy_from_slice(&n.to_be_bytes());
        let observation = ObservationId::from_random(bytes);
        paper_code(CampaignId::from_random([1; 16]), observation)
    }

    #[test]
    fn a_code_reads_back_however_it_is_typed() {
        let written = code(1);
        assert_eq!(written.len(), PAPER_CODE_LENGTH + 2);
        let sloppy = written.replace('-', " ").to_lowercase().replace('0', "o");
        assert_eq!(read_paper_code(&sloppy), Some(written));
        assert_eq!(read_paper_code(""), None);
        assert_eq!(read_paper_code("ABCD-EFGH-JKÉ"), None);
    }

    #[test]
    fn one_wrong_letter_is_always_found_and_letters_differ() {
        let mut found = BTreeSet::new();
        for n in 0..2_000 {
            let written = code(n);
            found.insert(written.clone());
            let place = (n as usize) % written.len();
            for other in CODE_ALPHABET {
                let mut wrong = written.clone().into_bytes();
                if wrong[place] == b'-' || wrong[place] == *other {
                    continue;
                }
                wrong[place] = *other;
                let wrong = String::from_utf8(wrong).unwrap();
                assert_eq!(read_paper_code(&wrong), None, "{written} as {wrong}");
            }
        }
        assert_eq!(found.len(), 2_000);
    }

    #[test]
    fn another_campaign_gives_another_code() {
        let observation = ObservationId::from_random([3; 16]);
        let one = paper_code(CampaignId::from_random([1; 16]), observation);
        let other = paper_code(CampaignId::from_random([2; 16]), observation);
        assert_ne!(one, other);
    }
}
