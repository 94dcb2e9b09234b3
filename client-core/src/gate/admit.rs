//! The whole gate: which changes enter a document, which are known, which are refused and why.

use super::limits::GateLimits;
use super::operation::operations;
use super::prescan::{Inflating, Scan, chunk_of, hash_of};
use super::refusal::Refusal;
use super::shape::{Rule, check_fields, edits, made};
use super::unapplied::Unapplied;
use crate::document::{Actor, ChangeFacts, ChangeHash, Document, DocumentKind, RawChange};
use crate::model::DeviceId;
use automerge::Change;
use std::borrow::Cow;
use std::collections::{HashMap, HashSet, VecDeque};

/// What became of a batch of changes.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Admission {
    /// Applied to the document, in an order where each follows what it depends on.
    pub accepted: Vec<RawChange>,
    /// In the document already.
    pub known: Vec<ChangeHash>,
    /// Refused: its name where it could be told, why, and its bytes as they came.
    pub refused: Vec<(Option<ChangeHash>, Refusal, Vec<u8>)>,
}

/// Lets a device's changes into a document, each on its own: one refusal never blocks the rest.
///
/// `author` is the device that signed the envelope they came in; `writable` is its right on this
/// document. The accepted changes are applied. On a server, call it inside `catch_unwind` and drop
/// the document after a panic.
pub fn admit(
    document: &mut Document,
    kind: DocumentKind,
    changes: &[Vec<u8>],
    author: DeviceId,
    writable: bool,
    limits: &GateLimits,
) -> Admission {
    admit_under_actors(document, kind, changes, author, &[], writable, limits)
}

/// As [`admit`], and these actors are the author's too: clients of other makes draw their own, and
/// whoever calls knows whose each is.
pub fn admit_under_actors(
    document: &mut Document,
    kind: DocumentKind,
    changes: &[Vec<u8>],
    author: DeviceId,
    actors: &[Vec<u8>],
    writable: bool,
    limits: &GateLimits,
) -> Admission {
    let rule = Rule {
        kind,
        author: Some(author),
    };
    let mut gate = Gate::new(document, rule, writable, limits);
    gate.actors = actors;
    gate.run(changes)
}

/// Lets into a tablet's document what the server sent: any author, keys of newer versions too, but
/// the same structure, so that damaged bytes never reach automerge.
pub fn admit_from_server(
    document: &mut Document,
    kind: DocumentKind,
    changes: &[Vec<u8>],
    limits: &GateLimits,
) -> Admission {
    let rule = Rule { kind, author: None };
    Gate::new(document, rule, true, limits).run(changes)
}

/// A change whose bytes were read, before it is compared with the document.
struct Scanned<'a> {
    index: usize,
    hash: ChangeHash,
    body: Cow<'a, [u8]>,
    scan: Scan,
}

struct Gate<'a> {
    document: &'a mut Document,
    rule: Rule,
    /// Actors that are the author's beside its own.
    actors: &'a [Vec<u8>],
    writable: bool,
    limits: &'a GateLimits,
    /// Accepted, and not applied yet.
    pending: Vec<Change>,
    facts: HashMap<ChangeHash, ChangeFacts>,
    latest: HashMap<Vec<u8>, (u64, ChangeHash)>,
    unapplied: Unapplied,
    refused: HashSet<ChangeHash>,
    admission: Admission,
}

impl<'a> Gate<'a> {
    fn new(document: &'a mut Document, rule: Rule, writable: bool, limits: &'a GateLimits) -> Self {
        Self {
            unapplied: Unapplied::on(document),
            document,
            rule,
            actors: &[],
            writable,
            limits,
            pending: Vec::new(),
            facts: HashMap::new(),
            latest: HashMap::new(),
            refused: HashSet::new(),
            admission: Admission::default(),
        }
    }

