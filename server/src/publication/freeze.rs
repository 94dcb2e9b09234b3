//! Building a release and keeping it in the campaign's log with its digest and its ledger lines.
//!
//! It must never consolidate a night twice, nor keep what disclosure control refused.

use super::past::{Past, PastError};
use super::prepare::Prepared;
use crate::store::{Log, NewRelease, StoreError, StoredRelease};
use maraude_core::model::{CampaignMode, CampaignState, TimestampMs};
use maraude_observatory::disclosure::{
    CountedNight, DisclosureError, Finding, Heading, Release, ReopenError, Sentence, Settings,
    Stage, consolidate, correct, ledger_conflicts, ledger_lines, provisional, provisional_sentence,
    verify,
};
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;
use std::fmt::Write;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// Releases are built one after the other, of all campaigns: what was released so far, read under
/// it, is still true when the next one is written.
static ONE_AT_A_TIME: Mutex<()> = Mutex::new(());

/// Waits for the release that is being built.
pub fn one_at_a_time() -> MutexGuard<'static, ()> {
    ONE_AT_A_TIME.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Why a release was not built.
#[derive(Debug, thiserror::Error)]
pub enum BuildError {
    /// Something of the campaign stands in the way: codes of [`obstacles`].
    #[error("the release cannot be built now: {}", codes.join(", "))]
    Obstacles {
        /// Stable kebab-case codes.
        codes: Vec<String>,
    },
    /// An earlier release of the same nights is too near.
    #[error("an earlier release stands in the way: {0}")]
    Ledger(Finding),
    /// Disclosure control refused.
    #[error(transparent)]
    Disclosure(#[from] DisclosureError),
    /// A kept release does not open.
    #[error(transparent)]
    Reopen(#[from] ReopenError),
    /// The log.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// What was released before does not read.
    #[error(transparent)]
    Past(#[from] PastError),
    /// A ledger line cannot be written.
    #[error("the ledger cannot be written: {0}")]
    LedgerUnwritable(#[from] serde_json::Error),
}

/// A release as it was kept.
#[derive(Debug, Clone)]
pub struct FrozenRelease {
    /// The log's row.
    pub number: u32,
    /// Its stage.
    pub stage: Stage,
    /// Server clock.
    pub built_at: TimestampMs,
    /// Account that built it.
    pub by: String,
    /// SHA-256 of what was kept, hexadecimal.
    pub digest: String,
    /// The release.
    pub release: Release,
}

/// What keeps a release of this stage from being built; a code that ends with `?` only warns.
pub fn obstacles(prepared: &Prepared, past: &Past, stage: Stage) -> Vec<String> {
    let campaign = &prepared.campaign;
    let consolidated = past.is_consolidated();
    let exercise = campaign.mode == CampaignMode::Exercise;
    let nights = nights_of(prepared);
    let tree = prepared.tree.as_ref().ok();
    let final_stage = stage != Stage::Provisional;
    let open = !matches!(
        campaign.state,
        CampaignState::Locked | CampaignState::Archived
    );
    let checks = [
        (prepared.tree.is_err(), "no-perimeter"),
        (campaign.nights.is_empty(), "no-night"),
        (prepared.places.is_empty(), "no-observation"),
        (final_stage && open, "campaign-open"),
        (
            // A provisional figure after it would tell what changed since.
            stage != Stage::Correction && consolidated,
            "already-consolidated",
        ),
        (
            tree.is_some_and(|tree| past.told_elsewhere(&nights, exercise, tree)),
            "released-elsewhere",
        ),
        (
            tree.is_some_and(|tree| past.on_other_areas(tree)),
            "areas-changed",
        ),
        (
            stage == Stage::Correction && !consolidated,
            "nothing-to-correct",
        ),
        (past.is_unread(), "past-unread"),
        // Told on two servers, neither of which knows what the other told.
        (past.is_exported(), "campaign-exported"),
        (final_stage && prepared.to_review > 0, "pairs-to-review?"),
        (
            final_stage && prepared.doubtful > 0,
            "doubtful-observations?",
        ),
        (prepared.several_nights, "several-nights?"),
        (prepared.outside > 0, "people-outside?"),
        (exercise, "exercise?"),
    ];
    let standing = checks.into_iter().filter(|(stands, _)| *stands);
    standing.map(|(_, code)| code.to_owned()).collect()
}

fn nights_of(prepared: &Prepared) -> Vec<String> {
    let nights = prepared.campaign.nights.iter();
    nights.map(ToString::to_string).collect()
}

/// What may be said now, without building anything.
pub fn sentence(prepared: &Prepared, settings: &Settings) -> Sentence {
    let exercise = prepared.campaign.mode == CampaignMode::Exercise;
    provisional_sentence(prepared.provisional, settings, exercise)
}

/// Who builds, and when.
#[derive(Debug, Clone, Copy)]
pub struct Builder<'a> {
    /// Account name.
    pub by: &'a str,
    /// Server clock.
    pub now: TimestampMs,
}

/// Builds a release and keeps it. Blocks. `past` was read under [`one_at_a_time`].
///
/// # Errors
/// See [`BuildError`]; nothing was kept then.
pub fn build(
    prepared: &Prepared,
    (log, past): (&dyn Log, &Past),
    stage: Stage,
    builder: Builder<'_>,
    settings: &Settings,
) -> Result<FrozenRelease, BuildError> {
    let codes: Vec<String> = obstacles(prepared, past, stage)
        .into_iter()
        .filter(|code| !code.ends_with('?'))
        .collect();
    let (true, Ok(tree)) = (codes.is_empty(), &prepared.tree) else {
        return Err(BuildError::Obstacles { codes });
    };
    let kept = past.own();
    let campaign = &prepared.campaign;
    let heading = Heading {
        campaign: campaign.name.clone(),
        nights: nights_of(prepared),
        exercise: campaign.mode == CampaignMode::Exercise,
        number: kept.last().map_or(0, |last| last.number) + 1,
    };
    let night = CountedNight {
        places: &prepared.places,
        walked: &prepared.walked,
    };
    let release = match stage {
        Stage::Provisional => provisional(heading, tree, prepared.provisional, settings)?,
        Stage::Consolidated => consolidate(heading, tree, night, settings)?,
        Stage::Correction => {
            let last = kept
                .iter()
                .rev()
                .find(|kept| kept.release.stage != Stage::Provisional.code());
            let last = last.ok_or(DisclosureError::NothingToCorrect)?;
            let earlier = Release::from_frozen(&last.release.body)?;
            correct(&heading, &earlier, tree, night, settings)?
        }
    };
    let near = ledger_conflicts(past.ledger(), &release, settings);
    let together = verify::check(release.published(), &past.all());
    if let Some(finding) = near.into_iter().chain(together).next() {
        return Err(BuildError::Ledger(finding));
    }
    keep(log, release, builder)
}

fn keep(
    log: &dyn Log,
    release: Release,
    builder: Builder<'_>,
) -> Result<FrozenRelease, BuildError> {
    let body = release.to_frozen();
    let mut ledger = Vec::new();
    for line in ledger_lines(&release) {
        ledger.push(serde_json::to_vec(&line)?);
    }
    let digest = digest(&body);
    let number = log.put_release(&NewRelease {
        stage: release.stage().code().to_owned(),
        built_at: builder.now,
        position: log.last_position()?,
        author: builder.by.to_owned(),
        body,
        ledger,
    })?;
    Ok(FrozenRelease {
        number,
        stage: release.stage(),
        built_at: builder.now,
        by: builder.by.to_owned(),
        digest,
        release,
    })
}

/// SHA-256, hexadecimal.
pub(super) fn digest(body: &[u8]) -> String {
    let mut text = String::with_capacity(64);
    for byte in Sha256::digest(body) {
        // Writing to a string cannot fail.
        let _ = write!(text, "{byte:02x}");
    }
    text
}

/// These releases, opened.
///
/// # Errors
/// When a kept release does not open.
pub fn releases(kept: Vec<StoredRelease>) -> Result<Vec<FrozenRelease>, BuildError> {
    kept.into_iter().map(reopen).collect()
}

/// Releases opened before: opening checks every rule again, which takes a moment.
#[derive(Default)]
pub struct KeptOpen(Mutex<BTreeMap<String, Arc<FrozenRelease>>>);

/// How many releases are kept open.
const MOST_KEPT_OPEN: usize = 64;

/// These releases, those opened before without opening them again.
///
/// # Errors
/// As [`releases`].
pub fn releases_kept_open(
    kept: Vec<StoredRelease>,
    kept_open: &KeptOpen,
) -> Result<Vec<Arc<FrozenRelease>>, BuildError> {
    let mut found = Vec::new();
    for kept in kept {
        let key = format!("{} {}", kept.number, digest(&kept.release.body));
        let mut open = kept_open.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(release) = open.get(&key) {
            found.push(release.clone());
            continue;
        }
        if open.len() >= MOST_KEPT_OPEN {
            open.clear();
        }
        let release = Arc::new(reopen(kept)?);
        open.insert(key, release.clone());
        found.push(release);
    }
    Ok(found)
}

/// One of these releases.
///
/// # Errors
/// When it does not open.
pub fn frozen(kept: Vec<StoredRelease>, number: u32) -> Result<Option<FrozenRelease>, BuildError> {
    let found = kept.into_iter().find(|kept| kept.number == number);
    found.map(reopen).transpose()
}

fn reopen(kept: StoredRelease) -> Result<FrozenRelease, BuildError> {
    let release = Release::from_frozen(&kept.release.body)?;
    Ok(FrozenRelease {
        number: kept.number,
        stage: release.stage(),
        built_at: kept.release.built_at,
        by: kept.release.author,
        digest: digest(&kept.release.body),
        release,
    })
}
