//! The real engine over the real log, which may die at each append.

use super::super::world::{Campaigning, TEN_PM};
use super::mortal_log::{Fate, MortalLog};
use anyhow::{Context, Result, ensure};
use ed25519_dalek::SigningKey;
use maraude_core::document::{ChangeHash, Document, DocumentName, document_id};
use maraude_core::gate::{admit, admit_under_actors};
use maraude_core::model::{DeviceId, DocumentId, TimestampMs};
use maraude_core::sync::{WipeOrder, WipeReason, decode_request, encode_answer};
use maraude_server::app::App;
use maraude_server::config::{Clock, Config};
use maraude_server::maintenance::{PurgeOrder, Purger};
use maraude_server::store::{
    Batch, Campaigns, DataFolder, KeyStore, Log, LogPosition, LogWriter, MasterKey,
    NewEnrolmentRow, OpenCampaign, Redemption, Reserve, ServerStore, SqliteLog, StoredDocument,
    Tombstone,
};
use maraude_server::sync::{Engine, EngineParts, Exchange, Pool, exchange};
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use tempfile::TempDir;

/// A fault planted on purpose: the checks must find it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    /// What is appended is told as done, and reaches the disk only with the next append.
    AcknowledgesBeforeStoring,
    /// A purge removes the campaign's files and leaves its keys.
    KeepsTheKeys,
    /// A tablet obeys an order to destroy what it holds, whoever signed it.
    ObeysAnybody,
    /// A tablet that starts over an older copy of its files goes on under a name used before.
    DrawsNoActor,
    /// Work of a revoked tablet is let in as any other.
    ForgetsRevocation,
}

/// Why there is no answer.
pub(super) enum Refusing {
    /// It lives, and takes nothing in.
    Busy,
    /// It died.
    Dead,
    /// The campaign was purged: its order to destroy what the tablet holds.
    Gone(Vec<u8>),
}

/// Tablets that are enrolled.
const DEVICES: usize = 8;

/// What every schedule starts from: files, and the key they are under.
struct Template {
    folder: TempDir,
    master: MasterKey,
    plan: Campaigning,
}

pub(super) struct Server {
    template: &'static Template,
    folder: TempDir,
    keys: Arc<KeyStore>,
    store: Arc<ServerStore>,
    fate: Arc<Mutex<Fate>>,
    fault: Option<Fault>,
    pub(super) clock: Clock,
    engine: Option<Arc<Engine>>,
    runtime: tokio::runtime::Runtime,
    pool: Pool,
    openings: u64,
    seed: u64,
    purged_at: Option<TimestampMs>,
}

/// In memory where the system has a place for it: the death of a process is simulated, not that of
/// the disk.
fn folder() -> Result<TempDir> {
    let memory = Path::new("/dev/shm");
    Ok(if memory.is_dir() {
        tempfile::tempdir_in(memory)?
    } else {
        tempfile::tempdir()?
    })
}

fn template() -> Result<&'static Template> {
    static MADE: OnceLock<Option<Template>> = OnceLock::new();
    let made = MADE.get_or_init(|| make_template().ok());
    made.as_ref().context("no campaign could be prepared")
}

fn make_template() -> Result<Template> {
    let folder = folder()?;
    let data = folder.path().join("data");
    DataFolder::new(&data).create()?;
    let master = MasterKey::draw()?;
    let app = App::open(Config::local(&data), &master, Clock::manual(TEN_PM))?;
    let plan = Campaigning::prepare(&app)?;
    for place in 0..DEVICES {
        let (device, signing) = Server::device(place);
        let code = [place as u8; 32];
        app.server().add_enrolment(&NewEnrolmentRow {
            code,
            link: [100 + place as u8; 32],
            campaign: plan.campaign,
            label: format!("T{place}"),
            team: Some(plan.teams[place % 2]),
            organisation: None,
            accepted: true,
            created_at: 0,
            expires_at: TimestampMs::MAX,
        })?;
        app.server().redeem(&Redemption {
            secret: code,
            device,
            verifying_key: signing.verifying_key().to_bytes(),
            upload_token: code,
            app_version: "1".to_owned(),
            at: 1,
        })?;
    }
    drop(app);
    Ok(Template {
        folder,
        master,
        plan,
    })
}

impl Server {
    pub(super) fn new(seed: u64, fault: Option<Fault>) -> Result<Self> {
        let template = template()?;
        let folder = folder()?;
        let campaign = template.plan.campaign;
        let from = DataFolder::new(template.folder.path().join("data"));
        let data = DataFolder::new(folder.path().join("data"));
        data.create()?;
        data.create_campaign(campaign)?;
        std::fs::copy(from.keys_db(), data.keys_db())?;
        std::fs::copy(from.server_db(), data.server_db())?;
        std::fs::copy(from.log_db(campaign), data.log_db(campaign))?;
        let keys = KeyStore::open(&data.keys_db(), &template.master)?;
        let store = ServerStore::open(&data.server_db())?;
        let mut server = Self {
            template,
            folder,
            keys: Arc::new(keys),
            store: Arc::new(store),
            fate: Arc::default(),
            fault,
            clock: Clock::manual(TEN_PM),
            engine: None,
            runtime: tokio::runtime::Builder::new_current_thread().build()?,
            pool: Pool::new(1),
            openings: 0,
            seed,
            purged_at: None,
        };
        server.start()?;
        Ok(server)
    }

