//! Two ways that meet, as people tell it: `angle A et B`, `A coin B`, `A / B`, `A croise B`; alone or
//! in the middle of a sentence, where only a few words on either side of what joins them are names.

use super::normalise::{is_article, words, written_out};
use super::query::{Reading, reading};
use super::words::{BESIDE, JOINS, MEETS, WAYS};
use std::collections::BTreeMap;

/// Words of a name that are looked at on either side, articles and kinds of ways aside.
const LONGEST_NAME: usize = 4;
/// Joining words that are tried.
const JOINED: usize = 3;
/// Words after `angle` that are tried as two names with nothing between them.
const SIDE_BY_SIDE: usize = 6;

/// A few words that may name one of the two ways.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Span {
    /// How they read.
    pub reading: Reading,
    /// Words between them and the end of that part that they leave out.
    pub left_out: usize,
}

/// What may be two ways.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Meeting {
    /// Names of the one, numbers of [`Meetings::spans`].
    pub ones: Vec<usize>,
    /// Names of the other.
    pub others: Vec<usize>,
}

/// Ways that may meet, and the words they are read from.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Meetings {
    /// Each group of words once.
    pub spans: Vec<Span>,
    /// The likeliest first.
    pub likely: Vec<Meeting>,
    /// It is said that two ways meet, by a word or a stroke.
    pub told: bool,
}

/// Reads what may be two ways that meet.
pub fn meetings(query: &str, typed: &[String]) -> Meetings {
    let stroke = query.contains(['/', '+', '×']);
    let told = stroke || typed.iter().any(|word| is_told(word));
    let mut found = Reader {
        typed,
        at: BTreeMap::new(),
        found: Meetings {
            told,
            ..Meetings::default()
        },
    };
    let mut joins = found.joins();
    // A word that says so before one that may mean anything.
    joins.sort_by_key(|(from, to)| !typed[*from..*to].iter().any(|word| is_told(word)));
    for (from, to) in joins.into_iter().take(JOINED) {
        let (ones, others) = (found.before(from), found.after(to, LONGEST_NAME));
        found.add(ones, others);
    }
    if told {
        found.side_by_side();
    }
    found.found
}

/// The word says that two ways meet, and names nothing.
pub fn is_told(word: &str) -> bool {
    MEETS.contains(&word) && !WAYS.contains(&word)
}

struct Reader<'a> {
    typed: &'a [String],
    at: BTreeMap<(usize, usize), usize>,
    found: Meetings,
}

impl Reader<'_> {
    fn word(&self, at: usize) -> &str {
        &self.typed[at]
    }

    fn is_join(&self, at: usize) -> bool {
        let word = self.word(at);
        MEETS.contains(&word) || JOINS.contains(&word)
    }

    /// What joins two names, from one end to the other: `au niveau de l'angle avec` is one.
    fn joins(&self) -> Vec<(usize, usize)> {
        let mut runs: Vec<(usize, usize)> = Vec::new();
        for at in (0..self.typed.len()).filter(|at| self.ends(*at) || self.is_join(*at)) {
            let goes_on = |to: usize| (to..at).all(|between| is_article(self.word(between)));
            match runs.last_mut().filter(|run| goes_on(run.1)) {
                Some(run) => run.1 = at + 1,
                None => runs.push((at, at + 1)),
            }
        }
        runs.retain(|(from, to)| (*from..*to).any(|at| self.is_join(at)));
        runs
    }

    /// No name goes on beyond it.
    fn ends(&self, at: usize) -> bool {
        let word = self.word(at);
        BESIDE.contains(&word) || MEETS.contains(&word) || (JOINS.contains(&word) && word != "et")
    }

    /// It is a word of a name, unlike an article or the kind of way before one.
    fn tells(&self, at: usize) -> bool {
        !is_article(self.word(at)) && !self.is_way(at)
    }

    fn is_way(&self, at: usize) -> bool {
        written_out(self.word(at)).any(|written| WAYS.contains(&written))
    }

    fn add(&mut self, ones: Vec<usize>, others: Vec<usize>) {
        let apart = !ones.is_empty() && !others.is_empty();
        let likely = &mut self.found.likely;
        likely.extend(apart.then_some(Meeting { ones, others }));
    }

    fn span(&mut self, from: usize, to: usize, left_out: usize) -> Option<usize> {
        if let Some(known) = self.at.get(&(from, to)) {
            return Some(*known);
        }
        let reading = reading(&self.typed[from..to], 0)?;
        let number = self.found.spans.len();
        self.found.spans.push(Span { reading, left_out });
        self.at.insert((from, to), number);
        Some(number)
    }

    /// The last words before a joining one: the more of them the rarer a name.
    fn before(&mut self, end: usize) -> Vec<usize> {
        let start = (0..end).rfind(|at| self.ends(*at)).map_or(0, |at| at + 1);
        let telling: Vec<usize> = (start..end).rev().filter(|at| self.tells(*at)).collect();
        let mut spans = Vec::new();
        for (more, first) in telling.iter().take(LONGEST_NAME).enumerate() {
            let before = telling.get(more + 1).map_or(start, |next| next + 1);
            // The kind of way and the articles before a name are of it.
            let leads = (before..*first).any(|at| self.is_way(at));
            let left_out = if leads { 0 } else { telling.len() - more - 1 };
            spans.extend(self.span(before, end, left_out));
        }
        spans
    }

    /// The first words after a joining one.
    fn after(&mut self, start: usize, most: usize) -> Vec<usize> {
        let end = (start..self.typed.len())
            .find(|at| self.ends(*at))
            .unwrap_or(self.typed.len());
        let telling: Vec<usize> = (start..end).filter(|at| self.tells(*at)).collect();
        let mut spans = Vec::new();
        for (more, last) in telling.iter().take(most).enumerate() {
            let left_out = telling.len() - more - 1;
            spans.extend(self.span(start, last + 1, left_out));
        }
        spans
    }

    /// `angle A B`: the second begins at its kind of way, else at any word.
    fn side_by_side(&mut self) {
        let starts = (0..self.typed.len()).filter(|at| is_told(self.word(*at)));
        let starts = starts.map(|at| at + 1).take(JOINED);
        for start in starts.collect::<Vec<_>>() {
            let end = (start..self.typed.len())
                .find(|at| self.ends(*at) || self.is_join(*at))
                .unwrap_or(self.typed.len());
            let telling: Vec<usize> = (start..end).filter(|at| self.tells(*at)).collect();
            if telling.len() < 2 || telling.len() > SIDE_BY_SIDE {
                continue;
            }
            let named = |at: &usize| self.is_way(*at) && telling[0] < *at;
            let ways: Vec<usize> = (telling[0]..end).filter(named).take(1).collect();
            let parts = if ways.is_empty() {
                telling[1..].to_vec()
            } else {
                ways
            };
            for part in parts {
                let one: Vec<usize> = self.span(start, part, 0).into_iter().collect();
                let others = self.after(part, LONGEST_NAME);
                self.add(one, others);
            }
        }
    }
}

