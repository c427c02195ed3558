//! What EvalAP composes: components that are made of resources and of each other, one file each.
//!
//! A component reaches resources only by registering them at Pulumi's monitor, so that previews, transforms, aliases and
//! the state work as for any program. This crate knows neither the protocol nor Scaleway's API nor the descriptors that
//! say what a component takes: inputs come typed and with their defaults.

mod application;
mod blue_green_deployment;
mod bucket_access;
mod component;
mod construct;
mod container_registry;
mod dashboards;
mod database;
mod database_turns;
mod error;
mod monitor;
mod monitoring;
mod monitoring_export;
mod naming;
mod network_gateway;
mod network_rules;
mod object_storage;
mod private_network;
mod problem;
mod rotated_credential;
mod scope;
mod secret_store;
mod serverless_container;
mod service_identity;
mod state_backend;

#[cfg(test)]
mod recorder;

pub use component::{Component, State, component, tokens};
pub use construct::{Constructed, Request, construct, problems};
pub use error::Error;
pub use monitor::{Child, Monitor, Registered, Standing};
pub use problem::Problem;
pub use scope::{API, PROJECT, Part, STORAGE, Scope, Wants};
