//! One connection in process, on a real engine: what it may make the server hold, and what it hears.

use super::bloom::Bloom;
use super::codec::{Have, SyncMessage};
use super::{Facade, FacadeError, HELD_CAP_BYTES, document_text};
use crate::fixtures::{NOW, Tablet, World};
use crate::store::Tombstone;
use ciborium::Value;
use maraude_core::document::{ChangeHash, DocumentName, document_id};
use maraude_core::model::{
    Assignment, Audience, Coordinates, DocumentId, SectorId, Site, SiteId, SiteKind, TeamId,
};

const TEAM: TeamId = TeamId::from_random([5; 16]);

fn frame(fields: Vec<(&str, Value)>) -> Vec<u8> {
    let fields = fields.into_iter().map(|(name, value)| (name.into(), value));
    let mut bytes = Vec::new();
    ciborium::into_writer(&Value::Map(fields.collect()), &mut bytes).unwrap();
    bytes
}

fn said(bytes: &[u8], name: &str) -> Option<Value> {
    let value: Value = ciborium::from_reader(bytes).unwrap();
    let mut fields = value.into_map().unwrap().into_iter();
    let found = fields.find(|(key, _)| key.as_text() == Some(name));
    found.map(|(_, value)| value)
}

/// The sync message in what was said, where there is one.
fn message(bytes: &[u8]) -> Option<SyncMessage> {
    let data = said(bytes, "data")?;
    Some(SyncMessage::read(data.as_bytes().unwrap()).unwrap())
}

/// A connection that has said its name.
fn joined(world: &World, tablet: &Tablet) -> Facade {
    let (engine, pool) = (world.engine(), world.app.pool().clone());
    let id = tablet.device.device.id;
    let mut facade = Facade::new(engine, pool, id, "server".to_owned());
    let join = frame(vec![("type", "join".into()), ("senderId", "me".into())]);
    world.runtime.block_on(facade.receive(&join)).unwrap();
    facade
}

fn bring(
    world: &World,
    facade: &mut Facade,
    name: &DocumentName,
    message: &SyncMessage,
) -> Result<Vec<Vec<u8>>, FacadeError> {
    let text = document_text(document_id(name));
    let bytes = frame(vec![
        ("type", "sync".into()),
        ("documentId", text.into()),
        ("data", Value::Bytes(message.write())),
    ]);
    world.runtime.block_on(facade.receive(&bytes))
}

/// Rounds of a team, begun by one of its tablets.
fn rounds(world: &World, tablet: &mut Tablet, number: u8) -> Vec<DocumentName> {
    let mut names = Vec::new();
    for reissue in 0..number {
        let mut name = world.round(TEAM);
        if let DocumentName::Round { key } = &mut name {
            key.reissue = reissue.into();
        }
        let closure = tablet.closure(1);
        let envelope = tablet.save(world, name, |w| w.put_closure(&closure));
        let answer = world.sync(tablet, tablet.request(world, &[&envelope]));
        assert_eq!(answer.receipts[0].changes.len(), 1);
        names.push(name);
    }
    names
}

#[test]
fn what_a_connection_tells_of_its_documents_is_held_up_to_a_bound() {
    let world = World::new();
    let mut tablet = world.tablet(Some(TEAM));
    let told = |bytes: usize| SyncMessage {
        heads: vec![ChangeHash([3; 32])],
        have: vec![Have {
            last_sync: Vec::new(),
            bloom: Bloom::of(&vec![ChangeHash([1; 32]); bytes * 8 / 10]),
        }],
        ..SyncMessage::default()
    };
    let names = rounds(&world, &mut tablet, 70);
    let mut facade = joined(&world, &tablet);
    let large = told(62 * 1024);
    let ended = names
        .iter()
        .position(|name| bring(&world, &mut facade, name, &large).is_err());
    let held = ended.expect("the bound is met") * large.told_bytes();
    assert!(held <= HELD_CAP_BYTES && held + large.told_bytes() > HELD_CAP_BYTES);
    // Control: the same one told of again and again, and honest filters, end nothing.
    let mut facade = joined(&world, &tablet);
    for name in [&names[0]; 70] {
        bring(&world, &mut facade, name, &large).unwrap();
    }
    let mut facade = joined(&world, &tablet);
    for name in &names {
        bring(&world, &mut facade, name, &told(1_024)).unwrap();
    }
    assert_eq!(facade.followed(None).len(), names.len());
    let two = [
        document_id(&names[0]),
        document_id(&world.round(TeamId::from_random([9; 16]))),
    ];
    assert_eq!(facade.followed(Some(&two)), two[..1]);
}

