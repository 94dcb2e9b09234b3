//! One whole run of linkage, kept in memory with the position of the log it stands for.
//!
//! A small campaign is run anew after each batch of arrivals, at most a share of the time. A large one
//! is kept up to date under the parameters it learnt last, until much has come or a release is
//! built; with these a run is a function of observations and decisions alone.

use super::candidates::{Seen, candidate};
use crate::geolocation::LiveView;
use crate::projection::{
    Counting, ObservationFilter, ObservationLine, Unit, View, ViewError, counting,
};
use crate::store::LogPosition;
use maraude_core::form::{Questionnaire, questionnaire};
use maraude_core::model::{Decision, ObservationId, SlotRef, Verdict};
use maraude_linkage::{
    AtThreshold, Linkage, LinkageObservation, PairVerdict, Parameters, ScoredPair, Unit as Subject,
    at_thresholds, link,
};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::time::{Duration, Instant};

/// After a run nobody waits for another before this many times its length has passed.
const REST: u32 = 3;

/// Probabilities from which pairs could stand as one.
const THRESHOLDS: [f64; 10] = [0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.98];

/// A run and what it was made from.
pub struct Reviewed {
    /// The position of the log it holds everything up to.
    pub position: LogPosition,
    /// Pairs, clusters, counts.
    pub linkage: Linkage,
    /// All decisions in the order they were taken, undone ones included.
    pub decisions: Vec<Decision>,
    pub(super) lines: BTreeMap<ObservationId, ObservationLine>,
    pub(super) compared: BTreeMap<ObservationId, LinkageObservation>,
    /// The questionnaire the observations answer.
    pub(super) form: &'static Questionnaire,
    cluster_sizes: BTreeMap<ObservationId, u32>,
    /// Clusters that hold a slot of each observation.
    clusters_of: BTreeMap<ObservationId, Vec<u32>>,
    slots: usize,
    /// Worked out when somebody asks.
    thresholds: OnceLock<Vec<AtThreshold>>,
}

impl Reviewed {
    /// Runs linkage over a view that has reached a position.
    pub fn of(view: &View, position: LogPosition) -> Result<Self, ViewError> {
        let source = Source::of(view)?;
        let all: Vec<LinkageObservation> = source.compared.values().cloned().collect();
        let linkage = link(&all, &source.decisions, &Parameters::default());
        Ok(Self::from(source, position, linkage))
    }

    /// What a night's lines and clusters make, whatever linkage would say.
    #[cfg(test)]
    pub(super) fn made(
        lines: Vec<ObservationLine>,
        clusters: Vec<maraude_linkage::Cluster>,
    ) -> Self {
        let mut linkage = Linkage::default();
        linkage.clusters = clusters;
        let named = lines.into_iter().map(|line| (line.observation.id, line));
        let source = Source {
            lines: named.collect(),
            compared: BTreeMap::new(),
            decisions: Vec::new(),
            form: questionnaire(""),
        };
        Self::from(source, 1, linkage)
    }

    pub(super) fn from(source: Source, position: LogPosition, linkage: Linkage) -> Self {
        let mut cluster_sizes: BTreeMap<ObservationId, u32> = BTreeMap::new();
        let mut clusters_of: BTreeMap<ObservationId, Vec<u32>> = BTreeMap::new();
        for (number, cluster) in linkage.clusters.iter().enumerate() {
            for slot in &cluster.slots {
                let held = clusters_of.entry(slot.observation).or_default();
                held.push(number as u32);
                let size = cluster_sizes.entry(slot.observation).or_default();
                *size = (*size).max(cluster.slots.len() as u32);
            }
        }
        Self {
            position,
            decisions: source.decisions,
            slots: linkage.clusters.iter().map(|c| c.slots.len()).sum(),
            linkage,
            compared: source.compared,
            lines: source.lines,
            form: source.form,
            cluster_sizes,
            clusters_of,
            thresholds: OnceLock::new(),
        }
    }

