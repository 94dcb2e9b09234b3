//! What somebody who knows every rule can still think of withheld figures: sets of whole numbers,
//! and sums of parts.
//!
//! It must never leave out a number that the rules allow. The figures of large areas are decided
//! with it, from what is published alone, so that a decision tells nothing more.

/// A set of whole numbers, as sorted ranges that do not touch.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Numbers(Vec<(u32, u32)>);

impl Numbers {
    /// From 0 up to a number.
    pub fn up_to(most: u32) -> Self {
        Self(vec![(0, most)])
    }

    /// From one number to another; none when the second is smaller.
    pub fn between(low: u32, high: u32) -> Self {
        Self::of(if low <= high {
            vec![(low, high)]
        } else {
            Vec::new()
        })
    }

    fn of(mut ranges: Vec<(u32, u32)>) -> Self {
        ranges.sort_unstable();
        let mut joined: Vec<(u32, u32)> = Vec::with_capacity(ranges.len());
        for (low, high) in ranges {
            match joined.last_mut() {
                Some(last) if low <= last.1.saturating_add(1) => last.1 = last.1.max(high),
                _ => joined.push((low, high)),
            }
        }
        Self(joined)
    }

    /// With one more number.
    pub fn with(mut self, number: u32) -> Self {
        match self.0.last_mut() {
            Some(last) if last.1 + 1 == number => {
                last.1 = number;
                self
            }
            _ => {
                self.0.push((number, number));
                Self::of(self.0)
            }
        }
    }

    pub fn count(&self) -> u32 {
        self.0.iter().map(|(low, high)| high - low + 1).sum()
    }

    pub fn smallest(&self) -> Option<u32> {
        self.0.first().map(|range| range.0)
    }

    pub fn largest(&self) -> Option<u32> {
        self.0.last().map(|range| range.1)
    }

    pub fn contains(&self, number: u32) -> bool {
        let holds = |range: &(u32, u32)| range.0 <= number && number <= range.1;
        self.0.iter().any(holds)
    }

    pub fn iter(&self) -> impl Iterator<Item = u32> + '_ {
        self.0.iter().flat_map(|(low, high)| *low..=*high)
    }

    /// Numbers of both.
    pub fn and(&self, other: &Self) -> Self {
        let pairs = self
            .0
            .iter()
            .flat_map(|one| other.0.iter().map(move |two| (one, two)));
        Self::of(
            pairs
                .map(|(one, two)| (one.0.max(two.0), one.1.min(two.1)))
                .filter(|(low, high)| low <= high)
                .collect(),
        )
    }

    /// Numbers of this one that the other does not hold.
    pub fn without(&self, other: &Self) -> Self {
        let mut left = self.0.clone();
        for &(low, high) in &other.0 {
            left = left
                .into_iter()
                .flat_map(|(from, to)| {
                    let below = (low > from).then(|| (from, to.min(low - 1)));
                    let above = (high < to).then(|| (from.max(high + 1), to));
                    below.into_iter().chain(above)
                })
                .collect();
        }
        Self::of(left)
    }

    /// Every sum of a number of each.
    pub fn plus(&self, other: &Self) -> Self {
        let pairs = self
            .0
            .iter()
            .flat_map(|one| other.0.iter().map(move |two| (one, two)));
        Self::of(
            pairs
                .map(|(one, two)| (one.0.saturating_add(two.0), one.1.saturating_add(two.1)))
                .collect(),
        )
    }

    /// Every difference, from 0, of a number of this one and a number of the other.
    fn less(&self, other: &Self) -> Self {
        let pairs = self
            .0
            .iter()
            .flat_map(|one| other.0.iter().map(move |two| (one, two)));
        Self::of(
            pairs
                .filter(|(one, two)| one.1 >= two.0)
                .map(|(one, two)| (one.0.saturating_sub(two.1), one.1 - two.0))
                .collect(),
        )
    }
}

impl FromIterator<u32> for Numbers {
    fn from_iter<T: IntoIterator<Item = u32>>(numbers: T) -> Self {
        numbers.into_iter().fold(Self::default(), Self::with)
    }
}

