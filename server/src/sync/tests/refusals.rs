//! What is refused, kept aside, gone or damaged: each told with its code, none in another's way.

use super::{TEAM, codes};
use crate::fixtures::{NOW, Tablet, World};
use crate::store::{StoreError, Tombstone};
use crate::sync::Exchange;
use crate::sync::receive::{CHANGE_BYTES, REQUEST_CAP_BYTES};
use maraude_core::document::{Actor, Document, DocumentName, document_id};
use maraude_core::model::{Campaign, CampaignId, CampaignKind, CampaignMode, TeamId};
use maraude_core::sync::envelope::{CHANGES_CAP, PAYLOAD_CAP_BYTES, envelope_hash};
use maraude_core::sync::{ANSWER_READ_CAP_BYTES, encode_answer};
use sha2::{Digest, Sha256};

/// Closures of one tablet in one round, one envelope each.
fn saved(world: &World, tablet: &mut Tablet, name: DocumentName, numbers: &[u8]) -> Vec<Vec<u8>> {
    let save = |number: &u8| {
        let closure = tablet.closure(*number);
        tablet.save(world, name, |w| w.put_closure(&closure))
    };
    numbers.iter().map(save).collect()
}

/// The last change a tablet made in a round.
fn last_change(tablet: &Tablet, name: DocumentName) -> Vec<u8> {
    let (_, document) = tablet.documents.iter().find(|(of, _)| *of == name).unwrap();
    document.changes_since(&[]).pop().unwrap().bytes
}

#[test]
fn what_rests_on_a_refused_change_is_said_to_and_a_colleague_s_change_is_not_spoilt() {
    let world = World::new();
    let name = world.round(TEAM);
    let mut hostile = world.tablet(Some(TEAM));
    // The second entry has the first one's key: refused for what it is.
    let mut twin = hostile.closure(1);
    let first = hostile.save(&world, name, |w| w.put_closure(&twin));
    let mut other = world.tablet(Some(TEAM));
    twin.stamp.device = other.device.device.id;
    other.save(&world, name, |w| w.put_closure(&twin));
    let bad = last_change(&other, name);
    let refused = other.seal(&world, name, vec![bad.clone()]);
    let after = saved(&world, &mut other, name, &[2]);
    world.sync(&hostile, hostile.request(&world, &[&first]));
    let answer = world.sync(&other, other.request(&world, &[&refused]));
    assert_eq!(codes(&answer), ["entry-exists"]);
    let answer = world.sync(&other, other.request(&world, &[&after[0]]));
    assert_eq!(codes(&answer), ["depends-on-refused"]);
    assert_eq!(answer.receipts[0].quarantined[0].missing.len(), 1);

    // Brought first by somebody else, an honest change is refused for who brought it, no more.
    let elsewhere = world.round(TeamId::from_random([8; 16]));
    let mut honest = world.tablet(Some(TEAM));
    let own = saved(&world, &mut honest, elsewhere, &[3]);
    let stolen = vec![last_change(&honest, elsewhere)];
    let own_after = saved(&world, &mut honest, elsewhere, &[4]);
    let stealing = hostile.seal(&world, elsewhere, stolen);
    let answer = world.sync(&hostile, hostile.request(&world, &[&stealing]));
    assert_eq!(codes(&answer), ["foreign-actor"]);
    let answer = world.sync(&honest, honest.request(&world, &[&own_after[0]]));
    assert_eq!(codes(&answer), ["missing-dependencies"]);
    assert_eq!(answer.receipts[0].quarantined[0].missing.len(), 1);
    world.sync(&honest, honest.request(&world, &[&own[0]]));
    let kept = world
        .engine()
        .log()
        .changes(document_id(&elsewhere))
        .unwrap();
    assert_eq!(kept.len(), 2);
}

#[test]
fn a_full_queue_or_disk_does_not_make_the_server_forget_what_waits() {
    let world = World::new();
    let name = world.round(TEAM);
    let mut tablet = world.tablet(Some(TEAM));
    let envelopes = saved(&world, &mut tablet, name, &[1, 2]);
    let answer = world.sync(&tablet, tablet.request(&world, &[&envelopes[1]]));
    assert_eq!(codes(&answer), ["missing-dependencies"]);
    let engine = world.engine();
    engine.disk_has_room(false);
    let request = tablet.request(&world, &[&envelopes[0]]);
    let asked = world.try_sync(&tablet, request.clone());
    assert!(world.runtime.block_on(asked).is_err());
    engine.disk_has_room(true);
    world.sync(&tablet, request);
    assert_eq!(engine.log().changes(document_id(&name)).unwrap().len(), 2);
}

