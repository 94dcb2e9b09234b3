//! Teams from CSV: `code,organisation,professional,sector`, the last three optional.
//!
//! Every row is read before anything is written; one bad row and nothing is.

use super::desk::{Desk, Intent, Step};
use super::order::OrderError;
use super::table_file::{NotATable, TableFile, TextEncoding};
use crate::store::random_id;
use maraude_core::document::Plan;
use maraude_core::model::{Assignment, Night, SectorId, Team, TeamId};
use std::collections::BTreeSet;

/// Words for yes in the column `professional`.
const YES: [&str; 5] = ["yes", "oui", "true", "1", "x"];

/// Words for no.
const NO: [&str; 5] = ["", "no", "non", "false", "0"];

/// Longest code or organisation, characters.
const CODE_CHARACTERS: usize = 40;

struct Row {
    code: String,
    organisation: Option<String>,
    professional: bool,
    sector: Option<SectorId>,
}

pub(super) fn import(
    desk: &Desk<'_>,
    text: &str,
    night: Option<Night>,
    plan: &Plan,
) -> Result<Intent, OrderError> {
    if let Some(night) = night
        && !plan
            .campaign
            .as_ref()
            .is_some_and(|campaign| campaign.nights.contains(&night))
    {
        return Err(OrderError::invalid("not-a-night", "night"));
    }
    let mut intent = Intent::default();
    let rows = read_rows(text, night, plan, &mut intent.done.refused);
    if !intent.done.refused.is_empty() {
        return Ok(intent);
    }
    intent.done.imported = rows.len() as u32;
    for row in rows {
        let present = plan.teams.iter().find(|team| team.code == row.code);
        let team = Team {
            id: match present {
                Some(team) => team.id,
                None => random_id(TeamId::from_random)?,
            },
            code: row.code,
            organisation: row.organisation,
            professional: row.professional,
        };
        let assignment = row.sector.zip(night).map(|(sector, night)| Assignment {
            team: team.id,
            sector,
            night,
        });
        let key = format!("team:{}", team.id);
        intent.touches.push((desk.plan_name(), key));
        let mut step = Step::new(move |w| {
            w.put_team(&team);
            if let Some(assignment) = &assignment {
                w.put_assignment(assignment);
            }
        });
        step.bytes = 400;
        intent.plan.push(step);
    }
    Ok(intent)
}

fn read_rows(text: &str, night: Option<Night>, plan: &Plan, refused: &mut Vec<String>) -> Vec<Row> {
    let table = match TableFile::of_text(text, TextEncoding::Utf8) {
        Ok(table) => table,
        Err(NotATable::TooWide) => {
            refused.push("line 1: too many columns".to_owned());
            return Vec::new();
        }
        Err(_) => {
            refused.push("line 1, column « code »: missing".to_owned());
            return Vec::new();
        }
    };
    let headings = table.headings.cells.iter();
    let headings: Vec<String> = headings.map(|one| one.to_lowercase()).collect();
    let column = |name: &str| headings.iter().position(|heading| heading == name);
    let Some(code_at) = column("code") else {
        refused.push("line 1, column « code »: missing".to_owned());
        return Vec::new();
    };
    let at = [
        column("organisation"),
        column("professional"),
        column("sector"),
    ];
    let mut codes = BTreeSet::new();
    let mut rows = Vec::new();
    for row in &table.rows {
        let line = row.line;
        if row.odd_quotes {
            refused.push(format!("line {line}: a quote is not closed"));
            continue;
        }
        let cell = |at: Option<usize>| at.map_or("", |at| row.cell(at));
        let cells = [cell(Some(code_at)), cell(at[0]), cell(at[1]), cell(at[2])];
        match read_row(cells, night, plan, &mut codes) {
            Ok(row) => rows.push(row),
            Err((column, why)) => refused.push(format!("line {line}, column « {column} »: {why}")),
        }
    }
    if rows.is_empty() && refused.is_empty() {
        refused.push("line 2: no team".to_owned());
    }
    rows
}

fn read_row(
    [code, organisation, professional, sector]: [&str; 4],
    night: Option<Night>,
    plan: &Plan,
    codes: &mut BTreeSet<String>,
) -> Result<Row, (&'static str, String)> {
    if code.is_empty() {
        return Err(("code", "missing".to_owned()));
    }
    for (column, text) in [("code", code), ("organisation", organisation)] {
        if text.chars().count() > CODE_CHARACTERS {
            return Err((column, format!("longer than {CODE_CHARACTERS} characters")));
        }
    }
    if !codes.insert(code.to_owned()) {
        return Err(("code", format!("« {code} » stands twice")));
    }
    let word = professional.to_lowercase();
    let is_professional = YES.contains(&word.as_str());
    if !is_professional && !NO.contains(&word.as_str()) {
        return Err((
            "professional",
            format!("« {professional} » is not yes or no"),
        ));
    }
    let found = plan.sectors.iter().find(|s| s.code == sector);
    if !sector.is_empty() {
        if found.is_none() {
            return Err(("sector", format!("no sector has the code « {sector} »")));
        }
        if night.is_none() {
            return Err((
                "sector",
                "choose the night to send teams to sectors".to_owned(),
            ));
        }
    }
    Ok(Row {
        code: code.to_owned(),
        organisation: (!organisation.is_empty()).then(|| organisation.to_owned()),
        professional: is_professional,
        sector: found.map(|s| s.id),
    })
}
