//! The coordinators' desk: one order at a time, each once, each whole.

use super::order::{Order, OrderDone, OrderError, OrderRequest};
use super::{briefs, plan, review, sheet_file, sheets};
use crate::projection::View;
use crate::store::{BatchRefusal, CommandMark, CommitError, LogPosition};
use crate::sync::{Authored, Engine, EngineError};
use maraude_core::document::{Document, DocumentName, Writer, document_id, read_brief, read_plan};
use maraude_core::model::{AccountId, TimestampMs};
use std::collections::BTreeSet;
use std::sync::{Mutex, PoisonError};

/// Orders are carried out one after the other: what one checks is still true when it writes.
static ONE_AT_A_TIME: Mutex<()> = Mutex::new(());

/// Most operations that one change of an import holds; the gate takes 2,000.
const CHANGE_OPERATIONS: usize = 1_200;

/// Most bytes of values that one change of an import holds; the gate takes 256 KB.
const CHANGE_BYTES: usize = 150_000;

/// A piece of writing that may be tried on a copy first.
pub(super) struct Step {
    pub(super) operations: usize,
    pub(super) bytes: usize,
    pub(super) write: Box<dyn Fn(&mut Writer<'_>)>,
}

impl Step {
    /// A form's worth of fields.
    pub(super) fn new(write: impl Fn(&mut Writer<'_>) + 'static) -> Self {
        Self {
            operations: 20,
            bytes: 2_000,
            write: Box::new(write),
        }
    }
}

/// What an order means for documents.
#[derive(Default)]
pub(super) struct Intent {
    /// In the plan.
    pub(super) plan: Vec<Step>,
    /// In the register of known places.
    pub(super) register: Vec<Step>,
    /// In reviews.
    pub(super) reviews: Vec<(DocumentName, Vec<Step>)>,
    /// In rounds.
    pub(super) rounds: Vec<(DocumentName, Vec<Step>)>,
    /// Entries it rests on: a document and the beginning of keys.
    pub(super) touches: Vec<(DocumentName, String)>,
    /// Its answer.
    pub(super) done: OrderDone,
}

/// Where a coordinator's orders are carried out.
pub struct Desk<'a> {
    /// The campaign.
    pub engine: &'a Engine,
    /// Its view, caught up: it tells which night an observation is of.
    pub view: &'a View,
    /// Who orders.
    pub author: AccountId,
    /// Server clock.
    pub now: TimestampMs,
}

impl Desk<'_> {
    /// Carries an order out, once. Blocks: call it from the pool.
    ///
    /// # Errors
    /// Nothing was written then.
    pub fn carry_out(&self, request: &OrderRequest) -> Result<OrderDone, OrderError> {
        let _alone = ONE_AT_A_TIME.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(answer) = self.engine.log().command(&request.command)? {
            return self.answer_again(&answer);
        }
        let plan_name = self.plan_name();
        let document = self.engine.document(&plan_name)?;
        let (present, _) = read_plan(&document);
        let intent = match &request.order {
            order @ (Order::Decide { .. }
            | Order::DecideAll { .. }
            | Order::UndoDecision(_)
            | Order::UndoDecisions(_)
            | Order::Adjudicate { .. }
            | Order::UndoAdjudication(_)
            | Order::UndoAdjudications(_)
            | Order::JudgeStrands { .. }
            | Order::CorrectPlace { .. }
            | Order::UndoCorrection(_)
            | Order::MarkRead(_)) => review::interpret(self, order)?,
            Order::KeyInSheet(filled) => sheets::key_in(self, &present, filled)?,
            Order::ImportSheets(bytes) => sheet_file::import(self, &present, bytes)?,
            order => plan::interpret(self, order, &present)?,
        };
        for (name, prefix) in &intent.touches {
            let position = self.last_position(name, prefix)?;
            if position > request.seen {
                return Err(OrderError::Stale { position });
            }
        }
        self.write(&request.command, &document, intent)
    }

    pub(super) fn plan_name(&self) -> DocumentName {
        DocumentName::Plan {
            campaign: self.engine.campaign(),
        }
    }

    fn answer_again(&self, answer: &[u8]) -> Result<OrderDone, OrderError> {
        let mut done: OrderDone = serde_json::from_slice(answer).unwrap_or_default();
        done.position = self.engine.log().last_position()?;
        Ok(done)
    }

