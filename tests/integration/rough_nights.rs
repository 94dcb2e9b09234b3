//! Nights drawn from a seed, through the tablets' own door and the server's own routes: power cuts,
//! locks, a bad network, restarts, older copies of the log. What was saved is there in the end, once.

use maraude_core::form::FormKind;
use maraude_core::model::{Answer, AnswerValue};
use maraude_core::tablet::{Custody, Event, Phase};
use maraude_tests::dice::Dice;
use maraude_tests::tablet::{Loss, SimulatedTablet};
use maraude_tests::world::World;
use std::collections::{BTreeMap, BTreeSet};

/// Nights of a run of the tests; `MARAUDE_NIGHTS` asks for more.
const NIGHTS: u64 = 16;

/// Nights within which a tablet that forgets must be caught.
const CAUGHT_WITHIN: u64 = 10;

/// Things that happen in a night.
const STEPS: u32 = 60;

/// Tablets, and the team of each.
const TEAMS: [usize; 3] = [0, 0, 1];

#[derive(Clone, Copy)]
enum Turn {
    Record,
    Edit,
    Send,
    PowerCut,
    Lock,
    Network,
    Cable,
    Wait,
    ServerRestarts,
    LogIsCopied,
    LogIsPutBack,
}

const TURNS: &[(Turn, f64)] = &[
    (Turn::Record, 30.0),
    (Turn::Edit, 8.0),
    (Turn::Send, 25.0),
    (Turn::PowerCut, 5.0),
    (Turn::Lock, 4.0),
    (Turn::Network, 8.0),
    (Turn::Cable, 6.0),
    (Turn::Wait, 6.0),
    (Turn::ServerRestarts, 3.0),
    (Turn::LogIsCopied, 3.0),
    (Turn::LogIsPutBack, 2.0),
];

struct Night {
    world: World,
    tablets: Vec<SimulatedTablet>,
    /// Men of each entry, by team: every number is another entry.
    saved: [BTreeSet<u32>; 2],
    next: u32,
    dice: Dice,
    /// Planted: after a power cut a tablet finds its storage as it was before its last entry.
    forgets: bool,
    before: BTreeMap<String, Vec<u8>>,
}

impl Night {
    fn begin(seed: u64, forgets: bool) -> Self {
        let mut world = World::new().unwrap();
        let mut tablets = Vec::new();
        for team in TEAMS {
            let mut tablet = world.tablet(team).unwrap();
            let plan = &world.plan;
            tablet
                .set_out(plan.teams[team], Some(plan.sectors[team]), plan.night)
                .unwrap();
            tablets.push(tablet);
        }
        Self {
            world,
            tablets,
            saved: [BTreeSet::new(), BTreeSet::new()],
            next: 1,
            dice: Dice::new(seed),
            forgets,
            before: BTreeMap::new(),
        }
    }

    fn turn(&mut self) {
        let one = self.dice.whole(0, 2) as usize;
        let turn = self.dice.weighted(TURNS);
        let tablet = &mut self.tablets[one];
        match turn {
            Turn::Record => self.record(one),
            Turn::Edit => self.edit(one),
            Turn::Send => tablet.send(Event::SendNow),
            Turn::PowerCut => {
                if self.forgets && one == 0 && !self.before.is_empty() {
                    tablet.files.clone_from(&self.before);
                }
                tablet.kill_and_start();
            }
            Turn::Lock => tablet.send(Event::Lock),
            Turn::Network => {
                tablet.loss = Loss {
                    requests: self.dice.unit() / 2.0,
                    answers: self.dice.unit() / 2.0,
                };
            }
            Turn::Cable => {
                if self.dice.chance(0.5) {
                    tablet.go_offline();
                } else {
                    tablet.go_online();
                }
            }
            Turn::Wait => tablet.until(tablet.now() + 300_000),
            Turn::ServerRestarts => self.moved(|world| world.restart().unwrap()),
            Turn::LogIsCopied => self.moved(|world| world.copy_log().unwrap()),
            Turn::LogIsPutBack => self.moved(|world| {
                world.put_log_back().unwrap();
            }),
        }
        self.world.catch_up_with(&self.tablets[one]);
    }

