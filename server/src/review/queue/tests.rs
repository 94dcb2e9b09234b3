use super::*;
use maraude_core::model::Verdict;
use maraude_linkage::Explanation;
use proptest::prelude::*;

fn slot(number: usize) -> SlotRef {
    let mut bytes = [0; 16];
    bytes[8..].copy_from_slice(&(number as u64).to_be_bytes());
    SlotRef {
        observation: ObservationId::from_random(bytes),
        slot: (number % 3) as u16,
    }
}

fn pair(number: usize, match_probability: f64) -> ScoredPair {
    ScoredPair {
        one: slot(2 * number),
        other: slot(2 * number + 1),
        distance_m: None,
        match_weight: 0.0,
        match_probability,
        verdict: PairVerdict::Review,
        decided: None,
        size: 1,
        explanation: Explanation::default(),
    }
}

/// A night in which these pairs wait.
fn waiting(probabilities: &[f64]) -> Reviewed {
    let mut night = Reviewed::made(Vec::new(), Vec::new());
    let pairs = probabilities.iter().enumerate();
    night.linkage.pairs = pairs.map(|(number, p)| pair(number, *p)).collect();
    night
}

fn decide(night: &mut Reviewed, one: SlotRef) {
    let mut pairs = night.linkage.pairs.iter_mut();
    let found = pairs.find(|pair| pair.one == one).unwrap();
    found.decided = Some(Verdict::Different);
}

/// Goes through the queue page by page while `decided` picks, after each page, which of the pairs that
/// still wait are decided by somebody; the pairs met in order.
fn walk(night: &mut Reviewed, most: usize, mut decided: impl FnMut() -> usize) -> Vec<SlotRef> {
    let (mut met, mut after) = (Vec::new(), None);
    loop {
        let page = night.page(after, most);
        met.extend(page.pairs.iter().map(|pair| pair.one));
        let Some(next) = page.next else { return met };
        after = Some(next.to_string().parse().unwrap());
        for _ in 0..most {
            let queue = night.queue();
            if let Some(pair) = queue.get(decided() % queue.len().max(1)) {
                let one = pair.one;
                decide(night, one);
            }
        }
    }
}

proptest! {
    #[test]
    fn nobody_misses_a_pair_or_meets_one_twice_whatever_is_decided_meanwhile(
        // Few different values: pairs of equal effect stand beside each other.
        probabilities in prop::collection::vec(prop::sample::select(vec![0.5, 0.6, 0.7, 0.8]), 0..60),
        most in 1_usize..9,
        picks in prop::collection::vec(0_usize..60, 60),
    ) {
        let mut night = waiting(&probabilities);
        let mut picks = picks.into_iter().cycle();
        let met = walk(&mut night, most, || picks.next().unwrap());
        let mut once = met.clone();
        once.sort();
        once.dedup();
        prop_assert_eq!(once.len(), met.len(), "met twice");
        for left in night.queue() {
            prop_assert!(met.contains(&left.one), "never met");
        }
    }
}

#[test]
fn a_page_that_counts_pairs_instead_would_miss_some() {
    // The control of the test above: 300 pairs, each page's decided before the next is asked for.
    let mut night = waiting(&[0.5; 300]);
    let all: Vec<SlotRef> = night.queue().iter().map(|pair| pair.one).collect();
    let met = walk(&mut night, 50, || 0);
    assert_eq!(met, all);
    let mut night = waiting(&[0.5; 300]);
    let mut met = Vec::new();
    while met.len() < night.queue().len() {
        let page: Vec<SlotRef> = night
            .queue()
            .iter()
            .skip(met.len())
            .take(50)
            .map(|pair| pair.one)
            .collect();
        for one in &page {
            decide(&mut night, *one);
        }
        met.extend(page);
    }
    assert_eq!(met.len(), 150, "half are never met");
}

#[test]
fn a_page_tells_how_many_wait_in_all_and_where_it_goes_on() {
    let night = waiting(&[0.5; 7]);
    let first = night.page(None, 3);
    assert_eq!((first.pairs.len(), first.waiting), (3, 7));
    let second = night.page(first.next, 3);
    assert_eq!((second.pairs.len(), second.waiting), (3, 7));
    let last = night.page(second.next, 3);
    assert_eq!((last.pairs.len(), last.waiting), (1, 7));
    assert_eq!(last.next, None);
    // A page that ends with the queue is the last.
    assert_eq!(night.page(second.next, 1).next, None);
    assert_eq!(waiting(&[]).page(None, 3).next, None);
}

#[test]
fn a_place_in_the_queue_reads_back_and_nothing_else_does() {
    let night = waiting(&[0.3, 0.62, 0.5]);
    let place = night.page(None, 2).next.unwrap();
    let text = place.to_string();
    assert_eq!(text.parse(), Ok(place));
    for wrong in ["", "3", "offset=50", &text[1..], &format!("{text}AA")] {
        assert_eq!(wrong.parse::<Cursor>(), Err(CursorUnreadable), "{wrong}");
    }
}
