//! What was recorded of a sector twice stands side by side and is never added up unseen.

use super::tests::Coordination;
use super::*;
use crate::projection::fixtures::{AT, departure, device, night, observation, place, sector, team};
use crate::projection::{ObservationFilter, Overlap, Standing, StrandSource, View, filed_figures};
use maraude_core::model::{
    Assignment, Closure, ClosureId, Coverage, HeadCount, ObservationId, RoundKey, Stamp,
};

const MINUTE_MS: i64 = 60_000;

fn view(desk: &Coordination) -> std::sync::Arc<View> {
    desk.live.catch_up().unwrap();
    desk.live.view()
}

/// People in the street as filed.
fn street(desk: &Coordination) -> u32 {
    let (lines, _) = view(desk).lines(&ObservationFilter::default()).unwrap();
    filed_figures(&lines).street[0]
}

fn overlaps(desk: &Coordination) -> Vec<Overlap> {
    view(desk).overlaps(None).unwrap()
}

fn standings(overlap: &Overlap) -> Vec<Standing> {
    overlap.strands.iter().map(|s| s.standing).collect()
}

/// A tablet's people, one for each number: seen that many minutes after 22:00, sent now.
fn sends(desk: &Coordination, key: &RoundKey, tablet: u8, numbers: &[u8]) {
    desk.world.tablet_writes(key, device(tablet), None, |w| {
        w.put_departure(key, &departure(tablet));
        for number in numbers {
            w.put_observation(&observation(tablet, *number, place(100.0, 0.0)));
        }
    });
    desk.world.clock.advance(MINUTE_MS);
}

fn closes(desk: &Coordination, key: &RoundKey, tablet: u8) {
    let closure = Closure {
        id: ClosureId::from_random([tablet; 16]),
        stamp: Stamp {
            device: device(tablet),
            at: desk.world.clock.now(),
        },
        coverage: Coverage::Full,
        not_walked: None,
        zero_found: false,
        reopened_at: None,
    };
    desk.world
        .tablet_writes(key, device(tablet), None, |w| w.put_closure(&closure));
    desk.world.clock.advance(MINUTE_MS);
}

fn printed(desk: &Coordination, of: &[(u8, u8)]) -> Vec<String> {
    let engine = &desk.world.engine;
    let wanted: Vec<_> = of.iter().map(|(t, s)| (team(*t), sector(*s))).collect();
    let by = (
        maraude_core::model::AccountId::from_random([1; 16]),
        desk.world.clock.now(),
    );
    let plan = engine.plan().unwrap();
    let sheets = print_sheets(&**engine.log(), &plan, night(), &wanted, by).unwrap();
    sheets.iter().map(|s| s.number.to_string()).collect()
}

fn row(hour: &str, men: u32, place: &str) -> SheetRow {
    SheetRow {
        hour: hour.into(),
        people: [men, 0, 0, 0],
        sleeping_place: place.into(),
        certainty: None,
        typed_place: "sous le pont".into(),
        note: String::new(),
    }
}

fn filled(number: &str, rows: Vec<SheetRow>) -> Order {
    Order::KeyInSheet(FilledSheet {
        number: number.into(),
        coverage: Coverage::Full,
        not_walked: None,
        rows,
    })
}

