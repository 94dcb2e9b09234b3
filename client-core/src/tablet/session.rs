//! PIN, unlocking, locking, and the end of the vault after ten wrong PINs.

use super::Tablet;
use super::drafting::OpenForm;
use super::job::{After, Job};
use super::paper::{Paper, is_paper};
use super::store::{Operation, Staged, State};
use super::view::Tone;
use crate::document::{Actor, DocumentName};
use crate::form::Draft;
use crate::model::{DocumentId, TimestampMs};
use crate::vault::{
    LogError, OpenError, PinCost, Repair, SealedLog, Secret, Vault, pin_is_well_formed,
};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::sync::Arc;
use zeroize::Zeroizing;

/// Name of the vault's file.
pub(super) const VAULT_FILE: &str = "vault";
/// Name of the file of the form being filled.
pub(super) const DRAFT_FILE: &str = "draft";
/// The ring's name for the key that signs.
const SIGNING_KEY: &str = "signing";

/// What keeps the next PIN waiting beside the device's clock, which can be set.
#[derive(Default)]
pub(super) struct PinWait {
    /// When the last PIN was tried, by the clock that nobody can set.
    pub tried_at_ms: Option<u64>,
    /// No try before this instant of the device's clock as it stands.
    pub until: Option<TimestampMs>,
}

/// The open vault.
#[derive(Clone)]
pub(super) struct Session {
    pub vault: Vault,
    /// Seed of the key that signs.
    pub signing: Secret,
    /// Under which name this opening writes.
    pub actor: Actor,
    pub papers: BTreeMap<DocumentId, Arc<Paper>>,
    pub drafts: SealedLog,
    /// The last piece of the draft's file holds a draft.
    pub draft_kept: bool,
    /// Regions of the vault's files that could not be read at opening.
    pub damaged: u32,
}

/// A draft and the round it belongs to, as sealed.
#[derive(Serialize, Deserialize)]
pub(super) struct KeptDraft {
    pub round: DocumentId,
    pub draft: Draft,
}

impl Session {
    /// The paper of a document, to be changed.
    pub fn paper(&mut self, document: DocumentId) -> Option<&mut Paper> {
        self.papers.get_mut(&document).map(Arc::make_mut)
    }
}

impl Tablet {
    pub(super) fn choose_pin(&mut self, pin: String, cost: Option<PinCost>) {
        let ready = self.state.device.credentials.is_some()
            && !self.state.device.destroyed
            && self.disk.file(VAULT_FILE).is_none();
        if self.spare.is_some() {
            return self.choose_new_pin(pin, cost);
        }
        if !ready {
            return;
        }
        let pin = Zeroizing::new(pin);
        if pin_is_well_formed(&pin) {
            let cost = cost.unwrap_or(PinCost::FLOOR);
            self.jobs.push_back(Job::ChoosePin(pin, cost));
        } else {
            self.say_problem("weak-pin", None);
        }
    }

    pub(super) fn make_vault(&mut self, pin: &str, cost: PinCost) -> Option<Staged> {
        let mut staged = Staged::new(self.state.clone(), After::PinChosen);
        let signing = self.state.device.unsealed_signing.clone()?.0;
        let drawn = self.draw();
        let made = Vault::create(pin, &self.state.device.device_secret, cost, &drawn);
        let Ok(mut vault) = made else {
            self.say_problem("no-memory", None);
            return None;
        };
        vault.put_key(SIGNING_KEY, signing.clone());
        self.add_spare(&mut vault);
        let draft_key = Secret::new(self.draw());
        vault.put_key(DRAFT_FILE, draft_key.clone());
        self.put_behind_platform(&mut vault);
        let bytes = vault.to_file(&self.draw());
        staged
            .operations
            .push(Operation::Replace(VAULT_FILE.to_owned(), bytes));
        staged.write_device(|device| device.unsealed_signing = None);
        staged.state.session = Some(Arc::new(Session {
            vault,
            signing,
            actor: self.new_actor(),
            papers: BTreeMap::new(),
            drafts: SealedLog::new(DRAFT_FILE, draft_key),
            draft_kept: false,
            damaged: 0,
        }));
        Some(staged)
    }

    pub(super) fn vault_made(&mut self) {
        self.say_good("pin-chosen");
        self.exchange_soon();
    }

    fn new_actor(&mut self) -> Actor {
        let device = self.device_id();
        let opening = self.draw();
        Actor::new(device, opening)
    }

