//! What several comparisons tell together: each says how many people one campaign counted on some
//! sectors, to the nearest ten; two that differ by a sector say something of that sector.
//!
//! It must never need anything but what was told. `publication` asks it before it tells one comparison
//! more, and random series of campaigns are attacked with it.

use super::linear::{Interval, System};
use super::{Finding, Rule};
use crate::disclosure::settings::Settings;
use std::collections::{BTreeMap, BTreeSet};

/// How many people in the street one campaign counted on some sectors, as it was told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ToldGround {
    /// Codes of the sectors.
    pub sectors: BTreeSet<String>,
    /// People there, at least and at most.
    pub people: [u32; 2],
}

impl ToldGround {
    /// A number of people told to the nearest multiple of `step`, halves upwards.
    pub fn rounded(sectors: BTreeSet<String>, people: u32, step: u32) -> Self {
        let told = (people + step / 2) / step * step;
        let low = told.saturating_sub(step / 2);
        let high = told + step.div_ceil(2) - 1;
        Self {
            sectors,
            people: [low, high],
        }
    }
}

/// Sectors that are told together or not at all are one unknown; those outside all of them too.
struct Unknowns<'a> {
    told: &'a [ToldGround],
    /// Which lines hold each unknown.
    held_by: Vec<BTreeSet<usize>>,
    system: System,
}

impl<'a> Unknowns<'a> {
    /// `whole` is how many people the campaign counted anywhere, which its releases tell. Who knows the rules
    /// knows that a line is of no small number, and that what it leaves of the whole is none either, or nobody.
    fn of(told: &'a [ToldGround], whole: Option<u32>, settings: &Settings) -> Self {
        let mut lines: BTreeMap<&str, BTreeSet<usize>> = BTreeMap::new();
        for (line, ground) in told.iter().enumerate() {
            for sector in &ground.sectors {
                lines.entry(sector).or_default().insert(line);
            }
        }
        let mut apart: BTreeSet<BTreeSet<usize>> = lines.into_values().collect();
        // Elsewhere.
        apart.insert(BTreeSet::new());
        let held_by: Vec<BTreeSet<usize>> = apart.into_iter().collect();
        let mut system = System::default();
        for _ in &held_by {
            system.variable(0.0, f64::INFINITY);
        }
        let mut unknowns = Self {
            told,
            held_by,
            system,
        };
        for (line, ground) in told.iter().enumerate() {
            let [low, high] = ground.people;
            let low = low.max(settings.leaf_minimum_people.min(high));
            let parts = unknowns.those(|held| held.contains(&line));
            unknowns.told_of(&parts, f64::from(low), f64::from(high));
        }
        if let Some(whole) = whole.map(f64::from) {
            let all = unknowns.those(|_| true);
            unknowns.told_of(&all, whole, whole);
            unknowns.know_what_is_left(f64::from(settings.leaf_minimum_people));
        }
        unknowns
    }

    fn know_what_is_left(&mut self, least: f64) {
        for line in 0..self.told.len() {
            // Lines of zones leave more than their own rules speak of.
            let of = &self.told[line].sectors;
            if self
                .told
                .iter()
                .any(|other| other.sectors.is_superset(of) && other.sectors != *of)
            {
                continue;
            }
            let left = self.those(|held| !held.contains(&line));
            let Some((low, high)) = self.system.range(&left).map(Interval::whole) else {
                continue;
            };
            if high < least {
                self.told_of(&left, 0.0, 0.0);
            } else if low > 0.0 {
                self.told_of(&left, least, f64::INFINITY);
            }
        }
    }

    fn those(&self, which: impl Fn(&BTreeSet<usize>) -> bool) -> Vec<usize> {
        let numbers = 0..self.held_by.len();
        numbers
            .filter(|number| which(&self.held_by[*number]))
            .collect()
    }

    fn told_of(&mut self, parts: &[usize], low: f64, high: f64) {
        let sum = self.system.variable(low, high);
        let mut terms: Vec<(usize, f64)> = parts.iter().map(|part| (*part, 1.0)).collect();
        terms.push((sum, -1.0));
        self.system.sum_is_zero(terms);
    }

