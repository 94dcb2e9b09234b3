//! *Diffusion*: what may be said, releases built and to build, their files, and the internal
//! exports.

use super::contract::{
    NewExport, NewRelease, ProvisionalSentence, ReleaseEntry, ReleasePreview, Releases,
};
use super::extract::{Asking, At, Body, read, view_of};
use super::guard::{AnyAccount, Coordinator};
use super::problem::Problem;
use super::review::reviewed_anew;
use super::streamed::streamed;
use crate::app::{App, HandingOut, HandingOutError, ReasonMissing};
use crate::export::internal::{InternalError, Table};
use crate::export::{ExportError, Format};
use crate::geolocation::LiveView;
use crate::publication::{
    BuildError, Builder, FrozenRelease, Numbers, Past, Prepared, Sources, build, frozen, obstacles,
    one_at_a_time, prepare, releases, sentence,
};
use crate::store::LogPosition;
use axum::extract::State;
use axum::http::header::{CONTENT_DISPOSITION, CONTENT_TYPE};
use axum::http::{HeaderName, StatusCode};
use axum::routing::{get, post};
use axum::{Json, Router};
use maraude_core::model::CampaignId;
use maraude_observatory::disclosure::{Sentence, Settings, Stage};
use serde::Deserialize;

/// The routes of this file.
pub fn routes() -> Router<App> {
    Router::new()
        .route("/api/campaigns/{campaign}/releases", get(list).post(make))
        .route("/api/campaigns/{campaign}/releases/{number}", get(preview))
        .route(
            "/api/campaigns/{campaign}/releases/{number}/export",
            get(download),
        )
        .route("/api/campaigns/{campaign}/internal/{table}", post(internal))
}

pub(super) const NO_PLAN: Problem = Problem::new(
    StatusCode::NOT_FOUND,
    "campaign-unknown",
    "This campaign is not on this server.",
);
const STAGE_UNKNOWN: Problem =
    Problem::malformed("Choose provisional, consolidated or correction.");
const REASON_MISSING: Problem = Problem::new(
    StatusCode::UNPROCESSABLE_ENTITY,
    "reason-missing",
    "Say in at least 10 characters why you export exact places.",
);

pub(super) type File = (Named, Vec<u8>);

/// A file of which no more than a few pieces are held.
type Streamed = (Named, axum::body::Body);

type Named = [(HeaderName, String); 2];

pub(super) fn file(media_type: &str, name: &str, bytes: Vec<u8>) -> File {
    (named(media_type, name), bytes)
}

fn named(media_type: &str, name: &str) -> Named {
    let disposition = format!("attachment; filename=\"{name}\"");
    [
        (CONTENT_TYPE, media_type.to_owned()),
        (CONTENT_DISPOSITION, disposition),
    ]
}

/// The numbers of the campaign's next release.
pub(super) fn settings(app: &App, campaign: CampaignId, past: &Past) -> Result<Settings, Problem> {
    let numbers = Numbers::of(app.folder()).settings(campaign, past);
    numbers.map_err(|error| {
        tracing::error!(%error, "the settings of releases do not read");
        Problem::broken()
    })
}

/// The campaign's figures now. Blocks.
fn prepared(
    app: &App,
    live: &LiveView,
    position: LogPosition,
    settings: &Settings,
) -> Result<Prepared, Problem> {
    let (view, ground) = (live.view(), live.ground());
    let reviewed = reviewed_anew(app, live, position)?;
    let sources = Sources {
        view: &view,
        ground: &ground,
        reviewed: &reviewed,
    };
    prepare(sources, settings)?.ok_or(NO_PLAN)
}

