//! Plain head-counts of people in the street on the large areas: which figures stand, which are
//! rounded, which are withheld.
//!
//! It must never decide from anything but what is published otherwise: a decision that looked at a
//! hidden number would tell of it. Consolidated releases call it.

use super::possible::{Hidden, Numbers};
use super::published::Figure;
use super::settings::Settings;
use crate::area::AreaTree;

/// Multiples of `complement_rounding` that totals are rounded to, finest first.
const STEPS: [u32; 14] = [
    1, 2, 3, 4, 6, 8, 10, 20, 40, 100, 200, 1_000, 10_000, 100_000,
];

/// Figures of all areas.
///
/// An area without parts is shown from `street_minimum_people`. Zeros are shown where fully walked,
/// all those of one whole together: from `zero_minimum_areas` of them, and only when no other
/// walked part of it is withheld. So a withheld area, walked or not, is 0 to
/// `street_minimum_people` - 1.
///
/// A wider total is exact when that leaves `attack_minimum_values` numbers possible for every
/// withheld area inside, and for every sum of withheld areas that may be under the minimum. Else
/// it is rounded: what anyone can add up is rounded up to a multiple, and the people behind
/// withheld figures are told by whole multiples only. The multiple is the smallest one that leaves
/// as many numbers. A total of which nothing can be added up is withheld instead. With more people
/// than withheld areas can hold it is exact, for some are in no part; but not while whoever only
/// adds up figures still finds room for all of them (decision 0132).
///
/// What leaves how many numbers is computed from published figures, for every number that could be:
/// so which figure is exact, rounded or withheld tells nothing that was not taken into account.
pub fn figures(
    tree: &AreaTree,
    counts: &[u32],
    walked: &[bool],
    settings: &Settings,
) -> Vec<Figure> {
    let climb = Climb {
        tree,
        counts,
        walked,
        settings,
    };
    let mut settled: Vec<Option<Settled>> = counts.iter().map(|_| None).collect();
    for index in (0..counts.len()).rev() {
        settled[index] = Some(if tree.areas()[index].children.is_empty() {
            climb.cell(index)
        } else {
            climb.whole(index, &settled)
        });
    }
    let settled: Vec<Settled> = settled.into_iter().flatten().collect();
    let mut figures: Vec<Figure> = settled.iter().map(|one| one.figure).collect();
    if settled[AreaTree::ROOT].empty {
        figures[AreaTree::ROOT] = Figure::Exact(0);
    }
    for index in 0..figures.len() {
        let above = figures[index];
        for &child in &tree.areas()[index].children {
            match above {
                Figure::Withheld | Figure::Exact(0) => figures[child] = above,
                _ if settled[index].tells_zeros && settled[child].empty => {
                    figures[child] = Figure::Exact(0);
                }
                _ => {}
            }
        }
    }
    figures
}

/// An area while the rule climbs the tree.
struct Settled {
    /// Zeros are decided by the whole above.
    figure: Figure,
    /// People that anyone can add up from exact figures inside.
    known: u32,
    /// What the others can be, with the figure as it is; none when the total is exact.
    open: Option<Hidden>,
    /// What all of it can be if its figure is withheld.
    withheld: Hidden,
    /// Most hidden people that whoever adds up figures, and knows no rule, can put in it.
    room: u32,
    /// Walked with all its parts, and nobody there.
    empty: bool,
    /// The zeros of its parts are shown if its own figure is.
    tells_zeros: bool,
}

/// How a wider total is told.
struct Telling {
    /// Numbers of hidden people with which it is exact.
    exact: Numbers,
    /// From which number of hidden people on it is otherwise rounded to what, and told how far.
    steps: Vec<Step>,
}

struct Step {
    from: u32,
    to: u32,
    /// All numbers from `from` on are told alike.
    alike: bool,
}

impl Telling {
    /// Never exact, and rounded finely.
    fn fine(to: u32) -> Self {
        Self {
            exact: Numbers::default(),
            steps: vec![Step {
                from: 0,
                to,
                alike: false,
            }],
        }
    }

    /// What a number is rounded to, and the numbers that are told alike.
    fn alike(&self, hidden: u32, most: u32) -> (u32, Numbers) {
        let step = self.steps.iter().rev().find(|step| step.from <= hidden);
        let Some(Step { from, to, alike }) = step else {
            return (1, Numbers::between(hidden, hidden));
        };
        if *alike {
            return (*to, Numbers::between(*from, most));
        }
        let low = hidden / to * to;
        (*to, Numbers::between(low, low + to - 1))
    }
}

/// The parts of an area, as they settled.
struct Parts<'a> {
    all: Vec<&'a Settled>,
    /// Walked, and withheld unless a zero is shown.
    walked_few: Vec<&'a Settled>,
    /// The others of which something is hidden.
    others: Vec<Hidden>,
    /// Enough of `walked_few` to show zeros, if they all are.
    enough_zeros: bool,
    tells_zeros: bool,
}

