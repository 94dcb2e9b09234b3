//! The empty file of paper sheets that people fill in, and what its columns take.
//!
//! It must never say other than `sheet_columns` reads. The console and `maraude sheets template` hand
//! it over.

use super::sheet_columns::{MOST_PEOPLE, PLACE_CHARACTERS, SheetColumn, TEXT_CHARACTERS};
use serde_json::{Value, json};

/// An empty file with its headings, as a spreadsheet set to French opens it: UTF-8 with its mark,
/// semicolons, CRLF.
pub fn sheet_template() -> String {
    let headings: Vec<&str> = SheetColumn::ALL.iter().map(|one| one.heading()).collect();
    format!("\u{feff}{}\r\n", headings.join(";"))
}

/// What each column takes, as JSON.
///
/// # Shape
/// A Table Schema: `fields` in the template's order, each with its `description` in French and, under
/// `maraude`, its stable code, the description in English, and the choices with what the paper says to
/// write. A file may be laxer than the schema; one that follows it is taken in.
///
/// # Source
/// Frictionless Data, Table Schema 2.0.
pub fn sheet_schema() -> String {
    let fields: Vec<Value> = SheetColumn::ALL.into_iter().map(field).collect();
    let schema = json!({
        "$schema": "https://datapackage.org/profiles/2.0/tableschema.json",
        "fields": fields,
        "missingValues": [""],
    });
    format!("{schema:#}\n")
}

fn field(column: SheetColumn) -> Value {
    let words = column.words();
    let kind = match column {
        SheetColumn::Men | SheetColumn::Women | SheetColumn::Minors | SheetColumn::Undetermined => {
            "integer"
        }
        SheetColumn::Night => "date",
        _ => "string",
    };
    let mut constraints = json!({});
    match column {
        SheetColumn::Number => {
            constraints = json!({ "required": true, "pattern": "[0-9]{4,}-[A-Z]" });
        }
        SheetColumn::Hour => constraints = json!({ "pattern": "[0-2][0-9]:[0-5][0-9]" }),
        SheetColumn::Place => constraints = json!({ "maxLength": PLACE_CHARACTERS }),
        SheetColumn::Note | SheetColumn::NotWalked => {
            constraints = json!({ "maxLength": TEXT_CHARACTERS });
        }
        _ if kind == "integer" => constraints = json!({ "minimum": 0, "maximum": MOST_PEOPLE }),
        _ => {}
    }
    let codes = column.codes();
    if !codes.is_empty() {
        let allowed: Vec<&String> = codes.iter().map(|(code, ..)| code).collect();
        constraints["enum"] = json!(allowed);
    }
    let choices: Vec<Value> = codes
        .iter()
        .map(|(code, fr, en, short)| json!({ "code": code, "fr": fr, "en": en, "paper": short }))
        .collect();
    json!({
        "name": words.heading,
        "type": kind,
        "description": words.fr,
        "constraints": constraints,
        "maraude": { "column": words.code, "en": words.en, "choices": choices },
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_schema_has_a_field_for_each_heading_of_the_template_and_tells_the_codes() {
        let schema: Value = serde_json::from_str(&sheet_schema()).unwrap();
        let fields = schema["fields"].as_array().unwrap();
        let names: Vec<&str> = fields.iter().filter_map(|f| f["name"].as_str()).collect();
        let template = sheet_template();
        let heads = template.strip_prefix('\u{feff}').unwrap().trim_end();
        assert_eq!(heads.split(';').collect::<Vec<_>>(), names);
        let places = fields
            .iter()
            .find(|f| f["maraude"]["column"] == "sleeping_place");
        let second = &places.unwrap()["maraude"]["choices"][1];
        assert_eq!(second["code"], "doorway");
        assert_eq!(
            (&second["fr"], &second["paper"]),
            (&json!("Porche, entrée"), &json!("2"))
        );
    }
}
