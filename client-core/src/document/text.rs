//! Values as one scalar each, so that a place or a count never mixes two writers' halves.

use crate::model::{
    Answer, AnswerValue, Coordinates, DeviceId, HeadCount, Position, SlotRef, Stamp, TimestampMs,
    Withdrawal, read_decimal,
};
use automerge::ScalarValue;
use serde::de::IntoDeserializer;
use serde::de::value::{Error, StrDeserializer};
use serde::{Deserialize, Serialize};
use std::fmt;

/// Shows the code that serde gives a variant (`night_count`).
struct Code<'a, T>(&'a T);

impl<T: Serialize> fmt::Display for Code<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.serialize(f)
    }
}

/// The code of a variant.
pub(super) fn code<T: Serialize>(value: &T) -> String {
    Code(value).to_string()
}

/// The variant of a code.
pub(super) fn from_code<'de, T: Deserialize<'de>>(text: &'de str) -> Option<T> {
    let deserializer: StrDeserializer<'de, Error> = text.into_deserializer();
    T::deserialize(deserializer).ok()
}

/// `<at> <device>`
pub(super) fn stamp(stamp: &Stamp) -> String {
    format!("{} {}", stamp.at, stamp.device)
}

pub(super) fn to_stamp(text: &str) -> Option<Stamp> {
    let (at, device) = text.split_once(' ')?;
    Some(Stamp {
        at: at.parse().ok()?,
        device: device.parse().ok()?,
    })
}

/// The device named by a stamp's text, where it is one.
pub fn stamp_device(text: &str) -> Option<DeviceId> {
    to_stamp(text).map(|stamp| stamp.device)
}

/// `<at> <reason>`
pub(super) fn withdrawal(withdrawal: &Withdrawal) -> String {
    format!("{} {}", withdrawal.at, code(&withdrawal.reason))
}

pub(super) fn to_withdrawal(text: &str) -> Option<Withdrawal> {
    let (at, reason) = text.split_once(' ')?;
    Some(Withdrawal {
        at: at.parse().ok()?,
        reason: from_code(reason)?,
    })
}

/// `<at least> <at most> <method>`
pub(super) fn heads(heads: HeadCount) -> String {
    format!(
        "{} {} {}",
        heads.at_least(),
        heads.at_most(),
        code(&heads.method)
    )
}

pub(super) fn to_heads(text: &str) -> Option<HeadCount> {
    let mut parts = text.split(' ');
    let at_least = parts.next()?.parse().ok()?;
    let at_most = parts.next()?.parse().ok()?;
    let method = from_code(parts.next()?)?;
    parts
        .next()
        .is_none()
        .then(|| HeadCount::between(at_least, at_most, method))
}

/// `<longitude> <latitude>`, degrees
pub(super) fn coordinates(coordinates: Coordinates) -> String {
    format!("{} {}", coordinates.longitude, coordinates.latitude)
}

pub(super) fn to_coordinates(text: &str) -> Option<Coordinates> {
    let (longitude, latitude) = text.split_once(' ')?;
    let longitude = read_decimal(longitude)?;
    let latitude = read_decimal(latitude)?;
    (longitude.abs() <= 180.0 && latitude.abs() <= 90.0).then_some(Coordinates {
        longitude,
        latitude,
    })
}

/// `<longitude> <latitude> <accuracy in metres or -> <source> <fixed at or ->`
pub(super) fn position(position: &Position) -> String {
    let accuracy = position
        .accuracy_m
        .filter(|metres| metres.is_finite())
        .map_or_else(|| "-".to_owned(), |metres| metres.to_string());
    let fixed_at = position
        .fixed_at
        .map_or_else(|| "-".to_owned(), |at| at.to_string());
    let source = code(&position.source);
    format!(
        "{} {accuracy} {source} {fixed_at}",
        coordinates(position.coordinates)
    )
}

pub(super) fn to_position(text: &str) -> Option<Position> {
    let parts: Vec<&str> = text.split(' ').collect();
    let [longitude, latitude, accuracy, source, fixed_at] = parts.as_slice() else {
        return None;
    };
    let coordinates = to_coordinates(&format!("{longitude} {latitude}"))?;
    let accuracy_m = match *accuracy {
        "-" => None,
        metres => Some(read_decimal(metres).filter(|m| m.is_finite())?),
    };
    let fixed_at: Option<TimestampMs> = match *fixed_at {
        "-" => None,
        at => Some(at.parse().ok()?),
    };
    Some(Position {
        coordinates,
        accuracy_m,
        source: from_code(source)?,
        fixed_at,
    })
}

