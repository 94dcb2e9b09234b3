//! Exchanges end to end, in process, on a real log.

use super::{EngineError, Gate};
use crate::fixtures::{NOW, World};
use crate::store::Circumstance;
use ed25519_dalek::{Signature, Verifier};
use maraude_core::document::{
    Document, DocumentKind, DocumentName, document_id, read_plan, read_round,
};
use maraude_core::gate::{Admission, GateLimits, admit_under_actors};
use maraude_core::model::{CampaignState, DeviceId, TeamId};
use maraude_core::sync::{Follow, Receipt, SyncAnswer};

mod allowance;
mod custody;
mod full_document;
mod refusals;
mod reissue;
mod set_aside;
mod snapshots;
mod under_way;
mod unvouched;
mod went_back;

const TEAM: TeamId = TeamId::from_random([5; 16]);

fn signature_holds(world: &World, receipt: &Receipt) -> bool {
    let signature = Signature::from_bytes(&receipt.signature.into_array());
    world
        .app
        .signing()
        .verifying_key()
        .verify(&receipt.signed_bytes(world.campaign), &signature)
        .is_ok()
}

fn codes(answer: &SyncAnswer) -> Vec<&str> {
    answer
        .receipts
        .iter()
        .flat_map(|receipt| receipt.quarantined.iter().map(|q| q.code.as_str()))
        .collect()
}

#[test]
fn what_is_acknowledged_is_in_the_log_and_comes_back_to_a_colleague() {
    let world = World::new();
    let mut one = world.tablet(Some(TEAM));
    let other = world.tablet(Some(TEAM));
    let name = world.round(TEAM);
    let first = {
        let closure = one.closure(1);
        one.save(&world, name, |w| w.put_closure(&closure))
    };
    let second = {
        let closure = one.closure(2);
        one.save(&world, name, |w| w.put_closure(&closure))
    };
    let answer = world.sync(&one, one.request(&world, &[&first, &second]));
    assert_eq!(answer.receipts.len(), 2);
    assert!(answer.refused.is_empty());
    assert!(answer.receipts.iter().all(|r| signature_holds(&world, r)));
    assert!(answer.receipts.iter().all(|r| r.changes.len() == 1));
    assert_eq!(answer.rounds.len(), 1);

    let world = world.restart();
    let log = world.engine().log().clone();
    let kept = log.changes(document_id(&name)).unwrap();
    assert_eq!(kept.len(), 2);
    assert_eq!(kept[0].change.clock_offset_ms, Some(-40));
    assert_eq!(kept[0].change.device, one.device.device.id);

    let again = world.sync(&one, one.request(&world, &[&second, &first]));
    assert_eq!(again.receipts.len(), 2);
    assert_eq!(log.changes(document_id(&name)).unwrap().len(), 2);

    let mut request = other.request(&world, &[]);
    request.follow = vec![Follow {
        name,
        heads: Vec::new(),
    }];
    let answer = world.sync(&other, request);
    assert_eq!(answer.documents[0].changes.len(), 2);
    assert!(answer.documents[0].writable);
    let mut request = other.request(&world, &[]);
    request.follow = vec![Follow {
        name,
        heads: answer.documents[0].heads.clone(),
    }];
    let answer = world.sync(&other, request);
    assert!(answer.documents[0].changes.is_empty());
}

#[test]
fn a_carried_envelope_counts_as_its_author_s() {
    let world = World::new();
    let mut author = world.tablet(Some(TEAM));
    let carrier = world.tablet(None);
    let name = world.round(TEAM);
    let closure = author.closure(1);
    let envelope = author.save(&world, name, |w| w.put_closure(&closure));
    let answer = world.sync(&carrier, carrier.request(&world, &[&envelope]));
    assert_eq!(answer.receipts[0].changes.len(), 1);
    let kept = world.engine().log().changes(document_id(&name)).unwrap();
    assert_eq!(kept[0].change.device, author.device.device.id);
    assert_eq!(kept[0].change.carrier, carrier.device.device.id);
    assert_eq!(kept[0].change.clock_offset_ms, None);
    let hears = carrier.request(&world, &[]);
    let answer = world.sync(&carrier, hears);
    assert!(answer.rounds.is_empty(), "it wrote in none");
}

