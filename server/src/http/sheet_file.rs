//! *Tablettes*: a file of paper sheets looked at before it is imported, and the empty one to fill in.
//!
//! Nothing is written here: the order `import_sheets` imports.

use super::contract::{SheetColumnRead, SheetFaultLine, SheetFileRead, SheetFileUpload, SheetRead};
use super::devices::team_code;
use super::extract::{At, Body, read};
use super::overlaps::sector_words;
use super::problem::Problem;
use super::releases::{File, file};
use crate::app::App;
use crate::authoring::{
    SHEET_FILE_BYTES, SheetFault, SheetFile, read_sheet_file, sheet_schema, sheet_template,
};
use axum::extract::{DefaultBodyLimit, State};
use axum::routing::{get, post};
use axum::{Json, Router};
use data_encoding::BASE64;
use maraude_core::document::Plan;
use maraude_core::model::CampaignId;

/// The largest file in base64, what is just beyond it, which is told so, and the JSON around it.
const BODY_CAP_BYTES: usize = SHEET_FILE_BYTES / 3 * 4 + 64 * 1024;

/// Faults told one by one.
const FAULTS_TOLD: usize = 200;

/// The routes of this file.
pub fn routes() -> Router<App> {
    Router::new()
        .route(
            "/api/campaigns/{campaign}/paper-sheets/check",
            post(check).layer(DefaultBodyLimit::max(BODY_CAP_BYTES)),
        )
        .route("/api/paper-sheets/template", get(template))
        .route("/api/paper-sheets/schema", get(schema))
}

async fn template() -> File {
    let text = sheet_template().into_bytes();
    file("text/csv; charset=utf-8", "maraude-feuilles.csv", text)
}

async fn schema() -> File {
    let text = sheet_schema().into_bytes();
    file("application/json", "maraude-feuilles.schema.json", text)
}

async fn check(
    State(app): State<App>,
    At(campaign): At<CampaignId>,
    body: Body<SheetFileUpload>,
) -> Result<Json<SheetFileRead>, Problem> {
    let bytes = decoded(&read(body)?.file)?;
    let told = app
        .blocking(move |app| {
            let engine = app.engine(campaign)?;
            let found = read_sheet_file(&engine, app.clock().now(), &bytes)?;
            let plan = engine.plan()?;
            Ok::<_, Problem>(told(&plan, &found))
        })
        .await??;
    Ok(Json(told))
}

/// The bytes of a file handed over in base64.
pub(super) fn decoded(file: &str) -> Result<Vec<u8>, Problem> {
    let wrong = |_| Problem::malformed("The file is not in base64.").at("file");
    BASE64.decode(file.as_bytes()).map_err(wrong)
}

fn told(plan: &Plan, found: &SheetFile) -> SheetFileRead {
    let columns = found.columns.iter();
    let sheets = found.sheets.iter().map(|(line, sheet, filled)| SheetRead {
        line: *line,
        number: sheet.number.to_string(),
        team: team_code(plan, sheet.team),
        sector: sector_words(plan, sheet.sector).0,
        night: sheet.night,
        coverage: filled.coverage,
        rows: filled.rows.len() as u32,
        people: filled.rows.iter().flat_map(|row| row.people).sum(),
    });
    SheetFileRead {
        encoding: found.encoding.map(|one| one.name().to_owned()),
        separator: found.separator.map(String::from),
        columns: columns
            .map(|(heading, column)| SheetColumnRead {
                heading: heading.clone(),
                understood: column.map(|column| column.code().to_owned()),
            })
            .collect(),
        sheets: sheets.collect(),
        rows: found.rows() as u32,
        faults: found.faults.iter().take(FAULTS_TOLD).map(fault).collect(),
        more_faults: found.faults.len().saturating_sub(FAULTS_TOLD) as u32,
    }
}

fn fault(fault: &SheetFault) -> SheetFaultLine {
    SheetFaultLine {
        line: fault.line,
        column: fault.column.clone(),
        code: fault.code.code().to_owned(),
        value: fault.value.clone(),
        expected: fault.expected.clone(),
    }
}