    /// Each change is decided once, after those of this batch that it depends on: a batch in the
    /// worst order costs no more than one in the best.
    fn run(mut self, changes: &[Vec<u8>]) -> Admission {
        let scanned = self.read(changes);
        let coming: HashSet<ChangeHash> = scanned.iter().map(|item| item.hash).collect();
        let mut dependants: HashMap<ChangeHash, Vec<usize>> = HashMap::new();
        let mut awaited = vec![0_usize; scanned.len()];
        let mut ready = VecDeque::new();
        for (place, item) in scanned.iter().enumerate() {
            let dependencies = item.scan.dependencies.iter();
            for dependency in dependencies.filter(|hash| coming.contains(hash)) {
                dependants.entry(*dependency).or_default().push(place);
                awaited[place] += 1;
            }
            if awaited[place] == 0 {
                ready.push_back(place);
            }
        }
        while let Some(place) = ready.pop_front() {
            let item = &scanned[place];
            self.decide(item, &changes[item.index]);
            for dependant in dependants.remove(&item.hash).unwrap_or_default() {
                awaited[dependant] -= 1;
                if awaited[dependant] == 0 {
                    ready.push_back(dependant);
                }
            }
        }
        // A circle of names cannot be made; should it be, nothing of it enters.
        for (item, _) in scanned.iter().zip(&awaited).filter(|(_, left)| **left > 0) {
            let bytes = changes[item.index].clone();
            self.refuse(Some(item.hash), Refusal::MissingDependencies, bytes);
        }
        self.flush();
        self.admission
    }

