//! From tablets' observations to proposals, decisions and counts, over a real log and view.

use super::{Review, Reviewed, Sources};
use crate::geolocation::LiveView;
use crate::projection::ObservationFilter;
use crate::projection::fixtures::{World, departure, device, observation, place, squat};
use crate::store::{LayerFeature, LayerKind};
use maraude_core::model::{
    AccountId, Answer, AnswerValue, Certainty, Contact, Decision, DecisionId, Observation,
    ObservationId, SlotRef, Verdict, Withdrawal, WithdrawalReason,
};
use maraude_linkage::{Dimension, PairVerdict, Unit};
use std::sync::Arc;

struct Night {
    world: World,
    live: LiveView,
    review: Review,
}

fn man(team: u8, number: u8, east_m: f64) -> Observation {
    let mut made = observation(team, number, place(east_m, 0.0));
    let answers = [("gender", "m"), ("age_band", "40-54"), ("language", "ro")];
    for (question, code) in answers {
        let value = AnswerValue::Choice(code.to_owned());
        made.answers
            .insert(question.to_owned(), Answer::Known(value));
    }
    made
}

impl Night {
    /// Team 1 and team 2 met the same man at their common border, and somebody else each.
    fn new() -> Self {
        let world = World::new();
        let live = world.live("run");
        let made = Self {
            world,
            live,
            review: Review::default(),
        };
        made.record(1, &man(1, 1, -4.0));
        made.record(2, &man(2, 40, 4.0));
        made.record(1, &observation(1, 2, place(-800.0, 0.0)));
        made.record(2, &observation(2, 41, place(900.0, 0.0)));
        made
    }

    fn record(&self, team: u8, seen: &Observation) {
        let key = self.world.round_key(team, Some(team));
        self.world.tablet_writes(&key, device(team), None, |w| {
            w.put_departure(&key, &departure(team));
            w.put_observation(seen);
        });
        self.world.clock.advance(1_000);
    }

    fn decide(&self, verdict: Verdict) -> DecisionId {
        let id = DecisionId::from_random([7; 16]);
        self.world.review(|w| {
            w.put_decision(&Decision {
                id,
                one: slot(1),
                other: slot(40),
                verdict,
                reason: None,
                author: AccountId::from_random([1; 16]),
                decided_at: self.world.clock.now(),
                undone_at: None,
            });
        });
        id
    }

    fn run(&self) -> Arc<Reviewed> {
        self.live.catch_up().unwrap();
        self.review.at(self.sources(), u64::MAX).unwrap()
    }

    fn sources(&self) -> Sources<'_> {
        Sources {
            view: &self.live,
            log: &**self.world.engine.log(),
            now: self.world.clock.now(),
        }
    }
}

fn slot(number: u8) -> SlotRef {
    SlotRef {
        observation: ObservationId::from_random([number; 16]),
        slot: 0,
    }
}

#[test]
fn a_double_at_the_border_is_proposed_decided_and_undone_exactly() {
    let night = Night::new();
    let before = night.run();
    assert_eq!(before.slots(), 4);
    let pair = before.pair(slot(40), slot(1)).unwrap();
    assert_ne!(pair.verdict, PairVerdict::Distinct);
    let clusters = before.linkage.clusters.clone();

    let decision = night.decide(Verdict::Different);
    let decided = night.run();
    assert_eq!(decided.linkage.clusters.len(), 4);
    assert_eq!(decided.street(), (4, [4, 4]));
    assert_eq!(
        before.street().0 as usize,
        clusters.len(),
        "the figure, not the estimate"
    );
    assert!(decided.queue().is_empty());
    assert_eq!(decided.decisions.len(), 1);

    night
        .world
        .review(|w| w.undo_decision(decision, night.world.clock.now()));
    let undone = night.run();
    assert_eq!(undone.linkage.clusters, clusters);
    assert_eq!(undone.linkage.pairs, before.linkage.pairs);
    assert!(undone.decisions[0].undone_at.is_some());
}