async fn list(
    State(app): State<App>,
    At(campaign): At<CampaignId>,
) -> Result<Json<Releases>, Problem> {
    if matches!(app.server().campaign(campaign)?, Some(Some(_))) {
        let told = app.blocking(move |app| of_purged(&app, campaign)).await??;
        return Ok(Json(told));
    }
    let (live, position) = view_of(&app, campaign).await?;
    let told = app
        .blocking(move |app| {
            let past = app.past(campaign)?;
            let settings = settings(&app, campaign, &past)?;
            let prepared = prepared(&app, &live, position, &settings)?;
            let opened = releases(past.own().to_vec())?;
            let sentence = if past.is_exported() {
                last_said(&opened)
            } else {
                told(sentence(&prepared, &settings))
            };
            let mut kept: Vec<ReleaseEntry> = opened.iter().map(line).collect();
            kept.reverse();
            Ok::<_, Problem>(Releases {
                sentence,
                releases: kept,
                obstacles: obstacles(&prepared, &past, Stage::Consolidated),
            })
        })
        .await??;
    Ok(Json(told))
}

/// What stays of a purged campaign: its releases, and what the last one says.
fn of_purged(app: &App, campaign: CampaignId) -> Result<Releases, Problem> {
    let opened = releases(app.stored_releases(campaign)?)?;
    Ok(Releases {
        sentence: last_said(&opened),
        releases: opened.iter().rev().map(line).collect(),
        obstacles: vec!["campaign-purged".to_owned()],
    })
}

/// What the last release says; nothing where there is none.
fn last_said(opened: &[FrozenRelease]) -> ProvisionalSentence {
    let said = opened.last().map(|last| &last.release.published().sentence);
    told(said.cloned().unwrap_or_default())
}

fn told(Sentence { fr, en }: Sentence) -> ProvisionalSentence {
    ProvisionalSentence { fr, en }
}

async fn make(
    State(app): State<App>,
    At(campaign): At<CampaignId>,
    Coordinator(account): Coordinator,
    body: Body<NewRelease>,
) -> Result<Json<ReleaseEntry>, Problem> {
    let stage = Stage::from_code(&read(body)?.stage).ok_or(STAGE_UNKNOWN)?;
    let (live, position) = view_of(&app, campaign).await?;
    let made = app
        .blocking(move |app| {
            let alone = one_at_a_time();
            let past = app.past(campaign)?;
            let settings = settings(&app, campaign, &past)?;
            let prepared = prepared(&app, &live, position, &settings)?;
            let engine = app.engine(campaign)?;
            let now = app.clock().now();
            let builder = Builder {
                by: &account.name,
                now,
            };
            let log = engine.log().as_ref();
            let made = build(&prepared, (log, &past), stage, builder, &settings)?;
            live.layers().pin_areas(campaign)?;
            drop(alone);
            let action = format!("release-built-{}", stage.code());
            let subject = format!("{campaign} {}", made.number);
            app.server()
                .add_audit(now, &account.id.to_string(), &action, &subject)?;
            Ok::<_, Problem>(line(&made))
        })
        .await??;
    Ok(Json(made))
}

/// The line of a kept release.
fn line(kept: &FrozenRelease) -> ReleaseEntry {
    let published = kept.release.published();
    ReleaseEntry {
        number: kept.number,
        stage: kept.stage.code().to_owned(),
        built_at: kept.built_at,
        by: kept.by.clone(),
        digest: kept.digest.clone(),
        figures: published.shown_count(),
        withheld: published.withheld_count(),
    }
}

fn kept(app: &App, campaign: CampaignId, number: u32) -> Result<FrozenRelease, Problem> {
    frozen(app.stored_releases(campaign)?, number)?.ok_or(Problem::not_found())
}

async fn preview(
    State(app): State<App>,
    At((campaign, number)): At<(CampaignId, u32)>,
) -> Result<Json<ReleasePreview>, Problem> {
    let preview = app
        .blocking(move |app| {
            let kept = kept(&app, campaign, number)?;
            let mut bytes = Vec::new();
            Format::Geojson.write(&kept.release, &mut bytes)?;
            Ok::<_, Problem>(ReleasePreview {
                release: line(&kept),
                geojson: String::from_utf8_lossy(&bytes).into_owned(),
                settings: kept.release.published().settings.clone(),
            })
        })
        .await??;
    Ok(Json(preview))
}

#[derive(Debug, Deserialize)]
struct Wanted {
    #[serde(default)]
    format: String,
}