#[test]
fn each_document_is_told_of_by_itself() {
    let world = World::new();
    let mut tablet = world.tablet(Some(TEAM));
    let names = rounds(&world, &mut tablet, 2);
    let mut facade = joined(&world, &tablet);
    for name in &names {
        let said = bring(&world, &mut facade, name, &SyncMessage::default()).unwrap();
        let answered = SyncMessage {
            heads: message(&said[0]).unwrap().heads,
            ..SyncMessage::default()
        };
        bring(&world, &mut facade, name, &answered).unwrap();
    }
    let closure = tablet.closure(2);
    let envelope = tablet.save(&world, names[0], |w| w.put_closure(&closure));
    world.sync(&tablet, tablet.request(&world, &[&envelope]));
    let mut told = |name| {
        let told = facade.tell(document_id(name));
        world.runtime.block_on(told).unwrap()
    };
    assert_eq!(told(&names[1]), None, "it gained nothing");
    let gained = message(&told(&names[0]).unwrap()).unwrap();
    assert_eq!(gained.changes.len(), 1);
    assert_eq!(told(&names[0]), None, "it was told");
}

/// What is told of errors, in the order it is said.
fn errors(said_to_it: &[Vec<u8>]) -> Vec<String> {
    let told = said_to_it.iter().filter_map(|bytes| said(bytes, "message"));
    told.map(|told| told.into_text().unwrap()).collect()
}

/// What is refused, and fills a twentieth of what one tablet may fill quarantine with.
fn rubbish(number: u8) -> Vec<Vec<u8>> {
    let mut bytes = vec![0; 900_000];
    bytes[0] = number;
    vec![bytes]
}

#[test]
fn with_quarantine_full_what_is_accepted_is_answered_all_the_same() {
    let world = World::new();
    let mut tablet = world.tablet(Some(TEAM));
    let names = rounds(&world, &mut tablet, 1);
    let mut facade = joined(&world, &tablet);
    let mut number = 0;
    let mut bring_rubbish = |facade: &mut Facade, more: Vec<Vec<u8>>| {
        number += 1;
        let brought = SyncMessage {
            heads: vec![ChangeHash([number; 32])],
            changes: [more, rubbish(number)].concat(),
            ..SyncMessage::default()
        };
        bring(&world, facade, &names[0], &brought).unwrap()
    };
    let first = errors(&bring_rubbish(&mut facade, Vec::new()));
    assert_eq!(first.len(), 1);
    assert!(first[0] != "quarantine-full", "control: kept, {first:?}");
    let full =
        (0..40).any(|_| errors(&bring_rubbish(&mut facade, Vec::new())) == ["quarantine-full"]);
    assert!(full);

    let closure = tablet.closure(2);
    let document = &mut tablet.documents[0].1;
    let honest = document.commit(NOW, |w| w.put_closure(&closure)).unwrap();
    let answer = bring_rubbish(&mut facade, vec![honest.bytes]);
    assert_eq!(errors(&answer), ["quarantine-full"]);
    let told = answer.iter().find_map(|bytes| message(bytes)).unwrap();
    assert_eq!(told.heads, [honest.hash], "it is on disk, and told so");
    let kept = world
        .engine()
        .log()
        .changes(document_id(&names[0]))
        .unwrap();
    assert_eq!(kept.len(), 2);
    // The connection goes on, and what was not kept is still asked for.
    assert!(told.need.contains(&ChangeHash([number; 32])));
}