#[test]
fn an_import_that_moves_places_is_seen_although_the_log_did_not_move() {
    let night = Night::new();
    let mut seen = observation(1, 3, place(-1_200.0, 300.0));
    seen.fix = None;
    seen.typed_place = Some("dvt la halle des essais".to_owned());
    night.record(1, &seen);
    let before = night.run();
    assert!(Arc::ptr_eq(&before, &night.run()), "nothing came");
    let at = place(-1_200.0, 300.0);
    let halle = LayerFeature {
        code: "1".to_owned(),
        name: "Halle des Essais".to_owned(),
        population: None,
        geometry: geo::Point::new(at.longitude, at.latitude).into(),
    };
    let layers = night.live.layers();
    layers
        .import(LayerKind::Landmark, "essai", 1, &[halle], false)
        .unwrap();
    night.live.refresh_ground().unwrap();
    let after = night.run();
    assert!(!Arc::ptr_eq(&before, &after));
    let reason = |of: &Reviewed| {
        let placed = of.line(seen.id).and_then(|line| line.placement.clone());
        placed.map(|placement| placement.reason)
    };
    assert_eq!(reason(&before).as_deref(), Some("none"));
    assert_eq!(reason(&after).as_deref(), Some("typed"));
}

#[test]
fn the_queue_shows_what_moves_the_count_most_and_nothing_twice() {
    let night = Night::new();
    // Somebody asleep, interviewed later by the same team: proposed, never automatic.
    let mut asleep = observation(1, 3, place(-1_200.0, 300.0));
    asleep.contact = Contact::Asleep;
    night.record(1, &asleep);
    night.record(1, &observation(1, 30, place(-1_196.0, 300.0)));
    let reviewed = night.run();
    let queue = reviewed.queue();
    assert!(
        queue
            .iter()
            .any(|pair| (pair.one, pair.other) == (slot(3), slot(30))),
        "{queue:?}"
    );
    assert!(
        queue
            .windows(2)
            .all(|two| two[0].effect() >= two[1].effect())
    );
    let shown: Vec<_> = queue.iter().map(|pair| (pair.one, pair.other)).collect();
    let mut once = shown.clone();
    once.dedup();
    assert_eq!(shown, once);
}

#[test]
fn withdrawn_doubtful_and_squats_stay_out_of_the_street_figure() {
    let night = Night::new();
    let filed = night.run().street().1[1];
    let mut withdrawn = observation(1, 5, place(-500.0, 400.0));
    withdrawn.withdrawn = Some(Withdrawal {
        at: withdrawn.observed_at,
        reason: WithdrawalReason::Mistake,
    });
    let mut doubtful = observation(1, 6, place(-600.0, -400.0));
    doubtful.certainty = Certainty::Doubtful;
    night.record(1, &withdrawn);
    night.record(1, &doubtful);
    night.record(1, &squat(1, 8, place(-900.0, -300.0), 20));
    let reviewed = night.run();
    assert_eq!(reviewed.street().1[1], filed);
    // The doubtful one is compared all the same: a double helps to rule.
    assert!(reviewed.compared(doubtful.id).is_some());
    assert!(reviewed.compared(withdrawn.id).is_none());
    assert!(reviewed.linkage.distinct(Unit::Squat).estimate < 0.5);
}

/// Somebody who sleeps in a squat, met by himself.
fn squatter(team: u8, number: u8, east_m: f64, language: &str) -> Observation {
    let mut made = man(team, number, east_m);
    for (question, code) in [("sleeping_place", "squat"), ("language", language)] {
        let value = AnswerValue::Choice(code.to_owned());
        made.answers
            .insert(question.to_owned(), Answer::Known(value));
    }
    made
}

