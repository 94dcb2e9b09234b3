// Generated from server/src/http/contract. Do not edit: run `cargo xtask approve`.

/**
 * `POST /api/campaigns/{id}/devices/{device}/accept`.
 */
export type AcceptDevice = {
/**
 * The team it is handed to, where it has none yet or another.
 */
team: TeamId | null, };

/**
 * A ruling.
 */
export type AdjudicationEntry = {
/**
 * Identifier.
 */
id: AdjudicationId,
/**
 * What became of it.
 */
ruling: Ruling,
/**
 * Why.
 */
reason: string | null,
/**
 * Account name.
 */
by: string,
/**
 * Server clock.
 */
at: number,
/**
 * Undone.
 */
undone: boolean, };

/**
 * A coordinator's ruling on a doubtful observation.
 */
export type AdjudicationId = string;

/**
 * Something that needs somebody.
 */
export type Alert = {
/**
 * `recorded-twice`, `quarantine`, `late-round`, `unplanned-round`, `silent-team`, `clock-off`, `outside`,
 * `conflict`, `border`, `log-went-back`, `tablet-went-back`, `tablet-cloned`,
 * `quarantine-full`, `met-by-two` (both teams outside; `about` names both).
 */
code: string,
/**
 * A team, sector or tablet; never a place.
 */
about: string,
/**
 * Since (server clock).
 */
since: number, };

/**
 * `POST /api/campaigns/{id}/devices/{device}/reset-pin`.
 */
export type AllowPinReset = {
/**
 * The key whose words the team has read aloud, base64.
 */
asks_with: string, };

/**
 * What came back from a question.
 */
export type Answer<T> = { "state": "known", "value": T } | { "state": "not_asked" } | { "state": "refused" } | { "state": "does_not_know" } | { "state": "not_observed" } | { "state": "not_applicable" };

/**
 * The value of an answered question.
 */
export type AnswerValue = { "integer": number } | { "text": string } | { "choice": string } | { "choices": Array<string> };

/**
 * A token that was drawn: its text is told once.
 */
export type ApiTokenDrawn = {
/**
 * As it will be listed.
 */
line: ApiTokenLine,
/**
 * For `Authorization: Bearer`, or as the password of HTTP Basic; never in an address.
 */
token: string,
/**
 * What it opens.
 */
address: string, };

/**
 * A line of `GET /api/account/tokens`.
 */
export type ApiTokenLine = {
/**
 * Identifier: tells nothing of the token.
 */
id: string,
/**
 * What its owner calls it.
 */
name: string,
/**
 * Server clock.
 */
created_at: number,
/**
 * Server clock.
 */
expires_at: number, };

/**
 * An observation whose team is to be asked whether it counts.
 */
export type AskedLine = {
/**
 * The observation.
 */
observation: ObservationId,
/**
 * Code of the team.
 */
team: string,
/**
 * The team is still outside.
 */
outside: boolean,
/**
 * Code of the sector.
 */
sector: string | null,
/**
 * What was seen.
 */
kind: ObservationKind,
/**
 * When.
 */
observed_at: number,
/**
 * What the coordinator wants to know.
 */
reason: string | null,
/**
 * Who asks: account name.
 */
by: string,
/**
 * Since when.
 */
since: number, };

/**
 * A team sent to a sector for a night.
 */
export type AssignmentEntry = {
/**
 * Who.
 */
team: TeamId,
/**
 * Where.
 */
sector: SectorId,
/**
 * When.
 */
night: Night, };

/**
 * Who may see and go to a place.
 */
export type Audience = "everyone" | "professionals";

/**
 * A line of `GET /api/audit`, newest first.
 */
export type AuditLine = {
/**
 * 1, 2, 3...
 */
number: number,
/**
 * Server clock.
 */
at: number,
/**
 * Who.
 */
author: string,
/**
 * What: a stable kebab-case code.
 */
action: string,
/**
 * To what.
 */
subject: string,
/**
 * Why.
 */
reason: string, };

/**
 * `GET /api/campaigns/{id}`: everything *Préparer* shows.
 */
export type CampaignDetail = {
/**
 * Name, kind, mode, state, nights.
 */
summary: CampaignSummary,
/**
 * Position of the log this was read at; a command quotes it.
 */
position: number,
/**
 * The coordination's number.
 */
coordination_number: string | null,
/**
 * Untouched for so many minutes, a tablet locks.
 */
lock_minutes: number,
/**
 * IANA time zone.
 */
time_zone: string,
/**
 * What the law asks.
 */
legal: LegalFrame,
/**
 * When raw data go.
 */
retention: RetentionFrame,
/**
 * Where it stands with pseudonyms.
 */
pseudonyms: PseudonymState,
/**
 * What keeps it from opening.
 */
obstacles: Array<OpeningObstacle>,
/**
 * Zones.
 */
zones: Array<ZoneEntry>,
/**
 * Sectors.
 */
sectors: Array<SectorEntry>,
/**
 * Teams.
 */
teams: Array<TeamEntry>,
/**
 * Who is sent where.
 */
assignments: Array<AssignmentEntry>,
/**
 * Known places.
 */
sites: Array<SiteEntry>,
/**
 * Layers on the server, by kind, with their number of features.
 */
layers: Array<LayerEntry>,
/**
 * Perimeter: codes of the communes counted; empty means all imported ones.
 */
perimeter: Array<string>, };

/**
 * A campaign was exported from this server.
 */
export type CampaignExported = {
/**
 * When (server clock, ms).
 */
at: number,
/**
 * Changes that came since: the other server has none of them.
 */
later: number, };

/**
 * One survey operation.
 */
export type CampaignId = string;

/**
 * What kind of operation.
 */
export type CampaignKind = "night_count" | "survey_weeks" | "year_round";

/**
 * Whether its figures are real.
 */
export type CampaignMode = "real" | "exercise";

/**
 * Where it stands.
 */
export type CampaignState = "ready" | "open" | "locked" | "archived";

/**
 * A line of `GET /api/campaigns`.
 */
export type CampaignSummary = {
/**
 * Identifier.
 */
id: CampaignId,
/**
 * Name.
 */
name: string,
/**
 * Kind.
 */
kind: CampaignKind,
/**
 * Real or exercise.
 */
mode: CampaignMode,
/**
 * State.
 */
state: CampaignState,
/**
 * Its nights.
 */
nights: Array<Night>,
/**
 * It was exported to another server and is still here: nothing more is released of it here.
 */
exported: CampaignExported | null, };

/**
 * Whether this is somebody sleeping rough.
 */
export type Certainty = "certain" | "probable" | "doubtful";

/**
 * Something to sign.
 */
export type Challenge = {
/**
 * 32 random bytes, base64.
 */
nonce: string, };

/**
 * `POST /api/device/challenge`.
 */
export type ChallengeRequest = {
/**
 * The tablet (UUID).
 */
device: string, };

/**
 * An order.
 */
export type Command = { "command": "set_details",
/**
 * Name.
 */
name: string,
/**
 * Nights.
 */
nights: Array<Night>,
/**
 * The coordination's number.
 */
coordination_number: string | null,
/**
 * Untouched for so many minutes (3 to 15), a tablet locks; as it was where none is said.
 */
lock_minutes: number | null,
/**
 * What the law asks.
 */
legal: LegalFrame,
/**
 * When raw data go.
 */
retention: RetentionFrame,
/**
 * Ask for pseudonyms, or no longer; as it was where nothing is said.
 */
pseudonyms: boolean | null, } | { "command": "set_perimeter",
/**
 * Codes of imported communes.
 */
communes: Array<string>, } | { "command": "put_zone",
/**
 * The zone.
 */
zone: ZoneEntry, } | { "command": "remove_zone",
/**
 * Which.
 */
zone: ZoneId, } | { "command": "put_sector",
/**
 * The sector.
 */
sector: SectorEntry, } | { "command": "remove_sector",
/**
 * Which.
 */
sector: SectorId, } | { "command": "import_sectors",
/**
 * The file's text.
 */
geojson: string,
/**
 * Property that holds the code.
 */
code: string,
/**
 * Property that holds the name.
 */
name: string, } | { "command": "put_team",
/**
 * The team.
 */
team: TeamEntry, } | { "command": "remove_team",
/**
 * Which.
 */
team: TeamId, } | { "command": "import_teams",
/**
 * The file's text.
 */
csv: string,
/**
 * Night of the assignments.
 */
night: Night | null, } | { "command": "assign",
/**
 * Who, where, when.
 */
assignment: AssignmentEntry, } | { "command": "unassign",
/**
 * Who, where, when.
 */
assignment: AssignmentEntry, } | { "command": "put_site",
/**
 * The place.
 */
site: SiteEntry, } | { "command": "remove_site",
/**
 * Which.
 */
site: SiteId, } | { "command": "open", } | { "command": "lock_campaign", } | { "command": "decide",
/**
 * One.
 */
one: SlotRef,
/**
 * The other.
 */
other: SlotRef,
/**
 * What they are held to be.
 */
verdict: Verdict,
/**
 * Why.
 */
reason: string | null, } | { "command": "decide_all",
/**
 * At most 120.
 */
decisions: Array<PairDecision>,
/**
 * Why.
 */
reason: string | null, } | { "command": "undo_decisions",
/**
 * Which.
 */
decisions: Array<DecisionId>, } | { "command": "undo_decision",
/**
 * Which.
 */
decision: DecisionId, } | { "command": "adjudicate",
/**
 * Which.
 */
observation: ObservationId,
/**
 * What becomes of it.
 */
ruling: Ruling,
/**
 * Why.
 */
reason: string | null, } | { "command": "undo_adjudication",
/**
 * Which.
 */
adjudication: AdjudicationId, } | { "command": "undo_adjudications",
/**
 * Which.
 */
adjudications: Array<AdjudicationId>, } | { "command": "judge_strands",
/**
 * Those in the figure.
 */
counted: Array<ObservationId>,
/**
 * Those out of it.
 */
left_out: Array<ObservationId>,
/**
 * Why.
 */
reason: string | null, } | { "command": "key_in_sheet",
/**
 * The number on it, `0042-K`.
 */
number: string,
/**
 * How much of the sector was walked.
 */
coverage: Coverage,
/**
 * Streets not walked, as it is written.
 */
not_walked: string | null,
/**
 * At most 15.
 */
rows: Array<SheetRowEntry>, } | { "command": "import_sheets",
/**
 * The file's bytes, base64.
 */
file: string,
/**
 * Where it comes from, for the audit log; at least 10 characters, never a name.
 */
reason: string, } | { "command": "correct_place",
/**
 * Which.
 */
observation: ObservationId,
/**
 * Degrees east.
 */
longitude: number,
/**
 * Degrees north.
 */
latitude: number,
/**
 * Why.
 */
reason: string | null, } | { "command": "undo_correction",
/**
 * Which.
 */
correction: CorrectionId, } | { "command": "mark_read",
/**
 * Which.
 */
observations: Array<ObservationId>, };

