//! Reading a published GeoJSON file back.

use crate::area::Level;
use crate::attribute::Attribute;
use crate::disclosure::published::{
    AttributeFigure, Erratum, Figure, Heading, Published, PublishedArea, Sentence, Stage,
};
use crate::disclosure::rings::{Rings, from_rings};
use crate::indicator::Unit;
use serde_json::{Map, Value};
use std::collections::BTreeMap;

/// Properties that a feature may have; anything else is refused.
const PROPERTIES: [&str; 9] = [
    "code",
    "name",
    "level",
    "parent",
    "subject",
    "figure",
    "rounded_to",
    "reason",
    "walked",
];
/// Members of the collection.
const MEMBERS: [&str; 3] = ["type", "maraude", "features"];
/// Members of `maraude`.
const HEADING: [&str; 11] = [
    "release",
    "stage",
    "campaign",
    "nights",
    "exercise",
    "settings",
    "sentence",
    "attributes",
    "range",
    "corrects",
    "errata",
];
/// Members of a line of `attributes`.
const ATTRIBUTE: [&str; 6] = [
    "code",
    "attribute",
    "category",
    "figure",
    "rounded_to",
    "reason",
];
/// Members of a line of `errata`.
const ERRATUM: [&str; 4] = ["code", "subject", "was", "now"];

/// What the file says, or why it is not a release.
pub fn read(text: &str) -> Result<Published, String> {
    let root: Value = serde_json::from_str(text).map_err(|error| error.to_string())?;
    let root = object(&root, "the file")?;
    only(root, &MEMBERS)?;
    let head = object(member(root, "maraude")?, "`maraude`")?;
    only(head, &HEADING)?;
    let heading = read_heading(head)?;
    let stage = Stage::from_code(string(head, "stage")?).ok_or("unknown stage")?;
    let sentence = object(member(head, "sentence")?, "`sentence`")?;
    let mut areas: Vec<PublishedArea> = Vec::new();
    for feature in array(root, "features")? {
        let feature = object(feature, "a feature")?;
        only(feature, &["type", "id", "properties", "geometry"])?;
        let properties = object(member(feature, "properties")?, "`properties`")?;
        only(properties, &PROPERTIES)?;
        let (unit, figure) = read_figure(properties)?;
        let code = string(properties, "code")?;
        let known = areas.iter().position(|area| area.code == code);
        let index = known.unwrap_or(areas.len());
        if known.is_none() {
            areas.push(read_area(properties, member(feature, "geometry")?)?);
        }
        if areas[index].figures.insert(unit, figure).is_some() {
            return Err(format!("{code} tells {} twice", unit.code()));
        }
    }
    Ok(Published {
        heading,
        stage,
        settings: strings(head, "settings")?,
        sentence: Sentence {
            fr: string(sentence, "fr")?.to_owned(),
            en: string(sentence, "en")?.to_owned(),
        },
        areas,
        attributes: lines(head, "attributes")?
            .iter()
            .map(read_attribute)
            .collect::<Result<_, _>>()?,
        range: read_range(head)?,
        corrects: whole_number(head, "corrects")?,
        errata: lines(head, "errata")?
            .iter()
            .map(read_erratum)
            .collect::<Result<_, _>>()?,
    })
}

fn read_range(head: &Map<String, Value>) -> Result<Option<[u32; 2]>, String> {
    let ends: Vec<Option<u32>> = lines(head, "range")?
        .iter()
        .map(|end| end.as_u64().and_then(|end| u32::try_from(end).ok()))
        .collect();
    match ends[..] {
        [] => Ok(None),
        [Some(low), Some(high)] if low <= high => Ok(Some([low, high])),
        _ => Err("`range` is no range".to_owned()),
    }
}

/// A list that may be absent.
fn lines<'a>(map: &'a Map<String, Value>, name: &str) -> Result<&'a [Value], String> {
    match map.get(name) {
        None => Ok(&[]),
        Some(_) => array(map, name).map(Vec::as_slice),
    }
}

fn read_attribute(line: &Value) -> Result<AttributeFigure, String> {
    let line = object(line, "a line of `attributes`")?;
    only(line, &ATTRIBUTE)?;
    Ok(AttributeFigure {
        code: string(line, "code")?.to_owned(),
        attribute: Attribute::from_code(string(line, "attribute")?).ok_or("unknown attribute")?,
        category: string(line, "category")?.to_owned(),
        figure: figure_of(line)?,
    })
}