    fn moved(&mut self, what: impl FnOnce(&mut World)) {
        what(&mut self.world);
        for tablet in &mut self.tablets {
            tablet.base.clone_from(&self.world.base);
        }
    }

    fn record(&mut self, one: usize) {
        self.open(one);
        if one == 0 {
            self.before.clone_from(&self.tablets[0].files);
        }
        let place = AnswerValue::Choice("doorway".to_owned());
        let answers = [
            (
                "n_men",
                Answer::Known(AnswerValue::Integer(self.next.into())),
            ),
            ("sleeping_place", Answer::Known(place)),
        ];
        self.tablets[one]
            .fill(FormKind::Count, None, None, &answers)
            .unwrap();
        self.saved[TEAMS[one]].insert(self.next);
        self.next += 1;
    }

    /// Adds women to an entry: its men still tell which it is.
    fn edit(&mut self, one: usize) {
        self.open(one);
        let entries = self.tablets[one].entries();
        if entries.is_empty() {
            return;
        }
        let observation = self.dice.pick(&entries).id;
        let note = format!("passage {}", self.dice.whole(0, 99));
        self.tablets[one].send(Event::EditObservation { observation });
        self.tablets[one].send(Event::Answer {
            question: "note".into(),
            answer: Answer::Known(AnswerValue::Text(note)),
        });
        self.tablets[one].save().unwrap();
    }

    /// Unlocked, on the round.
    fn open(&mut self, one: usize) {
        let (team, plan) = (TEAMS[one], &self.world.plan);
        let tablet = &mut self.tablets[one];
        if tablet.view().phase != Phase::Unlocked {
            tablet.unlock();
        }
        if tablet.view().round.is_none() {
            tablet
                .set_out(plan.teams[team], Some(plan.sectors[team]), plan.night)
                .unwrap();
        }
        if tablet.view().form.is_some() {
            tablet.send(Event::DiscardForm);
        }
    }

    /// Morning: the network holds, everybody sends.
    fn end(mut self, seed: u64) {
        for one in 0..TEAMS.len() {
            self.open(one);
            self.tablets[one].loss = Loss::default();
            self.tablets[one].go_online();
        }
        for _ in 0..4 {
            for tablet in &mut self.tablets {
                tablet.send(Event::SendNow);
                tablet.send_everything().unwrap();
                self.world.catch_up_with(tablet);
            }
        }
        for team in 0..2 {
            let (round, issues) = self.world.round(team).unwrap();
            let men: Vec<u32> = round
                .observations
                .iter()
                .map(|o| o.heads.at_least())
                .collect();
            let once: BTreeSet<u32> = men.iter().copied().collect();
            assert_eq!(once, self.saved[team], "night {seed}: {issues:?}");
            assert_eq!(
                men.len(),
                once.len(),
                "night {seed}: an entry is there twice"
            );
        }
        let engine = self.world.engine().unwrap();
        let aside = engine.log().open_quarantine(9).unwrap();
        assert!(aside.is_empty(), "night {seed}: {:?}", aside[0].item.code);
        for (tablet, team) in self.tablets.iter().zip(TEAMS) {
            let entries = tablet.entries();
            assert_eq!(entries.len(), self.saved[team].len(), "night {seed}");
            let arrived = |custody| matches!(custody, Custody::OnServer | Custody::Read);
            assert!(
                entries.iter().all(|entry| arrived(entry.custody)),
                "night {seed}"
            );
        }
    }
}

#[test]
fn after_any_night_what_was_saved_is_there_once() {
    let number = |variable: &str| std::env::var(variable).ok()?.parse::<u64>().ok();
    let one = number("MARAUDE_SEED");
    let nights = one.map_or_else(|| number("MARAUDE_NIGHTS").unwrap_or(NIGHTS), |_| 1);
    let first = one.unwrap_or(1);
    for seed in first..first + nights {
        live_through(seed, false);
    }
}

fn live_through(seed: u64, forgets: bool) {
    let mut night = Night::begin(seed, forgets);
    for _ in 0..STEPS {
        night.turn();
    }
    night.end(seed);
}

#[test]
fn a_tablet_that_forgets_what_it_showed_as_saved_is_caught() {
    let caught = |seed: u64| std::panic::catch_unwind(move || live_through(seed, true)).is_err();
    assert!((1..=CAUGHT_WITHIN).any(caught));
}
