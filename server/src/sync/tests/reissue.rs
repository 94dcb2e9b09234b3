//! One person's erasure: any order of erasing, sending, resending and restarting leads to the same
//! round, and nothing of what was erased is in the log, in quarantine or under any key.

use super::TEAM;
use crate::fixtures::{NOW, Tablet, World};
use crate::store::{Log, StoreError};
use crate::sync::ReissueError;
use maraude_core::document::{DocumentKind, DocumentName, document_id, read_round};
use maraude_core::gate::{GateLimits, admit_from_server};
use maraude_core::model::{
    Answers, Certainty, Contact, Decision, DecisionId, HeadCount, Observation, ObservationId,
    ObservationKind, RoundKey, SlotRef, Stamp, Verdict,
};
use maraude_core::sync::{Follow, SyncAnswer};
use rand_chacha::ChaCha20Rng;
use rand_core::{Rng, SeedableRng};
use std::collections::BTreeMap;

pub(super) fn marker(id: ObservationId) -> String {
    format!("MARKER-{id}")
}

pub(super) fn id(number: u8) -> ObservationId {
    ObservationId::from_random([number; 16])
}

pub(super) fn seen(tablet: &Tablet, number: u8, version: u32) -> Observation {
    let device = tablet.device.device.id;
    Observation {
        id: id(number),
        kind: ObservationKind::Individual,
        created: Stamp { device, at: NOW },
        observed_at: NOW,
        contact: Contact::Answered,
        certainty: Certainty::Certain,
        heads: HeadCount::exactly(1),
        fix: None,
        pin: None,
        typed_place: Some(format!("version {version}")),
        local_group: None,
        site: None,
        note: Some(marker(id(number))),
        organisation: None,
        answers: Answers::new(),
        withdrawn: None,
        edited: None,
    }
}

pub(super) fn standing(world: &World) -> DocumentName {
    let DocumentName::Round { key } = world.round(TEAM) else {
        unreachable!("a round");
    };
    let key = world.engine().standing(key).unwrap();
    DocumentName::Round { key }
}

/// Places as the standing round has them.
pub(super) fn reading(world: &World) -> BTreeMap<ObservationId, String> {
    let name = standing(world);
    let document = world.engine().document(&name).unwrap();
    let (round, _) = read_round(&document, document_id(&name));
    let observations = round.observations.into_iter();
    observations
        .map(|seen| (seen.id, seen.typed_place.unwrap_or_default()))
        .collect()
}

/// What the log, opened with its keys, holds of a text.
fn traces(log: &dyn Log, text: &str) -> usize {
    let holds = |bytes: &[u8]| {
        bytes
            .windows(text.len())
            .any(|piece| piece == text.as_bytes())
    };
    let changes = log.since(0, 100_000).unwrap();
    let kept = log.quarantine(0, 100_000).unwrap();
    let changes = changes.iter().filter(|stored| holds(&stored.change.bytes));
    // A whole envelope is sealed: what it may hold cannot be told.
    let whole = |number: u32| number == u32::MAX;
    let kept = kept
        .iter()
        .filter(|kept| holds(&kept.item.bytes) || whole(kept.item.item));
    changes.count() + kept.count()
}

fn erase(world: &World, number: u8) -> Result<(), ReissueError> {
    let round = document_id(&standing(world));
    let erased = world.engine().erase_observation(round, id(number))?;
    assert_eq!(erased.aside_lost, 0);
    Ok(())
}

/// A tablet of the team, what it wrote and what it has sent at least once.
struct Written {
    tablet: Tablet,
    envelopes: Vec<Vec<u8>>,
    sent: usize,
    own: BTreeMap<u8, u32>,
}

impl Written {
    fn write(&mut self, world: &World, number: u8, version: u32) {
        let observation = seen(&self.tablet, number, version);
        let envelope = (self.tablet).save(world, world.round(TEAM), |w| {
            w.put_observation(&observation);
        });
        self.envelopes.push(envelope);
        self.own.insert(number, version);
    }

