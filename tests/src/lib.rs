//! The simulated world: tablets, network, clock, server, builders, population.
//!
//! It must never be shipped. The integration tests, the demo and the benchmarks drive it.

pub mod bench;
pub mod console;
pub mod dice;
pub mod enrolment;
pub mod generated;
pub mod layers;
pub mod night;
pub mod population;
pub mod tablet;
pub mod world;
