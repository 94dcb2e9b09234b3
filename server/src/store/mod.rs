//! The only folder with SQL for the truth: accounts and devices (`server.db`), keys (`keys.db`),
//! and one change log per campaign (`campaigns/ID/log.db`) (design D4, D6).
//!
//! It must never know what a document means. `auth`, `sync`, `authoring`, `projection` and the
//! command line call it.

mod accounts;
mod addresses;
mod api_tokens;
mod archives;
mod audit;
mod campaigns;
mod coarsenings;
mod devices;
mod enrolments;
mod error;
mod folder;
mod geopackage;
mod keys;
mod layer_pages;
mod layer_pins;
mod layers;
mod log;
mod master;
mod moving;
mod oppositions;
mod passkeys;
mod pin_resets;
mod random;
mod reserve;
mod retention;
mod seal;
mod series;
mod server;
mod sqlite;
mod sqlite_log;
pub(crate) mod tiles;
mod words;
mod writer;

#[cfg(test)]
pub(crate) mod contract;

pub use accounts::{Account, ConsoleSession, Role};
pub use addresses::{Address, AddressImport, AddressList};
pub use api_tokens::ApiToken;
pub use audit::{AuditRow, Deed};
pub use campaigns::{Campaigns, OpenCampaign};
pub use coarsenings::Coarsening;
pub use devices::StoredDevice;
pub use enrolments::{NewEnrolmentRow, OpenCode, RedeemError, Redemption};
pub use error::StoreError;
pub use folder::{DataFolder, FolderLock, LockError};
pub use geopackage::{FeatureRow, FeatureTable, GeoPackageFault, GeoPackageFile};
pub use keys::{CampaignKeys, KeyStore, PseudonymKey, Pseudonyms};
pub use layer_pages::{FeatureFilter, FeatureProperty, PageStart};
pub use layer_pins::{FoundLayers, PinnedLayer};
pub use layers::{
    LayerFeature, LayerKind, LayerStore, LayerStoreError, LayerVersion, Shape, UnknownLayerKind,
};
pub use log::{
    Appended, Batch, BatchRefusal, COPIED, Circumstance, CommandMark, Contact, EXPORTED, HashValue,
    LedgerLine, LinkageSnapshot, Log, LogEnd, LogPosition, NewChange, NewQuarantined, NewRelease,
    QUARANTINE_ROW_BYTES, Quarantined, Reissue, Snapshot, StoredChange, StoredDocument,
    StoredRelease, Tombstone, Written,
};
pub use master::{MasterKey, MasterKeyError};
pub use moving::MovedRows;
pub use oppositions::{
    Opposed, OpposingError, Opposition, OppositionReason, drop_held_back, enter_opposition,
    freeze_oppositions, oppositions, withdraw_opposition,
};
pub use passkeys::{KeptPasskey, PasskeyRow};
pub use pin_resets::PinReset;
pub use random::{random, random_id};
pub use reserve::Reserve;
pub use retention::{Hold, Notice, Purge, Remains, Retention, Term};
pub(crate) use seal::{Key32, seal, unseal};
pub use series::{NewSeriesRow, StoredSeries};
pub use server::ServerStore;
pub use sqlite::copy_database;
pub(crate) use sqlite::pause_at;
pub use sqlite_log::{SqliteLog, former_servers};
pub use tiles::{TileArchive, TileStore, TilesError};
pub(crate) use words::{key_of_words, words_of};
pub use writer::{CommitError, Committed, LogWriter, OnCommit, Pending, Slot};
