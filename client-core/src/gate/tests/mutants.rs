//! Damaged and hostile bytes with repaired checksums: never a panic, never a wrong accept; and the
//! prescan counts what automerge counts.

use super::*;
use crate::gate::prescan::{body, chunk_of, hash_of};
use automerge::marks::{ExpandMark, Mark};
use automerge::transaction::{CommitOptions, Transactable};
use automerge::{Automerge, Change, ObjType, ROOT, ReadDoc, ScalarValue};
use proptest::prelude::*;

/// One step of a program on an automerge document of any shape.
#[derive(Debug, Clone)]
enum Step {
    Put(u8, i64),
    Text(u8, String),
    Map(u8),
    Insert(u8, bool),
    Delete(u8),
    Count(u8),
    Splice(String),
    Scalar(u8, u8, i64),
    Mark(u8),
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        (any::<u8>(), any::<i64>()).prop_map(|(key, value)| Step::Put(key, value)),
        (any::<u8>(), ".{0,40}").prop_map(|(key, text)| Step::Text(key, text)),
        any::<u8>().prop_map(Step::Map),
        (any::<u8>(), any::<bool>()).prop_map(|(at, truth)| Step::Insert(at, truth)),
        any::<u8>().prop_map(Step::Delete),
        any::<u8>().prop_map(Step::Count),
        "[a-z]{0,30}".prop_map(Step::Splice),
        (any::<u8>(), any::<u8>(), any::<i64>()).prop_map(|(key, of, n)| Step::Scalar(key, of, n)),
        any::<u8>().prop_map(Step::Mark),
    ]
}

fn perform(doc: &mut Automerge, steps: &[Step]) -> Option<Change> {
    let mut t = doc.transaction();
    for step in steps {
        match step {
            Step::Put(key, value) => t.put(ROOT, format!("k{}", key % 8), *value).unwrap(),
            Step::Text(key, text) => t.put(ROOT, format!("k{}", key % 8), text.as_str()).unwrap(),
            Step::Map(key) => {
                let map = t
                    .put_object(ROOT, format!("m{}", key % 4), ObjType::Map)
                    .unwrap();
                t.put(map, "x", ScalarValue::Timestamp(5)).unwrap();
            }
            Step::Insert(at, truth) => {
                let list = match t.get(ROOT, "list").unwrap() {
                    Some((_, list)) => list,
                    None => t.put_object(ROOT, "list", ObjType::List).unwrap(),
                };
                let length = t.length(&list);
                t.insert(list, usize::from(*at) % (length + 1), *truth)
                    .unwrap();
            }
            Step::Delete(key) => {
                let key = format!("k{}", key % 8);
                if t.get(ROOT, key.as_str()).unwrap().is_some() {
                    t.delete(ROOT, key).unwrap();
                }
            }
            Step::Count(key) => {
                let key = format!("c{}", key % 4);
                if t.get(ROOT, key.as_str()).unwrap().is_some() {
                    t.increment(ROOT, key, 3).unwrap();
                } else {
                    t.put(ROOT, key, ScalarValue::counter(1)).unwrap();
                }
            }
            Step::Splice(text) => {
                let object = match t.get(ROOT, "text").unwrap() {
                    Some((_, object)) => object,
                    None => t.put_object(ROOT, "text", ObjType::Text).unwrap(),
                };
                t.splice_text(object, 0, 0, text).unwrap();
            }
            Step::Scalar(key, of, number) => {
                let value = match of % 7 {
                    0 => ScalarValue::Null,
                    1 => ScalarValue::Uint(number.unsigned_abs()),
                    2 => ScalarValue::F64(*number as f64 / 3.0),
                    3 => ScalarValue::Bytes(number.to_be_bytes().repeat(usize::from(*key))),
                    4 => ScalarValue::Timestamp(*number),
                    5 => ScalarValue::Boolean(true),
                    _ => ScalarValue::Int(*number),
                };
                t.put(ROOT, format!("k{}", key % 8), value).unwrap();
            }
            Step::Mark(name) => {
                if let Some((_, text)) = t.get(ROOT, "text").unwrap() {
                    let length = t.length(&text);
                    if length > 1 {
                        let mark = Mark::new(format!("m{}", name % 3), true, 0, length);
                        t.mark(text, mark, ExpandMark::Both).unwrap();
                    }
                }
            }
        }
    }
    let (hash, _) = t.commit_with(CommitOptions::default().with_time(7));
    doc.get_change_by_hash(&hash?)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]

    #[test]
    fn the_prescan_counts_what_automerge_counts(
        programs in prop::collection::vec(prop::collection::vec(step(), 1..40), 1..5)
    ) {
        let mut doc = Automerge::new();
        for program in &programs {
            let Some(mut change) = perform(&mut doc, program) else { continue };
            let expected = u64::try_from(change.len()).unwrap();
            let raw = prescan(change.raw_bytes(), &limits()).unwrap();
            prop_assert_eq!(raw.operations, expected);
            let sent = change.bytes().into_owned();
            let sent = prescan(&sent, &limits()).unwrap();
            prop_assert_eq!(sent, raw);
        }
    }
}