    /// Each unknown, what each line holds beside each other one, and what each leaves of the whole.
    fn targets(&self) -> BTreeSet<Vec<usize>> {
        let lines = 0..self.told.len();
        let mut targets: BTreeSet<Vec<usize>> =
            (0..self.held_by.len()).map(|one| vec![one]).collect();
        for one in lines.clone() {
            targets.insert(self.those(|held| !held.contains(&one)));
            for other in lines.clone().filter(|other| *other != one) {
                targets.insert(self.those(|held| held.contains(&one) && !held.contains(&other)));
                targets.insert(self.those(|held| held.contains(&one) && held.contains(&other)));
            }
        }
        // A line is told: nothing is computed of it.
        for line in lines {
            targets.remove(&self.those(|held| held.contains(&line)));
        }
        // So is the whole.
        targets.remove(&self.those(|_| true));
        targets.remove(&Vec::new());
        targets
    }
}

/// Groups below the threshold that can be computed from all that was told of one campaign. Nobody on
/// ground that was walked is no secret.
pub fn attack_comparisons(
    told: &[ToldGround],
    whole: Option<u32>,
    settings: &Settings,
) -> Vec<Finding> {
    let unknowns = Unknowns::of(told, whole, settings);
    let minimum = f64::from(settings.street_minimum_people);
    let mut findings = Vec::new();
    for target in unknowns.targets() {
        let Some(found) = unknowns.system.range(&target) else {
            let reason = "the comparisons contradict each other".to_owned();
            return vec![Finding::new(Rule::Attack, "comparison", reason)];
        };
        let (low, high) = found.whole();
        let few = found.values() < f64::from(settings.attack_minimum_values);
        if few && low < minimum && high > 0.0 {
            let lines: Vec<String> = target
                .iter()
                .map(|one| format!("{:?}", unknowns.held_by[*one]))
                .collect();
            let reason = format!(
                "what lines {} hold can be computed: {low} to {high}",
                lines.join(" ")
            );
            findings.push(Finding::new(Rule::Attack, "comparison", reason));
        }
    }
    findings
}

/// Whether more lines of a campaign may be told beside those that were.
pub fn may_be_told(
    more: &[ToldGround],
    told: &[ToldGround],
    whole: Option<u32>,
    settings: &Settings,
) -> bool {
    let all: Vec<ToldGround> = told.iter().chain(more).cloned().collect();
    attack_comparisons(&all, whole, settings).is_empty()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ground(sectors: &str, people: [u32; 2]) -> ToldGround {
        ToldGround {
            sectors: sectors.chars().map(String::from).collect(),
            people,
        }
    }

    #[test]
    fn a_number_to_the_nearest_ten_may_be_ten_numbers() {
        let told = |people| ToldGround::rounded(BTreeSet::new(), people, 10).people;
        assert_eq!(told(24), [15, 24]);
        assert_eq!(told(25), [25, 34]);
        // Nobody is fewer than nobody.
        assert_eq!(told(4), [0, 4]);
        assert_eq!(ToldGround::rounded(BTreeSet::new(), 7, 1).people, [7, 7]);
    }

    #[test]
    fn two_exact_comparisons_that_differ_by_a_sector_tell_it_and_rounded_ones_do_not() {
        let settings = Settings::default();
        let exact = [ground("ABC", [22, 22]), ground("AB", [20, 20])];
        assert!(!attack_comparisons(&exact, None, &settings).is_empty());
        let told = |sectors: &str, people| {
            ToldGround::rounded(ground(sectors, [0, 0]).sectors, people, 10)
        };
        let rounded = [told("ABC", 22), told("AB", 20)];
        assert_eq!(attack_comparisons(&rounded, None, &settings), []);
    }

    #[test]
    fn what_a_rounded_comparison_leaves_of_an_exact_whole_may_be_few() {
        let settings = Settings::default();
        let two = |one| [ground("AB", one), ground("ABC", [35, 44])];
        // 38 in all: at least 35 of them in A, B and C, so nobody is elsewhere, for three would be few; C
        // holds four to thirteen.
        assert_eq!(attack_comparisons(&two([25, 34]), Some(38), &settings), []);
        // Control: a line that says more of A and B.
        assert!(!attack_comparisons(&two([35, 36]), Some(38), &settings).is_empty());
        // Nobody is no secret.
        let one = [ground("AB", [25, 34])];
        for whole in [25, 26, 60] {
            assert_eq!(attack_comparisons(&one, Some(whole), &settings), []);
        }
    }
}
