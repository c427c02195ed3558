//! What the suites share: where things are, the compiled catalog, an engine on a scripted network, and the case files.
//!
//! Knows no assertion; the suites judge.
#![allow(clippy::unwrap_used, clippy::missing_panics_doc)]

pub mod case;
pub mod places;
pub mod secrets;
pub mod stage;
pub mod subset;