    pub(super) fn device(place: usize) -> (DeviceId, SigningKey) {
        let signing = SigningKey::from_bytes(&[60 + place as u8; 32]);
        (DeviceId::from_random([30 + place as u8; 16]), signing)
    }

    pub(super) fn fault(&self) -> Option<Fault> {
        self.fault
    }

    pub(super) fn is_purged(&self) -> bool {
        self.purged_at.is_some()
    }

    pub(super) fn plan(&self) -> &'static Campaigning {
        &self.template.plan
    }

    pub(super) fn campaign_key(&self) -> [u8; 32] {
        let key = self.keys.campaign_public(self.plan().campaign);
        key.expect("the campaign was created")
    }

    pub(super) fn server_key(&self) -> [u8; 32] {
        let signing = self.keys.signing_key().expect("the keys were made");
        signing.verifying_key().to_bytes()
    }

    fn data(&self) -> DataFolder {
        DataFolder::new(self.folder.path().join("data"))
    }

    fn path(&self) -> PathBuf {
        self.data().log_db(self.plan().campaign)
    }

    /// Starts over what the disk holds.
    pub(super) fn start(&mut self) -> Result<()> {
        self.engine = None;
        *self.fate() = Fate::default();
        self.openings += 1;
        let inner = SqliteLog::open(&self.path(), self.plan().campaign, self.keys.clone())?;
        let log: Arc<dyn Log> = Arc::new(MortalLog {
            inner,
            fate: self.fate.clone(),
            fault: self.fault,
        });
        let reserve = Reserve::new(self.data().reserve());
        let writer = LogWriter::start(log.clone(), reserve)?;
        let mut opening = self.seed.to_be_bytes();
        opening[0] = self.openings as u8;
        self.engine = Some(Arc::new(Engine::new(EngineParts {
            open: OpenCampaign { log, writer },
            keys: self.keys.clone(),
            server: self.store.clone(),
            signing: self.keys.signing_key()?,
            gate: admit_under_actors,
            device: self.store.server_device()?,
            opening,
            clock: self.clock.clone(),
            single_copy_accepted: false,
        })?));
        Ok(())
    }

    fn fate(&self) -> std::sync::MutexGuard<'_, Fate> {
        self.fate.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn engine(&self) -> &Arc<Engine> {
        self.engine
            .as_ref()
            .expect("started at the beginning and after each death")
    }

    pub(super) fn log(&self) -> &Arc<dyn Log> {
        self.engine().log()
    }

    /// The next append is the last: it does not reach the disk, or reaches it and nobody hears.
    pub(super) fn die_at_next_append(&mut self, after: bool) {
        self.fate().dies = Some(after);
    }

    /// No more deaths.
    pub(super) fn calm(&mut self) {
        self.fate().dies = None;
    }

    /// One exchange, from bytes to bytes.
    pub(super) fn exchange(
        &mut self,
        device: DeviceId,
        body: &[u8],
    ) -> Result<Result<Vec<u8>, Refusing>> {
        if let Some(at) = self.purged_at {
            return Ok(Err(Refusing::Gone(self.gone(device, at)?)));
        }
        let request = decode_request(body)?;
        let carrier = self.store.device(device)?.context("an enrolled tablet")?;
        let asked = Exchange {
            may_read: !carrier.is_revoked(),
            carrier,
            request,
        };
        let answered = exchange(self.engine().clone(), self.pool.clone(), asked);
        let answered = self.runtime.block_on(answered);
        // What nobody waits for, a contact alone, is written now: the schedule is the seed's.
        let drained = self.engine().submit(Batch::default());
        if let Ok(drained) = drained {
            // A log that died says so below.
            let _ = drained.wait();
        }
        let dead = self.fate().dead;
        Ok(match answered {
            _ if dead => Err(Refusing::Dead),
            Ok(answer) => Ok(encode_answer(&answer)),
            Err(_) => Err(Refusing::Busy),
        })
    }

    /// What a tablet hears once its campaign is purged.
    fn gone(&self, device: DeviceId, at: TimestampMs) -> Result<Vec<u8>> {
        let campaign = self.plan().campaign;
        let key = self.keys.signing_key()?;
        let order = WipeOrder::sign(WipeReason::Purged, campaign, device, at, &key);
        let problem = serde_json::json!({ "code": "campaign-gone", "wipe_order": order });
        Ok(serde_json::to_vec(&problem)?)
    }

    /// The campaign is purged, by the server's own purger; where it dies in the middle, its next
    /// start goes on.
    pub(super) fn purge(&mut self, dies: bool) -> Result<()> {
        let (campaign, now) = (self.plan().campaign, self.clock.now());
        let campaigns = Campaigns::new(self.data(), self.store.clone(), self.keys.clone());
        let (signing, runtime) = (self.keys.signing_key()?, self.folder.path().join("run"));
        let purger = Purger {
            campaigns: &campaigns,
            runtime: &runtime,
            signing: &signing,
        };
        let order = PurgeOrder {
            campaign,
            name: "Nuit d'essai".to_owned(),
            author: "date".to_owned(),
            reason: "the date fixed for the campaign".to_owned(),
            now,
        };
        self.engine().disk_has_room(false);
        let log = self.log().clone();
        let residue = purger.begin(order, &*log)?;
        drop(log);
        self.engine = None;
        self.purged_at = Some(now);
        if self.fault == Some(Fault::KeepsTheKeys) {
            std::fs::remove_dir_all(self.data().campaign(campaign))?;
            return Ok(());
        }
        purger.finish(campaign, (!dies).then_some(&residue), now)?;
        Ok(())
    }

    /// Nothing of a purged campaign can be read: not here, and not in an older copy of its log that
    /// somebody puts back.
    pub(super) fn is_purged_for_good(&self) -> Result<bool> {
        let copy = self.folder.path().join("copy.db");
        if self.path().exists() {
            return Ok(false);
        }
        if !copy.exists() {
            return Ok(true);
        }
        let keys = KeyStore::open(&self.data().keys_db(), &self.template.master)?;
        let Ok(log) = SqliteLog::open(&copy, self.plan().campaign, Arc::new(keys)) else {
            return Ok(true);
        };
        let reads = |stored: &StoredDocument| {
            let changes = log.changes(stored.document);
            changes.is_ok_and(|changes| !changes.is_empty())
        };
        Ok(!log.documents()?.iter().any(reads))
    }

    /// Where the log ends.
    pub(super) fn end(&self) -> Result<LogPosition> {
        Ok(self.log().last_position()?)
    }

    /// A change of this tablet that came into the log after this position.
    pub(super) fn took_in_after(&self, device: DeviceId, position: LogPosition) -> Result<bool> {
        let later = self.log().since(position, usize::from(u16::MAX))?;
        Ok(later.iter().any(|stored| stored.change.device == device))
    }

    /// A copy of the log is put aside.
    pub(super) fn copy(&mut self) -> Result<()> {
        self.engine = None;
        std::fs::copy(self.path(), self.folder.path().join("copy.db"))?;
        self.start()
    }

    /// The last copy takes the log's place, where there is one.
    pub(super) fn restore(&mut self) -> Result<bool> {
        let copy = self.folder.path().join("copy.db");
        if !copy.exists() {
            return Ok(false);
        }
        self.engine = None;
        std::fs::copy(copy, self.path())?;
        self.start()?;
        Ok(true)
    }

    pub(super) fn revoke(&self, device: DeviceId) -> Result<()> {
        if self.fault != Some(Fault::ForgetsRevocation) {
            self.store.revoke_device(device, self.clock.now())?;
        }
        Ok(())
    }

    pub(super) fn is_revoked(&self, device: DeviceId) -> Result<bool> {
        Ok(self
            .store
            .device(device)?
            .is_some_and(|stored| stored.is_revoked()))
    }

    pub(super) fn erase(&self, name: &DocumentName) -> Result<()> {
        self.engine().erase(&Tombstone {
            document: document_id(name),
            at: self.clock.now(),
            reason: "opposition".to_owned(),
            successor: None,
        })?;
        Ok(())
    }

    pub(super) fn document(&self, name: &DocumentName) -> Result<Document> {
        Ok(self.engine().document(name)?)
    }

    /// Changes of a document that are in the log, or kept aside with their bytes.
    pub(super) fn holds(&self, document: DocumentId) -> Result<BTreeSet<ChangeHash>> {
        let stored = self.log().changes(document)?;
        let mut held: BTreeSet<ChangeHash> = stored
            .iter()
            .map(|stored| ChangeHash(stored.change.hash))
            .collect();
        for kept in self.log().quarantine(0, usize::from(u16::MAX))? {
            let change = maraude_core::gate::hash_of_change(&kept.item.bytes);
            held.extend(change.filter(|_| kept.item.document == Some(document)));
        }
        Ok(held)
    }

    /// The log passes its own checks, and every change in it passes the gate again.
    pub(super) fn check(&self) -> Result<()> {
        let mut last = 0;
        for stored in self.log().since(0, usize::from(u16::MAX))? {
            ensure!(stored.position > last, "positions do not grow");
            last = stored.position;
        }
        let limits = maraude_core::gate::GateLimits::default();
        for stored in self.log().documents()? {
            let mut again = Document::new(maraude_core::document::Actor::new(
                DeviceId::from_random([1; 16]),
                [0; 8],
            ));
            for change in self.log().changes(stored.document)? {
                let kind = stored.name.kind();
                let changes = [change.change.bytes];
                let author = change.change.device;
                let admission = admit(&mut again, kind, &changes, author, true, &limits);
                let refused = admission.refused.first();
                ensure!(
                    refused.is_none(),
                    "the log holds what the gate refuses: {refused:?}"
                );
            }
        }
        Ok(())
    }
}
