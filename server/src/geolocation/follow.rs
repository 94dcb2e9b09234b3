//! Keeps a campaign's view at the log's position: applies what was committed, then resolves the
//! place of what changed. One thread per open campaign.
//!
//! It must never hold back the log: a view that falls behind catches up from the log, and one
//! that is damaged is rebuilt beside the old one. `http`, publication and review read through it.

use super::gazetteer::{Versions, gazetteer_versions, make_gazetteer};
use super::ground::{AreaLayers, Ground, Named, load_layers};
use super::placing::{place_rounds, street_rows};
use super::view_files::{files_of, newest_view, remove_others, view_file};
use crate::projection::{SourceDocument, Touched, View, ViewError};
use crate::store::{Committed, LayerStore, LayerStoreError, Log, LogPosition};
use crate::sync::{Custody, Engine};
use maraude_core::model::{CampaignId, CampaignState, DocumentId};
use std::collections::{BTreeMap, BTreeSet};
use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError, RwLock};
use std::time::Duration;
use tokio::sync::broadcast::error::{RecvError, TryRecvError};
use tokio::sync::{broadcast, watch};

/// How long a reader waits for the view to hold what the log held when it asked.
const CATCH_UP_PATIENCE: Duration = Duration::from_secs(3);

/// How often it is looked whether somebody still reads a view that goes.
const READERS_LOOKED_AT: u32 = 300;

/// Between two looks.
const READERS_LOOKED_AT_EVERY: Duration = Duration::from_millis(10);

/// Documents read from the log at once.
const AT_ONCE: usize = 16;

/// SHA-256 of each table's rows, by table.
pub type TableDigests = BTreeMap<&'static str, [u8; 32]>;

