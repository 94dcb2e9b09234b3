//! Doubles: pairs to review and decisions taken.

use super::observation::{NearPlace, ObservationRow};
use maraude_core::model::{DecisionId, SlotRef, Verdict};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// `GET /api/campaigns/{id}/doubles`: a page of the pairs to review.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct Doubles {
    /// Position of the log this was read at.
    #[cfg_attr(feature = "typescript", ts(type = "number"))]
    pub position: u64,
    /// Pairs to review, by effect on the count: the first ones, or those after a place.
    pub queue: Vec<PairCard>,
    /// Pairs to review in all.
    pub waiting: u32,
    /// Where the next page begins, as `after` takes it; none where this one is the last. It stands
    /// whatever is decided meanwhile.
    pub next: Option<String>,
    /// The last pairs decided, newest first; on the first page alone.
    pub decided: Vec<DecidedPair>,
    /// Decisions in all, undone ones included.
    pub decisions: u32,
    /// Distinct people in the street so far: the figure, a minimum.
    pub distinct: u32,
    /// 95 % interval of the estimate, which also weighs the pairs nobody has decided.
    pub interval: [u32; 2],
    /// Pairs the model holds to be one without asking.
    pub automatic: u32,
}

/// Two slots that may be one person.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct PairCard {
    /// One.
    pub one: SlotCard,
    /// The other.
    pub other: SlotCard,
    /// Metres between them.
    pub distance_m: Option<f64>,
    /// Minutes between them.
    pub minutes: f64,
    /// log2 of the Bayes factor with the prior.
    pub match_weight: f64,
    /// 0..1.
    pub match_probability: f64,
    /// Prior, then each part: the waterfall, in order.
    pub waterfall: Vec<WaterfallStep>,
    /// Which blocking rules found it.
    pub rules: Vec<String>,
}

/// One side of a pair.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct SlotCard {
    /// The slot.
    #[schema(value_type = Object)]
    pub slot: SlotRef,
    /// Its observation.
    pub observation: ObservationRow,
    /// Degrees east and north, where it has a place.
    pub place: Option<[f64; 2]>,
    /// Radius, metres.
    pub accuracy_m: Option<f64>,
    /// What that place is near to.
    pub near: Option<NearPlace>,
    /// What is known of the person: `gender`, `age_band`, `language`... in order.
    pub traits: Vec<Trait>,
}

/// One thing known of a person.
#[derive(Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct Trait {
    /// Name of the compared field.
    pub field: String,
    /// Its value as a code or text.
    pub value: String,
}

maraude_core::redacts!(Trait);

/// One part of the evidence.
#[derive(Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct WaterfallStep {
    /// `prior`, `distance`, `gender`, `age_band`, `household`, `marks`...
    pub field: String,
    /// The comparison level reached.
    pub level: String,
    /// Bits it adds.
    pub bits: f64,
    /// Running sum, bits.
    pub sum: f64,
    /// What each side told, as codes; empty where nothing was told.
    pub values: [String; 2],
    /// Share of pairs of one person, then of two people, that reach this level.
    pub shares: Option<[f64; 2]>,
    /// Of marks: things both tell of, as written.
    pub common: Vec<CommonMark>,
}

maraude_core::redacts!(WaterfallStep);

/// A thing both observations tell of.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct CommonMark {
    /// As the first has it.
    pub thing: String,
    /// The colour both give it.
    pub colour: Option<String>,
    /// They give it two colours.
    pub two_colours: bool,
}

/// A decision taken.
#[derive(Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct DecidedPair {
    /// The decision.
    #[schema(value_type = String)]
    pub decision: DecisionId,
    /// One.
    pub one: SlotCard,
    /// The other.
    pub other: SlotCard,
    /// What was decided.
    #[schema(value_type = String)]
    pub verdict: Verdict,
    /// Why.
    pub reason: Option<String>,
    /// Account name.
    pub by: String,
    /// Server clock.
    #[cfg_attr(feature = "typescript", ts(type = "number"))]
    pub at: i64,
    /// Undone.
    pub undone: bool,
}

maraude_core::redacts!(DecidedPair);

/// `POST /api/campaigns/{id}/doubles/looking`: pairs a window shows or is about to show. It holds
/// them for half a minute; those it named before and no longer names are free again.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct LookingAt {
    /// Drawn by the window.
    pub window: String,
    /// At most 40.
    pub pairs: Vec<SlotPair>,
}

/// The answer.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct LookedAt {
    /// Pairs it holds, of those it named: nobody else is shown them meanwhile, and nobody has decided
    /// them.
    pub granted: Vec<SlotPair>,
    /// Pairs that others hold.
    pub others: Vec<HeldPair>,
}

/// Two slots.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct SlotPair {
    /// One.
    #[schema(value_type = Object)]
    pub one: SlotRef,
    /// The other.
    #[schema(value_type = Object)]
    pub other: SlotRef,
}

/// A pair that somebody else looks at.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct HeldPair {
    /// One.
    #[schema(value_type = Object)]
    pub one: SlotRef,
    /// The other.
    #[schema(value_type = Object)]
    pub other: SlotRef,
    /// Account name.
    pub by: String,
}