/// What a tablet would send after a round was held: a departure, observations, an edit with a
/// conflict in sight, a withdrawal.
fn seeds() -> (Document, Vec<RawChange>) {
    let base = round();
    let mut document = base.clone();
    let mut changes = Vec::new();
    changes.extend(document.commit(sample::AT, |w| {
        w.put_observation(&sample::observation(1, 5));
    }));
    for note in ["un", "deux"] {
        let mut edited = sample::observation(1, 4);
        edited.note = Some(note.into());
        edited.edited = Some(sample::stamp(1));
        changes.extend(document.commit(sample::AT, |w| w.put_observation(&edited)));
    }
    changes.extend(document.commit(sample::AT, |w| w.put_closure(&sample::closure(1))));
    (base, changes)
}

/// Changes bytes of the inside of a change, then frames it with a true checksum.
fn mutated(change: &RawChange, edits: &[(u16, u8, u8)]) -> Vec<u8> {
    let mut inside = body(&change.bytes, &limits()).unwrap().into_owned();
    for (at, what, value) in edits {
        let at = usize::from(*at) % inside.len().max(1);
        match what % 4 {
            0 if inside.len() > 1 => {
                inside.remove(at);
            }
            1 => inside.insert(at, *value),
            2 => inside[at] ^= 1 << (value % 8),
            _ => inside[at] = *value,
        }
    }
    chunk_of(&inside, hash_of(&inside))
}

/// Whatever the bytes, the gate answers, and what it lets in obeys the rules.
fn check_mutant(base: &Document, earlier: &[RawChange], mutant: &[u8]) {
    let mut document = base.clone();
    let scanned = prescan(mutant, &limits());
    let mut batch = bytes(earlier);
    batch.push(mutant.to_vec());
    let admission = admitted(&mut document, 1, &batch);
    for accepted in &admission.accepted {
        let change = Change::try_from(accepted.bytes.as_slice()).unwrap();
        let actor = crate::document::Actor::from_slice(change.actor_id().to_bytes()).unwrap();
        assert_eq!(actor.device(), sample::device(1));
        assert!(change.len() <= 2_000 && accepted.bytes.len() <= 256 * 1024 + 16);
        assert!(document.has(&accepted.hash));
    }
    if scanned.is_err() {
        assert_eq!(admission.accepted.len(), earlier.len());
    }
    // On a tablet nothing catches a panic, and what the server sends passes the same reading.
    let mut tablet = base.clone();
    admit_from_server(&mut tablet, DocumentKind::Round, &batch, &limits());
    let saved = tablet.snapshot();
    assert!(Document::load(sample::actor(8), &[&saved]).is_ok());
    assert!(
        document.missing().is_empty(),
        "nothing waits inside automerge"
    );
    let id =
        crate::document::document_id(&crate::document::DocumentName::Round { key: sample::key() });
    let read = crate::document::read_round(&document, id);
    let reloaded = Document::load(sample::actor(7), &[&document.snapshot()]).unwrap();
    assert_eq!(reloaded.heads(), document.heads());
    assert_eq!(crate::document::read_round(&reloaded, id), read);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(
        std::env::var("MARAUDE_MUTANTS").ok().and_then(|n| n.parse().ok()).unwrap_or(800)
    ))]

    #[test]
    fn no_mutant_panics_or_enters_wrongly(
        which in 0_usize..4,
        edits in prop::collection::vec((any::<u16>(), any::<u8>(), any::<u8>()), 1..5),
    ) {
        let (base, changes) = seeds();
        let mutant = mutated(&changes[which], &edits);
        check_mutant(&base, &changes[..which], &mutant);
    }

    #[test]
    fn no_bytes_panic_the_prescan(bytes in prop::collection::vec(any::<u8>(), 0..300)) {
        let framed = chunk_of(&bytes, hash_of(&bytes));
        prop_assert!(prescan(&bytes, &limits()).is_err());
        let _ = prescan(&framed, &limits());
        let mut document = Document::new(sample::actor(99));
        let admission = admitted(&mut document, 1, &[bytes, framed]);
        prop_assert_eq!(admission.accepted.len(), 0);
    }
}
