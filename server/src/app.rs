//! What the whole server shares: configuration, stores, clock, open campaigns, pool.
//!
//! Cheap to clone. `http` and `command` hold it; it must never hold a request's own state.

mod dates;
mod ended;
mod ending;
mod erasing;
mod handing_out;
mod moving;
mod opposing;
mod pseudonyms;
mod reason;
mod releases;
mod rescue;
mod retention;
mod served_pair;
mod tables;
mod views;

pub use dates::keep_retention;
pub use ended::EndedCampaign;
pub use ending::{Ending, Telling};
pub use erasing::{ErasingError, ErasureCertificate, ErasureWish, PersonFound};
pub use handing_out::{HandedOut, HandingOut, HandingOutError};
pub use moving::{ExportWish, Exported, ExportingError, GoneError, KeepingError};
pub use opposing::{OpposingWish, OppositionList};
pub use pseudonyms::{ForgetWish, ForgottenCertificate};
pub use reason::{ReasonMissing, written_reason};
pub use rescue::TakeRescueError;
pub use retention::{EndingError, PurgeAnswer, PurgeWish};
pub use served_pair::{PairState, ServedPair};
pub use views::ViewsError;

use crate::auth::{Attempts, DeviceSessions, Passkeys};
use crate::config::{Clock, Config};
use crate::store::{
    Campaigns, DataFolder, KeyStore, MasterKey, Reserve, ServerStore, StoreError, TileStore, random,
};
use crate::sync::{Engine, EngineError, EngineParts, Gate, Pool, PoolError};
use ed25519_dalek::SigningKey;
use maraude_core::document::DocumentName;
use maraude_core::model::{Campaign, CampaignId, DeviceId, TimestampMs};
use std::any::{Any, TypeId};
use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};
use std::time::Duration;
use tokio::sync::broadcast;

/// Below this free space nothing more is taken in, bytes: what is there must stay workable.
const LEAST_FREE_BYTES: u64 = 8 * 1024 * 1024;

/// How often a damaged campaign is tried again: somebody may have repaired it.
const DAMAGE_LOOKED_AT_EVERY_MS: TimestampMs = 60_000;

/// Passwords that may wait to be looked at, of strangers and of known browsers each.
const PASSWORDS_WAITING: usize = 8;

/// Revocations and purges that a connection may be behind of.
const ENDINGS_KEPT: usize = 1_024;

/// How often the disk is looked at.
const DISK_EVERY: Duration = Duration::from_secs(5);

/// Looks at the disk now and then, for ever: a full one answers 507 until there is room again.
pub async fn watch_disk(app: App) {
    let mut had_room = true;
    loop {
        tokio::time::sleep(DISK_EVERY).await;
        let looked = app.clone();
        let Ok(room) = tokio::task::spawn_blocking(move || looked.look_at_the_disk()).await else {
            continue;
        };
        if room != had_room {
            tracing::warn!(room, "the disk's room has changed");
        }
        had_room = room;
    }
}

fn free_bytes(folder: &DataFolder) -> Option<u64> {
    let found = rustix::fs::statvfs(folder.root()).ok()?;
    Some(found.f_bavail.saturating_mul(found.f_frsize))
}

/// Before anything is opened: on a full disk even opening needs what was kept back.
fn keep_space_back(folder: &DataFolder) {
    let reserve = Reserve::new(folder.reserve());
    let needed = LEAST_FREE_BYTES + reserve.lacks_bytes();
    let room = free_bytes(folder).is_none_or(|free| free >= needed);
    let done = if room {
        reserve.hold().map(|_| ())
    } else {
        reserve.give_up()
    };
    if let Err(error) = done {
        tracing::warn!(%error, "no space could be kept back on the disk");
    }
}

/// The server's shared state.
#[derive(Clone)]
pub struct App(Arc<Shared>);

struct Shared {
    config: Config,
    folder: DataFolder,
    server: Arc<ServerStore>,
    keys: Arc<KeyStore>,
    signing: SigningKey,
    device: DeviceId,
    opening: [u8; 8],
    campaigns: Campaigns,
    clock: Clock,
    pool: Pool,
    /// Where passwords are hashed: one at a time of strangers, and one of known browsers.
    strangers: Pool,
    known: Pool,
    engines: Mutex<HashMap<CampaignId, Arc<Engine>>>,
    /// Campaigns whose files did not open, when and why.
    damaged: Mutex<BTreeMap<CampaignId, (TimestampMs, String)>>,
    device_sessions: DeviceSessions,
    attempts: Attempts,
    passkeys: Passkeys,
    gate: OnceLock<Gate>,
    parts: Mutex<HashMap<TypeId, Arc<dyn Any + Send + Sync>>>,
    endings: broadcast::Sender<Ending>,
}

