//! A small campaign on a server of our own, in this process, with a virtual clock.
//!
//! Two sectors side by side, two teams, each sent to its sector. Everything is invented.

mod campaigning;

pub use campaigning::Campaigning;

use crate::real_server::copy_files;
use crate::tablet::SimulatedTablet;
use anyhow::{Context, Result};
use ed25519_dalek::SigningKey;
use maraude_core::document::{DocumentName, document_id, read_round};
use maraude_core::model::{
    Campaign, CampaignId, CampaignKind, CampaignMode, CampaignState, DeviceId, Issue, Round,
    TimestampMs,
};
use maraude_core::sync::{SyncAnswer, SyncRequest, enrol_signed_bytes, normalise_code};
use maraude_server::app::{App, PurgeAnswer, PurgeWish};
use maraude_server::auth::{EnrolOffer, redeem_code};
use maraude_server::config::{Clock, Config};
use maraude_server::geolocation::LiveView;
use maraude_server::http::router;
use maraude_server::maintenance::Certificate;
use maraude_server::store::{DataFolder, LayerStore, MasterKey, Tombstone};
use maraude_server::sync::{Engine, Exchange, Gate, Pool, exchange};
use std::collections::BTreeMap;
use std::net::{SocketAddr, TcpListener};
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;
use tempfile::TempDir;

/// 2026-01-22T21:00:00Z: 22:00 in Montpellier.
pub const TEN_PM: TimestampMs = 1_769_115_600_000;
/// The coordinator's account of the simulated world.
pub const COORDINATOR: &str = "coordination";
/// Its password.
pub const PASSWORD: &str = "une-nuit-sans-nom";

/// Files of a data folder by name, with their bytes.
pub type LeftFiles = BTreeMap<String, Vec<u8>>;

/// A server in this process, with a clock that only a test moves.
pub struct World {
    /// The invented campaign.
    pub plan: Campaigning,
    /// Where it listens.
    pub base: String,
    /// Its clock.
    pub clock: Clock,
    app: App,
    master: MasterKey,
    runtime: tokio::runtime::Runtime,
    folder: TempDir,
    tablets: u64,
}

impl World {
    /// A fresh server and its campaign, at ten in the evening.
    pub fn new() -> Result<Self> {
        Self::over(tempfile::tempdir()?, None)
    }

    /// The same, behind a gate with a fault planted on purpose.
    pub fn behind(gate: Gate) -> Result<Self> {
        Self::over(tempfile::tempdir()?, Some(gate))
    }

    /// The same, on a disk of a test's choice.
    pub fn new_in(disk: &Path) -> Result<Self> {
        Self::over(tempfile::tempdir_in(disk)?, None)
    }

    fn over(folder: TempDir, gate: Option<Gate>) -> Result<Self> {
        let data = folder.path().join("data");
        DataFolder::new(&data).create()?;
        let master = MasterKey::draw()?;
        let clock = Clock::manual(TEN_PM);
        let app = App::open(Config::local(&data), &master, clock.clone())?;
        if let Some(gate) = gate {
            app.set_gate(gate);
        }
        let plan = Campaigning::prepare(&app)?;
        Self::served(folder, master, clock, app, plan)
    }

    /// A server over files that an earlier one left: its data folder and its master key, the
    /// campaign this module's own.
    pub fn found(
        files: &BTreeMap<String, Vec<u8>>,
        master: &[u8],
        now: TimestampMs,
    ) -> Result<Self> {
        let folder = tempfile::tempdir()?;
        let data = folder.path().join("data");
        DataFolder::new(&data).create()?;
        for (name, bytes) in files {
            let path = data.join(name);
            std::fs::create_dir_all(path.parent().context("a file in a folder")?)?;
            std::fs::write(path, bytes)?;
        }
        let key = folder.path().join("master.key");
        std::fs::write(&key, master)?;
        std::fs::set_permissions(&key, std::fs::Permissions::from_mode(0o600))?;
        let master = MasterKey::load(&key)?;
        let clock = Clock::manual(now);
        let app = App::open(Config::local(&data), &master, clock.clone())?;
        let plan = Campaigning::invented()?;
        Self::served(folder, master, clock, app, plan)
    }

    /// Stops the server; its files as [`World::found`] takes them, and its master key.
    pub fn left_behind(self) -> Result<(LeftFiles, Vec<u8>)> {
        let data = self.app.config().data.clone();
        self.runtime.shutdown_timeout(Duration::from_secs(5));
        drop(self.app);
        let key = self.folder.path().join("master.key");
        self.master.save(&key, &data)?;
        let log = DataFolder::new(&data).log_db(self.plan.campaign);
        let mut files = BTreeMap::new();
        let bases = [data.join("keys.db"), data.join("server.db"), log];
        // What a process that was not let finish leaves in a write-ahead log is part of it.
        let logs = bases.iter().map(|base| base.with_extension("db-wal"));
        let logs: Vec<_> = logs.filter(|log| log.exists()).collect();
        for path in bases.iter().chain(&logs) {
            let name = path.strip_prefix(&data)?.to_string_lossy().into_owned();
            files.insert(name, std::fs::read(path)?);
        }
        Ok((files, std::fs::read(key)?))
    }