/// Why a view cannot be kept.
#[derive(Debug, thiserror::Error)]
pub enum FollowError {
    /// The view.
    #[error(transparent)]
    View(#[from] ViewError),
    /// The layers.
    #[error(transparent)]
    Layers(#[from] LayerStoreError),
    /// The campaign's folder of views.
    #[error("the folder of views cannot be used: {0}")]
    Folder(#[from] std::io::Error),
}

/// A campaign's view that grows with its log.
pub struct LiveView {
    campaign: CampaignId,
    log: Arc<dyn Log>,
    layers: Arc<LayerStore>,
    folder: PathBuf,
    current: RwLock<Arc<View>>,
    ground: RwLock<Arc<Ground>>,
    /// The gazetteer, and what it was made of: it is made again when that changes.
    gazetteer: Mutex<Option<(Versions, Arc<Named>)>>,
    /// Held while rows change, so that a rebuild and the follower never cross.
    growing: Mutex<()>,
    position: watch::Sender<LogPosition>,
    /// How often all places were resolved anew: an import does so without moving the log.
    placings: AtomicU64,
}

fn sound<T: Clone>(lock: &RwLock<T>) -> T {
    // Only whole values are ever put in: what is there is sound even after a panic.
    lock.read().unwrap_or_else(PoisonError::into_inner).clone()
}

fn replace<T>(lock: &RwLock<T>, value: T) {
    *lock.write().unwrap_or_else(PoisonError::into_inner) = value;
}

impl LiveView {
    /// Opens or rebuilds the view, brings it to the log's position and follows the log. Blocks
    /// while it rebuilds.
    pub fn start(
        engine: &Engine,
        layers: Arc<LayerStore>,
        runtime: &Path,
    ) -> Result<Arc<Self>, FollowError> {
        // First of all, so that no commit falls between reading the log and following it.
        let commits = engine.subscribe();
        let live = Arc::new(Self::open(
            engine.campaign(),
            engine.log().clone(),
            layers,
            runtime,
        )?);
        engine.set_custody(live.clone());
        let follower = Arc::downgrade(&live);
        std::thread::Builder::new()
            .name("view-follower".to_owned())
            .spawn(move || follow(&follower, commits))?;
        Ok(live)
    }

    /// Opens or rebuilds the view and brings it to the log's position, without following.
    pub fn open(
        campaign: CampaignId,
        log: Arc<dyn Log>,
        layers: Arc<LayerStore>,
        runtime: &Path,
    ) -> Result<Self, FollowError> {
        let folder = runtime.join(campaign.to_string());
        std::fs::create_dir_all(&folder)?;
        let newest = newest_view(&folder)?;
        let kept = match &newest {
            Some((_, path)) => View::open_clean(path, log.epoch())?,
            None => None,
        };
        let fresh = kept.is_none();
        let view = if let Some(view) = kept {
            view
        } else {
            let number = newest.map_or(1, |(number, _)| number + 1);
            let view = View::create(&folder.join(view_file(number)))?;
            view.follow(log.epoch())?;
            view
        };
        let live = Self {
            campaign,
            log,
            layers,
            folder,
            current: RwLock::new(Arc::new(view)),
            ground: RwLock::default(),
            gazetteer: Mutex::default(),
            growing: Mutex::new(()),
            position: watch::Sender::new(0),
            placings: AtomicU64::new(0),
        };
        if fresh {
            let view = live.view();
            view.fill(live.log.as_ref(), &mut |_, _| {})?;
            live.place_all(&view)?;
            live.tell(&view)?;
        } else {
            live.refresh_ground()?;
        }
        live.catch_up()?;
        remove_others(&live.folder, live.view().path())?;
        Ok(live)
    }

    /// The campaign.
    pub fn campaign(&self) -> CampaignId {
        self.campaign
    }

    /// The view as it is; a rebuild swaps it for another.
    pub fn view(&self) -> Arc<View> {
        sound(&self.current)
    }

    /// The ground as it is.
    pub fn ground(&self) -> Arc<Ground> {
        sound(&self.ground)
    }

    /// The imported layers.
    pub fn layers(&self) -> &LayerStore {
        &self.layers
    }

    /// Positions of the log that the view has reached.
    pub fn positions(&self) -> watch::Receiver<LogPosition> {
        self.position.subscribe()
    }

    /// Waits until the view holds what the log holds now, at most three seconds.
    pub async fn caught_up(&self) -> Result<(), FollowError> {
        let wanted = self.log.last_position().map_err(ViewError::from)?;
        let mut positions = self.positions();
        let reached = positions.wait_for(|position| *position >= wanted);
        if tokio::time::timeout(CATCH_UP_PATIENCE, reached)
            .await
            .is_err()
        {
            tracing::warn!(campaign = %self.campaign, wanted, "the view is behind the log");
        }
        Ok(())
    }

    /// Applies whatever the log holds beyond the view.
    pub fn catch_up(&self) -> Result<(), FollowError> {
        let _growing = self.growing.lock().unwrap_or_else(PoisonError::into_inner);
        self.catch_up_alone()
    }

    fn catch_up_alone(&self) -> Result<(), FollowError> {
        let view = self.view();
        let reached = view.position()?;
        let last = self.log.last_position().map_err(ViewError::from)?;
        let documents = self.log.documents().map_err(ViewError::from)?;
        let behind = documents
            .into_iter()
            .filter(|stored| stored.last_position > reached)
            .map(|stored| stored.document)
            .collect();
        self.grow(&view, &behind, last)
    }

    /// Builds a new view beside the present one, swaps it in and removes the old one.
    pub fn rebuild(&self, progress: &mut dyn FnMut(usize, usize)) -> Result<(), FollowError> {
        let _growing = self.growing.lock().unwrap_or_else(PoisonError::into_inner);
        self.rebuild_alone(progress)
    }

    /// The same, with the digests of the tables before and after; nothing grows in between.
    pub fn rebuild_and_compare(&self) -> Result<(TableDigests, TableDigests), FollowError> {
        let _growing = self.growing.lock().unwrap_or_else(PoisonError::into_inner);
        self.catch_up_alone()?;
        let before = self.view().digest_tables()?;
        self.rebuild_alone(&mut |_, _| {})?;
        // What was committed meanwhile is in the new view alone.
        Ok((before, self.view().digest_tables()?))
    }

    /// The same, and zeros over the old one: rows that were deleted in it left their bytes there. Who
    /// still reads it is waited for, not for ever.
    pub fn rebuild_and_overwrite(&self) -> Result<(), FollowError> {
        let _growing = self.growing.lock().unwrap_or_else(PoisonError::into_inner);
        let old = self.view();
        let before = old.path().to_owned();
        // Open descriptors reach the files once their names are gone.
        let files: Vec<File> = files_of(&before)
            .filter_map(|path| File::options().write(true).open(path).ok())
            .collect();
        self.rebuild_alone(&mut |_, _| {})?;
        for _ in 0..READERS_LOOKED_AT {
            if Arc::strong_count(&old) == 1 {
                break;
            }
            std::thread::sleep(READERS_LOOKED_AT_EVERY);
        }
        drop(old);
        for mut file in files {
            let length = file.metadata()?.len();
            std::io::copy(&mut std::io::repeat(0).take(length), &mut file)?;
            file.sync_all()?;
        }
        Ok(())
    }

    fn rebuild_alone(&self, progress: &mut dyn FnMut(usize, usize)) -> Result<(), FollowError> {
        let number = newest_view(&self.folder)?.map_or(1, |(number, _)| number + 1);
        let view = View::create(&self.folder.join(view_file(number)))?;
        view.follow(self.log.epoch())?;
        view.fill(self.log.as_ref(), progress)?;
        self.place_all(&view)?;
        self.tell(&view)?;
        replace(&self.current, Arc::new(view));
        remove_others(&self.folder, self.view().path())?;
        Ok(())
    }

    /// Layers were imported: places are resolved anew.
    pub fn refresh_ground(&self) -> Result<(), FollowError> {
        let _growing = self.growing.lock().unwrap_or_else(PoisonError::into_inner);
        let view = self.view();
        let campaign = view.campaign()?;
        if campaign.is_some_and(|campaign| campaign.state != CampaignState::Ready) {
            // Addresses that come after the opening are pinned as they come.
            self.layers.pin_addresses(self.campaign)?;
        }
        self.place_all(&view)?;
        self.tell(&view)
    }

    /// Notes that the view is whole; to be called when the server stops.
    pub fn close(&self) -> Result<(), FollowError> {
        let _growing = self.growing.lock().unwrap_or_else(PoisonError::into_inner);
        Ok(self.view().close()?)
    }

    fn grow(
        &self,
        view: &View,
        documents: &BTreeSet<DocumentId>,
        position: LogPosition,
    ) -> Result<(), FollowError> {
        let before = view.position()?;
        let all: Vec<DocumentId> = documents.iter().copied().collect();
        let mut touched = Touched::default();
        // A view far behind is brought up in pieces: a night's documents do not fit in memory at
        // once. It has reached the position with the last of them.
        let pieces = all.chunks(AT_ONCE).len().max(1);
        for piece in 1..=pieces {
            let mut sources = Vec::with_capacity(AT_ONCE);
            for document in all.iter().skip((piece - 1) * AT_ONCE).take(AT_ONCE) {
                sources.extend(SourceDocument::load(self.log.as_ref(), *document)?);
            }
            let reached = if piece == pieces { position } else { before };
            let more = view.apply(&sources, reached.max(before))?;
            touched.rounds.extend(more.rounds);
            touched.corrected.extend(more.corrected);
            touched.ground |= more.ground;
        }
        self.place(view, &touched)?;
        self.tell(view)
    }

    fn tell(&self, view: &View) -> Result<(), FollowError> {
        self.position.send_replace(view.position()?);
        Ok(())
    }

    fn place(&self, view: &View, touched: &Touched) -> Result<(), FollowError> {
        if touched.ground {
            return self.place_all(view);
        }
        let mut rounds = touched.rounds.clone();
        for observation in &touched.corrected {
            rounds.extend(view.rounds_with(*observation)?);
        }
        let ground = self.ground();
        place_rounds(view, &ground, rounds)
    }

    fn place_all(&self, view: &View) -> Result<(), FollowError> {
        let ground = Arc::new(self.load_ground(view)?);
        replace(&self.ground, ground.clone());
        view.put_streets(&street_rows(&ground))?;
        let rounds = view.rounds(None)?.into_iter().map(|round| round.document);
        place_rounds(view, &ground, rounds.collect())?;
        self.placings.fetch_add(1, Ordering::AcqRel);
        Ok(())
    }

    /// How often all places were resolved anew: what was made of them before is stale.
    pub fn placings(&self) -> u64 {
        self.placings.load(Ordering::Acquire)
    }

    fn load_ground(&self, view: &View) -> Result<Ground, FollowError> {
        let plan = view.plan()?;
        let layers: AreaLayers = load_layers(&self.layers, Some(self.campaign))?;
        let sites = view.sites()?;
        let gazetteer = self.load_gazetteer(&layers)?;
        let ground = Ground::new(layers, &plan.perimeter, plan.sectors, sites);
        Ok(ground.with_gazetteer(gazetteer))
    }

    fn load_gazetteer(&self, layers: &AreaLayers) -> Result<Arc<Named>, FollowError> {
        let versions = gazetteer_versions(&self.layers, Some(self.campaign))?;
        let mut made = self
            .gazetteer
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        match &*made {
            Some((of, gazetteer)) if *of == versions => Ok(gazetteer.clone()),
            _ => {
                let made_now = make_gazetteer(&self.layers, &versions, layers)?;
                let gazetteer = Arc::new(Named::new(made_now));
                *made = Some((versions, gazetteer.clone()));
                Ok(gazetteer)
            }
        }
    }
}

impl Custody for LiveView {
    fn read_of(&self, round: DocumentId) -> Option<u32> {
        match self.view().round_counts(round) {
            Ok(counts) => counts.map(|(_, read)| read),
            Err(error) => {
                tracing::error!(%error, "a round's counts were not read");
                None
            }
        }
    }

    fn position(&self) -> LogPosition {
        *self.position.borrow()
    }
}

fn follow(live: &std::sync::Weak<LiveView>, mut commits: broadcast::Receiver<Committed>) {
    let mut must_catch_up = true;
    loop {
        let first = if must_catch_up {
            None
        } else {
            match commits.blocking_recv() {
                Ok(committed) => Some(committed),
                Err(RecvError::Lagged(_)) => None,
                Err(RecvError::Closed) => return,
            }
        };
        let Some(live) = live.upgrade() else { return };
        let outcome = match first {
            None => live.catch_up(),
            Some(first) => match gather(first, &mut commits) {
                None => live.catch_up(),
                Some((documents, position)) => live.grow_by(&documents, position),
            },
        };
        must_catch_up = outcome.is_err();
        if let Err(error) = outcome {
            tracing::error!(%error, campaign = %live.campaign, "the view did not grow");
            std::thread::sleep(Duration::from_secs(1));
        }
    }
}

impl LiveView {
    fn grow_by(
        &self,
        documents: &BTreeSet<DocumentId>,
        position: LogPosition,
    ) -> Result<(), FollowError> {
        let _growing = self.growing.lock().unwrap_or_else(PoisonError::into_inner);
        let view = self.view();
        self.grow(&view, documents, position)
    }
}

/// All commits that wait, as one; `None` when some were missed.
fn gather(
    first: Committed,
    commits: &mut broadcast::Receiver<Committed>,
) -> Option<(BTreeSet<DocumentId>, LogPosition)> {
    let mut documents: BTreeSet<DocumentId> = first.documents.into_iter().collect();
    let mut position = first.position;
    loop {
        match commits.try_recv() {
            Ok(more) => {
                documents.extend(more.documents);
                position = position.max(more.position);
            }
            Err(TryRecvError::Lagged(_)) => return None,
            Err(TryRecvError::Empty | TryRecvError::Closed) => return Some((documents, position)),
        }
    }
}
