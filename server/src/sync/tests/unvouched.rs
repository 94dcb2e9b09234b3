//! Envelopes that were refused whole because nobody vouched for them, and a person in them who is to
//! be forgotten.

use super::TEAM;
use super::reissue::{id, marker, reading, seen, standing};
use crate::fixtures::{Tablet, World};
use crate::store::Quarantined;
use crate::sync::Erased;
use maraude_core::document::document_id;
use maraude_core::model::{DeviceId, RoundKey, TeamId};

const OTHER_TEAM: TeamId = TeamId::from_random([6; 16]);

fn save(world: &World, tablet: &mut Tablet, team: TeamId, number: u8, version: u32) -> Vec<u8> {
    let observation = seen(tablet, number, version);
    tablet.save(world, world.round(team), |w| {
        w.put_observation(&observation);
    })
}

/// Gives a tablet another identifier in the server's books, and starts the server again.
fn renamed(world: World, from: DeviceId, to: DeviceId) -> World {
    let books = rusqlite::Connection::open(world.app.folder().server_db()).unwrap();
    let sql = "UPDATE devices SET id = ?2 WHERE id = ?1";
    let changed = books
        .execute(sql, [from.as_bytes(), to.as_bytes()])
        .unwrap();
    assert_eq!(changed, 1);
    drop(books);
    world.restart()
}

fn kept(world: &World) -> Vec<Quarantined> {
    world.engine().log().quarantine(0, 100).unwrap()
}

/// Persons 1 and 2 are in the round. More about 1, and person 5, came while nobody knew the tablet
/// that wrote it, with somebody of another team's round and bytes that are no envelope. Then 1 is erased.
fn erased(known_again: bool) -> (World, Erased) {
    let world = World::new();
    let mut author = world.tablet(Some(TEAM));
    let colleague = world.tablet(Some(TEAM));
    let before = [1, 2].map(|number| save(&world, &mut author, TEAM, number, 1));
    let sent: Vec<&Vec<u8>> = before.iter().collect();
    let answer = world.sync(&author, author.request(&world, &sent));
    assert_eq!(answer.receipts.len(), 2);

    let mut late = [1, 5]
        .map(|number| save(&world, &mut author, TEAM, number, 2))
        .to_vec();
    late.push(save(&world, &mut author, OTHER_TEAM, 7, 1));
    late.push(b"no envelope".to_vec());
    let own = author.device.device.id;
    let other = DeviceId::from_random([77; 16]);
    let world = renamed(world, own, other);
    let sent: Vec<&Vec<u8>> = late.iter().collect();
    let answer = world.sync(&colleague, colleague.request(&world, &sent));
    assert!(answer.refused.len() == 4 && answer.refused.iter().all(|one| one.quarantined));
    assert_eq!(kept(&world).len(), 4);

    let world = if known_again {
        renamed(world, other, own)
    } else {
        world
    };
    let round = document_id(&standing(&world));
    let erased = world.engine().erase_observation(round, id(1)).unwrap();
    (world, erased)
}

/// Whole envelopes that still open for somebody who holds the campaign's key, by team.
fn opened(world: &World) -> Vec<TeamId> {
    let engine = world.engine();
    let teams = [TEAM, OTHER_TEAM];
    let of = |kept: &Quarantined| {
        teams.into_iter().find(|team| {
            let maraude_core::document::DocumentName::Round { key } = world.round(*team) else {
                unreachable!("a round");
            };
            let key = RoundKey { reissue: 3, ..key };
            engine.is_sealed_for(&kept.item.bytes, key).unwrap()
        })
    };
    kept(world).iter().filter_map(of).collect()
}

#[test]
fn what_nobody_vouches_for_goes_with_the_person_it_may_speak_of() {
    let (world, erased) = erased(false);
    assert_eq!(erased.aside_lost, 2);
    assert_eq!(reading(&world).into_keys().collect::<Vec<_>>(), [id(2)]);
    // Control: what speaks of another round, or opens for nobody, stays.
    assert_eq!(opened(&world), [OTHER_TEAM]);
    assert_eq!(kept(&world).len(), 2);
}

#[test]
fn what_can_be_opened_by_then_is_taken_in_before_and_nobody_else_is_lost() {
    let (world, erased) = erased(true);
    assert_eq!(erased.aside_lost, 0);
    let there: Vec<_> = reading(&world).into_keys().collect();
    assert_eq!(there, [id(2), id(5)]);
    assert_eq!(opened(&world), [OTHER_TEAM]);
    let log = world.engine().log().clone();
    let gone = marker(id(1));
    let holds = |bytes: &[u8]| {
        bytes
            .windows(gone.len())
            .any(|part| part == gone.as_bytes())
    };
    let changes = log.since(0, 1_000).unwrap();
    assert!(!changes.iter().any(|stored| holds(&stored.change.bytes)));
    // Control: what is left of it can be told.
    let other = marker(id(5));
    let told = |bytes: &[u8]| {
        bytes
            .windows(other.len())
            .any(|part| part == other.as_bytes())
    };
    assert!(changes.iter().any(|stored| told(&stored.change.bytes)));
}