/**
 * The answer.
 */
export type CommandAnswer = {
/**
 * Position of the log after it.
 */
position: number,
/**
 * Identifier of what it made, where it made something.
 */
made: string | null,
/**
 * For imports: rows taken in, and rows refused with line and reason.
 */
imported: number,
/**
 * See `imported`.
 */
refused: Array<string>, };

/**
 * `POST /api/campaigns/{id}/commands`.
 */
export type CommandRequest = {
/**
 * A UUID drawn by the browser: the same command sent twice acts once.
 */
command_id: string,
/**
 * Position of the log the coordinator had on screen; an older one than the last change of
 * what the command touches answers 409 `stale-position`.
 */
seen: number,
/**
 * The order.
 */
command: Command, };

/**
 * A thing both observations tell of.
 */
export type CommonMark = {
/**
 * As the first has it.
 */
thing: string,
/**
 * The colour both give it.
 */
colour: string | null,
/**
 * They give it two colours.
 */
two_colours: boolean, };

/**
 * One of two campaigns.
 */
export type ComparedCampaign = {
/**
 * Identifier.
 */
id: CampaignId,
/**
 * Name.
 */
name: string,
/**
 * Its nights.
 */
nights: Array<string>,
/**
 * What its street figure counts, by a name with a version.
 */
definition: string,
/**
 * `night_count`, `survey_weeks`, `year_round`; empty where nothing of it was kept.
 */
kind: string,
/**
 * `real`, `exercise`; empty where nothing of it was kept.
 */
mode: string,
/**
 * Something may still move its figures.
 */
provisional: boolean,
/**
 * Its documents ended: the figures are those of its archive without persons.
 */
from_archive: boolean, };

/**
 * `GET /api/campaigns/{id}/comparison?with={id}`. Whoever does not see observations reads tens, of
 * parts that hold enough people both times.
 */
export type ComparisonBoard = {
/**
 * The earlier campaign.
 */
before: ComparedCampaign,
/**
 * The later one.
 */
after: ComparedCampaign,
/**
 * Why they are not compared: `other-definition`, `other-kind`, `other-mode`,
 * `no-common-ground`, `campaign-open`, `same-campaign`, `sector-twice`, `no-archive`.
 */
refused: string | null,
/**
 * Sectors walked both times: the ground of every number.
 */
sectors: number,
/**
 * Sectors of either campaign that are not compared.
 */
left_out: Array<LeftOutEntry>,
/**
 * People by unit; never added up.
 */
units: Array<ComparisonRow>,
/**
 * People in the street by zone of the later campaign; nothing where there is only one.
 */
zones: Array<ComparisonRow>,
/**
 * People in the street by sector, for whoever sees observations.
 */
by_sector: Array<ComparisonRow>,
/**
 * Figures are told to the nearest of these, and small parts withheld; absent where they are exact.
 */
rounded_to: number | null,
/**
 * Least people of a part that is told, where small parts are withheld.
 */
least: number, };

/**
 * A line of the comparison; numbers are absent where withheld.
 */
export type ComparisonRow = {
/**
 * The unit, the zone or the sector; absent for sectors of no zone.
 */
code: string | null,
/**
 * Sectors it stands on.
 */
sectors: number,
/**
 * People before.
 */
before: number | null,
/**
 * People after.
 */
after: number | null,
/**
 * After less before.
 */
difference: number | null,
/**
 * 95 % interval of the difference, its ends to the whole number beyond.
 */
interval: [number, number] | null,
/**
 * `more`, `fewer`, or `none` where the interval holds zero.
 */
conclusion: string | null, };

/**
 * How the contact went.
 */
export type Contact = "answered" | "partial" | "refused" | "asleep" | "language" | "unsafe" | "observed";

/**
 * Contacts of one kind.
 */
export type ContactRow = {
/**
 * `answered`, `refused`...
 */
code: string,
/**
 * Observations; absent where withheld.
 */
observations: number | null, };

/**
 * A correction of the place.
 */
export type CorrectionEntry = {
/**
 * Identifier.
 */
id: CorrectionId,
/**
 * Why.
 */
reason: string | null,
/**
 * Account name.
 */
by: string,
/**
 * Server clock.
 */
at: number,
/**
 * Undone.
 */
undone: boolean, };

/**
 * A coordinator's correction of an observation's place.
 */
export type CorrectionId = string;

/**
 * How a head-count is known.
 */
export type CountMethod = "counted" | "declared" | "estimated";

/**
 * How much of the sector was walked.
 */
export type Coverage = "full" | "partial" | "not_walked";

/**
 * Sectors of one kind.
 */
export type CoverageRow = {
/**
 * `walked`, `zero`, `partial`, `under_way`, `not_walked` or `not_visited`.
 */
code: string,
/**
 * How many.
 */
sectors: number, };

/**
 * A decision taken.
 */
export type DecidedPair = {
/**
 * The decision.
 */
decision: DecisionId,
/**
 * One.
 */
one: SlotCard,
/**
 * The other.
 */
other: SlotCard,
/**
 * What was decided.
 */
verdict: Verdict,
/**
 * Why.
 */
reason: string | null,
/**
 * Account name.
 */
by: string,
/**
 * Server clock.
 */
at: number,
/**
 * Undone.
 */
undone: boolean, };

/**
 * A coordinator's decision on two slots.
 */
export type DecisionId = string;

/**
 * `GET /api/campaigns/{id}/devices`: a tablet.
 */
export type DeviceEntry = {
/**
 * Identifier (UUID).
 */
id: string,
/**
 * Label.
 */
label: string,
/**
 * Four words of its key, in French: the same as on its screen.
 */
words_fr: string,
/**
 * The same words in English.
 */
words_en: string,
/**
 * Team code.
 */
team: string | null,
/**
 * When it enrolled (server clock).
 */
enrolled_at: number,
/**
 * When it was let read (server clock); none while it waits for a coordinator.
 */
accepted_at: number | null,
/**
 * Last contact (server clock).
 */
last_contact_at: number | null,
/**
 * The app's version.
 */
app_version: string | null,
/**
 * Battery, per cent.
 */
battery_percent: number | null,
/**
 * Changes it says it has not sent.
 */
unsent: number,
/**
 * When it wrote the oldest of them (its own clock).
 */
oldest_unsent_at: number | null,
/**
 * Its clock minus the server's, milliseconds.
 */
clock_offset_ms: number | null,
/**
 * Revoked at (server clock).
 */
revoked_at: number | null, };

/**
 * A token that may read this tablet's documents, for 15 minutes.
 */
export type DeviceSession = {
/**
 * Bearer token.
 */
token: string,
/**
 * Server clock, milliseconds.
 */
expires_at: number, };

/**
 * `POST /api/device/session`.
 */
export type DeviceSessionRequest = {
/**
 * The tablet (UUID).
 */
device: string,
/**
 * As given.
 */
nonce: string,
/**
 * Ed25519 over `maraude/session/1` ‖ device ‖ nonce, base64.
 */
signature: string, };

/**
 * A document of the log: plan, brief, round or review.
 */
export type DocumentId = string;

/**
 * A dot of the internal map.
 */
export type Dot = {
/**
 * The observation.
 */
id: ObservationId,
/**
 * Kind.
 */
kind: ObservationKind,
/**
 * `street`, `squat`, `bidonville`, `partner`.
 */
unit: string,
/**
 * Degrees east.
 */
longitude: number,
/**
 * Degrees north.
 */
latitude: number,
/**
 * People: at least.
 */
people: number, };

/**
 * `GET /api/campaigns/{id}/doubles`: a page of the pairs to review.
 */
export type Doubles = {
/**
 * Position of the log this was read at.
 */
position: number,
/**
 * Pairs to review, by effect on the count: the first ones, or those after a place.
 */
queue: Array<PairCard>,
/**
 * Pairs to review in all.
 */
waiting: number,
/**
 * Where the next page begins, as `after` takes it; none where this one is the last. It stands
 * whatever is decided meanwhile.
 */
next: string | null,
/**
 * The last pairs decided, newest first; on the first page alone.
 */
decided: Array<DecidedPair>,
/**
 * Decisions in all, undone ones included.
 */
decisions: number,
/**
 * Distinct people in the street so far: the figure, a minimum.
 */
distinct: number,
/**
 * 95 % interval of the estimate, which also weighs the pairs nobody has decided.
 */
interval: [number, number],
/**
 * Pairs the model holds to be one without asking.
 */
automatic: number, };

/**
 * A doubtful observation, or one ruled on.
 */
export type DoubtfulLine = {
/**
 * It.
 */
observation: ObservationRow,
/**
 * It is in the figure.
 */
counted: boolean,
/**
 * The ruling that stands.
 */
ruling: Ruling | null,
/**
 * All rulings on it, oldest first, undone ones included.
 */
rulings: Array<AdjudicationEntry>, };

/**
 * `GET /api/campaigns/{id}/doubtful`: observations that wait for a ruling, and those ruled on.
 */
export type DoubtfulList = {
/**
 * Position of the log this was read at.
 */
position: number,
/**
 * Those nobody ruled on, then those whose team is asked, then those ruled on; newest first.
 */
lines: Array<DoubtfulLine>, };

/**
 * A line of `GET /api/ended-campaigns`: a campaign whose documents ended, and what is still there.
 */
export type EndedCampaign = {
/**
 * Identifier.
 */
id: CampaignId,
/**
 * Name; empty where an earlier version kept none.
 */
name: string,
/**
 * Its nights, where they were kept.
 */
nights: Array<string>,
/**
 * Its documents ended and coarse tables stayed (server clock).
 */
coarsened_at: number | null,
/**
 * Everything ended (server clock).
 */
purged_at: number | null,
/**
 * Releases that are still listed and exported.
 */
releases: number,
/**
 * Its counts without persons were kept: it can be compared.
 */
has_archive: boolean,
/**
 * A signed certificate tells what was destroyed.
 */
has_certificate: boolean, };