/// What was typed, strokes between two names read as a word that joins.
pub fn joined_words(query: &str) -> Vec<String> {
    let strokes = query.replace(['/', '+', '&', '×'], " et ");
    words(&strokes.replace(" - ", " et "))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Pairs of names that are tried, articles and kinds of ways left out.
    fn pairs(query: &str) -> Vec<(String, String)> {
        let found = meetings(query, &joined_words(query));
        let named = |number: &usize| -> String {
            let names = found.spans[*number].reading.names.iter();
            let words = names.map(|typed| typed.written[0].as_str());
            words.collect::<Vec<_>>().join(" ")
        };
        let each = found.likely.iter().flat_map(|meeting| {
            let ones = meeting.ones.iter();
            ones.flat_map(|one| meeting.others.iter().map(move |other| (one, other)))
        });
        each.map(|(one, other)| (named(one), named(other)))
            .collect()
    }

    fn check(query: &str, one: &str, other: &str) {
        let found = pairs(query);
        let wanted = (one.to_owned(), other.to_owned());
        assert!(found.contains(&wanted), "{query}: {found:?}");
    }

    #[test]
    fn two_ways_are_found_in_the_middle_of_a_sentence() {
        check(
            "un homme assis angle Haute et Jeu de Boules devant la banque",
            "haute",
            "jeu boules",
        );
        check(
            "au croisement de la rue Haute avec l'av Basse côté tram",
            "haute",
            "basse",
        );
        check("tente bleue r Haute coin r Basse", "haute", "basse");
        check(
            "il dort où la rue Haute croise la rue Basse",
            "haute",
            "basse",
        );
        check("r Haute / Basse", "haute", "basse");
        check("angle rue Haute rue du Jeu", "haute", "jeu");
        check("angle Haute Jeu de Boules", "haute", "jeu boules");
    }

    #[test]
    fn words_left_out_before_a_kind_of_way_cost_nothing() {
        let typed = joined_words("tente bleue av Haute angle Basse un chien");
        let found = meetings("", &typed);
        let left_out = |number: &usize| found.spans[*number].left_out;
        let first = &found.likely[0];
        assert_eq!(
            first.ones.iter().map(left_out).collect::<Vec<_>>(),
            [0, 1, 0]
        );
        assert_eq!(
            first.others.iter().map(left_out).collect::<Vec<_>>(),
            [1, 0]
        );
    }

    #[test]
    fn what_joins_nothing_is_no_meeting() {
        for query in [
            "",
            "angle",
            "rue Haute devant le parc",
            "et",
            "angle et",
            "/",
        ] {
            assert!(pairs(query).is_empty(), "{query}");
        }
        let long = "angle a ".repeat(40);
        let found = meetings(&long, &joined_words(&long));
        assert!(found.spans.len() < 200);
    }
}
