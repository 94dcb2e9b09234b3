//! What each column of the table means, as a Table Schema (Frictionless Data), in French and
//! English.
//!
//! It must never hold a figure.

use super::ExportError;
use maraude_observatory::disclosure::Release;
use serde_json::{Value, json};
use std::io::Write;

/// Writes the dictionary of a release's table.
///
/// # Errors
/// When `out` refuses.
pub fn dictionary(release: &Release, out: &mut dyn Write) -> Result<(), ExportError> {
    let published = release.published();
    let fields: Vec<Value> = COLUMNS.iter().map(field).collect();
    let schema = json!({
        "$schema": "https://datapackage.org/profiles/2.0/tableschema.json",
        "fields": fields,
        "missingValues": [""],
        "primaryKey": ["release", "code", "subject"],
        "maraude": {
            "release": published.heading.number,
            "stage": published.stage.code(),
            "campaign": published.heading.campaign,
            "nights": published.heading.nights,
            "exercise": published.heading.exercise,
            "sentence": { "fr": published.sentence.fr, "en": published.sentence.en },
            "settings": published.settings,
        },
    });
    serde_json::to_writer_pretty(&mut *out, &schema)?;
    out.write_all(b"\n")?;
    Ok(())
}

/// A column: name, kind, title, and what it means in French and in English.
type Column = (
    &'static str,
    &'static str,
    &'static str,
    &'static str,
    &'static str,
);

const COLUMNS: [Column; 15] = [
    (
        "release",
        "integer",
        "Diffusion",
        "Numéro de la diffusion dans sa campagne",
        "Number of the release in its campaign",
    ),
    (
        "stage",
        "string",
        "Étape",
        "Provisoire, consolidée, ou correction d'une consolidée",
        "Provisional, consolidated, or correction of a consolidated one",
    ),
    (
        "campaign",
        "string",
        "Campagne",
        "Nom de la campagne",
        "Name of the campaign",
    ),
    (
        "nights",
        "string",
        "Nuits",
        "Dates où les nuits ont commencé, séparées par des espaces",
        "Dates on which the nights began, separated by spaces",
    ),
    (
        "exercise",
        "boolean",
        "Exercice",
        "Vrai : données inventées, à ne jamais utiliser comme chiffres",
        "True: invented data, never to be used as figures",
    ),
    (
        "level",
        "string",
        "Niveau",
        "Niveau de la surface",
        "Level of the area",
    ),
    (
        "code",
        "string",
        "Code",
        "Code de la surface ; pour une petite surface, le premier carreau (EPSG:3035)",
        "Code of the area; for a leaf, its first square (EPSG:3035)",
    ),
    (
        "name",
        "string",
        "Nom",
        "Nom de la surface",
        "Name of the area",
    ),
    (
        "parent",
        "string",
        "Surface englobante",
        "Code de la surface dont elle est une partie",
        "Code of the area it is a part of",
    ),
    (
        "subject",
        "string",
        "Sujet",
        "Personnes à la rue, en squat, en bidonville, ou comptées par des partenaires ; \
             ne s'additionnent pas",
        "People in the street, in squats, in shantytowns, or counted by partners; \
             not to be added up",
    ),
    (
        "figure",
        "integer",
        "Chiffre",
        "Nombre de personnes distinctes, au moins ; vide : secret",
        "Number of distinct people, at least; empty: withheld",
    ),
    (
        "rounded_to",
        "integer",
        "Arrondi",
        "Le chiffre est un multiple de ce nombre et s'écarte du vrai de moins que lui",
        "The figure is a multiple of this number and less than it away from the true one",
    ),
    (
        "reason",
        "string",
        "Raison",
        "Pourquoi le chiffre n'est pas exact ou pas montré",
        "Why the figure is not exact or not shown",
    ),
    (
        "walked",
        "boolean",
        "Parcourue",
        "Vrai : toute la surface a été parcourue",
        "True: the whole area was walked",
    ),
    (
        "settings",
        "string",
        "Réglages",
        "Réglages du contrôle de diffusion, séparés par des espaces",
        "Settings of disclosure control, separated by spaces",
    ),
];

fn field((column, kind, title, fr, en): &Column) -> Value {
    let mut field = json!({
        "name": column,
        "type": kind,
        "title": title,
        "description": format!("{fr} / {en}"),
    });
    let constraints = match *column {
        "stage" => json!({ "enum": ["provisional", "consolidated", "correction"] }),
        "level" => json!({ "enum": ["perimeter", "commune", "quartier", "sous_quartier", "leaf"] }),
        "subject" => json!({ "enum": ["street", "squat", "bidonville", "partner"] }),
        "reason" => json!({ "enum": ["withheld", "rounded", "provisional"] }),
        "figure" => json!({ "minimum": 0 }),
        "release" => json!({ "required": true, "minimum": 1 }),
        "code" | "name" | "nights" | "settings" => json!({ "required": true }),
        _ => return field,
    };
    field["constraints"] = constraints;
    field
}
