//! Stable names of clusters: a cluster is named by its least slot, and a name that is no more leads to
//! the cluster that holds most of what it named.

use maraude_core::model::SlotRef;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// A name that is no more.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Alias {
    /// The name.
    pub old: SlotRef,
    /// The cluster that held most of its slots when it went; none when all were withdrawn.
    pub new: Option<SlotRef>,
}

/// All names that ever went, in the order they did.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Aliases {
    log: Vec<Alias>,
}

impl Aliases {
    /// The log, oldest first.
    pub fn log(&self) -> &[Alias] {
        &self.log
    }

    /// What a name leads to, given whether a name is in use; none when all it named is withdrawn.
    pub fn resolve(&self, name: SlotRef, is_used: impl Fn(SlotRef) -> bool) -> Option<SlotRef> {
        let mut at = name;
        let mut from = 0;
        while !is_used(at) {
            // A name may come and go several times: what counts is what happened after.
            let gone = self.log[from..].iter().rposition(|alias| alias.old == at)?;
            from += gone + 1;
            at = self.log[from - 1].new?;
        }
        Some(at)
    }

    /// Notes the names of `before` that no cluster of `after` has; members in order.
    pub(super) fn note(&mut self, before: &[Vec<SlotRef>], after: &[Vec<SlotRef>]) {
        let mut holders: BTreeMap<SlotRef, SlotRef> = BTreeMap::new();
        for cluster in after {
            for slot in cluster {
                holders.insert(*slot, cluster[0]);
            }
        }
        let mut gone: Vec<Alias> = before
            .iter()
            .filter(|cluster| holders.get(&cluster[0]) != Some(&cluster[0]))
            .map(|cluster| {
                let mut shares: BTreeMap<SlotRef, u32> = BTreeMap::new();
                for slot in cluster {
                    if let Some(holder) = holders.get(slot) {
                        *shares.entry(*holder).or_insert(0) += 1;
                    }
                }
                let most = shares
                    .into_iter()
                    .max_by_key(|(holder, share)| (*share, std::cmp::Reverse(*holder)));
                Alias {
                    old: cluster[0],
                    new: most.map(|(holder, _)| holder),
                }
            })
            .collect();
        gone.sort_by_key(|alias| alias.old);
        self.log.extend(gone);
    }
}
