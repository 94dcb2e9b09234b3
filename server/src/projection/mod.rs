//! The view of a campaign: documents of the log as SQL tables, for the console, linkage and
//! publication. It can be dropped at any time and rebuilt equal.
//!
//! It must never be the truth: nothing is written to it that is not in a document or derived from
//! documents and layers. The follower of the log grows it; `maraude rebuild` makes it anew.

mod apply;
mod counting;
mod coverage;
mod custody;
mod evidence;
mod lines;
mod plan;
mod schema;
mod sealed;
mod source;
mod strands;
mod unit;
mod view;

pub use counting::{
    Counting, FiledFigures, LastingPlace, ONE_PLACE_M, counting, filed_figures, filed_people,
    lasting_places,
};
pub use coverage::{StreetRow, StreetsWalked, WHOLE_SHARE, Walk, is_walked_whole, walk_of, width};
pub use evidence::EvidenceRow;
pub use lines::{AreaRef, ObservationFilter, ObservationLine, PlacementRow, SectorRef};
pub use plan::{REGISTER_SECTOR, RoundLine, SiteLine};
pub use source::SourceDocument;
pub use strands::{
    Overlap, PAPER_REISSUE, Standing, Strand, StrandName, StrandSource, Strands, derived,
};
pub use unit::{Unit, unit_of};
pub use view::{Touched, View, ViewError};

#[cfg(test)]
pub(crate) mod fixtures;
#[cfg(test)]
mod tests;