impl<'a> Parts<'a> {
    fn of(climb: &Climb<'_>, index: usize, settled: &'a [Option<Settled>]) -> Self {
        let (mut all, mut walked_few, mut others) = (Vec::new(), Vec::new(), Vec::new());
        for &child in &climb.tree.areas()[index].children {
            let Some(part) = &settled[child] else {
                continue;
            };
            all.push(part);
            if climb.walked[child] && part.figure == Figure::Withheld {
                walked_few.push(part);
            } else {
                others.extend(part.open.clone());
            }
        }
        let enough_zeros = walked_few.len() >= climb.settings.zero_minimum_areas.max(1) as usize;
        Self {
            tells_zeros: enough_zeros && walked_few.iter().all(|part| part.empty),
            all,
            walked_few,
            others,
            enough_zeros,
        }
    }

    /// What is hidden when the zeros of walked parts are shown.
    fn zeros_told(&self) -> Hidden {
        Hidden::whole(self.others.clone())
    }

    /// What is hidden when they are not: then not all of them are zeros.
    fn zeros_kept(&self) -> Hidden {
        let few = self.walked_few.iter().map(|part| part.withheld.clone());
        let mut together = Hidden::whole(few.collect());
        if self.enough_zeros {
            together = together.but(&Numbers::up_to(0));
        }
        let mut parts = self.others.clone();
        parts.push(together);
        Hidden::whole(parts)
    }

    /// Most hidden people that figures alone leave possible; without bound where no part is
    /// withheld: whoever trusts that everybody was placed has no reason to, then.
    fn room(&self) -> Option<u32> {
        let told_zero = |part: &&&Settled| self.tells_zeros && part.empty;
        let left = self.all.iter().filter(|part| !told_zero(part));
        if left.clone().all(|part| part.figure != Figure::Withheld) {
            return None;
        }
        Some(left.map(|part| part.room).sum())
    }

    /// What is hidden when the area itself is withheld, where nothing inside is shown.
    fn withheld(&self) -> Hidden {
        Hidden::whole(self.all.iter().map(|part| part.withheld.clone()).collect())
    }
}

struct Climb<'a> {
    tree: &'a AreaTree,
    counts: &'a [u32],
    walked: &'a [bool],
    settings: &'a Settings,
}