impl App {
    /// Opens the stores of a data folder that `init` made.
    pub fn open(config: Config, master: &MasterKey, clock: Clock) -> Result<Self, StoreError> {
        let folder = DataFolder::new(&config.data);
        keep_space_back(&folder);
        let server = Arc::new(ServerStore::open(&folder.server_db())?);
        let keys = Arc::new(KeyStore::open(&folder.keys_db(), master)?);
        let (audit_key, drawn_now) = keys.audit_key()?;
        server.keep_audit_under(audit_key, drawn_now)?;
        let campaigns = Campaigns::new(folder.clone(), server.clone(), keys.clone());
        moving::clear_arrival(&campaigns)?;
        Ok(Self(Arc::new(Shared {
            signing: keys.signing_key()?,
            device: server.server_device()?,
            opening: random()?,
            campaigns,
            passkeys: Passkeys::at(&config.public_url),
            config,
            folder,
            server,
            keys,
            clock,
            pool: Pool::sized_for_this_machine(),
            strangers: Pool::with_queue(1, PASSWORDS_WAITING),
            known: Pool::with_queue(1, PASSWORDS_WAITING),
            engines: Mutex::default(),
            damaged: Mutex::default(),
            device_sessions: DeviceSessions::default(),
            attempts: Attempts::default(),
            gate: OnceLock::new(),
            parts: Mutex::default(),
            endings: broadcast::Sender::new(ENDINGS_KEPT),
        })))
    }

    /// Free space where the data are, where the system tells.
    pub fn free_bytes(&self) -> Option<u64> {
        free_bytes(&self.0.folder)
    }

    /// Whether there is room to take work in; the writers of all open campaigns are told.
    pub fn look_at_the_disk(&self) -> bool {
        let reserve = Reserve::new(self.0.folder.reserve());
        // The reserve is taken back only where enough is left beside it: a disk with just the
        // space that was given up stays shut to new work and open to exports and purges.
        let needed = LEAST_FREE_BYTES + reserve.lacks_bytes();
        let free = self.free_bytes().is_none_or(|free| free >= needed);
        let room = free && reserve.hold().unwrap_or(false);
        if !room && let Err(error) = reserve.give_up() {
            tracing::error!(%error, "the reserve was not given up");
        }
        for engine in self.open_engines() {
            engine.disk_has_room(room);
        }
        room
    }

    /// What this run was told.
    pub fn config(&self) -> &Config {
        &self.0.config
    }

    /// Where each file is.
    pub fn folder(&self) -> &DataFolder {
        &self.0.folder
    }

    /// The background map that a city supplied.
    pub fn tiles(&self) -> TileStore {
        TileStore::new(self.0.folder.tiles())
    }

    /// Accounts, devices, codes, audit.
    pub fn server(&self) -> &ServerStore {
        &self.0.server
    }

    /// Keys.
    pub fn keys(&self) -> &KeyStore {
        &self.0.keys
    }

    /// The server's key: it signs receipts.
    pub fn signing(&self) -> &SigningKey {
        &self.0.signing
    }

    /// Campaigns on disk.
    pub fn campaigns(&self) -> &Campaigns {
        &self.0.campaigns
    }

    /// Where the time comes from.
    pub fn clock(&self) -> &Clock {
        &self.0.clock
    }

    /// Tablets' read tokens.
    pub fn device_sessions(&self) -> &DeviceSessions {
        &self.0.device_sessions
    }

    /// Attempts to log in or enrol.
    pub fn attempts(&self) -> &Attempts {
        &self.0.attempts
    }

    /// Passkeys that are being made, or asked for.
    pub fn passkeys(&self) -> &Passkeys {
        &self.0.passkeys
    }

    /// How long ago the last copy was made; none without one.
    pub fn backup_age_ms(&self, now: TimestampMs) -> Option<TimestampMs> {
        let told = self.server().setting("last_backup").ok()??;
        let at: jiff::Timestamp = String::from_utf8(told).ok()?.parse().ok()?;
        Some((now - at.as_millisecond()).max(0))
    }

    /// The bounded pool.
    pub fn pool(&self) -> &Pool {
        &self.0.pool
    }