#[test]
fn on_a_full_disk_what_is_there_is_read() {
    let world = World::new();
    let name = world.round(TEAM);
    let mut tablet = world.tablet(Some(TEAM));
    let envelopes = saved(&world, &mut tablet, name, &[1, 2]);
    world.sync(&tablet, tablet.request(&world, &[&envelopes[0]]));
    let world = world.restart();
    let engine = world.engine();
    engine.disk_has_room(false);
    assert_eq!(engine.document(&name).unwrap().change_count(), 2);
    assert!(engine.plan().unwrap().campaign.is_some());
    // Who brings nothing is answered: only its contact, which is due, is not written.
    world.app.clock().advance(70_000);
    let answer = world.sync(&tablet, tablet.request(&world, &[]));
    assert_eq!(answer.rounds.len(), 1);
    let asked = world.try_sync(&tablet, tablet.request(&world, &[&envelopes[1]]));
    assert!(world.runtime.block_on(asked).is_err());
    engine.disk_has_room(true);
    let answer = world.sync(&tablet, tablet.request(&world, &[&envelopes[1]]));
    assert_eq!(answer.receipts.len(), 1);
}

#[test]
fn work_for_an_erased_document_is_kept_sealed_and_told_where_to_go() {
    let world = World::new();
    let name = world.round(TEAM);
    let mut tablet = world.tablet(Some(TEAM));
    let envelopes = saved(&world, &mut tablet, name, &[1, 2]);
    world.sync(&tablet, tablet.request(&world, &[&envelopes[0]]));
    let DocumentName::Round { mut key } = name else {
        unreachable!("a round");
    };
    key.reissue += 1;
    let successor = DocumentName::Round { key };
    let log = world.engine().log().clone();
    let tombstone = Tombstone {
        document: document_id(&name),
        at: NOW,
        reason: "opposition".to_owned(),
        successor: Some(successor),
    };
    world.engine().erase(&tombstone).unwrap();
    assert!(world.engine().document(&name).unwrap().is_empty());
    let request = tablet.request(&world, &[&envelopes[0], &envelopes[1]]);
    let answer = world.sync(&tablet, request);
    assert_eq!(answer.receipts, vec![]);
    for refused in &answer.refused {
        assert_eq!(refused.code, "document-gone");
        assert_eq!(refused.successor, Some(successor));
        assert!(refused.quarantined);
    }
    let kept = log.quarantine(0, 9).unwrap();
    let whole: Vec<_> = kept.iter().map(|kept| kept.item.envelope).collect();
    assert_eq!(
        whole,
        envelopes
            .iter()
            .map(|e| envelope_hash(e))
            .collect::<Vec<_>>()
    );
    assert_eq!(
        kept[1].item.bytes, envelopes[1],
        "sealed to the campaign still"
    );
    assert!(log.changes(document_id(&name)).unwrap().is_empty());
}

#[test]
fn a_damaged_document_keeps_no_other_from_arriving() {
    let world = World::new();
    let (torn, sound) = (world.round(TEAM), world.round(TeamId::from_random([8; 16])));
    let mut tablet = world.tablet(Some(TEAM));
    let before = saved(&world, &mut tablet, torn, &[1, 2]);
    world.sync(&tablet, tablet.request(&world, &[&before[0]]));
    let path = world.app.folder().log_db(world.campaign);
    let file = rusqlite::Connection::open(path).unwrap();
    let id = document_id(&torn);
    let bytes: Vec<u8> = file
        .query_row(
            "SELECT bytes FROM changes WHERE document = ?1",
            [id.as_bytes()],
            |row| row.get(0),
        )
        .unwrap();
    let write = |bytes: &[u8]| {
        let sql = "UPDATE changes SET bytes = ?2 WHERE document = ?1";
        file.execute(sql, rusqlite::params![id.as_bytes(), bytes])
            .unwrap();
    };
    let mut damaged = bytes.clone();
    damaged[30] ^= 1;
    write(&damaged);
    let world = world.restart();
    let more = saved(&world, &mut tablet, sound, &[3]);
    let answer = world.sync(&tablet, tablet.request(&world, &[&before[1], &more[0]]));
    assert_eq!(answer.receipts.len(), 2);
    assert_eq!(codes(&answer), ["document-damaged"]);
    let engine = world.engine();
    assert_eq!(engine.log().changes(document_id(&sound)).unwrap().len(), 1);
    let left = engine.retry_quarantine(None, false).unwrap();
    assert_eq!((left.taken, left.left), (0, 1));
    write(&bytes);
    let taken = engine.retry_quarantine(None, false).unwrap();
    assert_eq!((taken.taken, taken.left), (1, 0));
    assert_eq!(engine.log().changes(id).unwrap().len(), 2);
    assert!(engine.log().open_quarantine(9).unwrap().is_empty());
}

