//! A double at the border of two sectors: proposed, decided, undone, exactly.

use maraude_core::document::DocumentName;
use maraude_core::form::FormKind;
use maraude_core::model::{AccountId, Answer, AnswerValue, Decision, DecisionId, SlotRef, Verdict};
use maraude_linkage::PairVerdict;
use maraude_server::review::{Review, Reviewed, Sources};
use maraude_tests::population::{Fix, Metres};
use maraude_tests::tablet::SimulatedTablet;
use maraude_tests::world::{TEN_PM, World};
use std::sync::Arc;

const MINUTE_MS: i64 = 60_000;

fn interview(tablet: &mut SimulatedTablet, minute: i64, east: f64, age: &str) -> SlotRef {
    tablet.until(TEN_PM + minute * MINUTE_MS);
    let choice = |code: &str| Answer::Known(AnswerValue::Choice(code.to_owned()));
    let fix = Fix {
        at: Metres { east, north: 10.0 }.degrees(),
        accuracy_m: 8.0,
    };
    let observation = tablet
        .fill(
            FormKind::Interview,
            None,
            Some(fix),
            &[
                ("consent", choice("yes")),
                ("sleeping_place", choice("doorway")),
                ("household", choice("alone")),
                ("gender", choice("m")),
                ("age_band", choice(age)),
                ("language", choice("ro")),
            ],
        )
        .unwrap();
    SlotRef {
        observation,
        slot: 0,
    }
}

/// Two teams meet one man, each from its own side, and somebody else far away.
fn met_at_the_border(world: &mut World) -> Vec<SlotRef> {
    let mut slots = Vec::new();
    for team in 0..2 {
        let mut tablet = world.tablet(team).unwrap();
        tablet.go_offline();
        let plan = &world.plan;
        let (who, sector) = (plan.teams[team], plan.sectors[team]);
        tablet.set_out(who, Some(sector), plan.night).unwrap();
        let beside = if team == 0 { -3.0 } else { 4.0 };
        slots.push(interview(
            &mut tablet,
            20 + 40 * team as i64,
            beside,
            "40-54",
        ));
        let elsewhere = if team == 0 { -600.0 } else { 600.0 };
        interview(&mut tablet, 90, elsewhere, "18-24");
        world.catch_up_with(&tablet);
        tablet.go_online();
        tablet.send_everything().unwrap();
    }
    slots
}

#[test]
fn a_double_is_proposed_decided_and_undone_exactly() {
    let mut world = World::new().unwrap();
    let view = world.view("run").unwrap();
    let review = Review::default();
    let slots = met_at_the_border(&mut world);
    let engine = world.engine().unwrap();
    let run = || -> Arc<Reviewed> {
        view.catch_up().unwrap();
        let sources = Sources {
            view: &view,
            log: engine.log().as_ref(),
            now: TEN_PM,
        };
        review.at(sources, u64::MAX).unwrap()
    };
    let before = run();
    let proposed = before.pair(slots[0], slots[1]).unwrap();
    assert_ne!(proposed.verdict, PairVerdict::Distinct, "{proposed:?}");
    assert!(proposed.explanation.steps.len() >= 4);

    let night = DocumentName::Review {
        campaign: world.plan.campaign,
        night: world.plan.night,
        part: 0,
    };
    for (number, verdict) in [(1, Verdict::Different), (2, Verdict::Same)] {
        let id = DecisionId::from_random([number; 16]);
        let decided_at = TEN_PM + 5 * 60 * MINUTE_MS;
        engine
            .author(&night, |w| {
                w.put_decision(&Decision {
                    id,
                    one: slots[0].min(slots[1]),
                    other: slots[0].max(slots[1]),
                    verdict,
                    reason: Some("même manteau".to_owned()),
                    author: AccountId::from_random([1; 16]),
                    decided_at,
                    undone_at: None,
                });
            })
            .unwrap();
        let decided = run();
        let one = decided.linkage.clusters.len();
        assert_eq!(one, if verdict == Verdict::Same { 3 } else { 4 });
        assert!(
            decided
                .queue()
                .iter()
                .all(|p| (p.one, p.other) != (slots[0], slots[1]))
        );
        engine
            .author(&night, |w| w.undo_decision(id, decided_at + 1))
            .unwrap();
        let undone = run();
        assert_eq!(undone.linkage.clusters, before.linkage.clusters);
        assert_eq!(undone.linkage.pairs, before.linkage.pairs);
    }
}
