//! A tablet without its screen: the core's peer, documents, gate and envelopes, over storage that
//! may die at each write.

use super::server::{Fault, Server};
use crate::dice::Dice;
use anyhow::Result;
use ed25519_dalek::SigningKey;
use maraude_core::document::{Actor, ChangeHash, Document, DocumentName, RawChange, document_id};
use maraude_core::gate::{GateLimits, admit_from_server};
use maraude_core::model::{
    Closure, ClosureId, Coverage, DeviceId, DeviceReport, DocumentId, Stamp, TimestampMs,
};
use maraude_core::sync::envelope::{Payload, seal};
use maraude_core::sync::{
    Digest, Follow, HashBytes, Peer, Standing, WipeOrder, WipeReason, encode_request,
};
use rand_chacha::ChaCha20Rng;
use rand_core::SeedableRng;
use serde_bytes::ByteBuf;
use std::collections::{BTreeMap, BTreeSet};

/// Ten years, milliseconds: how far off a clock may be.
const YEARS_MS: u32 = 3_650;

/// What survives a death.
#[derive(Clone, Default)]
struct Disk {
    documents: BTreeMap<DocumentName, Vec<RawChange>>,
    /// Envelopes not acknowledged, oldest first, with what they hold.
    outbox: Vec<(DocumentName, Vec<ChangeHash>, Vec<u8>)>,
    acknowledged: BTreeSet<(DocumentId, ChangeHash)>,
    epoch: Option<[u8; 16]>,
    log_end: Option<Vec<u8>>,
    openings: u64,
    /// It was ordered to destroy what it holds, and did.
    wiped: Option<WipeReason>,
}

/// A replica.
pub(super) struct Replica {
    pub(super) device: DeviceId,
    signing: SigningKey,
    follow: Vec<DocumentName>,
    /// What was ever shown as acknowledged.
    pub(super) shown: BTreeSet<(DocumentId, ChangeHash)>,
    skew_ms: i64,
    campaign_key: [u8; 32],
    server_key: [u8; 32],
    disk: Disk,
    documents: BTreeMap<DocumentName, Document>,
    peer: Peer,
    asked: Option<(u64, TimestampMs)>,
    tickets: u64,
    opening: [u8; 8],
    dice: Dice,
    calm: bool,
    /// It hears no order: the server it speaks with may be set back, and only it could help then.
    deaf: bool,
    fault: Option<Fault>,
    /// A copy of its files, made earlier.
    copy: Option<Disk>,
    /// It destroyed something, once.
    pub(super) ever_wiped: bool,
    /// What was sealed and had not left when it was wiped.
    pub(super) owed: BTreeSet<(DocumentId, ChangeHash)>,
}

/// What the order in an answer says, whoever signed it.
fn unsigned_order(body: &[u8]) -> Option<WipeReason> {
    let problem: serde_json::Value = serde_json::from_slice(body).ok()?;
    let order: WipeOrder = serde_json::from_value(problem.get("wipe_order")?.clone()).ok()?;
    Some(order.reason)
}

/// Whether a write reached the disk, and whether the replica lived to know.
enum Write {
    Done,
    Lost,
    DoneUnknown,
}

impl Replica {
    pub(super) fn new(
        place: usize,
        server: &Server,
        rounds: &[DocumentName],
        deaf: bool,
        mut dice: Dice,
    ) -> Self {
        let (device, signing) = Server::device(place);
        let days = i64::from(dice.whole(0, 2 * YEARS_MS)) - i64::from(YEARS_MS);
        let off = dice.chance(0.4);
        // Tablets 0, 2, 4 follow the first round, the others the second; everybody may write both.
        let follow = vec![rounds[place % rounds.len()]];
        let mut replica = Self {
            device,
            signing,
            follow,
            shown: BTreeSet::new(),
            skew_ms: if off { days * 86_400_000 } else { 0 },
            campaign_key: server.campaign_key(),
            server_key: server.server_key(),
            disk: Disk::default(),
            documents: BTreeMap::new(),
            peer: Peer::new(server.plan().campaign, device, &[0; 32], None, [0; 32]),
            asked: None,
            tickets: 0,
            opening: [0; 8],
            dice,
            calm: false,
            deaf,
            fault: server.fault(),
            copy: None,
            ever_wiped: false,
            owed: BTreeSet::new(),
        };
        replica.open(server.plan().campaign);
        replica
    }

