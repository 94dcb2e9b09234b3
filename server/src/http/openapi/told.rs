//! What each route of the API takes and gives, in words and schemas.
//!
//! A line here for each line of [`crate::auth::TABLE`]; a test holds them equal, but for OGC API,
//! which describes itself.

mod custody;
mod night;
mod tablets;

use crate::export::Format;

/// What a route takes and gives.
pub(super) struct Told {
    pub(super) method: &'static str,
    pub(super) path: &'static str,
    pub(super) summary: &'static str,
    pub(super) takes: Option<&'static str>,
    pub(super) gives: Gives,
}

/// What a route answers with.
pub(super) enum Gives {
    /// One value of a schema.
    One(&'static str),
    /// A list of them.
    Many(&'static str),
    /// One that was made (201).
    Made(&'static str),
    /// Several that were made (201).
    MadeMany(&'static str),
    /// One, or nothing where there is none (204).
    OneOrNothing(&'static str),
    /// Bytes of a media type.
    Media(&'static str),
    /// A file in the format that was asked for.
    File(&'static [Format]),
    /// Nothing (204).
    Nothing,
}

const fn told(
    method: &'static str,
    path: &'static str,
    summary: &'static str,
    takes: Option<&'static str>,
    gives: Gives,
) -> Told {
    Told {
        method,
        path,
        summary,
        takes,
        gives,
    }
}

const GEOJSON: &str = "application/geo+json";

/// In the order of [`crate::auth::TABLE`].
pub(super) fn all() -> impl Iterator<Item = &'static Told> {
    [tablets::ROUTES, night::ROUTES, custody::ROUTES]
        .into_iter()
        .flatten()
}