/**
 * What a tablet is given.
 */
export type EnrolAnswer = {
/**
 * Its identifier (UUID).
 */
device: string,
/**
 * Its label.
 */
label: string,
/**
 * The campaign (UUID).
 */
campaign: string,
/**
 * The campaign's name.
 */
campaign_name: string,
/**
 * *exercice*.
 */
exercise: boolean,
/**
 * The team it is handed to (UUID).
 */
team: string | null,
/**
 * The campaign's X25519 key, base64: envelopes are sealed to it.
 */
campaign_key: string,
/**
 * The server's Ed25519 key, base64: receipts are signed by it.
 */
server_key: string,
/**
 * Authorises uploads only; kept outside the vault.
 */
upload_token: string,
/**
 * For *Urgence*, also while locked.
 */
coordination_number: string | null,
/**
 * Server clock, milliseconds.
 */
server_at: number, };

/**
 * `POST /api/enrol`: a tablet redeems its one-time code.
 */
export type EnrolRequest = {
/**
 * The code, with or without separators.
 */
code: string,
/**
 * Its Ed25519 key, 32 bytes in base64.
 */
verifying_key: string,
/**
 * Ed25519 by that key over `maraude/enrol/1` ‖ the normalised code: proof of possession.
 */
proof: string,
/**
 * The app's version.
 */
app_version: string, };

/**
 * A one-time code to enrol a tablet.
 */
export type EnrolmentCode = {
/**
 * To be dictated: groups of 4 characters.
 */
code: string,
/**
 * To be scanned or opened on the tablet.
 */
link: string,
/**
 * QR code of the link, as SVG.
 */
qr_svg: string,
/**
 * Server clock.
 */
expires_at: number, };

/**
 * `POST /api/campaigns/{id}/persons/erase`.
 */
export type ErasePerson = {
/**
 * The code on the slip, typed.
 */
code: string,
/**
 * The observation that was shown.
 */
observation: ObservationId,
/**
 * Which request this answers; never a name.
 */
reason: string, };

/**
 * A number that an estimate was made from.
 */
export type EstimateCount = {
/**
 * A night, a pass, a number of times, or a zone; empty for sectors of no zone.
 */
name: string,
/**
 * People.
 */
people: number,
/**
 * Of zones: sectors walked to the end, and all.
 */
sectors: [number, number] | null, };

/**
 * One way to estimate.
 */
export type EstimateMethod = {
/**
 * `met`, `nights`, `passes` or `sectors`.
 */
method: string,
/**
 * What it was counted from, means over the ways to link: lists, people met so many times, or
 * zones.
 */
counts: Array<EstimateCount>,
/**
 * People in more than one list.
 */
in_common: number | null,
/**
 * Every model, the one to show first; empty where it is refused.
 */
models: Array<EstimateModel>,
/**
 * Least and largest of the models, where there are several of one kind.
 */
spread: [number, number] | null,
/**
 * Models that could not be fitted.
 */
dropped: number,
/**
 * The lists have too few people in common: no model may be trusted alone.
 */
thin: boolean,
/**
 * Why there is none.
 */
refusal: EstimateRefusal | null,
/**
 * Codes of what must hold.
 */
assumptions: Array<string>, };

/**
 * What one model says.
 */
export type EstimateModel = {
/**
 * `chapman`, `chao`, `truncated_poisson`, `zelterman`, `expansion` or `log_linear`.
 */
model: string,
/**
 * Of log-linear models: pairs of lists that depend on each other, from 0.
 */
pairs: Array<[number, number]>,
/**
 * People in all, those met included.
 */
people: number,
/**
 * 95 % interval, where the model gives one.
 */
interval: [number, number] | null,
/**
 * Of log-linear models: less is better.
 */
aic: number | null, };

/**
 * Why an estimate is refused.
 */
export type EstimateRefusal = {
/**
 * A stable code: `too-few-met-twice`...
 */
code: string,
/**
 * How many there are, and how many are needed.
 */
found_and_needed: [number, number] | null, };

/**
 * `GET /api/campaigns/{id}/estimation`.
 */
export type Estimation = {
/**
 * Position of the log this was read at.
 */
position: number,
/**
 * The figure: distinct people in the street, a minimum.
 */
distinct: number,
/**
 * 95 % interval of the doubt about who was met twice.
 */
interval: [number, number],
/**
 * Every way to estimate that the campaign allows.
 */
methods: Array<EstimateMethod>, };

/**
 * `POST /api/campaigns/{id}/coarse`, `POST /api/campaigns/{id}/quarantine/{number}/export`: a file for
 * who says why.
 */
export type ExportReason = {
/**
 * Why; it is kept in the audit log.
 */
reason: string, };

/**
 * The figure (design D14): separate lines, never added up.
 */
export type Figures = {
/**
 * Observations that stand.
 */
observations: number,
/**
 * People in the street as filed, before doubles are taken out: at least, at most.
 */
street_filed: [number, number],
/**
 * Distinct people in the street, doubles taken out: the figure, a minimum, as releases count it.
 */
street_distinct: number,
/**
 * 95 % interval of the estimate, which also weighs the pairs nobody has decided.
 */
street_interval: [number, number],
/**
 * Squats, and people in them: at least, at most.
 */
squats: number,
/**
 * See `squats`.
 */
squat_people: [number, number],
/**
 * Bidonvilles, and people in them: at least, at most.
 */
bidonvilles: number,
/**
 * See `bidonvilles`.
 */
bidonville_people: [number, number],
/**
 * People told by partners.
 */
partner_people: number,
/**
 * Doubtful observations, out of the figure until decided.
 */
doubtful: number,
/**
 * Pairs waiting for a decision.
 */
pairs_to_review: number,
/**
 * Share of first contacts who answered, per cent.
 */
answered_percent: number | null, };

/**
 * `POST /api/campaigns/{id}/persons/find`.
 */
export type FindPerson = {
/**
 * The code on the slip, typed.
 */
code: string, };

/**
 * `POST /api/campaigns/{id}/pseudonyms/forget`.
 */
export type ForgetPseudonyms = {
/**
 * The campaign's name, typed.
 */
confirmation: string,
/**
 * Why, in words.
 */
reason: string, };

/**
 * `POST /api/campaigns/{id}/groups/effect`: a change that is not made yet.
 */
export type GroupChange = {
/**
 * Decisions that would be taken.
 */
decisions: Array<PairDecision>,
/**
 * Decisions that would be undone.
 */
undone: Array<DecisionId>, };

/**
 * `GET /api/campaigns/{id}/groups/{observation}/{slot}`.
 */
export type GroupDetail = {
/**
 * Position of the log this was read at.
 */
position: number,
/**
 * The group's people, then those they may also be.
 */
people: Array<GroupPerson>,
/**
 * Pairs among them that are likely, held or decided.
 */
links: Array<GroupLink>,
/**
 * People beyond those told.
 */
more: number, };

/**
 * What the change would do.
 */
export type GroupEffect = {
/**
 * Today.
 */
before: NightTotals,
/**
 * After it.
 */
after: NightTotals,
/**
 * Decisions that would be set aside because others contradict them.
 */
set_aside: number, };

/**
 * A group of several observations linked by people held to be the same.
 */
export type GroupLine = {
/**
 * Its least slot: what it is asked for by.
 */
slot: SlotRef,
/**
 * Observations.
 */
observations: number,
/**
 * People they are held to be.
 */
people: number,
/**
 * Slots.
 */
slots: number,
/**
 * Probability of the least likely pair held to be one; none where all are decided.
 */
weakest: number | null,
/**
 * Pairs to review.
 */
open: number,
/**
 * Codes of the teams.
 */
teams: Array<string>,
/**
 * First seen.
 */
first_at: number,
/**
 * Last seen.
 */
last_at: number, };

/**
 * What lies between two members.
 */
export type GroupLink = {
/**
 * One.
 */
one: SlotRef,
/**
 * The other.
 */
other: SlotRef,
/**
 * 0..1.
 */
match_probability: number,
/**
 * log2 of the Bayes factor with the prior.
 */
match_weight: number,
/**
 * What a coordinator decided on this pair.
 */
decided: Verdict | null,
/**
 * Metres between them.
 */
distance_m: number | null,
/**
 * Minutes between them.
 */
minutes: number,
/**
 * Prior, then each part.
 */
waterfall: Array<WaterfallStep>, };

/**
 * `GET /api/campaigns/{id}/groups`.
 */
export type GroupList = {
/**
 * Position of the log this was read at.
 */
position: number,
/**
 * Groups there are.
 */
total: number,
/**
 * The first of them, those with a weak link first.
 */
groups: Array<GroupLine>, };

/**
 * Somebody, as the observations held to be of them.
 */
export type GroupPerson = {
/**
 * In the group; otherwise beside it.
 */
within: boolean,
/**
 * One card per observation.
 */
members: Array<SlotCard>, };

/**
 * A head-count with its bounds. `at_least <= at_most` always holds.
 */
export type HeadCount = { at_least: number, at_most: number,
/**
 * How the number is known.
 */
method: CountMethod, };

/**
 * A pair that somebody else looks at.
 */
export type HeldPair = {
/**
 * One.
 */
one: SlotRef,
/**
 * The other.
 */
other: SlotRef,
/**
 * Account name.
 */
by: string, };

/**
 * `GET /api/hello`: what any client may know.
 */
export type Hello = {
/**
 * The server's version.
 */
version: string,
/**
 * Sync protocol it speaks.
 */
sync_protocol: number,
/**
 * Oldest sync protocol it accepts.
 */
oldest_protocol: number, };

/**
 * One change of an observation.
 */
export type HistoryEntry = {
/**
 * Device clock.
 */
at: number,
/**
 * Tablet label, or "coordination".
 */
by: string,
/**
 * Fields it wrote.
 */
fields: Array<string>, };

/**
 * `POST /api/campaigns/{id}/hold`.
 */
export type HoldRequest = {
/**
 * Set it, or end it.
 */
holds: boolean,
/**
 * Why, in words.
 */
reason: string, };

/**
 * `GET /api/campaigns/{id}/indicators`. Whoever does not see observations reads what the rules of
 * releases let through.
 */
