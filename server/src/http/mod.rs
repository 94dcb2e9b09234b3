//! HTTP: extract, call one domain function, map its error.

pub mod contract;
