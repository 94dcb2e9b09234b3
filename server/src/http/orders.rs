//! `POST /api/campaigns/{id}/commands`: a coordinator's order, as the console words it, to what
//! `authoring` carries out.

use super::contract::{
    Command, CommandAnswer, CommandRequest, SectorEntry, SheetRowEntry, SiteEntry, TeamEntry,
    ZoneEntry,
};
use super::extract::{At, Body, read, view_of};
use super::guard::Coordinator;
use super::problem::Problem;
use super::sheet_file::decoded;
use crate::app::{App, written_reason};
use crate::authoring::{
    Desk, FilledSheet, ImportedSector, Order, OrderDone, OrderError, OrderRequest, SHEETS_IMPORTED,
    SheetRow, sheets_in_words,
};
use crate::geolocation::{Columns, as_areas, read_layer};
use crate::store::{Deed, LayerKind};
use axum::extract::{DefaultBodyLimit, State};
use axum::http::StatusCode;
use axum::routing::post;
use axum::{Json, Router};
use geo::{LineString, MultiPolygon, Polygon};
use maraude_core::model::{Assignment, CampaignId, Coordinates, Sector, Site, Team, Zone};

/// Largest body: a GeoJSON of sectors.
const BODY_CAP_BYTES: usize = 16 * 1024 * 1024;

/// Longest identifier of a command, characters.
const COMMAND_CHARACTERS: usize = 64;

const REASON_MISSING: Problem = Problem::new(
    StatusCode::UNPROCESSABLE_ENTITY,
    "reason-missing",
    "Say in at least 10 characters where the file comes from.",
);

/// The routes of this file.
pub fn routes() -> Router<App> {
    Router::new()
        .route("/api/campaigns/{campaign}/commands", post(order))
        .layer(DefaultBodyLimit::max(BODY_CAP_BYTES))
}

async fn order(
    State(app): State<App>,
    Coordinator(account): Coordinator,
    At(campaign): At<CampaignId>,
    body: Body<CommandRequest>,
) -> Result<Json<CommandAnswer>, Problem> {
    let request = read(body)?;
    let wanted = request.command_id.trim().to_owned();
    if wanted.is_empty() || wanted.chars().count() > COMMAND_CHARACTERS {
        return Err(Problem::malformed("A command needs an identifier.").at("command_id"));
    }
    let reason = match &request.command {
        Command::ImportSheets { reason, .. } => {
            Some(written_reason(reason).map_err(|_| REASON_MISSING)?)
        }
        _ => None,
    };
    let order = match to_order(request.command)? {
        Ok(order) => order,
        Err(refused) => {
            return Ok(Json(CommandAnswer {
                position: request.seen,
                made: None,
                imported: 0,
                refused,
            }));
        }
    };
    let (live, _) = view_of(&app, campaign).await?;
    let opens = order == Order::Open;
    let deed = deed_of(&order);
    let done = app
        .blocking(move |app| {
            let engine = app.engine(campaign)?;
            let view = live.view();
            let desk = Desk {
                engine: &engine,
                view: &view,
                author: account.id,
                now: app.clock().now(),
            };
            let request = OrderRequest {
                command: wanted,
                seen: request.seen,
                order,
            };
            let done = desk.carry_out(&request)?;
            if let Some(action) = deed.filter(|_| done.refused.is_empty()) {
                let reason = reason.map(|reason| sheets_in_words(&done, &reason));
                let deed = Deed {
                    author: &account.id.to_string(),
                    action,
                    subject: &campaign.to_string(),
                    reason: &reason.unwrap_or_default(),
                };
                app.server().add_deed(app.clock().now(), deed)?;
            }
            if opens {
                live.layers().pin_latest(campaign)?;
            }
            Ok::<OrderDone, Problem>(done)
        })
        .await??;
    Ok(Json(CommandAnswer {
        position: done.position,
        made: done.made,
        imported: done.imported,
        refused: done.refused,
    }))
}