export type IndicatorBoard = {
/**
 * Position of the log this was read at.
 */
position: number,
/**
 * `provisional`, or `consolidated` when nothing is open any more.
 */
stage: string,
/**
 * What keeps it provisional: `campaign-open`, `pairs-to-review`, `doubtful-observations`.
 */
unsettled: Array<string>,
/**
 * The last release of all levels, where there is one.
 */
released: number | null,
/**
 * Small counts are withheld, as in releases.
 */
small_withheld: boolean,
/**
 * Least people of a category that is told, where small counts are withheld.
 */
least: number,
/**
 * Version of the table of typologies.
 */
typology: number,
/**
 * Why tables and contacts are not told yet: `campaign-open`, `no-perimeter`.
 */
waits: string | null,
/**
 * People by unit; never added up.
 */
units: Array<IndicatorRow>,
/**
 * People in the street by category.
 */
tables: Array<IndicatorTable>,
/**
 * How contacts went, in observations.
 */
contacts: Array<ContactRow>,
/**
 * People asked, and those of them who answered in whole or in part.
 */
asked_answered: [number, number] | null,
/**
 * Sectors by what became of them.
 */
coverage: Array<CoverageRow>,
/**
 * Each sector by itself.
 */
sectors: Array<SectorCoverage>,
/**
 * People in the street beyond the perimeter, whom no figure holds.
 */
outside: number | null, };

/**
 * A count of people.
 */
export type IndicatorRow = {
/**
 * The unit or the category.
 */
code: string,
/**
 * Squats, bidonvilles or partners they are at.
 */
places: number | null,
/**
 * Distinct people; absent where withheld.
 */
people: number | null,
/**
 * In the street the 95 % interval of linkage; elsewhere at least and at most as told.
 */
interval: [number, number] | null, };

/**
 * People in the street told apart by one trait.
 */
export type IndicatorTable = {
/**
 * `igh`, `ethos_light`, `insee`, `age`, `gender`, `household` or `duration`.
 */
breakdown: string,
/**
 * By category.
 */
rows: Array<IndicatorRow>, };

/**
 * One oddity, and where it is.
 */
export type Issue = {
/**
 * What is odd.
 */
code: IssueCode,
/**
 * The entry's key, `kind:id`.
 */
key: string,
/**
 * The field, where it is one.
 */
field: string | null,
/**
 * For a conflict: all values as text, the one that is read first.
 */
values: Array<string>, };

/**
 * What is odd.
 */
export type IssueCode = "missing-field" | "odd-value" | "unknown-key" | "newer-schema" | "conflict";

/**
 * Acts of a kind.
 */
export type KindCount = {
/**
 * As [`LoggedAct::kind`].
 */
kind: string,
/**
 * How many.
 */
acts: number, };

/**
 * A layer on the server.
 */
export type LayerEntry = {
/**
 * `commune`, `zone`, `sector`, `quartier`, `landmark`, `street`, `water`...
 */
kind: string,
/**
 * Its version.
 */
version: number,
/**
 * How many features.
 */
features: number,
/**
 * What its owner should know: areas joined, overlaps, gaps; only just after its import.
 */
notes: Array<LayerNoteLine>, };

/**
 * Something about an imported layer that its owner should know.
 */
export type LayerNoteLine = {
/**
 * `joined`, `renumbered`, `not-simple`, `overlap`, `gaps`.
 */
code: string,
/**
 * Codes of the areas it is about.
 */
areas: Array<string>,
/**
 * How many holes, or which feature of the file; 1-based.
 */
number: number,
/**
 * Ground it is about, square metres; 0 where none is.
 */
square_metres: number, };

/**
 * `POST /api/layers/convert`: a file to be looked at before it is imported.
 */
export type LayerToConvert = {
/**
 * GeoPackage, zipped shapefile or GeoJSON, base64.
 */
file: string,
/**
 * Table of a GeoPackage that holds several; empty for the only one.
 */
table: string, };

/**
 * A sector that is not compared.
 */
export type LeftOutEntry = {
/**
 * Its code.
 */
sector: string,
/**
 * Why: `only-before`, `only-after`, `other-limits`, `walked-before-only`,
 * `walked-after-only`, `never-walked`.
 */
why: string, };

/**
 * What the law asks before a real campaign may open (GDPR art. 13, 14, 30, 35).
 */
export type LegalFrame = {
/**
 * Who is responsible for the processing.
 */
controller: string,
/**
 * Its legal basis.
 */
legal_basis: string,
/**
 * Reference of the impact assessment.
 */
impact_assessment: string,
/**
 * The notice read to people met.
 */
notice: string,
/**
 * Where to object or ask.
 */
opposition_contact: string, };

/**
 * How often a level is met.
 */
export type LevelLine = {
/**
 * The field.
 */
field: string,
/**
 * The level.
 */
level: string,
/**
 * Of pairs in which both answered.
 */
both_answered: boolean,
/**
 * P(level given same).
 */
m_probability: number,
/**
 * P(level given different).
 */
u_probability: number,
/**
 * log2(m/u).
 */
bits: number, };

/**
 * People in a line of the figure, or more or fewer of them.
 */
export type LineEffect = {
/**
 * `street`, `squat`, `bidonville`, `partner`.
 */
unit: string,
/**
 * People.
 */
people: number, };

/**
 * A server that was restored from an older copy without being told.
 */
export type LogWentBack = {
/**
 * When it was found out (server clock).
 */
at: number,
/**
 * Label of the tablet that told.
 */
tablet: string,
/**
 * Changes that the tablet knew of and the server had no more.
 */
lost: number, };

/**
 * What somebody decided at once.
 */
export type LoggedAct = {
/**
 * Its number in this log, from 1.
 */
number: number,
/**
 * Server clock.
 */
at: number,
/**
 * `same`, `different`, `unsure`, `group` (several pairs), `count`, `do_not_count`, `ask_team`,
 * `place`, `sector`, `strands` (which of what was recorded of a sector counts).
 */
kind: string,
/**
 * The role of who decided; none once the account is closed.
 */
role: string | null,
/**
 * The beginning of their account's identifier: never a name.
 */
who: string,
/**
 * Why.
 */
reason: string | null,
/**
 * The pairs, for decisions on people.
 */
pairs: Array<LoggedPair>,
/**
 * The observation, for rulings and corrections.
 */
about: LoggedSide | null,
/**
 * What was recorded of the sector more than once, for rulings on which of it counts.
 */
strands: Array<LoggedStrand>,
/**
 * What it changed, line by line; none where it has no effect that can be told.
 */
effects: Array<LineEffect> | null,
/**
 * When it was undone.
 */
undone_at: number | null, };

/**
 * Two people of a decision.
 */
export type LoggedPair = {
/**
 * One.
 */
one: LoggedSide,
/**
 * The other.
 */
other: LoggedSide,
/**
 * What they are held to be.
 */
verdict: Verdict, };

/**
 * An observation as the log names it: no place, no trait, no text.
 */
export type LoggedSide = {
/**
 * The beginning of its identifier.
 */
observation: string,
/**
 * The slot: who of a group, from 1.
 */
slot: number,
/**
 * What was seen; none for an observation the server no longer has.
 */
kind: ObservationKind | null,
/**
 * Code of the team.
 */
team: string | null,
/**
 * Code of the sector.
 */
sector: string | null,
/**
 * The night.
 */
night: Night | null,
/**
 * When.
 */
observed_at: number | null, };

/**
 * What one team recorded of a sector by one means, and whether it counts.
 */
export type LoggedStrand = {
/**
 * Code of the team.
 */
team: string,
/**
 * Code of the sector.
 */
sector: string,
/**
 * The night.
 */
night: Night,
/**
 * `tablets`, `tablet` (one that others took over from), `paper`.
 */
source: string,
/**
 * Whether it is in the figure.
 */
counts: boolean, };

/**
 * `POST /api/login`: opens a session (cookie).
 */
export type Login = {
/**
 * Account name.
 */
name: string,
/**
 * Password.
 */
password: string,
/**
 * The telephone's code or a recovery code, for an account that has a second factor.
 */
code?: string | null, };

/**
 * The answer.
 */
export type LookedAt = {
/**
 * Pairs it holds, of those it named: nobody else is shown them meanwhile, and nobody has decided
 * them.
 */
granted: Array<SlotPair>,
/**
 * Pairs that others hold.
 */
others: Array<HeldPair>, };

/**
 * `POST /api/campaigns/{id}/doubles/looking`: pairs a window shows or is about to show. It holds
 * them for half a minute; those it named before and no longer names are free again.
 */
export type LookingAt = {
/**
 * Drawn by the window.
 */
window: string,
/**
 * At most 40.
 */
pairs: Array<SlotPair>, };

/**
 * `GET /api/me`.
 */
export type Me = {
/**
 * Account name.
 */
name: string,
/**
 * `coordinator`, `analyst`, `lead`, `dpo` or `admin`.
 */
role: string,
/**
 * A login asks for a second proof.
 */
second_factor: boolean,
/**
 * Nothing but one's own account opens before a second factor or a passkey is set up.
 */
second_proof_wanted: boolean, };

/**
 * A document that a token names.
 */
export type NamedDocument = {
/**
 * Its identifier (UUID).
 */
id: string,
/**
 * As automerge-repo's `find` takes it.
 */
url: string,
/**
 * `plan`, `brief` or `round`.
 */
kind: string,
/**
 * Of briefs and rounds: the night.
 */
night: string | null,
/**
 * Of briefs and rounds: the sector (UUID).
 */
sector: string | null,
/**
 * Of rounds: the team (UUID).
 */
team: string | null,
/**
 * Changes to it may enter.
 */
writable: boolean, };

/**
 * `GET /api/documents`: what a tablet's token names, for clients of automerge-repo.
 */
export type NamedDocuments = {
/**
 * The tablet (UUID): entries it makes bear it in their stamps.
 */
device: string,
/**
 * Those that `/sync` opens to it.
 */
documents: Array<NamedDocument>, };

/**
 * What a position is near to, in words.
 */
export type NearPlace = {
/**
 * `address`, `street`, `sector` or `commune`: the first of them that is near enough.
 */
kind: string,
/**
 * As people read it.
 */
label: string,
/**
 * How far it is, metres; 0 inside a sector or commune.
 */
distance_m: number, };

