//! Rounds: setting out, closing, opening again, and shredding what is safe elsewhere.

use super::Tablet;
use super::job::{After, Job};
use super::outbox::Line;
use super::paper::{Paper, file_of};
use super::session::VAULT_FILE;
use super::store::{Operation, Staged};
use super::writing::Written;
use crate::document::{DocumentName, Plan, STREET_KEY_CAP_BYTES, document_id};
use crate::model::{
    Closure, ClosureId, Coverage, Departure, DepartureId, DeviceId, DocumentId, Night, Round,
    RoundKey, SectorId, Stamp, TeamId, TimestampMs,
};
use crate::vault::Secret;
use std::sync::Arc;

/// Longest text on what was not walked, characters.
const NOT_WALKED_LIMIT: usize = 280;

/// Streets that one gesture declares at most: one change stays far below what the gate lets through.
const STREETS_AT_ONCE: usize = 300;

impl Tablet {
    pub(super) fn round_papers(&self) -> impl Iterator<Item = &Paper> {
        let session = self.state.session.as_deref();
        session
            .into_iter()
            .flat_map(|session| session.papers.values())
            .map(Arc::as_ref)
            .filter(|paper| matches!(paper.name, DocumentName::Round { .. }))
    }

    pub(super) fn has_paper(&self, document: DocumentId) -> bool {
        self.paper(document).is_some()
    }

    pub(super) fn paper(&self, document: DocumentId) -> Option<&Paper> {
        let session = self.state.session.as_deref()?;
        session.papers.get(&document).map(Arc::as_ref)
    }

    /// The plan as it stands on this tablet.
    pub(super) fn plan(&self) -> Option<&Plan> {
        let campaign = self.state.device.credentials.as_ref()?.enrolment.campaign;
        self.paper(document_id(&DocumentName::Plan { campaign }))?
            .plan()
    }

    /// A round of this tablet as it reads.
    pub(super) fn round_of(&self, document: DocumentId) -> Option<&Round> {
        Some(self.paper(document)?.round()?.0)
    }

    /// The round at hand.
    pub(super) fn present_round(&self) -> Option<(RoundKey, &Round)> {
        let paper = self.paper(self.round?)?;
        let DocumentName::Round { key } = paper.name else {
            return None;
        };
        Some((key, paper.round()?.0))
    }

    fn stamp(&self) -> Stamp {
        Stamp {
            device: self.device_id(),
            at: self.now,
        }
    }

    pub(super) fn start(&mut self, team: TeamId, sector: Option<SectorId>, night: Night) {
        let Some(credentials) = &self.state.device.credentials else {
            return;
        };
        let plan = self.plan();
        let own_team = credentials.enrolment.team == Some(team);
        let known = plan.map_or(own_team, |plan| {
            let has_team = own_team || plan.teams.iter().any(|known| known.id == team);
            let has_sector = sector.is_none_or(|id| plan.sectors.iter().any(|s| s.id == id));
            has_team && has_sector
        });
        if !known {
            self.say_problem("not-in-plan", None);
            return;
        }
        let key = RoundKey {
            campaign: credentials.enrolment.campaign,
            team,
            sector,
            night,
            reissue: 0,
        };
        let key = self.newest_issue(key);
        self.jobs.push_back(Job::StartRound(key));
    }

    pub(super) fn start_round(&mut self, key: RoundKey) -> Option<Staged> {
        let name = DocumentName::Round { key };
        let id = document_id(&name);
        let mut staged = Staged::new(self.state.clone(), After::RoundStarted(id));
        if !self.has_paper(id) {
            self.stage_new_paper(&mut staged, name)?;
        }
        let device = self.device_id();
        let set_out = self
            .round_of(id)
            .is_some_and(|round| round.devices().any(|other| other == device));
        if !set_out {
            self.stage_departure(&mut staged, key, None)?;
        }
        Some(staged)
    }

    /// This tablet sets out on a round, or takes it over.
    pub(super) fn stage_departure(
        &mut self,
        staged: &mut Staged,
        key: RoundKey,
        took_over_from: Option<DeviceId>,
    ) -> Option<()> {
        let document = document_id(&DocumentName::Round { key });
        let departure = Departure {
            id: DepartureId::from_random(self.draw()),
            stamp: self.stamp(),
            warnings: self.warnings(),
            took_over_from,
            walked: Vec::new(),
        };
        let written = self.write(staged, document, None, |writer| {
            writer.put_departure(&key, &departure);
        });
        if written == Written::Impossible {
            self.say_problem("not-saved", None);
            return None;
        }
        let sector = self.sector_code(key.sector);
        staged.write_outbox([Line::Round {
            document,
            sector,
            night: key.night,
            closed_at: None,
            handed: None,
        }]);
        Some(())
    }

    /// Makes the file of a document, with a key of its own in the ring.
    pub(super) fn stage_new_paper(
        &mut self,
        staged: &mut Staged,
        name: DocumentName,
    ) -> Option<()> {
        let key = Secret::new(self.draw());
        let (vault_nonces, nonce) = (self.draw(), self.draw());
        let session = staged.session()?;
        let (paper, operation) = Paper::create(name, session.actor, key.clone(), &nonce);
        session.vault.put_key(&file_of(&name), key);
        let vault = session.vault.to_file(&vault_nonces);
        session.papers.insert(paper.id, Arc::new(paper));
        staged
            .operations
            .push(Operation::Replace(VAULT_FILE.to_owned(), vault));
        staged.operations.push(operation);
        Some(())
    }