#[test]
fn the_work_of_a_revoked_tablet_is_taken_up_when_somebody_decides_so() {
    let world = World::new();
    let name = world.round(TEAM);
    let mut tablet = world.tablet(Some(TEAM));
    let envelopes = saved(&world, &mut tablet, name, &[1]);
    let id = tablet.device.device.id;
    world.app.server().revoke_device(id, NOW).unwrap();
    let answer = world.sync(&tablet, tablet.request(&world, &[&envelopes[0]]));
    assert_eq!(codes(&answer), ["device-revoked"]);
    let engine = world.engine();
    // The document's name is known once anybody wrote in it.
    let mut colleague = world.tablet(Some(TEAM));
    let others = saved(&world, &mut colleague, name, &[2]);
    world.sync(&colleague, colleague.request(&world, &[&others[0]]));
    assert_eq!(engine.retry_quarantine(None, false).unwrap().taken, 0);
    assert_eq!(engine.retry_quarantine(None, true).unwrap().taken, 1);
    assert_eq!(engine.log().changes(document_id(&name)).unwrap().len(), 2);
}

#[test]
fn a_damaged_campaign_is_named_and_the_others_are_served() {
    let world = World::new();
    let other = CampaignId::from_random([2; 16]);
    let plan = Campaign::prepare(
        other,
        "Une autre".to_owned(),
        CampaignKind::NightCount,
        CampaignMode::Exercise,
    );
    world.app.create_campaign(&plan).unwrap();
    let path = world.app.folder().log_db(other);
    let world = world.restart();
    let sound = std::fs::read(&path).unwrap();
    std::fs::write(&path, vec![0x5a; sound.len()]).unwrap();
    let refused = world.app.engine(other).err();
    assert!(
        matches!(refused, Some(StoreError::DamagedCampaign { .. })),
        "{refused:?}"
    );
    let named = world.app.damaged_campaigns();
    assert_eq!(named.keys().collect::<Vec<_>>(), [&other]);
    let mut tablet = world.tablet(Some(TEAM));
    let envelopes = saved(&world, &mut tablet, world.round(TEAM), &[1]);
    let answer = world.sync(&tablet, tablet.request(&world, &[&envelopes[0]]));
    assert_eq!(answer.receipts[0].changes.len(), 1);
    // Repaired, it is found again without a restart.
    std::fs::write(&path, sound).unwrap();
    world.app.clock().advance(60_000);
    assert!(world.app.engine(other).is_ok());
    assert!(world.app.damaged_campaigns().is_empty());
}

