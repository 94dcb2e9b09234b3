//! Squats and bidonvilles under the columns of the national platform of bidonvilles, with what this
//! campaign counted.
//!
//! It must never fill a column with what nobody told: it stays empty, and the dictionary says why. Nor may
//! it hold a note, an owner's name, an origin or anything of a procedure. [`super::internal`] calls it.

use super::inner_sheets::{at, column, number};
use super::sheet::{Cell, Column, Kind, Row, Shape, Sheet};
use maraude_core::form::{Questionnaire, read_roles};
use maraude_core::model::{Answer, AnswerValue, Answers, Coordinates, Site, SiteFacts};

/// Columns of sites.
///
/// # Source
/// MTES-MCT/resorption-bidonvilles, `shantytowns` (selection of `SQL.ts`): names and codes. Columns of
/// procedures, owners' names and origins are left out on purpose (decision 0156).
pub(super) const SITES: [Column; 37] = [
    column(
        "name",
        Kind::Text,
        "Code du lieu de vie, jamais un nom de personne",
        "Code of the place, never a person's name",
    ),
    column(
        "status",
        Kind::Text,
        "open, closed_by_justice, resorbed, other, unknown ; vide : pas dit par la coordination",
        "open, closed_by_justice, resorbed, other, unknown; empty: not told by the coordination",
    ),
    column(
        "declared_at",
        Kind::Text,
        "Date de signalement, dite par la coordination",
        "When it was reported, told by the coordination",
    ),
    column(
        "built_at",
        Kind::Text,
        "Date d'installation, dite par la coordination",
        "Since when it stands, told by the coordination",
    ),
    column(
        "closed_at",
        Kind::Text,
        "Date de fermeture, dite par la coordination",
        "When it was closed, told by the coordination",
    ),
    column(
        "address",
        Kind::Text,
        "Adresse, dite par la coordination",
        "Address, told by the coordination",
    ),
    column(
        "city_code",
        Kind::Text,
        "Commune (code INSEE)",
        "Commune (INSEE code)",
    ),
    column("city_name", Kind::Text, "Commune", "Commune"),
    column(
        "field_type",
        Kind::Text,
        "Type de site : terrain (bidonville) ou bâti (squat)",
        "Kind of site: terrain, land (bidonville) or bâti, building (squat)",
    ),
    column(
        "owner_type",
        Kind::Text,
        "Type de propriétaire : public, prive, inconnu ; vide : pas dit",
        "Kind of owner: public, prive (private), inconnu (unknown); empty: not told",
    ),
    column(
        "is_reinstallation",
        Kind::Flag,
        "Réinstallation ; vide : pas dit",
        "Its people came from another site; empty: not told",
    ),
    column(
        "census_status",
        Kind::Text,
        "Diagnostic social : none, scheduled, done ; vide : pas dit",
        "Social diagnosis: none, scheduled, done; empty: not told",
    ),
    column(
        "census_conducted_at",
        Kind::Text,
        "Date du diagnostic, dite par la coordination",
        "Date of the diagnosis, told by the coordination",
    ),
    column(
        "population_total",
        Kind::Integer,
        "Personnes, au moins, à la dernière nuit ; voir maraude_people_max",
        "People, at least, on the last night; see maraude_people_max",
    ),
    column(
        "population_couples",
        Kind::Integer,
        "Ménages, dits à l'équipe",
        "Households, told to the team",
    ),
    column(
        "population_minors",
        Kind::Integer,
        "Mineurs, dits à l'équipe ou comptés",
        "Minors, told to the team or counted",
    ),
    column(
        "population_minors_0_3",
        Kind::Integer,
        "Vide : une nuit ne demande pas l'âge des enfants d'un site",
        "Empty: a night does not ask how old a site's children are",
    ),
    column(
        "population_minors_3_6",
        Kind::Integer,
        "Vide : voir population_minors_0_3",
        "Empty: see population_minors_0_3",
    ),
    column(
        "population_minors_6_12",
        Kind::Integer,
        "Vide : voir population_minors_0_3",
        "Empty: see population_minors_0_3",
    ),
    column(
        "population_minors_12_16",
        Kind::Integer,
        "Vide : voir population_minors_0_3",
        "Empty: see population_minors_0_3",
    ),
    column(
        "population_minors_16_18",
        Kind::Integer,
        "Vide : voir population_minors_0_3",
        "Empty: see population_minors_0_3",
    ),
    column(
        "minors_in_school",
        Kind::Integer,
        "Mineurs scolarisés, dits par la coordination",
        "Minors who go to school, told by the coordination",
    ),
    column(
        "caravans",
        Kind::Integer,
        "Caravanes, comptées par l'équipe",
        "Caravans, counted by the team",
    ),
    column(
        "huts",
        Kind::Integer,
        "Cabanes, comptées par l'équipe",
        "Huts, counted by the team",
    ),
    column(
        "tents",
        Kind::Integer,
        "Tentes, comptées par l'équipe",
        "Tents, counted by the team",
    ),
    column(
        "cars",
        Kind::Integer,
        "Voitures où l'on dort. Vide : pas demandé",
        "Cars that people sleep in. Empty: not asked",
    ),
    column(
        "mattresses",
        Kind::Integer,
        "Matelas. Vide : pas demandé",
        "Mattresses. Empty: not asked",
    ),
    column(
        "electricity_access",
        Kind::Flag,
        "Installation électrique vue par l'équipe ; vide : pas vue ou pas demandée",
        "Electricity seen by the team; empty: not seen or not asked",
    ),
    column(
        "water_access_type",
        Kind::Text,
        "Accès à l'eau, dit par la coordination, en codes de la plateforme ; vide : pas dit",
        "Access to water, told by the coordination, in the platform's codes; empty: not told",
    ),
    column(
        "sanitary_access_working_toilets",
        Kind::Flag,
        "Toilettes vues par l'équipe ; vide : pas vues ou pas demandées",
        "Toilets seen by the team; empty: not seen or not asked",
    ),
    column(
        "maraude_water",
        Kind::Flag,
        "Eau vue par l'équipe ; la plateforme demande comment, non si",
        "Water seen by the team; the platform asks how, not whether",
    ),
    column(
        "maraude_kind",
        Kind::Text,
        "squat ou bidonville",
        "squat or bidonville",
    ),
    column(
        "maraude_known",
        Kind::Flag,
        "Vrai : le lieu était connu avant la nuit",
        "True: the place was known before the night",
    ),
    column(
        "maraude_people_min",
        Kind::Integer,
        "Personnes, au moins",
        "People, at least",
    ),
    column(
        "maraude_people_max",
        Kind::Integer,
        "Personnes, au plus",
        "People, at most",
    ),
    column(
        "maraude_people_met",
        Kind::Integer,
        "Personnes rencontrées",
        "People met",
    ),
    column(
        "maraude_night",
        Kind::Text,
        "Nuit du recensement",
        "Night of the count",
    ),
];

