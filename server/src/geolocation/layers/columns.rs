//! Which columns of a file hold codes, names and residents.

use super::LayerFileError;
use super::raw::RawFeature;
use crate::store::{LayerKind, Shape};
use serde_json::{Map, Value};

/// Columns that hold the codes and names of one kind of area and not those of the commune around it:
/// files of IRIS and QPV have both (IGN *Contours... IRIS*, ANCT *Quartiers prioritaires*).
const fn own_columns(kind: LayerKind) -> [&'static [&'static str]; 2] {
    match kind {
        LayerKind::Iris => [
            &["code_iris", "dcomiris", "iris_code"],
            &["nom_iris", "lib_iris", "libiris"],
        ],
        LayerKind::Qpv => [
            &["code_qp", "codeqp", "code_qpv"],
            &["nom_qp", "lib_qp", "nom_qpv", "lib_qpv"],
        ],
        _ => [&[], &[]],
    }
}

/// Columns that hold codes in the files people have, in order of preference.
const CODE_COLUMNS: [&str; 9] = [
    "code",
    "code_insee",
    "insee",
    "insee_com",
    "code_iris",
    "codgeo",
    "code_qp",
    "id",
    "num",
];

/// Columns that hold names.
const NAME_COLUMNS: [&str; 8] = [
    "nom", "name", "libelle", "nom_com", "nom_iris", "nom_qp", "lib", "label",
];

/// Columns that hold residents.
const POPULATION_COLUMNS: [&str; 3] = ["population", "pop", "p_pop"];

/// Which table and columns to read; the usual ones where none is named.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Columns {
    /// Column of codes.
    pub code: Option<String>,
    /// Column of names.
    pub name: Option<String>,
    /// Table of a GeoPackage that holds several.
    pub table: Option<String>,
}

/// The columns read, under the names the file gives them.
pub(super) struct ChosenColumns {
    pub(super) code: Option<String>,
    name: Option<String>,
}

impl ChosenColumns {
    pub(super) fn among(
        features: &[RawFeature],
        kind: LayerKind,
        asked: &Columns,
    ) -> Result<Self, LayerFileError> {
        let listed = || {
            let first = features.first();
            let names = first.map(|f| f.properties.keys().cloned().collect::<Vec<_>>());
            names.unwrap_or_default().join(", ")
        };
        let find = |asked: Option<&String>, usual: &[&str]| match asked {
            Some(column) => {
                if features.iter().any(|f| f.properties.contains_key(column)) {
                    Ok(Some(column.clone()))
                } else {
                    Err(LayerFileError::NoSuchColumn {
                        column: column.clone(),
                        columns: listed(),
                    })
                }
            }
            None => Ok(usual_column(features, usual)),
        };
        let [own_codes, own_names] = own_columns(kind);
        let with = |own: &[&'static str], usual: &[&'static str]| [own, usual].concat();
        let code = find(asked.code.as_ref(), &with(own_codes, &CODE_COLUMNS))?;
        if code.is_none() && kind.shape() == Shape::Area {
            return Err(LayerFileError::NoCodeColumn { columns: listed() });
        }
        Ok(Self {
            code,
            name: find(asked.name.as_ref(), &with(own_names, &NAME_COLUMNS))?,
        })
    }

    pub(super) fn code(&self, properties: &Map<String, Value>) -> Option<String> {
        text_of(properties.get(self.code.as_ref()?)?)
    }

    pub(super) fn name(&self, properties: &Map<String, Value>) -> Option<String> {
        text_of(properties.get(self.name.as_ref()?)?)
    }
}

fn usual_column(features: &[RawFeature], usual: &[&str]) -> Option<String> {
    let first = features.first()?;
    usual.iter().find_map(|wanted| {
        let mut keys = first.properties.keys();
        keys.find(|key| key.eq_ignore_ascii_case(wanted)).cloned()
    })
}

pub(super) fn population(properties: &Map<String, Value>) -> Option<u32> {
    POPULATION_COLUMNS.iter().find_map(|wanted| {
        let (_, value) = properties
            .iter()
            .find(|(key, _)| key.eq_ignore_ascii_case(wanted))?;
        let number = value
            .as_f64()
            .or_else(|| value.as_str()?.trim().parse().ok())?;
        (number >= 0.0).then_some(number as u32)
    })
}

fn text_of(value: &Value) -> Option<String> {
    let text = match value {
        Value::String(text) => text.trim().to_owned(),
        Value::Number(number) => match number.as_f64() {
            Some(float) if float.fract() == 0.0 && float.abs() < 1e15 => format!("{float:.0}"),
            _ => number.to_string(),
        },
        _ => return None,
    };
    (!text.is_empty()).then_some(text)
}
