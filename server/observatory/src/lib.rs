//! The observatory: indicators, disclosure control, and the only maker of a [`disclosure::Release`].
//!
//! It must never open a file or a socket, read a clock or draw a random number, and nothing it
//! returns but a `Release` may leave the server. `server/src/publication` feeds it counted places;
//! `server/src/export` writes what it releases; `maraude release verify` runs
//! [`disclosure::verify()`].
#![cfg_attr(
    test,
    expect(
        clippy::disallowed_methods,
        reason = "tests read fixtures and measure; the crate itself is linted without them"
    )
)]

pub mod area;
pub mod attribute;
pub mod breakdown;
pub mod comparison;
pub mod disclosure;
pub mod estimation;
pub mod indicator;
pub mod plane;
pub mod tabulate;
pub mod typology;
