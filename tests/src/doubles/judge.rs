//! A run against the truth.

use super::Night;
use maraude_core::model::SlotRef;
use maraude_linkage::{Linkage, PairVerdict, ScoredPair, Unit};
use std::collections::HashMap;

/// How well a run did.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Quality {
    /// Pairs in one cluster that are one person.
    pub precision: f64,
    /// Pairs of one person that are in one cluster.
    pub recall: f64,
    /// Their harmonic mean.
    pub f1: f64,
    /// Harmonic mean of B³ precision and recall over slots.
    pub b_cubed: f64,
    /// (estimate − people) / people.
    pub count_error: f64,
    /// (clusters − people) / people.
    pub cluster_error: f64,
    /// The interval holds the number of people.
    pub covered: bool,
    /// Width of the interval against the number of people.
    pub width: f64,
    /// Automatic pairs that are one person; none when nothing is automatic.
    pub auto_precision: Option<f64>,
    /// Pairs of one person that are automatic.
    pub auto_recall: f64,
    /// Pairs of one person that were compared and kept.
    pub compared: f64,
    /// Pairs to review per 100 observations.
    pub review_load: f64,
    /// Pairs of one person.
    pub true_pairs: usize,
}

fn harmonic(a: f64, b: f64) -> f64 {
    2.0 * a * b / (a + b).max(f64::MIN_POSITIVE)
}

fn share(part: usize, whole: usize) -> f64 {
    part as f64 / whole.max(1) as f64
}

/// Who is in a slot; none where nobody is.
pub fn somebody(night: &Night, slot: SlotRef) -> Option<u32> {
    let people = night.truth.get(&slot.observation)?;
    people.get(usize::from(slot.slot)).copied().flatten()
}

/// Whether a pair is one person.
pub fn is_one(night: &Night, pair: &ScoredPair) -> bool {
    let one = somebody(night, pair.one);
    one.is_some() && one == somebody(night, pair.other)
}

/// Judges a run.
pub fn judge(night: &Night, linkage: &Linkage) -> Quality {
    let mut times: HashMap<u32, usize> = HashMap::new();
    for who in night.truth.values().flatten().flatten() {
        *times.entry(*who).or_default() += 1;
    }
    let true_pairs: usize = times.values().map(|n| n * (n - 1) / 2).sum();
    let (mut held, mut right, mut slots) = (0, 0, 0);
    let (mut own, mut found) = (0.0, 0.0);
    for cluster in &linkage.clusters {
        let size = cluster.slots.len();
        slots += size;
        held += size * (size - 1) / 2;
        let people: Vec<Option<u32>> = cluster.slots.iter().map(|&s| somebody(night, s)).collect();
        for (place, who) in people.iter().enumerate() {
            let alike = people
                .iter()
                .filter(|other| who.is_some() && *other == who)
                .count()
                .max(1);
            let before = people[..place].iter();
            right += before
                .filter(|other| who.is_some() && *other == who)
                .count();
            own += alike as f64 / size as f64;
            found += alike as f64 / who.map_or(1, |who| times[&who]) as f64;
        }
    }
    let precision = share(right, held);
    let recall = share(right, true_pairs);
    let of = |verdict| {
        linkage
            .pairs
            .iter()
            .filter(move |pair| pair.verdict == verdict)
    };
    let auto = of(PairVerdict::Auto).count();
    let auto_right = of(PairVerdict::Auto)
        .filter(|pair| is_one(night, pair))
        .count();
    let compared = linkage
        .pairs
        .iter()
        .filter(|pair| is_one(night, pair))
        .count();
    let people = times.len() as f64;
    let count = linkage.distinct(Unit::Street);
    Quality {
        precision,
        recall,
        f1: harmonic(precision, recall),
        b_cubed: harmonic(own / slots as f64, found / slots as f64),
        count_error: (count.estimate - people) / people,
        cluster_error: (linkage.clusters.len() as f64 - people) / people,
        covered: (count.low..=count.high).contains(&people),
        width: (count.high - count.low) / people,
        auto_precision: (auto > 0).then(|| share(auto_right, auto)),
        auto_recall: share(auto_right, true_pairs),
        compared: share(compared, true_pairs),
        review_load: 100.0 * share(of(PairVerdict::Review).count(), night.observations.len()),
        true_pairs,
    }
}

/// Pairs by kind and probability against the truth: what calibration looks at.
pub fn calibration(night: &Night, linkage: &Linkage, into: &mut Bins) {
    for pair in &linkage.pairs {
        let bin = Bins::EDGES
            .iter()
            .filter(|edge| pair.match_probability >= **edge)
            .count()
            - 1;
        let cell = into.cells.entry((kind(pair), bin)).or_default();
        cell.0 += 1;
        cell.1 += pair.match_probability;
        cell.2 += usize::from(is_one(night, pair));
    }
}

/// What sort of pair, by its prior and by what stands beside.
fn kind(pair: &ScoredPair) -> String {
    let first = pair.explanation.steps.first();
    let prior = first.map_or_else(String::new, |step| format!("{:?}", step.level));
    let size = pair
        .explanation
        .steps
        .iter()
        .find(|s| s.field == maraude_linkage::Field::GroupSize);
    let beside = match size {
        None => "alone",
        Some(step) if step.level == maraude_linkage::Level::AloneOrTogether => "alone/group",
        Some(_) => "groups",
    };
    format!("{prior} {beside}")
}

/// Number of pairs, sum of probabilities and number that are one person, by kind and bin.
#[derive(Default)]
pub struct Bins {
    /// The table.
    pub cells: std::collections::BTreeMap<(String, usize), (usize, f64, usize)>,
}

impl Bins {
    /// Lower edges of the bins.
    pub const EDGES: [f64; 9] = [0.0, 0.02, 0.1, 0.25, 0.4, 0.6, 0.8, 0.9, 0.98];
}
