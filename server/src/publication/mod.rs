//! From clusters to a frozen release: counts what stands after review, hands it to disclosure
//! control, keeps what that lets through in the campaign's log.
//!
//! It must never hand out a count that did not pass disclosure control. `http::releases` and
//! `maraude release` call it.

mod archive;
mod areas;
mod by_sector;
mod coarse;
mod comparing;
mod counts;
mod coverage;
mod freeze;
mod indicators;
mod numbers;
mod opened;
mod past;
mod prepare;
mod profile;

pub use archive::{ArchiveFile, DEFINITION, archive};
pub use areas::area_tree;
pub use coarse::{COARSE_FILE, coarse_rows};
pub use comparing::{Compared, Line, NotCompared, ROUNDED_TO, ToldBefore, compare_campaigns};
pub use counts::{CampaignCounts, CountsError, Definition};
pub use coverage::SectorWalk;
pub use freeze::{
    BuildError, Builder, FrozenRelease, KeptOpen, build, frozen, obstacles, one_at_a_time,
    releases, releases_kept_open, sentence,
};
pub use indicators::{Contacts, Indicators, Reader, Row, Table, Unsettled, indicators};
pub use numbers::{Numbers, NumbersError};
pub use opened::{OpenList, Opened};
pub use past::{Past, PastError};
pub use prepare::{Prepared, Sources, prepare};

#[cfg(test)]
mod tests;
