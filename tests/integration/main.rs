//! One file per promise, on a simulated world: no sleep for luck, no mock of our own code.

#![expect(
    clippy::unwrap_used,
    reason = "a promise's test stops at the first surprise"
)]
#![expect(clippy::print_stdout, reason = "what a test measured is printed")]

mod acknowledged;
mod approved;
mod authority;
mod carried;
mod certificates;
mod configured;
mod curious_tablet;
mod cut_anywhere;
mod decision_and_undo;
mod demonstration;
mod earlier_databases;
mod earlier_versions;
mod erasure;
mod facade;
mod forgotten_pin;
mod fuzz;
mod geography;
mod handed_out;
mod handed_over;
mod identity;
mod killed_ending;
mod logs;
mod malformed;
mod moved;
mod offline_night;
mod packed;
mod power_cuts;
mod pseudonyms;
mod restored_server;
mod revocation;
mod rough_nights;
mod schedules;
mod series;
mod sheets;
mod slow_network;
mod stock_clients;
mod storage_trouble;
mod two_tablets_one_round;
mod view_rebuild;
