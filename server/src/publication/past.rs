//! Everything this server has released, by this campaign and by others, purged ones included: what
//! a new release is held against.
//!
//! It must never leave a release out: one that cannot be read stops the next. `freeze` calls it.

use crate::store::{LedgerLine as StoredLine, Remains, StoredRelease};
use maraude_core::model::CampaignId;
use maraude_observatory::area::AreaTree;
use maraude_observatory::disclosure::{
    LedgerLine, Published, Release, ReopenError, Settings, Stage,
};

/// Why what was released does not read.
#[derive(Debug, thiserror::Error)]
pub enum PastError {
    /// A kept release does not read.
    #[error(transparent)]
    Reopen(#[from] ReopenError),
    /// A kept ledger line does not read.
    #[error("the ledger does not read: {0}")]
    LedgerUnreadable(#[from] serde_json::Error),
}

/// What was released so far.
#[derive(Debug, Default)]
pub struct Past {
    own: Vec<StoredRelease>,
    told: Vec<Published>,
    fingerprints: Vec<String>,
    others: Vec<Published>,
    ledger: Vec<LedgerLine>,
    unread: bool,
    exported: bool,
}

impl Past {
    /// What stays of each campaign, `campaign` being the one that releases.
    ///
    /// # Errors
    /// When something kept does not read.
    pub fn of(
        campaign: CampaignId,
        all: impl IntoIterator<Item = (CampaignId, Remains)>,
    ) -> Result<Self, PastError> {
        let mut past = Self::default();
        for (of, remains) in all {
            past.add(of == campaign, remains)?;
        }
        Ok(past)
    }

    fn add(&mut self, own: bool, remains: Remains) -> Result<(), PastError> {
        for line in &remains.ledger {
            self.ledger.extend(own.then(|| line_of(line)).transpose()?);
        }
        for kept in &remains.releases {
            let (published, fingerprint) = Release::read_frozen(&kept.release.body)?;
            if own {
                self.told.push(published);
                self.fingerprints.extend(fingerprint);
            } else {
                self.others.push(published);
            }
        }
        if own {
            self.own = remains.releases;
        }
        Ok(())
    }

    /// The same, without a campaign whose files are damaged: what it told is not known.
    #[must_use]
    pub fn with_one_unread(mut self) -> Self {
        self.unread = true;
        self
    }

    /// The same, of a campaign that was exported: what its next server tells is not known.
    #[must_use]
    pub fn exported(mut self) -> Self {
        self.exported = true;
        self
    }

    /// The campaign was exported: it is released on the server that took it in.
    pub fn is_exported(&self) -> bool {
        self.exported
    }

    /// Some campaign's releases are not known.
    pub fn is_unread(&self) -> bool {
        self.unread
    }

    /// The campaign's own releases, oldest first.
    pub fn own(&self) -> &[StoredRelease] {
        &self.own
    }

    /// The campaign's own ledger.
    pub fn ledger(&self) -> &[LedgerLine] {
        &self.ledger
    }

    /// All releases, its own first.
    pub fn all(&self) -> Vec<Published> {
        self.told.iter().chain(&self.others).cloned().collect()
    }

    /// The settings of the campaign's last release: they stay those of the next.
    pub fn settings(&self) -> Option<Settings> {
        Settings::parse(&self.told.last()?.settings)
    }

    /// Whether the campaign has a consolidated release.
    pub fn is_consolidated(&self) -> bool {
        self.told
            .iter()
            .any(|told| told.stage == Stage::Consolidated)
    }

    /// Whether another campaign told more than a provisional figure of these nights on this ground.
    pub fn told_elsewhere(&self, nights: &[String], exercise: bool, tree: &AreaTree) -> bool {
        let ground = &tree.areas()[AreaTree::ROOT].boundary;
        self.others
            .iter()
            .any(|told| told.stage != Stage::Provisional && told.concerns(nights, exercise, ground))
    }

    /// Whether the campaign released on other areas than these.
    pub fn on_other_areas(&self, tree: &AreaTree) -> bool {
        !self.fingerprints.is_empty() && {
            let now = tree.fingerprint();
            self.fingerprints.iter().any(|was| *was != now)
        }
    }
}

fn line_of(line: &StoredLine) -> Result<LedgerLine, PastError> {
    Ok(serde_json::from_slice(&line.body)?)
}
