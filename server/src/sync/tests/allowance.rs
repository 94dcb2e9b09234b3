//! A tablet that sends nothing but rubbish fills no disk, and stops nobody, itself included.

use super::TEAM;
use crate::fixtures::{Tablet, World};
use crate::sync::allowance::QUARANTINE_CAP_BYTES;

/// Bytes of one refused change: four of them in an envelope of a few kilobytes.
const RUBBISH_BYTES: usize = 1_000_000;

fn rubbish(world: &World, tablet: &mut Tablet, number: u8) -> Vec<u8> {
    let name = world.round(TEAM);
    let changes = (0..4).map(|part| {
        let mut bytes = vec![0; RUBBISH_BYTES];
        bytes[..2].copy_from_slice(&[number, part]);
        bytes
    });
    tablet.seal(world, name, changes.collect())
}

#[test]
fn refused_changes_of_one_tablet_fill_no_disk_and_honest_ones_go_on() {
    let world = World::new();
    let mut hostile = world.tablet(Some(TEAM));
    let mut honest = world.tablet(Some(TEAM));
    let id = hostile.device.device.id;
    let held = || world.engine().log().quarantined_bytes(id).unwrap();
    for number in 0..3 {
        let envelope = rubbish(&world, &mut hostile, number);
        let answer = world.sync(&hostile, hostile.request(&world, &[&envelope]));
        assert_eq!(answer.receipts[0].quarantined.len(), 4, "control: kept");
    }
    assert!(world.engine().quarantines_full().is_empty());
    let mut refused = Vec::new();
    for number in 3..8 {
        let envelope = rubbish(&world, &mut hostile, number);
        // A colleague who carries it does not pay for it.
        let answer = world.sync(&honest, honest.request(&world, &[&envelope]));
        refused.extend(answer.refused);
    }
    assert!(refused.len() >= 3);
    let told = |refused: &maraude_core::sync::RefusedEnvelope| {
        refused.code == "quarantine-full" && !refused.quarantined
    };
    assert!(refused.iter().all(told));
    // Sealing adds some bytes to each.
    assert!(held() <= QUARANTINE_CAP_BYTES + 4_096, "{}", held());
    let full = world.engine().quarantines_full();
    assert_eq!(full.keys().copied().collect::<Vec<_>>(), [id]);

    let name = world.round(TEAM);
    let closure = hostile.closure(1);
    let work = hostile.save(&world, name, |w| w.put_closure(&closure));
    let answer = world.sync(&hostile, hostile.request(&world, &[&work]));
    assert_eq!(answer.receipts[0].changes.len(), 1);
    let own = rubbish(&world, &mut honest, 99);
    let answer = world.sync(&honest, honest.request(&world, &[&own]));
    assert_eq!(answer.receipts[0].quarantined.len(), 4);
}