    /// Another tablet over a copy of this one's files.
    pub(super) fn cloned(&mut self, server: &Server) -> Self {
        let mut clone = Self {
            device: self.device,
            signing: self.signing.clone(),
            follow: self.follow.clone(),
            shown: BTreeSet::new(),
            skew_ms: self.skew_ms,
            campaign_key: self.campaign_key,
            server_key: self.server_key,
            disk: self.disk.clone(),
            documents: BTreeMap::new(),
            peer: Peer::new(self.campaign(), self.device, &[0; 32], None, [0; 32]),
            asked: None,
            tickets: 0,
            opening: [0; 8],
            dice: self.dice.fork(),
            calm: self.calm,
            deaf: self.deaf,
            fault: self.fault,
            copy: None,
            ever_wiped: self.ever_wiped,
            owed: BTreeSet::new(),
        };
        clone.open(server.plan().campaign);
        clone
    }

    /// A copy of its files is put aside.
    pub(super) fn keep_copy(&mut self) {
        self.copy = Some(self.disk.clone());
    }

    /// The copy takes the place of its files, where there is one.
    pub(super) fn put_copy_back(&mut self) -> bool {
        let Some(copy) = self.copy.clone() else {
            return false;
        };
        self.disk = copy;
        self.open(self.campaign());
        true
    }

    /// Starts over what the disk holds.
    fn open(&mut self, campaign: maraude_core::model::CampaignId) {
        self.disk.openings += 1;
        self.opening = match self.fault {
            Some(Fault::DrawsNoActor) => self.disk.openings.to_be_bytes(),
            _ => self.dice.bytes(),
        };
        let actor = Actor::new(self.device, self.opening);
        self.documents = (self.disk.documents.iter())
            .map(|(name, changes)| {
                let chunks: Vec<&[u8]> = changes.iter().map(|c| c.bytes.as_slice()).collect();
                let loaded = Document::load(actor, &chunks);
                (*name, loaded.expect("what was stored loads"))
            })
            .collect();
        let seed = self.dice.bytes();
        self.peer = Peer::new(
            campaign,
            self.device,
            &self.server_key,
            self.disk.epoch,
            seed,
        );
        for (_, _, bytes) in &self.disk.outbox {
            self.peer.hold(bytes.clone(), Standing::Waiting);
        }
        if let Some(end) = self.disk.log_end.clone() {
            self.peer.saw(end);
        }
        self.asked = None;
    }

    fn campaign(&self) -> maraude_core::model::CampaignId {
        self.follow[0].campaign()
    }

    /// No more deaths.
    pub(super) fn calm(&mut self) {
        self.calm = true;
        self.peer.hurry();
    }

    pub(super) fn die(&mut self, dice: &mut Dice) {
        if dice.chance(0.3) {
            // The clock is set anew.
            self.skew_ms = (i64::from(dice.whole(0, 7_300)) - 3_650) * 86_400_000;
        }
        self.open(self.campaign());
    }

    fn write(&mut self, disk: Disk, dice: &mut Dice) -> Write {
        if !self.calm && dice.chance(0.02) {
            let reached = dice.chance(0.5);
            if reached {
                self.disk = disk;
            }
            self.open(self.campaign());
            return if reached {
                Write::DoneUnknown
            } else {
                Write::Lost
            };
        }
        self.disk = disk;
        Write::Done
    }

