//! Disclosure control: from counted places to what may be published (design D11).
//!
//! It must never return anything but a [`Release`], a sentence, ledger lines or findings.
//! `server/src/publication` builds releases with it; `maraude release verify` re-checks files.

mod attributes;
mod consolidated;
mod correction;
mod gathering;
mod inner;
mod large;
mod leaves;
mod ledger;
mod parts;
mod placed;
mod possible;
mod provisional;
mod published;
mod release;
pub mod rings;
mod sentence;
mod settings;
mod sites;
mod squares;
pub mod verify;

#[cfg(test)]
mod tests;

pub use consolidated::{CountedNight, consolidate};
pub use correction::correct;
pub use inner::{Inner, withhold_small};
pub use ledger::{LedgerLine, ledger_conflicts, ledger_lines};
pub use parts::{Spread, is_ground_told, spots, told_parts};
pub use provisional::provisional;
pub use published::{
    AttributeFigure, Erratum, Figure, Heading, Published, PublishedArea, Sentence, Stage,
};
pub use release::{DisclosureError, Release, ReopenError};
pub use sentence::{ProvisionalFigures, provisional as provisional_sentence};
pub use settings::{SettingFault, Settings};
pub use verify::{
    Finding, PublishedFile, Rule, ToldGround, attack_comparisons, may_be_told, verify,
};
