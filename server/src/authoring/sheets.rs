//! Paper sheets: numbered when they are printed, keyed in under their number, once.
//!
//! What a sheet says becomes observations of a round that no tablet holds, so that it stands beside
//! the tablets' and is never added to them unseen. It must never key a number in twice: the start of
//! the round that it makes bears an identifier derived from the number, and the gate takes one.

use super::desk::{Desk, Intent, Step};
use super::order::{Invalid, OrderError};
use super::sheet_row::{Reading, RowWrong, SheetRow};
use crate::projection::{PAPER_REISSUE, derived};
use crate::store::{Log, StoreError};
use crate::sync::{Engine, EngineError};
use maraude_core::document::{DocumentName, Plan, document_id, read_round};
use maraude_core::form::{Submission, questionnaire};
use maraude_core::model::{
    AccountId, CampaignId, Closure, ClosureId, Coverage, Departure, DepartureId, Night,
    Observation, ObservationId, RoundKey, SectorId, Stamp, TeamId, TimestampMs,
};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use std::fmt;
use std::str::FromStr;
use std::sync::{Mutex, PoisonError};

/// Under which the log keeps what was printed.
const PRINTED: &str = "paper-sheets";

/// Rows of a sheet, and of what is keyed in under its number.
pub const SHEET_ROWS: usize = 15;

/// Most sheets printed at once.
pub(super) const SHEETS_AT_ONCE: usize = 400;

/// Letters that end a number: one digit wrong, or two changed over, gives another one.
const LETTERS: &[u8; 23] = b"TRWAGMYFPDXBNJZSQVHLCKE";

/// Numbers are drawn one after the other.
static ONE: Mutex<()> = Mutex::new(());

/// The number of a sheet, written `0042-K`: what no other sheet of the campaign has.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct SheetNumber(u32);

impl fmt::Display for SheetNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let letter = char::from(LETTERS[self.0 as usize % LETTERS.len()]);
        write!(f, "{:04}-{letter}", self.0)
    }
}

impl FromStr for SheetNumber {
    type Err = Invalid;

    /// Reads what somebody typed: the hyphen and the case do not matter, the letter does.
    fn from_str(typed: &str) -> Result<Self, Invalid> {
        let wrong = Invalid {
            code: "sheet-number-wrong",
            field: "number",
        };
        let typed = typed.trim().to_uppercase().replace(['-', ' '], "");
        let digits = typed.trim_end_matches(|c: char| c.is_ascii_uppercase());
        let number = digits.parse().map(Self).map_err(|_| wrong.clone())?;
        let right = number.to_string().replace('-', "");
        if typed.trim_start_matches('0') == right.trim_start_matches('0') {
            Ok(number)
        } else {
            Err(wrong)
        }
    }
}

/// A sheet that was printed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PaperSheet {
    /// Its number.
    pub number: SheetNumber,
    /// Who takes it along.
    pub team: TeamId,
    /// The sector it is for.
    pub sector: SectorId,
    /// The night it is for.
    pub night: Night,
    /// Server clock.
    pub printed_at: TimestampMs,
    /// Who printed it.
    pub printed_by: AccountId,
}

/// A sheet as somebody keys it in.
#[derive(Clone, PartialEq, Eq)]
pub struct FilledSheet {
    /// The number, typed.
    pub number: String,
    /// How much of the sector was walked.
    pub coverage: Coverage,
    /// Streets not walked, as it is written.
    pub not_walked: Option<String>,
    /// Its rows, from the first.
    pub rows: Vec<SheetRow>,
}

maraude_core::redacts!(FilledSheet);

