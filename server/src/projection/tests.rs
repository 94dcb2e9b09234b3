//! A view can be dropped at any time: rebuilt, it equals the one that grew.

use super::fixtures::{AT, World, departure, device, night, observation, place, squat, team};
use super::*;
use crate::geolocation::LiveView;
use crate::store::Circumstance;
use maraude_core::model::{
    AccountId, Adjudication, AdjudicationId, Certainty, Closure, ClosureId, Correction,
    CorrectionId, CorrectionKind, Coverage, Decision, DecisionId, HeadCount, ObservationId, Ruling,
    SlotRef, Stamp, Verdict, Withdrawal, WithdrawalReason,
};
use proptest::prelude::*;

fn id(number: u8) -> ObservationId {
    ObservationId::from_random([number; 16])
}

/// Something that happens during a night.
#[derive(Debug, Clone)]
enum Step {
    Depart(u8),
    See(u8, u8, bool),
    Recount(u8, u8, u32),
    Withdraw(u8, u8),
    Close(u8),
    Late(u8, u8),
    Correct(u8, u8),
    UndoCorrection(u8),
    Decide(u8, u8),
    Rule(u8),
    Read(u8),
    Unassign(u8),
    CatchUp,
}

fn step() -> impl Strategy<Value = Step> {
    let (t, n) = (1..=2_u8, 1..=9_u8);
    prop_oneof![
        1 => t.clone().prop_map(Step::Depart),
        6 => (t.clone(), n.clone(), any::<bool>()).prop_map(|(t, n, b)| Step::See(t, n, b)),
        3 => (t.clone(), n.clone(), 1..9_u32).prop_map(|(t, n, h)| Step::Recount(t, n, h)),
        2 => (t.clone(), n.clone()).prop_map(|(t, n)| Step::Withdraw(t, n)),
        1 => t.clone().prop_map(Step::Close),
        1 => (t.clone(), n.clone()).prop_map(|(t, n)| Step::Late(t, n)),
        2 => (n.clone(), 0..3_u8).prop_map(|(n, c)| Step::Correct(n, c)),
        1 => (0..3_u8).prop_map(Step::UndoCorrection),
        1 => (n.clone(), n.clone()).prop_map(|(a, b)| Step::Decide(a, b)),
        1 => n.clone().prop_map(Step::Rule),
        1 => n.prop_map(Step::Read),
        1 => t.prop_map(Step::Unassign),
        4 => Just(Step::CatchUp),
    ]
}

#[expect(clippy::too_many_lines, reason = "one arm per step")]
fn carry_out(world: &World, grown: &LiveView, step: &Step) {
    let round = |t: u8| world.round_key(t, Some(t));
    // Observation 9 of team 1 and 9 of team 2 are told apart by their round's document.
    let number = |t: u8, n: u8| t * 10 + n;
    let seen = |t: u8, n: u8, is_squat: bool| {
        let at = place(f64::from(n) * 150.0 - 1_000.0, f64::from(t) * 40.0);
        if is_squat {
            squat(t, number(t, n), at, u32::from(n))
        } else {
            observation(t, number(t, n), at)
        }
    };
    let author = AccountId::from_random([1; 16]);
    let now = world.clock.now();
    match step {
        Step::Depart(t) => world.tablet_writes(&round(*t), device(*t), None, |w| {
            w.put_departure(&round(*t), &departure(*t));
        }),
        Step::See(t, n, is_squat) => world.tablet_writes(&round(*t), device(*t), None, |w| {
            w.put_observation(&seen(*t, *n, *is_squat));
        }),
        Step::Recount(t, n, heads) => world.tablet_writes(&round(*t), device(*t), None, |w| {
            let mut edited = seen(*t, *n, false);
            edited.heads = HeadCount::exactly(*heads);
            edited.certainty = Certainty::Probable;
            w.put_observation(&edited);
        }),
        Step::Withdraw(t, n) => world.tablet_writes(&round(*t), device(*t), None, |w| {
            let reason = WithdrawalReason::Twice;
            w.put_observation(&seen(*t, *n, false));
            w.withdraw(id(number(*t, *n)), Some(Withdrawal { at: now, reason }));
        }),
        Step::Close(t) => world.tablet_writes(&round(*t), device(*t), None, |w| {
            w.put_closure(&Closure {
                id: ClosureId::from_random([*t; 16]),
                stamp: Stamp {
                    device: device(*t),
                    at: now,
                },
                coverage: Coverage::Partial,
                not_walked: None,
                zero_found: false,
                reopened_at: None,
            });
        }),
        Step::Late(t, n) => {
            let late = Some(Circumstance::AfterLock);
            world.tablet_writes(&round(*t), device(*t), late, |w| {
                w.put_observation(&seen(*t, *n, false));
            });
        }
        Step::Correct(n, c) => world.review(|w| {
            w.put_correction(&Correction {
                id: CorrectionId::from_random([*c; 16]),
                observation: id(number(1, *n)),
                kind: CorrectionKind::Place(place(f64::from(*n) * 100.0, 500.0)),
                reason: None,
                author,
                decided_at: now,
                undone_at: None,
            });
        }),
        Step::UndoCorrection(c) => world.review(|w| {
            w.undo_correction(CorrectionId::from_random([*c; 16]), now);
        }),
        Step::Decide(a, b) => world.review(|w| {
            let slot = |t, n| SlotRef {
                observation: id(number(t, n)),
                slot: 0,
            };
            w.put_decision(&Decision {
                id: DecisionId::from_random([*a; 16]),
                one: slot(1, *a),
                other: slot(2, *b),
                verdict: Verdict::Same,
                reason: None,
                author,
                decided_at: now,
                undone_at: None,
            });
        }),
        Step::Rule(n) => world.review(|w| {
            w.put_adjudication(&Adjudication {
                id: AdjudicationId::from_random([*n; 16]),
                observation: id(number(2, *n)),
                ruling: Ruling::DoNotCount,
                reason: None,
                author,
                decided_at: now,
                undone_at: None,
            });
        }),
        Step::Read(n) => world.review(|w| w.mark_read(&[id(number(1, *n))], now)),
        Step::Unassign(t) => world.plan(|w| {
            w.remove_assignment(&maraude_core::model::Assignment {
                team: team(*t),
                sector: super::fixtures::sector(*t),
                night: night(),
            });
        }),
        Step::CatchUp => grown.catch_up().unwrap(),
    }
    world.clock.advance(30_000);
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 12, ..ProptestConfig::default() })]

    #[test]
    fn a_rebuilt_view_equals_the_one_that_grew(
        steps in proptest::collection::vec(step(), 1..40),
    ) {
        let world = World::new();
        let grown = world.live("grown");
        for step in &steps {
            carry_out(&world, &grown, step);
        }
        grown.catch_up().unwrap();
        let rebuilt = world.live("rebuilt");
        let tables = grown.view().digest_tables().unwrap();
        prop_assert_eq!(&tables, &rebuilt.view().digest_tables().unwrap());
        grown.rebuild(&mut |_, _| {}).unwrap();
        prop_assert_eq!(&tables, &grown.view().digest_tables().unwrap());
        prop_assert_eq!(grown.view().position().unwrap(), rebuilt.view().position().unwrap());
    }
}

