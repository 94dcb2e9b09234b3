//! One whole run of linkage, with the position of the log it stands for: what screens and releases read.

use super::candidates::{Seen, candidate};
use super::pseudonyms::ByObservation;
use super::snapshot::Frozen;
use crate::projection::{
    Counting, ObservationFilter, ObservationLine, Unit, View, ViewError, counting,
};
use crate::store::LogPosition;
use maraude_core::form::{Questionnaire, questionnaire, read_roles};
use maraude_core::model::{Decision, ObservationId, SlotRef, Verdict};
use maraude_linkage::{
    Aliases, AtThreshold, DistinctCount, Linkage, LinkageObservation, PairVerdict, Reliability,
    ScoredPair, Unit as Subject, at_thresholds, counts_by, reliability,
};
use std::collections::BTreeMap;
use std::sync::{Mutex, OnceLock, PoisonError};

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
    pub(super) pseudonyms: ByObservation,
    /// The questionnaire the observations answer.
    pub(super) form: &'static Questionnaire,
    cluster_sizes: BTreeMap<ObservationId, u32>,
    /// Clusters that hold a slot of each observation.
    clusters_of: BTreeMap<ObservationId, Vec<u32>>,
    slots: usize,
    /// When its parameters were learnt; none where they were given.
    pub frozen: Option<Frozen>,
    /// Observations that came, went or changed since.
    pub changed: u32,
    /// Names of clusters that are no more.
    pub(super) aliases: Aliases,
    /// Sampled partitions, drawn when somebody asks.
    pub(super) ways: OnceLock<Vec<Vec<maraude_linkage::Cluster>>>,
    /// Worked out when somebody asks.
    thresholds: OnceLock<Vec<AtThreshold>>,
    /// Worked out when somebody asks.
    reliability: OnceLock<Vec<Reliability>>,
    /// Counts by cell, of the cells last asked for.
    counted: Mutex<Option<CountedCells>>,
}

/// Cells of slots, how many there are, and what was counted.
type CountedCells = (BTreeMap<SlotRef, Vec<usize>>, usize, Vec<DistinctCount>);

impl Reviewed {
    /// Runs linkage over a view that has reached a position, and learns from it alone.
    #[cfg(test)]
    pub fn of(view: &View, position: LogPosition) -> Result<Self, ViewError> {
        let source = Source::of(view, ByObservation::new())?;
        let all: Vec<LinkageObservation> = source.compared.values().cloned().collect();
        let parameters = maraude_linkage::Parameters::default();
        let linkage = maraude_linkage::link(&all, &source.decisions, &parameters);
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
            pseudonyms: ByObservation::new(),
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
            pseudonyms: source.pseudonyms,
            lines: source.lines,
            form: source.form,
            cluster_sizes,
            clusters_of,
            frozen: None,
            changed: 0,
            aliases: Aliases::default(),
            ways: OnceLock::new(),
            thresholds: OnceLock::new(),
            reliability: OnceLock::new(),
            counted: Mutex::new(None),
        }
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

    /// The slot that a name of a cluster leads to, however often clusters changed since it was told.
    pub fn now_named(&self, name: SlotRef) -> SlotRef {
        let clusters = &self.linkage.clusters;
        let is_used = |slot: SlotRef| clusters.iter().any(|of| of.slots.contains(&slot));
        self.aliases.resolve(name, is_used).unwrap_or(name)
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

    /// What was held of pairs before anybody decided, against decisions. Blocks the first time: all is
    /// weighed anew without any.
    pub fn reliability(&self) -> &[Reliability] {
        self.reliability.get_or_init(|| {
            let observations: Vec<_> = self.compared.values().cloned().collect();
            reliability(&observations, &self.decisions, &self.linkage.parameters)
        })
    }

    /// Distinct people by cell, with the 95 % interval of linkage; `cells` tells those of each slot. The
    /// draws are those of the street's own interval. Blocks the first time.
    pub fn counts_by(
        &self,
        cells: &BTreeMap<SlotRef, Vec<usize>>,
        number: usize,
    ) -> Vec<DistinctCount> {
        let mut kept = self.counted.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((of, cells_of, counts)) = kept.as_ref()
            && (of, *cells_of) == (cells, number)
        {
            return counts.clone();
        }
        let all: Vec<_> = self.compared.values().cloned().collect();
        let parameters = &self.linkage.parameters;
        let counts = counts_by(&all, &self.decisions, parameters, (cells, number));
        *kept = Some((cells.clone(), number, counts.clone()));
        counts
    }

    /// How long without a home somebody told, as the questionnaire's code.
    pub fn duration_told(&self, id: ObservationId) -> Option<String> {
        read_roles(self.form, &self.line(id)?.observation.answers).duration
    }

    /// Pairs at least so likely that nobody has decided.
    pub fn undecided_from(&self, probability: f64) -> u32 {
        let waits =
            |pair: &&ScoredPair| pair.decided.is_none() && pair.match_probability >= probability;
        self.linkage.pairs.iter().filter(waits).count() as u32
    }

    /// People were met on more than one night: who sleeps elsewhere the next night counts twice in the
    /// figure, which is then no minimum.
    pub fn has_several_nights(&self) -> bool {
        let mut nights = self.compared.values().map(|of| of.night);
        let first = nights.next();
        nights.any(|night| Some(night) != first)
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
    pub(super) pseudonyms: ByObservation,
    pub(super) decisions: Vec<Decision>,
    pub(super) form: &'static Questionnaire,
}

impl Source {
    pub(super) fn of(view: &View, pseudonyms: ByObservation) -> Result<Self, ViewError> {
        let version = view.campaign()?.map(|campaign| campaign.questionnaire);
        let form = questionnaire(version.as_deref().unwrap_or_default());
        let (lines, _) = view.lines(&ObservationFilter::default())?;
        Ok(Self {
            compared: lines
                .iter()
                .filter_map(|line| Some(candidate(form, &seen(line, &pseudonyms)?)))
                .map(|of| (of.id, of))
                .collect(),
            pseudonyms,
            lines: lines
                .into_iter()
                .map(|line| (line.observation.id, line))
                .collect(),
            decisions: view.decisions()?,
            form,
        })
    }
}

/// What linkage is told of a line; withdrawn, ruled-out and empty ones are left out,
/// and those of a strand that another one stands for.
pub(super) fn seen<'a>(
    line: &'a ObservationLine,
    pseudonyms: &'a ByObservation,
) -> Option<Seen<'a>> {
    let in_figure = match counting(line) {
        Counting::Counted => true,
        Counting::Doubtful | Counting::SetApart => false,
        Counting::Rival | Counting::RuledOut | Counting::Withdrawn | Counting::Nobody => {
            return None;
        }
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
        pseudonym: pseudonyms.get(&line.observation.id).map(String::as_str),
    })
}