/// Gives numbers to sheets for teams and their sectors and keeps them: printed twice, two numbers.
///
/// # Errors
/// When the plan has no such night, team or sector, none or too many are wanted, or storage fails;
/// no number is given then.
pub fn print_sheets(
    log: &dyn Log,
    plan: &Plan,
    night: Night,
    wanted: &[(TeamId, SectorId)],
    (author, now): (AccountId, TimestampMs),
) -> Result<Vec<PaperSheet>, OrderError> {
    if wanted.is_empty() || wanted.len() > SHEETS_AT_ONCE {
        return Err(OrderError::invalid("out-of-range", "sheets"));
    }
    let campaign = plan.campaign.as_ref();
    if !campaign.is_some_and(|campaign| campaign.nights.contains(&night)) {
        return Err(OrderError::invalid("not-a-night", "night"));
    }
    for (team, sector) in wanted {
        if !plan.teams.iter().any(|one| one.id == *team) {
            return Err(OrderError::Unknown { what: "team" });
        }
        if !plan.sectors.iter().any(|one| one.id == *sector) {
            return Err(OrderError::Unknown { what: "sector" });
        }
    }
    let _one = ONE.lock().unwrap_or_else(PoisonError::into_inner);
    let mut printed = printed_sheets(log)?;
    let last = printed.last().map_or(0, |sheet| sheet.number.0);
    let new: Vec<PaperSheet> = (last + 1..)
        .zip(wanted)
        .map(|(number, (team, sector))| PaperSheet {
            number: SheetNumber(number),
            team: *team,
            sector: *sector,
            night,
            printed_at: now,
            printed_by: author,
        })
        .collect();
    printed.extend(new.iter().cloned());
    let mut bytes = Vec::new();
    ciborium::into_writer(&printed, &mut bytes).map_err(|_| DAMAGED)?;
    log.set_meta(PRINTED, &bytes)?;
    Ok(new)
}

/// Every sheet that was printed, in the order of their numbers.
///
/// # Errors
/// When storage fails.
pub fn printed_sheets(log: &dyn Log) -> Result<Vec<PaperSheet>, StoreError> {
    let Some(bytes) = log.meta(PRINTED)? else {
        return Ok(Vec::new());
    };
    ciborium::from_reader(bytes.as_slice()).map_err(|_| DAMAGED)
}

const DAMAGED: StoreError = StoreError::Damaged { table: "meta" };

/// The start that keying a sheet in writes.
fn departure_of(campaign: CampaignId, number: SheetNumber) -> DepartureId {
    let id = identifier(campaign, number, b"departure", 0);
    DepartureId::from_bytes(*id.as_bytes())
}

fn identifier(campaign: CampaignId, number: SheetNumber, what: &[u8], row: usize) -> ObservationId {
    let mut hash = Sha256::new();
    hash.update(b"maraude/paper-sheet/1");
    hash.update(campaign.as_bytes());
    hash.update(number.0.to_be_bytes());
    hash.update(what);
    hash.update((row as u32).to_be_bytes());
    derived(hash)
}

/// A filled sheet as a change of its round; a row that cannot be taken is told, and nothing is
/// written then.
pub(super) fn key_in(
    desk: &Desk<'_>,
    plan: &Plan,
    filled: &FilledSheet,
) -> Result<Intent, OrderError> {
    let number: SheetNumber = filled.number.parse().map_err(OrderError::Invalid)?;
    let printed = printed_sheets(&**desk.engine.log())?;
    let sheet = printed.iter().find(|sheet| sheet.number == number);
    let sheet = sheet.ok_or(OrderError::Unknown { what: "sheet" })?;
    if is_keyed_in(desk.engine, sheet)? {
        return Err(OrderError::State {
            code: "sheet-keyed-in",
        });
    }
    if filled.rows.len() > SHEET_ROWS {
        return Err(OrderError::invalid("too-many", "rows"));
    }
    let mut intent = Intent::default();
    match keyed(desk.engine, plan, desk.now, sheet, filled)? {
        Ok(round) => {
            intent.done.imported = filled.rows.len() as u32;
            intent.done.made = Some(number.to_string());
            intent.rounds.push(round);
        }
        Err(wrong) => {
            let told = wrong
                .iter()
                .map(|(row, wrong)| format!("{} {}", row + 1, wrong.code));
            intent.done.refused = told.collect();
        }
    }
    Ok(intent)
}

/// What keying a sheet in writes, and where; or which of its rows, from 0, cannot be taken.
pub(super) type Keyed = Result<(DocumentName, Vec<Step>), Vec<(usize, RowWrong)>>;

