//! What the comparisons of a server tell together: each campaign stands in several, on ground that is never quite
//! the same.
//!
//! It must never depend on who read what: of two readers each could ask the other. `http::comparison` calls it.

use super::{Both, Reader, sectors_of};
use crate::publication::counts::CampaignCounts;
use maraude_observatory::comparison::CommonGround;
use maraude_observatory::disclosure::{Settings, ToldGround, may_be_told};
use maraude_observatory::indicator::Unit;

/// What other comparisons tell `Figures` of the two campaigns of one.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct ToldBefore([Vec<ToldGround>; 2]);

impl ToldBefore {
    /// Of all campaigns in the order of their nights and of two of them by number: a later campaign is compared
    /// with each earlier one in turn, and what would tell too much beside those before is not told.
    pub fn of(all: &[&CampaignCounts], pair: [usize; 2], settings: &Settings) -> Self {
        let mut told = vec![Vec::new(); all.len()];
        for later in 1..all.len() {
            for earlier in 0..later {
                if [earlier, later] == pair {
                    return Self(pair.map(|of| std::mem::take(&mut told[of])));
                }
                let sides = [all[earlier], all[later]];
                let before = Self([earlier, later].map(|of| told[of].clone()));
                let Some(grounds) = grounds(sides, &before, settings) else {
                    continue;
                };
                if before.leaves_room(sides, &grounds, settings) {
                    for (of, more) in [earlier, later].into_iter().zip(grounds) {
                        told[of].extend(more);
                    }
                }
            }
        }
        Self::default()
    }

    /// Nothing small can be computed when this is told too.
    pub(super) fn leaves_room(
        &self,
        sides: [&CampaignCounts; 2],
        more: &[Vec<ToldGround>; 2],
        settings: &Settings,
    ) -> bool {
        let mut each = sides.iter().zip(more).zip(&self.0);
        each.all(|((side, more), told)| {
            // Releases tell it, or may.
            let sectors = side.sectors.iter();
            let people: u32 = sectors.map(|(of, _)| of.of(Unit::Street).people).sum();
            let whole = people + side.elsewhere.people;
            may_be_told(more, told, Some(whole), settings)
        })
    }
}

/// What a comparison tells by its own rules; nothing where the two are not compared.
fn grounds(
    sides: [&CampaignCounts; 2],
    told_before: &ToldBefore,
    settings: &Settings,
) -> Option<[Vec<ToldGround>; 2]> {
    if sides[0].defined != sides[1].defined || sides.iter().any(|side| side.open) {
        return None;
    }
    let (first, second) = (sectors_of(sides[0]), sectors_of(sides[1]));
    let ground = CommonGround::of(&first, &second).ok()?;
    let both = Both {
        sides,
        ground: &ground,
        settings,
        reader: Reader::Figures,
        told_before,
    };
    (!ground.sectors.is_empty()).then(|| both.grounds())?
}
