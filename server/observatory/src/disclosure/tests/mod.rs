//! Disclosure control on invented cities, on nights of Montpellier's size, and under attack.

mod cities;
mod city;
mod faults;
mod inversion;
mod montpellier;
mod properties;
mod rules;
