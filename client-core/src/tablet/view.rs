//! What the screens show. Plain values: no screen computes anything of the domain.

use super::event::{Enrolment, PlatformReport};
use super::handover::{HandedView, HandoverView};
use super::resetting::ResetView;
use crate::form::{Appearance, ChoiceLabel, FormKind, Labels, QuestionKind};
use crate::model::{
    Answer, AnswerValue, Audience, Contact, Coordinates, Coverage, HeadCount, Night, ObservationId,
    ObservationKind, Position, QuestionName, RiskClass, SectorId, SiteId, SiteKind, TeamId,
    TimestampMs, WithdrawalReason,
};
use crate::sync::FourWords;
use serde::{Deserialize, Serialize};

/// Where the tablet stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
#[serde(tag = "phase", rename_all = "snake_case")]
pub enum Phase {
    /// Not enrolled.
    Fresh,
    /// The code is being redeemed.
    Enrolling,
    /// Enrolled; a PIN must be chosen.
    ChoosePin,
    /// Locked. The sealed outbox goes on sending.
    Locked {
        /// No try before this instant.
        #[cfg_attr(feature = "typescript", ts(type = "number | null"))]
        next_try_at: Option<TimestampMs>,
        /// Wrong tries left before the vault key is destroyed.
        tries_left: u8,
    },
    /// Locked, and the coordination lets a new PIN be chosen.
    NewPin,
    /// Open.
    Unlocked,
    /// The vault key is destroyed; what was saved still leaves through the outbox.
    Destroyed {
        /// Why.
        cause: Destruction,
    },
}

/// Why a tablet destroyed what it held.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
#[serde(rename_all = "snake_case")]
pub enum Destruction {
    /// Ten wrong PINs.
    WrongPins,
    /// The coordination revoked it.
    Revoked,
    /// The campaign is over.
    Ended,
}

/// Everything on screen.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct View {
    /// Where the tablet stands.
    pub phase: Phase,
    /// Known once enrolled, locked or not.
    pub enrolment: Option<Enrolment>,
    /// Compared with the console's after enrolment; while unlocked, and before a PIN is chosen.
    pub check_words: Option<FourWords>,
    /// The platform's key that the vault needs beside the PIN, by its name there.
    pub platform_key: Option<String>,
    /// Of a forgotten PIN; only while locked.
    pub reset: Option<ResetView>,
    /// For *Urgence*, locked or not.
    pub coordination_number: Option<String>,
    /// The last good position, for *Urgence*, locked or not; at most 30 minutes old.
    pub here: Option<Position>,
    /// What waits and what was sent, locked or not.
    pub outbox: OutboxView,
    /// The plan; only when unlocked.
    pub plan: Option<PlanView>,
    /// What the check-list found.
    pub checks: Vec<Check>,
    /// Rounds kept on this tablet.
    pub rounds: Vec<RoundSummary>,
    /// The round at hand.
    pub round: Option<RoundView>,
    /// A round that is about to pass to another tablet, or to this one.
    pub handover: Option<HandoverView>,
    /// The form being filled.
    pub form: Option<FormView>,
    /// The one message of the moment.
    pub message: Option<Message>,
    /// What the platform last reported.
    pub platform: PlatformReport,
    /// Untouched for so many minutes, the tablet is to be locked.
    pub lock_minutes: u8,
}

/// A message in codes; `locale` says it in words.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct Message {
    /// Stable kebab-case code: `saved`, `not-saved`, `withdrawn`, `wrong-pin`, `code-used`...
    pub code: String,
    /// How it is shown.
    pub tone: Tone,
    /// A number or name of the sentence.
    pub detail: Option<String>,
    /// `undo` works until this instant.
    #[cfg_attr(feature = "typescript", ts(type = "number | null"))]
    pub undo_until: Option<TimestampMs>,
}

/// How a message is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
#[serde(rename_all = "snake_case")]
pub enum Tone {
    /// Done.
    Good,
    /// Worth knowing.
    Notice,
    /// The person must do something.
    Problem,
}

/// One line of *Avant de partir*.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct Check {
    /// `device`, `storage`, `storage-persistent`, `position`, `battery`, `map`,
    /// `app-version`, `installed`, `wake-lock`, `clock`, `plan`...
    pub code: String,
    /// Good, or worth a look; nothing here keeps a team from leaving.
    pub tone: Tone,
    /// A number of the sentence; for `device`, reasons in codes, apart by spaces.
    pub detail: Option<String>,
}