    pub(super) fn unlock(&mut self, pin: String, awake_ms: Option<u64>) {
        if self.state.session.is_some() || self.disk.file(VAULT_FILE).is_none() {
            return;
        }
        if self.state.device.tries.exhausted() {
            self.jobs.push_back(Job::Destroy);
        } else if self.platform_needed().is_some() && self.given.is_none() {
            // Nothing was tried.
            self.say_problem("platform-key-needed", None);
        } else if self.state.device.tries.next_try_at(self.now).is_some() {
            self.say_problem("wait-before-pin", None);
        } else if let Some(left_ms) = self.left_awake_ms(awake_ms) {
            // The clock was set forward since.
            self.pin_wait.until = Some(self.now + left_ms);
            self.say_problem("wait-before-pin", None);
        } else {
            self.pin_wait = PinWait {
                tried_at_ms: awake_ms,
                until: None,
            };
            self.jobs.push_back(Job::TryPin(Zeroizing::new(pin)));
        }
    }

    fn left_awake_ms(&self, awake_ms: Option<u64>) -> Option<i64> {
        let tried_at_ms = self.pin_wait.tried_at_ms;
        let tries = self.state.device.tries;
        awake_ms.and_then(|awake_ms| tries.left_awake_ms(awake_ms, tried_at_ms))
    }

    /// The keypad stays closed until then, although the clock says otherwise.
    pub(super) fn held_until(&self) -> Option<TimestampMs> {
        self.pin_wait.until.filter(|until| *until > self.now)
    }

    /// The try is counted on disk before it is made.
    pub(super) fn count_try(&mut self, pin: Zeroizing<String>) -> Staged {
        let now = self.now;
        let mut staged = Staged::new(self.state.clone(), After::TryPin(pin));
        staged.write_device(|device| device.tries = device.tries.with_one_more(now));
        staged
    }

    pub(super) fn try_pin(&mut self, pin: &str) {
        let file = self.disk.file(VAULT_FILE).unwrap_or_default();
        let given = self.given.take().map(|key| key.secret);
        let secret = &self.state.device.device_secret;
        match Vault::open_with(file, pin, secret, given.as_ref()) {
            Ok(vault) => self.open_session(vault),
            Err(OpenError::WrongPin) => {
                let tries = self.state.device.tries;
                if tries.exhausted() {
                    self.jobs.push_back(Job::Destroy);
                } else {
                    let left = tries.left().to_string();
                    self.say_problem("wrong-pin", Some(&left));
                    self.vibrate(super::VIBRATION_PROBLEM);
                }
            }
            Err(error) => {
                let code = match error {
                    OpenError::Newer => "newer-version",
                    OpenError::NoMemory => "no-memory",
                    _ => "vault-damaged",
                };
                self.jobs.push_back(Job::ForgiveTries);
                self.say_problem(code, None);
            }
        }
    }

    pub(super) fn forgive_tries(&mut self) -> Staged {
        let mut staged = Staged::new(self.state.clone(), After::Nothing);
        staged.write_device(|device| {
            device.tries = crate::vault::Tries::default();
            if device.credentials.is_some() {
                device.unsealed_signing = None;
            }
        });
        staged
    }

    pub(super) fn open_session(&mut self, vault: Vault) {
        let (Some(signing), Some(draft_key)) = (
            vault.key(SIGNING_KEY).cloned(),
            vault.key(DRAFT_FILE).cloned(),
        ) else {
            self.say_problem("vault-damaged", None);
            return;
        };
        let actor = self.new_actor();
        let mut damaged = 0;
        let papers = self.open_papers(&vault, actor, &mut damaged);
        let bytes = self.disk.file(DRAFT_FILE).unwrap_or_default();
        let Ok(opened) = SealedLog::open(DRAFT_FILE, draft_key, bytes) else {
            self.say_problem("newer-version", None);
            return;
        };
        self.note_repair(DRAFT_FILE, opened.repair, &mut damaged);
        let kept = opened
            .pieces
            .last()
            .and_then(|piece| serde_json::from_slice::<Option<KeptDraft>>(piece).ok())
            .flatten();
        let session = Session {
            vault,
            signing,
            actor,
            papers,
            drafts: opened.log,
            draft_kept: kept.is_some(),
            damaged,
        };
        self.state.session = Some(Arc::new(session));
        self.message = None;
        if self.state.device.end_told_at.is_some() {
            self.say(Tone::Notice, "campaign-over", None, None);
        }
        let left_at = self.left_at.take().filter(|id| self.has_paper(*id));
        self.round = left_at.or_else(|| self.latest_round());
        if let Some(kept) = kept
            && self.has_paper(kept.round)
        {
            self.round = Some(kept.round);
            self.form = Some(OpenForm::again(kept.draft));
        }
        self.jobs.push_back(Job::ForgiveTries);
        self.jobs.push_back(Job::Mend);
    }