    /// Reads the bytes of all changes; those known or unreadable are settled here.
    fn read<'b>(&mut self, changes: &'b [Vec<u8>]) -> Vec<Scanned<'b>> {
        let mut waiting = Vec::new();
        let mut seen = HashSet::new();
        let mut inflating = Inflating::new(self.limits);
        for (index, bytes) in changes.iter().enumerate() {
            let body = inflating.body(bytes).unwrap_or(Err(Refusal::TooLarge));
            let body = match body {
                Ok(body) => body,
                Err(refusal) => {
                    self.refuse(None, refusal, bytes.clone());
                    continue;
                }
            };
            let hash = hash_of(&body);
            if self.document.has(&hash) || !seen.insert(hash) {
                self.admission.known.push(hash);
                continue;
            }
            match Scan::of(&body, self.limits) {
                Ok(scan) => waiting.push(Scanned {
                    index,
                    hash,
                    body,
                    scan,
                }),
                Err(refusal) => self.refuse(Some(hash), refusal, bytes.clone()),
            }
        }
        waiting
    }

    fn decide(&mut self, scanned: &Scanned<'_>, bytes: &[u8]) {
        match self.check(scanned) {
            Ok(change) => self.accept(scanned, change),
            Err(refusal) => self.refuse(Some(scanned.hash), refusal, bytes.to_vec()),
        }
    }

    fn check(&mut self, scanned: &Scanned<'_>) -> Result<Change, Refusal> {
        let scan = &scanned.scan;
        self.check_rights(scan)?;
        self.check_descent(scan)?;
        let operations = operations(scan, &scanned.body)?;
        let made = made(self.document, scan, &operations, self.rule)?;
        if made.values().any(|key| self.holds(key)) {
            return Err(Refusal::KeyExists);
        }
        if edits(&made, &operations) && !self.unapplied.tells(&scan.dependencies) {
            self.flush();
        }
        let unapplied = &self.unapplied;
        let unapplied = unapplied.tells(&scan.dependencies).then_some(unapplied);
        check_fields(
            self.document,
            unapplied,
            scan,
            &operations,
            &made,
            self.rule,
        )?;
        let change = decode(&scanned.body, scanned.hash, operations.len())?;
        self.unapplied.note(scan, scanned.hash, &operations, &made);
        Ok(change)
    }

    fn check_rights(&self, scan: &Scan) -> Result<(), Refusal> {
        let Some(author) = self.rule.author else {
            return Ok(());
        };
        let actor = &scan.actors[0];
        let own = Actor::from_slice(actor).is_some_and(|actor| actor.device() == author);
        if !own && !self.actors.contains(actor) {
            return Err(Refusal::ForeignActor);
        }
        if !self.writable {
            return Err(Refusal::ReadOnly);
        }
        Ok(())
    }

    /// Everything it depends on is here, it follows its actor's last change, and its counter is the
    /// one its author must have reached.
    fn check_descent(&self, scan: &Scan) -> Result<(), Refusal> {
        if scan.dependencies.is_empty() {
            return Err(Refusal::NotDescended);
        }
        let mut reached = 0;
        for dependency in &scan.dependencies {
            let Some(facts) = self.facts(dependency) else {
                return Err(if self.refused.contains(dependency) {
                    Refusal::DependsOnRefused
                } else {
                    Refusal::MissingDependencies
                });
            };
            reached = reached.max(facts.last_operation);
        }
        let last_operation = scan.start_operation.checked_add(scan.operations);
        if scan.operations == 0
            || scan.start_operation != reached + 1
            || last_operation.is_none_or(|last| last > u64::from(u32::MAX))
        {
            return Err(Refusal::Sequence);
        }
        match self.latest(&scan.actors[0]) {
            None if scan.sequence == 1 => Ok(()),
            Some((sequence, former))
                if scan.sequence == sequence + 1 && self.descends(&scan.dependencies, former) =>
            {
                Ok(())
            }
            _ => Err(Refusal::Sequence),
        }
    }

    /// Whether a change is among these or their ancestors.
    ///
    /// Counters only grow along descent, so what has not counted beyond the ancestor is no
    /// descendant of it: a long document is not walked to its beginning.
    fn descends(&self, from: &[ChangeHash], ancestor: ChangeHash) -> bool {
        let reached = self
            .facts(&ancestor)
            .map_or(0, |facts| facts.last_operation);
        let mut seen: HashSet<ChangeHash> = HashSet::new();
        let mut stack: Vec<ChangeHash> = from.to_vec();
        while let Some(hash) = stack.pop() {
            if hash == ancestor {
                return true;
            }
            if seen.insert(hash)
                && let Some(facts) = self.facts(&hash)
                && facts.last_operation > reached
            {
                stack.extend(&facts.dependencies);
            }
        }
        false
    }

    fn accept(&mut self, scanned: &Scanned<'_>, change: Change) {
        let scan = &scanned.scan;
        let actor = scan.actors[0].clone();
        self.latest
            .insert(actor.clone(), (scan.sequence, scanned.hash));
        self.facts.insert(
            scanned.hash,
            ChangeFacts {
                actor,
                sequence: scan.sequence,
                last_operation: scan.start_operation + scan.operations - 1,
                dependencies: scan.dependencies.clone(),
            },
        );
        self.admission.accepted.push(RawChange {
            hash: scanned.hash,
            bytes: change.raw_bytes().to_vec(),
        });
        self.pending.push(change);
    }

    fn refuse(&mut self, hash: Option<ChangeHash>, refusal: Refusal, bytes: Vec<u8>) {
        if refusal != Refusal::MissingDependencies {
            self.refused.extend(hash);
        }
        self.admission.refused.push((hash, refusal, bytes));
    }

    fn facts(&self, hash: &ChangeHash) -> Option<&ChangeFacts> {
        self.facts.get(hash).or_else(|| self.document.facts(hash))
    }

    fn latest(&self, actor: &[u8]) -> Option<(u64, ChangeHash)> {
        let here = self.latest.get(actor).copied();
        here.or_else(|| self.document.latest(actor))
    }

    fn holds(&self, key: &str) -> bool {
        self.unapplied.holds(key) || self.document.holds(key)
    }

    /// Applies what was accepted, in bulk.
    fn flush(&mut self) {
        let pending = std::mem::take(&mut self.pending);
        self.unapplied.applied();
        if !pending.is_empty() {
            self.document
                .apply_decoded(pending)
                .expect("each change follows its actor's last one and all its dependencies");
        }
    }
}

/// Automerge's own reading must agree with ours, and writing it again must give the same
/// bytes: automerge keeps operations, not bytes, so a change encoded in any other way than its
/// own would come out of a saved document under another name and make it unreadable.
pub(super) fn decode(body: &[u8], hash: ChangeHash, operations: usize) -> Result<Change, Refusal> {
    let chunk = chunk_of(body, hash);
    let change = Change::try_from(chunk.as_slice()).map_err(|_| Refusal::Unreadable)?;
    let again = Change::from(change.decode());
    if ChangeHash::from(change.hash()) == hash
        && change.len() == operations
        && again.raw_bytes() == chunk
    {
        Ok(change)
    } else {
        Err(Refusal::Unreadable)
    }
}
