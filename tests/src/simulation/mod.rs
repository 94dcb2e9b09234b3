//! Simulated schedules: replicas and a server without sockets, in one thread, from one seed.
//!
//! The replicas are the core's own [`Peer`](maraude_core::sync::Peer), documents, gate and
//! envelopes over storage that may die at each write; the server is the real engine over the real
//! log, which dies at each append. Messages are lost, doubled, held back and overtaken; clocks are
//! off by years; tablets are revoked, documents erased, and an older copy of the log is put back.
//! [`run`] tells what was broken; the same seed breaks it again.

mod replica;
mod server;

pub use server::Fault;

use crate::dice::Dice;
use anyhow::{Context, Result, ensure};
use maraude_core::document::{ChangeHash, DocumentName, document_id, read_round};
use maraude_core::model::{DocumentId, RoundKey};
use replica::Replica;
use server::{Refusing, Server};
use std::collections::{BTreeMap, BTreeSet};

/// Longest a replica waits for an answer, milliseconds.
const PATIENCE_MS: i64 = 30_000;

/// Exchanges of one replica after which the end has not come.
const SETTLING: usize = 400;

/// What came of a schedule.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Outcome {
    /// Changes shown as acknowledged.
    pub acknowledged: usize,
    /// Deaths of the server, at an append.
    pub server_deaths: usize,
    /// Deaths of replicas, at a write or between.
    pub replica_deaths: usize,
    /// Older copies of the log put back.
    pub restorations: usize,
}

/// A request or an answer on its way.
enum Message {
    Request {
        from: usize,
        ticket: u64,
        body: Vec<u8>,
    },
    Answer {
        to: usize,
        ticket: u64,
        code: u16,
        body: Vec<u8>,
    },
}

struct Schedule {
    dice: Dice,
    server: Server,
    replicas: Vec<Replica>,
    rounds: Vec<DocumentName>,
    under_way: Vec<Message>,
    erased: BTreeSet<DocumentId>,
    revoked: bool,
    outcome: Outcome,
}

/// Runs a schedule to its end and checks what was promised.
///
/// # Errors
/// When a promise was broken, in words.
pub fn run(seed: u64, fault: Option<Fault>) -> Result<Outcome> {
    let mut dice = Dice::new(seed);
    let server = Server::new(seed, fault)?;
    let number = dice.whole(2, 8) as usize;
    let rounds: Vec<DocumentName> = (0..2)
        .map(|team| DocumentName::Round {
            key: RoundKey {
                reissue: dice.whole(0, 3),
                ..server.plan().round(team)
            },
        })
        .collect();
    let replicas = (0..number)
        .map(|place| Replica::new(place, &server, &rounds, dice.fork()))
        .collect();
    let mut schedule = Schedule {
        dice,
        server,
        replicas,
        rounds,
        under_way: Vec::new(),
        erased: BTreeSet::new(),
        revoked: false,
        outcome: Outcome::default(),
    };
    let steps = schedule.dice.whole(40, 120);
    for _ in 0..steps {
        schedule.step()?;
    }
    schedule.settle()?;
    schedule.check()?;
    let shown = schedule.replicas.iter().map(|one| one.shown.len());
    schedule.outcome.acknowledged = shown.sum();
    Ok(schedule.outcome)
}

#[derive(Clone, Copy)]
enum Move {
    Save,
    Ask,
    Deliver,
    Wait,
    ServerDies,
    ReplicaDies,
    Copy,
    Restore,
    Revoke,
    Erase,
}

const MOVES: &[(Move, f64)] = &[
    (Move::Save, 30.0),
    (Move::Ask, 30.0),
    (Move::Deliver, 40.0),
    (Move::Wait, 5.0),
    (Move::ServerDies, 3.0),
    (Move::ReplicaDies, 3.0),
    (Move::Copy, 1.5),
    (Move::Restore, 0.8),
    (Move::Revoke, 0.5),
    (Move::Erase, 0.3),
];

impl Schedule {
    fn step(&mut self) -> Result<()> {
        let one = self.dice.whole(0, self.replicas.len() as u32 - 1) as usize;
        match self.dice.weighted(MOVES) {
            Move::Save => self.replicas[one].save(&mut self.dice),
            Move::Ask => self.ask(one),
            Move::Deliver => self.deliver()?,
            Move::Wait => self.server.clock.advance(PATIENCE_MS),
            Move::ServerDies => {
                let after = self.dice.chance(0.5);
                self.server.die_at_next_append(after);
            }
            Move::ReplicaDies => {
                self.outcome.replica_deaths += 1;
                self.replicas[one].die(&mut self.dice);
            }
            Move::Copy => self.server.copy()?,
            Move::Restore => {
                if self.server.restore()? {
                    self.outcome.restorations += 1;
                    self.under_way.clear();
                }
            }
            Move::Revoke => {
                self.revoked = true;
                self.server.revoke(self.replicas[one].device)?;
            }
            Move::Erase => {
                let name = *self.dice.pick(&self.rounds);
                self.server.erase(&name)?;
                self.erased.insert(document_id(&name));
            }
        }
        Ok(())
    }