    fn open_papers(
        &mut self,
        vault: &Vault,
        actor: Actor,
        damaged: &mut u32,
    ) -> BTreeMap<DocumentId, Arc<Paper>> {
        let files: Vec<String> = self
            .disk
            .names()
            .filter(|name| is_paper(name))
            .cloned()
            .collect();
        let mut papers = BTreeMap::new();
        for file in files {
            let Some(key) = vault.key(&file).cloned() else {
                // Shredded: its key is gone, only the file is left.
                self.repairs.push(Operation::Delete(file));
                continue;
            };
            let bytes = self.disk.file(&file).unwrap_or_default();
            match Paper::open(&file, key, bytes, actor) {
                Ok(opened) => {
                    self.note_repair(&file, opened.repair, damaged);
                    if let Some(paper) = opened.paper {
                        papers.insert(paper.id, Arc::new(paper));
                    }
                }
                Err(LogError::Newer) => *damaged += 1,
            }
        }
        papers
    }

    fn note_repair(&mut self, file: &str, repair: Repair, damaged: &mut u32) {
        *damaged += repair.damaged + repair.missing;
        if let Some(length) = repair.cut_to {
            self.repairs
                .push(Operation::Truncate(file.to_owned(), length));
        }
    }

    /// The round this tablet set out on last.
    fn latest_round(&self) -> Option<DocumentId> {
        let device = self.device_id();
        let set_out = |paper: &Paper| -> Option<TimestampMs> {
            let (round, _) = paper.round()?;
            let own = round.departures.iter().filter(|d| d.stamp.device == device);
            own.map(|departure| departure.stamp.at).max()
        };
        self.round_papers()
            .filter(
                |paper| !matches!(paper.name, DocumentName::Round { key } if self.is_awaited(key)),
            )
            .filter_map(|paper| Some((set_out(paper)?, paper.id)))
            .max()
            .map(|(_, id)| id)
    }

    /// After opening: cuts torn tails, and seals anew what was kept without reaching the outbox.
    pub(super) fn mend(&mut self) -> Staged {
        let mut staged = Staged::new(self.state.clone(), After::Mended);
        staged.operations = std::mem::take(&mut self.repairs);
        self.add_spare_late(&mut staged);
        self.seal_what_is_missing(&mut staged);
        staged
    }

    pub(super) fn after_mending(&mut self) {
        self.shred_what_is_due();
        self.exchange_soon();
    }

    /// What is shown goes at once; what is being written is finished first.
    pub(super) fn lock(&mut self) {
        if self.state.session.is_some() {
            self.locking = true;
            self.keep_awake(false);
        }
    }

    pub(super) fn finish_locking(&mut self) {
        self.locking = false;
        self.state.session = None;
        self.form = None;
        self.left_at = self.round.take();
        self.undo = None;
        self.passing = None;
        self.token = None;
        self.given = None;
        self.message = None;
        self.repairs.clear();
    }

    /// Ten wrong PINs: the vault is destroyed, what was saved goes on leaving through the outbox.
    pub(super) fn destroy(&mut self) -> Staged {
        let mut state: State = self.state.clone();
        state.session = None;
        let mut staged = Staged::new(state, After::Destroyed);
        let sealed = |name: &&String| {
            is_paper(name) || name.as_str() == VAULT_FILE || name.as_str() == DRAFT_FILE
        };
        staged
            .operations
            .push(Operation::Delete(VAULT_FILE.to_owned()));
        let files = self.disk.names().filter(sealed).cloned();
        staged.operations.extend(
            files
                .filter(|name| name != VAULT_FILE)
                .map(Operation::Delete),
        );
        let secret = Secret::new(self.draw());
        staged.write_device(|device| {
            device.destroyed = true;
            device.device_secret = secret;
            device.unsealed_signing = None;
            device.reset_deposited = None;
            device.reset_request = None;
        });
        staged
    }
}
