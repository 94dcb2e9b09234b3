//! One entry as a flat map of scalars: read field by field with issues, written field by field.

use super::schema::SCHEMA_VERSION;
use super::text;
use crate::model::{DeviceId, Issue, IssueCode, Stamp, TimestampMs};
use automerge::ScalarValue;
use serde::Serialize;
use serde::de::DeserializeOwned;
use std::collections::BTreeMap;

/// The fields of an entry; an absent one is left out or null.
pub(crate) type Fields = BTreeMap<String, ScalarValue>;

/// Collects the fields of an entry.
#[derive(Default)]
pub(super) struct FieldsOut(pub(super) Fields);

impl FieldsOut {
    pub(super) fn put(&mut self, field: &str, value: impl Into<ScalarValue>) {
        self.0.insert(field.to_owned(), value.into());
    }

    pub(super) fn text(&mut self, field: &str, text: &str) {
        self.put(field, text);
    }

    pub(super) fn optional(&mut self, field: &str, text: Option<impl AsRef<str>>) {
        if let Some(text) = text {
            self.put(field, text.as_ref());
        }
    }

    pub(super) fn code(&mut self, field: &str, value: &impl Serialize) {
        self.put(field, text::code(value));
    }

    pub(super) fn instant(&mut self, field: &str, at: TimestampMs) {
        self.put(field, ScalarValue::Timestamp(at));
    }
}

/// Reads the fields of an entry, noting what is odd.
pub(super) struct FieldReader<'a> {
    key: &'a str,
    fields: &'a Fields,
    issues: &'a mut Vec<Issue>,
    read: Vec<&'static str>,
    /// The device that made the entry.
    pub(super) author: DeviceId,
}

impl<'a> FieldReader<'a> {
    pub(super) fn new(
        key: &'a str,
        author: DeviceId,
        fields: &'a Fields,
        issues: &'a mut Vec<Issue>,
    ) -> Self {
        Self {
            key,
            fields,
            issues,
            read: vec!["v"],
            author,
        }
    }

    pub(super) fn note(&mut self, code: IssueCode, field: &str, values: Vec<String>) {
        self.issues.push(Issue {
            code,
            key: self.key.to_owned(),
            field: Some(field.to_owned()),
            values,
        });
    }

    /// The raw value, unless null.
    pub(super) fn raw(&mut self, field: &'static str) -> Option<&'a ScalarValue> {
        self.read.push(field);
        self.fields
            .get(field)
            .filter(|value| !matches!(value, ScalarValue::Null))
    }

    /// What `parse` makes of the value; odd when it makes nothing of it.
    pub(super) fn parsed<T>(
        &mut self,
        field: &'static str,
        parse: impl FnOnce(&'a ScalarValue) -> Option<T>,
    ) -> Option<T> {
        let value = self.raw(field)?;
        let parsed = parse(value);
        if parsed.is_none() {
            self.note(IssueCode::OddValue, field, vec![text::shown(field, value)]);
        }
        parsed
    }

    pub(super) fn text(&mut self, field: &'static str) -> Option<String> {
        self.parsed(field, |value| value.as_str().map(str::to_owned))
    }

    pub(super) fn told<T>(
        &mut self,
        field: &'static str,
        parse: impl FnOnce(&'a str) -> Option<T>,
    ) -> Option<T> {
        self.parsed(field, |value| value.as_str().and_then(parse))
    }

    pub(super) fn id<T: std::str::FromStr>(&mut self, field: &'static str) -> Option<T> {
        self.told(field, |text| text.parse().ok())
    }

    pub(super) fn code<T: DeserializeOwned>(&mut self, field: &'static str) -> Option<T> {
        self.told(field, text::from_code)
    }

    pub(super) fn instant(&mut self, field: &'static str) -> Option<TimestampMs> {
        self.parsed(field, |value| match value {
            ScalarValue::Timestamp(at) | ScalarValue::Int(at) => Some(*at),
            _ => None,
        })
    }

    pub(super) fn truth(&mut self, field: &'static str) -> bool {
        self.parsed(field, ScalarValue::as_bool).unwrap_or_default()
    }

    pub(super) fn number(&mut self, field: &'static str) -> Option<u32> {
        self.parsed(field, |value| match value {
            ScalarValue::Int(number) => u32::try_from(*number).ok(),
            ScalarValue::Uint(number) => u32::try_from(*number).ok(),
            _ => None,
        })
    }

    /// A value that must be there: absent or odd, an issue is noted and the fallback read.
    pub(super) fn required<T>(&mut self, field: &'static str, value: Option<T>, fallback: T) -> T {
        value.unwrap_or_else(|| {
            self.missing(field);
            fallback
        })
    }

    /// Notes that a value is missing, unless it is there and already noted as odd.
    pub(super) fn missing(&mut self, field: &'static str) {
        if self.raw(field).is_none() {
            self.note(IssueCode::MissingField, field, Vec::new());
        }
    }

    /// Who made the entry: its stamp, else the author of the change that made it.
    pub(super) fn stamp(&mut self, field: &'static str) -> Stamp {
        let fallback = Stamp {
            device: self.author,
            at: 0,
        };
        let stamp = self.told(field, text::to_stamp);
        self.required(field, stamp, fallback)
    }

    /// The fields under a prefix, without it.
    pub(super) fn prefixed(&self, prefix: &str) -> Vec<(&'a str, &'a ScalarValue)> {
        self.fields
            .iter()
            .filter_map(|(field, value)| Some((field.strip_prefix(prefix)?, value)))
            .collect()
    }

    /// Notes the fields that nobody read, or that a newer version wrote the entry.
    pub(super) fn finish(mut self, prefix: Option<&str>) {
        let version = match self.fields.get("v") {
            Some(ScalarValue::Int(version)) => *version,
            _ => SCHEMA_VERSION,
        };
        if version > SCHEMA_VERSION {
            self.note(IssueCode::NewerSchema, "v", vec![version.to_string()]);
            return;
        }
        let unknown: Vec<(String, String)> = self
            .fields
            .iter()
            .filter(|(field, _)| !self.read.contains(&field.as_str()))
            .filter(|(field, _)| prefix.is_none_or(|prefix| !field.starts_with(prefix)))
            .map(|(field, value)| (field.clone(), text::shown(field, value)))
            .collect();
        for (field, value) in unknown {
            self.note(IssueCode::UnknownKey, &field, vec![value]);
        }
    }
}
