//! A choice between what was recorded of a sector more than once is an act like another.

use super::super::Reviewed;
use super::{Act, Effect};
use crate::geolocation::LiveView;
use crate::projection::fixtures::{World, departure, device, observation, place};
use crate::projection::{Strands, Unit};
use maraude_core::model::{
    AccountId, Adjudication, AdjudicationId, Closure, ClosureId, Coverage, ObservationId, Ruling,
    Stamp,
};

struct Night {
    world: World,
    live: LiveView,
}

impl Night {
    /// Team 1 was sent to sector 1, met three and closed; then team 2 brought four of the same sector.
    fn new() -> Self {
        let world = World::new();
        let live = world.live("run");
        let night = Self { world, live };
        night.records(1, &[1, 2, 3]);
        night.records(2, &[4, 5, 6, 7]);
        night
    }

    fn records(&self, team: u8, numbers: &[u8]) {
        let (key, clock) = (self.world.round_key(team, Some(1)), &self.world.clock);
        self.world.tablet_writes(&key, device(team), None, |w| {
            w.put_departure(&key, &departure(team));
            for number in numbers {
                let at = place(f64::from(*number) * 300.0, 0.0);
                w.put_observation(&observation(team, *number, at));
            }
        });
        clock.advance(1_000);
        let closure = Closure {
            id: ClosureId::from_random([team; 16]),
            stamp: Stamp {
                device: device(team),
                at: clock.now(),
            },
            coverage: Coverage::Full,
            not_walked: None,
            zero_found: false,
            reopened_at: None,
        };
        self.world
            .tablet_writes(&key, device(team), None, |w| w.put_closure(&closure));
        clock.advance(1_000);
    }

    fn strands(&self) -> [ObservationId; 2] {
        self.live.catch_up().unwrap();
        let overlaps = self.live.view().overlaps(None).unwrap();
        let ids = overlaps[0].strands.iter().map(|strand| strand.id);
        ids.collect::<Vec<_>>().try_into().unwrap()
    }

    /// Both strands are ruled on at one instant; rulings of before under this number are put again.
    fn choose(&self, number: u8, rulings: [Ruling; 2], at: i64, undone_at: Option<i64>) {
        let strands = self.strands();
        self.world.review(|w| {
            for (which, (strand, ruling)) in (0..).zip(strands.into_iter().zip(rulings)) {
                w.put_adjudication(&Adjudication {
                    id: AdjudicationId::from_random([number * 2 + which; 16]),
                    observation: strand,
                    ruling,
                    reason: Some("la tablette en a vu davantage".to_owned()),
                    author: AccountId::from_random([1; 16]),
                    decided_at: at,
                    undone_at,
                });
            }
        });
    }

    /// The first figure, of how many strands each act is and what it changed, and today's figure.
    fn told(&self, strands: Option<Strands>) -> (u32, Vec<(usize, Option<i64>)>, u32) {
        self.live.catch_up().unwrap();
        let view = self.live.view();
        let strands = strands.unwrap_or_else(|| view.strands().unwrap());
        let reviewed = Reviewed::of(&view, 1).unwrap();
        let history = reviewed.history(view.rulings().unwrap(), Vec::new(), &strands);
        let acts = history.acts.iter().map(|made| {
            let strands = match &made.act {
                Act::Strands(all) => all.len(),
                _ => 0,
            };
            let people = |all: &Vec<Effect>| all.iter().map(|effect| effect.people).sum();
            (strands, made.effects.as_ref().map(people))
        });
        let street = |figure: &super::Figure| figure[&Unit::Street];
        (
            street(&history.before),
            acts.collect(),
            street(&history.now),
        )
    }
}

#[test]
fn the_committee_reads_what_a_choice_between_strands_changed() {
    let night = Night::new();
    let at = night.world.clock.now();
    assert_eq!(night.told(None), (3, vec![], 3), "nobody decided");
    let second = [Ruling::DoNotCount, Ruling::Count];
    night.choose(1, second, at, None);
    assert_eq!(night.told(None), (3, vec![(2, Some(1))], 4), "one act");
    night.choose(2, [Ruling::Count; 2], at + 1, None);
    let both = vec![(2, Some(1)), (2, Some(3))];
    assert_eq!(night.told(None), (3, both, 7), "one after the other");
    night.choose(1, second, at, Some(at + 2));
    let last = vec![(2, None), (2, Some(4))];
    assert_eq!(night.told(None), (3, last, 7), "what was undone");
    // Control: who does not know the strands takes a choice for no decision.
    let nobody = night.told(Some(Strands::default()));
    assert_eq!(nobody, (7, vec![(0, None); 4], 7));
}