#[test]
fn a_view_that_was_closed_cleanly_is_opened_again_and_any_other_is_rebuilt() {
    let world = World::new();
    let first = world.live("run");
    let path = first.view().path().to_owned();
    first.close().unwrap();
    drop(first);
    let again = world.live("run");
    assert_eq!(again.view().path(), path);
    drop(again);
    let rebuilt = world.live("run");
    assert_ne!(rebuilt.view().path(), path);
    assert!(!path.exists());
}

#[test]
fn late_and_unplanned_work_is_set_apart() {
    let world = World::new();
    let elsewhere = world.round_key(1, Some(2));
    world.tablet_writes(&elsewhere, device(1), None, |w| {
        w.put_departure(&elsewhere, &departure(1));
        w.put_observation(&observation(1, 1, place(500.0, 0.0)));
    });
    let home = world.round_key(2, Some(2));
    let late = Some(Circumstance::AfterLock);
    world.tablet_writes(&home, device(2), None, |w| {
        w.put_observation(&observation(2, 2, place(600.0, 0.0)));
    });
    world.tablet_writes(&home, device(2), late, |w| {
        let mut edited = observation(2, 2, place(600.0, 0.0));
        edited.heads = HeadCount::exactly(2);
        w.put_observation(&edited);
        w.put_observation(&observation(2, 3, place(700.0, 0.0)));
    });
    let view = world.live("run").view();
    let (lines, total) = view.lines(&ObservationFilter::default()).unwrap();
    assert_eq!(total, 3);
    let apart = |n: u8| {
        let line = lines.iter().find(|line| line.observation.id == id(n));
        line.unwrap().set_apart()
    };
    assert_eq!(apart(1), Some("unplanned"));
    assert_eq!(apart(2), None, "made before the lock, only edited after it");
    assert_eq!(apart(3), Some("late"));
    let figures = filed_figures(&lines);
    assert_eq!(figures.street, [3, 3], "late work is out until ruled in");
    let filter = ObservationFilter {
        set_apart: Some("late".into()),
        ..ObservationFilter::default()
    };
    assert_eq!(view.lines(&filter).unwrap().1, 1);
}

#[test]
fn one_squat_seen_twice_is_counted_once() {
    let world = World::new();
    let key = world.round_key(1, Some(1));
    world.tablet_writes(&key, device(1), None, |w| {
        w.put_observation(&squat(1, 1, place(-500.0, 0.0), 6));
        w.put_observation(&squat(1, 2, place(-490.0, 0.0), 4));
        w.put_observation(&squat(1, 3, place(-300.0, 0.0), 3));
        w.put_observation(&observation(1, 4, place(-100.0, 0.0)));
    });
    let view = world.live("run").view();
    let (lines, _) = view.lines(&ObservationFilter::default()).unwrap();
    let figures = filed_figures(&lines);
    assert_eq!((figures.squats, figures.squat_people), (2, [9, 13]));
    assert_eq!(figures.street, [1, 1]);
}

#[test]
fn an_edit_after_reading_makes_it_unread() {
    let world = World::new();
    let key = world.round_key(1, Some(1));
    let seen = observation(1, 1, place(-500.0, 0.0));
    world.tablet_writes(&key, device(1), None, |w| w.put_observation(&seen));
    let live = world.live("run");
    let is_read = || {
        live.catch_up().unwrap();
        let (lines, _) = live.view().lines(&ObservationFilter::default()).unwrap();
        lines[0].read
    };
    assert!(!is_read());
    let mark = || {
        world.clock.advance(1_000);
        world.review(|w| w.mark_read(&[seen.id], world.clock.now()));
    };
    mark();
    assert!(is_read());
    world.clock.advance(1_000);
    let mut edited = seen.clone();
    edited.heads = HeadCount::exactly(3);
    world.tablet_writes(&key, device(1), None, |w| w.put_observation(&edited));
    assert!(!is_read());
    mark();
    assert!(is_read());
    assert_eq!(world.clock.now(), AT + 3_000);
}