    /// Pairs to look at, those that move the count most first. Two groups are one line, and a pair
    /// that somebody looked at, whatever the outcome, is not shown again.
    pub fn queue(&self) -> Vec<&ScoredPair> {
        let looked_at: BTreeSet<(ObservationId, ObservationId)> = self
            .decisions
            .iter()
            .filter(|decision| decision.undone_at.is_none())
            .map(|decision| observations_of(decision.one, decision.other))
            .collect();
        let mut shown = BTreeSet::new();
        let mut queue: Vec<&ScoredPair> = self
            .linkage
            .pairs
            .iter()
            .filter(|pair| pair.verdict == PairVerdict::Review && pair.decided.is_none())
            .filter(|pair| {
                let between = observations_of(pair.one, pair.other);
                let grouped = pair.size > 1;
                !(grouped && (looked_at.contains(&between) || !shown.insert(between)))
            })
            .collect();
        queue.sort_by(|a, b| {
            let key = |pair: &ScoredPair| (pair.one, pair.other);
            b.effect()
                .total_cmp(&a.effect())
                .then_with(|| key(a).cmp(&key(b)))
        });
        queue
    }

    /// Pairs that may be one and that nobody has decided, held to be one or waiting.
    pub fn open_pairs(&self) -> impl Iterator<Item = &ScoredPair> {
        let open =
            |pair: &&ScoredPair| pair.verdict != PairVerdict::Distinct && pair.decided.is_none();
        self.linkage.pairs.iter().filter(open)
    }

    /// Pairs the model holds to be one without asking.
    pub fn automatic(&self) -> u32 {
        let alone = |pair: &&ScoredPair| {
            pair.verdict == PairVerdict::Auto && pair.decided != Some(Verdict::Same)
        };
        self.linkage.pairs.iter().filter(alone).count() as u32
    }

    /// Distinct people in the street so far: the figure, a minimum, as a release counts it. Then the
    /// 95 % interval of the estimate, which also weighs the pairs nobody has decided.
    ///
    /// # Units
    /// Whole people.
    pub fn street(&self) -> (u32, [u32; 2]) {
        let counted = |slot: &SlotRef| {
            self.lines.get(&slot.observation).is_some_and(|line| {
                line.unit() == Unit::Street && counting(line) == Counting::Counted
            })
        };
        let clusters = self.linkage.clusters.iter();
        let figure = clusters.filter(|cluster| cluster.slots.iter().any(counted));
        let estimate = self.linkage.distinct(Subject::Street);
        let interval = [estimate.low.floor() as u32, estimate.high.ceil() as u32];
        (figure.count() as u32, interval)
    }

    /// Numbers of the clusters that hold somebody of an observation.
    pub(super) fn clusters_of(&self, id: ObservationId) -> &[u32] {
        self.clusters_of.get(&id).map_or(&[], Vec::as_slice)
    }

    /// A compared pair.
    pub fn pair(&self, one: SlotRef, other: SlotRef) -> Option<&ScoredPair> {
        let key = (one.min(other), one.max(other));
        let pairs = &self.linkage.pairs;
        let found = pairs.binary_search_by_key(&key, |pair| (pair.one, pair.other));
        found.ok().map(|index| &pairs[index])
    }

    /// An observation as the view has it.
    pub fn line(&self, id: ObservationId) -> Option<&ObservationLine> {
        self.lines.get(&id)
    }

    /// An observation as it was compared; none for one that linkage leaves out.
    pub fn compared(&self, id: ObservationId) -> Option<&LinkageObservation> {
        self.compared.get(&id)
    }

    /// How many slots are held to be the same as the best linked slot of an observation, itself
    /// included; 1 for one that linkage leaves out.
    pub fn cluster_size(&self, id: ObservationId) -> u32 {
        self.cluster_sizes.get(&id).copied().unwrap_or(1)
    }

    /// Observations compared: those that stand for people met.
    pub fn observations(&self) -> usize {
        self.clusters_of.len()
    }

    /// The night at other thresholds, the one in force among them. Blocks the first time: the
    /// clusters are made anew for each.
    pub fn at_thresholds(&self) -> &[AtThreshold] {
        self.thresholds.get_or_init(|| {
            let snapshot = &self.linkage.parameters;
            let mut asked = THRESHOLDS.to_vec();
            asked.push(snapshot.held_same_probability);
            asked.sort_by(f64::total_cmp);
            asked.dedup();
            let observations: Vec<_> = self.compared.values().cloned().collect();
            at_thresholds(&observations, &self.decisions, snapshot, &asked)
        })
    }

    /// Pairs at least so likely that nobody has decided.
    pub fn undecided_from(&self, probability: f64) -> u32 {
        let waits =
            |pair: &&ScoredPair| pair.decided.is_none() && pair.match_probability >= probability;
        self.linkage.pairs.iter().filter(waits).count() as u32
    }

