//! Maraude's server: enrolment, sync, log, projection, geolocation, review, releases, console.
//!
//! The binary `maraude` is a thin shell over [`command`]; integration tests drive the library.

pub mod app;
pub mod auth;
pub mod authoring;
pub mod command;
pub mod config;
pub mod export;
#[cfg(test)]
mod fixtures;
pub mod geolocation;
pub mod http;
pub mod maintenance;
pub mod measures;
pub mod projection;
pub mod publication;
pub mod review;
pub mod store;
pub mod sync;
