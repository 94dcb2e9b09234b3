//! The documents a tablet's token names: those it may read, whether they have begun or not.

use crate::store::StoredDevice;
use crate::sync::plan::rights;
use crate::sync::{Engine, EngineError};
use maraude_core::document::{DocumentName, Plan, document_id};
use maraude_core::model::{DocumentId, RoundKey, TeamId};
use std::collections::{BTreeMap, HashSet};

/// A document that a token names.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Named {
    /// What it is.
    pub name: DocumentName,
    /// Its identifier.
    pub document: DocumentId,
    /// Changes to it may enter.
    pub writable: bool,
}

impl Engine {
    /// All documents a tablet's token names. Blocks: call it from the pool.
    pub fn documents_named_to(&self, device: &StoredDevice) -> Result<Vec<Named>, EngineError> {
        let plan = self.plan_or_none()?;
        let mut names: BTreeMap<DocumentId, DocumentName> = BTreeMap::new();
        let stored = self.log().documents()?;
        let stored = stored.into_iter().map(|stored| stored.name);
        for name in stored.chain(self.possible(&plan, device)) {
            names.insert(document_id(&name), name);
        }
        let gone = self.log().tombstones()?;
        let gone: HashSet<DocumentId> = gone.iter().map(|gone| gone.document).collect();
        let mut named = Vec::new();
        for (document, name) in names {
            if gone.contains(&document) {
                continue;
            }
            named.extend(may_read(&plan, device, document, name));
        }
        Ok(named)
    }

    /// A document of this identifier, where the token names it. What does not exist and what the
    /// tablet may not read are told alike, after the same look-ups: all are made before any decides.
    pub(super) fn named(
        &self,
        device: &StoredDevice,
        document: DocumentId,
    ) -> Result<Option<Named>, EngineError> {
        let plan = self.plan_or_none()?;
        let stored = self.log().document(document)?.map(|stored| stored.name);
        let gone = self.log().tombstone(document)?.is_some();
        let possible = self.possible(&plan, device);
        let possible = possible.filter(|name| document_id(name) == document).last();
        let there = stored.or(possible).filter(|_| !gone);
        Ok(there.and_then(|name| may_read(&plan, device, document, name)))
    }

    /// Documents that may begin with a change of this tablet: its team's rounds of the plan.
    fn possible<'a>(
        &self,
        plan: &'a Plan,
        device: &StoredDevice,
    ) -> impl Iterator<Item = DocumentName> + use<'a> {
        let campaign = self.campaign();
        let team = device.device.team;
        let round = move |team: TeamId, sector, night| DocumentName::Round {
            key: RoundKey {
                campaign,
                team,
                sector,
                night,
                reissue: 0,
            },
        };
        let assigned = plan.assignments.iter();
        let assigned = assigned
            .filter(move |assignment| team == Some(assignment.team))
            .map(move |sent| round(sent.team, Some(sent.sector), sent.night));
        let nights = plan.campaign.iter().flat_map(|campaign| &campaign.nights);
        let anywhere = nights.filter_map(move |night| Some(round(team?, None, *night)));
        assigned.chain(anywhere)
    }
}

/// A document, where the tablet may read it.
fn may_read(
    plan: &Plan,
    device: &StoredDevice,
    document: DocumentId,
    name: DocumentName,
) -> Option<Named> {
    let rights = rights(plan, device.reads_for(), &name);
    rights.read.then_some(Named {
        name,
        document,
        writable: rights.write,
    })
}