    /// Sends what was not sent, and something old again.
    fn send(&mut self, world: &World, again: usize) -> SyncAnswer {
        let mut sent: Vec<&Vec<u8>> = self.envelopes[self.sent..].iter().collect();
        sent.extend(self.envelopes[..self.sent].get(again));
        let count = sent.len();
        let request = self.tablet.request(world, &sent);
        let answer = world.sync(&self.tablet, request);
        assert_eq!(answer.receipts.len() + answer.refused.len(), count);
        assert!(answer.refused.is_empty(), "{:?}", answer.refused);
        for receipt in &answer.receipts {
            assert!(receipt.quarantined.is_empty(), "{:?}", receipt.quarantined);
            assert!(super::signature_holds(world, receipt));
            assert_eq!(receipt.changes.len(), 1, "all it sent is acknowledged");
        }
        self.sent = self.envelopes.len();
        answer
    }
}

fn schedule(seed: u64) {
    let mut rng = ChaCha20Rng::seed_from_u64(seed);
    let mut world = World::new();
    let mut tablets: Vec<Written> = (0..3)
        .map(|_| Written {
            tablet: world.tablet(Some(TEAM)),
            envelopes: Vec::new(),
            sent: 0,
            own: BTreeMap::new(),
        })
        .collect();
    let (mut next, mut version) = (1, 0);
    let mut erased: Vec<u8> = Vec::new();
    for _ in 0..40 {
        let which = rng.next_u32() as usize % tablets.len();
        let one = &mut tablets[which];
        version += 1;
        match rng.next_u32() % 10 {
            0..=2 => {
                one.write(&world, next, version);
                next += 1;
            }
            3 | 4 => {
                let own: Vec<u8> = one.own.keys().copied().collect();
                if !own.is_empty() {
                    let number = own[rng.next_u32() as usize % own.len()];
                    one.write(&world, number, version);
                }
            }
            5..=7 => {
                let again = rng.next_u32() as usize % (one.envelopes.len() + 1);
                one.send(&world, again);
            }
            8 => {
                let there: Vec<ObservationId> = reading(&world).into_keys().collect();
                if !there.is_empty() {
                    let chosen = there[rng.next_u32() as usize % there.len()];
                    let number = (1..next).find(|number| id(*number) == chosen).unwrap();
                    erase(&world, number).unwrap();
                    erased.push(number);
                }
            }
            _ => world = world.restart(),
        }
        for number in &erased {
            let log = world.engine().log().clone();
            assert_eq!(traces(&*log, &marker(id(*number))), 0, "seed {seed}");
        }
    }
    let mut expected = BTreeMap::new();
    for one in &mut tablets {
        one.send(&world, 0);
        for again in 0..one.envelopes.len() {
            one.send(&world, again);
        }
        let own = one.own.iter();
        let own = own.filter(|(number, _)| !erased.contains(number));
        expected.extend(own.map(|(number, version)| (id(*number), format!("version {version}"))));
    }
    assert_eq!(reading(&world), expected, "seed {seed}");
    let world = world.restart();
    assert_eq!(reading(&world), expected, "seed {seed}");
    for number in &erased {
        let log = world.engine().log().clone();
        assert_eq!(traces(&*log, &marker(id(*number))), 0, "seed {seed}");
    }
}

#[test]
fn any_order_of_erasing_sending_and_restarting_leads_to_the_same_round() {
    let seeds = std::env::var("MARAUDE_SEEDS")
        .ok()
        .and_then(|n| n.parse().ok());
    for seed in 0..seeds.unwrap_or(12) {
        schedule(seed);
    }
}

