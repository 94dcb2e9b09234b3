//! What the gate promises.

use super::*;
use crate::document::{Document, DocumentKind, RawChange, sample};

fn limits() -> GateLimits {
    GateLimits::default()
}

fn admitted(document: &mut Document, device: u8, changes: &[Vec<u8>]) -> Admission {
    let author = sample::device(device);
    admit(
        document,
        DocumentKind::Round,
        changes,
        author,
        true,
        &limits(),
    )
}

fn bytes(changes: &[RawChange]) -> Vec<Vec<u8>> {
    changes.iter().map(|change| change.bytes.clone()).collect()
}

#[test]
fn an_honest_round_enters_whole_and_once() {
    let mut tablet = Document::new(sample::actor(1));
    let mut changes = Vec::new();
    changes.extend(tablet.commit(sample::AT, |w| {
        w.put_departure(&sample::key(), &sample::departure(1));
    }));
    for number in 10..20 {
        changes.extend(tablet.commit(sample::AT, |w| {
            w.put_observation(&sample::observation(1, number));
        }));
    }
    let mut edited = sample::observation(1, 12);
    edited.note = Some("deux chiens".into());
    changes.extend(tablet.commit(sample::AT, |w| w.put_observation(&edited)));
    changes.extend(tablet.commit(sample::AT, |w| w.put_closure(&sample::closure(1))));
    assert_eq!(changes.len(), 13);

    let mut server = Document::new(sample::actor(99));
    let admission = admitted(&mut server, 1, &bytes(&changes));
    assert_eq!(admission.refused, vec![]);
    assert_eq!(admission.accepted, changes);
    assert_eq!(server.heads(), tablet.heads());
    let again = admitted(&mut server, 1, &bytes(&changes));
    assert_eq!((again.known.len(), again.accepted.len()), (13, 0));

    let mut backwards = bytes(&changes);
    backwards.reverse();
    let mut other = Document::new(sample::actor(98));
    let admission = admitted(&mut other, 1, &backwards);
    assert_eq!(admission.refused, vec![]);
    assert_eq!(other.heads(), tablet.heads());
}

#[test]
fn a_long_batch_in_the_worst_order_costs_no_more() {
    let mut tablet = Document::new(sample::actor(1));
    let mut changes = Vec::new();
    for number in 0..1_500_u32 {
        changes.extend(tablet.commit(sample::AT, |w| {
            let mut closure = sample::closure(1);
            let mut id = [0; 16];
            id[..4].copy_from_slice(&number.to_be_bytes());
            closure.id = crate::model::ClosureId::from_random(id);
            w.put_closure(&closure);
        }));
    }
    let timed = |batch: &[Vec<u8>]| {
        let mut server = Document::new(sample::actor(99));
        let since = std::time::Instant::now();
        let admission = admitted(&mut server, 1, batch);
        assert_eq!(admission.accepted.len(), batch.len());
        since.elapsed()
    };
    let mut batch = bytes(&changes);
    let forwards = timed(&batch);
    batch.reverse();
    let backwards = timed(&batch);
    assert!(
        backwards < 3 * forwards,
        "{forwards:?} forwards, {backwards:?} backwards"
    );
}

mod bombs;
mod hostile;
mod mutants;
mod together;

/// One change written with automerge itself, by a device, on top of a document.
fn crafted(
    document: &Document,
    actor: crate::document::Actor,
    write: impl FnOnce(&mut automerge::transaction::Transaction<'_>, &automerge::ObjId),
) -> automerge::Change {
    use automerge::ReadDoc;
    let mut doc = automerge::Automerge::load(&document.clone().snapshot())
        .unwrap()
        .with_actor(automerge::ActorId::from(actor.as_bytes().as_slice()));
    let (_, objects) = doc.get(automerge::ROOT, "objects").unwrap().unwrap();
    let mut transaction = doc.transaction();
    write(&mut transaction, &objects);
    let options = automerge::transaction::CommitOptions::default().with_time(0);
    let (hash, _) = transaction.commit_with(options);
    doc.get_change_by_hash(&hash.unwrap()).unwrap()
}

/// A round with a departure and an observation, as the server holds it.
fn round() -> Document {
    let mut document = Document::new(sample::actor(1));
    document.commit(sample::AT, |w| {
        w.put_departure(&sample::key(), &sample::departure(1));
        w.put_observation(&sample::observation(1, 4));
    });
    document
}
