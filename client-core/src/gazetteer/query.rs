//! What was typed, taken apart: a number, a kind of way, the words of a name; before and after
//! the words that say where beside.

use super::meeting::{Meetings, joined_words, meetings};
use super::normalise::{is_article, written_out};
use super::words::{BESIDE, COUNTED, MEETS, NUMBERS, STREETS, THINGS, TITLES, WAYS};
use strsim::osa_distance;

/// Suffixes of house numbers.
const SUFFIXES: [&str; 4] = ["bis", "ter", "quater", "quinquies"];

/// Words typed that are looked at; the rest is left out.
const WORDS: usize = 40;

/// One way to read what was typed.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Reading {
    /// The house number and its suffix.
    pub number: Option<(u32, String)>,
    /// The kind of way named first, as it may be written out.
    pub way: Vec<String>,
    /// Words of the name.
    pub names: Vec<Typed>,
    /// Which part of the query: 0 for the first, 1 for those beside it, 2 for one among other words.
    pub part: usize,
}

/// A word of a name as it was typed.
#[derive(Debug, Clone, PartialEq)]
pub struct Typed {
    /// What it may be, folded.
    pub written: Vec<String>,
    /// How much of its weight it has: titles and things that stand at a place have less.
    pub share: f64,
}

/// All ways to read it.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Readings {
    /// One place.
    pub places: Vec<Reading>,
    /// Two ways that meet.
    pub meetings: Meetings,
}

/// Reads what was typed.
pub fn read(query: &str) -> Readings {
    let mut typed = without_counts(joined_words(query));
    typed.truncate(WORDS);
    typed.retain(|word| !is_postcode(word));
    let mut readings = Readings {
        places: Vec::new(),
        meetings: meetings(query, &typed),
    };
    let meets = !readings.meetings.likely.is_empty();
    let parts = split(&typed, |word| {
        BESIDE.contains(&word) || MEETS.contains(&word)
    });
    if parts.len() > 1 {
        let all: Vec<String> = parts.concat();
        readings.places.extend(all_readings(&all, 0));
    }
    for (part, words) in parts.iter().enumerate() {
        let part = part.min(1);
        readings.places.extend(all_readings(words, part));
        if let Some(at) = begins_later(words).filter(|_| !meets) {
            let (before, later) = words.split_at(at);
            readings.places.extend(reading(before, part));
            readings.places.extend(reading(later, 2));
        }
    }
    readings
}

/// Without how many were met and at what time: such a number is none of a house.
fn without_counts(typed: Vec<String>) -> Vec<String> {
    let mut kept: Vec<String> = Vec::new();
    for word in typed {
        let hour = word.split_once('h').is_some_and(|(hour, minutes)| {
            let digits = |text: &str| text.chars().all(|c| c.is_ascii_digit());
            !hour.is_empty() && digits(hour) && digits(minutes)
        });
        let counted = COUNTED.contains(&word.as_str());
        let number = kept
            .last()
            .filter(|_| counted)
            .and_then(|last| house_number(last));
        if number.is_some_and(|(_, suffix)| suffix.is_empty()) {
            kept.pop();
        } else if !hour {
            kept.push(word);
        }
    }
    kept
}

/// Where a street is named after other words, its number before it: `un homme assis 12 rue Haute`.
fn begins_later(typed: &[String]) -> Option<usize> {
    let is_street = |word: &str| written_out(word).any(|w| STREETS.contains(&w));
    let numbers = |at: usize| house_number(&typed[at]).is_some();
    let suffixes = |at: usize| at > 0 && is_suffix(&typed[at]) && numbers(at - 1);
    let tells = |at: &usize| !is_article(&typed[*at]) && !numbers(*at) && !suffixes(*at);
    let first = (0..typed.len()).find(tells)?;
    let way = typed.iter().position(|word| is_street(word))?;
    let named = typed[way + 1..]
        .iter()
        .any(|word| word.len() > 1 && !is_article(word));
    if way <= first || !named {
        return None;
    }
    let numbered = usize::from(numbers(way - 1)) + 2 * usize::from(suffixes(way - 1));
    let from = way - numbered;
    Some(from)
}

/// Parts between the words that part them; empty ones are left out.
fn split(typed: &[String], parts_them: impl Fn(&str) -> bool) -> Vec<Vec<String>> {
    typed
        .split(|word| parts_them(word))
        .filter(|part| part.iter().any(|word| !is_article(word)))
        .map(<[String]>::to_vec)
        .collect()
}