/**
 * `POST /api/account/tokens`: a token for a program that reads maps.
 */
export type NewApiToken = {
/**
 * What its owner calls it.
 */
name: string,
/**
 * How long it holds, 1 to 366 days.
 */
days: number, };

/**
 * `POST /api/campaigns`.
 */
export type NewCampaign = {
/**
 * Name.
 */
name: string,
/**
 * Kind.
 */
kind: CampaignKind,
/**
 * Real or exercise.
 */
mode: CampaignMode,
/**
 * When raw data go: both dates for a real campaign; an exercise has its own where none is said.
 */
retention: RetentionFrame, };

/**
 * `POST /api/campaigns/{id}/enrolments`.
 */
export type NewEnrolment = {
/**
 * Label of the tablet's sticker.
 */
label: string,
/**
 * Team it is handed to.
 */
team: TeamId | null, };

/**
 * `POST /api/campaigns/{id}/internal/{table}`: a table with exact places, as a file.
 */
export type NewExport = {
/**
 * `geojson`, `csv`, `gpkg`, `fgb`, `parquet` or `xlsx`.
 */
format: string,
/**
 * Why; it is kept in the audit log.
 */
reason: string, };

/**
 * `POST /api/layers/{kind}`: a layer from a GeoJSON file.
 */
export type NewLayer = {
/**
 * Column of codes; empty for the usual ones.
 */
code: string,
/**
 * Column of names; empty for the usual ones.
 */
name: string,
/**
 * The file's text.
 */
geojson: string, };

/**
 * `POST /api/campaigns/{id}/paper-sheets`: sheets to be printed.
 */
export type NewPaperSheets = {
/**
 * The night.
 */
night: Night,
/**
 * One sheet for each, at most 400.
 */
sheets: Array<SheetFor>, };

/**
 * `POST /api/account/passkeys/begin`.
 */
export type NewPasskey = {
/**
 * What its owner calls it, 1 to 40 characters.
 */
name: string, };

/**
 * `POST /api/campaigns/{id}/releases`.
 */
export type NewRelease = {
/**
 * `provisional` or `consolidated`.
 */
stage: string, };

/**
 * `POST /api/campaigns/{id}/series`: a code that enrols several tablets, until the night ends.
 */
export type NewSeries = {
/**
 * Tablets are called so, with their number after it.
 */
label: string,
/**
 * Team they are handed to.
 */
team: TeamId | null,
/**
 * How many tablets, 1 to 200.
 */
places: number, };

/**
 * `POST /api/campaigns/{id}/enrolment-sheet`: codes that each serve once, to be printed.
 */
export type NewSheet = {
/**
 * Teams, and how many tablets each takes.
 */
teams: Array<SheetTeam>, };

/**
 * The date on which the night began: 01:30 belongs to the day before. Written `2026-01-22`.
 */
export type Night = string;

/**
 * The figure: separate lines, never added up.
 */
export type NightTotals = {
/**
 * Distinct people in the street.
 */
street: number,
/**
 * 95 % interval of the estimate.
 */
interval: [number, number],
/**
 * People in squats, at least.
 */
squat: number,
/**
 * People in bidonvilles, at least.
 */
bidonville: number, };

/**
 * `GET /api/campaigns/{id}/observations/{observation}`.
 */
export type ObservationDetail = {
/**
 * Its line.
 */
row: ObservationRow,
/**
 * The chosen position, and why it won: `correction`, `pin`, `fix`, `site`, `typed`, `none`.
 */
position: Position | null,
/**
 * See `position`.
 */
position_reason: string,
/**
 * What the position is near to.
 */
near: NearPlace | null,
/**
 * The place as typed.
 */
typed_place: string | null,
/**
 * Note.
 */
note: string | null,
/**
 * Answers by question.
 */
answers: { [key in string]: Answer<AnswerValue> },
/**
 * Conflicts and other oddities.
 */
issues: Array<Issue>,
/**
 * Changes, oldest first.
 */
history: Array<HistoryEntry>,
/**
 * Rulings, newest last.
 */
adjudications: Array<AdjudicationEntry>,
/**
 * Corrections, newest last.
 */
corrections: Array<CorrectionEntry>, };

/**
 * What one team recorded of one person or group, once.
 */
export type ObservationId = string;

/**
 * What is observed.
 */
export type ObservationKind = "individual" | "group" | "site" | "partner_count" | "zero_sector";

/**
 * `GET /api/campaigns/{id}/observations`.
 */
export type ObservationPage = {
/**
 * Position of the log this was read at.
 */
position: number,
/**
 * How many match the filters.
 */
total: number,
/**
 * At most 200, newest first.
 */
rows: Array<ObservationRow>, };

/**
 * A line of the table.
 */
export type ObservationRow = {
/**
 * Identifier.
 */
id: ObservationId,
/**
 * Kind.
 */
kind: ObservationKind,
/**
 * `street`, `squat`, `bidonville`, `partner`, `none`.
 */
unit: string,
/**
 * How the contact went.
 */
contact: Contact,
/**
 * Certainty.
 */
certainty: Certainty,
/**
 * How many people.
 */
heads: HeadCount,
/**
 * Team code.
 */
team: string,
/**
 * Sector of the round.
 */
sector: string | null,
/**
 * Night.
 */
night: Night,
/**
 * When, corrected by the tablet's clock offset.
 */
observed_at: number,
/**
 * Placed in: commune name.
 */
commune: string | null,
/**
 * Placed in: sector code of the polygon that holds it.
 */
placed_sector: string | null,
/**
 * `inside` or `edge`.
 */
membership: string | null,
/**
 * Oddities of its place: `outside`, `swapped`, `null-island`, `imprecise`, `stale`, `speed`,
 * `typed-elsewhere`, `none`.
 */
outliers: Array<string>,
/**
 * Set apart: `late`, `unplanned`, or none.
 */
set_apart: string | null,
/**
 * Withdrawn by its team.
 */
withdrawn: boolean,
/**
 * Fields with two values.
 */
conflicts: number,
/**
 * Read by the coordination.
 */
read: boolean,
/**
 * How many observations are held to be the same person or group.
 */
cluster_size: number, };

/**
 * A line of `GET /api/campaigns/{id}/enrolments`: a code that may still be redeemed.
 */
export type OpenCodeLine = {
/**
 * What it is called: tells nothing of the code.
 */
id: string,
/**
 * Label of the tablet's sticker.
 */
label: string,
/**
 * Team code.
 */
team: string | null,
/**
 * Server clock.
 */
created_at: number,
/**
 * Server clock.
 */
expires_at: number, };

/**
 * Something that keeps a campaign from opening.
 */
export type OpeningObstacle = "no-night" | "no-controller" | "no-legal-basis" | "no-impact-assessment" | "no-notice" | "no-opposition-contact" | "no-retention-dates";

/**
 * `POST /api/campaigns/{id}/oppositions`: somebody who is not to be recorded.
 */
export type Oppose = {
/**
 * First letters of the first name: two are read, nothing is kept.
 */
given: string,
/**
 * The same of the family name.
 */
family: string,
/**
 * Year of birth.
 */
birth_year: number,
/**
 * How it was asked for.
 */
reason: OppositionReason, };

/**
 * An entry of the list: never whose.
 */
export type OppositionLine = {
/**
 * Its number.
 */
number: number,
/**
 * When it was entered.
 */
entered_at: number,
/**
 * How it was asked for.
 */
reason: OppositionReason,
/**
 * When it was taken back.
 */
withdrawn_at: number | null, };

/**
 * How it was asked for; never by whom.
 */
export type OppositionReason = "person" | "representative" | "team" | "other";

/**
 * `GET /api/campaigns/{id}/oppositions`.
 */
export type Oppositions = {
/**
 * Observations whose answers are held back, of all entries together.
 */
held_back: number,
/**
 * Entries can still be made: the campaign has its key.
 */
open: boolean,
/**
 * Entries, by number.
 */
entries: Array<OppositionLine>, };

/**
 * A sector recorded more than once in a night.
 */
export type OverlapEntry = {
/**
 * Code of the sector.
 */
sector: string,
/**
 * Its name.
 */
name: string,
/**
 * The night.
 */
night: Night,
/**
 * Somebody has to decide.
 */
waits: boolean,
/**
 * What was recorded, in the order it reached the server.
 */
strands: Array<StrandEntry>, };

/**
 * `GET /api/campaigns/{id}/overlaps`.
 */
export type Overlaps = {
/**
 * Position of the log this was read at.
 */
position: number,
/**
 * Those somebody has to decide on first.
 */
overlaps: Array<OverlapEntry>, };

/**
 * `GET /api/account/passkeys`.
 */
export type OwnPasskeys = {
/**
 * Browsers make passkeys for the server's public address: a name under TLS, or localhost.
 */
possible: boolean,
/**
 * Oldest first.
 */
passkeys: Array<PasskeyLine>, };

/**
 * Two slots that may be one person.
 */
export type PairCard = {
/**
 * One.
 */
one: SlotCard,
/**
 * The other.
 */
other: SlotCard,
/**
 * Metres between them.
 */
distance_m: number | null,
/**
 * Minutes between them.
 */
minutes: number,
/**
 * log2 of the Bayes factor with the prior.
 */
match_weight: number,
/**
 * 0..1.
 */
match_probability: number,
/**
 * Prior, then each part: the waterfall, in order.
 */
waterfall: Array<WaterfallStep>,
/**
 * Which blocking rules found it.
 */
rules: Array<string>, };

/**
 * A decision on two slots among several taken together.
 */
export type PairDecision = {
/**
 * One.
 */
one: SlotRef,
/**
 * The other.
 */
other: SlotRef,
/**
 * What they are held to be.
 */
verdict: Verdict, };

/**
 * A paper sheet that was printed.
 */
export type PaperSheetLine = {
/**
 * Its number, `0042-K`.
 */
number: string,
/**
 * Code of the team.
 */
team: string,
/**
 * Code of the sector.
 */
sector: string,
/**
 * Name of the sector.
 */
name: string,
/**
 * The night.
 */
night: Night,
/**
 * Rows it has.
 */
rows: number,
/**
 * When it was printed.
 */
printed_at: number,
/**
 * What is on it was keyed in.
 */
keyed_in: boolean, };

/**
 * Distinct people in the street of one part: the parts of a dimension add up to the total.
 */