/// People behind withheld figures.
#[derive(Debug, Clone)]
pub enum Hidden {
    /// One withheld area without parts.
    Cell(Numbers),
    /// Several that are told of together.
    Whole {
        /// Each with the sums that the others can have.
        parts: Vec<(Hidden, Numbers)>,
        /// What they can be together.
        sums: Numbers,
        /// It is a withheld area itself, which must be left the possibility of nobody.
        grey: bool,
    },
}

impl Hidden {
    /// Parts of which nothing is told but themselves.
    pub fn whole(parts: Vec<Self>) -> Self {
        let nothing = Numbers::up_to(0);
        let mut before = vec![nothing.clone()];
        for part in &parts {
            let sum = before[before.len() - 1].plus(part.numbers());
            before.push(sum);
        }
        let sums = before[parts.len()].clone();
        let mut after = nothing;
        let mut with_others = Vec::with_capacity(parts.len());
        for (index, part) in parts.into_iter().enumerate().rev() {
            let others = before[index].plus(&after);
            after = after.plus(part.numbers());
            with_others.push((part, others));
        }
        with_others.reverse();
        Self::Whole {
            parts: with_others,
            sums,
            grey: false,
        }
    }

    /// The same, being an area of its own that is withheld.
    pub fn withheld(self) -> Self {
        match self {
            Self::Cell(_) => self,
            Self::Whole { parts, sums, .. } => Self::Whole {
                parts,
                sums,
                grey: true,
            },
        }
    }

    /// The same, of which some numbers are excluded.
    pub fn but(self, excluded: &Numbers) -> Self {
        match self {
            Self::Cell(numbers) => Self::Cell(numbers.without(excluded)),
            Self::Whole { parts, sums, grey } => Self::Whole {
                parts,
                sums: sums.without(excluded),
                grey,
            },
        }
    }

    /// What all of it can be.
    pub fn numbers(&self) -> &Numbers {
        match self {
            Self::Cell(numbers) | Self::Whole { sums: numbers, .. } => numbers,
        }
    }

    /// The fewest numbers that remain possible for any area inside, or for the sum of any whole
    /// that may be under `few`, when all of it is one of `told`; none when it can be none of them.
    /// That somebody is in one of several areas may be known: a sum that is not zero counts one
    /// more.
    pub fn fewest(&self, told: &Numbers, few: u32) -> Option<u32> {
        let here = self.numbers().and(told);
        let smallest = here.smallest()?;
        match self {
            Self::Cell(_) => Some(here.count()),
            Self::Whole { parts, .. } if parts.is_empty() => Some(u32::MAX),
            Self::Whole { grey: true, .. } if smallest > 0 => Some(0),
            Self::Whole { parts, .. } => {
                let inside = parts
                    .iter()
                    .filter_map(|(part, others)| part.fewest(&here.less(others), few));
                let own = (smallest < few).then(|| here.count() + u32::from(smallest == 1));
                inside.chain(own).min().or(Some(u32::MAX))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sets_add_up_and_leave_out() {
        let check = |one: Numbers, other: &[u32]| {
            assert_eq!(one.iter().collect::<Vec<_>>(), other);
        };
        let gap = Numbers::up_to(9).without(&Numbers::between(3, 7));
        check(gap.clone(), &[0, 1, 2, 8, 9]);
        check(gap.and(&Numbers::between(2, 8)), &[2, 8]);
        check(gap.plus(&Numbers::between(4, 4)), &[4, 5, 6, 12, 13]);
        check(Numbers::between(6, 7).less(&gap), &[4, 5, 6, 7]);
        check(Numbers::between(4, 3), &[]);
        assert_eq!(gap.count(), 5);
    }

    #[test]
    fn a_sum_told_exactly_may_pin_its_parts() {
        let two = Hidden::whole(vec![
            Hidden::Cell(Numbers::up_to(4)),
            Hidden::Cell(Numbers::up_to(4)),
        ]);
        let left = |low, high| two.fewest(&Numbers::between(low, high), 5);
        assert_eq!(left(8, 8), Some(1));
        assert_eq!(left(4, 4), Some(1), "their sum is few");
        assert_eq!(left(5, 8), Some(4));
        assert_eq!(left(0, 9), Some(5));
        assert_eq!(left(9, 12), None);
    }
}