    /// Looks at a password: 64 MiB and a processor for a while, so never on the tablets' pool, and one
    /// at a time. A browser that is known does not wait behind strangers.
    pub async fn hashing<T: Send + 'static>(
        &self,
        is_known: bool,
        work: impl FnOnce(App) -> T + Send + 'static,
    ) -> Result<T, PoolError> {
        let app = self.clone();
        let pool = if is_known {
            &self.0.known
        } else {
            &self.0.strangers
        };
        pool.run(move || work(app)).await
    }

    /// Does blocking work on the bounded pool.
    pub async fn blocking<T: Send + 'static>(
        &self,
        work: impl FnOnce(App) -> T + Send + 'static,
    ) -> Result<T, PoolError> {
        let app = self.clone();
        self.0.pool.run(move || work(app)).await
    }

    /// The campaign, opened at its first use.
    pub fn engine(&self, campaign: CampaignId) -> Result<Arc<Engine>, StoreError> {
        let mut engines = self
            .0
            .engines
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        if let Some(engine) = engines.get(&campaign) {
            return Ok(engine.clone());
        }
        let now = self.0.clock.now();
        if let Some((at, cause)) = self.damaged().get(&campaign)
            && now - at < DAMAGE_LOOKED_AT_EVERY_MS
        {
            let cause = cause.clone();
            return Err(StoreError::DamagedCampaign { cause });
        }
        let engine = match self.open_engine(campaign) {
            Ok(engine) => Arc::new(engine),
            Err(error) if error.is_damage() => {
                tracing::error!(%error, %campaign, "a campaign's files are damaged");
                let cause = error.to_string();
                self.damaged().insert(campaign, (now, cause.clone()));
                return Err(StoreError::DamagedCampaign { cause });
            }
            Err(error) => return Err(error),
        };
        self.damaged().remove(&campaign);
        engines.insert(campaign, engine.clone());
        Ok(engine)
    }

    /// Campaigns whose files did not open in this run, and why.
    pub fn damaged_campaigns(&self) -> BTreeMap<CampaignId, String> {
        let damaged = self.damaged();
        let causes = damaged.iter();
        causes
            .map(|(id, (_, cause))| (*id, cause.clone()))
            .collect()
    }

    fn damaged(&self) -> MutexGuard<'_, BTreeMap<CampaignId, (TimestampMs, String)>> {
        let damaged = &self.0.damaged;
        damaged.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn open_engine(&self, campaign: CampaignId) -> Result<Engine, StoreError> {
        Engine::new(EngineParts {
            open: self.0.campaigns.open(campaign)?,
            keys: self.0.keys.clone(),
            server: self.0.server.clone(),
            signing: self.0.signing.clone(),
            gate: *self
                .0
                .gate
                .get_or_init(|| maraude_core::gate::admit_under_actors),
            device: self.0.device,
            opening: self.0.opening,
            clock: self.0.clock.clone(),
            single_copy_accepted: self.0.config.single_copy_accepted,
        })
    }

    /// Stands another gate before documents opened from now on: tests plant faults with it.
    #[cfg(any(test, feature = "fault-points"))]
    pub fn set_gate(&self, gate: Gate) {
        self.0
            .gate
            .set(gate)
            .expect("set before any campaign is opened");
    }

    /// Campaigns that are open in this run.
    pub fn open_engines(&self) -> Vec<Arc<Engine>> {
        let engines = self
            .0
            .engines
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        engines.values().cloned().collect()
    }

    /// Creates a campaign and writes its plan. Blocks: call it from the pool.
    pub fn create_campaign(&self, plan: &Campaign) -> Result<Arc<Engine>, EngineError> {
        self.0.campaigns.create(plan.id, self.0.clock.now())?;
        let engine = self.engine(plan.id)?;
        let name = DocumentName::Plan { campaign: plan.id };
        engine.author(&name, |w| w.put_campaign(plan))?;
        Ok(engine)
    }

    /// Something a part of the server shares of its own, made at its first use: views, layers...
    pub fn part<T: Any + Send + Sync>(&self, make: impl FnOnce(&App) -> T) -> Arc<T> {
        let key = TypeId::of::<T>();
        let found = self.parts().get(&key).cloned();
        let part = found.unwrap_or_else(|| {
            let made: Arc<dyn Any + Send + Sync> = Arc::new(make(self));
            self.parts().entry(key).or_insert(made).clone()
        });
        part.downcast()
            .expect("a part is kept under its own type's key")
    }

    fn parts(&self) -> MutexGuard<'_, HashMap<TypeId, Arc<dyn Any + Send + Sync>>> {
        self.0.parts.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
