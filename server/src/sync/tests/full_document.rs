//! One tablet cannot grow a round without end, nor keep its colleagues out of it.

use super::{TEAM, codes};
use crate::fixtures::World;
use crate::sync::allowance::Share;
use maraude_core::document::document_id;

#[test]
fn a_tablet_that_has_filled_its_part_is_refused_and_its_colleagues_are_not() {
    let world = World::new();
    let engine = world.engine();
    let share = Share {
        changes: 5,
        bytes: 1_000_000,
    };
    engine
        .share
        .set(share)
        .unwrap_or_else(|_| panic!("set once"));
    let name = world.round(TEAM);
    let (mut greedy, mut honest) = (world.tablet(Some(TEAM)), world.tablet(Some(TEAM)));
    let mut refused = 0;
    let mut sent = Vec::new();
    for number in 0..8 {
        let closure = greedy.closure(number);
        let envelope = greedy.save(&world, name, |w| w.put_closure(&closure));
        let answer = world.sync(&greedy, greedy.request(&world, &[&envelope]));
        let codes = codes(&answer);
        assert_eq!(answer.receipts.len(), 1, "it is kept either way");
        if let [first, ..] = codes[..] {
            let expected = if refused == 0 { "document-full" } else { first };
            assert_eq!(first, expected);
            refused += 1;
        }
        sent.push(envelope);
    }
    assert_eq!(refused, 3);
    // What is in the log already is acknowledged again, full or not.
    let again = world.sync(&greedy, greedy.request(&world, &[&sent[0]]));
    assert_eq!(again.receipts[0].changes.len(), 1);
    assert!(codes(&again).is_empty());

    for number in 20..25 {
        let closure = honest.closure(number);
        let envelope = honest.save(&world, name, |w| w.put_closure(&closure));
        let answer = world.sync(&honest, honest.request(&world, &[&envelope]));
        assert!(codes(&answer).is_empty(), "{:?}", codes(&answer));
    }
    let kept = engine.log().changes(document_id(&name)).unwrap();
    assert_eq!(kept.len(), 10);
    // Control: with the part that a night never fills, the same enters.
    let world = World::new();
    let mut greedy = world.tablet(Some(TEAM));
    for number in 0..8 {
        let closure = greedy.closure(number);
        let envelope = greedy.save(&world, name, |w| w.put_closure(&closure));
        let answer = world.sync(&greedy, greedy.request(&world, &[&envelope]));
        assert!(codes(&answer).is_empty());
    }
}
