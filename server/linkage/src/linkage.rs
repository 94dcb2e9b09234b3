//! One whole run: observations, decisions and parameters in; pairs, clusters and counts out.

use crate::blocking::{Candidate, Rules};
use crate::cluster::{Cluster, Clustering};
use crate::comparison::{Evidence, Level};
use crate::competition::{Rivals, SETTLED};
use crate::count::DistinctCount;
use crate::decisions::{Constraints, Contradiction};
use crate::distance::Surroundings;
use crate::explain::{BlockingRule, Explanation};
use crate::frequencies::Frequencies;
use crate::outcome::{Outcome, fixed, in_order};
use crate::parameters::{Parameters, Weights};
use crate::part::PartCount;
use crate::score::{Aligned, Link, Links, Members, Scoring};
use crate::slot::{LinkageObservation, Slot, Unit};
use crate::train::{Tally, Training, learn};
use crate::world::{World, order};
use maraude_core::model::{Decision, SlotRef, Verdict};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, HashSet};

/// What the model makes of a pair.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PairVerdict {
    /// One person, without asking.
    Auto,
    /// To be shown to a coordinator.
    Review,
    /// Two people.
    Distinct,
}

/// A compared pair of slots.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ScoredPair {
    /// The smaller slot.
    pub one: SlotRef,
    /// The other.
    pub other: SlotRef,
    /// Metres between them, where both have a place.
    pub distance_m: Option<f64>,
    /// log2 of the odds that they are one person, rivals considered.
    pub match_weight: f64,
    /// 0..1.
    pub match_probability: f64,
    /// What the model makes of it.
    pub verdict: PairVerdict,
    /// What a coordinator decided on this pair.
    pub decided: Option<Verdict>,
    /// Pairs of the same two groups that stand or fall with it, itself included.
    pub size: u32,
    /// Why.
    pub explanation: Explanation,
}

impl ScoredPair {
    /// Effect on the count of looking at it: P(1−P)·size.
    pub fn effect(&self) -> f64 {
        self.match_probability * (1.0 - self.match_probability) * f64::from(self.size)
    }
}

/// The result of a run.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Linkage {
    /// Compared pairs that are not next to impossible, in the order of slots.
    pub pairs: Vec<ScoredPair>,
    /// All slots, parted into clusters, in the order of their least slot.
    pub clusters: Vec<Cluster>,
    /// Decisions that could not stand beside the others.
    pub contradictions: Vec<Contradiction>,
    /// The parameters the run came to, frozen: a run with them learns nothing more.
    pub parameters: Parameters,
    /// Whether the night taught them.
    pub training: Training,
    /// What was compared, by the rule that found it, and the weights of what is left.
    pub compared: Compared,
    /// Distinct people by sector, commune and situation, from the same partitions as the totals:
    /// the parts of a dimension add up to the total, a person seen in two counting half in each.
    pub parts: Vec<PartCount>,
    counts: BTreeMap<Unit, DistinctCount>,
}

impl Linkage {
    /// Distinct people of one subject, doubtful ones left out.
    pub fn distinct(&self, unit: Unit) -> DistinctCount {
        self.counts.get(&unit).copied().unwrap_or(DistinctCount {
            estimate: 0.0,
            low: 0.0,
            high: 0.0,
        })
    }
}

/// What a run compared, for the page on its quality.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Compared {
    /// Pairs of observations.
    pub pairs: u32,
    /// Pairs each rule found; a pair may be found by several.
    pub by_rule: BTreeMap<BlockingRule, u32>,
    /// Links that are not next to impossible, by whole bits of their weight before rivals share.
    pub by_bits: BTreeMap<i32, u32>,
}

impl Compared {
    pub(crate) fn of(found: &[Candidate], links: &[Link]) -> Self {
        let mut made = Self {
            pairs: found.len() as u32,
            ..Self::default()
        };
        for rule in found.iter().flat_map(|pair| pair.rules.list()) {
            *made.by_rule.entry(rule).or_default() += 1;
        }
        for link in links.iter().filter(|link| link.probability > 0.0) {
            *made.by_bits.entry(link.bits.floor() as i32).or_default() += 1;
        }
        made
    }
}

