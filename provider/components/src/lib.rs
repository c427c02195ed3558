//! EvalAP's components, which combine resources and other components. One file per component.
//!
//! Components create resources only through Pulumi's resource monitor, so previews, transforms, aliases and the state work
//! as for any program. This crate does not depend on the protocol, Scaleway's API or the descriptors: inputs are typed and
//! have their defaults.

mod all;
mod application;
mod blue_green_deployment;
mod bucket_access;
mod component;
mod construct;
mod container_registry;
mod dashboards;
mod database;
mod database_users;
mod error;
mod monitor;
mod monitoring;
mod monitoring_export;
mod monitoring_sources;
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
mod subnet;
mod verified;

#[cfg(test)]
mod recorder;

pub use all::{component, tokens};
pub use component::{Component, State};
pub use construct::{Constructed, Request, construct, problems};
pub use error::Error;
pub use monitor::{Child, Monitor, OutputState, Registered};
pub use problem::Problem;
pub use scope::{API, PROJECT, Part, PartOptions, STORAGE, Scope};