fn read_erratum(line: &Value) -> Result<Erratum, String> {
    let line = object(line, "a line of `errata`")?;
    only(line, &ERRATUM)?;
    let told = |name: &str| {
        let told = object(member(line, name)?, "a figure")?;
        only(told, &["figure", "rounded_to"])?;
        figure_of(told)
    };
    Ok(Erratum {
        code: string(line, "code")?.to_owned(),
        unit: Unit::from_code(string(line, "subject")?).ok_or("unknown subject")?,
        was: told("was")?,
        now: told("now")?,
    })
}

fn read_heading(head: &Map<String, Value>) -> Result<Heading, String> {
    Ok(Heading {
        campaign: string(head, "campaign")?.to_owned(),
        nights: strings(head, "nights")?,
        exercise: flag(head, "exercise")?,
        number: member(head, "release")?
            .as_u64()
            .and_then(|number| u32::try_from(number).ok())
            .ok_or("`release` is no number")?,
    })
}

fn read_area(properties: &Map<String, Value>, geometry: &Value) -> Result<PublishedArea, String> {
    let geometry = object(geometry, "`geometry`")?;
    if string(geometry, "type")? != "MultiPolygon" {
        return Err("a geometry is not a MultiPolygon".to_owned());
    }
    let coordinates = member(geometry, "coordinates")?.clone();
    let rings: Rings =
        serde_json::from_value(coordinates).map_err(|error| format!("a geometry: {error}"))?;
    Ok(PublishedArea {
        code: string(properties, "code")?.to_owned(),
        name: string(properties, "name")?.to_owned(),
        level: Level::from_code(string(properties, "level")?).ok_or("unknown level")?,
        parent: properties
            .get("parent")
            .and_then(Value::as_str)
            .map(str::to_owned),
        walked: flag(properties, "walked")?,
        boundary: from_rings(&rings),
        figures: BTreeMap::new(),
    })
}

fn read_figure(properties: &Map<String, Value>) -> Result<(Unit, Figure), String> {
    let unit = Unit::from_code(string(properties, "subject")?).ok_or("unknown subject")?;
    Ok((unit, figure_of(properties)?))
}

fn figure_of(map: &Map<String, Value>) -> Result<Figure, String> {
    let figure = whole_number(map, "figure")?;
    match (figure, whole_number(map, "rounded_to")?) {
        (None, _) => Ok(Figure::Withheld),
        (Some(people), None) => Ok(Figure::Exact(people)),
        (Some(people), Some(to)) if to > 0 => Ok(Figure::Rounded { people, to }),
        (Some(_), Some(_)) => Err("`rounded_to` is 0".to_owned()),
    }
}

fn whole_number(map: &Map<String, Value>, name: &str) -> Result<Option<u32>, String> {
    match map.get(name) {
        None | Some(Value::Null) => Ok(None),
        Some(value) => value
            .as_u64()
            .and_then(|number| u32::try_from(number).ok())
            .map(Some)
            .ok_or(format!("`{name}` is no whole number")),
    }
}

fn only(map: &Map<String, Value>, allowed: &[&str]) -> Result<(), String> {
    match map.keys().find(|key| !allowed.contains(&key.as_str())) {
        Some(key) => Err(format!("`{key}` must not be published")),
        None => Ok(()),
    }
}

fn member<'a>(map: &'a Map<String, Value>, name: &str) -> Result<&'a Value, String> {
    map.get(name).ok_or_else(|| format!("`{name}` is missing"))
}

fn object<'a>(value: &'a Value, what: &str) -> Result<&'a Map<String, Value>, String> {
    value
        .as_object()
        .ok_or_else(|| format!("{what} is no object"))
}

fn string<'a>(map: &'a Map<String, Value>, name: &str) -> Result<&'a str, String> {
    member(map, name)?
        .as_str()
        .ok_or_else(|| format!("`{name}` is no text"))
}

fn flag(map: &Map<String, Value>, name: &str) -> Result<bool, String> {
    member(map, name)?
        .as_bool()
        .ok_or_else(|| format!("`{name}` is neither true nor false"))
}

fn array<'a>(map: &'a Map<String, Value>, name: &str) -> Result<&'a Vec<Value>, String> {
    member(map, name)?
        .as_array()
        .ok_or_else(|| format!("`{name}` is no list"))
}

fn strings(map: &Map<String, Value>, name: &str) -> Result<Vec<String>, String> {
    array(map, name)?
        .iter()
        .map(|value| {
            let text = value.as_str().map(str::to_owned);
            text.ok_or_else(|| format!("`{name}` holds something else than text"))
        })
        .collect()
}
