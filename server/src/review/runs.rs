//! The runs of one campaign: kept up to date as observations come, under parameters frozen in its log.
//!
//! A run learns at its first reading, when much has come since, when a release is built from it, or when
//! somebody asks; in between it is a function of observations, decisions and the snapshot alone, on
//! this server or on another that reads the same log.

use super::pseudonyms::{self, Opened};
use super::snapshot::{self, Frozen};
use super::state::{Reviewed, Source};
use crate::geolocation::LiveView;
use crate::projection::ViewError;
use crate::store::{Log, LogPosition};
use maraude_core::model::{ObservationId, TimestampMs};
use maraude_linkage::{LinkageObservation, Live, Parameters};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

/// After a run nobody waits for another before this many times its length has passed.
const REST: u32 = 3;

/// A campaign that changed by more than one observation in so many since it learnt learns anew; from
/// `LARGE` on a smaller share is many.
const LEARNS_EVERY: (usize, usize) = (5, 20);
/// See [`LEARNS_EVERY`].
const LARGE: usize = 5_000;

/// The runs of one campaign.
#[derive(Default)]
pub struct Review {
    kept: Mutex<Option<Kept>>,
    /// Pseudonyms made so far: in memory alone.
    opened: Mutex<Opened>,
}

/// Where a run reads and what it keeps.
#[derive(Clone, Copy)]
pub struct Sources<'a> {
    /// Observations and decisions.
    pub view: &'a LiveView,
    /// Where the parameters are frozen.
    pub log: &'a dyn Log,
    /// Server clock.
    pub now: TimestampMs,
}

/// When a run learns.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Learns {
    /// When much has come.
    IfMuch,
    /// When anything has.
    IfAnything,
    /// Whatever has come.
    Anyway,
}

struct Kept {
    reviewed: Arc<Reviewed>,
    /// How often all places had been resolved anew when it was done.
    placings: u64,
    linked: Linked,
    /// When it was done, and how long it took.
    done: Instant,
    took: Duration,
}

/// Linkage kept up to date.
struct Linked {
    live: Live,
    /// None when it has just learnt.
    frozen: Option<Frozen>,
    /// Observations that changed since it learnt.
    changed: usize,
    /// Names that the log keeps.
    named: usize,
}

impl Review {
    /// A run that holds everything up to `needed`, and what came since as far as rest allows.
    /// Blocks while it runs; who asks meanwhile waits for the same run.
    pub fn at(&self, of: Sources<'_>, needed: LogPosition) -> Result<Arc<Reviewed>, ViewError> {
        self.run(of, needed, Learns::IfMuch)
    }

    /// The same with parameters learnt from all that is there: what a release is built from.
    pub fn anew(&self, of: Sources<'_>, needed: LogPosition) -> Result<Arc<Reviewed>, ViewError> {
        self.run(of, needed, Learns::IfAnything)
    }

    /// Learns because somebody asked.
    pub fn refresh(&self, of: Sources<'_>) -> Result<Arc<Reviewed>, ViewError> {
        self.run(of, 0, Learns::Anyway)
    }

