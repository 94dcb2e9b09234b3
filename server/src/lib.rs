//! Maraude's server: enrolment, sync, log, projection, geolocation, review, releases, console.
//!
//! The binary `maraude` is a thin shell over [`command`]; integration tests drive the library.

pub mod command;
pub mod http;