#[test]
fn a_sheet_is_keyed_in_once_whole_and_under_a_number_that_was_printed() {
    let desk = Coordination::new();
    let numbers = printed(&desk, &[(1, 1), (1, 1), (2, 2)]);
    assert_eq!(printed(&desk, &[(1, 1)]).len(), 1);
    let all = printed_sheets(&**desk.world.engine.log()).unwrap();
    let mut distinct: Vec<_> = all.iter().map(|sheet| sheet.number).collect();
    distinct.dedup();
    assert_eq!(distinct.len(), 4, "no number twice");

    // One row that cannot be taken, and nothing of the sheet is.
    let rows = vec![
        row("23:10", 2, "street"),
        row("tard", 1, "street"),
        row("23:30", 1, "lune"),
    ];
    let refused = desk.order(filled(&numbers[0], rows)).unwrap().refused;
    assert_eq!(refused, ["2 hour", "3 sleeping-place"]);
    let nobody = desk.order(filled(&numbers[0], vec![row("23:10", 0, "street")]));
    assert_eq!(nobody.unwrap().refused, ["1 people"]);
    assert_eq!(street(&desk), 0);

    let rows = vec![row("23:10", 2, "street"), row("00:30", 1, "street")];
    let done = desk.order(filled(&numbers[0], rows.clone())).unwrap();
    assert_eq!((done.imported, done.refused.len()), (2, 0));
    assert_eq!(street(&desk), 3);
    match desk.order(filled(&numbers[0], rows.clone())) {
        Err(OrderError::State { code }) => assert_eq!(code, "sheet-keyed-in"),
        other => panic!("{other:?}"),
    }
    let wrong = format!("{}A", &numbers[0][..5]);
    for (number, expected) in [(wrong.as_str(), "sheet-number-wrong"), ("0900-A", "sheet")] {
        match desk.order(filled(number, rows.clone())) {
            Err(OrderError::Invalid(invalid)) => assert_eq!(invalid.code, expected),
            Err(OrderError::Unknown { what }) => assert_eq!(what, expected),
            other => panic!("{number}: {other:?}"),
        }
    }
    assert_eq!(street(&desk), 3);
    // The same sector's second sheet goes on where the first ended.
    desk.order(filled(&numbers[1], rows)).unwrap();
    assert_eq!(street(&desk), 6);
    assert!(overlaps(&desk).is_empty(), "paper alone rivals nothing");
    let (lines, _) = view(&desk).lines(&ObservationFilter::default()).unwrap();
    let seen: Vec<i64> = lines
        .iter()
        .map(|l| (l.observed_at - AT) / MINUTE_MS)
        .collect();
    assert_eq!(
        seen,
        [150, 150, 70, 70],
        "the morning hour is of the same night"
    );
}

#[test]
fn a_tablet_that_wakes_beside_its_paper_sheet_waits_until_somebody_decides() {
    let desk = Coordination::new();
    let number = printed(&desk, &[(1, 1)]).remove(0);
    desk.order(filled(&number, vec![row("23:10", 3, "street")]))
        .unwrap();
    desk.world.clock.advance(MINUTE_MS);
    assert_eq!(street(&desk), 3);
    let key = desk.world.round_key(1, Some(1));
    sends(&desk, &key, 1, &[1, 2]);
    // Not five: what came first is in the figure meanwhile.
    assert_eq!(street(&desk), 3);
    let [overlap] = &overlaps(&desk)[..] else {
        panic!("one sector was recorded twice");
    };
    assert!(overlap.waits());
    assert_eq!(standings(overlap), [Standing::Counted, Standing::Waiting]);
    let sources: Vec<_> = overlap.strands.iter().map(|s| s.source).collect();
    assert_eq!(sources, [StrandSource::Paper, StrandSource::Tablets]);
    let [paper, tablets] = [overlap.strands[0].id, overlap.strands[1].id];

    let judge = |counted: &[ObservationId], left_out: &[ObservationId]| {
        desk.order(Order::JudgeStrands {
            counted: counted.to_vec(),
            left_out: left_out.to_vec(),
            reason: Some("la feuille reprend tout".into()),
        })
    };
    // All of them are named, each once, and one counts.
    assert!(matches!(
        judge(&[tablets], &[]),
        Err(OrderError::Stale { .. })
    ));
    assert!(matches!(
        judge(&[], &[tablets, paper]),
        Err(OrderError::Invalid(_))
    ));
    assert!(matches!(
        judge(&[tablets], &[paper, tablets]),
        Err(OrderError::Invalid(_))
    ));
    let other = ObservationId::from_random([9; 16]);
    assert!(matches!(
        judge(&[tablets], &[paper, other]),
        Err(OrderError::Unknown { .. })
    ));

    let done = judge(&[tablets], &[paper]).unwrap();
    assert_eq!(street(&desk), 2);
    // What the tablet still brings follows the decision.
    sends(&desk, &key, 1, &[3]);
    assert_eq!(street(&desk), 3);
    assert!(!overlaps(&desk)[0].waits());
    let ids = || {
        let made = done.made.clone().unwrap();
        made.split(' ').map(|id| id.parse().unwrap()).collect()
    };
    desk.order(Order::UndoAdjudications(ids())).unwrap();
    assert!(overlaps(&desk)[0].waits());
    assert_eq!(street(&desk), 3);
    judge(&[paper, tablets], &[]).unwrap();
    assert_eq!(
        street(&desk),
        6,
        "somebody said that they hold different people"
    );
}