/// `<observation> <slot>`
pub(super) fn slot(slot: &SlotRef) -> String {
    format!("{} {}", slot.observation, slot.slot)
}

pub(super) fn to_slot(text: &str) -> Option<SlotRef> {
    let (observation, slot) = text.split_once(' ')?;
    Some(SlotRef {
        observation: observation.parse().ok()?,
        slot: slot.parse().ok()?,
    })
}

const REFUSED: &str = "~refused";
const DOES_NOT_KNOW: &str = "~does_not_know";
const NOT_OBSERVED: &str = "~not_observed";
const NOT_APPLICABLE: &str = "~not_applicable";

/// An answer: an integer, or a text that says its kind: `t:` text, `c:` one choice, `m:` several
/// choices, `~` a way of having none. Not asked is no value.
pub(super) fn answer(answer: &Answer<AnswerValue>) -> ScalarValue {
    match answer {
        Answer::Known(AnswerValue::Integer(number)) => ScalarValue::Int(*number),
        Answer::Known(AnswerValue::Text(text)) => format!("t:{text}").into(),
        Answer::Known(AnswerValue::Choice(choice)) => format!("c:{choice}").into(),
        Answer::Known(AnswerValue::Choices(choices)) => format!("m:{}", choices.join(" ")).into(),
        Answer::NotAsked => ScalarValue::Null,
        Answer::Refused => REFUSED.into(),
        Answer::DoesNotKnow => DOES_NOT_KNOW.into(),
        Answer::NotObserved => NOT_OBSERVED.into(),
        Answer::NotApplicable => NOT_APPLICABLE.into(),
    }
}

pub(super) fn to_answer(value: &ScalarValue) -> Option<Answer<AnswerValue>> {
    let text = match value {
        ScalarValue::Int(number) => return Some(Answer::Known(AnswerValue::Integer(*number))),
        ScalarValue::Uint(number) => {
            let number = i64::try_from(*number).ok()?;
            return Some(Answer::Known(AnswerValue::Integer(number)));
        }
        ScalarValue::Null => return Some(Answer::NotAsked),
        ScalarValue::Str(text) => text.as_str(),
        _ => return None,
    };
    let known = |value| Some(Answer::Known(value));
    match text {
        REFUSED => Some(Answer::Refused),
        DOES_NOT_KNOW => Some(Answer::DoesNotKnow),
        NOT_OBSERVED => Some(Answer::NotObserved),
        NOT_APPLICABLE => Some(Answer::NotApplicable),
        _ => match text.split_at_checked(2)? {
            ("t:", text) => known(AnswerValue::Text(text.to_owned())),
            ("c:", choice) => known(AnswerValue::Choice(choice.to_owned())),
            ("m:", choices) => known(AnswerValue::Choices(words(choices))),
            _ => None,
        },
    }
}

/// Codes separated by spaces.
pub(super) fn words(text: &str) -> Vec<String> {
    text.split_ascii_whitespace().map(str::to_owned).collect()
}

/// Cuts a text to a number of bytes, between characters.
pub(super) fn cut(text: &str, cap_bytes: usize) -> &str {
    let mut end = text.len().min(cap_bytes);
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    &text[..end]
}

/// A value in words, for conflicts and history: an answer without the mark of its kind.
pub(super) fn shown(field: &str, value: &ScalarValue) -> String {
    match value {
        ScalarValue::Str(text) if field.starts_with("a.") => match text.split_at_checked(2) {
            Some(("t:" | "c:" | "m:", rest)) => rest.to_owned(),
            _ => text.to_string(),
        },
        ScalarValue::Str(text) => text.to_string(),
        ScalarValue::Int(number) | ScalarValue::Timestamp(number) => number.to_string(),
        ScalarValue::Uint(number) => number.to_string(),
        ScalarValue::F64(number) => number.to_string(),
        ScalarValue::Boolean(truth) => truth.to_string(),
        ScalarValue::Null => String::new(),
        ScalarValue::Bytes(_) | ScalarValue::Counter(_) | ScalarValue::Unknown { .. } => {
            "…".to_owned()
        }
    }
}
