//! The commands of the binary `maraude`, one file each.

pub mod link;
