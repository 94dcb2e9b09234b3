// Generated from the Rust types; do not edit.

/**
 * What came back from a question.
 */
export type Answer<T> = { "state": "known", "value": T } | { "state": "not_asked" } | { "state": "refused" } | { "state": "does_not_know" } | { "state": "not_observed" } | { "state": "not_applicable" };

/**
 * The value of an answered question.
 */
export type AnswerValue = { "integer": number } | { "text": string } | { "choice": string } | { "choices": Array<string> };

/**
 * How a question is drawn.
 */
export type Appearance = "plain" | "counter" | "chips" | "read_aloud" | "toggle";

/**
 * Who may see and go to a place.
 */
export type Audience = "everyone" | "professionals";

/**
 * One survey operation.
 */
export type CampaignId = string;

/**
 * One card: a question, or a group of questions answered together.
 */
export type CardView = { 
/**
 * The group's name.
 */
name: string, 
/**
 * Its title.
 */
label: { [key in string]: string }, 
/**
 * Its relevant questions, in order.
 */
questions: Array<QuestionView>, };

/**
 * What this tablet carries for another one, which it cannot read.
 */
export type CarriedView = { 
/**
 * Label of the other tablet.
 */
label: string, 
/**
 * Sealed envelopes still to be delivered.
 */
waiting: number, 
/**
 * Sealed envelopes the server has confirmed.
 */
delivered: number, 
/**
 * Why the server refused one.
 */
refused: string | null, 
/**
 * Short form of the last signed receipt.
 */
code: string | null, 
/**
 * When (server clock).
 */
at: number | null, };

/**
 * One line of *Avant de partir*.
 */
export type Check = { 
/**
 * `device`, `storage`, `storage-persistent`, `position`, `battery`, `map`,
 * `app-version`, `installed`, `wake-lock`, `clock`, `plan`...
 */
code: string, 
/**
 * Good, or worth a look; nothing here keeps a team from leaving.
 */
tone: Tone, 
/**
 * A number of the sentence; for `device`, reasons in codes, apart by spaces.
 */
detail: string | null, };

/**
 * A choice of a list and its text.
 */
export type ChoiceLabel = { 
/**
 * Code stored as the answer.
 */
name: string, 
/**
 * Text by language.
 */
label: { [key in string]: string }, };

/**
 * One of the values of a conflict.
 */
export type ConflictValue = { 
/**
 * What came back, where a question was answered.
 */
answer: Answer<AnswerValue> | null, 
/**
 * The chosen codes in words, where it is a choice.
 */
choices: Array<{ [key in string]: string }>, 
/**
 * What was written, where no question was asked.
 */
text: string, 
/**
 * A person may hold it to be right here.
 */
choosable: boolean, };

/**
 * A field that two tablets wrote without knowing of each other.
 */
export type ConflictView = { 
/**
 * The field.
 */
field: string, 
/**
 * The question's short label; absent for a field that no question asks.
 */
label: { [key in string]: string } | null, 
/**
 * The values, the one that is read now first.
 */
values: Array<ConflictValue>, };

/**
 * How the contact went.
 */
export type Contact = "answered" | "partial" | "refused" | "asleep" | "language" | "unsafe" | "observed";

/**
 * WGS 84 degrees, longitude first. Its `Debug` shows nothing: places never reach a log.
 */
export type Coordinates = { 
/**
 * Degrees east.
 */
longitude: number, 
/**
 * Degrees north.
 */
latitude: number, };

/**
 * How a head-count is known.
 */
export type CountMethod = "counted" | "declared" | "estimated";

/**
 * How much of the sector was walked.
 */
export type Coverage = "full" | "partial" | "not_walked";

/**
 * How far an entry got.
 */
export type Custody = "not_saved" | "saving" | "on_tablet" | "on_server" | "read";

/**
 * Why a tablet destroyed what it held.
 */
export type Destruction = "wrong_pins" | "revoked" | "ended";

/**
 * An enrolled tablet, or the server itself as an author.
 */
export type DeviceId = string;

/**
 * Something the platform must do.
 */