/// A squat or bidonville as it was found.
#[derive(Clone, PartialEq)]
pub struct InternalSite {
    /// The known place, where it is one.
    pub known: Option<Site>,
    /// `squat` or `bidonville`.
    pub unit: &'static str,
    /// Where.
    pub coordinates: Option<Coordinates>,
    /// Commune: code and name.
    pub commune: Option<(String, String)>,
    /// People in it: at least, at most.
    pub people: [u32; 2],
    /// People met at it, at least.
    pub met: u32,
    /// The last night it was seen.
    pub night: String,
    /// What the team noted of the place itself that night, where it filled its sheet.
    pub answers: Answers,
}

maraude_core::redacts!(InternalSite);

/// Squats and bidonvilles.
pub fn sites<'a>(sites: &'a [InternalSite], form: &'a Questionnaire) -> Sheet<'a> {
    Sheet {
        name: "sites",
        title: "Squats et bidonvilles (usage interne)".to_owned(),
        columns: &SITES,
        shape: Shape::Points,
        rows: Box::new(sites.iter().map(move |site| row(site, form))),
    }
}

fn row(site: &InternalSite, form: &Questionnaire) -> Row {
    let known = site.known.as_ref();
    let facts = SiteFacts::read(known.and_then(|known| known.facts.as_deref()));
    let answers = &site.answers;
    let commune = site.commune.as_ref();
    let text = |text: &Option<String>| Cell::from(text.as_deref());
    let mut cells = vec![
        known.map(|known| known.code.as_str()).into(),
        text(&facts.state),
        text(&facts.declared_at),
        text(&facts.built_at),
        text(&facts.closed_at),
        text(&facts.address),
        commune.map(|commune| commune.0.as_str()).into(),
        commune.map(|commune| commune.1.as_str()).into(),
        if site.unit == "squat" {
            "bâti"
        } else {
            "terrain"
        }
        .into(),
        text(&facts.owner_type),
        facts.is_reinstallation.map_or(Cell::Empty, Cell::Flag),
        text(&facts.census_status),
        text(&facts.census_conducted_at),
        number(site.people[0]),
        counted(answers, "n_households"),
        read_roles(form, answers).minors.into(),
    ];
    cells.extend(std::iter::repeat_n(Cell::Empty, 5));
    cells.extend([
        facts.minors_in_school.into(),
        counted(answers, "n_caravans"),
        counted(answers, "n_huts"),
        counted(answers, "n_tents"),
        Cell::Empty,
        Cell::Empty,
        seen(answers, "electricity"),
        text(&facts.water_access_type),
        seen(answers, "toilets"),
        seen(answers, "water"),
        site.unit.into(),
        Cell::Flag(known.is_some()),
        number(site.people[0]),
        number(site.people[1]),
        number(site.met),
        site.night.as_str().into(),
    ]);
    Row {
        cells,
        geometry: at(site.coordinates),
    }
}

