//! `GET /api/live?campaign=`: positions of the log as server-sent events, as the view reaches
//! them. They carry no content: a browser reads again what it shows.

use super::extract::view_of;
use super::problem::Problem;
use crate::app::App;
use crate::store::LogPosition;
use axum::Router;
use axum::extract::{Query, State};
use axum::http::HeaderMap;
use axum::response::Sse;
use axum::response::sse::{Event, KeepAlive};
use axum::routing::get;
use futures_util::stream::{Stream, unfold};
use maraude_core::model::{CampaignId, TimestampMs};
use serde::Deserialize;
use std::convert::Infallible;
use std::time::Duration;
use tokio::sync::watch;

/// How often contacts of tablets are looked at: they move no log.
const CONTACTS_EVERY: Duration = Duration::from_secs(5);

/// How often a silent stream says that it lives.
const KEEP_ALIVE: Duration = Duration::from_secs(15);

/// The routes of this file.
pub fn routes() -> Router<App> {
    Router::new().route("/api/live", get(live))
}

#[derive(Debug, Deserialize)]
struct Asked {
    campaign: CampaignId,
}

struct Following {
    app: App,
    campaign: CampaignId,
    positions: watch::Receiver<LogPosition>,
    told: Option<LogPosition>,
    contact_at: TimestampMs,
}

async fn live(
    State(app): State<App>,
    asked: Result<Query<Asked>, axum::extract::rejection::QueryRejection>,
    headers: HeaderMap,
) -> Result<Sse<impl Stream<Item = Result<Event, Infallible>>>, Problem> {
    let Query(asked) =
        asked.map_err(|_| Problem::malformed("Name the campaign.").at("campaign"))?;
    let (live, _) = view_of(&app, asked.campaign).await?;
    let last = headers.get("last-event-id").and_then(|id| id.to_str().ok());
    let following = Following {
        contact_at: last_contact(&app, asked.campaign).await,
        positions: live.positions(),
        campaign: asked.campaign,
        told: last.and_then(|id| id.parse().ok()),
        app,
    };
    let stream = unfold(following, |mut following| async move {
        let event = following.next().await?;
        Some((Ok(event), following))
    });
    Ok(Sse::new(stream).keep_alive(KeepAlive::new().interval(KEEP_ALIVE)))
}

impl Following {
    /// The next event; none once the campaign is closed.
    async fn next(&mut self) -> Option<Event> {
        loop {
            let position = *self.positions.borrow_and_update();
            if self.told != Some(position) {
                self.told = Some(position);
                return Some(event(position));
            }
            tokio::select! {
                changed = self.positions.changed() => changed.ok()?,
                () = tokio::time::sleep(CONTACTS_EVERY) => {
                    let at = last_contact(&self.app, self.campaign).await;
                    if at > self.contact_at {
                        self.contact_at = at;
                        return Some(event(position));
                    }
                }
            }
        }
    }
}

fn event(position: LogPosition) -> Event {
    Event::default()
        .event("position")
        .id(position.to_string())
        .data(position.to_string())
}

/// When a tablet was last heard of; 0 when none was, or while the pool is busy.
async fn last_contact(app: &App, campaign: CampaignId) -> TimestampMs {
    let newest = app
        .blocking(move |app| {
            let contacts = app.engine(campaign).ok()?.contacts();
            contacts.iter().map(|contact| contact.at).max()
        })
        .await;
    newest.ok().flatten().unwrap_or(0)
}
