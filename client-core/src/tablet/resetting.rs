//! A forgotten PIN: the coordination lets a new one be chosen, over the network.
//!
//! The vault key is wrapped a second time, under a key made of this tablet's secret and of a share
//! that only the server keeps. Neither opens the vault alone. The share comes back after a
//! coordinator's act, sealed to a key that this tablet draws when it asks. It must never be kept
//! on disk here but in the vault itself.

use super::Tablet;
use super::device::SecretText;
use super::encoding::to_hex;
use super::job::{After, Job};
use super::session::VAULT_FILE;
use super::store::{Operation, Staged};
use crate::model::TimestampMs;
use crate::sync::envelope::campaign_key_pair;
use crate::sync::{FourWords, SecretFor, SyncRequest, open_secret, reset_words, seal_secret};
use crate::vault::{PinCost, Secret, Vault, pin_is_well_formed, spare_key};
use serde::{Deserialize, Serialize};
use serde_bytes::{ByteArray, ByteBuf};
use sha2::{Digest, Sha256};
use zeroize::Zeroizing;

/// The ring's name for the share that the server keeps.
const SHARE: &str = "reset-share";
/// A request waits so long for the coordination, milliseconds.
const REQUEST_MS: TimestampMs = 3_600_000;
/// Meanwhile the server is asked so often, milliseconds.
pub(super) const ASK_EVERY_MS: TimestampMs = 5_000;

/// A forgotten PIN.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct ResetView {
    /// The server has what a reset needs.
    pub possible: bool,
    /// A new PIN is asked for: what is read to the coordination.
    pub words: Option<FourWords>,
    /// The request ends at this instant (device clock).
    #[cfg_attr(feature = "typescript", ts(type = "number | null"))]
    pub until: Option<TimestampMs>,
}

/// A new PIN was asked for.
#[derive(Clone, Serialize, Deserialize)]
pub(super) struct ResetRequest {
    /// Seed of the key it is asked with.
    pub seed: SecretText,
    /// When (device clock).
    pub at: TimestampMs,
}

impl Tablet {
    /// Gives a vault its second wrapping and the share for the server, where it has none.
    pub(super) fn add_spare(&mut self, vault: &mut Vault) -> bool {
        if vault.key(SHARE).is_some() {
            return false;
        }
        let share = Secret::new(self.draw());
        vault.set_spare(spare_key(&share, &self.state.device.device_secret));
        vault.put_key(SHARE, share);
        true
    }

    /// A vault of an older version gets its second wrapping when it is opened.
    pub(super) fn add_spare_late(&mut self, staged: &mut Staged) {
        let Some(session) = self.state.session.as_deref() else {
            return;
        };
        let mut vault = session.vault.clone();
        if !self.add_spare(&mut vault) {
            return;
        }
        let bytes = vault.to_file(&self.draw());
        staged
            .operations
            .push(Operation::Replace(VAULT_FILE.to_owned(), bytes));
        if let Some(session) = staged.session() {
            session.vault = vault;
        }
    }

    /// What an exchange says of resets: the share while the server has not confirmed it, and the
    /// key that a forgotten PIN is asked with.
    pub(super) fn tell_reset(&mut self, request: &mut SyncRequest, with_session: bool) {
        let Some(credentials) = self.state.device.credentials.clone() else {
            return;
        };
        let (campaign, device) = (credentials.enrolment.campaign, credentials.enrolment.device);
        let kept = self.share_mark() == self.state.device.reset_deposited;
        let share = self.share().filter(|_| with_session && !kept).cloned();
        if let Some(share) = share {
            let seed = self.draw();
            let (to, purpose) = (&credentials.campaign_key, SecretFor::Deposit);
            let sealed = seal_secret(to, purpose, campaign, device, share.bytes(), seed);
            request.reset_share = sealed.map(ByteBuf::from);
        }
        request.reset_wanted = self.asks_with().map(ByteArray::new);
    }

    fn share(&self) -> Option<&Secret> {
        self.state.session.as_ref()?.vault.key(SHARE)
    }

    /// Tells which share of the open vault it is, and nothing of it.
    pub(super) fn share_mark(&self) -> Option<String> {
        let hash =
            Sha256::digest([b"maraude/reset-mark/1".as_slice(), self.share()?.bytes()].concat());
        Some(to_hex(&hash[..8]))
    }

    fn asks_with(&self) -> Option<[u8; 32]> {
        let asked = self.pending_reset()?;
        Some(campaign_key_pair(asked.seed.0.bytes()).1)
    }

    fn pending_reset(&self) -> Option<&ResetRequest> {
        let asked = self.state.device.reset_request.as_ref()?;
        let age = self.now - asked.at;
        let locked = self.state.session.is_none() && self.spare.is_none();
        (locked && (0..REQUEST_MS).contains(&age)).then_some(asked)
    }