#[test]
fn rights_withdrawn_on_an_open_connection_bite_at_the_next_word() {
    let world = World::new();
    let engine = world.engine();
    let mut tablet = world.tablet(Some(TEAM));
    let round = rounds(&world, &mut tablet, 1)[0];
    let campaign = world.campaign;
    let (sector, night) = (
        SectorId::from_random([6; 16]),
        "2026-01-22".parse().unwrap(),
    );
    let sent = Assignment {
        team: TEAM,
        sector,
        night,
    };
    let (plan, brief) = (
        DocumentName::Plan { campaign },
        DocumentName::Brief {
            campaign,
            sector,
            night,
        },
    );
    engine.author(&plan, |w| w.put_assignment(&sent)).unwrap();
    let site = |number: u8| Site {
        id: SiteId::from_random([number; 16]),
        kind: SiteKind::Squat,
        code: format!("Q{number}"),
        coordinates: Coordinates {
            longitude: 3.88,
            latitude: 43.61,
        },
        audience: Audience::Everyone,
        expected: None,
        note: None,
        facts: None,
    };
    engine.author(&brief, |w| w.put_site(&site(1))).unwrap();
    let mut facade = joined(&world, &tablet);
    let hello = SyncMessage::default();
    let ask = |facade: &mut Facade, name: &DocumentName| {
        let answer = bring(&world, facade, name, &hello);
        answer.map(|said_to_it| said(&said_to_it[0], "type").unwrap().into_text().unwrap())
    };
    let tell = |facade: &mut Facade, name: &DocumentName| {
        let told = facade.tell(document_id(name));
        let told = world.runtime.block_on(told).unwrap();
        told.map(|told| said(&told, "type").unwrap().into_text().unwrap())
    };
    let unavailable = "doc-unavailable";
    // Control: while it is sent there, it opens the place's brief and hears of it.
    assert_eq!(ask(&mut facade, &brief).unwrap(), "sync");
    engine.author(&brief, |w| w.put_site(&site(2))).unwrap();
    assert_eq!(tell(&mut facade, &brief).unwrap(), "sync");

    engine
        .author(&plan, |w| w.remove_assignment(&sent))
        .unwrap();
    engine.author(&brief, |w| w.put_site(&site(3))).unwrap();
    assert_eq!(tell(&mut facade, &brief).unwrap(), unavailable);
    assert!(tell(&mut facade, &brief).is_none(), "it follows it no more");
    assert_eq!(ask(&mut facade, &brief).unwrap(), unavailable);

    assert_eq!(ask(&mut facade, &round).unwrap(), "sync", "control");
    let id = tablet.device.device.id;
    world.app.server().revoke_device(id, NOW).unwrap();
    let ended = bring(&world, &mut facade, &round, &hello);
    assert!(matches!(ended, Err(FacadeError::Revoked)));
}

#[test]
fn the_documents_that_are_listed_are_those_that_open() {
    let world = World::new();
    let other = TeamId::from_random([8; 16]);
    let mut teammate = world.tablet(Some(TEAM));
    let mut visitor = world.tablet(Some(other));
    let names = rounds(&world, &mut teammate, 3);
    let closure = visitor.closure(4);
    let envelope = visitor.save(&world, names[1], |w| w.put_closure(&closure));
    world.sync(&visitor, visitor.request(&world, &[&envelope]));
    let ids: Vec<_> = names.iter().map(document_id).collect();
    let engine = world.engine();
    let check = |tablet: &Tablet, expected: &[DocumentId]| {
        let listed = engine.documents_named_to(&tablet.device).unwrap();
        let listed: Vec<_> = listed.iter().map(|named| named.document).collect();
        for id in &ids {
            let opens = engine.named(&tablet.device, *id).unwrap().is_some();
            assert_eq!(opens, expected.contains(id));
            assert_eq!(opens, listed.contains(id));
        }
    };
    check(&teammate, &ids);
    check(&visitor, &[]);
    check(&world.tablet(Some(other)), &[]);
    engine
        .log()
        .erase(&Tombstone {
            document: ids[1],
            at: NOW,
            reason: "asked for".to_owned(),
            successor: None,
        })
        .unwrap();
    check(&teammate, &[ids[0], ids[2]]);
}

#[test]
fn a_client_s_contact_is_kept_over_a_restart_and_tells_no_clock_of_its_own() {
    let world = World::new();
    let mut tablet = world.tablet(Some(TEAM));
    let id = tablet.device.device.id;
    let other = world.tablet(Some(TEAM));
    let names = rounds(&world, &mut tablet, 1);
    let clock = world.engine().contact(id).unwrap().clock_offset_ms;
    world.app.clock().advance(70_000);
    // Control: who said nothing of a document was not met.
    let mut idle = joined(&world, &other);
    assert!(world.engine().contact(other.device.device.id).is_none());
    for facade in [&mut joined(&world, &tablet), &mut idle] {
        bring(&world, facade, &names[0], &SyncMessage::default()).unwrap();
    }
    world.engine().read(document_id(&names[0]), |_| ()).unwrap();
    drop(idle);
    let world = world.restart();
    let met = world.engine().contact(id).unwrap();
    assert_eq!((met.at, met.clock_offset_ms), (NOW + 70_000, clock));
    let other = world.engine().contact(other.device.device.id).unwrap();
    assert_eq!((other.at, other.clock_offset_ms), (NOW + 70_000, 0));
}