export type PartLine = {
/**
 * `sector`, `commune`, `situation`.
 */
dimension: string,
/**
 * Its code; none for people of whom the part is not known.
 */
code: string | null,
/**
 * Its name, where it has one.
 */
name: string | null,
/**
 * The figure: somebody seen in several parts counts where they were seen first.
 */
distinct: number,
/**
 * 95 % interval of the estimate, in which they count in equal shares.
 */
interval: [number, number], };

/**
 * `POST /api/account/passkeys` and `POST /api/login/passkey`.
 */
export type PasskeyAnswer = {
/**
 * As it was given.
 */
ceremony: string,
/**
 * What the browser gave, in the JSON of WebAuthn level 3 (section 5.1).
 */
answer: unknown, };

/**
 * What a browser is asked, for five minutes.
 */
export type PasskeyCeremony = {
/**
 * To be brought back with the answer.
 */
ceremony: string,
/**
 * `publicKey` of `navigator.credentials`, in the JSON of WebAuthn level 3 (section 5.1.8, 5.1.9).
 */
options: unknown, };

/**
 * A passkey as its owner sees it.
 */
export type PasskeyLine = {
/**
 * Identifier: tells nothing of the key.
 */
id: string,
/**
 * What its owner calls it.
 */
name: string,
/**
 * Server clock.
 */
created_at: number,
/**
 * Its last login, server clock.
 */
used_at: number | null, };

/**
 * `PUT /api/account/password`: other sessions and all tokens end.
 */
export type PasswordChange = {
/**
 * The password as it is.
 */
present: string,
/**
 * The one to come, 10 characters at least.
 */
new: string, };

/**
 * What is held of somebody.
 */
export type PersonHeld = {
/**
 * The observation.
 */
observation: ObservationId,
/**
 * The code on the slip.
 */
code: string,
/**
 * Night.
 */
night: string,
/**
 * Code of the team that met them.
 */
team: string,
/**
 * Code of the sector.
 */
sector: string | null,
/**
 * When (server clock).
 */
observed_at: number,
/**
 * Taken back by the team: hidden, and still there.
 */
withdrawn: boolean,
/**
 * Everything that is held, field by field, in words.
 */
held: { [key in string]: string }, };

/**
 * A line of `GET /api/campaigns/{id}/pin-resets`: a tablet that asks for a new PIN.
 */
export type PinResetLine = {
/**
 * The tablet (UUID).
 */
device: string,
/**
 * Its label.
 */
label: string,
/**
 * Since when (server clock).
 */
asked_at: number,
/**
 * It left here what a reset needs.
 */
possible: boolean,
/**
 * The four words on its screen, in French.
 */
words_fr: string,
/**
 * The same words in English.
 */
words_en: string,
/**
 * The key it asks with, base64: what is allowed is allowed to this one.
 */
asks_with: string,
/**
 * It was allowed at (server clock).
 */
allowed_at: number | null, };

/**
 * One place that a text may mean.
 */
export type PlaceCandidate = {
/**
 * As people read it.
 */
label: string,
/**
 * `address`, `interpolated`, `street`, `landmark`, `crossing`.
 */
kind: string,
/**
 * Degrees east.
 */
longitude: number,
/**
 * Degrees north.
 */
latitude: number,
/**
 * How far from there it may be, metres.
 */
accuracy_m: number,
/**
 * How well it fits; only for ranking.
 */
fit: number, };

/**
 * Where a typed place may be.
 */
export type PlaceCandidates = {
/**
 * Best first.
 */
candidates: Array<PlaceCandidate>,
/**
 * The first is far enough ahead to be taken alone.
 */
confident: boolean, };

/**
 * A squat or bidonville: people met at its door are inside its head-count, never added to it.
 */
export type PlaceLine = {
/**
 * `squat`, `bidonville`.
 */
unit: string,
/**
 * Sectors its observations come from.
 */
sectors: Array<string>,
/**
 * Its head-count: at least, at most; none where nobody told one.
 */
told: [number, number] | null,
/**
 * Distinct people met there: at least, at most.
 */
met: [number, number],
/**
 * People in it: at least, at most, the larger of the two.
 */
people: [number, number], };

/**
 * `POST /api/campaigns/{id}/gazetteer`: a typed place to look for. It travels in a body: where
 * somebody sleeps stands in no address and no log.
 */
export type PlaceSearch = {
/**
 * As typed, at most 200 characters.
 */
text: string,
/**
 * Candidates near it, or near its sector, come first.
 */
observation: ObservationId | null, };

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
 * What is held of a pair before looking.
 */
export type PriorLine = {
/**
 * `other_team`, `same_team`, `other_night`...
 */
level: string,
/**
 * 0..1.
 */
probability: number, };

/**
 * An error, as a problem document (RFC 9457).
 */
export type Problem = {
/**
 * Stable kebab-case code; the screens translate it.
 */
code: string,
/**
 * One sentence for people without the app.
 */
title: string,
/**
 * HTTP code; RFC 9457 calls it `status`.
 */
status: number,
/**
 * Where in the request, where it can be told.
 */
field?: string | null,
/**
 * When to come back, seconds; the header `Retry-After` says the same.
 */
retry_after_s?: number | null, };

/**
 * *Provisoire*: perimeter to the nearest ten, range, completeness.
 */
export type ProvisionalSentence = {
/**
 * In French.
 */
fr: string,
/**
 * In English.
 */
en: string, };

/**
 * Where a campaign stands with pseudonyms.
 */
export type PseudonymState = "off" | "asked" | "kept" | "forgotten";

/**
 * What became of it.
 */
export type PurgeAnswered = {
/**
 * It is done.
 */
purged: boolean,
/**
 * Notice is given: not before this instant (server clock).
 */
not_before: number | null, };

/**
 * `POST /api/campaigns/{id}/purge`.
 */
export type PurgeRequest = {
/**
 * The campaign's name, typed.
 */
confirmation: string,
/**
 * Why, in words.
 */
reason: string,
/**
 * Do not wait for the week of notice; needs a reason.
 */
without_notice: boolean, };

/**
 * `GET /api/campaigns/{id}/quality`.
 */
export type Quality = {
/**
 * Position of the log this was read at.
 */
position: number,
/**
 * Observations compared.
 */
observations: number,
/**
 * People of individual and group rows: slots.
 */
slots: number,
/**
 * Where the campaign stands with pseudonyms: once they are forgotten, no later observation is
 * compared by them.
 */
pseudonyms: PseudonymState,
/**
 * `learnt`, `fell_back` (the starting parameters stand) or `given`.
 */
training: string,
/**
 * When the parameters in force were learnt, server clock.
 */
learnt_at: number | null,
/**
 * Observations they were learnt from.
 */
learnt_from: number,
/**
 * Observations that came, went or changed since.
 */
changed: number,
/**
 * Distinct people in the street so far: the figure, a minimum.
 */
distinct: number,
/**
 * Estimate of distinct people in the street.
 */
estimate: number,
/**
 * Its 95 % interval.
 */
interval: [number, number],
/**
 * People met on several nights; none for a campaign of one.
 */
returns: ReturnsLine | null,
/**
 * Pairs of observations compared.
 */
compared: number,
/**
 * Of all pairs there are.
 */
possible: number,
/**
 * Pairs each blocking rule found; one pair may be found by several.
 */
rules: Array<RuleLine>,
/**
 * Prior of each kind of pair.
 */
priors: Array<PriorLine>,
/**
 * m and u by field and level, as learnt.
 */
levels: Array<LevelLine>,
/**
 * Links by whole bits of their weight, before rivals share.
 */
histogram: Array<WeightBin>,
/**
 * From here a pair is one without asking.
 */
auto_probability: number,
/**
 * From here it is shown for review.
 */
review_probability: number,
/**
 * From here it stands as one until somebody decides.
 */
held_same_probability: number,
/**
 * What would change at another threshold, in order.
 */
thresholds: Array<ThresholdLine>,
/**
 * What was held of pairs before anybody decided, against decisions, in order.
 */
reliability: Array<ReliabilityLine>, };

/**
 * Something that was refused, kept with its bytes.
 */
export type QuarantineEntry = {
/**
 * Its number.
 */
number: number,
/**
 * When it came (server clock).
 */
received_at: number,
/**
 * Why: a stable code.
 */
code: string,
/**
 * Label of the tablet that wrote it, or carried it.
 */
tablet: string,
/**
 * `plan`, `brief`, `round` or `review`, where its document is known.
 */
document: string | null,
/**
 * Code of the team whose round it is.
 */
team: string | null,
/**
 * Its night.
 */
night: string | null, };

/**
 * `GET /api/campaigns/{id}/quarantine`: what was refused and nobody has dealt with.
 */
export type QuarantineList = {
/**
 * Newest first.
 */
entries: Array<QuarantineEntry>,
/**
 * There are more than are listed.
 */
more: boolean,
/**
 * When the log was last found to have gone back, if ever.
 */
went_back: LogWentBack | null, };

/**
 * What came of trying again.
 */
export type QuarantineRetried = {
/**
 * Let in, or known by now.
 */
taken: number,
/**
 * Refused again.
 */
left: number, };

/**
 * `POST /api/campaigns/{id}/quarantine/retry`.
 */
export type QuarantineRetry = {
/**
 * One entry; all of them without.
 */
number: number | null,
/**
 * Take up the work of revoked tablets too.
 */
revoked: boolean, };

/**
 * What a second factor's owner writes down.
 */
export type RecoveryCodes = {
/**
 * Ten, each good for one login.
 */
codes: Array<string>, };

/**
 * A release in the list.
 */
export type ReleaseEntry = {
/**
 * Number, from 1.
 */
number: number,
/**
 * `provisional` or `consolidated`.
 */
stage: string,
/**
 * Server clock.
 */
built_at: number,
/**
 * Account name.
 */
by: string,
/**
 * SHA-256 of its content, hexadecimal.
 */
digest: string,
/**
 * Figures published.
 */
figures: number,
/**
 * Figures withheld.
 */
withheld: number, };

/**
 * `GET /api/campaigns/{id}/releases/{number}`: exactly what is published.
 */
export type ReleasePreview = {
/**
 * Its line.
 */
release: ReleaseEntry,
/**
 * The published map, as GeoJSON text: each feature has `code`, `name`, `level`, `subject`,
 * `figure` (absent when withheld) and `reason`.
 */
geojson: string,
/**
 * Settings in force, printed on every output.
 */
settings: Array<string>, };

