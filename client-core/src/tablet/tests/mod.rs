//! Stories: a person with a tablet, a platform that may die at any operation, and a server made of
//! the core's own gate and envelopes.

mod carrying;
mod departing;
mod ending;
mod endurance;
mod handing_over;
mod last_words;
mod platform;
mod platform_key;
mod resetting;
mod secrecy;
mod sending;
mod server;
mod stories;
mod together;
