//! Counts of the whole territory for people who work on figures and may not see small cells: the
//! console's indicators as an analyst reads them.
//!
//! The rules are those of releases, on one row. It must never tell a part of the territory, nor more
//! than one breakdown at a time. `server/src/publication` calls it.

use super::attributes::{primary, withhold_few};
use super::placed::{Holding, Placed, place_all};
use super::published::Figure;
use super::settings::Settings;
use crate::area::AreaTree;
use crate::breakdown::Breakdown;
use crate::indicator::{CountedPlace, Unit};

/// A night's people, ready for the rules.
pub struct Inner<'a> {
    placed: Vec<Placed>,
    settings: &'a Settings,
}

impl<'a> Inner<'a> {
    /// Of these places.
    pub fn of(tree: &AreaTree, places: &[CountedPlace], settings: &'a Settings) -> Self {
        Self {
            placed: place_all(tree, places, settings),
            settings,
        }
    }

    fn of_unit(&self, unit: Unit) -> impl Iterator<Item = &Placed> {
        self.placed.iter().filter(move |place| place.unit == unit)
    }

    /// People of a unit: in the street from the least number on, elsewhere as the perimeter of a
    /// release tells them.
    pub fn unit(&self, unit: Unit) -> Figure {
        let mut held = Holding::default();
        self.of_unit(unit).for_each(|place| held.add(place));
        let stands = match unit {
            Unit::Street => held.people >= self.settings.street_minimum_people,
            Unit::Squat | Unit::Bidonville | Unit::Partner => held.passes_as_sites(self.settings),
        };
        if stands {
            Figure::Exact(held.people)
        } else {
            Figure::Withheld
        }
    }

    /// People in the street by category: those that pass, while those withheld pass together. The
    /// wider typologies are sums of the finest one's shown figures: a sum that is not one would give
    /// a withheld figure back.
    ///
    /// # Shape
    /// One figure per category, in order.
    pub fn row(&self, breakdown: Breakdown) -> Vec<Figure> {
        if breakdown.is_wider() {
            return wider(breakdown, &self.row(Breakdown::Igh));
        }
        let mut held = vec![Holding::default(); breakdown.categories().len()];
        for place in self.of_unit(Unit::Street) {
            held[breakdown.category_of(&place.profile)].add(place);
        }
        let mut cells = primary(&held, self.settings);
        let total = self.unit(Unit::Street);
        if total == Figure::Withheld {
            cells.fill(Figure::Withheld);
        }
        withhold_few(&held, &mut cells, total, self.settings);
        cells
    }
}

fn wider(breakdown: Breakdown, finest: &[Figure]) -> Vec<Figure> {
    let categories = 0..breakdown.categories().len();
    let sum = |of| {
        let parts = finest.iter().enumerate();
        parts
            .filter(|(igh, _)| breakdown.wider(*igh) == of)
            .try_fold(0, |sum, (_, figure)| match figure {
                Figure::Exact(people) => Some(sum + people),
                Figure::Rounded { .. } | Figure::Withheld => None,
            })
            .map_or(Figure::Withheld, Figure::Exact)
    };
    categories.map(sum).collect()
}

/// Counts that belong to no place, such as contacts: as [`Inner::row`], by number alone.
pub fn withhold_small(counts: &[u32], settings: &Settings) -> Vec<Option<u32>> {
    let least = settings.leaf_minimum_people;
    let mut shown: Vec<bool> = counts.iter().map(|count| *count >= least).collect();
    loop {
        let hidden = || counts.iter().zip(&shown).filter(|(_, shown)| !**shown);
        let (number, sum) = hidden().fold((0, 0), |(n, sum), (count, _)| (n + 1, sum + count));
        if number == 0 || (number > 1 && sum >= least) {
            break;
        }
        let smallest = (0..counts.len())
            .filter(|n| shown[*n])
            .min_by_key(|n| (counts[*n], *n));
        match smallest {
            Some(n) => shown[n] = false,
            None => break,
        }
    }
    let told = counts.iter().zip(shown);
    told.map(|(count, shown)| shown.then_some(*count)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_withheld_can_never_be_subtracted() {
        let check = |counts: &[u32], expected: &[Option<u32>]| {
            let told = withhold_small(counts, &Settings::default());
            assert_eq!(told, expected, "{counts:?}");
        };
        check(&[40, 12, 30], &[Some(40), Some(12), Some(30)]);
        // One alone would be the total less the others: the smallest of them goes with it.
        check(&[40, 3, 30], &[Some(40), None, None]);
        // Three and four are seven, under eleven.
        check(&[40, 3, 4, 30], &[Some(40), None, None, None]);
        check(&[40, 6, 5, 30], &[Some(40), None, None, Some(30)]);
        check(&[2, 1], &[None, None]);
        check(&[0, 50], &[None, None]);
        check(&[], &[]);
    }

    #[test]
    fn a_wider_typology_tells_no_more_than_its_parts() {
        let told = |unknown| {
            let exact = Figure::Exact;
            let finest = [exact(20), exact(15), exact(11), exact(12), unknown];
            wider(Breakdown::EthosLight, &finest)
        };
        assert_eq!(
            told(Figure::Exact(30)),
            [Figure::Exact(58), Figure::Exact(30)]
        );
        assert_eq!(
            told(Figure::Withheld),
            [Figure::Exact(58), Figure::Withheld]
        );
        let finest = [Figure::Withheld, Figure::Exact(15), Figure::Withheld];
        let mut five = vec![Figure::Exact(11); 5];
        five[..3].copy_from_slice(&finest);
        // The sum less what is shown would give the withheld parts.
        assert_eq!(wider(Breakdown::Insee, &five)[0], Figure::Withheld);
    }
}
