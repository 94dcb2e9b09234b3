//! What each column of a table means, as a Table Schema (Frictionless Data), in French and English.
//!
//! It must never hold a figure.

use super::ExportError;
use super::sheet::{About, Column, Kind};
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
        "primaryKey": ["release", "code", "subject", "attribute", "category"],
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

/// Writes what the columns of an internal table mean.
///
/// # Errors
/// When `out` refuses.
pub(super) fn columns_of(
    columns: &[Column],
    about: &[About],
    out: &mut dyn Write,
) -> Result<(), ExportError> {
    let mut fields: Vec<Value> = columns.iter().map(plain_field).collect();
    let place = |name: &str| json!({ "name": name, "type": "number", "title": name });
    fields.extend(["longitude", "latitude"].map(place));
    let about: serde_json::Map<String, Value> = about
        .iter()
        .map(|(name, text)| (name.clone(), json!(text)))
        .collect();
    let schema = json!({
        "$schema": "https://datapackage.org/profiles/2.0/tableschema.json",
        "fields": fields,
        "missingValues": [""],
        "maraude_internal": about,
    });
    serde_json::to_writer_pretty(&mut *out, &schema)?;
    out.write_all(b"\n")?;
    Ok(())
}

/// The columns of the table, in order.
pub(super) const COLUMNS: [Column; 17] = [
    Column {
        name: "release",
        kind: Kind::Integer,
        title: "Diffusion",
        fr: "Numéro de la diffusion dans sa campagne",
        en: "Number of the release in its campaign",
    },
    Column {
        name: "stage",
        kind: Kind::Text,
        title: "Étape",
        fr: "Provisoire, consolidée, ou correction d'une consolidée",
        en: "Provisional, consolidated, or correction of a consolidated one",
    },
    Column {
        name: "campaign",
        kind: Kind::Text,
        title: "Campagne",
        fr: "Nom de la campagne",
        en: "Name of the campaign",
    },
    Column {
        name: "nights",
        kind: Kind::Text,
        title: "Nuits",
        fr: "Dates où les nuits ont commencé, séparées par des espaces",
        en: "Dates on which the nights began, separated by spaces",
    },
    Column {
        name: "exercise",
        kind: Kind::Flag,
        title: "Exercice",
        fr: "Vrai : données inventées, à ne jamais utiliser comme chiffres",
        en: "True: invented data, never to be used as figures",
    },
    Column {
        name: "level",
        kind: Kind::Text,
        title: "Niveau",
        fr: "Niveau de la surface",
        en: "Level of the area",
    },
    Column {
        name: "code",
        kind: Kind::Text,
        title: "Code",
        fr: "Code de la surface ; pour une petite surface, le premier carreau (EPSG:3035)",
        en: "Code of the area; for a leaf, its first square (EPSG:3035)",
    },
    Column {
        name: "name",
        kind: Kind::Text,
        title: "Nom",
        fr: "Nom de la surface",
        en: "Name of the area",
    },
    Column {
        name: "parent",
        kind: Kind::Text,
        title: "Surface englobante",
        fr: "Code de la surface dont elle est une partie",
        en: "Code of the area it is a part of",
    },
    Column {
        name: "subject",
        kind: Kind::Text,
        title: "Sujet",
        fr: "Personnes à la rue, en squat, en bidonville, ou comptées par des partenaires ; \
             ne s'additionnent pas",
        en: "People in the street, in squats, in shantytowns, or counted by partners; \
             not to be added up",
    },
    Column {
        name: "attribute",
        kind: Kind::Text,
        title: "Attribut",
        fr: "Vide : tout le monde ; sinon ce que la ligne distingue (âge, genre, ménage, situation). \
             Une correction n'a pas de tableaux : ceux de la diffusion consolidée restent",
        en: "Empty: everybody; else what the row tells apart (age, gender, household, situation). A \
             correction has no tables: those of the consolidated release stand",
    },
    Column {
        name: "category",
        kind: Kind::Text,
        title: "Catégorie",
        fr: "Classe d'âge, genre, ménage, ou catégorie IGH du lieu (1a dehors, 1b lieu couvert, \
             1c véhicule, 3f tente) ; unknown : non renseigné ou autre",
        en: "Band of age, gender, household, or IGH category of the place (1a open space, 1b roofed \
             space, 1c vehicle, 3f tent); unknown: not known or other",
    },
    Column {
        name: "figure",
        kind: Kind::Integer,
        title: "Chiffre",
        fr: "Nombre de personnes distinctes, au moins ; vide : secret",
        en: "Number of distinct people, at least; empty: withheld",
    },
    Column {
        name: "rounded_to",
        kind: Kind::Integer,
        title: "Arrondi",
        fr: "Le chiffre est un multiple de ce nombre et s'écarte du vrai de ce nombre au plus",
        en: "The figure is a multiple of this number and at most that far from the true one",
    },
    Column {
        name: "reason",
        kind: Kind::Text,
        title: "Raison",
        fr: "Pourquoi le chiffre n'est pas exact ou pas montré",
        en: "Why the figure is not exact or not shown",
    },
    Column {
        name: "walked",
        kind: Kind::Flag,
        title: "Parcourue",
        fr: "Vrai : toute la surface a été parcourue",
        en: "True: the whole area was walked",
    },
    Column {
        name: "settings",
        kind: Kind::Text,
        title: "Réglages",
        fr: "Réglages du contrôle de diffusion, séparés par des espaces",
        en: "Settings of disclosure control, separated by spaces",
    },
];

fn field(column: &Column) -> Value {
    let mut field = plain_field(column);
    let constraints = match column.name {
        "stage" => json!({ "enum": ["provisional", "consolidated", "correction"] }),
        "level" => json!({ "enum": ["perimeter", "commune", "quartier", "sous_quartier", "leaf"] }),
        "subject" => json!({ "enum": ["street", "squat", "bidonville", "partner"] }),
        "attribute" => json!({ "enum": ["age", "gender", "household", "situation"] }),
        "reason" => json!({ "enum": ["withheld", "rounded", "provisional"] }),
        "figure" => json!({ "minimum": 0 }),
        "release" => json!({ "required": true, "minimum": 1 }),
        "code" | "name" | "nights" | "settings" => json!({ "required": true }),
        _ => return field,
    };
    field["constraints"] = constraints;
    field
}

/// A column as a Table Schema writes it, without constraints.
pub(super) fn plain_field(column: &Column) -> Value {
    let kind = match column.kind {
        Kind::Text => "string",
        Kind::Integer => "integer",
        Kind::Real => "number",
        Kind::Flag => "boolean",
    };
    json!({
        "name": column.name,
        "type": kind,
        "title": column.title,
        "description": format!("{} / {}", column.fr, column.en),
    })
}
