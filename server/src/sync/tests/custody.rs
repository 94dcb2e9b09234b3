//! What a tablet is told of its rounds: what changed since it last heard, and never less.

use super::TEAM;
use crate::fixtures::{NOW, Tablet, World};
use crate::projection::fixtures::observation;
use crate::sync::Custody;
use maraude_core::document::{DocumentName, document_id};
use maraude_core::model::{Coordinates, DocumentId, ObservationId, RoundKey, SectorId, TeamId};
use maraude_core::sync::{RoundCustody, SyncAnswer};
use rand_chacha::ChaCha20Rng;
use rand_core::{Rng, SeedableRng};
use serde_bytes::ByteBuf;
use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};

const PLACE: Coordinates = Coordinates {
    longitude: 3.87,
    latitude: 43.61,
};

fn round_in(world: &World, sector: u8) -> DocumentName {
    DocumentName::Round {
        key: RoundKey {
            campaign: world.campaign,
            team: TEAM,
            sector: Some(SectorId::from_random([sector; 16])),
            night: "2026-01-22".parse().unwrap(),
            reissue: 0,
        },
    }
}

fn save(world: &World, tablet: &mut Tablet, name: DocumentName, number: u8) -> Vec<u8> {
    let mut seen = observation(0, number, PLACE);
    seen.created.device = tablet.device.device.id;
    tablet.save(world, name, |w| w.put_observation(&seen))
}

fn exchange(
    world: &World,
    tablet: &Tablet,
    envelopes: &[&Vec<u8>],
    heard: Option<&ByteBuf>,
) -> SyncAnswer {
    let mut request = tablet.request(world, envelopes);
    request.log_end = heard.cloned();
    world.sync(tablet, request)
}

fn mark_read(world: &World, numbers: &[u8]) {
    let review = DocumentName::Review {
        campaign: world.campaign,
        night: "2026-01-22".parse().unwrap(),
        part: 0,
    };
    let seen: Vec<ObservationId> = (numbers.iter())
        .map(|number| ObservationId::from_random([*number; 16]))
        .collect();
    let engine = world.engine();
    engine.author(&review, |w| w.mark_read(&seen, NOW)).unwrap();
}

fn told(answer: &SyncAnswer) -> Vec<(u32, u32, bool)> {
    let rounds = answer.rounds.iter();
    rounds.map(|r| (r.held, r.read, r.safe)).collect()
}

#[test]
fn a_tablet_is_told_what_changed_since_it_last_heard() {
    let world = World::new();
    let (mut one, mut other) = (world.tablet(Some(TEAM)), world.tablet(Some(TEAM)));
    let name = round_in(&world, 6);
    let envelope = save(&world, &mut one, name, 1);
    let first = exchange(&world, &one, &[&envelope], None);
    assert_eq!(told(&first), [(1, 0, false)]);
    let heard = first.log_end.as_ref();
    assert_eq!(told(&exchange(&world, &one, &[], heard)), []);
    // Who gives nothing back (an older tablet, one that starts) is told everything.
    assert_eq!(told(&exchange(&world, &one, &[], None)), [(1, 0, false)]);

    let colleague = save(&world, &mut other, name, 2);
    exchange(&world, &other, &[&colleague], None);
    let second = exchange(&world, &one, &[], heard);
    assert_eq!(told(&second), [(2, 0, false)]);
    // That answer was lost: it is told again.
    assert_eq!(told(&exchange(&world, &one, &[], heard)), [(2, 0, false)]);

    mark_read(&world, &[1]);
    let third = exchange(&world, &one, &[], second.log_end.as_ref());
    assert_eq!(told(&third), [(2, 1, false)]);
    world.engine().mark_copied(100).unwrap();
    let fourth = exchange(&world, &one, &[], third.log_end.as_ref());
    assert_eq!(told(&fourth), [(2, 1, true)]);
    let fifth = exchange(&world, &one, &[], fourth.log_end.as_ref());
    assert_eq!(told(&fifth), []);

    // What another tablet heard is nothing to this one.
    let foreign = exchange(&world, &other, &[], None);
    let not_its_own = exchange(&world, &one, &[], foreign.log_end.as_ref());
    assert_eq!(told(&not_its_own).len(), 1);
    let world = world.restart();
    let after = exchange(&world, &one, &[], fifth.log_end.as_ref());
    assert_eq!(
        told(&after),
        [(2, 1, true)],
        "another run tells everything once"
    );
    assert_eq!(
        told(&exchange(&world, &one, &[], after.log_end.as_ref())),
        []
    );
}