/// A phase of a run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Phase {
    /// Finding what is worth comparing.
    Block,
    /// Learning from what was compared.
    Train,
    /// Evidence, groups, rivals.
    Score,
    /// Clusters, counts, explanations.
    Cluster,
}

/// Links observations under decisions: a function of the set of both, whatever their order.
///
/// # Source
/// Fellegi & Sunter (1969), JASA 64, pp. 1183–1210, decision rule.
pub fn link(
    observations: &[LinkageObservation],
    decisions: &[Decision],
    parameters: &Parameters,
) -> Linkage {
    link_by_phase(observations, decisions, parameters, &mut |_| {})
}

/// The same, telling when a part of a phase is over, for whoever holds a clock: scoring goes on after
/// training.
pub fn link_by_phase(
    observations: &[LinkageObservation],
    decisions: &[Decision],
    parameters: &Parameters,
    over: &mut dyn FnMut(Phase),
) -> Linkage {
    with_run(observations, decisions, parameters, over, |run, over| {
        let linkage = run.linkage();
        over(Phase::Cluster);
        linkage
    })
}

/// Everything weighed, nothing decided yet.
pub(crate) struct Run<'a> {
    pub around: &'a Surroundings<'a>,
    pub slots: &'a [Slot],
    pub constraints: &'a Constraints,
    pub links: &'a [Link],
    pub learnt: Parameters,
    pub training: Training,
    pub compared: Compared,
}

impl Run<'_> {
    /// Clusters when pairs stand as one from this probability on.
    pub fn partition(&self, held_same_probability: f64) -> Vec<Vec<usize>> {
        Clustering {
            around: self.around,
            slots: self.slots,
            constraints: self.constraints,
            links: self.links,
            held_same_probability,
        }
        .partition()
    }

    fn linkage(self) -> Linkage {
        let partition = self.partition(self.around.parameters.held_same_probability);
        self.told(partition, |outcome, learnt| {
            let links = outcome.links.iter();
            in_order(links.flat_map(|link| outcome.pairs_of(link, learnt)))
        })
    }

    /// The outcome, given the clusters and how pairs are told.
    pub fn told(
        self,
        partition: Vec<Vec<usize>>,
        pairs: impl FnOnce(&Outcome<'_>, &Parameters) -> Vec<ScoredPair>,
    ) -> Linkage {
        let run = Outcome {
            around: self.around,
            slots: self.slots,
            constraints: self.constraints,
            links: self.links,
            weights: &Weights::of(&self.learnt),
            returns: self.learnt.returns,
        };
        let (counts, parts) = run.counts(&partition);
        Linkage {
            counts,
            parts,
            pairs: pairs(&run, &self.learnt),
            clusters: clusters(self.slots, partition),
            contradictions: self.constraints.contradictions.clone(),
            parameters: self.learnt,
            training: self.training,
            compared: self.compared,
        }
    }
}

