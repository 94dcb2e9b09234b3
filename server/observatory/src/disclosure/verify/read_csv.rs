//! Reading a published CSV file back, and holding it against the map of the same release.

use super::{Finding, Rule};
use crate::area::Level;
use crate::attribute::Attribute;
use crate::disclosure::published::{
    AttributeFigure, Figure, Heading, Published, PublishedArea, Sentence, Stage,
};
use crate::indicator::Unit;
use geo::MultiPolygon;
use std::collections::BTreeMap;

/// Columns of the file, in order; no other is allowed.
pub const COLUMNS: [&str; 17] = [
    "release",
    "stage",
    "campaign",
    "nights",
    "exercise",
    "level",
    "code",
    "name",
    "parent",
    "subject",
    "attribute",
    "category",
    "figure",
    "rounded_to",
    "reason",
    "walked",
    "settings",
];

/// What the file says, without boundaries.
pub fn read(text: &str) -> Result<Published, String> {
    let mut reader = csv::Reader::from_reader(text.as_bytes());
    let header = reader.headers().map_err(|error| error.to_string())?;
    if !header.iter().eq(COLUMNS) {
        return Err("the columns are not those of a release".to_owned());
    }
    let mut read: Option<Published> = None;
    for row in reader.records() {
        let row = row.map_err(|error| error.to_string())?;
        let cell = |name: &str| {
            let index = COLUMNS.iter().position(|column| *column == name);
            let text = index.and_then(|index| row.get(index)).unwrap_or("");
            let bare = text.strip_prefix('\'');
            bare.filter(|bare| bare.starts_with(FORMULA_STARTS))
                .unwrap_or(text)
        };
        if let Some(formula) = row.iter().find(|text| text.starts_with(FORMULA_STARTS)) {
            let shown: String = formula.chars().take(8).collect();
            return Err(format!("a cell begins like a formula: {shown}"));
        }
        if read.is_none() {
            read = Some(head(&cell)?);
        }
        if let Some(published) = &mut read {
            add_row(published, &cell)?;
        }
    }
    read.ok_or_else(|| "the file holds no figure".to_owned())
}

/// First characters that make a spreadsheet run a cell.
const FORMULA_STARTS: [char; 6] = ['=', '+', '-', '@', '\t', '\r'];

fn head<'a>(cell: &impl Fn(&str) -> &'a str) -> Result<Published, String> {
    let list = |text: &str| text.split(' ').map(str::to_owned).collect::<Vec<_>>();
    Ok(Published {
        heading: Heading {
            campaign: cell("campaign").to_owned(),
            nights: list(cell("nights")),
            exercise: cell("exercise") == "true",
            number: cell("release")
                .parse()
                .map_err(|_| "`release` is no number")?,
        },
        stage: Stage::from_code(cell("stage")).ok_or("unknown stage")?,
        settings: list(cell("settings")),
        sentence: Sentence {
            fr: String::new(),
            en: String::new(),
        },
        areas: Vec::new(),
        attributes: Vec::new(),
        range: None,
        corrects: None,
        errata: Vec::new(),
    })
}

fn add_row<'a>(published: &mut Published, cell: &impl Fn(&str) -> &'a str) -> Result<(), String> {
    let number = |name: &str| match cell(name) {
        "" => Ok(None),
        text => text
            .parse::<u32>()
            .map(Some)
            .map_err(|_| format!("`{name}` is no whole number")),
    };
    let figure = match (number("figure")?, number("rounded_to")?) {
        (None, _) => Figure::Withheld,
        (Some(people), None) => Figure::Exact(people),
        (Some(people), Some(to)) => Figure::Rounded { people, to },
    };
    let unit = Unit::from_code(cell("subject")).ok_or("unknown subject")?;
    let code = cell("code");
    if !cell("attribute").is_empty() {
        published.attributes.push(AttributeFigure {
            code: code.to_owned(),
            attribute: Attribute::from_code(cell("attribute")).ok_or("unknown attribute")?,
            category: cell("category").to_owned(),
            figure,
        });
        return match unit {
            Unit::Street => Ok(()),
            _ => Err(format!("{code} tells {} by attribute", unit.code())),
        };
    }
    if !published.areas.iter().any(|area| area.code == code) {
        published.areas.push(PublishedArea {
            code: code.to_owned(),
            name: cell("name").to_owned(),
            level: Level::from_code(cell("level")).ok_or("unknown level")?,
            parent: Some(cell("parent").to_owned()).filter(|parent| !parent.is_empty()),
            walked: cell("walked") == "true",
            boundary: MultiPolygon(Vec::new()),
            figures: BTreeMap::new(),
        });
    }
    let area = published.areas.iter_mut().find(|area| area.code == code);
    let told = area.and_then(|area| area.figures.insert(unit, figure));
    match told {
        Some(_) => Err(format!("{code} tells {} twice", unit.code())),
        None => Ok(()),
    }
}

/// Where a table does not say what the map of its release says.
pub fn disagreements(map: &Published, table: &Published) -> Vec<Finding> {
    let same_head =
        map.stage == table.stage && map.heading == table.heading && map.settings == table.settings;
    let mut findings = Vec::new();
    if !same_head {
        let reason = "the table's head is not the map's".to_owned();
        findings.push(Finding::new(Rule::Agreement, &map.heading.campaign, reason));
    }
    if map.attributes != table.attributes {
        let reason = "table and map differ on an attribute".to_owned();
        findings.push(Finding::new(Rule::Agreement, &map.heading.campaign, reason));
    }
    for (one, other) in [(map, table), (table, map)] {
        for area in &one.areas {
            for (unit, figure) in &area.figures {
                if other.figure(&area.code, *unit) != Some(*figure) {
                    let reason = format!("table and map differ on {}", unit.code());
                    findings.push(Finding::new(Rule::Agreement, &area.code, reason));
                }
            }
        }
    }
    findings
}