/// What the audit log calls an order: those that change what a campaign is, not what it finds, which
/// its documents tell themselves.
fn deed_of(order: &Order) -> Option<&'static str> {
    match order {
        Order::Open => Some("campaign-opened"),
        Order::Lock => Some("campaign-locked"),
        Order::SetDetails { .. } => Some("campaign-details-set"),
        Order::KeyInSheet(_) => Some("paper-sheet-keyed-in"),
        Order::ImportSheets(_) => Some(SHEETS_IMPORTED),
        _ => None,
    }
}

/// The order; for a file that cannot be read, the lines that say why.
fn to_order(command: Command) -> Result<Result<Order, Vec<String>>, Problem> {
    Ok(Ok(match command {
        Command::SetDetails {
            name,
            nights,
            coordination_number,
            lock_minutes,
            legal,
            retention,
            pseudonyms,
        } => Order::SetDetails {
            name,
            nights,
            coordination_number,
            lock_minutes,
            legal,
            retention,
            pseudonyms,
        },
        Command::SetPerimeter { communes } => Order::SetPerimeter(communes),
        Command::PutZone { zone } => Order::PutZone(to_zone(zone)),
        Command::RemoveZone { zone } => Order::RemoveZone(zone),
        Command::PutSector { sector } => Order::PutSector(to_sector(sector)),
        Command::RemoveSector { sector } => Order::RemoveSector(sector),
        Command::ImportSectors {
            geojson,
            code,
            name,
        } => match sectors_of(&geojson, &code, &name) {
            Ok(sectors) => Order::ImportSectors(sectors),
            Err(refused) => return Ok(Err(refused)),
        },
        Command::PutTeam { team } => Order::PutTeam(to_team(team)),
        Command::RemoveTeam { team } => Order::RemoveTeam(team),
        Command::ImportTeams { csv, night } => Order::ImportTeams { csv, night },
        Command::Assign { assignment } => Order::Assign(Assignment {
            team: assignment.team,
            sector: assignment.sector,
            night: assignment.night,
        }),
        Command::Unassign { assignment } => Order::Unassign(Assignment {
            team: assignment.team,
            sector: assignment.sector,
            night: assignment.night,
        }),
        Command::PutSite { site } => Order::PutSite(to_site(site)),
        Command::ImportSheets { file, .. } => Order::ImportSheets(decoded(&file)?),
        Command::RemoveSite { site } => Order::RemoveSite(site),
        command => of_the_night(command),
    }))
}

fn of_the_night(command: Command) -> Order {
    match command {
        Command::LockCampaign {} => Order::Lock,
        Command::Decide {
            one,
            other,
            verdict,
            reason,
        } => Order::Decide {
            one,
            other,
            verdict,
            reason,
        },
        Command::DecideAll { decisions, reason } => Order::DecideAll {
            pairs: decisions
                .into_iter()
                .map(|pair| (pair.one, pair.other, pair.verdict))
                .collect(),
            reason,
        },
        Command::UndoDecisions { decisions } => Order::UndoDecisions(decisions),
        Command::UndoDecision { decision } => Order::UndoDecision(decision),
        Command::Adjudicate {
            observation,
            ruling,
            reason,
        } => Order::Adjudicate {
            observation,
            ruling,
            reason,
        },
        Command::UndoAdjudication { adjudication } => Order::UndoAdjudication(adjudication),
        Command::UndoAdjudications { adjudications } => Order::UndoAdjudications(adjudications),
        Command::JudgeStrands {
            counted,
            left_out,
            reason,
        } => Order::JudgeStrands {
            counted,
            left_out,
            reason,
        },
        Command::KeyInSheet {
            number,
            coverage,
            not_walked,
            rows,
        } => Order::KeyInSheet(FilledSheet {
            number,
            coverage,
            not_walked,
            rows: rows.into_iter().map(to_row).collect(),
        }),
        Command::CorrectPlace {
            observation,
            longitude,
            latitude,
            reason,
        } => Order::CorrectPlace {
            observation,
            at: Coordinates {
                longitude,
                latitude,
            },
            reason,
        },
        Command::UndoCorrection { correction } => Order::UndoCorrection(correction),
        Command::MarkRead { observations } => Order::MarkRead(observations),
        _ => Order::Open,
    }
}