    fn served(
        folder: TempDir,
        master: MasterKey,
        clock: Clock,
        app: App,
        plan: Campaigning,
    ) -> Result<Self> {
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(2)
            .enable_all()
            .build()?;
        let base = serve(&runtime, &app)?;
        Ok(Self {
            plan,
            base,
            clock,
            app,
            master,
            runtime,
            folder,
            tablets: 0,
        })
    }

    /// What the server does every few seconds: whether there is room to take work in.
    pub fn look_at_the_disk(&self) -> bool {
        self.app.look_at_the_disk()
    }

    /// One more campaign, over and locked.
    pub fn locked_campaign(&self, number: u8) -> Result<CampaignId> {
        let id = CampaignId::from_random([100 + number; 16]);
        let name = format!("Nuit passée {number}");
        let (kind, mode) = (CampaignKind::NightCount, CampaignMode::Exercise);
        let mut plan = Campaign::prepare(id, name, kind, mode);
        plan.nights = vec![self.plan.night];
        plan.state = CampaignState::Locked;
        self.app.create_campaign(&plan)?;
        Ok(id)
    }

    /// Purges it, at once; what the server certifies.
    pub fn purge(&self, campaign: CampaignId) -> Result<Certificate> {
        let plan = self.app.engine(campaign)?.plan()?;
        let named = plan.campaign.as_ref().context("a campaign with a plan")?;
        let wish = PurgeWish {
            campaign,
            confirmation: named.name.clone(),
            author: COORDINATOR.to_owned(),
            reason: "la place manque sur le disque".to_owned(),
            without_notice: true,
        };
        let PurgeAnswer::Done(signed) = self.app.end_campaign(&wish)? else {
            anyhow::bail!("notice was given instead");
        };
        let key = self.app.signing().verifying_key();
        signed.open(&key).context("the certificate is not signed")
    }

    /// The server's shared state.
    pub fn app(&self) -> &App {
        &self.app
    }

    /// Erases the round a team walks.
    pub fn erase_round(&self, team: usize) -> Result<()> {
        let name = DocumentName::Round {
            key: self.plan.round(team),
        };
        Ok(self.engine()?.erase(&Tombstone {
            document: document_id(&name),
            at: self.clock.now(),
            reason: "opposition".to_owned(),
            successor: None,
        })?)
    }

    /// Whether something was written down in the audit.
    pub fn audited(&self, action: &str) -> bool {
        let rows = self.app.server().audit(1_000).unwrap_or_default();
        rows.iter().any(|row| row.action == action)
    }

    /// The campaign's engine.
    pub fn engine(&self) -> Result<Arc<Engine>> {
        Ok(self.app.engine(self.plan.campaign)?)
    }

    /// A tablet of a team, enrolled, with the plan.
    pub fn tablet(&mut self, team: usize) -> Result<SimulatedTablet> {
        self.tablets += 1;
        let label = format!("T{}", self.tablets);
        let code = self.plan.code(&self.app, &label, team)?;
        SimulatedTablet::enrolled(&self.base, &code, self.tablets, self.clock.now())
    }

    /// A code for a tablet of a team.
    pub fn code(&mut self, team: usize) -> Result<String> {
        self.tablets += 1;
        let label = format!("T{}", self.tablets);
        self.plan.code(&self.app, &label, team)
    }

    /// A tablet is revoked, as the console and the command do it.
    pub fn revoke(&self, device: DeviceId) -> Result<()> {
        self.app.revoke(device, "command")?;
        Ok(())
    }

    /// Enrols a key; `sign` proves its possession.
    pub fn enrol_key(
        &mut self,
        team: usize,
        sign: impl FnOnce(&[u8]) -> [u8; 64],
        key: &SigningKey,
    ) -> Result<DeviceId> {
        self.tablets += 1;
        let label = format!("T{}", self.tablets);
        let code = self.plan.code(&self.app, &label, team)?;
        let normalised = normalise_code(&code).context("a code the server issued")?;
        let offer = EnrolOffer {
            code,
            verifying_key: key.verifying_key().to_bytes(),
            proof: sign(&enrol_signed_bytes(&normalised)),
            app_version: "1".to_owned(),
        };
        let (device, _) = redeem_code(self.app.server(), &offer, self.clock.now())?;
        Ok(device.device.id)
    }

    /// The public key envelopes are sealed to.
    pub fn campaign_key(&self) -> Result<[u8; 32]> {
        Ok(self.app.keys().campaign_public(self.plan.campaign)?)
    }

