//! OGC API - Features (OGC 17-069r4, parts 1 and 2): `/open/ogc` for releases that were opened, without
//! a token; `/ogc` for imported layers and every release, for coordinators and analysts.
//!
//! It must never serve an observation, a cluster or a site: exact places leave by the internal export
//! alone, which wants a reason.

mod collections;
mod html;
mod page;
mod query;

use super::extract::At;
use super::guard::Analyst;
use super::problem::Problem;
use crate::app::App;
use crate::config::Transport;
use axum::Router;
use axum::extract::{Query, State};
use axum::http::HeaderMap;
use axum::http::header::{ACCEPT, CONTENT_TYPE, HOST, HeaderName};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use collections::Collection;
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// Which of the two doors.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Door {
    Open,
    Inside,
}

impl Door {
    const fn path(self) -> &'static str {
        match self {
            Self::Open => "/open/ogc",
            Self::Inside => "/ogc",
        }
    }
}

/// What a request asks in its query.
type Asked = BTreeMap<String, String>;

/// Everything a handler needs.
struct Errand {
    app: App,
    door: Door,
    asked: Asked,
    wants_html: bool,
    /// Beginning of every link.
    address: String,
}

impl Errand {
    /// The address of a page of this door.
    fn link(&self, path: &str) -> String {
        format!("{}{}{path}", self.address, self.door.path())
    }
}

/// What a page answers: JSON, and its title where it also exists in HTML.
struct Answer {
    body: Value,
    media_type: &'static str,
    title: Option<String>,
    /// Identifier of the coordinate system, of items.
    crs: Option<&'static str>,
}

/// The routes of this file.
pub fn routes() -> Router<App> {
    let door = |door: Door| {
        let path = |rest: &str| format!("{}{rest}", door.path());
        Router::new()
            .route(&path(""), get(landing(door)))
            .route(&path("/conformance"), get(conformance(door)))
            .route(&path("/api"), get(description(door)))
            .route(&path("/collections"), get(list(door)))
            .route(&path("/collections/{collection}"), get(one(door)))
            .route(&path("/collections/{collection}/items"), get(items(door)))
            .route(
                &path("/collections/{collection}/items/{item}"),
                get(item(door)),
            )
    };
    door(Door::Open).merge(door(Door::Inside))
}

/// Makes one handler per door; the inner door wants an account.
macro_rules! doors {
    ($name:ident, $work:expr $(, $at:ident : $kind:ty)?) => {
        fn $name(door: Door) -> impl Fn(
            State<App>,
            Result<Analyst, Problem>,
            HeaderMap,
            Query<Asked>,
            $(At<$kind>)?
        ) -> std::pin::Pin<Box<dyn Future<Output = Result<Response, Problem>> + Send>> + Clone {
            move |State(app), analyst, headers, Query(asked) $(, At($at))?| {
                Box::pin(async move {
                    if door == Door::Inside {
                        analyst?;
                    }
                    let wants_html = wants_html(&headers, &asked);
                    let address = address(&app, &headers);
                    let errand = Errand { app, door, asked, wants_html, address };
                    answer(errand, move |errand| $work(errand $(, &$at)?)).await
                })
            }
        }
    };
}

doors!(landing, |errand: &Errand| Ok(page::landing(errand)));
doors!(conformance, |errand: &Errand| Ok(page::conformance(errand)));
doors!(description, |errand: &Errand| Ok(page::description(errand)));
doors!(list, page::collections);
doors!(one, page::collection, id: String);
doors!(items, page::items, id: String);
doors!(item, page::item, at: (String, u64));

const CONTENT_CRS: HeaderName = HeaderName::from_static("content-crs");

async fn answer(
    errand: Errand,
    work: impl FnOnce(&Errand) -> Result<Answer, Problem> + Send + 'static,
) -> Result<Response, Problem> {
    let app = errand.app.clone();
    app.blocking(move |_| {
        let told = work(&errand)?;
        let media_type = [(CONTENT_TYPE, told.media_type)];
        if let (Some(title), true) = (&told.title, errand.wants_html) {
            return Ok(html::page(title, &told.body).into_response());
        }
        let mut reply = (media_type, told.body.to_string()).into_response();
        let crs = told.crs.and_then(|crs| format!("<{crs}>").parse().ok());
        if let Some(crs) = crs {
            reply.headers_mut().insert(CONTENT_CRS, crs);
        }
        Ok(reply)
    })
    .await?
}

/// The address the server is told to have; on loopback, where nobody is told, the one that was asked.
fn address(app: &App, headers: &HeaderMap) -> String {
    let config = app.config();
    let host = headers.get(HOST).and_then(|host| host.to_str().ok());
    match (&config.transport, host) {
        (Transport::Loopback, Some(host)) => format!("http://{host}"),
        _ => config.public_url.clone(),
    }
}

/// `f` decides, else what the client accepts first.
fn wants_html(headers: &HeaderMap, asked: &Asked) -> bool {
    match asked.get("f").map(String::as_str) {
        Some(format) => format == "html",
        None => headers
            .get(ACCEPT)
            .and_then(|value| value.to_str().ok())
            .is_some_and(|accepted| accepted.trim_start().starts_with("text/html")),
    }
}

/// A link of a page.
fn link(rel: &str, kind: &str, title: &str, href: &str) -> Value {
    json!({ "rel": rel, "type": kind, "title": title, "href": href })
}

#[cfg(test)]
mod tests;