/// What waits and what was sent.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct OutboxView {
    /// Saved observations and other changes not acknowledged yet.
    pub unsent: u32,
    /// A request is under way.
    pub sending: bool,
    /// Last acknowledgement (device clock).
    #[cfg_attr(feature = "typescript", ts(type = "number | null"))]
    pub last_sent_at: Option<TimestampMs>,
    /// Why the last try failed: `unreachable`, `server-busy`, `revoked`...
    pub last_problem: Option<String>,
    /// Next try (device clock).
    #[cfg_attr(feature = "typescript", ts(type = "number | null"))]
    pub next_try_at: Option<TimestampMs>,
    /// One line per round sent.
    pub receipts: Vec<ReceiptView>,
    /// One line per tablet that something is or was carried for.
    pub carried: Vec<CarriedView>,
}

/// What this tablet carries for another one, which it cannot read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct CarriedView {
    /// Label of the other tablet.
    pub label: String,
    /// Sealed envelopes still to be delivered.
    pub waiting: u32,
    /// Sealed envelopes the server has confirmed.
    pub delivered: u32,
    /// Why the server refused one.
    pub refused: Option<String>,
    /// Short form of the last signed receipt.
    pub code: Option<String>,
    /// When (server clock).
    #[cfg_attr(feature = "typescript", ts(type = "number | null"))]
    pub at: Option<TimestampMs>,
}

/// Proof that a round's changes are on the server.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct ReceiptView {
    /// Sector code; none is "hors secteur".
    pub sector: Option<String>,
    /// Night.
    pub night: Option<Night>,
    /// Changes acknowledged.
    pub acknowledged: u32,
    /// Observations the coordination has read.
    pub read: u32,
    /// Short form of the signed receipt: groups of 4 characters.
    pub code: String,
    /// Server clock.
    #[cfg_attr(feature = "typescript", ts(type = "number"))]
    pub at: TimestampMs,
}

/// The plan as the tablet needs it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct PlanView {
    /// Nights to pick from.
    pub nights: Vec<Night>,
    /// Sectors to pick from; those of this team first.
    pub sectors: Vec<SectorView>,
    /// Teams to pick from; this tablet's own first.
    pub teams: Vec<TeamView>,
    /// The notice to read aloud.
    pub notice: String,
    /// Where people met may object.
    pub opposition_contact: String,
}

/// A sector.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct SectorView {
    /// Identifier.
    pub id: SectorId,
    /// Code.
    pub code: String,
    /// Name.
    pub name: String,
    /// Risk class.
    pub risk: RiskClass,
    /// This tablet's team is sent there.
    pub assigned: bool,
    /// Its ground as rings of `[longitude, latitude]`, one polygon after the other. In the plan,
    /// only while no round is at hand: a screen redrawn at each tap must stay light.
    pub polygons: Vec<Vec<Vec<[f64; 2]>>>,
}

/// A team.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct TeamView {
    /// Identifier.
    pub id: TeamId,
    /// Code.
    pub code: String,
}

/// A round in the list of rounds.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct RoundSummary {
    /// Sector code and name; none is "hors secteur".
    pub sector: Option<String>,
    /// Night.
    pub night: Night,
    /// Closed.
    pub closed: bool,
    /// Observations that stand.
    pub observations: u32,
}

/// The round at hand.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct RoundView {
    /// Team code.
    pub team: String,
    /// Sector; none is "hors secteur".
    pub sector: Option<SectorView>,
    /// Night.
    pub night: Night,
    /// When this tablet set out (device clock).
    #[cfg_attr(feature = "typescript", ts(type = "number"))]
    pub started_at: TimestampMs,
    /// How it was closed.
    pub closed: Option<Coverage>,
    /// Another tablet of the team closed it.
    pub closed_elsewhere: bool,
    /// It goes on on another tablet, and is only read here.
    pub handed: Option<HandedView>,
    /// Streets that the team declares walked, by key.
    pub walked: Vec<String>,
    /// Sums over what stands.
    pub totals: Totals,
    /// Entries, newest first.
    pub entries: Vec<EntryView>,
    /// Known places of the sector.
    pub sites: Vec<SiteView>,
}

/// Sums over the observations that stand.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct Totals {
    /// People in the street, at least and at most.
    pub street_at_least: u32,
    /// See `street_at_least`.
    pub street_at_most: u32,
    /// People in squats and bidonvilles, at least and at most.
    pub sites_at_least: u32,
    /// See `sites_at_least`.
    pub sites_at_most: u32,
    /// Groups met.
    pub groups: u32,
    /// Minors among them.
    pub minors: u32,
    /// People told by partners, at least and at most.
    pub partners_at_least: u32,
    /// See `partners_at_least`.
    pub partners_at_most: u32,
    /// Observations set apart as doubtful, out of all the sums.
    pub doubtful: u32,
}

/// How far an entry got.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
#[serde(rename_all = "snake_case")]
pub enum Custody {
    /// Not on disk: the form is kept, the person must act.
    NotSaved,
    /// Being written.
    Saving,
    /// *Enregistré sur cette tablette*: flushed.
    OnTablet,
    /// *Envoyé au serveur*: acknowledged after commit.
    OnServer,
    /// *Relu* by the coordination.
    Read,
}