    fn run(
        &self,
        of: Sources<'_>,
        needed: LogPosition,
        learns: Learns,
    ) -> Result<Arc<Reviewed>, ViewError> {
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        let reached = *of.view.positions().borrow();
        let placings = of.view.placings();
        // An import of layers or addresses moves places, and the log not at all.
        if let Some(kept) = kept.as_ref().filter(|kept| kept.placings == placings) {
            let resting = kept.done.elapsed() < kept.took * REST;
            let current = kept.reviewed.position == reached;
            let learnt = match learns {
                Learns::IfMuch => true,
                Learns::IfAnything => kept.linked.changed == 0,
                Learns::Anyway => false,
            };
            if (current || (resting && kept.reviewed.position >= needed)) && learnt {
                return Ok(kept.reviewed.clone());
            }
        }
        let started = Instant::now();
        let view = of.view.view();
        let mut opened = self.opened.lock().unwrap_or_else(PoisonError::into_inner);
        let pseudonyms = pseudonyms::read(&view, of.log, &mut opened)?;
        drop(opened);
        let source = Source::of(&view, pseudonyms)?;
        let mut linked = match kept.take() {
            Some(before) => brought_up(before, &source, learns),
            None => begun(&source, of.log, learns),
        };
        let frozen = linked
            .frozen
            .unwrap_or_else(|| snapshot::freeze(of.log, &linked.live, reached, of.now));
        linked.frozen = Some(frozen);
        if linked.live.aliases().log().len() != linked.named {
            snapshot::keep_aliases(of.log, linked.live.aliases());
            linked.named = linked.live.aliases().log().len();
        }
        let mut reviewed = Reviewed::from(source, reached, linked.live.linkage());
        reviewed.frozen = Some(frozen);
        reviewed.changed = linked.changed as u32;
        reviewed.aliases = linked.live.aliases().clone();
        let reviewed = Arc::new(reviewed);
        *kept = Some(Kept {
            reviewed: reviewed.clone(),
            placings,
            linked,
            done: Instant::now(),
            took: started.elapsed(),
        });
        Ok(reviewed)
    }
}

/// So many changes are reason to learn anew.
fn is_much(changed: usize, observations: usize) -> bool {
    let every = if observations < LARGE {
        LEARNS_EVERY.0
    } else {
        LEARNS_EVERY.1
    };
    changed * every > observations
}

fn must_learn(learns: Learns, changed: usize, observations: usize) -> bool {
    match learns {
        Learns::IfMuch => is_much(changed, observations),
        Learns::IfAnything => changed > 0,
        Learns::Anyway => true,
    }
}

/// The first run of this process: under the snapshot of the log, if there is one that still fits.
fn begun(source: &Source, log: &dyn Log, learns: Learns) -> Linked {
    let all: Vec<LinkageObservation> = source.compared.values().cloned().collect();
    let aliases = snapshot::aliases(log);
    let named = aliases.log().len();
    if let Some(kept) = snapshot::in_force(log) {
        let snapshot = (&kept.parameters, kept.training);
        let mut live = Live::resume(&all, &source.decisions, snapshot, aliases);
        let changed = all.len().abs_diff(kept.frozen.observations as usize);
        let learnt = must_learn(learns, changed, all.len());
        if learnt {
            live.begin_again(&all, &source.decisions, &Parameters::default());
        }
        return Linked {
            live,
            frozen: (!learnt).then_some(kept.frozen),
            changed: if learnt { 0 } else { changed },
            named,
        };
    }
    Linked {
        live: Live::new(&all, &source.decisions, &Parameters::default()),
        frozen: None,
        changed: 0,
        named,
    }
}

/// The last run brought up to date, or learnt anew.
fn brought_up(before: Kept, source: &Source, learns: Learns) -> Linked {
    let mut linked = before.linked;
    let known = &before.reviewed.compared;
    let differs = |of: &&LinkageObservation| known.get(&of.id) != Some(*of);
    let came: Vec<LinkageObservation> = source.compared.values().filter(differs).cloned().collect();
    let gone = known.keys().filter(|id| !source.compared.contains_key(id));
    let gone: Vec<ObservationId> = gone.copied().collect();
    linked.changed += came.len() + gone.len();
    if must_learn(learns, linked.changed, source.compared.len()) {
        let all: Vec<LinkageObservation> = source.compared.values().cloned().collect();
        let parameters = Parameters::default();
        linked
            .live
            .begin_again(&all, &source.decisions, &parameters);
        (linked.frozen, linked.changed) = (None, 0);
    } else {
        linked.live.update(&came, &gone);
        linked.live.decide(&source.decisions);
    }
    linked
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_campaign_learns_when_it_has_grown_by_a_share() {
        for (changed, observations, expected) in [
            (0, 0, false),
            (1, 1, true),
            (2, 10, false),
            (3, 10, true),
            (250, 5_000, false),
            (251, 5_000, true),
        ] {
            assert_eq!(
                is_much(changed, observations),
                expected,
                "{changed} of {observations}"
            );
        }
    }
}