/// A number that the team told.
fn counted(answers: &Answers, question: &str) -> Cell {
    match answers.get(question) {
        Some(Answer::Known(AnswerValue::Integer(number))) => Cell::Integer(*number),
        _ => Cell::Empty,
    }
}

/// Yes or no; what was not seen is neither.
fn seen(answers: &Answers, question: &str) -> Cell {
    match answers.get(question) {
        Some(Answer::Known(AnswerValue::Choice(code))) if code == "yes" => Cell::Flag(true),
        Some(Answer::Known(AnswerValue::Choice(code))) if code == "no" => Cell::Flag(false),
        _ => Cell::Empty,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use maraude_core::form::questionnaire;
    use maraude_core::model::{Audience, SiteId, SiteKind};

    fn site(facts: Option<&str>, answers: &[(&str, AnswerValue)]) -> InternalSite {
        let coordinates = Coordinates {
            longitude: 3.1,
            latitude: 43.5,
        };
        let answers = answers.iter();
        InternalSite {
            known: Some(Site {
                id: SiteId::from_random([1; 16]),
                kind: SiteKind::Bidonville,
                code: "B-1".to_owned(),
                coordinates,
                audience: Audience::Everyone,
                expected: None,
                note: Some("portail vert, M. Untel".to_owned()),
                facts: facts.map(str::to_owned),
            }),
            unit: "bidonville",
            coordinates: Some(coordinates),
            commune: None,
            people: [12, 20],
            met: 3,
            night: "2026-01-15".to_owned(),
            answers: answers
                .map(|(name, value)| ((*name).to_owned(), Answer::Known(value.clone())))
                .collect(),
        }
    }

    fn cell(of: &InternalSite, name: &str) -> Cell {
        let form = questionnaire("");
        let place = SITES.iter().position(|column| column.name == name).unwrap();
        row(of, form).cells[place].clone()
    }

    #[test]
    fn what_is_told_stands_under_the_platforms_columns_and_the_rest_is_empty() {
        let choice = |code: &str| AnswerValue::Choice(code.to_owned());
        let told = site(
            Some(r#"{"built_at":"2024-05-01","owner_type":"public","is_reinstallation":false}"#),
            &[
                ("n_households", AnswerValue::Integer(4)),
                ("n_huts", AnswerValue::Integer(0)),
                ("water", choice("no")),
                ("toilets", choice("unseen")),
                ("electricity", choice("yes")),
            ],
        );
        let check = |name: &str, expected: Cell| assert_eq!(cell(&told, name), expected, "{name}");
        check("name", "B-1".into());
        check("built_at", "2024-05-01".into());
        check("owner_type", "public".into());
        check("is_reinstallation", Cell::Flag(false));
        check("field_type", "terrain".into());
        check("population_total", Cell::Integer(12));
        check("maraude_people_max", Cell::Integer(20));
        check("population_couples", Cell::Integer(4));
        // Nought that was counted is no gap.
        check("huts", Cell::Integer(0));
        check("maraude_water", Cell::Flag(false));
        check("electricity_access", Cell::Flag(true));
        for unknown in [
            "status",
            "closed_at",
            "address",
            "census_status",
            "minors_in_school",
            "caravans",
            "cars",
            "population_minors",
            "population_minors_0_3",
            "water_access_type",
            "sanitary_access_working_toilets",
            "city_code",
        ] {
            check(unknown, Cell::Empty);
        }
    }

    #[test]
    fn a_place_nobody_knew_tells_nothing_of_the_coordination_and_no_note_is_written() {
        let mut found = site(Some(r#"{"state":"open"}"#), &[]);
        assert_eq!(cell(&found, "status"), "open".into());
        let cells = row(&found, questionnaire("")).cells;
        let written = format!("{cells:?}");
        assert!(!written.contains("Untel"));
        assert_eq!(cells.len(), SITES.len());
        found.known = None;
        assert_eq!(cell(&found, "status"), Cell::Empty);
        assert_eq!(cell(&found, "maraude_known"), Cell::Flag(false));
    }

    #[test]
    fn no_column_is_of_a_procedure_an_owners_name_or_an_origin() {
        for column in SITES {
            for word in ["justice", "police", "bailiff", "origin", "complaint"] {
                assert!(!column.name.contains(word), "{}", column.name);
            }
            assert_ne!(column.name, "owner");
            assert!(!column.fr.is_empty() && !column.en.is_empty());
        }
    }
}