async fn download(
    State(app): State<App>,
    AnyAccount(account): AnyAccount,
    At((campaign, number)): At<(CampaignId, u32)>,
    Asking(wanted): Asking<Wanted>,
) -> Result<Streamed, Problem> {
    let format: Format = wanted.format.parse().map_err(|_| {
        Problem::malformed(
            "Choose geojson, csv, dictionary, gpkg, fgb, parquet, pmtiles, xlsx, page or dcat.",
        )
        .at("format")
    })?;
    let kept = app.blocking(move |app| {
        let kept = kept(&app, campaign, number)?;
        let subject = format!("{campaign} {number} {format}");
        let (now, author) = (app.clock().now(), account.id.to_string());
        let server = app.server();
        server.add_audit(now, &author, "release-downloaded", &subject)?;
        Ok::<_, Problem>(kept)
    });
    let kept = kept.await??;
    let name = format.file_name(&kept.release);
    let body = streamed(move |out| Ok(format.write(&kept.release, out)?)).await?;
    Ok((named(format.media_type(), &name), body))
}

impl From<ReasonMissing> for Problem {
    fn from(_: ReasonMissing) -> Self {
        REASON_MISSING.at("reason")
    }
}

async fn internal(
    State(app): State<App>,
    At((campaign, table)): At<(CampaignId, String)>,
    Coordinator(account): Coordinator,
    body: Body<NewExport>,
) -> Result<Streamed, Problem> {
    let NewExport { format, reason } = read(body)?;
    let table = Table::from_code(&table).ok_or(Problem::not_found())?;
    let format: Format = format
        .parse()
        .map_err(|_| Problem::malformed(INTERNAL_FORMATS).at("format"))?;
    let wanted = HandingOut {
        campaign,
        table,
        format,
        author: account.id.to_string(),
        by: account.name,
        reason,
    };
    // What the log holds now is waited for without a thread.
    view_of(&app, campaign).await?;
    let handed = app.blocking(move |app| app.hand_out(&wanted)).await??;
    let band = if handed.exercise() { "exercice-" } else { "" };
    let name = format!("{band}{}-interne.{}", table.code(), format.ending());
    let body = streamed(move |out| Ok(handed.write(out).map_err(HandingOutError::from)?)).await?;
    Ok((named(format.media_type(), &name), body))
}

/// Formats of internal exports.
const INTERNAL_FORMATS: &str = "Choose geojson, csv, dictionary, gpkg, fgb, parquet or xlsx.";

impl From<BuildError> for Problem {
    fn from(error: BuildError) -> Self {
        match error {
            BuildError::Obstacles { codes } => Self::new(
                StatusCode::CONFLICT,
                "release-obstacles",
                "This release cannot be built now.",
            )
            .at(codes.join(" ")),
            BuildError::Ledger(finding) => Self::new(
                StatusCode::CONFLICT,
                "release-ledger",
                "An earlier release of the same nights stands in the way.",
            )
            .at(finding.cell),
            BuildError::Store(error) => error.into(),
            error @ (BuildError::Disclosure(_)
            | BuildError::Reopen(_)
            | BuildError::Past(_)
            | BuildError::LedgerUnwritable(_)) => {
                tracing::error!(%error, "a release was refused");
                Self::new(
                    StatusCode::CONFLICT,
                    "release-refused",
                    "Disclosure control refused this release. Nothing was published.",
                )
            }
        }
    }
}

impl From<HandingOutError> for Problem {
    fn from(error: HandingOutError) -> Self {
        match error {
            HandingOutError::Reason(error) => error.into(),
            HandingOutError::NoPlan => NO_PLAN,
            HandingOutError::Views(error) => error.into(),
            HandingOutError::View(error)
            | HandingOutError::Internal(InternalError::View(error)) => error.into(),
            HandingOutError::Engine(error) => error.into(),
            HandingOutError::Store(error) => error.into(),
            HandingOutError::Internal(InternalError::Export(error)) => error.into(),
            HandingOutError::Internal(InternalError::NotInThisFormat) => {
                Self::malformed(INTERNAL_FORMATS).at("format")
            }
        }
    }
}

impl From<ExportError> for Problem {
    fn from(error: ExportError) -> Self {
        tracing::error!(%error, "a file could not be written");
        Self::broken()
    }
}

#[cfg(test)]
pub(super) mod tests;
