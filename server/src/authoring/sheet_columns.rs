//! The columns of a file of paper sheets: what each is called, what it takes, how codes are written.
//!
//! It must never read a row. `sheet_file` finds columns by it; `sheet_template` describes
//! them to people.

use super::table_file::bare;
use maraude_core::form::{ChoiceLabel, FormKind, questionnaire};
use maraude_core::model::{Coverage, Role};

/// A column.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum SheetColumn {
    /// The sheet's number.
    Number,
    /// The team the sheet was printed for.
    Team,
    /// The sector it was printed for.
    Sector,
    /// The night it was printed for.
    Night,
    /// How much of the sector was walked.
    Coverage,
    /// Streets not walked.
    NotWalked,
    /// The hour.
    Hour,
    /// Where, as it is written.
    Place,
    /// Men.
    Men,
    /// Women.
    Women,
    /// Minors.
    Minors,
    /// Not told apart.
    Undetermined,
    /// The sleeping place.
    SleepingPlace,
    /// The certainty.
    Certainty,
    /// The note.
    Note,
}

/// Words of a column.
pub(super) struct Words {
    /// Stable code.
    pub(super) code: &'static str,
    /// As the template heads it.
    pub(super) heading: &'static str,
    /// Other headings people write, folded.
    also: &'static [&'static str],
    /// What stands in it.
    pub(super) fr: &'static str,
    pub(super) en: &'static str,
}

/// Longest note, and longest text of streets not walked, characters: as on the form.
pub(super) const TEXT_CHARACTERS: usize = 280;

/// Longest place, characters: as on the form.
pub(super) const PLACE_CHARACTERS: usize = 120;

/// Most people of one kind in a row: as on the form.
pub(super) const MOST_PEOPLE: u32 = 99;

/// Other headings people write, folded, column by column.
const ALSO: [&[&str]; 15] = [
    &[
        "numero",
        "n",
        "no",
        "num",
        "numero de feuille",
        "numero de la feuille",
        "n feuille",
        "n de feuille",
        "no feuille",
        "no de feuille",
        "feuille n",
        "feuille no",
        "feuille numero",
        "sheet",
        "sheet number",
        "sheet no",
    ],
    &["code equipe", "code de l equipe"],
    &["code secteur", "code du secteur"],
    &["nuit du", "date", "date de la nuit"],
    &["parcouru", "couverture", "sector walked", "secteur couvert"],
    &[
        "rues non parcourues et pourquoi",
        "non parcouru",
        "rues pas parcourues",
        "streets not walked",
    ],
    &["heures", "time", "heure de la rencontre"],
    &[
        "lieu",
        "adresse",
        "emplacement",
        "rue",
        "ou rue numero repere",
        "where",
        "address",
    ],
    &["homme", "man"],
    &["femme", "woman"],
    &[
        "mineurs",
        "mineures",
        "mineur",
        "mineur e s",
        "mineurs es",
        "minor",
    ],
    &[
        "non determines",
        "non determine es",
        "non det",
        "indetermine",
        "indetermines",
        "indetermine es",
        "unclear",
        "not told apart",
    ],
    &[
        "ou dorment ils",
        "ou dort il",
        "ou dorment elles",
        "lieu de couchage",
        "couchage",
        "sleeping where",
        "where do they sleep",
    ],
    &["certitude", "certain", "dort dehors cette nuit", "sure"],
    &[
        "notes",
        "note sans nom",
        "remarque",
        "remarques",
        "commentaire",
        "commentaires",
        "note no name",
    ],
];

/// How coverage may be written, folded; the first is the template's.
const COVERAGES: [(Coverage, &str, [&str; 4]); 3] = [
    (
        Coverage::Full,
        "full",
        ["en entier", "entier", "entierement", "wholly"],
    ),
    (
        Coverage::Partial,
        "partial",
        ["en partie", "partiel", "partiellement", "in part"],
    ),
    (
        Coverage::NotWalked,
        "not_walked",
        ["pas parcouru", "non parcouru", "pas du tout", "not walked"],
    ),
];

impl SheetColumn {
    /// All, in the template's order.
    pub const ALL: [Self; 15] = [
        Self::Number,
        Self::Team,
        Self::Sector,
        Self::Night,
        Self::Coverage,
        Self::NotWalked,
        Self::Hour,
        Self::Place,
        Self::Men,
        Self::Women,
        Self::Minors,
        Self::Undetermined,
        Self::SleepingPlace,
        Self::Certainty,
        Self::Note,
    ];

    /// The columns no file does without.
    pub(super) const NEEDED: [Self; 4] = [
        Self::Number,
        Self::Coverage,
        Self::Hour,
        Self::SleepingPlace,
    ];