    /// The server is asked again and again while somebody waits before the screen.
    pub(super) fn asks_for_reset(&self) -> bool {
        self.pending_reset().is_some()
    }

    pub(super) fn forgot_pin(&mut self) {
        let here = self.disk.file(VAULT_FILE).is_some() && !self.state.device.destroyed;
        if self.state.session.is_none() && here && self.pending_reset().is_none() {
            let asked = ResetRequest {
                seed: SecretText(Secret::new(self.draw())),
                at: self.now,
            };
            self.jobs.push_back(Job::AskReset(Some(asked)));
        }
    }

    pub(super) fn remembered_pin(&mut self) {
        self.spare = None;
        if self.state.device.reset_request.is_some() {
            self.jobs.push_back(Job::AskReset(None));
        }
    }

    /// Asked twice before the first request is on disk, it is one: its words may be on screen already.
    pub(super) fn note_reset_request(&mut self, asked: Option<ResetRequest>) -> Option<Staged> {
        if asked.is_some() && self.pending_reset().is_some() {
            return None;
        }
        let mut staged = Staged::new(self.state.clone(), After::ResetAsked);
        staged.write_device(|device| device.reset_request = asked);
        Some(staged)
    }

    pub(super) fn reset_asked(&mut self) {
        if self.asks_for_reset() {
            self.exchange_now();
        }
    }

    /// The server gave the share back: where it opens the vault, a new PIN may be chosen.
    pub(super) fn take_grant(&mut self, sealed: &[u8]) {
        let Some(asked) = self.pending_reset() else {
            return;
        };
        let secret = campaign_key_pair(asked.seed.0.bytes()).0;
        let Some(credentials) = &self.state.device.credentials else {
            return;
        };
        let (campaign, device) = (credentials.enrolment.campaign, credentials.enrolment.device);
        let share = open_secret(&secret, SecretFor::Grant, campaign, device, sealed);
        let Some(share) = share.map(|bytes| Secret::new(*bytes)) else {
            return;
        };
        let spare = spare_key(&share, &self.state.device.device_secret);
        let file = self.disk.file(VAULT_FILE).unwrap_or_default();
        if Vault::spare_opens(file, &spare) {
            self.spare = Some(spare);
            self.message = None;
        }
    }

    /// The new PIN, once the coordination allowed it.
    pub(super) fn choose_new_pin(&mut self, pin: String, cost: Option<PinCost>) {
        let pin = Zeroizing::new(pin);
        if pin_is_well_formed(&pin) {
            let cost = cost.unwrap_or(PinCost::FLOOR);
            self.jobs.push_back(Job::ResetPin(pin, cost));
        } else {
            self.say_problem("weak-pin", None);
        }
    }

    /// The vault behind its new PIN, with a new share: the old one has travelled.
    pub(super) fn reset_pin(&mut self, pin: &str, cost: PinCost) -> Option<Staged> {
        let spare = self.spare.clone()?;
        let drawn = self.draw();
        let file = self.disk.file(VAULT_FILE)?;
        let secret = &self.state.device.device_secret;
        let Ok(mut vault) = Vault::open_spare(file, &spare, pin, secret, cost, &drawn) else {
            self.say_problem("no-memory", None);
            return None;
        };
        vault.remove_key(SHARE);
        self.add_spare(&mut vault);
        self.put_behind_platform(&mut vault);
        let bytes = vault.to_file(&self.draw());
        let mut staged = Staged::new(self.state.clone(), After::PinReset(Box::new(vault)));
        staged
            .operations
            .push(Operation::Replace(VAULT_FILE.to_owned(), bytes));
        staged.write_device(|device| {
            device.tries = crate::vault::Tries::default();
            device.reset_request = None;
            device.reset_deposited = None;
        });
        Some(staged)
    }

    pub(super) fn pin_reset(&mut self, vault: Vault) {
        self.spare = None;
        self.open_session(vault);
        self.say_good("pin-reset");
        self.exchange_soon();
    }

    /// What the locked screen shows of it.
    pub(super) fn reset_view(&self) -> ResetView {
        let credentials = self.state.device.credentials.as_ref();
        let words = credentials.and_then(|credentials| {
            let enrolment = &credentials.enrolment;
            Some(reset_words(
                enrolment.campaign,
                &credentials.server_key,
                enrolment.device,
                &self.asks_with()?,
            ))
        });
        ResetView {
            possible: self.state.device.reset_deposited.is_some(),
            words,
            until: self.pending_reset().map(|asked| asked.at + REQUEST_MS),
        }
    }
}