#[test]
fn two_tablets_whose_changes_wait_for_each_other_in_turn_all_enter() {
    let world = World::new();
    let name = world.round(TEAM);
    let mut one = world.tablet(Some(TEAM));
    let mut other = world.tablet(Some(TEAM));
    // Each entry rests on the colleague's last one.
    for number in 1..9 {
        let (here, there) = if number % 2 == 0 {
            (&mut one, &mut other)
        } else {
            (&mut other, &mut one)
        };
        let closure = here.closure(number);
        here.save(&world, name, |w| w.put_closure(&closure));
        let change = last_change(here, name);
        if there.documents.is_empty() {
            let actor = Actor::new(there.device.device.id, [7; 8]);
            there.documents.push((name, Document::new(actor)));
        }
        there.documents[0].1.apply(&[change]).unwrap();
    }
    let own = |tablet: &Tablet| {
        let changes = tablet.documents[0].1.changes_by(tablet.device.device.id);
        changes
            .into_iter()
            .map(|change| change.bytes)
            .collect::<Vec<_>>()
    };
    let (ones, others) = (own(&one), own(&other));
    let first = one.seal(&world, name, ones);
    let second = other.seal(&world, name, others);
    let answer = world.sync(&one, one.request(&world, &[&first]));
    assert_eq!(codes(&answer).len(), 4);
    let answer = world.sync(&other, other.request(&world, &[&second]));
    assert_eq!(codes(&answer), [""; 0]);
    assert_eq!(answer.receipts[0].changes.len(), 4);
    let log = world.engine().log().clone();
    assert_eq!(log.changes(document_id(&name)).unwrap().len(), 8);
    assert!(log.open_quarantine(9).unwrap().is_empty());
}

#[test]
fn changes_that_wait_for_nothing_cost_an_honest_tablet_nothing() {
    let world = World::new();
    let name = world.round(TEAM);
    let mut hostile = world.tablet(Some(TEAM));
    let mut honest = world.tablet(Some(TEAM));
    let timed = |honest: &mut Tablet, numbers: std::ops::Range<u8>| {
        let mut times: Vec<_> = numbers
            .map(|number| {
                let envelope = saved(&world, honest, name, &[number]);
                let since = std::time::Instant::now();
                let answer = world.sync(honest, honest.request(&world, &[&envelope[0]]));
                assert_eq!(answer.receipts[0].changes.len(), 1);
                since.elapsed()
            })
            .collect();
        times.sort_unstable();
        times[times.len() / 2]
    };
    let alone = timed(&mut honest, 1..16);
    // Each rests on a change that is never sent.
    let mut stray = Vec::new();
    for opening in 0..1_500_u16 {
        let mut actor = [0; 8];
        actor[..2].copy_from_slice(&opening.to_be_bytes());
        let mut document = Document::new(Actor::new(hostile.device.device.id, actor));
        for number in [200, 201] {
            let mut closure = hostile.closure(number);
            closure.id = maraude_core::model::ClosureId::from_random(
                (u128::from(opening) << 8 | u128::from(number)).to_be_bytes(),
            );
            stray.extend(document.commit(NOW, |w| w.put_closure(&closure)));
        }
    }
    let stray: Vec<_> = stray
        .into_iter()
        .skip(1)
        .step_by(2)
        .map(|c| c.bytes)
        .collect();
    let envelope = hostile.seal(&world, name, stray);
    let answer = world.sync(&hostile, hostile.request(&world, &[&envelope]));
    assert_eq!(codes(&answer).len(), 1_500);
    let beside = timed(&mut honest, 16..31);
    assert!(
        beside < 5 * alone + std::time::Duration::from_millis(20),
        "{alone:?}, {beside:?}"
    );
}

#[test]
fn what_opens_to_much_is_left_for_the_next_request_and_a_repeat_is_opened_once() {
    let world = World::new();
    let mut tablet = world.tablet(Some(TEAM));
    let name = world.round(TEAM);
    let closure = tablet.closure(1);
    let honest = tablet.save(&world, name, |w| w.put_closure(&closure));
    let mut bomb = |number: u8| tablet.seal(&world, name, vec![vec![number; 4_000_000]]);
    let bombs: Vec<Vec<u8>> = (0..6).map(&mut bomb).collect();
    assert!(bombs.iter().all(|envelope| envelope.len() < 16 * 1024));
    let told = |request: &[&Vec<u8>]| {
        let answer = world.sync(&tablet, tablet.request(&world, request));
        answer.receipts.len() + answer.refused.len()
    };
    // Five open to more than a request may; the sixth and what follows waits.
    let mut all: Vec<&Vec<u8>> = bombs.iter().collect();
    all.push(&honest);
    assert_eq!(told(&all), 5);
    // The same one a hundred times is one: what follows has room.
    let mut repeated = vec![&bombs[5]; 100];
    repeated.push(&honest);
    assert_eq!(told(&repeated), 2);
    let kept = world.engine().log().changes(document_id(&name)).unwrap();
    assert_eq!(kept.len(), 1);
}

