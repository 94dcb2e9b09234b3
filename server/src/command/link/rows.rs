//! Reads the observations CSV (design, section 4): columns by name, empty means unknown.
//!
//! It must never guess: a value that is no value of its column refuses the row, with line and
//! column.

use maraude_core::model::{
    Answer, Contact, Coordinates, DeviceId, LocalGroupId, Night, ObservationId, ObservationKind,
    TeamId,
};
use maraude_linkage::{Gender, Household, LinkageObservation, Place};
use sha2::{Digest, Sha256};
use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::io::{self, Read};
use std::path::PathBuf;
use std::str::FromStr;

/// Why a file of observations could not be read.
#[derive(Debug, thiserror::Error)]
pub enum ReadError {
    /// The file could not be opened.
    #[error("cannot open {}: {cause}", path.display())]
    Open {
        /// Which.
        path: PathBuf,
        /// What the system said.
        cause: io::Error,
    },
    /// It is no CSV.
    #[error("not a CSV file: {0}")]
    NotCsv(#[from] csv::Error),
    /// A column that each row needs is missing.
    #[error("column « {0} » is missing")]
    MissingColumn(&'static str),
    /// A row is refused, and none may be left out.
    #[error("{0}; nothing was read (--skip-bad-rows leaves such rows out)")]
    Row(BadRow),
}

/// A row that is refused.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BadRow {
    /// Line of the file, the header being line 1.
    pub line: u64,
    /// Column.
    pub column: String,
    /// What is wrong.
    pub problem: &'static str,
}

impl fmt::Display for BadRow {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "line {}, column « {} »: {}",
            self.line, self.column, self.problem
        )
    }
}

/// What a file holds.
#[derive(Debug, Default)]
pub struct Rows {
    /// Rows as linkage needs them.
    pub observations: Vec<LinkageObservation>,
    /// Rows left out.
    pub refused: Vec<BadRow>,
    /// Columns that mean nothing here.
    pub unknown_columns: Vec<String>,
    /// Sites with their people, never added to those met.
    pub sites: Vec<SiteRow>,
    names: BTreeMap<ObservationId, String>,
}

/// People of a squat or bidonville, as its rows tell: of several rows on one site the largest counts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SiteRow {
    /// Its name; that of the row where none is told.
    pub name: String,
    /// At least.
    pub at_least: u32,
    /// At most.
    pub at_most: u32,
}

impl Rows {
    /// The name an observation has in the file.
    pub fn name(&self, id: ObservationId) -> &str {
        self.names.get(&id).map_or("", String::as_str)
    }
}

/// Columns without which a row means nothing.
const NEEDED: [&str; 3] = ["observation_id", "team_id", "observed_at"];

/// Columns of the format; those linkage has no use for are known all the same.
const KNOWN: &[&str] = &[
    "observation_id",
    "night",
    "team_id",
    "device_id",
    "observed_at",
    "lat",
    "lon",
    "gps_accuracy_m",
    "kind",
    "local_group_id",
    "group_size",
    "n_men",
    "n_women",
    "n_minors",
    "gender",
    "age_band",
    "household",
    "language",
    "shelter_type",
    "n_tents",
    "n_dogs",
    "marks",
    "pseudonym",
    "contact",
    "already_surveyed",
    "count_min",
    "count_max",
    "count_how",
    "certainty",
    "organisation",
    "source",
    "site_id",
    "n_declared_min",
    "n_declared_max",
    "n_counted",
];

/// Reads all rows. A bad row refuses the file, or is left out when `skip_bad_rows`.
pub fn read_rows(file: impl Read, skip_bad_rows: bool) -> Result<Rows, ReadError> {
    let mut table = csv::ReaderBuilder::new()
        .trim(csv::Trim::All)
        .flexible(true)
        .from_reader(file);
    let columns: Vec<String> = table
        .headers()?
        .iter()
        .map(|name| name.trim_start_matches('\u{feff}').to_owned())
        .collect();
    let mut rows = Rows {
        unknown_columns: columns
            .iter()
            .filter(|name| !KNOWN.contains(&name.as_str()))
            .cloned()
            .collect(),
        ..Rows::default()
    };
    for needed in NEEDED {
        if !columns.iter().any(|name| name == needed) {
            return Err(ReadError::MissingColumn(needed));
        }
    }
    let mut seen = BTreeSet::new();
    for line in table.records() {
        let line = line?;
        let row = Row {
            line: line.position().map_or(0, csv::Position::line),
            values: columns
                .iter()
                .map(String::as_str)
                .zip(line.iter())
                .collect(),
        };
        let read = row.observation().and_then(|(name, observation)| {
            if line.len() == columns.len() {
                Ok((name, observation))
            } else {
                Err(row.bad("observation_id", "this row has too few or too many columns"))
            }
        });
        match read {
            Ok((_, observation)) if !seen.insert(observation.id) => {
                rows.refused
                    .push(row.bad("observation_id", "another row has the same identifier"));
            }
            Ok((name, observation)) => {
                if let Some(site) = row.site(&name, observation.kind) {
                    rows.sites.push(site);
                }
                rows.names.insert(observation.id, name);
                rows.observations.push(observation);
            }
            Err(bad) => rows.refused.push(bad),
        }
        if let Some(bad) = rows.refused.last().filter(|_| !skip_bad_rows) {
            return Err(ReadError::Row(bad.clone()));
        }
    }
    Ok(rows)
}

