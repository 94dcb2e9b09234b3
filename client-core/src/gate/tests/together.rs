//! A change is judged the same whether it comes alone or with all that came before it.

use super::*;
use crate::document::ChangeHash;
use automerge::Change;
use proptest::prelude::*;
use std::collections::BTreeMap;

/// What a tablet does: writes a note or a count in an observation, makes one, or hears of another
/// tablet's work.
#[derive(Debug, Clone)]
enum Move {
    Observe,
    Note(u8),
    Count(u8),
    Hear(u8),
}

const TABLETS: u8 = 3;

fn moves() -> impl Strategy<Value = Vec<(u8, Move, bool)>> {
    let one = prop_oneof![
        2 => Just(Move::Observe),
        4 => any::<u8>().prop_map(Move::Note),
        4 => any::<u8>().prop_map(Move::Count),
        2 => (0..TABLETS).prop_map(Move::Hear),
    ];
    prop::collection::vec((0..TABLETS, one, any::<bool>()), 1..60)
}

fn play(who: u8, step: usize, what: &Move, tablets: &mut [Document]) -> Option<RawChange> {
    if let Move::Hear(whom) = what {
        let heads = tablets[usize::from(who)].heads();
        let news = bytes(&tablets[usize::from(*whom)].changes_since(&heads));
        tablets[usize::from(who)].apply(&news).unwrap();
        return None;
    }
    let tablet = &mut tablets[usize::from(who)];
    let held = tablet.keys().into_iter();
    let observations: Vec<u8> = held
        .filter_map(|key| {
            (0..60).find(|n| key.contains(&sample::observation(1, *n).id.to_string()))
        })
        .collect();
    let number = match what {
        Move::Note(which) | Move::Count(which) if !observations.is_empty() => {
            observations[usize::from(*which) % observations.len()]
        }
        _ => step as u8,
    };
    let mut observation = sample::observation(who + 1, number);
    match what {
        Move::Note(text) => observation.note = Some(format!("note {text} {step}")),
        Move::Count(heads) => {
            observation.heads = crate::model::HeadCount::exactly(u32::from(*heads));
        }
        _ => {}
    }
    tablet.commit(sample::AT + step as i64 * 1_000, |w| {
        w.put_observation(&observation);
    })
}

/// The same change, which says that it overwrites nothing; none where that is what it does.
fn forged(change: &RawChange) -> Option<Vec<u8>> {
    let mut told = Change::try_from(change.bytes.as_slice()).unwrap().decode();
    let before = told.clone();
    for operation in &mut told.operations {
        operation.pred = automerge::legacy::SortedVec::new();
    }
    told.hash = None;
    (told.operations != before.operations).then(|| Change::from(told).raw_bytes().to_vec())
}

/// Accepted, or the refusal's code; what rests on a refused change waits for it when it comes alone.
fn judged(admission: &Admission, into: &mut BTreeMap<ChangeHash, &'static str>) {
    for change in &admission.accepted {
        into.insert(change.hash, "accepted");
    }
    for (hash, refusal, _) in &admission.refused {
        let code = match refusal {
            Refusal::DependsOnRefused => Refusal::MissingDependencies.code(),
            other => other.code(),
        };
        into.insert(hash.unwrap(), code);
    }
}

/// All changes of a night in causal order, forgeries before what they forge; and these by name.
fn night(moves: &[(u8, Move, bool)]) -> (Vec<Vec<u8>>, Vec<ChangeHash>) {
    let tablets = (1..=TABLETS).map(|n| Document::new(sample::actor(n)));
    let mut tablets: Vec<Document> = tablets.collect();
    let (mut all, mut forgeries) = (Vec::new(), Vec::new());
    for (step, (who, what, forge)) in moves.iter().enumerate() {
        let Some(change) = play(*who, step, what, &mut tablets) else {
            continue;
        };
        if let Some(forged) = Some(&change).filter(|_| *forge).and_then(forged) {
            forgeries.push(hash_of_change(&forged).unwrap());
            all.push(forged);
        }
        all.push(change.bytes);
    }
    (all, forgeries)
}

/// A document that these changes came to, so many at once, and what was said of each.
fn taken(all: &[Vec<u8>], at_once: usize) -> (Document, BTreeMap<ChangeHash, &'static str>) {
    let mut document = Document::new(sample::actor(90));
    let mut said = BTreeMap::new();
    for part in all.chunks(at_once) {
        let admission = admit_from_server(&mut document, DocumentKind::Round, part, &limits());
        judged(&admission, &mut said);
    }
    (document, said)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(160))]

    #[test]
    fn a_change_is_judged_the_same_alone_and_in_company(moves in moves(), cut in 2_usize..20) {
        let (all, forgeries) = night(&moves);
        let (one_by_one, alone) = taken(&all, 1);
        for at_once in [cut, all.len().max(1)] {
            let (document, together) = taken(&all, at_once);
            prop_assert_eq!(&together, &alone);
            prop_assert_eq!(document.heads(), one_by_one.heads());
        }
        for forgery in forgeries {
            prop_assert_eq!(alone[&forgery], Refusal::Shape.code());
        }
        let honest = alone.values().filter(|code| **code == "accepted").count();
        prop_assert_eq!(honest + 1, one_by_one.change_count());
    }

    #[test]
    fn the_entries_a_change_wrote_to_are_read_from_its_columns(moves in moves()) {
        let (document, _) = taken(&night(&moves).0, 1);
        let keys = document.keys_by_operation();
        for (hash, touched) in document.touched() {
            let bytes = document.change(&hash).unwrap().bytes;
            let maps = maps_written(&bytes, &limits()).unwrap();
            let read = maps.iter().filter_map(|map| keys.get(map).cloned()).collect();
            prop_assert_eq!(touched, read);
        }
    }
}