#[test]
fn a_tablet_offline_since_before_brings_nothing_back_and_a_server_that_forgot_is_found_out() {
    for forgets in [false, true] {
        let world = World::new();
        let mut one = Written {
            tablet: world.tablet(Some(TEAM)),
            envelopes: Vec::new(),
            sent: 0,
            own: BTreeMap::new(),
        };
        one.write(&world, 1, 1);
        one.write(&world, 2, 2);
        one.send(&world, 9);
        // Without network from here on: it goes on writing about the one who will be erased.
        one.write(&world, 1, 3);
        one.write(&world, 3, 4);
        erase(&world, 1).unwrap();
        if forgets {
            let folder = world.app.folder();
            let (log, keys) = (folder.log_db(world.campaign), folder.keys_db());
            let sql = rusqlite::Connection::open(log).unwrap();
            sql.execute_batch("DELETE FROM tombstones; DELETE FROM meta WHERE name LIKE 'moved:%'")
                .unwrap();
            let sql = rusqlite::Connection::open(keys).unwrap();
            sql.execute_batch("DELETE FROM documents WHERE wrapped = x''")
                .unwrap();
        }
        let world = world.restart();
        let all: Vec<&Vec<u8>> = one.envelopes.iter().collect();
        let answer = world.sync(&one.tablet, one.tablet.request(&world, &all));
        assert_eq!(answer.receipts.len(), 4);
        let log = world.engine().log().clone();
        let came_back = traces(&*log, &marker(id(1))) > 0;
        assert_eq!(came_back, forgets);
        if !forgets {
            let places = reading(&world);
            assert_eq!(places.keys().copied().collect::<Vec<_>>(), [id(2), id(3)]);
        }
    }
}

#[test]
fn a_tablet_is_told_where_its_round_went_and_reads_it_there() {
    let world = World::new();
    let mut one = Written {
        tablet: world.tablet(Some(TEAM)),
        envelopes: Vec::new(),
        sent: 0,
        own: BTreeMap::new(),
    };
    let former = world.round(TEAM);
    one.write(&world, 1, 1);
    one.write(&world, 2, 2);
    one.send(&world, 9);
    erase(&world, 1).unwrap();
    let asks = |name: DocumentName| {
        let mut request = one.tablet.request(&world, &[]);
        let heads = Vec::new();
        request.follow = vec![Follow { name, heads }];
        world.sync(&one.tablet, request)
    };
    let answer = asks(former);
    assert_eq!(answer.moved.len(), 1);
    assert_eq!(answer.moved[0].former, document_id(&former));
    assert!(answer.documents[0].changes.is_empty());
    let successor = answer.moved[0].name;
    let answer = asks(successor);
    assert!(answer.moved.is_empty());
    let mut document = maraude_core::document::Document::new(maraude_core::document::Actor::new(
        one.tablet.device.device.id,
        [1; 8],
    ));
    let changes: Vec<Vec<u8>> = answer.documents[0]
        .changes
        .iter()
        .map(|change| change.to_vec())
        .collect();
    let limits = GateLimits::default();
    let admission = admit_from_server(&mut document, DocumentKind::Round, &changes, &limits);
    assert!(admission.refused.is_empty());
    let (round, issues) = read_round(&document, document_id(&successor));
    assert!(issues.is_empty(), "{issues:?}");
    assert_eq!(round.observations.len(), 1);
    // Another team's tablet is told nothing.
    let stranger = world.tablet(None);
    let mut request = stranger.request(&world, &[]);
    request.follow = vec![Follow {
        name: former,
        heads: Vec::new(),
    }];
    assert!(world.sync(&stranger, request).moved.is_empty());
}