/**
 * `GET /api/campaigns/{id}/releases`.
 */
export type Releases = {
/**
 * The sentence that may be said now, and what it rests on.
 */
sentence: ProvisionalSentence,
/**
 * Releases built, newest first.
 */
releases: Array<ReleaseEntry>,
/**
 * Why a consolidated one cannot be built now: `campaign-open`, `pairs-to-review`,
 * `already-consolidated`, `exercise`... A code that only warns ends with `?`.
 */
obstacles: Array<string>, };

/**
 * Pairs of one range of probabilities, and what was decided of them.
 */
export type ReliabilityLine = {
/**
 * Held before any decision, from this on.
 */
from: number,
/**
 * Below this.
 */
to: number,
/**
 * Compared pairs of the range.
 */
pairs: number,
/**
 * Of these, pairs with a standing decision.
 */
decided: number,
/**
 * Of these, pairs decided to be one person.
 */
same: number,
/**
 * Mean probability of the decided.
 */
expected: number,
/**
 * 95 % interval of the share decided to be one.
 */
interval: [number, number], };

/**
 * Pieces refused whole, for one reason.
 */
export type RescueRefused = {
/**
 * Stable kebab-case code.
 */
code: string,
/**
 * They lie under *À reprendre*; otherwise the file must be kept.
 */
kept: boolean,
/**
 * How many.
 */
number: number, };

/**
 * What became of it.
 */
export type RescueTaken = {
/**
 * Label of the tablet that made the file.
 */
tablet: string,
/**
 * When it made it (its clock).
 */
made_at: number,
/**
 * Sealed pieces that are on the server's disk, now or since before.
 */
kept: number,
/**
 * Changes the gate refused, kept under *À reprendre*.
 */
set_aside: number,
/**
 * Pieces refused whole.
 */
refused: Array<RescueRefused>, };

/**
 * `POST /api/campaigns/{id}/rescue`: a file as the tablet gave it.
 */
export type RescueUpload = {
/**
 * The file's bytes, base64.
 */
file: string, };

/**
 * When raw data go.
 */
export type RetentionFrame = {
/**
 * Marks, pseudonyms and exact places are destroyed or coarsened on this date.
 */
coarsen_on: Night | null,
/**
 * The campaign is purged on this date.
 */
purge_on: Night | null, };

/**
 * A line of `GET /api/retention`.
 */
export type RetentionLine = {
/**
 * The campaign.
 */
campaign: CampaignId,
/**
 * Its name.
 */
name: string,
/**
 * The date its documents end: signs and exact places go, coarse tables stay.
 */
coarsen_on: string | null,
/**
 * Notice of that is given: not before this instant (server clock).
 */
coarsen_from: number | null,
/**
 * Its documents ended (server clock).
 */
coarsened_at: number | null,
/**
 * The date it is purged on.
 */
purge_on: string | null,
/**
 * Notice is given: not before this instant (server clock).
 */
purge_from: number | null,
/**
 * Where it stands with pseudonyms.
 */
pseudonyms: PseudonymState,
/**
 * Why a legal hold stands, where one does.
 */
held: string | null,
/**
 * It was purged (server clock).
 */
purged_at: number | null, };

/**
 * People who come back on another night and sleep elsewhere: nothing finds most of them one by one.
 */
export type ReturnsLine = {
/**
 * Their share of the returns, 0..1.
 */
share: number,
/**
 * Its 95 % interval.
 */
interval: [number, number],
/**
 * Returns that marks or a pseudonym tell, near where the person slept: what the share rests on.
 */
near: number,
/**
 * The same elsewhere, people who look alike by chance taken out.
 */
elsewhere: number, };

/**
 * `GET /api/campaigns/{id}/review-log`. Reading it is noted in the audit log.
 */
export type ReviewLog = {
/**
 * Position of the log this was read at.
 */
position: number,
/**
 * The campaign's name.
 */
campaign: string,
/**
 * It is an exercise.
 */
exercise: boolean,
/**
 * When it was read, server clock.
 */
read_at: number,
/**
 * The figure had nobody decided anything, by line: `street`, `squat`, `bidonville`, `partner`.
 */
before: Array<LineEffect>,
/**
 * The figure today.
 */
now: Array<LineEffect>,
/**
 * Acts, oldest first.
 */
acts: Array<LoggedAct>,
/**
 * How many of each kind stand, by kind.
 */
standing: Array<KindCount>,
/**
 * Acts undone.
 */
undone: number, };

/**
 * How dangerous a sector or place is held to be.
 */
export type RiskClass = "ordinary" | "experienced" | "professional";

/**
 * Pairs a blocking rule found.
 */
export type RuleLine = {
/**
 * `near`, `near_other_night`, `pseudonym`, `rare_marks`, `decided`.
 */
rule: string,
/**
 * Pairs of observations.
 */
pairs: number, };

/**
 * What becomes of a doubtful observation.
 */
export type Ruling = "count" | "do_not_count" | "ask_team";

/**
 * `POST /api/second-factor/draw`: shown once, kept only once a code proves it.
 */
export type SecondFactorDrawn = {
/**
 * To be typed into a telephone (base 32).
 */
secret: string,
/**
 * To be scanned, as SVG.
 */
qr_svg: string, };

/**
 * `POST /api/second-factor`.
 */
export type SecondFactorProof = {
/**
 * As it was drawn.
 */
secret: string,
/**
 * The code the telephone shows now.
 */
code: string, };

/**
 * What became of one sector, over all nights.
 */
export type SectorCoverage = {
/**
 * Its code.
 */
code: string,
/**
 * Its name.
 */
name: string,
/**
 * As in [`CoverageRow`]; `zero` is `walked` for whoever does not see observations.
 */
state: string,
/**
 * Streets declared walked, and all streets of the nights in which some were declared, metres;
 * absent where none was.
 */
streets_m: [number, number] | null, };

/**
 * A sector.
 */
export type SectorEntry = {
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
 * Its zone.
 */
zone: ZoneId | null,
/**
 * Risk class.
 */
risk: RiskClass,
/**
 * Polygons of rings of `[longitude, latitude]`, as a GeoJSON MultiPolygon's coordinates.
 */
polygons: Array<Array<Array<[number, number]>>>, };

/**
 * A polygon given to one team for one night.
 */
export type SectorId = string;

/**
 * A sector's line.
 */
export type SectorLine = {
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
 * `waiting`, `walking`, `covered`, `partial`, `not_walked`.
 */
state: string,
/**
 * How much of it was walked: by the streets declared where there are any, else as answered.
 */
coverage: Coverage | null,
/**
 * The widest answer of its teams.
 */
answered: Coverage | null,
/**
 * Length of the streets declared walked, metres; absent where none was declared.
 */
walked_m: number | null,
/**
 * Length of its streets, metres; absent where no layer of streets tells.
 */
streets_m: number | null,
/**
 * Something of it was walked, and no observation of it stands.
 */
nobody: boolean,
/**
 * People in the street: at least.
 */
people: number,
/**
 * A team met nobody and said so.
 */
zero_found: boolean, };

/**
 * A line of `GET /api/campaigns/{id}/series`, newest first.
 */
export type SeriesLine = {
/**
 * Its name in addresses.
 */
id: string,
/**
 * What its tablets are called.
 */
label: string,
/**
 * Team code.
 */
team: string | null,
/**
 * How many tablets.
 */
places: number,
/**
 * How many have come.
 */
used: number,
/**
 * Server clock.
 */
created_at: number,
/**
 * Server clock.
 */
expires_at: number,
/**
 * Server clock.
 */
cancelled_at: number | null, };

/**
 * A line of `GET /api/sessions`: one's own open sessions.
 */
export type SessionLine = {
/**
 * Its name: the beginning of a hash, never the token.
 */
id: string,
/**
 * Server clock.
 */
opened_at: number,
/**
 * Server clock, within a minute.
 */
seen_at: number,
/**
 * The one that asks.
 */
own: boolean, };

/**
 * A line of a printed sheet.
 */
export type SheetCode = {
/**
 * What the tablet will be called.
 */
label: string,
/**
 * Team code.
 */
team: string,
/**
 * The code, to be scanned or typed.
 */
code: EnrolmentCode, };

/**
 * A column of a file.
 */
export type SheetColumnRead = {
/**
 * As the file heads it.
 */
heading: string,
/**
 * `number`, `team`, `sector`, `night`, `coverage`, `not_walked`, `hour`, `place`, `men`, `women`,
 * `minors`, `undetermined`, `sleeping_place`, `certainty`, `note`; none for an empty column that
 * no sheet has.
 */
understood: string | null, };

/**
 * What is wrong somewhere in a file.
 */
export type SheetFaultLine = {
/**
 * The line, 1-based.
 */
line: number,
/**
 * The column's heading; empty where the whole line or file is meant.
 */
column: string,
/**
 * Stable kebab-case code.
 */
code: string,
/**
 * What stands there, cut; never a note or a place.
 */
value: string,
/**
 * What the sheet was printed for, where the file says otherwise.
 */
expected: string, };

/**
 * What a file holds. It may be imported where `faults` is empty.
 */
export type SheetFileRead = {
/**
 * `utf-8` or `windows-1252`; none where it is no text.
 */
encoding: string | null,
/**
 * What stands between cells: `;`, `,` or a tab.
 */
separator: string | null,
/**
 * Its columns, in their order.
 */
columns: Array<SheetColumnRead>,
/**
 * Its sheets, in their order; none of those whose number cannot be taken.
 */
sheets: Array<SheetRead>,
/**
 * Rows of people, in all sheets.
 */
rows: number,
/**
 * What is wrong, from the first line to the last, at most 200.
 */
faults: Array<SheetFaultLine>,
/**
 * How many more there are.
 */
more_faults: number, };

/**
 * `POST /api/campaigns/{id}/paper-sheets/check`: a file to be looked at. Nothing of it is kept.
 */
export type SheetFileUpload = {
/**
 * The file's bytes, base64; at most 6 MB of them.
 */
file: string, };

/**
 * Whom a sheet is for.
 */
export type SheetFor = {
/**
 * The team.
 */
team: TeamId,
/**
 * The sector.
 */
sector: SectorId, };

/**
 * A sheet of a file.
 */