#[test]
fn people_met_at_a_squats_door_are_inside_its_head_count() {
    let night = Night::new();
    night.record(1, &squat(1, 8, place(-900.0, 0.0), 6));
    // The same resident met by both teams, another one by the first, fixes 30 m off the pin.
    night.record(1, &squatter(1, 9, -905.0, "ro"));
    night.record(2, &squatter(2, 42, -902.0, "ro"));
    night.record(1, &squatter(1, 10, -870.0, "ti"));
    // Somebody who sleeps in a squat farther off: a place of its own.
    night.record(1, &squatter(1, 11, -400.0, "ar"));
    night.world.review(|w| {
        w.put_decision(&Decision {
            id: DecisionId::from_random([9; 16]),
            one: slot(9),
            other: slot(42),
            verdict: Verdict::Same,
            reason: None,
            author: AccountId::from_random([1; 16]),
            decided_at: night.world.clock.now(),
            undone_at: None,
        });
    });
    let reviewed = night.run();
    let (lines, _) = night
        .live
        .view()
        .lines(&ObservationFilter::default())
        .unwrap();
    let places = reviewed.lasting_places(&lines);
    let told: Vec<_> = places.iter().map(|p| (p.told, p.met, p.people)).collect();
    assert_eq!(
        told,
        [(Some([6, 8]), [2, 2], [6, 8]), (None, [1, 1], [1, 1]),]
    );
    // More people met than told: the head-count was too low.
    for number in 12..18 {
        night.record(1, &squatter(1, number, -898.0, "fr"));
    }
    let reviewed = night.run();
    let (lines, _) = night
        .live
        .view()
        .lines(&ObservationFilter::default())
        .unwrap();
    assert_eq!(reviewed.lasting_places(&lines)[0].people, [8, 8]);
}

#[test]
fn sectors_and_situations_add_up_to_the_street() {
    let night = Night::new();
    night.decide(Verdict::Same);
    let reviewed = night.run();
    let (figure, interval) = reviewed.street();
    let parts = reviewed.street_parts();
    for dimension in [Dimension::Sector, Dimension::Situation] {
        let of: Vec<_> = parts.iter().filter(|p| p.dimension == dimension).collect();
        assert_eq!(
            of.iter().map(|p| p.distinct).sum::<u32>(),
            figure,
            "{parts:?}"
        );
        assert!(of.iter().map(|p| p.interval[1]).sum::<u32>() >= interval[1]);
    }
    // Met first by team 1, whose sector keeps him.
    let sectors: Vec<u32> = parts
        .iter()
        .filter(|p| p.dimension == Dimension::Sector)
        .map(|p| p.distinct)
        .collect();
    assert_eq!(sectors, [2, 1]);
}

#[test]
fn a_run_is_kept_while_nothing_new_has_come() {
    let night = Night::new();
    let first = night.run();
    assert!(Arc::ptr_eq(&first, &night.run()));
    night.record(1, &observation(1, 9, place(-700.0, 100.0)));
    let second = night.run();
    assert!(second.position > first.position && second.slots() == 5);
}

impl Night {
    /// The man of the border met by a third team as well, all three held to be him.
    fn of_three() -> Self {
        let night = Self::new();
        night.record(3, &man(3, 70, 0.0));
        for (number, other) in [(31, 1), (32, 70)] {
            night.put(number, other, 40, Verdict::Same);
        }
        night
    }

    fn put(&self, number: u8, one: u8, other: u8, verdict: Verdict) {
        let decision = self.decision(number, one, other, verdict);
        self.world.review(|w| w.put_decision(&decision));
        self.world.clock.advance(1_000);
    }

    fn decision(&self, number: u8, one: u8, other: u8, verdict: Verdict) -> Decision {
        Decision {
            id: DecisionId::from_random([number; 16]),
            one: slot(one.min(other)),
            other: slot(one.max(other)),
            verdict,
            reason: None,
            author: AccountId::from_random([1; 16]),
            decided_at: self.world.clock.now(),
            undone_at: None,
        }
    }
}

#[test]
fn a_split_changes_the_count_as_told_beforehand_and_is_undone_exactly() {
    let night = Night::of_three();
    let before = night.run();
    let group = before.group(slot(40)).unwrap();
    let people: Vec<_> = group.people.iter().map(|c| c.slots.clone()).collect();
    assert_eq!(people, [vec![slot(1), slot(40), slot(70)]]);
    assert!(group.links.iter().filter(|l| l.decided.is_some()).count() == 2);
    let listed = before.groups();
    assert_eq!(listed.len(), 1);
    assert_eq!((listed[0].slot, listed[0].observations), (slot(1), 3));

    // 70 is somebody else than 1 and 40: every pair across, so that neither joins them again.
    let apart = [
        night.decision(41, 70, 1, Verdict::Different),
        night.decision(42, 70, 40, Verdict::Different),
    ];
    let told = before.after(&apart, &[], 0).totals();
    assert_eq!(told.street, before.totals().street + 1);
    night
        .world
        .review(|w| apart.iter().for_each(|d| w.put_decision(d)));
    let split = night.run();
    assert_eq!(split.totals().street, told.street);
    let held: Vec<_> = split
        .group(slot(1))
        .unwrap()
        .people
        .iter()
        .map(|c| c.slots.clone())
        .collect();
    assert_eq!(held, [vec![slot(1), slot(40)]]);
    let near = split.group(slot(1)).unwrap().near;
    assert!(
        near.iter().any(|c| c.slots == [slot(70)]),
        "still shown beside"
    );

    let ids = apart.each_ref().map(|decision| decision.id);
    let undone = split.after(&[], &ids, night.world.clock.now()).totals();
    assert_eq!(undone, before.totals());
    night
        .world
        .review(|w| ids.iter().for_each(|id| w.undo_decision(*id, 0)));
    assert_eq!(night.run().linkage.clusters, before.linkage.clusters);
}