#[test]
fn what_is_not_honest_is_kept_with_its_reason_and_blocks_nothing() {
    let world = World::new();
    let mut tablet = world.tablet(Some(TEAM));
    let name = world.round(TEAM);
    let closure = tablet.closure(1);
    let good = tablet.save(&world, name, |w| w.put_closure(&closure));
    let mut forged = good.clone();
    let last = forged.len() - 1;
    forged[last] ^= 1;
    let junk = vec![7; 300];
    let plan = DocumentName::Plan {
        campaign: world.campaign,
    };
    let meddling = tablet.save(&world, plan, |w| w.put_perimeter(&["34172".to_owned()]));
    let bytes = tablet.seal(&world, name, vec![vec![1; 50]]);
    let request = tablet.request(&world, &[&forged, &junk, &meddling, &bytes, &good]);
    let answer = world.sync(&tablet, request);
    assert_eq!(answer.refused.len(), 2);
    assert!(answer.refused.iter().all(|refused| refused.quarantined));
    let told: Vec<&str> = answer.refused.iter().map(|r| r.code.as_str()).collect();
    assert_eq!(told, ["envelope-signature", "envelope-unreadable"]);
    let quarantined = codes(&answer);
    assert_eq!(quarantined.len(), 2);
    assert!(quarantined.contains(&"document-read-only"));
    let whole = answer.receipts.iter().filter(|r| r.quarantined.is_empty());
    assert_eq!(whole.count(), 1);
    let kept = world.engine().log().quarantine(0, 10).unwrap();
    assert_eq!(kept.len(), 4);
    assert!(kept.iter().any(|q| q.item.bytes == junk));
    let read = read_plan(&world.engine().document(&plan).unwrap()).0;
    assert!(read.perimeter.is_empty());
}

#[test]
fn late_misplaced_and_revoked_work_is_never_refused() {
    let world = World::new();
    let engine = world.engine();
    let mut tablet = world.tablet(Some(TEAM));
    let elsewhere = world.round(TeamId::from_random([8; 16]));
    let closure = tablet.closure(1);
    let misplaced = tablet.save(&world, elsewhere, |w| w.put_closure(&closure));
    let answer = world.sync(&tablet, tablet.request(&world, &[&misplaced]));
    assert_eq!(answer.receipts[0].changes.len(), 1);

    let plan_name = DocumentName::Plan {
        campaign: world.campaign,
    };
    let plan = engine.plan().unwrap();
    let mut locked = plan.campaign.clone().unwrap();
    locked.state = CampaignState::Locked;
    engine
        .author(&plan_name, |w| w.put_campaign(&locked))
        .unwrap();
    let name = world.round(TEAM);
    let closure = tablet.closure(2);
    let late = tablet.save(&world, name, |w| w.put_closure(&closure));
    let answer = world.sync(&tablet, tablet.request(&world, &[&late]));
    assert_eq!(answer.receipts[0].changes.len(), 1);

    let circumstance = |of: &DocumentName| {
        let kept = engine.log().changes(document_id(of)).unwrap();
        kept[0].change.circumstance
    };
    assert_eq!(circumstance(&elsewhere), Some(Circumstance::OtherTeam));
    assert_eq!(circumstance(&name), Some(Circumstance::AfterLock));

    let id = tablet.device.device.id;
    world.app.server().revoke_device(id, NOW).unwrap();
    let closure = tablet.closure(3);
    let after = tablet.save(&world, name, |w| w.put_closure(&closure));
    let answer = world.sync(&tablet, tablet.request(&world, &[&after]));
    assert!(answer.receipts[0].changes.is_empty());
    assert!(signature_holds(&world, &answer.receipts[0]));
    assert_eq!(codes(&answer), ["device-revoked"]);
    assert_eq!(engine.log().quarantine(0, 10).unwrap().len(), 1);
}

#[test]
fn changes_that_came_before_what_they_rest_on_enter_when_it_comes() {
    let world = World::new();
    let mut tablet = world.tablet(Some(TEAM));
    let name = world.round(TEAM);
    let envelopes: Vec<Vec<u8>> = (1..4)
        .map(|number| {
            let closure = tablet.closure(number);
            tablet.save(&world, name, |w| w.put_closure(&closure))
        })
        .collect();
    for late in [&envelopes[2], &envelopes[1]] {
        let answer = world.sync(&tablet, tablet.request(&world, &[late]));
        assert_eq!(codes(&answer), ["missing-dependencies"]);
    }
    let world = world.restart();
    let request = tablet.request(&world, &[&envelopes[0]]);
    world.sync(&tablet, request);
    let log = world.engine().log().clone();
    assert_eq!(log.changes(document_id(&name)).unwrap().len(), 3);
    let kept = log.quarantine(0, 10).unwrap();
    assert!(kept.iter().all(|q| q.settled_at == Some(NOW)));
    let again = tablet.request(&world, &[&envelopes[2]]);
    let answer = world.sync(&tablet, again);
    assert_eq!(answer.receipts[0].changes.len(), 1);
}

