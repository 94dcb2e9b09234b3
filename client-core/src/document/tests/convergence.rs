//! Any order, duplication or cut of batches gives the same documents.

use super::*;
use crate::gate::{GateLimits, Refusal, admit};
use proptest::prelude::*;

/// What a tablet does, or lets happen.
#[derive(Debug, Clone)]
enum Move {
    Depart,
    Observe,
    Note(u8, u8),
    Count(u8, u8),
    Withdraw(u8, bool),
    Close,
    Hear(u8),
}

fn moves(replicas: u8) -> impl Strategy<Value = Vec<(u8, Move)>> {
    let one = prop_oneof![
        Just(Move::Depart),
        Just(Move::Observe),
        (any::<u8>(), any::<u8>()).prop_map(|(which, text)| Move::Note(which, text)),
        (any::<u8>(), any::<u8>()).prop_map(|(which, heads)| Move::Count(which, heads)),
        (any::<u8>(), any::<bool>()).prop_map(|(which, back)| Move::Withdraw(which, back)),
        Just(Move::Close),
        (0..replicas).prop_map(Move::Hear),
    ];
    prop::collection::vec((0..replicas, one), 1..40)
}

struct Night {
    tablets: Vec<Document>,
    /// Every change with the tablet that wrote it.
    changes: Vec<(u8, RawChange)>,
}

impl Night {
    fn play(replicas: u8, moves: &[(u8, Move)]) -> Self {
        let tablets = (0..replicas).map(|n| Document::new(sample::actor(n + 1)));
        let mut night = Self {
            tablets: tablets.collect(),
            changes: Vec::new(),
        };
        for (step, (who, what)) in moves.iter().enumerate() {
            night.step(*who, what, step);
        }
        night
    }

    fn step(&mut self, who: u8, what: &Move, step: usize) {
        if let Move::Hear(whom) = what {
            let heads = self.tablets[usize::from(who)].heads();
            let news = self.tablets[usize::from(*whom)].changes_since(&heads);
            let news: Vec<Vec<u8>> = news.into_iter().map(|change| change.bytes).collect();
            return self.tablets[usize::from(who)].apply(&news).unwrap();
        }
        let tablet = &mut self.tablets[usize::from(who)];
        let (round, _) = read(tablet);
        let picked = |which: u8| {
            let number = round.observations.len().max(1);
            round.observations.get(usize::from(which) % number).cloned()
        };
        let change = tablet.commit(sample::AT + step as i64 * 1_000, |w| match what {
            Move::Depart => w.put_departure(&sample::key(), &sample::departure(who + 1)),
            Move::Close => w.put_closure(&sample::closure(who + 1)),
            Move::Observe => {
                w.put_observation(&sample::observation(who + 1, 100 + step as u8));
            }
            Move::Note(which, text) => {
                if let Some(mut observation) = picked(*which) {
                    observation.note = Some(format!("note {text}"));
                    observation.edited = Some(sample::stamp(who + 1));
                    w.put_observation(&observation);
                }
            }
            Move::Count(which, heads) => {
                if let Some(mut observation) = picked(*which) {
                    observation.heads = HeadCount::exactly(u32::from(*heads));
                    w.put_observation(&observation);
                }
            }
            Move::Withdraw(which, back) => {
                if let Some(observation) = picked(*which) {
                    let reason = WithdrawalReason::Twice;
                    let withdrawal = Withdrawal { at: 5, reason };
                    w.withdraw(observation.id, (!back).then_some(withdrawal));
                }
            }
            Move::Hear(_) => {}
        });
        self.changes.extend(change.map(|change| (who, change)));
    }
}

/// Batches of changes as a bad network would bring them: shuffled, cut, some twice.
fn batches(changes: &[(u8, RawChange)], order: &[u16]) -> Vec<(u8, Vec<Vec<u8>>)> {
    let mut batches: Vec<(u8, Vec<Vec<u8>>)> = Vec::new();
    for at in order {
        if changes.is_empty() {
            break;
        }
        let (who, change) = &changes[usize::from(*at) % changes.len()];
        match batches.last_mut() {
            Some((last, batch)) if last == who && at % 3 != 0 => batch.push(change.bytes.clone()),
            _ => batches.push((*who, vec![change.bytes.clone()])),
        }
    }
    batches
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(80))]

    #[test]
    fn any_order_duplication_or_cut_gives_the_same_document(
        (replicas, moves) in (2_u8..=5).prop_flat_map(|n| (Just(n), moves(n))),
        order in prop::collection::vec(any::<u16>(), 0..120),
    ) {
        let mut night = Night::play(replicas, &moves);
        let all: Vec<Vec<u8>> = night.changes.iter().map(|(_, c)| c.bytes.clone()).collect();
        // Straight.
        let mut expected = Document::new(sample::actor(90));
        expected.apply(&all).unwrap();
        // Without the gate: shuffled, repeated, cut, then all.
        let mut loose = Document::new(sample::actor(91));
        for (_, batch) in batches(&night.changes, &order) {
            loose.apply(&batch).unwrap();
        }
        loose.apply(&all).unwrap();
        prop_assert!(loose.missing().is_empty());
        prop_assert_eq!(loose.heads(), expected.heads());
        prop_assert_eq!(read(&loose), read(&expected));
        // Every tablet, once it has heard everything.
        for tablet in &mut night.tablets {
            tablet.apply(&all).unwrap();
            prop_assert_eq!(tablet.heads(), expected.heads());
            prop_assert_eq!(read(tablet), read(&expected));
        }
    }

    #[test]
    fn the_gate_comes_to_the_same_document_in_any_order(
        (replicas, moves) in (2_u8..=5).prop_flat_map(|n| (Just(n), moves(n))),
        order in prop::collection::vec(any::<u16>(), 0..120),
    ) {
        let night = Night::play(replicas, &moves);
        let mut expected = Document::new(sample::actor(90));
        for (_, change) in &night.changes {
            expected.apply(std::slice::from_ref(&change.bytes)).unwrap();
        }
        let mut server = Document::new(sample::actor(91));
        let mut accepted = 0;
        let mut arrive = |server: &mut Document, who: u8, batch: &[Vec<u8>]| {
            let author = sample::device(who + 1);
            let kind = DocumentKind::Round;
            let result = admit(server, kind, batch, author, true, &GateLimits::default());
            for (_, refusal, _) in &result.refused {
                assert_eq!(*refusal, Refusal::MissingDependencies);
            }
            accepted += result.accepted.len();
        };
        for (who, batch) in batches(&night.changes, &order) {
            arrive(&mut server, who, &batch);
        }
        for (who, change) in &night.changes {
            arrive(&mut server, *who, std::slice::from_ref(&change.bytes));
        }
        prop_assert_eq!(accepted, night.changes.len());
        prop_assert_eq!(server.heads(), expected.heads());
        prop_assert_eq!(read(&server), read(&expected));
        let reloaded = Document::load(sample::actor(92), &[&server.clone().snapshot()]).unwrap();
        prop_assert_eq!(read(&reloaded), read(&expected));
    }
}
