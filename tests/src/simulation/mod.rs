//! Simulated schedules: replicas and a server without sockets, in one thread, from one seed.
//!
//! The replicas are the core's own [`Peer`](maraude_core::sync::Peer), documents, gate and
//! envelopes over storage that may die at each write; the server is the real engine over the real
//! log, which dies at each append. Messages are lost, doubled, held back and overtaken; clocks are
//! off by years; tablets are revoked and ordered to destroy what they hold, documents are erased, the
//! campaign is purged in the middle of it all. In half of the schedules an older copy of the log is
//! put back; in the others tablets go back to an older copy of their files, or are cloned: what both
//! sides forgot at once nobody could bring back. [`run`] tells what was broken; the same seed breaks
//! it again.

mod mortal_log;
mod replica;
mod server;

pub use server::Fault;

use crate::dice::Dice;
use anyhow::{Result, ensure};
use ed25519_dalek::SigningKey;
use maraude_core::document::{ChangeHash, DocumentName, document_id, read_round};
use maraude_core::model::{DeviceId, DocumentId, RoundKey};
use maraude_core::sync::{WipeOrder, WipeReason};
use maraude_server::store::LogPosition;
use replica::Replica;
use server::{Refusing, Server};
use std::collections::{BTreeMap, BTreeSet};

/// Longest a replica waits for an answer, milliseconds.
const PATIENCE_MS: i64 = 30_000;

/// Replicas, clones among them.
const MOST_REPLICAS: usize = 10;

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
    /// Replicas that went back to an older copy of their files.
    pub went_back: usize,
    /// Replicas cloned.
    pub clones: usize,
    /// Replicas that were ordered to destroy what they hold.
    pub wiped: usize,
    /// Campaigns purged.
    pub purges: usize,
}

impl std::ops::AddAssign for Outcome {
    fn add_assign(&mut self, other: Self) {
        self.acknowledged += other.acknowledged;
        self.server_deaths += other.server_deaths;
        self.replica_deaths += other.replica_deaths;
        self.restorations += other.restorations;
        self.went_back += other.went_back;
        self.clones += other.clones;
        self.wiped += other.wiped;
        self.purges += other.purges;
    }
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
    /// Revoked tablets, and where the log ended then.
    revoked: BTreeMap<DeviceId, LogPosition>,
    /// Tablets' files may go back to older ones, not the server's.
    tablets_go_back: bool,
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
    let tablets_go_back = dice.chance(0.5);
    let replicas = (0..number)
        .map(|place| Replica::new(place, &server, &rounds, !tablets_go_back, dice.fork()))
        .collect();
    let mut schedule = Schedule {
        dice,
        server,
        replicas,
        rounds,
        under_way: Vec::new(),
        erased: BTreeSet::new(),
        revoked: BTreeMap::new(),
        tablets_go_back,
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
    let wiped = schedule.replicas.iter().filter(|one| one.ever_wiped);
    schedule.outcome.wiped = wiped.count();
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
    KeepCopy,
    GoBack,
    Clone,
    Purge,
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
    (Move::KeepCopy, 1.5),
    (Move::GoBack, 1.0),
    (Move::Clone, 0.5),
    (Move::Purge, 0.15),
];

impl Move {
    /// It needs a campaign that is there.
    fn of_the_server(self) -> bool {
        use Move::{Copy, Erase, Purge, Restore, Revoke, ServerDies};
        matches!(self, ServerDies | Copy | Restore | Revoke | Erase | Purge)
    }
}

impl Schedule {
    fn step(&mut self) -> Result<()> {
        let one = self.dice.whole(0, self.replicas.len() as u32 - 1) as usize;
        let next = self.dice.weighted(MOVES);
        if self.server.is_purged() && next.of_the_server() {
            return Ok(());
        }
        match next {
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
            Move::Restore => self.restore()?,
            Move::Revoke => {
                let device = self.replicas[one].device;
                self.server.revoke(device)?;
                let end = self.server.end()?;
                self.revoked.entry(device).or_insert(end);
            }
            Move::Erase => {
                let name = *self.dice.pick(&self.rounds);
                self.server.erase(&name)?;
                self.erased.insert(document_id(&name));
            }
            Move::KeepCopy => self.replicas[one].keep_copy(),
            Move::GoBack => {
                let back = self.tablets_go_back && self.replicas[one].put_copy_back();
                self.outcome.went_back += usize::from(back);
            }
            Move::Clone => {
                if self.tablets_go_back && self.replicas.len() < MOST_REPLICAS {
                    let clone = self.replicas[one].cloned(&self.server);
                    self.replicas.push(clone);
                    self.outcome.clones += 1;
                }
            }
            Move::Purge => {
                let dies = self.dice.chance(0.5);
                self.server.purge(dies)?;
                self.outcome.purges += 1;
            }
        }
        Ok(())
    }

