//! Series of campaigns on the same sectors, each compared with each other one: what all comparisons tell
//! together, with the figure of the whole.

use super::cities;
use crate::disclosure::tests::city::Dice;
use crate::disclosure::{
    Settings, Spread, ToldGround, attack_comparisons, is_ground_told, may_be_told, told_parts,
};
use std::collections::BTreeSet;

/// Series that are drawn, at most: each is attacked once more with every comparison.
const MOST_SERIES: u64 = 300;

/// Figures of comparisons are told to the nearest.
const STEP: u32 = 10;

struct Campaign {
    /// People by sector.
    people: Vec<u32>,
    walked: Vec<bool>,
}

struct Series {
    campaigns: Vec<Campaign>,
    sectors: usize,
    zones: usize,
}

impl Series {
    fn drawn(seed: u64) -> Self {
        let mut dice = Dice::new(seed.wrapping_mul(104_729) + 3);
        let (sectors, zones) = (8 + dice.below(24) as usize, 1 + dice.below(4) as usize);
        let campaigns = (0..3 + dice.below(4)).map(|_| Campaign {
            people: (0..sectors)
                .map(|_| {
                    if dice.below(5) < 3 {
                        0
                    } else {
                        dice.below(9) as u32
                    }
                })
                .collect(),
            walked: (0..sectors).map(|_| dice.below(10) > 0).collect(),
        });
        Self {
            campaigns: campaigns.collect(),
            sectors,
            zones,
        }
    }

    fn whole(&self, of: usize) -> u32 {
        self.campaigns[of].people.iter().sum()
    }

    /// People of some sectors, a spot for every two of them.
    fn spread(&self, of: usize, sectors: impl Iterator<Item = usize>) -> Spread {
        let each = sectors.map(|sector| self.campaigns[of].people[sector]);
        each.fold(Spread::default(), |all, people| {
            all.and(Spread {
                people,
                spots: people.div_ceil(2),
                largest: people.min(2),
            })
        })
    }

    /// What a comparison tells of its two campaigns: the common ground, and its zones.
    fn compared(
        &self,
        pair: [usize; 2],
        step: u32,
        settings: &Settings,
    ) -> Option<[Vec<ToldGround>; 2]> {
        let all = || 0..self.sectors;
        let common: Vec<usize> = all()
            .filter(|sector| pair.iter().all(|of| self.campaigns[*of].walked[*sector]))
            .collect();
        let here = pair.map(|of| self.spread(of, common.iter().copied()));
        let outside = || all().filter(|sector| !common.contains(sector));
        let elsewhere = pair.map(|of| self.spread(of, outside()));
        if !is_ground_told(here, elsewhere, settings) {
            return None;
        }
        let of_zone = |zone: usize| {
            common
                .iter()
                .copied()
                .filter(move |s| s % self.zones == zone)
        };
        let zones = 0..self.zones;
        let parts: Vec<[Spread; 2]> = zones
            .clone()
            .map(|zone| pair.map(|of| self.spread(of, of_zone(zone))))
            .collect();
        let told = if self.zones > 1 {
            told_parts(&parts, settings)
        } else {
            vec![false]
        };
        let line = |of: usize, sectors: &mut dyn Iterator<Item = usize>| {
            let sectors: Vec<usize> = sectors.collect();
            let people = self.spread(of, sectors.iter().copied()).people;
            let codes: BTreeSet<String> = sectors.iter().map(usize::to_string).collect();
            ToldGround::rounded(codes, people, step)
        };
        Some(pair.map(|of| {
            let mut lines = vec![line(of, &mut common.iter().copied())];
            let shown = zones.clone().filter(|zone| told[*zone]);
            lines.extend(shown.map(|zone| line(of, &mut of_zone(zone))));
            lines
        }))
    }

    /// Every comparison, the later campaign's after the earlier ones', as they are told; and how many were kept
    /// back because of those before.
    fn told(
        &self,
        step: u32,
        guarded: bool,
        settings: &Settings,
    ) -> (Vec<Vec<ToldGround>>, u32, u32) {
        let mut told = vec![Vec::new(); self.campaigns.len()];
        let (mut shown, mut kept_back) = (0, 0);
        for later in 1..self.campaigns.len() {
            for earlier in 0..later {
                let pair = [earlier, later];
                let Some(lines) = self.compared(pair, step, settings) else {
                    continue;
                };
                let safe = pair.iter().zip(&lines).all(|(of, lines)| {
                    let whole = Some(self.whole(*of));
                    may_be_told(lines, &told[*of], whole, settings)
                });
                if guarded && !safe {
                    kept_back += 1;
                    continue;
                }
                shown += 1;
                for (of, lines) in pair.into_iter().zip(lines) {
                    told[of].extend(lines);
                }
            }
        }
        (told, shown, kept_back)
    }

    fn caught(&self, told: &[Vec<ToldGround>], settings: &Settings) -> bool {
        told.iter().enumerate().any(|(of, lines)| {
            !attack_comparisons(lines, Some(self.whole(of)), settings).is_empty()
        })
    }
}

#[test]
fn all_comparisons_of_a_series_tell_no_group_below_the_threshold() {
    let settings = Settings::default();
    let count = cities().min(MOST_SERIES);
    let (mut all_shown, mut all_kept, mut unguarded, mut exact) = (0, 0, 0, 0);
    for seed in 0..count {
        let series = Series::drawn(seed);
        let (told, shown, kept_back) = series.told(STEP, true, &settings);
        assert!(!series.caught(&told, &settings), "series {seed}");
        all_shown += shown;
        all_kept += kept_back;
        // Controls: each comparison by its own rules alone; and told to the person.
        let (told, ..) = series.told(STEP, false, &settings);
        unguarded += u32::from(series.caught(&told, &settings));
        let (told, ..) = series.told(1, false, &settings);
        exact += u32::from(series.caught(&told, &settings));
    }
    println!(
        "{count} series of campaigns, all their comparisons attacked together: {all_shown} told, {all_kept} kept \
         back because of those before, nothing below a threshold can be computed"
    );
    println!("comparisons by their own rules alone: caught in {unguarded} of {count} series");
    println!("comparisons to the person: caught in {exact} of {count} series");
    assert!(all_shown > 0 && exact > 0);
    assert_eq!(unguarded > 0, all_kept > 0);
}