fn to_row(row: SheetRowEntry) -> SheetRow {
    SheetRow {
        hour: row.hour,
        people: [row.men, row.women, row.minors, row.undetermined],
        sleeping_place: row.sleeping_place,
        certainty: row.certainty,
        typed_place: row.place,
        note: row.note,
    }
}

fn to_zone(zone: ZoneEntry) -> Zone {
    Zone {
        id: zone.id,
        code: zone.code.trim().to_owned(),
        name: zone.name.trim().to_owned(),
        base: zone.base,
    }
}

fn to_team(team: TeamEntry) -> Team {
    Team {
        id: team.id,
        code: team.code.trim().to_owned(),
        organisation: team.organisation,
        professional: team.professional,
    }
}

fn to_site(site: SiteEntry) -> Site {
    Site {
        id: site.id,
        kind: site.kind,
        code: site.code.trim().to_owned(),
        coordinates: Coordinates {
            longitude: site.longitude,
            latitude: site.latitude,
        },
        audience: site.audience,
        expected: site.expected,
        note: site.note,
        facts: site.facts.and_then(|facts| facts.written()),
    }
}

fn to_sector(sector: SectorEntry) -> Sector {
    let ring = |ring: Vec<[f64; 2]>| LineString::from(ring);
    let polygons = sector.polygons.into_iter().map(|rings| {
        let mut rings = rings.into_iter().map(ring);
        let exterior = rings.next().unwrap_or_else(|| LineString::new(Vec::new()));
        Polygon::new(exterior, rings.collect())
    });
    Sector {
        id: sector.id,
        code: sector.code.trim().to_owned(),
        name: sector.name.trim().to_owned(),
        zone: sector.zone,
        risk: sector.risk,
        boundary: MultiPolygon(polygons.collect()),
    }
}

fn sectors_of(text: &str, code: &str, name: &str) -> Result<Vec<ImportedSector>, Vec<String>> {
    let asked = |column: &str| (!column.is_empty()).then(|| column.to_owned());
    let columns = Columns {
        code: asked(code),
        name: asked(name),
        table: None,
    };
    let reading = read_layer(text.as_bytes(), LayerKind::Sector, &columns, &mut |_| {})
        .map_err(|error| vec![error.to_string()])?;
    let sectors = reading.features.into_iter().filter_map(|feature| {
        Some(ImportedSector {
            code: feature.code,
            name: feature.name,
            boundary: as_areas(feature.geometry)?,
        })
    });
    Ok(sectors.collect())
}

impl From<OrderError> for Problem {
    fn from(error: OrderError) -> Self {
        match error {
            OrderError::Stale { position } => Self::new(
                StatusCode::CONFLICT,
                "stale-position",
                "This was changed since you saw it. Look again before you decide.",
            )
            .at(position.to_string()),
            OrderError::Invalid(invalid) => Self::new(
                StatusCode::UNPROCESSABLE_ENTITY,
                invalid.code,
                "A value cannot be taken.",
            )
            .at(invalid.field),
            OrderError::Obstacles(missing) => {
                let codes: Vec<String> = missing
                    .iter()
                    .filter_map(|code| serde_json::to_value(code).ok())
                    .filter_map(|code| code.as_str().map(str::to_owned))
                    .collect();
                Self::new(
                    StatusCode::UNPROCESSABLE_ENTITY,
                    "opening-obstacles",
                    "Something is missing before the campaign can open.",
                )
                .at(codes.join(" "))
            }
            OrderError::Unknown { what } => Self::new(
                StatusCode::NOT_FOUND,
                "not-there",
                "What this names is not there any more.",
            )
            .at(what),
            OrderError::State { code } => Self::new(
                StatusCode::CONFLICT,
                code,
                "The campaign's state does not allow this.",
            ),
            OrderError::Engine(error) => error.into(),
            OrderError::Store(error) => error.into(),
            OrderError::View(error) => error.into(),
        }
    }
}