    fn restore(&mut self) -> Result<()> {
        if self.tablets_go_back || !self.server.restore()? {
            return Ok(());
        }
        self.outcome.restorations += 1;
        self.under_way.clear();
        let end = self.server.end()?;
        for position in self.revoked.values_mut() {
            *position = end.min(*position);
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
                let mut heard = (code, if cut { &body[..body.len() / 2] } else { &body });
                let forged = if self.dice.chance(0.02) {
                    self.forged_order(to)?
                } else {
                    Vec::new()
                };
                if !forged.is_empty() {
                    heard = (403, forged.as_slice());
                }
                self.replicas[to].answered(now, ticket, heard.0, heard.1, &mut self.dice);
                Ok(())
            }
        }
    }

    /// Somebody between answers for the server, and orders a tablet to destroy what it holds.
    fn forged_order(&self, to: usize) -> Result<Vec<u8>> {
        let (campaign, at) = (self.server.plan().campaign, self.server.clock.now());
        let other = SigningKey::from_bytes(&[13; 32]);
        let device = self.replicas[to].device;
        let order = WipeOrder::sign(WipeReason::Purged, campaign, device, at, &other);
        let problem = serde_json::json!({ "code": "forbidden", "wipe_order": order });
        Ok(serde_json::to_vec(&problem)?)
    }

    fn arrive(&mut self, from: usize, ticket: u64, body: &[u8]) -> Result<()> {
        let (code, body) = match self.server.exchange(self.replicas[from].device, body)? {
            Ok(body) => (200, body),
            Err(Refusing::Busy) => (503, Vec::new()),
            Err(Refusing::Gone(told)) => (410, told),
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
        if !self.server.is_purged() {
            self.server.calm();
        }
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
                let (code, body) = match self.server.exchange(device, &body)? {
                    Ok(body) => (200, body),
                    Err(Refusing::Gone(told)) => (410, told),
                    Err(_) => anyhow::bail!("a calm server answers"),
                };
                self.replicas[one].answered(now, ticket, code, &body, &mut self.dice);
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
            // What a wiped tablet had sealed leaves all the same, and is shown when it arrived.
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
        for (place, replica) in self.replicas.iter().enumerate() {
            let ordered = self.server.is_purged() || self.revoked.contains_key(&replica.device);
            ensure!(
                ordered || !replica.ever_wiped,
                "replica {place} was wiped and nobody who may had ordered it"
            );
        }
        if self.server.is_purged() {
            return self.check_purge();
        }
        self.acknowledged_are_held()?;
        self.nothing_revoked_is_back()?;
        for name in &self.rounds {
            let id = document_id(name);
            if self.erased.contains(&id) {
                let left = self.server.log().changes(id)?;
                ensure!(left.is_empty(), "an erased document is back");
                continue;
            }
            self.check_round(name)?;
        }
        if self.revoked.is_empty() && self.erased.is_empty() {
            let left = self.server.log().open_quarantine(1)?;
            ensure!(
                left.is_empty(),
                "honest work waits for ever: {:?}",
                left[0].item.code
            );
        }
        self.server.check()
    }

    fn check_round(&self, name: &DocumentName) -> Result<()> {
        let id = document_id(name);
        let held = self.server.holds(id)?;
        let here = self.server.document(name)?;
        for (place, replica) in self.replicas.iter().enumerate() {
            for change in replica.saved(name) {
                ensure!(
                    held.contains(&change),
                    "replica {place}: {change} was saved and never arrived"
                );
            }
            for (_, change) in replica.owed.iter().filter(|(of, _)| *of == id) {
                ensure!(
                    held.contains(change),
                    "replica {place}: {change} was sealed when it was wiped and never arrived"
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
        Ok(())
    }

    /// From its revocation on nothing of a tablet comes into the log: it is set aside for a person.
    fn nothing_revoked_is_back(&self) -> Result<()> {
        for (device, position) in &self.revoked {
            let back = self.server.took_in_after(*device, *position)?;
            ensure!(!back, "work of a revoked tablet was let in");
        }
        Ok(())
    }

    /// Of a purged campaign nothing is left, nowhere.
    fn check_purge(&self) -> Result<()> {
        ensure!(
            self.server.is_purged_for_good()?,
            "a purged campaign can be read"
        );
        for (place, replica) in self.replicas.iter().enumerate() {
            ensure!(
                replica.is_bare(),
                "replica {place} holds something of a purged campaign"
            );
        }
        Ok(())
    }
}