/// One row, by column.
struct Row<'a> {
    line: u64,
    values: BTreeMap<&'a str, &'a str>,
}

impl Row<'_> {
    fn bad(&self, column: &str, problem: &'static str) -> BadRow {
        BadRow {
            line: self.line,
            column: column.to_owned(),
            problem,
        }
    }

    /// A value that is there.
    fn text(&self, column: &str) -> Option<&str> {
        self.values
            .get(column)
            .copied()
            .filter(|value| !value.is_empty())
    }

    fn needed(&self, column: &str) -> Result<&str, BadRow> {
        self.text(column)
            .ok_or_else(|| self.bad(column, "a value is needed here"))
    }

    fn parse<T: FromStr>(&self, column: &str, problem: &'static str) -> Result<Option<T>, BadRow> {
        self.text(column)
            .map(|value| value.parse().map_err(|_| self.bad(column, problem)))
            .transpose()
    }

    fn count(&self, column: &str) -> Result<Option<u32>, BadRow> {
        self.parse(column, "a whole number is expected")
    }

    fn number(&self, column: &str, low: f64, high: f64) -> Result<Option<f64>, BadRow> {
        let value = self.parse::<f64>(column, "a number is expected")?;
        match value {
            Some(value) if !(low..=high).contains(&value) => {
                Err(self.bad(column, "this number is out of range"))
            }
            other => Ok(other),
        }
    }

    fn code<T: Copy>(&self, column: &str, codes: &[(&str, T)]) -> Result<Option<T>, BadRow> {
        self.text(column)
            .map(|value| {
                codes
                    .iter()
                    .find(|(code, _)| *code == value)
                    .map(|(_, meaning)| *meaning)
                    .ok_or_else(|| self.bad(column, "not one of this column's codes"))
            })
            .transpose()
    }

    fn observation(&self) -> Result<(String, LinkageObservation), BadRow> {
        let name = self.needed("observation_id")?;
        let team = self.needed("team_id")?;
        let device = self.text("device_id").unwrap_or(team);
        let at: jiff::Timestamp = self
            .needed("observed_at")?
            .parse()
            .map_err(|_| self.bad("observed_at", "an RFC 3339 instant is expected"))?;
        let observed_at = at.as_millisecond();
        let night = self
            .parse::<Night>("night", "a date such as 2026-01-22 is expected")?
            .unwrap_or_else(|| Night::of(observed_at, WINTER_OFFSET_MINUTES));
        let id = ObservationId::from_bytes(identifier("observation", name));
        let team = TeamId::from_bytes(identifier("team", team));
        let device = DeviceId::from_bytes(identifier("device", device));
        let mut made = LinkageObservation::individual(id, night, (team, device), observed_at);
        made.place = self.place()?;
        made.kind = self
            .code("kind", KINDS)?
            .unwrap_or(ObservationKind::Individual);
        made.contact = self.code("contact", CONTACTS)?.unwrap_or(Contact::Observed);
        made.in_figure = !self.code("certainty", DOUBTFUL)?.unwrap_or(false);
        made.local_group = self
            .text("local_group_id")
            .map(|group| LocalGroupId::from_bytes(identifier("group", group)));
        self.fill_counts(&mut made)?;
        self.fill_traits(&mut made)?;
        Ok((name.to_owned(), made))
    }

    /// People of a site row; its numbers were read before.
    fn site(&self, name: &str, kind: ObservationKind) -> Option<SiteRow> {
        if kind != ObservationKind::Site {
            return None;
        }
        let count = |column: &str| self.count(column).ok().flatten();
        let counted = count("n_counted");
        let least = counted
            .or_else(|| count("n_declared_min"))
            .or_else(|| count("count_min"))?;
        let most = count("n_declared_max").or_else(|| count("count_max"));
        Some(SiteRow {
            name: self.text("site_id").unwrap_or(name).to_owned(),
            at_least: least,
            at_most: most.unwrap_or(least).max(least),
        })
    }

    fn place(&self) -> Result<Option<Place>, BadRow> {
        let latitude = self.number("lat", -90.0, 90.0)?;
        let longitude = self.number("lon", -180.0, 180.0)?;
        let accuracy_m = self.number("gps_accuracy_m", 0.0, 1.0e6)?;
        match (longitude, latitude) {
            (Some(longitude), Some(latitude)) => Ok(Some(Place {
                coordinates: Coordinates {
                    longitude,
                    latitude,
                },
                accuracy_m,
            })),
            (None, None) => Ok(None),
            (None, Some(_)) => Err(self.bad("lon", "lat without lon")),
            (Some(_), None) => Err(self.bad("lat", "lon without lat")),
        }
    }

    fn fill_counts(&self, made: &mut LinkageObservation) -> Result<(), BadRow> {
        let size = self.count("group_size")?;
        let least = self.count("count_min")?;
        let most = self.count("count_max")?;
        if least.zip(most).is_some_and(|(least, most)| least > most) {
            return Err(self.bad("count_max", "at most is below at least"));
        }
        for column in ["n_declared_min", "n_declared_max", "n_counted"] {
            self.count(column)?;
        }
        self.code("count_how", COUNT_METHODS)?;
        made.men = answer(self.count("n_men")?);
        made.women = answer(self.count("n_women")?);
        made.minors = answer(self.count("n_minors")?);
        if made.kind == ObservationKind::Group {
            made.people = size.or(least).unwrap_or(1).max(1);
        } else {
            made.seen_together = answer(size);
        }
        made.tents = answer(self.count("n_tents")?);
        made.dogs = answer(self.count("n_dogs")?);
        Ok(())
    }

    fn fill_traits(&self, made: &mut LinkageObservation) -> Result<(), BadRow> {
        let text = |column: &str| answer(self.text(column).map(str::to_owned));
        made.gender = answer(self.code("gender", GENDERS)?);
        made.age = answer(self.parse("age_band", "an interval such as 25-34 or 65+ is expected")?);
        made.household = answer(self.code("household", HOUSEHOLDS)?);
        self.code("shelter_type", SHELTERS)?;
        made.shelter = text("shelter_type");
        made.belongs.situation = self.text("shelter_type").map(str::to_owned);
        made.language = answer(self.text("language").map(str::to_lowercase));
        made.marks = text("marks");
        made.pseudonym = text("pseudonym");
        made.already_surveyed = answer(self.code("already_surveyed", YES_NO)?);
        Ok(())
    }
}