    /// Saves an entry, or an edit of one seen: one change, sealed at the same write.
    pub(super) fn save(&mut self, dice: &mut Dice) {
        if self.disk.wiped.is_some() {
            return;
        }
        let name = self.follow[0];
        let actor = Actor::new(self.device, self.opening);
        let document = self
            .documents
            .entry(name)
            .or_insert_with(|| Document::new(actor));
        let id = document_id(&name);
        let round = maraude_core::document::read_round(document, id).0;
        let closure = if !round.closures.is_empty() && dice.chance(0.5) {
            let mut edited = dice.pick(&round.closures).clone();
            match dice.whole(0, 2) {
                0 => edited.zero_found = !edited.zero_found,
                1 => edited.not_walked = Some(format!("une rue {}", dice.whole(0, 9))),
                _ => edited.reopened_at = Some(i64::from(dice.whole(1, 9))),
            }
            edited
        } else {
            Closure {
                id: ClosureId::from_random(dice.bytes()),
                stamp: Stamp {
                    device: self.device,
                    at: self.skew_ms,
                },
                coverage: Coverage::Full,
                not_walked: None,
                zero_found: dice.chance(0.5),
                reopened_at: None,
            }
        };
        let at = 1_769_115_600_000 + self.skew_ms;
        let Some(change) = document.commit(at, |w| w.put_closure(&closure)) else {
            return;
        };
        let mut disk = self.disk.clone();
        disk.documents.entry(name).or_default().push(change.clone());
        let envelope = self.sealed(name, &[change]);
        disk.outbox.push(envelope.clone());
        if let Write::Done = self.write(disk, dice) {
            self.peer.hold(envelope.2, Standing::Waiting);
        }
    }

    fn sealed(
        &mut self,
        name: DocumentName,
        changes: &[RawChange],
    ) -> (DocumentName, Vec<ChangeHash>, Vec<u8>) {
        let payload = Payload {
            name,
            changes: changes.iter().map(|change| change.bytes.clone()).collect(),
        };
        let mut rng = ChaCha20Rng::from_seed(self.dice.bytes());
        let campaign = self.campaign();
        let key = &self.campaign_key;
        let bytes = seal(
            key,
            campaign,
            self.device,
            &self.signing,
            &payload,
            &mut rng,
        );
        let hashes = changes.iter().map(|change| change.hash).collect();
        (name, hashes, bytes.expect("the campaign's key is a key"))
    }

    /// The next request, where one is due; a request that got no answer is given up first.
    pub(super) fn ask(&mut self, now: TimestampMs) -> Option<(u64, Vec<u8>)> {
        if self.disk.wiped == Some(WipeReason::Purged) {
            return None;
        }
        let now = now + self.skew_ms;
        if let Some((_, since)) = self.asked {
            if !self.calm && now - since < super::PATIENCE_MS {
                return None;
            }
            self.asked = None;
            self.peer.unreachable(now);
            self.peer.hurry();
        }
        let heads = |document: Option<&Document>| {
            let heads = document.map_or_else(Vec::new, Document::heads);
            heads
                .into_iter()
                .map(|head| HashBytes::new(head.0))
                .collect()
        };
        let reads = self.disk.wiped.is_none();
        let follow = (self.follow.iter().filter(|_| reads))
            .map(|name| Follow {
                name: *name,
                heads: heads(self.documents.get(name)),
            })
            .collect();
        let request = self.peer.request(now, DeviceReport::default(), follow)?;
        self.tickets += 1;
        self.asked = Some((self.tickets, now));
        Some((self.tickets, encode_request(&request)))
    }

    pub(super) fn answered(
        &mut self,
        now: TimestampMs,
        ticket: u64,
        code: u16,
        body: &[u8],
        dice: &mut Dice,
    ) {
        if self.asked.is_none_or(|(waiting, _)| waiting != ticket) {
            return;
        }
        self.asked = None;
        let digest = self.peer.answered(now + self.skew_ms, code, body);
        let mut order = digest.wipe;
        if self.fault == Some(Fault::ObeysAnybody) {
            order = order.or_else(|| unsigned_order(body));
        }
        if digest.epoch.is_some() {
            self.take(digest, dice);
        } else {
            self.peer.hurry();
        }
        // Of a purged campaign nothing is left to help a server with.
        let heeds = |reason: &WipeReason| !self.deaf || *reason == WipeReason::Purged;
        if let Some(reason) = order.filter(heeds) {
            self.wipe(reason);
        }
    }

    /// Destroys what it holds. Of a revoked tablet what is sealed still leaves; of a purged campaign
    /// nothing does.
    fn wipe(&mut self, reason: WipeReason) {
        self.ever_wiped = true;
        self.disk.documents.clear();
        self.documents.clear();
        match reason {
            WipeReason::Purged => self.disk.outbox.clear(),
            WipeReason::Revoked => {
                for (name, changes, _) in &self.disk.outbox {
                    let id = document_id(name);
                    self.owed.extend(changes.iter().map(|change| (id, *change)));
                }
            }
        }
        self.disk.wiped = Some(reason);
    }