export type SheetRead = {
/**
 * The line it begins on.
 */
line: number,
/**
 * Its number, `0042-K`.
 */
number: string,
/**
 * Code of the team it was printed for.
 */
team: string,
/**
 * Code of the sector it was printed for.
 */
sector: string,
/**
 * The night it was printed for.
 */
night: Night,
/**
 * How much of the sector was walked.
 */
coverage: Coverage,
/**
 * Rows of people; none where nobody was met.
 */
rows: number,
/**
 * People on them.
 */
people: number, };

/**
 * A row of a paper sheet as it is keyed in: people seen together.
 */
export type SheetRowEntry = {
/**
 * The hour written, `23:40`; before noon is the morning after.
 */
hour: string,
/**
 * Men.
 */
men: number,
/**
 * Women.
 */
women: number,
/**
 * Minors.
 */
minors: number,
/**
 * Not told apart.
 */
undetermined: number,
/**
 * Code of the sleeping place.
 */
sleeping_place: string,
/**
 * Code of the certainty, where something was written.
 */
certainty: string | null,
/**
 * Where, as it is written.
 */
place: string,
/**
 * The note, as it is written.
 */
note: string, };

/**
 * A team of a sheet.
 */
export type SheetTeam = {
/**
 * The team.
 */
team: TeamId,
/**
 * How many tablets.
 */
number: number, };

/**
 * A known place.
 */
export type SiteEntry = {
/**
 * Identifier.
 */
id: SiteId,
/**
 * Kind.
 */
kind: SiteKind,
/**
 * Code.
 */
code: string,
/**
 * Degrees east.
 */
longitude: number,
/**
 * Degrees north.
 */
latitude: number,
/**
 * Who may go.
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
 * What the coordination knows of it beside the night, for the national platform.
 */
facts: SiteFacts | null, };

/**
 * What the coordination knows of a site beside the night, for the national platform of bidonvilles.
 * What is unknown is absent.
 *
 * # Source
 * MTES-MCT/resorption-bidonvilles, `shantytowns`: names and codes of its columns.
 */
export type SiteFacts = {
/**
 * Address, at most 120 characters.
 */
address: string | null,
/**
 * Since when it stands, `2026-03-01`.
 */
built_at: string | null,
/**
 * When it was reported.
 */
declared_at: string | null,
/**
 * A [`SITE_STATES`] code: the platform's `status`.
 */
state: string | null,
/**
 * Since when it is closed.
 */
closed_at: string | null,
/**
 * An [`SITE_OWNERS`] code; never a name.
 */
owner_type: string | null,
/**
 * Its people came from another site.
 */
is_reinstallation: boolean | null,
/**
 * A [`SITE_CENSUSES`] code: the social diagnosis.
 */
census_status: string | null,
/**
 * When that was done.
 */
census_conducted_at: string | null,
/**
 * Minors who go to school.
 */
minors_in_school: number | null,
/**
 * A [`SITE_WATERS`] code.
 */
water_access_type: string | null, };

/**
 * A place that lasts: squat, bidonville, camp.
 */
export type SiteId = string;

/**
 * What kind of lasting place.
 */
export type SiteKind = "squat" | "bidonville" | "camp";

/**
 * One side of a pair.
 */
export type SlotCard = {
/**
 * The slot.
 */
slot: SlotRef,
/**
 * Its observation.
 */
observation: ObservationRow,
/**
 * Degrees east and north, where it has a place.
 */
place: [number, number] | null,
/**
 * Radius, metres.
 */
accuracy_m: number | null,
/**
 * What that place is near to.
 */
near: NearPlace | null,
/**
 * What is known of the person: `gender`, `age_band`, `language`... in order.
 */
traits: Array<Trait>, };

/**
 * Two slots.
 */
export type SlotPair = {
/**
 * One.
 */
one: SlotRef,
/**
 * The other.
 */
other: SlotRef, };

/**
 * One person of an observation: slot 0 of an individual, 0 to n-1 of a group.
 */
export type SlotRef = {
/**
 * The observation.
 */
observation: ObservationId,
/**
 * 0-based.
 */
slot: number, };

/**
 * What one team recorded of it by one means.
 */
export type StrandEntry = {
/**
 * Under which it is ruled on.
 */
id: ObservationId,
/**
 * Its round.
 */
round: DocumentId,
/**
 * Code of the team.
 */
team: string,
/**
 * `tablets`, `tablet` (one that others took over from), `paper`.
 */
source: string,
/**
 * Labels of the tablets, or numbers of the sheets.
 */
written_with: Array<string>,
/**
 * When its first entry reached the server.
 */
arrived_at: number,
/**
 * When its first people were seen.
 */
first_at: number,
/**
 * When its last people were seen.
 */
last_at: number,
/**
 * How much of the sector its team says it walked.
 */
coverage: Coverage | null,
/**
 * `counted`, `waiting`, `ruled_out`.
 */
standing: string,
/**
 * The ruling that stands.
 */
ruling: StrandRuling | null,
/**
 * Totals, field by field, as filed.
 */
totals: StrandTotals,
/**
 * Its entries that stand, in the order they were seen.
 */
entries: Array<ObservationRow>, };

/**
 * Who decided, and why.
 */
export type StrandRuling = {
/**
 * What undoes it.
 */
id: AdjudicationId,
/**
 * Why.
 */
reason: string | null,
/**
 * Account name.
 */
by: string,
/**
 * When.
 */
at: number, };

/**
 * Totals of a strand as its team filed it.
 */
export type StrandTotals = {
/**
 * Entries that stand.
 */
entries: number,
/**
 * People: at least, at most.
 */
people: [number, number],
/**
 * Men.
 */
men: number,
/**
 * Women.
 */
women: number,
/**
 * Minors.
 */
minors: number,
/**
 * Not told apart.
 */
undetermined: number,
/**
 * Squats and bidonvilles.
 */
sites: number, };

/**
 * A team.
 */
export type TeamEntry = {
/**
 * Identifier.
 */
id: TeamId,
/**
 * Code.
 */
code: string,
/**
 * Organisation.
 */
organisation: string | null,
/**
 * May enter places kept for professionals.
 */
professional: boolean, };

/**
 * A team of the campaign, known by a code.
 */
export type TeamId = string;

/**
 * A team's line.
 */
export type TeamLine = {
/**
 * Team code.
 */
team: string,
/**
 * Sector code; none is "hors secteur".
 */
sector: string | null,
/**
 * `expected`, `out`, `closed`, `silent` (no contact for 45 minutes while out).
 */
state: string,
/**
 * Last contact (server clock).
 */
last_contact_at: number | null,
/**
 * Changes its tablets say they have not sent.
 */
unsent: number,
/**
 * Observations that stand.
 */
observations: number,
/**
 * People in the street: at least.
 */
people: number,
/**
 * Battery of its lowest tablet.
 */
battery_percent: number | null,
/**
 * Not in the plan: "affectation à confirmer".
 */
unplanned: boolean,
/**
 * What was keyed in from its paper sheets.
 */
paper: boolean, };

/**
 * The night at a threshold.
 */
export type ThresholdLine = {
/**
 * Pairs stand as one from here.
 */
probability: number,
/**
 * Distinct people in the street.
 */
street: number,
/**
 * Pairs joined.
 */
joined: number,
/**
 * Share of them that the model expects to be right.
 */
expected_precision: number,
/**
 * Share of the doubles it expects that is joined.
 */
expected_recall: number,
/**
 * Pairs at or above it that nobody has decided: the work of review if it started here.
 */
to_review: number, };

/**
 * The background map that a city supplied.
 */
export type TilesEntry = {
/**
 * Names these bytes and no others: the last part of `/api/tiles/{version}`.
 */
version: string,
/**
 * Length of the archive, bytes.
 */
size_bytes: number,
/**
 * The widest zoom it has tiles for.
 */
min_zoom: number,
/**
 * The closest.
 */
max_zoom: number,
/**
 * West, south, east, north, degrees.
 */
bounds: [number, number, number, number],
/**
 * Whom the map is to be credited to, shown on it.
 */
credit: string, };

/**
 * `GET /api/campaigns/{id}/tonight?night=`.
 */
export type Tonight = {
/**
 * Position of the log this was read at.
 */
position: number,
/**
 * The night shown.
 */
night: Night | null,
/**
 * The figure, line by line.
 */
figures: Figures,
/**
 * One line per round, and one per team and sector expected.
 */
teams: Array<TeamLine>,
/**
 * One line per sector.
 */
sectors: Array<SectorLine>,
/**
 * Distinct people in the street by sector, commune and situation.
 */
parts: Array<PartLine>,
/**
 * Squats and bidonvilles: head-counts beside the people met at their doors.
 */
places: Array<PlaceLine>,
/**
 * What needs somebody.
 */
alerts: Array<Alert>,
/**
 * Questions to the teams, by team: what to ask when they are called.
 */
asked: Array<AskedLine>,
/**
 * Dots of the map.
 */
dots: Array<Dot>, };

/**
 * One thing known of a person.
 */
export type Trait = {
/**
 * Name of the compared field.
 */
field: string,
/**
 * Its value as a code or text.
 */
value: string, };

/**
 * What a coordinator holds two slots to be.
 */
export type Verdict = "same" | "different" | "unsure";

/**
 * One part of the evidence.
 */
export type WaterfallStep = {
/**
 * `prior`, `distance`, `gender`, `age_band`, `household`, `marks`...
 */
field: string,
/**
 * The comparison level reached.
 */
level: string,
/**
 * Bits it adds.
 */
bits: number,
/**
 * Running sum, bits.
 */
sum: number,
/**
 * What each side told, as codes; empty where nothing was told.
 */
values: [string, string],
/**
 * Share of pairs of one person, then of two people, that reach this level.
 */
shares: [number, number] | null,
/**
 * Of marks: things both tell of, as written.
 */
common: Array<CommonMark>, };

/**
 * Links of one weight.
 */
export type WeightBin = {
/**
 * From so many bits to one more.
 */
bits: number,
/**
 * Links.
 */
links: number, };

/**
 * A zone.
 */
export type ZoneEntry = {
/**
 * Identifier.
 */
id: ZoneId,
/**
 * Code.
 */
code: string,
/**
 * Name.
 */
name: string,
/**
 * Where its teams gather.
 */
base: string | null, };

/**
 * A group of sectors under one base.
 */
export type ZoneId = string;