export type Effect = { "effect": "store", 
/**
 * Given back in the report.
 */
ticket: number, 
/**
 * In order.
 */
operations: Array<StorageOperation>, } | { "effect": "request", 
/**
 * Given back in the report.
 */
ticket: number, 
/**
 * `GET` or `POST`.
 */
method: string, 
/**
 * Absolute path.
 */
path: string, 
/**
 * Content type of the body.
 */
content_type: string, 
/**
 * `Authorization` header.
 */
authorization: string | null, 
/**
 * Base64.
 */
body: string, 
/**
 * Given up after this long.
 */
timeout_ms: number, } | { "effect": "give_file", 
/**
 * File name.
 */
name: string, 
/**
 * Base64.
 */
bytes: string, } | { "effect": "locate", 
/**
 * Given up after this long.
 */
budget_ms: number, } | { "effect": "wake", 
/**
 * Device clock.
 */
at: number, } | { "effect": "vibrate", 
/**
 * Milliseconds on, off, on...
 */
pattern_ms: Array<number>, } | { "effect": "keep_awake", 
/**
 * Which.
 */
on: boolean, };

/**
 * What enrolment brought: kept by the tablet, shown on screen.
 */
export type Enrolment = { 
/**
 * This tablet.
 */
device: DeviceId, 
/**
 * Its label.
 */
label: string, 
/**
 * The campaign.
 */
campaign: CampaignId, 
/**
 * Its name.
 */
campaign_name: string, 
/**
 * *exercice*.
 */
exercise: boolean, 
/**
 * The team it is handed to.
 */
team: TeamId | null, 
/**
 * When it enrolled (server clock).
 */
enrolled_at: number, };

/**
 * One observation in the list.
 */
export type EntryView = { 
/**
 * Identifier.
 */
id: ObservationId, 
/**
 * What is observed.
 */
kind: ObservationKind, 
/**
 * How the contact went.
 */
contact: Contact, 
/**
 * How many people.
 */
heads: HeadCount, 
/**
 * When (device clock).
 */
observed_at: number, 
/**
 * Where it is held to be.
 */
position: Position | null, 
/**
 * The place as typed.
 */
typed_place: string | null, 
/**
 * How far it got.
 */
custody: Custody, 
/**
 * Taken back.
 */
withdrawn: WithdrawalReason | null, 
/**
 * Of somebody who answered: the code for the slip of paper they keep.
 */
paper_code: string | null, 
/**
 * The form that edits it.
 */
form: FormKind, 
/**
 * It may be turned into an interview.
 */
completable: boolean, 
/**
 * Fields two tablets wrote differently: both values.
 */
conflicts: Array<ConflictView>, 
/**
 * Known answers as question and answer, in the form's order, for the detail screen; empty
 * while a form is open.
 */
facts: Array<Fact>, };

/**
 * Anything that happens to a tablet. In JSON, an object whose first field is `event`: see
 * [`Event::from_json`].
 */
