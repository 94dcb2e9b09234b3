//! Maraude's shared core: what a night of counting is, how it is written down, kept, sealed and
//! synchronised. It compiles natively for the server and to WebAssembly for the tablet.
//!
//! It must never open a file or a socket, read a clock or draw a random number: storage, time and
//! randomness are arguments. The server, the tablet's worker and the simulated world call it.
#![cfg_attr(
    test,
    expect(
        clippy::disallowed_methods,
        reason = "tests read fixtures and measure; the crate itself is linted without them"
    )
)]

#[cfg(feature = "document")]
pub mod document;
pub mod form;
#[cfg(feature = "document")]
pub mod gate;
#[cfg(feature = "gazetteer")]
pub mod gazetteer;
pub mod geography;
pub mod model;
#[cfg(feature = "sync")]
pub mod sync;
#[cfg(feature = "tablet")]
pub mod tablet;
#[cfg(feature = "tablet")]
pub mod vault;
