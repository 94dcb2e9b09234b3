//! Explained, undoable de-duplication: which observations of a night are of the same person.
//!
//! Fellegi-Sunter evidence on slots (a group of 3 is 3 slots), blocked in space and time, with
//! rivals of one team competing, coordinators' decisions above everything, and clusters that are
//! a function of the *set* of observations and decisions, never of their order of arrival.
//!
//! It must never open a file or socket, read a clock, draw a random number or know automerge. The
//! server's `review` and the command `maraude link` call [`link`].

mod asked;
mod assignment;
mod blocking;
mod cluster;
mod comparison;
mod competition;
mod count;
mod decisions;
mod distance;
mod explain;
mod frequencies;
mod ground;
mod hidden;
mod kind;
mod linkage;
mod live;
mod marks;
mod meetings;
mod outcome;
mod parameters;
mod part;
mod partitions;
mod party;
mod reliability;
mod returns;
mod sample;
mod score;
mod slot;
mod thresholds;
mod train;
mod twins;
mod union;
mod world;

pub use cluster::Cluster;
pub use comparison::{Field, Level};
pub use count::DistinctCount;
pub use decisions::{Contradiction, ContradictionKind};
pub use explain::{BlockingRule, Explanation, Step};
pub use frequencies::Frequencies;
pub use linkage::{Compared, Linkage, PairVerdict, Phase, ScoredPair, link, link_by_phase};
pub use live::{Alias, Aliases, Live};
pub use marks::{CommonThing, common_things};
pub use meetings::OutingPrior;
pub use parameters::{LevelParameters, Parameters};
pub use part::PartCount;
pub use partitions::{counts_by, partitions};
pub use reliability::{Reliability, reliability};
pub use returns::Returns;
pub use slot::{Belonging, Dimension, Gender, Household, LinkageObservation, Place, Slot, Unit};
pub use thresholds::{AtThreshold, at_thresholds};
pub use train::Training;
pub use world::compared_pairs;
