//! Shared by the suites: paths, the compiled catalog, an engine with a scripted network, and case files.
#![allow(clippy::unwrap_used, clippy::missing_panics_doc)]

pub mod case;
pub mod places;
pub mod secrets;
pub mod stage;
pub mod subset;
