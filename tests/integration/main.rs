//! One file per promise, on a simulated world: no sleep for luck, no mock of our own code.

mod approved;