#[test]
fn what_the_coordination_said_of_it_goes_and_what_it_said_of_others_stays() {
    let world = World::new();
    let mut one = Written {
        tablet: world.tablet(Some(TEAM)),
        envelopes: Vec::new(),
        sent: 0,
        own: BTreeMap::new(),
    };
    for number in 1..=4 {
        one.write(&world, number, 1);
    }
    one.send(&world, 9);
    let engine = world.engine();
    let review = |part| DocumentName::Review {
        campaign: world.campaign,
        night: "2026-01-22".parse().unwrap(),
        part,
    };
    let decision = |number: u8, one: u8, other: u8| Decision {
        id: DecisionId::from_random([number; 16]),
        one: SlotRef {
            observation: id(one),
            slot: 0,
        },
        other: SlotRef {
            observation: id(other),
            slot: 0,
        },
        verdict: Verdict::Same,
        reason: Some(format!("reason {number}")),
        author: maraude_core::model::AccountId::from_random([8; 16]),
        decided_at: NOW,
        undone_at: None,
    };
    engine
        .author(&review(0), |w| {
            w.put_decision(&decision(1, 1, 2));
            w.put_decision(&decision(2, 3, 4));
            w.mark_read(&[id(1), id(2)], NOW);
        })
        .unwrap();
    erase(&world, 1).unwrap();
    let log = engine.log();
    assert!(log.document(document_id(&review(0))).unwrap().is_none());
    assert_eq!(traces(&**log, "reason 1"), 0);
    let read = |name| maraude_core::document::read_review(&engine.document(&name).unwrap()).0;
    let left = read(review(1));
    assert_eq!(left.decisions, vec![decision(2, 3, 4)]);
    assert_eq!(left.read.keys().copied().collect::<Vec<_>>(), [id(2)]);
}

#[test]
fn an_older_copy_of_the_log_opens_nothing_of_it() {
    let world = World::new();
    let mut one = Written {
        tablet: world.tablet(Some(TEAM)),
        envelopes: Vec::new(),
        sent: 0,
        own: BTreeMap::new(),
    };
    one.write(&world, 1, 1);
    one.write(&world, 2, 1);
    one.send(&world, 9);
    let round = document_id(&world.round(TEAM));
    let folder = world.app.folder().clone();
    let copy = folder.root().join("older.db");
    let backup = rusqlite::Connection::open(folder.log_db(world.campaign)).unwrap();
    backup
        .execute("VACUUM INTO ?1", [copy.to_str().unwrap()])
        .unwrap();
    let keys = |world: &World| world.app.keys().document_key(world.campaign, round);
    assert!(keys(&world).is_ok(), "before, the copy opens");
    erase(&world, 1).unwrap();
    assert!(matches!(keys(&world), Err(StoreError::ErasedDocument)));
    assert!(erase(&world, 1).is_err(), "it is there no more");
    // Erased again from an older log put back: the keys remember the observation too.
    let world = world.restart();
    let log = world.engine().log().clone();
    let gone = log.tombstones().unwrap();
    let pseudo = maraude_core::model::DocumentId::new(id(1).uuid());
    assert!(gone.iter().any(|gone| gone.document == pseudo));
    let destroyed = world
        .app
        .keys()
        .destroyed_documents(world.campaign)
        .unwrap();
    assert!(destroyed.contains(&pseudo) && destroyed.contains(&round));
}

#[test]
fn a_key_of_a_round_says_its_issue() {
    let world = World::new();
    let DocumentName::Round { key } = world.round(TEAM) else {
        unreachable!("a round");
    };
    let mut tablet = world.tablet(Some(TEAM));
    let departure = maraude_core::model::Departure {
        id: maraude_core::model::DepartureId::from_random([9; 16]),
        stamp: Stamp {
            device: tablet.device.device.id,
            at: NOW,
        },
        warnings: Vec::new(),
        took_over_from: None,
        walked: Vec::new(),
    };
    let observation = seen(&tablet, 1, 1);
    let envelope = tablet.save(&world, world.round(TEAM), |w| {
        w.put_departure(&key, &departure);
        w.put_observation(&observation);
    });
    world.sync(&tablet, tablet.request(&world, &[&envelope]));
    erase(&world, 1).unwrap();
    let name = standing(&world);
    let document = world.engine().document(&name).unwrap();
    let (round, issues) = read_round(&document, document_id(&name));
    assert_eq!(round.key, Some(RoundKey { reissue: 1, ..key }));
    assert!(issues.is_empty());
    assert_eq!(round.departures.len(), 1);
}