    /// An exchange of an enrolled tablet, without a socket.
    pub fn exchange(&self, device: DeviceId, request: SyncRequest) -> Result<SyncAnswer> {
        let carrier = self.app.server().device(device)?;
        let asked = Exchange {
            carrier: carrier.context("an enrolled tablet")?,
            may_read: true,
            request,
        };
        let answered = exchange(self.engine()?, self.app.pool().clone(), asked);
        Ok(self.runtime.block_on(answered)?)
    }

    /// The server's clock goes on until a tablet's.
    pub fn catch_up_with(&self, tablet: &SimulatedTablet) {
        self.clock.advance((tablet.now() - self.clock.now()).max(0));
    }

    /// The server stops and starts again, elsewhere.
    pub fn restart(&mut self) -> Result<()> {
        self.restart_over(|_| Ok(()))
    }

    /// The server stops, a copy of the campaign's log is put aside, and it starts again.
    pub fn copy_log(&mut self) -> Result<()> {
        let aside = self.folder.path().join("copy");
        self.restart_over(|log| copy_files(log, &aside))
    }

    /// The server stops, the copy takes the log's place where there is one, and it starts again.
    pub fn put_log_back(&mut self) -> Result<bool> {
        let aside = self.folder.path().join("copy");
        let there = aside.exists();
        if there {
            self.restart_over(|log| copy_files(&aside, log))?;
        }
        Ok(there)
    }

    fn restart_over(&mut self, between: impl FnOnce(&Path) -> Result<()>) -> Result<()> {
        let data = self.app.config().data.clone();
        let old = std::mem::replace(
            &mut self.runtime,
            tokio::runtime::Builder::new_multi_thread()
                .worker_threads(2)
                .enable_all()
                .build()?,
        );
        old.shutdown_timeout(Duration::from_secs(5));
        // The new one opens no campaign before it is asked for: the old one has let go of the log.
        self.app = App::open(Config::local(&data), &self.master, self.clock.clone())?;
        between(&self.app.folder().campaign(self.plan.campaign))?;
        self.base = serve(&self.runtime, &self.app)?;
        Ok(())
    }

    /// The power goes: `left` makes the folder that the server finds when it starts again, at the
    /// same address.
    pub fn lose_power(&mut self, left: impl FnOnce(&Path) -> Result<()>) -> Result<()> {
        let former = self.app.config().data.clone();
        let mut number = self.tablets;
        let next = loop {
            number += 1;
            let next = self.folder.path().join(format!("data-{number}"));
            if !next.exists() && next != former {
                break next;
            }
        };
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(2)
            .enable_all()
            .build()?;
        let old = std::mem::replace(&mut self.runtime, runtime);
        old.shutdown_timeout(Duration::from_secs(5));
        left(&next)?;
        self.app = App::open(Config::local(&next), &self.master, self.clock.clone())?;
        std::fs::remove_dir_all(&former)?;
        let port = self.base.rsplit(':').next().context("a port")?.parse()?;
        self.base = serve_at(&self.runtime, &self.app, port)?;
        Ok(())
    }

    /// The pool the server works on.
    pub fn pool(&self) -> Pool {
        self.app.pool().clone()
    }

    /// Waits for something on the server's runtime.
    pub fn block_on<T>(&self, work: impl Future<Output = T>) -> T {
        self.runtime.block_on(work)
    }

    /// Where its files are.
    pub fn data(&self) -> &Path {
        &self.app.config().data
    }

    /// The round a team walks, as the server's log reads.
    pub fn round(&self, team: usize) -> Result<(Round, Vec<Issue>)> {
        let name = DocumentName::Round {
            key: self.plan.round(team),
        };
        let document = self.engine()?.document(&name)?;
        Ok(read_round(&document, document_id(&name)))
    }

    /// A view of its own over the log, without layers, in its own folder.
    pub fn view(&self, name: &str) -> Result<LiveView> {
        Ok(LiveView::open(
            self.plan.campaign,
            self.engine()?.log().clone(),
            Arc::new(LayerStore::in_memory()?),
            &self.folder.path().join(name),
        )?)
    }
}

/// Listens on a port of its own; gives the address.
fn serve(runtime: &tokio::runtime::Runtime, app: &App) -> Result<String> {
    serve_at(runtime, app, 0)
}

fn serve_at(runtime: &tokio::runtime::Runtime, app: &App, port: u16) -> Result<String> {
    let listener = TcpListener::bind(SocketAddr::from(([127, 0, 0, 1], port)))?;
    listener.set_nonblocking(true)?;
    let port = listener.local_addr()?.port();
    let service = router(app.clone());
    let listener = {
        let _inside = runtime.enter();
        tokio::net::TcpListener::from_std(listener)?
    };
    runtime.spawn(async move { axum::serve(listener, service).await });
    Ok(format!("http://127.0.0.1:{port}"))
}
