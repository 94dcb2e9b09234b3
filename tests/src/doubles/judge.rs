//! A run against the truth.

use super::Night;
use maraude_core::model::{AccountId, Decision, DecisionId, SlotRef, Verdict};
use maraude_linkage::{Linkage, PairVerdict, Parameters, ScoredPair, Unit, compared_pairs};
use std::collections::{BTreeMap, HashMap, HashSet};

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
    /// Pairs of one person whose observations blocking found worth comparing.
    pub blocked: f64,
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
        blocked: share(blocked(night), true_pairs),
        compared: share(compared, true_pairs),
        review_load: 100.0 * share(of(PairVerdict::Review).count(), night.observations.len()),
        true_pairs,
    }
}

/// Pairs of one person whose observations are candidates.
fn blocked(night: &Night) -> usize {
    let found = compared_pairs(&night.observations, &Parameters::default());
    let within = |people: &Vec<Option<u32>>, who: u32| {
        people.iter().filter(|other| **other == Some(who)).count()
    };
    let pairs = found.iter().map(|(one, other)| {
        let (ours, theirs) = (&night.truth[one], &night.truth[other]);
        let met = ours.iter().flatten();
        met.map(|who| within(theirs, *who)).sum::<usize>()
    });
    pairs.sum()
}

/// Of pairs of one person on two nights, those of people met alone: near where they slept, and in all.
pub fn returns(night: &Night) -> (usize, usize) {
    let mut of: HashMap<u32, Vec<&maraude_linkage::LinkageObservation>> = HashMap::new();
    for row in &night.observations {
        if let [Some(who)] = night.truth[&row.id].as_slice() {
            of.entry(*who).or_default().push(row);
        }
    }
    let (mut near, mut all) = (0, 0);
    for met in of.values() {
        for (place, a) in met.iter().enumerate() {
            for b in met[place + 1..].iter().filter(|b| b.night != a.night) {
                if let Some(metres) = metres(a, b) {
                    all += 1;
                    near += usize::from(metres <= STAYED_M);
                }
            }
        }
    }
    (near, all)
}

/// Who comes back stays within this, metres, as far as fixes tell.
const STAYED_M: f64 = 75.0;

/// Decisions of a reviewer who knows, on the pairs that move the count most.
pub fn decisions(night: &Night, linkage: &Linkage, number: usize) -> Vec<Decision> {
    let waits = |pair: &&ScoredPair| pair.verdict == PairVerdict::Review;
    let mut queue: Vec<&ScoredPair> = linkage.pairs.iter().filter(waits).collect();
    queue.sort_by(|a, b| {
        let order = b.effect().total_cmp(&a.effect());
        order.then_with(|| (a.one, a.other).cmp(&(b.one, b.other)))
    });
    let decided = queue.into_iter().take(number).zip(0_u32..);
    decided
        .map(|(pair, place)| {
            let mut id = [0; 16];
            id[..4].copy_from_slice(&place.to_be_bytes());
            Decision {
                id: DecisionId::from_random(id),
                one: pair.one,
                other: pair.other,
                verdict: if is_one(night, pair) {
                    Verdict::Same
                } else {
                    Verdict::Different
                },
                reason: None,
                author: AccountId::from_random([1; 16]),
                decided_at: i64::from(place),
                undone_at: None,
            }
        })
        .collect()
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
    pub cells: BTreeMap<(String, usize), (usize, f64, usize)>,
}

impl Bins {
    /// Lower edges of the bins.
    pub const EDGES: [f64; 9] = [0.0, 0.02, 0.1, 0.25, 0.4, 0.6, 0.8, 0.9, 0.98];
}

/// Doubles by what they are: how many there are, were told of, and how many pairs clusters hold and
/// rightly so.
pub fn by_kind(night: &Night, linkage: &Linkage, into: &mut BTreeMap<String, [usize; 4]>) {
    let row: HashMap<_, _> = night.observations.iter().map(|of| (of.id, of)).collect();
    let told: HashSet<(SlotRef, SlotRef)> = linkage
        .pairs
        .iter()
        .map(|pair| (pair.one, pair.other))
        .collect();
    let mut of: BTreeMap<u32, Vec<SlotRef>> = BTreeMap::new();
    for (id, people) in &night.truth {
        for (slot, who) in people.iter().enumerate() {
            let slot = slot as u16;
            let observation = *id;
            if let Some(who) = who {
                of.entry(*who)
                    .or_default()
                    .push(SlotRef { observation, slot });
            }
        }
    }
    let mut add = |a: SlotRef, b: SlotRef, column: usize| {
        let kind = sort(row[&a.observation], row[&b.observation]);
        into.entry(kind).or_default()[column] += 1;
    };
    for (place, a, met) in of.values().flat_map(|met| each(met)) {
        for &b in &met[place + 1..] {
            add(a, b, 0);
            if told.contains(&(a.min(b), a.max(b))) {
                add(a, b, 1);
            }
        }
    }
    for cluster in &linkage.clusters {
        for (place, a, slots) in each(&cluster.slots) {
            for &b in &slots[place + 1..] {
                add(a, b, 2);
                if somebody(night, a).is_some() && somebody(night, a) == somebody(night, b) {
                    add(a, b, 3);
                }
            }
        }
    }
}

fn each(slots: &[SlotRef]) -> impl Iterator<Item = (usize, SlotRef, &[SlotRef])> {
    slots
        .iter()
        .enumerate()
        .map(move |(place, slot)| (place, *slot, slots))
}

fn metres(
    a: &maraude_linkage::LinkageObservation,
    b: &maraude_linkage::LinkageObservation,
) -> Option<f64> {
    a.place.zip(b.place).map(|(a, b)| {
        let (a, b) = (a.coordinates, b.coordinates);
        let north = (a.latitude - b.latitude) * 111_195.0;
        let east = (a.longitude - b.longitude) * 111_195.0 * a.latitude.to_radians().cos();
        north.hypot(east)
    })
}

fn sort(
    a: &maraude_linkage::LinkageObservation,
    b: &maraude_linkage::LinkageObservation,
) -> String {
    let far = match metres(a, b) {
        None => "without fix",
        Some(metres) if metres <= 60.0 => "within 60 m",
        Some(metres) if metres <= 120.0 => "within 120 m",
        Some(metres) if metres <= 300.0 => "within 300 m",
        Some(_) => "beyond 300 m",
    };
    let team = if a.team == b.team {
        "one team"
    } else {
        "two teams"
    };
    let together = |of: &maraude_linkage::LinkageObservation| {
        of.local_group.is_some() || of.kind == maraude_core::model::ObservationKind::Group
    };
    let grouped = match (together(a), together(b)) {
        (true, true) => "groups",
        (false, false) => "alone",
        _ => "alone/group",
    };
    format!("{far}, {team}, {grouped}")
}