/// One observation in the list.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct EntryView {
    /// Identifier.
    pub id: ObservationId,
    /// What is observed.
    pub kind: ObservationKind,
    /// How the contact went.
    pub contact: Contact,
    /// How many people.
    pub heads: HeadCount,
    /// When (device clock).
    #[cfg_attr(feature = "typescript", ts(type = "number"))]
    pub observed_at: TimestampMs,
    /// Where it is held to be.
    pub position: Option<Position>,
    /// The place as typed.
    pub typed_place: Option<String>,
    /// How far it got.
    pub custody: Custody,
    /// Taken back.
    pub withdrawn: Option<WithdrawalReason>,
    /// Of somebody who answered: the code for the slip of paper they keep.
    pub paper_code: Option<String>,
    /// The form that edits it.
    pub form: FormKind,
    /// It may be turned into an interview.
    pub completable: bool,
    /// Fields two tablets wrote differently: both values.
    pub conflicts: Vec<ConflictView>,
    /// Known answers as question and answer, in the form's order, for the detail screen; empty
    /// while a form is open.
    pub facts: Vec<Fact>,
}

/// A field that two tablets wrote without knowing of each other.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct ConflictView {
    /// The field.
    pub field: String,
    /// The question's short label; absent for a field that no question asks.
    pub label: Option<Labels>,
    /// The values, the one that is read now first.
    pub values: Vec<ConflictValue>,
}

/// One of the values of a conflict.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct ConflictValue {
    /// What came back, where a question was answered.
    pub answer: Option<Answer<AnswerValue>>,
    /// The chosen codes in words, where it is a choice.
    pub choices: Vec<Labels>,
    /// What was written, where no question was asked.
    pub text: String,
    /// A person may hold it to be right here.
    pub choosable: bool,
}

crate::redacts!(ConflictValue);

/// One answered question in words.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct Fact {
    /// The question's short label.
    pub label: Labels,
    /// What came back.
    pub answer: Answer<AnswerValue>,
    /// The chosen codes in words, where it is a choice.
    pub choices: Vec<Labels>,
}

/// A known place.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct SiteView {
    /// Identifier.
    pub id: SiteId,
    /// Its kind; absent for a place kept for professionals.
    pub kind: Option<SiteKind>,
    /// Its code.
    pub code: String,
    /// Where.
    pub coordinates: Coordinates,
    /// Who may go. For the others: "ne pas entrer, compté par une autre équipe".
    pub audience: Audience,
    /// How many people are expected.
    pub expected: Option<HeadCount>,
    /// Access and dangers.
    pub note: Option<String>,
    /// Counted tonight by this round.
    pub counted: bool,
}

crate::redacts!(SiteView);

/// The form being filled.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct FormView {
    /// Which.
    pub form: FormKind,
    /// An observation being edited or completed, not a new one.
    pub observation: Option<ObservationId>,
    /// The known place it is about.
    pub site: Option<SiteId>,
    /// The relevant cards, in order.
    pub cards: Vec<CardView>,
    /// The card on screen.
    pub current: u32,
    /// People it stands for, as filled so far.
    pub heads: HeadCount,
    /// Position so far.
    pub position: Option<Position>,
    /// A fix is being taken.
    pub locating: bool,
    /// The fix, also when a pin is put.
    pub fix: Option<Position>,
    /// The place as typed.
    pub typed_place: String,
    /// Nothing keeps it from being saved.
    pub can_save: bool,
    /// It is being written.
    pub saving: bool,
    /// It could not be written: the form stays filled.
    pub not_saved: bool,
}

/// One card: a question, or a group of questions answered together.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct CardView {
    /// The group's name.
    pub name: String,
    /// Its title.
    pub label: Labels,
    /// Its relevant questions, in order.
    pub questions: Vec<QuestionView>,
}

/// One question on a card.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct QuestionView {
    /// Name.
    pub name: QuestionName,
    /// What kind of answer it takes.
    pub kind: QuestionKind,
    /// How it is drawn.
    pub appearance: Appearance,
    /// Its text, by language.
    pub label: Labels,
    /// A hint for the team, by language.
    pub hint: Option<Labels>,
    /// Choices of a list.
    pub choices: Vec<ChoiceLabel>,
    /// Must be answered before saving.
    pub required: bool,
    /// "Refuse" and "ne sait pas" are offered.
    pub may_decline: bool,
    /// What came back so far.
    pub answer: Answer<AnswerValue>,
    /// Why the answer is not accepted, by language.
    pub problem: Option<Labels>,
    /// Largest number or longest text accepted.
    pub limit: Option<u32>,
}