/// Weighs everything and shows it to `then`.
pub(crate) fn with_run<T>(
    observations: &[LinkageObservation],
    decisions: &[Decision],
    parameters: &Parameters,
    over: &mut dyn FnMut(Phase),
    then: impl FnOnce(Run<'_>, &mut dyn FnMut(Phase)) -> T,
) -> T {
    let mut observations = observations.to_vec();
    observations.sort_by_key(|observation| observation.id);
    observations.dedup_by_key(|observation| observation.id);
    // People met one after the other lie side by side, in memory too.
    observations.sort_by_key(order);
    let words = parameters
        .frequencies
        .clone()
        .unwrap_or_else(|| Frequencies::of(&observations));
    let (world, found) = World::of(observations, &words, parameters);
    over(Phase::Block);
    let around = world.around(parameters);
    let constraints = Constraints::of(&world.observations, &world.slots, decisions);
    let scoring = world.scoring(&around);
    let (links, learnt, training) = linked(&scoring, &found, words, &constraints, over);
    let compared = Compared::of(&found, &links);
    drop(found);
    over(Phase::Score);
    let run = Run {
        around: &around,
        slots: &world.slots,
        constraints: &constraints,
        links: &links,
        learnt,
        training,
        compared,
    };
    then(run, over)
}

/// The partition by name, in the order of least slots.
pub(crate) fn clusters(slots: &[Slot], partition: Vec<Vec<usize>>) -> Vec<Cluster> {
    let named = partition.into_iter().map(|members| {
        let mut named: Vec<SlotRef> = members.into_iter().map(|slot| slots[slot].at).collect();
        named.sort_unstable();
        Cluster { slots: named }
    });
    let mut clusters: Vec<Cluster> = named.collect();
    clusters.sort_unstable();
    clusters
}

/// Links with their probabilities, the parameters they came to, and what became of learning.
fn linked(
    scoring: &Scoring<'_>,
    found: &[Candidate],
    words: Frequencies,
    constraints: &Constraints,
    over: &mut dyn FnMut(Phase),
) -> (Vec<Link>, Parameters, Training) {
    let parameters = scoring.around.parameters;
    let mut tally = Tally::default();
    let start = Weights::of(parameters);
    let mut links = scoring.compare(found, (parameters, &start), &mut tally);
    over(Phase::Score);
    let (mut learnt, training) = learn(scoring, &links.links, &tally, parameters);
    over(Phase::Train);
    learnt.frequencies = Some(words);
    scoring.again(&mut links, (&learnt, &Weights::of(&learnt)));
    add_decided(&mut links, constraints, scoring.around, scoring.slots);
    let Links { mut links, .. } = links;
    let by_decision = |link: &Link| {
        let decided = |m: &Aligned| fixed(constraints, m.one, m.other);
        if link.members().iter().any(|m| decided(m) == Some(true)) {
            return Some(true);
        }
        let apart = link.members().iter().all(|m| decided(m) == Some(false));
        apart.then_some(false)
    };
    Rivals::of(&links, |slot| scoring.outing(slot)).compete(&mut links, SETTLED, by_decision);
    (links, learnt, training)
}

/// Odds of a pair that nothing but a decision put side by side, bits.
const NEVER_BITS: f64 = 60.0;

/// A pair that somebody decided is kept, found by blocking or not.
fn add_decided(
    found: &mut Links,
    constraints: &Constraints,
    around: &Surroundings<'_>,
    slots: &[Slot],
) {
    if constraints.decided.is_empty() {
        return;
    }
    let known: HashSet<(u32, u32)> = found
        .links
        .iter()
        .flat_map(Link::members)
        .map(|member| (member.one, member.other))
        .collect();
    for &(one, other) in constraints.decided.keys() {
        let same_row = slots[one].observation == slots[other].observation;
        let pair = (one as u32, other as u32);
        if same_row || known.contains(&pair) {
            continue;
        }
        let place = around.evidence(slots[one].observation, slots[other].observation);
        let metres = place.map(|(_, metres)| metres);
        found.links.push(decided_link(pair, metres));
    }
}

/// A link that nothing but a decision made.
pub(crate) fn decided_link((one, other): (u32, u32), distance_m: Option<f32>) -> Link {
    let evidence = Evidence::none(false);
    Link {
        kind: Level::OtherTeam,
        rules: Rules::of(BlockingRule::Decided),
        distance_m,
        place: None,
        shared: evidence,
        members: Members::Single([Aligned {
            one,
            other,
            within: 1.0,
            evidence,
        }]),
        fit_bits: 0.0,
        shift: 0.0,
        bits: -NEVER_BITS,
        probability: 0.0,
    }
}

#[cfg(test)]
#[expect(clippy::float_cmp, reason = "what is decided leaves whole numbers")]
pub(crate) mod tests;