export type Event = { "event": "enrol", 
/**
 * The one-time code, or the whole link that holds it.
 */
code: string, } | { "event": "choose_pin", 
/**
 * Digits only.
 */
pin: string, 
/**
 * What the platform found affordable under a second; the cheapest when left out.
 */
cost?: PinCost, } | { "event": "unlock", 
/**
 * Digits only.
 */
pin: string, 
/**
 * How long the platform has been running, by a clock that nobody can set, milliseconds.
 */
awake_ms?: number, } | { "event": "platform_key", 
/**
 * What the platform gave.
 */
key: GivenKey | null, } | { "event": "forgot_pin" } | { "event": "remembered_pin" } | { "event": "lock" } | { "event": "checked" } & PlatformReport | { "event": "start_round", 
/**
 * The team that goes.
 */
team: TeamId, 
/**
 * The sector; none is "hors secteur".
 */
sector: SectorId | null, 
/**
 * The night, one of the plan's.
 */
night: Night, } | { "event": "open_round", 
/**
 * Index in [`super::View::rounds`].
 */
index: number, } | { "event": "open_form", 
/**
 * Which.
 */
form: FormKind, 
/**
 * The known place it is about.
 */
site: SiteId | null, } | { "event": "edit_observation", 
/**
 * Which.
 */
observation: ObservationId, } | { "event": "complete_observation", 
/**
 * Which.
 */
observation: ObservationId, } | { "event": "answer", 
/**
 * Which question.
 */
question: string, 
/**
 * What came back.
 */
answer: Answer<AnswerValue>, } | { "event": "seal", 
/**
 * Which question.
 */
question: string, 
/**
 * The first letters of the first name.
 */
given: string, 
/**
 * The first letters of the family name.
 */
family: string, 
/**
 * Year of birth.
 */
birth_year: number, } | { "event": "go_to_card", 
/**
 * 0-based, among the relevant cards.
 */
card: number, } | { "event": "place_pin", 
/**
 * Where.
 */
coordinates: Coordinates | null, } | { "event": "type_place", 
/**
 * At most 120 characters.
 */
text: string, } | { "event": "refix" } | { "event": "save_form" } | { "event": "discard_form" } | { "event": "withdraw", 
/**
 * Which.
 */
observation: ObservationId, 
/**
 * Why.
 */
reason: WithdrawalReason, } | { "event": "undo" } | { "event": "restore", 
/**
 * Which.
 */
observation: ObservationId, } | { "event": "settle", 
/**
 * Which observation.
 */
observation: ObservationId, 
/**
 * Which field, as [`super::ConflictView`] names it.
 */
field: string, 
/**
 * Which of its values, from 0.
 */
choice: number, } | { "event": "walk_streets", 
/**
 * Their keys; the first 300 are taken.
 */
streets: Array<string>, 
/**
 * They were.
 */
walked: boolean, } | { "event": "close_round", 
/**
 * How much was walked.
 */
coverage: Coverage, 
/**
 * What was left out and why.
 */
not_walked: string | null, 
/**
 * The team states that it met nobody.
 */
zero_found: boolean, } | { "event": "reopen_round" } | { "event": "call_for_round" } | { "event": "give_round", 
/**
 * The call's bytes, base64.
 */
call: string, } | { "event": "round_given" } | { "event": "take_round_back" } | { "event": "receive_round", 
/**
 * The pack's bytes, base64.
 */
pack: string, } | { "event": "accept_round" } | { "event": "leave_handover" } | { "event": "send_now" } | { "event": "save_outbox" } | { "event": "carry", 
/**
 * The file's bytes, base64.
 */
file: string, } | { "event": "dismiss_message" } | { "event": "tick" } | { "event": "fixed", 
/**
 * The fix.
 */
position: Position | null, } | { "event": "stored", 
/**
 * Which.
 */
ticket: number, } | { "event": "not_stored", 
/**
 * Which.
 */
ticket: number, 
/**
 * `quota`, `closed` or `other`.
 */
reason: string, } | { "event": "answered", 
/**
 * Which.
 */
ticket: number, 
/**
 * HTTP code.
 */
code: number, 
/**
 * Body, base64.
 */
body: string, } | { "event": "unreachable", 
/**
 * Which.
 */
ticket: number, } | { "event": "network", 
/**
 * What the platform believes.
 */
online: boolean, };

/**
 * One answered question in words.
 */
export type Fact = { 
/**
 * The question's short label.
 */
label: { [key in string]: string }, 
/**
 * What came back.
 */
answer: Answer<AnswerValue>, 
/**
 * The chosen codes in words, where it is a choice.
 */
choices: Array<{ [key in string]: string }>, };

/**
 * Which form of the questionnaire.
 */
export type FormKind = "count" | "interview" | "no_contact" | "site" | "partner_count" | "zero_sector";

/**
 * The form being filled.
 */
export type FormView = { 
/**
 * Which.
 */
form: FormKind, 
/**
 * An observation being edited or completed, not a new one.
 */
observation: ObservationId | null, 
/**
 * The known place it is about.
 */
site: SiteId | null, 
/**
 * The relevant cards, in order.
 */
cards: Array<CardView>, 
/**
 * The card on screen.
 */
current: number, 
/**
 * People it stands for, as filled so far.
 */
heads: HeadCount, 
/**
 * Position so far.
 */
position: Position | null, 
/**
 * A fix is being taken.
 */
locating: boolean, 
/**
 * The fix, also when a pin is put.
 */
fix: Position | null, 
/**
 * The place as typed.
 */
typed_place: string, 
/**
 * Nothing keeps it from being saved.
 */
can_save: boolean, 
/**
 * It is being written.
 */
saving: boolean, 
/**
 * It could not be written: the form stays filled.
 */
not_saved: boolean, };

/**
 * Four words in each language.
 */
export type FourWords = { 
/**
 * In French.
 */
fr: string, 
/**
 * In English.
 */
en: string, };

/**
 * What a key that the platform keeps gave (WebAuthn, extension `prf`).
 */
export type GivenKey = { 
/**
 * The credential's identifier, base64url; no secret.
 */
name: string, 
/**
 * 32 bytes, base64.
 */
secret: string, };

/**
 * A round that goes on on another tablet.
 */
export type HandedView = { 
/**
 * The other tablet's label.
 */
to: string, 
/**
 * This tablet has seen that the other one took it: it cannot be taken back here.
 */
received: boolean, };