/// A filled sheet that was printed and is not keyed in, as steps of its round.
///
/// # Errors
/// When storage fails.
pub(super) fn keyed(
    engine: &Engine,
    plan: &Plan,
    now: TimestampMs,
    sheet: &PaperSheet,
    filled: &FilledSheet,
) -> Result<Keyed, StoreError> {
    let campaign = engine.campaign();
    let zone = plan.campaign.as_ref().map(|c| c.time_zone.as_str());
    let team = plan.teams.iter().find(|team| team.id == sheet.team);
    let stamp = Stamp {
        device: engine.server_device(),
        at: now,
    };
    let reading = Reading {
        form: questionnaire(""),
        night: sheet.night,
        zone: zone.unwrap_or_default(),
        submission: Submission {
            stamp,
            organisation: team.and_then(|team| team.organisation.clone()),
        },
    };
    let mut seen = Vec::new();
    let mut wrong = Vec::new();
    for (at, row) in filled.rows.iter().enumerate() {
        match reading.observation(identifier(campaign, sheet.number, b"row", at), row) {
            Ok(observation) => seen.push(observation),
            Err(found) => wrong.push((at, found)),
        }
    }
    if !wrong.is_empty() {
        return Ok(Err(wrong));
    }
    let key = round_of(engine, sheet)?;
    let ends = ends(stamp, departure_of(campaign, sheet.number), filled, &seen);
    let steps = round_steps(key, ends, seen);
    Ok(Ok((DocumentName::Round { key }, steps)))
}

/// The round a sheet is keyed into.
fn round_of(engine: &Engine, sheet: &PaperSheet) -> Result<RoundKey, StoreError> {
    engine.standing(RoundKey {
        campaign: engine.campaign(),
        team: sheet.team,
        sector: Some(sheet.sector),
        night: sheet.night,
        reissue: PAPER_REISSUE,
    })
}

/// Whether a sheet was keyed in.
///
/// # Errors
/// When storage fails or its round does not load.
pub fn is_keyed_in(engine: &Engine, sheet: &PaperSheet) -> Result<bool, EngineError> {
    let id = document_id(&DocumentName::Round {
        key: round_of(engine, sheet)?,
    });
    let departure = departure_of(engine.campaign(), sheet.number);
    let (round, _) = engine.read(id, |document| read_round(document, id))?;
    Ok(round.departures.iter().any(|one| one.id == departure))
}

/// The start and the end of the round, at the hours of its first and last row.
fn ends(
    keyed: Stamp,
    departure: DepartureId,
    filled: &FilledSheet,
    seen: &[Observation],
) -> (Departure, Closure) {
    let at = |instant: Option<TimestampMs>| Stamp {
        at: instant.unwrap_or(keyed.at),
        ..keyed
    };
    let hours = || seen.iter().map(|one| one.observed_at);
    let departure = Departure {
        id: departure,
        stamp: at(hours().min()),
        warnings: Vec::new(),
        took_over_from: None,
        walked: Vec::new(),
    };
    let closure = Closure {
        id: ClosureId::from_bytes(*departure.id.as_bytes()),
        stamp: at(hours().max()),
        coverage: filled.coverage,
        not_walked: filled.not_walked.clone(),
        zero_found: seen.is_empty(),
        reopened_at: None,
    };
    (departure, closure)
}

fn round_steps(
    key: RoundKey,
    (departure, closure): (Departure, Closure),
    seen: Vec<Observation>,
) -> Vec<Step> {
    let mut steps = vec![Step::new(move |w| {
        w.put_departure(&key, &departure);
        w.put_closure(&closure);
    })];
    steps.extend(
        seen.into_iter()
            .map(|one| Step::new(move |w| w.put_observation(&one))),
    );
    steps
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_reads_back_and_no_slip_of_the_pen_gives_another_sheet() {
        for number in [1, 42, 999, 12_345] {
            let written = SheetNumber(number).to_string();
            assert_eq!(written.parse(), Ok(SheetNumber(number)), "{written}");
            assert_eq!(
                written.to_lowercase().replace('-', " ").parse(),
                Ok(SheetNumber(number))
            );
        }
        let written = SheetNumber(42).to_string();
        let letter = written.chars().last().unwrap();
        for digits in ["0043", "0024", "0142", "0041", "0402", "4200"] {
            assert!(
                format!("{digits}-{letter}").parse::<SheetNumber>().is_err(),
                "{digits}"
            );
        }
        for typed in ["", "K", "0042", "0042-", "quarante"] {
            assert!(typed.parse::<SheetNumber>().is_err(), "{typed}");
        }
    }
}