impl Climb<'_> {
    fn few(&self) -> u32 {
        self.settings.street_minimum_people.max(1)
    }

    /// Whether enough numbers remain possible when the hidden people are one of `told`.
    fn enough(&self, hidden: &Hidden, told: &Numbers) -> bool {
        let wanted = self.settings.attack_minimum_values.min(self.few());
        hidden
            .fewest(told, self.few())
            .is_none_or(|left| left >= wanted)
    }

    fn cell(&self, index: usize) -> Settled {
        let people = self.counts[index];
        let shown = people >= self.few();
        let hidden = Hidden::Cell(Numbers::up_to(self.few() - 1));
        Settled {
            figure: if shown {
                Figure::Exact(people)
            } else {
                Figure::Withheld
            },
            known: if shown { people } else { 0 },
            open: (!shown).then(|| hidden.clone()),
            withheld: hidden,
            room: if shown { 0 } else { self.few() - 1 },
            empty: people == 0 && self.walked[index],
            tells_zeros: false,
        }
    }

    fn whole(&self, index: usize, settled: &[Option<Settled>]) -> Settled {
        let parts = Parts::of(self, index, settled);
        let known: u32 = parts.all.iter().map(|part| part.known).sum();
        let (total, few) = (self.counts[index], self.few());
        let hidden = total.saturating_sub(known);
        let open = if parts.tells_zeros || parts.walked_few.is_empty() {
            parts.zeros_told()
        } else {
            parts.zeros_kept()
        };
        let most = open.numbers().largest().unwrap_or(0);
        let (telling, withheld) = if known == 0 {
            self.all_hidden(&parts)
        } else {
            (self.telling(&open), parts.withheld())
        };
        // Where nothing is known, the rule alone decides.
        let room = parts.room();
        let reach = room.filter(|_| known > 0).unwrap_or(most).max(most);
        let exact = if most == 0 {
            hidden == 0 || hidden >= few
        } else {
            // More than there is room for: people in no part, whom nobody can tell apart.
            telling.exact.contains(hidden) || hidden > reach
        };
        let (figure, open) = if total >= few && exact {
            (Figure::Exact(total), None)
        } else if total < few || known == 0 {
            (Figure::Withheld, Some(withheld.clone()))
        } else {
            let (step, told) = if hidden > most {
                // In parts or in none: what figures leave possible must not be its edge alone.
                let step = self.beside_the_edge(known, hidden, reach);
                (step, Numbers::up_to(most))
            } else {
                telling.alike(hidden, most)
            };
            let others = open.numbers().without(&told);
            let left = open.but(&others).but(&telling.exact);
            (rounded(known, hidden, step), Some(left))
        };
        let room = match figure.bounds() {
            None => room.unwrap_or(most),
            Some(_) if open.is_none() => 0,
            Some([_, high]) => {
                let told = high.saturating_sub(known);
                room.map_or(told, |room| room.min(told))
            }
        };
        Settled {
            figure,
            known: if open.is_none() { total } else { known },
            open,
            withheld,
            room,
            empty: self.walked[index] && total == 0 && parts.all.iter().all(|part| part.empty),
            tells_zeros: parts.tells_zeros,
        }
    }

    /// The finest multiple whose figure begins low enough that parts with so much room for hidden
    /// people, all of them told by the figure, keep as many numbers each as they must.
    fn beside_the_edge(&self, known: u32, hidden: u32, room: u32) -> u32 {
        let unit = self.settings.complement_rounding.max(1);
        let steps = STEPS.iter().map(|times| unit.saturating_mul(*times));
        let wanted = self.settings.attack_minimum_values.min(self.few());
        let wide_enough = |to: &u32| {
            let low = rounded(known, hidden, *to)
                .bounds()
                .map_or(0, |[low, _]| low);
            low + wanted <= known + room + 1
        };
        steps
            .clone()
            .find(wide_enough)
            .unwrap_or(unit * STEPS[STEPS.len() - 1])
    }

    /// Nothing inside can be added up: exact, or withheld. What all of it is when withheld, too.
    fn all_hidden(&self, parts: &Parts<'_>) -> (Telling, Hidden) {
        let (all, zeros_kept) = (parts.withheld(), parts.zeros_kept());
        // Whichever of the two stands: the total is exact for the same numbers.
        let zeros_told = parts.enough_zeros.then(|| parts.zeros_told());
        let exact = |number: &u32| {
            let told = Numbers::between(*number, *number);
            *number >= self.few()
                && self.enough(&zeros_kept, &told)
                && zeros_told
                    .as_ref()
                    .is_none_or(|hidden| self.enough(hidden, &told))
        };
        let exact: Numbers = all.numbers().iter().filter(exact).collect();
        let rest = all.numbers().without(&exact);
        let exact = if self.enough(&all, &rest) {
            exact
        } else {
            Numbers::default()
        };
        let withheld = all.but(&exact).withheld();
        let fine = Telling::fine(self.settings.complement_rounding.max(1));
        (Telling { exact, ..fine }, withheld)
    }

    /// How a total is told of which something can be added up.
    fn telling(&self, hidden: &Hidden) -> Telling {
        let most = hidden.numbers().largest().unwrap_or(0);
        let unit = self.settings.complement_rounding.max(1);
        if most == 0 {
            return Telling::fine(unit);
        }
        let exact = |number: &u32| {
            *number >= self.few() && self.enough(hidden, &Numbers::between(*number, *number))
        };
        let exact: Numbers = hidden.numbers().iter().filter(exact).collect();
        let steps = STEPS.iter().map(|times| unit.saturating_mul(*times));
        for to in steps.clone() {
            if let Some(exact) = self.exact_beside(hidden, &exact, to, most / to + 1) {
                return Telling {
                    exact,
                    ..Telling::fine(to)
                };
            }
            // The largest numbers are told alike where a multiple alone would tell too much of
            // them.
            let alike =
                |multiple: &u32| self.enough(hidden, &Numbers::between(multiple * to, most));
            let Some(top) = (0..=most / to).rev().find(alike) else {
                continue;
            };
            let wide = steps.clone().find(|wide| top * to / wide == most / wide);
            let below = self.exact_beside(hidden, &exact, to, top);
            if let (Some(wide), Some(exact)) = (wide, below) {
                let mut steps = Telling::fine(to).steps;
                steps.push(Step {
                    from: top * to,
                    to: wide,
                    alike: true,
                });
                let exact = exact.without(&Numbers::between(top * to, most));
                return Telling { exact, steps };
            }
        }
        Telling::fine(most + 1)
    }

    /// Which numbers are told exactly beside the first multiples of `step`; none when some
    /// multiple alone tells too much.
    fn exact_beside(
        &self,
        hidden: &Hidden,
        fine: &Numbers,
        step: u32,
        multiples: u32,
    ) -> Option<Numbers> {
        let mut exact = fine.clone();
        for multiple in 0..multiples {
            let low = multiple * step;
            let all = Numbers::between(low, low + step - 1);
            if self.enough(hidden, &all.without(fine)) {
                continue;
            }
            if !self.enough(hidden, &all) {
                return None;
            }
            exact = exact.without(&all);
        }
        Some(exact)
    }
}

/// A total of which `known` people can be added up and `hidden` cannot: both by whole multiples.
pub fn rounded(known: u32, hidden: u32, to: u32) -> Figure {
    let to = to.max(1);
    Figure::Rounded {
        people: known.div_ceil(to) * to + hidden / to * to,
        to,
    }
}
