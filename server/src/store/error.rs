//! What can go wrong on disk.

/// A failure of storage.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The disk is full: nothing was written, what was acknowledged is there.
    #[error("the disk is full")]
    Full,
    /// SQLite refused or failed.
    #[error("storage failed: {0}")]
    Sqlite(rusqlite::Error),
    /// The file is another program's.
    #[error("{file} is no file of Maraude (version {version})")]
    Foreign {
        /// Which file.
        file: &'static str,
        /// Its version.
        version: i32,
    },
    /// The file was written by a later version of the program.
    #[error(
        "{file} is of a later version of Maraude (its schema is {version}, this program knows up to \
         {known}): start that version, or restore a copy made before it was installed"
    )]
    Newer {
        /// Which file.
        file: &'static str,
        /// Its version.
        version: i32,
        /// The newest this program knows.
        known: i32,
    },
    /// SQLite did not take a setting durability or erasure rests on.
    #[error("SQLite did not take the setting {setting}")]
    Setting {
        /// Which.
        setting: &'static str,
    },
    /// Sealed bytes did not open: wrong master key, or damage.
    #[error("{what} does not open: wrong master key or damaged file")]
    Sealed {
        /// What was being opened.
        what: &'static str,
    },
    /// A stored value does not read back.
    #[error("damaged value in {table}")]
    Damaged {
        /// Which table.
        table: &'static str,
    },
    /// The file does not pass SQLite's own check.
    #[error("{file} is damaged: {finding}")]
    Integrity {
        /// Which file.
        file: String,
        /// SQLite's first finding.
        finding: String,
    },
    /// The campaign's files did not open when the server started; the others are served.
    #[error("the campaign's files are damaged: {cause}")]
    DamagedCampaign {
        /// Why.
        cause: String,
    },
    /// The document was erased: its key is destroyed, and no other is drawn for it.
    #[error("the document was erased")]
    ErasedDocument,
    /// The campaign is not on this server.
    #[error("no such campaign")]
    UnknownCampaign,
    /// The campaign was purged.
    #[error("the campaign was purged")]
    PurgedCampaign,
    /// A name that must be unique is taken.
    #[error("this name is taken")]
    NameTaken,
    /// A file or folder failed.
    #[error("{path}: {cause}")]
    File {
        /// Which.
        path: std::path::PathBuf,
        /// How.
        cause: std::io::Error,
    },
    /// The operating system gave no randomness.
    #[error("the system gave no randomness")]
    Randomness,
}

impl StoreError {
    /// The file itself is at fault: other files may well be sound (class *broken*).
    pub fn is_damage(&self) -> bool {
        match self {
            Self::Integrity { .. }
            | Self::Foreign { .. }
            | Self::Newer { .. }
            | Self::Sealed { .. }
            | Self::Damaged { .. }
            | Self::File { .. } => true,
            Self::Sqlite(rusqlite::Error::SqliteFailure(failure, _)) => matches!(
                failure.code,
                rusqlite::ErrorCode::DatabaseCorrupt
                    | rusqlite::ErrorCode::NotADatabase
                    | rusqlite::ErrorCode::CannotOpen
                    | rusqlite::ErrorCode::SystemIoFailure
                    | rusqlite::ErrorCode::ReadOnly
            ),
            _ => false,
        }
    }

    /// Trying again later may succeed, and nothing is lost (class *unavailable*).
    pub fn is_transient(&self) -> bool {
        match self {
            Self::Full => true,
            Self::Sqlite(rusqlite::Error::SqliteFailure(failure, _)) => matches!(
                failure.code,
                rusqlite::ErrorCode::DatabaseBusy | rusqlite::ErrorCode::DatabaseLocked
            ),
            _ => false,
        }
    }
}

impl From<rusqlite::Error> for StoreError {
    fn from(error: rusqlite::Error) -> Self {
        match &error {
            rusqlite::Error::SqliteFailure(failure, _)
                if failure.code == rusqlite::ErrorCode::DiskFull =>
            {
                Self::Full
            }
            _ => Self::Sqlite(error),
        }
    }
}