    /// Neither documents nor anything sealed.
    pub(super) fn is_bare(&self) -> bool {
        self.disk.documents.is_empty() && self.documents.is_empty() && self.disk.outbox.is_empty()
    }

    /// What an answer changes, in one write; then what became true is shown.
    fn take(&mut self, digest: Digest, dice: &mut Dice) {
        let mut disk = self.disk.clone();
        disk.epoch = digest.epoch;
        if digest.epoch_renewed {
            disk.acknowledged.clear();
        }
        if !digest.receipts.is_empty() {
            disk.log_end = digest.log_end;
        }
        let mut settled: Vec<[u8; 32]> = Vec::new();
        settled.extend(digest.receipts.iter().map(|r| r.envelope.into_array()));
        let kept = digest.refused.iter().filter(|refused| refused.quarantined);
        settled.extend(kept.map(|refused| refused.envelope.into_array()));
        let mut shown = Vec::new();
        disk.outbox.retain(|(name, changes, bytes)| {
            let hash = maraude_core::sync::envelope::envelope_hash(bytes);
            let done = settled.contains(&hash);
            if done {
                shown.extend(changes.iter().map(|change| (document_id(name), *change)));
            }
            !done
        });
        disk.acknowledged.extend(shown.iter().copied());
        let limits = GateLimits::default();
        let actor = Actor::new(self.device, self.opening);
        for update in digest.documents {
            let changes: Vec<Vec<u8>> = update.changes.into_iter().map(ByteBuf::into_vec).collect();
            let name = update.name;
            let document = self
                .documents
                .entry(name)
                .or_insert_with(|| Document::new(actor));
            let admission = admit_from_server(document, name.kind(), &changes, &limits);
            let stored = disk.documents.entry(name).or_default();
            stored.extend(admission.accepted);
        }
        self.reseal(&mut disk);
        if let Write::Done = self.write(disk, dice) {
            self.shown.extend(shown);
            self.peer.forget(&settled);
            for (_, _, bytes) in &self.disk.outbox {
                self.peer.hold(bytes.clone(), Standing::Waiting);
            }
            if let Some(end) = self.disk.log_end.clone() {
                self.peer.saw(end);
            }
        }
        self.peer.hurry();
    }

    /// Own changes that neither wait nor are acknowledged are sealed again.
    fn reseal(&mut self, disk: &mut Disk) {
        let mut again = Vec::new();
        let own = self.documents.iter().filter(|_| disk.wiped.is_none());
        for (name, document) in own {
            let id = document_id(name);
            let waits = |hash: &ChangeHash| {
                let mut all = disk.outbox.iter().filter(|(of, _, _)| of == name);
                all.any(|(_, changes, _)| changes.contains(hash))
            };
            let mut missing = document.changes_by(self.device);
            missing.retain(|change| {
                !disk.acknowledged.contains(&(id, change.hash)) && !waits(&change.hash)
            });
            if !missing.is_empty() {
                again.push((*name, missing));
            }
        }
        for (name, missing) in again {
            let envelope = self.sealed(name, &missing);
            disk.outbox.push(envelope);
        }
    }

    /// Everything the replica would send was sent.
    pub(super) fn is_idle(&self) -> bool {
        self.disk.outbox.is_empty()
    }

    /// What an exchange may change.
    pub(super) fn state(&self) -> (Vec<Vec<ChangeHash>>, usize) {
        let heads = self.documents.values().map(Document::heads).collect();
        (heads, self.disk.acknowledged.len())
    }

    /// Own changes that are on this replica's disk.
    pub(super) fn saved(&self, name: &DocumentName) -> Vec<ChangeHash> {
        let document = self.documents.get(name);
        let own = document.map_or_else(Vec::new, |document| document.changes_by(self.device));
        own.into_iter().map(|change| change.hash).collect()
    }

    /// The document, where this replica follows it and may still read.
    pub(super) fn reads(&self, name: &DocumentName, server: &Server) -> Result<Option<&Document>> {
        let follows = self.follow.contains(name) && !server.is_revoked(self.device)?;
        Ok(self.documents.get(name).filter(|_| follows))
    }
}