#[test]
fn two_teams_sent_to_one_sector_add_up_and_one_that_came_in_its_stead_waits() {
    for sent in [true, false] {
        let desk = Coordination::new();
        if sent {
            desk.order(Order::Assign(Assignment {
                team: team(2),
                sector: sector(1),
                night: night(),
            }))
            .unwrap();
        }
        let (first, other) = (
            desk.world.round_key(2, Some(1)),
            desk.world.round_key(1, Some(1)),
        );
        sends(&desk, &first, 2, &[5, 6]);
        closes(&desk, &first, 2);
        sends(&desk, &other, 1, &[1, 2]);
        let waits = overlaps(&desk).iter().any(Overlap::waits);
        assert_eq!(
            (waits, street(&desk)),
            if sent { (false, 4) } else { (true, 2) }
        );
    }
}

#[test]
fn a_tablet_that_handed_its_round_over_is_counted_although_it_came_after_the_end() {
    for handed in [true, false] {
        let desk = Coordination::new();
        let key = desk.world.round_key(1, Some(1));
        desk.world.clock.advance(60 * MINUTE_MS);
        desk.world.tablet_writes(&key, device(2), None, |w| {
            let mut took_over = departure(2);
            took_over.took_over_from = handed.then_some(device(1));
            w.put_departure(&key, &took_over);
            for number in [5, 6, 7] {
                w.put_observation(&observation(2, number, place(100.0, 0.0)));
            }
        });
        desk.world.clock.advance(MINUTE_MS);
        closes(&desk, &key, 2);
        sends(&desk, &key, 1, &[1, 2]);
        let waits = overlaps(&desk).iter().any(Overlap::waits);
        // Negative control: without the hand-over somebody has to decide.
        assert_eq!(
            (waits, street(&desk)),
            if handed { (false, 5) } else { (true, 3) }
        );
    }
}

#[test]
fn a_dead_tablet_that_its_team_replaced_waits_and_two_that_walked_together_do_not() {
    for (late, waits) in [(&[1_u8, 2][..], true), (&[1, 8][..], false)] {
        let desk = Coordination::new();
        let key = desk.world.round_key(1, Some(1));
        // The second tablet wrote from 22:05 on, closed, and sent first.
        desk.world.clock.advance(60 * MINUTE_MS);
        sends(&desk, &key, 2, &[5, 6, 7]);
        closes(&desk, &key, 2);
        sends(&desk, &key, 1, late);
        let found = overlaps(&desk);
        assert_eq!(found.iter().any(Overlap::waits), waits, "{late:?}");
        assert_eq!(street(&desk), if waits { 3 } else { 5 });
        if let Some(overlap) = found.first() {
            let source = overlap.strands[1].source;
            assert_eq!(source, StrandSource::Tablet(device(1)));
        }
    }
}

#[test]
fn an_empty_sheet_says_that_nobody_was_met_and_a_late_one_is_set_apart() {
    let desk = Coordination::new();
    let numbers = printed(&desk, &[(1, 1), (2, 2)]);
    desk.order(filled(&numbers[0], Vec::new())).unwrap();
    let rounds = view(&desk).rounds(None).unwrap();
    assert!(rounds.len() == 1 && rounds[0].zero_found && rounds[0].paper);
    desk.world.plan(|w| {
        let mut campaign = desk.world.engine.plan().unwrap().campaign.clone().unwrap();
        campaign.state = maraude_core::model::CampaignState::Locked;
        w.put_campaign(&campaign);
    });
    desk.order(filled(&numbers[1], vec![row("23:00", 4, "street")]))
        .unwrap();
    let (lines, _) = view(&desk).lines(&ObservationFilter::default()).unwrap();
    assert_eq!(lines[0].set_apart(), Some("late"));
    assert_eq!(lines[0].observation.heads, HeadCount::exactly(4));
    assert_eq!(street(&desk), 0);
}