/// A night without its own column is told in French winter time.
const WINTER_OFFSET_MINUTES: i32 = 60;

const KINDS: &[(&str, ObservationKind)] = &[
    ("individual", ObservationKind::Individual),
    ("group", ObservationKind::Group),
    ("site", ObservationKind::Site),
    ("partner_count", ObservationKind::PartnerCount),
    ("zero_sector", ObservationKind::ZeroSector),
];
const CONTACTS: &[(&str, Contact)] = &[
    ("answered", Contact::Answered),
    ("partial", Contact::Partial),
    ("refused", Contact::Refused),
    ("asleep", Contact::Asleep),
    ("language", Contact::Language),
    ("unsafe", Contact::Unsafe),
    ("observed", Contact::Observed),
];
const GENDERS: &[(&str, Gender)] = &[
    ("m", Gender::Man),
    ("f", Gender::Woman),
    ("x", Gender::Other),
];
const HOUSEHOLDS: &[(&str, Household)] = &[
    ("alone", Household::Alone),
    ("couple", Household::Couple),
    ("family", Household::Family),
    ("group", Household::Group),
];
const SHELTERS: &[(&str, ())] = &[
    ("none", ()),
    ("tent", ()),
    ("vehicle", ()),
    ("squat", ()),
    ("hut", ()),
    ("carpark", ()),
    ("hall", ()),
];
const COUNT_METHODS: &[(&str, ())] = &[("counted", ()), ("declared", ()), ("estimated", ())];
const DOUBTFUL: &[(&str, bool)] = &[("certain", false), ("probable", false), ("doubtful", true)];
const YES_NO: &[(&str, bool)] = &[("yes", true), ("no", false)];

fn answer<T>(value: Option<T>) -> Answer<T> {
    value.map_or(Answer::NotAsked, Answer::Known)
}

/// An identifier for a name of the file: the UUID it is, or one derived from it (UUIDv8).
fn identifier(kind: &str, name: &str) -> [u8; 16] {
    if let Ok(uuid) = uuid::Uuid::parse_str(name) {
        return uuid.into_bytes();
    }
    let digest = Sha256::digest(format!("maraude/link/{kind}\u{0}{name}"));
    let mut bytes = [0; 16];
    bytes.copy_from_slice(&digest[..16]);
    uuid::Builder::from_custom_bytes(bytes)
        .into_uuid()
        .into_bytes()
}