/// A view that comes after the log, and tells what it is made to.
#[derive(Default)]
struct LateView {
    position: AtomicU64,
    read: Mutex<BTreeMap<DocumentId, u32>>,
}

impl Custody for LateView {
    fn read_of(&self, round: DocumentId) -> Option<u32> {
        self.read.lock().unwrap().get(&round).copied()
    }

    fn position(&self) -> u64 {
        self.position.load(Ordering::Acquire)
    }
}

#[test]
fn what_the_view_learns_late_is_told_then() {
    let world = World::new();
    let mut tablet = world.tablet(Some(TEAM));
    let view = Arc::new(LateView::default());
    world.engine().set_custody(view.clone());
    let name = round_in(&world, 6);
    let envelope = save(&world, &mut tablet, name, 1);
    let first = exchange(&world, &tablet, &[&envelope], None);
    view.read.lock().unwrap().insert(document_id(&name), 1);
    let end = world.engine().log().last_position().unwrap();
    view.position.store(end, Ordering::Release);
    let second = exchange(&world, &tablet, &[], first.log_end.as_ref());
    assert_eq!(told(&second), [(1, 1, false)]);
    let third = exchange(&world, &tablet, &[], second.log_end.as_ref());
    assert_eq!(told(&third), []);
}

/// One tablet keeps what it is told and loses some answers; whatever happens meanwhile, it ends by
/// knowing what one that is told everything knows.
#[test]
fn told_only_of_changes_a_tablet_knows_as_much_as_one_that_is_told_everything() {
    let mut spared = 0;
    for seed in 0..12 {
        let mut dice = ChaCha20Rng::seed_from_u64(seed);
        let world = World::new();
        let (mut one, mut other) = (world.tablet(Some(TEAM)), world.tablet(Some(TEAM)));
        let stranger = TeamId::from_random([9; 16]);
        let mut elsewhere = world.tablet(Some(stranger));
        let mut known: BTreeMap<DocumentId, RoundCustody> = BTreeMap::new();
        let mut heard: Option<ByteBuf> = None;
        let mut number = 0;
        for _ in 0..40 {
            let name = round_in(&world, (dice.next_u32() % 4) as u8);
            match dice.next_u32() % 8 {
                0 | 1 => {
                    number += 1;
                    let envelope = save(&world, &mut other, name, number);
                    exchange(&world, &other, &[&envelope], None);
                }
                2 => {
                    number += 1;
                    let envelope = save(&world, &mut elsewhere, name, number);
                    exchange(&world, &elsewhere, &[&envelope], None);
                }
                3 if number > 0 => mark_read(&world, &[(dice.next_u32() as u8) % number]),
                4 => {
                    let end = world.engine().log().last_position().unwrap();
                    let copied = end.saturating_sub(u64::from(dice.next_u32() % 3));
                    world.engine().mark_copied(copied).unwrap();
                }
                other_way => {
                    let mut envelopes = Vec::new();
                    if other_way == 5 {
                        number += 1;
                        envelopes.push(save(&world, &mut one, name, number));
                    }
                    let sent: Vec<&Vec<u8>> = envelopes.iter().collect();
                    let answer = exchange(&world, &one, &sent, heard.as_ref());
                    if dice.next_u32() % 3 > 0 {
                        spared += known.len().saturating_sub(answer.rounds.len());
                        known.extend(answer.rounds.iter().map(|r| (r.document, *r)));
                        heard = answer.log_end;
                    }
                }
            }
        }
        let last = exchange(&world, &one, &[], heard.as_ref());
        known.extend(last.rounds.iter().map(|r| (r.document, *r)));
        let all = exchange(&world, &one, &[], None).rounds;
        let all: BTreeMap<DocumentId, RoundCustody> =
            all.into_iter().map(|r| (r.document, r)).collect();
        assert_eq!(known, all, "seed {seed}");
    }
    assert!(spared > 20, "control: {spared} lines were left out");
}
