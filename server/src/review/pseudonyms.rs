//! Pseudonyms of a campaign's observations, for linkage alone.
//!
//! They are made in memory, from what tablets sealed, with a key that only this server has; no
//! table, screen, export or log holds one. Once the key is destroyed linkage compares numbers that
//! were drawn at random in that moment, one per pseudonym: what was equal stays equal, and nothing
//! leads from a person to a number.

use crate::projection::{View, ViewError};
use crate::store::{Log, Pseudonyms, StoreError, random};
use data_encoding::HEXLOWER;
use maraude_core::form::questionnaire;
use maraude_core::model::{ObservationId, Role};
use std::collections::{BTreeMap, HashMap};

/// Under which the log keeps the numbers that took the place of pseudonyms.
const NUMBERS: &str = "pseudonym-numbers";

/// Pseudonyms by observation.
pub(super) type ByObservation = BTreeMap<ObservationId, String>;

/// What was opened so far, by what was sealed: an opening costs a tenth of a millisecond.
#[derive(Default)]
pub(super) struct Opened(HashMap<String, Option<String>>);

/// The pseudonyms there are.
pub(super) fn read(
    view: &View,
    log: &dyn Log,
    opened: &mut Opened,
) -> Result<ByObservation, ViewError> {
    let key = match log.pseudonyms()? {
        Pseudonyms::Never => return Ok(ByObservation::new()),
        Pseudonyms::Forgotten => return numbers(log),
        Pseudonyms::Held(key) => key,
    };
    let Some(question) = questionnaire("").name_of(Role::Pseudonym) else {
        return Ok(ByObservation::new());
    };
    let sealed = view.sealed(question)?;
    let mut now = HashMap::with_capacity(sealed.len());
    let mut found = ByObservation::new();
    for (observation, sealed) in sealed {
        let known = opened.0.remove(&sealed);
        let pseudonym = known.unwrap_or_else(|| key.pseudonym(observation, &sealed));
        if let Some(pseudonym) = &pseudonym {
            found.insert(observation, pseudonym.clone());
        }
        now.insert(sealed, pseudonym);
    }
    opened.0 = now;
    Ok(found)
}

/// Draws a number for each pseudonym and keeps the numbers in their place. The key must be destroyed
/// next; until then nothing reads them.
///
/// # Errors
/// When storage fails; nothing is kept then.
pub fn number_pseudonyms(view: &View, log: &dyn Log) -> Result<usize, ViewError> {
    let mut drawn: HashMap<String, String> = HashMap::new();
    let mut numbers = ByObservation::new();
    for (observation, pseudonym) in read(view, log, &mut Opened::default())? {
        let number = match drawn.get(&pseudonym) {
            Some(number) => number.clone(),
            None => HEXLOWER.encode(&random::<16>()?),
        };
        drawn.insert(pseudonym, number.clone());
        numbers.insert(observation, number);
    }
    keep(log, &numbers)?;
    Ok(drawn.len())
}

/// Drops the number of an observation that was erased.
///
/// # Errors
/// When storage fails.
pub fn drop_number(log: &dyn Log, erased: ObservationId) -> Result<(), ViewError> {
    let mut kept = numbers(log)?;
    if kept.remove(&erased).is_some() {
        keep(log, &kept)?;
    }
    Ok(())
}

fn keep(log: &dyn Log, numbers: &ByObservation) -> Result<(), ViewError> {
    let mut bytes = Vec::new();
    ciborium::into_writer(numbers, &mut bytes).map_err(|_| DAMAGED)?;
    Ok(log.set_meta(NUMBERS, &bytes)?)
}

fn numbers(log: &dyn Log) -> Result<ByObservation, ViewError> {
    let Some(bytes) = log.meta(NUMBERS)? else {
        return Ok(ByObservation::new());
    };
    Ok(ciborium::from_reader(bytes.as_slice()).map_err(|_| DAMAGED)?)
}

const DAMAGED: StoreError = StoreError::Damaged { table: "meta" };
