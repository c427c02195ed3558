//! Shared by the suites: paths, the compiled catalog, an engine with a scripted network, case files, the provider's configuration,
//! a double of Pulumi's engine, and the programs and objects that it deploys.
#![allow(clippy::unwrap_used, clippy::missing_panics_doc)]

pub mod case;
pub mod configuration;
pub mod domains;
pub mod double;
pub mod objects;
pub mod places;
pub mod programs;
pub mod property_bag;
pub mod run;
pub mod secrets;
pub mod stage;
pub mod subset;