#[test]
fn hundreds_of_refused_envelopes_take_few_places_in_the_queue() {
    let world = World::new();
    let name = world.round(TEAM);
    let mut tablet = world.tablet(Some(TEAM));
    let revoked = world.tablet(Some(TEAM));
    let mut revoked = revoked;
    let number = |envelopes: &[Vec<u8>]| {
        let asked = Exchange {
            carrier: tablet.device.clone(),
            may_read: true,
            request: tablet.request(&world, &envelopes.iter().collect::<Vec<_>>()),
        };
        let taken = world.engine().receive(&asked).unwrap();
        assert_eq!(taken.outcomes.len(), envelopes.len(), "each is told of");
        taken.submitted.len()
    };
    let junk: Vec<Vec<u8>> = (0..300_u16).map(|n| n.to_be_bytes().to_vec()).collect();
    assert_eq!(number(&junk), 1);
    let mut late = Vec::new();
    for n in 0..100 {
        late.extend(saved(&world, &mut revoked, name, &[n]));
    }
    let id = revoked.device.device.id;
    world.app.server().revoke_device(id, NOW).unwrap();
    assert_eq!(number(&late), 1);
    // Control: each document takes a place of its own.
    let elsewhere = world.round(TeamId::from_random([8; 16]));
    let both = [
        saved(&world, &mut tablet, name, &[1]),
        saved(&world, &mut tablet, elsewhere, &[2]),
    ];
    let asked = Exchange {
        carrier: tablet.device.clone(),
        may_read: true,
        request: tablet.request(&world, &[&both[0][0], &both[1][0]]),
    };
    assert_eq!(world.engine().receive(&asked).unwrap().submitted.len(), 2);
}

/// A change by hand that waits for 256 others, of no operations.
fn waiting_for_many(actor: Actor, number: u32) -> Vec<u8> {
    let mut body = vec![0x80, 0x02];
    for dependency in 0..256_u32 {
        body.extend(number.to_be_bytes());
        body.extend(dependency.to_be_bytes());
        body.extend([7; 24]);
    }
    body.push(24);
    body.extend(actor.as_bytes());
    // Sequence, counter, time, message, other actors, columns.
    body.extend([1, 2, 0, 0, 0, 0]);
    let length = [body.len() as u8 & 0x7f | 0x80, (body.len() >> 7) as u8];
    let framed = [&[1][..], &length, &body].concat();
    let checksum = Sha256::digest(&framed);
    [&[0x85, 0x6f, 0x4a, 0x83][..], &checksum[..4], &framed].concat()
}

#[test]
fn an_envelope_of_many_refused_changes_does_not_make_an_answer_too_large_to_be_read() {
    let world = World::new();
    let name = world.round(TEAM);
    let mut hostile = world.tablet(Some(TEAM));
    let carrier = world.tablet(Some(TEAM));
    // Each waits for 256 changes that nobody has.
    let actor = Actor::new(hostile.device.device.id, [9; 8]);
    let changes: Vec<Vec<u8>> = (0..200).map(|n| waiting_for_many(actor, n)).collect();
    let first = [changes[0].clone()];
    let told = |changes: &[Vec<u8>], tablet: &mut Tablet| {
        let envelope = tablet.seal(&world, name, changes.to_vec());
        let answer = world.sync(&carrier, carrier.request(&world, &[&envelope]));
        assert_eq!(answer.receipts[0].quarantined.len(), changes.len());
        let codes = codes(&answer);
        assert!(
            codes.iter().all(|code| *code == "missing-dependencies"),
            "{codes:?}"
        );
        encode_answer(&answer).len()
    };
    let (one, all) = (told(&first, &mut hostile), told(&changes, &mut hostile));
    // As many as fill a request's share at most come to less than a tablet reads.
    let each = (all - one) / (changes.len() - 1);
    let most = (REQUEST_CAP_BYTES + PAYLOAD_CAP_BYTES) / CHANGE_BYTES + CHANGES_CAP;
    assert!(each * most < ANSWER_READ_CAP_BYTES, "{each} bytes each");
    // Control: what a change waits for would come to more.
    assert!(256 * 32 * most > ANSWER_READ_CAP_BYTES);
}
