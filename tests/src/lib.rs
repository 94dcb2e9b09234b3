//! The simulated world: tablets, network, clock, server, builders, population.
//!
//! It must never be shipped. The integration tests, the demo and the benchmarks drive it.

#[cfg(feature = "world")]
pub mod bench;
#[cfg(feature = "world")]
pub mod console;
pub mod dice;
pub mod doubles;
#[cfg(feature = "world")]
pub mod encrypted_server;
#[cfg(feature = "world")]
pub mod enrolment;
#[cfg(feature = "world")]
pub mod generated;
#[cfg(feature = "world")]
pub mod hostile;
#[cfg(feature = "world")]
pub mod layers;
#[cfg(feature = "world")]
pub mod night;
#[cfg(feature = "world")]
pub mod node;
#[cfg(feature = "world")]
pub mod population;
#[cfg(feature = "world")]
pub mod proxy;
#[cfg(feature = "world")]
pub mod real_server;
#[cfg(feature = "world")]
pub mod repo_client;
#[cfg(feature = "world")]
pub mod simulation;
#[cfg(feature = "world")]
pub mod tablet;
#[cfg(feature = "world")]
pub mod world;
