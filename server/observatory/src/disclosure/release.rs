//! A release: what may leave the server. Only this module tree builds one.
//!
//! Writers in `server/src/export` take `&Release`, so that a table that did not pass disclosure
//! control cannot be written.

use super::published::{Published, Stage};
use super::squares::Square;
use super::verify::{self, Finding, Rule};
use crate::area::AreaTree;
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

/// The squares of a leaf, kept so that a correction finds the same ground.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct FrozenLeaf {
    pub code: String,
    pub parent: String,
    pub squares: BTreeSet<Square>,
}

/// A table and map that passed disclosure control.
#[derive(Debug, Clone, PartialEq)]
pub struct Release {
    published: Published,
    partition: Vec<FrozenLeaf>,
    /// Of the large areas it was made on.
    fingerprint: Option<String>,
}

#[derive(Serialize, Deserialize)]
struct Frozen {
    published: Published,
    partition: Vec<FrozenLeaf>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    fingerprint: Option<String>,
}

/// Why a release is refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum DisclosureError {
    /// A rule does not hold on what would be published: a fault of the rules, never of the night.
    #[error("the release would break a rule: {0}")]
    RuleBroken(Finding),
    /// An earlier release of the same nights is too near.
    #[error("an earlier release stands in the way: {0}")]
    LedgerConflict(Finding),
    /// The areas are not those of the release to correct.
    #[error("the areas changed since the release to correct was made")]
    OtherAreas,
    /// Only a consolidated release can be corrected.
    #[error("only a consolidated release can be corrected")]
    NothingToCorrect,
}

/// Why frozen bytes are no release.
#[derive(Debug, thiserror::Error)]
pub enum ReopenError {
    /// They cannot be read.
    #[error("the frozen release cannot be read: {0}")]
    Unreadable(#[from] serde_json::Error),
    /// They do not pass the rules any more: damaged or altered.
    #[error("the frozen release breaks a rule: {0}")]
    RuleBroken(Finding),
}

impl Release {
    /// Checks every rule on what would be published, then lets it through.
    pub(super) fn checked(
        published: Published,
        partition: Vec<FrozenLeaf>,
        earlier: &[Published],
    ) -> Result<Self, DisclosureError> {
        match verify::check(&published, earlier).into_iter().next() {
            Some(finding) => Err(DisclosureError::RuleBroken(finding)),
            None => Ok(Self {
                published,
                partition,
                fingerprint: None,
            }),
        }
    }

    /// Made on these large areas: later releases of the campaign are made on the same.
    pub(super) fn on(mut self, tree: &AreaTree) -> Self {
        self.fingerprint = Some(tree.fingerprint());
        self
    }

    /// The fingerprint of its large areas; none for one made before fingerprints were kept.
    pub fn fingerprint(&self) -> Option<&str> {
        self.fingerprint.as_deref()
    }

    /// What it says.
    pub fn published(&self) -> &Published {
        &self.published
    }

    /// Its stage.
    pub fn stage(&self) -> Stage {
        self.published.stage
    }

    pub(super) fn partition(&self) -> &[FrozenLeaf] {
        &self.partition
    }

    /// The bytes to keep; the same release always gives the same bytes.
    pub fn to_frozen(&self) -> Vec<u8> {
        let frozen = Frozen {
            published: self.published.clone(),
            partition: self.partition.clone(),
            fingerprint: self.fingerprint.clone(),
        };
        serde_json::to_vec(&frozen).expect("a release holds no map with odd keys")
    }

    /// Opens kept bytes, after checking every rule again that was in force when they were kept.
    ///
    /// # Errors
    /// When the bytes cannot be read or what they say breaks a rule.
    pub fn from_frozen(bytes: &[u8]) -> Result<Self, ReopenError> {
        let frozen: Frozen = serde_json::from_slice(bytes)?;
        // What was published under fewer rules stays published: `verify` says what it gives away.
        let earlier_rules = !frozen.published.has_setting(ZEROS_TOGETHER);
        let broken = verify::check(&frozen.published, &[])
            .into_iter()
            .find(|finding| !(earlier_rules && finding.rule == Rule::Attack));
        match broken {
            Some(finding) => Err(ReopenError::RuleBroken(finding)),
            None => Ok(Self {
                published: frozen.published,
                partition: frozen.partition,
                fingerprint: frozen.fingerprint,
            }),
        }
    }

    /// What kept bytes say, and the fingerprint of its areas, without any check: to hold a later
    /// release against it.
    ///
    /// # Errors
    /// When the bytes cannot be read.
    pub fn read_frozen(bytes: &[u8]) -> Result<(Published, Option<String>), ReopenError> {
        let frozen: Frozen = serde_json::from_slice(bytes)?;
        Ok((frozen.published, frozen.fingerprint))
    }
}

/// A setting that came with the rule on zeros.
const ZEROS_TOGETHER: &str = "zero_minimum_areas";
