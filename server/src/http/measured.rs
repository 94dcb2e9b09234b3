//! Counts each request by its route's template: what somebody asked for is in no measure.

use crate::auth::route_of;
use crate::measures::measures;
use axum::extract::{MatchedPath, Request};
use axum::middleware::Next;
use axum::response::Response;
use std::time::Instant;

/// The middleware: by the route's own line in the table, never by what was asked.
pub(super) async fn measure(path: Option<MatchedPath>, request: Request, next: Next) -> Response {
    let template = path.as_ref().map_or("", MatchedPath::as_str);
    let (method, route) = match route_of(request.method().as_str(), template) {
        Some(route) => (route.method, route.path),
        None => ("any", "other"),
    };
    let began = Instant::now();
    let response = next.run(request).await;
    measures().answered(method, route, response.status().as_u16(), began.elapsed());
    response
}