    /// Slots compared.
    pub fn slots(&self) -> usize {
        self.slots
    }
}

/// What a run is made from.
pub(super) struct Source {
    pub(super) lines: BTreeMap<ObservationId, ObservationLine>,
    pub(super) compared: BTreeMap<ObservationId, LinkageObservation>,
    pub(super) decisions: Vec<Decision>,
    pub(super) form: &'static Questionnaire,
}

impl Source {
    fn of(view: &View) -> Result<Self, ViewError> {
        let version = view.campaign()?.map(|campaign| campaign.questionnaire);
        let form = questionnaire(version.as_deref().unwrap_or_default());
        let (lines, _) = view.lines(&ObservationFilter::default())?;
        Ok(Self {
            compared: lines
                .iter()
                .filter_map(|line| Some(candidate(form, &seen(line)?)))
                .map(|of| (of.id, of))
                .collect(),
            lines: lines
                .into_iter()
                .map(|line| (line.observation.id, line))
                .collect(),
            decisions: view.decisions()?,
            form,
        })
    }
}

fn observations_of(one: SlotRef, other: SlotRef) -> (ObservationId, ObservationId) {
    let (a, b) = (one.observation, other.observation);
    (a.min(b), a.max(b))
}

/// What linkage is told of a line; withdrawn, ruled-out and empty ones are left out.
pub(super) fn seen(line: &ObservationLine) -> Option<Seen<'_>> {
    let in_figure = match counting(line) {
        Counting::Counted => true,
        Counting::Doubtful | Counting::SetApart => false,
        Counting::RuledOut | Counting::Withdrawn | Counting::Nobody => return None,
    };
    let unit = match line.unit() {
        Unit::Street => Subject::Street,
        Unit::Squat => Subject::Squat,
        Unit::Bidonville => Subject::Bidonville,
        Unit::Partner => Subject::Partner,
        Unit::None => return None,
    };
    Some(Seen {
        observation: &line.observation,
        team: line.team,
        night: line.night,
        observed_at: line.observed_at,
        position: line
            .placement
            .as_ref()
            .and_then(|placement| placement.position)
            .or_else(|| line.observation.position()),
        unit,
        in_figure,
        sector: line.sector_code.as_deref(),
        commune: line
            .placement
            .as_ref()
            .and_then(|placement| placement.commune.as_ref())
            .map(|commune| commune.code.as_str()),
    })
}

/// The runs of one campaign.
#[derive(Default)]
pub struct Review {
    kept: Mutex<Option<Kept>>,
}

struct Kept {
    reviewed: Arc<Reviewed>,
    /// How often all places had been resolved anew when it was done.
    placings: u64,
    /// Linkage kept up to date, where the campaign is large; and how many observations changed since
    /// it learnt.
    live: Option<(Linked, usize)>,
    /// When it was done, and how long it took.
    done: Instant,
    took: Duration,
}

/// Linkage kept up to date.
type Linked = maraude_linkage::Live;

/// Below so many observations a full run that learns costs less than a second: nothing is kept.
const LARGE: usize = 5_000;
/// A campaign that changed by more than one observation in so many since it learnt learns anew.
const LEARNS_EVERY: usize = 20;

impl Review {
    /// A run that holds everything up to `needed`, and what came since as far as rest allows.
    /// Blocks while it runs; who asks meanwhile waits for the same run.
    pub fn at(&self, view: &LiveView, needed: LogPosition) -> Result<Arc<Reviewed>, ViewError> {
        self.run(view, needed, false)
    }

    /// The same with parameters learnt from all that is there: what a release is built from.
    pub fn anew(&self, view: &LiveView, needed: LogPosition) -> Result<Arc<Reviewed>, ViewError> {
        self.run(view, needed, true)
    }