/**
 * A round that is about to pass to another tablet, or to this one.
 */
export type HandoverView = { 
/**
 * This tablet gives it; else it receives it.
 */
gives: boolean, 
/**
 * The other tablet's label.
 */
other: string, 
/**
 * Sector code and name; none is "hors secteur".
 */
sector: string | null, 
/**
 * Night.
 */
night: Night, 
/**
 * Both tablets show them.
 */
words: FourWords, };

/**
 * A head-count with its bounds. `at_least <= at_most` always holds.
 */
export type HeadCount = { at_least: number, at_most: number, 
/**
 * How the number is known.
 */
method: CountMethod, };

/**
 * A message in codes; `locale` says it in words.
 */
export type Message = { 
/**
 * Stable kebab-case code: `saved`, `not-saved`, `withdrawn`, `wrong-pin`, `code-used`...
 */
code: string, 
/**
 * How it is shown.
 */
tone: Tone, 
/**
 * A number or name of the sentence.
 */
detail: string | null, 
/**
 * `undo` works until this instant.
 */
undo_until: number | null, };

/**
 * The date on which the night began: 01:30 belongs to the day before. Written `2026-01-22`.
 */
export type Night = string;

/**
 * What one team recorded of one person or group, once.
 */
export type ObservationId = string;

/**
 * What is observed.
 */
export type ObservationKind = "individual" | "group" | "site" | "partner_count" | "zero_sector";

/**
 * What waits and what was sent.
 */
export type OutboxView = { 
/**
 * Saved observations and other changes not acknowledged yet.
 */
unsent: number, 
/**
 * A request is under way.
 */
sending: boolean, 
/**
 * Last acknowledgement (device clock).
 */
last_sent_at: number | null, 
/**
 * Why the last try failed: `unreachable`, `server-busy`, `revoked`...
 */
last_problem: string | null, 
/**
 * Next try (device clock).
 */
next_try_at: number | null, 
/**
 * One line per round sent.
 */
receipts: Array<ReceiptView>, 
/**
 * One line per tablet that something is or was carried for.
 */
carried: Array<CarriedView>, };

/**
 * Where the tablet stands.
 */
export type Phase = { "phase": "fresh" } | { "phase": "enrolling" } | { "phase": "choose_pin" } | { "phase": "locked", 
/**
 * No try before this instant.
 */
next_try_at: number | null, 
/**
 * Wrong tries left before the vault key is destroyed.
 */
tries_left: number, } | { "phase": "new_pin" } | { "phase": "unlocked" } | { "phase": "destroyed", 
/**
 * Why.
 */
cause: Destruction, };

/**
 * What a try of a PIN costs: more memory and passes slow a thief down.
 *
 * # Source
 * OWASP Password Storage Cheat Sheet, Argon2id: 19 MiB and 2 passes at least. Above 64 MiB,
 * tablets with little memory close the page.
 */
export type PinCost = { 
/**
 * KiB of memory; 19,456 to 65,536.
 */
memory_kib: number, 
/**
 * Passes over it; 2 or 3.
 */
passes: number, };

/**
 * The plan as the tablet needs it.
 */
export type PlanView = { 
/**
 * Nights to pick from.
 */
nights: Array<Night>, 
/**
 * Sectors to pick from; those of this team first.
 */
sectors: Array<SectorView>, 
/**
 * Teams to pick from; this tablet's own first.
 */
teams: Array<TeamView>, 
/**
 * The notice to read aloud.
 */
notice: string, 
/**
 * Where people met may object.
 */
opposition_contact: string, };

/**
 * What the platform found for *Avant de partir*; absent where it cannot tell.
 */
export type PlatformReport = { 
/**
 * Storage survives pressure (`navigator.storage.persisted`).
 */
storage_persistent: boolean | null, 
/**
 * Room left, bytes.
 */
storage_free_bytes: number | null, 
/**
 * Storage is the browser's private file system, or its fallback.
 */
storage_backend: string, 
/**
 * Battery, per cent.
 */
battery_percent: number | null, 
/**
 * Position is allowed.
 */
position_allowed: boolean | null, 
/**
 * The map's layers are on the tablet.
 */
map_ready: boolean, 
/**
 * The app's version.
 */
app_version: string, 
/**
 * A newer version waits.
 */
update_waiting: boolean, 
/**
 * The app is installed, not a tab.
 */
installed: boolean, 
/**
 * The screen may be kept on.
 */
wake_lock: boolean | null, 
/**
 * A tab of Apple's browser: it forgets its files after a week, the installed app does not.
 */
apple_tab: boolean, };