#[test]
fn somebody_moved_stands_with_the_others_and_no_longer_with_the_first() {
    let night = Night::of_three();
    // 41 is met alone farther off; 70 turns out to be him.
    let moved = [
        night.decision(41, 70, 1, Verdict::Different),
        night.decision(42, 70, 40, Verdict::Different),
        night.decision(43, 70, 41, Verdict::Same),
    ];
    let before = night.run();
    let after = before.after(&moved, &[], 0);
    assert!(
        after
            .linkage
            .contradictions
            .iter()
            .all(|c| !moved.iter().any(|d| d.id == c.decision))
    );
    assert_eq!(
        after.totals().street,
        before.totals().street,
        "moved, not made"
    );
    let held: Vec<_> = after
        .group(slot(70))
        .unwrap()
        .people
        .iter()
        .map(|c| c.slots.clone())
        .collect();
    assert_eq!(held, [vec![slot(41), slot(70)]]);
}

#[test]
fn slots_nobody_compared_are_of_no_group() {
    let night = Night::new();
    assert!(night.run().group(slot(99)).is_none());
    assert_eq!(night.run().group(slot(2)).unwrap().people.len(), 1);
}

#[test]
fn a_restart_tells_what_was_told_before_it() {
    let night = Night::new();
    let before = night.run();
    let frozen = before.frozen.unwrap();
    assert_eq!((frozen.observations, before.changed), (4, 0));
    // A server that starts anew reads the parameters and learns nothing, though the clock went on.
    night.world.clock.advance(60_000);
    let again = Review::default().at(night.sources(), u64::MAX).unwrap();
    assert_eq!(again.frozen, Some(frozen));
    assert_eq!(again.linkage, before.linkage);
    // Control: without the log's snapshot it would be told anew, at another hour.
    let anew = Review::default().refresh(night.sources()).unwrap();
    assert_ne!(anew.frozen, Some(frozen));
}

#[test]
fn verdicts_wait_for_much_to_come_before_anything_is_learnt() {
    let night = Night::new();
    for number in 10..30 {
        let east_m = -700.0 - 40.0 * f64::from(number);
        night.record(1, &observation(1, number, place(east_m, 0.0)));
    }
    let first = night.run();
    night.record(1, &man(1, 3, -300.0));
    let then = night.run();
    assert_eq!((then.frozen, then.changed), (first.frozen, 1));
    assert_eq!(then.linkage.parameters, first.linkage.parameters);
    // What a full run says under the same snapshot.
    let all: Vec<_> = then.compared.values().cloned().collect();
    let full = maraude_linkage::link(&all, &then.decisions, &first.linkage.parameters);
    assert_eq!(then.linkage.pairs, full.pairs);
    // A release learns from all there is, and the screen tells the same from then on.
    let released = night.review.anew(night.sources(), u64::MAX).unwrap();
    assert_ne!(released.frozen, first.frozen);
    assert_eq!(night.run().linkage, released.linkage);
    assert_eq!(night.review.refresh(night.sources()).unwrap().changed, 0);
}

#[test]
fn a_name_that_went_before_a_restart_leads_on() {
    let night = Night::new();
    night.run();
    night.decide(Verdict::Different);
    night.run();
    night
        .world
        .review(|w| w.undo_decision(DecisionId::from_random([7; 16]), 0));
    let before = night.run();
    assert!(!before.aliases.log().is_empty());
    let again = Review::default().at(night.sources(), u64::MAX).unwrap();
    assert_eq!(again.aliases, before.aliases);
}