    pub(super) fn round_started(&mut self, document: DocumentId) {
        self.round = Some(document);
        self.form = None;
        self.exchange_soon();
    }

    /// Opens the home of another round of this tablet.
    pub(super) fn open_round(&mut self, index: u32) {
        if self.form.is_some() {
            return;
        }
        let listed = self.listed_rounds().get(index as usize).map(|(id, ..)| *id);
        if let Some(id) = listed {
            self.round = Some(id);
            self.undo = None;
        }
    }

    /// This tablet's rounds, the newest departure first.
    pub(super) fn listed_rounds(&self) -> Vec<(DocumentId, RoundKey, &Round)> {
        let mut rounds: Vec<(DocumentId, RoundKey, &Round)> = self
            .round_papers()
            .filter_map(|paper| match paper.name {
                DocumentName::Round { key } if !self.is_awaited(key) => {
                    Some((paper.id, key, paper.round()?.0))
                }
                _ => None,
            })
            .collect();
        let set_out = |round: &Round| round.departures.iter().map(|d| d.stamp.at).max();
        rounds.sort_unstable_by_key(|(id, _, round)| (std::cmp::Reverse(set_out(round)), *id));
        rounds
    }

    pub(super) fn walk_streets(&mut self, mut streets: Vec<String>, walked: bool) {
        streets.retain(|key| !key.is_empty() && key.len() <= STREET_KEY_CAP_BYTES);
        streets.truncate(STREETS_AT_ONCE);
        if let Some(document) = self.round {
            self.jobs.push_back(Job::Walk(document, streets, walked));
        }
    }

    /// A street is declared in the tablet's own departure, and taken back wherever it was declared.
    pub(super) fn mark_streets(
        &mut self,
        document: DocumentId,
        streets: &[String],
        walked: bool,
    ) -> Option<Staged> {
        let mut staged = Staged::new(self.state.clone(), After::Walked);
        let own = self.device_id();
        let mut marks: Vec<(DepartureId, &String)> = Vec::new();
        for departure in &self.round_of(document)?.departures {
            let concerned = !walked || departure.stamp.device == own;
            let differ = |street: &&String| departure.walked.contains(*street) != walked;
            if concerned {
                marks.extend(streets.iter().filter(differ).map(|key| (departure.id, key)));
            }
        }
        let written = self.write(&mut staged, document, None, |writer| {
            for (departure, street) in marks {
                writer.mark_street(departure, street, walked);
            }
        });
        if written == Written::Impossible {
            self.say_problem("not-saved", None);
        }
        (written == Written::Change).then_some(staged)
    }

    pub(super) fn close_round(
        &mut self,
        coverage: Coverage,
        not_walked: Option<String>,
        zero_found: bool,
    ) {
        let Some(document) = self.round else {
            return;
        };
        let not_walked = not_walked
            .map(|text| {
                text.trim()
                    .chars()
                    .take(NOT_WALKED_LIMIT)
                    .collect::<String>()
            })
            .filter(|text| !text.is_empty());
        let closure = Closure {
            id: ClosureId::from_random(self.draw()),
            stamp: self.stamp(),
            coverage,
            not_walked,
            zero_found,
            reopened_at: None,
        };
        self.jobs.push_back(Job::Close(document, Box::new(closure)));
    }

    pub(super) fn close(&mut self, document: DocumentId, closure: &Closure) -> Option<Staged> {
        let mut staged = Staged::new(self.state.clone(), After::Closed);
        let put = |writer: &mut crate::document::Writer<'_>| writer.put_closure(closure);
        if self.write(&mut staged, document, None, put) == Written::Impossible {
            self.say_problem("not-saved", None);
            return None;
        }
        staged.write_outbox(self.round_line(document, Some(closure.stamp.at)));
        Some(staged)
    }

    pub(super) fn round_line(
        &self,
        document: DocumentId,
        closed_at: Option<TimestampMs>,
    ) -> Option<Line> {
        let DocumentName::Round { key } = self.paper(document)?.name else {
            return None;
        };
        Some(Line::Round {
            document,
            sector: self.sector_code(key.sector),
            night: key.night,
            closed_at,
            handed: None,
        })
    }

    pub(super) fn round_closed(&mut self) {
        self.form = None;
        self.undo = None;
        self.keep_awake(false);
        self.say_good("round-closed");
        self.exchange_now();
    }

    pub(super) fn reopen(&mut self, document: DocumentId) -> Option<Staged> {
        let after = After::Changed {
            code: "round-reopened",
            undo: None,
        };
        let mut staged = Staged::new(self.state.clone(), after);
        let closures = self.round_of(document)?.closures.clone();
        let now = self.now;
        let written = self.write(&mut staged, document, None, |writer| {
            for closure in closures.iter().filter(|c| c.reopened_at.is_none()) {
                let mut closure = closure.clone();
                closure.reopened_at = Some(now);
                writer.put_closure(&closure);
            }
        });
        if written != Written::Change {
            return None;
        }
        staged.write_outbox(self.round_line(document, None));
        Some(staged)
    }

    pub(super) fn sector_code(&self, sector: Option<SectorId>) -> Option<String> {
        let plan = self.plan()?;
        let found = plan.sectors.iter().find(|known| Some(known.id) == sector)?;
        Some(found.code.clone())
    }
}