/// A gate with a bug: it panics on one change, told by a marker, after having let others in.
fn panicking(
    document: &mut Document,
    kind: DocumentKind,
    changes: &[Vec<u8>],
    author: DeviceId,
    actors: &[Vec<u8>],
    writable: bool,
    limits: &GateLimits,
) -> Admission {
    let admission = admit_under_actors(document, kind, changes, author, actors, writable, limits);
    let marked = |bytes: &Vec<u8>| bytes.windows(13).any(|w| w == b"PANIC-ON-THIS");
    assert!(!changes.iter().any(marked), "on purpose");
    admission
}

#[test]
fn a_panic_in_the_gate_is_contained_and_its_culprit_found() {
    let gate: Gate = panicking;
    let world = World::with_gate(gate);
    let mut tablet = world.tablet(Some(TEAM));
    let name = world.round(TEAM);
    let mut changes = Vec::new();
    for number in 1..5 {
        let mut closure = tablet.closure(number);
        if number == 4 {
            closure.not_walked = Some("PANIC-ON-THIS".to_owned());
        }
        tablet.save(&world, name, |w| w.put_closure(&closure));
        let document = &tablet.documents[0].1;
        changes = document
            .changes_since(&[])
            .into_iter()
            .map(|c| c.bytes)
            .collect();
    }
    let envelope = tablet.seal(&world, name, changes);
    let answer = world.sync(&tablet, tablet.request(&world, &[&envelope]));
    assert_eq!(answer.receipts.len(), 1);
    assert_eq!(answer.receipts[0].changes.len(), 3);
    assert_eq!(codes(&answer), ["change-panics"]);
    let document = world.engine().document(&name).unwrap();
    let round = read_round(&document, document_id(&name)).0;
    assert_eq!(round.closures.len(), 3);
}

#[test]
fn submitters_are_told_after_the_commit_and_share_transactions() {
    let world = World::new();
    let engine = world.engine();
    let mut commits = engine.subscribe();
    let tablets: Vec<_> = (0..20)
        .map(|number| {
            let mut tablet = world.tablet(Some(TeamId::from_random([number; 16])));
            let name = world.round(TeamId::from_random([number; 16]));
            let closure = tablet.closure(1);
            let envelope = tablet.save(&world, name, |w| w.put_closure(&closure));
            (tablet, name, envelope)
        })
        .collect();
    let log = engine.log().clone();
    let before = log.last_position().unwrap();
    let asked = tablets.iter().map(|(tablet, name, envelope)| {
        let request = tablet.request(&world, &[envelope]);
        let (world, log) = (&world, &log);
        async move {
            let answer = world.try_sync(tablet, request).await.unwrap();
            assert_eq!(answer.receipts.len(), 1);
            let kept = log.changes(document_id(name)).unwrap();
            assert_eq!(kept.len(), 1, "acknowledged and not in the log");
        }
    });
    world
        .runtime
        .block_on(futures_util::future::join_all(asked));
    assert_eq!(log.last_position().unwrap(), before + 20);
    let mut documents = 0;
    while let Ok(committed) = commits.try_recv() {
        documents += committed.documents.len();
        assert!(committed.position > before);
    }
    assert_eq!(documents, 20);
}

#[test]
fn the_server_writes_through_the_gate_and_a_command_acts_once() {
    let world = World::new();
    let engine = world.engine();
    let name = DocumentName::Plan {
        campaign: world.campaign,
    };
    let codes = ["34172".to_owned()];
    let write = |command: Option<&str>| {
        let mark = command.map(|command| crate::store::CommandMark {
            command: command.to_owned(),
            answer: vec![1],
        });
        let codes = codes.clone();
        let authored = super::Authored {
            name,
            write: Box::new(move |w| w.put_perimeter(&codes)),
        };
        engine.author_all(mark, vec![authored])
    };
    assert_eq!(write(Some("c")).unwrap().positions.len(), 1);
    assert!(write(None).unwrap().positions.is_empty(), "nothing differs");
    assert!(matches!(write(Some("c")), Err(EngineError::Commit(_))));
    let read = read_plan(&engine.document(&name).unwrap()).0;
    assert_eq!(read.perimeter, codes);
    let world = world.restart();
    let engine = world.engine();
    let more = ["34172".to_owned(), "34057".to_owned()];
    engine.author(&name, |w| w.put_perimeter(&more)).unwrap();
    let read = read_plan(&engine.document(&name).unwrap()).0;
    assert_eq!(read.perimeter, more);
    assert!(engine.log().changes(document_id(&name)).unwrap().len() == 3);
}