    /// Those of people seen together; the others are of the whole sheet.
    pub(super) fn is_of_a_row(self) -> bool {
        self >= Self::Hour
    }

    /// Stable code.
    pub fn code(self) -> &'static str {
        self.words().code
    }

    /// How the template heads it.
    pub fn heading(self) -> &'static str {
        self.words().heading
    }

    /// The column that a heading names.
    pub(super) fn of_heading(heading: &str) -> Option<Self> {
        let written = bare(heading);
        let short = ["nombre de ", "nombre d ", "nb de ", "nb d ", "nb "];
        let stripped = (short.iter()).find_map(|start| written.strip_prefix(start));
        let stripped = stripped.unwrap_or(&written);
        Self::ALL.into_iter().find(|column| {
            let words = column.words();
            let own = [bare(words.heading), words.code.replace('_', " ")];
            let named =
                |text: &str| own.iter().any(|one| one == text) || words.also.contains(&text);
            named(&written) || named(stripped)
        })
    }

    pub(super) fn words(self) -> Words {
        let [code, heading, fr, en] = match self {
            Self::Number => NUMBER,
            Self::Team => TEAM,
            Self::Sector => SECTOR,
            Self::Night => NIGHT,
            Self::Coverage => COVERAGE,
            Self::NotWalked => NOT_WALKED,
            Self::Hour => HOUR,
            Self::Place => PLACE,
            Self::Men => ["men", "Hommes", "Nombre d’hommes", "How many men"],
            Self::Women => ["women", "Femmes", "Nombre de femmes", "How many women"],
            Self::Minors => [
                "minors",
                "Mineur·es",
                "Nombre de mineur·es",
                "How many minors",
            ],
            Self::Undetermined => UNDETERMINED,
            Self::SleepingPlace => SLEEPING_PLACE,
            Self::Certainty => CERTAINTY,
            Self::Note => NOTE,
        };
        Words {
            code,
            heading,
            also: self.also(),
            fr,
            en,
        }
    }

    fn also(self) -> &'static [&'static str] {
        ALSO[self as usize]
    }

    /// What may stand in it, where that is a code: the code, its labels, and what the paper says to
    /// write.
    pub(super) fn codes(self) -> Vec<(String, String, String, Option<String>)> {
        let label = |choice: &ChoiceLabel, language: &str| {
            choice.label.get(language).cloned().unwrap_or_default()
        };
        let choices = |role| choices(role).iter().enumerate();
        match self {
            Self::Coverage => (COVERAGES.iter())
                .map(|(_, code, ways)| {
                    (
                        (*code).to_owned(),
                        ways[0].to_owned(),
                        ways[3].to_owned(),
                        None,
                    )
                })
                .collect(),
            Self::SleepingPlace => choices(Role::SleepingPlace)
                .map(|(at, one)| {
                    let number = Some((at + 1).to_string());
                    (one.name.clone(), label(one, "fr"), label(one, "en"), number)
                })
                .collect(),
            Self::Certainty => choices(Role::Certainty)
                .map(|(_, one)| {
                    let letter = label(one, "fr").chars().next().map(String::from);
                    (one.name.clone(), label(one, "fr"), label(one, "en"), letter)
                })
                .collect(),
            _ => Vec::new(),
        }
    }

    /// The code of a choice as somebody wrote it: its code, its label in French or English, the number
    /// of a sleeping place or the letter of a certainty as on the paper.
    pub(super) fn code_of(self, written: &str) -> Option<String> {
        let wanted = bare(&written.replace('_', " "));
        let same = |text: &str| bare(&text.replace('_', " ")) == wanted;
        let codes = self.codes().into_iter();
        codes
            .filter(|_| !wanted.is_empty())
            .find(|(code, fr, en, short)| {
                same(code) || same(fr) || same(en) || short.as_deref().is_some_and(same)
            })
            .map(|(code, ..)| code)
    }
}