    fn ask(&mut self, one: usize) {
        let now = self.server.clock.now();
        let Some((ticket, body)) = self.replicas[one].ask(now) else {
            return;
        };
        if self.dice.chance(0.15) {
            return;
        }
        if self.dice.chance(0.1) {
            self.under_way.push(Message::Request {
                from: one,
                ticket,
                body: body.clone(),
            });
        }
        self.under_way.push(Message::Request {
            from: one,
            ticket,
            body,
        });
    }

    /// Any message may arrive next, whatever left first.
    fn deliver(&mut self) -> Result<()> {
        if self.under_way.is_empty() {
            return Ok(());
        }
        let place = self.dice.whole(0, self.under_way.len() as u32 - 1) as usize;
        match self.under_way.swap_remove(place) {
            Message::Request { from, ticket, body } => self.arrive(from, ticket, &body),
            Message::Answer {
                to,
                ticket,
                code,
                body,
            } => {
                let now = self.server.clock.now();
                let cut = self.dice.chance(0.1);
                let body = if cut { &body[..body.len() / 2] } else { &body };
                self.replicas[to].answered(now, ticket, code, body, &mut self.dice);
                Ok(())
            }
        }
    }

    fn arrive(&mut self, from: usize, ticket: u64, body: &[u8]) -> Result<()> {
        let (code, body) = match self.server.exchange(self.replicas[from].device, body)? {
            Ok(body) => (200, body),
            Err(Refusing::Busy) => (503, Vec::new()),
            Err(Refusing::Dead) => {
                self.outcome.server_deaths += 1;
                self.server.start()?;
                return self.nothing_acknowledged_is_lost();
            }
        };
        if !self.dice.chance(0.15) {
            self.under_way.push(Message::Answer {
                to: from,
                ticket,
                code,
                body,
            });
        }
        Ok(())
    }

    /// The faults end: everybody exchanges until nothing changes any more.
    fn settle(&mut self) -> Result<()> {
        self.under_way.clear();
        self.server.calm();
        for _ in 0..SETTLING {
            let mut quiet = true;
            for one in 0..self.replicas.len() {
                self.server.clock.advance(PATIENCE_MS);
                let now = self.server.clock.now();
                self.replicas[one].calm();
                let before = self.replicas[one].state();
                let Some((ticket, body)) = self.replicas[one].ask(now) else {
                    continue;
                };
                let device = self.replicas[one].device;
                let body = self
                    .server
                    .exchange(device, &body)?
                    .ok()
                    .context("a calm server answers")?;
                self.replicas[one].answered(now, ticket, 200, &body, &mut self.dice);
                quiet &= before == self.replicas[one].state() && self.replicas[one].is_idle();
            }
            if quiet {
                return Ok(());
            }
        }
        anyhow::bail!("the replicas do not come to rest")
    }

    /// Right after a death nobody's acknowledged change may be missing, unless an older copy was
    /// put back since: then it must come again by the end.
    fn nothing_acknowledged_is_lost(&self) -> Result<()> {
        if self.outcome.restorations > 0 {
            return Ok(());
        }
        self.acknowledged_are_held()
    }

    fn acknowledged_are_held(&self) -> Result<()> {
        let mut held: BTreeMap<DocumentId, BTreeSet<ChangeHash>> = BTreeMap::new();
        for (place, replica) in self.replicas.iter().enumerate() {
            for (document, change) in &replica.shown {
                if self.erased.contains(document) {
                    continue;
                }
                if !held.contains_key(document) {
                    held.insert(*document, self.server.holds(*document)?);
                }
                ensure!(
                    held[document].contains(change),
                    "replica {place}: {change} was acknowledged and is lost"
                );
            }
        }
        Ok(())
    }

    fn check(&self) -> Result<()> {
        self.acknowledged_are_held()?;
        for name in &self.rounds {
            let id = document_id(name);
            if self.erased.contains(&id) {
                let left = self.server.log().changes(id)?;
                ensure!(left.is_empty(), "an erased document is back");
                continue;
            }
            let held = self.server.holds(id)?;
            let here = self.server.document(name)?;
            for (place, replica) in self.replicas.iter().enumerate() {
                for change in replica.saved(name) {
                    ensure!(
                        held.contains(&change),
                        "replica {place}: {change} was saved and never arrived"
                    );
                }
                if let Some(there) = replica.reads(name, &self.server)? {
                    ensure!(
                        there.heads() == here.heads(),
                        "replica {place}: other heads"
                    );
                    let same = read_round(there, id) == read_round(&here, id);
                    ensure!(same, "replica {place}: reads otherwise");
                }
            }
        }
        if !self.revoked && self.erased.is_empty() {
            let left = self.server.log().open_quarantine(1)?;
            ensure!(
                left.is_empty(),
                "honest work waits for ever: {:?}",
                left[0].item.code
            );
        }
        self.server.check()
    }
}