    fn run(
        &self,
        view: &LiveView,
        needed: LogPosition,
        learns: bool,
    ) -> Result<Arc<Reviewed>, ViewError> {
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        let reached = *view.positions().borrow();
        let placings = view.placings();
        // An import of layers or addresses moves places, and the log not at all.
        if let Some(kept) = kept.as_ref().filter(|kept| kept.placings == placings) {
            let resting = kept.done.elapsed() < kept.took * REST;
            let current = kept.reviewed.position == reached;
            let learnt = kept.live.as_ref().is_none_or(|(_, changed)| *changed == 0);
            if (current || (resting && kept.reviewed.position >= needed)) && (learnt || !learns) {
                return Ok(kept.reviewed.clone());
            }
        }
        let started = Instant::now();
        let source = Source::of(&view.view())?;
        let before = kept.take();
        let live = linked(before, &source, learns);
        let linkage = if let Some((live, _)) = &live {
            live.linkage()
        } else {
            let all: Vec<LinkageObservation> = source.compared.values().cloned().collect();
            link(&all, &source.decisions, &Parameters::default())
        };
        let reviewed = Arc::new(Reviewed::from(source, reached, linkage));
        *kept = Some(Kept {
            reviewed: reviewed.clone(),
            placings,
            live,
            done: Instant::now(),
            took: started.elapsed(),
        });
        Ok(reviewed)
    }
}

/// Linkage of a large campaign brought up to date; none for a small one.
fn linked(before: Option<Kept>, source: &Source, learns: bool) -> Option<(Linked, usize)> {
    if source.compared.len() < LARGE {
        return None;
    }
    if let Some(kept) = before
        && let Some((mut live, changed)) = kept.live
        && !learns
    {
        let known = &kept.reviewed.compared;
        let differs = |of: &&LinkageObservation| known.get(&of.id) != Some(*of);
        let came: Vec<LinkageObservation> =
            source.compared.values().filter(differs).cloned().collect();
        let gone = known.keys().filter(|id| !source.compared.contains_key(id));
        let gone: Vec<ObservationId> = gone.copied().collect();
        let changed = changed + came.len() + gone.len();
        if changed * LEARNS_EVERY <= source.compared.len() {
            live.update(&came, &gone);
            live.decide(&source.decisions);
            return Some((live, changed));
        }
    }
    let all: Vec<LinkageObservation> = source.compared.values().cloned().collect();
    Some((
        Linked::new(&all, &source.decisions, &Parameters::default()),
        0,
    ))
}

#[cfg(test)]
mod large {
    //! A campaign large enough to be kept up to date tells what a run anew tells.

    use super::*;
    use maraude_core::model::{DeviceId, Night, TeamId};

    fn source(number: u32, edited: u32) -> Source {
        let night: Night = "2026-01-22".parse().unwrap();
        let compared = (0..number).map(|n| {
            let mut id = [0; 16];
            id[..4].copy_from_slice(&n.to_be_bytes());
            let author = (
                TeamId::from_random([(n % 7) as u8; 16]),
                DeviceId::from_random([1; 16]),
            );
            let at = i64::from(n + edited) * 1_000;
            LinkageObservation::individual(ObservationId::from_random(id), night, author, at)
        });
        Source {
            lines: BTreeMap::new(),
            compared: compared.map(|of| (of.id, of)).collect(),
            decisions: Vec::new(),
            form: questionnaire(""),
        }
    }

    fn kept(source: Source, live: Option<(Linked, usize)>) -> Kept {
        Kept {
            reviewed: Arc::new(Reviewed::from(source, 1, Linkage::default())),
            placings: 0,
            live,
            done: Instant::now(),
            took: Duration::ZERO,
        }
    }

    #[test]
    fn it_learns_only_when_much_has_come_or_somebody_asks() {
        let number = LARGE as u32;
        assert!(linked(None, &source(number - 1, 0), false).is_none());
        let begun = linked(None, &source(number, 0), false);
        assert_eq!(begun.as_ref().unwrap().1, 0);
        let before = kept(source(number, 0), begun);
        let (live, changed) = linked(Some(before), &source(number + 10, 0), false).unwrap();
        assert_eq!((changed, live.len()), (10, LARGE + 10));
        let before = kept(source(number + 10, 0), Some((live, changed)));
        let (live, changed) = linked(Some(before), &source(number + 10, 1), false).unwrap();
        assert_eq!(changed, 0, "all edited: learns anew");
        let before = kept(source(number + 10, 1), Some((live, changed)));
        let (live, changed) = linked(Some(before), &source(number + 9, 1), false).unwrap();
        assert_eq!((changed, live.len()), (1, LARGE + 9));
        let before = kept(source(number + 9, 1), Some((live, changed)));
        assert_eq!(
            linked(Some(before), &source(number + 9, 1), true)
                .unwrap()
                .1,
            0
        );
    }
}