/**
 * A place, its accuracy and its origin.
 */
export type Position = { 
/**
 * Radius that holds the true place 68 times in 100, metres; absent when unknown.
 */
accuracy_m: number | null, 
/**
 * How it was obtained.
 */
source: PositionSource, 
/**
 * When the fix was taken (device clock); absent for a hand pin.
 */
fixed_at: number | null, 
/**
 * Degrees east.
 */
longitude: number, 
/**
 * Degrees north.
 */
latitude: number, };

/**
 * How a position was obtained.
 */
export type PositionSource = "fix" | "hand" | "site" | "correction" | "import" | "typed";

/**
 * What kind of answer a question takes.
 */
export type QuestionKind = "text" | "integer" | "select_one" | "select_multiple" | "geopoint" | "note" | "sealed";

/**
 * One question on a card.
 */
export type QuestionView = { 
/**
 * Name.
 */
name: string, 
/**
 * What kind of answer it takes.
 */
kind: QuestionKind, 
/**
 * How it is drawn.
 */
appearance: Appearance, 
/**
 * Its text, by language.
 */
label: { [key in string]: string }, 
/**
 * A hint for the team, by language.
 */
hint: { [key in string]: string } | null, 
/**
 * Choices of a list.
 */
choices: Array<ChoiceLabel>, 
/**
 * Must be answered before saving.
 */
required: boolean, 
/**
 * "Refuse" and "ne sait pas" are offered.
 */
may_decline: boolean, 
/**
 * What came back so far.
 */
answer: Answer<AnswerValue>, 
/**
 * Why the answer is not accepted, by language.
 */
problem: { [key in string]: string } | null, 
/**
 * Largest number or longest text accepted.
 */
limit: number | null, };

/**
 * Proof that a round's changes are on the server.
 */
export type ReceiptView = { 
/**
 * Sector code; none is "hors secteur".
 */
sector: string | null, 
/**
 * Night.
 */
night: Night | null, 
/**
 * Changes acknowledged.
 */
acknowledged: number, 
/**
 * Observations the coordination has read.
 */
read: number, 
/**
 * Short form of the signed receipt: groups of 4 characters.
 */
code: string, 
/**
 * Server clock.
 */
at: number, };

/**
 * A forgotten PIN.
 */
export type ResetView = { 
/**
 * The server has what a reset needs.
 */
possible: boolean, 
/**
 * A new PIN is asked for: what is read to the coordination.
 */
words: FourWords | null, 
/**
 * The request ends at this instant (device clock).
 */
until: number | null, };

/**
 * How dangerous a sector or place is held to be.
 */
export type RiskClass = "ordinary" | "experienced" | "professional";

/**
 * A round in the list of rounds.
 */
export type RoundSummary = { 
/**
 * Sector code and name; none is "hors secteur".
 */
sector: string | null, 
/**
 * Night.
 */
night: Night, 
/**
 * Closed.
 */
closed: boolean, 
/**
 * Observations that stand.
 */
observations: number, };

/**
 * The round at hand.
 */
export type RoundView = { 
/**
 * Team code.
 */
team: string, 
/**
 * Sector; none is "hors secteur".
 */
sector: SectorView | null, 
/**
 * Night.
 */
night: Night, 
/**
 * When this tablet set out (device clock).
 */
started_at: number, 
/**
 * How it was closed.
 */
closed: Coverage | null, 
/**
 * Another tablet of the team closed it.
 */
closed_elsewhere: boolean, 
/**
 * It goes on on another tablet, and is only read here.
 */
handed: HandedView | null, 
/**
 * Streets that the team declares walked, by key.
 */
walked: Array<string>, 
/**
 * Sums over what stands.
 */
totals: Totals, 
/**
 * Entries, newest first.
 */
entries: Array<EntryView>, 
/**
 * Known places of the sector.
 */
sites: Array<SiteView>, };

/**
 * A polygon given to one team for one night.
 */
export type SectorId = string;

/**
 * A sector.
 */
export type SectorView = { 
/**
 * Identifier.
 */
id: SectorId, 
/**
 * Code.
 */
code: string, 
/**
 * Name.
 */
name: string, 
/**
 * Risk class.
 */
risk: RiskClass, 
/**
 * This tablet's team is sent there.
 */
assigned: boolean, 
/**
 * Its ground as rings of `[longitude, latitude]`, one polygon after the other. In the plan,
 * only while no round is at hand: a screen redrawn at each tap must stay light.
 */
polygons: Array<Array<Array<[number, number]>>>, };