    /// Position of the last change of the entries whose key begins so; 0 where there is none.
    fn last_position(&self, name: &DocumentName, prefix: &str) -> Result<LogPosition, OrderError> {
        let id = document_id(name);
        let touched = self.engine.read(id, Document::touched)?;
        let hashes: BTreeSet<[u8; 32]> = touched
            .into_iter()
            .filter(|(_, keys)| keys.iter().any(|key| key.starts_with(prefix)))
            .map(|(hash, _)| hash.0)
            .collect();
        if hashes.is_empty() {
            return Ok(0);
        }
        let changes = self.engine.log().changes(id)?;
        Ok(changes
            .iter()
            .filter(|stored| hashes.contains(&stored.change.hash))
            .map(|stored| stored.position)
            .max()
            .unwrap_or(0))
    }

    fn write(
        &self,
        command: &str,
        plan_document: &Document,
        intent: Intent,
    ) -> Result<OrderDone, OrderError> {
        let answer = serde_json::to_vec(&intent.done).unwrap_or_default();
        let mark = CommandMark {
            command: command.to_owned(),
            answer,
        };
        let briefs = self.briefs_after(plan_document, &intent)?;
        let plan_name = self.plan_name();
        // A large import is several changes of one document, each in a batch of its own; the
        // command is marked with the last, so that a cut is made good by sending it again.
        let mut pieces = pieces(intent.plan);
        let last = pieces.pop();
        for piece in pieces {
            self.engine
                .author_all(None, vec![authored(&plan_name, piece)])?;
        }
        let mut parts: Vec<Authored<'_>> = Vec::new();
        parts.extend(last.map(|steps| authored(&plan_name, steps)));
        if !intent.register.is_empty() {
            let register = briefs::register_name(self.engine.campaign());
            parts.push(authored(&register, intent.register));
        }
        parts.extend(briefs);
        for (name, steps) in intent.reviews.into_iter().chain(intent.rounds) {
            parts.push(authored(&name, steps));
        }
        match self.engine.author_all(Some(mark), parts) {
            Ok(appended) => Ok(OrderDone {
                position: appended.last,
                ..intent.done
            }),
            Err(EngineError::Commit(CommitError::Refused(BatchRefusal::Repeated { answer }))) => {
                self.answer_again(&answer)
            }
            Err(error) => Err(error.into()),
        }
    }

    /// Briefs as they must be once the plan and the register are written, where they differ.
    fn briefs_after(
        &self,
        plan_document: &Document,
        intent: &Intent,
    ) -> Result<Vec<Authored<'static>>, OrderError> {
        if intent.plan.is_empty() && intent.register.is_empty() {
            return Ok(Vec::new());
        }
        let mut plan = plan_document.clone();
        plan.commit(self.now, |w| {
            intent.plan.iter().for_each(|step| (step.write)(w));
        });
        let register = briefs::register_name(self.engine.campaign());
        let mut places = self.engine.document(&register)?;
        places.commit(self.now, |w| {
            intent.register.iter().for_each(|step| (step.write)(w));
        });
        let (plan, _) = read_plan(&plan);
        let (places, _) = read_brief(&places);
        briefs::differences(self.engine, &plan, &places.sites)
    }
}

fn authored(name: &DocumentName, steps: Vec<Step>) -> Authored<'static> {
    Authored {
        name: *name,
        write: Box::new(move |w| steps.iter().for_each(|step| (step.write)(w))),
    }
}

/// Steps in pieces that the gate takes as one change each.
fn pieces(steps: Vec<Step>) -> Vec<Vec<Step>> {
    let mut pieces: Vec<Vec<Step>> = Vec::new();
    let (mut operations, mut bytes) = (0, 0);
    for step in steps {
        operations += step.operations;
        bytes += step.bytes;
        let full = operations > CHANGE_OPERATIONS || bytes > CHANGE_BYTES;
        match pieces.last_mut() {
            Some(piece) if !full => piece.push(step),
            _ => {
                (operations, bytes) = (step.operations, step.bytes);
                pieces.push(vec![step]);
            }
        }
    }
    pieces
}
