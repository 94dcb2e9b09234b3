//! The only door for the screen: events in, effects and a view out.
//!
//! A state machine. It must never do what an [`Effect`] asks by itself, and no screen decides
//! anything of the domain. The browser's worker and the simulated tablets drive it.

mod effect;
mod event;
#[cfg(feature = "typescript")]
mod typescript;
mod view;

pub use crate::vault::PinCost;
pub use effect::{Effect, StorageOperation};
pub use event::{Enrolment, Event, PlatformReport, StoredFile};
#[cfg(feature = "typescript")]
pub use typescript::{Declarations, typescript};
pub use view::{
    CardView, Check, Custody, EntryView, Fact, FormView, Message, OutboxView, Phase, PlanView,
    QuestionView, ReceiptView, RoundSummary, RoundView, SectorView, SiteView, TeamView, Tone,
    Totals, View,
};