/**
 * A place that lasts: squat, bidonville, camp.
 */
export type SiteId = string;

/**
 * What kind of lasting place.
 */
export type SiteKind = "squat" | "bidonville" | "camp";

/**
 * A known place.
 */
export type SiteView = { 
/**
 * Identifier.
 */
id: SiteId, 
/**
 * Its kind; absent for a place kept for professionals.
 */
kind: SiteKind | null, 
/**
 * Its code.
 */
code: string, 
/**
 * Where.
 */
coordinates: Coordinates, 
/**
 * Who may go. For the others: "ne pas entrer, compté par une autre équipe".
 */
audience: Audience, 
/**
 * How many people are expected.
 */
expected: HeadCount | null, 
/**
 * Access and dangers.
 */
note: string | null, 
/**
 * Counted tonight by this round.
 */
counted: boolean, };

/**
 * One operation on the tablet's storage.
 */
export type StorageOperation = { "operation": "append", 
/**
 * File name.
 */
file: string, 
/**
 * Base64.
 */
bytes: string, } | { "operation": "replace", 
/**
 * File name.
 */
file: string, 
/**
 * Base64.
 */
bytes: string, } | { "operation": "truncate", 
/**
 * File name.
 */
file: string, 
/**
 * Bytes kept.
 */
length: number, } | { "operation": "delete", 
/**
 * File name.
 */
file: string, };

/**
 * A file of the tablet's storage, as read at start.
 */
export type StoredFile = { 
/**
 * Its name.
 */
name: string, 
/**
 * Its bytes, base64 (RFC 4648 section 4).
 */
bytes: string, };

/**
 * A team of the campaign, known by a code.
 */
export type TeamId = string;

/**
 * A team.
 */
export type TeamView = { 
/**
 * Identifier.
 */
id: TeamId, 
/**
 * Code.
 */
code: string, };

/**
 * How a message is shown.
 */
export type Tone = "good" | "notice" | "problem";

/**
 * Sums over the observations that stand.
 */
export type Totals = { 
/**
 * People in the street, at least and at most.
 */
street_at_least: number, 
/**
 * See `street_at_least`.
 */
street_at_most: number, 
/**
 * People in squats and bidonvilles, at least and at most.
 */
sites_at_least: number, 
/**
 * See `sites_at_least`.
 */
sites_at_most: number, 
/**
 * Groups met.
 */
groups: number, 
/**
 * Minors among them.
 */
minors: number, 
/**
 * People told by partners, at least and at most.
 */
partners_at_least: number, 
/**
 * See `partners_at_least`.
 */
partners_at_most: number, 
/**
 * Observations set apart as doubtful, out of all the sums.
 */
doubtful: number, };

/**
 * Everything on screen.
 */
export type View = { 
/**
 * Where the tablet stands.
 */
phase: Phase, 
/**
 * Known once enrolled, locked or not.
 */
enrolment: Enrolment | null, 
/**
 * Compared with the console's after enrolment; while unlocked, and before a PIN is chosen.
 */
check_words: FourWords | null, 
/**
 * The platform's key that the vault needs beside the PIN, by its name there.
 */
platform_key: string | null, 
/**
 * Of a forgotten PIN; only while locked.
 */
reset: ResetView | null, 
/**
 * For *Urgence*, locked or not.
 */
coordination_number: string | null, 
/**
 * The last good position, for *Urgence*, locked or not; at most 30 minutes old.
 */
here: Position | null, 
/**
 * What waits and what was sent, locked or not.
 */
outbox: OutboxView, 
/**
 * The plan; only when unlocked.
 */
plan: PlanView | null, 
/**
 * What the check-list found.
 */
checks: Array<Check>, 
/**
 * Rounds kept on this tablet.
 */
rounds: Array<RoundSummary>, 
/**
 * The round at hand.
 */
round: RoundView | null, 
/**
 * A round that is about to pass to another tablet, or to this one.
 */
handover: HandoverView | null, 
/**
 * The form being filled.
 */
form: FormView | null, 
/**
 * The one message of the moment.
 */
message: Message | null, 
/**
 * What the platform last reported.
 */
platform: PlatformReport, 
/**
 * Untouched for so many minutes, the tablet is to be locked.
 */
lock_minutes: number, };

/**
 * Why an observation was taken back.
 */
export type WithdrawalReason = "mistake" | "twice" | "asked" | "out_of_scope";