const NUMBER: [&str; 4] = [
    "number",
    "Feuille",
    "Numéro imprimé sur la feuille, sur chacune de ses lignes",
    "Number printed on the sheet, on each of its rows",
];
const TEAM: [&str; 4] = [
    "team",
    "Équipe",
    "Code de l’équipe ; facultatif, vérifié",
    "Code of the team; optional, checked",
];
const SECTOR: [&str; 4] = [
    "sector",
    "Secteur",
    "Code du secteur ; facultatif, vérifié",
    "Code of the sector; optional, checked",
];
const NIGHT: [&str; 4] = [
    "night",
    "Nuit",
    "Date où la nuit a commencé ; facultatif, vérifié",
    "Date on which the night began; optional, checked",
];
const COVERAGE: [&str; 4] = [
    "coverage",
    "Secteur parcouru",
    "Sur une ligne de la feuille au moins",
    "On one row of the sheet at least",
];
const NOT_WALKED: [&str; 4] = [
    "not_walked",
    "Rues non parcourues",
    "Rues non parcourues, et pourquoi",
    "Streets not walked, and why",
];
const HOUR: [&str; 4] = [
    "hour",
    "Heure",
    "23:40 ; avant midi, c’est le matin qui suit",
    "23:40; before noon is the morning after",
];
const PLACE: [&str; 4] = [
    "place",
    "Où",
    "Rue, numéro, repère, comme c’est écrit",
    "Street, number, landmark, as it is written",
];
const UNDETERMINED: [&str; 4] = [
    "undetermined",
    "Non déterminé",
    "Nombre de personnes dont on ne sait pas",
    "How many people not told apart",
];
const SLEEPING_PLACE: [&str; 4] = [
    "sleeping_place",
    "Où dort-on ?",
    "Numéro du bas de la feuille, code ou libellé",
    "Number at the foot of the sheet, code or label",
];
const CERTAINTY: [&str; 4] = [
    "certainty",
    "Sûr ?",
    "C, P ou D, code ou libellé ; vide : pas demandé",
    "C, P or D, code or label; empty: not asked",
];
const NOTE: [&str; 4] = ["note", "Note", "Sans nom", "No name"];

/// The choices of a question of the quick count.
fn choices(role: Role) -> &'static [ChoiceLabel] {
    let form = questionnaire("");
    let question = (form.name_of(role)).and_then(|name| form.form(FormKind::Count)?.question(name));
    question.map_or(&[], |question| form.choices(question))
}

/// The coverage as somebody wrote it.
pub(super) fn coverage_of(written: &str) -> Option<Coverage> {
    let wanted = bare(&written.replace('_', " "));
    let found = COVERAGES
        .iter()
        .find(|(_, code, ways)| code.replace('_', " ") == wanted || ways.contains(&&*wanted));
    found.map(|(coverage, ..)| *coverage)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_heading_is_found_as_people_write_it() {
        for (heading, expected) in [
            ("Feuille", SheetColumn::Number),
            ("N° de feuille", SheetColumn::Number),
            ("n°", SheetColumn::Number),
            ("EQUIPE", SheetColumn::Team),
            ("Secteur  parcouru", SheetColumn::Coverage),
            ("Où", SheetColumn::Place),
            ("où (rue, numéro, repère)", SheetColumn::Place),
            ("Nombre d'hommes", SheetColumn::Men),
            ("nb femmes", SheetColumn::Women),
            ("Mineur·e·s", SheetColumn::Minors),
            ("Mineurs", SheetColumn::Minors),
            ("Non dét.", SheetColumn::Undetermined),
            ("ou dort on", SheetColumn::SleepingPlace),
            ("Sûr ?", SheetColumn::Certainty),
            ("sleeping_place", SheetColumn::SleepingPlace),
            ("Note, sans nom", SheetColumn::Note),
        ] {
            assert_eq!(
                SheetColumn::of_heading(heading),
                Some(expected),
                "{heading}"
            );
        }
        for heading in ["", "Nom", "Latitude", "Âge", "téléphone"] {
            assert_eq!(SheetColumn::of_heading(heading), None, "{heading}");
        }
        // No heading names two columns, and each is found by its own.
        for column in SheetColumn::ALL {
            for own in [column.heading(), column.code()]
                .iter()
                .chain(column.also())
            {
                assert_eq!(SheetColumn::of_heading(own), Some(column), "{own}");
            }
        }
    }

    #[test]
    fn a_choice_is_found_by_code_label_or_what_the_paper_says() {
        let place = |written| SheetColumn::SleepingPlace.code_of(written);
        for written in ["doorway", "Porche, entrée", "porche entree", "Doorway", "2"] {
            assert_eq!(place(written).as_deref(), Some("doorway"), "{written}");
        }
        assert_eq!(place("car_park"), place("8"));
        for written in ["", "0", "17", "lune", "street;doorway"] {
            assert_eq!(place(written), None, "{written}");
        }
        let sure = |written| SheetColumn::Certainty.code_of(written);
        assert_eq!(sure("p").as_deref(), Some("probable"));
        assert_eq!(sure("Douteux").as_deref(), Some("doubtful"));
        assert_eq!(sure("oui"), None);
        assert_eq!(coverage_of("En entier"), Some(Coverage::Full));
        assert_eq!(coverage_of("not_walked"), Some(Coverage::NotWalked));
        assert_eq!(coverage_of("oui"), None);
        // Every code the schema tells is taken.
        for column in SheetColumn::ALL {
            for (code, fr, en, _) in column.codes() {
                for written in [&code, &fr, &en] {
                    let taken = column.code_of(written);
                    assert_eq!(taken.as_ref(), Some(&code), "{written}");
                }
            }
        }
    }
}