/// With the kind of way that it may begin with, and with that word as a part of the name.
fn all_readings(typed: &[String], part: usize) -> Vec<Reading> {
    let first = reading(typed, part);
    let way_is_name = first.as_ref().filter(|r| !r.way.is_empty()).map(|read| {
        let mut other = read.clone();
        let written = std::mem::take(&mut other.way);
        other.names.insert(
            0,
            Typed {
                written,
                share: 1.0,
            },
        );
        other
    });
    first.into_iter().chain(way_is_name).collect()
}

/// Takes words apart: the number, the kind of way, the names.
pub fn reading(typed: &[String], part: usize) -> Option<Reading> {
    let mut reading = Reading {
        part,
        ..Reading::default()
    };
    let mut rest = typed.iter().map(String::as_str).peekable();
    while let Some(word) = rest.next() {
        if reading.number.is_none()
            && let Some((number, suffix)) = house_number(word)
        {
            let suffix = match rest.peek() {
                Some(next) if suffix.is_empty() && is_suffix(next) => {
                    rest.next().map(str::to_owned)
                }
                _ => Some(suffix),
            };
            reading.number = Some((number, suffix.unwrap_or_default()));
            // It may also be a word of the name, as in "11 Novembre" and "3 Grâces".
            let out = (number as usize)
                .checked_sub(1)
                .and_then(|at| NUMBERS.get(at));
            let written = [word].into_iter().chain(out.copied());
            reading.names.push(Typed {
                written: written.map(str::to_owned).collect(),
                share: 0.0,
            });
            continue;
        }
        if is_article(word) {
            continue;
        }
        let written: Vec<String> = written_out(word).map(str::to_owned).collect();
        let begun = reading.names.iter().any(|typed| typed.share >= 1.0);
        if reading.way.is_empty() && !begun {
            let ways: Vec<String> = written.iter().filter_map(|w| way(w)).collect();
            if !ways.is_empty() {
                reading.way = ways;
                continue;
            }
        }
        // An abbreviation of two words is two words.
        match written.iter().find_map(|w| w.split_once(' ')) {
            Some((one, two)) => reading.names.extend([one, two].map(name)),
            None => reading.names.push(Typed {
                share: share(&written),
                written,
            }),
        }
    }
    let named = reading.names.iter().any(|typed| typed.share > 0.0);
    (named || !reading.way.is_empty()).then_some(reading)
}

/// The kind of way that a word is, a letter wrong in a long one.
fn way(word: &str) -> Option<String> {
    let long = word.len() >= 5;
    let exact = WAYS.iter().find(|way| **way == word);
    let near = || WAYS.iter().find(|way| long && osa_distance(way, word) == 1);
    exact.or_else(near).map(|way| (*way).to_owned())
}

fn name(word: &str) -> Typed {
    Typed {
        written: vec![word.to_owned()],
        share: 1.0,
    }
}

fn share(written: &[String]) -> f64 {
    let among = |list: &[&str]| written.iter().any(|word| list.contains(&word.as_str()));
    if among(THINGS) {
        0.2
    } else if among(TITLES) {
        0.3
    } else {
        1.0
    }
}

/// `12`, `12b`, `12bis`: at most four digits.
fn house_number(word: &str) -> Option<(u32, String)> {
    let digits = word.chars().take_while(char::is_ascii_digit).count();
    if digits == 0 || digits > 4 {
        return None;
    }
    let (number, suffix) = word.split_at(digits);
    let sound = suffix.is_empty() || is_suffix(suffix);
    let number = number.parse().ok()?;
    sound.then(|| (number, suffix.to_owned()))
}

fn is_suffix(word: &str) -> bool {
    let letter = word.len() == 1 && word.chars().all(|c| ('a'..='k').contains(&c) && c != 'd');
    SUFFIXES.contains(&word) || letter
}

fn is_postcode(word: &str) -> bool {
    word.len() == 5 && word.chars().all(|c| c.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_its_suffix_and_an_abbreviated_way_are_told_from_the_name() {
        let read = read("7 bis av Clémenceau");
        let reading = &read.places[0];
        assert_eq!(reading.number, Some((7, "bis".to_owned())));
        assert!(reading.way.contains(&"avenue".to_owned()));
        let names: Vec<&str> = reading
            .names
            .iter()
            .filter(|typed| typed.share > 0.0)
            .map(|typed| typed.written[0].as_str())
            .collect();
        assert_eq!(names, ["clemenceau"]);
        assert!(read.meetings.likely.is_empty());
    }

    #[test]
    fn what_is_beside_is_a_part_of_its_own() {
        let told = read("en face du 42 rue Haute derrière le marché");
        assert!(told.places.iter().any(|reading| {
            reading.part == 0 && reading.number.is_some() && reading.way == ["rue"]
        }));
    }
}
